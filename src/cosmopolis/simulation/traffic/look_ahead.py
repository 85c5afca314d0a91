"""The first car of each path: what lies beyond the end, over as many paths as it may need to brake."""

from __future__ import annotations

from math import sqrt

import numpy as np

from cosmopolis.kernels.decorators import Real, kernel
from cosmopolis.simulation.clock import DT
from cosmopolis.simulation.traffic.car_following import (
    brake_for,
    close_up,
    free_road,
    too_near,
)
from cosmopolis.simulation.traffic.corridor import CROSSES, NO_SIREN, carefully, passes_red
from cosmopolis.simulation.traffic.drivers import Drivers
from cosmopolis.simulation.traffic.ground import FREE, SETS_OFF, goes_second, ground_ahead, overhang
from cosmopolis.simulation.traffic.junctions import (
    FORCES,
    LOCKED,
    NEXT,
    POCKET,
    announces,
    may_enter,
    oncoming,
    stops_for_light,
)
from cosmopolis.simulation.traffic.lane_changing import ROOM_TO_ENTER, beside
from cosmopolis.simulation.traffic.merging import REACH, sort_in
from cosmopolis.simulation.traffic.network import Roads
from cosmopolis.simulation.traffic.on_foot import people_in_the_way
from cosmopolis.simulation.traffic.room_beyond import NO_ROOM, has_room_beyond
from cosmopolis.simulation.traffic.signals import ARROW, OFF, PERMISSIVE, PROTECTED, RED, YELLOW, has_red
from cosmopolis.simulation.traffic.state import ENDS, FAR, Cars, Fleet, Moves, Ways
from cosmopolis.simulation.traffic.turning import likely_way

UNBOUNDED = np.float32(1.0e9)
REACTS = 1.0  # s from seeing somebody to braking for him
HALF_LANE = 1.6  # m from where others' ground begins, with half a vehicle's width, to the edge of their lane


@kernel
def sight(speed: float) -> float:
    """m ahead that can matter to a driver: IDM's wished gap and some more."""
    return 22.0 + 3.0 * speed + speed * speed * 0.3


@kernel
def lead_lane(
    lane: int,
    roads: Roads,
    drivers: Drivers,
    ways: Ways,
    cars: Cars,
    fleet: Fleet,
    moves: Moves,
) -> None:
    """The first car of a lane, and those behind it that its going does not stop but a light does."""
    first, i = cars.start[lane], cars.start[lane + 1] - 1
    kind = cars.kind[i]
    moves.accel[i] = free_road(cars.speed[i], cars.desired[i], drivers.accel[kind], drivers.brake[kind])
    moves.room[i] = UNBOUNDED
    moves.held[lane], moves.locked[lane] = 0, 0
    distance = roads.length[lane] - cars.position[i]
    merges = roads.merges[lane] != 0 and distance < REACH
    if distance > sight(cars.speed[i]):
        if merges:
            sort_in(lane, roads, drivers, ways, cars, moves)
        return
    goes = _approach(lane, i, distance, roads, drivers, ways, cars, fleet, moves)
    if goes and merges:
        sort_in(lane, roads, drivers, ways, cars, moves)
    while goes and i > first:
        i -= 1
        way = cars.choice[i]
        if way < 0 or ways.light[way] > YELLOW or roads.on_red[way] != 0:
            return
        distance = roads.length[lane] - cars.position[i]
        if distance > sight(cars.speed[i]):
            return
        goes = not stops_for_light(ways.light[way], distance, cars.speed[i], drivers.brake[cars.kind[i]])
        if not goes:
            _stop_at(_to_stop_line(lane, distance, i, roads, drivers, cars), i, drivers, cars, moves)


@kernel
def _stop_at(distance: float, i: int, drivers: Drivers, cars: Cars, moves: Moves) -> None:
    moves.accel[i] = min(moves.accel[i], brake_for(np.float32(distance), i, drivers, cars))
    moves.room[i] = min(moves.room[i], np.float32(distance))


@kernel
def _stop_within(distance: float, i: int, drivers: Drivers, cars: Cars, moves: Moves) -> None:
    """Stop before ground that others need, so early that in the next step they see that it can: `to_stop`."""
    _stop_at(distance, i, drivers, cars, moves)
    brake, speed = drivers.brake[cars.kind[i]], cars.speed[i]
    late = 1.5 * brake * DT
    allowed = sqrt(late * late + 2.0 * brake * max(distance - 0.5 * speed * DT, 0.0)) - late
    moves.accel[i] = min(moves.accel[i], max(np.float32((allowed - speed) / DT), -brake))


