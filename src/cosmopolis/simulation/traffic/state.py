"""State of the traffic as records of arrays. Kernels read the old `Cars` and write the new; nothing else is hidden.

Cars lie contiguous by path and, within a path, by position: the leader of car ``i`` is car ``i + 1``. Each step
streams them from one buffer into the other in that order, so they are never sorted again, there are no holes
between the lanes, and a million of them cost as much each as ten thousand.
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

# Cars.goal: what waits for the car at goal_position. With bit STANDS it stands there a while, with ENDS it leaves.
TURN, HALT, LEAVE, PARK, PULL_OUT = 0, 1, 2, 3, 5
STANDS, ENDS = 1, 2

# Fleet.status
PLANNED, WAITING, RUNNING, DONE = 0, 1, 2, 3

# PathState.mode: by its plan, led by a controller, on its way back to its plan
PLAN, CONTROLLED, IN_TRANSITION = 0, 1, 2

# PathState.clearance: which part of the clearance a program that is not on its plan shows
NO_CLEARANCE, YELLOW_CHANGE, RED_CLEARANCE = 0, 1, 2

# Moves.action: what a car does in this step besides rolling on
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
    UP_ADMITTED,
    DOWN_ADMITTED,
    FILTERS,
) = range(12)
LOGGED = HALTS - LEAVES + 1  # actions from LEAVES on are told


class Cars(NamedTuple):
    """Vehicles on the road, N of them, room for M."""

    start: I32  # (P + 1,) first car of each path
    position: F32  # (M,) m, front bumper along the path
    speed: F32  # (M,) m/s
    length: F32  # (M,) m
    desired: F32  # (M,) m/s, the driver's speed on this path
    goal_position: F32  # (M,) m, where the next turn, halt or destination is
    goal_speed: F32  # (M,) m/s allowed there
    choice: I32  # (M,) connection to take at the lane's end, -1: none leads on from here
    trip: I32  # (M,) row of Fleet
    kind: U16  # (M,) row of Drivers
    goal: U8  # (M,) TURN, HALT, LEAVE, PARK or PULL_OUT
    shift: I8  # (M,) lanes to change, positive away from the kerb, 0: this lane is right
    rest: U8  # (M,) steps before it changes lane again
    still: U16  # (M,) steps it has been standing


class Fleet(NamedTuple):
    """What a trip knows, one row each, V rows; read when a car enters a path, not in the hot loop."""

    kind: U16  # (V,) row of Drivers
    factor: F32  # (V,) how its driver takes the speed limit
    depart: F64  # (V,) s after midnight of day 0
    from_lane: I32  # (V,) path
    from_position: F32  # (V,) m
    to_lane: I32  # (V,) path
    to_position: F32  # (V,) m
    cursor: I64  # (V,) row of `route`: the edge it is on, or leaves
    route_end: I64  # (V,) one past its last edge in `route`
    halt: I64  # (V,) row of the next halt
    halt_end: I64  # (V,)
    kerb: (
        U8  # (V,) 1: it begins at a building's kerb, 2: it ends at one, 3: both; others come and go elsewhere
    )
    dwell: F32  # (V,) s left of the present halt or stop at the kerb; < 0: of pulling out
    status: U8  # (V,) PLANNED, WAITING, RUNNING, DONE
    since: F64  # (V,) s, when it entered the road
    next_waiting: I32  # (V,) next trip in the queue of its first lane, -1
    route: I32  # (R,) edges
    halt_lane: I32  # (H,) path
    halt_position: F32  # (H,) m
    halt_dwell: F32  # (H,) s


class PathState(NamedTuple):
    """What changes on paths and signals."""

    limit: F32  # (P,) m/s in force
    closed: U8  # (P,) 1: nobody enters
    light: U8  # (P,) words.Light shown to a connection
    phase: U16  # (S,) present phase of each program
    phase_ends: F64  # (S,) s, before which nothing changes
    shown_since: F64  # (S,) s, when what is shown began
    mode: U8  # (S,) PLAN, LED or RETURNS
    requested_stage: U16  # (S,) stage that a controller wants
    from_stage: U16  # (S,) stage before the clearance
    to_stage: U16  # (S,) stage after it
    clearance: U8  # (S,) CLEAR, CLEARS_YELLOW or CLEARS_RED
    duration: F64  # (phases,) s, of the plan in force
    offset: F64  # (S,) s, likewise
    tail: F32  # (P,) m, rear bumper of the last car on the path; FAR where there is none
    tail_speed: F32  # (P,) m/s
    tail_connection: (
        I32  # (P,) connection by which the last car of a lane came, its rear may be there yet; -1: any
    )
    refused: U8  # (P,) steps for which others have kept the first car from entering; 255: no room beyond
    merge_request: I8  # (P,) direction into which the first car that must change cannot, 0: none
    merge_request_position: F32  # (P,) m, its front
    merge_request_length: F32  # (P,) m
    preemption: U8  # (P,) corridor.COMES or CROSSES while an emergency vehicle is near, else 0
    emergency_position: F32  # (P,) m along the lane where it is, < 0 before it; FAR: none comes
    pedestrians: U8  # (X,) 1: people are on the crossing
    pedestrian_wait: F32  # (X,) s for which people there have had to wait
    insertion_first: I32  # (P,) first trip waiting to enter here, -1
    insertion_last: I32  # (P,) last one, -1
    insertion_count: I32  # (chunks,) trips waiting in all queues of a chunk


class Moves(NamedTuple):
    """What one step works out between reading the old cars and writing the new; nothing here outlives it."""

    accel: F32  # (M,) m/s^2
    free_distance: F32  # (M,) m that may be driven in this step whatever the others do
    position: F32  # (M,) m after the step, still along the old path
    speed: F32  # (M,) m/s after the step
    action: U8  # (M,)
    refused: U8  # (P,)
    breaks_gridlock: (
        U8  # (P,) the first car of this lane goes past others who stand in its way and wait for it
    )
    other_connection: I32  # (P,) connection that the first car of this lane takes instead, if it strays
    exits: I32  # (chunks,) cars that leave their path in each chunk
    exit_car: I32  # (P,) chunk k's are rows chunk[k] ..
    exit_path: I32  # (P,) where to
    exit_connection: I32  # (P,) the connection that it leaves for that, -1: none
    exit_position: F32  # (P,) m along that
    entering: I32  # (P,) first row of the exits that enter this path, -1
    entering_next: I32  # (P,) the following one, by position, -1
    removed: I32  # (chunks,) cars that leave the road
    listed: I32  # (P,) the paths that a stage works on; chunk k's are rows chunk[k] ..
    busy: U8  # (P,) somebody is on the path, enters it or wants to leave it for the next lane
    cars_after: I32  # (P,) cars on a busy path after the step
    changing: U8  # (P,) some car wants to leave this lane for the next
    insert: I32  # (P,) trip that enters the road on this lane, -1
    insert_position: F32  # (P,) m
    insert_speed: F32  # (P,) m/s
    new_count: I32  # (chunks + 1,) cars in each chunk, then where it begins
    logged: I32  # (chunks,)
    log_trip: I32  # (M,) chunk k's are rows start[chunk[k]] ..
    log_action: U8  # (M,) LEAVES, BROKEN, STRAYS, HALTS
    entered: I32  # (chunks,)
    enter_trip: I32  # (P,) trips that entered the road; chunk k's are rows chunk[k] ..
    forced: I32  # (chunks,) cars that crossed shared ground out of turn because nobody else could move


class Log(NamedTuple):
    """What a step tells of: trips by what they did, those that entered the road, and who crossed out of turn."""

    trip: I64  # (M,) of those that left the road or their route, or stand at a stop
    bounds: I64  # (LOGGED + 1,) who did LEAVES + n is in rows bounds[n] .. bounds[n + 1] - 1 of `trip`
    newcomer: I64  # (P,) trips that entered, in the first rows
    newcomers: I64  # (1,) how many
    forced: I64  # (1,) cars


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
    """Nobody anywhere; `duration` (phases,) s and `offset` (S,) s of the signal programs' plans."""
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
