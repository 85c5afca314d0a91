"""The command line: the composition root, where rooms that do not know each other are put together.

Heavy rooms are imported inside the command that needs them, so that `--help` and a wrong argument answer at once.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from cosmopolis import __version__
from cosmopolis.city.errors import BadInput
from cosmopolis.city.progress import Progress, quiet

if TYPE_CHECKING:
    from cosmopolis.city.model import City
    from cosmopolis.city.raw import RawCity

app = typer.Typer(
    name="cosmopolis",
    help="Any district becomes a living, shared 3D city in the browser.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
LISTED = 10  # skipped things that are told one by one
told = Console(stderr=True, highlight=False, soft_wrap=True)

CityFolder = Annotated[
    Path, typer.Argument(metavar="CITY", help="A city folder, as `import` or `grow` makes it.")
]
Seed = Annotated[
    int, typer.Option(min=0, help="Of everything random: the same seed gives the same city and day.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


class ExportFormat(StrEnum):
    geojson = "geojson"
    sumo = "sumo"
    cityjson = "cityjson"
    glb = "glb"


class SignalControl(StrEnum):
    fixed = "fixed"
    actuated = "actuated"
    pressure = "pressure"
    green_wave = "green-wave"


class ParameterSet(StrEnum):
    sumo = "sumo"
    field = "field"


class Benchmark(StrEnum):
    imports = "import"
    traffic = "traffic"
    measures = "measures"
    world = "world"
    grow = "grow"
    routing = "routing"
    gpu = "gpu"


@app.command()
def run(
    city: Annotated[
        Path | None,
        typer.Argument(metavar="[CITY]", help="A city folder; without one, the invented town Xinting."),
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any free port.")] = 8000,
    host: Annotated[str, typer.Option(help="0.0.0.0 lets others in.")] = "127.0.0.1",
    at: Annotated[str, typer.Option(metavar="HH:MM", help="Time of day to begin at.")] = "08:00",
    speed: Annotated[float, typer.Option(min=1, max=60, help="City seconds a second.")] = 1.0,
    seed: Seed = 1,
    browser: Annotated[bool, typer.Option(help="Open a browser at the city.")] = True,
) -> None:
    """Bring a city to life and show it in the browser."""
    start = time_of_day(at, "--at")
    from cosmopolis.world.server import check_port, serve

    check_port(host, port)
    with progress() as tell:
        folder = city if city is not None else xinting(tell)
        the_city = load(folder, tell)
        from cosmopolis.demand.store import cached_trips

        trips = cached_trips(the_city, folder, seed=seed, progress=tell)

    def ready(url: str) -> None:
        told.print(f"[bold]{escape(the_city.name)}[/] is alive at [link={url}]{url}[/link]  (Ctrl+C ends)")
        if browser and sys.stdout.isatty():
            import webbrowser

            webbrowser.open(url)

    serve(
        the_city, trips, folder=folder, host=host, port=port, at=start, speed=speed, seed=seed, on_ready=ready
    )


@app.command("import")
def import_(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILE…", help="OpenStreetMap, GeoJSON, CityJSON in any mixture, or a SUMO network."
        ),
    ] = None,
    out: Annotated[Path, typer.Option(metavar="CITY", help="The city folder to write.")] = ...,  # type: ignore[assignment]
    clip: Annotated[
        str | None, typer.Option(metavar="W,S,E,N|FILE", help="Degrees, or a GeoJSON polygon.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="What the city is called.")] = None,
    place: Annotated[
        str | None,
        typer.Option(metavar='"Anting, Shanghai"|W,S,E,N', help="Fetch it from OpenStreetMap by Overpass."),
    ] = None,
    seed: Seed = 1,
) -> None:
    """Make a city of map files, or of a place's name."""
    keep_everything()
    from cosmopolis.city.store import save
    from cosmopolis.sources import read
    from cosmopolis.sources.sniff import is_sumo_net

    paths = list(files or [])
    with progress() as tell:
        if place is not None:
            from cosmopolis.sources.overpass import fetch

            paths.append(fetch(place, progress=tell))
            name = name or place.split(",")[0].strip()
        if not paths:
            raise BadInput("There is nothing to import: name map files, or a place with --place.")
        if any(is_sumo_net(path) for path in paths):
            if len(paths) > 1 or clip is not None:
                raise BadInput(
                    "A SUMO network is a city of its own: import it alone, without other files and without --clip."
                )
            from cosmopolis.sources.sumo import read_net

            net = read_net(paths[0], name=name, invent=True, seed=seed, progress=tell)
            city = save(net, out, tell)
        else:
            city = built(read(paths, name=name, clip=clip, progress=tell), out, seed, tell)
    report(city, out)


