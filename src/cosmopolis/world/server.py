"""The one file that touches sockets: HTTP and the live socket on one port.

uvicorn reads a request's head; an upgrade goes to picows, everything else to the ASGI application. What is said on a
live socket is decided by the room; what the city does, by the engine in its thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from picows import WSAutoPingStrategy, WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport
from picows.api import WSProtocol

from cosmopolis.city.errors import BadInput
from cosmopolis.city.model import City
from cosmopolis.demand.trips import Trips
from cosmopolis.world.api import CLIENT, Site, application
from cosmopolis.world.client_files import ClientFiles
from cosmopolis.world.engine import Engine, Maker
from cosmopolis.world.interest import Grid, Paths
from cosmopolis.world.manifest import manifest
from cosmopolis.world.messages import LONGEST_TEXT
from cosmopolis.world.picture import Picture
from cosmopolis.world.room import Close, Effects, Room, Send, Steer, Watch
from cosmopolis.world.search import NameIndex
from cosmopolis.world.static.shelf import open_shelf
from cosmopolis.world.things import Things

log = logging.getLogger(__name__)

LIVE = "/live"
FULL, DRAINED = 256 * 1024, 32 * 1024  # bytes waiting for a client at which it is full, and at which no more
HOPELESS = 16 * 1024 * 1024  # bytes of messages waiting: it does not read at all
UNSENT = 128 * 1024  # bytes that the kernel may hold back for one client: what is older than that is stale


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
    on_ready: Callable[[str], None] = lambda url: None,
    client_dir: Path | None = None,
) -> None:
    """Show the city until SIGINT or SIGTERM. `folder` is the city's own, for the cache; `at` in s after midnight;
    port 0 takes a free one; `on_ready` is told the URL. Raises BadInput if the port cannot be had."""
    CityServer(
        city,
        folder=folder,
        maker=Maker.of(city, trips, seed),
        host=host,
        port=port,
        at=at,
        speed=speed,
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
        if hasattr(socket, "SO_REUSEADDR") and socket.AF_INET:
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
    """One city, shown. `run` blocks; `stop` may be called from any thread; `url` is known once it is ready."""

    def __init__(
        self,
        city: City,
        *,
        maker: Maker,
        folder: Path | None,
        host: str,
        port: int,
        at: float,
        speed: float,
        on_ready: Callable[[str], None],
        client_dir: Path | None = None,
    ) -> None:
        self._socket = bind(host, port)
        self._on_ready, self._stopping = on_ready, threading.Event()
        number = self._socket.getsockname()[1]
        shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}.get(
            host, f"[{host}]" if ":" in host else host
        )
        self.url = f"http://{shown}:{number}/"
        paths = Paths.of(city.network)
        grid = Grid.around(paths.xy)
        things = Things(city, paths)
        self._shelf, self._place = open_shelf(city, folder)
        self.room = Room(self._shelf.index.version, grid, time=at, speed=speed, describe=things.vehicle)
        self._gate = Gate(self.room)
        self.engine = Engine(
            maker, paths, grid, at=at, speed=speed, show=self._gate.show, tell=self._gate.tell
        )
        self._gate.engine = self.engine
        site = Site(
            manifest=manifest(city, self._shelf.index, live=LIVE, step=0.5),
            shelf=self._shelf,
            names=NameIndex(city),
            things=things,
            files=ClientFiles(client_dir or CLIENT),
            picture=lambda: self.room.picture,
            ask=self.engine.ask,
        )
        self._server = Server(
            uvicorn.Config(
                application(site),
                http="httptools",
                ws=self._gate.protocol,  # type: ignore[arg-type]  # uvicorn calls it like a class
                loop="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=1,
            ),
            self._ready,
        )

    def run(self) -> None:
        """Blocks until stopped."""
        squeeze = threading.Thread(
            target=self._shelf.squeeze, args=(self._place, self._stopping), name="squeeze", daemon=True
        )
        self.engine.start()
        squeeze.start()
        try:
            with asyncio.Runner(loop_factory=_loop_factory()) as runner:
                runner.run(self._serve())
        finally:
            self._stopping.set()
            self.engine.stop()
            self._socket.close()

    def stop(self) -> None:
        self._server.should_exit = True

    async def _serve(self) -> None:
        self._gate.open(asyncio.get_running_loop())
        try:
            await self._server.serve(sockets=[self._socket])
        finally:
            self._gate.shut()

    def _ready(self) -> None:
        self._on_ready(self.url)


class Server(uvicorn.Server):
    """uvicorn's, ended by a signal without raising that signal again."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

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


