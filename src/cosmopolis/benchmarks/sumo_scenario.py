"""Scenarios that SUMO runs too: the same files, seed by seed, in both, and how far the two are apart.

Needs `pip install cosmopolis[bench]` and the scenarios (COSMOPOLIS_DATA names the folder that holds `sumo/`):

    python -m cosmopolis.benchmarks.sumo_scenario cologne8 ingolstadt7 path/to/another.sumocfg --seeds 5

Both run until everybody has arrived. A trip's time loss is its duration less what it takes alone, at its own wished
speed, on the way it drove. GEH compares the vehicles an hour on each edge, means over the seeds.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from cosmopolis.benchmarks.process import DATA, sumo_binary
from cosmopolis.control import Steering
from cosmopolis.demand.sumo_scenario import plan_scenario
from cosmopolis.simulation import Guidance, Simulation
from cosmopolis.simulation.traffic.drivers import drivers_of
from cosmopolis.sources.sumo import Scenario, read_scenario
from cosmopolis.sources.sumo.stream import rows

NAMES = ("cologne8", "ingolstadt7")
LONGEST = 4 * 3600.0  # s after the last departure, then a run is given up
F64 = NDArray[np.float64]


@dataclass(frozen=True)
class Outcome:
    """One run: what each trip took, by its id, and how many vehicles entered each edge."""

    duration: dict[str, float]  # s, of those who arrived
    loss: dict[str, float]  # s
    delay: float  # s, mean from the planned to the real departure
    entered: dict[str, float]  # by edge


def run(names: tuple[str, ...] = NAMES, seeds: int = 5, parameters: str = "sumo") -> Iterator[dict[str, Any]]:
    """One row a scenario that is there, if SUMO is installed; a name of ours, a folder or a .sumocfg."""
    if sumo_binary("sumo") is None:
        return
    for name in names:
        config = _configuration(name)
        if config is not None:
            yield compare(config, range(1, seeds + 1), parameters)


def _configuration(name: str) -> Path | None:
    """The .sumocfg of a scenario of ours, in a folder, or at a path; None where there is none."""
    if name.endswith(".sumocfg"):
        return Path(name)
    folder = DATA / "sumo" / name
    return next((folder if folder.is_dir() else Path(name)).glob("*.sumocfg"), None)


def compare(config: Path, seeds: range, parameters: str = "sumo") -> dict[str, Any]:
    """Both engines over the seeds; means are over trips and seeds."""
    scenario = read_scenario(config)
    with tempfile.TemporaryDirectory() as work:
        theirs = [drive_sumo(config, Path(work), seed) for seed in seeds]
    ours = [drive(scenario, seed, parameters) for seed in seeds]
    planned = len(plan_scenario(scenario).trips)
    geh = geh_by_edge(ours, theirs, _hours(scenario))
    means = {
        "duration_s": (_mean(ours, "duration"), _mean(theirs, "duration")),
        "time_loss_s": (_mean(ours, "loss"), _mean(theirs, "loss")),
    }
    return {
        "scenario": scenario.name,
        "seeds": len(seeds),
        "parameters": parameters,
        "trips": planned,
        "finished": [len(one.duration) for one in ours],
        "finished_sumo": [len(one.duration) for one in theirs],
        **{name: round(pair[0], 2) for name, pair in means.items()},
        **{f"sumo_{name}": round(pair[1], 2) for name, pair in means.items()},
        **{f"{name}_apart_%": round(100 * (pair[0] / pair[1] - 1), 1) for name, pair in means.items()},
        "depart_delay_s": round(float(np.mean([one.delay for one in ours])), 2),
        "sumo_depart_delay_s": round(float(np.mean([one.delay for one in theirs])), 2),
        "edges": len(geh),
        "edges_geh_5": sum(value >= 5 for value in geh.values()),
        "worst_geh": sorted(((round(value, 1), key) for key, value in geh.items()), reverse=True)[:5],
        "rank_correlation": round(float(np.mean([rank(a, b) for a in ours for b in theirs])), 3),
        "sumo_rank_correlation": round(float(np.mean([rank(a, b) for a, b in combinations(theirs, 2)])), 3),
    }


def drive(scenario: Scenario, seed: int, parameters: str) -> Outcome:
    """Ours, until everybody has arrived."""
    plan = plan_scenario(scenario, seed=seed)
    simulation = Simulation(
        scenario.city,
        plan.trips,
        seed=seed,
        start=scenario.begin,
        drivers=drivers_of(plan.types, parameters),
        daily=False,
        guidance=Guidance(share=scenario.rerouting),
    )
    orders = Steering(extended=scenario.extended).begin(simulation)
    network, count = scenario.city.network, len(plan.trips)
    ways = _Ways(scenario, simulation)
    departed, arrived = np.full(count, np.nan), np.full(count, np.nan)
    latest = float(plan.trips.depart.max()) + LONGEST
    while not simulation.over and simulation.time < latest:
        events = simulation.step(orders())
        departed[events.departed] = arrived[events.arrived] = events.time + simulation.dt
        ways.see()
    done = np.flatnonzero(np.isfinite(arrived))
    took, alone = arrived - departed, ways.alone
    return Outcome(
        {plan.ids[row]: float(took[row]) for row in done.tolist()},
        {plan.ids[row]: float(took[row] - alone[row]) for row in done.tolist()},
        float(np.nanmean(departed - plan.trips.depart)),
        dict(zip(network.edges.key, ways.entered.tolist(), strict=True)),
    )


class _Ways:
    """What the vehicles of a run drive on, seen from outside after each step."""

    def __init__(self, scenario: Scenario, simulation: Simulation) -> None:
        network = scenario.city.network
        lanes, links = network.lanes, network.connections
        self._simulation, self._lanes = simulation, len(lanes)
        self._edge = np.concatenate([lanes.edge, lanes.edge[links.from_lane]])
        self._limit = np.concatenate([lanes.speed, links.speed]).astype(np.float64)
        count = len(simulation.trips)
        self._last = np.full(count, -1)
        self._speed = np.full(count, np.nan)
        self.entered = np.zeros(len(network.edges))
        self.alone = np.zeros(count)  # s that the metres driven so far take at the wished speed

    def see(self) -> None:
        """Metres of this step over the speed wished there: what SUMO's time loss leaves of a step."""
        cars, dt = self._simulation.vehicles(), self._simulation.dt
        wished = np.minimum(self._limit[cars.path] * self._simulation.factor[cars.trip], self._top(cars.trip))
        known = np.isfinite(self._speed[cars.trip])
        before = np.where(known, self._speed[cars.trip], cars.speed)
        self.alone[cars.trip] += np.minimum(0.5 * (before + cars.speed) / wished, 1.0) * dt
        self._speed[cars.trip] = cars.speed
        lane = cars.path < self._lanes
        trip, edge = cars.trip[lane], self._edge[cars.path[lane]]
        new = self._last[trip] != edge
        np.add.at(self.entered, edge[new], 1)
        self._last[trip] = edge

    def _top(self, trip: NDArray[np.int32]) -> NDArray[np.float32]:
        return self._simulation.drivers.top_speed[self._simulation.trips.kind[trip]]


