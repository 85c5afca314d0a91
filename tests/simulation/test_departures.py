"""What is decided at departure as SUMO's drivers do: the first lane, and the speeds by which one looks for a way."""

from __future__ import annotations

import numpy as np
import pytest

from cosmopolis.city.model import City
from cosmopolis.city.words import DeparturePosition, Light, Mode, VehicleKind
from cosmopolis.demand.sumo_scenario import RunType, VehicleType
from cosmopolis.simulation import Simulation
from cosmopolis.simulation.traffic.drivers import drivers_of
from tests.simulation.roads import Drawing, trips_of

LIMIT = 50 / 3.6  # m/s
DECIDES = RunType(
    VehicleType(), VehicleKind.CAR, Mode.CAR, np.inf, np.inf, chooses_route=True, chooses_lane=True
)


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


def known_speeds(simulation: Simulation) -> np.ndarray:
    """m/s on each edge as those see it who look for their way."""
    finder = simulation._traffic.departure_router
    assert finder is not None
    return finder.known[: len(simulation.city.network.edges)]


def test_an_empty_lane_beside_a_queue_counts_with_its_limit() -> None:
    """A car stands on one of two lanes: SUMO reckons half the limit for those who look for a way."""
    simulation = run_of(widening((1,), light=Light.RED), [0.0])
    simulation.run(600.0)
    assert simulation.vehicles().speed[0] == 0.0
    assert known_speeds(simulation) == pytest.approx(LIMIT * np.array([0.5, 1.0]), rel=0.01)


def fork(red: float) -> City:
    """From edge 0 to edge 3 over edge 1, at whose end a light is red for the first `red` s, or over edge 2, which is
    60 m longer; lane n of edge 0 leads to edge 1 + n."""
    drawing = Drawing()
    first = drawing.edge((-400.0, 0.0), (120.0, 0.0), lanes=2)
    short = drawing.edge((130.0, -10.0), (230.0, -10.0))
    long = drawing.edge((130.0, 10.0), (180.0, 80.0), (230.0, 10.0))
    last = drawing.edge((240.0, 0.0), (400.0, 0.0))
    drawing.join(first, short, 0, 0)
    drawing.join(first, long, 1, 0)
    held = drawing.join(short, last, 0, 0)
    free = drawing.join(long, last, 0, 0)
    drawing.conflict(held, free, 9.0, 9.0, yields=held)
    drawing.signal([held], [(red, [Light.RED]), (100_000.0, [Light.GREEN_PERMISSIVE])])
    return drawing.city()


def over_the_fork(red: float, departures: list[float]) -> Simulation:
    rows = [
        {
            "from_lane": 0,
            "to_lane": 4,
            "from_position": 10.0,
            "to_position": 150.0,
            "route": [0, 1, 3],
            "depart": at,
        }
        for at in departures
    ]
    return Simulation(fork(red), trips_of(rows), drivers=drivers_of([DECIDES]), daily=False, threads=1)


def ways_taken(simulation: Simulation) -> list[int]:
    """1 or 2 for each trip that has not arrived yet or has: the edge after the first of its route."""
    fleet = simulation._traffic.fleet
    return [int(fleet.route[end - 2]) for end in fleet.route_end.tolist()]


def test_who_departs_goes_round_a_queue_until_it_has_been_gone_for_three_minutes() -> None:
    """The quickest way by the mean speeds of the last 180 s, and by no older ones."""
    simulation = over_the_fork(300.0, [0.0, 1.0, 200.0, 350.0, 520.0, 540.0])
    simulation.run(600.0)
    assert ways_taken(simulation) == [1, 1, 2, 2, 1, 1]
    simulation.run(200.0)
    assert simulation.counts()["arrived"] == 6
    assert known_speeds(simulation) == pytest.approx(np.full(4, LIMIT), rel=1e-5)


def test_who_has_waited_a_minute_for_a_gap_looks_again_and_takes_the_lane_for_it() -> None:
    """Sixty due at once all want the short way; those who wait for their turn hear of the queue on it."""
    simulation = over_the_fork(100_000.0, [0.0] * 60)
    entered = np.full(60, np.inf)
    while simulation.time < 400.0:
        events = simulation.step()
        entered[events.departed] = events.time
    ways = np.array(ways_taken(simulation))
    assert set(ways[entered <= 60.0]) == {1}
    assert (ways == 2).sum() > 10
    counts = simulation.counts()
    assert counts["arrived"] == (ways == 2).sum() and counts["strayed"] == 0


