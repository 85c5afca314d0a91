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


def comes_onto(simulation: Simulation, seconds: float, edge: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(N,) which trips come onto `edge` (N,), each onto its own, within the next `seconds`."""
    network = simulation.city.network
    edge_of = np.append(network.lanes.edge, np.full(len(network.connections), -1))
    seen, before = np.zeros(len(edge), bool), np.zeros(len(edge), bool)
    for step in range(round(seconds / simulation.dt)):
        now = simulation.vehicles()
        seen[now.trip[edge_of[now.path] == edge[now.trip]]] = True
        if step == 0:
            before = seen.copy()
        simulation.step()
    return seen & ~before


def at_random(flow: float, end: float, nearest: float, rng: np.random.Generator) -> F64:
    """Times (s) in 0 .. `end` of a `flow` (veh/h) that comes at random, but no closer than `nearest` s."""
    gaps = nearest + rng.exponential(3600.0 / flow - nearest, int(2.0 * end * flow / 3600.0) + 20)
    times = np.cumsum(gaps)
    return times[times < end]
