"""Who may enter a junction: lights, those who go first, and those who have waited longer.

Every rule reads the cars as they were at the beginning of the step. What is taken at present is in ground.py, room
on the other side in room_beyond.py.
"""

from __future__ import annotations

import numpy as np

from cosmopolis.kernels.decorators import Real, formula, kernel
from cosmopolis.simulation.clock import DT
from cosmopolis.simulation.traffic.car_following import too_near, travel_time
from cosmopolis.simulation.traffic.corridor import CROSSES, NO_SIREN, still_comes
from cosmopolis.simulation.traffic.drivers import Drivers
from cosmopolis.simulation.traffic.ground import FREE, PASSED, SETS_OFF, rear_within, to_stop
from cosmopolis.simulation.traffic.merging import queues
from cosmopolis.simulation.traffic.network import Roads
from cosmopolis.simulation.traffic.room_beyond import NO_ROOM
from cosmopolis.simulation.traffic.signals import OFF, PERMISSIVE, PROTECTED, RED, YELLOW, has_red
from cosmopolis.simulation.traffic.state import Cars, Ways

STOPS_AT_YELLOW = (
    3.0  # m/s^2, who can stop with this does, or with what is comfortable to him if that is more
)
OTHER_ACCEL = 1.5  # m/s^2 expected of others
NEXT = 3.0  # m from the line: whose turn it is
POCKET, BEFORE_TURNERS = 3.0, 4.0  # m into the junction that a car must be able to go to wait there, for
# oncoming traffic that goes first by its light, and for others who turn and may have to wait within it too
SHORT = 30.0  # m, behind a lane so short one must look for those who come next
FORCES = 40.0  # s standing within a junction before shared ground is crossed out of turn
LOCKED = 150.0  # s at the line after which those who stand in the way are passed


@formula
def stops_for_light(light: int, distance: float, speed: float, brake: float) -> bool:
    """Whether the car must stop at the line: at red, and at yellow if it comfortably can, at `brake` m/s^2.

    A car that was too near to stop at yellow goes on if it is still too near when the light turns red.
    """
    if light == RED:
        return bool(speed < 3.0 or not too_near(distance, speed, brake))
    return distance >= speed * speed / (2.0 * max(STOPS_AT_YELLOW, brake))


@kernel
def may_enter(
    way: int, i: int, distance: float, locked: bool, roads: Roads, drivers: Drivers, ways: Ways, cars: Cars
) -> float:
    """How far car i, `distance` metres before the line, may go into connection `way` as far as others matter.

    m along the connection: 0 for the line, 1e9 for all the way. Between them, a car that turns against oncoming
    traffic at a green light goes up to the ground it must leave to others, and waits there for its gap or for
    the end of their green. With `locked`, those who stand do not count: they wait for car i as it does for them.
    """
    hold, pocket = FREE, POCKET
    speed, accel = cars.speed[i], drivers.accel[cars.kind[i]]
    top = max(1.0, cars.goal_speed[i])
    on_red = has_red(ways.light[way])
    waited = cars.still[i] * DT
    kind = cars.kind[i]
    calm = min(1.0, max(0.0, 1.0 - (waited - drivers.patience[kind]) / drivers.impatience[kind]))
    crossing, merging = calm * drivers.crossing_margin[kind], calm * drivers.merging_margin[kind]
    if ways.light[way] != OFF:
        crossing = merging = calm * drivers.turning_margin[kind]
    gives_way = ways.light[way] != PROTECTED
    for row in range(roads.conflict_start[way], roads.conflict_start[way + 1]):
        other = roads.conflict[row]
        comes = travel_time(distance + roads.begin[row], speed, top, accel)
        left = distance + roads.length[way]
        waits = _taken(row, other, left, comes, locked, roads, drivers, ways, cars)
        minds = (gives_way and (roads.yields[row] != 0 or roads.in_turns[way] != 0)) or on_red
        if not waits and minds and not has_red(ways.light[other]):
            margin = merging if roads.merge[row] != 0 else crossing
            clear = travel_time(distance + roads.end[row] + cars.length[i], speed, top, accel)
            waits = _is_before(row, way, other, i, left, comes, clear, margin, roads, drivers, ways, cars)
        if waits and roads.begin[row] < hold:
            hold = np.float64(roads.begin[row])
            pocket = POCKET if ways.light[other] == PROTECTED else BEFORE_TURNERS
        if hold < pocket or (hold < FREE and ways.light[way] != PERMISSIVE):
            return 0.0
    if hold >= FREE or drivers.zipper[kind] != 0:
        return hold
    wait = _before_all(way, np.float32(0.0), hold, roads, ways)
    return wait if wait >= pocket else 0.0