@kernel
def _to_stop_line(lane: int, distance: float, i: int, roads: Roads, drivers: Drivers, cars: Cars) -> float:
    """m to where car i stops at red: short of the two-wheelers' waiting area, unless it is past that already."""
    box = roads.box[lane]
    short = distance - box
    speed = cars.speed[i]
    if box > 0.0 and drivers.slips[cars.kind[i]] == 0 and short > speed * speed / 6.0:
        return short
    return distance


@kernel
def _stay_behind(gap: Real, speed: Real, i: int, drivers: Drivers, cars: Cars, moves: Moves) -> None:
    moves.accel[i] = min(moves.accel[i], close_up(np.float32(gap), np.float32(speed), i, drivers, cars))
    moves.room[i] = min(moves.room[i], np.float32(gap))


@kernel
def _approach(
    lane: int,
    i: int,
    distance: float,
    roads: Roads,
    drivers: Drivers,
    ways: Ways,
    cars: Cars,
    fleet: Fleet,
    moves: Moves,
) -> bool:
    """The first car of a lane within sight of its end; False when it stops there."""
    hang, its_speed = overhang(lane, roads, ways)
    if hang < FREE:
        _stay_behind(distance + hang, its_speed, i, drivers, cars, moves)
    way, kind = cars.choice[i], cars.kind[i]
    if way < 0:
        if cars.goal[i] & ENDS == 0:
            short = _short_of_end(lane, i, distance, roads, drivers, ways, cars)
            _stop_at(distance - short, i, drivers, cars, moves)
        moves.room[i] = min(moves.room[i], np.float32(distance))
        return False
    light = ways.light[way]
    speed = cars.speed[i]
    on_red = light == ARROW or (light == RED and roads.on_red[way] != 0)
    must_go = too_near(distance, speed, drivers.brake[kind]) and ways.held[lane] == 0
    if ways.siren[lane] != NO_SIREN or ways.siren[way] == CROSSES:
        on_red = on_red or (light <= YELLOW and passes_red(lane, i, drivers, ways, cars))
        if on_red:
            moves.accel[i] = min(moves.accel[i], np.float32(carefully(distance, i, drivers, cars)))
        elif ways.siren[lane] == NO_SIREN and drivers.siren[kind] == 0 and not must_go:
            _stop_at(distance, i, drivers, cars, moves)
            return False
    if light <= YELLOW and not on_red and stops_for_light(light, distance, speed, drivers.brake[kind]):
        _stop_at(_to_stop_line(lane, distance, i, roads, drivers, cars), i, drivers, cars, moves)
        return False
    if roads.minor[way] != 0 and light != PROTECTED:
        _come_carefully(way, distance, i, roads, drivers, ways, cars, moves)
    decides_at = speed * speed / 4.0 + 1.5 * speed + 4.0
    decides = distance < decides_at and not must_go
    if decides and not _goes_now(lane, way, i, distance, on_red, roads, drivers, ways, cars, moves):
        return False
    if distance < decides_at:
        _mind_those_ahead(way, i, -distance, roads, drivers, cars, moves)
    reach = speed * DT + 0.75
    if reach > distance:
        _mind_ground(way, i, -distance, reach, moves.locked[lane] != 0, roads, drivers, ways, cars, moves)
        _mind_merging(way, distance + roads.length[way], i, reach, roads, cars, moves)
    cursor = fleet.cursor[cars.trip[i]]
    _beyond(way, distance, cursor, i, roads, drivers, ways, cars, fleet, moves)
    return True


@kernel
def _short_of_end(
    lane: int, i: int, distance: float, roads: Roads, drivers: Drivers, ways: Ways, cars: Cars
) -> float:
    """m short of its lane's end at which car i stops for one beside it, further on, who needs its lane as it needs his.

    He goes to the end and comes in before it; side by side at the end neither could change. Of two who are level the
    one on the kerb side stops short.
    """
    if cars.shift[i] == 0 or drivers.zipper[cars.kind[i]] != 0:
        return 0.0
    side = 1 if cars.shift[i] > 0 else -1
    other, kind = lane + side, cars.kind[i]
    if ways.asks[other] != -side:
        return 0.0
    its = beside(ways.asks_position[other], other, lane, roads)
    if its < cars.position[i] or (its == cars.position[i] and side < 0):
        return 0.0
    short = ways.asks_length[other] + drivers.jam_gap[kind] + ROOM_TO_ENTER
    stops = cars.speed[i] * cars.speed[i] / (2.0 * drivers.brake[kind])
    return np.float64(short) if distance - short > stops else 0.0


