"""An order is applied whole or not at all, orders do not mind each other, and every refusal says why."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cosmopolis.city.errors import BadInput
from cosmopolis.city.model import City
from cosmopolis.city.words import Mode, VehicleKind
from cosmopolis.simulation import (
    COMMANDS,
    AddTrip,
    CloseLane,
    Command,
    Events,
    FollowSignalPlan,
    OpenLane,
    Order,
    OrderApplied,
    OrderRefused,
    SetSignalPlan,
    SetSpeedLimit,
    ShowPhase,
    Simulation,
    check,
)
from cosmopolis.simulation.command import from_json, to_json
from cosmopolis.simulation.traffic import rerouting
from cosmopolis.simulation.traffic.stages import stages_of
from tests.simulation.drawings import busy_trips, chessboard, parallel_roads
from tests.simulation.roads import Drawing, trips_of

NAN, INF = float("nan"), float("inf")


def commands(city: City) -> st.SearchStrategy[Command]:
    """Sound ones and others, of all kinds."""
    lane, edge = st.integers(-1, len(city.network.lanes)), st.integers(-1, len(city.network.edges))
    program, metres = st.integers(-1, len(city.network.signals)), st.floats(-10.0, 500.0) | st.just(NAN)
    greens = st.lists(st.floats(0.0, 60.0) | st.just(INF), max_size=4).map(tuple)
    return st.one_of(
        st.builds(CloseLane, lane),
        st.builds(OpenLane, lane),
        st.builds(SetSpeedLimit, edge, st.floats(0.0, 120.0) | st.sampled_from([NAN, INF])),
        st.builds(AddTrip, lane, metres, lane, metres, st.sampled_from(VehicleKind)),
        st.builds(ShowPhase, program, st.integers(-1, 12)),
        st.builds(FollowSignalPlan, program),
        st.builds(SetSignalPlan, program, greens, st.floats(-100.0, 100.0) | st.just(INF)),
    )


CITY = chessboard(2)


@settings(max_examples=60, deadline=None)
@given(orders=st.lists(st.lists(commands(CITY), min_size=1, max_size=4), min_size=1, max_size=4))
def test_whatever_is_ordered_all_of_it_is_applied_or_nothing(orders: list[list[Command]]) -> None:
    simulation, twin = (Simulation(CITY, trips_of([]), threads=1) for _ in range(2))
    for row, given_ in enumerate(orders):
        before, entries = simulation.digest(), len(simulation.log.entries)
        answer = simulation.order(Order(str(row), tuple(given_)))
        unsound = [command for command in given_ if check(command, CITY) is not None]
        if isinstance(answer, OrderRefused):
            assert simulation.digest() == before and len(simulation.log.entries) == entries
            assert unsound or any(isinstance(command, AddTrip) for command in given_)
            assert answer.refusal.code and answer.refusal.sentence.endswith(".")
        else:
            assert not unsound
            assert simulation.log.entries[-1] == answer
            twin.step(given_)  # the same, as one who steps gives it
            simulation.step()
            assert twin.digest() == simulation.digest()


def test_a_second_command_that_cannot_be_leaves_the_first_undone_and_no_time_passes() -> None:
    simulation = Simulation(CITY, trips_of([]), threads=1)
    digest = simulation.digest()
    with pytest.raises(BadInput, match="There is no lane 1000000"):
        simulation.step([CloseLane(0), CloseLane(10**6)])
    assert simulation.digest() == digest and simulation.steps == 0 and simulation.log.entries == []


def test_orders_do_not_mind_each_other() -> None:
    simulation = Simulation(CITY, trips_of([]), threads=1)
    wrong = Order("Eve", (OpenLane(1), ShowPhase(10**6, 0)))
    events = simulation.step(orders=[Order("Ada", (CloseLane(0),)), wrong, Order("Bob", (CloseLane(2),))])
    assert [(one.by, one.step, one.time) for one in events.applied] == [("Ada", 0, 0.0), ("Bob", 0, 0.0)]
    (refused,) = events.refused
    assert (refused.by, refused.commands, refused.refusal.code) == ("Eve", wrong.commands, "no_program")
    assert list(events) == list(events.applied) and len(events) == 2
    assert simulation.time == 0.5 and simulation.steps == 1


def fork() -> City:
    """Edge 0, then edge 1 or edges 2 and 3 round it, then edge 4; each of one lane."""
    drawing = Drawing()
    for line in (((0, 0), (200, 0)), ((210, 0), (400, 0)), ((210, 20), (300, 60)), ((305, 60), (400, 20))):
        drawing.edge(*line)
    drawing.edge((410, 0), (600, 0))
    for one, other in ((0, 1), (0, 2), (2, 3), (1, 4), (3, 4)):
        drawing.join(one, other)
    return drawing.city()


def test_a_trip_that_the_same_order_cuts_off_refuses_all_of_it() -> None:
    simulation = Simulation(fork(), trips_of([]), threads=1)
    trip = AddTrip(0, 10.0, 4, 50.0)
    refused = simulation.order(Order("Ada", (CloseLane(1), CloseLane(3), trip)))
    assert isinstance(refused, OrderRefused) and refused.refusal.code == "no_route"
    assert refused.refusal.sentence == "No way leads from lane 0 to lane 4 by road."
    assert isinstance(simulation.order(Order("Ada", (CloseLane(1), trip))), OrderApplied)
    again = simulation.order(Order("Ada", (OpenLane(1), CloseLane(3), trip)))
    assert isinstance(again, OrderApplied) and again.vehicles == (1,)


def test_an_applied_order_says_which_vehicles_it_has_made() -> None:
    simulation = Simulation(CITY, trips_of([]), threads=1)
    far = len(CITY.network.lanes) - 1
    answer = simulation.order(Order("Ada", (AddTrip(0, 20.0, far, 50.0), AddTrip(far, 20.0, 0, 50.0))))
    assert isinstance(answer, OrderApplied)
    departed = np.concatenate([simulation.step().departed for _ in range(20)])
    assert sorted(departed.tolist()) == list(answer.vehicles) == [0, 1]


def test_a_kind_that_a_lane_does_not_let_in_is_refused() -> None:
    city = parallel_roads(1, 300.0)
    lanes = replace(city.network.lanes, modes=np.array([Mode.BICYCLE], np.uint16))
    city = replace(city, network=replace(city.network, lanes=lanes))
    refusal = check(AddTrip(0, 1.0, 0, 200.0, VehicleKind.ARTICULATED_BUS), city)
    assert refusal is not None and refusal.code == "not_allowed"
    assert refusal.sentence == "A vehicle of the kind articulated bus may not use lane 0."
    assert check(AddTrip(0, 1.0, 0, 200.0, VehicleKind.E_BIKE), city) is None


def test_what_a_check_lets_through_and_refuses() -> None:
    """Of every code one command, and a sound one of every kind."""
    city = chessboard()
    signals, far = city.network.signals, len(city.network.lanes) - 1
    rows = stages_of(signals)[0][: signals.phase_start[1]]
    stages, warns = np.flatnonzero(rows), np.flatnonzero(rows == 0)
    sound: list[Command] = [
        CloseLane(0),
        OpenLane(far),
        SetSpeedLimit(0, 8.0),
        AddTrip(0, -1.0, far, 1e6),
        ShowPhase(0, int(stages[0])),
        FollowSignalPlan(0),
        SetSignalPlan(0, (10.0,) * len(stages), -7.0),
    ]
    assert [check(command, city) for command in sound] == [None] * len(COMMANDS)
    wrong: dict[str, Command] = {
        "no_lane": AddTrip(0, 1.0, far + 1, 1.0),
        "no_edge": SetSpeedLimit(len(city.network.edges), 8.0),
        "no_program": FollowSignalPlan(len(signals)),
        "no_stage": ShowPhase(0, int(warns[0])),
        "bad_number": SetSignalPlan(0, (10.0,) * len(stages), NAN),
        "no_kind": AddTrip(0, 1.0, far, 1.0, 99),  # type: ignore[arg-type]
    }
    refusals = {code: check(command, city) for code, command in wrong.items()}
    assert {code: refusal and refusal.code for code, refusal in refusals.items()} == {c: c for c in wrong}


@settings(max_examples=200, deadline=None)
@given(command=commands(CITY))
def test_sound_commands_go_through_plain_values_and_come_back(command: Command) -> None:
    if check(command, CITY) is None:
        assert from_json(to_json(command)) == command


def test_numbers_from_arrays_become_plain() -> None:
    assert to_json(ShowPhase(np.int64(3), np.uint8(2))) == {"type": "show_phase", "program": 3, "phase": 2}  # type: ignore[arg-type]


WRONG: list[tuple[Any, str]] = [
    (None, "is an object"),
    ({"lane": 3}, "is an object"),
    ({"type": 3}, "is an object"),
    ({"type": "explode"}, "There is no command 'explode'; there are close_lane, open_lane"),
    ({"type": "close_lane"}, "close_lane needs the field 'lane'"),
    ({"type": "close_lane", "lane": 3, "why": "fun"}, "close_lane has no field 'why'; it has lane"),
    ({"type": "close_lane", "lane": 3.0}, "close_lane.lane is a whole number, not 3.0"),
    ({"type": "close_lane", "lane": True}, "close_lane.lane is a whole number, not True"),
    ({"type": "close_lane", "lane": "3" * 99}, "whole number, not '3333"),
    ({"type": "set_speed_limit", "edge": 1, "speed": "fast"}, "set_speed_limit.speed is a number"),
    ({"type": "set_speed_limit", "edge": 1, "speed": 1e300}, "is a number of at most 1e\\+09"),
    ({"type": "set_speed_limit", "edge": 1, "speed": NAN}, "is a number of at most"),
    ({"type": "set_signal_plan", "program": 1, "greens": 7, "offset": 0}, "greens is a list of numbers"),
    ({"type": "set_signal_plan", "program": 1, "greens": [None], "offset": 0}, "greens is a number"),
    (
        {
            "type": "add_trip",
            "from_lane": 0,
            "from_position": 0,
            "to_lane": 0,
            "to_position": 0,
            "kind": "tank",
        },
        "add_trip.kind is one of car, van",
    ),
]


@pytest.mark.parametrize(("said", "why"), WRONG, ids=[str(said)[:40] for said, _ in WRONG])
def test_what_is_no_command_is_one_sentence(said: Any, why: str) -> None:
    with pytest.raises(BadInput, match=why) as error:
        from_json(said)
    assert len(str(error.value)) < 250


def test_fields_with_a_usual_value_may_be_left_out() -> None:
    said = {"type": "add_trip", "from_lane": 0, "from_position": 1, "to_lane": 2, "to_position": 3}
    assert from_json(said) == AddTrip(0, 1.0, 2, 3.0, VehicleKind.CAR)


@given(
    said=st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(), lambda x: st.lists(x), max_leaves=5
    )
)
def test_an_order_of_anything_is_read_or_refused(said: Any) -> None:
    for tried in (
        said,
        {"by": said},
        {"by": "Ada", "commands": said},
        {"by": "Ada", "commands": [{"type": said}]},
    ):
        try:
            assert Order.from_json(tried).by == "Ada"
        except BadInput:
            continue


def test_of_each_lane_limit_plan_and_stage_the_last_command_is_in_force() -> None:
    city = chessboard()
    stage = int(np.flatnonzero(stages_of(city.network.signals)[0])[0])
    simulation = Simulation(city, trips_of([]), threads=1)
    far = len(city.network.lanes) - 1
    simulation.step([CloseLane(3), SetSpeedLimit(0, 9.0), AddTrip(0, 5.0, far, 5.0)], by="Ada")
    simulation.step([ShowPhase(0, stage), CloseLane(4), SetSpeedLimit(0, 7.0)], by="Bob")
    simulation.step([OpenLane(3)], by="Ada")
    assert simulation.log.in_force() == (
        Order("Bob", (ShowPhase(0, stage), CloseLane(4), SetSpeedLimit(0, 7.0))),
        Order("Ada", (OpenLane(3),)),
    )


def test_the_events_of_two_parts_are_told_together() -> None:
    ids = np.array([3, 5])
    both = Events(8.0, departed=ids, forced=1) + Events(8.0, departed=ids[:1], arrived=ids, forced=2)
    assert both.departed.tolist() == [3, 5, 3] and both.arrived.tolist() == [3, 5] and both.forced == 3
    assert len(both) == 6 == len(list(both))


def test_a_busy_city_obeys_as_it_did_when_commands_came_one_by_one() -> None:
    """An order of many is its commands in their sequence."""
    city, trips = chessboard(), busy_trips()
    one, other = (Simulation(city, trips, threads=1) for _ in range(2))
    some: list[Command] = [CloseLane(4), SetSpeedLimit(7, 6.0), AddTrip(0, 20.0, 30, 50.0), OpenLane(4)]
    for simulation in (one, other):
        simulation.run(60.0)
    for command in some:
        one.order(Order("", (command,)))
    other.step(some)
    one.step()
    assert one.digest() == other.digest()


def test_many_closings_in_an_order_have_each_driver_look_for_a_way_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also those who find none: an order of hundreds, or another after it, must not hold up the city."""
    city = chessboard()
    simulation = Simulation(city, busy_trips(), threads=1)
    simulation.run(60.0)
    searched: list[int] = []
    find = rerouting.tree_to
    monkeypatch.setattr(
        rerouting, "tree_to", lambda goal, *rest: (searched.append(goal), find(goal, *rest))[1]
    )
    lanes = len(city.network.lanes)
    simulation.step([CloseLane(lane) for lane in range(lanes - 1)])
    assert 0 < len(searched) <= len(set(searched)) * len(set(busy_trips().kind.tolist()))
    searched.clear()
    simulation.order(Order("", (CloseLane(0),)))
    assert searched == []


def test_drivers_turn_away_from_what_an_order_closes_and_leaves_closed() -> None:
    city = chessboard()
    lanes = city.network.lanes
    one, other = (Simulation(city, trips_of([]), threads=1) for _ in range(2))
    for simulation in (one, other):
        simulation.step([AddTrip(0, 5.0, len(lanes) - 1, 5.0)])
    route = _route(one)
    shut = np.flatnonzero(np.isin(one.traffic.roads.edge[one.traffic.roads.of_city], route[2:3])).tolist()
    assert shut and _route(other) == route
    one.order(Order("", tuple(CloseLane(lane) for lane in shut)))
    other.order(Order("", tuple(kind(lane) for kind in (CloseLane, OpenLane) for lane in shut)))
    assert route[2] not in _route(one) and _route(one)[-1] == route[-1]
    assert _route(other) == route


def _route(simulation: Simulation) -> list[int]:
    fleet = simulation.traffic.fleet
    return list(fleet.route[fleet.cursor[0] : fleet.route_end[0]].tolist())
