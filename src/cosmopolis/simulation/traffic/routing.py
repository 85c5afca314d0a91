"""Quickest routes over edges, by what every turn takes now: one at a time, or a tree to one destination for many."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cosmopolis.kernels.decorators import entry
from cosmopolis.simulation.traffic.network import RoadNetwork
from cosmopolis.simulation.traffic.state import PathState

JUNCTION_DELAY = 4.0  # s for every junction: what is lost there besides the queues, which the speeds include
LEAST_SPEED_RATIO = 0.05  # of the limit: a standing queue does move in the end


class EdgeGraph(NamedTuple):
    """Which edge leads to which; a turn from one edge to another is one row, however many lanes make it."""

    start: NDArray[np.int32]  # (E + 1,) rows of `to`
    to: NDArray[np.int32]  # (A,) edges
    modes: NDArray[np.uint16]  # (A,) words.Mode set of the connections
    seconds: NDArray[np.float64]  # (A,) s from the beginning of the one edge to the beginning of the other
    back_start: NDArray[np.int32]  # (E + 1,) rows of `back`
    back: NDArray[np.int32]  # (A,) rows of `to`, by the edge they lead to
    origin: NDArray[np.int32]  # (A,) the edge that a row of `to` comes from


def edge_graph(roads: RoadNetwork) -> EdgeGraph:
    """The edges as nodes, the turns as links, with what they take on empty streets."""
    connection = np.flatnonzero(roads.lane_count == 0)
    one, other = (
        roads.edge[roads.from_lane[connection]].astype(np.int64),
        roads.to_edge[connection].astype(np.int64),
    )
    edges = len(roads.edge_lane)
    key, row = np.unique(one * edges + other, return_inverse=True)
    modes = np.zeros(len(key), np.uint16)
    np.bitwise_or.at(modes, row, roads.modes[connection])
    to, origin = (key % max(edges, 1)).astype(np.int32), (key // max(edges, 1)).astype(np.int32)
    back = np.argsort(to, kind="stable").astype(np.int32)
    return EdgeGraph(
        start=np.searchsorted(key, np.arange(edges + 1) * edges).astype(np.int32),
        to=to,
        modes=modes,
        seconds=turn_seconds(origin, roads, roads.limit, np.ones(edges, np.float32)),
        back_start=np.searchsorted(to[back], np.arange(edges + 1)).astype(np.int32),
        back=back,
        origin=origin,
    )


def turn_seconds(
    origin: NDArray[np.int32], roads: RoadNetwork, limit: NDArray[np.float32], ratio: NDArray[np.float32]
) -> NDArray[np.float64]:
    """(A,) s to drive the edges `origin` (A,) and to turn, where vehicles drive at the share `ratio` (E,) of
    `limit` (P,).

    Waiting at signals and in queues is in the ratio. It is that of the edge and not of each lane: a lane that
    cannot be reached for the queue beside it looks free, and routes by lane speeds led into jams.
    """
    main = roads.edge_main
    edge = (roads.length[main] / limit[main] / np.maximum(ratio, LEAST_SPEED_RATIO)).astype(np.float64)
    return np.asarray(edge[origin] + JUNCTION_DELAY, np.float64)


@entry
def quickest(begin: int, goal: int, modes: int, shut: np.ndarray, graph: EdgeGraph) -> np.ndarray:
    """Edges from `begin` to `goal`, both included (Dijkstra 1959); empty where there is no route.

    `shut` (E,) edges that may not be entered.
    """
    edges = len(graph.start) - 1
    cost = np.full(edges, np.inf)
    before = np.full(edges, -1, np.int32)
    cost[begin] = 0.0
    heap: list[tuple[float, int]] = [(0.0, begin)]
    while len(heap) > 0:
        at, edge = heappop(heap)
        if edge == goal:
            break
        if at > cost[edge]:
            continue
        for row in range(graph.start[edge], graph.start[edge + 1]):
            to = graph.to[row]
            if (graph.modes[row] & modes) == 0 or shut[to] != 0:
                continue
            there = at + graph.seconds[row]
            if there < cost[to]:
                cost[to], before[to] = there, edge
                heappush(heap, (there, np.int64(to)))  # type: ignore[misc]
    if not np.isfinite(cost[goal]):
        return np.zeros(0, np.int32)
    count, edge = 1, goal
    while edge != begin:
        edge = before[edge]
        count += 1
    found = np.zeros(count, np.int32)
    edge = goal
    for place in range(count - 1, -1, -1):
        found[place] = edge
        edge = before[edge] if edge != begin else edge
    return found


@entry
def tree_to(
    goal: int,
    begins: np.ndarray,
    most: float,
    modes: int,
    shut: np.ndarray,
    graph: EdgeGraph,
    following: np.ndarray,
) -> np.ndarray:
    """(B,) s from each of `begins` to the beginning of `goal`, inf where there is no route; right up to `most` s.

    `following` (E,) becomes the edge that follows each edge on its quickest route, as far as `begins` need
    it.
    """
    edges = len(graph.start) - 1
    cost = np.full(edges, np.inf)
    wanted = np.zeros(edges, np.uint8)
    left = 0
    for begin in begins:
        left += 1 - wanted[begin]
        wanted[begin] = 1
    following[:] = -1
    if shut[goal] == 0:
        cost[goal] = 0.0
    else:  # only a vehicle that is on it already gets there
        left = 0
    heap: list[tuple[float, int]] = [(0.0, goal)]
    while len(heap) > 0 and left > 0:
        at, edge = heappop(heap)
        if at > most:
            break
        if at > cost[edge]:
            continue
        if wanted[edge] != 0:
            wanted[edge] = 0
            left -= 1
        if shut[edge] != 0:  # one may begin on it, but not come to it
            continue
        for place in range(graph.back_start[edge], graph.back_start[edge + 1]):
            row = graph.back[place]
            if (graph.modes[row] & modes) == 0:
                continue
            before, there = graph.origin[row], at + graph.seconds[row]
            if there < cost[before]:
                cost[before], following[before] = there, edge
                heappush(heap, (there, np.int64(before)))  # type: ignore[misc]
    out = np.empty(len(begins))
    for i in range(len(begins)):
        out[i] = cost[begins[i]]
    return out


def follow(following: NDArray[np.int32], begin: int, goal: int) -> NDArray[np.int32]:
    """Edges from `begin` to `goal` by a tree."""
    edges = [begin]
    while edges[-1] != goal:
        edges.append(int(following[edges[-1]]))
    return np.array(edges, np.int32)


def live_graph(
    graph: EdgeGraph, roads: RoadNetwork, path_state: PathState, ratio: NDArray[np.float32]
) -> EdgeGraph:
    """The graph with what turns take at the limits in force and the speeds `ratio` (E,) measured now."""
    return graph._replace(seconds=turn_seconds(graph.origin, roads, path_state.limit, ratio))
