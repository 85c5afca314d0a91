"""A run with its own table of vehicle types, and the set that drives like SUMO."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cosmopolis.city.errors import BadInput
from cosmopolis.city.words import Light, Mode, VehicleKind
from cosmopolis.demand.sumo_scenario import RunType, VehicleType
from cosmopolis.simulation import AddTrip, Simulation
from cosmopolis.simulation.traffic.drivers import SETS, Drivers, drivers, drivers_of, speed_factors
from tests.simulation.drawings import parallel_roads, row_of
from tests.simulation.roads import Drawing, trips_of

EXACT = VehicleType(deviation=0.0, sigma=0.0)


def run_type(kind: VehicleKind = VehicleKind.CAR, modes: Mode = Mode.CAR, **more: float) -> RunType:
    return RunType(replace(EXACT, **more), kind, modes, np.inf, np.inf)


def alone(types: list[RunType], *, length: float = 2000.0, speed: float = 20.0) -> Simulation:
    """Vehicle i of type i alone on its own road."""
    city = parallel_roads(len(types), length, speed=speed)
    rows = [
        {
            "from_lane": i,
            "to_lane": i,
            "from_position": 25.0,
            "to_position": length,
            "route": [i],
            "kind": i,
            "depart": 0.0,
        }
        for i in range(len(types))
    ]
    return Simulation(city, trips_of(rows), drivers=drivers_of(types), daily=False, threads=1)


def test_each_type_keeps_its_speed_its_length_and_its_looks():
    types = [run_type(), run_type(VehicleKind.TRUCK, max_speed=12.0), run_type(factor=0.5)]
    simulation = alone(types)
    simulation.run(60.0)
    vehicles = simulation.vehicles()
    assert vehicles.kind[np.argsort(vehicles.id)].tolist() == [
        VehicleKind.CAR,
        VehicleKind.TRUCK,
        VehicleKind.CAR,
    ]
    np.testing.assert_allclose(vehicles.speed[np.argsort(vehicles.id)], [20.0, 12.0, 10.0], rtol=0.01)
    assert simulation.vehicle(1)["kind"] == "truck"


def test_imperfect_drivers_fall_short_of_their_wish_as_krauss_does():
    """Half of sigma times accel in a second (Krauss 1998), on average: 0.65 m/s for SUMO's default car."""
    simulation = alone([run_type(sigma=0.5)])
    simulation.run(60.0)
    assert simulation.vehicles().speed[0] == pytest.approx(20.0 - 0.65, abs=0.02)


def test_who_drives_off_does_not_slow_down_and_who_parks_does():
    driving, parking = run_type(), run_type()._replace(arrival_speed=4.0)
    simulation = alone([driving, parking], length=400.0)
    last: dict[int, float] = {}
    while not simulation.over:
        simulation.step()
        vehicles = simulation.vehicles()
        last.update(zip(vehicles.id.tolist(), vehicles.speed.tolist()))
    assert last[0] > 19.0
    assert last[1] < 12.0  # half a second before the end, of brakes of 4.5 m/s^2


def test_more_types_than_a_byte_counts():
    types = [run_type(length=3.0 + 0.01 * i) for i in range(300)]
    table = drivers_of(types)
    rows = [
        {
            "from_lane": 0,
            "to_lane": 0,
            "from_position": 25.0,
            "to_position": 990.0,
            "route": [0],
            "kind": 0,
            "depart": 0.0,
        }
    ]
    trips = trips_of(rows)
    trips = replace(trips, kind=np.array([299], np.uint16))
    simulation = Simulation(parallel_roads(1, 1000.0), trips, drivers=table, daily=False, threads=1)
    simulation.run(5.0)
    assert simulation._traffic.cars.length[0] == np.float32(3.0 + 0.01 * 299)


def test_a_command_adds_a_vehicle_of_a_usual_kind():
    simulation = alone([run_type(), run_type()])
    simulation.step(
        [AddTrip(from_lane=0, from_position=30.0, to_lane=0, to_position=900.0, kind=VehicleKind.VAN)]
    )
    simulation.run(30.0)
    assert VehicleKind.VAN in simulation.vehicles().kind


@pytest.mark.parametrize("name", SETS)
def test_a_set_has_a_row_for_every_kind_in_its_order(name):
    table = drivers(name)
    assert table.kind.tolist() == list(VehicleKind)
    assert isinstance(table, Drivers) and len({len(column) for column in table}) == 1
    np.testing.assert_allclose(np.abs(table.shape), 0.5 / np.sqrt(table.accel * table.brake), rtol=1e-5)
    assert ((table.shape < 0.0) == (name == "sumo")).all()  # IDM+ there


