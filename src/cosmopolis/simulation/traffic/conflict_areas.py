"""Ground of a junction that is taken: who is on it, or could reach it in this step before the one who asks.

Every rule reads the cars as they were at the beginning of the step. Two cars that could reach the same ground
in the same step are told apart by a fixed order (`RoadNetwork.goes_first`), so both sides come to the same answer.
"""

from __future__ import annotations

import numpy as np

from cosmopolis.kernels.decorators import kernel
from cosmopolis.simulation.clock import DT
from cosmopolis.simulation.traffic.drivers import Drivers
from cosmopolis.simulation.traffic.network import RoadNetwork
from cosmopolis.simulation.traffic.signals import PERMISSIVE, YELLOW, has_red
from cosmopolis.simulation.traffic.state import FAR, FAR32, Cars, PathState
from cosmopolis.simulation.traffic.thresholds import (
    AREA_CLEARANCE,
    LEAST_SPEED,
    LONGEST_VEHICLE,
    ROLLING,
    STANDSTILL,
)

AREA_BRAKE, AREA_TIME, AREA_MARGIN = 2.0, 1.0, 5.0  # m/s^2, s, m: how far ahead occupied areas matter
LEAST_APPROACH = 1.0  # m/s with which a vehicle that stands is taken to approach an area
MOST_ACCEL, STEP_MARGIN = 1.5, 0.1  # m/s^2 and m: the farthest that a vehicle can come in one step
SIBLING_OVERLAP = 2.5  # m beside the start of a sibling connection that still count as the lane
PASSED_OVER = 4  # steps at the line after which others go before a car that could not


@kernel
def overhang(lane: int, roads: RoadNetwork, path_state: PathState) -> tuple[np.float32, np.float32]:
    """m from the lane's end to the rear of the nearest car that has left it but not its ground, and its m/s.

    The distance may be < 0; it is 1e9 where there is no such car.
    """
    nearest, speed = FAR32, np.float32(0.0)
    for connection in range(roads.out_start[lane], roads.out_end[lane]):
        rear = path_state.tail[connection]
        if rear < SIBLING_OVERLAP and rear < nearest:
            nearest, speed = rear, path_state.tail_speed[connection]
        if roads.length[connection] < LONGEST_VEHICLE:
            rear = rear_within(connection, roads, path_state)
            if rear < SIBLING_OVERLAP and rear < nearest:
                nearest, speed = rear, path_state.tail_speed[roads.to_lane[connection]]
    return nearest, speed


@kernel
def rear_within(connection: int, roads: RoadNetwork, path_state: PathState) -> np.float32:
    """m along connection `way` of the rear of the last car on the lane it leads to; 1e9 if that came by another."""
    to_lane = roads.to_lane[connection]
    if path_state.tail_connection[to_lane] >= 0 and path_state.tail_connection[to_lane] != connection:
        return FAR32
    return roads.length[connection] + path_state.tail[to_lane]


@kernel
def occupied_area_ahead(
    connection: int,
    i: int,
    position: float,
    reach: float,
    gridlocked: bool,
    roads: RoadNetwork,
    path_state: PathState,
    cars: Cars,
) -> float:
    """m that car i may drive from `position` on connection `way` before ground that others are on.

    `reach` is how far it could come in this step. 1e9 where nothing is in the way. With `locked` those who stand
    are passed.
    """
    free = FAR
    speed = cars.speed[i]
    sight = speed * speed / (2.0 * AREA_BRAKE) + speed * AREA_TIME + AREA_MARGIN
    for row in range(roads.conflict_start[connection], roads.conflict_start[connection + 1]):
        distance = roads.conflict_begin[row] - position
        if roads.merge[row] != 0 or distance < 0.0 or distance > sight or distance > free:
            continue
        other = roads.conflict[row]
        begin, end = roads.other_begin[row], roads.other_end[row]
        comes = distance / max(speed, LEAST_APPROACH)
        for j in range(cars.start[other], cars.start[other + 1]):
            rear = cars.position[j] - cars.length[j]
            if rear >= end or (gridlocked and cars.still[j] > 0):
                continue
            if cars.position[j] > begin:
                if (end - rear) / max(cars.speed[j], LEAST_SPEED) + AREA_CLEARANCE > comes:
                    free = min(free, distance)
            elif (
                reach >= distance
                and _yields_in_tie(row, connection, other, roads, path_state)
                and _longest_step(cars.speed[j]) >= begin - cars.position[j]
            ):
                free = min(free, distance)
        rear, its_speed = rear_within(other, roads, path_state), path_state.tail_speed[roads.to_lane[other]]
        hangs = rear < end and (end - rear) / max(its_speed, LEAST_SPEED) + AREA_CLEARANCE > comes
        if hangs and not (gridlocked and its_speed < STANDSTILL):
            free = min(free, distance)
        lane = roads.from_lane[other]
        last = cars.start[lane + 1] - 1
        if (
            reach >= distance
            and last >= cars.start[lane]
            and cars.choice[last] == other
            and not (
                cars.speed[last] < ROLLING and path_state.refused[lane] >= PASSED_OVER
            )  # it would announce itself
            and _yields_in_tie(row, connection, other, roads, path_state)
            and _longest_step(cars.speed[last]) >= roads.length[lane] - cars.position[last] + begin
        ):
            free = min(free, distance)
    return free


@kernel
def _yields_in_tie(row: int, connection: int, other: int, roads: RoadNetwork, path_state: PathState) -> bool:
    """Who gives way where both could reach shared ground in one step: who turns on red, else by the fixed order."""
    mine, its = has_red(path_state.light[connection]), has_red(path_state.light[other])
    if mine != its:
        return mine
    return roads.goes_first[row] == 0


@kernel
def _longest_step(speed: float) -> float:
    """m that a car can come in one step at most."""
    return speed * DT + MOST_ACCEL * DT * DT + STEP_MARGIN


@kernel
def merges_second(connection: int, distance: float, reach: float, roads: RoadNetwork, cars: Cars) -> bool:
    """Whether another car could enter the lane that `way` leads to in this step, and is nearer to it.

    `distance` metres are left to that lane. The nearer one goes; the lower path where they are equal.
    """
    to_lane = roads.to_lane[connection]
    if distance > reach:
        return False
    for row in range(roads.in_start[to_lane], roads.in_start[to_lane + 1]):
        other = roads.in_path[row]
        if other == connection:
            continue
        lane = roads.from_lane[other]
        j = cars.start[other + 1] - 1
        left = roads.length[other]
        if j >= cars.start[other]:
            left -= cars.position[j]
        else:
            j = cars.start[lane + 1] - 1
            if j < cars.start[lane] or cars.choice[j] != other:
                continue
            left += roads.length[lane] - cars.position[j]
        if left <= _longest_step(cars.speed[j]) and (
            left < distance or (left == distance and other < connection)
        ):
            return True
    return False


@kernel
def stopping_distance(j: int, other: int, drivers: Drivers, path_state: PathState, cars: Cars) -> float:
    """m that car j needs on connection `other` to stop for those who go first; only at green it stops within."""
    if cars.still[j] > 0:
        return 0.0
    if path_state.light[other] != PERMISSIVE and path_state.light[other] != YELLOW:
        return FAR
    speed = cars.speed[j]
    return speed * DT + speed * speed / (2.0 * drivers.brake[cars.kind[j]])
