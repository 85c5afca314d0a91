"""Stage 4: how far each street is cut back at its junctions, so that lanes end where crossing ground begins."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.network import lines
from cosmopolis.city.network.clusters import MIN_LANE, outward
from cosmopolis.city.network.crossings import SETBACK, FootCrossings
from cosmopolis.city.network.profiles import ProfileTable
from cosmopolis.city.network.ragged import Ints, pairs
from cosmopolis.city.network.segments import Segments, end_kerbs
from cosmopolis.city.words import StreetKind

F64 = NDArray[np.float64]

_LONGEST = 32.0  # m
_LONGEST_PARTING = 110.0  # m, for ramps that leave at a small angle
_CROSSWALK = 4.5  # m for the crossing on foot before a corner
_TAPER = 8.0  # m on either side of a change in the number of lanes


def corner_radius(kind: Ints) -> F64:
    """Kerb radius at a corner by street class, m. Urban values as in most street design guides (3 to 6 m)."""
    return np.select([kind <= StreetKind.TRUNK_LINK, kind <= StreetKind.TERTIARY_LINK], [6.0, 5.0], 3.0)


def wanted_cuts(segments: Segments, table: ProfileTable, place: Ints, feet: FootCrossings) -> tuple[F64, F64]:
    """(S, 2) metres that should be cut off every segment at a and at b, and those that vehicles alone need.

    Where people cross on foot there is ground for them between stop line and corner.
    """
    junction = place[segments.node]
    degree = np.bincount(junction, minlength=len(place))
    reach = _overlap(segments, table, junction, len(place))
    straight = degree[junction] == 2
    reach = np.where(straight, np.maximum(reach, _change(segments, table, junction, len(place))), reach)
    reach = np.where(degree[junction] == 1, 0.0, np.maximum(reach, 1.5))
    drawn = np.isfinite(feet.away) & (feet.away > 0.6 * reach)
    foot = np.where(drawn, np.maximum(reach, feet.away + SETBACK), reach + _CROSSWALK)
    wanted = np.where(feet.walked & (degree[junction] > 1), foot, reach)
    return wanted.reshape(-1, 2), np.minimum(reach, _LONGEST).reshape(-1, 2)


def _overlap(segments: Segments, table: ProfileTable, junction: Ints, n: int) -> F64:
    """(2S,) metres along each end until its carriageway is clear of all others of the junction, corner included."""
    heading = outward(segments)
    node_xy = _tips(segments)
    right, left = end_kerbs(segments, table)
    radius = corner_radius(np.repeat(table.kind[segments.profile], 2))
    i, j = pairs(junction, n)
    cross = heading[i, 0] * heading[j, 1] - heading[i, 1] * heading[j, 0]
    dot = lines.dot(heading[i], heading[j])
    apart = node_xy[j] - node_xy[i]
    far = np.zeros(len(i))
    # Borders of i: (side of i) x heading; where i's border line meets j's: both ahead of their ends.
    for side_i in (right[i], -left[i]):
        for side_j in (right[j], -left[j]):
            gap = apart + _right(heading[j]) * side_j[:, None] - _right(heading[i]) * side_i[:, None]
            with np.errstate(divide="ignore", invalid="ignore"):
                along_i = (gap[:, 0] * heading[j, 1] - gap[:, 1] * heading[j, 0]) / cross
                along_j = (gap[:, 0] * heading[i, 1] - gap[:, 1] * heading[i, 0]) / cross
            met = (np.abs(cross) > 0.12) & (dot < 0.8) & (along_i > 0) & (along_j > 0)
            far = np.maximum(far, np.where(met, along_i, 0.0))
    # The kerb's arc touches its tangent r / tan(half the angle between the two arms) before the corner.
    angle = np.arctan2(np.abs(cross), dot)
    arc = np.minimum(radius[i], radius[j]) / np.tan(np.clip(angle, 0.9, np.pi) / 2)
    bare = np.where((angle > 0.3) & (angle < 2.8), arc, 0.0)
    out = np.zeros(len(junction))
    np.maximum.at(out, i, np.minimum(far + bare, _LONGEST))
    beside = dot > 0.8
    i, j = i[beside], j[beside]
    np.maximum.at(out, i, _parting(segments, table, right, left, i, j))
    return out


def _parting(segments: Segments, table: ProfileTable, right: F64, left: F64, i: Ints, j: Ints) -> F64:
    """(n,) metres along end i until the carriageway of j, that leaves beside it, is clear of it; 0 if it never is."""
    station = np.arange(0.0, _LONGEST_PARTING, 4.0)
    end, row = np.unique(np.concatenate([i, j]), return_inverse=True)
    along = _along(segments, end, station)
    along_i, along_j = along[row[: len(i)]], along[row[len(i) :]]
    gap = along_j - along_i
    step = np.gradient(along_i, axis=1)
    aside = step[..., 0] * gap[..., 1] - step[..., 1] * gap[..., 0]  # positive: j is on the left of i
    reach = np.where(aside > 0, (left[i] + right[j])[:, None], (right[i] + left[j])[:, None])
    clear = np.hypot(gap[..., 0], gap[..., 1]) > reach + 0.2
    room = np.minimum(segments.line.length[i // 2], segments.line.length[j // 2])
    first = np.where(clear.any(axis=1), station[clear.argmax(axis=1)], 0.0)
    layer = table.layer[segments.profile]
    # Of two levels one rises above the other before long.
    limit = np.where(layer[i // 2] == layer[j // 2], _LONGEST_PARTING, _LONGEST)
    return np.where((first < 0.6 * room) & (first < limit), first, 0.0)


def _along(segments: Segments, end: Ints, station: F64) -> F64:
    """(n, k, 2) points at `station` metres from each end; beyond the other end the line stops."""
    row, k = np.repeat(end // 2, len(station)), len(station)
    length = segments.line.length[row]
    far = np.minimum(np.tile(station, len(end)), length)
    far = np.where(np.repeat(end % 2 == 0, k), far, length - far)
    return lines.at(segments.line, row, far)[:, :2].reshape(len(end), k, 2)


def _change(segments: Segments, table: ProfileTable, junction: Ints, n: int) -> F64:
    """(2S,) taper where the cross-section changes between two segments in a row, else a little play."""
    right, left = end_kerbs(segments, table)
    i, j = pairs(junction, n)
    change = np.maximum(np.abs(right[i] - left[j]), np.abs(left[i] - right[j]))
    out = np.zeros(len(junction))
    np.maximum.at(out, i, np.where(change > 0.3, _TAPER, 1.5))
    return out


def fitted(cut: F64, length: F64) -> F64:
    """Cuts made smaller in proportion where a segment is too short for both."""
    total = cut.sum(axis=1)
    room = np.maximum(length - MIN_LANE, 0.35 * length)
    share = np.where(total > room, room / np.maximum(total, 1e-9), 1.0)
    return cut * share[:, None]


def _tips(segments: Segments) -> F64:
    points = segments.line.points[:, :2]
    both = np.stack([points[segments.line.start[:-1]], points[segments.line.start[1:] - 1]], axis=1)
    return both.reshape(-1, 2)


def _right(heading: F64) -> F64:
    return np.column_stack([heading[:, 1], -heading[:, 0]])
