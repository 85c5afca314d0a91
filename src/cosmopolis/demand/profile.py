"""When trips leave: a share of the day's trips for every hour, by purpose.

The shapes follow the two-peaked weekday of large Chinese cities (morning peak 07:30-09:00, evening 17:00-19:00).
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class Purpose(IntEnum):
    TO_WORK = 0
    FROM_WORK = 1
    VISIT = 2
    VISIT_BACK = 3
    FREIGHT = 4
    ARRIVING = 5  # from outside into the city
    LEAVING = 6
    THROUGH = 7


# Relative rate at the full hours 0 .. 23; linear in between.
_HOURLY = {
    Purpose.TO_WORK: [0, 0, 0, 0, 0, 1, 6, 30, 36, 12, 3, 2, 2, 3, 2, 1, 1, 1, 1, 1, 1, 1, 1, 0],
    Purpose.FROM_WORK: [1, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 3, 2, 2, 4, 10, 24, 26, 12, 6, 4, 3, 2],
    Purpose.VISIT: [0, 0, 0, 0, 0, 1, 3, 7, 9, 9, 9, 7, 6, 7, 8, 7, 6, 6, 8, 9, 6, 3, 1, 0],
    Purpose.VISIT_BACK: [1, 0, 0, 0, 0, 0, 1, 2, 4, 6, 8, 9, 7, 6, 7, 8, 8, 7, 7, 8, 10, 8, 4, 2],
    Purpose.FREIGHT: [2, 2, 2, 2, 3, 5, 7, 7, 6, 8, 9, 9, 7, 8, 9, 8, 7, 5, 4, 4, 4, 3, 3, 2],
    Purpose.ARRIVING: [1, 1, 0, 0, 1, 3, 9, 20, 22, 12, 7, 6, 5, 6, 6, 6, 6, 8, 8, 6, 4, 3, 2, 1],
    Purpose.LEAVING: [1, 1, 0, 0, 1, 3, 7, 12, 12, 7, 6, 6, 5, 6, 6, 8, 12, 20, 20, 10, 6, 5, 3, 2],
    Purpose.THROUGH: [2, 1, 1, 1, 2, 4, 8, 13, 13, 10, 9, 9, 8, 9, 9, 9, 11, 13, 12, 8, 6, 5, 4, 3],
}
_STEP = 300  # s, resolution of the profile


def rate(purpose: Purpose) -> NDArray[np.float64]:
    """(288,) share of the day's trips that leave in each five minutes; sums to 1."""
    hours = np.arange(0, 86_400, _STEP) / 3600
    values = np.interp(hours, np.arange(25), [*_HOURLY[purpose], _HOURLY[purpose][0]])
    return values / values.sum()


def departures(purpose: Purpose, count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """(count,) seconds after midnight, unsorted."""
    cumulative = np.concatenate([[0.0], np.cumsum(rate(purpose))])
    seconds = np.arange(0, 86_400 + _STEP, _STEP, dtype=np.float64)
    return np.interp(rng.random(count), cumulative / cumulative[-1], seconds)
