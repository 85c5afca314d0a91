"""Stage 5b: which lane leads into which. Turns keep to their side of the road, and paths of one edge never cross."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.network.lanes import Roads
from cosmopolis.city.network.movements import Movements
from cosmopolis.city.network.ragged import Ints
from cosmopolis.city.network.segments import Segments
from cosmopolis.city.words import Mode, Turn

_RIGHT = int(Turn.RIGHT | Turn.SLIGHT_RIGHT | Turn.SHARP_RIGHT)
_LEFT = int(Turn.LEFT | Turn.SLIGHT_LEFT | Turn.SHARP_LEFT | Turn.U_TURN)
_NEARLY_STRAIGHT = np.radians(48.0)

Span = tuple[int, int]  # first and last lane, kerb side first, both included


def choose_lanes(segments: Segments, roads: Roads, moves: Movements) -> tuple[Ints, Ints, Ints]:
    """(C,) from lane, to lane, movement of every connection, sorted by from lane."""
    count = roads.general_count.tolist()
    general = [[first + i for i in lanes] for first, lanes in zip(roads.first_lane.tolist(), roads.general)]
    offset = roads.lane_offset.tolist()
    target, turn, angle = moves.target.tolist(), moves.turn.tolist(), moves.angle.tolist()
    lateral = moves.lateral.tolist()
    right_of, left_of = _rivals(roads, moves)
    begin = np.searchsorted(moves.source, np.arange(len(roads) + 1)).tolist()
    narrow = _narrow(roads, moves)
    out = _narrow_connections(roads, moves, np.flatnonzero(narrow))
    for edge in range(len(roads)):
        rows = [r for r in range(begin[edge], begin[edge + 1]) if not narrow[r]]
        if not rows:
            continue
        n = count[edge]
        if n == 1 and all(count[target[r]] == 1 for r in rows):  # nothing to choose
            out += [(general[edge][0], general[target[r]][0], r) for r in rows]
            continue
        arrows = segments.turns[roads.segment[edge]][0 if roads.backward[edge] else 1]
        spans = lane_spans(
            n, [turn[r] for r in rows], [angle[r] for r in rows], [count[target[r]] for r in rows], arrows
        )
        for r, span in zip(rows, spans):
            goal = target[r]
            sources = [offset[lane] + lateral[r] for lane in general[edge]]
            goals = [offset[lane] for lane in general[goal]]
            fan = len(rows) == 1 and left_of[r] + right_of[r] == 0
            pairs = lane_pairs(span, turn[r], sources, goals, right_of[r], left_of[r], fan)
            out += [(general[edge][i], general[goal][j], r) for i, j in pairs]
    out += _special_lanes(roads, moves, begin, narrow)
    flat = np.array(sorted(set(out)), dtype=np.int64).reshape(-1, 3)
    return flat[:, 0], flat[:, 1], flat[:, 2]


def _narrow(roads: Roads, moves: Movements) -> NDArray[np.bool_]:
    """(M,) movements that lead cars' lanes where cars may not go (a bus or cycle lane against a one-way street), or
    that come from where only bicycles ride. No car's lane may be given up to them."""
    modes = _edge_modes(roads)
    cars = modes & int(Mode.CAR) > 0
    bicycles = modes == int(Mode.BICYCLE)
    return (cars[moves.source] & ~cars[moves.target]) | bicycles[moves.source]


def _edge_modes(roads: Roads) -> Ints:
    """(E,) words.Mode set of all lanes together."""
    if len(roads) == 0:
        return np.zeros(0, dtype=np.int64)
    return np.bitwise_or.reduceat(roads.lane_modes, roads.first_lane[:-1])


def _narrow_connections(roads: Roads, moves: Movements, rows: Ints) -> list[tuple[int, int, int]]:
    """For each of the movements `rows`, from the lane that most nearly is of the target's kind to one of its kind."""
    modes = _edge_modes(roads)
    out = []
    for r in rows.tolist():
        source, target = int(moves.source[r]), int(moves.target[r])
        allowed = int(modes[target]) & ~int(Mode.EMERGENCY)
        lanes = [
            lane
            for lane in range(int(roads.first_lane[source]), int(roads.first_lane[source + 1]))
            if roads.lane_modes[lane] & allowed
        ]
        if not lanes:
            continue
        own = [lane for lane in lanes if not roads.lane_modes[lane] & int(Mode.CAR)]
        lane = own[0] if own else lanes[-1] if moves.turn[r] & _LEFT else lanes[0]
        out.append((lane, _like(roads, lane, target), r))
    return out


