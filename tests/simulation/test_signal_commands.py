"""A controller may ask for anything: what is shown stays safe, and the way back to the plan is found."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cosmopolis.city.errors import BadInput
from cosmopolis.city.model import City
from cosmopolis.city.words import Light
from cosmopolis.simulation import FollowSignalPlan, SetSignalPlan, ShowPhase, Simulation
from cosmopolis.simulation.traffic.signals import LEAST_GREEN
from cosmopolis.simulation.traffic.stages import lights_of, stages_of
from tests.simulation.drawings import busy_trips, chessboard
from tests.simulation.roads import Drawing, trips_of

RED, YELLOW, PERMISSIVE, PROTECTED = Light.RED, Light.YELLOW, Light.GREEN_PERMISSIVE, Light.GREEN_PROTECTED


@dataclass(frozen=True)
class Program:
    """A junction of `links` links, of which some pairs cross, and its plan."""

    crossing: frozenset[tuple[int, int]]
    stages: list[list[Light]]
    greens: list[float]
    yellow: float
    all_red: float

    def city(self) -> City:
        drawing = Drawing()
        links = []
        for link in range(len(self.stages[0])):
            one = drawing.edge((0.0, 30.0 * link), (100.0, 30.0 * link))
            links.append(drawing.join(one, drawing.edge((110.0, 30.0 * link), (200.0, 30.0 * link))))
        drawing.signal(links, self.phases())
        return drawing.city()

    def phases(self) -> list[tuple[float, list[Light]]]:
        phases = []
        for k, (now, green) in enumerate(zip(self.stages, self.greens, strict=True)):
            then = self.stages[(k + 1) % len(self.stages)]
            kept = [min(a, b) if b >= PERMISSIVE else RED for a, b in zip(now, then, strict=True)]
            warns = [YELLOW if a >= PERMISSIVE > b else c for a, b, c in zip(now, then, kept, strict=True)]
            phases += [(green, now), (self.yellow, warns)]
            if self.all_red > 0.0:
                phases.append((self.all_red, kept))
        return phases


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """Links that cross at random; stages in which no two protected ones cross."""
    links = draw(st.integers(2, 6))
    pairs = [(a, b) for a in range(links) for b in range(a)]
    crossing = frozenset(draw(st.sets(st.sampled_from(pairs), min_size=1)))
    stages: list[list[Light]] = []
    for first in range(draw(st.integers(2, 5))):
        lights = [RED] * links
        for link in [first % links, *draw(st.permutations(range(links)))]:
            wish = draw(st.sampled_from([RED, PERMISSIVE, PROTECTED])) if RED in lights else RED
            free = not any(lights[o] == PROTECTED for o in range(links) if _cross(crossing, link, o))
            if wish == PERMISSIVE or (wish == PROTECTED and free):
                lights[link] = wish
        if all(light == RED for light in lights):
            lights[first % links] = PROTECTED
        if lights not in stages:
            stages.append(lights)
    if len(stages) == 1:
        stages.append([PROTECTED if stages[0][0] == RED else RED] + [RED] * (links - 1))
        if all(light == RED for light in stages[1]):
            stages[1][-1] = PROTECTED
    greens = draw(st.lists(st.floats(7.0, 25.0), min_size=len(stages), max_size=len(stages)))
    return Program(
        crossing, stages, greens, draw(st.sampled_from([3.0, 4.0])), draw(st.sampled_from([0.0, 1.0, 2.0]))
    )


def _cross(crossing: frozenset[tuple[int, int]], one: int, other: int) -> bool:
    return (one, other) in crossing or (other, one) in crossing


class Watch:
    """Follows the lights of every link and says what is not safe."""

    def __init__(self, program: Program) -> None:
        links = len(program.stages[0])
        self.program, self.last = program, [None] * links
        self.since = [-1e9] * links
        self.lost = [-1e9] * links  # when its last yellow began
        self.seen_yellow = 0

    def see(self, time: float, lights: list[int]) -> None:
        rule = self.program
        for link, light in enumerate(lights):
            before = self.last[link]
            if before is None:
                self.last[link] = light
                continue
            if light != before:
                lasted = time - self.since[link]
                if light == RED and before != RED:
                    assert before == YELLOW, f"link {link} went from green to red at {time}"
                    assert lasted >= rule.yellow - 0.5, f"{lasted} s of yellow at {time}"
                if light == YELLOW:
                    assert before >= PERMISSIVE
                    assert lasted >= LEAST_GREEN - 0.5 or self.since[link] < 0
                    self.lost[link] = time
                    self.seen_yellow += 1
                if light >= PERMISSIVE > before:
                    assert before == RED
                    for other in range(len(lights)):
                        if _cross(rule.crossing, link, other) and lights[other] < PERMISSIVE:
                            assert time - self.lost[other] >= rule.yellow + rule.all_red - 0.5
                if (light >= PERMISSIVE) != (before >= PERMISSIVE) or light < PERMISSIVE:
                    self.since[link] = time
                self.last[link] = light
        for one, other in rule.crossing:
            assert not (lights[one] == PROTECTED and lights[other] == PROTECTED), f"both green at {time}"
            pair = {lights[one], lights[other]}
            assert pair != {PROTECTED, YELLOW} or self._together(one, other)

    def _together(self, one: int, other: int) -> bool:
        """Permissive beside protected is allowed where a stage has it so; its yellow too."""
        return any(min(s[one], s[other]) >= PERMISSIVE for s in self.program.stages)


@settings(max_examples=60, deadline=None)
@given(program=programs(), data=st.data())
def test_whatever_is_asked_for_the_lights_are_safe(program: Program, data: st.DataObject) -> None:
    city = program.city()
    simulation = Simulation(city, trips_of([]), threads=1)
    links = city.network.signals.link
    watch = Watch(program)
    stages = np.flatnonzero(stages_of(city.network.signals)[0]).tolist()
    each = len(program.phases()) // len(program.stages)
    assert stages == list(range(0, each * len(program.stages), each))
    orders = st.one_of(
        st.sampled_from(stages).map(lambda phase: ShowPhase(0, phase)),
        st.just(FollowSignalPlan(0)),
        st.floats(0.0, 100.0).map(lambda offset: SetSignalPlan(0, tuple(program.greens), offset)),
    )
    for _ in range(25):
        simulation.step([data.draw(orders)])
        watch.see(simulation.time, simulation.lights()[links].tolist())
        for _ in range(data.draw(st.integers(0, 40))):
            simulation.step()
            watch.see(simulation.time, simulation.lights()[links].tolist())


CROSS = Program(frozenset({(1, 0)}), [[PROTECTED, RED], [RED, PROTECTED]], [20.0, 15.0], 3.0, 2.0)


def shown(simulation: Simulation, seconds: float) -> list[tuple[int, int]]:
    """Both links' lights after each step."""
    links = simulation.city.network.signals.link
    out = []
    for _ in range(round(2 * seconds)):
        simulation.step()
        out.append(tuple(simulation.lights()[links].tolist()))
    return out