def test_what_drivers_know_of_speeds_is_restored_from_a_snapshot() -> None:
    """The same ways after a snapshot in the middle as without one."""
    departures = [5.0 * n for n in range(80)]
    whole = over_the_fork(200.0, departures)
    whole.run(250.0)
    rows = {"drivers": drivers_of([DECIDES]), "daily": False, "threads": 1}
    again = Simulation.restore(whole.city, whole.trips, whole.snapshot(), **rows)
    for simulation in (whole, again):
        simulation.run(200.0)
    assert whole.snapshot() == again.snapshot()
    assert set(ways_taken(whole)) == {1, 2}


def entering(comes: DeparturePosition, *stand: float) -> float:
    """m at which one is who has just come on to a road of 300 m, nan if he has not; cars `stand` there."""
    drawing = Drawing()
    drawing.edge((0.0, 0.0), (300.0, 0.0))
    stands = DECIDES._replace(chooses_route=False, chooses_lane=False)
    rows = [{"from_lane": 0, "to_lane": 0, "route": [0], "depart": 5.0, "kind": 1}]
    for place in stand:
        halt = [(0, place, 1_000.0)]
        rows.append(
            {"from_lane": 0, "to_lane": 0, "route": [0], "depart": 0.0, "from_position": place, "halts": halt}
        )
    types = [stands._replace(entry_speed=0.0), stands._replace(departure_position=comes)]
    simulation = Simulation(drawing.city(), trips_of(rows), drivers=drivers_of(types), daily=False, threads=1)
    simulation.run(5.5)
    vehicles = simulation.vehicles()
    mine = simulation.trips.kind[vehicles.id] == 1
    return float(vehicles.position[mine][0]) if mine.any() else float("nan")


def test_who_comes_last_is_as_far_along_as_his_speed_allows_behind_the_last_one() -> None:
    """At 50 km/h he needs 35 to 50 m to the car that stands at 100 m; SUMO's departPos="last"."""
    assert 40.0 < entering(DeparturePosition.BEHIND_LAST, 200.0, 100.0) < 70.0
    assert entering(DeparturePosition.AS_PLANNED, 200.0, 100.0) < 20.0
    assert entering(DeparturePosition.BEHIND_LAST) > 250.0, (
        "on an empty road he comes where he can stop at its end"
    )


def test_who_takes_any_gap_comes_between_others_where_there_is_no_room_behind_the_last() -> None:
    assert 100.0 < entering(DeparturePosition.IN_GAP, 200.0, 30.0) < 170.0  # SUMO's departPos="free"
    assert np.isnan(entering(DeparturePosition.BEHIND_LAST, 200.0, 30.0))


def test_drivers_dawdle_less_in_shorter_steps_as_krauss_s_do() -> None:
    """0.5 sigma accel step below the wished speed: 0.65 m/s at 1 s, and 0.13 m/s at 0.2 s."""
    dawdle = [drivers_of([DECIDES._replace(step=step)]).dawdle[0] for step in (1.0, 0.2)]
    assert dawdle == pytest.approx([0.65, 0.13])
    accel = [drivers_of([DECIDES._replace(step=step)]).accel[0] for step in (1.0, 0.2)]
    assert accel[0] == accel[1]


@pytest.mark.parametrize(("enters", "waits"), [(12.0, True), (np.inf, False)])
def test_who_is_told_his_speed_enters_with_it_or_later(enters: float, waits: bool) -> None:
    """As in SUMO: departSpeed="12" waits for a gap, "max" adapts to the slow one just ahead."""
    drawing = Drawing()
    drawing.edge((0.0, 0.0), (600.0, 0.0))
    ahead, mine = {"depart": 0.0, "from_position": 15.0}, {"depart": 1.0, "from_position": 8.0, "kind": 1}
    rows = [{"from_lane": 0, "to_lane": 0, "route": [0]} | row for row in (ahead, mine)]
    slow = DECIDES._replace(type=VehicleType(max_speed=4.0, sigma=0.0))
    types = [slow, DECIDES._replace(type=VehicleType(sigma=0.0), entry_speed=enters)]
    simulation = Simulation(drawing.city(), trips_of(rows), drivers=drivers_of(types), daily=False, threads=1)
    while 1 not in simulation.step().departed:
        assert simulation.time < 60.0
    vehicles = simulation.vehicles()
    speed = float(vehicles.speed[vehicles.trip == 1][0])
    assert (speed >= 12.0, simulation.time > 3.0) == (waits, waits), (speed, simulation.time)
