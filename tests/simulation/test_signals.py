"""Lights: nobody enters on red, who can stop at yellow does, and a queue leaves as fast as real ones do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from cosmopolis.city.model import City
from cosmopolis.city.vehicle_types import VehicleType
from cosmopolis.city.words import Light, Mode, VehicleKind
from cosmopolis.demand.run_types import RunType
from cosmopolis.simulation import Simulation
from cosmopolis.simulation.traffic.drivers import drivers, drivers_of
from tests.simulation.drawings import YELLOW, busy_trips, chessboard, one_trip, roads_with_lights
from tests.simulation.roads import Drawing, random_trips, trips_of

COMFORTABLE = 3.0  # m/s^2: who can stop with this at yellow has to
EMERGENCY = 4.5  # m/s^2: who cannot stop with this at red goes on
FIELD_QUEUE = 24  # cars a lane in the first 70 s of green, from eclipse-sumo/sumo #17830; SUMO gives 31
SUMO_QUEUE = 35  # in SUMO 1.28 itself, its passenger car on one lane of 50 km/h, six seeds: 34 to 37


@dataclass(frozen=True)
class Crossing:
    """A vehicle that passed a stop line."""

    time: float
    link: int
    light: Light
    distance: float  # m to the line one step before
    speed: float  # m/s one step before
    since: float  # s since its light last changed
    age: float  # s since it was first seen on the road


class Lines:
    """Watches the stop lines of a city whose signals it reads itself from the table of programs."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        network = simulation.city.network
        self._network, self._lanes = network, len(network.lanes)
        self._program = np.full(len(network.connections), -1)
        self._row = np.full(len(network.connections), -1)
        signals = network.signals
        for program in range(len(signals)):
            links = signals.link[signals.link_start[program] : signals.link_start[program + 1]]
            self._program[links], self._row[links] = program, np.arange(len(links))
        self._last: dict[int, tuple[int, float, float]] = {}
        self._first: dict[int, float] = {}

    def light(self, link: int, time: float) -> tuple[Light, float]:
        """The light that `link` shows at `time`, by the programs' table, and s since it changed to it."""
        signals, program = self._network.signals, int(self._program[link])
        first, last = int(signals.phase_start[program]), int(signals.phase_start[program + 1])
        cycle = float(signals.duration[first:last].sum())
        into = (time - float(signals.offset[program])) % cycle
        shown = [int(signals.light[signals.light_start[p] + self._row[link]]) for p in range(first, last)]
        ends = np.cumsum(signals.duration[first:last].astype(float))
        phase = min(int(np.searchsorted(ends, into, side="right")), last - first - 1)
        since = into - (float(ends[phase - 1]) if phase else 0.0)
        before = phase - 1
        while shown[before] == shown[phase] and before > phase - (last - first):
            since += float(signals.duration[first + before % (last - first)])
            before -= 1
        return Light(shown[phase]), since

    def step(self) -> list[Crossing]:
        """Advance by one step; who crossed a line in it."""
        time = self._simulation.time
        self._simulation.step()
        vehicles, found = self._simulation.vehicles(), []
        now = {}
        for id, path, position, speed in zip(
            vehicles.id.tolist(),
            vehicles.path.tolist(),
            vehicles.position.tolist(),
            vehicles.speed.tolist(),
            strict=True,
        ):
            now[id] = path, position, speed
            age = time - self._first.setdefault(id, time)
            last, at, before = self._last.get(id, (path, 0.0, 0.0))
            link = self._link(last, path)
            if link >= 0 and self._program[link] >= 0:
                light, since = self.light(link, time)
                left = float(self._network.lanes.length[last]) - at
                found.append(Crossing(time, link, light, left, before, since, age))
        self._last = now
        return found

    def _link(self, last: int, path: int) -> int:
        """The connection entered between two steps, -1 if none."""
        if last >= self._lanes or last == path:
            return -1
        if path >= self._lanes:
            return path - self._lanes
        ways = self._network.connections
        rows = np.flatnonzero((ways.from_lane == last) & (ways.to_lane == path))
        return int(rows[0]) if len(rows) else -1


