"""Which vehicles may enter a junction: signals, priority and gap acceptance, and what breaks a deadlock.

Every rule reads the vehicles as they were at the beginning of the step. Occupied conflict areas are in
conflict_areas.py, storage on the other side in downstream_storage.py. The terms are those of the Highway
Capacity Manual (6th edition, chapters 20 to 22): conflict area, gap acceptance, all-way stop.
"""

from __future__ import annotations

import numpy as np

from cosmopolis.kernels.decorators import Real, formula, kernel
from cosmopolis.simulation.clock import DT
from cosmopolis.simulation.traffic.car_following import cannot_stop, travel_time
from cosmopolis.simulation.traffic.conflict_areas import (
    PASSED_OVER,
    rear_within,
    stopping_distance,
)
from cosmopolis.simulation.traffic.downstream_storage import NO_STORAGE
from cosmopolis.simulation.traffic.drivers import Drivers
from cosmopolis.simulation.traffic.emergency import CROSSING, NO_PREEMPTION, cannot_yield
from cosmopolis.simulation.traffic.merging import is_queued
from cosmopolis.simulation.traffic.network import RoadNetwork
from cosmopolis.simulation.traffic.signals import OFF, PERMISSIVE, PROTECTED, RED, YELLOW, has_red
from cosmopolis.simulation.traffic.state import FAR, Cars, PathState
from cosmopolis.simulation.traffic.thresholds import AREA_CLEARANCE, AT_STOP_LINE, LEAST_SPEED, ROLLING

# m/s^2: a driver stops at yellow where this is enough, or the own comfortable deceleration if that is more
YELLOW_BRAKE = 3.0
SLOW_AT_RED = 3.0  # m/s: a slower vehicle stops at red wherever it is
LEAST_PACE = 1.0  # m/s, at least, with which a vehicle is taken to cross a junction
# s until a vehicle that stands before a conflict area sets off, and until one that stands on it is off it
START_DELAY, NOT_SOON = 2.0, 1000.0
FORCED_BRAKE = 2.5  # m/s^2 that an impatient vehicle without priority forces on those who have it
WITHIN_JUNCTION = 0.5  # of the turning margin, for a vehicle that waits within the junction
MARGIN_BEHIND = 0.5  # of a margin, behind a vehicle that has gone first
ASSUMED_ACCEL = 1.5  # m/s^2 that a driver expects of others
# m into the junction that must be free to wait there for oncoming traffic with a protected green; and for
# others that turn and may have to wait within the junction too
LEAST_POCKET, LEAST_POCKET_BEFORE_TURNERS = 3.0, 4.0
SHORT_LANE = 30.0  # m: behind a shorter lane a driver also looks for vehicles on the way into it
# s of standing within a junction, after which an occupied conflict area is entered (counted as forced)
FORCES_AFTER = 40.0
# s of standing at the stop line, after which vehicles that stand in the way are passed
GRIDLOCK_AFTER = 150.0


@formula
def stops_for_light(light: int, distance: float, speed: float, brake: float) -> bool:
    """Whether a vehicle must stop at the line: at red, and at yellow if it comfortably can, at `brake` m/s^2.

    A vehicle that was too near to stop at yellow drives on if it is still too near when the light turns red.
    """
    if light == RED:
        return bool(speed < SLOW_AT_RED or not cannot_stop(distance, speed, brake))
    return distance >= speed * speed / (2.0 * max(YELLOW_BRAKE, brake))


