"""Junctions that the network builder made: priority crossing, T, roundabout, and a grid under heavy demand."""

from __future__ import annotations

import numpy as np
import pytest

from cosmopolis.city.model import City
from cosmopolis.city.raw import RawCity
from cosmopolis.city.words import Light, StreetKind, VehicleKind
from cosmopolis.demand.trips import Trips, sorted_by_departure
from cosmopolis.simulation import Simulation
from cosmopolis.simulation.traffic.drivers import drivers
from tests.network.towns import cross, edge, roundabout, street, town
from tests.simulation.drawings import chessboard, one_trip, run_out, streets_of
from tests.simulation.occupancy import SharedGround, check_books
from tests.simulation.path_occupancy import PathOccupancy, standing_longest
from tests.simulation.roads import Drawing, random_trips, trips_of

T_NODES = {"w": (-200, 0), "e": (200, 0), "s": (0, -200), "c": (0, 0)}


def priority_cross(lanes: int = 1) -> RawCity:
    return cross(lanes, 1, StreetKind.RESIDENTIAL)


def priority_t() -> RawCity:
    return town(
        T_NODES,
        street("w c e", forward_lanes=1, backward_lanes=1),
        street("s c", StreetKind.RESIDENTIAL, forward_lanes=1, backward_lanes=1),
    )


def through(city: City, one: str, other: str, departures: list[float]) -> list[dict]:  # type: ignore[type-arg]
    """Trips from arm `one` to arm `other` of a junction c."""
    network = city.network
    route = [edge(network, one, "c"), edge(network, "c", other)]
    return [one_trip(city, route, depart, from_position=8.0) for depart in departures]


def arrivals(city: City, rows: list[dict]) -> dict[int, float]:  # type: ignore[type-arg]
    """s at which each trip arrives."""
    simulation = Simulation(city, trips_of(rows), threads=1)
    found: dict[int, float] = {}
    while len(found) < len(rows):
        events = simulation.step()
        found |= dict.fromkeys(events.arrived.tolist(), simulation.time)
        assert simulation.time < 900.0
    return found


def test_who_comes_from_the_side_street_waits_and_the_main_street_does_not() -> None:
    city = streets_of(priority_cross())
    main, side = through(city, "w", "e", [0.0]), through(city, "s", "n", [0.2])
    alone = arrivals(city, main)[0], arrivals(city, side)[0]
    together = arrivals(city, main + side)
    assert together[0] <= alone[0] + 1.0
    assert together[1] >= alone[1] + 2.0
    assert together[1] > together[0] - 3.0


def test_a_left_turn_out_of_the_stem_of_a_t_waits_for_both_directions() -> None:
    city = streets_of(priority_t())
    stem = through(city, "s", "w", [0.2])
    alone = arrivals(city, stem)[0]
    for one, other in (("w", "e"), ("e", "w")):
        rows = through(city, one, other, [0.0, 3.0, 6.0]) + stem
        trips = trips_of(rows)
        mine = int(np.flatnonzero(trips.depart == 0.2)[0])
        assert arrivals(city, rows)[mine] >= alone + 1.0, f"did not wait for {one} -> {other}"


def mixed_demand(city: City, seed: int, every: float) -> Trips:
    return random_trips(city, int(240.0 / every), seconds=240.0, seed=seed, nearest=100.0, mixed=True)


PLACES = [priority_cross, lambda: priority_cross(2), priority_t, cross]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("every", "parameters"), [(4.0, "field"), (1.2, "field"), (1.2, "hcm"), (1.2, "sumo")]
)
def test_no_two_vehicles_are_on_ground_that_two_connections_share(
    place, every: float, parameters: str
) -> None:  # type: ignore[no-untyped-def]
    """At light and at heavy demand, on what is not a merge; and all arrive."""
    city = streets_of(place())
    simulation = Simulation(city, mixed_demand(city, 4, every), threads=1, drivers=drivers(parameters))
    shared, ground = SharedGround(simulation), PathOccupancy(simulation)
    while simulation.time < 330.0:
        simulation.step()
        assert shared.clashes() == [], f"at {simulation.time} s"
        assert ground.overlaps() == [], f"at {simulation.time} s"
    assert shared.seen > 100, "somebody was there at all"
    assert simulation.counts()["forced"] <= (parameters == "hcm")
    assert run_out(simulation, at_most=1_200.0)


def flow(count: int) -> list[float]:
    """Cars a minute that come through a roundabout in each 150 s of 15 minutes in which `count` set out."""
    city = streets_of(roundabout())
    trips = random_trips(city, count, seconds=900.0, seed=2, nearest=150.0)
    simulation = Simulation(city, trips, threads=1)
    arrived, ground = [0], PathOccupancy(simulation)
    while simulation.time < 900.0:
        simulation.run(150.0)
        arrived.append(simulation.counts()["arrived"])
        assert ground.overlaps() == []
    assert run_out(simulation, at_most=3_600.0)
    return [float(cars) / 2.5 for cars in np.diff(arrived)]


