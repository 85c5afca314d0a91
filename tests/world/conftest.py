"""A small real city, alive behind a real server."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import hypothesis
import numpy as np
import pytest
from picows import WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from cosmopolis.city.build import build
from cosmopolis.city.model import City
from cosmopolis.demand.plan import plan_trips
from cosmopolis.demand.trips import Trips
from cosmopolis.registry import Contribution
from cosmopolis.simulation import LogStore
from cosmopolis.world import frames
from cosmopolis.world.contribution import WORLD
from cosmopolis.world.edges import EdgeMeter
from cosmopolis.world.engine import Engine, Listener, Maker
from cosmopolis.world.interest import Grid
from cosmopolis.world.server import CityServer, ServerOptions
from tests.grids import grid
from tests.world.clockwork import PATHS, Watcher
from tests.world.towns import named

PATIENCE = 60.0  # s

hypothesis.settings.register_profile("untimed", deadline=None)  # machines are sometimes busy
hypothesis.settings.load_profile("untimed")


@pytest.fixture(scope="session")
def city() -> City:
    return named(build(grid(4)))


@pytest.fixture(scope="session")
def trips(city: City) -> Trips:
    return plan_trips(city, seed=1)


class Running:
    """A server in a thread."""

    def __init__(
        self,
        city: City,
        trips: Trips,
        *,
        maker: Maker | None = None,
        contributions: Sequence[Contribution] = (WORLD,),
        told: Callable[[str], None] = lambda url: None,
        **options: Any,
    ) -> None:
        ready = threading.Event()
        self.server = CityServer(
            city,
            trips,
            ServerOptions(**options),
            contributions=contributions,
            maker=maker,
            on_ready=lambda url: (told(url), ready.set()),
        )
        self._thread = threading.Thread(target=self.server.run)
        self._thread.start()
        assert ready.wait(PATIENCE)
        self.url = self.server.url.rstrip("/")
        while (
            self.server.room.picture is None or self.server.room.picture.tick < 2
        ):  # kernels are being compiled
            time.sleep(0.02)

    @property
    def live(self) -> str:
        return self.url.replace("http", "ws") + "/live"

    def end(self) -> bool:
        """Whether it ended in good time."""
        self.server.stop()
        self._thread.join(15)
        return not self._thread.is_alive()


@pytest.fixture
def serve(city: City, trips: Trips) -> Iterator[Callable[..., Running]]:
    running: list[Running] = []

    def start(**options: Any) -> Running:
        running.append(Running(options.pop("city", city), trips, **options))
        return running[-1]

    yield start
    ended = [server.end() for server in running]
    assert all(ended)


@pytest.fixture(scope="session")
def server(city: City, trips: Trips, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One for all tests that leave it as it was."""
    client = tmp_path_factory.mktemp("client")
    (client / "assets").mkdir()
    (client / "index.html").write_text("<title>Cosmopolis</title>")
    (client / "assets/app-1.js").write_text("console.log('alive')\n" * 200)
    running = Running(city, trips, client_dir=client)
    yield running
    assert running.end()


class Socket(WSListener):  # type: ignore[misc]
    """A visitor with a real socket. `heard` is what came: dicts of messages and decoded frames."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[dict[str, Any]] = []
        self.closed: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._news = asyncio.Event()
        self.transport: WSTransport

    @classmethod
    async def open(cls, url: str, *said: Any, **options: Any) -> Socket:
        transport, socket = await ws_connect(cls, url, **options)
        socket.transport = transport
        for message in said:
            socket.say(message)
        return socket

    def say(self, message: Any) -> None:
        data = message if isinstance(message, (str, bytes)) else json.dumps(message)
        self.transport.send(WSMsgType.TEXT, data)

    async def until(
        self, kind: str | int, true: Callable[[dict[str, Any]], Any] = lambda m: True
    ) -> dict[str, Any]:
        """The first message or frame of a type, from now on or before, of which `true` holds."""
        async with asyncio.timeout(PATIENCE):
            while True:
                for message in self.heard:
                    if message["type"] == kind and true(message):
                        return message
                self._news.clear()
                await self._news.wait()

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        data = frame.get_payload_as_bytes()
        if frame.msg_type == WSMsgType.TEXT:
            self.heard.append(json.loads(data))
        elif frame.msg_type == WSMsgType.BINARY:
            self.heard.append(frames.decode(data))
        elif frame.msg_type == WSMsgType.CLOSE:
            self.closed.set_result(int.from_bytes(data[:2], "big"))
            transport.send_close(WSCloseCode.OK)
            transport.disconnect()
        self._news.set()

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        if not self.closed.done():
            self.closed.set_result(1006)
        self._news.set()


@pytest.fixture
def started() -> Iterator[Callable[..., tuple[Engine, Watcher]]]:
    engines = []

    def start(
        maker: Maker, at: float = 28_800.0, speed: float = 60.0, store: LogStore | None = None
    ) -> tuple[Engine, Watcher]:
        watcher = Watcher()
        grid = Grid.around(PATHS.xy)
        meter = EdgeMeter(np.zeros(1, np.int32), PATHS.length, 1)
        engine = Engine(
            maker,
            PATHS,
            grid,
            meter,
            Listener(watcher.show, watcher.tell, watcher.refuse),
            at=at,
            speed=speed,
            store=store,
        )
        engines.append(engine)
        engine.start()
        return engine, watcher

    yield start
    for engine in engines:
        engine.stop()
