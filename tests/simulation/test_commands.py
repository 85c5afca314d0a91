"""What a command changes, and the one clear sentence for a command that cannot be."""

from __future__ import annotations

import numpy as np
import pytest

from cosmopolis.city.errors import BadInput
from cosmopolis.city.words import VehicleKind
from cosmopolis.simulation import AddTrip, CloseLane, OpenLane, SetSpeedLimit, Simulation
from tests.simulation.drawings import busy_trips, chessboard, one_trip, parallel_roads, row_of
from tests.simulation.occupancy import check_books
from tests.simulation.roads import Drawing, trips_of


def on_edge(simulation: Simulation, edge: int) -> set[int]:
    """Vehicles on the lanes of `edge`."""
    network, vehicles = simulation.city.network, simulation.vehicles()
    first = int(network.edges.first_lane[edge])
    here = (vehicles.path >= first) & (vehicles.path < first + int(network.edges.lane_count[edge]))
    return set(vehicles.id[here].tolist())


def fork() -> Drawing:
    """Edge 0, then edge 1 straight on or edges 2 and 3 round it, then edge 4."""
    drawing = Drawing()
    drawing.edge((0, 0), (200, 0))
    drawing.edge((210, 0), (400, 0))
    drawing.edge((210, 20), (300, 60))
    drawing.edge((305, 60), (400, 20))
    drawing.edge((410, 0), (600, 0))
    for one, other in ((0, 1), (0, 2), (2, 3), (1, 4), (3, 4)):
        drawing.join(one, other)
    return drawing


def test_nobody_enters_a_closed_edge_and_everybody_goes_round() -> None:
    city = fork().city()
    rows = [one_trip(city, [0, 1, 4], 4.0 * n) for n in range(20)]
    simulation = Simulation(city, trips_of(rows), threads=1)
    simulation.run(30.0)
    assert on_edge(simulation, 1), "they go straight on"
    simulation.step([CloseLane(1)])
    simulation.run(3.0)  # who was in the junction comes through
    before = on_edge(simulation, 1)
    detour: set[int] = set()
    for _ in range(600):
        simulation.step()
        assert on_edge(simulation, 1) <= before
        detour |= on_edge(simulation, 2)
    assert len(detour) >= 8
    assert simulation.counts()["arrived"] == 20


def test_who_has_no_way_round_waits_at_the_barrier_until_it_is_opened() -> None:
    drawing = Drawing()
    drawing.edge((0, 0), (200, 0))
    drawing.edge((210, 0), (400, 0))
    drawing.join(0, 1)
    city = drawing.city()
    rows = [one_trip(city, [0, 1], 4.0 * n) for n in range(5)]
    simulation = Simulation(city, trips_of(rows), threads=1)
    simulation.step([CloseLane(1)])
    while simulation.time < 200.0:
        simulation.step()
        assert not on_edge(simulation, 1)
    assert on_edge(simulation, 0) and simulation.counts()["arrived"] == 0
    simulation.step([OpenLane(1)])
    simulation.run(100.0)
    assert simulation.counts()["arrived"] == 5


def test_those_on_the_road_go_round_a_closed_edge() -> None:
    city = fork().city()
    rows = [one_trip(city, [0, 1, 4], 1.5 * n, from_position=6.0) for n in range(6)]
    simulation = Simulation(city, trips_of(rows), threads=1)
    while simulation.counts()["departed"] < 6:
        simulation.step()
    simulation.step([CloseLane(1)])
    simulation.run(3.0)  # who was in the junction comes through
    before, detour = on_edge(simulation, 1), set()
    for _ in range(300):
        simulation.step()
        assert on_edge(simulation, 1) <= before
        detour |= on_edge(simulation, 2)
    assert len(detour) >= 3
    assert simulation.counts()["arrived"] == 6


def test_an_opened_lane_is_used_again() -> None:
    city = fork().city()
    rows = [one_trip(city, [0, 1, 4], 100.0 + 4 * n) for n in range(10)]
    simulation = Simulation(city, trips_of(rows), threads=1)
    simulation.step([CloseLane(1)])
    simulation.run(20.0)
    simulation.step([OpenLane(1)])
    seen: set[int] = set()
    while simulation.time < 300.0:
        simulation.step()
        seen |= on_edge(simulation, 1)
    assert seen == set(range(10)) and simulation.counts()["arrived"] == 10


def test_trips_that_depart_after_the_closing_go_round_too() -> None:
    city = fork().city()
    rows = [one_trip(city, [0, 1, 4], 50.0 + 4 * n) for n in range(10)]
    simulation = Simulation(city, trips_of(rows), threads=1)
    simulation.step([CloseLane(1)])
    seen: set[int] = set()
    while simulation.time < 400.0:
        simulation.step()
        seen |= on_edge(simulation, 1)
    assert not seen
    assert simulation.counts()["arrived"] == 10


