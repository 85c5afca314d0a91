"""Routes through one network for many trips: by trees of shortest paths, or in a large network by a contraction
hierarchy that is made once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.model import Network
from cosmopolis.demand.graph import RoadGraph
from cosmopolis.demand.hierarchy import Hierarchy
from cosmopolis.demand.routing import SPREAD, VIEWS_A_DESTINATION, Routes, in_order, route

LARGE = 8_000  # edges from which on a hierarchy is quicker, its making included
VIEWS = 8  # that drivers have of the times in a large network; in a small one every destination has its own


@dataclass(frozen=True)
class Router:
    """The graph of a network, with its hierarchy where it has LARGE edges or more."""

    graph: RoadGraph
    hierarchy: Hierarchy | None

    @classmethod
    def of(cls, network: Network, graph: RoadGraph, *, large: int = LARGE) -> Router:
        """`large`: from how many edges on routes are found by a hierarchy."""
        if graph.edges < large:
            return cls(graph, None)
        line = network.edges.line
        ends = line.points[line.start[:-1], :2], line.points[line.start[1:] - 1, :2]
        return cls(graph, Hierarchy.of(graph, (ends[0] + ends[1]) / 2))

    def route(
        self,
        origin: NDArray,
        destination: NDArray,
        *,
        time: NDArray[np.float64] | None = None,
        around: NDArray[np.bool_] | None = None,
        view: NDArray | None = None,
        spread: float = SPREAD,
    ) -> Routes:
        """Routes between (N,) origin and destination edges; arguments and result as `routing.route` has them.

        In a large network the destinations share VIEWS views of the times, each with its own noise of +-`spread`.
        """
        if self.hierarchy is None:
            return route(self.graph, origin, destination, time=time, around=around, view=view, spread=spread)
        count = len(origin)
        cost = np.ascontiguousarray(self.graph.free_time if time is None else time, dtype=np.float64)
        loops = np.zeros(count, dtype=np.bool_) if around is None else around
        seen = np.zeros(count, dtype=np.int64) if view is None else np.asarray(view, dtype=np.int64)
        goal = np.asarray(destination, dtype=np.int64)
        views = VIEWS if spread else 1
        which = (goal + (VIEWS // 2) * (seen % VIEWS_A_DESTINATION)) % views
        order, sizes, pieces = [], np.zeros(count, np.int64), []
        for number in range(views):
            rows = np.flatnonzero(which == number)
            rows = rows[np.argsort(goal[rows], kind="stable")]
            goals, first = np.unique(goal[rows], return_index=True)
            if len(goals) == 0:
                continue
            noise = np.random.default_rng([number, 0x71E3]).uniform(-spread, spread, self.graph.edges)
            weights = self.hierarchy.weighted(cost * (1.0 + noise), self.graph.move_cost)
            start = np.append(first, len(rows)).astype(np.int64)
            mine = np.ascontiguousarray(np.asarray(origin)[rows], dtype=np.int32)
            sizes[rows], edges = weights.paths(mine, goals.astype(np.int32), start, loops[rows])
            order.append(rows)
            pieces.append(edges)
        return in_order(np.concatenate(order) if order else np.zeros(0, np.int64), sizes, pieces)
