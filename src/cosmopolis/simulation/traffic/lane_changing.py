"""Changing lanes: for the turn lane because one must, for speed because one may (MOBIL), and letting others in.

Wishes are formed on the old positions; whether a gap is really there is checked again on the moved ones
(admission.py).
"""

from __future__ import annotations

import numpy as np

from cosmopolis.kernels.decorators import Real, kernel
from cosmopolis.simulation.traffic.car_following import idm, keep_behind
from cosmopolis.simulation.traffic.corridor import COMES, makes_room
from cosmopolis.simulation.traffic.drivers import Drivers
from cosmopolis.simulation.traffic.network import Roads
from cosmopolis.simulation.traffic.state import (
    DOWN,
    LEAVE,
    STAY,
    TURN,
    UP,
    Cars,
    Fleet,
    Moves,
    Ways,
)
from cosmopolis.simulation.traffic.turning import FAR32, costs_less

SAFE = 2.0  # m/s^2 that a car behind may be asked to brake for a change for speed (MOBIL's b_safe)
PUSHED = 3.5  # m/s^2 more for a change that must be, with the lane's end near
POLITENESS = 0.2  # MOBIL's p
KEEPS_GAIN, KERB_BIAS = 0.05, 0.15  # m/s^2, MOBIL's threshold and a_bias on a motorway
CONTENT, KEEPS_CONTENT = 0.85, 0.93  # share of the desired speed with which one is; on a motorway
KEEPS_GAP = 4.0  # s to the car ahead there, below which one stays on the faster lane
GAIN = 0.3  # m/s^2, MOBIL's threshold
NEAR = 30.0  # m before the lane's end at which urgency is full
PER_LANE = 120.0  # m before that over which it grows, for each lane to cross
BETWEEN = np.float32(0.3)  # m at least between bumpers after a change
GAP = 0.5  # m to the car ahead there, and to that behind, below which nobody changes
REST_AFTER = 8  # steps between two changes for speed
LETS_IN_STEPS = 12  # of standing, after which the one behind thinks of himself,
ROOM_TO_ENTER = np.float32(1.0)  # m more than the other's length, if he has so much room in front
FROM_END = np.float32(0.2)  # m
OPENS = np.float32(4.0)  # s in which one who brakes so opens a gap for another beside him
LETS_IN = np.float32(-2.0)  # m/s^2 of courtesy
WHOLE = 2.0  # m that a lane must be longer than a vehicle, for this to change when all of it is on the lane
QUEUES = 0.6  # share of a lane that cars with their gaps take up, from which on they queue
STOPPED = np.float32(2.0)  # m/s: who is as slow cannot look for a gap, one brakes for him as for a leader


@kernel
def first_beyond(lane: int, position: float, cars: Cars) -> int:
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
def beside(position: float, lane: int, target: int, roads: Roads) -> float:
    """m along `target` beside `position` on `lane`: lanes of one edge differ in length where it bends."""
    there = position * (roads.length[target] / roads.length[lane])
    return min(there, roads.length[target] - FROM_END)


