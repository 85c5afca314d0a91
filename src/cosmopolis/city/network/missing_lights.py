"""Lights that a map lacks: where two main roads with many lanes cross at grade, nobody could cross without.

Only for maps that draw lights at all, and only between measured streets: an invented town knows its lights.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.network.clusters import outward
from cosmopolis.city.network.profiles import ProfileTable
from cosmopolis.city.network.ragged import joins
from cosmopolis.city.network.segments import Segments
from cosmopolis.city.words import Provenance, StreetKind

Bools = NDArray[np.bool_]

_LANES = 8  # arriving at the junction together
_MAIN_LANES, _SIDE_LANES = 4, 2  # of the wider and of the other road
_ACROSS = 0.6  # sine of the angle between two roads that cross


def missing_lights(segments: Segments, table: ProfileTable, place: NDArray[np.int64], lit: Bools) -> Bools:
    """(N,) places that get lights although none are drawn; `lit` (N,) have theirs."""
    n = len(place)
    out = np.zeros(n, dtype=bool)
    if len(segments) == 0 or not lit.any():
        return out
    junction = place[segments.node]
    kind = np.repeat(table.kind[segments.profile], 2)
    arriving = _arriving_lanes(segments, table)
    # Main roads only: trunk, primary, secondary and, as the road across, tertiary; no ramps.
    eligible = (kind >= StreetKind.TRUNK) & (kind <= StreetKind.TERTIARY) & (kind % 2 == 0)
    measured = np.array([row.provenance == Provenance.MEASURED for row in table.rows])[segments.profile]
    eligible &= np.repeat(measured, 2)
    eligible &= ~lit[junction] & ~np.repeat(table.roundabout[segments.profile], 2)
    weight = np.where(eligible, arriving * 10.0 + (StreetKind.TERTIARY - kind), -1.0)
    order = np.lexsort((weight, junction))
    widest = np.full(n, -1)
    widest[junction[order]] = order  # the last of each junction has most lanes
    heading = outward(segments)
    i, j = joins(np.where(widest[junction] == np.arange(len(junction)), junction, -1), junction, n)
    usable = eligible[i] & eligible[j]
    i, j = i[usable], j[usable]
    sine = heading[i, 0] * heading[j, 1] - heading[i, 1] * heading[j, 0]
    lanes = {
        "main": np.bincount(junction[j], weights=arriving[j] * (np.abs(sine) < _ACROSS), minlength=n),
        "side": np.bincount(junction[j], weights=arriving[j] * (np.abs(sine) >= _ACROSS), minlength=n),
    }
    left = np.bincount(junction[j], weights=sine > _ACROSS, minlength=n) > 0
    right = np.bincount(junction[j], weights=sine < -_ACROSS, minlength=n) > 0
    important = np.zeros(n, dtype=bool)
    important[junction[i[kind[i] <= StreetKind.SECONDARY]]] = True
    wide = (lanes["main"] >= _MAIN_LANES) & (lanes["side"] >= _SIDE_LANES)
    return left & right & important & wide & (lanes["main"] + lanes["side"] >= _LANES)


def _arriving_lanes(segments: Segments, table: ProfileTable) -> NDArray[np.int64]:
    """(2S,) lanes that arrive at each end's junction."""
    count = np.diff(table.lane_start)
    forward, backward = count[2 * segments.profile], count[2 * segments.profile + 1]
    return np.column_stack([backward, forward]).ravel()
