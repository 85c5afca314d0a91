"""Vehicle updates a second on a signalled grid, beside SUMO's microscopic and mesoscopic model in the same run.

All three drive the same files: a network, trips and routes that SUMO's tools make. Without SUMO ours drives a grid and
trips of its own, of the same kind.

Ours runs in a process of its own, so that its peak memory is its own: `python -m cosmopolis.benchmarks.traffic`
with a case as JSON drives ten seconds to compile the kernels or load them from their cache (`cold_s`) and then
the whole case three times; the median counts.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from cosmopolis.benchmarks import sumo_traffic
from cosmopolis.benchmarks.grid import grid
from cosmopolis.benchmarks.random_trips import free_times, random_trips
from cosmopolis.city.build import build
from cosmopolis.city.model import City
from cosmopolis.demand.sumo_scenario import plan_scenario
from cosmopolis.demand.trips import Trips
from cosmopolis.simulation import Events, Simulation
from cosmopolis.simulation.traffic.drivers import drivers_of
from cosmopolis.sources.sumo import read_scenario


@dataclass(frozen=True)
class Case:
    """One grid and its traffic. A trip departs every `period` s on average."""

    junctions: int = 20  # a side
    seconds: float = 600.0
    period: float = 0.09
    distance: float = 1000.0  # m between the ends of a trip at least
    runs: int = 3

    @property
    def trips(self) -> int:
        return round(self.seconds / self.period)

    @property
    def name(self) -> str:
        return f"grid {self.junctions} x {self.junctions}, a trip every {self.period:g} s"


CASES = (Case(period=0.09), Case(period=0.03))


def run(cases: Sequence[Case] = CASES, *, first_start: bool = True) -> Iterator[dict[str, Any]]:
    """Rows of each case: ours on one thread and on all, SUMO's two models, and last the ratios.

    Before them, if `first_start`, what nobody waits for twice: the kernels compiled, and loaded from their cache.
    """
    if first_start:
        yield _first_start()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    ratios = []
    for case in cases:
        with tempfile.TemporaryDirectory() as name:
            config = _files(case, Path(name))
            mine: dict[str, Any] = {}
            for threads in sorted({1, cores}):
                mine = _in_own_process(case, threads, config)
                yield {"engine": "cosmopolis", "case": case.name, **mine}
            peers: dict[str, dict[str, Any]] = {}
            for engine, row in _peers(case, config):
                peers[engine] = row
                yield {"engine": engine, "case": case.name, **row}
            ratios.append({"case": case.name, **_ratios(mine, peers)})
    yield {"engine": "cosmopolis over SUMO", "threads": cores, "ratios": ratios}


def _first_start() -> dict[str, Any]:
    case = Case(junctions=4, seconds=10.0, period=1.0, distance=300.0, runs=1)
    with tempfile.TemporaryDirectory() as cache:
        cold, warm = (_in_own_process(case, 1, None, NUMBA_CACHE_DIR=cache)["cold_s"] for _ in range(2))
    return {"engine": "cosmopolis", "case": "the first step ever", "cold_s": cold, "warm_s": warm}


def _in_own_process(case: Case, threads: int, config: Path | None, **env: str) -> dict[str, Any]:
    asked = {"case": asdict(case), "threads": threads, "config": str(config) if config else None}
    command = [sys.executable, "-m", __name__, json.dumps(asked)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **env})
    if done.returncode:
        raise RuntimeError(f"the traffic benchmark ended with {done.returncode}: {done.stderr[-500:]}")
    row: dict[str, Any] = json.loads(done.stdout)
    return row


def _files(case: Case, folder: Path) -> Path | None:
    """The configuration of a case that SUMO's tools have made in `folder`; None where there is no SUMO."""
    if not sumo_traffic.installed():
        return None
    return sumo_traffic.build(
        folder, junctions=case.junctions, seconds=case.seconds, period=case.period, distance=case.distance
    )


def _peers(case: Case, config: Path | None) -> Iterator[tuple[str, dict[str, Any]]]:
    if config is None:
        yield "sumo", {"skipped": "pip install eclipse-sumo"}
        return
    yield "sumo micro", sumo_traffic.drive(config, case.seconds, meso=False)
    yield "sumo meso", sumo_traffic.drive(config, case.seconds, meso=True)


