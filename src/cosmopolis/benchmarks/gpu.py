"""Vehicle updates a second of car following on rings: the processor's kernels, and the graphics card's beside them.

This is driving along lanes and no more (no junctions, no lane changes, see docs/gpu.md): it is to be compared with
itself on the other device, not with `cosmopolis bench traffic`.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cosmopolis.benchmarks.rings import full_rings
from cosmopolis.simulation.traffic import rings
from cosmopolis.simulation.traffic.drivers import drivers
from cosmopolis.simulation.traffic.gpu import card


@dataclass(frozen=True)
class Case:
    """So many vehicles on rings of a hundred, driven for so many steps; the median of the runs counts."""

    vehicles: int = 1_000_000
    steps: int = 100
    runs: int = 5


def run(case: Case | None = None) -> Iterator[dict[str, Any]]:
    """A row of the processor on one thread and on all, and one of the card or of why there is none."""
    case = case or Case()
    cars, around = full_rings(case.vehicles // 100, 100)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    row: dict[str, Any] = {}
    for threads in sorted({1, cores}):
        row = measure(rings.RingTraffic(cars, around, drivers(), threads=threads), case)
        yield {"engine": "cpu", "threads": threads, **row}
    if (why := card.unmeasurable()) is not None:
        yield {"engine": "gpu", "skipped": why}
        return
    from cosmopolis.simulation.traffic.gpu.rings import DeviceRingTraffic

    mine = measure(DeviceRingTraffic(cars, around, drivers()), case)
    ratio = round(mine["updates_per_s"] / row["updates_per_s"], 1)
    yield {"engine": "gpu", "device": card.name(), **mine, "gpu_over_cpu": ratio}


def measure(traffic: Any, case: Case) -> dict[str, Any]:
    """Drive `case.runs` times on; the first steps, for which kernels are compiled, do not count."""
    traffic.run(2)
    seconds = []
    for _ in range(case.runs):
        begun = time.perf_counter()
        traffic.run(case.steps)
        seconds.append(time.perf_counter() - begun)
    wall = statistics.median(seconds)
    return {
        "vehicles": len(traffic.cars().position),
        "steps": case.steps,
        "wall_s": round(wall, 3),
        "updates_per_s": round(len(traffic.cars().position) * case.steps / wall),
        "runs": case.runs,
    }
