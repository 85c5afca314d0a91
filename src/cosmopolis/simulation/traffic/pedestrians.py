"""People on pedestrian crossings, as far as drivers must know: whether one is occupied now.

Nobody walks yet. How many people come is modelled (see `crossings`); when they come is a hash of (seed,
crossing, time), so it is the same on any number of threads and after a restore. At signals they wait for
their green and then cross together.
"""

from __future__ import annotations

from math import exp

import numpy as np

from cosmopolis.kernels.decorators import kernel
from cosmopolis.simulation.clock import DT
from cosmopolis.simulation.traffic.drivers import Drivers
from cosmopolis.simulation.traffic.network import RoadNetwork
from cosmopolis.simulation.traffic.signals import PROTECTED, RED, YELLOW
from cosmopolis.simulation.traffic.state import Cars, Moves, PathState
from cosmopolis.simulation.traffic.thresholds import YIELD_BRAKE

SLOT = 8  # steps, 4 s: at 1.2 m/s (HCM 2010) a person crosses a lane and its sides
MOST_OCCUPIED = 0.75  # share of the slots with people, at most: beyond that they cross in groups
PEDESTRIAN_PATIENCE = 30.0  # s of standing, after which people let a vehicle through
CROSSING_BRAKE, CROSSING_SIGHT = 1.0, 10.0  # m/s^2, m: a crossing farther away does not matter yet
STOP_SHORT = np.float32(3.0)  # m before a crossing between junctions, where vehicles stop
LEAST_CROSSING_GAP = np.float32(0.3)  # m, a divisor
# Share of a day's walks by the full hour; two peaks and a busy noon.
HOURLY = (
    np.array([3, 2, 1, 1, 3, 10, 30, 80, 90, 60, 50, 55, 65, 55, 50, 50, 60, 90, 90, 70, 50, 35, 20, 8])
    / 1028
)


@kernel
def update_crossings(time: float, step: int, roads: RoadNetwork, path_state: PathState) -> None:
    """Whether people are on each crossing for the next 4 s; one crossing in SLOT is worked out in each step."""
    hour = int(time / 3600.0) % 24
    for crossing in range(step % SLOT, roads.crossings, SLOT):
        rate = roads.pedestrian_rate[crossing]
        if rate <= 0.0:
            continue
        path_state.pedestrians[crossing] = 0
        waited = path_state.pedestrian_wait[crossing] + np.float32(SLOT * DT)
        if not _may_walk(crossing, roads, path_state):
            path_state.pedestrian_wait[crossing] = waited
            continue
        path_state.pedestrian_wait[crossing] = np.float32(0.0)
        share = min(1.0 - exp(-rate * 24.0 * HOURLY[hour] * waited / 3600.0), MOST_OCCUPIED)
        if _uniform(roads.pedestrian_seed, crossing, int(time / DT)) < share:
            path_state.pedestrians[crossing] = 1


@kernel
def _may_walk(crossing: int, roads: RoadNetwork, path_state: PathState) -> bool:
    """Whether the signals, if there are any, stop the vehicles that do not turn."""
    for row in range(roads.walk_red_start[crossing], roads.walk_red_start[crossing + 1]):
        light = path_state.light[roads.walk_red[row]]
        if light in (PROTECTED, YELLOW):
            return False
    return True


@kernel
def _uniform(seed: int, crossing: int, time: int) -> float:
    """In [0, 1): the finaliser of SplitMix64 (Steele, Lea and Flood 2014)."""
    z = np.uint64(seed) * np.uint64(0xD1B54A32D192ED03) + np.uint64(crossing) * np.uint64(0x9E3779B97F4A7C15)
    z += np.uint64(time) * np.uint64(0x8CB92BA72F3D8DD7)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return float(z >> np.uint64(11)) * 2.0**-53


@kernel
def pedestrians_block(
    connection: int, i: int, light: int, roads: RoadNetwork, path_state: PathState, cars: Cars
) -> bool:
    """Whether car i waits at the line before `connection` because people are on a crossing that it meets."""
    if cars.still[i] * DT > PEDESTRIAN_PATIENCE:
        return False
    here, there = roads.entry_crossing[connection], roads.exit_crossing[connection]
    if (
        here >= 0
        and path_state.pedestrians[here] != 0
        and (roads.entry_crossing_lit[connection] == 0 or light == RED)
    ):
        return True
    return bool(there >= 0 and path_state.pedestrians[there] != 0)


@kernel
def yield_to_pedestrians(
    lane: int, roads: RoadNetwork, drivers: Drivers, path_state: PathState, cars: Cars, moves: Moves
) -> None:
    """Cars of a lane stop before a midblock crossing that people are on, if they still can."""
    for row in range(roads.midblock_start[lane], roads.midblock_start[lane + 1]):
        if path_state.pedestrians[roads.midblock_crossing[row]] == 0:
            continue
        line = roads.midblock_position[row] - STOP_SHORT
        for i in range(cars.start[lane], cars.start[lane + 1]):
            gap, speed = line - cars.position[i], cars.speed[i]
            if (
                gap < 0.0
                or gap < speed * speed / (2.0 * YIELD_BRAKE)
                or cars.still[i] * DT > PEDESTRIAN_PATIENCE
            ):
                continue
            if gap > speed * speed / (2.0 * CROSSING_BRAKE) + CROSSING_SIGHT:
                continue
            wish = -speed * speed / (2.0 * max(gap, LEAST_CROSSING_GAP))
            moves.accel[i] = min(moves.accel[i], np.float32(wish))
            moves.free_distance[i] = min(moves.free_distance[i], gap)