def _rivals(roads: Roads, moves: Movements) -> tuple[list[int], list[int]]:
    """For every movement, lanes of other streets that join its target nearly straight, from its right and left."""
    straight = np.abs(moves.angle) < _NEARLY_STRAIGHT
    lanes = roads.general_count[moves.source]
    right, left = np.zeros(len(moves), dtype=np.int64), np.zeros(len(moves), dtype=np.int64)
    many = np.bincount(moves.target[straight], minlength=len(roads)) > 1
    rows = np.flatnonzero(straight & many[moves.target])
    by_target: dict[int, list[int]] = {}
    for r in rows.tolist():
        by_target.setdefault(int(moves.target[r]), []).append(r)
    for group in by_target.values():
        # Who comes from the right turns left to join; side by side, the place decides.
        group.sort(key=lambda r: moves.angle[r] * 20.0 + moves.lateral[r])
        for place, r in enumerate(group):
            left[r] = lanes[group[:place]].sum()
            right[r] = lanes[group[place + 1 :]].sum()
    return right.tolist(), left.tolist()


def lane_spans(
    n: int, turn: Sequence[int], angle: Sequence[float], room: Sequence[int], arrows: Sequence[Turn]
) -> list[Span]:
    """For movements sorted from right to left, the lanes of an n-lane edge that make them.

    `room` is the number of lanes of each movement's target, `arrows` the painted turns from left to right.
    Every lane gets a movement and every movement a lane.
    """
    if n == 1 or len(turn) == 1:
        return [(0, n - 1)] * len(turn)
    spans: list[Span | None] = [None] * len(turn)
    if len(arrows) == n and any(arrows):
        spans = [_painted_span(t, [int(arrow) for arrow in arrows[::-1]]) for t in turn]
    if all(span is None for span in spans):
        if all(abs(a) < _NEARLY_STRAIGHT for a in angle):
            spans = list(_fork_spans(n, turn, room))
        else:
            spans = list(_corner_spans(n, turn, room))
    return _completed(n, turn, spans)


def _painted_span(turn: int, arrows: list[int]) -> Span | None:
    """Lanes, kerb first, whose arrows show `turn`."""
    wanted = _RIGHT if turn & _RIGHT else _LEFT if turn & _LEFT else int(Turn.THROUGH)
    if turn == Turn.U_TURN and any(arrow & Turn.U_TURN for arrow in arrows):
        wanted = int(Turn.U_TURN)
    lanes = [i for i, arrow in enumerate(arrows) if arrow & wanted]
    if not lanes and turn == Turn.THROUGH:
        lanes = [i for i, arrow in enumerate(arrows) if arrow == 0 or arrow & Turn.MERGE]
    return (lanes[0], lanes[-1]) if lanes else None


def _fork_spans(n: int, turn: Sequence[int], room: Sequence[int]) -> list[Span]:
    """Branches side by side: from the kerb each takes as many lanes as it has; where lanes lack, they are shared."""
    out, first = [], 0
    later = sum(room)
    for lanes in room:
        later -= lanes
        start = min(first, n - 1) if first + lanes + later <= n else max(min(first, n - lanes - later), 0)
        start = min(start, n - 1)
        out.append((start, min(start + lanes, n) - 1))
        first = start + lanes
    return out


