"""Area detectors: who is on a stretch, how much of it they cover, how far they stand."""

from __future__ import annotations

import numpy as np
import pytest

from cosmopolis.city.errors import BadInput
from cosmopolis.city.words import Light, VehicleKind
from cosmopolis.simulation import Area, AreaCounts, Observer, Simulation
from tests.simulation.drawings import busy_trips, chessboard, one_trip, parallel_roads, roads_with_lights
from tests.simulation.roads import trips_of

CAR = 4.6  # m
DT = Simulation.dt


def watched(simulation: Simulation, areas: list[Area], until: float) -> AreaCounts:
    observer = Observer(simulation, areas=areas)
    while simulation.time < until:
        observer.see(simulation.step())
    return observer.read().areas


def test_whoever_drives_through_is_seen_once_and_for_as_long_as_he_takes():
    city = parallel_roads(1, 800.0)
    trips = trips_of([one_trip(city, [0], 6.0 * n) for n in range(20)])
    areas = watched(Simulation(city, trips, threads=1), [Area("x", 0, 300.0, 500.0)], 250.0)
    assert areas.entered.tolist() == areas.left.tolist() == areas.seen.tolist() == [20]
    assert areas.time[0] == pytest.approx(20 * (200.0 + CAR) / areas.mean_speed[0], rel=0.02)
    # of a car's stay all of it is on the area, but while it comes and goes
    assert areas.covered[0] == pytest.approx(20 * CAR * 200.0 / areas.mean_speed[0], rel=0.02)
    assert areas.there[0] == areas.halting[0] == areas.halts[0] == areas.jam[0] == areas.most_jam[0] == 0


def test_a_queue_at_red_is_a_jam_from_the_first_front_to_the_last_rear():
    city = roads_with_lights(1, 300.0, 50.0, [(900.0, Light.RED)])
    trips = trips_of([one_trip(city, [0, 1], 3.0 * n) for n in range(8)])
    simulation = Simulation(city, trips, threads=1)
    observer = Observer(simulation, areas=[Area("queue", 0, 200.0, 300.0), Area("upstream", 0, 50.0, 200.0)])
    while simulation.time < 120.0:
        observer.see(simulation.step())
    observer.read()
    for _ in range(20):
        observer.see(simulation.step())
    areas = observer.read().areas
    position = np.sort(simulation.vehicles().position)
    length = position[-1] - position[0] + CAR
    assert len(position) == 8
    assert areas.most_jam == pytest.approx([length, 0.0], abs=0.05)
    assert areas.jam[0] / 10.0 == pytest.approx(length, abs=0.05)
    assert areas.most_jam_cars.tolist() == areas.most.tolist() == areas.there.tolist() == [8, 0]
    assert areas.halting.tolist() == [80.0, 0.0] and areas.halts.tolist() == [0, 0]
    assert areas.covered[0] / 10.0 == pytest.approx(8 * CAR, abs=1e-3)
    assert areas.longest[0] > 60.0


def test_two_groups_are_two_jams_and_a_wider_gap_makes_one_of_them():
    city = roads_with_lights(1, 300.0, 50.0, [(900.0, Light.RED)])
    trips = trips_of([one_trip(city, [0, 1], 3.0 * n) for n in range(6)])
    simulation = Simulation(city, trips, threads=1)
    places = [Area("near", 0, 200.0, 300.0, gap=1.0), Area("wide", 0, 200.0, 300.0, gap=10.0)]
    areas = watched(simulation, places, 120.0)
    assert areas.most_jam_cars.tolist() == [1, 6]  # at a standstill they leave each other two metres
    assert areas.halting[0] == areas.halting[1]
    assert areas.jams[1] > areas.jams[0] > 5 * areas.jam[0]


def test_who_only_slows_down_does_not_halt_before_his_time():
    city = roads_with_lights(1, 300.0, 50.0, [(900.0, Light.RED)])
    simulation = Simulation(city, trips_of([one_trip(city, [0, 1], 0.0)]), threads=1)
    areas = watched(simulation, [Area(str(s), 0, 200.0, 300.0, patience=s) for s in (1.0, 5.0)], 90.0)
    assert areas.halts.tolist() == [1, 1]
    assert areas.halting[0] - areas.halting[1] == pytest.approx(4.0)


def test_a_rear_counts_while_the_front_is_within_the_junction():
    city = roads_with_lights(1, 300.0, 300.0, [(900.0, Light.GREEN_PROTECTED)])
    bus = VehicleKind.ARTICULATED_BUS
    simulation = Simulation(city, trips_of([one_trip(city, [0, 1], 0.0, bus)]), threads=1)
    observer = Observer(simulation, areas=[Area("line", 0, 280.0, 300.0)])
    length, lanes = float(simulation.traffic.drivers.length[bus]), len(city.network.lanes)
    within = 0
    while simulation.time < 70.0:
        before = float(observer._areas.covered[0])
        observer.see(simulation.step())
        vehicles = simulation.vehicles()
        if len(vehicles) and vehicles.path[0] >= lanes:
            within += 1
            covers = max(0.0, min(20.0, length - float(vehicles.position[0])))
            assert observer._areas.covered[0] - before == pytest.approx(covers * DT, abs=1e-3)
    assert within > 0
    areas = observer.read().areas
    assert areas.entered.tolist() == areas.left.tolist() == [1]


def test_in_town_nobody_is_lost_and_the_sums_do_not_depend_on_threads():
    """On every lane from end to end: the vehicles that a look at all of them finds there, at every step."""
    city = chessboard()
    length = city.network.lanes.length
    places = [Area(str(lane), lane, 0.0, float(length[lane])) for lane in range(len(length))]

    def run(threads: int) -> AreaCounts:
        simulation = Simulation(city, busy_trips(), seed=1, threads=threads)
        observer = Observer(simulation, areas=places)
        most = np.zeros(len(length))
        while simulation.time < 150.0:
            observer.see(simulation.step())
            vehicles = simulation.vehicles()
            fronts = np.bincount(vehicles.path[vehicles.path < len(length)], minlength=len(length))
            most = np.maximum(most, fronts)
            assert (observer._areas.there >= fronts).all()
        areas = observer.read().areas
        assert (areas.most >= most).all() and most.max() > 3
        assert np.array_equal(areas.entered - areas.left, areas.there)
        assert (areas.most_covered <= areas.length).all() and (areas.jam <= areas.jams + 1e-6).all()
        return areas

    one, two = run(1), run(2)
    for name in AreaCounts.sums():
        assert np.array_equal(getattr(one, name), getattr(two, name)), name


def test_an_area_lies_on_a_lane_there_is_and_has_a_length():
    simulation = Simulation(parallel_roads(1, 200.0), trips_of([]), threads=1)
    for area, said in (
        (Area("x", 7, 0.0, 10.0), "lane 7, which there is not"),
        (Area("x", 0, 0.0, 210.0), r"lane of 200\.00 m"),
        (Area("x", 0, 50.0, 50.0), "give it a length"),
    ):
        with pytest.raises(BadInput, match=said):
            Observer(simulation, areas=[area])