@pytest.fixture(scope="module")
def crossings() -> list[Crossing]:
    """Five minutes of every kind of vehicle but those with a siren over the signals of a chessboard."""
    trips = busy_trips()
    kind = np.where(trips.kind == VehicleKind.EMERGENCY, np.uint8(VehicleKind.CAR), trips.kind)
    simulation = Simulation(chessboard(), replace(trips, kind=kind), threads=1)
    lines = Lines(simulation)
    found = []
    while simulation.time < 300.0:
        found += lines.step()
    assert len(found) > 300
    return [entry for entry in found if entry.age > 5.0]  # who has just pulled out has a test of his own


def test_the_phases_shown_are_those_of_the_programs() -> None:
    city = chessboard()
    simulation = Simulation(city, trips_of([]), threads=1)
    lines = Lines(simulation)
    signals = city.network.signals
    while simulation.time < 200.0:
        time = simulation.time
        lines.step()
        for program, phase in enumerate(simulation.phases().tolist()):
            lights = int(signals.light_start[signals.phase_start[program] + phase])
            links = signals.link[signals.link_start[program] : signals.link_start[program + 1]]
            for row, link in enumerate(links.tolist()):
                # on the boundary of two phases rounding may decide
                wanted = {lines.light(link, time + moment)[0] for moment in (-1e-3, 1e-3)}
                assert Light(int(signals.light[lights + row])) in wanted


def test_nobody_enters_on_red_who_could_have_stopped(crossings: list[Crossing]) -> None:
    for entry in crossings:
        if entry.light == Light.RED:
            assert entry.distance < entry.speed**2 / (2 * EMERGENCY), entry
            assert entry.since < 2.0, entry


def test_hardly_anybody_enters_on_red_at_all(crossings: list[Crossing]) -> None:
    red = sum(entry.light == Light.RED for entry in crossings)
    assert red <= 0.01 * len(crossings)


def test_who_enters_on_yellow_could_not_stop_in_comfort(crossings: list[Crossing]) -> None:
    yellow = [entry for entry in crossings if entry.light == Light.YELLOW]
    assert yellow, "nobody came at yellow; the test would say nothing"
    for entry in yellow:
        assert entry.distance < entry.speed**2 / (2 * COMFORTABLE) + 1e-3, entry


def alone(phases: list[tuple[float, Light]], parameters: str = "field") -> Simulation:
    """One car on 600 m with a light in the middle, driven from the start."""
    city = roads_with_lights(1, 300.0, 300.0, phases)
    trips = trips_of([one_trip(city, [0, 1], 0.0, from_position=5.0)])
    return Simulation(city, trips, drivers=drivers(parameters), threads=1)


@pytest.mark.parametrize(
    ("distance", "passes", "parameters"),
    [
        (15.0, True, "field"),
        (25.0, True, "field"),
        (45.0, False, "field"),
        (80.0, False, "field"),
        (15.0, True, "sumo"),
        (30.0, False, "sumo"),
    ],
)
def test_at_yellow_the_near_go_on_and_the_far_stop(distance: float, passes: bool, parameters: str) -> None:
    """At 50 km/h one stops within 32 m at 3 m/s^2, and within 21 m with SUMO's 4.5. The light turns yellow when the
    car is `distance` m before it."""
    free = alone([(1_000.0, Light.GREEN_PROTECTED)], parameters)
    while not len(free.vehicles().id) or free.vehicles().position[0] < 300.0 - distance:
        free.step()
    green = free.time
    phases = [(green, Light.GREEN_PROTECTED), (YELLOW, Light.YELLOW), (100.0, Light.RED)]
    simulation = alone(phases, parameters)
    simulation.run(green + YELLOW + 10.0)
    vehicles = simulation.vehicles()
    assert len(vehicles.id) == 1
    if passes:
        assert vehicles.path[0] == simulation.city.network.edges.first_lane[1]
    else:
        assert vehicles.path[0] == simulation.city.network.edges.first_lane[0]
        simulation.run(20.0)
        assert simulation.vehicles().speed[0] < 0.1


