"""What the controllers are for: nobody waits without need, buses and ambulances least of all."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from cosmopolis.city.errors import BadInput
from cosmopolis.city.words import VehicleKind
from cosmopolis.control import (
    Actuated,
    Controller,
    FixedTime,
    MaxPressure,
    Preemption,
    Program,
    Runner,
    Scheme,
    TransitPriority,
    begin,
    programs_of,
)
from cosmopolis.simulation import FollowSignalPlan, Lookout, ProgramView, ShowPhase, Simulation
from tests.control.scenes import (
    arms,
    controlled,
    crossing,
    durations,
    random_town_trips,
    straight_through,
    street_of_lights,
)
from tests.simulation.drawings import bus_runs, busy_trips, chessboard, one_trip
from tests.simulation.roads import trips_of

UNEVEN = {"west": 900.0, "east": 700.0, "south": 150.0, "north": 100.0}


def history(simulation: Simulation, runner: Runner, seconds: float) -> list[tuple[float, int]]:
    """When which stage began to be shown at the only signal: (s, phase)."""
    (program,) = programs_of(simulation.city).values()
    seen: list[tuple[float, int]] = []
    until = simulation.time + seconds
    while simulation.time < until:
        simulation.step(runner.commands())
        phase = int(simulation.phases()[program.row])
        if phase in program.stages and (not seen or seen[-1][1] != phase):
            seen.append((simulation.time, phase))
    return seen


def test_fixed_time_shows_what_the_plan_shows() -> None:
    city, _ = street_of_lights(3, 300.0, 31.0, 80.0)
    one, other = (Simulation(city, trips_of([]), threads=1) for _ in range(2))
    runner = controlled(one, FixedTime, every=0.5)
    for _ in range(600):
        one.step(runner.commands())
        other.step()
        assert np.array_equal(one.lights(), other.lights()), f"at {one.time} s"


def test_without_traffic_an_actuated_signal_rests() -> None:
    simulation = Simulation(crossing(), trips_of([]), threads=1)
    assert len(history(simulation, controlled(simulation, Actuated), 400.0)) == 1


def test_one_car_on_the_side_street_gets_its_green_and_the_signal_rests_there() -> None:
    city = crossing()
    one, other = arms(city)["west"]  # the plan begins with the other street
    simulation = Simulation(city, trips_of([one_trip(city, [one, other], 50.0)]), threads=1)
    seen = history(simulation, controlled(simulation, Actuated), 300.0)
    assert len(seen) == 2 and 50.0 < seen[1][0] < 85.0
    assert simulation.counts()["arrived"] == 1
    alone = durations(city, simulation.trips, None)
    assert durations(city, simulation.trips, Actuated)[0] <= alone[0]


def gaps(headway: float, cars: int = 40) -> list[dict[str, Any]]:
    """Cars from the west every `headway` s, and one from the south that waits for them from about 20 s on."""
    city = crossing()
    west, south = arms(city)["west"], arms(city)["south"]
    rows = [one_trip(city, list(west), headway * n, from_position=250.0) for n in range(cars)]
    return [*rows, one_trip(city, list(south), 5.0, from_position=200.0)]


def served_at(headway: float, **dials: float) -> float:
    """s at which the car from the south has its green."""
    city = crossing()
    (program,) = programs_of(city).values()
    south = program.serving(*arms(city)["south"])[0]
    simulation = Simulation(city, trips_of(gaps(headway)), threads=1)
    seen = history(simulation, controlled(simulation, lambda p: Actuated(p, **dials)), 200.0)
    return next(time for time, phase in seen if phase == south and time > 8.0)


def test_a_gap_ends_the_green_and_a_stream_does_not_until_the_longest() -> None:
    """Every 12 s a car leaves gaps; every 2.5 s one does not, and the green lasts its most."""
    assert served_at(12.0, gap=4.0) < 40.0
    early, late = (served_at(2.5, gap=4.0, most_green=most) for most in (20.0, 45.0))
    assert late - early == pytest.approx(25.0, abs=1.5)


def test_the_greens_of_an_actuated_signal_are_never_shorter_than_their_least() -> None:
    city = crossing()
    trips = trips_of(straight_through(city, {"west": 300.0, "south": 300.0}, 300.0))
    simulation = Simulation(city, trips, threads=1)
    seen = history(simulation, controlled(simulation, lambda p: Actuated(p, least_green=9.0)), 300.0)
    assert len(seen) > 6
    (program,) = programs_of(city).values()
    for (one, _), (other, _) in pairwise(seen[1:]):
        assert other - one >= 9.0 + program.yellow + program.all_red - 0.5


@pytest.mark.parametrize("make", [MaxPressure, Actuated])
def test_at_an_uneven_crossing_it_beats_the_plan(make: type[MaxPressure]) -> None:
    city, ratio = crossing(), []
    for seed in range(3):
        trips = trips_of(straight_through(city, UNEVEN, 400.0, seed=seed))
        ratio.append(durations(city, trips, make).mean() / durations(city, trips, None).mean())
    assert np.mean(ratio) < 0.92


def test_max_pressure_leaves_nobody_waiting_beyond_its_longest() -> None:
    """One car from the south against a stream that never ends."""
    city = crossing()
    stream = straight_through(city, {"west": 1500.0, "east": 1500.0}, 400.0)
    one = one_trip(city, list(arms(city)["south"]), 30.0)
    trips = trips_of([*stream, one])
    lonely = int(np.flatnonzero(trips.route[trips.route_start[:-1]] == arms(city)["south"][0])[0])
    taken = durations(city, trips, lambda p: MaxPressure(p, margin=50.0, fade=1e9, longest_wait=60.0))[lonely]
    assert 60.0 < taken < 60.0 + 90.0


def buses_and_cars(seed: int) -> tuple[list[dict[str, Any]], int]:
    city = crossing()
    cars = straight_through(city, {"west": 300, "east": 300, "south": 400, "north": 400}, 900.0, seed=seed)
    west = arms(city)["west"]
    buses = [one_trip(city, list(west), 75.0 * n + 9.0 * seed, VehicleKind.BUS) for n in range(12)]
    return [*cars, *buses], len(buses)


@pytest.mark.parametrize("inner", [FixedTime, Actuated])
def test_buses_lose_less_time_with_priority(inner: type[FixedTime]) -> None:
    city, with_, without = crossing(), [], []
    for seed in range(3):
        trips = trips_of(buses_and_cars(seed)[0])
        bus = trips.kind == VehicleKind.BUS
        prior = durations(city, trips, lambda p: TransitPriority(inner(p), p))
        plain = durations(city, trips, inner)
        with_.append(prior[bus].mean())
        without.append(plain[bus].mean())
        assert prior[~bus].mean() < plain[~bus].mean() + 10.0  # what the others pay is bounded
    free = 57.0  # s on 800 m with nobody in the way
    assert np.mean(with_) - free < 0.75 * (np.mean(without) - free)


def test_a_bus_with_a_stop_before_the_line_asks_only_after_it() -> None:
    """Against a stream that keeps the other green: it stands at its stop for a minute, 40 m before the line."""
    city = crossing()
    (program,) = programs_of(city).values()
    west = arms(city)["west"]
    lane = int(city.network.edges.first_lane[west[0]])
    place = float(city.network.lanes.length[lane]) - 40.0
    served = []
    for halts in ([(lane, place, 60.0)], []):
        bus = one_trip(city, list(west), 5.0, VehicleKind.BUS, halts=halts)
        stream = straight_through(city, {"south": 1400.0, "north": 1400.0}, 200.0)
        simulation = Simulation(city, trips_of([bus, *stream]), threads=1)
        runner = controlled(simulation, lambda p: TransitPriority(MaxPressure(p, margin=1e6, fade=1e9), p))
        seen = history(simulation, runner, 200.0)
        served.append(next(time for time, phase in seen if phase in program.serving(*west) and time > 10.0))
    late, soon = served
    assert soon < 45.0 and 85.0 < late < 110.0


def test_an_ambulance_is_through_sooner_with_preemption() -> None:
    """Over three lights in a street; field trials report 14 to 23 % (US DOT), on longer ways."""
    city, edges = street_of_lights(3, 300.0, 25.0, 80.0)
    plain, first = [], []
    for depart in (20.0, 47.0, 74.0):
        cars = [one_trip(city, edges, 6.0 * n) for n in range(30)]
        ambulance = one_trip(city, edges, depart + 1.0, VehicleKind.EMERGENCY)
        trips = trips_of([*cars, ambulance])
        row = int(np.flatnonzero(trips.kind == VehicleKind.EMERGENCY)[0])
        plain.append(durations(city, trips, FixedTime)[row])
        first.append(durations(city, trips, lambda p: Preemption(FixedTime(p), p))[row])
    assert np.mean(first) < 0.9 * np.mean(plain)
    assert all(a <= b + 1.0 for a, b in zip(first, plain, strict=True))


def test_controllers_of_all_kinds_keep_a_town_going() -> None:
    city = chessboard(3)
    trips = random_town_trips(city, 250, 300.0, seed=1)
    for make in (Actuated, MaxPressure, _everything):
        assert durations(city, trips, make, until=1_500.0).max() < 900.0


def _everything(program: Program) -> Controller:
    return Preemption(TransitPriority(Actuated(program), program), program)


@pytest.mark.parametrize("make", [Actuated, MaxPressure, _everything])
def test_a_controlled_run_is_restored_and_the_same_on_two_threads_and_from_its_commands(make: Any) -> None:
    city, trips = chessboard(), busy_trips()
    assert (trips.kind == VehicleKind.BUS).any() and (trips.kind == VehicleKind.EMERGENCY).any()
    one, two, replayed = (Simulation(city, trips, threads=threads) for threads in (1, 2, 1))
    runner, other = controlled(one, make), controlled(two, make)
    log = []
    while one.time < 180.0:
        log.append(runner.commands())
        one.step(log[-1])
    other.run(77.5)
    restored = Simulation.restore(city, trips, two.snapshot(), threads=1)
    again = controlled(restored, make)
    again.restore(other.snapshot())
    again.run(180.0 - 77.5)
    other.run(180.0 - 77.5)
    for commands in log:
        replayed.step(commands)
    assert one.digest() == two.digest() == restored.digest() == replayed.digest()
    assert sum(map(len, log)) > 20


def test_a_memory_of_other_controllers_is_refused() -> None:
    city = chessboard()
    simulation = Simulation(city, trips_of([]), threads=1)
    runner = controlled(simulation, Actuated)
    few = Runner(simulation, {row: Actuated(p) for row, p in list(programs_of(city).items())[:2]})
    for data, said in ((few.snapshot(), "other signal programs"), (b"{", "damaged"), (b"[]", "damaged")):
        with pytest.raises(BadInput, match=said):
            runner.restore(data)


class Alternating:
    """As a learner would plug in: a stage in turn every so often, with what it needs in its memory."""

    def __init__(self, program: Program) -> None:
        self.memory: list[Any] = [0]
        self._stages = program.stages

    def decide(self, view: ProgramView) -> int | None:
        if view.clears or view.shown_for < 12.0:
            return None
        self.memory[0] += 1
        return self._stages[self.memory[0] % len(self._stages)]


def test_any_object_with_a_decision_is_a_controller() -> None:
    simulation = Simulation(crossing(), trips_of([]), threads=1)
    runner = controlled(simulation, Alternating)
    seen = history(simulation, runner, 100.0)
    assert len(seen) >= 5 and len({phase for _, phase in seen}) == 2
    simulation.step([FollowSignalPlan(0)])


def test_programs_where_people_cross_keep_their_plan() -> None:
    """Between junctions all are red for twenty seconds: that is when they walk, and no detector tells of them."""
    for city in (chessboard(), crossing()):
        for program in programs_of(city).values():
            assert len(program.stages) >= 2
            views = Lookout(Simulation(city, trips_of([]), threads=1), [program.row]).look()
            assert len(views[0].waiting) == len(program.link) and len(views[0].near) == program.lane.max() + 1


@pytest.mark.parametrize("scheme", list(Scheme))
@pytest.mark.parametrize("priority", [False, True])
def test_every_scheme_runs_a_town(scheme: Scheme, priority: bool) -> None:
    city = chessboard()
    trips = busy_trips()
    simulation = Simulation(city, trips, threads=1)
    runner = begin(scheme, simulation, priority=priority)
    given = []
    while simulation.time < 120.0:
        commands = runner.commands()
        simulation.step(commands)
        given += commands
    shown = [command for command in given if isinstance(command, ShowPhase)]
    assert bool(shown) == (priority or scheme in (Scheme.actuated, Scheme.pressure))
    new_plans = scheme in (Scheme.webster, Scheme.green_wave, Scheme.optimised)
    assert (len(given) > len(shown)) == new_plans
    assert simulation.counts()["arrived"] > 10


def test_bus_runs_with_halts_are_served_under_priority() -> None:
    city = chessboard()
    trips = busy_trips()
    buses = bus_runs(city, trips, 12)
    simulation = Simulation(city, buses, threads=1)
    begin(Scheme.fixed, simulation, priority=True).run(900.0)
    assert simulation.counts()["arrived"] == len(buses)