def _corner_spans(n: int, turn: Sequence[int], room: Sequence[int]) -> list[Span]:
    """Right turns from the kerb, left turns from the middle of the road, straight on from the rest."""
    rights = [k for k, t in enumerate(turn) if t & _RIGHT]
    lefts = [k for k, t in enumerate(turn) if t & _LEFT and t != Turn.U_TURN]
    ahead = [k for k, t in enumerate(turn) if t == Turn.THROUGH]
    spans: list[Span] = [(0, 0) if t & _RIGHT else (n - 1, n - 1) for t in turn]
    if ahead:
        low, high = 0, n - 1
        straight = room[ahead[0]]
        if lefts and n >= 3:
            high -= 1
        if rights and high - low + 1 > max(straight, 2):
            low += 1
        for k in ahead:
            spans[k] = (low, high)
    elif rights and lefts:
        # A T from below: the kerb half turns right, the rest left.
        half = max(n // 2, 1)
        for k in rights:
            spans[k] = (0, min(half, room[k]) - 1 if n > 1 else 0)
        for k in lefts:
            spans[k] = (min(half, n - 1), n - 1)
    else:
        for k in [*rights, *lefts]:
            wide = min(n, room[k])
            spans[k] = (0, wide - 1) if turn[k] & _RIGHT else (n - wide, n - 1)
    return spans


def _completed(n: int, turn: Sequence[int], spans: Sequence[Span | None]) -> list[Span]:
    """Movements without a lane get the one on their side; lanes without a movement join their neighbour's."""
    out: list[Span] = []
    for t, span in zip(turn, spans):
        out.append(span or ((0, 0) if t & _RIGHT else (n - 1, n - 1) if t & _LEFT else (0, n - 1)))
    used = [any(low <= lane <= high for low, high in out) for lane in range(n)]
    for lane in range(n):
        if used[lane]:
            continue
        choices = [k for k in range(len(out)) if turn[k] != Turn.U_TURN] or list(range(len(out)))
        gap = [max(out[k][0] - lane, lane - out[k][1]) for k in choices]
        k = choices[gap.index(min(gap))]
        out[k] = (min(out[k][0], lane), max(out[k][1], lane))
    return out


def lane_pairs(
    span: Span, turn: int, sources: Sequence[float], goals: Sequence[float], right: int, left: int, fan: bool
) -> list[tuple[int, int]]:
    """(lane, lane of the target) for the lanes in `span`.

    `sources` and `goals` are the lanes' places, m to the right of the target's axis; `right` and `left` the lanes
    of rivals that join from there; with `fan`, new lanes of the target open from the nearest lane.
    """
    low, high = span
    m = len(goals)
    if turn in (Turn.RIGHT, Turn.SHARP_RIGHT) and right == 0:
        return [(i, min(i - low, m - 1)) for i in range(low, high + 1)]
    if turn in (Turn.LEFT, Turn.SHARP_LEFT, Turn.U_TURN) and left == 0:
        return [(i, max(m - 1 - (high - i), 0)) for i in range(low, high + 1)]
    shift = _best_shift(sources[low : high + 1], goals, right, left)
    pairs = [(i, min(max(i - low + shift, 0), m - 1)) for i in range(low, high + 1)]
    if fan:
        reached = {j for _, j in pairs}
        pairs += [(low if j < min(reached) else high, j) for j in range(m) if j not in reached]
    return pairs


def _best_shift(sources: Sequence[float], goals: Sequence[float], right: int, left: int) -> int:
    """How many lanes of the target stay free at the kerb, so that paths run as straight as can be."""
    k, m = len(sources), len(goals)
    low, high = min(0, m - k), max(0, m - k)
    if low == high:
        return low
    if right + left and m >= k:
        low, high = min(right, m - k), max(m - k - left, min(right, m - k))
    best, least = low, float("inf")
    for shift in range(low, high + 1):
        drift = sum(abs(sources[i] - goals[min(max(i + shift, 0), m - 1)]) for i in range(k))
        if drift < least - 0.1:
            best, least = shift, drift
    return best


def _special_lanes(
    roads: Roads, moves: Movements, begin: list[int], narrow: NDArray[np.bool_]
) -> list[tuple[int, int, int]]:
    """Connections of bus lanes and cycle lanes: to their like if the target has one, else to its kerb lane."""
    out = []
    first = roads.first_lane
    special = np.flatnonzero(roads.general_count < np.diff(first))
    for edge in special.tolist():
        ordinary = [int(first[edge]) + i for i in roads.general[edge]]
        rows = [r for r in range(begin[edge], begin[edge + 1]) if not narrow[r]]
        for lane in range(int(first[edge]), int(first[edge + 1])):
            if lane in ordinary:
                continue
            for r in _rows_of_lane(roads, moves, rows, lane, ordinary):
                goal = _like(roads, lane, int(moves.target[r]))
                out.append((lane, goal, r))
    return out


def _rows_of_lane(
    roads: Roads, moves: Movements, rows: list[int], lane: int, ordinary: list[int]
) -> list[int]:
    """Movements of a special lane: left turns only from the middle of the road, right turns only from its kerb."""
    unwanted = _LEFT
    if roads.lane_modes[lane] & int(Mode.BUS) and lane > ordinary[0]:
        unwanted = _RIGHT if lane > ordinary[-1] else _LEFT | _RIGHT
    return [r for r in rows if not moves.turn[r] & unwanted] or rows


def _like(roads: Roads, lane: int, edge: int) -> int:
    """The lane of `edge` that a bus or cycle lane goes on in."""
    begin, end = int(roads.first_lane[edge]), int(roads.first_lane[edge + 1])
    wanted = roads.lane_modes[lane]
    for goal in range(begin, end):
        if roads.lane_modes[goal] == wanted:
            return goal
    for goal in range(begin, end):
        if roads.lane_modes[goal] & wanted & ~int(Mode.EMERGENCY):
            return goal
    return begin + roads.general[edge][0]
