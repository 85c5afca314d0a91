"""Polygons as layers want them: valid, flat, counter-clockwise, inside the city."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon

Shapes = NDArray[np.object_]
Rows = NDArray[np.int64]
Bounds = tuple[float, float, float, float]

POLYGON = 3  # shapely's type id


@dataclass(frozen=True)
class Sound:
    """Polygons in order of the shapes they come from; one shape may give several or none."""

    polygon: Shapes  # (P,)
    row: Rows  # (P,) the shape it comes from
    mended: Rows  # shapes that were not valid as drawn


def as_shapes(shapes: Sequence[object]) -> Shapes:
    """(N,) object array; numpy would unpack geometries of some types by itself."""
    out = np.empty(len(shapes), dtype=np.object_)
    out[:] = shapes
    return out


def sound(shapes: Shapes, *, least_area: float) -> Sound:
    """Valid, flat, counter-clockwise polygons of at least `least_area` m2 made from (N,) shapes."""
    shapes = shapely.force_2d(shapes)
    endless = _endless(shapes)
    if endless.any():
        shapes[endless] = Polygon()
    broken = ~shapely.is_valid(shapes)
    if broken.any():
        shapes[broken] = shapely.make_valid(shapes[broken])
    polygon, row = explode(shapes)
    keep = shapely.area(polygon) >= least_area
    return Sound(shapely.orient_polygons(polygon[keep]), row[keep], np.flatnonzero(broken | endless))


def _endless(shapes: Shapes) -> NDArray[np.bool_]:
    """(N,) whether a coordinate is no number; GEOS stops at those."""
    points, row = shapely.get_coordinates(shapes, return_index=True)
    endless = np.zeros(len(shapes), np.bool_)
    endless[row[~np.isfinite(points).all(axis=1)]] = True
    return endless


def explode(shapes: Shapes) -> tuple[Shapes, Rows]:
    """The polygons inside (N,) shapes of any type, and the shape that each comes from."""
    row = np.arange(len(shapes))
    while len(shapes) and np.any(shapely.get_type_id(shapes) > POLYGON):
        shapes, index = shapely.get_parts(shapes, return_index=True)
        row = row[index]
    plain = (shapely.get_type_id(shapes) == POLYGON) & ~shapely.is_empty(shapes)
    return shapes[plain], row[plain]


def clipped(found: Sound, bounds: Bounds, boundary: Polygon | None) -> Sound:
    """What of it lies inside `bounds` and, where there is one, `boundary`."""
    west, south, east, north = shapely.bounds(found.polygon).T
    out = (west < bounds[0]) | (south < bounds[1]) | (east > bounds[2]) | (north > bounds[3])
    shapes = found.polygon.copy()
    shapes[out] = shapely.intersection(shapes[out], shapely.box(*bounds))
    if boundary is not None:
        shapes = shapely.intersection(shapes, boundary)
    polygon, part = explode(shapes)
    return Sound(shapely.orient_polygons(polygon), found.row[part], found.mended)


def suffixes(row: Rows) -> list[str]:
    """(P,) "" for a shape's first polygon, "#2", "#3" … for more, so that keys stay unique."""
    if not len(row):
        return []
    first = np.concatenate([[0], np.flatnonzero(np.diff(row)) + 1])
    count = np.arange(len(row)) - np.repeat(first, np.diff(np.append(first, len(row))))
    return ["" if number == 0 else f"#{number + 1}" for number in count]


def centres(shapes: Shapes) -> NDArray[np.float64]:
    """(N, 2) centroids."""
    return shapely.get_coordinates(shapely.centroid(shapes)).reshape(-1, 2)
