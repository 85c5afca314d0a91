"""Commands about a city itself: bring it to life, import, grow, look at it, export."""

from __future__ import annotations

import gc
import os
import shutil
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from cosmopolis import __version__
from cosmopolis.city.errors import BadInput
from cosmopolis.city.progress import Progress
from cosmopolis.cli.arguments import AsJson, CityFolder, Seed
from cosmopolis.cli.terminal import counted, day_of, print_json, progress, time_of_day, told

if TYPE_CHECKING:
    from cosmopolis.city.model import City
    from cosmopolis.city.raw import RawCity


XINTING = 1, 60_000  # seed and people of the default town


class ExportFormat(StrEnum):
    geojson = "geojson"
    sumo = "sumo"
    cityjson = "cityjson"
    glb = "glb"


def run(
    city: Annotated[
        Path | None,
        typer.Argument(metavar="[CITY]", help="A city folder; without one, the invented town Xinting."),
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any free port.")] = 8000,
    host: Annotated[str, typer.Option(help="0.0.0.0 lets others in.")] = "127.0.0.1",
    at: Annotated[str, typer.Option(metavar="HH:MM", help="Time of day to begin at.")] = "08:00",
    date: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="The day, for the sun and daylight saving.")
    ] = None,
    speed: Annotated[float, typer.Option(min=1, max=60, help="City seconds a second.")] = 1.0,
    seed: Seed = 1,
    browser: Annotated[bool, typer.Option(help="Open a browser at the city.")] = True,
    lock: Annotated[
        bool, typer.Option("--lock", help="Only the operator moves the clock; so it is with --host too.")
    ] = False,
    allow_host: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A name that visitors reach this server by.")
    ] = None,
    trusted_proxy: Annotated[
        list[str] | None,
        typer.Option(metavar="ADDRESS", help="A proxy, or a network of them, whose X-Forwarded-For counts."),
    ] = None,
    per_address: Annotated[int, typer.Option(min=1, help="Connections of one address at a time.")] = 200,
) -> None:
    """Bring a city to life and show it in the browser."""
    start, day = time_of_day(at, "--at"), day_of(date)
    from cosmopolis.cli.compose import shown
    from cosmopolis.world.limits import limits
    from cosmopolis.world.server import ServerOptions, check_port, serve

    fences = limits(per_address=per_address, trusted_proxies=trusted_proxy or (), hosts=allow_host or ())
    check_port(host, port)
    with progress() as tell:
        folder, the_city = (city, load(city, tell)) if city is not None else xinting(tell)
        from cosmopolis.demand.store import cached_trips

        trips = cached_trips(the_city, folder, seed=seed, progress=tell)

    def ready(url: str) -> None:
        from cosmopolis.simulation import is_compiled

        shown, operators = url.partition("#")[0], url if "#" in url else None
        told.print(
            f"[bold]{escape(the_city.name)}[/] is alive at [link={shown}]{shown}[/link]  (Ctrl+C ends)"
        )
        if operators is not None:
            told.print(
                f"Only the operator moves the clock: open [link={operators}]{operators}[/link] once.",
                soft_wrap=True,
            )
        if not is_compiled():
            told.print(
                "The first start compiles the simulation for this machine: traffic sets in after some seconds."
            )
        if browser and sys.stdout.isatty():
            import webbrowser

            webbrowser.open(url)

    options = ServerOptions(
        folder=folder,
        host=host,
        port=port,
        at=start,
        date=day,
        speed=speed,
        seed=seed,
        limits=fences,
        lock=lock,
    )
    serve(the_city, trips, options, contributions=shown(), on_ready=ready)


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


def info(city: CityFolder, as_json: AsJson = False) -> None:
    """What is in a city, where it comes from, and what is odd about it."""
    from cosmopolis.city.summary import summary

    facts = summary(load(city))
    if as_json:
        print_json(facts)
    else:
        from cosmopolis.city.summary import as_text

        Console(highlight=False).print(as_text(facts), markup=False)


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


def keep_everything() -> None:
    """Ends the collector's search for what nobody needs: all that making a city makes is needed until it is stored."""
    gc.disable()


def load(folder: Path, tell: Progress | None = None) -> City:
    from cosmopolis.city.store import load as load_city

    if tell:
        tell(f"Opening {folder}", 0.0)
    return load_city(folder)


def xinting(tell: Progress) -> tuple[Path, City]:
    """The default town, the same for everyone: grown once a version and kept in the user's cache.

    Nobody's work is in it, so that a damaged one is grown again.
    """
    import platformdirs

    from cosmopolis.city.store import FORMAT_VERSION
    from cosmopolis.growth import GROWTH_VERSION

    cache = Path(os.environ.get("COSMOPOLIS_CACHE") or platformdirs.user_cache_path("cosmopolis"))
    folder = cache / f"xinting-{__version__}-format{FORMAT_VERSION}-growth{GROWTH_VERSION}.city"
    try:
        return folder, load(folder, tell)
    except BadInput:
        shutil.rmtree(folder, ignore_errors=True)
    return folder, grown(folder, *XINTING, tell)


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
        f"[bold]{escape(city.name)}[/]: {counted(len(network.edges), 'edge')}, "
        f"{counted(len(network.junctions), 'junction')}, {counted(len(network.signals), 'signal program')}, "
        f"{counted(len(city.buildings), 'building')}, {counted(len(city.places), 'place')}"
    )
    if city.findings:
        findings = counted(len(city.findings), "finding")
        told.print(f"{findings} about the data: see `cosmopolis info {escape(str(out))}`")
    told.print(f"Written to {escape(str(out))}. Open it: [bold]cosmopolis run {escape(str(out))}[/]")
