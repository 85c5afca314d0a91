"""The one file that listens: HTTP and, through its gate, the live socket, on one port.

uvicorn reads a request's head; an upgrade goes to the gate (picows), everything else to the ASGI application. What
is said on a live socket is decided by the room; what the city does, by the engine in its thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import errno
import gc
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from cosmopolis.city.civil_time import DAY_0
from cosmopolis.city.errors import BadInput
from cosmopolis.city.model import City
from cosmopolis.demand.trips import Trips
from cosmopolis.registry import Contribution, composed
from cosmopolis.world.addresses import is_loopback, own_names
from cosmopolis.world.api import CLIENT, application
from cosmopolis.world.client_files import ClientFiles
from cosmopolis.world.clock_lock import new_token
from cosmopolis.world.contribution import WORLD
from cosmopolis.world.edges import EdgeMeter
from cosmopolis.world.engine import Engine, Listener, Maker
from cosmopolis.world.gate import LIVE, Gate, upgrade_fault
from cosmopolis.world.heads import EVERY_ANSWER, HeadProtocol
from cosmopolis.world.interest import Grid, Paths
from cosmopolis.world.limits import SPARE_FILES, Limits, raise_open_files
from cosmopolis.world.log_file import open_log
from cosmopolis.world.manifest import manifest
from cosmopolis.world.room import Room
from cosmopolis.world.search import NameIndex
from cosmopolis.world.site import Site
from cosmopolis.world.static.shelf import open_shelf
from cosmopolis.world.things.catalogue import Catalogue
from cosmopolis.world.wires import Wires, on_every_connection

log = logging.getLogger(__name__)

STEP = 0.5  # s of a step of the simulation
TICK, SWEEP = 0.25, 1.0  # s between two calls of the gate, and two looks at all connections


@dataclass(frozen=True)
class ServerOptions:
    """Where and how a city is shown."""

    folder: Path | None = None  # the city's own, for the cache
    host: str = "127.0.0.1"
    port: int = 0  # 0: any that is free
    at: float = 28_800.0  # s after midnight
    date: datetime.date = DAY_0  # of day 0
    speed: float = 1.0  # city seconds a second
    seed: int = 1
    client_dir: Path | None = None  # where the built client is, if not in the package
    limits: Limits = field(default_factory=Limits)
    lock: bool = False  # only the operator moves the clock; a host beyond this machine locks it too


def serve(
    city: City,
    trips: Trips,
    options: ServerOptions,
    *,
    contributions: Sequence[Contribution] = (WORLD,),
    on_ready: Callable[[str], None] = lambda url: None,
) -> None:
    """Show the city until SIGINT or SIGTERM, with what `contributions` of rooms add to it. `on_ready` is told the
    URL, which is the operator's where the clock is locked: its fragment is `operator=TOKEN`. Raises BadInput if the
    port cannot be had."""
    most = min(options.limits.most, max(1, raise_open_files() - SPARE_FILES))
    options = replace(options, limits=replace(options.limits, most=most))
    server = CityServer(city, trips, options, contributions=contributions, on_ready=on_ready)
    gc.collect()
    gc.freeze()  # what was loaded stays: a full collection that walks it stops everybody for 0.1 s
    server.run()


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
        on_every_connection(sock)
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
        options: ServerOptions = ServerOptions(),  # it is frozen
        *,
        contributions: Sequence[Contribution] = (WORLD,),
        maker: Maker | None = None,
        on_ready: Callable[[str], None] = lambda url: None,
    ) -> None:
        sock = bind(options.host, options.port)
        self.url = _url(options.host, sock.getsockname()[1])
        token = new_token() if options.lock or not is_loopback(options.host) else None
        shown = f"{self.url}#operator={token}" if token else self.url
        rooms = composed(contributions)
        paths = Paths.of(city.network)
        grid = Grid.around(paths.xy)
        self._shelf, self._place = open_shelf(city, options.folder)
        site = Site(
            city=city,
            trips=trips,
            paths=paths,
            grid=grid,
            shelf=self._shelf,
            names=NameIndex(city, rooms.named),
            things=Catalogue(rooms.kinds),
            manifest=manifest(
                city, self._shelf.index, live=LIVE, step=STEP, date=options.date, panels=rooms.panels
            ),
            picture=lambda: self.room.picture,
            ask=lambda question: self.engine.ask(question),
            speed=options.speed,
            clock_token=token,
        )
        self.room = Room(self._shelf.index.version, rooms.channels(site), time=options.at)
        self.gate = gate = Gate(self.room)
        self.engine = Engine(
            maker or Maker.of(city, trips, options.seed),
            paths,
            grid,
            EdgeMeter.of(city.network),
            Listener(gate.show, gate.tell),
            at=options.at,
            speed=options.speed,
            store=open_log(city.version, options.folder),
        )
        gate.attach(self.engine)
        app = application(site, rooms.endpoints, ClientFiles(options.client_dir or CLIENT))
        limits = replace(options.limits, hosts=options.limits.hosts | {options.host.lower()})
        self._front = Front(sock, app, gate, lambda: on_ready(shown), limits)

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

    def __init__(
        self,
        sock: socket.socket,
        app: ASGIApp,
        gate: Gate,
        ready: Callable[[], None],
        limits: Limits = Limits(),  # noqa: B008  # it is frozen
    ) -> None:
        self._socket, self._gate = sock, gate
        self.wires = Wires(limits)
        config = uvicorn.Config(
            app,
            http=partial(HeadProtocol, self.wires, upgrade_fault, own_names()),  # type: ignore[arg-type]
            ws=gate.protocol,  # type: ignore[arg-type]  # uvicorn calls them as it calls a protocol class
            loop="none",
            lifespan="off",
            log_config=None,
            log_level="error",
            access_log=False,
            server_header=False,
            proxy_headers=False,  # whom to believe is said with --trusted-proxy
            headers=EVERY_ANSWER,
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
        watching = asyncio.create_task(self._watch())
        try:
            await self._server.serve(sockets=[self._socket])
        finally:
            watching.cancel()

    async def _watch(self) -> None:
        """Give the gate its ticks, and end the connections that only hold a place."""
        loop = asyncio.get_running_loop()
        swept = loop.time()
        while True:
            await asyncio.sleep(TICK)
            now = loop.time()
            try:
                self._gate.tick(now)
                if now - swept >= SWEEP:
                    swept = now
                    self.wires.sweep(now)
            except Exception:  # the next tick must come
                log.exception("a tick of the server failed")


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
