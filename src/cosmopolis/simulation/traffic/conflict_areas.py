"""Which conflict areas are occupied: a vehicle is on one, or could reach it in this step before the vehicle that asks.

Every rule reads the vehicles as they were at the beginning of the step. Where two could reach the same area
in the same step a fixed order decides (`RoadNetwork.goes_first`), so that both come to the same answer.
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
SIBLING_OVERLAP = 2.5  # m after the start of a connection where a vehicle still blocks those to other lanes
PASSED_OVER = 4  # steps for which a vehicle was refused, after which others no longer expect it to go


@kernel
def overhang(lane: int, roads: RoadNetwork, path_state: PathState) -> tuple[np.float32, np.float32]:
    """The nearest vehicle whose front has left `lane` and whose rear still blocks it: m from the lane's end
    to its rear, and m/s.

    The distance is < 0 where the rear is still on the lane, and FAR where there is no such vehicle.
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
    """m along `connection` of the rear of the last vehicle on the lane it leads to; FAR if that came by
    another connection.
    """
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
    """m that car i may drive from `position` on `connection` before a conflict area that is occupied; FAR: none is.

    `reach` m is the farthest it could come in this step. With `gridlocked`, vehicles that stand do not count.
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
        enter_time = distance / max(speed, LEAST_APPROACH)
        for j in range(cars.start[other], cars.start[other + 1]):
            rear = cars.position[j] - cars.length[j]
            if rear >= end or (gridlocked and cars.still[j] > 0):
                continue
            if cars.position[j] > begin:
                if (end - rear) / max(cars.speed[j], LEAST_SPEED) + AREA_CLEARANCE > enter_time:
                    free = min(free, distance)
            elif (
                reach >= distance
                and _yields_in_tie(row, connection, other, roads, path_state)
                and _longest_step(cars.speed[j]) >= begin - cars.position[j]
            ):
                free = min(free, distance)
        rear, its_speed = rear_within(other, roads, path_state), path_state.tail_speed[roads.to_lane[other]]
        hangs = rear < end and (end - rear) / max(its_speed, LEAST_SPEED) + AREA_CLEARANCE > enter_time
        if hangs and not (gridlocked and its_speed < STANDSTILL):
            free = min(free, distance)
        lane = roads.from_lane[other]
        last = cars.start[lane + 1] - 1
        if (
            reach >= distance
            and last >= cars.start[lane]
            and cars.choice[last] == other
            # one that was refused for long would signal its start first
            and not (cars.speed[last] < ROLLING and path_state.refused[lane] >= PASSED_OVER)
            and _yields_in_tie(row, connection, other, roads, path_state)
            and _longest_step(cars.speed[last]) >= roads.length[lane] - cars.position[last] + begin
        ):
            free = min(free, distance)
    return free


@kernel
def _yields_in_tie(row: int, connection: int, other: int, roads: RoadNetwork, path_state: PathState) -> bool:
    """Whether a vehicle on `connection` gives way where both could reach the area in one step: the one that
    turns on red, else by the fixed order.
    """
    mine, its = has_red(path_state.light[connection]), has_red(path_state.light[other])
    if mine != its:
        return mine
    return roads.goes_first[row] == 0


@kernel
def _longest_step(speed: float) -> float:
    """m that a vehicle with this speed can drive in one step at most."""
    return speed * DT + MOST_ACCEL * DT * DT + STEP_MARGIN


@kernel
def merges_second(connection: int, distance: float, reach: float, roads: RoadNetwork, cars: Cars) -> bool:
    """Whether another vehicle could enter the lane that `connection` leads to in this step, and is nearer to it.

    `distance` m are left to that lane. The nearer vehicle goes; where both are equally near, the one on the
    lower path.
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
    """m that car j needs to stop for those that have priority over connection `other`; FAR where it would not
    stop within the junction, which only a permissive green allows.
    """
    if cars.still[j] > 0:
        return 0.0
    if path_state.light[other] != PERMISSIVE and path_state.light[other] != YELLOW:
        return FAR
    speed = cars.speed[j]
    return speed * DT + speed * speed / (2.0 * drivers.brake[cars.kind[j]])
