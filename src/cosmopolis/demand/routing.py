"""Exact shortest paths by travel time with turn costs: one tree per destination, many trips a tree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import prange
from numpy.typing import NDArray

from cosmopolis.demand.graph import RoadGraph
from cosmopolis.demand.heap import sift_down, sift_up
from cosmopolis.kernels.decorators import inlined, of_arrays, parallel

BLOCK = 128  # trees kept at once
VIEWS_A_DESTINATION = 64  # at most
SPREAD = 0.35  # how much one driver's view of an edge's time may differ from another's


@dataclass(frozen=True)
class Routes:
    """Route i is ``edge[start[i]:start[i + 1]]``, first and last edge included; empty where there is no way."""

    start: NDArray[np.int64]  # (N + 1,)
    edge: NDArray[np.int32]  # (R,)

    def __len__(self) -> int:
        return len(self.start) - 1

    def __getitem__(self, row: int) -> NDArray[np.int32]:
        return self.edge[self.start[row] : self.start[row + 1]]

    @classmethod
    def joined(cls, parts: Sequence[Routes]) -> Routes:
        """The routes of all parts, one part after the other."""
        size = np.concatenate([np.zeros(1, np.int64), *(np.diff(part.start) for part in parts)])
        edge = np.concatenate([np.zeros(0, np.int32), *(part.edge for part in parts)])
        return cls(np.cumsum(size), edge)

    def take(self, rows: NDArray[np.int64]) -> Routes:
        """The routes of `rows` (N,), in that order."""
        size = np.diff(self.start)[rows]
        start = np.concatenate([np.zeros(1, np.int64), np.cumsum(size)])
        at = np.repeat(self.start[:-1][rows] - start[:-1], size) + np.arange(start[-1])
        return Routes(start, self.edge[at])


def route(
    graph: RoadGraph,
    origin: NDArray,
    destination: NDArray,
    *,
    time: NDArray[np.float64] | None = None,
    around: NDArray[np.bool_] | None = None,
    view: NDArray | None = None,
    spread: float = SPREAD,
) -> Routes:
    """Routes between (N,) origin and destination edges.

    `time` (E,) s replaces the free travel times. Where `around` is set a trip must leave its first edge even
    though it ends there (it ends behind where it begins). Trips of one destination with the same `view` (N,)
    see the same times: every (destination, view) has its own noise of +-`spread`, so that not everyone takes
    one street; `spread` 0 gives exact shortest paths.
    """
    count = len(origin)
    cost = np.ascontiguousarray(graph.free_time if time is None else time, dtype=np.float64)
    origin = np.ascontiguousarray(origin, dtype=np.int32)
    loops = np.zeros(count, dtype=np.bool_) if around is None else around
    seen = np.zeros(count, dtype=np.int64) if view is None else np.asarray(view, dtype=np.int64)
    key = np.asarray(destination, dtype=np.int64) * VIEWS_A_DESTINATION + seen % VIEWS_A_DESTINATION
    order = np.argsort(key, kind="stable")
    goal, first = np.unique(key[order], return_index=True)
    group = np.append(first, count).astype(np.int64)

    pieces: list[NDArray[np.int32]] = []
    length = np.zeros(count, dtype=np.int64)
    for low in range(0, len(goal), BLOCK):
        high = min(low + BLOCK, len(goal))
        rows = order[group[low] : group[high]]
        leaves = (group[low : high + 1] - group[low], origin[rows], loops[rows])
        following = _trees(
            graph.move_start, graph.move_from, graph.move_cost, cost, goal[low:high], spread, *leaves
        )
        tree = np.repeat(np.arange(high - low), np.diff(group[low : high + 1])).astype(np.int32)
        ends = (goal[low:high] // VIEWS_A_DESTINATION).astype(np.int32)
        sizes = _lengths(following, ends, tree, origin[rows], loops[rows])
        at = np.concatenate([[0], np.cumsum(sizes)])
        pieces.append(_collect(following, tree, origin[rows], at))
        length[rows] = sizes
    return in_order(order, length, pieces)


def in_order(order: NDArray, length: NDArray[np.int64], pieces: list[NDArray[np.int32]]) -> Routes:
    """Routes collected by destination, put back into the order of the trips."""
    start = np.concatenate([[0], np.cumsum(length)]).astype(np.int64)
    edge = np.empty(start[-1], dtype=np.int32)
    if len(order):
        collected = np.concatenate(pieces)
        sizes = length[order]
        begin = np.cumsum(sizes) - sizes
        edge[np.repeat(start[order] - begin, sizes) + np.arange(len(collected))] = collected
    return Routes(start, edge)


@inlined
def _noise(tree: np.int64, edge: np.int64) -> float:
    """A number in [-1, 1) that depends on the two alone (splitmix64)."""
    z = np.uint64(tree) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(edge) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return float(z >> np.uint64(11)) * (2.0 / 9007199254740992.0) - 1.0


@of_arrays
def _tree(  # type: ignore[no-untyped-def]
    move_start, move_from, move_cost, cost, goal, spread, origin, around, after, best, heap_key, heap_edge
):
    """Dijkstra backwards from edge goal // VIEWS_A_DESTINATION until every edge of `origin` is settled.

    `after[e]` becomes the edge that follows e, -1 where none leads to the goal. `best[e]` is the time from the
    beginning of e to the beginning of the goal."""
    after[:] = -1
    best[:] = np.inf
    end = goal // VIEWS_A_DESTINATION
    waited = np.zeros(len(cost), dtype=np.bool_)
    left = 0
    loop = False
    for i in range(len(origin)):
        loop |= origin[i] == end and around[i]
        if not waited[origin[i]]:
            waited[origin[i]] = True
            left += 1
    best[end] = 0.0
    heap_key[0] = 0.0
    heap_edge[0] = end
    size = 1
    while size > 0:
        here, edge = heap_key[0], heap_edge[0]
        size -= 1
        sift_down(heap_key, heap_edge, size)
        if here > best[edge]:
            continue
        if waited[edge]:
            waited[edge] = False
            left -= 1
        if left == 0 and not (loop and after[end] == -1):
            break
        for move in range(move_start[edge], move_start[edge + 1]):
            before = move_from[move]
            own = cost[before] * (1.0 + spread * _noise(goal, before))
            reached = here + move_cost[move] + own
            if before == end and after[end] == -1:
                after[end] = edge  # the best way round for who begins ahead of where it ends
            if reached < best[before]:
                best[before] = reached
                after[before] = edge
                sift_up(heap_key, heap_edge, size, reached, before)
                size += 1


@parallel
def _trees(move_start, move_from, move_cost, cost, goals, spread, first, origin, around):  # type: ignore[no-untyped-def]
    """Tree i serves the trips that start at origin[first[i] .. first[i + 1]]."""
    edges = len(cost)
    after = np.empty((len(goals), edges), dtype=np.int32)
    for i in prange(len(goals)):
        best = np.empty(edges)
        heap_key = np.empty(len(move_from) + 2)
        heap_edge = np.empty(len(move_from) + 2, dtype=np.int32)
        mine = slice(first[i], first[i + 1])
        _tree(
            move_start, move_from, move_cost, cost, goals[i], spread, origin[mine], around[mine],
            after[i], best, heap_key, heap_edge,
        )  # fmt: skip
    return after


@of_arrays
def _lengths(after, ends, tree, origin, around):  # type: ignore[no-untyped-def]
    out = np.zeros(len(tree), dtype=np.int64)
    for i in range(len(tree)):
        edge, end = origin[i], ends[tree[i]]
        number = 1
        if edge == end and around[i]:
            edge = after[tree[i], edge]
            number += 1
        while edge != end and edge >= 0:
            edge = after[tree[i], edge]
            number += 1
        out[i] = number if edge == end else 0
    return out


@of_arrays
def _collect(after, tree, origin, start):  # type: ignore[no-untyped-def]
    out = np.empty(start[-1], dtype=np.int32)
    for i in range(len(tree)):
        edge = origin[i]
        for at in range(start[i], start[i + 1]):
            out[at] = edge
            if at + 1 < start[i + 1]:
                edge = after[tree[i], edge]
    return out
