"""Shortest paths held to scipy's, on the same graph."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from cosmopolis.city.words import Mode
from cosmopolis.demand.graph import RoadGraph, with_tolls
from cosmopolis.demand.routing import route


def random_graph(edges: int, moves: int, seed: int) -> RoadGraph:
    rng = np.random.default_rng(seed)
    pairs = np.unique(rng.integers(0, edges, (moves, 2)), axis=0)
    pairs = pairs[np.lexsort((pairs[:, 0], pairs[:, 1]))]
    return RoadGraph(
        free_time=rng.uniform(1, 60, edges),
        move_start=np.searchsorted(pairs[:, 1], np.arange(edges + 1)).astype(np.int64),
        move_from=pairs[:, 0].astype(np.int32),
        move_cost=rng.uniform(0.1, 10, len(pairs)),
        main=np.ones(edges, dtype=bool),
    )


def move_costs(graph: RoadGraph) -> dict[tuple[int, int], float]:
    target = np.repeat(np.arange(graph.edges), np.diff(graph.move_start))
    return {(int(a), int(b)): float(c) for a, b, c in zip(graph.move_from, target, graph.move_cost)}


def cost_of(graph: RoadGraph, edges: np.ndarray, costs: dict[tuple[int, int], float]) -> float:
    """Seconds from the beginning of the first edge to the beginning of the last."""
    steps = list(zip(edges[:-1].tolist(), edges[1:].tolist()))
    return sum(graph.free_time[a] + costs[a, b] for a, b in steps)


@settings(deadline=None, max_examples=40)
@given(st.integers(2, 60), st.integers(1, 300), st.integers(0, 10_000))
def test_paths_are_as_short_as_scipys(edges, moves, seed):
    graph = random_graph(edges, moves, seed)
    costs = move_costs(graph)
    source, target = np.array(list(costs)).T
    weight = graph.free_time[source] + np.array(list(costs.values()))
    truth = dijkstra(csr_array((weight, (source, target)), shape=(edges, edges)))
    rng = np.random.default_rng(seed)
    origin, goal = rng.integers(0, edges, 30), rng.integers(0, edges, 30)
    routes = route(graph, origin, goal, spread=0.0)
    for row, (a, b) in enumerate(zip(origin, goal)):
        if np.isinf(truth[a, b]):
            assert len(routes[row]) == 0
        else:
            assert routes[row][0] == a and routes[row][-1] == b
            assert cost_of(graph, routes[row], costs) == pytest.approx(truth[a, b])


def plain_dijkstra(graph: RoadGraph, time: np.ndarray, goal: int) -> np.ndarray:
    """(E,) s from the beginning of each edge to the beginning of `goal`, written as in the textbook."""
    left, best = set(range(graph.edges)), np.full(graph.edges, np.inf)
    best[goal] = 0.0
    while left:
        edge = min(left, key=lambda e: best[e])
        left.remove(edge)
        for move in range(graph.move_start[edge], graph.move_start[edge + 1]):
            before = graph.move_from[move]
            best[before] = min(best[before], best[edge] + graph.move_cost[move] + time[before])
    return best


@settings(deadline=None, max_examples=30)
@given(st.integers(3, 40), st.integers(5, 200), st.integers(0, 10_000))
def test_closed_edges_and_tolls_are_gone_round_exactly(edges, moves, seed):
    rng = np.random.default_rng(seed)
    graph = random_graph(edges, moves, seed)
    closed, toll = rng.random(edges) < 0.2, rng.choice([0.0, 2.0], edges)
    today, time = graph.without(closed), with_tolls(graph.free_time, toll, 40.0)
    assert time == pytest.approx(graph.free_time + 180.0 * (toll > 0))
    origin, goal = rng.integers(0, edges, 20), rng.integers(0, edges, 20)
    routes, costs = route(today, origin, goal, time=time, spread=0.0), move_costs(graph)
    for row, (a, b) in enumerate(zip(origin.tolist(), goal.tolist())):
        truth = plain_dijkstra(today, time, b)[a]
        way = routes[row].tolist()
        assert bool(way) == np.isfinite(truth)
        assert not closed[way[1:]].any()
        spent = sum(time[one] + costs[one, other] for one, other in pairwise(way))
        assert not way or spent == pytest.approx(truth)


def test_who_values_time_more_pays_the_toll():
    # 0 -> 1 -> 3 is quick and costs money, 0 -> 2 -> 3 is free and takes 60 s more.
    graph = RoadGraph(
        free_time=np.array([10.0, 20.0, 80.0, 10.0]),
        move_start=np.array([0, 0, 1, 2, 4]),
        move_from=np.array([0, 0, 1, 2], dtype=np.int32),
        move_cost=np.zeros(4),
        main=np.ones(4, dtype=bool),
    )
    toll, ends = np.array([0.0, 1.0, 0.0, 0.0]), (np.array([0]), np.array([3]))
    ways = {
        worth: route(graph, *ends, time=with_tolls(graph.free_time, toll, worth), spread=0.0)[0].tolist()
        for worth in (59.0, 61.0)
    }
    assert ways == {59.0: [0, 2, 3], 61.0: [0, 1, 3]}


def test_each_class_keeps_to_its_own_streets(village):
    bus, car = (RoadGraph.of(village.network, mode) for mode in (Mode.BUS, Mode.CAR))
    rng = np.random.default_rng(4)
    for graph, mode in ((bus, Mode.BUS), (car, Mode.CAR)):
        main = np.flatnonzero(graph.main)
        routes = route(graph, rng.choice(main, 300), rng.choice(main, 300), spread=0.0)
        lanes = village.network.lanes
        open_to = np.zeros(graph.edges, dtype=bool)
        open_to[lanes.edge[(lanes.modes & int(mode)) != 0]] = True
        assert (np.diff(routes.start) > 0).all() and open_to[routes.edge].all()


def test_who_ends_behind_where_he_begins_goes_round():
    # 0 -> 1 -> 2 -> 0 is the only way round.
    graph = RoadGraph(
        free_time=np.full(3, 10.0),
        move_start=np.array([0, 1, 2, 3]),
        move_from=np.array([2, 0, 1], dtype=np.int32),
        move_cost=np.zeros(3),
        main=np.ones(3, dtype=bool),
    )
    ends = np.array([0, 0])
    routes = route(graph, ends, ends, around=np.array([True, False]))
    assert routes[0].tolist() == [0, 1, 2, 0]
    assert routes[1].tolist() == [0]


def test_drivers_differ_in_what_they_see_and_the_same_view_sees_the_same():
    graph = random_graph(400, 2_000, 3)
    rng = np.random.default_rng(0)
    origin, goal = rng.integers(0, 400, 300), np.full(300, 7)
    one = route(graph, origin, goal, view=np.zeros(300))
    again = route(graph, origin, goal, view=np.zeros(300))
    other = route(graph, origin, goal, view=np.ones(300))
    assert np.array_equal(one.edge, again.edge) and np.array_equal(one.start, again.start)
    assert any(not np.array_equal(one[i], other[i]) for i in range(300))


def test_no_trips_no_routes():
    graph = random_graph(5, 10, 0)
    assert len(route(graph, np.zeros(0), np.zeros(0))) == 0
