"""A bus run: its halts in order, its dwell, and the lane that is blocked meanwhile."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from cosmopolis.city.model import City
from cosmopolis.city.words import VehicleKind
from cosmopolis.demand.trips import Trips
from cosmopolis.simulation import Halted, Simulation
from tests.simulation.drawings import one_trip, row_of
from tests.simulation.roads import Drawing, trips_of

HALTS = [(100.0, 15.0, 0), (260.0, 7.5, 0), (150.0, 30.0, 1), (40.0, 12.0, 2)]  # m, s, edge


def bus_road(lanes: int = 1) -> City:
    drawing = Drawing()
    for begin in (0.0, 410.0, 820.0):
        drawing.edge((begin, 0.0), (begin + 400.0, 0.0), lanes=lanes)
    for one in (0, 1):
        for lane in range(lanes):
            drawing.join(one, one + 1, lane)
    return drawing.city()


def line(city: City, more: list[dict] | None = None) -> Trips:  # type: ignore[type-arg]
    """One bus, trip 0, and what else drives."""
    first = city.network.edges.first_lane
    halts = [(int(first[edge]), at, dwell) for at, dwell, edge in HALTS]
    bus = one_trip(city, [0, 1, 2], 0.0, VehicleKind.BUS, halts=halts, line=0)
    return trips_of([bus, *(more or [])])


@dataclass
class Stood:
    path: int
    position: float
    begin: float
    seconds: float


def stands(simulation: Simulation, id: int, until: float) -> list[Stood]:
    """Where and how long vehicle `id` stood still."""
    found: list[Stood] = []
    standing = False
    while simulation.time < until:
        simulation.step()
        row = row_of(vehicles := simulation.vehicles(), id)
        if row is None:
            break
        if vehicles.speed[row] < 0.05:
            if not standing:
                found.append(
                    Stood(int(vehicles.path[row]), float(vehicles.position[row]), simulation.time, 0.0)
                )
            found[-1].seconds += simulation.dt
        standing = bool(vehicles.speed[row] < 0.05)
    return found


@pytest.mark.parametrize("lanes", [1, 2, 3])
def test_a_bus_stands_at_its_halts_in_order_for_its_dwell(lanes: int) -> None:
    city = bus_road(lanes)
    simulation = Simulation(city, line(city), threads=1)
    stood = stands(simulation, 0, 400.0)
    assert simulation.counts()["arrived"] == 1
    assert len(stood) == len(HALTS)
    for seen, (at, dwell, edge) in zip(stood, HALTS, strict=True):
        assert seen.path == city.network.edges.first_lane[edge]
        assert at - 1.5 <= seen.position <= at + 0.01
        assert dwell <= seen.seconds <= dwell + 4.0


def test_each_halt_is_told_once() -> None:
    city = bus_road()
    simulation = Simulation(city, line(city), threads=1)
    told = []
    while simulation.time < 300.0:
        told += [event for event in simulation.step() if isinstance(event, Halted)]
    assert [event.vehicle for event in told] == [0] * len(HALTS)
    assert simulation.counts()["halted"] == len(HALTS)
    assert (np.diff([event.time for event in told]) > np.array([15.0, 7.5, 30.0])).all()


def test_on_a_road_of_one_lane_those_behind_wait() -> None:
    city = bus_road()
    cars = [one_trip(city, [0, 1, 2], 6.0 + 3 * n) for n in range(4)]
    simulation = Simulation(city, line(city, cars), threads=1)
    stood, arrived = [0.0] * 5, []
    while simulation.time < 400.0:
        events = simulation.step()
        arrived += events.arrived.tolist()
        vehicles = simulation.vehicles()
        bus = row_of(vehicles, 0)
        if bus is not None:  # whoever is on the road is behind the bus
            assert bus == len(vehicles.id) - 1 or (vehicles.path[bus] < vehicles.path).sum() == 0
        for row, id in enumerate(vehicles.id.tolist()):
            stood[id] += simulation.dt * float(vehicles.speed[row] < 0.3)
    assert arrived == [0, 1, 2, 3, 4]
    assert min(stood[1:]) > 30.0


def test_on_two_lanes_cars_go_round_the_bus() -> None:
    city = bus_road(2)
    inner = int(city.network.edges.first_lane[2]) + 1
    cars = [one_trip(city, [0, 1, 2], 4.0 + 3 * n, to_lane=inner) for n in range(6)]
    simulation = Simulation(city, line(city, cars), threads=1)
    arrived = []
    while simulation.time < 400.0:
        arrived += simulation.step().arrived.tolist()
    assert len(arrived) == 7
    assert arrived.index(0) >= 4


def test_a_bus_in_the_wrong_lane_comes_to_the_kerb_for_its_halt() -> None:
    city = bus_road(3)
    first = city.network.edges.first_lane
    halts = [(int(first[0]), 300.0, 10.0)]
    bus = one_trip(city, [0, 1], 0.0, VehicleKind.BUS, halts=halts, from_lane=int(first[0]) + 2)
    simulation = Simulation(city, trips_of([bus]), threads=1)
    stood = stands(simulation, 0, 200.0)
    assert [(seen.path, seen.seconds >= 10.0) for seen in stood] == [(int(first[0]), True)]


def test_a_restored_bus_goes_on_with_its_dwell() -> None:
    city = bus_road()
    trips = line(city)
    simulation = Simulation(city, trips, threads=1)
    while simulation.counts()["halted"] < 3:
        simulation.step()
    simulation.run(10.0)
    restored = Simulation.restore(city, trips, simulation.snapshot(), threads=1)
    rest = stands(restored, 0, restored.time + 60.0)
    assert 15.0 <= rest[0].seconds <= 24.0  # of 30 s
    assert len(rest) == 2


def test_two_vehicles_abreast_that_need_each_others_lane_both_get_it() -> None:
    """Each asks to be let in, and neither is behind the other: one has to fall back."""
    drawing = Drawing()
    drawing.edge((0, 0), (300, 0), lanes=2)
    right, left = drawing.edge((310, -30), (500, -60)), drawing.edge((310, 30), (500, 60))
    drawing.join(0, right, 0, 0)
    drawing.join(0, left, 1, 0)
    city = drawing.city()
    bus = VehicleKind.ARTICULATED_BUS
    rows = [one_trip(city, [0, left], 0.0, bus, from_position=30.0, from_lane=0)]
    rows += [one_trip(city, [0, right], 0.0, bus, from_position=30.0, from_lane=1)]
    simulation = Simulation(city, trips_of(rows), threads=1)
    simulation.run(240.0)
    counts = simulation.counts()
    assert counts["strayed"] == counts["given_up"] == 0
    assert counts["arrived"] == 2
