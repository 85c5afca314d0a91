"""The room without a socket: rules of section 5 and 6, each test citing its own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cosmopolis.registry import Close, Send
from cosmopolis.registry.live import Effect
from cosmopolis.world import frames
from cosmopolis.world.channels import world_channels
from cosmopolis.world.channels.clock import ClockChannel, Steer
from cosmopolis.world.channels.follow import Watch
from cosmopolis.world.channels.orders import OrdersChannel
from cosmopolis.world.channels.shared import MOST_SHARED
from cosmopolis.world.channels.vehicles import VehiclesChannel
from cosmopolis.world.channels.watch import WatchChannel
from cosmopolis.world.clock import SetTime
from cosmopolis.world.clock_lock import ClockLock
from cosmopolis.world.history import History
from cosmopolis.world.interest import Grid
from cosmopolis.world.picture import EdgeState, Picture, Traffic
from cosmopolis.world.room import Room

GRID = Grid(west=-1, south=-1, columns=2, rows=2)
HELLO = {"type": "hello", "protocol": 1, "name": "Ada"}
ALL = {"type": "view", "x": 0, "y": 0, "radius": 2000}
NORTH_EAST = {"type": "view", "x": 250, "y": 250, "radius": 100}


def picture(
    tick: int, time: float, *, phases: Iterable[int] = (0, 0, 0), era: int = 1, **more: Any
) -> Picture:
    """Four vehicles, one in each cell; vehicle 3 is in the north-east."""
    traffic = Traffic(
        id=np.arange(4, dtype=np.uint32),
        path=np.arange(4, dtype=np.int32),
        position=np.full(4, tick, np.float32),
        speed=np.full(4, 10, np.float32),
        kind=np.zeros(4, np.uint8),
    )
    cells = frames.cell_records(np.arange(4), GRID.cells, **vars(traffic))
    return Picture(
        tick=tick,
        time=time,
        era=era,
        traffic=traffic,
        cells=cells,
        phases=np.array(list(phases), np.uint16),
        edges=EdgeState(*np.array([[1, 0.5], [0, 20], [0, 600], [0, 1]], np.float32)),
        counts={"waiting": 2, "arrived": 7},
        speed_reached=9.5,
        updates_per_s=4000.0,
        **more,
    )


class Visitor:
    """A client by hand: says things to the room and reads what is meant for it."""

    def __init__(self, room: Room, *said: dict[str, Any]) -> None:
        self.room, self.id = room, room.join()
        self.last: list[Effect] = []
        for message in said:
            self.say(message)

    def say(self, message: Any, now: float = 0.0) -> list[Any]:
        text = message if isinstance(message, (str, bytes)) else json.dumps(message)
        self.last = self.room.receive(self.id, text, now)
        return self.hears(self.last)

    def hears(self, effects: list[Effect]) -> list[Any]:
        """The messages and frames among the effects that are for this visitor, decoded."""
        mine = [e for e in effects if isinstance(e, Send) and e.to == self.id]
        return [json.loads(e.data) if isinstance(e.data, str) else frames.decode(e.data) for e in mine]


def of_type(heard: list[Any], kind: str | int) -> list[Any]:
    return [message for message in heard if message["type"] == kind]


@pytest.fixture
def room() -> Room:
    room = Room("v1", world_channels(GRID), time=28_800.0)
    room.show(picture(1, 28_800.0), now=0.0)
    return room


# 5.1


def test_5_1_hello_is_answered_by_welcome(room: Room) -> None:
    heard = Visitor(room).say(HELLO)
    assert heard[0] == {
        "type": "welcome",
        "protocol": 1,
        "id": 1,
        "time": 28_800.0,
        "speed": 1.0,
        "paused": False,
        "visitors": 1,
        "city": "v1",
    }


@pytest.mark.parametrize(
    "first",
    [{"type": "hello", "protocol": 2}, {"type": "hello"}, ALL, {"type": "ping", "sent": 1}, "what", "[]"],
)
def test_5_1_another_beginning_is_refused_and_closed(room: Room, first: Any) -> None:
    visitor = Visitor(room)
    heard = visitor.say(first)
    assert [(m["type"], m["code"]) for m in heard] == [("error", "protocol")]
    assert [e for e in visitor.last if isinstance(e, Close)] == [Close(visitor.id, 4000, "hello expected")]


def test_5_1_nobody_hears_anything_before_hello(room: Room) -> None:
    silent = Visitor(room)
    speaker = Visitor(room, HELLO)
    effects = room.receive(speaker.id, json.dumps({"type": "time", "speed": 5}), 0.0)
    effects += room.show(picture(2, 28_801.0, phases=(1, 1, 1)), now=5.0)
    assert silent.hears(effects) == []
    assert room.count == 1


# 7


def test_7_every_channel_has_its_rule_in_the_order_of_a_picture() -> None:
    spec = (Path(__file__).parents[2] / "protocol/SPEC.md").read_text(encoding="utf-8")
    rules = re.findall(r"- \*\*7\.\d+\*\* `(\w+)`: (.*)", spec)
    channels = [*world_channels(GRID), OrdersChannel]
    assert [name for name, _ in rules] == [channel.name for channel in channels]
    for channel, (_, rule) in zip(channels, rules):
        assert all(f"`{type}`" in rule.partition(";")[0] for type in channel.messages)


# 5.2, 5.3


def test_5_3_visitors_are_counted_to_all_once_a_second(room: Room) -> None:
    first = Visitor(room, HELLO)
    assert first.hears(room.tick(0.0)) == [{"type": "visitors", "count": 1}]
    second = Visitor(room)
    assert first.hears(room.receive(second.id, json.dumps(HELLO), 0.1)) == []
    assert room.tick(0.9) == []
    assert first.hears(room.tick(1.0)) == [{"type": "visitors", "count": 2}]
    assert first.hears(room.leave(second.id)) == []
    assert first.hears(room.tick(2.0)) == [{"type": "visitors", "count": 1}]
    assert room.tick(3.0) == []


def test_5_3_who_saw_more_than_there_are_is_told(room: Room) -> None:
    Visitor(room, HELLO)
    room.tick(0.0)
    second, third = Visitor(room, HELLO), Visitor(room)
    assert third.say(HELLO)[0]["visitors"] == 3
    room.leave(second.id)
    Visitor(room, HELLO)
    room.leave(1)
    assert third.hears(room.tick(1.0)) == [{"type": "visitors", "count": 2}]


def test_5_3_a_join_costs_the_same_however_many_are_here(room: Room) -> None:
    effects = [len(room.receive(room.join(), json.dumps(HELLO), 0.0)) for _ in range(50)]
    assert max(effects) == min(effects)
    assert len(room.tick(0.0)) == 50
    assert sum(len(room.leave(id)) for id in range(1, 51)) == 0


def test_5_3_orders_to_the_clock_wait_for_their_turn(room: Room) -> None:
    ada, bob = Visitor(room, HELLO), Visitor(room, {**HELLO, "name": "Bob"})
    ada.say({"type": "time", "speed": 2}, 10.0)
    assert [e for e in ada.last if isinstance(e, Steer)] == [Steer(SetTime(speed=2.0))]
    for jump in (100, 200, 300):
        assert bob.say({"type": "time", "jump": jump}, 10.5) == []
    room.tick(10.9)
    effects = room.tick(11.0)
    assert [e for e in effects if isinstance(e, Steer)] == [Steer(SetTime(jump=300.0))]
    assert ada.hears(effects)[0] == {"type": "jumping", "to": 300.0, "by": "Bob"}


def test_5_1_a_locked_clock_is_the_operators() -> None:
    clock = ClockChannel(lock=ClockLock("secret", lambda: "next"))
    room = Room("v1", [clock])
    ada = Visitor(room)
    welcome = ada.say({**HELLO, "token": "secret"})[0]
    assert (welcome["locked"], welcome["operator"]) == (True, "next")
    bob = Visitor(room)
    assert "operator" not in bob.say({**HELLO, "token": "secret"})[0]
    refused = bob.say({"type": "time", "paused": True}, 1.0)
    assert [m["code"] for m in refused] == ["locked"]
    room.tick(5.0)
    assert not clock.paused
    ada.say({"type": "time", "paused": True}, 9.0)
    assert clock.paused


def test_5_3_everyone_hears_who_changed_the_clock(room: Room) -> None:
    ada, bob = Visitor(room, HELLO), Visitor(room, {**HELLO, "name": "Bob"})
    effects = room.receive(bob.id, json.dumps({"type": "time", "paused": True, "speed": 12}), 0.0)
    wanted = {"type": "clock", "time": 28_800.0, "speed": 12.0, "paused": True, "by": "Bob"}
    assert ada.hears(effects) == bob.hears(effects) == [wanted]
    assert [e for e in effects if isinstance(e, Steer)] == [Steer(SetTime(paused=True, speed=12.0))]


def test_5_3_a_jump_is_announced_and_ends_with_the_clock_and_all_signals(room: Room) -> None:
    ada, bob = Visitor(room, HELLO, ALL), Visitor(room, HELLO)
    effects = room.receive(bob.id, json.dumps({"type": "time", "jump": 72_000}), 0.0)
    assert of_type(ada.hears(effects), "jumping") == [{"type": "jumping", "to": 72_000.0, "by": "Ada"}]
    heard = ada.hears(room.show(picture(2, 72_000.0, era=2), now=1.0))
    assert [m["type"] for m in heard[:3]] == ["clock", 2, 1]
    assert heard[0]["time"] == heard[1]["time"] == heard[2]["time"] == 72_000.0
    assert heard[1]["count"] == 3  # 6.4: all of them, though none has changed


def test_5_3_ping(room: Room) -> None:
    assert Visitor(room, HELLO).say({"type": "ping", "sent": 12.5}) == [
        {"type": "pong", "sent": 12.5, "time": 28_800.0}
    ]


def test_5_3_stats_once_a_second(room: Room) -> None:
    ada = Visitor(room, HELLO)
    shown = [ada.hears(room.show(picture(k, 28_800 + k), now=0.25 * k)) for k in range(2, 10)]
    stats = [m for heard in shown for m in of_type(heard, "stats")]
    assert len(stats) == 2
    assert stats[0] == {
        "type": "stats",
        "time": 28_804.0,
        "vehicles": 4,
        "waiting": 2,
        "arrived": 7,
        "halted": 0,
        "speed_mean": 10.0,
        "updates_per_s": 4000,
        "speed_reached": 9.5,
    }


def test_5_3_followed_until_it_is_gone(room: Room) -> None:
    ada = Visitor(room, HELLO, {"type": "follow", "vehicle": 3})
    assert ada.last == [Watch(frozenset({3}))]
    heard = ada.hears(room.show(picture(2, 28_801.0, watched={3: {"speed": 4.0}}), now=2.0))
    assert of_type(heard, "followed") == [{"type": "followed", "vehicle": 3, "speed": 4.0, "gone": False}]
    effects = room.show(picture(3, 28_802.0, watched={3: None}), now=4.0)
    assert of_type(ada.hears(effects), "followed") == [{"type": "followed", "vehicle": 3, "gone": True}]
    assert Watch(frozenset()) in effects
    assert of_type(ada.hears(room.show(picture(4, 28_803.0, watched={3: None}), now=6.0)), "followed") == []


def test_5_2_what_one_follows_ends_with_the_visit(room: Room) -> None:
    ada = Visitor(room, HELLO, {"type": "follow", "vehicle": 3})
    bob = Visitor(room, HELLO, {"type": "follow", "vehicle": 2})
    assert bob.last == [Watch(frozenset({2, 3}))]
    assert room.leave(ada.id)[0] == Watch(frozenset({2}))


# 5.4

BAD = [
    "{",
    "null",
    '"hello"',
    "{}",
    '{"type":5}',
    '{"type":"teleport"}',
    HELLO,
    {"type": "view", "x": 1, "y": 2},
    {"type": "view", "x": "1", "y": 2, "radius": 3},
    {"type": "view", "x": 1, "y": 2, "radius": -1},
    {"type": "view", "x": 1e300, "y": 2, "radius": 3},
    {"type": "view", "x": 1, "y": 2, "radius": 1e9},
    {"type": "view", "x": True, "y": 2, "radius": 3},
    '{"type":"view","x":NaN,"y":2,"radius":3}',
    {"type": "time"},
    {"type": "time", "speed": 0.5},
    {"type": "time", "speed": 61},
    {"type": "time", "speed": "fast"},
    {"type": "time", "paused": 1},
    {"type": "time", "jump": 86_400},
    {"type": "time", "jump": -1},
    {"type": "follow", "vehicle": -1},
    {"type": "follow", "vehicle": 1.5},
    {"type": "follow", "vehicle": True},
    {"type": "follow", "vehicle": 1 << 32},
    {"type": "layers", "flow": "yes"},
    {"type": "layers"},
    {"type": "watch"},
    {"type": "watch", "paths": 7},
    {"type": "watch", "paths": [1.5]},
    {"type": "watch", "paths": [True]},
    {"type": "watch", "paths": [-1]},
    {"type": "watch", "paths": [1 << 24]},
    {"type": "watch", "paths": list(range(1001))},
    {"type": "ping", "sent": {}},
    b"\x00\x01",
]


def states(room: Room) -> dict[str, str]:
    """All that the channels keep."""
    return {name: repr(vars(channel)) for name, channel in room.channels.items()}


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: str(bad)[:60])
def test_5_4_a_message_that_cannot_be_used_changes_nothing(room: Room, bad: Any) -> None:
    ada = Visitor(room, HELLO, ALL)
    before, channels = vars(room.clients[ada.id]).copy(), states(room)
    heard = ada.say(bad)
    assert [m["type"] for m in heard] == ["error"]
    assert heard[0]["code"] and heard[0]["message"].endswith(".")
    assert len(ada.last) == 1
    assert {**vars(room.clients[ada.id]), "errors": 0, "allowance": before["allowance"]} == before
    assert states(room) == channels


def test_5_4_ten_in_a_row_close_the_socket(room: Room) -> None:
    ada = Visitor(room, HELLO)
    for _ in range(9):
        ada.say("?")
    ada.say({"type": "ping", "sent": 0})
    for _ in range(9):
        ada.say("?")
        assert not any(isinstance(e, Close) for e in ada.last)
    ada.say("?")
    assert [e.code for e in ada.last if isinstance(e, Close)] == [4001]


def test_5_5_who_shouts_is_not_heard_and_then_shown_out(room: Room) -> None:
    ada = Visitor(room)
    ada.say(HELLO, 100.0)
    answers = [ada.say({"type": "ping", "sent": k}, 100.0)[0] for k in range(208)]
    assert [m["type"] for m in answers] == ["pong"] * 199 + ["error"] * 9
    assert answers[-1]["code"] == "rate"
    assert ada.say({"type": "ping", "sent": 0}, 100.1)[0]["type"] == "pong"
    for _ in range(20):
        ada.say({"type": "time", "speed": 2}, 100.1)
    assert any(isinstance(e, Close) and e.code == 4001 for e in ada.last)


def test_5_5_a_steady_visitor_is_always_heard(room: Room) -> None:
    ada = Visitor(room)
    ada.say(HELLO)
    said = [ada.say({"type": "ping", "sent": k}, k / 40)[0]["type"] for k in range(1000)]
    assert set(said) == {"pong"}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
fields = st.sampled_from(
    [
        "protocol",
        "name",
        "token",
        "x",
        "y",
        "radius",
        "paused",
        "speed",
        "jump",
        "vehicle",
        "flow",
        "sent",
        "paths",
    ]
)
types = st.sampled_from(["hello", "view", "time", "follow", "layers", "watch", "ping", "other"])
messages = st.builds(
    lambda t, rest: json.dumps({**rest, "type": t}), types, st.dictionaries(fields, json_values)
)


@settings(max_examples=300)
@given(st.lists(messages | st.text() | st.binary(), max_size=8), st.booleans())
def test_5_4_nothing_that_is_said_raises(said: list[str | bytes], greeted: bool) -> None:
    room = Room("v1", world_channels(GRID))
    room.show(picture(1, 0.0), now=0.0)
    id = room.join()
    if greeted:
        room.receive(id, json.dumps(HELLO), 0.0)
    for data in said:
        for effect in room.receive(id, data, 0.0):
            if isinstance(effect, Send) and isinstance(effect.data, str):
                json.loads(effect.data)
    assert 1 <= vars(room.channels["clock"])["speed"] <= 60
    room.show(picture(2, 0.5), now=2.0)


def test_a_connection_that_is_gone_is_not_an_error(room: Room) -> None:
    assert room.receive(99, json.dumps(HELLO), 0.0) == []
    assert room.drained(99) == []
    room.full(99)


# 6


def test_6_2_a_view_shows_the_cells_asked_for_and_at_once(room: Room) -> None:
    ada = Visitor(room, HELLO)
    (frame,) = ada.say(NORTH_EAST)
    assert [(c["cx"], c["cy"], [v["id"] for v in c["vehicles"]]) for c in frame["cells"]] == [(0, 0, [3])]
    (frame,) = ada.say(ALL)
    assert [v["id"] for c in frame["cells"] for v in c["vehicles"]] == [0, 1, 2, 3]
    (frame,) = ada.say({"type": "view", "x": 9000, "y": 0, "radius": 10})
    assert frame["cells"] == []


def test_6_2_who_sees_the_same_gets_the_same_bytes(room: Room) -> None:
    """They are encoded, and put into a WebSocket frame, once."""
    for _ in range(3):
        Visitor(room, HELLO, NORTH_EAST, {"type": "watch", "paths": [3]})
    sent = [e.data for e in room.show(picture(2, 28_801.0), now=0.1) if isinstance(e, Send)]
    assert len(sent) == 6 and len({id(data) for data in sent}) == 2


def test_what_is_kept_of_one_picture_has_an_end() -> None:
    """A paused city keeps its picture, and a client may look at anything 50 times a second."""
    wide = Grid(west=-50, south=-50, columns=100, rows=100)
    vehicles, watch = VehiclesChannel(wide), WatchChannel(History())
    room = Room("v1", [vehicles, watch])
    cells = frames.cell_records(np.arange(4), wide.cells, **vars(picture(2, 1.0).traffic))
    room.show(replace(picture(2, 1.0), cells=cells), now=1.0)
    ada = Visitor(room, HELLO)
    for i in range(200):
        ada.say({"type": "view", "x": i * 100, "y": 0, "radius": 500}, i)
        ada.say({"type": "watch", "paths": [i]}, i)
        assert 0 < len(vehicles.shared) <= MOST_SHARED and 0 < len(watch.shared) <= MOST_SHARED


def test_6_3_no_vehicles_for_who_has_not_said_what_it_looks_at(room: Room) -> None:
    ada = Visitor(room, HELLO)
    assert of_type(ada.hears(room.show(picture(2, 28_801.0), now=0.1)), 1) == []


def test_6_4_all_programs_at_the_beginning_then_what_changed(room: Room) -> None:
    ada = Visitor(room)
    (first,) = of_type(ada.say(HELLO), 2)
    assert first["phases"] == [{"program": p, "phase": 0} for p in range(3)]
    heard = ada.hears(room.show(picture(2, 28_801.0, phases=(0, 4, 0)), now=0.1))
    assert of_type(heard, 2)[0]["phases"] == [{"program": 1, "phase": 4}]
    assert of_type(ada.hears(room.show(picture(3, 28_802.0, phases=(0, 4, 0)), now=0.2)), 2) == []


def test_6_5_flow_once_a_second_to_those_who_asked(room: Room) -> None:
    ada, bob = Visitor(room, HELLO), Visitor(room, HELLO)
    (frame,) = ada.say({"type": "layers", "flow": True})
    assert (frame["speed"], frame["density"]) == ([255, 128], [0, 20])
    assert (frame["flow"], frame["queue"]) == ([0, 60], [0, 255])
    effects = room.show(picture(2, 28_801.0), now=2.0) + room.show(picture(3, 28_802.0), now=2.1)
    assert len(of_type(ada.hears(effects), 3)) == 1
    assert of_type(bob.hears(effects), 3) == []


def test_6_6_everyone_sees_the_same_second(room: Room) -> None:
    ada, bob = Visitor(room, HELLO, ALL), Visitor(room, HELLO, ALL)
    effects = room.show(picture(2, 28_801.5), now=0.1)
    (a,), (b,) = of_type(ada.hears(effects), 1), of_type(bob.hears(effects), 1)
    assert a == b
    assert (a["tick"], a["time"]) == (2, 28_801.5)


def test_6_7_a_slow_client_misses_vehicles_and_flow_but_no_signal_and_no_message(room: Room) -> None:
    ada = Visitor(room, HELLO, ALL, {"type": "layers", "flow": True})
    room.full(ada.id)
    heard = []
    for k in range(2, 6):
        heard += ada.hears(room.show(picture(k, 28_800.0 + k, phases=(k, 0, 0)), now=float(k)))
    assert of_type(heard, 1) == of_type(heard, 3) == []
    assert [f["phases"] for f in of_type(heard, 2)] == [[{"program": 0, "phase": k}] for k in range(2, 6)]
    assert len(of_type(heard, "stats")) == 4
    (frame,) = ada.hears(room.drained(ada.id))
    assert (frame["type"], frame["tick"]) == (1, 5)  # the newest, and only that
    assert room.drained(ada.id) == []


def test_6_8_watched_paths_travel_wherever_one_looks(room: Room) -> None:
    ada = Visitor(room, HELLO, NORTH_EAST)
    (frame,) = ada.say({"type": "watch", "paths": [2, 0, 2, 99]})
    assert (frame["type"], frame["tick"], [v["id"] for v in frame["vehicles"]]) == (4, 1, [0, 2])
    heard = ada.hears(room.show(picture(2, 28_801.0), now=0.1))
    assert [v["position"] for v in of_type(heard, 4)[0]["vehicles"]] == [2.0, 2.0]
    assert [v["id"] for c in of_type(heard, 1)[0]["cells"] for v in c["vehicles"]] == [3]


def test_6_8_an_empty_street_is_told_too_and_an_empty_list_ends_it(room: Room) -> None:
    ada, bob = Visitor(room, HELLO), Visitor(room, HELLO)
    (frame,) = ada.say({"type": "watch", "paths": [99]})
    assert frame["vehicles"] == []
    effects = room.show(picture(2, 28_801.0), now=0.1)
    assert (len(of_type(ada.hears(effects), 4)), of_type(bob.hears(effects), 4)) == (1, [])
    assert ada.say({"type": "watch", "paths": []}) == []
    assert of_type(ada.hears(room.show(picture(3, 28_802.0), now=0.2)), 4) == []


def test_6_7_a_slow_client_misses_what_it_watches_and_then_gets_the_newest(room: Room) -> None:
    ada = Visitor(room, HELLO, {"type": "watch", "paths": [1]})
    room.full(ada.id)
    for k in range(2, 5):
        assert of_type(ada.hears(room.show(picture(k, 28_800.0 + k), now=float(k))), 4) == []
    (frame,) = ada.hears(room.drained(ada.id))
    assert (frame["type"], frame["tick"]) == (4, 4)


def test_6_7_one_slow_client_slows_nobody(room: Room) -> None:
    ada, bob = Visitor(room, HELLO, ALL), Visitor(room, HELLO, ALL)
    room.full(ada.id)
    assert len(of_type(bob.hears(room.show(picture(2, 28_801.0), now=0.1)), 1)) == 1


def test_a_failure_of_the_simulation_is_told_to_all(room: Room) -> None:
    ada = Visitor(room, HELLO)
    assert ada.hears(room.tell("simulation", "It failed.")) == [
        {"type": "error", "code": "simulation", "message": "It failed."}
    ]
