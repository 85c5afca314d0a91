"""Shortest paths held to scipy's, on the same graph."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from cosmopolis.demand.graph import RoadGraph
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
