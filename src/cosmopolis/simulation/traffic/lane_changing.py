"""Lane changes: mandatory ones for a turn lane and discretionary ones for speed (MOBIL: Kesting, Treiber and
Helbing 2007).

Requests are made on the old positions; admission.py checks on the moved ones whether the gap is there. How
others make room for a mandatory change is in cooperation.py.
"""

from __future__ import annotations

import numpy as np

from cosmopolis.kernels.decorators import Real, kernel
from cosmopolis.simulation.traffic.car_following import idm
from cosmopolis.simulation.traffic.drivers import Drivers
from cosmopolis.simulation.traffic.emergency import APPROACHING, must_clear_lane
from cosmopolis.simulation.traffic.network import RoadNetwork
from cosmopolis.simulation.traffic.state import (
    DOWN_REQUESTED,
    FAR32,
    LEAVE,
    STAY,
    TURN,
    UP_REQUESTED,
    Cars,
    Fleet,
    Moves,
    PathState,
)
from cosmopolis.simulation.traffic.turning import costs_less

# m/s^2 that the new follower may be asked to brake for a discretionary change (MOBIL's b_safe)
SAFE_BRAKE = 2.0
MANDATORY_BRAKE = 3.5  # m/s^2 more for a mandatory change, with the lane's end near
POLITENESS = 0.2  # MOBIL's politeness factor p
MOTORWAY_THRESHOLD, KERB_BIAS = 0.05, 0.15  # m/s^2, MOBIL's threshold and bias (a_bias) on a motorway
# share of the desired speed above which a driver stays; on a motorway
CONTENT_SHARE, MOTORWAY_CONTENT_SHARE = 0.85, 0.93
FREE_ACCEL_SHARE = 0.7  # of its acceleration: a vehicle that accelerates more is not held up
LEADER_SLOWER = 0.95  # of the desired speed: a slower leader on the kerb side is a reason to stay
NO_DISCRETIONARY = 30.0  # m before the lane's end within which there are no discretionary changes
URGENCY_REDUCTION = 0.7  # share by which full urgency shortens the headway and the jam gap that are accepted
CLEAR_OF_START = 1.0  # m from the beginning of the other lane to a vehicle's rear, at least
MOTORWAY_GAP = 4.0  # s to the vehicle ahead on the kerb side, below which a driver stays on the faster lane
CHANGE_THRESHOLD = 0.3  # m/s^2, MOBIL's threshold
FULL_URGENCY = 30.0  # m before the lane's end at which urgency is full
URGENCY_PER_LANE = 120.0  # m before that over which it grows, for each lane to cross
LEAST_BUMPER_GAP = np.float32(0.3)  # m between bumpers after a change, at least
LEAST_CHANGE_GAP = 0.5  # m to the new leader and to the new follower, below which there is no change
DISCRETIONARY_INTERVAL = 8  # steps between two discretionary changes
ABREAST_MARGIN = np.float32(0.2)  # m before the end of a lane, at most, that a position abreast lies
# m: on a lane longer than the vehicle by this, it changes only once all of it is on the lane
LANE_EXCESS = 2.0


@kernel
def first_ahead(lane: int, position: float, cars: Cars) -> int:
    """The first car of `lane` whose front is beyond `position`; one past the lane's last where there is none."""
    lo, hi = cars.start[lane], cars.start[lane + 1]
    while lo < hi:
        middle = (lo + hi) // 2
        if cars.position[middle] > position:
            hi = middle
        else:
            lo = middle + 1
    return lo


@kernel
def adjacent_position(position: float, lane: int, target: int, roads: RoadNetwork) -> float:
    """m along `target` abreast of `position` on `lane`: lanes of one edge differ in length where it bends."""
    there = position * (roads.length[target] / roads.length[lane])
    return min(there, roads.length[target] - ABREAST_MARGIN)


