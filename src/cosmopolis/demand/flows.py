"""When the vehicles of a scenario's wishes depart: one a vehicle, many a flow."""

from __future__ import annotations

from math import inf

import numpy as np
from numpy.typing import NDArray

from cosmopolis.sources.sumo.traffic import Repeat


def departures(repeat: Repeat, end: float, random: np.random.Generator) -> NDArray[np.float64]:
    """(n,) s of a flow, in order, none at or after `end`: evenly, by a chance a second, or as a Poisson process.

    A number of vehicles in no time at all departs at once.
    """
    until = min(repeat.end, end)
    most = repeat.number if repeat.number >= 0 else inf
    together = repeat.end == repeat.begin and not (repeat.period or repeat.chance or repeat.mean_gap)
    if together and repeat.begin < end:
        return np.full(repeat.number, repeat.begin)
    if repeat.begin >= until or most == 0:
        return np.zeros(0)
    if repeat.mean_gap > 0:
        return _poisson(repeat, until, most, random)
    if repeat.chance > 0:
        seconds = np.arange(repeat.begin, until)
        seconds = seconds[seconds < until]  # by rounding, the last may be `until` itself
        return _first(seconds[random.random(len(seconds)) < repeat.chance], most)
    period = repeat.period or (repeat.end - repeat.begin) / repeat.number
    count = min(most, np.ceil((until - repeat.begin) / period - 1e-9))
    times = np.asarray(repeat.begin + period * np.arange(int(count)), np.float64)
    return times[times < until]


def most_departures(repeat: Repeat, end: float) -> float:
    """How many `departures` would have to draw, at the most, or about as many: asked before they are."""
    seconds = max(min(repeat.end, end) - repeat.begin, 0.0)
    most = repeat.number if repeat.number >= 0 else inf
    if repeat.chance > 0 and repeat.mean_gap <= 0:
        return seconds  # each of them is drawn
    gap = repeat.mean_gap or repeat.period
    return min(most, seconds / gap) if gap > 0 else most


def _poisson(repeat: Repeat, until: float, most: float, random: np.random.Generator) -> NDArray[np.float64]:
    found: list[float] = []
    time = repeat.begin
    while len(found) < most:
        time += random.exponential(repeat.mean_gap)
        if time >= until:
            break
        found.append(time)
    return np.array(found)


def _first(times: NDArray[np.float64], most: float) -> NDArray[np.float64]:
    return times if most == inf else times[: int(most)]