@kernel
def _is_before(
    row: int,
    way: int,
    other: int,
    i: int,
    left: float,
    comes: float,
    clear: float,
    margin: float,
    roads: Roads,
    drivers: Drivers,
    ways: Ways,
    cars: Cars,
) -> bool:
    """Whether car i, on its way into `way`, leaves the shared ground to somebody who comes to connection `other`."""
    if ways.siren[other] == CROSSES and ways.siren[roads.out_start[other]] == NO_SIREN:
        return still_comes(other, roads, cars)
    if roads.in_turns[way] != 0 and ways.light[way] == OFF:
        return _has_its_turn(other, i, roads, ways, cars)
    return _comes_first(row, other, i, left, comes, clear, margin, roads, drivers, ways, cars)


@kernel
def announces(lane: int, way: int, i: int, roads: Roads, ways: Ways, cars: Cars) -> bool:
    """Whether car i, which may go now and could not for long, waits one step more: others have reckoned without it.

    They go, or see in `held` that it is about to. Else all who had to wait would set off in one step, and block
    each other within the junction. Of those who waited for room beyond only one goes at once.
    """
    if cars.speed[i] >= SETS_OFF or ways.held[lane] < PASSED or roads.shared[way] == 0:
        return False
    if ways.held[lane] == NO_ROOM:
        return not _is_next(way, i, roads, ways, cars)
    for row in range(roads.conflict_start[way], roads.conflict_start[way + 1]):
        other = roads.conflict[row]
        if roads.merge[row] != 0 or roads.yields[row] != 0 or has_red(ways.light[other]):
            continue
        beside = roads.out_start[other]
        j = cars.start[beside + 1] - 1
        if j < cars.start[beside] or cars.choice[j] != other or cars.speed[j] >= SETS_OFF:
            continue
        if roads.length[beside] - cars.position[j] < NEXT and not _lets_go(i, j, cars):
            return True
    return False


@kernel
def _is_next(way: int, i: int, roads: Roads, ways: Ways, cars: Cars) -> bool:
    """Whether car i has stood longest of all who wait with it for room beyond, and nobody else comes who goes first.

    So who gives way gets across a street that is full beyond, once whenever there is room again.
    """
    others = 0
    for row in range(roads.conflict_start[way], roads.conflict_start[way + 1]):
        other = roads.conflict[row]
        if has_red(ways.light[other]):
            continue
        beside = roads.out_start[other]
        first = cars.start[beside + 1] - 1
        if first >= cars.start[beside] and ways.held[beside] == NO_ROOM:
            if not _lets_go(i, first, cars):
                return False
            others += 1
        elif roads.yields[row] == 0:
            return False
    return others > 0


