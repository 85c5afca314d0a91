"""The places and the traffic that the tests of the simulation share."""

from __future__ import annotations

from functools import cache

import numpy as np

from cosmopolis.city.model import City
from cosmopolis.city.words import VehicleKind
from cosmopolis.demand.trips import Trips, concatenate, sorted_by_departure
from cosmopolis.simulation import Simulation, Vehicles
from cosmopolis.validation.drawing import trips_of
from cosmopolis.validation.places import (
    LIMIT,
    chessboard,
    one_trip,
    parallel_roads,
    random_trips,
    ring,
    roads_with_lights,
    streets_of,
)

__all__ = [
    "LIMIT",
    "YELLOW",
    "bus_runs",
    "busy_trips",
    "chessboard",
    "one_trip",
    "parallel_roads",
    "ring",
    "roads_with_lights",
    "row_of",
    "run_out",
    "streets_of",
]
YELLOW = 3.0  # s


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
