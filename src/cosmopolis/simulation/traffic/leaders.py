"""What the first vehicle of a path stops for or follows: stop lines, conflict areas, and leaders beyond the path."""

from __future__ import annotations

from math import sqrt

import numpy as np

from cosmopolis.kernels.decorators import Real, kernel
from cosmopolis.simulation.clock import DT
from cosmopolis.simulation.traffic.car_following import brake_to_stop, close_up
from cosmopolis.simulation.traffic.conflict_areas import merges_second, occupied_area_ahead, overhang
from cosmopolis.simulation.traffic.drivers import Drivers
from cosmopolis.simulation.traffic.network import RoadNetwork
from cosmopolis.simulation.traffic.signals import ARROW, PROTECTED, RED, YELLOW
from cosmopolis.simulation.traffic.state import FAR, Cars, Fleet, Moves, PathState
from cosmopolis.simulation.traffic.turning import likely_connection

SIGHT_MARGIN, SIGHT_TIME, SIGHT_BRAKING = 22.0, 3.0, 0.3  # m, s, s^2/m: how far ahead a driver looks
LATE_STEPS = 1.5  # steps of braking that are kept in hand before a conflict area
BOX_BRAKE = 3.0  # m/s^2 with which a vehicle still stops before the two-wheelers' waiting area


@kernel
def sight(speed: float) -> float:
    """m ahead that matter to a driver: IDM's desired gap to a standing vehicle, and a margin."""
    return SIGHT_MARGIN + SIGHT_TIME * speed + speed * speed * SIGHT_BRAKING


@kernel
def stop_at(distance: float, i: int, drivers: Drivers, cars: Cars, moves: Moves) -> None:
    """Car i stops `distance` m ahead, and drives no farther in this step."""
    moves.accel[i] = min(moves.accel[i], brake_to_stop(np.float32(distance), i, drivers, cars))
    moves.free_distance[i] = min(moves.free_distance[i], np.float32(distance))


@kernel
def stop_before_area(distance: float, i: int, drivers: Drivers, cars: Cars, moves: Moves) -> None:
    """Stop before a conflict area early enough that others see in the next step that it can: `stopping_distance`."""
    stop_at(distance, i, drivers, cars, moves)
    brake, speed = drivers.brake[cars.kind[i]], cars.speed[i]
    late = LATE_STEPS * brake * DT
    allowed = sqrt(late * late + 2.0 * brake * max(distance - 0.5 * speed * DT, 0.0)) - late
    moves.accel[i] = min(moves.accel[i], max(np.float32((allowed - speed) / DT), -brake))


@kernel
def to_stop_line(
    lane: int, distance: float, i: int, roads: RoadNetwork, drivers: Drivers, cars: Cars
) -> float:
    """m to where car i stops at red: before the two-wheelers' waiting area, unless it is past that."""
    box = roads.bike_box[lane]
    short = distance - box
    speed = cars.speed[i]
    if box > 0.0 and drivers.filters[cars.kind[i]] == 0 and short > speed * speed / (2.0 * BOX_BRAKE):
        return short
    return distance


@kernel
def follow_at(gap: Real, speed: Real, i: int, drivers: Drivers, cars: Cars, moves: Moves) -> None:
    """Car i follows a leader whose rear is `gap` m ahead and drives at `speed` m/s, and drives no farther in
    this step.
    """
    moves.accel[i] = min(moves.accel[i], close_up(np.float32(gap), np.float32(speed), i, drivers, cars))
    moves.free_distance[i] = min(moves.free_distance[i], np.float32(gap))


@kernel
def mind_conflict_areas(
    connection: int,
    i: int,
    position: float,
    reach: float,
    gridlocked: bool,
    roads: RoadNetwork,
    drivers: Drivers,
    path_state: PathState,
    cars: Cars,
    moves: Moves,
) -> None:
    """Car i stops before the first occupied conflict area."""
    free = occupied_area_ahead(connection, i, position, reach, gridlocked, roads, path_state, cars)
    if free < FAR:
        stop_at(free, i, drivers, cars, moves)


@kernel
def follow_merging(
    connection: int, i: int, position: float, roads: RoadNetwork, drivers: Drivers, cars: Cars, moves: Moves
) -> None:
    """A vehicle on another connection into the same lane that is nearer to it is a leader like any other.

    `position` is that of car i along `connection`. Before the conflict area begins the two may still be side
    by side.
    """
    left = roads.length[connection] - position
    for row in range(roads.conflict_start[connection], roads.conflict_start[connection + 1]):
        if roads.merge[row] == 0:
            continue
        other = roads.conflict[row]
        for j in range(cars.start[other], cars.start[other + 1]):
            its = roads.length[other] - cars.position[j]
            if its < left or (its == left and other < connection):
                gap = max(left - its - cars.length[j], roads.conflict_begin[row] - position)
                follow_at(gap, cars.speed[j], i, drivers, cars, moves)


@kernel
def mind_merge_order(
    connection: int, distance: float, i: int, reach: float, roads: RoadNetwork, cars: Cars, moves: Moves
) -> None:
    """Car i stays out of the lane that it enters in this step if another vehicle enters it first."""
    if merges_second(connection, distance, reach, roads, cars):
        moves.free_distance[i] = min(moves.free_distance[i], np.float32(distance))


@kernel
def follow_beyond(
    path: int,
    distance: float,
    cursor: int,
    i: int,
    roads: RoadNetwork,
    drivers: Drivers,
    path_state: PathState,
    cars: Cars,
    fleet: Fleet,
    moves: Moves,
) -> None:
    """The leader of car i on `path`, which begins `distance` m ahead, or farther on along its route.

    `cursor` is the route's row of the edge that `path` is on, or has just left.
    """
    far = sight(cars.speed[i])
    trip = cars.trip[i]
    while distance < far:
        if path_state.tail[path] < FAR:
            follow_at(distance + path_state.tail[path], path_state.tail_speed[path], i, drivers, cars, moves)
            return
        distance += roads.length[path]
        if roads.lane_count[path] == 0:
            path = roads.to_lane[path]
            cursor += 1
            continue
        hang, its_speed = overhang(path, roads, path_state)
        if hang < FAR:
            follow_at(distance + hang, its_speed, i, drivers, cars, moves)
        if cursor + 1 >= fleet.route_end[trip]:
            return
        path = likely_connection(path, cursor, trip, fleet, drivers, roads)
        if path >= 0 and path_state.light[path] <= YELLOW and drivers.siren[cars.kind[i]] != 0:
            continue
        light = path_state.light[path] if path >= 0 else RED
        if path < 0 or light == ARROW or (light <= YELLOW and roads.turn_on_red[path] == 0):
            moves.accel[i] = min(moves.accel[i], brake_to_stop(np.float32(distance), i, drivers, cars))
            return
        if roads.minor[path] != 0 and light != PROTECTED:
            brake = drivers.brake[cars.kind[i]]
            allowed = sqrt(2.0 * brake * distance)
            moves.accel[i] = min(moves.accel[i], np.float32((allowed - cars.speed[i]) / DT))
            return