def test_a_set_that_there_is_not_is_one_clear_error():
    for made in (lambda: drivers("fast"), lambda: drivers_of([run_type()], "fast")):
        with pytest.raises(BadInput, match='no set of drivers "fast"; there are field, hcm, sumo'):
            made()


def test_types_say_how_their_drivers_take_the_limit():
    factors = speed_factors(20_000, 4, mean=1.1, deviation=0.05, least=1.0, most=1.3)
    assert factors.mean() == pytest.approx(1.1, abs=0.005) and factors.std() == pytest.approx(0.05, rel=0.05)
    assert factors.min() >= 1.0
    assert (speed_factors(10, 4, deviation=0.0) == 1.0).all()


def two_lanes(length: float = 300.0):
    """A road of two lanes of which only the kerb side leads on."""
    town = Drawing()
    begin = town.edge((0, 0), (length, 0), lanes=2)
    end = town.edge((length + 10, 0), (2 * length, 0), lanes=1)
    town.join(begin, end, 0, 0)
    return town.city()


@pytest.mark.parametrize("lane", [0, 1])
def test_who_drives_off_from_any_lane_overtakes_on_its_last_edge(lane):
    town = Drawing()
    town.edge((0, 0), (600, 0), lanes=2)
    rows = [
        {
            "from_lane": lane,
            "from_position": at,
            "to_lane": lane,
            "to_position": 600.0,
            "route": [0],
            "kind": kind,
            "depart": 0.0,
        }
        for kind, at in enumerate((60.0, 30.0))
    ]
    types = drivers_of([run_type(max_speed=4.0), run_type()])
    simulation = Simulation(town.city(), trips_of(rows), drivers=types, daily=False, threads=1)
    while not (arrived := simulation.step().arrived.tolist()):
        assert simulation.time < 300.0
    assert arrived == [1]


def test_who_must_change_comes_in_behind_the_one_abreast():
    """Two side by side at one speed, for as long as it takes: nobody drives on to the end and stands there."""
    rows = [
        {
            "from_lane": lane,
            "from_position": 30.0,
            "to_lane": 2,
            "to_position": 250.0,
            "route": [0, 1],
            "depart": 0.0,
        }
        for lane in (0, 1)
    ]
    types = drivers_of([run_type()._replace(entry_speed=12.0)])
    simulation = Simulation(two_lanes(), trips_of(rows), drivers=types, daily=False, threads=1)
    slowest = 99.0
    while not simulation.over and simulation.time < 120.0:
        simulation.step()
        vehicles = simulation.vehicles()
        slowest = min([slowest, *vehicles.speed.tolist()])
    assert simulation.over and simulation.counts()["strayed"] == 0
    assert slowest > 4.0


@pytest.mark.parametrize(("parameters", "taken"), [("field", [1] * 10 + [2] * 10), ("sumo", [1] * 20)])
def test_of_lanes_that_serve_a_route_alike_all_are_used_or_as_in_sumo_the_kerbs(parameters, taken):
    """One lane that opens into two: half of the vehicles take each."""
    town = Drawing()
    begin, middle = town.edge((0, 0), (200, 0)), town.edge((210, 0), (510, 0), lanes=2)
    end = town.edge((520, 0), (700, 0), lanes=2)
    for index in (0, 1):
        town.join(begin, middle, 0, index)
        town.join(middle, end, index)
    rows = [
        {
            "from_lane": 0,
            "from_position": 20.0,
            "to_lane": 3,
            "to_position": 170.0,
            "route": [0, 1, 2],
            "depart": 5.0 * i,
        }
        for i in range(20)
    ]
    simulation = Simulation(
        town.city(), trips_of(rows), drivers=drivers_of([run_type()], parameters), daily=False, threads=1
    )
    first: dict[int, int] = {}
    while not simulation.over:
        simulation.step()
        vehicles = simulation.vehicles()
        for trip, path in zip(vehicles.id.tolist(), vehicles.path.tolist()):
            if path in (1, 2):
                first.setdefault(trip, path)
    assert sorted(first.values()) == taken


def test_a_bus_longer_than_its_lane_changes_from_it():
    """9 m of two lanes: the bus comes on the kerb's, and only the other leads on."""
    town = Drawing()
    begin = town.edge((0, 0), (100, 0))
    short = town.edge((112, 0), (121, 0), lanes=2)
    end = town.edge((135, 0), (335, 0))
    town.join(begin, short, 0, 0)
    town.join(short, end, 1, 0)
    row = {
        "from_lane": 0,
        "from_position": 30.0,
        "to_lane": 3,
        "to_position": 150.0,
        "route": [begin, short, end],
    }
    bus = drivers_of([run_type(VehicleKind.BUS, length=12.0)])
    simulation = Simulation(
        town.city(), trips_of([row | {"depart": 0.0}]), drivers=bus, daily=False, threads=1
    )
    simulation.run(90.0)
    assert simulation.over and simulation.counts()["strayed"] == 0


