"""Who goes when all must stop, when two queues become one, and who keeps to which lane of a motorway."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from cosmopolis.city.model import City
from cosmopolis.city.words import Control, Light, StreetKind, VehicleKind
from cosmopolis.simulation import Simulation
from cosmopolis.simulation.traffic.drivers import drivers
from tests.network.towns import cross, edge
from tests.simulation.drawings import one_trip, row_of, streets_of
from tests.simulation.occupancy import SharedGround
from tests.simulation.path_occupancy import PathOccupancy
from tests.simulation.roads import Drawing, trips_of


def all_stop() -> City:
    city = streets_of(cross(1, 1, stops_signs="c"))
    assert (city.network.junctions.control == Control.ALL_WAY_STOP).any()
    return city


def stop_sign() -> City:
    """The arm from the west has a stop sign, the others have none."""
    city = streets_of(cross(1, 1))
    network = city.network
    signed = network.lanes.edge[network.connections.from_lane] == edge(network, "w", "c")
    return replace(city, network=replace(network, connections=replace(network.connections, must_stop=signed)))


def slowest_before_the_line(city: City, begin: str, end: str) -> float:
    """m/s of one alone, in the last 3 m before the crossing."""
    network = city.network
    route = [edge(network, begin, "c"), edge(network, "c", end)]
    simulation = Simulation(city, trips_of([one_trip(city, route, 0.0, from_position=8.0)]), threads=1)
    lane = int(network.edges.first_lane[route[0]])
    slowest = 99.0
    while simulation.counts()["arrived"] == 0:
        simulation.step()
        vehicles = simulation.vehicles()
        if (
            len(vehicles)
            and vehicles.path[0] == lane
            and vehicles.position[0] > network.lanes.length[lane] - 3.0
        ):
            slowest = min(slowest, float(vehicles.speed[0]))
        assert simulation.time < 70.0
    return slowest


def test_before_a_stop_line_everybody_comes_to_a_stand_even_alone() -> None:
    assert slowest_before_the_line(all_stop(), "w", "e") < 0.3
    assert slowest_before_the_line(stop_sign(), "w", "e") < 0.3


def test_those_without_a_stop_sign_drive_on() -> None:
    assert slowest_before_the_line(stop_sign(), "e", "w") > 5.0


def test_drivers_of_the_set_sumo_stand_a_second_before_a_stop_line() -> None:
    """SUMO's jmAllwayStopWait; others go on from a stand of any length."""
    stood = {}
    for parameters in ("field", "sumo"):
        city = all_stop()
        route = [edge(city.network, "w", "c"), edge(city.network, "c", "e")]
        trips = trips_of([one_trip(city, route, 0.0, from_position=8.0)])
        simulation = Simulation(city, trips, drivers=drivers(parameters), threads=1)
        lane, steps = int(city.network.edges.first_lane[route[0]]), 0
        while simulation.counts()["arrived"] == 0:
            simulation.step()
            vehicles = simulation.vehicles()
            steps += int(((vehicles.path == lane) & (vehicles.speed < 0.1)).sum())
            assert simulation.time < 90.0
        stood[parameters] = steps * simulation.dt
    assert stood["sumo"] >= 1.0 > stood["field"], stood


def test_where_all_stop_the_arms_take_turns() -> None:
    city = all_stop()
    network = city.network
    rows = []
    for begin, end, late in (("w", "e", 0.0), ("s", "n", 0.3)):
        route = [edge(network, begin, "c"), edge(network, "c", end)]
        rows += [one_trip(city, route, 3.0 * n + late, from_position=8.0) for n in range(12)]
    trips = trips_of(rows)
    simulation = Simulation(city, trips, threads=1)
    shared, crossed = SharedGround(simulation), []
    inside: set[int] = set()
    while simulation.counts()["arrived"] < 24:
        simulation.step()
        assert shared.clashes() == [] and simulation.time < 600.0
        vehicles = simulation.vehicles()
        now = set(vehicles.id[vehicles.path >= len(network.lanes)].tolist())
        crossed += sorted(now - inside)
        inside = now
    main = [trips.route[trips.route_start[id]] == rows[0]["route"][0] for id in dict.fromkeys(crossed)]
    changes = sum(one != other for one, other in pairwise(main))
    assert changes >= 14, "mostly one from here and one from there"