@kernel
def may_enter(
    connection: int,
    i: int,
    distance: float,
    gridlocked: bool,
    roads: RoadNetwork,
    drivers: Drivers,
    path_state: PathState,
    cars: Cars,
) -> float:
    """How far car i, `distance` m before the stop line, may go into `connection` as far as others matter.

    m along the connection: 0 means that it stops at the line, FAR that it may drive through. In between, a
    vehicle that turns across oncoming traffic at a permissive green goes up to the conflict area and waits
    there for a gap or for the end of the others' green. With `gridlocked`, vehicles that stand do not count:
    each waits for the other.

    A gap is accepted where car i can clear the area before the other arrives, with a margin
    (Drivers.crossing_margin, merging_margin, turning_margin) that shrinks to 0 while it waits: critical gaps
    as in HCM 6, chapter 20.
    """
    wait_at, pocket = FAR, LEAST_POCKET
    speed, accel = cars.speed[i], drivers.accel[cars.kind[i]]
    top = max(LEAST_PACE, cars.goal_speed[i])
    on_red = has_red(path_state.light[connection])
    waited = cars.still[i] * DT
    kind = cars.kind[i]
    patience_left = min(1.0, max(0.0, 1.0 - (waited - drivers.patience[kind]) / drivers.impatience[kind]))
    crossing, merging = (
        patience_left * drivers.crossing_margin[kind],
        patience_left * drivers.merging_margin[kind],
    )
    if path_state.light[connection] != OFF:
        crossing = merging = patience_left * drivers.turning_margin[kind]
    gives_way = path_state.light[connection] != PROTECTED
    for row in range(roads.conflict_start[connection], roads.conflict_start[connection + 1]):
        other = roads.conflict[row]
        enter_time = travel_time(distance + roads.conflict_begin[row], speed, top, accel)
        merge_distance = distance + roads.length[connection]
        waits = _is_occupied(
            row, other, merge_distance, enter_time, gridlocked, roads, drivers, path_state, cars
        )
        must_yield = (gives_way and (roads.yields[row] != 0 or roads.all_way_stop[connection] != 0)) or on_red
        if not waits and must_yield and not has_red(path_state.light[other]):
            margin = merging if roads.merge[row] != 0 else crossing
            clear_time = travel_time(distance + roads.conflict_end[row] + cars.length[i], speed, top, accel)
            waits = _yields_to_arrivals(
                row,
                connection,
                other,
                i,
                merge_distance,
                enter_time,
                clear_time,
                margin,
                roads,
                drivers,
                path_state,
                cars,
            )
        if waits and roads.conflict_begin[row] < wait_at:
            wait_at = np.float64(roads.conflict_begin[row])
            pocket = LEAST_POCKET if path_state.light[other] == PROTECTED else LEAST_POCKET_BEFORE_TURNERS
        if wait_at < pocket or (wait_at < FAR and path_state.light[connection] != PERMISSIVE):
            return 0.0
    if wait_at >= FAR or drivers.zipper[kind] != 0:
        return wait_at
    wait = _waiting_position(connection, np.float32(0.0), wait_at, roads, path_state)
    return wait if wait >= pocket else 0.0


@kernel
def _yields_to_arrivals(
    row: int,
    connection: int,
    other: int,
    i: int,
    merge_distance: float,
    enter_time: float,
    clear_time: float,
    margin: float,
    roads: RoadNetwork,
    drivers: Drivers,
    path_state: PathState,
    cars: Cars,
) -> bool:
    """Whether car i, before `connection`, yields to a vehicle that approaches over connection `other`."""
    if (
        path_state.preemption[other] == CROSSING
        and path_state.preemption[roads.from_lane[other]] == NO_PREEMPTION
    ):
        return cannot_yield(other, roads, cars)
    if roads.all_way_stop[connection] != 0 and path_state.light[connection] == OFF:
        return _all_way_stop_priority(other, i, roads, path_state, cars)
    return _rejects_gap(
        row, other, i, merge_distance, enter_time, clear_time, margin, roads, drivers, path_state, cars
    )


@kernel
def must_signal_start(
    lane: int, connection: int, i: int, roads: RoadNetwork, path_state: PathState, cars: Cars
) -> bool:
    """Whether car i, refused for long and now free to go, waits one step more because others do not expect
    it.

    In that step they go, or see by `refused` that it is about to go. Without this, all vehicles that had to
    wait would set off in one step and block each other within the junction. Of those that waited for
    downstream storage only one goes at once.
    """
    if (
        cars.speed[i] >= ROLLING
        or path_state.refused[lane] < PASSED_OVER
        or roads.has_conflict[connection] == 0
    ):
        return False
    if path_state.refused[lane] == NO_STORAGE:
        return not _is_longest_waiting(connection, i, roads, path_state, cars)
    for row in range(roads.conflict_start[connection], roads.conflict_start[connection + 1]):
        other = roads.conflict[row]
        if roads.merge[row] != 0 or roads.yields[row] != 0 or has_red(path_state.light[other]):
            continue
        other_lane = roads.from_lane[other]
        j = cars.start[other_lane + 1] - 1
        if j < cars.start[other_lane] or cars.choice[j] != other or cars.speed[j] >= ROLLING:
            continue
        if roads.length[other_lane] - cars.position[j] < AT_STOP_LINE and not _has_waited_longer(i, j, cars):
            return True
    return False


@kernel
def _is_longest_waiting(
    connection: int, i: int, roads: RoadNetwork, path_state: PathState, cars: Cars
) -> bool:
    """Whether car i has stood longest of all that wait for downstream storage with it, and nobody with
    priority comes.

    So a vehicle that must yield gets across a street that is full beyond the junction each time there is
    storage again.
    """
    others = 0
    for row in range(roads.conflict_start[connection], roads.conflict_start[connection + 1]):
        other = roads.conflict[row]
        if has_red(path_state.light[other]):
            continue
        other_lane = roads.from_lane[other]
        first = cars.start[other_lane + 1] - 1
        if first >= cars.start[other_lane] and path_state.refused[other_lane] == NO_STORAGE:
            if not _has_waited_longer(i, first, cars):
                return False
            others += 1
        elif roads.yields[row] == 0:
            return False
    return others > 0


