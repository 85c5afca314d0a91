"""A street closed over the live socket: heard by everybody, logged, made again from the log, refused with a reason."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cosmopolis.city.model import City
from cosmopolis.demand.trips import Trips
from cosmopolis.registry import Refused
from cosmopolis.simulation import CloseLane, Events, OpenLane, OrderApplied, SetSpeedLimit, Simulation, replay
from cosmopolis.world.channels.orders import MOST_COMMANDS, MOST_TRIPS, ORDERS_AT_ONCE, read_order
from cosmopolis.world.engine import Maker
from cosmopolis.world.gate import ANSWERS_AT_ONCE, Gate
from cosmopolis.world.in_force import InForce
from cosmopolis.world.log_file import LOG, read_log
from cosmopolis.world.room import Room
from tests.world.conftest import Running, Socket

HELLO = {"type": "hello", "protocol": 1}
Serve = Callable[..., Running]


def order(number: int, *commands: dict[str, Any]) -> dict[str, Any]:
    return {"type": "order", "order": number, "commands": list(commands)}


def close(lane: int) -> dict[str, Any]:
    return {"type": "close_lane", "lane": lane}


def test_a_lane_is_closed_for_everybody_and_the_log_makes_the_same_run(
    serve: Serve, city: City, trips: Trips, tmp_path: Path
) -> None:
    stored = city.with_version("a version")
    runs: list[Simulation] = []
    digests: list[str] = []
    hashed = threading.Event()

    def begin(at: float) -> Simulation:
        runs.append(Simulation(stored, trips, seed=1, start=at))
        return runs[-1]

    running = serve(city=stored, folder=tmp_path, speed=10.0, maker=Maker(begin, lambda data: begin(0.0)))

    def hash_at_orders(events: Events, time: float) -> None:
        if events.applied:
            digests.append(runs[-1].digest())
            hashed.set()

    running.server.engine.subscribe(hash_at_orders)

    async def scene() -> None:
        ada = await Socket.open(running.live, {**HELLO, "name": "Ada"})
        bob = await Socket.open(running.live, {**HELLO, "name": "Bob"})
        welcome = await bob.until("welcome")
        assert "order" in welcome["may"] and welcome["closed"] == []
        ada.say(order(7, close(3), {"type": "set_speed_limit", "edge": 0, "speed": 7.0}))
        answer = await ada.until("ordered")
        assert answer["order"] == 7 and answer["step"] > 0
        for visitor in (ada, bob):
            event = await visitor.until("event")
            assert (event["event"], event["by"], event["time"]) == ("order_applied", "Ada", answer["time"])
            assert event["commands"][0] == close(3)
        late = await Socket.open(running.live, HELLO)
        welcome = await late.until("welcome")
        assert (welcome["closed"], welcome["limits"]) == ([3], [[0, 7.0]])
        bob.say(order(1, {"type": "open_lane", "lane": 3}, close(len(city.network.lanes))))
        refused = await bob.until("refused")
        assert (refused["order"], refused["code"]) == (1, "no_lane")
        assert f"There is no lane {len(city.network.lanes)}" in refused["message"]
        bob.say(order(2, close(5)))
        await bob.until("ordered")

    asyncio.run(scene())
    assert hashed.wait(10)
    log = read_log(next(tmp_path.rglob(LOG)))
    assert log is not None
    applied = [entry for entry in log.entries if isinstance(entry, OrderApplied)]
    assert [(entry.by, entry.commands) for entry in applied] == [
        ("Ada", (CloseLane(3), SetSpeedLimit(0, 7.0))),
        ("Bob", (CloseLane(5),)),  # nothing of the order that was refused
    ]
    for threads in (1, 2):
        assert replay(stored, trips, log, threads=threads).digest() == digests[-1]


def test_a_locked_city_takes_orders_from_its_operator_only(serve: Serve) -> None:
    urls: list[str] = []
    running = serve(lock=True, told=urls.append)
    token = urls[0].partition("#operator=")[2]

    async def scene() -> None:
        guest = await Socket.open(running.live, HELLO, order(1, close(0)))
        assert (await guest.until("welcome"))["may"] == []
        refused = await guest.until("refused")
        assert refused["code"] == "locked" and "gives it orders" in refused["message"]
        operator = await Socket.open(running.live, {**HELLO, "token": token}, order(1, close(0)))
        assert (await operator.until("welcome"))["may"] == ["clock", "order"]
        assert (await operator.until("ordered"))["order"] == 1

    asyncio.run(scene())


def test_nobody_floods_the_city_with_orders(serve: Serve) -> None:
    running = serve()

    async def scene() -> None:
        eager = await Socket.open(running.live, HELLO)
        await eager.until("welcome")
        for number in range(int(ORDERS_AT_ONCE) + 3):
            eager.say(order(number, close(0)))
        assert (await eager.until("refused"))["code"] == "rate"
        await eager.until("ordered", lambda m: m["order"] == int(ORDERS_AT_ONCE) - 1)

    asyncio.run(scene())


def test_what_is_no_order_is_refused_in_a_sentence() -> None:
    trip = {"type": "add_trip", "from_lane": 0, "from_position": 1, "to_lane": 1, "to_position": 1}
    for said, words in (
        ({"commands": [close(1)]}, '"order" is a whole number'),
        ({"order": 1}, f"a list of 1 to {MOST_COMMANDS}"),
        ({"order": 1, "commands": []}, f"a list of 1 to {MOST_COMMANDS}"),
        ({"order": 1, "commands": [close(1)] * (MOST_COMMANDS + 1)}, f"a list of 1 to {MOST_COMMANDS}"),
        ({"order": 1, "commands": [{"type": "burn_it_down"}]}, "There is no command 'burn_it_down'"),
        ({"order": 1, "commands": [trip] * (MOST_TRIPS + 1)}, f"at most {MOST_TRIPS} trips"),
    ):
        try:
            read_order(said)
        except Refused as refused:
            assert words in refused.message
        else:
            raise AssertionError(said)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
)


@given(st.dictionaries(st.sampled_from(["order", "commands", "x"]), JSON))
def test_whatever_is_said_an_order_is_read_or_refused(said: dict[str, Any]) -> None:
    try:
        read_order(said)
    except Refused as refused:
        assert refused.message.endswith(".")


@given(st.lists(st.tuples(st.sampled_from("cols"), st.integers(0, 3)), max_size=20))
def test_what_is_in_force_is_what_the_last_order_of_each_lane_said(orders: list[tuple[str, int]]) -> None:
    in_force, closed, limits = InForce(), {}, {}
    for what, row in orders:
        if what == "c":
            in_force.see([CloseLane(row)])
            closed[row] = True
        elif what == "o":
            in_force.see([OpenLane(row)])
            closed[row] = False
        elif what == "l":
            in_force.see([SetSpeedLimit(row, 5.0)])
            limits[row] = 5.0
        else:
            in_force.lose([CloseLane(row), SetSpeedLimit(row, 5.0)])
            closed[row] = False
            limits.pop(row, None)
    assert in_force.closed == {lane for lane, shut in closed.items() if shut}
    assert in_force.limits == limits


def test_a_flood_of_answers_leaves_other_sockets_their_turn() -> None:
    """What else is to be done on the event loop comes between them, and none is lost."""
    gate, done = Gate(Room("a version", [])), []

    async def scene() -> None:
        gate.open(asyncio.get_running_loop())
        for n in range(10 * ANSWERS_AT_ONCE):
            gate.later(lambda n=n: (done.append(n), [])[1])
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert len(done) < 10 * ANSWERS_AT_ONCE
        while len(done) < 10 * ANSWERS_AT_ONCE:
            await asyncio.sleep(0)

    asyncio.run(scene())
    assert done == list(range(10 * ANSWERS_AT_ONCE))
