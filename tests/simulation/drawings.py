"""The places that the tests of the simulation share: straight roads, a ring, a line with a light, a chessboard."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np

from cosmopolis.city.model import City
from cosmopolis.city.network import build_network
from cosmopolis.city.raw import RawCity
from cosmopolis.city.words import Light, VehicleKind
from cosmopolis.demand.trips import Trips, concatenate, sorted_by_departure
from cosmopolis.simulation import Simulation, Vehicles
from tests.grids import grid
from tests.simulation.roads import Drawing, empty_city, random_trips, trips_of

LIMIT = 50 / 3.6  # m/s
YELLOW = 3.0  # s


def streets_of(raw: RawCity) -> City:
    """A city of the streets of `raw` and nothing else."""
    return empty_city(build_network(raw)[0])


@cache
def chessboard(n: int = 3, lanes: int = 2, *, block: float = 150.0, signals: bool = True) -> City:
    """n x n crossings; at the origin (0, 0) nobody may turn on red."""
    return streets_of(grid(n, block, lanes, signals=signals))


def parallel_roads(count: int, length: float, *, speed: float = LIMIT, lanes: int = 1) -> City:
    """`count` straight roads side by side that nothing joins; road r is edge r."""
    drawing = Drawing(speed=speed)
    for row in range(count):
        drawing.edge((0.0, 30.0 * row), (length, 30.0 * row), lanes=lanes)
    return drawing.city()


def ring(length: float, pieces: int, *, speed: float = LIMIT) -> City:
    """A circular road of one lane in `pieces` edges, edge i leading to edge i + 1."""
    drawing = Drawing(speed=speed)
    corner = np.linspace(0.0, 2 * np.pi, pieces + 1)
    radius = length / (2 * pieces * np.sin(np.pi / pieces))
    for one, other in pairwise(corner):
        drawing.edge(*((radius * np.cos(a), radius * np.sin(a)) for a in (one, other)))
    for piece in range(pieces):
        drawing.join(piece, (piece + 1) % pieces)
    return drawing.city()


def roads_with_lights(
    count: int, before: float, after: float, phases: list[tuple[float, Light]], *, speed: float = LIMIT
) -> City:
    """`count` roads, each of edge 2 r, a light that runs `phases`, and edge 2 r + 1."""
    drawing = Drawing(speed=speed)
    for row in range(count):
        y = 30.0 * row
        one = drawing.edge((0.0, y), (before, y))
        other = drawing.edge((before + 10.0, y), (before + 10.0 + after, y))
        drawing.signal([drawing.join(one, other)], [(seconds, [light]) for seconds, light in phases])
    return drawing.city()


def one_trip(
    city: City, route: list[int], depart: float, kind: VehicleKind = VehicleKind.CAR, **more: Any
) -> dict[str, Any]:
    """A trip along `route`, from kerb lane to kerb lane, 10 m from the start to the very end."""
    first = city.network.edges.first_lane
    ends = {"from_lane": int(first[route[0]]), "to_lane": int(first[route[-1]])}
    return {"depart": depart, "kind": int(kind), "route": route, **ends, **more}


def row_of(vehicles: Vehicles, id: int) -> int | None:
    """Where vehicle `id` stands in the arrays, None when it is not on the road."""
    rows = np.flatnonzero(vehicles.id == id)
    return int(rows[0]) if len(rows) else None


def run_out(simulation: Simulation, *, at_most: float) -> bool:
    """Step until nobody is on the road or waiting, at most so many s; whether it came to that.

    Trips that are still to depart do not count, so call it after the last departure.
    """
    end = simulation.time + at_most
    while simulation.time < end:
        simulation.run(10.0)
        counts = simulation.counts()
        if counts["vehicles"] == 0 and counts["waiting"] == 0:
            return True
    return False


def bus_runs(city: City, trips: Trips, count: int) -> Trips:
    """Buses along the routes of the first `count` trips of three edges or more; halts on all edges but the last."""
    network, first = city.network, city.network.edges.first_lane
    rows = []
    for trip in np.flatnonzero(np.diff(trips.route_start) >= 3)[:count]:
        route = trips.route[trips.route_start[trip] : trips.route_start[trip + 1]].tolist()
        halts = [(int(first[e]), 0.6 * float(network.lanes.length[first[e]]), 8.0) for e in route[:-1]]
        rows.append(one_trip(city, route, float(trips.depart[trip]), VehicleKind.BUS, halts=halts, line=0))
    return trips_of(rows)


@cache
def busy_trips(city_lanes: int = 2, *, count: int = 350, seed: int = 1) -> Trips:
    """Trips of all kinds and buses with halts, in the first three minutes on `chessboard(3, city_lanes)`."""
    city = chessboard(3, city_lanes)
    trips = random_trips(city, count, seconds=180.0, seed=seed, mixed=True)
    return sorted_by_departure(concatenate([trips, bus_runs(city, trips, 12)]))
