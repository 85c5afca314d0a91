"""One step of the traffic: the spine.

1. Signals show their phase; trips that are due join the insertion queues. 2. Every chunk of paths decides on
the old vehicles and moves them (in parallel). 3. Vehicles that leave a path are handed to the next one, in
the order of the paths. 4. Every chunk admits lane changes and one vehicle of each insertion queue (in
parallel). 5. Every chunk writes its part of the new vehicles (in parallel). 6. The logs of the chunks are
collected.

No chunk writes what another one reads in the same stage, so the result does not depend on the order of
execution.
"""

from __future__ import annotations

import numpy as np

from cosmopolis.kernels.crew import (
    Board,
    finish,
    open_round,
    open_stage,
    take,
    wait_until_done,
    wait_until_open,
    watch,
)
from cosmopolis.kernels.decorators import entry, kernel
from cosmopolis.kernels.tables import table_at
from cosmopolis.simulation.clock import DT
from cosmopolis.simulation.traffic.admission import admit_changes
from cosmopolis.simulation.traffic.bends import slow_for_bends
from cosmopolis.simulation.traffic.car_following import follow, move
from cosmopolis.simulation.traffic.cooperation import merge_behind, yield_to_merging
from cosmopolis.simulation.traffic.drivers import Drivers
from cosmopolis.simulation.traffic.insertion import insert_first, queue_for_insertion
from cosmopolis.simulation.traffic.lane_changing import request_lane_changes
from cosmopolis.simulation.traffic.lane_filtering import FILTERING_STEPS as SLIPS_EVERY
from cosmopolis.simulation.traffic.lane_filtering import QUEUED_STEPS as LONG_ENOUGH
from cosmopolis.simulation.traffic.lane_filtering import filter_forward
from cosmopolis.simulation.traffic.leaving import leave_path
from cosmopolis.simulation.traffic.look_ahead import lead_connection, lead_lane
from cosmopolis.simulation.traffic.network import RoadNetwork
from cosmopolis.simulation.traffic.pedestrians import update_crossings, yield_to_pedestrians
from cosmopolis.simulation.traffic.rebuild import list_busy, rebuild
from cosmopolis.simulation.traffic.signals import show_lights
from cosmopolis.simulation.traffic.state import (
    BROKEN,
    HALT,
    HALTS,
    LEAVES,
    LOGGED,
    PARKS,
    PULL_OUT,
    RESUMES,
    STANDS,
    STAY,
    Cars,
    Fleet,
    Log,
    Moves,
    PathState,
)
from cosmopolis.simulation.traffic.thresholds import HALT_SPEED, HALT_WITHIN, STANDSTILL

DECIDE, ADMIT, REBUILD = range(3)
STAGES = 3


@kernel
def decide(
    k: int,
    time: float,
    step: int,
    roads: RoadNetwork,
    drivers: Drivers,
    path_state: PathState,
    cars: Cars,
    fleet: Fleet,
    moves: Moves,
) -> None:
    """Chunk k: accelerations, moves, requests for lane changes, and which vehicle enters which path."""
    first, last = roads.chunk[k], roads.chunk[k + 1]
    lo, hi = cars.start[first], cars.start[last]
    moves.exits[k], moves.removed[k], moves.forced[k] = 0, 0, 0
    occupied = first + _list_occupied(first, last, cars, moves)
    if lo == hi:
        return
    follow(lo, hi, drivers, cars, moves)
    for row in range(first, occupied):
        path = moves.listed[row]
        moves.busy[path] = 1
        if roads.lane_count[path] > 0:
            lead_lane(path, roads, drivers, path_state, cars, fleet, moves)
            if roads.lane_count[path] > 1:
                yield_to_merging(path, roads, drivers, path_state, cars, moves)
                merge_behind(path, roads, drivers, cars, moves)
            if roads.bend_start[path] < roads.bend_start[path + 1]:
                slow_for_bends(path, roads, drivers, cars, moves)
            if roads.midblock_start[path] < roads.midblock_start[path + 1]:
                yield_to_pedestrians(path, roads, drivers, path_state, cars, moves)
        else:
            moves.forced[k] = lead_connection(
                path, roads, drivers, path_state, cars, fleet, moves, moves.forced[k]
            )
    _brake_for_halts(lo, hi, cars, moves)
    move(lo, hi, drivers, cars, moves, DT)
    _serve_halts(lo, hi, time, cars, fleet, moves)
    for row in range(first, occupied):
        path = moves.listed[row]
        if moves.breaks_gridlock[path] != 0 and moves.speed[cars.start[path + 1] - 1] >= STANDSTILL:
            moves.forced[k] += 1  # it starts now, so it is counted once
        if roads.lane_count[path] > 1:
            request_lane_changes(path, step, roads, drivers, path_state, cars, fleet, moves)
        queues = cars.still[cars.start[path + 1] - 1] >= LONG_ENOUGH
        if queues and roads.filtering[path] != 0 and (path + step) % SLIPS_EVERY == 0:
            filter_forward(path, roads, drivers, path_state, cars, moves)
        leave_path(k, path, roads, drivers, path_state, cars, moves)
    for i in range(lo, hi):
        if moves.action[i] == LEAVES or moves.action[i] == BROKEN or moves.action[i] == PARKS:
            moves.removed[k] += 1


