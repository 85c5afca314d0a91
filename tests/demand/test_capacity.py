"""What streets carry, and what is left out because they do not."""

from __future__ import annotations

import numpy as np
import pytest

from cosmopolis.city.words import Light, Mode, VehicleKind
from cosmopolis.demand.capacity import SATURATION, Capacity
from cosmopolis.demand.fleet import permitted_kinds
from cosmopolis.demand.graph import RoadGraph
from cosmopolis.demand.relief import LIMIT, WINDOW, relieved
from cosmopolis.demand.right_of_way import go_share
from cosmopolis.demand.routing import Routes
from cosmopolis.demand.trips import take


@pytest.fixture(scope="module")
def graph(village) -> RoadGraph:
    return RoadGraph.of(village.network, Mode.CAR)


@pytest.fixture(scope="module")
def capacity(village, graph) -> Capacity:
    return Capacity.of(village.network, graph)


def test_nothing_goes_more_than_all_the_time_and_what_waits_goes_less(village):
    share = go_share(village.network)
    links, conflicts = village.network.connections, village.network.conflicts
    assert (share > 0).all() and (share <= 1).all()
    waits = np.add.reduceat(np.append(conflicts.yields, False), conflicts.start[:-1]) * (
        np.diff(conflicts.start) > 0
    )
    free = (links.signal < 0) & (waits == 0)
    assert (share[free] == 1).all()
    assert (share[(links.signal < 0) & (waits > 0)] < 1).all()


def test_a_signal_gives_each_link_its_green(village):
    signals, share = village.network.signals, go_share(village.network)
    for row in range(len(signals)):
        links = signals.link[signals.link_start[row] : signals.link_start[row + 1]]
        first, last = signals.phase_start[row], signals.phase_start[row + 1]
        duration = signals.duration[first:last]
        for k, link in enumerate(links):
            light = signals.light[signals.light_start[first:last] + k]
            green = duration[(light == Light.GREEN_PROTECTED) | (light == Light.GREEN_PERMISSIVE)].sum()
            assert share[link] <= max(green, 1.0) / duration.sum() + 1e-6


def test_capacities_are_within_reason(village, graph, capacity):
    lanes = np.bincount(
        village.network.lanes.edge[(village.network.lanes.modes & int(Mode.CAR)) != 0], minlength=graph.edges
    )
    assert (capacity.edge <= np.maximum(lanes, 1) * SATURATION + 1e-6).all()
    into = np.repeat(np.arange(graph.edges), np.diff(graph.move_start))
    most = np.zeros(graph.edges)
    np.maximum.at(most, graph.move_from, capacity.move)
    assert (most <= capacity.edge + 1e-6).all()
    assert len(into) == len(capacity.move)


def line_graph() -> RoadGraph:
    """0 and 1 lead into 2, 2 into 3."""
    return RoadGraph(
        free_time=np.full(4, 10.0),
        move_start=np.array([0, 0, 0, 2, 3]),
        move_from=np.array([0, 1, 2], dtype=np.int32),
        move_cost=np.zeros(3),
        main=np.ones(4, dtype=bool),
    )


def through(first: int, count: int) -> list[list[int]]:
    return [[first, 2, 3]] * count


def as_routes(ways: list[list[int]]) -> Routes:
    return Routes(
        np.cumsum([0, *map(len, ways)]), np.concatenate([np.array(way, dtype=np.int32) for way in ways])
    )


def test_a_street_asked_for_too_much_keeps_what_it_can_carry():
    graph = line_graph()
    capacity = Capacity(edge=np.array([1e4, 1e4, 600.0, 1e4]), move=np.full(3, 1e4))
    routes = as_routes(through(0, 600) + through(1, 600))
    depart = np.random.default_rng(0).uniform(8 * 3600, 8.5 * 3600 - 60, 1200)  # one window
    stays = relieved(graph, capacity, routes, depart, graph.free_time, np.random.default_rng(1))
    can = LIMIT * 600 * WINDOW / 3600
    assert 0.85 * can < stays.sum() <= 1.1 * can
    assert 0.35 < stays[:600].mean() / (stays[:600].mean() + stays[600:].mean()) < 0.65  # both streets alike


def test_a_turn_is_relieved_where_its_street_is_not():
    graph = line_graph()
    capacity = Capacity(edge=np.full(4, 1e5), move=np.array([100.0, 1e5, 1e5]))
    routes = as_routes(through(0, 300) + through(1, 300))
    depart = np.full(600, 8 * 3600 + 10.0)
    stays = relieved(graph, capacity, routes, depart, graph.free_time, np.random.default_rng(1))
    assert stays[300:].all()
    assert stays[:300].sum() < 70


def test_who_asks_for_what_there_is_stays():
    graph = line_graph()
    capacity = Capacity(edge=np.full(4, 1e5), move=np.full(3, 1e5))
    depart = np.linspace(0, 86_399, 500)
    assert relieved(
        graph, capacity, as_routes(through(0, 500)), depart, graph.free_time, np.random.default_rng(1)
    ).all()


def test_a_planned_day_asks_for_little_more_than_the_streets_carry(village, trips, graph, capacity):
    cars = take(trips, np.flatnonzero(trips.line < 0))
    owner = np.repeat(np.arange(len(cars)), np.diff(cars.route_start))
    peak = (cars.depart > 7.5 * 3600) & (cars.depart < 8.5 * 3600)
    flow = np.bincount(cars.route[peak[owner]], minlength=graph.edges)
    assert (flow > 1.0 * capacity.edge + 20).sum() == 0


def test_trucks_and_motorcycles_keep_off_where_they_are_banned(village, trips):
    network = village.network
    for kind, mode in ((VehicleKind.TRUCK, Mode.TRUCK), (VehicleKind.MOTORCYCLE, Mode.MOTORCYCLE)):
        some = take(trips, np.flatnonzero(trips.kind == kind))
        modes = np.zeros(len(network.edges), dtype=np.int64)
        np.bitwise_or.at(modes, network.lanes.edge, network.lanes.modes.astype(np.int64))
        assert len(some) and (modes[some.route] & int(mode)).all()
        assert (network.lanes.modes[some.from_lane] & int(mode)).all()


def test_what_meets_a_ban_goes_as_something_else(village, graph):
    network = village.network
    some = int(np.flatnonzero(np.diff(graph.move_start))[0])
    before = int(graph.move_from[graph.move_start[some]])
    routes = as_routes([[before, some]] * 3)
    kind = np.array([VehicleKind.TRUCK, VehicleKind.MOTORCYCLE, VehicleKind.CAR], dtype=np.uint8)
    lane = np.flatnonzero((network.lanes.edge == before) & ((network.lanes.modes & int(Mode.CAR)) != 0))[
        :1
    ].repeat(3)
    assert permitted_kinds(network, graph, kind, routes, (lane, lane)).tolist() == kind.tolist()

    from dataclasses import replace

    no_trucks = network.lanes.modes & ~np.uint16(Mode.TRUCK | Mode.MOTORCYCLE)
    closed = replace(network, lanes=replace(network.lanes, modes=no_trucks))
    changed = permitted_kinds(closed, graph, kind, routes, (lane, lane))
    assert changed.tolist() == [VehicleKind.VAN, VehicleKind.CAR, VehicleKind.CAR]
