"""The whole server over real sockets, with the real simulation of a small grid."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import textwrap
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from picows import WSMsgType
from picows.common import WSInvalidStatusError

from cosmopolis.city.errors import BadInput
from cosmopolis.city.model import City
from cosmopolis.demand.trips import Trips
from cosmopolis.simulation import Simulation
from cosmopolis.world.engine import Maker
from cosmopolis.world.gate import framed
from cosmopolis.world.server import bind, check_port
from tests.world.conftest import Running, Socket

HELLO = {"type": "hello", "protocol": 1, "name": "Ada"}
ALL = {"type": "view", "x": 0, "y": 0, "radius": 20_000}
Serve = Callable[..., Running]


def vehicles(frame: dict[str, Any]) -> dict[int, tuple[int, float]]:
    return {v["id"]: (v["path"], v["position"]) for c in frame["cells"] for v in c["vehicles"]}


def test_cars_move(server: Running, city: City) -> None:
    async def visit() -> None:
        ada = await Socket.open(server.live, HELLO, ALL)
        first = await ada.until(1, vehicles)
        later = await ada.until(1, lambda f: f["time"] >= first["time"] + 1.0)
        before, after = vehicles(first), vehicles(later)
        assert any(before[id] != after[id] for id in before.keys() & after.keys())
        paths = len(city.network.lanes) + len(city.network.connections)
        assert all(path < paths for path, _ in after.values())
        ada.transport.disconnect()

    asyncio.run(visit())


def test_it_runs_on_pythons_own_event_loop_too(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no uvloop."""
    monkeypatch.setitem(sys.modules, "uvloop", None)
    running = serve()

    async def visit() -> None:
        ada = await Socket.open(running.live, HELLO, ALL)
        first = await ada.until(1, vehicles)
        await ada.until(1, lambda f: f["time"] > first["time"])
        running.server.stop()
        assert await asyncio.wait_for(ada.closed, 10) == 1001

    asyncio.run(visit())


def test_two_visitors_see_the_same_second(server: Running) -> None:
    """6.6: frames of one tick are the same for both, whenever they came."""

    async def visit() -> None:
        ada = await Socket.open(server.live, HELLO, ALL)
        await ada.until(1)
        bob = await Socket.open(server.live, HELLO, ALL)
        frame = await bob.until(1)
        later = await bob.until(1, lambda f: f["tick"] > frame["tick"])
        assert await ada.until(1, lambda f: f["tick"] == later["tick"]) == later
        welcome = await bob.until("welcome")
        assert abs(welcome["time"] - frame["time"]) <= 1.0
        manifest = httpx.get(server.url + "/api/city").json()
        assert (welcome["zone"], welcome["date"]) == (manifest["zone"], manifest["date"])
        for visitor in (ada, bob):
            visitor.transport.disconnect()

    asyncio.run(visit())


def test_time_is_shared(serve: Serve) -> None:
    """5.2, 5.3: pause, speed and jump by one are seen by the other."""
    running = serve()

    async def visit() -> None:
        ada, bob = [await Socket.open(running.live, {**HELLO, "name": name}, ALL) for name in ("Ada", "Bob")]
        await ada.until(1)
        bob.say({"type": "time", "speed": 20})
        assert (await ada.until("clock", lambda m: m["speed"] == 20))["by"] == "Bob"
        start = (await ada.until("clock", lambda m: m["speed"] == 20))["time"]
        await ada.until(1, lambda f: f["time"] > start + 10)
        bob.say({"type": "time", "jump": 72_000})
        assert (await ada.until("jumping"))["to"] == 72_000
        clock = await ada.until("clock", lambda m: m["time"] >= 72_000)
        signals = await ada.until(2, lambda f: f["time"] >= 72_000)
        assert signals["count"] == 12
        bob.say({"type": "time", "paused": True})
        await ada.until("clock", lambda m: m["paused"])
        await asyncio.sleep(0.5)
        cleo = await Socket.open(running.live, HELLO, ALL)
        frame = await cleo.until(1)  # a visitor of a paused city sees it too, and the same
        assert frame["time"] >= clock["time"]
        assert frame == [m for m in ada.heard if m["type"] == 1][-1]

    asyncio.run(visit())


def test_a_locked_clock_obeys_who_came_by_the_operators_link(serve: Serve) -> None:
    told: list[str] = []
    running = serve(lock=True, told=told.append)
    assert running.url in told[0] and running.url == running.server.url.rstrip("/")
    token = told[0].partition("#operator=")[2]

    async def visit() -> None:
        bob = await Socket.open(running.live, HELLO)
        bob.say({"type": "time", "paused": True})
        assert (await bob.until("error"))["code"] == "locked"
        ada = await Socket.open(running.live, {**HELLO, "token": token})
        following = (await ada.until("welcome"))["operator"]
        ada.say({"type": "time", "speed": 20})
        assert (await bob.until("clock"))["speed"] == 20
        thief = await Socket.open(running.live, {**HELLO, "token": token})
        assert "operator" not in await thief.until("welcome")
        again = await Socket.open(running.live, {**HELLO, "token": following})
        assert "operator" in await again.until("welcome")

    asyncio.run(visit())


