"""The state of the traffic: records of arrays. Kernels read the old `Cars` and write the new ones; there is
no other state.

Vehicles lie contiguous by path and, within a path, by position: the leader of row ``i`` is row ``i + 1``.
Each step copies them from one buffer to the other in that order. So they are never sorted, there are no gaps
between the paths, and the cost per vehicle does not grow with their number.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I8 = NDArray[np.int8]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
U8 = NDArray[np.uint8]
U16 = NDArray[np.uint16]

FAR = 1.0e9  # m, m/s or s: there is none; exact in float32
FAR32 = np.float32(FAR)

# Cars.goal: what the vehicle does at goal_position
TURN, HALT, LEAVE, PARK, PULL_OUT = 0, 1, 2, 3, 5
STANDS, ENDS = 1, 2  # bits of Cars.goal: the vehicle stands there for a while; it leaves the road there

# Fleet.status. PARKED: it stands beside the lane at a stop; RETURNS: that is over, and it waits there for a gap.
PLANNED, WAITING, RUNNING, DONE, PARKED, RETURNS = range(6)

# PathState.mode: a program follows its plan, a controller, or goes back to its plan
PLAN, CONTROLLED, IN_TRANSITION = 0, 1, 2

NO_CLEARANCE, YELLOW_CHANGE, RED_CLEARANCE = 0, 1, 2  # PathState.clearance: what is shown off the plan

# Moves.action: what a vehicle does in this step besides driving on along its path. EXITS: it enters the next path.
# LEAVES: it leaves the road. REROUTES: it takes another connection (told as Strayed). PARKS: it leaves the lane for a
# stop beside it. FILTERS: it passes a queue.
(
    STAY,
    EXITS,
    UP_REQUESTED,
    DOWN_REQUESTED,
    LEAVES,
    BROKEN,
    REROUTES,
    RESUMES,
    HALTS,
    PARKS,
    UP_ADMITTED,
    DOWN_ADMITTED,
    FILTERS,
) = range(13)
LOGGED = PARKS - LEAVES + 1  # number of actions that are logged: those from LEAVES to PARKS


class Cars(NamedTuple):
    """Vehicles on the road, N of them; buffers have M rows."""

    start: I32  # (P + 1,) first car of each path
    position: F32  # (M,) m, front bumper along the path
    speed: F32  # (M,) m/s
    length: F32  # (M,) m
    desired: F32  # (M,) m/s, the driver's desired speed on this path
    goal_position: F32  # (M,) m, where the next turn, halt or destination is
    goal_speed: F32  # (M,) m/s allowed there
    choice: I32  # (M,) connection to take at the lane's end; -1: none leads on along its route
    trip: I32  # (M,) row of Fleet
    kind: U16  # (M,) row of Drivers
    goal: U8  # (M,) TURN, HALT, LEAVE, PARK or PULL_OUT
    shift: I8  # (M,) lanes to change for its route, positive away from the kerb; 0: none
    rest: U8  # (M,) steps before it may change lanes again
    still: U16  # (M,) steps for which it has stood


class Fleet(NamedTuple):
    """What is known of each trip, V rows. It is read when a vehicle enters a path, not in the inner loops."""

    kind: U16  # (V,) row of Drivers
    factor: F32  # (V,) ratio of the driver's desired speed to the speed limit
    depart: F64  # (V,) s after midnight of day 0
    from_lane: I32  # (V,) path
    from_position: F32  # (V,) m
    to_lane: I32  # (V,) path
    to_position: F32  # (V,) m
    cursor: I64  # (V,) row of `route`: the edge that the vehicle is on, or has just left
    route_end: I64  # (V,) one past its last edge in `route`
    halt: I64  # (V,) row of the next halt
    halt_end: I64  # (V,)
    kerb: U8  # (V,) bits: kerb.BEGINS_AT_KERB, ENDS_AT_KERB; trips over the border have none
    dwell: F32  # (V,) s left of the present halt or kerb stop; < 0: of pulling out
    status: U8  # (V,) PLANNED, WAITING, RUNNING, DONE, PARKED, RETURNS
    since: F64  # (V,) s, when it entered the road
    next_waiting: I32  # (V,) the trip behind it in the insertion queue of its lane, -1
    route: I32  # (R,) edges
    halt_lane: I32  # (H,) path
    halt_position: F32  # (H,) m
    halt_dwell: F32  # (H,) s
    halt_until: F32  # (H,) s after the departure of its trip, before which it does not go on
    halt_beside: U8  # (H,) 1: beside the lane


class PathState(NamedTuple):
    """What changes on paths, signal programs and pedestrian crossings."""

    limit: F32  # (P,) m/s, the speed limit in force
    closed: U8  # (P,) 1: closed, nobody may enter
    light: U8  # (P,) words.Light that a connection sees
    phase: U16  # (S,) phase that each program shows
    phase_ends: F64  # (S,) s, until which the program needs no attention
    shown_since: F64  # (S,) s, since when it has been shown
    mode: U8  # (S,) PLAN, CONTROLLED or IN_TRANSITION
    requested_stage: U16  # (S,) stage that a controller requests
    from_stage: U16  # (S,) stage before the clearance
    to_stage: U16  # (S,) stage after it
    clearance: U8  # (S,) NO_CLEARANCE, YELLOW_CHANGE or RED_CLEARANCE
    duration: F64  # (phases,) s, of the plan in force
    offset: F64  # (S,) s, of the plan in force
    tail: F32  # (P,) m, rear bumper of the last vehicle on the path; FAR where there is none
    tail_speed: F32  # (P,) m/s
    # (P,) connection over which the last vehicle of a lane came and on which its rear may still lie;
    # -1: unknown
    tail_connection: I32
    # (P,) steps for which the first vehicle of the lane has been refused entry to the junction;
    # NO_STORAGE: it has no downstream storage
    refused: U8
    merge_request: I8  # (P,) side to which the first vehicle that must change lanes cannot; 0: none
    merge_request_position: F32  # (P,) m, its front
    merge_request_length: F32  # (P,) m, its length
    preemption: U8  # (P,) emergency.APPROACHING or CROSSING while an emergency vehicle is near, else 0
    emergency_position: F32  # (P,) m along the lane of the emergency vehicle, < 0 before the lane; FAR: none
    pedestrians: U8  # (X,) 1: there are people on the crossing
    pedestrian_wait: F32  # (X,) s for which people there have waited
    insertion_first: I32  # (P,) first trip of the insertion queue of this lane, -1
    insertion_last: I32  # (P,) its last trip
    insertion_count: I32  # (chunks,) trips in all insertion queues of a chunk


class Moves(NamedTuple):
    """What one step works out between the old vehicles and the new ones; nothing of it outlives the step."""

    accel: F32  # (M,) m/s^2
    free_distance: F32  # (M,) m that the vehicle may drive in this step, whatever the others do
    position: F32  # (M,) m after the step, still along the old path
    speed: F32  # (M,) m/s after the step
    action: U8  # (M,)
    refused: U8  # (P,)
    # (P,) 1: the first vehicle of this lane passes others that stand in its way and wait for it
    breaks_gridlock: U8
    # (P,) connection that the first vehicle of this lane takes instead of its own, if it reroutes
    other_connection: I32
    exits: I32  # (chunks,) vehicles that leave their path in each chunk
    exit_car: I32  # (P,) rows of Cars; those of chunk k are in rows chunk[k] ..
    exit_path: I32  # (P,) the path that each enters
    exit_connection: I32  # (P,) the connection that it leaves or drives through, -1: none
    exit_position: F32  # (P,) m along the path that it enters
    entering: I32  # (P,) first row of the exits that enter this path, -1
    entering_next: I32  # (P,) the next such row, by position, -1
    removed: I32  # (chunks,) vehicles that leave the road
    listed: I32  # (P,) paths that a stage works on; those of chunk k are in rows chunk[k] ..
    busy: U8  # (P,) 1: a vehicle is on the path, enters it or asks to change from it
    cars_after: I32  # (P,) vehicles on a busy path after the step
    changing: U8  # (P,) 1: a vehicle asks to change from this lane to the next
    insert: I32  # (P,) trip that enters the road on this lane, -1
    insert_position: F32  # (P,) m
    insert_speed: F32  # (P,) m/s
    new_count: I32  # (chunks + 1,) vehicles in each chunk, then the row at which each begins
    logged: I32  # (chunks,) entries of the log
    log_trip: I32  # (M,) trips; those of chunk k are in rows start[chunk[k]] ..
    log_action: U8  # (M,) LEAVES .. PARKS
    entered: I32  # (chunks,)
    enter_trip: I32  # (P,) trips that entered the road; those of chunk k are in rows chunk[k] ..
    forced: I32  # (chunks,) vehicles that entered an occupied conflict area because of gridlock


class Log(NamedTuple):
    """What a step reports: trips by what they did, trips that entered the road, and forced entries."""

    trip: I64  # (M,) trips that left the road or were rerouted, or that stand at a stop
    # (LOGGED + 1,) trips with action LEAVES + n are in rows bounds[n] .. bounds[n + 1] - 1 of `trip`
    bounds: I64
    newcomer: I64  # (P,) trips that entered the road, in the first rows
    newcomers: I64  # (1,) their number
    forced: I64  # (1,) vehicles


def empty_cars(paths: int, capacity: int) -> Cars:
    return Cars(
        start=np.zeros(paths + 1, np.int32),
        position=np.zeros(capacity, np.float32),
        speed=np.zeros(capacity, np.float32),
        length=np.zeros(capacity, np.float32),
        desired=np.ones(capacity, np.float32),
        goal_position=np.zeros(capacity, np.float32),
        goal_speed=np.zeros(capacity, np.float32),
        choice=np.full(capacity, -1, np.int32),
        trip=np.zeros(capacity, np.int32),
        kind=np.zeros(capacity, np.uint16),
        goal=np.zeros(capacity, np.uint8),
        shift=np.zeros(capacity, np.int8),
        rest=np.zeros(capacity, np.uint8),
        still=np.zeros(capacity, np.uint16),
    )


def empty_moves(paths: int, chunks: int, capacity: int) -> Moves:
    return Moves(
        accel=np.zeros(capacity, np.float32),
        free_distance=np.zeros(capacity, np.float32),
        position=np.zeros(capacity, np.float32),
        speed=np.zeros(capacity, np.float32),
        action=np.zeros(capacity, np.uint8),
        refused=np.zeros(paths, np.uint8),
        breaks_gridlock=np.zeros(paths, np.uint8),
        other_connection=np.full(paths, -1, np.int32),
        exits=np.zeros(chunks, np.int32),
        exit_car=np.zeros(paths, np.int32),
        exit_path=np.zeros(paths, np.int32),
        exit_connection=np.full(paths, -1, np.int32),
        exit_position=np.zeros(paths, np.float32),
        entering=np.full(paths, -1, np.int32),
        entering_next=np.full(paths, -1, np.int32),
        removed=np.zeros(chunks, np.int32),
        listed=np.zeros(paths, np.int32),
        busy=np.zeros(paths, np.uint8),
        cars_after=np.zeros(paths, np.int32),
        changing=np.zeros(paths, np.uint8),
        insert=np.full(paths, -1, np.int32),
        insert_position=np.zeros(paths, np.float32),
        insert_speed=np.zeros(paths, np.float32),
        new_count=np.zeros(chunks + 1, np.int32),
        logged=np.zeros(chunks, np.int32),
        log_trip=np.zeros(capacity, np.int32),
        log_action=np.zeros(capacity, np.uint8),
        entered=np.zeros(chunks, np.int32),
        enter_trip=np.zeros(paths, np.int32),
        forced=np.zeros(chunks, np.int32),
    )


def empty_log(paths: int, capacity: int) -> Log:
    return Log(
        trip=np.zeros(capacity, np.int64),
        bounds=np.zeros(LOGGED + 1, np.int64),
        newcomer=np.zeros(paths, np.int64),
        newcomers=np.zeros(1, np.int64),
        forced=np.zeros(1, np.int64),
    )


def empty_path_state(limit: F32, chunks: int, duration: F64, offset: F64, crossings: int = 0) -> PathState:
    """No vehicles; `duration` (phases,) s and `offset` (S,) s of the signal programs' plans."""
    paths, programs = len(limit), len(offset)
    return PathState(
        limit=limit.copy(),
        closed=np.zeros(paths, np.uint8),
        light=np.full(paths, 4, np.uint8),
        phase=np.zeros(programs, np.uint16),
        phase_ends=np.full(programs, -np.inf),
        shown_since=np.zeros(programs),
        mode=np.full(programs, PLAN, np.uint8),
        requested_stage=np.zeros(programs, np.uint16),
        from_stage=np.zeros(programs, np.uint16),
        to_stage=np.zeros(programs, np.uint16),
        clearance=np.full(programs, NO_CLEARANCE, np.uint8),
        duration=duration.copy(),
        offset=offset.copy(),
        tail=np.full(paths, FAR, np.float32),
        tail_speed=np.zeros(paths, np.float32),
        tail_connection=np.full(paths, -1, np.int32),
        refused=np.zeros(paths, np.uint8),
        merge_request=np.zeros(paths, np.int8),
        merge_request_position=np.zeros(paths, np.float32),
        merge_request_length=np.zeros(paths, np.float32),
        preemption=np.zeros(paths, np.uint8),
        emergency_position=np.full(paths, FAR, np.float32),
        pedestrians=np.zeros(crossings, np.uint8),
        pedestrian_wait=np.zeros(crossings, np.float32),
        insertion_first=np.full(paths, -1, np.int32),
        insertion_last=np.full(paths, -1, np.int32),
        insertion_count=np.zeros(chunks, np.int32),
    )
