"""The live sockets: between picows, the room and the engine. Carries out what the room decides (SPEC 5, 6)."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections import deque
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from picows import WSAutoPingStrategy, WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport
from picows.api import WSProtocol

from cosmopolis.registry import Close, Effects, Send
from cosmopolis.world.messages import LONGEST_TEXT
from cosmopolis.world.picture import Picture
from cosmopolis.world.room import Room

log = logging.getLogger("picows.live")

LIVE = "/live"
FULL, DRAINED = 256 * 1024, 32 * 1024  # bytes waiting for a client at which it is full, and at which no more
HOPELESS = 16 * 1024 * 1024  # bytes of messages waiting: it does not read at all
UNSENT = 128 * 1024  # bytes that the kernel may hold back for one client: what is older than that is stale
QUIET = 30.0  # s without a word after which a client is asked whether it is there, and has to answer


class Gate:
    """Between the live sockets, the room and the engine: carries out what the room decides."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.engine: Any = None  # whatever the room's channels ask: an Engine
        self._sockets: dict[int, LiveSocket] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._newest: Picture | None = None
        self._answers: deque[Callable[[], Effects]] = deque()

    def attach(self, engine: Any) -> None:
        """The engine that channels ask; before it starts."""
        self.engine = engine
        self.room.opened(engine, self.later)

    def open(self, loop: asyncio.AbstractEventLoop) -> None:
        """From now on, on this event loop."""
        self._loop = loop
        loop.call_soon(self._fetch)  # what the engine showed before
        loop.call_soon(self._answer)

    def shut(self) -> None:
        self._loop = None
        for live in list(self._sockets.values()):
            live.close(WSCloseCode.GOING_AWAY, "the server is ending")

    # called on the engine's thread

    def show(self, picture: Picture) -> None:
        """Hand a picture over; one that was not fetched yet is replaced: the latest wins."""
        self._newest = picture
        self.call(self._fetch)

    def tell(self, code: str, message: str) -> None:
        self.call(lambda: self.perform(self.room.tell(code, message)))

    def later(self, answer: Callable[[], Effects]) -> None:
        """What a channel does when the engine has answered it; from any thread, also before `open`."""
        self._answers.append(answer)
        self.call(self._answer)

    def call(self, call: Callable[[], None]) -> None:
        """Do something on the event loop, soon; nothing once it has ended."""
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # it has just been closed
                loop.call_soon_threadsafe(call)

    # called on the event loop

    def _fetch(self) -> None:
        picture, self._newest = self._newest, None
        if picture is not None and self._loop is not None:
            self.perform(self.room.show(picture, self._loop.time()))

    def _answer(self) -> None:
        while self._answers:
            self.perform(self._answers.popleft()())

    def perform(self, effects: Effects) -> None:
        """In their order. What goes to many is put into its frame once."""
        last, frame = None, b""
        for effect in effects:
            match effect:
                case Send(to, data):
                    if data is not last:
                        last, frame = data, framed(data)
                    self.send(to, frame)
                case Close(to, code, reason):
                    if to in self._sockets:
                        self._sockets[to].close(code, reason)
                case _:
                    effect.carry_out(self.engine, self.later)

    def send(self, to: int, frame: bytes) -> None:
        if to in self._sockets:
            self._sockets[to].send(frame)

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
            host_port=None,
            ws_path=None,
            is_client_side=False,
            ws_listener_factory=self.listener,
            logger=log,
            disconnect_on_exception=True,
            websocket_handshake_timeout=5,
            enable_auto_ping=True,
            auto_ping_idle_timeout=QUIET,
            auto_ping_reply_timeout=QUIET,
            auto_ping_strategy=WSAutoPingStrategy.PING_WHEN_IDLE,
            enable_auto_pong=True,
            max_frame_size=LONGEST_TEXT,
            extra_headers=None,
            read_buffer_init_size=4096,
        )

    def listener(self, request: Any) -> LiveSocket | None:
        """A listener for an upgrade request; None (404) for another path or a page of another site."""
        path = request.path.decode("latin-1").partition("?")[0]
        if path != LIVE or not same_site(request.headers.get("Origin"), request.headers.get("Host")):
            return None
        return LiveSocket(self)


def framed(data: str | bytes) -> bytes:
    """A whole unmasked WebSocket frame (RFC 6455, 5.2) of text or binary data."""
    body = data.encode() if isinstance(data, str) else data
    first = b"\x81" if isinstance(data, str) else b"\x82"
    if len(body) < 126:
        return first + bytes([len(body)]) + body
    if len(body) < 1 << 16:
        return first + b"\x7e" + len(body).to_bytes(2, "big") + body
    return first + b"\x7f" + len(body).to_bytes(8, "big") + body


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
        now = asyncio.get_running_loop().time()
        self._gate.perform(self._gate.room.receive(self._id, said, now))

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self._gate.left(self._id)

    def pause_writing(self) -> None:
        self._gate.room.full(self._id)

    def resume_writing(self) -> None:
        self._gate.perform(self._gate.room.drained(self._id))

    def send(self, frame: bytes) -> None:
        """Past picows' own `send`: that copies the data for every client, and of a frame over 8 KiB it leaves the
        head in a buffer that the next call overwrites before uvloop has written it (picows 2.3.1)."""
        transport = self._transport
        if transport is None or transport.is_disconnected or transport.is_close_frame_sent:
            return
        transport.underlying_transport.write(frame)
        if transport.underlying_transport.get_write_buffer_size() > HOPELESS:
            transport.disconnect(graceful=False)

    def close(self, code: int | WSCloseCode, reason: str) -> None:
        if self._transport is not None and not self._transport.is_disconnected:
            self._transport.send_close(code, reason.encode())
            self._transport.disconnect()