def merge() -> City:
    """Edges 0 and 1 become edge 2, whose far end is slow; edge 0 yields."""
    drawing = Drawing()
    drawing.edge((0, 10), (300, 2))
    drawing.edge((0, -10), (300, -2))
    drawing.edge((315, 0), (500, 0))
    drawing.edge((505, 0), (700, 0), speed=4.0)
    one, other = drawing.join(0, 2), drawing.join(1, 2)
    drawing.join(2, 3, speed=4.0)
    drawing.conflict(one, other, 10.0, 10.0, yields=one)
    return drawing.city()


def test_in_two_queues_that_become_one_they_go_in_turns() -> None:
    city = merge()
    rows = [
        one_trip(city, [arm, 2, 3], 2.5 * n + arm, from_position=8.0) for n in range(60) for arm in (0, 1)
    ]
    trips = trips_of(rows)
    simulation = Simulation(city, trips, threads=1)
    ground, order, last = PathOccupancy(simulation), [], set()
    while simulation.time < 400.0:
        simulation.step()
        assert ground.overlaps() == []
        vehicles = simulation.vehicles()
        now = set(vehicles.id[vehicles.path == 2].tolist())
        order += sorted(now - last)
        last |= now
    arm = trips.route[trips.route_start[order]]
    queued = arm[15:90]
    assert 0.38 < queued.mean() < 0.62
    assert np.mean(queued[1:] != queued[:-1]) > 0.6


def motorway(kind: StreetKind) -> City:
    drawing = Drawing(speed=100 / 3.6)
    for begin, end in ((0, 1_500), (1_505, 2_300), (2_305, 2_600)):
        drawing.edge((begin, 0), (end, 0), lanes=2)
    for one in (0, 1):
        for lane in (0, 1):
            drawing.join(one, one + 1, lane)
    city = drawing.city()
    edges = replace(city.network.edges, kind=np.full(3, int(kind), np.uint8))
    return replace(city, network=replace(city.network, edges=edges))


def lane_at(city: City, rows: list[dict], id: int, metres: list[float]) -> list[int]:  # type: ignore[type-arg]
    """Lane of edge 0 that vehicle `id` is on as it passes each of `metres`."""
    simulation = Simulation(city, trips_of(rows), threads=1)
    found: list[int] = []
    while len(found) < len(metres):
        simulation.step()
        row = row_of(vehicles := simulation.vehicles(), id)
        if row is not None and vehicles.position[row] >= metres[len(found)]:
            found.append(int(vehicles.path[row]))
        assert simulation.time < 200.0
    return found


def test_on_a_motorway_one_goes_back_to_the_kerb_side_and_in_town_one_stays() -> None:
    for kind, lane in ((StreetKind.MOTORWAY, 0), (StreetKind.SECONDARY, 1)):
        city = motorway(kind)
        rows = [one_trip(city, [0, 1, 2], 0.0, from_lane=1)]
        assert lane_at(city, rows, 0, [1_200.0]) == [lane]


def test_on_a_motorway_a_slow_bus_is_overtaken_on_the_faster_lane() -> None:
    """By those who wish to drive clearly faster than it does."""
    city = motorway(StreetKind.MOTORWAY)
    rows = [one_trip(city, [0, 1, 2], 0.0, VehicleKind.BUS)]
    rows += [one_trip(city, [0, 1, 2], 3.0 * n) for n in range(1, 7)]
    simulation = Simulation(city, trips_of(rows), threads=1)
    used: dict[int, set[int]] = {}
    arrived: list[int] = []
    while len(arrived) < len(rows):
        arrived += simulation.step().arrived.tolist()
        vehicles = simulation.vehicles()
        for id, path in zip(vehicles.id.tolist(), vehicles.path.tolist(), strict=True):
            used.setdefault(id, set()).add(path)
        assert simulation.time < 300.0
    faster = arrived[: arrived.index(0)]
    assert len(faster) >= 2
    assert all(1 in used[id] and used[id] & {0, 2} for id in faster)
    assert not used[0] & {1, 3}, "the bus keeps to the kerb"


