"""Commands that measure the program itself: its speed, and how true it is."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from cosmopolis.cli.app import AsJson, app
from cosmopolis.cli.terminal import print_json, progress, told


class Benchmark(StrEnum):
    imports = "import"
    traffic = "traffic"
    measurement = "measurement"
    world = "world"
    grow = "grow"
    routing = "routing"
    gpu = "gpu"


@app.command()
def bench(
    what: Annotated[Benchmark | None, typer.Argument(help="One of them; all without.")] = None,
    as_json: AsJson = False,
) -> None:
    """Measure speed and size on this machine, beside peers that are installed."""
    import importlib

    for name in [what] if what else list(Benchmark):
        module = importlib.import_module(f"cosmopolis.benchmarks.{name.name}")
        for row in module.run():
            if as_json:
                print_json({"benchmark": name.value, **row}, indent=False)
            else:
                told.print(
                    f"[bold]{name.value}[/]  " + "  ".join(f"{key} {value}" for key, value in row.items())
                )


@app.command()
def validate(
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="NAME", help="One experiment; repeat for more.")
    ] = None,
    everything: Annotated[
        bool,
        typer.Option(
            "--all", help="Also those that need files of others (assignment, sumo) or this machine (speed)."
        ),
    ] = False,
    quick: Annotated[bool, typer.Option(help="Shorter runs of fewer cases, for a first look.")] = False,
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Where validation.md is written.")] = Path(
        "docs"
    ),
    as_json: AsJson = False,
) -> None:
    """Measure the simulation against theory and field data, and write the document that says how it fares."""
    from cosmopolis.validation.document import as_facts, write
    from cosmopolis.validation.experiments import chosen, run

    names = chosen(only or (), everything)
    with progress() as tell:
        chapters = list(run(names, quick=quick, progress=tell))
        path = write(chapters, out)
    for chapter in chapters:
        if as_json:
            print_json(as_facts(chapter), indent=False)
            continue
        told.print(f"[bold]{escape(chapter.title)}[/]")
        for check in chapter.checks:
            mark = "[green]yes[/]" if check.within else "[red]no [/]"
            ours = f"{check.ours:,.{check.digits}f} {check.unit}".strip()
            told.print(f"  {mark} {escape(f'{check.what}: {ours}; oracle: {check.oracle}')}")
    told.print(f"Written to {escape(str(path))}")
