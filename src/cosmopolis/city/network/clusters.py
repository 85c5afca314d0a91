"""Stage 2: nodes that are one junction on the ground are made one junction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra

from cosmopolis.city.network import lines
from cosmopolis.city.network.profiles import ProfileTable
from cosmopolis.city.network.ragged import Ints, joins
from cosmopolis.city.network.segments import Segments, joined
from cosmopolis.city.raw import RawCity
from cosmopolis.city.words import StreetKind

Bools = NDArray[np.bool_]
F64 = NDArray[np.float64]

TOO_SHORT = 10.0  # m; a vehicle cannot stand between two stop lines
_MEDIAN = 35.0  # m between the carriageways of a divided road
_SIGNALLED = 25.0  # m between two lights of one crossing
_SQUEEZED = 22.0  # m; longer segments rather have their stop lines nearer to the corner
MIN_LANE = 9.0  # m that a lane should keep between its two stop lines
_LIT_ROOM, _LIT_SQUEEZED = 20.0, 50.0  # m, the same between two junctions with lights
_SPREAD = 70.0  # m across the nodes of one junction at most
_OVERLAP = 50.0  # m at most between two junctions whose ground overlaps,
_WIDEST = 90.0  # m across what they become
_SQUEEZED_SPREAD, _LIT_SPREAD = 38.0, 75.0  # m, where it is merged for want of room only
_APPROACH = 45.0  # m from a light at a stop line to its junction
_CULVERT = 16.0  # m; a shorter bridge does not keep two junctions apart
_ECHO = 70.0  # m from a light where streets only join to the crossing it belongs to
_SMALL_RING = 55.0  # m around a roundabout that is driven like a crossing


def signal_places(segments: Segments, table: ProfileTable, raw: RawCity) -> Bools:
    """(N,) nodes that carry a light, after lights drawn at stop lines moved on to the junction they guard."""
    n = len(raw.node_xy)
    lit = np.zeros(n, dtype=bool)
    lit[list(raw.signals)] = True
    degree = np.bincount(segments.node, minlength=n)
    lit &= degree > 0
    stop_lines = np.flatnonzero(lit & (degree == 2))
    real = np.flatnonzero(degree > 2)
    if len(stop_lines) == 0 or len(real) == 0:
        return lit
    forward, backward = _drivable(segments, table)
    length = np.maximum(segments.line.length, 0.01)
    # Arcs against the traffic, so that the search from the junctions finds the lights upstream.
    graph = coo_matrix(
        (
            np.concatenate([length[forward], length[backward]]),
            (
                np.concatenate([segments.b[forward], segments.a[backward]]),
                np.concatenate([segments.a[forward], segments.b[backward]]),
            ),
        ),
        shape=(n, n),
    ).tocsr()
    far, _, nearest = dijkstra(graph, indices=real, limit=_APPROACH, min_only=True, return_predecessors=True)
    guards = stop_lines[np.isfinite(far[stop_lines])]
    lit[guards] = False
    lit[nearest[guards]] = True
    return lit


def without_echoes(segments: Segments, table: ProfileTable, place: Ints, lit: Bools) -> Bools:
    """`lit` (N,) places less those where streets only join or part, close to a crossing with lights.

    A light drawn there is that crossing's, too.
    """
    n = len(place)
    a, b = place[segments.a], place[segments.b]
    forward, backward = _drivable(segments, table)
    arrive = np.bincount(b[forward], minlength=n) + np.bincount(a[backward], minlength=n)
    leave = np.bincount(a[forward], minlength=n) + np.bincount(b[backward], minlength=n)
    plain = (arrive <= 1) | (leave <= 1) | (np.bincount(place[segments.node], minlength=n) == 2)
    near = segments.line.length < _ECHO
    echo = np.zeros(n, dtype=bool)
    for here, there in ((a, b), (b, a)):
        echo[here[near & lit[here] & plain[here] & lit[there] & ~plain[there]]] = True
    return lit & ~echo


def _drivable(segments: Segments, table: ProfileTable) -> tuple[Bools, Bools]:
    forward, backward = table.cars[segments.profile].T
    return forward, backward


def merged(segments: Segments, table: ProfileTable, raw: RawCity, place: Ints, lit: Bools) -> Ints:
    """(N,) place of every node after clusters were merged: the smallest node of its junction."""
    limit = _merge_limit(segments, table, lit)
    length = segments.line.length
    inside = (length < limit) & (place[segments.a] != place[segments.b])
    return _union_shortest(segments, place, inside, raw.node_xy, _SPREAD)


def swallowed(
    segments: Segments, table: ProfileTable, raw: RawCity, place: Ints, lit: Bools, cuts: tuple[F64, F64]
) -> Ints:
    """(N,) place of every node after segments went whose stop lines leave no room for a vehicle in between.

    `cuts` are (S, 2) metres with and without crossings on foot. Where the ground of two junctions overlaps they
    are one, however large. Two with lights and less than a few cars' room in between are run as one: with lights of
    their own the few who stand between them lock both.
    """
    p, length = segments.profile, segments.line.length
    rigid = table.roundabout[p] | (table.structure[p] & (length > _CULVERT))
    rigid |= table.kind[p] <= StreetKind.TRUNK_LINK
    apart = place[segments.a] != place[segments.b]
    overlap = (length < cuts[1].sum(axis=1)) & (length < _OVERLAP) & apart & ~rigid
    place = _union_shortest(segments, place, overlap, raw.node_xy, _WIDEST)
    both = lit[place[segments.a]] & lit[place[segments.b]]
    room, limit = np.where(both, _LIT_ROOM, MIN_LANE), np.where(both, _LIT_SQUEEZED, _SQUEEZED)
    tight = (length - cuts[0].sum(axis=1) < room) & (length < limit) & ~rigid & apart
    place = _union_shortest(segments, place, tight & both, raw.node_xy, _LIT_SPREAD)
    return _union_shortest(segments, place, tight & ~both, raw.node_xy, _SQUEEZED_SPREAD)


def _union_shortest(segments: Segments, place: Ints, chosen: Bools, xy: F64, spread: float) -> Ints:
    """Places after the chosen segments went, the shortest first."""
    rows = np.flatnonzero(chosen)
    rows = rows[np.argsort(segments.line.length[rows], kind="stable")]
    return _union(place, segments.a[rows], segments.b[rows], xy, spread)


def _merge_limit(segments: Segments, table: ProfileTable, lit: Bools) -> F64:
    """(S,) length below which a segment is inside a junction."""
    p = segments.profile
    limit = np.full(len(segments), TOO_SHORT)
    degree = np.bincount(segments.node, minlength=len(lit))
    both = lit[segments.a] & lit[segments.b]
    real = (degree[segments.a] > 2) & (degree[segments.b] > 2)
    limit[both & real] = _SIGNALLED
    limit[crosses_divided_road(segments, table)] = _MEDIAN
    fast = table.kind[p] <= StreetKind.TRUNK_LINK
    limit[fast & (table.kind[p] != StreetKind.TRUNK)] = 3.0
    limit[table.structure[p]] = 6.0
    limit[table.roundabout[p]] = 0.0
    limit[_small_rings(segments, table)] = _SMALL_RING
    return limit


def crosses_divided_road(segments: Segments, table: ProfileTable) -> Bools:
    """(S,) segments that lead from one carriageway of a divided road to the other.

    At one end one-way traffic passes across, at the other it passes across in the opposite direction.
    """
    flow = _crossing_flow(segments, table)
    return (flow[0::2] * flow[1::2]).sum(axis=1) < -0.5


def _crossing_flow(segments: Segments, table: ProfileTable) -> F64:
    """(2S, 2) for each end, the direction in which one-way traffic of other segments passes across it, else 0."""
    heading = outward(segments)
    node = segments.node
    profile = np.repeat(segments.profile, 2)
    single = table.one_way[profile] & ~table.roundabout[profile]
    forward = table.cars[profile, 0]
    away = np.where(np.arange(len(node)) % 2 == 0, forward, ~forward)
    travel = np.where(away[:, None], heading, -heading)
    i, j = joins(node, np.where(single, node, -1), int(node.max(initial=0)) + 1)
    other = i // 2 != j // 2
    i, j = i[other], j[other]
    across = np.abs(heading[i, 0] * travel[j, 1] - heading[i, 1] * travel[j, 0]) > 0.6
    flow = np.zeros((len(node), 2))
    np.add.at(flow, i[across], travel[j[across]])
    size = np.hypot(flow[:, 0], flow[:, 1])
    return np.divide(flow, size[:, None], out=np.zeros_like(flow), where=size[:, None] > 0.5)


def outward(segments: Segments, reach: float = 12.0) -> F64:
    """(2S, 2) unit direction in which each end leaves its node, over its first `reach` metres."""
    length = segments.line.length
    rows = np.arange(len(segments))
    near = np.minimum(length, reach)
    points = segments.line.points[:, :2]
    head = lines.at(segments.line, rows, near)[:, :2] - points[segments.line.start[:-1]]
    tail = lines.at(segments.line, rows, length - near)[:, :2] - points[segments.line.start[1:] - 1]
    both = np.stack([head, tail], axis=1).reshape(-1, 2)
    size = np.hypot(both[:, 0], both[:, 1])
    return np.divide(both, size[:, None], out=np.zeros_like(both), where=size[:, None] > 0)


def _small_rings(segments: Segments, table: ProfileTable) -> Bools:
    """(S,) pieces of roundabouts so small that they are driven like one crossing."""
    ring = np.flatnonzero(table.roundabout[segments.profile])
    out = np.zeros(len(segments), dtype=bool)
    if len(ring) == 0:
        return out
    label = _labels(segments.a[ring], segments.b[ring], int(segments.node.max()) + 1)[segments.a[ring]]
    around = np.bincount(label, weights=segments.line.length[ring])
    out[ring] = around[label] < _SMALL_RING
    return out


def _labels(a: Ints, b: Ints, n: int) -> Ints:
    graph = coo_matrix((np.ones(len(a), dtype=np.int8), (a, b)), shape=(n, n))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def _union(place: Ints, a: Ints, b: Ints, xy: F64, spread: float) -> Ints:
    """Union of places over a-b, shortest first, as long as a junction stays within `spread` metres."""
    parent = place.tolist()
    box = _boxes(place, xy)

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for i, j in zip(a.tolist(), b.tolist()):
        p, q = root(i), root(j)
        if p == q:
            continue
        p, q = min(p, q), max(p, q)
        first = box.get(p) or (*xy[p], *xy[p])
        second = box.get(q) or (*xy[q], *xy[q])
        both = (
            min(first[0], second[0]),
            min(first[1], second[1]),
            max(first[2], second[2]),
            max(first[3], second[3]),
        )
        if max(both[2] - both[0], both[3] - both[1]) <= spread:
            parent[q] = p
            box[p] = both
    return _roots(np.array(parent, dtype=np.int64))


def _roots(parent: Ints) -> Ints:
    """(N,) the end of every node's way up."""
    while not np.array_equal(above := parent[parent], parent):
        parent = above
    return parent


