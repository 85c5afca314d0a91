"""Ways through a day: held to a plain search, and to what a clock allows."""

from __future__ import annotations

from heapq import heappop, heappush

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cosmopolis.demand.routing import Routes, route
from cosmopolis.demand.timed_routing import TimedGraph, timed_costs, timed_routes
from tests.demand.test_routing import random_graph

SEEDS = st.integers(0, 10_000)


def random_day(seed: int) -> tuple[TimedGraph, np.random.Generator]:
    rng = np.random.default_rng(seed)
    graph = random_graph(int(rng.integers(3, 40)), int(rng.integers(5, 200)), seed)
    return TimedGraph.between(graph, 1_000.0, 300.0, rng.uniform(1, 900, (4, len(graph.move_from)))), rng


def takes(timed: TimedGraph, move: int, now: float) -> float:
    middles = timed.begin + (np.arange(len(timed.seconds)) + 0.5) * timed.interval
    return float(np.interp(now, middles, timed.seconds[:, move]))


def plain(timed: TimedGraph, origin: int, depart: float) -> np.ndarray:
    """(E,) s until each edge is come to, as in the textbook."""
    start, order, into = timed.out
    best = np.full(timed.graph.edges, np.inf)
    best[origin] = 0.0
    heap = [(0.0, origin)]
    while heap:
        spent, edge = heappop(heap)
        if spent > best[edge]:
            continue
        for move in order[start[edge] : start[edge + 1]].tolist():
            there = spent + takes(timed, move, depart + spent)
            if there < best[into[move]]:
                best[into[move]] = there
                heappush(heap, (there, int(into[move])))
    return best


@settings(deadline=None, max_examples=30)
@given(SEEDS)
def test_ways_are_as_quick_as_a_plain_searchs_and_cost_what_they_say(seed):
    timed, rng = random_day(seed)
    edges = timed.graph.edges
    origin, goal = rng.integers(0, edges, 12), rng.integers(0, edges, 12)
    depart = rng.uniform(500.0, 2_500.0, 12)
    routes, seconds = timed_routes(timed, origin, goal, depart)
    for row in range(12):
        truth = plain(timed, int(origin[row]), float(depart[row]))[goal[row]]
        assert seconds[row] == pytest.approx(truth)
        assert bool(len(routes[row])) == np.isfinite(truth)
        assert not len(routes[row]) or (routes[row][0], routes[row][-1]) == (origin[row], goal[row])
    found = np.isfinite(seconds)
    assert timed_costs(timed, routes, depart)[found] == pytest.approx(seconds[found])


@settings(deadline=None, max_examples=30)
@given(SEEDS)
def test_who_comes_later_leaves_later(seed):
    timed, rng = random_day(seed)
    if len(timed.graph.move_from) == 0:
        return
    move = int(rng.integers(len(timed.graph.move_from)))
    now = np.linspace(800.0, 2_600.0, 500)
    leaves = now + np.array([takes(timed, move, at) for at in now])
    assert (np.diff(leaves) >= -1e-9).all()


def test_the_same_all_day_is_the_same_as_without_a_clock():
    graph = random_graph(60, 300, 5)
    alone = graph.free_time[graph.move_from] + graph.move_cost
    timed = TimedGraph.between(graph, 0.0, 900.0, np.tile(alone, (3, 1)))
    rng = np.random.default_rng(1)
    origin, goal = rng.integers(0, 60, 50), rng.integers(0, 60, 50)
    routes, _ = timed_routes(timed, origin, goal, rng.uniform(0, 3_000, 50))
    same = route(graph, origin, goal, spread=0.0)
    assert np.array_equal(routes.edge, same.edge) and np.array_equal(routes.start, same.start)


def test_a_jam_that_is_over_by_then_is_no_reason_to_go_round():
    # 0 -> 1 -> 3 is quick but jammed early on, 0 -> 2 -> 3 always takes 200 s.
    graph = random_graph(4, 0, 0)
    graph = type(graph)(
        np.ones(4), np.array([0, 0, 1, 2, 4]), np.array([0, 0, 1, 2], np.int32), np.ones(4), np.ones(4, bool)
    )
    seconds = np.tile([10.0, 10.0, 50.0, 190.0], (8, 1))
    seconds[:2, 2] = 800.0
    timed = TimedGraph.between(graph, 0.0, 600.0, seconds)
    ends = np.array([0, 0]), np.array([3, 3])
    routes, _ = timed_routes(timed, *ends, np.array([100.0, 4_000.0]))
    assert routes[0].tolist() == [0, 2, 3] and routes[1].tolist() == [0, 1, 3]
    only_straight = np.array([True, False, True, False])
    closed, _ = timed_routes(timed, *ends, np.array([100.0, 4_000.0]), only_straight)
    assert closed[0].tolist() == [0, 1, 3]


@given(st.lists(st.lists(st.integers(0, 99), max_size=5), max_size=6), st.data())
def test_routes_are_joined_and_taken_as_lists_are(lists, data):
    def routes(some):
        start = np.concatenate([[0], np.cumsum([len(way) for way in some])]).astype(np.int64)
        return Routes(start, np.array([edge for way in some for edge in way], np.int32))

    cut = data.draw(st.integers(0, len(lists)))
    whole = Routes.joined([routes(lists[:cut]), routes(lists[cut:])])
    assert [whole[row].tolist() for row in range(len(whole))] == lists
    rows = data.draw(st.lists(st.integers(0, len(lists) - 1), max_size=8)) if lists else []
    taken = whole.take(np.array(rows, np.int64))
    assert [taken[row].tolist() for row in range(len(taken))] == [lists[row] for row in rows]


def test_trips_are_found_the_same_ways_few_or_many_at_once(monkeypatch):
    timed, rng = random_day(11)
    edges = timed.graph.edges
    asked = rng.integers(0, edges, 40), rng.integers(0, edges, 40), rng.uniform(500.0, 2_500.0, 40)
    routes, seconds = timed_routes(timed, *asked)
    monkeypatch.setattr("cosmopolis.demand.timed_routing.AT_ONCE", 3)
    again, same = timed_routes(timed, *asked)
    assert len(routes.edge) > 40
    for one, other in ((routes.edge, again.edge), (routes.start, again.start), (seconds, same)):
        assert np.array_equal(one, other)
