"""SUMO's car-following model told as ours: IDM parameters that drive like Krauss's with the same vehicle.

Krauss (1998) keeps minGap + tau v behind a leader of the same speed, speeds up by `accel` until it drives as fast
as it may, and falls short of each step's speed by a random share of sigma accel (a second), on average the half.
IDM speeds up ever more slowly and keeps more than its gap near its wished speed. The numbers below are chosen so
that `cosmopolis.benchmarks.sumo_scenario` comes near SUMO 1.28: a queue alone discharges 33 cars in 70 s of green
where SUMO's discharges 35.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]

FASTER = 1.0  # times Krauss's mean acceleration, so that as much time passes until the wished speed
NEARER = 0.8  # times tau: near its wished speed IDM keeps more than its headway
GENTLER = 1.0  # times decel


def as_idm(accel: F32, decel: F32, tau: F32, min_gap: F32, sigma: F32) -> dict[str, Any]:
    """Columns of `Drivers` from (K,) columns of vehicle types, in m/s^2, m/s^2, s, m, and 0..1."""
    a = (FASTER * accel * (1.0 - 0.5 * sigma)).astype(np.float32)
    b = (GENTLER * decel).astype(np.float32)
    return {
        "accel": a,
        "brake": b,
        "headway": (NEARER * tau).astype(np.float32),
        "jam_gap": min_gap.astype(np.float32),
        "shape": (0.5 / np.sqrt(a * b)).astype(np.float32),
        "dawdle": (0.5 * sigma * accel).astype(np.float32),
    }
