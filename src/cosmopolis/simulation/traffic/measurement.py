"""Speed and density of every edge, smoothed over about a minute. Reads the cars, changes nothing."""

from __future__ import annotations

import numpy as np

from cosmopolis.kernels.decorators import entry
from cosmopolis.simulation.traffic.network import Roads
from cosmopolis.simulation.traffic.state import Cars, Ways

EVERY = 10  # steps between two measurements
SHARE = np.float32(0.15)  # weight of the newest


@entry
def measure(roads: Roads, ways: Ways, cars: Cars, ratio: np.ndarray, density: np.ndarray) -> None:
    """Fold the present into `ratio` (E,) speed over limit, and `density` (E,) vehicles per lane-km."""
    for edge in range(roads.edges):
        first = roads.edge_lane[edge]
        count, speed, metres = 0, 0.0, 0.0
        for lane in range(first, first + roads.edge_lanes[edge]):
            metres += roads.length[lane]
            for i in range(cars.start[lane], cars.start[lane + 1]):
                speed += min(1.0, cars.speed[i] / ways.limit[lane])
                count += 1
        now = np.float32(1.0)
        if count > 0:
            now = np.float32(speed / count)
        ratio[edge] += SHARE * (now - ratio[edge])
        density[edge] += SHARE * (np.float32(1000.0 * count / max(metres, 1.0)) - density[edge])