@kernel
def yield_position(
    connection: int,
    i: int,
    position: float,
    roads: RoadNetwork,
    drivers: Drivers,
    path_state: PathState,
    cars: Cars,
) -> float:
    """m along `connection` of the conflict area before which car i, within the junction at green, must yield;
    FAR: none.

    It may also go on once its light is red: the others wait until it is gone.
    """
    wait_at = FAR
    speed, accel = cars.speed[i], drivers.accel[cars.kind[i]]
    top = max(LEAST_PACE, path_state.limit[connection])
    margin = WITHIN_JUNCTION * drivers.turning_margin[cars.kind[i]]
    for row in range(roads.conflict_start[connection], roads.conflict_start[connection + 1]):
        begin = roads.conflict_begin[row]
        if begin <= position or begin >= wait_at or roads.yields[row] == 0:
            continue
        other = roads.conflict[row]
        patient = not _is_impatient(i, drivers, cars)
        if patient and roads.merge[row] == 0 and _is_crossing(other, roads.other_begin[row], cars):
            wait_at = np.float64(begin)
        elif not has_red(path_state.light[other]):
            enter_time = travel_time(begin - position, speed, top, accel)
            clear_time = travel_time(roads.conflict_end[row] + cars.length[i] - position, speed, top, accel)
            merge_distance = roads.length[connection] - position
            if _rejects_gap(
                row,
                other,
                i,
                merge_distance,
                enter_time,
                clear_time,
                margin,
                roads,
                drivers,
                path_state,
                cars,
            ):
                wait_at = np.float64(begin)
    return (
        wait_at
        if drivers.zipper[cars.kind[i]] != 0
        else _waiting_position(connection, position, wait_at, roads, path_state)
    )


@kernel
def _waiting_position(
    connection: int, position: Real, wait_at: float, roads: RoadNetwork, path_state: PathState
) -> float:
    """m along `connection` where a vehicle waits for an area that begins at `wait_at` m: not on that of
    others with priority.

    Areas that begin before `position` m have been passed; connections that have red do not count.
    """
    before = wait_at + 1.0
    while wait_at < before:
        before = wait_at
        for row in range(roads.conflict_start[connection], roads.conflict_start[connection + 1]):
            begin = roads.conflict_begin[row]
            waits = has_red(path_state.light[roads.conflict[row]])
            if roads.yields[row] == 0 or roads.merge[row] != 0 or waits:
                continue
            if position < begin < wait_at < roads.conflict_end[row]:
                wait_at = np.float64(begin)
    return wait_at


@kernel
def _is_impatient(i: int, drivers: Drivers, cars: Cars) -> bool:
    """Whether car i has waited so long that it goes where others can brake for it."""
    kind = cars.kind[i]
    return bool(cars.still[i] * DT > drivers.patience[kind] + drivers.impatience[kind])


@kernel
def _is_crossing(connection: int, begin: float, cars: Cars) -> bool:
    """Whether a vehicle drives on `connection` within its first `begin` m."""
    for j in range(cars.start[connection], cars.start[connection + 1]):
        if cars.speed[j] >= ROLLING and cars.position[j] <= begin:
            return True
    return False


@kernel
def _is_occupied(
    row: int,
    other: int,
    merge_distance: float,
    enter_time: float,
    gridlocked: bool,
    roads: RoadNetwork,
    drivers: Drivers,
    path_state: PathState,
    cars: Cars,
) -> bool:
    """Whether a vehicle on connection `other` will be on the conflict area, or about to enter it, at
    `enter_time` s.

    Where both connections end in one lane, a vehicle nearer to it than `merge_distance` m is followed, not
    waited for.
    """
    end, begin = roads.other_end[row], roads.other_begin[row]
    for j in range(cars.start[other], cars.start[other + 1]):
        if roads.merge[row] != 0 and roads.length[other] - cars.position[j] < merge_distance:
            continue
        if gridlocked and cars.still[j] > 0:
            continue
        rear = cars.position[j] - cars.length[j]
        if rear >= end:
            continue
        top = max(cars.speed[j], path_state.limit[other])
        gone = travel_time(end - rear, cars.speed[j], top, drivers.accel[cars.kind[j]])
        if (
            roads.yields[row] == 0
            and cars.position[j] + stopping_distance(j, other, drivers, path_state, cars) <= begin
        ):
            continue  # it stands before the area, or can stop there, and yields to this one
        if cars.still[j] > 0:
            gone = NOT_SOON if cars.position[j] > begin else START_DELAY + gone
        if gone + AREA_CLEARANCE > enter_time:
            return True
    if roads.merge[row] == 0 and not gridlocked:
        rear, its_speed = rear_within(other, roads, path_state), path_state.tail_speed[roads.to_lane[other]]
        if rear < end and (end - rear) / max(its_speed, LEAST_SPEED) + AREA_CLEARANCE > enter_time:
            return True
    return False


