"""Shortest path trees from each origin, and all flows put on them. Exact; one tree per origin, many at a time."""

from __future__ import annotations

import numpy as np
from numba import prange
from numpy.typing import NDArray

from cosmopolis.city.errors import BadInput
from cosmopolis.demand.assignment.problem import Problem
from cosmopolis.demand.heap import sift_down, sift_up
from cosmopolis.kernels.decorators import of_arrays, parallel

F64 = NDArray[np.float64]
PARTS = 8  # sums of flow, each over a part of the origins: the same for any number of threads


def all_or_nothing(problem: Problem, time: F64) -> tuple[F64, float]:
    """(A,) flow with everybody on a shortest way at `time` (A,), and the sum of flow times cost of these ways.

    BadInput where no way leads from an origin to a destination.
    """
    links = problem.links
    start, out = links.out
    origins, first = problem.by_origin
    parts, spent = _load(
        start, out, links.tail, links.head, links.first_through, time,
        origins, first, problem.destination, problem.volume,
    )  # fmt: skip
    check_reached(problem, spent)
    return parts.sum(axis=0), float(spent.sum())


def check_reached(problem: Problem, spent: F64) -> None:
    """BadInput for the first flow that cost infinitely much."""
    lost = np.flatnonzero(~np.isfinite(spent))
    if len(lost):
        row = lost[0]
        raise BadInput(
            f"No way leads from node {problem.origin[row] + 1} to node {problem.destination[row] + 1}, which "
            f"{problem.volume[row]:g} vehicles want to go; join them by links or leave them out."
        )


@of_arrays
def grow_tree(start, out, head, first_through, time, origin, best, via, rank, heap_key, heap_node):  # type: ignore[no-untyped-def]
    """Dijkstra (1959) from `origin`. Writes `best` (N,) cost, `via` (N,) last link, -1, and to `rank` the nodes in the
    order in which they were settled; returns how many were."""
    best[:] = np.inf
    via[:] = -1
    best[origin] = 0.0
    heap_key[0], heap_node[0] = 0.0, origin
    size, settled = 1, 0
    while size > 0:
        here, node = heap_key[0], heap_node[0]
        size -= 1
        sift_down(heap_key, heap_node, size)
        if here > best[node] or (settled > 0 and node == rank[settled - 1]):
            continue
        rank[settled] = node
        settled += 1
        if node < first_through and node != origin:
            continue
        for row in range(start[node], start[node + 1]):
            link = out[row]
            there = here + time[link]
            if there < best[head[link]]:
                best[head[link]] = there
                via[head[link]] = link
                sift_up(heap_key, heap_node, size, there, head[link])
                size += 1
    return settled


@parallel
def _load(start, out, tail, head, first_through, time, origins, first, destination, volume):  # type: ignore[no-untyped-def]
    """(PARTS, A) flows to be added, and (K,) volume times cost."""
    nodes, links = len(start) - 1, len(head)
    flow = np.zeros((PARTS, links))
    spent = np.zeros(len(volume))
    for part in prange(PARTS):
        best, asked = np.empty(nodes), np.zeros(nodes)
        via, rank = np.empty(nodes, np.int32), np.empty(nodes, np.int32)
        heap_key, heap_node = np.empty(links + 2), np.empty(links + 2, np.int32)
        for i in range(part, len(origins), PARTS):
            settled = grow_tree(
                start, out, head, first_through, time, origins[i], best, via, rank, heap_key, heap_node
            )
            for row in range(first[i], first[i + 1]):
                asked[destination[row]] += volume[row]
                spent[row] = volume[row] * best[destination[row]]
            for at in range(settled - 1, 0, -1):  # from the farthest in: each hands on what it has gathered
                node = rank[at]
                if asked[node] > 0.0:
                    flow[part, via[node]] += asked[node]
                    asked[tail[via[node]]] += asked[node]
                asked[node] = 0.0
            asked[:] = 0.0
    return flow, spent