@kernel
def _goes_now(
    lane: int,
    way: int,
    i: int,
    distance: float,
    on_red: bool,
    roads: Roads,
    drivers: Drivers,
    ways: Ways,
    cars: Cars,
    moves: Moves,
) -> bool:
    """Whether the first car of `lane` may enter `way`, or a part of it, as far as others matter; else it stops."""
    light = ways.light[way]
    if light == ARROW or (roads.stop[way] != 0 and light == OFF):
        if not _has_stood(lane, i, distance, drivers, ways, cars):
            _stop_at(distance, i, drivers, cars, moves)
            return False
        moves.held[lane] = 1
    if people_in_the_way(way, i, light, roads, ways, cars):
        _stop_at(distance, i, drivers, cars, moves)
        if light != RED:
            moves.held[lane] = min(250, ways.held[lane] + 1)
        return False
    if (
        roads.shared[way] != 0
        and roads.ring[way] == 0
        and not has_room_beyond(way, i, roads, drivers, ways, cars)
    ):
        _stop_at(distance, i, drivers, cars, moves)
        moves.held[lane] = NO_ROOM
        return False
    hold = may_enter(way, i, distance, False, roads, drivers, ways, cars)
    if hold <= 0.0 and cars.still[i] * DT > LOCKED:
        hold = may_enter(way, i, distance, True, roads, drivers, ways, cars)
        moves.locked[lane] = 1 if hold > 0.0 else 0
    elif hold > 0.0 and announces(lane, way, i, roads, ways, cars):
        _stop_at(distance, i, drivers, cars, moves)
        moves.held[lane] = 1
        return False
    if hold < FREE:
        _stop_within(distance + hold, i, drivers, cars, moves)
    if hold <= 0.0:
        if not on_red:
            moves.held[lane] = min(250, ways.held[lane] + 1)
        return False
    return True


@kernel
def _come_carefully(
    way: int,
    distance: float,
    i: int,
    roads: Roads,
    drivers: Drivers,
    ways: Ways,
    cars: Cars,
    moves: Moves,
) -> None:
    """Car i drives so that it can stop where it gives way once it sees who comes.

    It is `distance` m before the line of `way`, or past it if that is negative. At a green light the place is within
    the junction, before those who come towards it.
    """
    kind = cars.kind[i]
    brake, sees = drivers.brake[kind], drivers.visibility[kind]
    if sees >= FAR:
        return
    distance, dawdle = np.float64(distance), np.float32(0.0)
    if ways.light[way] == PERMISSIVE:
        distance += _waiting_place(way, roads, ways)
        dawdle = drivers.dawdle[kind]
    if distance <= sees:
        return
    there = brake * REACTS * (sqrt(1.0 + 2.0 * sees / (brake * REACTS * REACTS)) - 1.0)
    allowed = sqrt(there * there + 2.0 * brake * (distance - sees)) - dawdle
    wish = np.float32((allowed - cars.speed[i]) / DT)
    moves.accel[i] = min(moves.accel[i], max(wish, -brake))


@kernel
def _waiting_place(way: int, roads: Roads, ways: Ways) -> float:
    """m along connection `way` of the place where one waits for those who come now; 0, the line, without a pocket."""
    place = FREE
    for row in range(roads.conflict_start[way], roads.conflict_start[way + 1]):
        if roads.yields[row] != 0 and not has_red(ways.light[roads.conflict[row]]):
            place = min(place, roads.begin[row])
    return place + HALF_LANE if POCKET <= place < FREE else 0.0


@kernel
def _has_stood(lane: int, i: int, distance: float, drivers: Drivers, ways: Ways, cars: Cars) -> bool:
    """Whether car i, the first of `lane`, has stood at the line; `held` remembers it while it sets off."""
    if distance >= NEXT:
        return False
    if ways.held[lane] > 0:
        return cars.speed[i] < 3.0
    return cars.speed[i] < SETS_OFF and cars.still[i] * DT >= drivers.stop_wait[cars.kind[i]]


@kernel
def _mind_ground(
    way: int,
    i: int,
    position: float,
    reach: float,
    locked: bool,
    roads: Roads,
    drivers: Drivers,
    ways: Ways,
    cars: Cars,
    moves: Moves,
) -> None:
    free = ground_ahead(way, i, position, reach, locked, roads, ways, cars)
    if free < 1.0e8:
        _stop_at(free, i, drivers, cars, moves)


