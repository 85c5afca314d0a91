"""Carriageways drawn too close together for their lanes are made narrower, then moved apart.

Mappers draw a side road or the other carriageway where it is to the eye, not to the metre. Lanes keep at least
86 % of their width (2.8 m of 3.25 m) and lines move by 3 m at most; what still overlaps after that stays.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from cosmopolis.city.network import lines
from cosmopolis.city.network.profiles import ProfileTable
from cosmopolis.city.network.ragged import Ints, ranges
from cosmopolis.city.network.segments import Segments, kerbs

F64 = NDArray[np.float64]

_STEP = 20.0  # m between the places where the distance is measured
_WIDEST = 20.0  # m between two lines whose lanes might touch
_GAP = 0.3  # m between two kerbs
_NARROWEST = 0.86
_FARTHEST = 3.0  # m
_ROUNDS = 8


@dataclass(frozen=True)
class Neighbours:
    """Pairs of segments that run side by side; each pair is listed once for either segment."""

    one: Ints  # (n,)
    other: Ints  # (n,)
    gap: F64  # (n,) m between the drawn lines
    right: NDArray[np.bool_]  # (n,) the other lies on the right of one


def spaced(segments: Segments, table: ProfileTable) -> Segments:
    """The same segments, squeezed and moved so that parallel carriageways lie beside each other."""
    if len(segments) < 2:
        return segments
    pairs = _neighbours(segments, table)
    if len(pairs.one) == 0:
        return segments
    right, left = kerbs(segments, table)
    room = _reach(pairs, right, left)
    squeeze = np.ones(len(segments))
    np.minimum.at(squeeze, pairs.one, (pairs.gap - _GAP) / np.maximum(room, 0.1))
    squeeze = np.clip(squeeze, _NARROWEST, 1.0)
    shift = _apart(pairs, right * squeeze, left * squeeze, len(segments))
    line = segments.line
    if (np.abs(shift) > 0.05).any():
        line = lines.offset(line, np.arange(len(segments)), shift)
    return replace(segments, line=line, squeeze=segments.squeeze * squeeze)


def _reach(pairs: Neighbours, right: F64, left: F64) -> F64:
    """(n,) m that the two carriageways of each pair need between their lines."""
    mutual = _mutual_side(pairs)
    return np.where(pairs.right, right[pairs.one], left[pairs.one]) + np.where(
        mutual, right[pairs.other], left[pairs.other]
    )


def _mutual_side(pairs: Neighbours) -> NDArray[np.bool_]:
    """(n,) whether `one` lies on the right of `other`: looked up in the mirrored pair."""
    n = int(max(pairs.one.max(), pairs.other.max())) + 1
    key, mirrored = pairs.one * n + pairs.other, pairs.other * n + pairs.one
    order = np.argsort(key)
    return pairs.right[order[np.searchsorted(key[order], mirrored)]]


def _apart(pairs: Neighbours, right: F64, left: F64, n: int) -> F64:
    """(n,) metres to the right that each line moves; every pair pushes its two lines apart, a few times over."""
    need = _reach(pairs, right, left) + _GAP
    side = np.where(pairs.right, 1.0, -1.0)
    mutual = np.where(_mutual_side(pairs), 1.0, -1.0)
    count = np.maximum(np.bincount(pairs.one, minlength=n), 1)
    shift = np.zeros(n)
    for _ in range(_ROUNDS):
        gap = pairs.gap - side * shift[pairs.one] - mutual * shift[pairs.other]
        push = np.maximum(need - gap, 0.0) / 2
        shift -= np.bincount(pairs.one, weights=side * push, minlength=n) / count
        shift = np.clip(shift, -_FARTHEST, _FARTHEST)
    return shift


def _neighbours(segments: Segments, table: ProfileTable) -> Neighbours:
    """Segments that run in parallel at the same level, near enough to touch."""
    length = segments.line.length
    count = np.maximum(np.floor((length - 20.0) / _STEP), 0).astype(np.int64)
    # Two-way streets are drawn alone; it is one-way carriageways that lie beside each other.
    single = table.one_way[segments.profile] & ~table.roundabout[segments.profile]
    count[~single] = 0
    row = np.repeat(np.arange(len(segments)), count)
    station = (
        10.0 + (ranges(np.zeros(len(count)), count) + 0.5) * ((length - 20.0) / np.maximum(count, 1))[row]
    )
    here = lines.at(segments.line, row, station)[:, :2]
    rows = np.flatnonzero(single)
    alone = lines.take(segments.line, rows)
    shapes = np.empty(len(segments), dtype=object)
    shapes[rows] = shapely.linestrings(alone.points[:, :2], indices=lines.owner(alone)) if len(rows) else []
    tree = shapely.STRtree(shapes[rows])
    place, other = tree.query(shapely.points(here), predicate="dwithin", distance=_WIDEST)
    other = rows[other]
    one = row[place]
    layer = table.layer[segments.profile]
    near = (one != other) & (layer[one] == layer[other])
    place, other, one = place[near], other[near], one[near]
    there_at = shapely.line_locate_point(shapes[other], shapely.points(here[place]))
    inside = (there_at > 5.0) & (there_at < length[other] - 5.0)
    place, other, one, there_at = place[inside], other[inside], one[inside], there_at[inside]
    ahead = _heading(segments, one, station[place])
    along = _heading(segments, other, there_at)
    apart = lines.at(segments.line, other, there_at)[:, :2] - here[place]
    aside = ahead[:, 0] * apart[:, 1] - ahead[:, 1] * apart[:, 0]
    parallel = np.abs(lines.dot(ahead, along)) > 0.96
    return _paired(one[parallel], other[parallel], aside[parallel], len(segments))


def _heading(segments: Segments, row: Ints, station: F64) -> F64:
    step = (
        lines.at(segments.line, row, station + 1.0)[:, :2]
        - lines.at(segments.line, row, station - 1.0)[:, :2]
    )
    return step / np.maximum(np.hypot(step[:, 0], step[:, 1]), 1e-9)[:, None]


def _paired(one: Ints, other: Ints, aside: F64, n: int) -> Neighbours:
    """Measurements by pair. Lines that part or cross (a ramp, say) are no neighbours."""
    key, index, times = np.unique(one * n + other, return_inverse=True, return_counts=True)
    mean = np.bincount(index, weights=aside) / times if len(key) else np.zeros(0)
    low, high = np.full(len(key), np.inf), np.full(len(key), -np.inf)
    np.minimum.at(low, index, aside)
    np.maximum.at(high, index, aside)
    steady = (high - low < 5.0) & (np.abs(mean) > 2.0) & (times >= 2)
    # Both of a pair have to see each other.
    keep = steady & np.isin((key % n) * n + key // n, key[steady])
    return Neighbours(key[keep] // n, key[keep] % n, np.abs(mean[keep]), mean[keep] < 0)
