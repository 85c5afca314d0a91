"""Random car trips on a city's streets, like those of SUMO's randomTrips.py and duarouter."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.model import City, Network
from cosmopolis.city.words import Mode, VehicleKind
from cosmopolis.demand.graph import RoadGraph
from cosmopolis.demand.routing import route
from cosmopolis.demand.trips import Trips, sorted_by_departure

MARGIN = 8.0  # m from either end of a lane
SPREAD = 0.2  # duarouter's --weights.random-factor 1.5 is a factor in 1 .. 1.5, that is 1.25 +- 20 %


def random_trips(
    city: City, count: int, seconds: float, *, distance: float = 1000.0, seed: int = 42
) -> Trips:
    """`count` trips of cars between random edges at least `distance` m apart, departing in 0 .. `seconds`.

    They begin and end at a random place along the kerb lane. Each driver sees travel times of their own.
    """
    rng = np.random.default_rng(seed)
    network, graph = city.network, RoadGraph.of(city.network, Mode.CAR)
    origin, destination = _pairs(network, np.flatnonzero(graph.main), count, distance, rng)
    routes = route(graph, origin, destination, view=rng.integers(0, 64, count), spread=SPREAD)
    from_lane = network.edges.first_lane[origin].astype(np.int32)
    to_lane = network.edges.first_lane[destination].astype(np.int32)
    none = np.full(count, -1, np.int32)
    return sorted_by_departure(
        Trips(
            depart=rng.uniform(0.0, seconds, count),
            kind=np.full(count, VehicleKind.CAR, np.uint8),
            from_lane=from_lane,
            from_position=_along(network.lanes.length[from_lane], rng),
            to_lane=to_lane,
            to_position=_along(network.lanes.length[to_lane], rng),
            origin=none,
            destination=none,
            route_start=routes.start,
            route=routes.edge,
            halt_start=np.zeros(count + 1, np.int64),
            halt_lane=np.zeros(0, np.int32),
            halt_position=np.zeros(0, np.float32),
            halt_dwell=np.zeros(0, np.float32),
            halt_until=np.zeros(0, np.float32),
            halt_beside=np.zeros(0, np.uint8),
            halt_stop=np.zeros(0, np.int32),
            line=none,
        )
    )


def _pairs(
    network: Network, edges: NDArray, count: int, distance: float, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(count,) origins and (count,) destinations among `edges`; the ends of the two are `distance` m apart."""
    begin = network.junctions.xy[network.edges.from_junction]
    end = network.junctions.xy[network.edges.to_junction]
    pairs = np.zeros((0, 2), np.int64)
    for _ in range(100):
        tries = rng.choice(edges, (2 * count, 2))
        apart = np.hypot(*(end[tries[:, 1]] - begin[tries[:, 0]]).T) >= distance
        pairs = np.concatenate([pairs, tries[apart]])
        if len(pairs) >= count:
            return pairs[:count, 0], pairs[:count, 1]
    raise ValueError(f"hardly any two streets are {distance:g} m apart; ask for less")


def _along(length: NDArray, rng: np.random.Generator) -> NDArray[np.float32]:
    margin = np.minimum(MARGIN, length / 2)
    return (margin + rng.random(len(length)) * (length - 2 * margin)).astype(np.float32)


def free_times(network: Network, trips: Trips) -> NDArray[np.float64]:
    """(N,) s that each trip would take alone at the speed limit, junctions without a stop or a curve."""
    lanes, edges, ways = network.lanes, network.edges, network.connections
    length = lanes.length[edges.first_lane].astype(np.float64)
    speed = np.maximum(edges.speed.astype(np.float64), 1.0)
    first, last = trips.route[trips.route_start[:-1]], trips.route[trips.route_start[1:] - 1]
    ends = trips.from_position / speed[first] + (length[last] - trips.to_position) / speed[last]
    passing = (length / speed)[trips.route]
    count = len(edges)
    turn = lanes.edge[ways.from_lane].astype(np.int64) * count + lanes.edge[ways.to_lane]
    known, row = np.unique(turn, return_index=True)
    asked = trips.route[:-1].astype(np.int64) * count + trips.route[1:]
    found = np.minimum(np.searchsorted(known, asked), len(known) - 1)
    turning = np.where(known[found] == asked, ways.length[row[found]] / speed[trips.route[:-1]], 0.0)
    turning[trips.route_start[1:-1] - 1] = 0.0  # from the end of one trip to the beginning of the next
    total = np.add.reduceat(passing + np.append(turning, 0.0), trips.route_start[:-1])
    return np.asarray(total - ends)
