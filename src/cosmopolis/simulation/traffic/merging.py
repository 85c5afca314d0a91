"""Where two lanes merge: a vehicle follows whichever is nearer to the merge point, so that vehicles arrive in order.

Vehicles of both lanes are ranked by their distance to the lane that they share. A vehicle keeps the same gap
behind one of the other lane as behind one of its own, but brakes only gently for it: this sets an order, and
the gap is needed later. Where neither lane has priority the result is a zipper merge. Where one has, its
queue alternates as well, but a vehicle that drives at speed does not wait for the other lane.
"""

from __future__ import annotations

from math import sqrt

import numpy as np

from cosmopolis.kernels.decorators import formula, kernel
from cosmopolis.simulation.traffic.car_following import follow_leader
from cosmopolis.simulation.traffic.conflict_areas import stopping_distance
from cosmopolis.simulation.traffic.drivers import Drivers
from cosmopolis.simulation.traffic.network import RoadNetwork
from cosmopolis.simulation.traffic.signals import PROTECTED, YELLOW
from cosmopolis.simulation.traffic.state import TURN, Cars, Moves, PathState

MERGE_ZONE = 70.0  # m before the end of the lane within which vehicles are ordered
FULL_GAP_ZONE = 5.0  # m before the conflict area at which the whole gap is kept
GAP_EASING = 0.12  # m less of the gap for each metre before that
MERGE_ACCEL = np.float32(-1.5)  # m/s^2, the hardest braking for the order
QUEUE_SPEED_SHARE = 0.6  # of the speed that the road allows there, below which a vehicle is queued
LEADER_WAIT_STEPS = 12  # steps of standing, after which a leader on the other lane is not waited for


@formula
def have_equal_priority(yields: int, other_yields: int, light: int, other_light: int) -> bool:
    """Whether neither of two merging connections has priority over the other."""
    if light == PROTECTED and other_light == PROTECTED:
        return True
    return yields == 0 and other_yields == 0


@kernel
def other_yields(connection: int, other: int, roads: RoadNetwork) -> int:
    """Whether connection `other` yields to `connection`."""
    for row in range(roads.conflict_start[other], roads.conflict_start[other + 1]):
        if roads.conflict[row] == connection:
            return int(roads.yields[row])
    return 0


@kernel
def is_queued(j: int, distance: float, drivers: Drivers, cars: Cars) -> bool:
    """Whether car j, `distance` m before the end of its lane, is slower than the road and its turn allow."""
    goal = cars.goal_speed[j]
    turning = sqrt(goal * goal + 2.0 * drivers.brake[cars.kind[j]] * max(distance, 0.0))
    return bool(cars.speed[j] < QUEUE_SPEED_SHARE * min(float(cars.desired[j]), turning))


@kernel
def _stops_before_area(
    j: int, row: int, other: int, roads: RoadNetwork, drivers: Drivers, path_state: PathState, cars: Cars
) -> bool:
    """Whether car j, within the junction on connection `other`, stops before the conflict area."""
    return bool(
        cars.position[j] + stopping_distance(j, other, drivers, path_state, cars) <= roads.other_begin[row]
    )


@kernel
def merge_in_order(
    lane: int, roads: RoadNetwork, drivers: Drivers, path_state: PathState, cars: Cars, moves: Moves
) -> None:
    """Cars near the end of `lane` keep behind those of other lanes that are nearer to the lane they merge into."""
    for connection in range(roads.out_start[lane], roads.out_end[lane]):
        if (
            roads.merges[connection] == 0
            or roads.must_stop[connection] != 0
            or path_state.light[connection] <= YELLOW
        ):
            continue
        for row in range(roads.conflict_start[connection], roads.conflict_start[connection + 1]):
            other = roads.conflict[row]
            if roads.merge[row] != 0 and roads.must_stop[other] == 0 and path_state.light[other] > YELLOW:
                _merge_connection(lane, connection, row, roads, drivers, path_state, cars, moves)


@kernel
def _merge_connection(
    lane: int,
    connection: int,
    row: int,
    roads: RoadNetwork,
    drivers: Drivers,
    path_state: PathState,
    cars: Cars,
    moves: Moves,
) -> None:
    """The same for those that take `connection`, against the connection of conflict `row`."""
    other = roads.conflict[row]
    other_lane = roads.from_lane[other]
    its_yields = other_yields(connection, other, roads)
    equals = have_equal_priority(
        roads.yields[row], its_yields, path_state.light[connection], path_state.light[other]
    )
    at, path = cars.start[other + 1] - 1, other
    leader, its_left, its_path = -1, 0.0, other
    for i in range(cars.start[lane + 1] - 1, cars.start[lane] - 1, -1):
        distance = roads.length[lane] - cars.position[i]
        if distance > MERGE_ZONE:
            return
        if cars.choice[i] != connection:
            continue
        left = distance + roads.length[connection]
        while True:
            if path == other and at < cars.start[other]:
                if path_state.refused[other_lane] != 0:
                    break
                at, path = cars.start[other_lane + 1] - 1, other_lane
            if path == other_lane and at < cars.start[other_lane]:
                break
            to_go = roads.length[path] - cars.position[at]
            if path == other_lane:
                to_go += roads.length[other]
            if to_go > left or (to_go == left and other > connection):
                break
            on = path == other and not (
                its_yields != 0 and _stops_before_area(at, row, other, roads, drivers, path_state, cars)
            )
            if on or (path == other_lane and cars.choice[at] == other and cars.goal[at] == TURN):
                leader, its_left, its_path = at, np.float64(to_go), path
            at -= 1
        if leader < 0:
            continue
        if its_path == other_lane:
            alternates = drivers.zipper[cars.kind[i]] != 0 and is_queued(i, distance, drivers, cars)
            goes_first = not equals and its_yields != 0 and not alternates
            if goes_first or cars.still[leader] > LEADER_WAIT_STEPS:
                continue
        eased = GAP_EASING * max(
            0.0, left - (roads.length[connection] - roads.conflict_begin[row]) - FULL_GAP_ZONE
        )
        gap = np.float32(left - its_left - cars.length[leader] + eased)
        wish = follow_leader(gap, cars.speed[leader], i, drivers, cars)
        moves.accel[i] = min(moves.accel[i], max(wish, MERGE_ACCEL))
