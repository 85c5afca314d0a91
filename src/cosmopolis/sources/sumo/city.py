"""A .net.xml -> City: the spine."""

from __future__ import annotations

from pathlib import Path

from cosmopolis.city.model import City
from cosmopolis.city.progress import Progress, quiet
from cosmopolis.city.raw import RawCity, Source
from cosmopolis.sources.sumo.drawing import Drawing, DrawnProgram, read_drawing
from cosmopolis.sources.sumo.faults import Faults
from cosmopolis.sources.sumo.network import network_of
from cosmopolis.sources.sumo.place import place_of


def read_net(
    path: Path,
    *,
    name: str | None = None,
    skip_bad: bool = False,
    invent: bool = False,
    seed: int = 1,
    progress: Progress = quiet,
) -> City:
    """The network `path` (.net.xml, may be gzipped) as a City.

    It has the file's lanes, connections, right of way and signal programs, and no buildings; with `invent` they
    and all else are made up from `seed` around the streets. Raises BadInput with file and line for what is wrong;
    with `skip_bad` that is left out and told in the findings, code `SKIPPED`.
    """
    faults = Faults(skip_bad)
    progress(f"reading {Path(path).name}", 0.0)
    drawing = read_drawing(Path(path), faults)
    return city_of(drawing, name=name, invent=invent, seed=seed, progress=progress)


def city_of(
    drawing: Drawing,
    *,
    programs: dict[str, list[DrawnProgram]] | None = None,
    begin: float = 0.0,
    name: str | None = None,
    invent: bool = False,
    seed: int = 1,
    progress: Progress = quiet,
) -> City:
    """The City of a drawing; `programs` of additional files run instead of the net's own of the same id."""
    from cosmopolis.city.furnish import furnish  # heavy, and most who speak this format's words build no city

    for light, variants in (programs or {}).items():
        drawing.programs.setdefault(light, []).extend(variants)
    origin, placed, move = place_of(drawing)
    left = drawing.root.flag("lefthand")
    network = network_of(drawing, move, drive_on_left=left, begin=begin)
    raw = RawCity(
        name=name or drawing.file.name.partition(".")[0],
        origin=origin,
        drive_on_left=left,
        sources=[Source(f"SUMO network ({drawing.file.name})", "", "", layers=("network",))],
        notes={"turn_on_red": "no", "placed": "yes" if placed else "no"},
    )
    return furnish(raw, network, drawing.faults.found, seed=seed, invent=invent, progress=progress)
