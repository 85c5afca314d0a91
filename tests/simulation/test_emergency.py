"""An emergency vehicle: red lights with care, room made for it, and the right of way everywhere."""

from __future__ import annotations

import numpy as np
import pytest

from cosmopolis.city.words import Light, StreetKind, VehicleKind
from cosmopolis.simulation import Simulation
from tests.network.towns import cross, edge
from tests.simulation.drawings import one_trip, parallel_roads, roads_with_lights, row_of, streets_of
from tests.simulation.occupancy import SharedGround
from tests.simulation.path_occupancy import PathOccupancy
from tests.simulation.roads import Drawing, trips_of

AMBULANCE, CAR = VehicleKind.EMERGENCY, VehicleKind.CAR


@pytest.mark.parametrize(("kind", "waits"), [(AMBULANCE, False), (CAR, True)])
def test_it_passes_a_red_light_slowly_and_a_car_does_not(kind: VehicleKind, waits: bool) -> None:
    city = roads_with_lights(1, 200.0, 200.0, [(100.0, Light.RED), (60.0, Light.GREEN_PROTECTED)])
    simulation = Simulation(city, trips_of([one_trip(city, [0, 1], 0.0, kind)]), threads=1)
    at_line = 99.0
    while simulation.counts()["arrived"] == 0:
        simulation.step()
        vehicles = simulation.vehicles()
        if len(vehicles) and vehicles.path[0] == 0 and vehicles.position[0] > 196.0:
            at_line = float(vehicles.speed[0])
    assert (simulation.time > 100.0) == waits
    if not waits:
        assert 2.0 < at_line < 8.5


def test_cars_ahead_leave_its_lane() -> None:
    """Six cars before it on the same lane, at the limit: it is faster, and they make room on the other lane."""
    city = parallel_roads(1, 2_500.0, lanes=2)
    rows = [one_trip(city, [0], 2.5 * n, from_lane=1, to_lane=1) for n in range(6)]
    rows += [one_trip(city, [0], 20.0, AMBULANCE, from_lane=1, to_lane=1)]
    simulation = Simulation(city, trips_of(rows), threads=1)
    ground, arrived = PathOccupancy(simulation), []
    while len(arrived) < 7:
        arrived += simulation.step().arrived.tolist()
        assert ground.overlaps() == []
    assert arrived.index(6) <= 1


def test_in_a_standing_queue_it_comes_through_where_the_next_lane_has_room() -> None:
    drawing = Drawing()
    drawing.edge((0, 0), (300, 0), lanes=2)
    drawing.edge((310, 0), (600, 0), lanes=2)
    links = [drawing.join(0, 1, lane) for lane in (0, 1)]
    drawing.signal(links, [(90.0, [Light.RED] * 2), (60.0, [Light.GREEN_PROTECTED] * 2)])
    city = drawing.city()
    lane = [one_trip(city, [0, 1], 3.0 * n, from_lane=1, to_lane=3) for n in range(4)]
    rows = [*lane, one_trip(city, [0, 1], 30.0, AMBULANCE, from_lane=1, to_lane=3)]
    simulation = Simulation(city, trips_of(rows), threads=1)
    ground, through = PathOccupancy(simulation), 0.0
    while through == 0.0:
        simulation.step()
        assert ground.overlaps() == []
        row = row_of(vehicles := simulation.vehicles(), 4)
        if row is not None and vehicles.path[row] in (2, 3):
            through = simulation.time
    assert through < 88.0, "it does not wait for the green"


@pytest.mark.parametrize("kind", [AMBULANCE, CAR])
def test_at_a_junction_the_others_wait_for_it(kind: VehicleKind) -> None:
    """It comes from the side street while the main street is busy."""
    city = streets_of(cross(1, 1, StreetKind.RESIDENTIAL))
    network = city.network
    main = [edge(network, "w", "c"), edge(network, "c", "e")]
    side = [edge(network, "s", "c"), edge(network, "c", "n")]
    alone = Simulation(city, trips_of([one_trip(city, side, 0.0, kind, from_position=8.0)]), threads=1)
    while alone.counts()["arrived"] == 0:
        alone.step()
    back = [edge(network, "e", "c"), edge(network, "c", "w")]
    rows = [one_trip(city, way, 2.0 * n, from_position=8.0) for n in range(30) for way in (main, back)]
    rows += [one_trip(city, side, 20.1, kind, from_position=8.0)]
    trips = trips_of(rows)
    mine = int(np.flatnonzero(trips.depart == 20.1)[0])
    simulation = Simulation(city, trips, threads=1)
    shared, arrived = SharedGround(simulation), {}
    while simulation.counts()["arrived"] < len(trips):
        events = simulation.step()
        arrived |= dict.fromkeys(events.arrived.tolist(), simulation.time)
        assert shared.clashes() == []
        assert simulation.time < 600.0
    delay = arrived[mine] - 20.1 - alone.time
    if kind == AMBULANCE:
        assert delay < 7.5
    else:
        assert delay > 9.0


def test_with_sirens_one_thread_and_two_give_the_same_bytes_and_so_does_a_restore() -> None:
    from tests.simulation.drawings import busy_trips, chessboard

    city, trips = chessboard(), busy_trips()
    assert np.count_nonzero(trips.kind == int(AMBULANCE)) > 10
    one, two = (Simulation(city, trips, threads=threads) for threads in (1, 2))
    one.run(80.0)
    two.run(80.0)
    assert one._traffic.path_state.preemption.any()
    restored = Simulation.restore(city, trips, one.snapshot(), threads=2)
    for run in (one, two, restored):
        run.run(60.0)
    assert one.digest() == two.digest() == restored.digest()
