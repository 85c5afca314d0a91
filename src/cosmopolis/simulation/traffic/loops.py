"""Loop detectors: each counts the fronts that pass one place of a lane, and the time for which a vehicle is above it.

Within a step a vehicle moves at one speed. A lane change takes place at the end of the step. A rear that is
still over the loop when its front has left the lane is followed by the distance that the vehicle drives.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cosmopolis.kernels.decorators import entry, kernel
from cosmopolis.simulation.traffic.ledger import DISTANCE, WIDTH, TripLines
from cosmopolis.simulation.traffic.network import RoadNetwork
from cosmopolis.simulation.traffic.state import BROKEN, EXITS, RUNNING, Cars, Fleet, Moves
from cosmopolis.simulation.traffic.thresholds import LEAST_DISTANCE

F64 = NDArray[np.float64]
LEAST_STEP = 1.0e-9  # m, a divisor
LEAST_PASSING_SPEED = 0.01  # m/s, for the mean of 1 / speed


class LoopDetectors(NamedTuple):
    """D detectors; the last five are sums since the last reading."""

    lane: NDArray[np.int32]  # (D,) path
    position: F64  # (D,) m
    leaving: NDArray[np.int64]  # (D,) trip whose front has left the lane and whose rear has not passed, -1
    to_go: F64  # (D,) m that it drives until then
    odometer: F64  # (D,) m it had driven when that was noted
    passed: F64  # (D,) fronts that passed
    speed: F64  # (D,) m/s, summed over them
    pace: F64  # (D,) s/m, summed over them
    length: F64  # (D,) m of vehicle, summed over them
    covered: F64  # (D,) s for which a vehicle was above it


def loop_detectors(lane: NDArray, position: NDArray) -> LoopDetectors:
    """Loops in kernel paths `lane` (D,) at `position` (D,) m."""
    count = len(lane)
    zeros = {
        name: np.zeros(count)
        for name in ("to_go", "odometer", "passed", "speed", "pace", "length", "covered")
    }
    return LoopDetectors(
        lane=np.ascontiguousarray(lane, np.int32),
        position=np.ascontiguousarray(position, np.float64),
        leaving=np.full(count, -1, np.int64),
        **zeros,
    )


@kernel
def _trailing_rear(d: int, dt: float, fleet: Fleet, loops: LoopDetectors, trips: TripLines) -> float:
    """s for which the vehicle whose front has left the lane is still above loop d in this step."""
    trip = loops.leaving[d]
    if trip < 0:
        return 0.0
    now = trips.line[trip * WIDTH + DISTANCE]
    driven = now - loops.odometer[d]
    if fleet.status[trip] != RUNNING or driven >= loops.to_go[d]:
        loops.leaving[d] = -1
        return dt * min(1.0, loops.to_go[d] / max(driven, LEAST_DISTANCE))
    loops.to_go[d] -= driven
    loops.odometer[d] = now
    return dt


@kernel
def _pass(
    d: int,
    i: int,
    begin: float,
    end: float,
    dt: float,
    cars: Cars,
    moves: Moves,
    loops: LoopDetectors,
    trips: TripLines,
) -> float:
    """s for which car i is above loop d while its front goes from `begin` to `end` m along the loop's lane."""
    place, length = loops.position[d], np.float64(cars.length[i])
    if end < place or begin - length >= place or moves.action[i] == BROKEN:
        return 0.0
    driven = max(end - begin, LEAST_STEP)
    comes, goes = 0.0, 1.0
    if begin < place:
        comes = (place - begin) / driven
        loops.passed[d] += 1.0
        loops.speed[d] += driven / dt
        loops.length[d] += length
        loops.pace[d] += 1.0 / max(driven / dt, LEAST_PASSING_SPEED)
    if end - length >= place:
        goes = (place + length - begin) / driven
    elif moves.action[i] == EXITS and begin >= 0.0:
        loops.leaving[d] = cars.trip[i]
        loops.to_go[d] = place + length - end
        loops.odometer[d] = trips.line[np.int64(cars.trip[i]) * WIDTH + DISTANCE]
    return dt * (goes - comes)


@kernel
def _newcomers(
    d: int,
    lane: int,
    dt: float,
    roads: RoadNetwork,
    cars: Cars,
    moves: Moves,
    loops: LoopDetectors,
    trips: TripLines,
) -> float:
    """The same for cars that drove onto the lane in this step."""
    covered = 0.0
    for row in range(roads.in_start[lane], roads.in_start[lane + 1]):
        connection = roads.in_path[row]
        before = roads.length[connection]
        for path in (connection, roads.from_lane[connection]):
            i = cars.start[path + 1] - 1
            if i < cars.start[path] or moves.action[i] != EXITS:
                continue
            if path != connection:
                if cars.choice[i] != connection:
                    continue
                before += roads.length[path]
            begin = cars.position[i] - before
            end = moves.position[i] - before
            if end >= 0.0:
                covered += _pass(d, i, begin, end, dt, cars, moves, loops, trips)
    return covered


@entry
def read_loops(
    count: int,
    dt: float,
    roads: RoadNetwork,
    cars: Cars,
    moves: Moves,
    fleet: Fleet,
    loops: LoopDetectors,
    trips: TripLines,
) -> None:
    """Add the step that led from the old `cars` to `moves` to the first `count` loops. After `book_step`."""
    for d in range(count):
        lane = loops.lane[d]
        covered = _trailing_rear(d, dt, fleet, loops, trips)
        for i in range(cars.start[lane], cars.start[lane + 1]):
            covered += _pass(
                d,
                i,
                np.float64(cars.position[i]),
                np.float64(moves.position[i]),
                dt,
                cars,
                moves,
                loops,
                trips,
            )
        covered += _newcomers(d, lane, dt, roads, cars, moves, loops, trips)
        loops.covered[d] += min(covered, dt)
