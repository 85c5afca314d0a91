"""The one file that listens: HTTP and, through its gate, the live socket, on one port.

uvicorn reads a request's head; an upgrade goes to the gate (picows), everything else to the ASGI application. What
is said on a live socket is decided by the room; what the city does, by the engine in its thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import errno
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from cosmopolis.city.civil_time import DAY_0
from cosmopolis.city.errors import BadInput
from cosmopolis.city.model import City
from cosmopolis.demand.trips import Trips
from cosmopolis.world.api import CLIENT, Site, application
from cosmopolis.world.client_files import ClientFiles
from cosmopolis.world.edges import EdgeMeter
from cosmopolis.world.engine import Engine, Maker
from cosmopolis.world.gate import LIVE, Gate
from cosmopolis.world.interest import Grid, Paths
from cosmopolis.world.manifest import manifest
from cosmopolis.world.room import Room
from cosmopolis.world.search import NameIndex
from cosmopolis.world.static.shelf import open_shelf
from cosmopolis.world.things.catalogue import Things

STEP = 0.5  # s of a step of the simulation


def serve(
    city: City,
    trips: Trips,
    *,
    folder: Path | None = None,
    host: str = "127.0.0.1",
    port: int = 8000,
    at: float = 28_800.0,
    speed: float = 1.0,
    seed: int = 1,
    date: datetime.date = DAY_0,
    on_ready: Callable[[str], None] = lambda url: None,
    client_dir: Path | None = None,
) -> None:
    """Show the city until SIGINT or SIGTERM. `folder` is the city's own, for the cache; `at` in s after midnight
    of `date`; port 0 takes a free one; `on_ready` is told the URL. Raises BadInput if the port cannot be had."""
    CityServer(
        city,
        trips,
        seed=seed,
        folder=folder,
        host=host,
        port=port,
        at=at,
        speed=speed,
        date=date,
        on_ready=on_ready,
        client_dir=client_dir,
    ).run()


def check_port(host: str, port: int) -> None:
    """Raises BadInput with what to do if nothing can listen there."""
    bind(host, port).close()


def bind(host: str, port: int) -> socket.socket:
    """A socket that listens at host and port. Raises BadInput."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        sock = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError) as error:
        raise BadInput(
            f"--host {host} is not an address of this machine: try 127.0.0.1 or 0.0.0.0."
        ) from error
    try:
        if os.name == "posix":  # elsewhere it would let two servers share a port
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(address)
        sock.listen(1024)
    except OSError as error:
        sock.close()
        raise _no_port(host, port, error) from error
    sock.setblocking(False)
    return sock


def _no_port(host: str, port: int, error: OSError) -> BadInput:
    if error.errno == errno.EADDRINUSE:
        return BadInput(
            f"Port {port} is in use: end what runs there, or take another with --port {port + 1}."
        )
    if error.errno == errno.EACCES:
        return BadInput(f"Port {port} is not for ordinary users: take another with --port 8000.")
    return BadInput(f"--host {host} is not an address of this machine: try 127.0.0.1 or 0.0.0.0.")


class CityServer:
    """One city, shown. `run` blocks; `stop` may be called from any thread; `url` is where it is."""

    def __init__(
        self,
        city: City,
        trips: Trips,
        *,
        maker: Maker | None = None,
        seed: int = 1,
        folder: Path | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        at: float = 28_800.0,
        speed: float = 1.0,
        date: datetime.date = DAY_0,
        on_ready: Callable[[str], None] = lambda url: None,
        client_dir: Path | None = None,
    ) -> None:
        sock = bind(host, port)
        self.url = _url(host, sock.getsockname()[1])
        paths = Paths.of(city.network)
        grid = Grid.around(paths.xy)
        things = Things(city, trips, paths)
        self._shelf, self._place = open_shelf(city, folder)
        self.room = Room(self._shelf.index.version, grid, time=at, speed=speed, describe=things.vehicle)
        self.gate = gate = Gate(self.room)
        maker = maker or Maker.of(city, trips, seed)
        meter = EdgeMeter.of(city.network)
        self.engine = Engine(maker, paths, grid, meter, at=at, speed=speed, show=gate.show, tell=gate.tell)
        gate.engine = self.engine
        site = Site(
            manifest=manifest(city, self._shelf.index, live=LIVE, step=STEP, date=date),
            shelf=self._shelf,
            names=NameIndex(city),
            things=things,
            files=ClientFiles(client_dir or CLIENT),
            picture=lambda: self.room.picture,
            history=self.room.history,
            ask=self.engine.ask,
        )
        self._front = Front(sock, application(site), gate, lambda: on_ready(self.url))

    def run(self) -> None:
        stopping = threading.Event()
        squeeze = threading.Thread(
            target=self._shelf.squeeze, args=(self._place, stopping), name="squeeze", daemon=True
        )
        self.engine.start()
        squeeze.start()
        try:
            self._front.run()
        finally:
            stopping.set()
            self.engine.stop()

    def stop(self) -> None:
        self._front.stop()


class Front:
    """A listening socket with an application for HTTP and a gate for live sockets behind it."""

    def __init__(self, sock: socket.socket, app: ASGIApp, gate: Gate, ready: Callable[[], None]) -> None:
        self._socket, self._gate = sock, gate
        config = uvicorn.Config(
            app,
            http="httptools",
            ws=gate.protocol,  # type: ignore[arg-type]  # uvicorn calls it as it calls a protocol class
            loop="none",
            lifespan="off",
            log_config=None,
            log_level="error",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        self._server = _Server(config, ready, gate.shut)

    def run(self) -> None:
        """Blocks until `stop`, or on the main thread until SIGINT or SIGTERM."""
        with self._socket, asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(self._serve())

    def stop(self) -> None:
        self._server.should_exit = True

    async def _serve(self) -> None:
        self._gate.open(asyncio.get_running_loop())
        await self._server.serve(sockets=[self._socket])


class _Server(uvicorn.Server):
    """uvicorn's, ended by a signal without raising that signal again."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None], last: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready, self._last = ready, last

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._last()  # before uvicorn's, which waits for every connection
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {s: signal.signal(s, self._end) for s in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _end(self, number: int, frame: object) -> None:
        self.force_exit = self.should_exit  # asked twice
        self.should_exit = True


def _url(host: str, port: int) -> str:
    """An address that a browser on this machine can open."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}.get(host)
    return f"http://{shown or (f'[{host}]' if ':' in host else host)}:{port}/"


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    try:
        import uvloop
    except ImportError:  # Windows
        return asyncio.new_event_loop
    return uvloop.new_event_loop
