"""Who drives: the parameters of each kind of vehicle, and how drivers differ."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.words import Mode, VehicleKind

F32 = NDArray[np.float32]


class Drivers(NamedTuple):
    """One row a words.VehicleKind (K = 8). IDM's letters in brackets."""

    length: F32  # (K,) m
    top_speed: F32  # (K,) m/s
    accel: F32  # (K,) m/s^2, greatest acceleration [a]
    brake: F32  # (K,) m/s^2, comfortable deceleration, positive [b]
    headway: F32  # (K,) s, time gap kept to the car in front [T]
    jam_gap: F32  # (K,) m, gap kept when standing [s0]
    shape: F32  # (K,) 1 / (2 sqrt(a b)), s^2/m
    modes: NDArray[np.uint16]  # (K,) words.Mode set: a lane is open to it when it shares one


# length, top speed, accel, brake, headway, jam gap, modes
_TABLE: dict[VehicleKind, tuple[float, float, float, float, float, float, Mode]] = {
    VehicleKind.CAR: (4.6, 50.0, 0.9, 2.2, 1.0, 2.0, Mode.CAR | Mode.TAXI),
    VehicleKind.VAN: (5.5, 44.0, 0.85, 2.2, 1.15, 2.0, Mode.CAR | Mode.TRUCK),
    VehicleKind.TRUCK: (9.0, 25.0, 0.7, 1.8, 1.4, 2.5, Mode.TRUCK),
    VehicleKind.BUS: (12.0, 22.3, 0.8, 1.8, 1.3, 2.5, Mode.BUS),
    VehicleKind.ARTICULATED_BUS: (18.0, 22.3, 0.75, 1.7, 1.4, 2.5, Mode.BUS),
    VehicleKind.MOTORCYCLE: (2.2, 40.0, 1.5, 2.5, 0.9, 1.5, Mode.MOTORCYCLE),
    VehicleKind.E_BIKE: (1.8, 7.0, 1.2, 2.2, 1.0, 1.0, Mode.BICYCLE | Mode.MOTORCYCLE),
    VehicleKind.EMERGENCY: (6.0, 44.0, 1.4, 2.5, 1.0, 2.0, Mode.EMERGENCY | Mode.CAR | Mode.BUS),
}


def drivers() -> Drivers:
    """The default set, chosen so that a queue discharges at about 1,900 cars an hour and lane."""
    rows = [_TABLE[kind] for kind in VehicleKind]
    length, top, accel, brake, headway, jam = np.array([row[:6] for row in rows], dtype=np.float32).T
    return Drivers(
        length=length.copy(),
        top_speed=top.copy(),
        accel=accel.copy(),
        brake=brake.copy(),
        headway=headway.copy(),
        jam_gap=jam.copy(),
        shape=(0.5 / np.sqrt(accel * brake)).astype(np.float32),
        modes=np.array([int(row[6]) for row in rows], dtype=np.uint16),
    )


def speed_factors(count: int, seed: int) -> F32:
    """(count,) how each trip's driver takes the speed limit: about normal, mean 1, deviation 0.08, in 0.8..1.2.

    A hash of (seed, trip), so a trip added later or a run restored draws the same number.
    """
    trip = np.arange(count, dtype=np.uint64)
    noise = np.zeros(count)
    for draw in range(4):  # the sum of four uniforms is nearly normal, variance 4/12
        noise += _uniform(trip, np.uint64((seed * 4 + draw) & 0xFFFFFFFFFFFFFFFF)) - 0.5
    return np.clip(1.0 + 0.08 * noise * np.sqrt(3.0), 0.8, 1.2).astype(np.float32)


def electric_trips(trips: NDArray[np.int64], seed: int, share: float) -> NDArray[np.bool_]:
    """(n,) which of `trips` (n,) drive on batteries, a `share` of all: by the same hash, another stream."""
    stream = np.uint64((seed * 4 + _BATTERIES) & 0xFFFFFFFFFFFFFFFF)
    return _uniform(trips.astype(np.uint64), stream) < share


_BATTERIES = 1 << 40  # far from the streams of the speed factors


def _uniform(row: NDArray[np.uint64], stream: np.uint64) -> NDArray[np.float64]:
    """(n,) in [0, 1): the finaliser of SplitMix64 (Steele, Lea and Flood 2014) over row and stream."""
    with np.errstate(over="ignore"):
        z = row * np.uint64(0x9E3779B97F4A7C15) + stream * np.uint64(0xD1B54A32D192ED03)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    return (z >> np.uint64(11)).astype(np.float64) * 2.0**-53
