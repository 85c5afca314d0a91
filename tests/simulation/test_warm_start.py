"""A city that is alive at once: who is under way at the start stands on his route, apart from the others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cosmopolis.city.build import build
from cosmopolis.city.model import City
from cosmopolis.demand import Trips, plan_trips
from cosmopolis.demand.trips import take
from cosmopolis.growth import grow
from cosmopolis.simulation import Simulation
from tests.simulation.drawings import bus_runs, chessboard, one_trip, parallel_roads
from tests.simulation.path_occupancy import PathOccupancy
from tests.simulation.roads import random_trips, trips_of

EIGHT = 8 * 3600.0  # s


@pytest.fixture(scope="module")
def village() -> City:
    return build(grow(seed=3, population=5_000))


@pytest.fixture(scope="module")
def trips(village: City) -> Trips:
    return plan_trips(village, seed=5)


@pytest.fixture(scope="module")
def morning(village: City, trips: Trips) -> Simulation:
    return Simulation(village, trips, start=EIGHT, threads=1)


def test_everybody_stands_on_a_lane_of_his_route_that_he_may_use(
    village: City, trips: Trips, morning: Simulation
) -> None:
    vehicles, lanes = morning.vehicles(), village.network.lanes
    assert len(vehicles.id) > 20
    assert (vehicles.path < len(lanes)).all()
    assert (vehicles.position <= lanes.length[vehicles.path]).all() and (vehicles.position > 0).all()
    for trip, path in zip(vehicles.trip.tolist(), vehicles.path.tolist(), strict=True):
        assert lanes.edge[path] in trips.route[trips.route_start[trip] : trips.route_start[trip + 1]]
        assert trips.depart[trip] < EIGHT


def test_nobody_overlaps_at_the_start_or_in_the_minutes_after(village: City, trips: Trips) -> None:
    simulation = Simulation(village, trips, start=EIGHT, threads=1)
    ground = PathOccupancy(simulation)
    assert ground.overlaps() == []
    while simulation.time < EIGHT + 90.0:
        simulation.step()
        assert ground.overlaps() == []


def test_the_same_seed_puts_everybody_at_the_same_place(
    village: City, trips: Trips, morning: Simulation
) -> None:
    assert (
        Simulation(village, trips, start=EIGHT, threads=2).digest()
        == Simulation(village, trips, start=EIGHT, threads=1).digest()
    )


def test_nobody_is_told_to_brake_harder_than_tyres_allow_at_the_start(village: City, trips: Trips) -> None:
    simulation = Simulation(village, trips, start=EIGHT, threads=1)
    before = simulation.vehicles()
    speed = dict(zip(before.id.tolist(), before.speed.tolist(), strict=True))
    simulation.step()
    after = simulation.vehicles()
    lost = [
        speed[id] - now
        for id, now in zip(after.id.tolist(), after.speed.tolist(), strict=True)
        if id in speed
    ]
    assert max(lost) <= 9.0 * simulation.dt + 1e-3
    assert np.mean(np.array(lost) > 4.5 * simulation.dt) < 0.06


def test_who_is_under_way_is_further_the_earlier_he_left() -> None:
    """On an empty road of 4 km: order and distances of the drive, and not one of those who must have arrived."""
    city = parallel_roads(1, 4_000.0)
    departs = [600.0 - ago for ago in (1_000.0, 250.0, 120.0, 60.0, 20.0)] + [610.0]
    simulation = Simulation(city, trips_of([one_trip(city, [0], depart) for depart in departs]), start=600.0)
    vehicles = simulation.vehicles()
    assert vehicles.trip.tolist() == [4, 3, 2, 1]
    free = 50 / 3.6 * np.array([20.0, 60.0, 120.0, 250.0])
    assert (vehicles.position <= free + 15.0).all() and (vehicles.position > 0.5 * free).all()


def test_none_of_those_under_way_is_lost_where_the_road_is_full() -> None:
    """Two hundred on a road for sixty: the others wait at their kerb."""
    city = parallel_roads(1, 400.0)
    rows = [one_trip(city, [0], 590.0 + 0.04 * n) for n in range(200)]
    simulation = Simulation(city, trips_of(rows), start=600.0, threads=1)
    simulation.step()
    counts = simulation.counts()
    assert counts["vehicles"] + counts["waiting"] == 200
    simulation.run(900.0)
    assert simulation.counts()["arrived"] == 200


def test_a_bus_under_way_has_its_past_halts_behind_it() -> None:
    city = chessboard(3)
    trips = bus_runs(city, random_trips(city, 60, seconds=1.0, seed=2), 20)
    simulation = Simulation(city, trips, start=40.0, threads=1)
    vehicles = simulation.vehicles()
    assert len(vehicles.id) > 10
    halts = np.diff(trips.halt_start)
    whole = Simulation(city, trips, threads=1)
    while simulation.time < 700.0:
        simulation.step()
        whole.step()
    while whole.time < 700.0:
        whole.step()
    assert whole.counts()["halted"] == halts.sum()
    assert 0 < simulation.counts()["halted"] <= halts.sum()
    assert simulation.counts()["arrived"] == len(trips)


def test_trips_that_left_the_evening_before_are_still_under_way_after_midnight() -> None:
    city = parallel_roads(1, 4_000.0)
    trip = one_trip(city, [0], 86_400.0 - 60.0)
    simulation = Simulation(city, trips_of([trip]), start=86_400.0 + 60.0, threads=1)
    assert simulation.counts()["vehicles"] == 1


@pytest.mark.parametrize("clock", [EIGHT, 18 * 3600.0])
def test_as_many_are_on_the_road_as_in_a_run_that_comes_to_that_time(
    village: City, trips: Trips, clock: float
) -> None:
    """From an hour before, with nobody on the road then; nobody in this town drives for an hour."""
    first = np.flatnonzero((trips.depart >= clock - 3600.0) & (trips.depart < clock + 600.0))
    earlier = take(trips, first)
    earlier = replace(earlier, depart=earlier.depart - (clock - 3600.0))
    run = Simulation(village, earlier, threads=1)
    run.run(3600.0)
    warm = Simulation(village, trips, start=clock, threads=1)
    reached, put = run.counts()["vehicles"], warm.counts()["vehicles"]
    assert 0.75 * reached <= put <= 1.33 * reached, f"{put} put on the road, {reached} in the run"