@pytest.mark.parametrize("place", [290.0, 295.0, 299.5])
def test_who_pulls_out_at_a_red_light_does_not_drive_past_it(place: float) -> None:
    city = roads_with_lights(1, 300.0, 300.0, [(1_000.0, Light.RED)])
    trips = trips_of([one_trip(city, [0, 1], 1.0, from_position=place)])
    simulation = Simulation(city, trips, threads=1)
    simulation.run(30.0)
    assert simulation.vehicles().path.tolist() == [0]


@pytest.mark.parametrize(("parameters", "cars"), [("field", FIELD_QUEUE), ("sumo", SUMO_QUEUE)])
def test_a_queue_discharges_as_queues_in_the_field_do(parameters: str, cars: float) -> None:
    """About 24 cars a lane in the first 70 s of green; 35 in SUMO 1.28."""
    red, roads = 150.0, 5
    phases = [(red, Light.RED), (70.0, Light.GREEN_PROTECTED), (400.0, Light.RED)]
    city = roads_with_lights(roads, 450.0, 600.0, phases)
    rows = [one_trip(city, [2 * r, 2 * r + 1], 3.2 * n) for r in range(roads) for n in range(44)]
    simulation = Simulation(city, trips_of(rows), drivers=drivers(parameters), threads=1)
    lines = Lines(simulation)
    while simulation.time < red:
        assert not lines.step()
    assert simulation.counts()["vehicles"] >= 38 * roads, "the queue is long enough"
    passed = np.zeros(len(city.network.connections), np.int64)
    while simulation.time < red + 70.0:
        for entry in lines.step():
            passed[entry.link] += 1
    assert passed.min() >= cars - 4 and passed.max() <= cars + 3
    assert passed.mean() == pytest.approx(cars, abs=2.5)


def test_a_queue_of_the_set_sumo_sets_off_as_sumo_s_does() -> None:
    """When the second to tenth and the thirtieth car cross the line: SUMO 1.28, means of ten seeds."""
    sumo = np.array([3.2, 5.5, 7.8, 9.9, 11.8, 13.4, 15.4, 17.3, 19.3, 58.3])
    red, roads = 150.0, 10
    phases = [(red, Light.RED), (70.0, Light.GREEN_PROTECTED), (400.0, Light.RED)]
    city = roads_with_lights(roads, 450.0, 600.0, phases)
    rows = [one_trip(city, [2 * r, 2 * r + 1], 3.2 * n) for r in range(roads) for n in range(44)]
    simulation = Simulation(city, trips_of(rows), drivers=drivers("sumo"), threads=1)
    lines = Lines(simulation)
    crossed: dict[int, list[float]] = {}
    while simulation.time < red + 66.0:
        for entry in lines.step():
            crossed.setdefault(entry.link, []).append(simulation.time - red)
    mean = np.mean([times[:30] for times in crossed.values()], axis=0)
    assert np.abs(mean[[*range(1, 10), 29]] - sumo).max() <= 1.0, mean


def test_a_protected_light_is_not_slower_than_no_light() -> None:
    green = roads_with_lights(1, 300.0, 300.0, [(500.0, Light.GREEN_PROTECTED)])
    times = []
    for city in (green, roads_with_lights(1, 300.0, 300.0, [(500.0, Light.OFF)])):
        simulation = Simulation(city, trips_of([one_trip(city, [0, 1], 0.0)]), threads=1)
        while simulation.counts()["arrived"] == 0:
            simulation.step()
            assert simulation.time < 200.0
        times.append(simulation.time)
    assert times[0] <= times[1] + 0.5


