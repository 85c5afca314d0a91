"""Stage 5a: which edge leads into which at a junction, and whether that is left, right or straight on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.network import lines
from cosmopolis.city.network.clusters import Inside
from cosmopolis.city.network.lanes import Roads
from cosmopolis.city.network.profiles import ProfileTable
from cosmopolis.city.network.ragged import Ints, joins
from cosmopolis.city.network.restrictions import banned_pairs
from cosmopolis.city.network.segments import Segments
from cosmopolis.city.raw import RawCity
from cosmopolis.city.words import Mode, Turn

F64 = NDArray[np.float64]
Bools = NDArray[np.bool_]

_STRAIGHT = np.radians(32.0)
_BACK = np.radians(152.0)
_SHARP = np.radians(125.0)


@dataclass(frozen=True)
class Movements:
    """M pairs of edges that traffic may follow, sorted by `source`, then from right to left."""

    source: Ints  # (M,) edge
    target: Ints  # (M,) edge
    angle: F64  # (M,) radians turned, left positive
    turn: Ints  # (M,) words.Turn
    lateral: F64  # (M,) m that the source's axis lies right of the target's

    def __len__(self) -> int:
        return len(self.source)


def allowed_movements(
    segments: Segments, table: ProfileTable, roads: Roads, place: Ints, inside: Inside, raw: RawCity
) -> Movements:
    """Every pair of edges that the drawn streets and the signs allow at one junction."""
    node = segments.node
    arrive, leave = node[roads.end], node[roads.begin]
    source, target = joins(place[arrive], place[leave], len(place))
    through = (arrive[source] == leave[target]) | _reachable(inside, arrive[source], leave[target])
    modes = (
        np.bitwise_or.reduceat(roads.lane_modes, roads.first_lane[:-1]) if len(roads) else np.zeros(0, int)
    )
    through &= (modes[source] & modes[target] & int(Mode.CAR | Mode.BUS | Mode.BICYCLE)) > 0
    banned = banned_pairs(segments, table, roads, place, inside, raw)
    if banned:
        signed = np.array(
            [(a, b) not in banned for a, b in zip(source.tolist(), target.tolist())], dtype=bool
        )
        # Signs that leave no way at all are a slip in the data.
        left = np.bincount(source[through & signed], minlength=len(roads))
        through &= signed | (left[source] == 0)
    source, target = source[through], target[through]
    angle = _angle(roads, source, target)
    cars = (modes & int(Mode.CAR)) > 0
    ring = table.roundabout[segments.profile[roads.segment]]
    keep = _with_few_u_turns(segments, roads, source, target, angle, cars)
    # Between two pieces of a small ring the heading turns by up to half a circle; that is no way back.
    keep |= ring[source] & ring[target] & (roads.twin[source] != target)
    source, target, angle = source[keep], target[keep], angle[keep]
    return _arranged(roads, ring, source, target, angle)


def with_turning_back(
    moves: Movements, roads: Roads, table: ProfileTable, segments: Segments, trapped: Bools
) -> Movements:
    """The movements, and turning round at both ends of the `trapped` (E,) edges that have another side."""
    edge = np.flatnonzero(trapped & (roads.twin >= 0))
    pairs = np.concatenate(
        [
            np.column_stack([moves.source, moves.target]),
            np.column_stack([edge, roads.twin[edge]]),
            np.column_stack([roads.twin[edge], edge]),
        ]
    )
    source, target = np.unique(pairs, axis=0).T
    ring = table.roundabout[segments.profile[roads.segment]]
    return _arranged(roads, ring, source, target, _angle(roads, source, target))


def _arranged(roads: Roads, ring: Bools, source: Ints, target: Ints, angle: F64) -> Movements:
    """Pairs of edges as movements, in their order."""
    order = np.lexsort((angle, source))
    source, target, angle = source[order], target[order], angle[order]
    turn = _turns(source, angle, ring[source], ring[target])
    return Movements(source, target, angle, turn, _lateral(roads, source, target))


def _reachable(inside: Inside, a: Ints, b: Ints) -> Bools:
    out = np.zeros(len(a), dtype=bool)
    other = np.flatnonzero(a != b)
    if len(other):
        out[other] = np.asarray(inside.reach[a[other], b[other]]).ravel()
    return out


def _angle(roads: Roads, source: Ints, target: Ints) -> F64:
    """Turning angle, from the headings over the last and the first 8 m."""
    rows, length = np.arange(len(roads)), roads.axis.length
    near = np.minimum(8.0, length)
    start, stop = roads.axis.points[roads.axis.start[:-1]], roads.axis.points[roads.axis.start[1:] - 1]
    out = (stop - lines.at(roads.axis, rows, length - near))[source, :2]
    into = (lines.at(roads.axis, rows, near) - start)[target, :2]
    angle = np.arctan2(out[:, 0] * into[:, 1] - out[:, 1] * into[:, 0], (out * into).sum(axis=1))
    # Straight back is a turn to the left, whatever the rounding says.
    return np.where(roads.twin[source] == target, np.pi, np.where(angle < -np.radians(175.0), np.pi, angle))


def _with_few_u_turns(
    segments: Segments, roads: Roads, source: Ints, target: Ints, angle: F64, cars: Bools
) -> Bools:
    """Which movements stay: turning back only where nothing else is possible, painted, or drawn for that.

    `cars` (E,): a way that only buses or bicycles may go is no way on for cars.
    """
    back = np.abs(angle) > _BACK
    same = roads.twin[source] == target
    e = len(roads)
    exits = np.bincount(source[~back & (cars[target] | ~cars[source])], minlength=e)
    entries = np.bincount(target[~back & (cars[source] | ~cars[target])], minlength=e)
    painted = np.zeros(e, dtype=bool)
    for edge in range(e):
        arrows = segments.turns[roads.segment[edge]][0 if roads.backward[edge] else 1]
        painted[edge] = any(Turn.U_TURN in arrow for arrow in arrows)
    # The gap in a divided road: one way on, and the other carriageway.
    gap = ~same & (angle > 0) & (exits[source] <= 1) & (entries[target] <= 1)
    # At a gap or where a street would lead nowhere else; where two would do, the street's own other side is taken.
    own = np.zeros(e, dtype=bool)
    own[source[same]] = True
    needed = ((exits[source] == 0) | (entries[target] == 0)) & (same | ~own[source])
    return ~back | needed | gap | (painted[source] & (angle > 0))


def _turns(source: Ints, angle: F64, from_ring: Bools, to_ring: Bools) -> Ints:
    """words.Turn of every movement; of several that go nearly straight, the straightest is through.

    On a roundabout staying on the ring is through, and one enters and leaves it to the right.
    """
    turn = np.select(
        [np.abs(angle) > _BACK, angle > _SHARP, angle < -_SHARP, angle > 0],
        [int(Turn.U_TURN), int(Turn.SHARP_LEFT), int(Turn.SHARP_RIGHT), int(Turn.LEFT)],
        int(Turn.RIGHT),
    )
    n = int(source.max(initial=-1)) + 1
    best = np.full(n, np.inf)
    np.minimum.at(best, source, np.abs(angle))
    only = np.bincount(source, minlength=n)[source] == 1
    straightest = np.abs(angle) <= best[source]
    turn[straightest & ((np.abs(angle) < _STRAIGHT) | (only & (np.abs(angle) < np.radians(60.0))))] = int(
        Turn.THROUGH
    )
    slight = ~straightest & (np.abs(angle) < np.radians(48.0)) & (best[source] < _STRAIGHT)
    turn[slight & (angle > 0)] = int(Turn.SLIGHT_LEFT)
    turn[slight & (angle <= 0)] = int(Turn.SLIGHT_RIGHT)
    turn[from_ring != to_ring] = int(Turn.RIGHT)
    turn[from_ring & to_ring] = int(Turn.THROUGH)
    return turn.astype(np.int64)


def _lateral(roads: Roads, source: Ints, target: Ints) -> F64:
    axis = roads.axis
    first, _ = lines.end_directions(axis)
    stop, start = axis.points[axis.start[1:] - 1, :2], axis.points[axis.start[:-1], :2]
    apart = stop[source] - start[target]
    return apart[:, 0] * first[target, 1] - apart[:, 1] * first[target, 0]
