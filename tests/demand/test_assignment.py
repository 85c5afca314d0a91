"""Equilibria held to Wardrop, to theory that can be worked out by hand, and to published solutions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cosmopolis.city.errors import BadInput
from cosmopolis.demand.assignment import (
    BPR,
    Conical,
    LinkGraph,
    Problem,
    frank_wolfe,
    path_equilibrium,
    problem_of,
    stochastic_equilibrium,
)
from cosmopolis.demand.assignment.stochastic import stochastic_loading
from cosmopolis.sources.tntp import read_flow, read_net, read_trips

DATA = Path(__file__).parents[3] / "shared/data/assignment"
with_data = pytest.mark.skipif(not DATA.exists(), reason="no ../shared/data/assignment")
SEEDS = st.integers(0, 10_000)


def load(name: str) -> Problem:
    return problem_of(read_net(DATA / f"{name}_net.tntp"), read_trips(DATA / f"{name}_trips.tntp"))


def random_problem(seed: int, *, conical: bool = False) -> Problem:
    """Up to 14 nodes that all reach each other, up to 50 links and 30 flows, some above capacity."""
    rng = np.random.default_rng(seed)
    nodes = int(rng.integers(3, 15))
    more = rng.integers(0, nodes, (int(rng.integers(0, 3 * nodes)), 2))
    ring = np.column_stack([np.arange(nodes), (np.arange(nodes) + 1) % nodes])
    ends = np.concatenate([ring, more[more[:, 0] != more[:, 1]]])
    free, capacity = rng.uniform(1, 10, len(ends)), rng.uniform(20, 200, len(ends))
    cost = BPR(free, capacity, np.full(len(ends), 0.15), rng.choice([1.0, 4.0], len(ends)), 0.0 * free)
    pairs = rng.integers(0, nodes, (30, 2))
    return Problem.between(
        LinkGraph(nodes, ends[:, 0].astype(np.int32), ends[:, 1].astype(np.int32)),
        Conical(free, capacity, np.full(len(ends), 4.0)) if conical else cost,
        pairs[:, 0],
        pairs[:, 1],
        rng.uniform(0, 60, 30),
    )


def missing(problem: Problem, flow: np.ndarray) -> np.ndarray:
    """(nodes,) what leaves a node, less what comes to it and what begins there."""
    links, count = problem.links, problem.links.nodes
    leaves = np.bincount(links.tail, flow, minlength=count) + np.bincount(
        problem.destination, problem.volume, minlength=count
    )
    comes = np.bincount(links.head, flow, minlength=count) + np.bincount(
        problem.origin, problem.volume, minlength=count
    )
    return leaves - comes


@settings(deadline=None, max_examples=25)
@given(SEEDS, st.booleans())
def test_all_ways_in_use_cost_the_same_and_none_is_cheaper(seed, conical):
    problem = random_problem(seed, conical=conical)
    found, paths = path_equilibrium(problem, gap=1e-9)
    assert found.gap[-1] <= 1e-9
    cost, least = paths.cost(found.time), np.full(len(problem.volume), np.inf)
    np.minimum.at(least, paths.pair, cost)
    excess = (cost / least[paths.pair] - 1) * paths.flow / problem.volume[paths.pair]
    assert excess.max() < 1e-6
    assert np.bincount(paths.pair, paths.flow) == pytest.approx(problem.volume)
    assert paths.link_flow(len(problem.links)) == pytest.approx(found.flow)
    assert missing(problem, found.flow) == pytest.approx(0, abs=1e-6)


@settings(deadline=None, max_examples=25)
@given(SEEDS, st.booleans())
def test_frank_wolfe_goes_down_to_the_same_objective(seed, conical):
    problem = random_problem(seed, conical=conical)
    found = frank_wolfe(problem, gap=1e-4)
    exact, _ = path_equilibrium(problem, gap=1e-9)
    assert found.gap[-1] <= 1e-4 and found.gap[0] >= found.gap[-1]
    assert (np.diff(found.objective) <= 1e-9 * found.objective[0]).all()
    assert missing(problem, found.flow) == pytest.approx(0, abs=1e-6)
    spent = problem.total_time(found.flow)
    assert -1e-6 * spent <= found.objective[-1] - exact.objective[-1] <= 1.01e-4 * spent


@settings(deadline=None, max_examples=15)
@given(SEEDS)
def test_the_system_optimum_costs_all_together_least(seed):
    problem = random_problem(seed)
    selfish, _ = path_equilibrium(problem, gap=1e-9)
    together, _ = path_equilibrium(problem.for_all(), gap=1e-9)
    spent = problem.total_time(together.flow)
    assert spent <= problem.total_time(selfish.flow) * (1 + 1e-8)
    for share in (0.02, 0.3):  # nor does any mixture with the other flows
        assert spent <= problem.total_time(share * selfish.flow + (1 - share) * together.flow) * (1 + 1e-8)


@settings(deadline=None, max_examples=30)
@given(SEEDS, st.booleans(), st.floats(0.05, 3.0))
def test_slopes_and_areas_are_those_of_the_times(seed, conical, filled):
    cost = random_problem(seed, conical=conical).cost
    flow = filled * cost.capacity
    little = 1e-5 * cost.capacity
    assert (cost.time(flow + little) - cost.time(flow - little)) / (2 * little) == pytest.approx(
        cost.slope(flow), rel=1e-4, abs=1e-9
    )
    assert (cost.integral(flow + little) - cost.integral(flow - little)) / (2 * little) == pytest.approx(
        cost.time(flow), rel=1e-4
    )
    assert cost.integral(0 * flow) == pytest.approx(0)


def two_roads(volume: float = 10.0) -> Problem:
    """From node 0 to node 1 by a road of 1 + x or one of 3 + x."""
    one = np.ones(2)
    cost = BPR(np.array([1.0, 3.0]), np.array([1.0, 3.0]), one, one, 0 * one)
    links = LinkGraph(2, np.array([0, 0], np.int32), np.array([1, 1], np.int32))
    return Problem.between(links, cost, np.array([0]), np.array([1]), np.array([volume]))


def test_two_roads_as_worked_out_by_hand():
    found, _ = path_equilibrium(two_roads(), gap=1e-12)
    assert found.flow == pytest.approx([6.0, 4.0])  # 1 + 6 = 3 + 4
    together, _ = path_equilibrium(two_roads().for_all(), gap=1e-12)
    assert together.flow == pytest.approx([5.5, 4.5])  # 1 + 2 x 5.5 = 3 + 2 x 4.5


@pytest.mark.parametrize("theta", [0.01, 0.3, 2.0])
def test_two_roads_are_chosen_by_logit(theta):
    found = stochastic_equilibrium(two_roads(), theta, gap=1e-9)
    one, other = found.flow
    assert one + other == pytest.approx(10.0)
    assert one / other == pytest.approx(np.exp(-theta * (found.time[0] - found.time[1])), rel=1e-6)


def ladder(rungs: int) -> tuple[LinkGraph, np.ndarray]:
    """Nodes 0 .. rungs, two links from each to the next; and their costs."""
    at = np.repeat(np.arange(rungs, dtype=np.int32), 2)
    return LinkGraph(rungs + 1, at, at + 1), np.random.default_rng(rungs).uniform(1, 3, 2 * rungs)


def test_dials_loading_is_the_logit_of_all_ways_listed():
    links, time = ladder(4)
    cost = BPR(time, 0 * time + 1e9, 0 * time, 0 * time + 1, 0 * time)
    problem = Problem.between(links, cost, np.array([0]), np.array([4]), np.array([100.0]))
    flow, odds_of_all = np.zeros(8), []
    ways = [[2 * k + (way >> k & 1) for k in range(4)] for way in range(16)]
    odds_of_all = np.exp(-1.3 * np.array([time[way].sum() for way in ways]))
    for way, odds in zip(ways, odds_of_all):
        flow[way] += 100.0 * odds / odds_of_all.sum()
    assert stochastic_loading(problem, time, 1.3, time) == pytest.approx(flow)


def test_drivers_who_see_all_are_those_of_the_user_equilibrium():
    problem = random_problem(7)
    exact, paths = path_equilibrium(problem, gap=1e-10)
    found = stochastic_equilibrium(problem, 300.0, ways=paths, gap=1e-7, iterations=20_000)
    assert found.flow == pytest.approx(exact.flow, abs=0.5)
    blind = stochastic_equilibrium(problem, 0.1, ways=paths)
    assert np.abs(blind.flow - exact.flow).max() > 3.0


def test_nobody_drives_through_a_zone():
    # 0 -> 1 -> 3 is short but 1 is a zone; 0 -> 2 -> 3 is the way.
    tail, head = np.array([0, 1, 0, 2], np.int32), np.array([1, 3, 2, 3], np.int32)
    time = np.array([1.0, 1.0, 5.0, 5.0])
    cost = BPR(time, 0 * time + 10, 0 * time + 0.15, 0 * time + 4, 0 * time)
    problem = Problem.between(
        LinkGraph(4, tail, head, 2), cost, np.array([0, 0]), np.array([3, 1]), np.array([1, 2])
    )
    for found in (
        frank_wolfe(problem),
        path_equilibrium(problem)[0],
        stochastic_equilibrium(problem, 1.0),
    ):
        assert found.flow == pytest.approx([2, 0, 1, 1])


def test_who_cannot_get_there_is_named():
    problem = two_roads()
    lost = Problem.between(problem.links, problem.cost, np.array([1]), np.array([0]), np.array([3.0]))
    for solve in (frank_wolfe, path_equilibrium, lambda p: stochastic_equilibrium(p, 1.0)):
        with pytest.raises(BadInput, match="No way leads from node 2 to node 1, which 3 vehicles"):
            solve(lost)


@with_data
def test_braess_the_added_link_makes_every_trip_longer():
    problem = load("Braess")
    with_link, _ = path_equilibrium(problem, gap=1e-10)
    kept = np.array([0, 1, 2, 4])  # all but 3 -> 4
    cost = BPR(*(getattr(problem.cost, name)[kept] for name in BPR.__dataclass_fields__))
    links = LinkGraph(4, problem.links.tail[kept], problem.links.head[kept])
    without, _ = path_equilibrium(
        Problem(links, cost, problem.origin, problem.destination, problem.volume), gap=1e-10
    )
    assert with_link.flow == pytest.approx([4, 2, 2, 2, 4], abs=1e-6)
    assert problem.total_time(with_link.flow) / 6 == pytest.approx(92.0)
    assert float(without.flow @ without.time) / 6 == pytest.approx(83.0)


@with_data
def test_sioux_falls_as_published():
    problem = load("SiouxFalls")
    tail, head, volume, cost = read_flow(DATA / "SiouxFalls_flow.tntp")
    assert np.array_equal(tail, problem.links.tail) and np.array_equal(head, problem.links.head)
    quick = frank_wolfe(problem, gap=2e-5)
    assert quick.objective[-1] == pytest.approx(42.31335287e5, rel=1e-4)
    exact, _ = path_equilibrium(problem, gap=1e-11)
    assert exact.objective[-1] == pytest.approx(42.31335287e5, rel=1e-9)
    assert exact.flow == pytest.approx(volume, abs=0.01)
    assert exact.time == pytest.approx(cost, abs=1e-5)
    assert np.abs(quick.flow / volume - 1).max() < 0.01


@with_data
def test_the_same_bytes_on_one_thread_and_on_two():
    import numba

    problem = load("SiouxFalls")
    every = frank_wolfe(problem, gap=1e-3), stochastic_equilibrium(problem, 0.5, gap=1e-2)
    threads = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        alone = frank_wolfe(problem, gap=1e-3), stochastic_equilibrium(problem, 0.5, gap=1e-2)
    finally:
        numba.set_num_threads(threads)
    for one, other in zip(every, alone):
        assert one.flow.tobytes() == other.flow.tobytes()
