"""What is to be assigned, and what comes out: records only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.errors import BadInput
from cosmopolis.demand.assignment.costs import BPR, LinkCost, Marginal
from cosmopolis.sources.tntp import LinkTable

F64 = NDArray[np.float64]
I32 = NDArray[np.int32]


@dataclass(frozen=True)
class LinkGraph:
    """A directed links between nodes 0 .. nodes - 1."""

    nodes: int
    tail: I32  # (A,) node
    head: I32  # (A,) node
    first_through: int = 0  # nodes before this one are ends of trips: no way leads through them

    def __len__(self) -> int:
        return len(self.tail)

    @cached_property
    def out(self) -> tuple[NDArray[np.int64], I32]:
        """(nodes + 1,) and (A,): links out of node n are ``link[start[n]:start[n + 1]]``."""
        order = np.argsort(self.tail, kind="stable").astype(np.int32)
        start = np.searchsorted(self.tail[order], np.arange(self.nodes + 1)).astype(np.int64)
        return start, order


@dataclass(frozen=True)
class Problem:
    """K flows between nodes, sorted by origin and destination, over links whose cost grows with their flow."""

    links: LinkGraph
    cost: LinkCost
    origin: I32  # (K,) node
    destination: I32  # (K,) node
    volume: F64  # (K,) vehicles per unit of time, above 0

    @classmethod
    def between(
        cls, links: LinkGraph, cost: LinkCost, origin: NDArray, destination: NDArray, volume: NDArray
    ) -> Problem:
        """Flows in any order; those of one pair are added, those of 0 and from a node to itself left out."""
        key, row = np.unique(
            np.asarray(origin, np.int64) * links.nodes + np.asarray(destination, np.int64),
            return_inverse=True,
        )
        total = np.bincount(row.ravel(), np.asarray(volume, np.float64), minlength=len(key))
        start, goal = key // links.nodes, key % links.nodes
        kept = (total > 0) & (start != goal)
        return cls(links, cost, start[kept].astype(np.int32), goal[kept].astype(np.int32), total[kept])

    @cached_property
    def by_origin(self) -> tuple[I32, NDArray[np.int64]]:
        """(O,) origins, and (O + 1,): flows from origin i are rows ``first[i] .. first[i + 1] - 1``."""
        origins, first = np.unique(self.origin, return_index=True)
        return origins.astype(np.int32), np.append(first, len(self.origin)).astype(np.int64)

    def for_all(self) -> Problem:
        """The same with everybody charged what they cost the others: its equilibrium is the least total time."""
        return replace(self, cost=Marginal(self.cost))

    def total_time(self, flow: F64) -> float:
        return float(flow @ self.cost.time(flow))


@dataclass(frozen=True)
class Assignment:
    """Link flows and how they were reached, after I iterations."""

    flow: F64  # (A,) vehicles per unit of time
    time: F64  # (A,) cost at that flow
    gap: F64  # (I,) relative gap after each iteration: 1 - time by the shortest ways / time; for a stochastic
    # equilibrium how far the flows are from those that its times give, as a share
    objective: F64  # (I,) Beckmann's; NaN for a stochastic equilibrium


def problem_of(
    net: LinkTable, trips: NDArray[np.float64], *, toll_weight: float = 0.0, length_weight: float = 0.0
) -> Problem:
    """A TNTP network and its (Z, Z) trips. The weights are time units for one of toll and of length."""
    if trips.shape != (net.zones, net.zones):
        raise BadInput(
            f"The trips are between {len(trips)} zones and the network has {net.zones}; give files of one place."
        )
    fixed = toll_weight * net.toll + length_weight * net.length
    cost = BPR(net.free_time, net.capacity, net.b, net.power, fixed)
    origin, destination = np.nonzero(trips)
    links = LinkGraph(net.nodes, net.tail, net.head, net.first_through)
    return Problem.between(links, cost, origin, destination, trips[origin, destination])
