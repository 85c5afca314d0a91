"""Exact shortest paths in large networks: a customizable contraction hierarchy, swept once for many destinations.

The trees of `routing` look at most of the network for every destination, so that planning a day grows with the square
of the city. Here the network is cut into ever smaller cells once (nested dissection by the edges' places; George 1973),
and the cells' borders are joined by shortcuts. New travel times only give the shortcuts new lengths (Dibbelt, Strasser
and Wagner 2016, "Customizable contraction hierarchies"), and one sweep over all shortcuts finds the times from
everywhere to eight destinations together (Delling, Goldberg, Nowatzyk and Werneck 2013, "PHAST").

Vertices are the network's edges in the order of elimination (their rank), arcs are its moves. An arc from v leads to a
higher rank; `up` is what it costs from v, `down` what it costs towards v.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import prange
from numpy.typing import NDArray

from cosmopolis.demand.graph import RoadGraph
from cosmopolis.kernels.decorators import of_arrays, parallel

LANES = 8  # destinations of one sweep
BLOCKS = 16  # sweeps whose times are kept at once
LEAF = 12  # vertices of a cell that is not cut further
DIRECTIONS = 6  # in which a cell may be cut
SHARES = (0.35, 0.425, 0.5, 0.575, 0.65)  # of its vertices that lie on one side
F64 = NDArray[np.float64]
I64 = NDArray[np.int64]


@dataclass(frozen=True)
class Hierarchy:
    """E vertices and their A arcs upwards; what depends on the network alone, not on travel times."""

    edge: NDArray[np.int32]  # (E,) the network's edge at each rank
    rank: NDArray[np.int32]  # (E,) the rank of each edge
    start: I64  # (E + 1,) arcs of rank v are start[v] .. start[v + 1]
    head: NDArray[np.int32]  # (A,) their upper ends, ascending within a vertex
    move_arc: I64  # (M,) the arc on which each move of the graph lies; -1: from an edge to itself
    move_from: NDArray[np.int32]  # (M,) edge that a move leaves
    move_up: NDArray[np.bool_]  # (M,) it leads upwards
    out_start: I64  # (E + 1,) by rank: moves that leave it, in `out_move`
    out_move: I64  # (M,) moves by the rank that they leave
    out_to: NDArray[np.int32]  # (M,) the rank to which out_move leads

    @classmethod
    def of(cls, graph: RoadGraph, xy: F64) -> Hierarchy:
        """`xy` (E, 2) m is where each edge of the graph lies: good places make few shortcuts, any are correct."""
        count = graph.edges
        source = graph.move_from.astype(np.int64)
        target = np.repeat(np.arange(count), np.diff(graph.move_start))
        one, other = np.concatenate([source, target]), np.concatenate([target, source])
        keep = one != other
        one, other = one[keep], other[keep]
        by_one = np.argsort(one, kind="stable")
        beside_start = np.searchsorted(one[by_one], np.arange(count + 1)).astype(np.int64)
        edge = _dissect(np.ascontiguousarray(xy, np.float64), beside_start, other[by_one].astype(np.int32))
        rank = np.empty(count, np.int32)
        rank[edge] = np.arange(count, dtype=np.int32)
        low, high = np.minimum(rank[source], rank[target]), np.maximum(rank[source], rank[target])
        pairs = np.unique(np.stack([low, high], axis=1)[low != high], axis=0)
        first = np.searchsorted(pairs[:, 0], np.arange(count + 1)).astype(np.int64)
        start, head = _eliminate(count, first, np.ascontiguousarray(pairs[:, 1], np.int32))
        key = np.repeat(np.arange(count, dtype=np.int64), np.diff(start)) * count + head
        arc = np.searchsorted(key, low.astype(np.int64) * count + high)
        order = np.argsort(rank[source], kind="stable")
        return cls(
            edge=edge,
            rank=rank,
            start=start,
            head=head,
            move_arc=np.where(low == high, -1, arc).astype(np.int64),
            move_from=graph.move_from,
            move_up=rank[source] < rank[target],
            out_start=np.searchsorted(rank[source][order], np.arange(count + 1)).astype(np.int64),
            out_move=order.astype(np.int64),
            out_to=rank[target][order],
        )

    def weighted(self, cost: F64, move_cost: F64) -> Weights:
        """The hierarchy with the times of a day: `cost` (E,) s on an edge, `move_cost` (M,) s of a turn."""
        weight = cost[self.move_from] + move_cost
        up, down = np.full(len(self.head), np.inf), np.full(len(self.head), np.inf)
        on_arc = self.move_arc >= 0
        for lengths, those in ((up, on_arc & self.move_up), (down, on_arc & ~self.move_up)):
            np.minimum.at(lengths, self.move_arc[those], weight[those])
        _customize(self.start, self.head, up, down)
        return Weights(self, up, down, weight[self.out_move])


@dataclass(frozen=True)
class Weights:
    """What the arcs and the moves of a hierarchy cost."""

    hierarchy: Hierarchy
    up: F64  # (A,) s
    down: F64  # (A,) s
    out: F64  # (M,) s, of Hierarchy.out_move

    def paths(
        self, origin: NDArray[np.int32], goal: NDArray[np.int32], first: I64, around: NDArray[np.bool_]
    ) -> tuple[I64, NDArray[np.int32]]:
        """Routes of trips that are sorted by destination: (N,) how many edges each has, and all their edges.

        `goal` (G,) are edges; trips first[g] .. first[g + 1] go to goal[g] from the edges `origin` (N,). Where `around`
        (N,) is set a trip that begins on its goal leaves it and comes back. A trip without a route has no edges.
        """
        h = self.hierarchy
        which = np.repeat(np.arange(len(goal)), np.diff(first))
        begins, ends = h.rank[origin], h.rank[goal]
        sizes, pieces = [np.zeros(0, np.int64)], [np.zeros(0, np.int32)]
        for low in range(0, len(goal), LANES * BLOCKS):
            some = ends[low : low + LANES * BLOCKS]
            times = _sweep(h.start, h.head, self.up, self.down, some)
            trips = slice(first[low], first[low + len(some)])
            mine = (begins[trips], which[trips] - low, around[trips], some)
            streets = (h.out_start, h.out_to, self.out)
            size = _lengths(times, *mine, *streets)
            at = np.concatenate([np.zeros(1, np.int64), np.cumsum(size)])
            sizes.append(size)
            pieces.append(h.edge[_collect(times, *mine, *streets, at)])
        return np.concatenate(sizes), np.concatenate(pieces)


@of_arrays
def _dissect(xy, beside_start, beside):  # type: ignore[no-untyped-def]
    """(E,) vertices in the order of elimination: of each cell first its two halves, then the border between them."""
    count = len(xy)
    nodes = np.arange(count).astype(np.int32)
    side = np.zeros(count, np.int8)  # of the cut that is tried
    cell = np.full(count, -1, np.int64)  # the cell at work in which a vertex lies
    best = np.zeros(count, np.int8)
    border = np.zeros(count, np.bool_)
    low, high = (
        np.zeros(256, np.int64),
        np.zeros(256, np.int64),
    )  # cells that wait: the smaller half goes first
    high[0], waiting, number = count, 1, 0
    while waiting > 0:
        waiting -= 1
        lo, hi = low[waiting], high[waiting]
        if hi - lo <= LEAF:
            continue
        number += 1
        mine = nodes[lo:hi].copy()
        for v in mine:
            cell[v] = number
        _cut(mine, xy, side, best, border, cell, number, beside_start, beside)
        at = lo
        for v in mine:
            if not border[v] and best[v] == 0:
                nodes[at] = v
                at += 1
        middle = at
        for v in mine:
            if not border[v] and best[v] == 1:
                nodes[at] = v
                at += 1
        last = at
        for v in mine:
            if border[v]:
                nodes[at] = v
                at += 1
        if last == hi and middle in (lo, last):
            continue  # nothing was cut: the cell stays as it is
        low[waiting], high[waiting] = lo, middle
        low[waiting + 1], high[waiting + 1] = middle, last
        waiting += 2
    return nodes


@of_arrays
def _cut(mine, xy, side, best, border, cell, number, beside_start, beside):  # type: ignore[no-untyped-def]
    """Halve the cell `mine` by a straight line with few vertices at it: sets their `best` side and `border`."""
    least = np.inf
    for direction in range(DIRECTIONS):
        angle = np.pi * direction / DIRECTIONS
        along = np.empty(len(mine))
        for k in range(len(mine)):
            along[k] = np.cos(angle) * xy[mine[k], 0] + np.sin(angle) * xy[mine[k], 1]
        order = np.argsort(along)
        for share in SHARES:
            cut = int(share * len(mine))
            for k in range(len(mine)):
                side[mine[order[k]]] = 0 if k < cut else 1
            for which in range(2):
                found = 0
                for v in mine:
                    if side[v] == which and _crosses(v, which, side, cell, number, beside_start, beside):
                        found += 1
                if found >= least:
                    continue
                least = found
                for v in mine:
                    best[v] = side[v]
                    at_line = _crosses(v, which, side, cell, number, beside_start, beside)
                    border[v] = side[v] == which and at_line


@of_arrays
def _crosses(v, which, side, cell, number, beside_start, beside):  # type: ignore[no-untyped-def]
    """Whether vertex v of side `which` has a neighbour on the other side of its cell."""
    for k in range(beside_start[v], beside_start[v + 1]):
        w = beside[k]
        if cell[w] == number and side[w] != which:
            return True
    return False


@of_arrays
def _eliminate(count, first, above):  # type: ignore[no-untyped-def]
    """Arcs upwards of each rank, with the shortcuts that the elimination of the vertices in this order needs.

    `above` are each vertex's neighbours of higher rank. Those of a vertex are its own and those of the vertices whose
    lowest neighbour it is, since each hands its neighbours on to the lowest of them.
    """
    start = np.zeros(count + 1, np.int64)
    head = np.empty(4 * len(above) + 16, np.int32)
    mark = np.full(count, -1, np.int64)
    child, following = np.full(count, -1, np.int64), np.full(count, -1, np.int64)
    used = 0
    for v in range(count):
        start[v] = used
        if used + count >= len(head):
            longer = np.empty(2 * len(head) + count, np.int32)
            longer[:used] = head[:used]
            head = longer
        end = used
        for k in range(first[v], first[v + 1]):
            mark[above[k]] = v
            head[end] = above[k]
            end += 1
        below = child[v]
        while below >= 0:
            for k in range(start[below], start[below + 1]):
                w = head[k]
                if w != v and mark[w] != v:
                    mark[w] = v
                    head[end] = w
                    end += 1
            below = following[below]
        head[used:end] = np.sort(head[used:end])
        if end > used:
            lowest = head[used]
            following[v] = child[lowest]
            child[lowest] = v
        used = end
        start[v + 1] = used
    return start, head[:used].copy()


@of_arrays
def _customize(start, head, up, down):  # type: ignore[no-untyped-def]
    """Shorten every arc to the least cost of a path over lower vertices, from the lowest vertex up (customization)."""
    for v in range(len(start) - 1):
        for i in range(start[v], start[v + 1]):
            k = start[head[i]]
            for j in range(i + 1, start[v + 1]):
                while head[k] != head[j]:
                    k += 1
                up[k] = min(up[k], down[i] + up[j])
                down[k] = min(down[k], down[j] + up[i])


@parallel
def _sweep(start, head, up, down, goal):  # type: ignore[no-untyped-def]
    """(blocks, E, LANES) s from the beginning of each vertex to the beginning of goal block * LANES + lane."""
    count = len(start) - 1
    blocks = (len(goal) + LANES - 1) // LANES
    times = np.empty((blocks, count, LANES))
    for block in prange(blocks):
        time = times[block]
        time[:] = np.inf
        for lane in range(LANES):
            if block * LANES + lane >= len(goal):
                continue
            v = int(goal[block * LANES + lane])
            time[v, lane] = 0.0
            while True:
                for k in range(start[v], start[v + 1]):
                    time[head[k], lane] = min(time[head[k], lane], down[k] + time[v, lane])
                if start[v] == start[v + 1]:
                    break
                v = int(head[start[v]])
        for below in range(count):
            v = count - 1 - below
            for k in range(start[v], start[v + 1]):
                w, cost = head[k], up[k]
                for lane in range(LANES):
                    time[v, lane] = min(time[v, lane], cost + time[w, lane])
    return times


@of_arrays
def _next(v, time, lane, out_start, out_to, out):  # type: ignore[no-untyped-def]
    """The vertex after v on the quickest path; -1 where there is none."""
    best, where = np.inf, -1
    for k in range(out_start[v], out_start[v + 1]):
        reached = out[k] + time[out_to[k], lane]
        if reached < best:
            best, where = reached, out_to[k]
    return where


@parallel
def _lengths(times, origin, which, around, goal, out_start, out_to, out):  # type: ignore[no-untyped-def]
    """(N,) edges of each route; 0 where there is none."""
    size = np.zeros(len(origin), np.int64)
    for i in prange(len(origin)):
        time, lane = times[which[i] // LANES], which[i] % LANES
        v, end, number = int(origin[i]), goal[which[i]], 1
        if v == end and around[i]:
            v = _next(v, time, lane, out_start, out_to, out)
            number += 1
        while v >= 0 and v != end and number <= len(out_start):
            v = _next(v, time, lane, out_start, out_to, out)
            number += 1
        if v == end:
            size[i] = number
    return size


@parallel
def _collect(times, origin, which, around, goal, out_start, out_to, out, at):  # type: ignore[no-untyped-def]
    """The vertices of all routes, one route after the other."""
    found = np.empty(at[-1], np.int32)
    for i in prange(len(origin)):
        time, lane = times[which[i] // LANES], which[i] % LANES
        v = int(origin[i])
        for place in range(at[i], at[i + 1]):
            found[place] = v
            if place + 1 < at[i + 1]:
                v = _next(v, time, lane, out_start, out_to, out)
    return found
