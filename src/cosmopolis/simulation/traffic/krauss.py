"""SUMO's car-following model as ours: IDM parameters that drive like Krauss's model with the same vehicle.

Krauss (1998) keeps minGap + tau v behind a leader of the same speed, speeds up by `accel` until it drives as
fast as it may, and falls short of each step's speed by a random share of sigma accel step, on average the
half, d: the longer the step, the slower it drives. To drive as fast as its leader though it falls short by up
to 2 d it needs a gap that allows as much more: about 2 v d / decel. So its gap does not depend on the desired
speed, as IDM's does, and IDM+ is taken. IDM speeds up ever more slowly; FASTER makes up for it. With it the
cars of a queue cross the line as in SUMO 1.28, where the second does so 3.2 s after green begins, the fifth
9.9 s, the tenth 19.3 s and the thirtieth 58.3 s.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]

FASTER = 1.06  # times Krauss's mean acceleration, with which IDM+ discharges a queue in his time


def as_idm(
    accel: F32, decel: F32, tau: F32, min_gap: F32, sigma: F32, step: F32 | float = 1.0
) -> dict[str, Any]:
    """Columns of `Drivers` from (K,) columns of vehicle types, in m/s^2, m/s^2, s, m, 0..1, and s of SUMO's step."""
    dawdle = (0.5 * sigma * accel * step).astype(np.float32)
    a = (FASTER * accel * (1.0 - 0.5 * sigma)).astype(np.float32)
    return {
        "accel": a,
        "brake": decel.astype(np.float32),
        "headway": (tau + 2.0 * dawdle / decel).astype(np.float32),
        "jam_gap": min_gap.astype(np.float32),
        "shape": (-0.5 / np.sqrt(a * decel)).astype(np.float32),
        "dawdle": dawdle,
    }