def drive_sumo(config: Path, work: Path, seed: int) -> Outcome:
    """SUMO, until everybody has arrived, without teleports."""
    extra, trips, edges = (work / f"{name}-{seed}.xml" for name in ("extra", "trips", "edges"))
    extra.write_text(f'<additional><edgeData id="all" file="{edges}"/></additional>')
    command = [
        str(sumo_binary("sumo")), "-c", str(config.resolve()), "--seed", str(seed), "--end", "-1", "--additional-files",
        str(extra), "--tripinfo-output", str(trips), "--time-to-teleport", "-1", "--no-step-log", "--no-warnings",
    ]  # fmt: skip
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    found = [row for row in rows(trips) if row.tag == "tripinfo" and row.real("arrival") >= 0]
    interval = next(row for row in rows(edges) if row.tag == "interval")
    entered = {row.text("id"): row.real("entered") + row.real("departed") for row in interval.children}
    return Outcome(
        {row.text("id"): row.real("duration") for row in found},
        {row.text("id"): row.real("timeLoss") for row in found},
        float(np.mean([row.real("departDelay") for row in found])),
        entered,
    )


def geh_by_edge(ours: list[Outcome], theirs: list[Outcome], hours: float) -> dict[str, float]:
    """sqrt(2 (m - c)^2 / (m + c)) of the vehicles an hour on each edge that anybody enters (Geoffrey E. Havers)."""
    found = {}
    for key in theirs[0].entered.keys() | ours[0].entered.keys():
        m, c = (
            float(np.mean([one.entered.get(key, 0.0) for one in side])) / hours for side in (ours, theirs)
        )
        if m + c > 0 and not key.startswith(":"):
            found[key] = float(np.sqrt(2 * (m - c) ** 2 / (m + c)))
    return found


def rank(a: Outcome, b: Outcome) -> float:
    """Spearman's correlation of the durations of the trips that arrived in both."""
    both = sorted(a.duration.keys() & b.duration.keys())
    return float(spearmanr([a.duration[key] for key in both], [b.duration[key] for key in both])[0])


def _hours(scenario: Scenario) -> float:
    depart = plan_scenario(scenario).trips.depart
    return float(depart.max() - scenario.begin) / 3600.0 or 1.0


def _mean(outcomes: list[Outcome], name: str) -> float:
    return float(np.mean([value for one in outcomes for value in getattr(one, name).values()]))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", default=NAMES)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--set", dest="parameters", default="sumo", choices=("sumo", "field"))
    given = parser.parse_args()
    for row in run(tuple(given.names), given.seeds, given.parameters):
        sys.stdout.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()