def full_ways_on(*, dead_end: bool) -> City:
    """Edge 0 leads to edges 1 and 2, both 60 m and with a light that is red for ten minutes; from 1, and from 2 where
    that is no dead end, one comes to edge 3. Edges 4 and 5 are a street across."""
    drawing = Drawing()
    drawing.edge((-100.0, 0.0), (0.0, 0.0))
    drawing.edge((10.0, 0.0), (70.0, 0.0))
    drawing.edge((10.0, 20.0), (70.0, 20.0))
    drawing.edge((80.0, 0.0), (300.0, 0.0))
    drawing.edge((5.0, -60.0), (5.0, -15.0))
    drawing.edge((5.0, 30.0), (5.0, 60.0))
    one, other, across = drawing.join(0, 1), drawing.join(0, 2), drawing.join(4, 5)
    for way in (one, other):  # a street that nobody may stand on
        drawing.conflict(across, way, 20.0, 5.0, yields=across)
    held = [drawing.join(1, 3)] + ([] if dead_end else [drawing.join(2, 3)])
    drawing.signal(
        held, [(600.0, [Light.RED] * len(held)), (100_000.0, [Light.GREEN_PERMISSIVE] * len(held))]
    )
    return drawing.city()


def test_who_finds_no_way_back_tries_another_way_now_and_then_and_not_at_every_step() -> None:
    """The other way has room, but is a dead end: the car keeps to its own until the light turns green."""
    city = full_ways_on(dead_end=True)
    simulation = Simulation(city, trips_of([one_trip(city, [0, 1, 3], 3.0 * n) for n in range(9)]), threads=1)
    simulation.run(400.0)
    assert 2 <= simulation.counts()["strayed"] <= 40
    simulation.run(500.0)
    assert simulation.counts()["arrived"] == 9


def test_a_long_bus_takes_no_other_way_on_which_it_does_not_fit() -> None:
    """Both ways on have about 16 m left: room for a car, and not for 18 m."""
    city = full_ways_on(dead_end=False)
    rows = [one_trip(city, [0, 1 + n % 2, 3], 3.0 * n) for n in range(12)]
    rows.append(one_trip(city, [0, 1, 3], 60.0) | {"kind": int(VehicleKind.ARTICULATED_BUS)})
    simulation = Simulation(city, trips_of(rows), threads=1)
    simulation.run(500.0)
    counts = simulation.counts()
    assert (counts["strayed"], counts["vehicles"]) == (0, 13)


@pytest.mark.parametrize("parameters", ["field", "sumo"])
def test_who_must_turn_joins_the_end_of_the_queue_and_lets_the_others_past(parameters: str) -> None:
    """Fourteen stand before the red light of a turn lane. One more for it comes on the lane beside, then five that go
    straight on: had it driven on to the front of the queue, they would stand behind it."""
    drawing = Drawing()
    coming = drawing.edge((-200, -1.6), (0, -1.6))
    lanes = drawing.edge((0.5, 0), (165, 0), lanes=2)
    straight, turned = drawing.edge((175, -1.6), (400, -1.6)), drawing.edge((175, 8), (175, 200))
    drawing.join(coming, lanes)
    drawing.join(lanes, straight, 0, 0)
    turn = drawing.join(lanes, turned, 1, 0)
    drawing.signal([turn], [(900.0, [Light.RED])])
    city = drawing.city()
    beside = int(city.network.edges.first_lane[lanes]) + 1
    queue = [one_trip(city, [lanes, turned], 4.0 * k, from_lane=beside) for k in range(14)]
    late = one_trip(city, [coming, lanes, turned], 80.0)
    others = [one_trip(city, [coming, lanes, straight], 90.0 + 3.0 * k) for k in range(5)]
    simulation = Simulation(city, trips_of([*queue, late, *others]), drivers=drivers(parameters), threads=1)
    simulation.run(160.0)
    assert simulation.counts()["arrived"] == len(others)
    assert (simulation.vehicles().path == beside).sum() == len(queue) + 1
