"""What a controller sees is what is there: counted again from the vehicles themselves."""

from __future__ import annotations

import numpy as np
import pytest

from cosmopolis.city.errors import BadInput
from cosmopolis.city.words import Light, VehicleKind
from cosmopolis.simulation import Lookout, Simulation
from tests.simulation.drawings import busy_trips, chessboard, one_trip, roads_with_lights
from tests.simulation.roads import trips_of

STANDS = 5 / 3.6  # m/s


def test_lanes_and_queues_are_those_of_the_vehicles() -> None:
    city = chessboard()
    simulation = Simulation(city, busy_trips(), threads=1)
    simulation.run(100.0)
    programs = list(range(len(city.network.signals)))
    lookout = Lookout(simulation, programs, reach=90.0)
    views, vehicles = lookout.look(), simulation.vehicles()
    length, seen = city.network.lanes.length, 0
    for view, lanes in zip(views, lookout.lanes, strict=True):
        for row, lane in enumerate(lanes.tolist()):
            here = (vehicles.path == lane) & (length[lane] - vehicles.position <= 90.0)
            assert view.near[row] == np.count_nonzero(here)
            assert view.halted[row] == np.count_nonzero(here & (vehicles.speed < STANDS))
            left = (length[lane] - vehicles.position[here]).min(initial=1e9)
            assert view.first[row] == pytest.approx(left, abs=1e-3)
            seen += view.near[row]
        assert sum(view.waiting) <= sum(view.near) and sum(view.standing) <= sum(view.halted)
        assert sum(view.standing) > 0 or sum(view.halted) < 3
    assert seen > 40


def test_looking_changes_nothing() -> None:
    city, trips = chessboard(), busy_trips()
    one, other = (Simulation(city, trips, threads=1) for _ in range(2))
    lookout = Lookout(one, [0, 3])
    for _ in range(120):
        lookout.look()
        one.step()
        other.step()
    assert one.digest() == other.digest()


def test_a_detector_tells_when_somebody_last_was_on_it() -> None:
    """One car at 50 km/h on 300 m, looked at every second: nobody passes unseen."""
    city = roads_with_lights(1, 300.0, 300.0, [(500.0, Light.GREEN_PROTECTED)])
    simulation = Simulation(city, trips_of([one_trip(city, [0, 1], 0.0)]), threads=1)
    lookout = Lookout(simulation, [0], detectors=(2.0, 80.0), every=1.0)
    passed = {}
    while simulation.time < 60.0:
        simulation.run(1.0)
        view = lookout.look()[0]
        vehicles = simulation.vehicles()
        on_lane = len(vehicles) and vehicles.path[0] == 0
        place = float(vehicles.position[0]) if on_lane else 301.0
        for distance in (2.0, 80.0):
            if place > 300.0 - distance and distance not in passed and simulation.time > 5.0:
                passed[distance] = simulation.time
    at_line, advance = view.occupied
    assert at_line == pytest.approx(passed[2.0], abs=1.01) and advance == pytest.approx(
        passed[80.0], abs=1.01
    )
    memory = lookout.memory
    other = Lookout(simulation, [0], detectors=(2.0, 80.0))
    assert other.look()[0].occupied == [-np.inf, -np.inf]
    other.memory = memory
    assert other.look()[0].occupied == view.occupied
    with pytest.raises(BadInput, match="other signal programs"):
        other.memory = [0.0]


def test_a_bus_calls_with_its_way_and_says_that_it_has_a_stop_to_serve() -> None:
    city = roads_with_lights(1, 300.0, 300.0, [(500.0, Light.RED)])
    halts = [(0, 200.0, 10.0)]
    rows = [
        one_trip(city, [0, 1], 0.0, VehicleKind.BUS, halts=halts),
        one_trip(city, [0, 1], 8.0),
        one_trip(city, [0, 1], 60.0, VehicleKind.EMERGENCY),
    ]
    simulation = Simulation(city, trips_of(rows), threads=1)
    lookout = Lookout(simulation, [0], call=150.0)
    simulation.run(2.0)
    assert lookout.look()[0].calls == ()
    told = []
    while simulation.time < 60.0:
        simulation.run(1.0)
        for call in lookout.look()[0].calls:
            assert (call.trip, call.kind, call.from_edge, call.to_edge) == (0, VehicleKind.BUS, 0, 1)
            told.append((call.distance, call.halts))
    assert max(told)[0] <= 150.0 and min(told)[0] < 5.0
    assert all(halts == (distance > 99.0) for distance, halts in told if abs(distance - 100.0) > 2.0)
    simulation.run(40.0)
    assert [call.kind for call in lookout.look()[0].calls] == [VehicleKind.BUS, VehicleKind.EMERGENCY]
    assert lookout.look()[0].calls[1].distance > lookout.look()[0].calls[0].distance


def test_programs_that_are_not_there_are_refused() -> None:
    simulation = Simulation(chessboard(2, signals=False), trips_of([]), threads=1)
    assert Lookout(simulation, []).look() == []
    with pytest.raises(BadInput, match="0 signal programs"):
        Lookout(simulation, [0])
