"""How long it takes to find the ways of 100,000 trips in central Shanghai, and the equilibrium of Sioux Falls.

Every trip gets an exact shortest path with turn costs, from any edge to any other; nothing is prepared beforehand.
The curve: grids of 5, 25 and 100 thousand edges, twenty trips an edge, each of some kilometres; a hierarchy's making
and every view's times are within the seconds.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from cosmopolis.benchmarks.grid import grid
from cosmopolis.benchmarks.process import DATA
from cosmopolis.city.model import Network
from cosmopolis.city.network import build_network
from cosmopolis.city.words import Mode
from cosmopolis.demand.assignment import frank_wolfe, path_equilibrium, problem_of
from cosmopolis.demand.graph import RoadGraph
from cosmopolis.demand.router import Router
from cosmopolis.demand.routing import SPREAD, route
from cosmopolis.sources import read
from cosmopolis.sources.tntp import read_net, read_trips

TRIPS = 100_000
RUNS = 3
GAP = 1e-6
SIDES = (36, 79, 158)  # junctions of a side of the grids: 5, 25 and 100 thousand edges
TRIPS_AN_EDGE = 20
MEAN_DISTANCE = 4_500.0  # m, straight, exponentially distributed


def run() -> Iterator[dict[str, Any]]:
    yield from _curve()
    yield from _shanghai()
    yield from _sioux_falls()


def _curve(sides: Sequence[int] = SIDES) -> Iterator[dict[str, Any]]:
    """Ways for a day's trips in grids of growing size."""
    for side in sides:
        network = build_network(grid(side))[0]
        graph = RoadGraph.of(network, Mode.CAR)
        origin, goal = _nearby_pairs(network, TRIPS_AN_EDGE * graph.edges)
        begun = time.perf_counter(), time.process_time()
        router = Router.of(network, graph)
        found = router.route(origin, goal)
        yield {
            "case": f"grid of {graph.edges:,} edges, {TRIPS_AN_EDGE} trips each",
            "wall_s": round(time.perf_counter() - begun[0], 2),
            "cpu_s": round(time.process_time() - begun[1], 2),
            "edges": graph.edges,
            "trips": len(origin),
            "found": int(np.count_nonzero(np.diff(found.start))),
            "edges_a_trip": round(len(found.edge) / len(origin), 1),
            "by": "hierarchy" if router.hierarchy is not None else "trees",
        }


def _nearby_pairs(network: Network, count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(N,) origins, any edge, and (N,) goals, the edge nearest to a point MEAN_DISTANCE away on average."""
    rng = np.random.default_rng(1)
    line = network.edges.line
    xy = (line.points[line.start[:-1], :2] + line.points[line.start[1:] - 1, :2]) / 2
    origin = rng.integers(0, len(xy), count)
    far, angle = rng.exponential(MEAN_DISTANCE, count), rng.uniform(0, 2 * np.pi, count)
    goal = cKDTree(xy).query(xy[origin] + far[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1))[1]
    return origin, goal


def _shanghai() -> Iterator[dict[str, Any]]:
    file, case = DATA / "osm/shanghai_center.osm", f"Shanghai, {TRIPS:,} trips"
    if not file.exists():
        yield {"case": case, "skipped": f"no data in {DATA} (set COSMOPOLIS_DATA)"}
        return
    graph = RoadGraph.of(build_network(read([file]))[0], Mode.CAR)
    rng = np.random.default_rng(1)
    main = np.flatnonzero(graph.main)
    origin, goal = rng.choice(main, TRIPS), rng.choice(main, TRIPS)
    for what, spread in (("exact", 0.0), (f"each destination's view +-{SPREAD:.0%}", SPREAD)):
        found, spent = _timed(partial(route, graph, origin, goal, spread=spread))
        yield {
            "case": f"{case}, {what}",
            **spent,
            "edges": graph.edges,
            "turns": len(graph.move_from),
            "trees": len(np.unique(goal)),
            "found": int(np.count_nonzero(np.diff(found.start))),
            "edges_a_trip": round(len(found.edge) / TRIPS, 1),
        }


def _sioux_falls() -> Iterator[dict[str, Any]]:
    files = [DATA / f"assignment/SiouxFalls_{part}.tntp" for part in ("net", "trips")]
    if not all(file.exists() for file in files):
        yield {"case": "Sioux Falls", "skipped": f"no data in {DATA} (set COSMOPOLIS_DATA)"}
        return
    problem = problem_of(read_net(files[0]), read_trips(files[1]))
    solvers = {
        "bi-conjugate Frank-Wolfe": lambda: frank_wolfe(problem, gap=GAP),
        "gradient projection": lambda: path_equilibrium(problem, gap=GAP)[0],
    }
    for what, solve in solvers.items():
        found, spent = _timed(solve)
        yield {
            "case": f"Sioux Falls to a relative gap of {GAP:g}, {what}",
            **spent,
            "iterations": len(found.gap),
            "objective": round(float(found.objective[-1]), 2),
        }


def _timed(work: Callable[[], Any]) -> tuple[Any, dict[str, Any]]:
    """What `work` gives, and the median seconds of `RUNS` calls after one that compiles."""
    result = work()
    rows = []
    for _ in range(RUNS):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        rows.append((time.perf_counter() - wall, time.process_time() - cpu))
    wall, cpu = (round(statistics.median(column), 3) for column in zip(*rows))
    return result, {"wall_s": wall, "cpu_s": cpu, "runs": RUNS, "threads": numba.get_num_threads()}
