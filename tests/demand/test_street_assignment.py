"""The assignment on the streets of a town: it agrees with the router, and people spread over the streets."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from cosmopolis.city.words import Mode
from cosmopolis.demand.assignment import edge_times, frank_wolfe, street_problem
from cosmopolis.demand.assignment.trees import all_or_nothing
from cosmopolis.demand.capacity import Capacity
from cosmopolis.demand.graph import RoadGraph
from cosmopolis.demand.routing import route


@pytest.fixture(scope="module")
def graph(village) -> RoadGraph:
    return RoadGraph.of(village.network, Mode.CAR)


@pytest.fixture(scope="module")
def pairs(village, trips, graph) -> tuple[np.ndarray, np.ndarray]:
    cars = np.flatnonzero((trips.line < 0) & (trips.depart > 7.5 * 3600) & (trips.depart < 8.5 * 3600))
    return trips.route[trips.route_start[cars]], trips.route[trips.route_start[cars + 1] - 1]


def test_without_traffic_it_takes_the_ways_of_the_router(village, graph, pairs):
    origin, goal = pairs
    problem = street_problem(graph, Capacity.of(village.network, graph), origin, goal, np.ones(len(origin)))
    _, spent = all_or_nothing(problem, problem.cost.time(np.zeros(len(problem.links))))
    routes = route(graph, origin, goal, spread=0.0)
    into = np.repeat(np.arange(graph.edges), np.diff(graph.move_start))
    cost = dict(zip(zip(graph.move_from.tolist(), into.tolist()), graph.move_cost.tolist()))
    driven = graph.free_time[routes.edge].sum()
    for row in range(len(routes)):
        way = routes[row].tolist()
        driven += sum(cost[move] for move in pairwise(way))
    assert spent == pytest.approx(driven)


def test_more_traffic_than_fits_one_street_takes_several(village, graph, pairs):
    origin, goal = pairs
    capacity = Capacity.of(village.network, graph)
    problem = street_problem(graph, capacity, origin, goal, np.full(len(origin), 3.0))
    found = frank_wolfe(problem, gap=1e-3)
    assert found.gap[-1] <= 1e-3
    free, _ = all_or_nothing(problem, problem.cost.time(np.zeros(len(problem.links))))
    assert problem.total_time(found.flow) < problem.total_time(free)
    edge, move = edge_times(problem, found.time)
    usable = np.isfinite(graph.free_time)
    assert (edge[usable] >= graph.free_time[usable]).all() and (move >= graph.move_cost).all()
    assert found.flow[: graph.edges][~usable].sum() == 0