@kernel
def request_lane_changes(
    lane: int,
    step: int,
    roads: RoadNetwork,
    drivers: Drivers,
    path_state: PathState,
    cars: Cars,
    fleet: Fleet,
    moves: Moves,
) -> None:
    """Enter UP_REQUESTED or DOWN_REQUESTED for the cars of a lane that want to change and accept the gap on
    the old positions.
    """
    any_changes = 0
    for i in range(cars.start[lane], cars.start[lane + 1]):
        if cars.rest[i] > 0 or moves.action[i] != STAY:
            continue
        turn = step + cars.trip[i]
        if (
            path_state.preemption[lane] == APPROACHING
            and turn & 1 == 0
            and must_clear_lane(lane, i, roads, drivers, path_state, cars)
        ):
            side = _side_to_clear_lane(lane, i, roads, drivers, path_state, cars, moves)
            if side != 0:
                moves.action[i] = UP_REQUESTED if side > 0 else DOWN_REQUESTED
                any_changes = 1
                continue
        if cars.shift[i] != 0:
            if turn & 1 == 0:
                side = 1 if cars.shift[i] > 0 else -1
                if path_state.preemption[lane + side] == APPROACHING and not _must_change_before(
                    lane, lane + side, i, roads, path_state, cars
                ):
                    continue
                if _accepts_gaps(lane, lane + side, i, True, 0.0, roads, drivers, path_state, cars, moves):
                    moves.action[i] = UP_REQUESTED if side > 0 else DOWN_REQUESTED
                    any_changes = 1
            continue
        if turn & 3 != 0 or not _may_change_for_speed(i, drivers, cars):
            continue
        content = MOTORWAY_CONTENT_SHARE if roads.keeps_to_kerb[lane] != 0 else CONTENT_SHARE
        if (
            cars.speed[i] > content * cars.desired[i]
            or moves.accel[i] > FREE_ACCEL_SHARE * drivers.accel[cars.kind[i]]
        ):
            keeps = roads.keeps_to_kerb[lane] != 0 and turn & 7 == 0 and roads.lane_index[lane] > 0
            if keeps and _returns_to_kerb_side(lane, i, roads, drivers, path_state, cars, fleet, moves):
                moves.action[i] = DOWN_REQUESTED
                any_changes = 1
            continue
        side = _discretionary_side(lane, i, roads, drivers, path_state, cars, fleet, moves)
        if side != 0:
            moves.action[i] = UP_REQUESTED if side > 0 else DOWN_REQUESTED
            any_changes = 1
    moves.changing[lane] = any_changes
    if any_changes != 0:
        first = lane - roads.lane_index[lane]
        for other in range(max(lane - 1, first), min(lane + 2, first + roads.lane_count[lane])):
            moves.busy[other] = 1


@kernel
def _may_change_for_speed(i: int, drivers: Drivers, cars: Cars) -> bool:
    """Whether car i may make discretionary changes: it can turn from its lane, or arrives on any lane."""
    if cars.goal[i] == LEAVE:
        return drivers.arrival_speed[cars.kind[i]] >= FAR32
    return cars.goal[i] == TURN and cars.choice[i] >= 0


@kernel
def _discretionary_side(
    lane: int,
    i: int,
    roads: RoadNetwork,
    drivers: Drivers,
    path_state: PathState,
    cars: Cars,
    fleet: Fleet,
    moves: Moves,
) -> int:
    """+1, -1 or 0: the side with the lane that is worth changing to (Kesting, Treiber and Helbing 2007, eq. 2-3)."""
    left = roads.length[lane] - cars.position[i]
    if left < NO_DISCRETIONARY or i == cars.start[lane + 1] - 1:
        return 0
    for side in (1, -1):
        index = roads.lane_index[lane] + side
        if index < 0 or index >= roads.lane_count[lane]:
            continue
        if path_state.preemption[lane + side] == APPROACHING and drivers.siren[cars.kind[i]] == 0:
            continue
        gain = CHANGE_THRESHOLD
        if roads.keeps_to_kerb[lane] != 0:
            gain = MOTORWAY_THRESHOLD + KERB_BIAS * side
        if not _accepts_gaps(lane, lane + side, i, False, gain, roads, drivers, path_state, cars, moves):
            continue
        if costs_less(
            lane, lane + side, cars.trip[i], cars.speed[i], cars.start, fleet, drivers, roads, path_state
        ):
            return side
    return 0


@kernel
def _side_to_clear_lane(
    lane: int, i: int, roads: RoadNetwork, drivers: Drivers, path_state: PathState, cars: Cars, moves: Moves
) -> int:
    """The side to which car i can change out of the way of an emergency vehicle, the kerb's first; 0: none."""
    for side in (-1, 1):
        index = roads.lane_index[lane] + side
        if index < 0 or index >= roads.lane_count[lane] or path_state.preemption[lane + side] == APPROACHING:
            continue
        if _accepts_gaps(lane, lane + side, i, True, 0.0, roads, drivers, path_state, cars, moves):
            return side
    return 0


