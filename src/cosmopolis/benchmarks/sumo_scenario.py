"""Scenarios that SUMO runs too: the same files, seed by seed, in both, and how far the two are apart.

Needs `pip install cosmopolis[bench]` and the scenarios (COSMOPOLIS_DATA names the folder that holds `sumo/`):

    python -m cosmopolis.benchmarks.sumo_scenario cologne8 ingolstadt7 path/to/another.sumocfg --seeds 5

Both run until everybody has arrived, or until four hours after the last departure. A trip's time loss is its duration
less what it takes alone, at its own wished speed, on the way it drove. Who waits to enter a full street loses time as
well: loss and departure delay are judged together. GEH compares the vehicles an hour on each edge in each quarter of
an hour, means over the seeds.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from cosmopolis.benchmarks.process import DATA, sumo_binary
from cosmopolis.city.errors import BadInput
from cosmopolis.control import Steering
from cosmopolis.demand.sumo_scenario import plan_scenario
from cosmopolis.simulation import Guidance, Simulation
from cosmopolis.simulation.traffic.drivers import drivers_of
from cosmopolis.sources.sumo import Scenario, read_scenario
from cosmopolis.sources.sumo.configuration import read_configuration
from cosmopolis.sources.sumo.stream import rows

NAMES = ("cologne8", "ingolstadt7")
LONGEST = 4 * 3600.0  # s after the last departure, then a run is given up
INTERVAL = 900.0  # s over which flows are counted
F64 = NDArray[np.float64]


@dataclass(frozen=True)
class Outcome:
    """One run: what each trip took, by its id, and how many vehicles entered each edge in each interval."""

    duration: dict[str, float]  # s, of those who arrived
    loss: dict[str, float]  # s, the same ones
    delay: dict[str, float]  # s from the planned to the real departure, the same ones
    entered: dict[tuple[str, int], float]  # by edge and interval from the beginning

    @property
    def lost(self) -> dict[str, float]:
        """s that each trip lost on the road and before it."""
        return {key: value + self.delay[key] for key, value in self.loss.items()}


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
    geh = geh_of_flows(ours, theirs)
    means = {
        "loss_and_delay_s": (_mean(ours, "lost"), _mean(theirs, "lost")),
        "depart_delay_s": (_mean(ours, "delay"), _mean(theirs, "delay")),
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
        **{
            f"{name}_apart_%": round(100 * (pair[0] / pair[1] - 1), 1)
            for name, pair in means.items()
            if name != "depart_delay_s"
        },
        "flows": len(geh),
        "flows_geh_5": sum(value >= 5 for value in geh.values()),
        "worst_geh": sorted(((round(value, 1), *key) for key, value in geh.items()), reverse=True)[:5],
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
    keys, count = scenario.city.network.edges.key, len(plan.trips)
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
        {plan.ids[row]: float(departed[row] - plan.trips.depart[row]) for row in done.tolist()},
        {(keys[edge], interval): count for (edge, interval), count in ways.entered.items()},
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
        self._begin = scenario.begin
        self.entered = Counter[tuple[int, int]]()  # vehicles by edge and interval
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
        interval = int((self._simulation.time - self._begin) // INTERVAL)
        self.entered.update((row, interval) for row in edge[new].tolist())
        self._last[trip] = edge

    def _top(self, trip: NDArray[np.int32]) -> NDArray[np.float32]:
        return self._simulation.drivers.top_speed[self._simulation.trips.kind[trip]]


def drive_sumo(config: Path, work: Path, seed: int) -> Outcome:
    """SUMO, until everybody has arrived or a run is given up, without teleports; with the additional files it names."""
    asked = read_configuration(config)
    extra, trips, edges = (work / f"{name}-{seed}.xml" for name in ("extra", "trips", "edges"))
    extra.write_text(f'<additional><edgeData id="all" file="{edges}" freq="{INTERVAL:g}"/></additional>')
    more = ",".join(str(file.resolve()) for file in [*asked.files("additional-files"), extra])
    end = _last_departure(config) + LONGEST
    command = [
        str(sumo_binary("sumo")), "-c", str(config.resolve()), "--seed", str(seed), "--end", f"{end:g}",
        "--additional-files", more, "--tripinfo-output", str(trips), "--time-to-teleport", "-1", "--no-step-log",
        "--no-warnings",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise BadInput(f"{config}: SUMO ends with an error: {done.stderr.strip()[-500:]}")
    found = [row for row in rows(trips) if row.tag == "tripinfo" and row.real("arrival") >= 0]
    begin = asked.times(None, None)[0]
    entered = {
        (row.text("id"), int((interval.real("begin") - begin) // INTERVAL)): row.real("entered")
        + row.real("departed")
        for interval in rows(edges)
        if interval.tag == "interval"
        for row in interval.children
        if "entered" in row.attributes
    }
    durations, losses, delays = (
        {row.text("id"): row.real(name) for row in found} for name in ("duration", "timeLoss", "departDelay")
    )
    return Outcome(durations, losses, delays, entered)


def _last_departure(config: Path) -> float:
    """s"""
    return float(plan_scenario(read_scenario(config)).trips.depart.max())


def geh_of_flows(ours: list[Outcome], theirs: list[Outcome]) -> dict[tuple[str, int], float]:
    """sqrt(2 (m - c)^2 / (m + c)) of the vehicles an hour (Geoffrey E. Havers), by edge and interval.

    For every edge and interval in which anybody enters that edge in either engine.
    """
    found = {}
    hours = INTERVAL / 3600.0
    for key in set().union(*(one.entered for one in [*ours, *theirs])):
        m, c = (
            float(np.mean([one.entered.get(key, 0.0) for one in side])) / hours for side in (ours, theirs)
        )
        if m + c > 0 and not key[0].startswith(":"):
            found[key] = float(np.sqrt(2 * (m - c) ** 2 / (m + c)))
    return found


def rank(a: Outcome, b: Outcome) -> float:
    """Spearman's correlation of the durations of the trips that arrived in both."""
    both = sorted(a.duration.keys() & b.duration.keys())
    return float(spearmanr([a.duration[key] for key in both], [b.duration[key] for key in both])[0])


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