@app.command()
def grow(
    out: Annotated[Path, typer.Option(metavar="CITY", help="The city folder to write.")],
    seed: Seed = 1,
    population: Annotated[int, typer.Option(min=1_000, max=500_000, help="About how many people.")] = 60_000,
) -> None:
    """Invent a town after the pattern of Anting, the same for everyone from the same seed."""
    keep_everything()
    with progress() as tell:
        city = grown(out, seed, population, tell)
    report(city, out)


@app.command()
def info(city: CityFolder, as_json: AsJson = False) -> None:
    """What is in a city, where it comes from, and what is odd about it."""
    from cosmopolis.city.summary import summary

    facts = summary(load(city))
    if as_json:
        print_json(facts)
    else:
        from cosmopolis.city.summary import as_text

        Console(highlight=False).print(as_text(facts), markup=False)


@app.command()
def simulate(
    what: Annotated[
        Path, typer.Argument(metavar="CITY|X.sumocfg", help="A city folder, or a scenario of SUMO.")
    ],
    out: Annotated[Path, typer.Option(metavar="RUN", help="The folder to write the run to.")],
    begin: Annotated[
        str | None, typer.Option("--from", metavar="HH:MM", help="A scenario says it itself.")
    ] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="HH:MM", help="Likewise.")] = None,
    interval: Annotated[
        float, typer.Option(min=0.1, max=1440.0, metavar="MINUTES", help="Of edges, lanes and detectors.")
    ] = 5.0,
    fcd: Annotated[
        float | None,
        typer.Option(min=0.5, metavar="SECONDS", help="Write where every vehicle is, so often."),
    ] = None,
    detectors: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Loop detectors: a CSV name,lane,position, or SUMO's additional."),
    ] = None,
    xml: Annotated[bool, typer.Option("--xml", help="Write all of it in SUMO's formats too.")] = False,
    control: Annotated[
        SignalControl, typer.Option(help="Who decides about the signals: their plans, or a controller.")
    ] = SignalControl.fixed,
    priority: Annotated[
        bool, typer.Option("--priority", help="Buses and emergency vehicles get their green sooner.")
    ] = False,
    seed: Seed = 1,
    parameters: Annotated[
        ParameterSet, typer.Option("--set", help="Of a scenario: how its drivers drive.")
    ] = ParameterSet.sumo,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Of a scenario: leave out what is wrong, and list it.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Run the traffic of a day, or a part of it, or a SUMO scenario; write what happened as Parquet."""
    first = None if begin is None else time_of_day(begin, "--from")
    last = None if end is None else time_of_day(end, "--to")
    if first is not None and last is not None and last <= first:
        raise BadInput(
            f"--to {end} is not after --from {begin}: a run goes forward within one day (24:00 is its end)."
        )
    from cosmopolis.control import Scheme, Steering
    from cosmopolis.planning.recorder import Wanted

    recording = {
        "seed": seed,
        "out": out,
        "wanted": Wanted(interval=60.0 * interval, fcd=fcd, xml=xml, detectors=detectors),
        "control": Steering(Scheme(control.value), priority),
    }
    if what.is_file():
        result = run_scenario(what, first, last, parameters.value, skip_bad, recording)
    else:
        result = run_day(what, first, last, recording)
    if as_json:
        print_json(result)
        return
    for sentence in result.get("left_out", [])[:LISTED]:
        told.print(f"[yellow]Left out[/] {escape(sentence)}")
    if len(result.get("left_out", [])) > LISTED:
        told.print(f"{len(result['left_out']):,} were left out; run.json lists them all")
    told.print(
        f"{result['arrived']:,} trips arrived, {result['vehicles']:,} vehicles on the road at the end; "
        f"those that arrived lost {result['mean_time_loss'] or 0.0:.0f} s each. "
        f"{result['vehicle_updates_per_second'] / 1e6:.1f} million vehicle updates a second. "
        f"Written to {escape(str(out))}"
    )


def run_day(
    folder: Path, first: float | None, last: float | None, recording: dict[str, Any]
) -> dict[str, Any]:
    """A part of a day of a stored city, with the trips planned for it."""
    if first is None or last is None:
        raise BadInput(
            "A city is simulated from one time of day to another: give --from HH:MM and --to HH:MM."
        )
    the_city = load(folder)
    from cosmopolis.demand.store import cached_trips
    from cosmopolis.planning.run import record

    with progress() as tell:
        trips = cached_trips(the_city, folder, seed=recording["seed"], progress=tell)
        return record(the_city, trips, begin=first, end=last, progress=tell, **recording)


def run_scenario(
    config: Path,
    first: float | None,
    last: float | None,
    parameters: str,
    skip_bad: bool,
    recording: dict[str, Any],
) -> dict[str, Any]:
    """A SUMO scenario as it is, to its end, or until everybody has arrived where it has none."""
    from cosmopolis.planning.scenario import record_scenario
    from cosmopolis.sources.sumo import read_scenario

    with progress() as tell:
        scenario = read_scenario(config, skip_bad=skip_bad, begin=first, end=last, progress=tell)
        return record_scenario(scenario, parameters=parameters, progress=tell, **recording)


@app.command()
def assign(
    city: CityFolder,
    begin: Annotated[str, typer.Option("--from", metavar="HH:MM")],
    end: Annotated[str, typer.Option("--to", metavar="HH:MM")],
    out: Annotated[Path, typer.Option(metavar="RUN", help="The folder to write the trips and the gap to.")],
    iterations: Annotated[int, typer.Option(min=1, max=200, help="Runs of the simulation at most.")] = 10,
    gap: Annotated[float, typer.Option(min=0.0, max=1.0, help="Relative gap that is small enough.")] = 0.01,
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Find routes that few drivers could better, by driving them again and again (dynamic user equilibrium)."""
    first, last = time_of_day(begin, "--from"), time_of_day(end, "--to")
    if last <= first:
        raise BadInput(f"--to {end} is not after --from {begin}: give a part of one day (24:00 is its end).")
    from cosmopolis.planning.equilibrium_store import check_free, write

    check_free(out)
    the_city = load(city)
    from cosmopolis.demand.store import cached_trips
    from cosmopolis.planning.equilibrium import equilibrium

    with progress() as tell:
        trips = cached_trips(the_city, city, seed=seed, progress=tell)
        found = equilibrium(
            the_city, trips, begin=first, end=last, iterations=iterations, gap=gap, seed=seed, progress=tell
        )
        facts = write(
            found, out, city=the_city.name, city_version=the_city.version, seed=seed, begin=first, end=last
        )
    if as_json:
        print_json(facts)
    else:
        told.print(
            f"Relative gap {found.gap[0]:.3f} at first, {found.gap.min():.3f} at best of {len(found.gap)} runs; "
            f"{len(found.trips):,} trips with their routes, and the gap, are in {escape(str(out))}"
        )