def _boxes(place: Ints, xy: F64) -> dict[int, tuple[float, float, float, float]]:
    """West, south, east, north of the places that have several nodes already."""
    rows = np.flatnonzero(np.bincount(place, minlength=len(place))[place] > 1)
    out: dict[int, tuple[float, float, float, float]] = {}
    for row in rows.tolist():
        x, y = xy[row]
        west, south, east, north = out.get(int(place[row]), (x, y, x, y))
        out[int(place[row])] = (min(west, x), min(south, y), max(east, x), max(north, y))
    return out


@dataclass(frozen=True)
class Inside:
    """What lies inside merged junctions: the way from one of its nodes to another."""

    segments: Segments  # the swallowed pieces
    reach: csr_matrix  # (N, N) bool, which node can be reached from which through the junction

    @classmethod
    def of(cls, parts: list[Segments], table: ProfileTable, turnarounds: Ints, n: int) -> Inside:
        """From the swallowed pieces and the (T, 2) pairs of nodes that one can turn round between."""
        inner = joined(parts)
        return cls(inner, _reach(inner, table, turnarounds, n))


def split_inside(segments: Segments, place: Ints, xy: F64) -> tuple[Segments, Segments]:
    """Segments between junctions, and those swallowed by one. A long way round back to its own junction stays."""
    same = place[segments.a] == place[segments.b]
    apart = np.hypot(*(xy[segments.a] - xy[segments.b]).T)
    inner = same & (segments.line.length < np.maximum(1.6 * apart + 5.0, 25.0))
    return segments.take(~inner), segments.take(inner)


def _reach(inner: Segments, table: ProfileTable, turnarounds: Ints, n: int) -> csr_matrix:
    forward, backward = table.cars[inner.profile].T
    a = np.concatenate([inner.a[forward], inner.b[backward], turnarounds[:, 0]])
    b = np.concatenate([inner.b[forward], inner.a[backward], turnarounds[:, 1]])
    nodes = np.arange(n)
    reach = coo_matrix(
        (np.ones(len(a) + n, dtype=bool), (np.concatenate([a, nodes]), np.concatenate([b, nodes]))),
        shape=(n, n),
    ).tocsr()
    while True:
        further = (reach @ reach).astype(bool)
        if further.nnz == reach.nnz:
            return reach
        reach = further
