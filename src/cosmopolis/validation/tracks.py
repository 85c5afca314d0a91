"""Trajectories of a run: where everybody is along one line of paths, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cosmopolis.simulation import Command, Simulation

F64 = NDArray[np.float64]


@dataclass(frozen=True)
class Tracks:
    """T moments of N trips."""

    time: F64  # (T,) s
    place: F64  # (T, N) m of the front bumper along the line, NaN away from it
    speed: F64  # (T, N) m/s, NaN away from it


def begins(simulation: Simulation, paths: list[int], metres: list[float]) -> F64:
    """(P,) m along the line at which each path of the city begins; NaN for those not on it."""
    network = simulation.city.network
    found = np.full(len(network.lanes) + len(network.connections), np.nan)
    found[paths] = metres
    return found


def follow(simulation: Simulation, seconds: float, begin: F64, commands: Sequence[Command] = ()) -> Tracks:
    """Step for `seconds` and note everybody on the line; `begin` is what `begins` gives. Commands go first."""
    trips, steps = len(simulation.trips), round(seconds / simulation.dt)
    time = np.zeros(steps)
    place, speed = np.full((steps, trips), np.nan), np.full((steps, trips), np.nan)
    for step in range(steps):
        simulation.step(commands if step == 0 else ())
        now = simulation.vehicles()
        time[step] = simulation.time
        place[step, now.trip] = begin[now.path] + now.position
        speed[step, now.trip] = np.where(np.isnan(begin[now.path]), np.nan, now.speed)
    return Tracks(time, place, speed)


def joined(parts: Sequence[Tracks]) -> Tracks:
    """One after the other."""
    return Tracks(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in ("time", "place", "speed"))
    )


def crossed(tracks: Tracks, line: float) -> F64:
    """(N,) s at which each trip first passed `line` m, between two steps; NaN for those that did not."""
    before, after = tracks.place[:-1], tracks.place[1:]
    passes = (before < line) & (after >= line)
    step = np.where(passes.any(axis=0), passes.argmax(axis=0), -1)
    found = np.full(tracks.place.shape[1], np.nan)
    rows = np.flatnonzero(step >= 0)
    one, other = before[step[rows], rows], after[step[rows], rows]
    share = (line - one) / (other - one)
    found[rows] = tracks.time[step[rows]] + share * (tracks.time[step[rows] + 1] - tracks.time[step[rows]])
    return found
