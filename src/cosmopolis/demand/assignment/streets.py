"""The streets of a city as an assignment's links: each edge is one, and each turn from edge to edge another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cosmopolis.demand.assignment.costs import BPR
from cosmopolis.demand.assignment.problem import LinkGraph, Problem
from cosmopolis.demand.capacity import Capacity
from cosmopolis.demand.graph import RoadGraph

B, POWER = 0.15, 4.0  # of edges and turns (Bureau of Public Roads 1964)


def street_problem(
    graph: RoadGraph, capacity: Capacity, origin: NDArray, destination: NDArray, volume: NDArray
) -> Problem:
    """Flows of (K,) `volume` vehicles an hour between (K,) edges, on E + M links in the order edges, then moves.

    Node e is where edge e begins, node E + e where it ends. An edge takes its free time grown by flow over capacity; a
    turn takes its own seconds, grown likewise. Who begins and ends on one edge drives it once.
    """
    edges = graph.edges
    into = np.repeat(np.arange(edges), np.diff(graph.move_start))
    each = np.arange(edges)
    tail = np.concatenate([each, edges + graph.move_from]).astype(np.int32)
    head = np.concatenate([edges + each, into]).astype(np.int32)
    closed = ~np.isfinite(graph.free_time)
    free = np.concatenate([np.where(closed, 0.0, graph.free_time), graph.move_cost])
    fixed = np.concatenate(
        [np.where(closed, 1e9, 0.0), np.zeros(len(into))]
    )  # nobody enters where it is closed
    most = np.concatenate([capacity.edge, capacity.move])
    cost = BPR(free, most, np.full(len(free), B), np.full(len(free), POWER), fixed)
    links = LinkGraph(2 * edges, tail, head)
    return Problem.between(
        links, cost, np.asarray(origin), edges + np.asarray(destination), np.asarray(volume)
    )


def edge_times(
    problem: Problem, time: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(E,) s of the edges and (M,) s of the moves among an assignment's link times."""
    edges = problem.links.nodes // 2
    return time[:edges], time[edges:]
