"""What watching a run costs beside the run itself: both timed step by step in one and the same run."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import Any

from cosmopolis.benchmarks.grid import grid
from cosmopolis.benchmarks.random_trips import random_trips
from cosmopolis.benchmarks.traffic import Case
from cosmopolis.city.build import build
from cosmopolis.simulation import Observer, Simulation

WARM = 60.0  # s of traffic before the clock runs: the kernels are compiled in them

CASE = Case(period=0.03, seconds=300.0)


def run(case: Case = CASE) -> Iterator[dict[str, Any]]:
    """A row for one thread and one for all: ns a vehicle update of the step and of the observer, and their ratio."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    city = build(grid(case.junctions))
    trips = random_trips(city, case.trips, case.seconds, distance=case.distance)
    for threads in sorted({1, cores}):
        simulation = Simulation(city, trips, threads=threads)
        yield {"case": case.name, "threads": threads, **_watched(simulation, case.seconds)}


def _watched(simulation: Simulation, seconds: float) -> dict[str, Any]:
    observer = Observer(simulation)
    step = [0.0, 0.0]  # s by the clock, s of the processors
    see = [0.0, 0.0]
    updates = 0
    while simulation.time < seconds:
        counted = simulation.time >= WARM
        updates += simulation.counts()["vehicles"] * counted
        times = [_now()]
        events = simulation.step()
        times.append(_now())
        observer.see(events)
        times.append(_now())
        if counted:
            for which in (0, 1):
                step[which] += times[1][which] - times[0][which]
                see[which] += times[2][which] - times[1][which]
    return {
        "updates": updates,
        "step_ns": round(step[0] / updates * 1e9, 1),
        "observer_ns": round(see[0] / updates * 1e9, 1),
        "wall_ratio": round((step[0] + see[0]) / step[0], 2),
        "cpu_ratio": round((step[1] + see[1]) / step[1], 2),
    }


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()
