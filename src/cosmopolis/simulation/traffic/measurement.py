"""Speed and density of every edge, smoothed over about a minute. Reads the cars, changes nothing."""

from __future__ import annotations

import numpy as np

from cosmopolis.kernels.decorators import entry
from cosmopolis.simulation.traffic.network import RoadNetwork
from cosmopolis.simulation.traffic.state import Cars, PathState

MEASUREMENT_STEPS = 10  # steps between two measurements
NEWEST_WEIGHT = np.float32(0.15)  # weight of the newest measurement


@entry
def measure(
    roads: RoadNetwork, path_state: PathState, cars: Cars, ratio: np.ndarray, density: np.ndarray
) -> None:
    """Update `ratio` (E,), mean speed over limit, and `density` (E,), vehicles per lane-km, by the present."""
    for edge in range(roads.edges):
        first = roads.edge_lane[edge]
        count, speed, metres = 0, 0.0, 0.0
        for lane in range(first, first + roads.edge_lanes[edge]):
            metres += roads.length[lane]
            for i in range(cars.start[lane], cars.start[lane + 1]):
                speed += min(1.0, cars.speed[i] / path_state.limit[lane])
                count += 1
        now = np.float32(1.0)
        if count > 0:
            now = np.float32(speed / count)
        ratio[edge] += NEWEST_WEIGHT * (now - ratio[edge])
        density[edge] += NEWEST_WEIGHT * (np.float32(1000.0 * count / max(metres, 1.0)) - density[edge])
