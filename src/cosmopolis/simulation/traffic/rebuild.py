"""The new vehicles from the old ones: those that leave, change path or lane, or enter, each in its place."""

from __future__ import annotations

import numpy as np

from cosmopolis.kernels.decorators import kernel
from cosmopolis.simulation.traffic.car_rows import carry_row, carry_rows, swap_rows
from cosmopolis.simulation.traffic.drivers import Drivers
from cosmopolis.simulation.traffic.kerb import BEGINS_AT_KERB, BLOCKS_LANE
from cosmopolis.simulation.traffic.lane_changing import DISCRETIONARY_INTERVAL, adjacent_position
from cosmopolis.simulation.traffic.network import RoadNetwork
from cosmopolis.simulation.traffic.state import (
    BROKEN,
    DONE,
    DOWN_ADMITTED,
    FAR,
    FILTERS,
    HALT,
    HALTS,
    LEAVES,
    PARKED,
    PARKS,
    REROUTES,
    RESUMES,
    RETURNS,
    RUNNING,
    STAY,
    UP_ADMITTED,
    Cars,
    Fleet,
    Moves,
    PathState,
)
from cosmopolis.simulation.traffic.thresholds import STANDSTILL
from cosmopolis.simulation.traffic.turning import settle

REST_AFTER_INSERTION = 4  # steps before a vehicle that has entered the road may change lanes
MERGE_REQUEST_ZONE = 120.0  # m before the end of its lane within which a vehicle requests to merge
MOST_STILL = np.uint16(60000)  # steps of standing that are counted


@kernel
def copy_car(old: Cars, i: int, new: Cars, at: int, position: float, speed: float) -> None:
    """Car i of the old buffer becomes car `at` of the new one, at `position` m with `speed` m/s."""
    carry_row(old, i, new, at)
    new.position[at], new.speed[at] = position, speed
    new.rest[at] = max(old.rest[i], 1) - 1
    new.still[at] = min(old.still[i], MOST_STILL) + 1 if speed < STANDSTILL else 0


@kernel
def copy_cars(old: Cars, lo: int, hi: int, new: Cars, at: int, moves: Moves) -> None:
    """The same for cars lo .. hi - 1, which stay on their paths: whole columns at a time."""
    shift = at - lo
    carry_rows(old, lo, hi, new, shift)
    for i in range(lo, hi):
        new.position[i + shift] = moves.position[i]
    for i in range(lo, hi):
        new.speed[i + shift] = moves.speed[i]
    for i in range(lo, hi):
        new.rest[i + shift] = max(old.rest[i], np.uint8(1)) - np.uint8(1)
    for i in range(lo, hi):
        count = min(old.still[i], MOST_STILL) + np.uint16(1)
        new.still[i + shift] = count if moves.speed[i] < STANDSTILL else np.uint16(0)


@kernel
def rebuild(
    k: int,
    time: float,
    roads: RoadNetwork,
    drivers: Drivers,
    path_state: PathState,
    old: Cars,
    new: Cars,
    fleet: Fleet,
    moves: Moves,
) -> None:
    """Write chunk k of the new vehicles, and what other paths will read of its paths."""
    at = moves.new_count[k]
    logged, log = 0, old.start[roads.chunk[k]]
    run, run_end, run_at = 0, 0, 0  # old cars of quiet paths in a row, which are copied together
    moves.entered[k] = 0
    first, last = roads.chunk[k], roads.chunk[k + 1]
    for each in range(first, first + list_busy(first, last, moves)):
        path = moves.listed[each]
        lo, hi = old.start[path], old.start[path + 1]
        begin = at
        quiet = (
            moves.entering[path] < 0
            and moves.insert[path] < 0
            and not _neighbours_changing(path, roads, moves)
        )
        for i in range(lo, hi):
            action = moves.action[i]
            if action >= LEAVES and action <= PARKS:
                moves.log_trip[log + logged] = old.trip[i]
                moves.log_action[log + logged] = action
                logged += 1
                if action <= BROKEN:
                    fleet.status[old.trip[i]] = DONE
                elif action == PARKS:
                    fleet.status[old.trip[i]] = PARKED
            quiet = quiet and action == STAY
        if quiet:
            if lo != run_end or at - run_at != lo - run:
                copy_cars(old, run, run_end, new, run_at, moves)
                run, run_at = lo, at
            run_end = hi
            at += hi - lo
            _publish(path, lo, hi, moves.position, moves.speed, old, roads, path_state)
        else:
            at = _gather(k, path, at, time, roads, drivers, path_state, old, new, fleet, moves)
            _publish(path, begin, at, new.position, new.speed, new, roads, path_state)
        path_state.refused[path] = moves.refused[path] if at > begin else 0
        moves.refused[path] = 0
        moves.cars_after[path] = at - begin
    copy_cars(old, run, run_end, new, run_at, moves)
    moves.logged[k] = logged
    at = moves.new_count[k]
    for path in range(first, last):
        new.start[path] = at
        at += moves.cars_after[path]
        moves.cars_after[path], moves.busy[path] = 0, 0


@kernel
def list_busy(first: int, last: int, moves: Moves) -> int:
    """List the busy ones of paths first .. last - 1, without a branch; their number."""
    found = 0
    for path in range(first, last):
        moves.listed[first + found] = path
        found += moves.busy[path]
    return found


@kernel
def _neighbours_changing(path: int, roads: RoadNetwork, moves: Moves) -> bool:
    """Whether a vehicle of a neighbouring lane requests a change."""
    index, count = roads.lane_index[path], roads.lane_count[path]
    below = index > 0 and moves.changing[path - 1] != 0
    return below or (index >= 0 and index + 1 < count and moves.changing[path + 1] != 0)