@app.command()
def export(
    city: CityFolder,
    to: Annotated[ExportFormat, typer.Option(help="The format.")],
    out: Annotated[Path, typer.Option(metavar="FILE|FOLDER", help="Where to write it.")],
) -> None:
    """Write a city in a format that other programs read."""
    import importlib

    the_city = load(city)
    with progress() as tell:
        tell(f"Writing {to.value}", 0.0)
        importlib.import_module(f"cosmopolis.exports.{to.value}").write(the_city, out)
    told.print(f"Written to {escape(str(out))}")


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


@app.callback(invoke_without_command=True)
def _version(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        typer.echo(f"cosmopolis {__version__}")
        raise typer.Exit


def main() -> None:
    """Entry point: every error is one sentence; exit code 2 for bad input, 1 for a fault of ours."""
    logging.basicConfig(
        level=os.environ.get("COSMOPOLIS_LOG", "WARNING").upper(),
        format="%(levelname)s %(name)s: %(message)s",
    )
    try:
        app()
    except BadInput as error:
        told.print(f"[bold red]Error:[/] {escape(str(error))}")
        sys.exit(2)
    except KeyboardInterrupt:
        told.print("Stopped.")
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:
        told.print(
            f"[bold red]Cosmopolis failed:[/] {escape(type(error).__name__)}: {escape(str(error))}. This is a fault "
            f"of ours, not of your data; the details for a report are in {escape(str(fault_report()))}"
        )
        sys.exit(1)
    finally:
        gc.freeze()  # a city is a million objects: the system takes them back at once, the collector one by one


def time_of_day(text: str, option: str) -> float:
    """Seconds after midnight of "HH:MM" or "HH:MM:SS", 24:00 included."""
    parts = text.split(":")
    if len(parts) in (2, 3) and all(part.isascii() and part.isdigit() for part in parts):
        hours, minutes, seconds = [*map(int, parts), 0][:3]
        total = hours * 3600 + minutes * 60 + seconds
        if minutes < 60 and seconds < 60 and total <= 86_400:
            return float(total)
    raise BadInput(f"{option} {text!r} is not a time of day: write it as HH:MM, like 08:00.")


def keep_everything() -> None:
    """Ends the collector's search for what nobody needs: all that making a city makes is needed until it is stored."""
    gc.disable()


def load(folder: Path, tell: Progress | None = None) -> City:
    from cosmopolis.city.store import load as load_city

    if tell:
        tell(f"Opening {folder}", 0.0)
    return load_city(folder)


def xinting(tell: Progress) -> Path:
    """The default town, the same for everyone: grown once a version and kept in the user's cache."""
    import platformdirs

    from cosmopolis.city.store import FORMAT_VERSION

    cache = Path(os.environ.get("COSMOPOLIS_CACHE") or platformdirs.user_cache_path("cosmopolis"))
    folder = cache / f"xinting-{__version__}-format{FORMAT_VERSION}.city"
    if not (folder / "city.json").exists():
        grown(folder, 1, 60_000, tell)
    return folder


def grown(out: Path, seed: int, population: int, tell: Progress) -> City:
    from cosmopolis.growth import grow as grow_town

    return built(grow_town(seed=seed, population=population, progress=tell), out, seed, tell)


def built(raw: RawCity, out: Path, seed: int, tell: Progress) -> City:
    """The city of what was read, stored in `out`; its network is written while the rest is made."""
    from cosmopolis.city.build import build
    from cosmopolis.city.store import storing

    with storing(out, tell) as tables:
        return tables.finish(build(raw, seed=seed, progress=tell, on_network=tables.begin))


def report(city: City, out: Path) -> None:
    network = city.network
    told.print(
        f"[bold]{escape(city.name)}[/]: {len(network.edges):,} edges, {len(network.junctions):,} junctions, "
        f"{len(network.signals):,} signal programs, {len(city.buildings):,} buildings, {len(city.places):,} places"
    )
    if city.findings:
        told.print(
            f"{len(city.findings):,} findings about the data: see `cosmopolis info {escape(str(out))}`"
        )
    told.print(f"Written to {escape(str(out))}. Open it: [bold]cosmopolis run {escape(str(out))}[/]")


@contextmanager
def progress() -> Iterator[Progress]:
    """A progress bar on a terminal, silence elsewhere. Yields the function that long work calls."""
    if not told.is_terminal:
        yield quiet
        return
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Bar(*columns, console=told, transient=True) as bar:
        task = bar.add_task("", total=1.0)
        yield lambda stage, share: bar.update(task, description=escape(stage), completed=share)


def print_json(value: dict[str, Any], *, indent: bool = True) -> None:
    sys.stdout.write(
        json.dumps(value, indent=2 if indent else None, ensure_ascii=False, default=float) + "\n"
    )
    sys.stdout.flush()


def fault_report() -> Path:
    path = Path(tempfile.gettempdir()) / f"cosmopolis-fault-{time.strftime('%Y%m%d-%H%M%S')}.txt"
    path.write_text(
        f"cosmopolis {__version__}, Python {sys.version}\n{sys.argv}\n\n{traceback.format_exc()}",
        encoding="utf-8",
    )
    return path


if __name__ == "__main__":
    main()
