"""The first vehicle of each path: what lies beyond the path's end, over as many paths as it may need to brake."""

from __future__ import annotations

from math import sqrt

import numpy as np

from cosmopolis.kernels.decorators import kernel
from cosmopolis.simulation.clock import DT
from cosmopolis.simulation.traffic.car_following import (
    cannot_stop,
    free_road,
)
from cosmopolis.simulation.traffic.conflict_areas import (
    occupied_area_ahead,
    overhang,
)
from cosmopolis.simulation.traffic.cooperation import MERGE_CLEARANCE
from cosmopolis.simulation.traffic.downstream_storage import NO_STORAGE, has_downstream_storage
from cosmopolis.simulation.traffic.drivers import Drivers
from cosmopolis.simulation.traffic.emergency import CROSSING, NO_PREEMPTION, may_pass_red, slow_to_line
from cosmopolis.simulation.traffic.junctions import (
    FORCES_AFTER,
    GRIDLOCK_AFTER,
    LEAST_POCKET,
    may_enter,
    must_signal_start,
    stops_for_light,
    yield_position,
)
from cosmopolis.simulation.traffic.lane_changing import adjacent_position
from cosmopolis.simulation.traffic.leaders import (
    follow_at,
    follow_beyond,
    follow_merging,
    mind_conflict_areas,
    mind_merge_order,
    sight,
    stop_at,
    stop_before_area,
    to_stop_line,
)
from cosmopolis.simulation.traffic.merging import MERGE_ZONE, merge_in_order
from cosmopolis.simulation.traffic.network import RoadNetwork
from cosmopolis.simulation.traffic.pedestrians import pedestrians_block
from cosmopolis.simulation.traffic.signals import ARROW, OFF, PERMISSIVE, PROTECTED, RED, YELLOW, has_red
from cosmopolis.simulation.traffic.state import ENDS, FAR, FAR32, Cars, Fleet, Moves, PathState
from cosmopolis.simulation.traffic.thresholds import AT_STOP_LINE, ROLLING

# m/s^2, s, m: how far before the stop line a driver decides whether to go
DECISION_BRAKE, DECISION_TIME, DECISION_MARGIN = 2.0, 1.5, 4.0
REACH_MARGIN = 0.75  # m more than a vehicle drives in a step at its present speed
STARTED = 3.0  # m/s: a faster vehicle has left the place where it stopped
MOST_REFUSED = 250  # steps that are counted; 255 is NO_STORAGE
REACTION_TIME = 1.0  # s from seeing another vehicle to braking for it
# m from where a conflict area begins, with half a vehicle's width, to the edge of the other lane
HALF_LANE = 1.6


@kernel
def lead_lane(
    lane: int,
    roads: RoadNetwork,
    drivers: Drivers,
    path_state: PathState,
    cars: Cars,
    fleet: Fleet,
    moves: Moves,
) -> None:
    """The first vehicle of a lane, and those behind it that a signal stops while the first one goes."""
    first, i = cars.start[lane], cars.start[lane + 1] - 1
    kind = cars.kind[i]
    moves.accel[i] = free_road(cars.speed[i], cars.desired[i], drivers.accel[kind], drivers.brake[kind])
    moves.free_distance[i] = FAR32
    moves.refused[lane], moves.breaks_gridlock[lane] = 0, 0
    distance = roads.length[lane] - cars.position[i]
    merges = roads.leads_to_merge[lane] != 0 and distance < MERGE_ZONE
    if distance > sight(cars.speed[i]):
        if merges:
            merge_in_order(lane, roads, drivers, path_state, cars, moves)
        return
    goes = _approach(lane, i, distance, roads, drivers, path_state, cars, fleet, moves)
    if goes and merges:
        merge_in_order(lane, roads, drivers, path_state, cars, moves)
    while goes and i > first:
        i -= 1
        connection = cars.choice[i]
        if connection < 0 or path_state.light[connection] > YELLOW or roads.turn_on_red[connection] != 0:
            return
        distance = roads.length[lane] - cars.position[i]
        if distance > sight(cars.speed[i]):
            return
        goes = not stops_for_light(
            path_state.light[connection], distance, cars.speed[i], drivers.brake[cars.kind[i]]
        )
        if not goes:
            stop_at(to_stop_line(lane, distance, i, roads, drivers, cars), i, drivers, cars, moves)


