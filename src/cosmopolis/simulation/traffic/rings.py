"""Many separate lanes, each closed to a ring or open without end: car following alone, with nothing to turn to.

There is no junction and no lane change, and no vehicle enters or leaves. So the order in memory never
changes, and all of the run may stay on a graphics card: `gpu.rings` is the sibling of this file and uses the
same functions.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.errors import BadInput
from cosmopolis.kernels.decorators import entry, kernel
from cosmopolis.kernels.tables import Table
from cosmopolis.simulation.clock import DT
from cosmopolis.simulation.traffic.car_following import ZERO, follow, follow_leader, move
from cosmopolis.simulation.traffic.drivers import Drivers
from cosmopolis.simulation.traffic.state import FAR, Cars, Moves, empty_cars, empty_moves

F32 = NDArray[np.float32]
I32 = NDArray[np.int32]

FINITE = "position", "speed", "length", "desired", "goal_position", "goal_speed"


class Rings(NamedTuple):
    """P lanes that carry N cars."""

    around: F32  # (P,) m once around the ring; inf: an open road, whose first car has nobody ahead
    path: I32  # (N,) lane of each car


@kernel
def lead_round(first: int, last: int, rings: Rings, drivers: Drivers, cars: Cars, moves: Moves) -> None:
    """The first car of each of the lanes first .. last - 1 follows the last one, once around."""
    for path in range(first, last):
        tail, i = cars.start[path], cars.start[path + 1] - 1
        if i >= tail:
            gap = cars.position[tail] + rings.around[path] - cars.length[tail] - cars.position[i]
            moves.free_distance[i] = gap
            moves.accel[i] = follow_leader(gap, cars.speed[tail], i, drivers, cars)


@kernel
def go_on(lo: int, hi: int, rings: Rings, cars: Cars, moves: Moves) -> None:
    """Cars lo .. hi - 1 take their new positions; a lane counts from zero again when all of it has come around."""
    for i in range(lo, hi):
        around = rings.around[rings.path[i]]
        lap = around if moves.position[cars.start[rings.path[i]]] >= around else ZERO
        cars.position[i] = moves.position[i] - lap
        cars.speed[i] = moves.speed[i]


@entry
def drive_lanes(
    first: int, last: int, steps: int, rings: Rings, drivers: Drivers, cars: Cars, moves: Moves
) -> None:
    """`steps` steps of lanes first .. last - 1, which do not affect the others."""
    lo, hi = cars.start[first], cars.start[last]
    for _ in range(steps):
        follow(lo, hi, drivers, cars, moves)
        lead_round(first, last, rings, drivers, cars, moves)
        move(lo, hi, drivers, cars, moves, DT)
        go_on(lo, hi, rings, cars, moves)


class RingTraffic:
    """The reference: cars on separate lanes, driven by the processor."""

    def __init__(self, cars: Cars, around: F32, drivers: Drivers, *, threads: int = 1) -> None:
        """`cars` contiguous by lane and in order, `around` (P,) m as in Rings. Raises BadInput; keeps copies."""
        self._cars, self._rings = seated(cars, around, drivers)
        moves = empty_moves(1, 1, len(self._cars.position))
        self._tables = [Table(record) for record in (self._rings, drivers, self._cars, moves)]
        self._shares = _shares(self._cars.start, threads)

    def run(self, steps: int) -> None:
        """Drive on for `steps` steps of DT s. The number of threads changes nothing but the time."""
        with ThreadPoolExecutor(len(self._shares)) as pool:
            for done in [pool.submit(drive_lanes, *share, steps, *self._tables) for share in self._shares]:
                done.result()

    def cars(self) -> Cars:
        """The cars as they are now."""
        return unseated(self._cars)


def _shares(start: I32, threads: int) -> list[tuple[int, int]]:
    """Ranges of lanes with about as many cars each."""
    bound = np.searchsorted(start, np.linspace(0, start[-1], threads + 1)[1:-1])
    bounds = [0, *bound.tolist(), len(start) - 1]
    return [(one, other) for one, other in pairwise(bounds) if one < other]


def seated(cars: Cars, around: F32, drivers: Drivers) -> tuple[Cars, Rings]:
    """Copies of the N cars with one row to spare, since each row reads the next, and the lanes they are on.

    Raises BadInput where a car is no number, of no known kind, out of order, or stands in another.
    """
    start, around = cars.start, np.asarray(around, np.float32)
    count, lanes = int(start[-1]), len(start) - 1
    if len(around) != lanes or count == 0:
        raise BadInput(
            f"There are {lanes} lanes with {count} cars, and {len(around)} lengths: give each lane one."
        )
    path = np.repeat(np.arange(lanes, dtype=np.int32), np.diff(start))
    fine = (
        (cars.kind[:count] < len(drivers.length)) & (cars.desired[:count] > 0.0) & (cars.speed[:count] >= 0.0)
    )
    for name in FINITE:
        fine &= np.abs(getattr(cars, name)[:count]) <= FAR
    _insist(fine, path, "has a value that is no number, or is of no known kind")
    position, length = cars.position[:count], cars.length[:count]
    rear = np.append(position[1:] - length[1:], np.float32(np.inf))
    first, tail = (start[1:] - 1)[np.diff(start) > 0], start[:-1][np.diff(start) > 0]
    rear[first] = position[tail] + around[path[tail]] - length[tail]
    _insist(
        rear >= position, path, "stands in or before the next one: cars are listed from the last to the first"
    )
    types = empty_cars(0, 0)  # kernels are compiled for these
    spared = {
        name: np.append(column[:count], column[:1]).astype(getattr(types, name).dtype)
        for name, column in cars._asdict().items()
    }
    return Cars(**{**spared, "start": start.astype(np.int32)}), Rings(around, path)


def unseated(cars: Cars) -> Cars:
    """A copy without the spare row."""
    return Cars(
        **{name: column[: None if name == "start" else -1].copy() for name, column in cars._asdict().items()}
    )


def _insist(fine: NDArray[np.bool_], path: I32, wrong: str) -> None:
    if not fine.all():
        car = int(np.argmin(fine))
        raise BadInput(f"Car {car} on lane {path[car]} {wrong}.")
