"""What measuring keeps: sums of every path since the last reading, a line of every trip, and the kinds' engines."""

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
ELECTRIC = 64.0  # added to the kind in ENGINE


class PathSums(NamedTuple):
    """Since the last reading, by path."""

    time: F64  # (P,) s that vehicles spent on it
    distance: F64  # (P,) m that they drove on it
    loss: F64  # (P,) s lost against each driver's own speed
    standing: F64  # (P,) s that they stood, halts of buses left out
    most_standing: F64  # (P,) vehicles standing at once, at most
    back: F64  # (P,) m x s: back of the queue, from the end of the path, over time
    farthest_back: F64  # (P,) m, at most
    entered: F64  # (P,) vehicles that drove onto it, over its beginning
    left: F64  # (P,) vehicles that drove off its end
    departed: F64  # (P,) vehicles whose trip began here
    arrived: F64  # (P,) vehicles whose trip ended here
    broken: F64  # (P,) vehicles taken out because of a bad value
    changed_in: F64  # (P,) vehicles that came from the lane beside
    changed_out: F64  # (P,) vehicles that went to it
    conflicts: F64  # (P,) times that somebody's time to collision fell below safety.CONFLICT
    nearest: F64  # (P,) s, least time to collision; FAR without any
    carbon: F64  # (P,) g of CO2
    nitrogen: F64  # (P,) g of nitrogen oxides
    particles: F64  # (P,) g
    fuel: F64  # (P,) J
    drawn: F64  # (P,) J out of batteries
    recovered: F64  # (P,) J into them
    over_time: F64  # (P,) s beyond the end of the path; row as in Moves.exit_car, of one step
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
    return PathSums(**{name: np.zeros(paths) for name in PathSums._fields})


def empty_lines(trips: int) -> F64:
    """(trips, WIDTH) zeros that begin where a cache line does."""
    spare = np.zeros(trips * WIDTH + 8)
    begin = (-spare.ctypes.data % 64) // 8
    return spare[begin : begin + trips * WIDTH].reshape(trips, WIDTH)


def clear(sums: PathSums) -> None:
    """Begin anew."""
    for array in sums:
        array[:] = 0.0
    sums.nearest[:] = FAR


def engines(kinds: NDArray[np.uint8], grade: F64) -> Engines:
    """`kinds` (K,) are the words.VehicleKind of each row of Drivers, `grade` (P,) is by kernel path."""
    return Engines(**exhaust_tables(kinds), **battery_tables(kinds), grade=grade)
