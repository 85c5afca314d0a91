"""Where a file's things lie on the globe: the one region they share, what lies far from it, where its middle is.

Boxes are west, south, east, north in degrees, west within -180..180 and east never less than west: a box across the
antimeridian has an east beyond 180 (RFC 7946, 5.2 writes west > east for it; `box_from` takes both).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cosmopolis.city.raw import Finding
from cosmopolis.geometry.projection import Projection

Box = tuple[float, float, float, float]

FARTHEST = 2.0  # degrees between neighbouring things (or files) of one city
_CELL = 1.0  # degrees
_EXAMPLES = 3


def wrapped(lon: float) -> float:
    """The same longitude within -180..180."""
    return lon if -180.0 <= lon <= 180.0 else (lon + 180.0) % 360.0 - 180.0


def continuous(lon: NDArray[np.float64], near: float | None = None) -> NDArray[np.float64]:
    """(N,) longitudes without the jump at the antimeridian: within 180 degrees of `near`.

    Without `near`, those in the west become values beyond 180 where that brings all closer together.
    """
    if not len(lon):
        return lon
    if near is not None:
        away = lon - near
        return np.where(np.abs(away) <= 180.0, lon, near + (away + 180.0) % 360.0 - 180.0)
    if np.ptp(lon) <= 180.0:
        return lon
    eastward = np.where(lon < 0.0, lon + 360.0, lon)
    return eastward if np.ptp(eastward) < np.ptp(lon) else lon


def box_of(lonlat: NDArray[np.float64]) -> Box | None:
    """The smallest box around (N, 2) degrees; None for no points."""
    if not len(lonlat):
        return None
    lon = continuous(lonlat[:, 0])
    return _tidy(float(lon.min()), float(lonlat[:, 1].min()), float(lon.max()), float(lonlat[:, 1].max()))


def box_from(west: float, south: float, east: float, north: float) -> Box:
    """A box as somebody wrote it; west > east crosses the antimeridian."""
    return _tidy(west, south, east + 360.0 if east < west else east, north)


def united(boxes: Iterable[Box]) -> Box:
    """The smallest box around some; raises ValueError for none."""
    first, *rest = boxes
    west, south, east, north = first
    middle = (west + east) / 2
    for box in rest:
        by = continuous(np.array([(box[0] + box[2]) / 2]), middle)[0] - (box[0] + box[2]) / 2
        west, east = min(west, box[0] + by), max(east, box[2] + by)
        south, north = min(south, box[1]), max(north, box[3])
    return _tidy(west, south, east, north)


def centre_of(box: Box) -> tuple[float, float]:
    """(lon, lat) of its middle, lon within -180..180."""
    west, south, east, north = box
    return wrapped((west + east) / 2), (south + north) / 2


def origin_of(box: Box) -> Projection:
    """The plane of a city that fills the box: about its centre, rounded to about a metre."""
    lon, lat = centre_of(box)
    return Projection(round(lon, 5), round(lat, 5))


def apart(a: Box, b: Box) -> float:
    """Degrees between two boxes, 0 where they meet."""
    around = [shifted(b, by) for by in (-360.0, 0.0, 360.0)]
    return min(max(a[0] - c[2], c[0] - a[2], a[1] - c[3], c[1] - a[3], 0.0) for c in around)


def shifted(box: Box, degrees: float) -> Box:
    """The box moved east."""
    return box[0] + degrees, box[1], box[2] + degrees, box[3]


def main_part(lonlat: ArrayLike, weight: ArrayLike | None = None) -> NDArray[np.bool_]:
    """(N,) which of (N, 2) degrees belong to the one place that most of them share.

    Points hang together over steps of less than about `FARTHEST` degrees, also across the antimeridian. Where two
    places weigh the same, the one that is not at 0,0 is meant (what has no position is often written there), then
    the one that comes first. `weight`: (N,), 1 each unless given.
    """
    points = np.asarray(lonlat, dtype=np.float64).reshape(-1, 2)
    if not len(points):
        return np.zeros(0, dtype=np.bool_)
    low, high = points.min(axis=0), points.max(axis=0)
    if (high - low <= FARTHEST).all():
        return np.ones(len(points), dtype=np.bool_)
    heavy = np.ones(len(points)) if weight is None else np.asarray(weight, dtype=np.float64)
    across = round(360.0 / _CELL)
    column = np.floor((points[:, 0] + 180.0) / _CELL).astype(np.int64) % across
    line = np.floor((points[:, 1] + 90.0) / _CELL).astype(np.int64)
    cells, first, cell = np.unique(line * across + column, return_index=True, return_inverse=True)
    place = _hanging_together(cells.tolist(), across)
    total = np.bincount(place, np.bincount(cell, heavy, len(cells)))
    begins = np.full(len(total), len(points))
    np.minimum.at(begins, place, first)
    at_zero = np.zeros(len(total), dtype=np.bool_)
    at_zero[place[cell[(np.abs(points) < _CELL / 100).all(axis=1)]]] = True
    best = min(range(len(total)), key=lambda i: (-total[i], at_zero[i], begins[i]))
    return place[cell] == best


def far_finding(
    file: str, what: str, lonlat: NDArray[np.float64], rest: Box | None, names: Sequence[str] = ()
) -> Finding:
    """Tells of things left out: (N, 2) degrees, one point each; `rest` is where the others lie."""
    told = f"{len(lonlat)} {what} far from the rest"
    told += "" if rest is None else " ({:.3f}, {:.3f})".format(*centre_of(rest))
    some = [f"({x:.3f}, {y:.3f})" for x, y in lonlat[:_EXAMPLES].tolist()]
    some = [f"{name} at {at}" for name, at in zip(names, some)] or [f"at {at}" for at in some]
    more = ", ..." if len(lonlat) > len(some) else ""
    return Finding("far-away", file, f"{told}, {', '.join(some)}{more}; left out")


def _hanging_together(cells: list[int], across: int) -> NDArray[np.int64]:
    """For each cell of the grid (line * across + column) the number of the group of neighbours it is in."""
    row = {cell: i for i, cell in enumerate(cells)}
    group = np.full(len(cells), -1, dtype=np.int64)
    reach = range(-round(FARTHEST / _CELL), round(FARTHEST / _CELL) + 1)
    groups = 0
    for i in range(len(cells)):
        if group[i] >= 0:
            continue
        group[i], ahead = groups, [i]
        while ahead:
            line, column = divmod(cells[ahead.pop()], across)
            for up in reach:
                for along in reach:
                    j = row.get((line + up) * across + (column + along) % across, -1)
                    if j >= 0 and group[j] < 0:
                        group[j] = groups
                        ahead.append(j)
        groups += 1
    return group


def _tidy(west: float, south: float, east: float, north: float) -> Box:
    """West within -180..180."""
    inside = wrapped(west)
    return inside, south, east + (inside - west), north
