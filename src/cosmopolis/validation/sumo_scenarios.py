"""The same trips in SUMO and in ours, on SUMO's own files: durations, time losses, flows, trip by trip.

Needs `pip install cosmopolis[bench]` and the folder `sumo/` in the one that COSMOPOLIS_DATA names.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cosmopolis.benchmarks.process import DATA, sumo_binary
from cosmopolis.benchmarks.sumo_scenario import NAMES, Outcome, drive, drive_sumo, geh_of_flows, rank
from cosmopolis.city.errors import BadInput
from cosmopolis.demand.sumo_scenario import plan_scenario
from cosmopolis.sources.sumo import read_scenario
from cosmopolis.validation.chart import Chart, Dots, Line
from cosmopolis.validation.record import Chapter, Check

F64 = NDArray[np.float64]
SOURCE = "SUMO, the same files and seeds, run beside ours"


@dataclass(frozen=True)
class Pair:
    """Both engines on one scenario; means over the seeds."""

    name: str
    planned: int
    finished: int  # least over the seeds
    duration: tuple[F64, F64]  # (N,) s of each trip that arrived in all runs: ours, SUMO's
    # share by which ours is above SUMO's: mean duration, mean time loss with departure delay
    apart: tuple[float, float]
    flows: int  # edges, each in each quarter of an hour
    bad_flows: int  # GEH of 5 or more
    likeness: tuple[float, float]  # rank correlation of durations: ours with SUMO, SUMO with itself


def measure(config: Path, seeds: range) -> Pair:
    """Both engines over the seeds, with the drivers of the set `sumo`."""
    scenario = read_scenario(config)
    with tempfile.TemporaryDirectory() as work:
        theirs = [drive_sumo(config, Path(work), seed) for seed in seeds]
    ours = [drive(scenario, seed, "sumo") for seed in seeds]
    trips = plan_scenario(scenario).trips
    geh = geh_of_flows(ours, theirs)
    ids = sorted(set.intersection(*(set(one.duration) for one in [*ours, *theirs])))
    return Pair(
        name=scenario.name,
        planned=len(trips),
        finished=min(len(one.duration) for one in ours),
        duration=(_of_trips(ours, ids), _of_trips(theirs, ids)),
        apart=(_apart(ours, theirs, "duration"), _apart(ours, theirs, "lost")),
        flows=len(geh),
        bad_flows=sum(value >= 5 for value in geh.values()),
        likeness=(
            float(np.mean([rank(a, b) for a in ours for b in theirs])),
            float(np.mean([rank(a, b) for a, b in combinations(theirs, 2)])),
        ),
    )


def _of_trips(outcomes: list[Outcome], ids: list[str]) -> F64:
    return np.array([[one.duration[key] for key in ids] for one in outcomes]).mean(axis=0)


def _apart(ours: list[Outcome], theirs: list[Outcome], name: str) -> float:
    """Share by which our mean over trips and seeds is above SUMO's."""
    one, other = (
        float(np.mean([value for outcome in side for value in getattr(outcome, name).values()]))
        for side in (ours, theirs)
    )
    return one / other - 1.0


def chapter(quick: bool = False) -> Chapter:
    """BadInput where SUMO or its scenarios are not there."""
    folders = [DATA / "sumo" / name for name in NAMES]
    if sumo_binary("sumo") is None or not all(folder.is_dir() for folder in folders):
        raise BadInput(
            f"This needs SUMO (pip install cosmopolis[bench]) and {' and '.join(map(str, folders))}; name the folder "
            "that holds sumo/ in COSMOPOLIS_DATA."
        )
    seeds = range(1, 3 if quick else 6)
    pairs = [measure(next(folder.glob("*.sumocfg")), seeds) for folder in folders]
    return Chapter(
        name="sumo",
        title="The same trips in SUMO",
        method=(
            f"{' and '.join(NAMES)}, SUMO's own networks, programs and trips, {len(seeds)} seeds in each engine, "
            "no teleports, our drivers with the set `sumo`, until everybody has arrived."
        ),
        checks=tuple(check for pair in pairs for check in _checks(pair)),
        charts=tuple(_scatter(pair) for pair in pairs),
    )


def _checks(pair: Pair) -> list[Check]:
    ours, itself = pair.likeness
    within = "0, within 10 %"
    return [
        Check(
            f"{pair.name}: trips finished",
            float(pair.finished),
            "",
            f"{pair.planned:,}",
            SOURCE,
            pair.planned,
        ),
        Check(
            f"{pair.name}: mean duration",
            100 * pair.apart[0],
            "% above SUMO's",
            within,
            SOURCE,
            -10.0,
            10.0,
            1,
        ),
        Check(
            f"{pair.name}: mean time loss and departure delay",
            100 * pair.apart[1],
            "% above SUMO's",
            within,
            SOURCE,
            -10.0,
            10.0,
            1,
        ),
        Check(
            f"{pair.name}: flows of an edge in a quarter of an hour with GEH 5 or more",
            100.0 * pair.bad_flows / pair.flows,
            f"% of {pair.flows:,}",
            "at most 15 %, the bound for a calibrated model (UK DMRB 12.2.1)",
            SOURCE,
            0.0,
            15.0,
            2,
        ),
        Check(
            what=f"{pair.name}: rank correlation of trip durations",
            ours=ours,
            unit="",
            oracle=f"{itself:.3f}, SUMO against itself with another seed; at most 0.05 below",
            source=SOURCE,
            low=round(itself - 0.05, 3),
            digits=3,
        ),
    ]


def _scatter(pair: Pair) -> Chart:
    most = 1.02 * float(max(times.max() for times in pair.duration))
    return Chart(
        name=f"trips-{pair.name}",
        title=f"{pair.name}: duration of every trip, mean of the seeds",
        x="SUMO, s",
        y="ours, s",
        layers=(
            Line([0.0, most], [0.0, most], "equal", 0, dashed=True),
            Dots(pair.duration[1], pair.duration[0], "one trip", small=True),
        ),
        x_range=(0.0, most),
        y_range=(0.0, most),
    )