@kernel
def _must_change_before(
    lane: int, target: int, i: int, roads: RoadNetwork, path_state: PathState, cars: Cars
) -> bool:
    """Whether car i must change before the emergency vehicle on `target` has passed, or it has passed already."""
    is_past = path_state.emergency_position[target] > adjacent_position(cars.position[i], lane, target, roads)
    return bool(is_past or roads.length[lane] - cars.position[i] < FULL_URGENCY)


@kernel
def _returns_to_kerb_side(
    lane: int,
    i: int,
    roads: RoadNetwork,
    drivers: Drivers,
    path_state: PathState,
    cars: Cars,
    fleet: Fleet,
    moves: Moves,
) -> bool:
    """Whether car i, on a motorway, returns from the faster lane to the one on the kerb side that serves its
    route as well.

    MOBIL's asymmetric rule (Kesting, Treiber and Helbing 2007, eq. 6), with a gap in front for the next
    seconds.
    """
    target = lane - 1
    position = adjacent_position(cars.position[i], lane, target, roads)
    ahead = first_ahead(target, position, cars)
    if ahead < cars.start[target + 1]:
        gap = cars.position[ahead] - cars.length[ahead] - position
        if gap < MOTORWAY_GAP * cars.speed[i] and cars.speed[ahead] < LEADER_SLOWER * cars.desired[i]:
            return False
    if not _accepts_gaps(
        lane, target, i, False, MOTORWAY_THRESHOLD - KERB_BIAS, roads, drivers, path_state, cars, moves
    ):
        return False
    return costs_less(
        lane, target, cars.trip[i], cars.speed[i], cars.start, fleet, drivers, roads, path_state
    )


@kernel
def _accepts_gaps(
    lane: int,
    target: int,
    i: int,
    must: bool,
    gain: float,
    roads: RoadNetwork,
    drivers: Drivers,
    path_state: PathState,
    cars: Cars,
    moves: Moves,
) -> bool:
    """Whether car i accepts the gaps in `target`; a change that is not mandatory (`must`) also has to gain
    `gain` m/s^2.
    """
    kind = cars.kind[i]
    if (roads.modes[target] & drivers.modes[kind]) == 0 or path_state.closed[target] != 0:
        return False
    position = adjacent_position(cars.position[i], lane, target, roads)
    fits = roads.length[target] > cars.length[i] + LANE_EXCESS
    if position - cars.length[i] < CLEAR_OF_START and (fits or not must):
        return False
    urgency = 0.0
    if must:
        left = min(roads.length[lane], cars.goal_position[i]) - cars.position[i]
        zone = URGENCY_PER_LANE * max(abs(cars.shift[i]), 1)
        urgency = min(1.0, max(0.0, 1.0 - (left - FULL_URGENCY) / zone))
    ahead = first_ahead(target, position, cars)
    after, limit = moves.accel[i], SAFE_BRAKE + MANDATORY_BRAKE * urgency
    new_accel: Real = np.float32(drivers.accel[kind])
    if ahead < cars.start[target + 1]:
        gap = cars.position[ahead] - cars.length[ahead] - position
        new_accel = _accel_in_gap(gap, cars.speed[ahead], i, urgency, drivers, cars)
        if gap < LEAST_CHANGE_GAP or new_accel < -(max(limit, drivers.brake[kind]) if must else limit):
            return False
    cost = 0.0
    if ahead > cars.start[target]:
        behind = ahead - 1
        gap = position - cars.length[i] - cars.position[behind]
        its_accel = _accel_in_gap(gap, cars.speed[i], behind, urgency, drivers, cars)
        if gap < LEAST_CHANGE_GAP or its_accel < -limit:
            return False
        cost = max(0.0, moves.accel[behind] - its_accel)
    return must or new_accel - after > gain + POLITENESS * cost


@kernel
def _accel_in_gap(
    gap: float, leader_speed: float, i: int, urgency: float, drivers: Drivers, cars: Cars
) -> float:
    """m/s^2 of car i at `gap` m; with urgency drivers accept shorter headways and jam gaps than they keep."""
    kind = cars.kind[i]
    smaller = np.float32(1.0 - URGENCY_REDUCTION * urgency)
    return idm(
        cars.speed[i],
        cars.desired[i],
        np.float32(gap),
        np.float32(leader_speed),
        drivers.accel[kind],
        drivers.brake[kind],
        drivers.headway[kind] * smaller,
        drivers.jam_gap[kind] * smaller,
        drivers.shape[kind],
    )
