"""Commands that measure the program itself: its speed, and how true it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from cosmopolis.cli.arguments import AsJson
from cosmopolis.cli.terminal import print_json, progress, told
from cosmopolis.registry import Argument, Benchmark, CommandLine, Told
from cosmopolis.registry.commands import Progress


def bench(benchmarks: Sequence[Benchmark]) -> CommandLine:
    """The command that measures these. Its rows are told one by one, as they come."""
    by_name = {benchmark.name: benchmark for benchmark in benchmarks}

    def rows(chosen: Sequence[Benchmark]) -> Iterator[dict[str, Any]]:
        for benchmark in chosen:
            for row in benchmark.run():
                yield {"benchmark": benchmark.name, **row}

    def run(*, what: str | None, progress: Progress) -> Told:
        chosen = benchmarks if what is None else [by_name[what]]
        return Told(rows(chosen), (_sentence(**row) for row in rows(chosen)))

    listed = "; ".join(f"{benchmark.name}: {benchmark.summary}" for benchmark in benchmarks)
    what = Argument("what", str, f"One of them; all without. {listed}.", None, choices=tuple(by_name))
    return CommandLine(
        "bench", run, "Measure speed and size on this machine, beside peers that are installed.", (what,)
    )


def _sentence(benchmark: str, **row: Any) -> str:
    return f"{benchmark}  " + "  ".join(f"{key} {value}" for key, value in row.items())


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
