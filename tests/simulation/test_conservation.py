"""Nobody is lost, doubled or made up: the books are kept at every step."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cosmopolis.demand.trips import concatenate, sorted_by_departure
from cosmopolis.simulation import Arrived, Broken, Departed, Simulation
from tests.simulation.drawings import bus_runs, busy_trips, chessboard, one_trip, run_out
from tests.simulation.occupancy import check_books
from tests.simulation.roads import Drawing, random_trips, trips_of

FEW = settings(
    max_examples=6, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)


def watch(simulation: Simulation, seconds: float) -> None:
    """Step for `seconds`, with the books open."""
    depart, usable = simulation.trips.depart, simulation.counts()["unroutable"] == 0
    assert usable
    until = simulation.time + seconds
    while simulation.time < until:
        simulation.step()
        check_books(simulation, int(np.count_nonzero(depart < simulation.time)))


@FEW
@given(
    n=st.sampled_from([2, 3]),
    lanes=st.sampled_from([1, 2, 3]),
    block=st.sampled_from([70.0, 150.0]),
    signals=st.booleans(),
    count=st.integers(20, 350),
    seed=st.integers(0, 2**31),
)
def test_whoever_departs_is_on_the_road_until_he_arrives(
    n: int, lanes: int, block: float, signals: bool, count: int, seed: int
) -> None:
    city = chessboard(n, lanes, block=block, signals=signals)
    trips = random_trips(city, count, seconds=100.0, seed=seed, mixed=True)
    trips = sorted_by_departure(concatenate([trips, bus_runs(city, trips, 5)]))
    watch(Simulation(city, trips, seed=seed % 97, threads=1), 200.0)


def test_the_events_tell_the_same_story_as_the_counts() -> None:
    city, trips = chessboard(), busy_trips()
    simulation = Simulation(city, trips, threads=1)
    on_road: set[int] = set()
    while simulation.time < 240.0:
        events = list(simulation.step())
        for event in events:
            assert event.time == simulation.time - simulation.dt
            if isinstance(event, Departed):
                assert event.vehicle not in on_road
                on_road.add(event.vehicle)
            elif isinstance(event, Arrived | Broken):
                on_road.remove(event.vehicle)
        assert on_road == set(simulation.vehicles().id.tolist())


def test_a_vehicle_keeps_its_kind_and_its_trip() -> None:
    city, trips = chessboard(), busy_trips()
    simulation = Simulation(city, trips, threads=1)
    while simulation.time < 120.0:
        simulation.run(10.0)
        vehicles = simulation.vehicles()
        np.testing.assert_array_equal(vehicles.kind, trips.kind[vehicles.trip])
        assert (vehicles.path < len(city.network.lanes) + len(city.network.connections)).all()
        assert (vehicles.path >= 0).all() and (vehicles.speed >= 0).all()


@pytest.mark.parametrize("piece", [1.0, 3.0, 6.0, 12.0])
def test_nobody_is_lost_on_edges_shorter_than_a_vehicle_or_than_a_step(piece: float) -> None:
    """Lanes of a metre and connections of half a metre, at 14 m/s: seven metres a step."""
    drawing = Drawing()
    edges = [drawing.edge((0.0, 0.0), (120.0, 0.0))]
    x = 120.5
    for _ in range(12):
        edges.append(drawing.edge((x, 0.0), (x + piece, 0.0)))
        x += piece + 0.5
    edges.append(drawing.edge((x, 0.0), (x + 200.0, 0.0)))
    for one, other in pairwise(edges):
        drawing.join(one, other)
    city = drawing.city()
    kinds = [0, 2, 4, 0, 5, 0, 3]
    trips = trips_of([one_trip(city, edges, 3.0 * n, kinds[n % 7]) for n in range(30)])  # type: ignore[arg-type]
    simulation = Simulation(city, trips, threads=1)
    watch(simulation, 90.0)
    assert run_out(simulation, at_most=400.0)
    assert simulation.counts()["arrived"] == 30


def test_after_the_last_trip_everybody_has_arrived() -> None:
    city = chessboard()
    trips = random_trips(city, 300, seconds=180.0, seed=1)
    trips = sorted_by_departure(concatenate([trips, bus_runs(city, trips, 12)]))
    simulation = Simulation(city, trips, threads=1)
    simulation.run(181.0)
    assert run_out(simulation, at_most=1_500.0)
    counts = simulation.counts()
    assert counts["arrived"] == counts["departed"] == len(trips)
    assert counts["given_up"] == 0


def test_the_next_day_begins_again() -> None:
    """A trip of the evening that ends after midnight is on the road once, and leaves again the next evening."""
    city = chessboard(2)
    trips = random_trips(city, 20, seconds=30.0, seed=3)
    late = 86_400.0 - 40.0
    simulation = Simulation(city, trips_of_later(trips, late), start=late - 10.0, threads=1)
    simulation.run(60.0)
    assert simulation.time > 86_400.0 and simulation.counts()["departed"] == 20
    assert run_out(simulation, at_most=600.0)
    assert simulation.counts()["arrived"] == 20


def trips_of_later(trips, seconds: float):  # type: ignore[no-untyped-def]
    """The same trips, `seconds` later."""
    from dataclasses import replace

    return replace(trips, depart=trips.depart + seconds)


def test_trips_that_hang_together_nowhere_are_left_out_and_counted() -> None:
    city = chessboard(2)
    good = one_trip(city, random_trips(city, 1, seconds=1.0).route.tolist(), 1.0)
    edges = np.arange(len(city.network.edges))
    apart = next(int(e) for e in edges if e not in following(city, good["route"][0]))
    bad = [
        one_trip(city, [good["route"][0], apart], 1.0),
        {**good, "route": [10**6], "depart": 2.0},
        {**good, "from_lane": -1, "depart": 3.0},
    ]
    simulation = Simulation(city, trips_of([good, *bad]), threads=1)
    assert simulation.counts()["unroutable"] == 3
    simulation.run(10.0)
    assert simulation.counts()["departed"] == 1


def following(city, edge: int) -> set[int]:  # type: ignore[no-untyped-def]
    """Edges that a connection leads to from `edge`, and itself."""
    ways, of = city.network.connections, city.network.lanes.edge
    return {edge, *of[ways.to_lane[of[ways.from_lane] == edge]].tolist()}