@kernel
def _list_occupied(first: int, last: int, cars: Cars, moves: Moves) -> int:
    """List those of paths first .. last - 1 that have vehicles, without a branch; their number."""
    found = 0
    for path in range(first, last):
        moves.changing[path] = 0
        moves.listed[first + found] = path
        found += int(cars.start[path] != cars.start[path + 1])
    return found


@kernel
def _brake_for_halts(lo: int, hi: int, cars: Cars, moves: Moves) -> None:
    """No vehicle drives past the place where it is to stand: a bus its stop, a car its kerb."""
    for i in range(lo, hi):
        if cars.goal[i] & STANDS != 0:
            moves.free_distance[i] = min(
                moves.free_distance[i], max(cars.goal_position[i] - cars.position[i], np.float32(0.0))
            )


@kernel
def _serve_halts(lo: int, hi: int, time: float, cars: Cars, fleet: Fleet, moves: Moves) -> None:
    """A bus stands at its stop until its dwell is over and its time to go on has come; at the kerb a car likewise.

    Who stops beside the lane leaves it as soon as it stands.
    """
    for i in range(lo, hi):
        if cars.goal[i] & STANDS == 0 or moves.action[i] != STAY:
            continue
        if cars.goal_position[i] - cars.position[i] > HALT_WITHIN or cars.speed[i] > HALT_SPEED:
            continue
        trip, goal = cars.trip[i], cars.goal[i]
        moves.position[i], moves.speed[i] = cars.position[i], 0.0
        if goal == PULL_OUT:
            fleet.dwell[trip] = min(fleet.dwell[trip] + DT, np.float32(0.0))
            if fleet.dwell[trip] >= 0.0:
                moves.action[i] = RESUMES
            continue
        if goal == HALT and fleet.halt_beside[fleet.halt[trip]] != 0:
            moves.action[i], fleet.dwell[trip] = PARKS, np.float32(0.0)
            continue
        if goal == HALT and fleet.dwell[trip] >= fleet.halt_dwell[fleet.halt[trip]]:
            moves.action[i] = HALTS
        fleet.dwell[trip] = max(fleet.dwell[trip] - DT, np.float32(0.0))
        if fleet.dwell[trip] > 0.0:
            continue
        if goal != HALT:
            moves.action[i] = LEAVES
        elif time + DT >= fleet.depart[trip] + fleet.halt_until[fleet.halt[trip]]:
            moves.action[i] = RESUMES


@kernel
def hand_over(roads: RoadNetwork, moves: Moves) -> None:
    """Put each vehicle that leaves its path into the list of those that enter the next path, rearmost first."""
    for k in range(roads.chunks):
        for row in range(roads.chunk[k], roads.chunk[k] + moves.exits[k]):
            path, position = moves.exit_path[row], moves.exit_position[row]
            before, here = -1, moves.entering[path]
            while here >= 0 and moves.exit_position[here] <= position:
                before, here = here, moves.entering_next[here]
            moves.entering_next[row] = here
            moves.busy[path] = 1
            if before < 0:
                moves.entering[path] = row
            else:
                moves.entering_next[before] = row


@kernel
def admit(
    k: int,
    time: float,
    roads: RoadNetwork,
    drivers: Drivers,
    path_state: PathState,
    cars: Cars,
    fleet: Fleet,
    moves: Moves,
) -> None:
    """Chunk k: which lane changes and which insertions take place, and how many vehicles it will hold."""
    first, last = roads.chunk[k], roads.chunk[k + 1]
    count = cars.start[last] - cars.start[first] - moves.exits[k] - moves.removed[k]
    for each in range(first, first + list_busy(first, last, moves)):
        path = moves.listed[each]
        row = moves.entering[path]
        while row >= 0:
            count += 1
            row = moves.entering_next[row]
        if roads.lane_count[path] > 1:
            admit_changes(path, roads, path_state, cars, moves)
    if path_state.insertion_count[k] > 0:
        for path in range(first, last):
            if path_state.insertion_first[path] < 0:
                continue
            if insert_first(path, time, roads, drivers, path_state, cars, fleet, moves):
                count += 1
                path_state.insertion_count[k] -= 1
                moves.busy[path] = 1
    moves.new_count[k] = count


@kernel
def place_chunks(roads: RoadNetwork, moves: Moves) -> int:
    """Turn the number of vehicles of each chunk into the row at which it begins; the number of all vehicles."""
    total = 0
    for k in range(roads.chunks):
        count = moves.new_count[k]
        moves.new_count[k] = total
        total += count
    moves.new_count[roads.chunks] = total
    return total


