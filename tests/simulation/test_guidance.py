"""Drivers who hear of live travel times: who goes another way, and who does not."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cosmopolis.city.errors import BadInput
from cosmopolis.city.words import Mode
from cosmopolis.simulation import CloseLane, Guidance, SetSpeedLimit, Simulation
from cosmopolis.simulation.traffic.network import flatten
from cosmopolis.simulation.traffic.routing import edge_graph, follow, quickest, tree_to
from tests.simulation.drawings import busy_trips, chessboard, one_trip
from tests.simulation.roads import Drawing, trips_of


def two_ways() -> Drawing:
    """Edge 0, then a long edge 1 that leads on to a choice: 2 straight on, or 3 and 4 round it; then 5."""
    drawing = Drawing()
    drawing.edge((-1200, 0), (300, 0))  # long enough for each driver to ask once
    drawing.edge((310, 0), (900, 0))
    drawing.edge((910, 0), (1400, 0))
    drawing.edge((910, 20), (1150, 160))
    drawing.edge((1155, 160), (1400, 20))
    drawing.edge((1410, 0), (2400, 0))
    for one, other in ((0, 1), (1, 2), (1, 3), (3, 4), (2, 5), (4, 5)):
        drawing.join(one, other)
    return drawing


def driven(guidance: Guidance | None, *, slow: float = 1.0, toll: bool = False, count: int = 60) -> set[int]:
    """Trips that came by the way round while the straight one is at `slow` m/s."""
    city = two_ways().city()
    if toll:
        edges = replace(city.network.edges, toll=np.arange(6) == 3)
        city = replace(city, network=replace(city.network, edges=edges))
    trips = trips_of([one_trip(city, [0, 1, 2, 5], 6.0 * n) for n in range(count)])
    simulation = Simulation(city, trips, threads=1, guidance=guidance)
    simulation.step([SetSpeedLimit(2, slow)])
    seen: set[int] = set()
    first = int(city.network.edges.first_lane[3])
    while simulation.time < 900.0:
        simulation.step()
        vehicles = simulation.vehicles()
        seen |= set(vehicles.id[vehicles.path == first].tolist())
    return seen


def test_who_hears_of_a_slow_street_goes_round_it_and_who_does_not_stays():
    everyone, some = driven(Guidance()), driven(Guidance(share=0.4))
    assert driven(Guidance(share=0.0)) == set()
    assert len(everyone) > 40
    assert 0.2 < len(some) / len(everyone) < 0.6
    assert driven(Guidance(share=0.4)) == some, "the same drivers from the same seed"


def test_nobody_goes_round_for_a_little():
    assert driven(Guidance(), slow=11.0) == set()


def test_a_toll_keeps_those_whose_time_is_worth_less_from_going_round():
    # Edge 3 is 0.28 km; at 1 m/s the straight way takes some 450 s more.
    cheap = Guidance(toll=10.0, value_of_time=60.0)  # 2.8, worth 170 s
    dear = Guidance(toll=60.0, value_of_time=60.0)  # 16.7, worth 1000 s
    assert len(driven(cheap, toll=True)) > 40
    assert driven(dear, toll=True) == set()
    assert len(driven(replace(dear, value_of_time=600.0), toll=True)) > 40


def test_a_guided_run_goes_on_from_a_snapshot_with_the_same_bytes():
    city, trips = chessboard(), busy_trips()
    guidance = Guidance(share=0.7, worth=0.95, toll=1.0)
    simulation = Simulation(city, trips, threads=1, guidance=guidance)
    simulation.run(120.0)
    again = Simulation.restore(city, trips, simulation.snapshot(), threads=2)
    simulation.run(120.0)
    again.run(120.0)
    assert again.digest() == simulation.digest()


@pytest.mark.parametrize("wrong", [{"share": 1.5}, {"share": -0.1}, {"worth": 0.0}, {"value_of_time": 0.0}])
def test_guidance_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(BadInput):
        Guidance(**wrong)


def test_who_has_no_other_way_keeps_the_one_that_is_shut():
    """The only way is shut: who is on the road keeps the route, and nothing breaks."""
    city = two_ways().city()
    trips = trips_of([one_trip(city, [0, 1, 2, 5], 2.0 * n) for n in range(5)])
    simulation = Simulation(city, trips, threads=1)
    simulation.run(15.0)
    simulation.step([CloseLane(1)])
    simulation.run(200.0)
    counts = simulation.counts()
    assert counts["departed"] == counts["arrived"] + counts["vehicles"] + counts["broken"]


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10_000))
def test_a_tree_knows_the_same_seconds_as_one_way_at_a_time(seed):
    rng = np.random.default_rng(seed)
    graph = edge_graph(flatten(chessboard(4).network))
    edges = len(graph.start) - 1
    graph = graph._replace(seconds=rng.uniform(1.0, 60.0, len(graph.to)))
    shut = (rng.random(edges) < 0.15).astype(np.uint8)
    goal, begins = int(rng.integers(edges)), rng.integers(0, edges, 12)
    begins = begins[begins != goal]
    following = np.empty(edges, np.int32)
    seconds = tree_to(goal, begins, np.inf, int(Mode.CAR), shut, graph, following)
    cost = {(int(a), int(b)): s for a, b, s in zip(graph.origin, graph.to, graph.seconds)}
    for begin, there in zip(begins.tolist(), seconds):
        way = quickest(begin, goal, int(Mode.CAR), shut, graph)
        assert bool(len(way)) == np.isfinite(there)
        if len(way):
            assert sum(cost[int(a), int(b)] for a, b in pairwise(way)) == pytest.approx(there)
            by_tree = follow(following, begin, goal)
            assert not shut[by_tree[1:]].any() and by_tree[0] == begin
            assert sum(cost[int(a), int(b)] for a, b in pairwise(by_tree)) == pytest.approx(there)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10_000), st.floats(0.0, 400.0))
def test_a_tree_that_ends_early_is_right_as_far_as_it_goes(seed, most):
    rng = np.random.default_rng(seed)
    graph = edge_graph(flatten(chessboard(4).network))
    edges = len(graph.start) - 1
    graph = graph._replace(seconds=rng.uniform(1.0, 60.0, len(graph.to)))
    shut = np.zeros(edges, np.uint8)
    goal, begins = int(rng.integers(edges)), np.arange(edges)
    whole, cut = np.empty(edges, np.int32), np.empty(edges, np.int32)
    seconds = tree_to(goal, begins, np.inf, int(Mode.CAR), shut, graph, whole)
    early = tree_to(goal, begins, most, int(Mode.CAR), shut, graph, cut)
    near = seconds <= most
    assert np.array_equal(early[near], seconds[near]) and (early[~near] > most).all()
    for begin in np.flatnonzero(near).tolist():
        assert np.array_equal(follow(cut, begin, goal), follow(whole, begin, goal))
