"""Ten thousand, a hundred thousand and a million cars on the road at once: how fast, and how much memory.

    .venv/bin/python benchmarks/many_cars.py [CARS ...]

The signalled grid of `cosmopolis bench traffic`, equally full in every size: 64 cars a junction, each on a way of 24
streets with random turns, put on the road under way. Each size has a process of its own and prints one JSON line: after
half a minute of the city to warm up, one minute counts, on one thread and on all. Memory is what the process holds
beyond the city and the trips. Given more than one size, the largest and the smallest then drive in turns in one
process, since a machine's speed may change between two: the row `one beside the other` has the processor time that an
update costs in the large over that in the small, turn by turn. Making the city of a million takes half a minute.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import subprocess
import sys
import time
from math import sqrt
from pathlib import Path
from statistics import median

import numpy as np

from cosmopolis.benchmarks.grid import grid
from cosmopolis.city.build import build
from cosmopolis.city.model import City
from cosmopolis.city.words import VehicleKind
from cosmopolis.demand.trips import Trips, sorted_by_departure
from cosmopolis.simulation import Simulation

SIZES = (10_000, 100_000, 1_000_000)
A_JUNCTION = 64  # cars
STREETS = 24  # of each way
START = 400.0  # s; who departs before is under way then
WARM_UP, COUNTED = 30.0, 60.0  # s
TURNS, TURN = 9, 6.0  # of the large beside the small; s of each


def main(sizes: list[int]) -> None:
    crews = sorted({1, os.cpu_count() or 1})
    for cars in sizes:
        for threads in crews:
            in_own_process("--one", cars, threads)
    if len(set(sizes)) > 1:
        for threads in crews:
            in_own_process("--beside", max(sizes), min(sizes), threads)


def in_own_process(*given: str | int) -> None:
    command = [sys.executable, __file__, *map(str, given)]
    print(subprocess.run(command, check=True, capture_output=True, text=True).stdout, end="", flush=True)


def one(cars: int, threads: int) -> dict[str, float | int | str]:
    """The row of one size."""
    begun = time.perf_counter()
    city = grid_for(cars)
    built = time.perf_counter() - begun
    trips = random_walks(city, cars)
    gc.collect()
    before = held_mb()
    simulation = Simulation(city, trips, threads=threads, start=START)
    simulation.run(WARM_UP)
    updates, wall, cpu = driven(simulation, COUNTED)
    return {
        "benchmark": "many cars",
        "cars": simulation.counts()["vehicles"],
        "threads": threads,
        "times_real_time": round(COUNTED / wall, 1),
        "updates_per_s": round(updates / wall),
        "cpu_ns_an_update": round(1e9 * cpu / updates),
        "simulation_mb": held_mb() - before,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "city_built_s": round(built, 1),
    }


def beside(large: int, small: int, threads: int) -> dict[str, float | int | str | list[float]]:
    """The cost of an update in a large city over that in a small one, whose cars set out anew for each turn."""
    city, little = grid_for(large), grid_for(small)
    many, few = random_walks(city, large), random_walks(little, small)
    simulation = Simulation(city, many, threads=threads, start=START)
    simulation.run(WARM_UP)
    turns = []
    for _ in range(TURNS):
        cost = cpu_an_update(simulation, TURN)
        other = Simulation(little, few, threads=threads, start=START)
        other.run(WARM_UP)
        turns.append(cost / cpu_an_update(other, COUNTED))
    return {
        "benchmark": "one beside the other",
        "cars": large,
        "beside": small,
        "threads": threads,
        "cost_over_cost": round(median(turns), 2),
        "turns": [round(turn, 2) for turn in turns],
    }


def grid_for(cars: int) -> City:
    return build(grid(round(sqrt(cars / A_JUNCTION))))


def driven(simulation: Simulation, seconds: float) -> tuple[int, float, float]:
    """Updates, wall time and processor time, s, of some more seconds of a city."""
    first = simulation.counts()["updates"]
    wall, cpu = time.perf_counter(), time.process_time()
    simulation.run(seconds)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return simulation.counts()["updates"] - first, wall, cpu


def cpu_an_update(simulation: Simulation, seconds: float) -> float:
    updates, _, cpu = driven(simulation, seconds)
    return cpu / updates


def random_walks(city: City, count: int, seed: int = 1) -> Trips:
    """Trips of STREETS edges with random turns from random edges, without turning round, in 0 .. START s."""
    rng = np.random.default_rng(seed)
    edges, lanes, ways = city.network.edges, city.network.lanes, city.network.connections
    one, other = lanes.edge[ways.from_lane].astype(np.int64), lanes.edge[ways.to_lane].astype(np.int64)
    goes_on = edges.to_junction[other] != edges.from_junction[one]
    one, other = one[goes_on], other[goes_on]
    one, other = np.divmod(np.unique(one * len(edges) + other), len(edges))
    first = np.searchsorted(one, np.arange(len(edges) + 1))
    route = np.empty((STREETS, count), np.int32)
    route[0] = rng.integers(0, len(edges), count)
    for step in range(1, STREETS):
        begin = first[route[step - 1]]
        turns = first[route[step - 1] + 1] - begin
        route[step] = other[begin + (rng.random(count) * turns).astype(np.int64)]
    from_lane, to_lane = edges.first_lane[route[0]], edges.first_lane[route[-1]]
    nowhere = np.full(count, -1, np.int32)
    return sorted_by_departure(
        Trips(
            depart=rng.uniform(0.0, START, count),
            kind=np.full(count, VehicleKind.CAR, np.uint8),
            from_lane=from_lane.astype(np.int32),
            from_position=(0.1 * lanes.length[from_lane]).astype(np.float32),
            to_lane=to_lane.astype(np.int32),
            to_position=(0.9 * lanes.length[to_lane]).astype(np.float32),
            origin=nowhere,
            destination=nowhere,
            route_start=np.arange(count + 1, dtype=np.int64) * STREETS,
            route=route.T.ravel(),
            halt_start=np.zeros(count + 1, np.int64),
            halt_lane=np.zeros(0, np.int32),
            halt_position=np.zeros(0, np.float32),
            halt_dwell=np.zeros(0, np.float32),
            halt_until=np.zeros(0, np.float32),
            halt_beside=np.zeros(0, np.uint8),
            halt_stop=np.zeros(0, np.int32),
            line=nowhere,
        )
    )


def held_mb() -> int:
    """Memory of this process now; Linux tells it, elsewhere the peak so far stands for it."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 * 1024)
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) // 1024


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(one(*map(int, sys.argv[2:]))))
    elif sys.argv[1:2] == ["--beside"]:
        print(json.dumps(beside(*map(int, sys.argv[2:]))))
    else:
        main([int(cars) for cars in sys.argv[1:]] or list(SIZES))
