"""Quickest ways through a day: what a turn takes depends on when one comes to it."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numba import prange
from numpy.typing import NDArray

from cosmopolis.demand.graph import RoadGraph
from cosmopolis.demand.heap import sift_down, sift_up
from cosmopolis.demand.routing import Routes
from cosmopolis.kernels.decorators import inlined, of_arrays, parallel

F64 = NDArray[np.float64]
AT_ONCE = 512  # trips that one thread looks for before the next


@dataclass(frozen=True)
class TimedGraph:
    """A graph whose moves take what was measured in each of I intervals, linear between their middles.

    Who comes later to an edge leaves it later (first in, first out): `between` sees to that, and it is what makes
    Dijkstra's method exact here.
    """

    graph: RoadGraph
    begin: float  # s after midnight of the first interval
    interval: float  # s
    seconds: (
        F64  # (I, M) from the beginning of an edge to the beginning of the next by each move of the graph
    )

    @classmethod
    def between(cls, graph: RoadGraph, begin: float, interval: float, seconds: F64) -> TimedGraph:
        """With times that fall no faster than the clock goes."""
        lawful = seconds.copy()
        for row in range(1, len(lawful)):
            np.maximum(lawful[row], lawful[row - 1] - interval, out=lawful[row])
        return cls(graph, begin, interval, lawful)

    @cached_property
    def out(self) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
        """(E + 1,), (M,) and (M,): moves out of an edge, and the edge each move of the graph leads to."""
        order = np.argsort(self.graph.move_from, kind="stable").astype(np.int32)
        start = np.searchsorted(self.graph.move_from[order], np.arange(self.graph.edges + 1))
        into = np.repeat(np.arange(self.graph.edges, dtype=np.int32), np.diff(self.graph.move_start))
        return start.astype(np.int64), order, into

    @cached_property
    def _keys(self) -> NDArray[np.int64]:
        """(M,) each move as one rising number, by the edge it leads to and then the one it comes from."""
        into = np.repeat(np.arange(self.graph.edges, dtype=np.int64), np.diff(self.graph.move_start))
        return into * self.graph.edges + self.graph.move_from

    def move_of(self, before: NDArray, after: NDArray) -> NDArray[np.int64]:
        """(N,) the move from edge to edge, -1 where there is none."""
        key = self._keys
        asked = np.asarray(after, np.int64) * self.graph.edges + before
        row = np.minimum(np.searchsorted(key, asked), max(len(key) - 1, 0))
        return np.where(key[row] == asked, row, -1) if len(key) else np.full(len(asked), -1)


def timed_routes(
    timed: TimedGraph, origin: NDArray, goal: NDArray, depart: F64, open_to: NDArray[np.bool_] | None = None
) -> tuple[Routes, F64]:
    """Quickest routes of trips that come to (N,) edges `origin` at `depart` s, and (N,) s until they come to `goal`;
    no edges and inf where there is no way. `open_to` (M,): moves that they may make."""
    start, order, into = timed.out
    usable = np.ones(len(into), np.bool_) if open_to is None else open_to
    trips = (np.asarray(origin, np.int32), np.asarray(goal, np.int32), np.asarray(depart, np.float64))

    def some(first: int) -> tuple[Routes, F64]:
        mine = (column[first : first + AT_ONCE] for column in trips)
        edge, size, spent = _search(
            start, order, into, usable, timed.seconds, timed.begin, timed.interval, *mine
        )
        return Routes(np.concatenate([[0], np.cumsum(size)]).astype(np.int64), edge), spent

    with ThreadPoolExecutor(
        os.cpu_count()
    ) as pool:  # each trip is searched for itself: the same on any number
        found = list(pool.map(some, range(0, len(trips[0]), AT_ONCE)))
    spent = np.concatenate([np.zeros(0), *(spent for _, spent in found)])
    return Routes.joined([routes for routes, _ in found]), spent


def timed_costs(timed: TimedGraph, routes: Routes, depart: F64) -> F64:
    """(N,) s that each route takes to the beginning of its last edge; inf where two of its edges do not join."""
    at = np.arange(len(routes.edge) - 1)
    move = np.append(timed.move_of(routes.edge[at], routes.edge[at + 1]), -1)
    return np.asarray(_along(routes.start, move, timed.seconds, timed.begin, timed.interval, depart))


@inlined
def _takes(seconds, move, now, begin, interval):  # type: ignore[no-untyped-def]
    """s that the move takes for who comes to its edge at `now`."""
    at = (now - begin) / interval - 0.5
    last = len(seconds) - 1
    if at <= 0.0:
        return seconds[0, move]
    if at >= last:
        return seconds[last, move]
    row = int(at)
    return seconds[row, move] + (at - row) * (seconds[row + 1, move] - seconds[row, move])


@parallel
def _along(start, move, seconds, begin, interval, depart):  # type: ignore[no-untyped-def]
    out = np.zeros(len(depart))
    for i in prange(len(depart)):
        now = depart[i]
        for row in range(start[i], start[i + 1] - 1):
            now += _takes(seconds, move[row], now, begin, interval) if move[row] >= 0 else np.inf
        out[i] = now - depart[i]
    return out


@of_arrays
def _one(start, order, into, usable, seconds, begin, interval, origin, goal, depart, best, before, key, item):  # type: ignore[no-untyped-def]
    """Dijkstra (1959) on arrival times; the number of edges of the way, 0 without one. `before` (E,) leads back."""
    best[:] = np.inf
    before[:] = -1
    best[origin] = depart
    key[0], item[0] = depart, origin
    size = 1
    while size > 0:
        now, edge = key[0], item[0]
        size -= 1
        sift_down(key, item, size)
        if now > best[edge]:
            continue
        if edge == goal:
            break
        for row in range(start[edge], start[edge + 1]):
            move = order[row]
            if not usable[move]:
                continue
            there = now + _takes(seconds, move, now, begin, interval)
            if there < best[into[move]]:
                best[into[move]], before[into[move]] = there, edge
                sift_up(key, item, size, there, into[move])
                size += 1
    if not np.isfinite(best[goal]):
        return 0
    number, edge = 1, goal
    while edge != origin:
        edge = before[edge]
        number += 1
    return number


@of_arrays
def _some(rows, start, order, into, usable, seconds, begin, interval, origin, goal, depart, size, spent):  # type: ignore[no-untyped-def]
    """The ways of trips `rows`, one after the other."""
    edges, moves = len(start) - 1, len(into)
    best, before = np.empty(edges), np.empty(edges, np.int32)
    key, item = np.empty(moves + 2), np.empty(moves + 2, np.int32)
    found, at = np.empty(64 * len(rows) + 64, np.int32), 0
    for i in rows:
        size[i] = _one(
            start,
            order,
            into,
            usable,
            seconds,
            begin,
            interval,
            origin[i],
            goal[i],
            depart[i],
            best,
            before,
            key,
            item,
        )
        spent[i] = best[goal[i]] - depart[i]
        if at + size[i] > len(found):
            found = np.concatenate((found, np.empty(len(found) + size[i], np.int32)))
        edge = goal[i]
        for place in range(at + size[i] - 1, at - 1, -1):
            found[place] = edge
            edge = before[edge]
        at += size[i]
    return found[:at].copy()


@of_arrays
def _search(start, order, into, usable, seconds, begin, interval, origin, goal, depart):  # type: ignore[no-untyped-def]
    size, spent = np.zeros(len(depart), np.int64), np.zeros(len(depart))
    rows = np.arange(len(depart))
    edge = _some(
        rows, start, order, into, usable, seconds, begin, interval, origin, goal, depart, size, spent
    )
    return edge, size, spent
