"""Can a car drive there? By connections, and by lane changes on the way."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import breadth_first_order

from cosmopolis.city.model import Network
from cosmopolis.city.words import Mode


def undrivable_pairs(network: Network, pairs: int = 1000, seed: int = 1) -> list[tuple[int, int]]:
    """Of `pairs` random pairs of lanes of component 0, those between which there is no way for a car."""
    car = network.lanes.modes & int(Mode.CAR) > 0
    inside = np.flatnonzero(car & (network.edges.component[network.lanes.edge] == 0))
    graph = _lane_graph(network, car)
    rng = np.random.default_rng(seed)
    sources = max(pairs // 25, 1)
    missing = []
    for source in rng.choice(inside, sources).tolist():
        reached = np.zeros(len(car), dtype=bool)
        reached[breadth_first_order(graph, source, return_predecessors=False)] = True
        edges = np.zeros(len(network.edges), dtype=bool)
        edges[network.lanes.edge[reached]] = True
        goals = rng.choice(inside, pairs // sources)
        missing += [(source, int(goal)) for goal in goals if not edges[network.lanes.edge[goal]]]
    return missing


def _lane_graph(network: Network, car: NDArray) -> coo_matrix:
    c, lanes = network.connections, network.lanes
    ok = car[c.from_lane] & car[c.to_lane]
    beside = np.flatnonzero((lanes.edge[1:] == lanes.edge[:-1]) & car[1:] & car[:-1])
    a = np.concatenate([c.from_lane[ok], beside, beside + 1])
    b = np.concatenate([c.to_lane[ok], beside + 1, beside])
    return coo_matrix((np.ones(len(a)), (a, b)), shape=(len(lanes), len(lanes))).tocsr()