@kernel
def _rejects_gap(
    row: int,
    other: int,
    i: int,
    merge_distance: float,
    enter_time: float,
    clear_time: float,
    margin: float,
    roads: RoadNetwork,
    drivers: Drivers,
    path_state: PathState,
    cars: Cars,
) -> bool:
    """Whether a vehicle on the lane before connection `other` needs the conflict area while car i would be on
    it.

    Car i is on the area from `enter_time` to `clear_time` s. Where both connections end in one lane,
    `merge_distance` m ahead of car i, it follows a vehicle that is nearer to that lane, and vehicles of
    queues alternate.
    """
    lane = roads.from_lane[other]
    to_line = roads.length[lane] + roads.other_begin[row]
    merges = roads.merge[row] != 0
    area_length = roads.other_end[row] - roads.other_begin[row]
    impatient = path_state.light[other] == OFF and _is_impatient(i, drivers, cars)
    first, last = cars.start[lane], cars.start[lane + 1] - 1
    if last >= first and cars.speed[last] < ROLLING and path_state.refused[lane] >= PASSED_OVER:
        # The first vehicle blocks those behind it, and is not about to start.
        if path_state.refused[lane] == NO_STORAGE:
            return False
        return cars.choice[last] == other and not _has_waited_longer(i, last, cars)
    for j in range(last, first - 1, -1):
        speed = cars.speed[j]
        top = max(speed, path_state.limit[other])
        arrives = travel_time(to_line - cars.position[j], speed, top, ASSUMED_ACCEL)
        if arrives > clear_time + margin:
            return False
        if cars.choice[j] != other:
            continue
        if (
            impatient
            and roads.length[lane] - cars.position[j] > speed * speed / (2.0 * FORCED_BRAKE) + DT * speed
        ):
            return False  # it can stop, and now it must
        if merges:
            to_line_of_j = roads.length[lane] - cars.position[j]
            alternates = drivers.zipper[cars.kind[j]] != 0 and is_queued(j, to_line_of_j, drivers, cars)
            if to_line_of_j + roads.length[other] >= merge_distance:
                if alternates:
                    return False
            elif alternates or speed >= cars.speed[i]:
                continue
        if path_state.light[other] == YELLOW and stops_for_light(
            YELLOW, roads.length[lane] - cars.position[j], speed, drivers.brake[cars.kind[j]]
        ):
            return False
        leaves = arrives + (area_length + cars.length[j]) / max(0.5 * (speed + top), LEAST_PACE)
        if leaves + MARGIN_BEHIND * margin > enter_time:
            return True
    if to_line < SHORT_LANE:
        return _arrives_from_upstream(lane, to_line, clear_time + margin, roads, path_state, cars)
    return False


@kernel
def _all_way_stop_priority(other: int, i: int, roads: RoadNetwork, path_state: PathState, cars: Cars) -> bool:
    """At an all-way stop the vehicle that has stood longest goes: whether that is the first one before `other`."""
    lane = roads.from_lane[other]
    last = cars.start[lane + 1] - 1
    if (
        last < cars.start[lane]
        or cars.choice[last] != other
        or roads.length[lane] - cars.position[last] > AT_STOP_LINE
    ):
        return False
    if path_state.refused[lane] == NO_STORAGE or path_state.refused[lane] == 0:
        return False
    if cars.speed[last] >= ROLLING:
        return bool(cars.speed[i] < ROLLING or not _has_waited_longer(i, last, cars))
    return bool(cars.speed[i] < ROLLING and not _has_waited_longer(i, last, cars))


@kernel
def _has_waited_longer(i: int, j: int, cars: Cars) -> bool:
    """Whether car i goes before car j, which waits for it too: it has stood longer, or as long with the lower trip."""
    if cars.still[i] != cars.still[j]:
        return cars.still[i] > cars.still[j]
    return cars.trip[i] < cars.trip[j]


@kernel
def _arrives_from_upstream(
    lane: int, beyond: float, until: float, roads: RoadNetwork, path_state: PathState, cars: Cars
) -> bool:
    """Whether a vehicle still on the way into the short `lane` drives `beyond` m past its end before `until` s."""
    for row in range(roads.in_start[lane], roads.in_start[lane + 1]):
        connection = roads.in_path[row]
        for j in range(cars.start[connection], cars.start[connection + 1]):
            distance = roads.length[connection] - cars.position[j] + beyond
            if cars.speed[j] > ROLLING and distance / max(cars.speed[j], LEAST_PACE) < until:
                return True
    return False