def test_without_a_lock_the_link_has_no_token(serve: Serve) -> None:
    told: list[str] = []
    running = serve(told=told.append)
    assert told == [running.server.url]


def test_a_followed_car_is_told_of(server: Running) -> None:
    async def visit() -> None:
        ada = await Socket.open(server.live, HELLO, ALL)
        id = next(iter(vehicles(await ada.until(1, vehicles))))
        ada.say({"type": "follow", "vehicle": id})
        told = await ada.until("followed")
        assert told["vehicle"] == id
        assert {"title", "speed", "street", "from", "to", "x", "y"} <= told.keys()
        ada.say({"type": "follow", "vehicle": 4_000_000_000})
        assert (await ada.until("followed", lambda m: m["vehicle"] == 4_000_000_000))["gone"]
        ada.transport.disconnect()

    asyncio.run(visit())


def test_a_watched_street_is_told_of_and_its_past_can_be_asked_for(server: Running) -> None:
    """6.8 and 2.8 tell the same of the same second."""

    async def visit() -> None:
        ada = await Socket.open(server.live, HELLO, ALL)
        path = next(iter(vehicles(await ada.until(1, vehicles)).values()))[0]
        ada.say({"type": "watch", "paths": [path]})
        first = await ada.until(4)
        await ada.until(4, lambda f: f["time"] >= first["time"] + 3.0)
        async with httpx.AsyncClient() as web:
            past = (await web.get(f"{server.url}/api/history?paths={path}")).json()
        live = {frame["time"]: frame["vehicles"] for frame in ada.heard if frame["type"] == 4}
        both = [k for k, time in enumerate(past["pictures"]) if time in live]
        assert both
        for k in both:
            kept = past["id"][past["start"][k] : past["start"][k + 1]]
            assert kept == [v["id"] for v in live[past["pictures"][k]]]
        ada.transport.disconnect()

    asyncio.run(visit())


def test_a_client_that_does_not_read_misses_vehicles_but_no_signal(serve: Serve) -> None:
    """6.7. The city runs at 60 times, so that much is shown; a small receive buffer stands for a slow line."""
    running = serve(speed=60)

    def slow_socket(_: Any) -> socket.socket:
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        return sock

    async def visit() -> None:
        ada = await Socket.open(running.live, HELLO, ALL, socket_factory=slow_socket)
        bob = await Socket.open(running.live, HELLO, ALL)
        await ada.until(1)
        room = running.server.room
        room.full(1)  # what the transport tells when its buffer is full; filling it takes minutes here
        start = (await bob.until(1))["tick"]
        await bob.until(1, lambda f: f["tick"] > start + 20)
        room.clients[1].busy = False
        last = (await bob.until(1, lambda f: f["tick"] > start + 30))["tick"]
        await ada.until(1, lambda f: f["tick"] >= last)

        def frames(visitor: Socket, kind: int) -> list[dict[str, Any]]:
            return [m for m in visitor.heard if m["type"] == kind and start < m["tick"] <= last]

        assert len(frames(ada, 1)) < len(frames(bob, 1)) - 10
        assert frames(ada, 2) == frames(bob, 2) != []

    asyncio.run(visit())


def test_a_full_connection_is_noticed_and_drains(serve: Serve) -> None:
    """6.7, with a visitor that really does not read."""
    running = serve(speed=60)

    async def visit() -> None:
        ada = await Socket.open(running.live, HELLO, ALL)
        await ada.until(1)
        ada.transport.underlying_transport.pause_reading()
        gate = running.server.gate
        client = running.server.room.clients[1]
        missed = vars(running.server.room.channels["vehicles"])["missed"]
        blob = "x" * 1_000_000
        for _ in range(8):  # more than the kernel's buffers hold
            gate.call(lambda: gate.send(1, framed(f'{{"type":"blob","data":"{blob}"}}')))
        for _ in range(200):
            if client.busy and client.id in missed:
                break
            await asyncio.sleep(0.05)
        assert client.busy and client.id in missed
        seen = len(ada.heard)
        ada.transport.underlying_transport.resume_reading()
        tick = running.server.room.picture.tick
        await ada.until(1, lambda f: f["tick"] >= tick)
        assert not client.busy
        assert len([m for m in ada.heard[seen:] if m["type"] == "blob"]) == 8

    asyncio.run(visit())


def test_bad_talk_ends_the_visit(server: Running) -> None:
    """5.1, 5.4."""

    async def visit() -> None:
        ada = await Socket.open(server.live, "not json")
        assert await asyncio.wait_for(ada.closed, 10) == 4000
        assert ada.heard[0]["code"] == "protocol"
        bob = await Socket.open(server.live, HELLO, *["not json"] * 10)
        assert await asyncio.wait_for(bob.closed, 10) == 4001

    asyncio.run(visit())