def test_one_closed_lane_of_two_empties_and_the_other_carries_on() -> None:
    drawing = Drawing()
    drawing.edge((0, 0), (400, 0), lanes=2)
    drawing.edge((410, 0), (800, 0), lanes=2)
    for lane in (0, 1):
        drawing.join(0, 1, lane)
    city = drawing.city()
    rows = [one_trip(city, [0, 1], 3.0 * n, from_lane=n % 2, to_lane=2) for n in range(30)]
    simulation = Simulation(city, trips_of(rows), threads=1)
    simulation.run(50.0)
    simulation.step([CloseLane(3)])
    simulation.run(40.0)
    entered = 0
    while simulation.time < 400.0:
        simulation.step()
        entered += int(np.count_nonzero(simulation.vehicles().path == 3))
    assert entered == 0
    assert simulation.counts()["arrived"] == 30


def test_a_speed_limit_holds_on_its_edge_only() -> None:
    city = parallel_roads(2, 1_500.0)
    trips = trips_of([one_trip(city, [0], 0.0), one_trip(city, [1], 0.0)])
    simulation = Simulation(city, trips, threads=1)
    simulation.step([SetSpeedLimit(0, 6.0)])
    simulation.run(40.0)
    vehicles = simulation.vehicles()
    slow, fast = row_of(vehicles, 0), row_of(vehicles, 1)
    assert slow is not None and fast is not None
    assert 4.8 <= vehicles.speed[slow] <= 7.2 and vehicles.speed[fast] > 10.0


def test_an_added_trip_drives_from_where_it_was_told_to_where_it_was_told() -> None:
    city = chessboard()
    simulation = Simulation(city, busy_trips(count=50), threads=1)
    simulation.run(20.0)
    first = city.network.edges.first_lane
    begin, end = int(first[3]), int(first[-2])
    new = len(simulation.trips)
    events = [simulation.step([AddTrip(begin, 30.0, end, 60.0, VehicleKind.VAN)])]
    events += [simulation.step() for _ in range(60)]
    departed = np.concatenate([event.departed for event in events]).tolist()
    assert new in departed
    seen = simulation.vehicle(new)
    assert seen is not None and seen["kind"] == "van" and seen["origin"] == seen["line"] == -1
    last = seen
    while (now := simulation.vehicle(new)) is not None:
        last = now
        simulation.step()
        check_books(simulation, int(np.count_nonzero(simulation.trips.depart < simulation.time)) + 1)
        assert simulation.time < 900.0
    assert city.network.lanes.edge[last["path"]] == city.network.lanes.edge[end]
    assert last["position"] == pytest.approx(60.0, abs=8.0)
    assert last["edges_left"] == 0


def test_an_added_trip_leaves_once_and_not_again_the_next_day() -> None:
    city = chessboard(2)
    simulation = Simulation(city, trips_of([]), start=86_300.0, threads=1)
    simulation.step([AddTrip(0, 10.0, int(city.network.edges.first_lane[-1]), 50.0)])
    simulation.run(400.0)
    assert simulation.time > 86_600.0
    assert simulation.counts()["departed"] == simulation.counts()["arrived"] == 1


LANES, EDGES = 10**6, 10**6
WRONG = [
    (CloseLane(LANES), "lane 1000000"),
    (CloseLane(-1), "lane -1"),
    (OpenLane(LANES), "lane 1000000"),
    (SetSpeedLimit(EDGES, 10.0), "edge 1000000"),
    (SetSpeedLimit(-1, 10.0), "edge -1"),
    (SetSpeedLimit(0, 0.0), "0.0 m/s"),
    (SetSpeedLimit(0, -5.0), "-5.0 m/s"),
    (SetSpeedLimit(0, float("nan")), "nan m/s"),
    (SetSpeedLimit(0, float("inf")), "inf m/s"),
    (AddTrip(-1, 0.0, 0, 0.0), "lane -1"),
    (AddTrip(0, 0.0, LANES, 0.0), "lane 1000000"),
]


@pytest.mark.parametrize(("command", "said"), WRONG, ids=[repr(command) for command, _ in WRONG])
def test_a_command_on_what_is_not_there_says_so_and_changes_nothing(command, said: str) -> None:  # type: ignore[no-untyped-def]
    city = chessboard(2)
    simulation = Simulation(city, trips_of([]), threads=1)
    digest = simulation.digest()
    with pytest.raises(BadInput, match=said.replace(".", r"\.")):
        simulation.step([command])
    assert simulation.digest() == digest and simulation.time == 0.0


def test_a_connection_is_not_a_lane() -> None:
    city = chessboard(2)
    with pytest.raises(BadInput, match="There is no lane"):
        Simulation(city, trips_of([]), threads=1).step([CloseLane(len(city.network.lanes))])


def test_a_trip_between_places_that_no_road_joins_is_refused() -> None:
    city = parallel_roads(2, 300.0)
    with pytest.raises(BadInput, match="No way leads from lane 0 to lane 1"):
        Simulation(city, trips_of([]), threads=1).step([AddTrip(0, 10.0, 1, 10.0)])


@pytest.mark.parametrize("position", [float("nan"), float("inf"), -float("inf")])
def test_a_position_that_is_no_number_is_refused(position: float) -> None:
    """Or it would break the run of everybody: NaN is not less and not more than anything."""
    city = parallel_roads(1, 300.0)
    with pytest.raises(BadInput):
        Simulation(city, trips_of([]), threads=1).step([AddTrip(0, position, 0, 200.0)])
