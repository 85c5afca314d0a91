"""The quickest way over edges, for the few cars that need a new one while they drive."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cosmopolis.simulation.traffic.kernels import entry
from cosmopolis.simulation.traffic.network import Roads

TURNING = 4.0  # s for every junction


class EdgeGraph(NamedTuple):
    """Which edge leads to which."""

    start: NDArray[np.int32]  # (E + 1,) rows of `to`
    to: NDArray[np.int32]  # (A,) edges
    modes: NDArray[np.uint16]  # (A,) words.Mode set of the connections
    seconds: NDArray[np.float64]  # (E,) s to drive the edge


def edge_graph(roads: Roads) -> EdgeGraph:
    """The edges as nodes, the connections as links."""
    way = np.flatnonzero(roads.lane_count == 0)
    one, other = roads.edge[roads.out_start[way]].astype(np.int64), roads.edge[way].astype(np.int64)
    edges = len(roads.edge_lane)
    key, row = np.unique(one * edges + other, return_inverse=True)
    modes = np.zeros(len(key), np.uint16)
    np.bitwise_or.at(modes, row, roads.modes[way])
    main = roads.edge_main
    return EdgeGraph(
        start=np.searchsorted(key, np.arange(edges + 1) * edges).astype(np.int32),
        to=(key % max(edges, 1)).astype(np.int32),
        modes=modes,
        seconds=(roads.length[main] / roads.limit[main]).astype(np.float64),
    )


@entry
def quickest(begin: int, goal: int, modes: int, shut: np.ndarray, graph: EdgeGraph) -> np.ndarray:
    """Edges from `begin` to `goal`, both included (Dijkstra 1959); empty where there is no way.

    `shut` (E,) edges that may not be entered.
    """
    edges = len(graph.seconds)
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
            there = at + graph.seconds[to] + TURNING
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
