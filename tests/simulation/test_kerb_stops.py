"""Who stops at a kerb without parking room, or pulls out from it, holds the lane; beside parking room nobody does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cosmopolis.city.model import City
from cosmopolis.city.words import Control, StreetKind, VehicleKind
from cosmopolis.demand.trips import Trips
from cosmopolis.simulation import Simulation, TrafficRules
from tests.simulation.drawings import one_trip, parallel_roads, row_of
from tests.simulation.path_occupancy import PathOccupancy
from tests.simulation.roads import trips_of

KERB = 300.0  # m, where the stops are


def a_road(lanes: int = 1, kind: StreetKind = StreetKind.SECONDARY, control: Control | None = None) -> City:
    city = parallel_roads(1, 600.0, lanes=lanes)
    network = city.network
    edges = replace(network.edges, kind=np.full_like(network.edges.kind, kind))
    junctions = network.junctions
    if control is not None:
        junctions = replace(junctions, control=np.full_like(junctions.control, control))
    return replace(city, network=replace(network, edges=edges, junctions=junctions))


def stopper_and_follower(city: City, kind: VehicleKind = VehicleKind.CAR) -> Trips:
    """Trip 0 ends at the kerb, trip 1 comes 3 s behind it and drives on."""
    return trips_of(
        [one_trip(city, [0], 0.0, kind, to_position=KERB, destination=0), one_trip(city, [0], 3.0)]
    )


def stood(city: City, trips: Trips, id: int, rules: TrafficRules = TrafficRules()) -> float:  # noqa: B008
    """s that vehicle `id` stands still on its way; nobody ever overlaps."""
    simulation = Simulation(city, trips, threads=1, rules=rules)
    ground, seconds = PathOccupancy(simulation), 0.0
    while simulation.time < 300.0:
        simulation.step()
        assert ground.overlaps() == []
        row = row_of(vehicles := simulation.vehicles(), id)
        seconds += simulation.dt * float(row is not None and vehicles.speed[row] < 0.05)
    assert simulation.counts()["arrived"] == len(trips)
    return seconds


def test_a_car_that_stops_at_the_kerb_of_a_main_street_holds_up_who_comes_behind() -> None:
    city = a_road()
    trips = stopper_and_follower(city)
    assert 5.0 <= stood(city, trips, 0) <= 16.0
    assert stood(city, trips, 1) > 1.0


@pytest.mark.parametrize(
    ("kind", "rules"),
    [(StreetKind.RESIDENTIAL, TrafficRules()), (StreetKind.SECONDARY, TrafficRules(kerb_stops=0.0))],
    ids=["a side street has parking room", "switched off"],
)
def test_where_there_is_parking_room_nobody_stands(kind: StreetKind, rules: TrafficRules) -> None:
    city = a_road(kind=kind)
    trips = stopper_and_follower(city)
    assert stood(city, trips, 0, rules) == stood(city, trips, 1, rules) == 0.0


def test_a_delivery_takes_its_time_where_others_can_go_round_it() -> None:
    one, two = a_road(1), a_road(2)
    short = stood(one, stopper_and_follower(one, VehicleKind.VAN), 0)
    assert 6.0 <= short <= 20.0
    van = one_trip(two, [0], 0.0, VehicleKind.VAN, to_position=KERB, destination=0)
    trips = trips_of([van, one_trip(two, [0], 3.0, to_lane=1)])
    assert 30.0 <= stood(two, trips, 0) <= 92.0
    assert stood(two, trips, 1) < 10.0, "and they do go round it"


def test_a_trip_that_ends_at_no_building_leaves_the_road_at_once() -> None:
    city = a_road()
    trips = trips_of([one_trip(city, [0], 0.0, to_position=KERB), one_trip(city, [0], 3.0)])
    assert stood(city, trips, 0) == stood(city, trips, 1) == 0.0


def test_a_motorcycle_leaves_the_lane_at_once() -> None:
    city = a_road()
    assert stood(city, stopper_and_follower(city, VehicleKind.MOTORCYCLE), 0) == 0.0


def pulling_out(kind: StreetKind) -> tuple[float, float]:
    """s that a car stands as it pulls out at KERB, and m/s of the slowest moment of one that comes along then."""
    city = a_road(kind=kind)
    trips = trips_of([one_trip(city, [0], 0.0), one_trip(city, [0], 14.0, from_position=KERB, origin=0)])
    simulation = Simulation(city, trips, threads=1)
    seconds, slowest = 0.0, 99.0
    while simulation.counts()["arrived"] < 2:
        simulation.step()
        vehicles = simulation.vehicles()
        row, coming = row_of(vehicles, 1), row_of(vehicles, 0)
        seconds += simulation.dt * float(row is not None and vehicles.speed[row] < 0.05)
        if coming is not None and 100.0 < vehicles.position[coming] < KERB + 50.0:
            slowest = min(slowest, float(vehicles.speed[coming]))
        assert simulation.time < 300.0
    return seconds, slowest


def test_who_pulls_out_from_the_kerb_of_a_main_street_stands_across_it_first() -> None:
    seconds, slowest = pulling_out(StreetKind.SECONDARY)
    beside, rolling = pulling_out(StreetKind.RESIDENTIAL)
    assert 3.0 <= seconds <= 6.0 and beside < 1.0
    assert slowest < rolling + 0.5


def test_over_the_border_one_drives_on_without_slowing_down() -> None:
    def last_speed(city: City) -> float:
        simulation = Simulation(city, trips_of([one_trip(city, [0], 0.0)]), threads=1)
        speed = 0.0
        while simulation.counts()["arrived"] == 0:
            if simulation.counts()["vehicles"]:
                speed = float(simulation.vehicles().speed[0])
            simulation.step()
        return speed

    assert last_speed(a_road(control=Control.DEAD_END)) < 6.0
    assert last_speed(a_road(control=Control.BORDER)) > 10.0


def test_a_restored_stop_takes_only_what_was_left_of_it() -> None:
    city = a_road(2)
    trips = stopper_and_follower(city, VehicleKind.TRUCK)
    simulation = Simulation(city, trips, threads=1, rules=TrafficRules(kerb_stops=0.5))
    simulation.run(60.0)
    restored = Simulation.restore(city, trips, simulation.snapshot(), threads=1)
    assert row_of(restored.vehicles(), 0) is not None
    simulation.run(60.0)
    restored.run(60.0)
    assert restored.digest() == simulation.digest()
    assert simulation.counts()["arrived"] == 2
