"""Stage 4b: the ground of each junction, between its stop lines and kerb corners."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from cosmopolis.city.network import lines
from cosmopolis.city.network.profiles import ProfileTable
from cosmopolis.city.network.ragged import Ints, starts
from cosmopolis.city.network.segments import Segments, end_kerbs
from cosmopolis.geometry.polylines import Polylines

F64 = NDArray[np.float64]
Shapes = NDArray[np.object_]

_CORNER = np.linspace(0.0, 1.0, 6)  # points along a rounded corner


@dataclass(frozen=True)
class Corners:
    """The kerb from each segment end's left corner to the right corner of the next end counter-clockwise."""

    order: Ints  # (2S,) segment ends by junction, counter-clockwise
    following: Ints  # (2S,) the end after each of `order`
    junction: Ints  # (2S,) the junction of each segment end (not in `order`)
    count: Ints  # (N,) ends of every junction
    curve: F64  # (2S, 6, 3) points in the order of `order`
    right: F64  # (2S, 2) right corner of every segment end, looking out of the junction
    left: F64  # (2S, 2) its left corner


def kerb_corners(segments: Segments, rest: Polylines, table: ProfileTable, junction: Ints, n: int) -> Corners:
    """Corners of all junctions. `junction` (2S,) is the one at every segment end, `rest` the trimmed segments."""
    tip, heading, height = _stop_lines(rest)
    right, left = end_kerbs(segments, table)
    side = np.column_stack([heading[:, 1], -heading[:, 0]])
    corner_right, corner_left = tip + side * right[:, None], tip - side * left[:, None]
    order = _around(tip, junction, n)
    count = np.bincount(junction[order], minlength=n)
    first = starts(count)
    following = np.roll(order, -1)
    last = first[1:][count > 0] - 1
    following[last] = order[first[:-1][count > 0]]
    curve = _corner_curve(corner_left[order], heading[order], corner_right[following], heading[following])
    z = height[order][:, None] + (height[following] - height[order])[:, None] * _CORNER[None]
    return Corners(
        order,
        following,
        junction,
        count,
        np.concatenate([curve, z[..., None]], axis=2),
        corner_right,
        corner_left,
    )


def junction_areas(corners: Corners) -> Shapes:
    """(N,) polygons; empty where fewer than two streets meet."""
    ring = np.concatenate(
        [corners.right[corners.order][:, None], corners.curve[:, :, :2]], axis=1
    )  # (2S, 7, 2)
    both = np.concatenate([corners.right, corners.left])
    return _polygons(
        ring, corners.junction[corners.order], corners.count, both, corners.junction, len(corners.count)
    )


def _stop_lines(rest: Polylines) -> tuple[F64, F64, F64]:
    """(2S, 2) middle of every stop line, the heading out of the junction there, and the height."""
    first, last = lines.end_directions(rest)
    tips = np.stack([rest.points[rest.start[:-1]], rest.points[rest.start[1:] - 1]], axis=1).reshape(-1, 3)
    return tips[:, :2], np.stack([first, -last], axis=1).reshape(-1, 2), tips[:, 2]


def _around(tip: F64, junction: Ints, n: int) -> Ints:
    """Ends sorted by junction, then counter-clockwise around the middle of its stop lines."""
    count = np.maximum(np.bincount(junction, minlength=n), 1)
    middle = np.column_stack([np.bincount(junction, weights=tip[:, k], minlength=n) / count for k in (0, 1)])
    apart = tip - middle[junction]
    return np.lexsort((np.arctan2(apart[:, 1], apart[:, 0]), junction))


def _corner_curve(start: F64, out_start: F64, stop: F64, out_stop: F64) -> F64:
    """(N, 6, 2) kerb from one street's left corner to the next street's right corner.

    A quadratic curve towards the point where the two kerbs would meet, a straight line where they would not.
    """
    a, b = -out_start, -out_stop
    gap = stop - start
    cross = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        s = (gap[:, 0] * b[:, 1] - gap[:, 1] * b[:, 0]) / cross
        t = (gap[:, 0] * a[:, 1] - gap[:, 1] * a[:, 0]) / cross
    far = np.hypot(gap[:, 0], gap[:, 1])
    met = (np.abs(cross) > 0.15) & (s > 0) & (t > 0) & (s < 1.5 * far) & (t < 1.5 * far)
    knee = np.where(met[:, None], start + np.where(met, s, 0.0)[:, None] * a, (start + stop) / 2)
    u = _CORNER[None, :, None]
    return (1 - u) ** 2 * start[:, None] + 2 * (1 - u) * u * knee[:, None] + u**2 * stop[:, None]


def _polygons(ring: F64, owner: Ints, count: Ints, corners: F64, junction: Ints, n: int) -> Shapes:
    """Rings of one junction after the other as polygons; where a ring crosses itself, the hull of its corners."""
    out = np.full(n, shapely.Polygon(), dtype=object)
    open_ = count[owner] >= 2
    if not open_.any():
        return out
    rows, index = np.unique(owner[open_], return_inverse=True)
    points = ring[open_].reshape(-1, 2)
    out[rows] = shapely.polygons(shapely.linearrings(points, indices=np.repeat(index, ring.shape[1])))
    bad = rows[~shapely.is_valid(out[rows]) | (shapely.area(out[rows]) < 0.5)]
    if len(bad):
        twice = np.concatenate([junction, junction])
        chosen = np.flatnonzero(np.isin(twice, bad))
        chosen = chosen[np.argsort(twice[chosen], kind="stable")]
        hull = shapely.convex_hull(
            shapely.multipoints(corners[chosen], indices=np.unique(twice[chosen], return_inverse=True)[1])
        )
        out[bad] = np.where(shapely.get_type_id(hull) == 3, hull, shapely.buffer(hull, 0.5))
    return out
