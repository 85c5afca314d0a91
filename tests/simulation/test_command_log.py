"""City, trips and log give the same bytes again: from memory, from lines and from a snapshot, on any threads."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cosmopolis.city.errors import BadInput
from cosmopolis.city.version import version_of
from cosmopolis.demand.trips import take
from cosmopolis.simulation import (
    AddTrip,
    CloseLane,
    Command,
    CommandLog,
    Guidance,
    Jump,
    Order,
    SetSpeedLimit,
    Simulation,
    TrafficRules,
    replay,
)
from cosmopolis.simulation.traffic.drivers import Drivers, drivers
from tests.simulation.drawings import busy_trips, chessboard
from tests.simulation.test_orders import commands

CITY = chessboard(3).with_version("a version, so that it is not hashed again and again")
TRIPS = busy_trips()

steps = st.integers(0, 40)
orders = st.lists(commands(CITY), min_size=1, max_size=3)
jumps = st.sampled_from([20.0, 90.0, 86_390.0])
doings = st.lists(st.one_of(steps, orders, jumps), max_size=8)


def drive(doings: list[Any], **options: Any) -> Simulation:
    """A run in which steps are taken, orders are given and jumps are made, as they come."""
    simulation = Simulation(CITY, TRIPS, threads=1, **options)
    for doing in doings:
        if isinstance(doing, int):
            simulation.run(doing * simulation.dt)
        elif isinstance(doing, float):
            simulation = simulation.jump(doing, threads=1)
        else:
            simulation.order(Order("Ada", tuple(doing)))
    return simulation


@settings(max_examples=40, deadline=None)
@given(doings=doings, threads=st.sampled_from([1, 2]), start=st.sampled_from([0.0, 60.0]))
def test_whatever_was_ordered_the_log_gives_the_same_bytes(
    doings: list[Any], threads: int, start: float
) -> None:
    simulation = drive(doings, start=start)
    read = CommandLog.of_lines(list(simulation.log.lines()))
    again = replay(CITY, TRIPS, read, threads=threads)
    assert again.digest() == simulation.digest()
    assert (again.time, again.steps) == (simulation.time, simulation.steps)
    assert again.log.entries == simulation.log.entries
    assert again.log.in_force() == simulation.log.in_force()


@settings(max_examples=20, deadline=None)
@given(before=doings, after=doings)
def test_a_log_that_was_rotated_goes_on_from_its_snapshot(before: list[Any], after: list[Any]) -> None:
    simulation = drive(before)
    data = simulation.snapshot()
    simulation.log.rotate(data)
    assert simulation.log.entries == []
    for doing in after:
        if isinstance(doing, int):
            simulation.run(doing * simulation.dt)
        elif isinstance(doing, float):
            simulation = simulation.jump(doing, threads=1)
        else:
            simulation.order(Order("Bob", tuple(doing)))
    read = CommandLog.of_lines(list(simulation.log.lines()), snapshot=data)
    again = replay(CITY, TRIPS, read, threads=2)
    assert again.digest() == simulation.digest()
    assert again.log.in_force() == simulation.log.in_force()


def test_every_option_of_the_run_is_in_its_log() -> None:
    table = drivers("hcm")
    odd = Drivers(*(np.concatenate([column, column[:1]]) for column in table))
    options: dict[str, Any] = {
        "seed": 7,
        "start": 30.0,
        "drivers": odd._replace(length=odd.length + np.float32(0.1)),
        "daily": False,
        "guidance": Guidance(share=0.5, toll=0.1),
        "rules": TrafficRules(teleport_after=30.0, on_foot=0.3),
    }
    simulation = drive([60, [CloseLane(4)], 60], **options)
    read = CommandLog.of_lines(list(simulation.log.lines()))
    found = read.beginning.options
    assert all(getattr(found, name) == options[name] for name in options if name != "drivers")
    assert found.drivers is not None
    for name, column in found.drivers._asdict().items():
        assert np.array_equal(column, getattr(options["drivers"], name))
    assert replay(CITY, TRIPS, read, threads=2).digest() == simulation.digest()
    assert simulation.digest() != drive([60, [CloseLane(4)], 60]).digest()


def test_after_a_jump_what_lasts_is_in_force_and_what_was_added_is_gone() -> None:
    lane, far = int(CITY.network.edges.first_lane[4]), len(CITY.network.lanes) - 1
    some: list[Command] = [CloseLane(lane), SetSpeedLimit(7, 6.0), AddTrip(0, 20.0, far, 50.0)]
    landed = drive([20, some, 20, 90.0])
    assert landed.vehicle(len(TRIPS)) is None and landed.time == 90.0
    jump, again = landed.log.entries[-2:]
    assert jump == Jump(40, 90.0)
    assert not isinstance(again, Jump) and again.order == Order("Ada", tuple(some[:2]))
    fresh = Simulation(CITY, TRIPS, start=90.0, threads=1)
    fresh.step(some[:2])
    landed.step()
    assert landed.digest() == fresh.digest()


def test_a_log_of_something_else_is_refused() -> None:
    simulation = drive([4, [CloseLane(4)]])
    read = CommandLog.of_lines(list(simulation.log.lines()))
    with pytest.raises(BadInput, match="log is of another city"):
        replay(CITY.with_version("another"), TRIPS, read)
    with pytest.raises(BadInput, match="log is of other trips"):
        replay(CITY, take(TRIPS, np.arange(9)), read)
    older = replace(read.beginning, package="0.0.1")
    with pytest.raises(BadInput, match=r"log is of Cosmopolis 0\.0\.1, and this is"):
        replay(CITY, TRIPS, CommandLog(lambda: older, read.entries))
    back = CommandLog(lambda: read.beginning, [*read.entries, replace(read.entries[0], step=2)])
    with pytest.raises(BadInput, match="goes back from step 4 to 2"):
        replay(CITY, TRIPS, back)


def test_a_city_that_was_never_stored_is_known_by_its_contents() -> None:
    city = chessboard(2)
    log = Simulation(city, TRIPS, threads=1).log
    assert log.beginning.city == version_of(city) != version_of(chessboard(3))


def test_a_line_that_was_torn_off_is_left_out_and_damage_names_its_line() -> None:
    simulation = drive([4, [CloseLane(4)], 4, [CloseLane(5)]])
    lines = list(simulation.log.lines())[:3]
    torn = CommandLog.of_lines([*lines[:2], lines[2][:-9]])
    assert torn.entries == simulation.log.entries[:1] and torn.steps is None
    with pytest.raises(BadInput, match="Line 2 of the command log is damaged"):
        CommandLog.of_lines([lines[0], lines[1][:-9], lines[2]])
    with pytest.raises(BadInput, match="Line 1 of the command log is not the head"):
        CommandLog.of_lines(lines[1:])
    with pytest.raises(BadInput, match="Line 1"):
        CommandLog.of_lines([])
    entry = json.loads(lines[2])
    for change, said in (
        ({"commands": [{"type": "explode"}]}, "Line 3 of the command log: There is no command 'explode'"),
        ({"step": "soon"}, "Line 3 of the command log is no entry"),
        ({"time": None}, "Line 3 of the command log is no entry"),
    ):
        with pytest.raises(BadInput, match=said):
            CommandLog.of_lines([*lines[:2], json.dumps(entry | change)])
    head = json.loads(lines[0])
    for change in ({"seed": None}, {"rules": {"fast": 1}}, {"drivers": "AAAA"}):
        with pytest.raises(BadInput):
            CommandLog.of_lines([json.dumps(head | change)])


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
LINES = list(drive([4, [CloseLane(4), AddTrip(0, 20.0, 30, 50.0)], 90.0]).log.lines())
NAMES = sorted({name for line in LINES for name in json.loads(line)})


@settings(max_examples=200, deadline=None)
@given(row=st.integers(0, len(LINES) - 1), name=st.sampled_from(NAMES), value=ANYTHING)
def test_a_log_with_anything_in_it_is_read_or_refused_in_a_sentence(row: int, name: str, value: Any) -> None:
    lines = [*LINES[:row], json.dumps(json.loads(LINES[row]) | {name: value}), *LINES[row + 1 :]]
    try:
        assert isinstance(CommandLog.of_lines(lines), CommandLog)
    except BadInput as error:
        assert str(error).endswith(".")