@kernel
def oncoming(
    way: int, i: int, position: float, roads: Roads, drivers: Drivers, ways: Ways, cars: Cars
) -> float:
    """m along connection `way` of the ground that car i, waiting on it at a green light, must leave to others yet.

    1e9 where it may go on; also once its light is red, because then the others wait until it is gone.
    """
    hold = FREE
    speed, accel = cars.speed[i], drivers.accel[cars.kind[i]]
    top = max(1.0, ways.limit[way])
    margin = 0.5 * drivers.turning_margin[cars.kind[i]]
    for row in range(roads.conflict_start[way], roads.conflict_start[way + 1]):
        begin = roads.begin[row]
        if begin <= position or begin >= hold or roads.yields[row] == 0:
            continue
        other = roads.conflict[row]
        patient = not _presses(i, drivers, cars)
        if patient and roads.merge[row] == 0 and _crosses_yet(other, roads.other_begin[row], cars):
            hold = np.float64(begin)
        elif not has_red(ways.light[other]):
            comes = travel_time(begin - position, speed, top, accel)
            clear = travel_time(roads.end[row] + cars.length[i] - position, speed, top, accel)
            left = roads.length[way] - position
            if _comes_first(row, other, i, left, comes, clear, margin, roads, drivers, ways, cars):
                hold = np.float64(begin)
    return hold if drivers.zipper[cars.kind[i]] != 0 else _before_all(way, position, hold, roads, ways)


@kernel
def _before_all(way: int, position: Real, hold: float, roads: Roads, ways: Ways) -> float:
    """Where to wait on connection `way` for ground that begins at `hold` m: not on that of others who go first.

    Ground that begins before `position` m is behind already; that of who has red is nobody's.
    """
    before = hold + 1.0
    while hold < before:
        before = hold
        for row in range(roads.conflict_start[way], roads.conflict_start[way + 1]):
            begin = roads.begin[row]
            waits = has_red(ways.light[roads.conflict[row]])
            if roads.yields[row] == 0 or roads.merge[row] != 0 or waits:
                continue
            if position < begin < hold < roads.end[row]:
                hold = np.float64(begin)
    return hold


@kernel
def _presses(i: int, drivers: Drivers, cars: Cars) -> bool:
    """Whether car i has waited so long that others who can brake for it must."""
    kind = cars.kind[i]
    return bool(cars.still[i] * DT > drivers.patience[kind] + drivers.impatience[kind])


@kernel
def _crosses_yet(way: int, begin: float, cars: Cars) -> bool:
    """Whether somebody drives on connection `way` within its first `begin` m."""
    for j in range(cars.start[way], cars.start[way + 1]):
        if cars.speed[j] >= SETS_OFF and cars.position[j] <= begin:
            return True
    return False


@kernel
def _taken(
    row: int,
    other: int,
    left: float,
    comes: float,
    locked: bool,
    roads: Roads,
    drivers: Drivers,
    ways: Ways,
    cars: Cars,
) -> bool:
    """Whether a car on connection `other` will still be on, or be just entering, the shared ground at `comes` s.

    Where both end in one lane, a car that is nearer to it than `left` m is one to follow, not to wait for.
    """
    end, begin = roads.other_end[row], roads.other_begin[row]
    for j in range(cars.start[other], cars.start[other + 1]):
        if roads.merge[row] != 0 and roads.length[other] - cars.position[j] < left:
            continue
        if locked and cars.still[j] > 0:
            continue
        rear = cars.position[j] - cars.length[j]
        if rear >= end:
            continue
        top = max(cars.speed[j], ways.limit[other])
        gone = travel_time(end - rear, cars.speed[j], top, drivers.accel[cars.kind[j]])
        if roads.yields[row] == 0 and cars.position[j] + to_stop(j, other, drivers, ways, cars) <= begin:
            continue  # it stands before the ground, or can, and waits for this one
        if cars.still[j] > 0:
            gone = 1.0e3 if cars.position[j] > begin else 2.0 + gone
        if gone + 0.3 > comes:
            return True
    if roads.merge[row] == 0 and not locked:
        rear, its_speed = rear_within(other, roads, ways), ways.tail_speed[roads.out_end[other]]
        if rear < end and (end - rear) / max(its_speed, 0.1) + 0.3 > comes:
            return True
    return False


