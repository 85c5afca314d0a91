"""HTTP requests, limited while they arrive: around uvicorn's protocol, which itself keeps whatever is sent.

A request has a size, a number of headers and a time; it names a host that this server answers for. What is over is
told why, and its connection ended. An upgrade that may be one goes on to the gate.
"""

from __future__ import annotations

import base64
import binascii
import logging
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from cosmopolis.world.addresses import answers_for, forwarded_for, host_name, is_trusted
from cosmopolis.world.limits import (
    LARGEST_BODY,
    LINGER,
    LONGEST_HEAD,
    LONGEST_TARGET,
    MOST_HEADERS,
    MOST_PIPELINED,
    REQUEST_BYTES,
    REQUEST_TIME,
)
from cosmopolis.world.seldom import Seldom
from cosmopolis.world.wires import Wire, Wires

PIECE = 4096  # bytes that are parsed before they are counted again
FREE = (b"/static/", b"/assets/")  # read from memory, and a page asks for hundreds of them
CSP = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'self'",
    ]
)
EVERY_ANSWER = [
    ("x-content-type-options", "nosniff"),
    ("content-security-policy", CSP),
    ("referrer-policy", "no-referrer"),
]
CODES = {404: "not_found", 413: "too_big", 414: "too_big", 429: "too_many", 431: "too_big", 503: "busy"}

Fault = tuple[int, str]  # a status and a sentence
Headers = list[tuple[bytes, bytes]]


log = Seldom(logging.getLogger("uvicorn.error"))


class Unwanted(Exception):
    """Ends the parsing of a request; `HeadProtocol._fault` says why."""