@kernel
def wish_changes(
    lane: int,
    step: int,
    roads: Roads,
    drivers: Drivers,
    ways: Ways,
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
        if ways.siren[lane] == COMES and turn & 1 == 0 and makes_room(lane, i, roads, drivers, ways, cars):
            side = _side_with_room(lane, i, roads, drivers, ways, cars, moves)
            if side != 0:
                moves.action[i] = UP if side > 0 else DOWN
                any_changes = 1
                continue
        if cars.shift[i] != 0:
            if turn & 1 == 0:
                side = 1 if cars.shift[i] > 0 else -1
                if ways.siren[lane + side] == COMES and not _comes_soon(
                    lane, lane + side, i, roads, ways, cars
                ):
                    continue
                if _can_change(lane, lane + side, i, True, 0.0, roads, drivers, ways, cars, moves):
                    moves.action[i] = UP if side > 0 else DOWN
                    any_changes = 1
            continue
        if turn & 3 != 0 or not _may_choose(i, drivers, cars):
            continue
        content = KEEPS_CONTENT if roads.keeps[lane] != 0 else CONTENT
        if cars.speed[i] > content * cars.desired[i] or moves.accel[i] > 0.7 * drivers.accel[cars.kind[i]]:
            keeps = roads.keeps[lane] != 0 and turn & 7 == 0 and roads.lane_index[lane] > 0
            if keeps and _goes_back(lane, i, roads, drivers, ways, cars, fleet, moves):
                moves.action[i] = DOWN
                any_changes = 1
            continue
        side = _better_side(lane, i, roads, drivers, ways, cars, fleet, moves)
        if side != 0:
            moves.action[i] = UP if side > 0 else DOWN
            any_changes = 1
    moves.changing[lane] = any_changes
    if any_changes != 0:
        first = lane - roads.lane_index[lane]
        for other in range(max(lane - 1, first), min(lane + 2, first + roads.lane_count[lane])):
            moves.busy[other] = 1


@kernel
def _may_choose(i: int, drivers: Drivers, cars: Cars) -> bool:
    """Whether car i may change its lane for speed alone: it can turn from its own, or drives off from any."""
    if cars.goal[i] == LEAVE:
        return drivers.leaves[cars.kind[i]] >= FAR32
    return cars.goal[i] == TURN and cars.choice[i] >= 0


@kernel
def _better_side(
    lane: int,
    i: int,
    roads: Roads,
    drivers: Drivers,
    ways: Ways,
    cars: Cars,
    fleet: Fleet,
    moves: Moves,
) -> int:
    """+1, -1 or 0: the neighbouring lane that is worth changing to (Kesting, Treiber & Helbing 2007, eq. 2-3)."""
    left = roads.length[lane] - cars.position[i]
    if left < 30.0 or i == cars.start[lane + 1] - 1:
        return 0
    for side in (1, -1):
        index = roads.lane_index[lane] + side
        if index < 0 or index >= roads.lane_count[lane]:
            continue
        if ways.siren[lane + side] == COMES and drivers.siren[cars.kind[i]] == 0:
            continue
        gain = GAIN
        if roads.keeps[lane] != 0:
            gain = KEEPS_GAIN + KERB_BIAS * side
        if not _can_change(lane, lane + side, i, False, gain, roads, drivers, ways, cars, moves):
            continue
        if costs_less(
            lane, lane + side, cars.trip[i], cars.speed[i], cars.start, fleet, drivers, roads, ways
        ):
            return side
    return 0


@kernel
def _side_with_room(
    lane: int, i: int, roads: Roads, drivers: Drivers, ways: Ways, cars: Cars, moves: Moves
) -> int:
    """The side to which car i can get out of the way of an emergency vehicle, the kerb's first; 0: none."""
    for side in (-1, 1):
        index = roads.lane_index[lane] + side
        if index < 0 or index >= roads.lane_count[lane] or ways.siren[lane + side] == COMES:
            continue
        if _can_change(lane, lane + side, i, True, 0.0, roads, drivers, ways, cars, moves):
            return side
    return 0


@kernel
def _comes_soon(lane: int, target: int, i: int, roads: Roads, ways: Ways, cars: Cars) -> bool:
    """Whether car i must change before the emergency vehicle on `target` is past; or it is past already."""
    is_past = ways.siren_at[target] > beside(cars.position[i], lane, target, roads)
    return bool(is_past or roads.length[lane] - cars.position[i] < NEAR)


@kernel
def _goes_back(
    lane: int,
    i: int,
    roads: Roads,
    drivers: Drivers,
    ways: Ways,
    cars: Cars,
    fleet: Fleet,
    moves: Moves,
) -> bool:
    """Whether car i, on a motorway, leaves the faster lane for the one on the kerb side, which serves it as well.

    MOBIL's asymmetric rule (Kesting, Treiber & Helbing 2007, eq. 6), and a gap in front for the next seconds.
    """
    target = lane - 1
    position = beside(cars.position[i], lane, target, roads)
    ahead = first_beyond(target, position, cars)
    if ahead < cars.start[target + 1]:
        gap = cars.position[ahead] - cars.length[ahead] - position
        if gap < KEEPS_GAP * cars.speed[i] and cars.speed[ahead] < 0.95 * cars.desired[i]:
            return False
    if not _can_change(lane, target, i, False, KEEPS_GAIN - KERB_BIAS, roads, drivers, ways, cars, moves):
        return False
    return costs_less(lane, target, cars.trip[i], cars.speed[i], cars.start, fleet, drivers, roads, ways)


@kernel
def _can_change(
    lane: int,
    target: int,
    i: int,
    must: bool,
    gain: float,
    roads: Roads,
    drivers: Drivers,
    ways: Ways,
    cars: Cars,
    moves: Moves,
) -> bool:
    """Whether car i finds a safe gap in `target`; without `must` it also has to gain `gain` m/s^2 by it."""
    kind = cars.kind[i]
    if (roads.modes[target] & drivers.modes[kind]) == 0 or ways.closed[target] != 0:
        return False
    position = beside(cars.position[i], lane, target, roads)
    fits = roads.length[target] > cars.length[i] + WHOLE
    if position - cars.length[i] < 1.0 and (fits or not must):
        return False
    urgency = 0.0
    if must:
        left = min(roads.length[lane], cars.goal_position[i]) - cars.position[i]
        zone = PER_LANE * max(abs(cars.shift[i]), 1)
        urgency = min(1.0, max(0.0, 1.0 - (left - NEAR) / zone))
    ahead = first_beyond(target, position, cars)
    after, limit = moves.accel[i], SAFE + PUSHED * urgency
    new_accel: Real = np.float32(drivers.accel[kind])
    if ahead < cars.start[target + 1]:
        gap = cars.position[ahead] - cars.length[ahead] - position
        new_accel = _accept(gap, cars.speed[ahead], i, urgency, drivers, cars)
        if gap < GAP or new_accel < -(max(limit, drivers.brake[kind]) if must else limit):
            return False
    cost = 0.0
    if ahead > cars.start[target]:
        behind = ahead - 1
        gap = position - cars.length[i] - cars.position[behind]
        its_accel = _accept(gap, cars.speed[i], behind, urgency, drivers, cars)
        if gap < GAP or its_accel < -limit:
            return False
        cost = max(0.0, moves.accel[behind] - its_accel)
    return must or new_accel - after > gain + POLITENESS * cost


@kernel
def _accept(gap: float, leader_speed: float, i: int, urgency: float, drivers: Drivers, cars: Cars) -> float:
    """m/s^2 of car i at `gap`; with urgency, drivers accept smaller headways and jam gaps than they keep."""
    kind = cars.kind[i]
    smaller = np.float32(1.0 - 0.7 * urgency)
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
def let_in(lane: int, roads: Roads, drivers: Drivers, ways: Ways, cars: Cars, moves: Moves) -> None:
    """The cars behind those that ask to come in from a neighbouring lane leave them a gap, gently.

    Who lets others in by turns does it for the first of them only.
    """
    for side in (-1, 1):
        index = roads.lane_index[lane] + side
        if index < 0 or index >= roads.lane_count[lane] or ways.asks[lane + side] != -side:
            continue
        first = 1
        for asks in range(cars.start[lane + side + 1] - 1, cars.start[lane + side] - 1, -1):
            if cars.shift[asks] * side < 0:
                _let_one_in(lane, side, asks, first != 0, roads, drivers, cars, moves)
                first = 0


@kernel
def _let_one_in(
    lane: int,
    side: int,
    asks: int,
    is_first: bool,
    roads: Roads,
    drivers: Drivers,
    cars: Cars,
    moves: Moves,
) -> None:
    """The car behind car `asks`, which wants to come in from the lane on `side`, leaves it a gap.

    Of two abreast that need each other's lane the one behind falls back; the kerb side where they are level. Who does
    not let others in by turns goes past those abreast for whom he cannot open a gap before the lane's end, and past
    one that stands, unless he stands himself.
    """
    front, its_speed = beside(cars.position[asks], lane + side, lane, roads), cars.speed[asks]
    rear = front - cars.length[asks]
    behind = first_beyond(lane, front, cars) - 1
    if behind < cars.start[lane]:
        return
    in_turn = drivers.zipper[cars.kind[behind]] != 0
    if in_turn and not is_first:
        return
    needs = cars.length[asks] + ROOM_TO_ENTER
    if cars.position[behind] >= rear:
        level = cars.position[behind] >= front
        yields = cars.shift[behind] * side > 0 and (not level or side > 0)
        helps = in_turn or roads.length[lane] - front > OPENS * its_speed
        if _tires_of(needs, behind, cars, moves):
            return
        if yields or (helps and not level and its_speed > STOPPED):
            moves.accel[behind] = min(moves.accel[behind], LETS_IN)
        if its_speed > STOPPED and (helps or yields):
            return
    least = 0.0 if in_turn else GAP
    while behind >= cars.start[lane] and cars.position[behind] > rear - least:
        behind -= 1  # beside one that stands, or too near to make room: they go on, and who comes next waits
    if behind < cars.start[lane]:
        return
    if not in_turn and its_speed < STOPPED and cars.speed[behind] > STOPPED:
        return
    if in_turn and _tires_of(needs, behind, cars, moves):
        return
    wish = keep_behind(np.float32(rear - cars.position[behind]), its_speed, behind, drivers, cars)
    courtesy = LETS_IN
    if its_speed < STOPPED:
        courtesy = min(LETS_IN, -drivers.brake[cars.kind[behind]])
    moves.accel[behind] = min(moves.accel[behind], max(wish, courtesy))


@kernel
def _tires_of(needs: float, i: int, cars: Cars, moves: Moves) -> bool:
    """Whether car i has stood long for somebody who needs `needs` m, and finds so much before it."""
    return bool(moves.room[i] > needs and cars.still[i] > LETS_IN_STEPS)


@kernel
def fall_back(lane: int, roads: Roads, drivers: Drivers, cars: Cars, moves: Moves) -> None:
    """Who must change and has somebody abreast, or too near ahead, where he wants to be eases off to come in behind.

    Not beside a queue that stands: there one drives on to where it moves. Who is behind all of it joins its end.
    """
    for i in range(cars.start[lane], cars.start[lane + 1]):
        shift = cars.shift[i]
        if shift == 0 or cars.speed[i] < STOPPED:
            continue
        target = lane + (1 if shift > 0 else -1)
        position = beside(cars.position[i], lane, target, roads)
        joins = _queues_from(position, target, roads, drivers, cars)
        left = min(roads.length[lane], cars.goal_position[i]) - cars.position[i]
        if left > NEAR + PER_LANE * abs(shift) and not joins:
            continue
        ahead = first_beyond(target, position, cars)
        level = ahead - 1
        if (
            level >= cars.start[target]
            and cars.position[level] == position
            and cars.shift[level] * shift >= 0
        ):
            ahead = level  # nobody gives way to one exactly beside
        if ahead < cars.start[target + 1] and (joins or cars.speed[ahead] > STOPPED):
            gap = max(cars.position[ahead] - cars.length[ahead] - position, BETWEEN)
            wish = keep_behind(np.float32(gap), cars.speed[ahead], i, drivers, cars)
            least = min(LETS_IN, -drivers.brake[cars.kind[i]]) if joins else LETS_IN
            moves.accel[i] = min(moves.accel[i], max(wish, least))


@kernel
def _queues_from(position: float, lane: int, roads: Roads, drivers: Drivers, cars: Cars) -> bool:
    """Whether all on `lane` are beyond `position`, and so many that they queue to its end."""
    first, count = cars.start[lane], cars.start[lane + 1] - cars.start[lane]
    if count == 0:
        return False
    rear = cars.position[first] - cars.length[first]
    a_car = cars.length[first] + drivers.jam_gap[cars.kind[first]]
    return bool(rear > position and count * a_car > QUEUES * (roads.length[lane] - rear))
