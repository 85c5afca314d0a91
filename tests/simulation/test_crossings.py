"""People on crossings hold cars: as many as the city's figures say, at lights only with their green."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import shapely

from cosmopolis.city.model import City, Zones
from cosmopolis.city.words import Light, StreetKind
from cosmopolis.simulation import Simulation, TrafficRules
from cosmopolis.simulation.traffic.crossings import pedestrian_rates
from tests.network.towns import cross, edge, street, town
from tests.simulation.drawings import one_trip, run_out, streets_of
from tests.simulation.occupancy import SharedGround
from tests.simulation.path_occupancy import PathOccupancy
from tests.simulation.roads import random_trips, trips_of

EIGHT = 8 * 3600.0  # s


def with_people(city: City, residents: float) -> City:
    """`city` with so many residents around the origin."""
    zone = Zones(
        polygon=np.array([shapely.box(-50, -50, 50, 50)]),
        kind=np.zeros(1, np.uint8),
        residents=np.array([residents], np.float32),
        jobs=np.zeros(1, np.float32),
        provenance=np.zeros(1, np.uint8),
    )
    return replace(city, zones=zone)


@cache
def zebra_cross(residents: float = 6_000.0) -> City:
    """A priority crossing that people cross on all arms."""
    return with_people(streets_of(cross(1, 1, StreetKind.RESIDENTIAL, crossings={"c": False})), residents)


@cache
def lit_cross(residents: float = 6_000.0) -> City:
    return with_people(streets_of(cross(2, signals="c")), residents)


def test_as_many_people_come_as_live_and_work_near_by() -> None:
    city = zebra_cross(2_400.0)
    assert len(city.network.crossings) == 4
    assert pedestrian_rates(city, 1.0).tolist() == [50.0] * 4
    assert pedestrian_rates(city, 0.5).tolist() == [25.0] * 4
    assert pedestrian_rates(with_people(city, 0.0), 1.0).tolist() == [0.0] * 4


def busy_slots(city: City, seed: int = 1) -> np.ndarray:
    """(n, X) whether people are on each crossing, every 4 s of the hour from eight."""
    simulation = Simulation(city, trips_of([]), start=EIGHT, seed=seed, threads=1)
    rows = []
    while simulation.time < EIGHT + 3600.0:
        simulation.run(4.0)
        rows.append(simulation._traffic.path_state.pedestrians.copy())
    return np.array(rows)


def test_they_come_at_the_rate_of_the_hour_and_the_same_ones_for_the_same_seed() -> None:
    city = zebra_cross(2_400.0)
    seen = busy_slots(city)
    an_hour = 50.0 * 24 * 90 / 1028  # of the day's walks in the hour from eight
    assert abs(seen.mean() - (1.0 - np.exp(-an_hour * 4.0 / 3600.0))) < 0.02
    assert (seen == busy_slots(city)).all()
    assert (seen != busy_slots(city, seed=2)).any()


def test_at_lights_they_walk_only_while_the_cars_that_go_straight_stand() -> None:
    city = lit_cross()
    simulation = Simulation(city, trips_of([]), start=EIGHT, threads=1)
    traffic, walked = simulation._traffic, np.zeros(len(city.network.crossings))
    before = traffic.path_state.pedestrians.copy()
    while simulation.time < EIGHT + 600.0:
        simulation.step()
        now = traffic.path_state.pedestrians
        for crossing in np.flatnonzero((now == 1) & (before == 0)):
            rows = slice(traffic.roads.walk_red_start[crossing], traffic.roads.walk_red_start[crossing + 1])
            lights = traffic.path_state.light[traffic.roads.walk_red[rows]]
            assert len(lights) and not np.isin(lights, (Light.GREEN_PROTECTED, Light.YELLOW)).any()
            walked[crossing] += 1
        before = now.copy()
    assert (walked > 3).all()


def mean_time(city: City, share: float) -> float:
    """s on average over twenty cars that turn right, at all moments of the lights' cycle."""
    network = city.network
    route = [edge(network, "w", "c"), edge(network, "c", "s")]
    rows = [one_trip(city, route, EIGHT + 71.0 * n, from_position=8.0) for n in range(20)]
    simulation = Simulation(city, trips_of(rows), start=EIGHT, threads=1, rules=TrafficRules(on_foot=share))
    spent = []
    while simulation.counts()["arrived"] < 20:
        spent.append(simulation.counts()["vehicles"] * simulation.dt)
        simulation.step()
        assert simulation.time < EIGHT + 2_400.0
    return sum(spent) / 20


def test_cars_wait_for_people_and_not_where_nobody_walks() -> None:
    for city in (zebra_cross(), lit_cross()):
        assert mean_time(city, 1.0) > mean_time(city, 0.0) + 1.0


def test_a_car_stops_before_a_crossing_between_junctions() -> None:
    nodes = {"w": (-300, 0), "x": (0, 0), "e": (300, 0)}
    raw = town(nodes, street("w x e", forward_lanes=1, backward_lanes=1), crossings={"x": False})
    city = with_people(streets_of(raw), 60_000.0)
    assert (city.network.crossings.junction < 0).all() and len(city.network.crossings) == 1
    route = [edge(city.network, "w", "e")]
    rows = [one_trip(city, route, EIGHT + 20.0 * n, from_position=8.0) for n in range(15)]
    simulation = Simulation(city, trips_of(rows), start=EIGHT, threads=1)
    stood_at = []
    while simulation.time < EIGHT + 500.0:
        simulation.step()
        vehicles = simulation.vehicles()
        stood_at += vehicles.position[vehicles.speed < 0.05].tolist()
    assert len(stood_at) > 10
    assert np.median(stood_at) < 300.0 and max(stood_at) < 300.0
    assert simulation.counts()["arrived"] == 15


def test_with_people_everywhere_nobody_overlaps_and_all_arrive() -> None:
    for city in (zebra_cross(20_000.0), lit_cross(20_000.0)):
        trips = random_trips(city, 80, seconds=240.0, seed=3, nearest=100.0, mixed=True)
        trips = replace(trips, depart=trips.depart + EIGHT)
        one = Simulation(city, trips, start=EIGHT, threads=1)
        two = Simulation(city, trips, start=EIGHT, threads=2)
        ground, shared = PathOccupancy(one), SharedGround(one)
        while one.time < EIGHT + 300.0:
            one.step()
            assert ground.overlaps() == [] and shared.clashes() == []
        two.run(300.0)
        assert one.digest() == two.digest()
        assert run_out(one, at_most=900.0)
