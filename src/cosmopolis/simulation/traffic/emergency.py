"""Emergency vehicles: those ahead clear the lane, others wait at junctions (pre-emption), and a red light is
passed slowly.

Marks on paths say where one comes. They are written between two steps, and only while one is on the road, so
that a city without any pays for one flag.
"""

from __future__ import annotations

from math import sqrt

import numpy as np

from cosmopolis.kernels.decorators import entry, kernel
from cosmopolis.simulation.clock import DT
from cosmopolis.simulation.traffic.drivers import Drivers
from cosmopolis.simulation.traffic.network import RoadNetwork
from cosmopolis.simulation.traffic.state import FAR, Cars, Fleet, PathState
from cosmopolis.simulation.traffic.thresholds import YIELD_BRAKE
from cosmopolis.simulation.traffic.turning import likely_connection

# PathState.preemption: of a lane on its route; of a connection that conflicts with its route
NO_PREEMPTION, APPROACHING, CROSSING = 0, 1, 2
AUDIBLE = 150.0  # m ahead of it within which others hear it
YIELDS_ACROSS_LINE = 60.0  # m ahead of it within which those at a red light cross the line to let it through
PREEMPTION_TIME = 6.0  # s before it reaches a junction from which others are kept out
PREEMPTION_DISTANCE = 40.0  # m, the same when it is slow
SPEED_AT_RED = 5.0  # m/s over the line at red
LEAST_LEAD = 0.5  # m, at least, that a vehicle is ahead of it
WAITING_SPEED = 0.5  # m/s: a slower vehicle waits
MOST_PATHS = 24  # paths ahead that are marked


@entry
def mark_preemption(
    roads: RoadNetwork, drivers: Drivers, path_state: PathState, cars: Cars, fleet: Fleet
) -> int:
    """Mark the route ahead of every emergency vehicle in PathState.preemption and emergency_position; their number."""
    found = 0
    for path in range(roads.paths):
        path_state.preemption[path], path_state.emergency_position[path] = NO_PREEMPTION, np.float32(FAR)
    for path in range(roads.paths):
        for i in range(cars.start[path], cars.start[path + 1]):
            if drivers.siren[cars.kind[i]] != 0:
                _mark_route(path, i, roads, drivers, path_state, cars, fleet)
                found += 1
    return found


@kernel
def _mark_route(
    path: int, i: int, roads: RoadNetwork, drivers: Drivers, path_state: PathState, cars: Cars, fleet: Fleet
) -> None:
    """Mark the route of car i, which is on `path`, up to AUDIBLE m ahead."""
    trip, speed = cars.trip[i], cars.speed[i]
    at, cursor = cars.position[i], fleet.cursor[cars.trip[i]]
    first = True
    for _ in range(MOST_PATHS):
        if roads.lane_count[path] > 0:
            path_state.preemption[path] = APPROACHING
            path_state.emergency_position[path] = min(path_state.emergency_position[path], at)
            to_line = roads.length[path] - at
            connection = cars.choice[i] if first else -1
            if not first and cursor + 1 < fleet.route_end[trip]:
                connection = likely_connection(path, cursor, trip, fleet, drivers, roads)
            if connection < 0 or to_line > AUDIBLE:
                return
            if to_line < max(PREEMPTION_DISTANCE, PREEMPTION_TIME * speed):
                _preempt(connection, roads, path_state)
            path, at = connection, -to_line
        else:
            if first:
                _preempt(path, roads, path_state)
            at -= roads.length[path]
            path = roads.to_lane[path]
            cursor += 1
        first = False


@kernel
def _preempt(connection: int, roads: RoadNetwork, path_state: PathState) -> None:
    """Mark the connections that conflict with `connection`."""
    for row in range(roads.conflict_start[connection], roads.conflict_start[connection + 1]):
        path_state.preemption[roads.conflict[row]] = CROSSING


@kernel
def must_clear_lane(
    lane: int, i: int, roads: RoadNetwork, drivers: Drivers, path_state: PathState, cars: Cars
) -> bool:
    """Whether car i has an emergency vehicle behind it on its lane, near enough to hear it."""
    behind = cars.position[i] - path_state.emergency_position[lane]
    return bool(behind > LEAST_LEAD and behind < AUDIBLE and drivers.siren[cars.kind[i]] == 0)


@kernel
def may_pass_red(lane: int, i: int, drivers: Drivers, path_state: PathState, cars: Cars) -> bool:
    """Whether car i may pass a red light, yielding to all: an emergency vehicle, or one that stands in its
    way at the line.
    """
    if drivers.siren[cars.kind[i]] != 0:
        return True
    return bool(
        path_state.preemption[lane] == APPROACHING
        and cars.position[i] - path_state.emergency_position[lane] < YIELDS_ACROSS_LINE
    )


@kernel
def slow_to_line(distance: float, i: int, drivers: Drivers, cars: Cars) -> float:
    """m/s^2 of car i so that it reaches the line, `distance` m ahead, at SPEED_AT_RED at most."""
    allowed = sqrt(SPEED_AT_RED * SPEED_AT_RED + 2.0 * drivers.brake[cars.kind[i]] * max(distance, 0.0))
    return (allowed - cars.speed[i]) / DT


@kernel
def cannot_yield(other: int, roads: RoadNetwork, cars: Cars) -> bool:
    """Whether a vehicle that should yield to an emergency vehicle can no longer stop before connection `other`."""
    lane = roads.from_lane[other]
    last = cars.start[lane + 1] - 1
    if last < cars.start[lane] or cars.choice[last] != other or cars.speed[last] < WAITING_SPEED:
        return False
    speed = cars.speed[last]
    return bool(roads.length[lane] - cars.position[last] < speed * speed / (2.0 * YIELD_BRAKE) + DT * speed)