def test_a_roundabout_takes_what_it_can_bear() -> None:
    """400 cars in a quarter of an hour; in no tenth of it does the flow break down."""
    minutes = flow(400)[1:]
    assert np.mean(minutes) > 22.0 and min(minutes) > 15.0


def test_a_roundabout_keeps_flowing_under_more_than_it_bears() -> None:
    assert min(flow(700)[1:]) > 12.0


@pytest.mark.parametrize(
    ("lanes", "signals", "count"),
    [
        (1, True, 500),
        (2, True, 1_000),
        (2, False, 400),
        (1, False, 500),
    ],
)
def test_a_grid_that_has_been_overfull_empties_again(lanes: int, signals: bool, count: int) -> None:
    """More than it passes in the time; when demand ends everybody arrives."""
    city = chessboard(3, lanes, block=120.0, signals=signals)
    simulation = Simulation(city, random_trips(city, count, seconds=200.0, seed=6), threads=1)
    simulation.run(201.0)
    check_books(simulation, count)
    assert simulation.counts()["vehicles"] + simulation.counts()["waiting"] > 100
    assert run_out(simulation, at_most=5_400.0), f"{standing_longest(simulation):.0f} s without a move"
    assert simulation.counts()["arrived"] == count


def opposed(
    turning: list[float],
    straight: list[float],
    red: float = 1.0,
    ground: tuple[float, float] = (18.0, 18.0),
) -> np.ndarray:
    """When those who go straight on at a green light are across, while others turn across their way.

    It has been green since `red` s. `ground`: m to the middle of what both need, for either.
    """
    drawing = Drawing()
    west, east = drawing.edge((-300.0, 0.0), (-15.0, 0.0)), drawing.edge((15.0, 0.0), (300.0, 0.0))
    back, south = drawing.edge((300.0, 4.0), (15.0, 4.0)), drawing.edge((0.0, -15.0), (0.0, -300.0))
    through, turn = drawing.join(west, east), drawing.join(back, south)
    drawing.conflict(through, turn, *ground, yields=turn)
    green = [Light.GREEN_PROTECTED, Light.GREEN_PERMISSIVE]
    drawing.signal([through, turn], [(red, [Light.RED, Light.RED]), (1_000.0, green)])
    city = drawing.city()
    rows = [one_trip(city, [back, south], at, from_position=5.0) for at in turning]
    rows += [one_trip(city, [west, east], at, from_position=5.0) for at in straight]
    alike = drivers()._replace(deviation=np.zeros(len(VehicleKind)))
    trips = sorted_by_departure(trips_of(rows))
    simulation = Simulation(city, trips, drivers=alike, threads=1)
    goes_on, passed = trips.route[trips.route_start[:-1]] == west, np.full(len(trips), np.nan)
    while simulation.time < 200.0:
        simulation.step()
        vehicles = simulation.vehicles()
        beyond = vehicles.trip[vehicles.path == drawing.lane(east)]
        passed[beyond] = np.fmin(passed[beyond], simulation.time)
    return passed[goes_on]


def test_who_rolls_up_to_wait_within_the_junction_holds_up_nobody_with_right_of_way() -> None:
    """Of four who turn left the first waits within the junction, and the others come up behind it."""
    straight = [60.0 + 2.5 * n for n in range(12)]
    alone = opposed([0.0, 2.5, 5.0, 7.5], straight)
    late = [opposed([at + 2.5 * n for n in range(4)], straight) - alone for at in (60.0, 62.0, 64.0, 66.0)]
    assert np.mean(late) <= 1.0, late


def test_who_waits_for_the_second_of_two_oncoming_lanes_stands_on_neither() -> None:
    """The far lane keeps it waiting; who comes late on the near one drives through as if nobody were there."""
    passed = []
    for turning in ([], [10.0]):
        drawing = Drawing()
        near, far = (drawing.edge((-300.0, y), (-15.0, y)) for y in (0.0, -3.5))
        beyond = [drawing.edge((15.0, y), (300.0, y)) for y in (0.0, -3.5)]
        back, south = drawing.edge((300.0, 4.0), (15.0, 4.0)), drawing.edge((0.0, -18.0), (0.0, -300.0))
        links = [drawing.join(near, beyond[0]), drawing.join(far, beyond[1]), drawing.join(back, south)]
        for link, metres in ((links[0], 16.0), (links[1], 19.0)):
            drawing.conflict(link, links[2], 18.0, metres, yields=links[2])
        green = [Light.GREEN_PROTECTED, Light.GREEN_PROTECTED, Light.GREEN_PERMISSIVE]
        drawing.signal(links, [(1.0, [Light.RED] * 3), (1_000.0, green)])
        city = drawing.city()
        rows = [one_trip(city, [back, south], at, from_position=5.0) for at in turning]
        rows += [one_trip(city, [far, beyond[1]], 2.5 * n, from_position=5.0) for n in range(16)]
        rows += [one_trip(city, [near, beyond[0]], 22.0, from_position=5.0)]
        alike = drivers("sumo")._replace(deviation=np.zeros(len(VehicleKind)))
        simulation = Simulation(city, sorted_by_departure(trips_of(rows)), drivers=alike, threads=1)
        while drawing.lane(beyond[0]) not in simulation.vehicles().path:
            simulation.step()
        passed.append(simulation.time)
    assert passed[1] <= passed[0] + 0.5, passed