@kernel
def _approach(
    lane: int,
    i: int,
    distance: float,
    roads: RoadNetwork,
    drivers: Drivers,
    path_state: PathState,
    cars: Cars,
    fleet: Fleet,
    moves: Moves,
) -> bool:
    """The first vehicle of a lane within sight of the lane's end; False where it stops there."""
    hang, its_speed = overhang(lane, roads, path_state)
    if hang < FAR:
        follow_at(distance + hang, its_speed, i, drivers, cars, moves)
    connection, kind = cars.choice[i], cars.kind[i]
    if connection < 0:
        if cars.goal[i] & ENDS == 0:
            short = _short_of_lane_end(lane, i, distance, roads, drivers, path_state, cars)
            stop_at(distance - short, i, drivers, cars, moves)
        moves.free_distance[i] = min(moves.free_distance[i], np.float32(distance))
        return False
    light = path_state.light[connection]
    speed = cars.speed[i]
    on_red = light == ARROW or (light == RED and roads.turn_on_red[connection] != 0)
    must_go = cannot_stop(distance, speed, drivers.brake[kind]) and path_state.refused[lane] == 0
    if path_state.preemption[lane] != NO_PREEMPTION or path_state.preemption[connection] == CROSSING:
        on_red = on_red or (light <= YELLOW and may_pass_red(lane, i, drivers, path_state, cars))
        if on_red:
            moves.accel[i] = min(moves.accel[i], np.float32(slow_to_line(distance, i, drivers, cars)))
        elif path_state.preemption[lane] == NO_PREEMPTION and drivers.siren[kind] == 0 and not must_go:
            stop_at(distance, i, drivers, cars, moves)
            return False
    if light <= YELLOW and not on_red and stops_for_light(light, distance, speed, drivers.brake[kind]):
        stop_at(to_stop_line(lane, distance, i, roads, drivers, cars), i, drivers, cars, moves)
        return False
    if roads.minor[connection] != 0 and light != PROTECTED:
        _approach_yield_point(connection, distance, i, roads, drivers, path_state, cars, moves)
    decides_at = speed * speed / (2.0 * DECISION_BRAKE) + DECISION_TIME * speed + DECISION_MARGIN
    decides = distance < decides_at and not must_go
    if decides and not _may_go(
        lane, connection, i, distance, on_red, roads, drivers, path_state, cars, moves
    ):
        return False
    if distance < decides_at:
        follow_merging(connection, i, -distance, roads, drivers, cars, moves)
    reach = speed * DT + REACH_MARGIN
    if reach > distance:
        mind_conflict_areas(
            connection,
            i,
            -distance,
            reach,
            moves.breaks_gridlock[lane] != 0,
            roads,
            drivers,
            path_state,
            cars,
            moves,
        )
        mind_merge_order(connection, distance + roads.length[connection], i, reach, roads, cars, moves)
    cursor = fleet.cursor[cars.trip[i]]
    follow_beyond(connection, distance, cursor, i, roads, drivers, path_state, cars, fleet, moves)
    return True


@kernel
def _short_of_lane_end(
    lane: int,
    i: int,
    distance: float,
    roads: RoadNetwork,
    drivers: Drivers,
    path_state: PathState,
    cars: Cars,
) -> float:
    """m before its lane's end at which car i stops for a vehicle beside and ahead, where each needs the
    other's lane.

    The other one goes to the end and merges in front of it; side by side at the end neither could change. Of
    two that are level the one on the kerb side stops short.
    """
    if cars.shift[i] == 0 or drivers.zipper[cars.kind[i]] != 0:
        return 0.0
    side = 1 if cars.shift[i] > 0 else -1
    other, kind = lane + side, cars.kind[i]
    if path_state.merge_request[other] != -side:
        return 0.0
    its = adjacent_position(path_state.merge_request_position[other], other, lane, roads)
    if its < cars.position[i] or (its == cars.position[i] and side < 0):
        return 0.0
    short = path_state.merge_request_length[other] + drivers.jam_gap[kind] + MERGE_CLEARANCE
    stops = cars.speed[i] * cars.speed[i] / (2.0 * drivers.brake[kind])
    return np.float64(short) if distance - short > stops else 0.0


@kernel
def _may_go(
    lane: int,
    connection: int,
    i: int,
    distance: float,
    on_red: bool,
    roads: RoadNetwork,
    drivers: Drivers,
    path_state: PathState,
    cars: Cars,
    moves: Moves,
) -> bool:
    """Whether the first vehicle of `lane` may enter `connection`, or part of it, as far as others matter;
    else it stops.
    """
    if path_state.closed[roads.to_lane[connection]] != 0:
        stop_at(distance, i, drivers, cars, moves)
        moves.refused[lane] = NO_STORAGE
        return False
    light = path_state.light[connection]
    if light == ARROW or (roads.must_stop[connection] != 0 and light == OFF):
        if not _has_stopped(lane, i, distance, drivers, path_state, cars):
            stop_at(distance, i, drivers, cars, moves)
            return False
        moves.refused[lane] = 1
    if pedestrians_block(connection, i, light, roads, path_state, cars):
        stop_at(distance, i, drivers, cars, moves)
        if light != RED:
            moves.refused[lane] = min(MOST_REFUSED, path_state.refused[lane] + 1)
        return False
    if (
        roads.has_conflict[connection] != 0
        and roads.circulating[connection] == 0
        and not has_downstream_storage(connection, i, roads, drivers, path_state, cars)
    ):
        stop_at(distance, i, drivers, cars, moves)
        moves.refused[lane] = NO_STORAGE
        return False
    wait_at = may_enter(connection, i, distance, False, roads, drivers, path_state, cars)
    if wait_at <= 0.0 and cars.still[i] * DT > GRIDLOCK_AFTER:
        wait_at = may_enter(connection, i, distance, True, roads, drivers, path_state, cars)
        moves.breaks_gridlock[lane] = 1 if wait_at > 0.0 else 0
    elif wait_at > 0.0 and must_signal_start(lane, connection, i, roads, path_state, cars):
        stop_at(distance, i, drivers, cars, moves)
        moves.refused[lane] = 1
        return False
    if wait_at < FAR:
        stop_before_area(distance + wait_at, i, drivers, cars, moves)
    if wait_at <= 0.0:
        if not on_red:
            moves.refused[lane] = min(MOST_REFUSED, path_state.refused[lane] + 1)
        return False
    return True


