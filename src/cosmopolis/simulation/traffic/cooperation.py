"""Cooperative lane changing: opening gaps for vehicles that must merge, and slowing to merge behind others."""

from __future__ import annotations

import numpy as np

from cosmopolis.kernels.decorators import kernel
from cosmopolis.simulation.traffic.car_following import follow_leader
from cosmopolis.simulation.traffic.drivers import Drivers
from cosmopolis.simulation.traffic.lane_changing import (
    FULL_URGENCY,
    LEAST_BUMPER_GAP,
    LEAST_CHANGE_GAP,
    URGENCY_PER_LANE,
    adjacent_position,
    first_ahead,
)
from cosmopolis.simulation.traffic.network import RoadNetwork
from cosmopolis.simulation.traffic.state import Cars, Moves, PathState
from cosmopolis.simulation.traffic.thresholds import CREEPING

COURTESY_STEPS = 12  # steps of standing, after which the follower stops yielding
# m more than the other's length that a vehicle needs in front to let it merge
MERGE_CLEARANCE = np.float32(1.0)
# s in which a vehicle that brakes by COURTESY_ACCEL opens a gap for one beside it
GAP_OPENING_TIME = np.float32(4.0)
COURTESY_ACCEL = np.float32(-2.0)  # m/s^2 with which a driver makes room for a merging vehicle
QUEUE_SHARE = 0.6  # share of a lane that vehicles with their gaps take up, above which they queue


@kernel
def yield_to_merging(
    lane: int, roads: RoadNetwork, drivers: Drivers, path_state: PathState, cars: Cars, moves: Moves
) -> None:
    """Cooperative yielding: followers of vehicles that request to merge from a neighbouring lane open a gap,
    gently.

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
    """A car that must change lanes but has a vehicle alongside, or too near ahead there, slows to merge
    behind it.

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