class HeadProtocol(HttpToolsProtocol):
    """One connection until it is upgraded. `live` is asked whether an upgrade may be one: a fault if not."""

    def __init__(
        self,
        wires: Wires,
        live: Callable[[bytes, Headers], Fault | None],
        names: frozenset[str],
        **uvicorns: Any,
    ) -> None:
        super().__init__(**uvicorns)
        self._wires, self._live, self._names = wires, live, names
        self._wire: Wire | None = None
        self._coming = False  # a request has begun and is not whole
        self._size = self._body = 0  # bytes of it so far, and of its body
        self._fault: Fault | None = None
        self._done = False  # nothing that still comes is read
        self._answered: Any = None  # the request whose answer is being made; `cycle` is the last that came
        self.logger = log  # type: ignore[assignment]

    # the connection

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._wire = self._wires.take(transport, self.loop.time())
        if self._wire is None:
            transport.write(self._answer(503, "There are too many connections; try again in a moment."))
            self._done = True
            transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._answered is not None:  # uvicorn tells the last request only, and the others write on
            self._answered.disconnected = True
            self._answered.message_event.set()
        self.pipeline.clear()
        if self._wire is not None:
            self._wires.lost(self._wire)

    def data_received(self, data: bytes) -> None:
        for start in range(0, len(data), PIECE):
            if self._done or self.transport.is_closing():
                return
            self._parse(data[start : start + PIECE])

    def _parse(self, piece: bytes) -> None:
        assert self._wire is not None
        if self._wire.deadline is None:
            self._wire.deadline = self.loop.time() + REQUEST_TIME
        self._size += len(piece)
        super().data_received(piece)
        if self._coming and self._size > LONGEST_HEAD + LARGEST_BODY and not self._done:
            in_head = "method" not in self.scope
            self._refuse(*(_LONG_HEAD if in_head else _BODY))

    def handle_websocket_upgrade(self) -> None:
        assert self._wire is not None
        self._done = True  # what comes in the same breath, before the answer, breaks RFC 6455, 4.1
        self.ws_protocol_class = partial(self.config.ws_protocol_class, wire=self._wire, wires=self._wires)  # type: ignore
        super().handle_websocket_upgrade()

    # what the parser tells

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._coming, self._size, self._body = True, 0, 0
        if self._wire is not None and self._wire.deadline is None:
            self._wire.deadline = self.loop.time() + REQUEST_TIME

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        if len(self.url) > LONGEST_TARGET:
            self._stop((414, f"An address has at most {LONGEST_TARGET} bytes."))

    def on_header(self, name: bytes, value: bytes) -> None:
        super().on_header(name, value)
        if len(self.headers) > MOST_HEADERS:
            self._stop((431, f"A request has at most {MOST_HEADERS} headers."))

    def on_headers_complete(self) -> None:
        fault = self._of_head()
        if fault is not None:
            self._stop(fault)
        super().on_headers_complete()
        if self._answered is None or self._answered.response_complete:
            self._answered = self.cycle

    def on_response_complete(self) -> None:
        following = self.pipeline[-1][0] if self.pipeline else self._answered
        super().on_response_complete()
        self._answered = following

    def on_body(self, body: bytes) -> None:
        self._body += len(body)
        if self._body > LARGEST_BODY:
            self._stop(_BODY)
        super().on_body(body)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._coming = False
        if self._wire is not None:
            self._wire.deadline = None

    # refusals

    def _of_head(self) -> Fault | None:
        """What is wrong with the request whose headers are whole."""
        assert self._wire is not None
        if len(self.pipeline) >= MOST_PIPELINED:
            return 429, f"At most {MOST_PIPELINED} requests may wait on one connection."
        said: dict[bytes, list[bytes]] = {}
        for name, value in self.headers:
            said.setdefault(name, []).append(value)
        if sum(len(name) + len(value) + 4 for name, value in self.headers) + len(self.url) > LONGEST_HEAD:
            return _LONG_HEAD
        lengths = said.get(b"content-length", [b"0"])
        if lengths != [b"0"] and not (len(lengths[0]) < 9 and int(lengths[0]) <= LARGEST_BODY):
            return _BODY
        fault = self._of_host(said.get(b"host", []))
        if fault is not None:
            return fault
        trusted = self._wires.limits.trusted_proxies
        if is_trusted(self._wire.peer, trusted):
            chain = b",".join(said.get(b"x-forwarded-for", [])).decode("latin-1")
            if not self._wires.speaks_for(self._wire, forwarded_for(self._wire.peer, chain, trusted)):
                return 429, "There are too many connections from your address."
        budget = self._wire.budget
        if budget is not None and not self.url.startswith(FREE):
            cost = max(1.0, len(self.url) / REQUEST_BYTES)  # who asks for much at once asks for more
            if not budget.requests.spend(cost, self.loop.time()):
                return 429, f"That is more than {budget.requests.rate:g} requests a second from your address."
        if self.parser.should_upgrade() and self._should_upgrade():
            return self._of_upgrade(said)
        return None

    def _of_host(self, hosts: list[bytes]) -> Fault | None:
        if len(hosts) != 1:
            return 400, "A request names one Host."
        name = host_name(hosts[0].decode("latin-1"))
        if name is None:
            return 400, "The Host of the request is not the name of one."
        here = (self.transport.get_extra_info("sockname") or ("",))[0]
        if answers_for(name, here, self._names | self._wires.limits.hosts):
            return None
        return 421, f"This server does not answer for {name[:100]}: start it with --allow-host {name[:100]}."

    def _of_upgrade(self, said: dict[bytes, list[bytes]]) -> Fault | None:
        """RFC 6455, 4.2.1; what picows would refuse without our headers."""
        if self.parser.get_method() != b"GET" or self.parser.get_http_version() != "1.1":
            return 400, "A live socket is opened with GET and HTTP/1.1."
        if said.get(b"content-length", [b"0"]) != [b"0"] or b"transfer-encoding" in said:
            return _BODY
        if said.get(b"sec-websocket-version") != [b"13"]:
            return 426, "A live socket speaks version 13 of WebSocket."
        if not _is_key(said.get(b"sec-websocket-key", [])):
            return 400, "The Sec-WebSocket-Key is not 16 bytes in base64."
        if any(len(said.get(name, [])) > 1 for name in (b"upgrade", b"connection", b"origin")):
            return 400, "Upgrade, Connection and Origin are given once."
        return self._live(self.url, self.headers)

    def _stop(self, fault: Fault) -> None:
        self._fault = fault
        raise Unwanted  # the parser ends with it, and `send_400_response` is called

    def send_400_response(self, msg: str) -> None:
        self._refuse(*(self._fault or (400, "That is not an HTTP request.")))

    def _refuse(self, status: int, sentence: str) -> None:
        """Say so, and end the connection once the client could read it: who closes with data unread resets it."""
        self._done = True
        if self.cycle is not None and not self.cycle.response_complete:
            if self.cycle.scope is not self.scope or self.cycle.response_started:
                self.transport.abort()  # in the middle of an answer
                return
            self.cycle.disconnected = True  # what the application answers to this request is dropped
            self.cycle.message_event.set()
        self._unset_keepalive_if_required()
        self.transport.write(self._answer(status, sentence))
        if self.transport.can_write_eof():
            self.transport.write_eof()
        assert self._wire is not None
        self._wire.deadline = self.loop.time() + LINGER

    def _answer(self, status: int, sentence: str) -> bytes:
        code = CODES.get(status, "bad_request")
        body = orjson.dumps({"error": {"code": code, "message": sentence}})
        always = [*self.server_state.default_headers, *((n.encode(), v.encode()) for n, v in EVERY_ANSWER)]
        head = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n".encode()]
        head += [b"%s: %s\r\n" % row for row in dict(always).items()]
        head += [b"content-type: application/json\r\ncontent-length: %d\r\n" % len(body)]
        if status == 426:
            head += [b"sec-websocket-version: 13\r\n"]
        return b"".join([*head, b"connection: close\r\n\r\n", body])


_LONG_HEAD: Fault = (431, f"The head of a request has at most {LONGEST_HEAD} bytes.")
_BODY: Fault = (413, f"A request brings at most {LARGEST_BODY} bytes, and only where the API says so.")


def _is_key(values: list[bytes]) -> bool:
    try:
        return len(values) == 1 and len(base64.b64decode(values[0], validate=True)) == 16
    except binascii.Error:
        return False