@pytest.mark.parametrize(
    ("speed", "parameters", "shift"), [(13.0, "sumo", 1), (0.0, "sumo", 0), (0.0, "field", 1)]
)
def test_the_lane_of_a_later_turn_is_minded_as_far_ahead_as_one_drives(speed, parameters, shift):
    """The left lane of the next edge, which ends 150 m on, is the one that leads on; one enters on the right."""
    town = Drawing()
    one, two = town.edge((0, 0), (200, 0), lanes=2), town.edge((210, 0), (360, 0), lanes=2)
    end = town.edge((370, 0), (570, 0))
    town.join(one, two, 0, 0)
    town.join(one, two, 1, 1)
    town.join(two, end, 1, 0)
    row = {
        "from_lane": 0,
        "from_position": 60.0,
        "to_lane": 4,
        "to_position": 150.0,
        "route": [one, two, end],
    }
    types = drivers_of([run_type()._replace(entry_speed=speed)], parameters)
    simulation = Simulation(
        town.city(), trips_of([row | {"depart": 0.0}]), drivers=types, daily=False, threads=1
    )
    simulation.step()
    assert simulation._traffic.cars.shift[: simulation.counts()["vehicles"]].tolist() == [shift]


def test_where_the_next_edge_is_full_its_lane_is_minded_sooner():
    """As above at a stand, with a queue on the lane that leads on: there is less room to change to it later."""
    town = Drawing()
    one, two = town.edge((0, 0), (200, 0), lanes=2), town.edge((210, 0), (360, 0), lanes=2)
    end = town.edge((370, 0), (570, 0))
    town.join(one, two, 0, 0)
    town.join(one, two, 1, 1)
    town.signal([town.join(two, end, 1, 0)], [(900.0, [Light.RED]), (30.0, [Light.GREEN_PROTECTED])])
    city = town.city()
    queue = {"from_lane": 3, "from_position": 6.0, "to_lane": 4, "to_position": 150.0, "route": [two, end]}
    row = queue | {"from_lane": 0, "from_position": 60.0, "route": [one, two, end], "depart": 140.0}
    shift = []
    for cars in (0, 19):
        rows = [queue | {"depart": 5.0 * n} for n in range(cars)] + [row]
        types = drivers_of([run_type(sigma=0.5)._replace(entry_speed=0.0)])
        simulation = Simulation(city, trips_of(rows), drivers=types, daily=False, threads=1)
        while row_of(simulation.vehicles(), cars) is None:
            simulation.step()
        shift.append(int(simulation._traffic.cars.shift[row_of(simulation.vehicles(), cars)]))
    assert shift == [0, 1]


def test_who_stands_at_the_end_of_his_lane_stops_nobody_in_sumo_and_is_let_in_elsewhere():
    """Ten come by beside him at 10 m/s: in SUMO he goes last, the field's drivers let him in before."""
    beside = {
        "from_lane": 0,
        "from_position": 20.0,
        "to_lane": 2,
        "to_position": 250.0,
        "route": [0, 1],
    }
    stands = beside | {"from_lane": 1, "from_position": 290.0, "depart": 22.0}
    place = {}
    for parameters in ("sumo", "field"):
        rows = [beside | {"depart": 2.0 * n} for n in range(10)] + [stands]
        types = drivers_of([run_type()._replace(entry_speed=10.0)], parameters)
        simulation = Simulation(two_lanes(), trips_of(rows), drivers=types, daily=False, threads=1)
        arrived: list[int] = []
        while len(arrived) < len(rows):
            arrived += simulation.step().arrived.tolist()
        place[parameters] = arrived.index(10)
    assert place["sumo"] == 10 and place["field"] < 10


def test_two_abreast_who_need_each_other_s_lane_do_not_lock_each_other_at_its_end():
    """They come level on a short road of two lanes that part at its end; each has the lane of the other's way."""
    town = Drawing()
    begin = town.edge((0, 0), (30, 0), lanes=2)
    right, left = town.edge((40, 0), (240, 0)), town.edge((40, 40), (240, 40))
    town.join(begin, right, 0, 0)
    town.join(begin, left, 1, 0)
    rows = [
        {
            "from_lane": lane,
            "from_position": 8.0,
            "to_lane": to_lane,
            "to_position": 150.0,
            "route": [begin, to],
            "depart": 0.0,
        }
        for lane, to_lane, to in ((0, 3, left), (1, 2, right))
    ]
    types = drivers_of([run_type(sigma=0.5)._replace(entry_speed=10.0)])
    simulation = Simulation(town.city(), trips_of(rows), drivers=types, daily=False, threads=1)
    simulation.run(90.0)
    assert simulation.over and simulation.counts()["strayed"] == 0