def test_a_stage_that_is_asked_for_comes_after_yellow_and_all_red() -> None:
    simulation = Simulation(CROSS.city(), trips_of([]), threads=1)
    simulation.run(10.0)
    simulation.step([ShowPhase(0, 3)])
    seen = [
        tuple(simulation.lights()[simulation.city.network.signals.link].tolist()),
        *shown(simulation, 200.0),
    ]
    assert seen[:6] == [(YELLOW, RED)] * 6
    assert seen[6:10] == [(RED, RED)] * 4
    assert seen[10:] == [(RED, PROTECTED)] * (len(seen) - 10)  # until told otherwise


def test_a_plan_without_an_all_red_has_none_when_it_is_led_either() -> None:
    simulation = Simulation(replace(CROSS, all_red=0.0).city(), trips_of([]), threads=1)
    simulation.run(10.0)
    simulation.step([ShowPhase(0, 2)])
    assert shown(simulation, 3.0) == [(YELLOW, RED)] * 5 + [(RED, PROTECTED)]


def test_a_plan_without_a_yellow_gets_both_when_it_is_led() -> None:
    plan = [(20.0, [PROTECTED, RED]), (15.0, [RED, PROTECTED])]
    drawing = Drawing()
    links = [
        drawing.join(drawing.edge((0.0, y), (100.0, y)), drawing.edge((110.0, y), (200.0, y)))
        for y in (0, 30)
    ]
    drawing.signal(links, plan)
    simulation = Simulation(drawing.city(), trips_of([]), threads=1)
    simulation.run(10.0)
    simulation.step([ShowPhase(0, 1)])
    assert shown(simulation, 4.0) == [(YELLOW, RED)] * 5 + [(RED, RED)] * 2 + [(RED, PROTECTED)]


