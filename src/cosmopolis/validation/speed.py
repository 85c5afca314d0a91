"""Vehicle updates a second over the number of vehicles: the benchmark's grid, larger and larger.

The only experiment whose numbers belong to the machine; `cosmopolis validate` leaves it out unless told `--all`.
"""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cosmopolis.benchmarks.traffic import Case, drive
from cosmopolis.validation.chart import Chart, Dots, Line
from cosmopolis.validation.record import Chapter, Check

F64 = NDArray[np.float64]
SIZES = (6, 10, 20, 40, 60)  # junctions a side
SUMO = 0.085e6  # updates a second, SUMO 1.28 micro on two cores


@dataclass(frozen=True)
class Scaling:
    vehicles: F64  # (S,) mean number on the road
    updates: F64  # (S,) a second

    @property
    def cost(self) -> F64:
        """(S,) ns that a vehicle costs in a step."""
        return np.asarray(1e9 / self.updates)


def measure(sizes: tuple[int, ...] = SIZES, *, seconds: float = 300.0, threads: int = 0) -> Scaling:
    """A trip departs every 36 s / junctions, so that the streets are equally full on every grid."""
    threads = threads or len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else threads or 1
    rows = []
    for size in sizes:
        case = Case(
            junctions=size,
            seconds=seconds,
            period=36.0 / size**2,
            distance=min(1_000.0, 100.0 * size),
            runs=1,
        )
        row = drive(case, threads)
        rows.append((row["updates_per_s"] * row["wall_s"] * row["step_s"] / seconds, row["updates_per_s"]))
    return Scaling(*np.array(rows, float).T)


def chapter(quick: bool = False) -> Chapter:
    scaling = measure((4, 8), seconds=60.0) if quick else measure()
    return Chapter(
        name="speed",
        title="Speed over the number of vehicles",
        method=(
            "A signalled grid with random trips, drivers who follow live travel times and people on the crossings, in "
            f"several sizes, equally full, on all cores of this machine ({platform.machine()}, {os.cpu_count()} cores, "
            "shared with other work while this ran)."
        ),
        checks=(
            Check(
                what=f"updates a second at {scaling.vehicles[-1]:,.0f} vehicles",
                ours=float(scaling.updates[-1]) / 1e6,
                unit="million",
                oracle=f"SUMO 1.28 micro {SUMO / 1e6:.3f}; UXsim's C++ core 1.1; SUMO meso 2.1",
                source="measured on two cores, 2026-11",
                low=2.1,
                digits=1,
            ),
            Check(
                what="cost of a vehicle and step on the largest grid, over that on the cheapest",
                ours=float(scaling.cost[-1] / scaling.cost.min()),
                unit="",
                oracle="1: each vehicle looks only at its neighbours",
                source="a bound of ours: what caches may cost",
                high=3.0,
                digits=1,
            ),
        ),
        charts=_charts(scaling),
    )


def _charts(scaling: Scaling) -> tuple[Chart, ...]:
    return (
        Chart(
            name="scaling",
            title="Vehicle updates a second",
            x="vehicles on the road",
            y="million updates a second",
            layers=(
                Line(scaling.vehicles, scaling.updates / 1e6, thin=True),
                Dots(scaling.vehicles, scaling.updates / 1e6, "ours"),
                Line(
                    scaling.vehicles,
                    np.full(len(scaling.vehicles), SUMO / 1e6),
                    "SUMO micro",
                    2,
                    dashed=True,
                ),
            ),
            log_x=True,
        ),
        Chart(
            name="cost",
            title="What a vehicle costs in a step",
            x="vehicles on the road",
            y="ns",
            layers=(
                Line(scaling.vehicles, scaling.cost, thin=True),
                Dots(scaling.vehicles, scaling.cost, "ours"),
            ),
            log_x=True,
        ),
    )
