"""A scenario's program of type "actuated": its greens last as long as vehicles come, within what the file allows."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from cosmopolis.city.errors import BadInput
from cosmopolis.control import Steering
from cosmopolis.demand.sumo_scenario import plan_scenario
from cosmopolis.simulation import Simulation
from cosmopolis.simulation.traffic.drivers import drivers_of
from cosmopolis.sources.sumo import Extension, Scenario, read_scenario
from tests.sources.sumo.nets import PHASES, crossroads, scenario

LEAST, MOST, YELLOW = 8.0, 30.0, 3.0
WEST_EAST, NORTH_SOUTH = 0, 2  # phases
ONE = '<vehicle id="v" depart="105"><route edges="w_in e_out"/></vehicle>'


def program(kind: str = "actuated", green: str = f'minDur="{LEAST}" maxDur="{MOST}"', dials: str = "") -> str:
    phases = [
        f'<phase duration="{20 if n % 2 == 0 else YELLOW}" state="{state}" {green if n % 2 == 0 else ""}/>'
        for n, state in enumerate(PHASES)
    ]
    return f'<tlLogic id="c" type="{kind}" programID="0" offset="0">{dials}{" ".join(phases)}</tlLogic>'


def read(folder: Path, light: str, routes: str = ONE) -> Scenario:
    return read_scenario(scenario(folder, crossroads(programs=light), routes))


def greens(town: Scenario, seconds: float) -> list[tuple[int, float]]:
    """(phase, s) of every green that was seen from its beginning to its end."""
    plan = plan_scenario(town)
    table = drivers_of(plan.types, "sumo")
    simulation = Simulation(town.city, plan.trips, start=town.begin, drivers=table, daily=False, threads=1)
    orders = Steering(extended=town.extended).begin(simulation)
    seen: list[tuple[int, float]] = []
    while simulation.time < town.begin + seconds:
        phase = int(simulation.phases()[0])
        if not seen or seen[-1][0] != phase:
            seen.append((phase, simulation.time))
        simulation.step(orders())
    return [
        (phase, after - since)
        for (phase, since), (_, after) in pairwise(seen[1:])
        if phase in (WEST_EAST, NORTH_SOUTH)
    ]


def test_without_vehicles_every_green_lasts_its_least(tmp_path):
    shown = greens(read(tmp_path, program()), 200.0)[2:]
    assert len(shown) >= 10
    assert all(seconds == pytest.approx(LEAST, abs=1.01) for _, seconds in shown)
    assert [phase for phase, _ in shown[:4]] in ([0, 2, 0, 2], [2, 0, 2, 0])


def test_a_stream_holds_its_green_to_the_most_and_the_other_street_gets_its_least(tmp_path):
    stream = '<flow id="f" begin="100" end="500" period="2.4"><route edges="w_in e_out"/></flow>'
    shown = greens(read(tmp_path, program(), stream), 400.0)[2:]
    by_phase = {phase: [s for p, s in shown if p == phase] for phase in (WEST_EAST, NORTH_SOUTH)}
    assert sum(by_phase[WEST_EAST]) / len(by_phase[WEST_EAST]) > 0.7 * MOST
    assert max(by_phase[WEST_EAST]) <= MOST + 1.01
    assert all(seconds == pytest.approx(LEAST, abs=1.01) for seconds in by_phase[NORTH_SOUTH])


def test_a_longer_gap_holds_the_green_longer(tmp_path):
    stream = '<flow id="f" begin="100" end="500" period="6"><route edges="w_in e_out"/></flow>'
    short, long = (
        greens(read(tmp_path, program(dials=f'<param key="max-gap" value="{gap}"/>'), stream), 300.0)
        for gap in (1.0, 8.0)
    )
    mean = [sum(s for p, s in shown if p == WEST_EAST) / len(shown) for shown in (short, long)]
    assert mean[1] > 1.5 * mean[0]


def test_what_the_file_says_and_what_it_leaves_out(tmp_path):
    town = read(tmp_path, program(dials='<param key="detector-gap" value="1.5"/>'))
    assert town.extended == {0: Extension((LEAST, YELLOW) * 2, (MOST, YELLOW) * 2, 3.0, 1.5)}
    fixed = read(tmp_path, program(green=""))
    assert fixed.extended[0].least == fixed.extended[0].most == (20.0, YELLOW, 20.0, YELLOW)
    open_ended = read(tmp_path, program(green='minDur="5"'))
    assert open_ended.extended[0].most == (float("inf"), YELLOW) * 2
    assert read(tmp_path, program("static")).extended == {}


def test_an_impossible_phase_is_named_with_its_line(tmp_path):
    with pytest.raises(BadInput, match=r"x\.net\.xml:\d+: .*at least 50 s and at most 40 s; correct minDur"):
        read(tmp_path, program(green='minDur="50" maxDur="40"'))