@kernel
def _approach_yield_point(
    connection: int,
    distance: float,
    i: int,
    roads: RoadNetwork,
    drivers: Drivers,
    path_state: PathState,
    cars: Cars,
    moves: Moves,
) -> None:
    """Car i approaches the place where it yields so slowly that it can stop there once it sees the others.

    It is `distance` m before the stop line of `connection`, or past it where that is negative. At a
    permissive green the place is within the junction, before the oncoming traffic. It sees others from
    Drivers.visibility m before the place.
    """
    kind = cars.kind[i]
    brake, sees = drivers.brake[kind], drivers.visibility[kind]
    if sees >= FAR:
        return
    distance, dawdle = np.float64(distance), np.float32(0.0)
    if path_state.light[connection] == PERMISSIVE:
        distance += _yield_point(connection, roads, path_state)
        dawdle = drivers.dawdle[kind]
    if distance <= sees:
        return
    there = brake * REACTION_TIME * (sqrt(1.0 + 2.0 * sees / (brake * REACTION_TIME * REACTION_TIME)) - 1.0)
    allowed = sqrt(there * there + 2.0 * brake * (distance - sees)) - dawdle
    wish = np.float32((allowed - cars.speed[i]) / DT)
    moves.accel[i] = min(moves.accel[i], max(wish, -brake))


@kernel
def _yield_point(connection: int, roads: RoadNetwork, path_state: PathState) -> float:
    """m along `connection` where a vehicle waits for those that have priority now; 0, the line, if it has no
    place within.
    """
    place = FAR
    for row in range(roads.conflict_start[connection], roads.conflict_start[connection + 1]):
        if roads.yields[row] != 0 and not has_red(path_state.light[roads.conflict[row]]):
            place = min(place, roads.conflict_begin[row])
    return place + HALF_LANE if LEAST_POCKET <= place < FAR else 0.0


@kernel
def _has_stopped(
    lane: int, i: int, distance: float, drivers: Drivers, path_state: PathState, cars: Cars
) -> bool:
    """Whether car i, the first of `lane`, has stopped at the line; `refused` remembers that while it sets off."""
    if distance >= AT_STOP_LINE:
        return False
    if path_state.refused[lane] > 0:
        return cars.speed[i] < STARTED
    return cars.speed[i] < ROLLING and cars.still[i] * DT >= drivers.stop_wait[cars.kind[i]]


@kernel
def lead_connection(
    connection: int,
    roads: RoadNetwork,
    drivers: Drivers,
    path_state: PathState,
    cars: Cars,
    fleet: Fleet,
    moves: Moves,
    forced: int,
) -> int:
    """The vehicles on a connection; the number of them that enter an occupied conflict area is added to `forced`."""
    first, last = cars.start[connection], cars.start[connection + 1] - 1
    kind = cars.kind[last]
    moves.accel[last] = free_road(
        cars.speed[last], cars.desired[last], drivers.accel[kind], drivers.brake[kind]
    )
    moves.free_distance[last] = FAR32
    left = roads.length[connection] - cars.position[last]
    cursor = fleet.cursor[cars.trip[last]]
    follow_beyond(
        roads.to_lane[connection], left, cursor + 1, last, roads, drivers, path_state, cars, fleet, moves
    )
    reach = cars.speed[last] * DT + REACH_MARGIN
    mind_merge_order(connection, left, last, reach, roads, cars, moves)
    for i in range(first, last + 1):
        if path_state.light[connection] == PERMISSIVE or path_state.light[connection] == YELLOW:
            _approach_yield_point(connection, -cars.position[i], i, roads, drivers, path_state, cars, moves)
            wait_at = yield_position(connection, i, cars.position[i], roads, drivers, path_state, cars)
            if wait_at < FAR:
                stop_before_area(wait_at - cars.position[i], i, drivers, cars, moves)
        follow_merging(connection, i, cars.position[i], roads, drivers, cars, moves)
        reach = cars.speed[i] * DT + REACH_MARGIN
        if cars.still[i] * DT <= FORCES_AFTER:
            mind_conflict_areas(
                connection, i, cars.position[i], reach, False, roads, drivers, path_state, cars, moves
            )
        elif (
            cars.still[i] * DT <= FORCES_AFTER + DT
            and occupied_area_ahead(connection, i, cars.position[i], reach, False, roads, path_state, cars)
            < FAR
        ):
            forced += 1
    return forced
