"""What is decided at departure as SUMO's drivers do: the first lane, and the speeds by which one looks for a way."""

from __future__ import annotations

import numpy as np
import pytest

from cosmopolis.city.model import City
from cosmopolis.city.words import Light, Mode, VehicleKind
from cosmopolis.demand.scenario import RunType, VehicleType
from cosmopolis.simulation import Simulation
from cosmopolis.simulation.traffic.drivers import drivers_of
from tests.simulation.roads import Drawing, trips_of

DECIDES = RunType(VehicleType(), VehicleKind.CAR, Mode.CAR, np.inf, np.inf, looks=True, picks=True)


def widening(lanes_on: tuple[int, ...] = (0, 1), *, light: Light = Light.OFF) -> City:
    """Edge 0 of two lanes, whose lane n leads on to lane n of edge 1 for n of `lanes_on`."""
    drawing = Drawing()
    one = drawing.edge((0.0, 0.0), (200.0, 0.0), lanes=2)
    other = drawing.edge((210.0, 0.0), (400.0, 0.0), lanes=2)
    ways = [drawing.join(one, other, index, index) for index in lanes_on]
    if light != Light.OFF:
        drawing.signal(ways, [(1_000.0, [light] * len(ways))])
    return drawing.city()


def run_of(city: City, departures: list[float]) -> Simulation:
    rows = [
        {
            "from_lane": 0,
            "to_lane": 2,
            "from_position": 10.0,
            "to_position": 190.0,
            "route": [0, 1],
            "depart": at,
        }
        for at in departures
    ]
    return Simulation(city, trips_of(rows), drivers=drivers_of([DECIDES]), daily=False, threads=1)


def test_the_first_lane_is_one_that_leads_on_however_many_wait_for_it() -> None:
    simulation = run_of(widening((1,)), [0.0] * 12)
    simulation.run(1.0)
    assert simulation._traffic.fleet.from_lane.tolist() == [1] * 12


def test_of_lanes_that_lead_on_alike_the_emptier_one_is_the_first() -> None:
    simulation = run_of(widening(), [0.0] * 12)
    simulation.run(1.0)
    assert np.bincount(simulation._traffic.fleet.from_lane).tolist() == [6, 6]


def test_an_empty_lane_beside_a_queue_counts_with_its_limit() -> None:
    """A car stands on one of two lanes: SUMO reckons half the limit for those who look for a way."""
    simulation = run_of(widening((1,), light=Light.RED), [0.0])
    simulation.run(600.0)
    assert simulation.vehicles().speed[0] == 0.0
    assert simulation._traffic.known_speed == pytest.approx([0.5, 1.0], abs=0.02)