@kernel
def release(roads: RoadNetwork, moves: Moves) -> None:
    """Clear the lists of entering vehicles."""
    for k in range(roads.chunks):
        for row in range(roads.chunk[k], roads.chunk[k] + moves.exits[k]):
            moves.entering[moves.exit_path[row]] = -1


@kernel
def begin_step(
    time: float, step: int, due: np.ndarray, roads: RoadNetwork, path_state: PathState, fleet: Fleet
) -> None:
    """What happens before any vehicle moves: signals, pedestrians, insertion queues."""
    show_lights(time, roads, path_state)
    update_crossings(time, step, roads, path_state)
    for row in range(len(due)):
        queue_for_insertion(due[row], roads, fleet, path_state)


@kernel
def collect(roads: RoadNetwork, old: Cars, moves: Moves, log: Log) -> None:
    """Collect the logs of the chunks.

    Trips with action LEAVES + n become rows bounds[n] .. bounds[n + 1] - 1 of `log.trip`, in the order of the
    paths.
    """
    newcomers, forced, bounds = 0, 0, log.bounds
    for n in range(LOGGED + 1):
        bounds[n] = 0
    for k in range(roads.chunks):
        begin = old.start[roads.chunk[k]]
        for row in range(begin, begin + moves.logged[k]):
            bounds[moves.log_action[row] - LEAVES + 1] += 1
        for row in range(roads.chunk[k], roads.chunk[k] + moves.entered[k]):
            log.newcomer[newcomers] = moves.enter_trip[row]
            newcomers += 1
        forced += moves.forced[k]
    for n in range(1, LOGGED + 1):
        bounds[n] += bounds[n - 1]
    for k in range(roads.chunks):
        begin = old.start[roads.chunk[k]]
        for row in range(begin, begin + moves.logged[k]):
            n = moves.log_action[row] - LEAVES
            log.trip[bounds[n]] = moves.log_trip[row]
            bounds[n] += 1
    for n in range(LOGGED, 0, -1):
        bounds[n] = bounds[n - 1]
    bounds[0] = 0
    log.newcomers[0], log.forced[0] = newcomers, forced


@kernel
def work_on_stage(
    stage: int,
    round: int,
    helps: bool,
    time: float,
    step: int,
    board: Board,
    roads: RoadNetwork,
    drivers: Drivers,
    path_state: PathState,
    old: Cars,
    new: Cars,
    fleet: Fleet,
    moves: Moves,
) -> None:
    """Work on chunks of a stage until all are taken."""
    k = take(stage, round, helps, board)
    while k >= 0:
        if stage == DECIDE:
            decide(k, time, step, roads, drivers, path_state, old, fleet, moves)
        elif stage == ADMIT:
            admit(k, time, roads, drivers, path_state, old, fleet, moves)
        else:
            rebuild(k, time, roads, drivers, path_state, old, new, fleet, moves)
        finish(stage, board)
        k = take(stage, round, helps, board)


@entry
def step_traffic(
    helper: int,
    round: int,
    time: float,
    step: int,
    due: np.ndarray,
    board: Board,
    roads: RoadNetwork,
    drivers: Drivers,
    path_state: PathState,
    old: Cars,
    new: Cars,
    fleet: Fleet,
    moves: Moves,
    log: Log,
) -> None:
    """From the old vehicles to the new ones, as helper 0. Other helpers do part of it on threads of their
    own, and part of the steps that follow; they learn from the board what each step needs, and begin after
    `round`.
    """
    if helper == 0:
        begin_step(time, step, due, roads, path_state, fleet)
        round = open_round(board)
    while True:
        if helper != 0:
            round = watch(helper - 1, round, board)
            if round < 0:
                return
        for stage in range(STAGES):
            if helper == 0:
                open_stage(stage, round, board)
            else:
                if not wait_until_open(stage, round, board):
                    break
                time, step = board.clock[0], board.notes[0]
                roads, drivers = table_at(board.notes[1], roads), table_at(board.notes[2], drivers)
                path_state, old = table_at(board.notes[3], path_state), table_at(board.notes[4], old)
                new, fleet = table_at(board.notes[5], new), table_at(board.notes[6], fleet)
                moves = table_at(board.notes[7], moves)
            work_on_stage(
                stage,
                round,
                helper != 0,
                time,
                step,
                board,
                roads,
                drivers,
                path_state,
                old,
                new,
                fleet,
                moves,
            )
            if helper != 0:
                continue
            wait_until_done(stage, board)
            if stage == DECIDE:
                hand_over(roads, moves)
            elif stage == ADMIT:
                new.start[roads.paths] = place_chunks(roads, moves)
        if helper == 0:
            release(roads, moves)
            collect(roads, old, moves, log)
            return
