"""Lane changes: mandatory ones for a turn lane, discretionary ones for speed (MOBIL: Kesting, Treiber and
Helbing 2007), and cooperative yielding to others that must change.

Requests are made on the old positions; admission.py checks on the moved ones whether the gap is there.
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
COURTESY_STEPS = 12  # steps of standing, after which the follower stops yielding
# m more than the other's length that a vehicle needs in front to let it merge
MERGE_CLEARANCE = np.float32(1.0)
ABREAST_MARGIN = np.float32(0.2)  # m before the end of a lane, at most, that a position abreast lies
# s in which a vehicle that brakes by COURTESY_ACCEL opens a gap for one beside it
GAP_OPENING_TIME = np.float32(4.0)
COURTESY_ACCEL = np.float32(-2.0)  # m/s^2 with which a driver makes room for a merging vehicle
# m: on a lane longer than the vehicle by this, it changes only once all of it is on the lane
LANE_EXCESS = 2.0
QUEUE_SHARE = 0.6  # share of a lane that vehicles with their gaps take up, above which they queue


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


@kernel
def yield_to_merging(
    lane: int, roads: RoadNetwork, drivers: Drivers, path_state: PathState, cars: Cars, moves: Moves
) -> None:
    """Followers of vehicles that request to merge from a neighbouring lane open a gap for them, gently
    (cooperative yielding).

    Drivers who let others merge alternately (Drivers.zipper) do so only for the first of them.
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
    """The car behind car `merger`, which needs to merge from the lane on `side`, opens a gap for it.

    Of two abreast that need each other's lane the rear one falls back; where they are level, the one on the
    kerb side. A driver who does not alternate passes a vehicle abreast for which no gap opens before the
    lane's end, and one that stands, unless the driver stands too.
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
        behind -= 1  # alongside a standing vehicle, or too near to make room: the next one yields
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
    """Whether car i has stood long for a vehicle that needs `needs` m, and has so much free in front."""
    return bool(moves.free_distance[i] > needs and cars.still[i] > COURTESY_STEPS)


@kernel
def merge_behind(lane: int, roads: RoadNetwork, drivers: Drivers, cars: Cars, moves: Moves) -> None:
    """A car that must change lanes but has a vehicle alongside, or too near ahead in that lane, slows to
    merge behind it.

    Beside a standing queue it does not slow: it drives on to where the queue moves. Behind all of the queue
    it joins its end.
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
            ahead = level  # nobody yields to a vehicle exactly alongside
        if ahead < cars.start[target + 1] and (joins or cars.speed[ahead] > CREEPING):
            gap = max(cars.position[ahead] - cars.length[ahead] - position, LEAST_BUMPER_GAP)
            wish = follow_leader(np.float32(gap), cars.speed[ahead], i, drivers, cars)
            least = min(COURTESY_ACCEL, -drivers.brake[cars.kind[i]]) if joins else COURTESY_ACCEL
            moves.accel[i] = min(moves.accel[i], max(wish, least))


@kernel
def _queue_ahead(position: float, lane: int, roads: RoadNetwork, drivers: Drivers, cars: Cars) -> bool:
    """Whether all vehicles on `lane` are beyond `position`, and so many that they queue up to its end."""
    first, count = cars.start[lane], cars.start[lane + 1] - cars.start[lane]
    if count == 0:
        return False
    rear = cars.position[first] - cars.length[first]
    a_car = cars.length[first] + drivers.jam_gap[cars.kind[first]]
    return bool(rear > position and count * a_car > QUEUE_SHARE * (roads.length[lane] - rear))