def test_ground_of_who_has_red_is_none_to_wait_before() -> None:
    """A left turn crosses first where those from the side would come, who have red: it waits beyond that."""
    drawing = Drawing()
    west, east = drawing.edge((-300.0, 0.0), (-15.0, 0.0)), drawing.edge((15.0, 0.0), (300.0, 0.0))
    back, south = drawing.edge((300.0, 4.0), (15.0, 4.0)), drawing.edge((0.0, -15.0), (0.0, -300.0))
    north, away = drawing.edge((11.0, 300.0), (11.0, 20.0)), drawing.edge((11.0, -15.0), (11.0, -300.0))
    links = [drawing.join(west, east), drawing.join(back, south), drawing.join(north, away)]
    drawing.conflict(links[0], links[1], 18.0, 10.0, yields=links[1])
    drawing.conflict(links[2], links[1], 17.0, 6.0, yields=links[1])
    green = [Light.GREEN_PROTECTED, Light.GREEN_PERMISSIVE, Light.RED]
    drawing.signal(links, [(1.0, [Light.RED] * 3), (1_000.0, green)])
    city = drawing.city()
    rows = [one_trip(city, [west, east], 2.5 * n, from_position=5.0) for n in range(30)]
    rows += [one_trip(city, [back, south], 10.0, from_position=5.0)]
    trips = sorted_by_departure(trips_of(rows))
    turning = int(np.flatnonzero(trips.route[trips.route_start[:-1]] == back)[0])
    simulation = Simulation(city, trips, drivers=drivers("sumo"), threads=1)
    simulation.run(38.0)
    vehicles = simulation.vehicles()
    (it,) = np.flatnonzero(vehicles.trip == turning)
    within = vehicles.path[it] >= len(city.network.lanes)
    assert within and vehicles.speed[it] < 0.1 and vehicles.position[it] > 4.0


def test_a_queue_that_starts_is_not_held_up_by_who_rolls_up_to_wait_for_it() -> None:
    """At green both queues set off; those who turn come up to the ground of the others, and stop before it."""
    straight = [2.5 * n for n in range(8)]
    alone = opposed([], straight, 90.0, (6.0, 14.0))
    late = opposed([2.5 * n for n in range(3)], straight, 90.0, (6.0, 14.0)) - alone
    assert late.max() <= 0.5, late


def test_a_car_that_hangs_back_into_a_junction_blocks_only_the_connection_it_came_over() -> None:
    """The last of a queue has come from the west and its rear is still on that connection. Who crosses the one from
    the north, which leads to the same lane, goes on."""
    drawing = Drawing()
    west, north = drawing.edge((-150, 0), (-20, 0)), drawing.edge((-20, 150), (-20, 20))
    queue = drawing.edge((0, 0), (10, 0))
    south, across = drawing.edge((-9, -150), (-9, -8)), drawing.edge((-9, 24), (-9, 150))
    beyond = drawing.edge((12, 0), (150, 0))
    drawing.join(west, queue)
    from_north, crosses = drawing.join(north, queue), drawing.join(south, across)
    length = float(np.hypot(*np.diff(drawing.ways[from_north][2], axis=0)[0]))
    drawing.conflict(from_north, crosses, length - 3.0, 14.0, yields=from_north)
    stop = drawing.join(queue, beyond)
    drawing.signal([stop], [(900.0, [Light.RED])])
    city = drawing.city()
    waiting = [one_trip(city, [west, queue, beyond], 2.0 * k) for k in range(3)]
    late = one_trip(city, [south, across], 60.0)
    simulation = Simulation(city, trips_of([*waiting, late]), threads=1)
    simulation.run(58.0)
    cars = simulation.vehicles()
    on_queue = cars.path == int(city.network.edges.first_lane[queue])
    assert cars.position[on_queue].min() < 4.0, "nobody hangs back over the beginning of the lane"
    simulation.run(60.0)
    assert simulation.counts()["arrived"] == 1