def test_a_green_that_has_just_begun_lasts_its_least() -> None:
    simulation = Simulation(CROSS.city(), trips_of([]), threads=1)
    simulation.step([ShowPhase(0, 3)])
    assert set(shown(simulation, LEAST_GREEN - 0.5)) == {(PROTECTED, RED)}
    assert shown(simulation, 0.5) == [(YELLOW, RED)]


def test_within_a_clearance_of_the_plan_the_command_waits_for_its_end() -> None:
    simulation = Simulation(CROSS.city(), trips_of([]), threads=1)
    simulation.run(21.0)  # yellow since 1 s
    simulation.step([ShowPhase(0, 0)])
    seen = shown(simulation, 40.0)
    assert seen[:3] == [(YELLOW, RED)] * 3 and seen[3:7] == [(RED, RED)] * 4
    assert seen[7:17] == [(RED, PROTECTED)] * 10  # the least green of the stage that the plan had promised
    assert seen[17:27] == [(RED, YELLOW)] * 6 + [(RED, RED)] * 4
    assert seen[-1] == (PROTECTED, RED)


def test_who_keeps_the_green_sees_no_yellow() -> None:
    both = Program(
        frozenset({(2, 0)}),
        [[PROTECTED, PROTECTED, RED], [RED, PROTECTED, PROTECTED]],
        [20.0, 20.0],
        3.0,
        1.0,
    )
    simulation = Simulation(both.city(), trips_of([]), threads=1)
    simulation.run(6.0)
    simulation.step([ShowPhase(0, 3)])
    lights = np.array(shown(simulation, 10.0))
    assert set(lights[:, 1]) == {PROTECTED} and YELLOW in lights[:, 0]


@pytest.mark.parametrize("away", [3.0, 17.5, 60.0, 77.0])
def test_back_on_its_plan_a_program_shows_what_it_would_have_shown(away: float) -> None:
    city = CROSS.city()
    simulation, other = (Simulation(city, trips_of([]), threads=1) for _ in range(2))
    simulation.step([ShowPhase(0, 3)])
    simulation.run(away)
    simulation.step([FollowSignalPlan(0)])
    simulation.run(2 * 45.0)
    other.run(simulation.time)
    assert shown(simulation, 90.0) == shown(other, 90.0)
    assert np.array_equal(simulation.phases(), other.phases())


def test_a_new_plan_is_followed_within_two_cycles() -> None:
    city = CROSS.city()
    simulation = Simulation(city, trips_of([]), threads=1)
    simulation.run(12.0)
    simulation.step([SetSignalPlan(0, (12.0, 30.0), 7.0)])
    simulation.run(2 * 52.0)
    simulation.run(52.0 - (simulation.time - 7.0) % 52.0)
    seen = shown(simulation, 52.0)
    assert seen[:24] == [(PROTECTED, RED)] * 24 and seen[34:94] == [(RED, PROTECTED)] * 60


