"""Stage 6: where the paths of one junction share ground, and who waits for whom."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.chunks import in_chunks
from cosmopolis.city.model import Conflicts
from cosmopolis.city.network import lines
from cosmopolis.city.network.connections import Links
from cosmopolis.city.network.lanes import Roads
from cosmopolis.city.network.movements import Movements
from cosmopolis.city.network.priority import Rules
from cosmopolis.city.network.ragged import Ints, grouped, ranges
from cosmopolis.city.words import Control, Turn
from cosmopolis.geometry.polylines import Polylines

F64 = NDArray[np.float64]
F32 = NDArray[np.float32]
Bools = NDArray[np.bool_]

APART = 2.2  # m between two paths' middles below which cars on them would touch
_COARSE, _FINE = 7, 20  # points a path in the first and in the second look
_CHUNK = 1_024  # pairs at once, so that their distances stay in the processor's cache


def find_conflicts(
    roads: Roads, moves: Movements, links: Links, rules: Rules, *, right_first: bool = True
) -> Conflicts:
    """Conflicts of all connections.

    Of every pair exactly one yields. Among equals at right-before-left and all-way-stop junctions this may go
    round in a circle when cars stand at every arm at once: whoever moves them has to let one go.
    """
    c, d = _pairs(links.from_lane, links.junction)
    parallel = _side_by_side(roads, moves, links, c, d)
    c, d = c[~parallel], d[~parallel]
    c, d = _near_pairs(links.path, c, d)
    c, d, span_c, span_d = _shared_ground(links.path, c, d)
    merge = links.to_lane[c] == links.to_lane[d]
    length = links.path.length
    span_c[merge, 1], span_d[merge, 1] = length[c[merge]], length[d[merge]]
    waits = _first_yields(roads, moves, links, rules, c, d, right_first)
    one = np.concatenate([c, d])
    other = np.concatenate([d, c])
    order = np.lexsort((other, one))
    span = np.concatenate([span_c, span_d])[order]
    start = np.searchsorted(one[order], np.arange(len(links) + 1))
    return Conflicts(
        start=start.astype(np.int32),
        other=other[order].astype(np.int32),
        begin=span[:, 0].astype(np.float32),
        end=span[:, 1].astype(np.float32),
        yields=np.concatenate([waits, ~waits])[order],
        merge=np.concatenate([merge, merge])[order],
    )


def _pairs(from_lane: Ints, junction: Ints) -> tuple[Ints, Ints]:
    """Pairs c < d of one junction that do not start in the same lane."""
    order, start = grouped(junction, int(junction.max(initial=-1)) + 1)
    count = np.diff(start)
    place = ranges(np.zeros(len(count)), count)
    after = np.repeat(count, count) - place - 1
    c = np.repeat(order, after)
    d = order[ranges(np.arange(len(order)) + 1, after)]
    apart = from_lane[c] != from_lane[d]
    return c[apart], d[apart]


def _side_by_side(roads: Roads, moves: Movements, links: Links, c: Ints, d: Ints) -> Bools:
    """Pairs that follow one movement in lanes next to each other, or the two directions of one street."""
    m, k = links.movement[c], links.movement[d]
    same = m == k
    ordered = (links.from_lane[c] - links.from_lane[d]) * (links.to_lane[c] - links.to_lane[d]) > 0
    against = (roads.twin[moves.target[m]] == moves.source[k]) & (
        roads.twin[moves.source[m]] == moves.target[k]
    )
    return (same & ordered) | against


def _near_pairs(paths: Polylines, c: Ints, d: Ints) -> tuple[Ints, Ints]:
    """Pairs whose boxes come within reach of each other, then those that do at a few points."""
    points = paths.points[:, :2]
    low = np.minimum.reduceat(points, paths.start[:-1]) if len(paths) else np.zeros((0, 2))
    high = np.maximum.reduceat(points, paths.start[:-1]) if len(paths) else np.zeros((0, 2))
    near = ((low[c] < high[d] + APART) & (low[d] < high[c] + APART)).all(axis=1)
    c, d = c[near], d[near]
    sample, step = sampled(paths, _COARSE)

    def look(part: slice) -> Bools:
        reach = APART + (step[c[part]] + step[d[part]]) / 2
        return _distances(sample[c[part]], sample[d[part]]).min(axis=(1, 2)) < reach**2

    keep = np.concatenate([np.zeros(0, dtype=bool), *in_chunks(look, len(c), _CHUNK)])
    return c[keep], d[keep]


def sampled(paths: Polylines, k: int) -> tuple[F32, F32]:
    """(C, k, 2) points at equal distances along each path, about the middle of all paths; (C,) that distance, m."""
    n, length = len(paths), paths.length
    row = np.repeat(np.arange(n), k)
    station = (length[:, None] * np.linspace(0.0, 1.0, k)).ravel()
    if n == 0:
        return np.zeros((0, k, 2), dtype=np.float32), np.zeros(0, dtype=np.float32)
    xy = lines.at(paths, row, station)[:, :2].reshape(n, k, 2)
    return (xy - xy.mean(axis=(0, 1))).astype(np.float32), (length / (k - 1)).astype(np.float32)


def _distances(a: F32, b: F32) -> F32:
    """(n, k, k) squared distances between the points of a and of b."""
    x = a[:, :, None, 0] - b[:, None, :, 0]
    y = a[:, :, None, 1] - b[:, None, :, 1]
    np.multiply(x, x, out=x)
    np.multiply(y, y, out=y)
    x += y
    return x


def _shared_ground(paths: Polylines, c: Ints, d: Ints) -> tuple[Ints, Ints, F64, F64]:
    """The pairs that touch, and (n, 2) where that begins and ends along each of the two."""
    sample, step = sampled(paths, _FINE)

    def look(part: slice) -> tuple[Ints, Ints, F64, F64]:
        pick_c, pick_d = c[part], d[part]
        # A point between two samples is at most half a step from one of them.
        reach = APART**2 + (np.maximum(step[pick_c], step[pick_d]) / 2) ** 2
        close: Bools = _distances(sample[pick_c], sample[pick_d]) < reach[:, None, None]
        on_c, on_d = np.any(close, axis=2), np.any(close, axis=1)
        met = np.any(on_c, axis=1)
        pick_c, pick_d = pick_c[met], pick_d[met]
        return pick_c, pick_d, _span(on_c[met], step[pick_c]), _span(on_d[met], step[pick_d])

    pieces = in_chunks(look, len(c), _CHUNK)
    if not pieces:
        return c, d, np.zeros((0, 2)), np.zeros((0, 2))
    c, d, span_c, span_d = (np.concatenate(part) for part in zip(*pieces))
    return c, d, span_c, span_d


def _span(on: Bools, step: NDArray) -> F64:
    """First and last marked sample as stations, half a step wider, within the path."""
    k = on.shape[1]
    first, last = on.argmax(axis=1), k - 1 - on[:, ::-1].argmax(axis=1)
    low = np.maximum(first - 0.5, 0.0) * step
    high = np.minimum(last + 0.5, k - 1.0) * step
    return np.column_stack([low, high]).astype(np.float64)


def _first_yields(
    roads: Roads, moves: Movements, links: Links, rules: Rules, c: Ints, d: Ints, right_first: bool
) -> Bools:
    """(n,) whether c waits for d: by rank, then straight before turning, then right before left, then by lane."""
    source = moves.source[links.movement]
    rank = rules.rank[source]
    heading = lines.end_directions(roads.axis)[1][source]
    turn = _turn_rank(moves.turn[links.movement])
    cross = heading[c, 0] * heading[d, 1] - heading[c, 1] * heading[d, 0]
    dot = lines.dot(heading[c], heading[d])
    crossing = np.abs(cross) > 0.5
    control = rules.control[links.junction[c]]
    # On a ring traffic comes from the left and goes first; a small one has no ring of its own edges.
    from_right = (cross > 0) == (right_first & (control != Control.ROUNDABOUT))
    equals = (control == Control.RIGHT_BEFORE_LEFT) | (control == Control.ROUNDABOUT)
    by_side = crossing & (equals | (turn[c] == turn[d]))
    # Two that come the same way: the one at the kerb waits, as where a lane ends. Else the later one.
    same_way = (dot > 0.5) & (links.from_lane[c] != links.from_lane[d])
    by_lane = np.where(same_way, links.from_lane[c] < links.from_lane[d], c > d)
    return np.select(
        [rank[c] != rank[d], by_side, turn[c] != turn[d], crossing],
        [rank[c] < rank[d], from_right, turn[c] < turn[d], from_right],
        by_lane,
    ).astype(bool)


def _turn_rank(turn: Ints) -> Ints:
    """Straight on goes before a right turn, that before a left turn, that before turning round."""
    rank = np.full(len(turn), 3)
    rank[turn & int(Turn.RIGHT | Turn.SHARP_RIGHT) > 0] = 2
    rank[turn & int(Turn.LEFT | Turn.SHARP_LEFT) > 0] = 1
    rank[turn & int(Turn.U_TURN) > 0] = 0
    return rank