def _ratios(ours: dict[str, Any], peers: dict[str, dict[str, Any]]) -> dict[str, float]:
    """How many times SUMO's updates a second ours are (of the clock, of the processor), and how much shorter ours
    takes for the same seconds of traffic."""
    ratios = {}
    for engine, row in peers.items():
        if not row.get("updates_per_s"):
            continue
        which = engine.removeprefix("sumo ")
        ratios[f"updates_over_{which}"] = round(ours["updates_per_s"] / row["updates_per_s"], 1)
        per_cpu = ours["updates_per_cpu_s"] / row["updates_per_cpu_s"]
        ratios[f"updates_per_cpu_over_{which}"] = round(per_cpu, 1)
        ratios[f"{which}_wall_over_ours"] = round(row["wall_s"] / ours["wall_s"], 1)
    return ratios


class Task(NamedTuple):
    """What a simulation is made of."""

    city: City
    trips: Trips
    options: dict[str, Any]

    def begin(self, threads: int) -> Simulation:
        return Simulation(self.city, self.trips, threads=threads, **self.options)


def _task(case: Case, config: Path | None) -> Task:
    """SUMO's files as `cosmopolis simulate` runs them, or a grid of our own."""
    if config is None:
        city = build(grid(case.junctions))
        return Task(city, random_trips(city, case.trips, case.seconds, distance=case.distance), {})
    scenario = read_scenario(config)
    plan = plan_scenario(scenario)
    return Task(scenario.city, plan.trips, {"drivers": drivers_of(plan.types), "start": 0.0, "daily": False})


def drive(case: Case, threads: int, config: Path | None = None) -> dict[str, Any]:
    """Our row of one case: once for the compiler, then `case.runs` times; here, in this process."""
    task = _task(case, config)
    city, trips = task.city, task.trips
    begun = time.perf_counter()
    task.begin(threads).run(10.0)
    cold = time.perf_counter() - begun
    drives = [_drive_once(task, case.seconds, threads) for _ in range(case.runs)]
    simulation, events = drives[-1].simulation, drives[-1].events
    wall = statistics.median(drive.wall for drive in drives)
    cpu = statistics.median(drive.cpu for drive in drives)
    counts = simulation.counts()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "wall_s": round(wall, 3),
        "cpu_s": round(cpu, 3),
        "cold_s": round(cold, 2),
        "simulated_s": case.seconds,
        "step_s": simulation.dt,
        "updates_per_s": round(counts["updates"] / wall),
        "updates_per_cpu_s": round(counts["updates"] / cpu),
        "trips": len(trips),
        "unroutable": counts["unroutable"],
        "inserted": counts["departed"],
        "waiting_at_end": counts["waiting"],
        "running_at_end": counts["vehicles"],
        "arrived": counts["arrived"],
        "mean_time_loss_s": round(_mean_time_loss(city, trips, events), 1),
        "peak_mb": round(peak / (1024 * 1024 if sys.platform == "darwin" else 1024)),
        "threads": threads,
        "runs": case.runs,
    }


@dataclass(frozen=True)
class Drive:
    """One run from the first to the last step."""

    simulation: Simulation
    events: list[Events]
    wall: float  # s
    cpu: float  # s, of all threads


def _drive_once(task: Task, seconds: float, threads: int) -> Drive:
    simulation = task.begin(threads)
    events = []
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(round(seconds / simulation.dt)):
        events.append(simulation.step())
    return Drive(simulation, events, time.perf_counter() - wall, time.process_time() - cpu)


def _mean_time_loss(city: City, trips: Trips, events: list[Events]) -> float:
    """s that those who arrived were on the road longer than alone at the limit."""
    departed, arrived = np.full(len(trips), np.nan), np.full(len(trips), np.nan)
    for one in events:
        departed[one.departed] = one.time
        arrived[one.arrived] = one.time
    loss = arrived - departed - free_times(city.network, trips)
    loss = loss[~np.isnan(loss)]
    return float(loss.mean()) if len(loss) else 0.0


if __name__ == "__main__":
    asked = json.loads(sys.argv[1])
    config = Path(asked["config"]) if asked["config"] else None
    sys.stdout.write(json.dumps(drive(Case(**asked["case"]), asked["threads"], config)) + "\n")
