"""Places for controllers: a crossing of two streets, a street with a row of lights; and how long people take there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from cosmopolis.benchmarks.grid import grid
from cosmopolis.city.model import City
from cosmopolis.city.words import Light, Mode, VehicleKind
from cosmopolis.control import Controller, Program, Runner, programs_of
from cosmopolis.demand.trips import Trips
from cosmopolis.simulation import Simulation
from cosmopolis.simulation.traffic.network import flatten
from cosmopolis.simulation.traffic.routing import edge_graph, quickest
from tests.simulation.drawings import streets_of
from tests.simulation.roads import Drawing, trips_of

YELLOW, ALL_RED = 3.0, 2.0  # s
RED, GO = Light.RED, Light.GREEN_PROTECTED


@cache
def crossing(block: float = 400.0) -> City:
    """Two streets of two lanes each way that cross at (block, block), the only signal."""
    return streets_of(replace(grid(3, block, 2), signals={4}))


def arms(city: City) -> dict[str, tuple[int, int]]:
    """From west, east, south and north: the edge into the crossing, and the one straight on out of it."""
    edges, (program,) = city.network.edges, programs_of(city).values()
    way = {}
    for one, other in sorted({*zip(program.from_edge.tolist(), program.to_edge.tolist(), strict=True)}):
        begin, end = (
            edges.line.points[edges.line.start[e] : edges.line.start[e + 1], :2] for e in (one, other)
        )
        step = end[-1] - begin[0]
        if abs(step[0]) > 3 * abs(step[1]):
            way["west" if step[0] > 0 else "east"] = one, other
        elif abs(step[1]) > 3 * abs(step[0]):
            way["south" if step[1] > 0 else "north"] = one, other
    return way


def straight_through(
    city: City, flows: dict[str, float], seconds: float, *, seed: int = 1, kind: VehicleKind = VehicleKind.CAR
) -> list[dict[str, Any]]:
    """Random arrivals of `flows` (veh/h from each side) that go straight on, on both lanes; rows for `trips_of`."""
    rng, rows = np.random.default_rng(seed), []
    first = city.network.edges.first_lane
    for side, flow in flows.items():
        one, other = arms(city)[side]
        for depart in np.sort(rng.uniform(0.0, seconds, rng.poisson(flow * seconds / 3600.0))).tolist():
            lane = int(rng.integers(2))
            ends = {"from_lane": int(first[one]) + lane, "to_lane": int(first[other]) + lane}
            rows.append({"depart": depart, "kind": int(kind), "route": [one, other], **ends})
    return rows


def street_of_lights(
    count: int, block: float, green: float, cycle: float, *, speed: float = 50 / 3.6
) -> tuple[City, list[int]]:
    """A street of one lane with `count` lights `block` m apart, green for `green` s of the cycle, then the turn of a
    side street that has `cycle` - `green` less the clearances. Also the edges of the street."""
    drawing = Drawing(speed=speed)
    edges, x = [], 0.0
    for _ in range(count + 1):
        edges.append(drawing.edge((x, 0.0), (x + block - 10.0, 0.0)))
        x += block
    for k in range(count):
        side = drawing.edge(((k + 1) * block - 5.0, -200.0), ((k + 1) * block - 5.0, -10.0))
        away = drawing.edge(((k + 1) * block - 5.0, 10.0), ((k + 1) * block - 5.0, 200.0))
        links = [drawing.join(edges[k], edges[k + 1]), drawing.join(side, away)]
        drawing.conflict(*links, at=5.0, other_at=10.0, yields=links[1])
        drawing.signal(links, plan(green, cycle))
    return drawing.city(), edges


def plan(green: float, cycle: float) -> list[tuple[float, list[Light]]]:
    """Two stages of one link each."""
    rest = cycle - green - 2 * (YELLOW + ALL_RED)
    return [
        (green, [GO, RED]), (YELLOW, [Light.YELLOW, RED]), (ALL_RED, [RED, RED]),
        (rest, [RED, GO]), (YELLOW, [RED, Light.YELLOW]), (ALL_RED, [RED, RED]),
    ]  # fmt: skip


def controlled(simulation: Simulation, make: Callable[[Program], Controller], **more: Any) -> Runner:
    """A runner with a controller of this kind for every program."""
    return Runner(simulation, {row: make(p) for row, p in programs_of(simulation.city).items()}, **more)


def durations(
    city: City,
    trips: Trips,
    make: Callable[[Program], Controller] | None,
    *,
    until: float = 3600.0,
    **more: Any,
) -> np.ndarray:
    """(N,) s from departure to arrival of each trip, under a controller or the plan; `more` as for a Runner."""
    simulation = Simulation(city, trips, threads=1)
    runner = controlled(simulation, make, **more) if make else Runner(simulation, {}, **more)
    arrived = np.full(len(trips), np.nan)
    while np.isnan(arrived).any():
        events = simulation.step(runner.commands())
        arrived[events.arrived] = events.time
        assert simulation.time < until, f"{np.isnan(arrived).sum()} are still under way"
    return arrived - trips.depart


def random_town_trips(city: City, count: int, seconds: float, seed: int) -> Trips:
    """Trips between random edges by the quickest way, on any of the lanes."""
    network, rng = city.network, np.random.default_rng(seed)
    graph, shut = edge_graph(flatten(network)), np.zeros(len(network.edges), np.uint8)
    rows: list[dict[str, Any]] = []
    while len(rows) < count:
        one, other = rng.choice(len(network.edges), 2).tolist()
        route = quickest(one, other, int(Mode.CAR), shut, graph)
        if len(route) < 3:
            continue
        first = network.edges.first_lane
        ends = {"from_lane": int(first[one]), "to_lane": int(first[other])}
        rows.append({"depart": rng.uniform(0.0, seconds), "route": route, "to_position": 60.0, **ends})
    return trips_of(rows)
