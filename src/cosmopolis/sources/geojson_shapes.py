"""The geometry of a GeoJSON feature as a stranger wrote it -> shapes, or words about what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

DEEPEST = 16  # collections within collections


class NotAShape(Exception):
    """What is wrong with a geometry, in words about the file."""


def shapes_of(geometry: Any, depth: int = 0) -> list[Any]:
    """Flat shapes, more than one for a collection, none for an empty geometry; raises NotAShape."""
    if not isinstance(geometry, dict):
        raise NotAShape(f"the geometry is {_kind(geometry)}")
    kind = geometry.get("type")
    if kind == "GeometryCollection":
        inner = geometry.get("geometries")
        if not isinstance(inner, list):
            raise NotAShape(f'the "geometries" of a collection are {_kind(inner)}')
        if depth >= DEEPEST:
            raise NotAShape(f"collections are nested more than {DEEPEST} deep")
        return [shape for part in inner for shape in shapes_of(part, depth + 1)]
    make = _MAKERS.get(kind) if isinstance(kind, str) else None
    if make is None:
        raise NotAShape(f'the type of the geometry is "{kind[:40]}"' if isinstance(kind, str) else
                        f"the type of the geometry is {_kind(kind)}")  # fmt: skip
    coordinates = geometry.get("coordinates")
    if not isinstance(coordinates, list):
        raise NotAShape(f'the "coordinates" are {_kind(coordinates)}')
    try:
        shape = make(coordinates) if coordinates else None
    except shapely.errors.ShapelyError:
        raise NotAShape(f"the coordinates make no {kind}") from None
    return [] if shape is None or shape.is_empty else [shape]


def _point(coordinates: list) -> Any:
    return shapely.Point(*_positions([coordinates])[0])


def _points(coordinates: list) -> Any:
    return shapely.MultiPoint(_positions(coordinates))


def _line(coordinates: list) -> Any:
    line = _positions(coordinates)
    if len(line) < 2:
        raise NotAShape("a line has fewer than two positions")
    return shapely.LineString(line)


def _lines(coordinates: list) -> Any:
    return shapely.MultiLineString([_line(_listed(line)) for line in coordinates if line != []])


def _polygon(coordinates: list) -> Any:
    first, *holes = [_ring(_listed(ring)) for ring in coordinates]
    return shapely.polygons(first, holes) if holes else shapely.polygons(first)


def _polygons(coordinates: list) -> Any:
    return shapely.MultiPolygon([_polygon(_listed(polygon)) for polygon in coordinates if polygon != []])


def _ring(coordinates: list) -> Any:
    ring = _positions(coordinates)
    if len(ring) < 3:
        raise NotAShape("a ring has fewer than three corners")
    return shapely.linearrings(ring)


_MAKERS: dict[str, Callable[[list], Any]] = {
    "Point": _point, "MultiPoint": _points, "LineString": _line, "MultiLineString": _lines, "Polygon": _polygon,
    "MultiPolygon": _polygons,
}  # fmt: skip


def _positions(value: list) -> NDArray[np.float64]:
    """(n, 2) of positions of two numbers or more; heights are left out."""
    try:
        array = np.array(value, dtype=np.float64)
    except (ValueError, TypeError, OverflowError):
        array = np.array([_pair(position) for position in value], dtype=np.float64)
    if array.ndim != 2 or array.shape[1] < 2:
        deeper = array.ndim > 2 or (array.ndim == 2 and not array.shape[1])
        raise NotAShape(
            f"the coordinates are nested {'deeper' if deeper else 'less deep'} than their type says"
        )
    if not np.isfinite(array[:, :2]).all():
        raise NotAShape("a coordinate is not a number")
    return array[:, :2]


def _pair(position: Any) -> tuple[float, float]:
    """Of a position whose neighbours have more or fewer values."""
    if not isinstance(position, list):
        raise NotAShape(f"a position is {_kind(position)}")
    if position and isinstance(position[0], list):
        raise NotAShape("the coordinates are nested deeper than their type says")
    if len(position) < 2:
        raise NotAShape("a position has fewer than two numbers")
    try:
        return float(position[0]), float(position[1])
    except (ValueError, TypeError, OverflowError):
        raise NotAShape("a coordinate is not a number") from None


def _listed(value: Any) -> list:
    if not isinstance(value, list):
        raise NotAShape("the coordinates are nested less deep than their type says")
    return value


def _kind(value: Any) -> str:
    """What JSON calls a value."""
    if value is None:
        return "missing"
    names = (
        (bool, "a truth value"),
        ((int, float), "a number"),
        (str, "a text"),
        (list, "a list"),
        (dict, "an object"),
    )
    return next(name for type, name in names if isinstance(value, type))
