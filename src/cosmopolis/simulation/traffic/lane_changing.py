"""Changing lanes: for the turn lane because one must, for speed because one may (MOBIL), and letting others in.

Wishes are formed on the old positions; whether a gap is really there is checked again on the moved ones
(admission.py).
"""

from __future__ import annotations

import numpy as np

from cosmopolis.kernels.decorators import kernel
from cosmopolis.simulation.traffic.car_following import follow_leader, idm
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
from cosmopolis.simulation.traffic.thresholds import CREEPING
from cosmopolis.simulation.traffic.turning import costs_less

SAFE_BRAKE = 2.0  # m/s^2 that a car behind may be asked to brake for a change for speed (MOBIL's b_safe)
MANDATORY_BRAKE = 3.5  # m/s^2 more for a change that must be, with the lane's end near
POLITENESS = 0.2  # MOBIL's p
MOTORWAY_THRESHOLD, KERB_BIAS = 0.05, 0.15  # m/s^2, MOBIL's threshold and a_bias on a motorway
CONTENT_SHARE, MOTORWAY_CONTENT_SHARE = (
    0.85,
    0.93,
)  # share of the desired speed with which one is; on a motorway
FREE_ACCEL_SHARE = 0.7  # of its acceleration: a vehicle that speeds up so is not held up
LEADER_SLOWER = 0.95  # of the desired speed: a slower leader on the kerb side is a reason to stay
NO_DISCRETIONARY = 30.0  # m before the lane's end within which nobody changes for speed
URGENCY_REDUCTION = 0.7  # share by which full urgency shortens the headway and the jam gap that are accepted
CLEAR_OF_START = 1.0  # m from the beginning of the other lane to a vehicle's rear, at least
MOTORWAY_GAP = 4.0  # s to the car ahead there, below which one stays on the faster lane
CHANGE_THRESHOLD = 0.3  # m/s^2, MOBIL's threshold
FULL_URGENCY = 30.0  # m before the lane's end at which urgency is full
URGENCY_PER_LANE = 120.0  # m before that over which it grows, for each lane to cross
LEAST_BUMPER_GAP = np.float32(0.3)  # m at least between bumpers after a change
LEAST_CHANGE_GAP = 0.5  # m to the car ahead there, and to that behind, below which nobody changes
DISCRETIONARY_INTERVAL = 8  # steps between two changes for speed
COURTESY_STEPS = 12  # of standing, after which the one behind thinks of himself,
MERGE_CLEARANCE = np.float32(1.0)  # m more than the other's length, if he has so much room in front
ABREAST_MARGIN = np.float32(0.2)  # m
GAP_OPENING_TIME = np.float32(4.0)  # s in which one who brakes so opens a gap for another beside him
COURTESY_ACCEL = np.float32(-2.0)  # m/s^2 of courtesy
LANE_EXCESS = (
    2.0  # m that a lane must be longer than a vehicle, for this to change when all of it is on the lane
)
QUEUE_SHARE = 0.6  # share of a lane that cars with their gaps take up, from which on they queue


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
    """m along `target` beside `position` on `lane`: lanes of one edge differ in length where it bends."""
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
    """Fill in UP or DOWN for the cars of one lane that want to change and find a gap on the old positions."""
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
    """Whether car i may change its lane for speed alone: it can turn from its own, or drives off from any."""
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
    """+1, -1 or 0: the neighbouring lane that is worth changing to (Kesting, Treiber & Helbing 2007, eq. 2-3)."""
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
    """The side to which car i can get out of the way of an emergency vehicle, the kerb's first; 0: none."""
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
    """Whether car i must change before the emergency vehicle on `target` is past; or it is past already."""
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
    """Whether car i, on a motorway, leaves the faster lane for the one on the kerb side, which serves it as well.

    MOBIL's asymmetric rule (Kesting, Treiber & Helbing 2007, eq. 6), and a gap in front for the next seconds.
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
    """Whether car i finds a safe gap in `target`; without `must` it also has to gain `gain` m/s^2 by it."""
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
    new_accel = np.float32(drivers.accel[kind])
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
    """m/s^2 of car i at `gap`; with urgency, drivers accept smaller headways and jam gaps than they keep."""
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


@kernel
def yield_to_merging(
    lane: int, roads: RoadNetwork, drivers: Drivers, path_state: PathState, cars: Cars, moves: Moves
) -> None:
    """The cars behind those that ask to come in from a neighbouring lane leave them a gap, gently.

    Who lets others in by turns does it for the first of them only.
    """
    for side in (-1, 1):
        index = roads.lane_index[lane] + side
        if index < 0 or index >= roads.lane_count[lane] or path_state.merge_request[lane + side] != -side:
            continue
        first = 1
        for merger in range(cars.start[lane + side + 1] - 1, cars.start[lane + side] - 1, -1):
            if cars.shift[merger] * side < 0:
                _yield_to_one(lane, side, merger, first != 0, roads, drivers, cars, moves)
                first = 0


@kernel
def _yield_to_one(
    lane: int,
    side: int,
    merger: int,
    is_first: bool,
    roads: RoadNetwork,
    drivers: Drivers,
    cars: Cars,
    moves: Moves,
) -> None:
    """The car behind car `asks`, which wants to come in from the lane on `side`, leaves it a gap.

    Of two abreast that need each other's lane the one behind falls back; the kerb side where they are level. Who does
    not let others in by turns goes past those abreast for whom he cannot open a gap before the lane's end, and past
    one that stands, unless he stands himself.
    """
    front, its_speed = adjacent_position(cars.position[merger], lane + side, lane, roads), cars.speed[merger]
    rear = front - cars.length[merger]
    behind = first_ahead(lane, front, cars) - 1
    if behind < cars.start[lane]:
        return
    alternates = drivers.zipper[cars.kind[behind]] != 0
    if alternates and not is_first:
        return
    needs = cars.length[merger] + MERGE_CLEARANCE
    if cars.position[behind] >= rear:
        level = cars.position[behind] >= front
        yields = cars.shift[behind] * side > 0 and (not level or side > 0)
        helps = alternates or roads.length[lane] - front > GAP_OPENING_TIME * its_speed
        if _stops_yielding(needs, behind, cars, moves):
            return
        if yields or (helps and not level and its_speed > CREEPING):
            moves.accel[behind] = min(moves.accel[behind], COURTESY_ACCEL)
        if its_speed > CREEPING and (helps or yields):
            return
    least = 0.0 if alternates else LEAST_CHANGE_GAP
    while behind >= cars.start[lane] and cars.position[behind] > rear - least:
        behind -= 1  # beside one that stands, or too near to make room: they go on, and who comes next waits
    if behind < cars.start[lane]:
        return
    if not alternates and its_speed < CREEPING and cars.speed[behind] > CREEPING:
        return
    if alternates and _stops_yielding(needs, behind, cars, moves):
        return
    wish = follow_leader(np.float32(rear - cars.position[behind]), its_speed, behind, drivers, cars)
    courtesy = COURTESY_ACCEL
    if its_speed < CREEPING:
        courtesy = min(COURTESY_ACCEL, -drivers.brake[cars.kind[behind]])
    moves.accel[behind] = min(moves.accel[behind], max(wish, courtesy))


@kernel
def _stops_yielding(needs: float, i: int, cars: Cars, moves: Moves) -> bool:
    """Whether car i has stood long for somebody who needs `needs` m, and finds so much before it."""
    return bool(moves.free_distance[i] > needs and cars.still[i] > COURTESY_STEPS)


@kernel
def merge_behind(lane: int, roads: RoadNetwork, drivers: Drivers, cars: Cars, moves: Moves) -> None:
    """Who must change and has somebody abreast, or too near ahead, where he wants to be eases off to come in behind.

    Not beside a queue that stands: there one drives on to where it moves. Who is behind all of it joins its end.
    """
    for i in range(cars.start[lane], cars.start[lane + 1]):
        shift = cars.shift[i]
        if shift == 0 or cars.speed[i] < CREEPING:
            continue
        target = lane + (1 if shift > 0 else -1)
        position = adjacent_position(cars.position[i], lane, target, roads)
        joins = _queue_ahead(position, target, roads, drivers, cars)
        left = min(roads.length[lane], cars.goal_position[i]) - cars.position[i]
        if left > FULL_URGENCY + URGENCY_PER_LANE * abs(shift) and not joins:
            continue
        ahead = first_ahead(target, position, cars)
        level = ahead - 1
        if (
            level >= cars.start[target]
            and cars.position[level] == position
            and cars.shift[level] * shift >= 0
        ):
            ahead = level  # nobody gives way to one exactly beside
        if ahead < cars.start[target + 1] and (joins or cars.speed[ahead] > CREEPING):
            gap = max(cars.position[ahead] - cars.length[ahead] - position, LEAST_BUMPER_GAP)
            wish = follow_leader(np.float32(gap), cars.speed[ahead], i, drivers, cars)
            least = min(COURTESY_ACCEL, -drivers.brake[cars.kind[i]]) if joins else COURTESY_ACCEL
            moves.accel[i] = min(moves.accel[i], max(wish, least))


@kernel
def _queue_ahead(position: float, lane: int, roads: RoadNetwork, drivers: Drivers, cars: Cars) -> bool:
    """Whether all on `lane` are beyond `position`, and so many that they queue to its end."""
    first, count = cars.start[lane], cars.start[lane + 1] - cars.start[lane]
    if count == 0:
        return False
    rear = cars.position[first] - cars.length[first]
    a_car = cars.length[first] + drivers.jam_gap[cars.kind[first]]
    return bool(rear > position and count * a_car > QUEUE_SHARE * (roads.length[lane] - rear))
