"""Which vehicles stand and arrive on the approaches of some signal programs. Reads the cars, changes nothing.

One pass over the lanes that lead to those programs, and one over the kinds of all vehicles, for buses and
emergency vehicles, whose routes are followed.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.words import VehicleKind
from cosmopolis.kernels.decorators import entry, kernel
from cosmopolis.simulation.traffic.drivers import Drivers
from cosmopolis.simulation.traffic.network import RoadNetwork
from cosmopolis.simulation.traffic.state import FAR, HALT, Cars, Fleet

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
U8 = NDArray[np.uint8]

# m/s: a slower vehicle is part of the queue (SUMO's threshold for halting in detectors)
QUEUED_BELOW = np.float32(5 / 3.6)
LOOP_LENGTH = np.float32(2.0)  # m, length of a detector along the lane
BUS, ARTICULATED_BUS, EMERGENCY = (
    int(kind) for kind in (VehicleKind.BUS, VehicleKind.ARTICULATED_BUS, VehicleKind.EMERGENCY)
)


class Approaches(NamedTuple):
    """What is observed: W programs with A lanes that lead to them and B links; D detectors a lane."""

    lanes: int  # A
    links: int  # B
    detectors: int  # D
    lane: I32  # (A,) path
    link: I32  # (B,) path
    row_of: I32  # (P,) row of a link, -1
    program_of: I32  # (E,) row of the program at the end of an edge, -1
    detector: F32  # (A * D,) m from the line, lane by lane
    reach: F32  # (2,) m before the line: within which a queue is counted, and a call
    every: F32  # (1,) s between two observations


class ApproachCounts(NamedTuple):
    """What one observation finds; room for M calls."""

    near: I32  # (A,) vehicles within reach of the line
    halted: I32  # (A,) those of them that stand
    first: F32  # (A,) m from the first of them to the line, FAR without one
    first_speed: F32  # (A,) m/s
    occupied: F64  # (A * D,) s, when a vehicle last was on the detector
    waiting: I32  # (B,) vehicles within reach that want the link
    standing: I32  # (B,) those of them that stand
    beyond: I32  # (B,) vehicles that stand on the lane that the link leads to, within reach of its beginning
    caller: I32  # (M,) trip
    call_program: I32  # (M,) row of the program
    call_kind: U8  # (M,)
    call_distance: F32  # (M,) m to the line, along the lanes of its route
    call_speed: F32  # (M,) m/s
    call_from: I32  # (M,) edge that leads to the program
    call_to: I32  # (M,) edge wanted after it
    call_halts: U8  # (M,) 1: it has a stop to serve before the line


def empty_counts(approaches: Approaches, calls: int) -> ApproachCounts:
    """Nothing observed yet."""
    lanes, links = np.zeros(approaches.lanes, np.int32), np.zeros(approaches.links, np.int32)
    rows = np.zeros(calls, np.int32)
    return ApproachCounts(
        near=lanes.copy(),
        halted=lanes.copy(),
        first=np.full(approaches.lanes, FAR, np.float32),
        first_speed=np.zeros(approaches.lanes, np.float32),
        occupied=np.full(approaches.lanes * approaches.detectors, -np.inf),
        waiting=links.copy(),
        standing=links.copy(),
        beyond=links.copy(),
        caller=rows.copy(),
        call_program=rows.copy(),
        call_kind=np.zeros(calls, np.uint8),
        call_distance=np.zeros(calls, np.float32),
        call_speed=np.zeros(calls, np.float32),
        call_from=rows.copy(),
        call_to=rows.copy(),
        call_halts=np.zeros(calls, np.uint8),
    )


@entry
def count_approaches(
    time: float,
    capacity: int,
    roads: RoadNetwork,
    drivers: Drivers,
    cars: Cars,
    fleet: Fleet,
    approaches: Approaches,
    counts: ApproachCounts,
) -> int:
    """Fill `counts` with what is there at `time`; the number of calls, of which at most `capacity` are written."""
    for b in range(approaches.links):
        counts.waiting[b], counts.standing[b] = 0, 0
        counts.beyond[b] = _standing_beyond(roads.to_lane[approaches.link[b]], approaches.reach[0], cars)
    for a in range(approaches.lanes):
        _count_lane(a, time, roads, cars, approaches, counts)
    calls = 0
    for i in range(cars.start[roads.paths]):
        kind = drivers.kind[cars.kind[i]]
        if kind in (BUS, ARTICULATED_BUS, EMERGENCY):
            calls = _call_priority(i, kind, calls, capacity, roads, cars, fleet, approaches, counts)
    return calls


@kernel
def _standing_beyond(lane: int, reach: float, cars: Cars) -> int:
    """Vehicles that stand within `reach` m of the beginning of `lane`."""
    count = 0
    for i in range(cars.start[lane], cars.start[lane + 1]):
        if cars.position[i] <= reach and cars.speed[i] < QUEUED_BELOW:
            count += 1
    return count


@kernel
def _count_lane(
    a: int, time: float, roads: RoadNetwork, cars: Cars, approaches: Approaches, counts: ApproachCounts
) -> None:
    """The lane of row a, and its detectors under vehicles that have just left it."""
    lane = approaches.lane[a]
    begin, end = cars.start[lane], cars.start[lane + 1]
    counts.near[a], counts.halted[a], counts.first[a], counts.first_speed[a] = 0, 0, FAR, 0.0
    for i in range(begin, end):
        left = roads.length[lane] - cars.position[i]
        _actuate_detectors(a, i, left, time, roads, cars, approaches, counts)
        if left > approaches.reach[0]:
            continue
        stands = 1 if cars.speed[i] < QUEUED_BELOW else 0
        counts.near[a] += 1
        counts.halted[a] += stands
        counts.first[a], counts.first_speed[a] = left, cars.speed[i]
        row = approaches.row_of[cars.choice[i]] if cars.choice[i] >= 0 else -1
        if row >= 0:
            counts.waiting[row] += 1
            counts.standing[row] += stands
    for connection in range(roads.out_start[lane], roads.out_end[lane]):
        for i in range(cars.start[connection], cars.start[connection + 1]):
            _actuate_detectors(a, i, -cars.position[i], time, roads, cars, approaches, counts)


@kernel
def _actuate_detectors(
    a: int,
    i: int,
    left: float,
    time: float,
    roads: RoadNetwork,
    cars: Cars,
    approaches: Approaches,
    counts: ApproachCounts,
) -> None:
    """Note the detectors of lane a that car i, `left` m before the line, was on since the last observation."""
    rear = left + cars.length[i] + cars.speed[i] * approaches.every[0]
    farthest = roads.length[approaches.lane[a]] - LOOP_LENGTH
    for d in range(approaches.detectors):
        at = min(approaches.detector[a * approaches.detectors + d], farthest)
        if left <= at + LOOP_LENGTH and rear >= at:
            counts.occupied[a * approaches.detectors + d] = time


@kernel
def _call_priority(
    i: int,
    kind: int,
    calls: int,
    capacity: int,
    roads: RoadNetwork,
    cars: Cars,
    fleet: Fleet,
    approaches: Approaches,
    counts: ApproachCounts,
) -> int:
    """Car i calls at every program that lies on its route within reach; the number of calls then."""
    path = _path_of(i, roads, cars)
    trip = cars.trip[i]
    cursor, distance = fleet.cursor[trip], roads.length[path] - cars.position[i]
    if roads.lane_count[path] == 0:
        cursor += 1
        distance += roads.length[roads.to_lane[path]]
    halts = 1 if cars.goal[i] == HALT else 0
    while distance < approaches.reach[1] and cursor + 1 < fleet.route_end[trip]:
        edge = fleet.route[cursor]
        if fleet.halt[trip] < fleet.halt_end[trip] and roads.edge[fleet.halt_lane[fleet.halt[trip]]] == edge:
            halts = 1
        if approaches.program_of[edge] >= 0:
            if calls < capacity:
                counts.caller[calls], counts.call_kind[calls] = trip, kind
                counts.call_program[calls] = approaches.program_of[edge]
                counts.call_distance[calls], counts.call_speed[calls] = distance, cars.speed[i]
                counts.call_from[calls], counts.call_to[calls] = edge, fleet.route[cursor + 1]
                counts.call_halts[calls] = halts
            calls += 1
        cursor += 1
        distance += roads.length[roads.edge_main[fleet.route[cursor]]]
    return calls


@kernel
def _path_of(i: int, roads: RoadNetwork, cars: Cars) -> int:
    """The path that car i is on."""
    low, high = 0, roads.paths
    while high - low > 1:
        middle = (low + high) // 2
        if cars.start[middle] <= i:
            low = middle
        else:
            high = middle
    return low