def test_a_message_in_pieces_is_heard_and_one_without_end_is_not(server: Running) -> None:
    async def visit() -> None:
        ada = await Socket.open(server.live, HELLO)
        ada.transport.send(WSMsgType.TEXT, b'{"type":"ping",', fin=False)
        ada.transport.send(WSMsgType.CONTINUATION, b'"sent":7}')
        assert (await ada.until("pong"))["sent"] == 7
        for _ in range(5):
            ada.transport.send(WSMsgType.TEXT, b" " * 30_000, fin=False)
        assert await asyncio.wait_for(ada.closed, 10) in (1002, 1009)

    asyncio.run(visit())


def test_a_huge_message_is_refused(server: Running) -> None:
    async def visit() -> None:
        ada = await Socket.open(server.live, HELLO)
        ada.say(b" " * 1_000_000)
        assert await asyncio.wait_for(ada.closed, 10) in (1002, 1006, 1009)

    asyncio.run(visit())


@pytest.mark.parametrize("path", ["/", "/live2", "/api/city"])
def test_there_is_one_live_socket(server: Running, path: str) -> None:
    async def visit() -> None:
        with pytest.raises(WSInvalidStatusError, match="404"):
            await Socket.open(server.live.replace("/live", path))

    asyncio.run(visit())


def test_pages_of_other_sites_may_not_open_it(server: Running) -> None:
    """5.1."""

    async def visit() -> None:
        with pytest.raises(WSInvalidStatusError, match="404"):
            await Socket.open(server.live, extra_headers={"Origin": "https://elsewhere.example"})
        ada = await Socket.open(server.live, HELLO, extra_headers={"Origin": server.url})
        await ada.until("welcome")
        ada.transport.disconnect()

    asyncio.run(visit())


class Failing(Simulation):
    """The real simulation, failing once."""

    failures = 0

    def step(self, *args: Any) -> Any:
        if self.time >= 28_803.0 and Failing.failures == 0:
            Failing.failures = 1
            raise IndexError("a fault in the simulation")
        return super().step(*args)


def test_the_server_outlives_a_failure_of_the_simulation(serve: Serve, city: City, trips: Trips) -> None:
    maker = Maker(
        begin=lambda at: Failing(city, trips, start=at),
        restore=lambda data: Failing.restore(city, trips, data),
    )
    running = serve(maker=maker)

    async def visit() -> None:
        ada = await Socket.open(running.live, HELLO, ALL)
        told = await ada.until("error")
        assert told["code"] == "simulation"
        assert told["message"] == "The simulation failed and goes on from 08:00."
        await ada.until(1, lambda f: f["time"] > 28_804.0)
        assert httpx.get(running.url + "/api/city").status_code == 200

    asyncio.run(visit())


def test_visitors_are_told_that_the_server_ends(serve: Serve) -> None:
    running = serve()

    async def visit() -> None:
        ada = await Socket.open(running.live, HELLO)
        await ada.until("welcome")
        running.server.stop()
        assert await asyncio.wait_for(ada.closed, 10) == 1001

    asyncio.run(visit())
    assert running.end()


def test_a_port_in_use_says_what_to_do() -> None:
    with bind("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(BadInput, match=f"Port {port} is in use.*--port {port + 1}"):
            check_port("127.0.0.1", port)
    check_port("127.0.0.1", port)


@pytest.mark.parametrize("host", ["no.such.host.invalid", "203.0.113.7", "ü" * 80])
def test_a_host_that_is_not_this_machine_is_refused(host: str) -> None:
    with pytest.raises(BadInput, match=r"--host .* is not an address of this machine"):
        check_port(host, 0)


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_quickly_and_quietly(number: int) -> None:
    program = """
        import gc
        from cosmopolis.city.build import build
        from cosmopolis.demand.plan import plan_trips
        from cosmopolis.world.server import ServerOptions, serve
        from tests.grids import grid
        city = build(grid(3))
        def ready(url):
            print(url, gc.get_freeze_count(), flush=True)
        serve(city, plan_trips(city), ServerOptions(), on_ready=ready)
        print("ended", flush=True)
    """
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    url, frozen = process.stdout.readline().split()
    assert int(frozen) > 10_000  # what was loaded is not walked by every full collection
    with httpx.Client() as client:  # an open connection does not hold it up
        assert client.get(url + "api/city").status_code == 200
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
    assert (out, process.returncode) == ("ended\n", 0)
    assert "Traceback" not in err


@pytest.mark.parametrize("size", [0, 125, 126, 8193, 65_535, 65_536, 1_000_000])
def test_frames_of_any_size_arrive_whole(server: Running, size: int) -> None:
    """Several large ones at once, and then a small one: none may spoil another."""

    async def visit() -> None:
        ada = await Socket.open(server.live, HELLO)
        id = (await ada.until("welcome"))["id"]
        texts = [f'{{"type":"blob","data":"{letter * size}"}}' for letter in "abc"] + ['{"type":"end"}']
        for text in texts:
            server.server.gate.call(lambda text=text: server.server.gate.send(id, framed(text)))
        await ada.until("end")
        assert [m["data"] for m in ada.heard if m["type"] == "blob"] == ["a" * size, "b" * size, "c" * size]
        ada.transport.disconnect()

    asyncio.run(visit())
