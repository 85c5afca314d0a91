"""Files of maps and models -> RawCity, one file per format. Only `http` speaks to the network.

`read` is the spine: what format is it, read it as it is, choose one origin, project, merge, cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cosmopolis.city.errors import BadInput
from cosmopolis.city.progress import Progress, quiet
from cosmopolis.city.raw import RawCity
from cosmopolis.geometry.projection import Projection
from cosmopolis.sources.clip import Clip, keep_to_bounds, parse_clip
from cosmopolis.sources.extent import Box, origin_of, united
from cosmopolis.sources.merge import merge
from cosmopolis.sources.reading import Reading, agree, scan

__all__ = ["read"]


def read(
    paths: Sequence[Path], *, name: str | None = None, clip: str | None = None, progress: Progress = quiet
) -> RawCity:
    """Reads map files of any known format into one RawCity.

    `clip` is "west,south,east,north" in degrees or the path of a GeoJSON polygon. Raises BadInput, in one sentence,
    for what cannot be used; what was mended or left out is in the result's findings.
    """
    if not paths:
        raise BadInput("no file given; name at least one map file to import.")
    wanted = parse_clip(clip) if clip is not None else None
    readings = []
    for i, path in enumerate(paths):
        progress(f"reading {Path(path).name}", 0.6 * i / len(paths))
        readings.append(scan(Path(path)))
    agree(readings)
    _expect_streets(readings)
    covered = _covered(readings)
    projection = _origin(readings, wanted)
    raws = []
    for i, reading in enumerate(readings):
        progress(f"projecting {reading.path.name}", 0.6 + 0.3 * i / len(readings))
        raws.append(reading.to_raw(projection))
    raw = merge(raws)
    if wanted is not None:
        progress("cutting to the clip", 0.95)
        wanted.apply(raw, projection, covered)
    else:
        keep_to_bounds(raw, [r.stated_box for r in readings if r.has_streets], projection)
    if not raw.streets and not raw.buildings and not raw.areas:
        raise BadInput(
            f"{paths[0]}: no streets, buildings or areas in it; export a larger area, or all of its layers."
        )
    raw.name = name or raw.name
    progress("read", 1.0)
    return raw


def _expect_streets(readings: Sequence[Reading]) -> None:
    """A city may be made of buildings alone, but an extract of a street map without streets is a mistake."""
    if any(reading.has_streets for reading in readings):
        return
    maps = [reading.path for reading in readings if reading.may_have_streets]
    if maps:
        raise BadInput(
            f"{maps[0]}: no streets for vehicles in it (no way with a highway tag); export all of the map."
        )


def _covered(readings: Sequence[Reading]) -> Box:
    """Degrees that all files together cover."""
    boxes = [reading.box for reading in readings if reading.box is not None]
    if not boxes:
        raise BadInput(f"{readings[0].path}: it holds no coordinates; export the area again.")
    return united(boxes)


def _origin(readings: Sequence[Reading], wanted: Clip | None) -> Projection:
    """Centre of the clip, else of the first file with streets, else of the first file; rounded to about a metre."""
    ordered = sorted(readings, key=lambda reading: not reading.has_streets)
    boxes = [reading.box for reading in ordered if reading.box is not None]
    return origin_of(wanted.box if wanted is not None else boxes[0])
