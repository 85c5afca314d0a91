"""Where one waits for others: within the junction, and before a street that is full beyond it."""

from __future__ import annotations

import numpy as np
import pytest

from cosmopolis.city.model import City
from cosmopolis.city.words import Light
from cosmopolis.simulation import Simulation
from cosmopolis.simulation.traffic.drivers import drivers
from tests.simulation.drawings import one_trip
from tests.simulation.path_occupancy import PathOccupancy
from tests.simulation.roads import Drawing, trips_of


@pytest.mark.parametrize("parameters", ["field", "sumo"])
def test_who_gives_way_gets_into_a_street_that_is_full_beyond_when_there_is_room_again(parameters) -> None:
    """Edge 0 has priority over edge 1; both lead to edge 2, of 10 m, which empties one car at a time."""
    drawing = Drawing(speed=10.0)
    drawing.edge((-300, 0), (-12, 0))
    drawing.edge((-100, -60), (-12, -6))
    drawing.edge((0, 0), (10, 0))
    drawing.edge((15, 0), (200, 0))
    main, side, out = drawing.join(0, 2), drawing.join(1, 2), drawing.join(2, 3)
    drawing.conflict(main, side, 9.0, 10.0, yields=side)
    drawing.signal([out], [(4.0, [Light.GREEN_PROTECTED]), (21.0, [Light.RED])])
    city = drawing.city()
    rows = [one_trip(city, [0, 2, 3], 4.0 * n) for n in range(30)]
    rows += [one_trip(city, [1, 2, 3], 20.0 + n) for n in range(3)]
    trips = trips_of(rows)
    simulation, came = Simulation(city, trips, drivers=drivers(parameters), threads=1), list[int]()
    ground = PathOccupancy(simulation)
    while simulation.counts()["arrived"] < 33:
        events = simulation.step()
        came += np.asarray(events.arrived).tolist()
        assert ground.overlaps() == [] and simulation.time < 2_000.0
    is_side = trips.route[trips.route_start[came]] == 1
    assert np.flatnonzero(is_side).max() < 20, "the side street waited for the end of the queue"


def turn_against_oncoming(at: float) -> City:
    """Edge 0 turns at a permissive green across 2, with `at` m to the ground of those who come there."""
    drawing = Drawing(speed=10.0)
    drawing.edge((-200, 0), (-10, 0))
    drawing.edge((10, 0), (200, 0))
    drawing.edge((0, 300), (0, 10))
    drawing.edge((0, -10), (0, -200))
    turn, oncoming = drawing.join(0, 1), drawing.join(2, 3)
    drawing.conflict(turn, oncoming, at + 2.5, 10.0, yields=turn)
    drawing.signal([turn, oncoming], [(900.0, [Light.GREEN_PERMISSIVE, Light.GREEN_PROTECTED])])
    return drawing.city()


@pytest.mark.parametrize(("at", "within"), [(2.6, False), (3.4, True)])
def test_who_turns_against_oncoming_traffic_waits_within_the_junction_where_there_is_room(at, within) -> None:
    """From 3 m of room on; else before the line."""
    city = turn_against_oncoming(at)
    rows = [one_trip(city, [2, 3], 1.9 * n) for n in range(40)]
    rows.append(one_trip(city, [0, 1], 12.0))
    trips = trips_of(rows)
    mine = int(np.flatnonzero(trips.route[trips.route_start[:-1]] == 0)[0])
    simulation = Simulation(city, trips, threads=1)
    simulation.run(55.0)
    vehicles = simulation.vehicles()
    row = int(np.flatnonzero(vehicles.id == mine)[0])
    assert vehicles.speed[row] < 0.1
    assert (vehicles.path[row] >= len(city.network.lanes)) == within


def test_drivers_of_the_set_sumo_come_carefully_to_their_waiting_place_within_the_junction() -> None:
    """As if they could have to stop there until they see, from 4.5 m, that nobody comes; others do not slow down."""
    slowest = {}
    for parameters in ("field", "sumo"):
        city = turn_against_oncoming(9.0)
        simulation = Simulation(
            city, trips_of([one_trip(city, [0, 1], 0.0)]), drivers=drivers(parameters), threads=1
        )
        lanes, slowest[parameters] = len(city.network.lanes), 99.0
        while simulation.counts()["arrived"] == 0:
            simulation.step()
            vehicles = simulation.vehicles()
            if len(vehicles) and vehicles.path[0] >= lanes:
                slowest[parameters] = min(slowest[parameters], float(vehicles.speed[0]))
    assert slowest["sumo"] < 7.0 and slowest["field"] > 9.0, slowest
