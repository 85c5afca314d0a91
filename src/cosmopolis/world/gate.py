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
from cosmopolis.world.fragments import PROTOCOL_ERROR, Fragments, Meter, Violation
from cosmopolis.world.limits import CLOSING, HELLO_TIME, UNSENT
from cosmopolis.world.messages import LONGEST_TEXT
from cosmopolis.world.picture import Picture
from cosmopolis.world.room import Room
from cosmopolis.world.seldom import Seldom
from cosmopolis.world.wires import Wire, Wires

log = Seldom(logging.getLogger("picows.live"))

LIVE = "/live"
FULL, DRAINED = 256 * 1024, 32 * 1024  # bytes waiting for a client at which it is full, and at which no more
HOPELESS = 16 * 1024 * 1024  # bytes of messages waiting: it does not read at all
BINARY, PONG = b"\x82", b"\x8a"  # the first byte of a whole frame
ANSWERS_AT_ONCE = 4  # of the engine, before other sockets have their turn
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
        self._answering = False  # `_answer` is about to be called

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
        if not self._answering:
            self._answering = self._loop is not None
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
        """A few at a time: a flood of answers, each told to everybody, leaves the other sockets their turn."""
        self._answering = False  # first, so that what comes from now on calls again
        for _ in range(min(len(self._answers), ANSWERS_AT_ONCE)):
            self.perform(self._answers.popleft()())
        if self._answers and not self._answering and self._loop is not None:
            self._answering = True
            self._loop.call_soon(self._answer)

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

    def tick(self, now: float) -> None:
        """Some times a second, whether the city runs or not; `now` is the loop's time."""
        self.perform(self.room.tick(now))

    def protocol(self, wire: Wire, wires: Wires, **_: Any) -> WSProtocol:
        """What uvicorn hands an upgrade request to, in place of its own WebSocket protocol."""
        protocol = LiveProtocol(
            host_port=None,
            ws_path=None,
            is_client_side=False,
            ws_listener_factory=lambda request: LiveSocket(self, wire),
            logger=log,
            disconnect_on_exception=True,
            websocket_handshake_timeout=5,
            enable_auto_ping=True,
            auto_ping_idle_timeout=QUIET,
            auto_ping_reply_timeout=QUIET,
            auto_ping_strategy=WSAutoPingStrategy.PING_WHEN_IDLE,
            enable_auto_pong=False,  # pings are charged, and answered by us
            max_frame_size=LONGEST_TEXT,
            extra_headers=None,
            read_buffer_init_size=4096,
        )
        protocol.wire, protocol.wires = wire, wires
        return protocol


def upgrade_fault(target: bytes, headers: list[tuple[bytes, bytes]]) -> tuple[int, str] | None:
    """Why an upgrade request is refused: another path (5.1), or a page of another site."""
    said = {name: value.decode("latin-1") for name, value in headers}
    if target.decode("latin-1").partition("?")[0] != LIVE:
        return 404, f"The live socket is at {LIVE}."
    if not same_site(said.get(b"origin"), said.get(b"host")):
        return 404, "Pages of other sites may not open the live socket."
    return None


def framed(data: str | bytes, first: bytes = BINARY) -> bytes:
    """A whole unmasked WebSocket frame (RFC 6455, 5.2) of text or, as `first` says, binary data or a pong."""
    body = data.encode() if isinstance(data, str) else data
    first = b"\x81" if isinstance(data, str) else first
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

    wire: Wire
    wires: Wires

    def connection_made(self, transport: Any) -> None:
        transport.pause_reading()  # until it is this protocol that reads
        super().connection_made(transport)
        asyncio.get_running_loop().call_soon(transport.resume_reading)

    def connection_lost(self, exc: Exception | None) -> None:
        self.wires.lost(self.wire)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        while data:
            room = self.get_buffer(-1)
            count = min(len(room), len(data))
            room[:count] = data[:count]
            self.buffer_updated(count)
            data = data[count:]

    def buffer_updated(self, nbytes: int) -> None:
        """After the closing frame nothing is read: picows would go on parsing what it could not make sense of."""
        if not self.transport.is_close_frame_sent:
            super().buffer_updated(nbytes)


class LiveSocket(WSListener):  # type: ignore[misc]
    """One visitor's connection."""

    def __init__(self, gate: Gate, wire: Wire) -> None:
        super().__init__()
        self._gate, self._wire = gate, wire
        self._transport: WSTransport | None = None
        self._id = -1
        self._meter, self._fragments = Meter(), Fragments()
        self._greeted = self._closed = False

    def on_ws_connected(self, transport: WSTransport) -> None:
        self._transport = transport
        wire = transport.underlying_transport
        wire.set_write_buffer_limits(high=FULL, low=DRAINED)
        sock = wire.get_extra_info("socket")
        if sock is not None and hasattr(socket, "TCP_NOTSENT_LOWAT"):
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT)
        self._wire.deadline = asyncio.get_running_loop().time() + HELLO_TIME
        self._id = self._gate.joined(self)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if self._closed:  # these frames came in the same breath as what it was closed for
            return
        now = asyncio.get_running_loop().time()
        try:
            self._meter.charge(frame.payload_size, now)
            if self._wire.budget is not None:
                self._wire.budget.live.charge(frame.payload_size, now)
            if frame.rsv1 or frame.rsv2 or frame.rsv3:  # of extensions, and none was agreed on
                raise Violation(PROTOCOL_ERROR, "reserved bits are set")
            self._hear(frame, now)
        except Violation as violation:
            self.close(violation.code, violation.reason)

    def _hear(self, frame: WSFrame, now: float) -> None:
        kind = frame.msg_type
        if kind == WSMsgType.CLOSE:
            code = frame.get_close_code()
            self.close(WSCloseCode.OK if code == WSCloseCode.NO_INFO else code, "")
        elif kind == WSMsgType.PING:
            self.send(framed(frame.get_payload_as_bytes(), PONG))
        elif kind != WSMsgType.PONG:
            said = self._fragments.add(int(kind), frame.get_payload_as_bytes(), last=bool(frame.fin))
            if said is not None:
                if not self._greeted:
                    self._greeted, self._wire.deadline = True, None
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
        self._wire.written += len(frame)
        if transport.underlying_transport.get_write_buffer_size() > HOPELESS:
            self._wire.end()

    def close(self, code: int | WSCloseCode, reason: str) -> None:
        if self._closed or self._transport is None or self._transport.is_disconnected:
            return
        self._closed = True
        self._wire.deadline = asyncio.get_running_loop().time() + CLOSING
        self._transport.send_close(code, reason.encode())
        self._transport.disconnect()