def test_a_controlled_run_is_restored_and_the_same_on_two_threads() -> None:
    city, trips = chessboard(), busy_trips()
    signals = city.network.signals
    stage = stages_of(signals)[0]

    def orders(time: float) -> list[ShowPhase | FollowSignalPlan | SetSignalPlan]:
        if time % 7.0 >= 0.5:
            return []
        program = int(time // 7.0) % len(signals)
        rows = np.flatnonzero(stage[signals.phase_start[program] : signals.phase_start[program + 1]])
        if time % 21.0 < 7.0:
            return [
                FollowSignalPlan(program),
                SetSignalPlan(program, (10.0 + time % 13.0,) * len(rows), time),
            ]
        return [ShowPhase(program, int(rows[int(time) % len(rows)]))]

    def drive(simulation: Simulation, until: float) -> Simulation:
        while simulation.time < until:
            simulation.step(orders(simulation.time))
        return simulation

    one = drive(Simulation(city, trips, threads=1), 150.0)
    two = drive(Simulation(city, trips, threads=2), 70.0)
    restored = drive(Simulation.restore(city, trips, two.snapshot(), threads=1), 150.0)
    assert drive(two, 150.0).digest() == one.digest() == restored.digest()
    assert one.digest() != drive(Simulation(city, trips, threads=1), 149.5).digest()


def test_towns_have_stages_and_clearances() -> None:
    """Of a plan built by the city: three phases a stage, the first of them green."""
    signals = chessboard().network.signals
    stage, yellow, all_red = stages_of(signals)
    for program in range(len(signals)):
        rows = stage[signals.phase_start[program] : signals.phase_start[program + 1]]
        assert rows.tolist() == [1, 0, 0] * (len(rows) // 3)
        seconds = signals.duration[signals.phase_start[program] : signals.phase_start[program + 1]]
        assert yellow[program] == pytest.approx(seconds[1]) and all_red[program] == pytest.approx(seconds[2])
        assert lights_of(signals, program).shape == (len(rows), np.diff(signals.link_start)[program])


WRONG = [
    (ShowPhase(9, 0), "There is no signal program 9"),
    (ShowPhase(-1, 0), "There is no signal program -1"),
    (ShowPhase(0, 1), "Phase 1 of signal program 0 is no stage; its stages are 0, 3"),
    (ShowPhase(0, 99), "Phase 99"),
    (FollowSignalPlan(9), "There is no signal program 9"),
    (SetSignalPlan(0, (10.0,), 0.0), "has 2 stages and was given 1"),
    (SetSignalPlan(0, (10.0, 1.0), 0.0), "between 5 and 600 s"),
    (SetSignalPlan(0, (10.0, float("nan")), 0.0), "between 5 and 600 s"),
    (SetSignalPlan(0, (10.0, 20.0), float("inf")), "offset"),
]


@pytest.mark.parametrize(("command", "said"), WRONG, ids=[repr(command) for command, _ in WRONG])
def test_a_command_to_what_is_not_there_says_so_and_changes_nothing(command: ShowPhase, said: str) -> None:
    simulation = Simulation(CROSS.city(), trips_of([]), threads=1)
    simulation.run(3.0)
    digest = simulation.digest()
    with pytest.raises(BadInput, match=said):
        simulation.step([command])
    assert simulation.digest() == digest


def test_a_program_without_a_stage_is_not_led() -> None:
    city = CROSS.city()
    signals = city.network.signals
    off = replace(signals, light=np.full_like(signals.light, int(Light.OFF)))
    city = replace(city, network=replace(city.network, signals=off))
    simulation = Simulation(city, trips_of([]), threads=1)
    for command in (ShowPhase(0, 0), SetSignalPlan(0, (), 0.0)):
        with pytest.raises(BadInput, match="stage"):
            simulation.step([command])