def test_nobody_waits_for_ever_at_a_light() -> None:
    city = chessboard(2)
    simulation = Simulation(city, random_trips(city, 150, seconds=60.0, seed=8), threads=1)
    simulation.run(600.0)
    assert simulation.counts()["vehicles"] == simulation.counts()["waiting"] == 0


@pytest.mark.parametrize("sigma", [0.0, 0.5])
@pytest.mark.parametrize("limit", [50.0, 100.0])  # km/h
def test_nobody_of_the_set_sumo_brakes_too_late_for_a_light_that_has_long_been_red(sigma, limit):
    """Such drivers brake with what is comfortable to them, 4.5 m/s^2, as late as that allows."""
    drawing = Drawing(speed=limit / 3.6)
    one, other = drawing.edge((0.0, 0.0), (600.0, 0.0)), drawing.edge((610.0, 0.0), (900.0, 0.0))
    drawing.signal([drawing.join(one, other)], [(100_000.0, [Light.RED])])
    kind = RunType(VehicleType(sigma=sigma), VehicleKind.CAR, Mode.CAR, np.inf, np.inf)
    trips = trips_of([{"from_lane": 0, "to_lane": 1, "route": [0, 1], "depart": 20.0 * n} for n in range(20)])
    simulation = Simulation(drawing.city(), trips, drivers=drivers_of([kind]), daily=False, threads=1)
    simulation.run(500.0)
    vehicles = simulation.vehicles()
    assert len(vehicles) == 20 and (vehicles.path == 0).all() and (vehicles.speed == 0.0).all()


def arrow() -> tuple[Drawing, int, int]:
    """A way with a green arrow beside its red light, across one with a green light; neither is marked to yield."""
    drawing = Drawing()
    one = [drawing.edge((-200, 0), (-8, 0)), drawing.edge((8, 0), (200, 0))]
    other = [drawing.edge((0, 200), (0, 8)), drawing.edge((0, -8), (0, -200))]
    ways = [drawing.join(*one), drawing.join(*other)]
    drawing.conflict(*ways, 8.0, 8.0, yields=None)
    drawing.signal(ways, [(900.0, [Light.GREEN_ARROW, Light.GREEN_PROTECTED])])
    return drawing, one[0], other[0]


@pytest.mark.parametrize("parameters", ["field", "sumo"])
def test_at_a_green_arrow_one_stops_and_then_goes_behind_all_others(parameters: str) -> None:
    drawing, one, other = arrow()
    city = drawing.city()
    stream = [one_trip(city, [other, other + 1], 3.0 * k) for k in range(12)]
    mine = one_trip(city, [one, one + 1], 33.5, from_position=150.0)
    alone, slowest = drive_over_arrow(city, [mine], one, parameters)
    assert slowest < 0.3, "nobody came, and it did not stop"
    undisturbed, _ = drive_over_arrow(city, stream, one, parameters)
    together, _ = drive_over_arrow(city, [*stream, mine], one, parameters)
    assert together[12] > alone[0] + 2.0, "it did not wait for those with the green light"
    for k in range(12):
        assert together[k] <= undisturbed[k] + 0.5, "those with the green light braked for it"


def drive_over_arrow(
    city: City, rows: list[dict[str, Any]], edge: int, parameters: str
) -> tuple[dict[int, float], float]:
    """s at which each trip arrives, and the lowest speed, m/s, in the last 4 m of `edge`."""
    lane = int(city.network.edges.first_lane[edge])
    simulation = Simulation(city, trips_of(rows), drivers=drivers(parameters), threads=1)
    found: dict[int, float] = {}
    slowest = 99.0
    while len(found) < len(rows):
        events = simulation.step()
        found |= dict.fromkeys(events.arrived.tolist(), simulation.time)
        cars = simulation.vehicles()
        near = (cars.path == lane) & (cars.position > city.network.lanes.length[lane] - 4.0)
        slowest = min([slowest, *cars.speed[near].tolist()])
        assert simulation.time < 300.0
    return found, slowest
