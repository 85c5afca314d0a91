"""Static equilibria with published solutions: Braess' four nodes and Sioux Falls.

Reads the files of TransportationNetworks (`*_net.tntp`, `*_trips.tntp`, `*_flow.tntp`) from `assignment/` in the
folder that COSMOPOLIS_DATA names.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cosmopolis.benchmarks.process import DATA
from cosmopolis.city.errors import BadInput
from cosmopolis.demand.assignment import BPR, LinkGraph, Problem, frank_wolfe, path_equilibrium, problem_of
from cosmopolis.sources.tntp import read_flow, read_net, read_trips
from cosmopolis.validation.chart import Chart, Dots, Line
from cosmopolis.validation.record import Chapter, Check

F64 = NDArray[np.float64]
FOLDER = DATA / "assignment"
OBJECTIVE = 42.31335287  # x 10^5, Sioux Falls
ADDED = 3  # the row of Braess' network that is the added link


@dataclass(frozen=True)
class SiouxFalls:
    """A links."""

    objective: float  # x 10^5, of the path-based equilibrium
    quick_objective: float  # x 10^5, of bi-conjugate Frank-Wolfe
    flow: F64  # (A,) ours
    published: F64  # (A,)
    gaps: F64  # (n,) relative gap after each iteration of Frank-Wolfe


def load(name: str) -> Problem:
    """BadInput where the file is not there."""
    if not FOLDER.is_dir():
        raise BadInput(f"There is no {FOLDER}; name the folder that holds assignment/ in COSMOPOLIS_DATA.")
    return problem_of(read_net(FOLDER / f"{name}_net.tntp"), read_trips(FOLDER / f"{name}_trips.tntp"))


def braess() -> tuple[float, float]:
    """Travel time of everybody without and with the added link, in the file's unit."""
    problem = load("Braess")
    found, _ = path_equilibrium(problem, gap=1e-10)
    kept = np.delete(np.arange(len(problem.links)), ADDED)
    links = LinkGraph(problem.links.nodes, problem.links.tail[kept], problem.links.head[kept])
    cost = BPR(*(getattr(problem.cost, name)[kept] for name in BPR.__dataclass_fields__))
    fewer = Problem(links, cost, problem.origin, problem.destination, problem.volume)
    without, _ = path_equilibrium(fewer, gap=1e-10)
    people = float(problem.volume.sum())
    return float(without.flow @ without.time) / people, problem.total_time(found.flow) / people


def sioux_falls() -> SiouxFalls:
    problem = load("SiouxFalls")
    _, _, published, _ = read_flow(FOLDER / "SiouxFalls_flow.tntp")
    quick = frank_wolfe(problem, gap=2e-5)
    exact, _ = path_equilibrium(problem, gap=1e-11)
    return SiouxFalls(
        float(exact.objective[-1]) / 1e5, float(quick.objective[-1]) / 1e5, exact.flow, published, quick.gap
    )


def chapter(quick: bool = False) -> Chapter:
    """The same with `quick`: it takes a second."""
    without, with_link = braess()
    found = sioux_falls()
    source = "TransportationNetworks, SiouxFalls"
    return Chapter(
        name="assignment",
        title="Assignment: Braess and Sioux Falls",
        method=(
            "User equilibrium by paths, and by bi-conjugate Frank-Wolfe to a relative gap of 0.00002, on the published "
            "networks and trips."
        ),
        checks=(
            Check(
                "Braess: time of everybody with the added link",
                with_link,
                "",
                "92",
                "Braess 1968",
                91.99,
                92.01,
                2,
            ),
            Check("Braess: the same without it", without, "", "83", "Braess 1968", 82.99, 83.01, 2),
            Check(
                what="Sioux Falls: objective, by paths",
                ours=found.objective,
                unit="x 10^5",
                oracle=f"{OBJECTIVE}",
                source=source,
                low=OBJECTIVE * (1 - 1e-8),
                high=OBJECTIVE * (1 + 1e-8),
                digits=6,
            ),
            Check(
                what="Sioux Falls: objective, by Frank-Wolfe",
                ours=found.quick_objective,
                unit="x 10^5",
                oracle=f"{OBJECTIVE}, within 0.01 %",
                source=source,
                low=OBJECTIVE * (1 - 1e-4),
                high=OBJECTIVE * (1 + 1e-4),
                digits=4,
            ),
            Check(
                what="Sioux Falls: greatest difference of a link's flow",
                ours=float(np.abs(found.flow - found.published).max()),
                unit="vehicles",
                oracle="0, against the published flows",
                source=source,
                low=0.0,
                high=0.01,
                digits=4,
            ),
        ),
        charts=(_flows(found), _gaps(found)),
    )


def _flows(found: SiouxFalls) -> Chart:
    most = 1.05 * float(found.published.max())
    return Chart(
        name="flows",
        title="Sioux Falls: flow of every link",
        x="published, vehicles",
        y="ours, vehicles",
        layers=(
            Line([0.0, most], [0.0, most], "equal", 0, dashed=True),
            Dots(found.published, found.flow, "one link"),
        ),
        x_range=(0.0, most),
    )


def _gaps(found: SiouxFalls) -> Chart:
    turns = np.arange(1.0, len(found.gaps) + 1.0)
    return Chart(
        name="gap",
        title="Sioux Falls: how Frank-Wolfe comes nearer",
        x="iteration",
        y="log10 of the relative gap",
        layers=(Line(turns, np.log10(np.maximum(found.gaps, 1e-16)), "bi-conjugate Frank-Wolfe"),),
    )
