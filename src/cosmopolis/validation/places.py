"""The places that experiments and tests share: straight roads, a ring, a light, a merge, a chessboard."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np

from cosmopolis.benchmarks.grid import grid
from cosmopolis.city.model import City
from cosmopolis.city.network import build_network
from cosmopolis.city.raw import RawCity
from cosmopolis.city.words import Light, Mode, VehicleKind
from cosmopolis.demand.trips import Trips
from cosmopolis.simulation.traffic.network import flatten
from cosmopolis.simulation.traffic.routing import edge_graph, quickest
from cosmopolis.validation.drawing import Drawing, empty_city, trips_of

LIMIT = 50 / 3.6  # m/s
JOINT = 0.5  # m, what a connection without a length counts as


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


def road_of_pieces(head: float, length: float, piece: float, *, speed: float = LIMIT) -> City:
    """A straight road of one lane: edge 0 of `head` m, then edges of `piece` m over another `length` m."""
    drawing = Drawing(speed=speed)
    drawing.edge((0.0, 0.0), (head, 0.0))
    for row in range(int(np.ceil(length / (piece + JOINT)))):
        x = head + JOINT + row * (piece + JOINT)
        drawing.join(row, drawing.edge((x, 0.0), (x + piece, 0.0)))
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


def endless_ring(length: float, *, speed: float = LIMIT) -> City:
    """A circular road of `length` m in one edge that leads to itself: on the route [0, 0] one drives for ever."""
    drawing = Drawing(speed=speed)
    corner = np.linspace(0.0, 2 * np.pi, 65)
    around = length - JOINT
    radius = around / (2 * 64 * np.sin(np.pi / 64))
    drawing.edge(*((radius * np.cos(a), radius * np.sin(a)) for a in corner))
    drawing.join(0, 0)
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


def merge(before: float, after: float, *, priority: bool, apex: float = 10.0, speed: float = LIMIT) -> City:
    """Two arms of one lane, edges 0 and 1, end in one lane, edge 2; with `priority` arm 1 gives way to arm 0.

    `apex` m before that lane the arms end; they share the ground of the last five.
    """
    drawing = Drawing(speed=speed)
    slope = 0.2
    for side in (slope, -slope):
        drawing.edge((-before, side * before), (-apex, side * apex))
    drawing.edge((0.0, 0.0), (after, 0.0))
    one, other = drawing.join(0, 2), drawing.join(1, 2)
    end = float(np.hypot(apex, slope * apex))
    drawing.conflict(one, other, end - 2.5, end - 2.5, yields=other if priority else None)
    return drawing.city()


def one_trip(
    city: City, route: list[int], depart: float, kind: VehicleKind = VehicleKind.CAR, **more: Any
) -> dict[str, Any]:
    """A trip along `route`, from kerb lane to kerb lane, 10 m from the start to the very end."""
    first = city.network.edges.first_lane
    ends = {"from_lane": int(first[route[0]]), "to_lane": int(first[route[-1]])}
    return {"depart": depart, "kind": int(kind), "route": route, **ends, **more}


def random_trips(
    city: City, count: int, *, seconds: float, seed: int = 1, nearest: float = 0.0, mixed: bool = False
) -> Trips:
    """`count` trips between random car lanes at least `nearest` m apart, by the quickest way."""
    network, rng = city.network, np.random.default_rng(seed)
    graph = edge_graph(flatten(network))
    lanes = np.flatnonzero(
        ((network.lanes.modes & Mode.CAR) != 0) & (network.edges.component[network.lanes.edge] == 0)
    )
    shut = np.zeros(len(network.edges), np.uint8)
    kinds = list(VehicleKind) if mixed else [VehicleKind.CAR]
    start_points = network.lanes.line.points[network.lanes.line.start[:-1], :2]
    rows: list[dict[str, Any]] = []
    while len(rows) < count:
        one, other = rng.choice(lanes, 2)
        if np.hypot(*(start_points[one] - start_points[other])) < nearest:
            continue
        edges = network.lanes.edge[[one, other]]
        kind = kinds[rng.integers(len(kinds))]
        route = quickest(int(edges[0]), int(edges[1]), int(Mode.CAR), shut, graph)
        if len(route) < 2:
            continue
        rows.append(
            {
                "depart": rng.uniform(0.0, seconds),
                "kind": int(kind),
                "route": route,
                "from_lane": one,
                "from_position": rng.uniform(0.0, network.lanes.length[one]),
                "to_lane": other,
                "to_position": rng.uniform(0.0, network.lanes.length[other]),
            }
        )
    return trips_of(rows)
