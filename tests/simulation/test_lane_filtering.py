"""Two-wheelers go forward in a standing queue, where the lane is wide enough."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cosmopolis.city.model import City
from cosmopolis.city.words import Light, VehicleKind
from cosmopolis.simulation import Simulation, TrafficRules
from tests.simulation.drawings import one_trip, roads_with_lights
from tests.simulation.path_occupancy import PathOccupancy
from tests.simulation.roads import trips_of

E_BIKE, CAR = VehicleKind.E_BIKE, VehicleKind.CAR


def road(width: float) -> City:
    city = roads_with_lights(1, 200.0, 200.0, [(120.0, Light.RED), (120.0, Light.GREEN_PROTECTED)])
    lanes = replace(city.network.lanes, width=np.full(2, width, np.float32))
    return replace(city, network=replace(city.network, lanes=lanes))


def passed(width: float, kind: VehicleKind, box: float) -> int:
    """Cars of a queue of eight that a vehicle behind it has passed by the end of the red light."""
    city, rules = road(width), TrafficRules(bike_box=box)
    rows = [one_trip(city, [0, 1], 3.0 * n) for n in range(8)]
    trips = trips_of([*rows, one_trip(city, [0, 1], 30.0, kind)])
    simulation = Simulation(city, trips, threads=1, rules=rules)
    ground = PathOccupancy(simulation)
    while simulation.time < 119.0:
        simulation.step()
        assert ground.overlaps() == []
    order = simulation.vehicles().id.tolist()
    while simulation.counts()["arrived"] < 9:
        simulation.step()
        assert ground.overlaps() == []
        assert simulation.time < 400.0
    return order.index(8)


@pytest.mark.parametrize(
    ("width", "kind", "box", "cars"),
    [
        (3.25, E_BIKE, 4.0, 8),
        (3.25, VehicleKind.MOTORCYCLE, 4.0, 8),
        (3.25, CAR, 4.0, 0),
        (2.5, E_BIKE, 4.0, 0),
        (3.25, E_BIKE, 0.0, 7),  # to the gap behind the first car
    ],
)
def test_two_wheelers_come_to_the_front_where_there_is_room_for_them(
    width: float, kind: VehicleKind, box: float, cars: int
) -> None:
    """In a lane wide enough and with a waiting area: before all the cars of the queue."""
    assert passed(width, kind, box) == cars


def test_many_two_wheelers_in_one_queue_never_stand_where_another_does() -> None:
    city = road(3.25)
    kinds = [CAR, CAR, CAR, E_BIKE, CAR, E_BIKE, VehicleKind.MOTORCYCLE, CAR, E_BIKE, E_BIKE, CAR]
    trips = trips_of([one_trip(city, [0, 1], 2.5 * n, kind) for n, kind in enumerate(kinds)])
    one, two = (
        Simulation(city, trips, threads=threads, rules=TrafficRules(bike_box=5.0)) for threads in (1, 2)
    )
    ground = PathOccupancy(one)
    while one.time < 320.0:
        one.step()
        assert ground.overlaps() == []
    two.run(320.0)
    assert one.counts()["arrived"] == len(kinds)
    assert one.digest() == two.digest()
