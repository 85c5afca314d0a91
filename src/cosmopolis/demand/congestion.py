"""Travel times in the morning peak, so that routes know that others drive too."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cosmopolis.demand.capacity import Capacity
from cosmopolis.demand.router import Router
from cosmopolis.demand.wishes import Wishes

PEAK = (7.25 * 3600, 8.75 * 3600)  # s after midnight
ROUNDS = 4
TREES = 1_200  # destinations of one round; another draw each round
FULLEST = 2.5  # flow over capacity; what is asked for beyond is not waited for but left out


def congested_time(
    router: Router, capacity: Capacity, wishes: Wishes, rng: np.random.Generator
) -> NDArray[np.float64]:
    """(E,) s: free time grown by flow over capacity, t = t0 (1 + 0.15 (q/c)^4) (Bureau of Public Roads 1964),
    after a few all-or-nothing loadings of the peak's trips averaged (method of successive averages; Sheffi 1985,
    chapter 5). Each round loads the trips to some of the destinations, grown to the number of all.
    """
    graph = router.graph
    peak = np.flatnonzero((wishes.depart >= PEAK[0]) & (wishes.depart < PEAK[1]))
    if len(peak) == 0:
        return graph.free_time
    goals = np.unique(wishes.destination.edge[peak])
    flow = np.zeros(graph.edges)
    time = graph.free_time
    for turn in range(ROUNDS):
        chosen = goals if len(goals) <= TREES else rng.choice(goals, TREES, replace=False)
        rows = peak[np.isin(wishes.destination.edge[peak], chosen)]
        sample = wishes.take(rows)
        routes = router.route(sample.origin.edge, sample.destination.edge, time=time, around=sample.around())
        scale = len(peak) / len(rows) / ((PEAK[1] - PEAK[0]) / 3600)
        loaded = np.bincount(routes.edge, minlength=graph.edges) * scale
        flow += (loaded - flow) / (turn + 1)
        time = graph.free_time * (1 + 0.15 * np.minimum(flow / capacity.edge, FULLEST) ** 4)
    return time