class Gate:
    """Between the live sockets, the room and the engine: carries out what the room decides."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.engine: Engine | None = None
        self._sockets: dict[int, LiveSocket] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._newest: Picture | None = None

    def open(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def shut(self) -> None:
        self._loop = None
        for live in list(self._sockets.values()):
            live.close(WSCloseCode.GOING_AWAY, "the server is ending")

    # called on the engine's thread

    def show(self, picture: Picture) -> None:
        """Hand a picture over; one that was not fetched yet is replaced: the latest wins."""
        self._newest = picture
        self._soon(self._fetch)

    def tell(self, code: str, message: str) -> None:
        self._soon(lambda: self.perform(self.room.tell(code, message)))

    def _soon(self, call: Callable[[], None]) -> None:
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # it has just been closed
                loop.call_soon_threadsafe(call)

    # called on the event loop

    def _fetch(self) -> None:
        picture, self._newest = self._newest, None
        if picture is not None and self._loop is not None:
            self.perform(self.room.show(picture, self._loop.time()))

    def perform(self, effects: Effects) -> None:
        assert self.engine is not None
        for effect in effects:
            match effect:
                case Send(to, data):
                    if to in self._sockets:
                        self._sockets[to].send(data)
                case Close(to, code, reason):
                    if to in self._sockets:
                        self._sockets[to].close(code, reason)
                case Steer(time):
                    self.engine.steer(time)
                case Watch(vehicles):
                    self.engine.watch(vehicles)

    def joined(self, live: LiveSocket) -> int:
        id = self.room.join()
        self._sockets[id] = live
        return id

    def left(self, id: int) -> None:
        self._sockets.pop(id, None)
        self.perform(self.room.leave(id))

    def protocol(self, **_: Any) -> WSProtocol:
        """What uvicorn hands an upgrade request to, in place of its own WebSocket protocol."""
        return LiveProtocol(
            None, None, False, self.listener, logging.getLogger("picows"), True, 5,
            True, 30, 30, WSAutoPingStrategy.PING_WHEN_IDLE, True, LONGEST_TEXT, None, 4096,
        )  # fmt: skip

    def listener(self, request: Any) -> LiveSocket | None:
        """A listener for an upgrade request; None (404) for another path or a page of another site."""
        path = request.path.decode("latin-1").partition("?")[0]
        if path != LIVE or not same_site(request.headers.get("Origin"), request.headers.get("Host")):
            return None
        return LiveSocket(self)


def same_site(origin: str | None, host: str | None) -> bool:
    """Whether a page of `origin` may open a socket of `host`: its own server's pages may, and programs, which
    send no origin."""
    if origin is None:
        return True
    with contextlib.suppress(ValueError):
        return bool(host) and urlsplit(origin).netloc.lower() == str(host).lower()
    return False


class LiveProtocol(WSProtocol):  # type: ignore[misc]
    """picows' protocol, given the request's head by uvicorn."""

    def connection_made(self, transport: Any) -> None:
        transport.pause_reading()  # until it is this protocol that reads
        super().connection_made(transport)
        asyncio.get_running_loop().call_soon(transport.resume_reading)

    def data_received(self, data: bytes) -> None:
        while data:
            room = self.get_buffer(-1)
            count = min(len(room), len(data))
            room[:count] = data[:count]
            self.buffer_updated(count)
            data = data[count:]


class LiveSocket(WSListener):  # type: ignore[misc]
    """One visitor's connection."""

    def __init__(self, gate: Gate) -> None:
        super().__init__()
        self._gate = gate
        self._transport: WSTransport | None = None
        self._id = -1
        self._begun: list[bytes] = []  # frames of a message that is not whole yet

    def on_ws_connected(self, transport: WSTransport) -> None:
        self._transport = transport
        wire = transport.underlying_transport
        wire.set_write_buffer_limits(high=FULL, low=DRAINED)
        sock = wire.get_extra_info("socket")
        if sock is not None and hasattr(socket, "TCP_NOTSENT_LOWAT"):
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT)
        self._id = self._gate.joined(self)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        kind = frame.msg_type
        if kind == WSMsgType.CLOSE:
            transport.send_close(frame.get_close_code())
            transport.disconnect()
        elif kind in (WSMsgType.TEXT, WSMsgType.BINARY, WSMsgType.CONTINUATION):
            self._begun.append(frame.get_payload_as_bytes())
            if frame.fin:
                self._heard(b"".join(self._begun), binary=kind == WSMsgType.BINARY)
                self._begun = []
            elif sum(map(len, self._begun)) > LONGEST_TEXT:
                self.close(WSCloseCode.MESSAGE_TOO_BIG, "message too big")

    def _heard(self, data: bytes, *, binary: bool) -> None:
        said: str | bytes = data
        if not binary:
            said = data.decode("utf-8", errors="replace")
        self._gate.perform(self._gate.room.receive(self._id, said))

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self._gate.left(self._id)

    def pause_writing(self) -> None:
        self._gate.room.full(self._id)

    def resume_writing(self) -> None:
        self._gate.perform(self._gate.room.drained(self._id))

    def send(self, data: str | bytes) -> None:
        transport = self._transport
        if transport is None or transport.is_disconnected or transport.is_close_frame_sent:
            return
        transport.send(WSMsgType.TEXT if isinstance(data, str) else WSMsgType.BINARY, data)
        if transport.underlying_transport.get_write_buffer_size() > HOPELESS:
            transport.disconnect(graceful=False)

    def close(self, code: int | WSCloseCode, reason: str) -> None:
        if self._transport is not None and not self._transport.is_disconnected:
            self._transport.send_close(code, reason.encode())
            self._transport.disconnect()


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    try:
        import uvloop
    except ImportError:  # Windows
        return asyncio.new_event_loop
    return uvloop.new_event_loop