@kernel
def _comes_first(
    row: int,
    other: int,
    i: int,
    left: float,
    comes: float,
    clear: float,
    margin: float,
    roads: Roads,
    drivers: Drivers,
    ways: Ways,
    cars: Cars,
) -> bool:
    """Whether somebody on the lane of connection `other` needs the shared ground while car i would be on it.

    Where both end in one lane, `left` m ahead of car i, it follows who is nearer to it, and queues go in turns.
    """
    lane = roads.out_start[other]
    to_line = roads.length[lane] + roads.other_begin[row]
    merges = roads.merge[row] != 0
    ground = roads.other_end[row] - roads.other_begin[row]
    pushes = ways.light[other] == OFF and _presses(i, drivers, cars)
    first, last = cars.start[lane], cars.start[lane + 1] - 1
    if last >= first and cars.speed[last] < SETS_OFF and ways.held[lane] >= PASSED:
        # Nobody passes the first, who is not about to start.
        if ways.held[lane] == NO_ROOM:
            return False
        return cars.choice[last] == other and not _lets_go(i, last, cars)
    for j in range(last, first - 1, -1):
        speed = cars.speed[j]
        top = max(speed, ways.limit[other])
        arrives = travel_time(to_line - cars.position[j], speed, top, OTHER_ACCEL)
        if arrives > clear + margin:
            return False
        if cars.choice[j] != other:
            continue
        if pushes and roads.length[lane] - cars.position[j] > speed * speed / 5.0 + 0.5 * speed:
            return False  # it can stop, and now it must
        if merges:
            to_line_of_j = roads.length[lane] - cars.position[j]
            in_turn = drivers.zipper[cars.kind[j]] != 0 and queues(j, to_line_of_j, drivers, cars)
            if to_line_of_j + roads.length[other] >= left:
                if in_turn:
                    return False
            elif in_turn or speed >= cars.speed[i]:
                continue
        if ways.light[other] == YELLOW and stops_for_light(
            YELLOW, roads.length[lane] - cars.position[j], speed, drivers.brake[cars.kind[j]]
        ):
            return False
        leaves = arrives + (ground + cars.length[j]) / max(0.5 * (speed + top), 1.0)
        if leaves + 0.5 * margin > comes:
            return True
    if to_line < SHORT:
        return _comes_next(lane, to_line, clear + margin, roads, ways, cars)
    return False


@kernel
def _has_its_turn(other: int, i: int, roads: Roads, ways: Ways, cars: Cars) -> bool:
    """Where everybody stops, who has stood longest goes first: whether that is the first car before `other`."""
    lane = roads.out_start[other]
    last = cars.start[lane + 1] - 1
    if (
        last < cars.start[lane]
        or cars.choice[last] != other
        or roads.length[lane] - cars.position[last] > NEXT
    ):
        return False
    if ways.held[lane] == NO_ROOM or ways.held[lane] == 0:
        return False
    if cars.speed[last] >= SETS_OFF:
        return bool(cars.speed[i] < SETS_OFF or not _lets_go(i, last, cars))
    return bool(cars.speed[i] < SETS_OFF and not _lets_go(i, last, cars))


@kernel
def _lets_go(i: int, j: int, cars: Cars) -> bool:
    """Two that wait for each other: who has stood longer goes; the lower trip where they are equal."""
    if cars.still[i] != cars.still[j]:
        return cars.still[i] > cars.still[j]
    return cars.trip[i] < cars.trip[j]


@kernel
def _comes_next(lane: int, beyond: float, until: float, roads: Roads, ways: Ways, cars: Cars) -> bool:
    """Whether a car still on its way into the short `lane` reaches its end and `beyond` before `until` s."""
    for row in range(roads.in_start[lane], roads.in_start[lane + 1]):
        way = roads.in_path[row]
        for j in range(cars.start[way], cars.start[way + 1]):
            distance = roads.length[way] - cars.position[j] + beyond
            if cars.speed[j] > 0.3 and distance / max(cars.speed[j], 1.0) < until:
                return True
    return False
