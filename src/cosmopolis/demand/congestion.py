"""Travel times in the morning peak, so that routes know that others drive too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.model import Network
from cosmopolis.city.words import Control, Mode
from cosmopolis.demand.graph import RoadGraph
from cosmopolis.demand.routing import route

if TYPE_CHECKING:
    from cosmopolis.demand.plan import Wishes

PEAK = (7.25 * 3600, 8.75 * 3600)  # s after midnight
SATURATION = 1_800.0  # vehicles an hour and lane of green
GREEN_SHARE = {
    Control.SIGNAL: 0.4,
    Control.PRIORITY: 0.6,
    Control.RIGHT_BEFORE_LEFT: 0.45,
    Control.ALL_WAY_STOP: 0.35,
}
ROUNDS = 3
SAMPLE = 20_000


def congested_time(network: Network, graph: RoadGraph, wishes: Wishes, seed: int) -> NDArray[np.float64]:
    """(E,) s: free time grown by flow over capacity, t = t0 (1 + 0.15 (q/c)^4) (Bureau of Public Roads 1964),
    after a few all-or-nothing loadings of the peak's trips averaged (method of successive averages).
    The ratio is bounded at 2.5, since the thinned-out demand of a real peak queues no longer than that.
    """
    peak = np.flatnonzero((wishes.depart >= PEAK[0]) & (wishes.depart < PEAK[1]))
    if len(peak) == 0:
        return graph.free_time
    rng = np.random.Generator(np.random.PCG64(seed))
    chosen = peak if len(peak) <= SAMPLE else np.sort(rng.choice(peak, SAMPLE, replace=False))
    scale = len(peak) / len(chosen) / ((PEAK[1] - PEAK[0]) / 3600)
    sample, capacity = wishes.take(chosen), _capacity(network)
    flow = np.zeros(graph.edges)
    time = graph.free_time
    for turn in range(ROUNDS):
        routes = route(graph, sample.origin.edge, sample.destination.edge, time=time, around=sample.around())
        loaded = np.bincount(routes.edge, minlength=graph.edges) * scale
        flow += (loaded - flow) / (turn + 1)
        time = graph.free_time * (1 + 0.15 * np.minimum(flow / capacity, 2.5) ** 4)
    return time


def _capacity(network: Network) -> NDArray[np.float64]:
    """(E,) vehicles an hour that an edge lets out."""
    lanes = network.lanes
    number = np.bincount(lanes.edge[(lanes.modes & int(Mode.CAR)) != 0], minlength=len(network.edges))
    green = np.ones(max(Control) + 1)
    for control, share in GREEN_SHARE.items():
        green[control] = share
    ahead = green[network.junctions.control[network.edges.to_junction]]
    return np.maximum(number, 1) * SATURATION * ahead