@kernel
def _mind_those_ahead(
    way: int, i: int, position: float, roads: Roads, drivers: Drivers, cars: Cars, moves: Moves
) -> None:
    """Who comes by another connection into the same lane and is nearer to it is a leader like any other.

    `position` is that of car i along `way`. Before the ground they share, the two may still be side by side.
    """
    left = roads.length[way] - position
    for row in range(roads.conflict_start[way], roads.conflict_start[way + 1]):
        if roads.merge[row] == 0:
            continue
        other = roads.conflict[row]
        for j in range(cars.start[other], cars.start[other + 1]):
            its = roads.length[other] - cars.position[j]
            if its < left or (its == left and other < way):
                gap = max(left - its - cars.length[j], roads.begin[row] - position)
                _stay_behind(gap, cars.speed[j], i, drivers, cars, moves)


@kernel
def _mind_merging(
    way: int, distance: float, i: int, reach: float, roads: Roads, cars: Cars, moves: Moves
) -> None:
    if goes_second(way, distance, reach, roads, cars):
        moves.room[i] = min(moves.room[i], np.float32(distance))


@kernel
def lead_connection(
    way: int,
    roads: Roads,
    drivers: Drivers,
    ways: Ways,
    cars: Cars,
    fleet: Fleet,
    moves: Moves,
    forced: int,
) -> int:
    """The cars within a junction; how many of them crossed ground out of turn is added to `forced`."""
    first, last = cars.start[way], cars.start[way + 1] - 1
    kind = cars.kind[last]
    moves.accel[last] = free_road(
        cars.speed[last], cars.desired[last], drivers.accel[kind], drivers.brake[kind]
    )
    moves.room[last] = UNBOUNDED
    left = roads.length[way] - cars.position[last]
    cursor = fleet.cursor[cars.trip[last]]
    _beyond(roads.out_end[way], left, cursor + 1, last, roads, drivers, ways, cars, fleet, moves)
    reach = cars.speed[last] * DT + 0.75
    _mind_merging(way, left, last, reach, roads, cars, moves)
    for i in range(first, last + 1):
        if ways.light[way] == PERMISSIVE or ways.light[way] == YELLOW:
            _come_carefully(way, -cars.position[i], i, roads, drivers, ways, cars, moves)
            hold = oncoming(way, i, cars.position[i], roads, drivers, ways, cars)
            if hold < FREE:
                _stop_within(hold - cars.position[i], i, drivers, cars, moves)
        _mind_those_ahead(way, i, cars.position[i], roads, drivers, cars, moves)
        reach = cars.speed[i] * DT + 0.75
        if cars.still[i] * DT <= FORCES:
            _mind_ground(way, i, cars.position[i], reach, False, roads, drivers, ways, cars, moves)
        elif (
            cars.still[i] * DT <= FORCES + DT
            and ground_ahead(way, i, cars.position[i], reach, False, roads, ways, cars) < FREE
        ):
            forced += 1
    return forced


@kernel
def _beyond(
    path: int,
    distance: float,
    cursor: int,
    i: int,
    roads: Roads,
    drivers: Drivers,
    ways: Ways,
    cars: Cars,
    fleet: Fleet,
    moves: Moves,
) -> None:
    """The leader of car i on `path`, which begins `distance` metres ahead, or further on along its route.

    `cursor` is the route's row of the edge that `path` is on, or leaves.
    """
    far = sight(cars.speed[i])
    trip = cars.trip[i]
    while distance < far:
        if ways.tail[path] < 1.0e8:
            _stay_behind(distance + ways.tail[path], ways.tail_speed[path], i, drivers, cars, moves)
            return
        distance += roads.length[path]
        if roads.lane_count[path] == 0:
            path = roads.out_end[path]
            cursor += 1
            continue
        hang, its_speed = overhang(path, roads, ways)
        if hang < FREE:
            _stay_behind(distance + hang, its_speed, i, drivers, cars, moves)
        if cursor + 1 >= fleet.route_end[trip]:
            return
        path = likely_way(path, cursor, trip, fleet, drivers, roads)
        if path >= 0 and ways.light[path] <= YELLOW and drivers.siren[cars.kind[i]] != 0:
            continue
        light = ways.light[path] if path >= 0 else RED
        if path < 0 or light == ARROW or (light <= YELLOW and roads.on_red[path] == 0):
            moves.accel[i] = min(moves.accel[i], brake_for(np.float32(distance), i, drivers, cars))
            return
        if roads.minor[path] != 0 and light != PROTECTED:
            brake = drivers.brake[cars.kind[i]]
            allowed = sqrt(2.0 * brake * distance)
            moves.accel[i] = min(moves.accel[i], np.float32((allowed - cars.speed[i]) / DT))
            return
