"""What measurement keeps: sums of every path since the last reading, a line of every trip, and the kinds' engines."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cosmopolis.simulation.traffic.electric import battery_tables
from cosmopolis.simulation.traffic.emissions import exhaust_tables
from cosmopolis.simulation.traffic.state import FAR

F64 = NDArray[np.float64]

# A trip's line of numbers. What is written at every step lies in the first of its two cache lines.
ENGINE, DISTANCE, LOSS, NEAREST, CLOSE, CARBON, NITROGEN, PARTICLES = range(8)
DRAWN, RECOVERED, WAITED, STOPS, HALTED, CONFLICTS, FIRST_SPEED, LAST_SPEED = range(8, 16)
WIDTH = 16
ELECTRIC = 65536.0  # added to the row of Drivers in ENGINE

# A path's line, likewise. `simulation.reading.IntervalReading` says what each number is.
SUMS = (
    "time", "distance", "loss", "carbon", "nitrogen", "particles", "fuel", "drawn",
    "recovered", "standing", "back", "most_standing", "farthest_back", "nearest", "conflicts", "left",
    "entered", "departed", "arrived", "broken", "changed_in", "changed_out",
)  # fmt: skip
TIME, DISTANCE_OF, LOSS_OF, CARBON_OF, NITROGEN_OF, PARTICLES_OF, FUEL_OF, DRAWN_OF = range(8)
RECOVERED_OF, STANDING_OF, BACK, MOST_STANDING, FARTHEST_BACK, NEAREST_OF, CONFLICTS_OF, LEFT = range(8, 16)
ENTERED, DEPARTED, ARRIVED, BROKEN_OF, CHANGED_IN, CHANGED_OUT = range(16, 22)
SPAN = 24


class PathSums(NamedTuple):
    """P paths since the last reading; a flat array, so that all that a step writes of a path lies together."""

    line: F64  # (P * SPAN,)
    over_time: F64  # (P,) s beyond the end of the path, of one step; rows as in Moves.exit_car
    over_distance: F64  # (P,) m


class TripLines(NamedTuple):
    """V trips; a flat array, so that all that a step writes of a vehicle lies together."""

    line: F64  # (V * WIDTH,)


class Engines(NamedTuple):
    """By row of Drivers, K rows; see emissions.py and electric.py."""

    carbon: F64  # (K * FIT,)
    nitrogen: F64  # (2 K * FIT,)
    particles: F64  # (K * FIT,)
    heating: F64  # (K,) J of fuel a g of CO2
    mass: F64  # (K,) kg
    drag: F64  # (K,) kg/m
    rolling: F64  # (K,) N
    auxiliaries: F64  # (K,) W
    grade: F64  # (P,) rise of the path over its length


def empty_sums(paths: int) -> PathSums:
    sums = PathSums(empty_lines(paths, SPAN).ravel(), np.zeros(paths), np.zeros(paths))
    clear(sums)
    return sums


def columns(sums: PathSums) -> F64:
    """(P, SPAN) the numbers of each path."""
    return sums.line.reshape(-1, SPAN)


def empty_lines(rows: int, width: int = WIDTH) -> F64:
    """(rows, width) zeros that begin where a cache line does."""
    spare = np.zeros(rows * width + 8)
    begin = (-spare.ctypes.data % 64) // 8
    return spare[begin : begin + rows * width].reshape(rows, width)


def clear(sums: PathSums) -> None:
    """Begin again from zero."""
    sums.line[:] = 0.0
    columns(sums)[:, NEAREST_OF] = FAR


def engines(kinds: NDArray[np.uint8], grade: F64) -> Engines:
    """`kinds` (K,) are the words.VehicleKind of each row of Drivers, `grade` (P,) is by kernel path."""
    return Engines(**exhaust_tables(kinds), **battery_tables(kinds), grade=grade)