@kernel
def _gather(
    k: int,
    path: int,
    at: int,
    time: float,
    roads: RoadNetwork,
    drivers: Drivers,
    path_state: PathState,
    old: Cars,
    new: Cars,
    fleet: Fleet,
    moves: Moves,
) -> int:
    """A path that vehicles join or leave: first those that stay, then each that joins, moved to its place."""
    begin = at
    for i in range(old.start[path], old.start[path + 1]):
        action = moves.action[i]
        stays = action == STAY or (action >= REROUTES and action <= HALTS)
        if stays or action == FILTERS:
            copy_car(old, i, new, at, moves.position[i], moves.speed[i])
            if at > begin and new.position[at - 1] > new.position[at]:
                swap_rows(new, at - 1, at)  # the one behind has filtered past
            if action == RESUMES:
                if old.goal[i] == HALT:
                    fleet.halt[old.trip[i]] += 1
                settle(new, at, path, old.start, fleet, drivers, roads, path_state)
            elif action == REROUTES:
                new.choice[at] = moves.other_connection[path]
                new.shift[at] = 0
            at += 1
    row = moves.entering[path]
    if row >= 0:
        path_state.tail_connection[path] = moves.exit_connection[row]
    while row >= 0:
        i = moves.exit_car[row]
        copy_car(old, i, new, at, moves.exit_position[row], moves.speed[i])
        at = _place(begin, at, path, roads, drivers, path_state, old, new, fleet)
        row = moves.entering_next[row]
    for side in (-1, 1):
        index = roads.lane_index[path] + side
        if roads.lane_count[path] == 0 or index < 0 or index >= roads.lane_count[path]:
            continue
        source = path + side
        if moves.changing[source] == 0:
            continue
        taken = DOWN_ADMITTED if side > 0 else UP_ADMITTED
        for i in range(old.start[source], old.start[source + 1]):
            if moves.action[i] == taken:
                copy_car(
                    old, i, new, at, adjacent_position(moves.position[i], source, path, roads), moves.speed[i]
                )
                if new.position[at] < new.length[at]:
                    path_state.tail_connection[path] = -1
                new.rest[at] = (
                    DISCRETIONARY_INTERVAL if old.shift[i] == 0 else drivers.lane_change_interval[old.kind[i]]
                )
                at = _place(begin, at, path, roads, drivers, path_state, old, new, fleet)
    if moves.insert[path] >= 0:
        if fleet.status[moves.insert[path]] != RETURNS:
            moves.enter_trip[roads.chunk[k] + moves.entered[k]] = moves.insert[path]
            moves.entered[k] += 1
        _enter(path, at, time, roads, drivers, path_state, old, new, fleet, moves)
        at = _place(begin, at, path, roads, drivers, path_state, old, new, fleet)
    return at


@kernel
def _enter(
    path: int,
    at: int,
    time: float,
    roads: RoadNetwork,
    drivers: Drivers,
    path_state: PathState,
    old: Cars,
    new: Cars,
    fleet: Fleet,
    moves: Moves,
) -> None:
    """The first trip of the insertion queue becomes car `at`; one that returns has served its halt."""
    trip = moves.insert[path]
    moves.insert[path] = -1
    path_state.insertion_first[path] = fleet.next_waiting[trip]
    returns = fleet.status[trip] == RETURNS
    fleet.status[trip] = RUNNING
    kind = fleet.kind[trip]
    new.position[at], new.speed[at] = moves.insert_position[path], moves.insert_speed[path]
    new.length[at], new.kind[at], new.trip[at] = drivers.length[kind], kind, trip
    new.rest[at], new.still[at] = REST_AFTER_INSERTION, 0
    if returns:
        fleet.halt[trip] += 1
        return
    fleet.since[trip] = time
    at_kerb = roads.kerb[path] == BLOCKS_LANE and fleet.kerb[trip] & BEGINS_AT_KERB != 0
    if at_kerb and new.speed[at] <= 0.0:
        fleet.dwell[trip] = -drivers.pull_out_time[kind]


@kernel
def _place(
    begin: int,
    at: int,
    path: int,
    roads: RoadNetwork,
    drivers: Drivers,
    path_state: PathState,
    old: Cars,
    new: Cars,
    fleet: Fleet,
) -> int:
    """Car `at`, new on this path, gets its goals and is moved back to its place in the order; the next free row."""
    settle(new, at, path, old.start, fleet, drivers, roads, path_state)
    j = at
    while j > begin and new.position[j - 1] > new.position[j]:
        swap_rows(new, j - 1, j)
        j -= 1
    return at + 1


@kernel
def _publish(  # type: ignore[no-untyped-def]
    path: int, begin: int, end: int, position, speed, cars: Cars, roads: RoadNetwork, path_state: PathState
) -> None:
    """Write what neighbouring paths read: the rear of the last vehicle, and the first merge request.

    The path's vehicles are rows begin .. end - 1 of `position`, `speed` and `cars`.
    """
    if begin == end:
        path_state.tail[path], path_state.tail_speed[path] = np.float32(FAR), np.float32(0.0)
        path_state.merge_request[path] = 0
        return
    path_state.tail[path] = position[begin] - cars.length[begin]
    path_state.tail_speed[path] = speed[begin]
    if roads.lane_count[path] > 1:
        path_state.merge_request[path] = 0
        for i in range(end - 1, begin - 1, -1):
            if cars.shift[i] != 0:
                if roads.length[path] - position[i] < MERGE_REQUEST_ZONE:
                    path_state.merge_request[path] = 1 if cars.shift[i] > 0 else -1
                    path_state.merge_request_position[path] = position[i]
                    path_state.merge_request_length[path] = cars.length[i]
                return
