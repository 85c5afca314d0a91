"""What every format gives before anything is projected, and whether several files fit together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from cosmopolis.city.errors import BadInput
from cosmopolis.city.raw import RawCity
from cosmopolis.geometry.projection import Projection
from cosmopolis.sources.extent import FARTHEST, Box, apart, wrapped
from cosmopolis.sources.sniff import READABLE, sniff
from cosmopolis.sources.vocabulary import words


class Reading(Protocol):
    """One file as read, still in degrees."""

    @property
    def path(self) -> Path: ...
    @property
    def may_have_streets(self) -> bool: ...  # the format is one of street maps
    @property
    def has_streets(self) -> bool: ...
    @property
    def box(self) -> Box | None: ...  # of the data
    @property
    def stated_box(self) -> Box | None: ...  # that the file says it covers
    def to_raw(self, projection: Projection) -> RawCity: ...


def scan(path: Path) -> Reading:
    """Reads one file of whatever format."""
    format = sniff(path)
    if format != "json":
        from cosmopolis.sources import osm

        return osm.scan(path, format)
    return _scan_json(path)


def _scan_json(path: Path) -> Reading:
    import orjson

    text = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        lines = text.splitlines()
        if len(lines) > 1 and b'"CityJSON' in lines[0]:
            from cosmopolis.sources import cityjson

            return cityjson.scan_sequence(path, lines)
        raise BadInput(
            f"{path}: broken JSON at line {error.lineno}, column {error.colno} ({error.msg}); "
            "the file is cut off or was edited by hand: export it again."
        ) from None
    return _by_type(path, document)


def _by_type(path: Path, document: Any) -> Reading:
    kind = document.get("type") if isinstance(document, dict) else None
    if kind == "CityJSON":
        from cosmopolis.sources import cityjson

        return cityjson.scan(path, document)
    if kind in _GEOJSON:
        from cosmopolis.sources import geojson

        return geojson.scan(path, document)
    if isinstance(document, dict) and "elements" in document:
        raise BadInput(f"{path}: this is Overpass JSON; ask Overpass for XML ([out:xml]) and give that file.")
    if kind == "Topology":
        raise BadInput(f"{path}: this is TopoJSON; convert it to GeoJSON first.")
    raise BadInput(f"{path}: JSON, but neither GeoJSON nor CityJSON; give {READABLE}.")


_GEOJSON = words(
    "FeatureCollection Feature Point MultiPoint LineString MultiLineString Polygon MultiPolygon GeometryCollection"
)


def agree(readings: Sequence[Reading]) -> None:
    """All files must lie in one region; a file elsewhere often has its coordinates swapped."""
    placed = [reading for reading in readings if reading.box is not None]
    if len(placed) < 2:
        return
    first = next((reading for reading in placed if reading.has_streets), placed[0])
    for other in placed:
        assert first.box is not None and other.box is not None
        if apart(first.box, other.box) <= FARTHEST:
            continue
        west, south, east, north = other.box
        if -90 <= west and east <= 90 and apart(first.box, (south, west, north, east)) <= FARTHEST:
            raise BadInput(
                f"{other.path}: its coordinates look swapped, latitude first ({west:g}, {south:g}); "
                f"write longitude first, as in {first.path.name}."
            )
        raise BadInput(
            f"{other.path}: lies at {_written(other.box)}, far from {first.path.name} at {_written(first.box)}; "
            "import them as two cities."
        )


def _written(box: Box) -> str:
    west, south, east, north = box
    return f"{west:.3f},{south:.3f},{wrapped(east):.3f},{north:.3f}"
