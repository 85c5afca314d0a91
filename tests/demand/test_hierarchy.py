"""Ways found by a hierarchy held to those of plain trees, on the same graphs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cosmopolis.benchmarks.grid import grid
from cosmopolis.city.build import build
from cosmopolis.city.words import Mode
from cosmopolis.demand import plan_trips
from cosmopolis.demand.graph import RoadGraph
from cosmopolis.demand.hierarchy import Hierarchy
from cosmopolis.demand.router import Router
from cosmopolis.demand.routing import route
from cosmopolis.growth import grow
from tests.demand.test_routing import cost_of, move_costs, random_graph


def by_hierarchy(graph: RoadGraph, seed: int) -> Router:
    """A router for `graph`, whose edges lie anywhere."""
    return Router(graph, Hierarchy.of(graph, np.random.default_rng(seed).uniform(0, 100, (graph.edges, 2))))


@settings(deadline=None, max_examples=60)
@given(st.integers(2, 80), st.integers(1, 400), st.integers(0, 10_000))
def test_its_ways_cost_what_those_of_trees_cost(edges, moves, seed):
    graph = random_graph(edges, moves, seed)
    rng = np.random.default_rng(seed)
    origin, goal = rng.integers(0, edges, 40), rng.integers(0, edges, 40)
    around = rng.random(40) < 0.5
    costs = move_costs(graph)
    found = by_hierarchy(graph, seed).route(origin, goal, around=around, spread=0.0)
    wanted = route(graph, origin, goal, around=around, spread=0.0)
    assert ((np.diff(found.start) > 0) == (np.diff(wanted.start) > 0)).all()
    for row in np.flatnonzero(np.diff(found.start)):
        assert found[row][0] == origin[row] and found[row][-1] == goal[row]
        cost, other = cost_of(graph, found[row], costs), cost_of(graph, wanted[row], costs)
        # For the way round a block trees take the first one that they come upon.
        round_the_block = around[row] and origin[row] == goal[row]
        assert cost <= other * (1 + 1e-9) if round_the_block else cost == pytest.approx(other)


def test_edges_that_a_mode_may_not_drive_are_gone_round():
    graph = random_graph(60, 400, 4)
    time = graph.free_time.copy()
    time[np.random.default_rng(4).random(60) < 0.3] = np.inf
    rng = np.random.default_rng(5)
    origin, goal = rng.integers(0, 60, 200), rng.integers(0, 60, 200)
    found = by_hierarchy(graph, 4).route(origin, goal, time=time, spread=0.0)
    wanted = route(graph, origin, goal, time=time, spread=0.0)
    assert ((np.diff(found.start) > 0) == (np.diff(wanted.start) > 0)).all()
    for row in np.flatnonzero(np.diff(found.start) > 1):
        assert np.isfinite(time[found[row][:-1]]).all()


def test_on_a_grid_few_shortcuts_are_needed():
    network = build(grid(16)).network
    graph = RoadGraph.of(network, Mode.CAR)
    hierarchy = Router.of(network, graph, large=0).hierarchy
    assert hierarchy is not None
    assert len(hierarchy.head) < 60 * graph.edges
    assert sorted(hierarchy.edge.tolist()) == list(range(graph.edges))


def test_drivers_in_a_large_city_do_not_all_take_one_way():
    network = build(grid(12)).network
    graph = RoadGraph.of(network, Mode.CAR)
    router = Router.of(network, graph, large=0)
    goal = np.flatnonzero(graph.main)[:40]
    origin = np.full(40, np.flatnonzero(graph.main)[-1])
    twice = [router.route(origin, goal, view=np.full(40, view)) for view in (0, 1)]
    again = router.route(origin, goal, view=np.zeros(40))
    assert (again.edge == twice[0].edge).all()
    assert not np.array_equal(twice[0].edge, twice[1].edge)


def test_a_day_planned_by_a_hierarchy_is_like_one_planned_by_trees(monkeypatch):
    city = build(grow(seed=3, population=5_000), seed=3)
    trees = plan_trips(city, seed=3)
    monkeypatch.setattr("cosmopolis.demand.plan.Router.of", _always_a_hierarchy)
    other = plan_trips(city, seed=3)
    assert len(other) == pytest.approx(len(trees), rel=0.02)
    length = city.network.edges.line.length
    assert length[other.route].sum() == pytest.approx(length[trees.route].sum(), rel=0.02)


def _always_a_hierarchy(network, graph, make=Router.of):
    return make(network, graph, large=0)
