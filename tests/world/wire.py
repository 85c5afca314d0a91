"""A client without manners: bytes on a socket, and WebSocket frames by hand (RFC 6455, 5.2)."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from tests.world.conftest import PATIENCE, Running

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
UPGRADE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
HELLO = json.dumps({"type": "hello", "protocol": 1, "name": "Mallory"})


def frame(
    kind: int, payload: bytes | str = b"", *, fin: bool = True, rsv: int = 0, mask: bool = True
) -> bytes:
    """A frame of a client. Its mask is zero, so that the payload is seen as it is."""
    data = payload.encode() if isinstance(payload, str) else payload
    first, high = (fin << 7) | (rsv << 4) | kind, mask << 7
    if len(data) < 126:
        head = bytes([first, high | len(data)])
    elif len(data) < 1 << 16:
        head = bytes([first, high | 126]) + len(data).to_bytes(2, "big")
    else:
        head = bytes([first, high | 127]) + len(data).to_bytes(8, "big")
    return head + (b"\0\0\0\0" if mask else b"") + data


class Raw:
    """A connection to a server. `head` and `body` are of the last answer."""

    def __init__(self, server: Running, receive_buffer: int = 0) -> None:
        host, port = server.url.removeprefix("http://").split(":")
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(PATIENCE)
        self.socket.connect((host, int(port)))
        self._coming = b""

    def __enter__(self) -> Raw:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        """All of it, or as much as the server takes."""
        with contextlib.suppress(ConnectionError):
            self.socket.sendall(data)

    def ask(self, path: str = "/api/city", *, method: str = "GET", **headers: str) -> int:
        """The status of a request's answer."""
        said = {"Host": "127.0.0.1", **{name.replace("_", "-"): value for name, value in headers.items()}}
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in said.items()), "", ""]
        self.send("\r\n".join(lines).encode("latin-1"))
        return self.status()

    def status(self) -> int:
        """Reads one answer: its status, 0 if the connection ends before."""
        while b"\r\n\r\n" not in self._coming:
            if not self._more():
                return 0
        head, _, self._coming = self._coming.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        self.head = {n.lower(): v for n, _, v in (line.partition(": ") for line in lines)}
        while len(self._coming) < int(self.head.get("content-length", "0")):
            if not self._more():
                break
        size = int(self.head.get("content-length", "0"))
        self.body, self._coming = self._coming[:size], self._coming[size:]
        return int(first.split()[1])

    def ended(self) -> bool:
        """Whether the server ends the connection; what it says before is read."""
        while self._more():
            pass
        return True

    def upgrade(self, **headers: str) -> int:
        return self.ask("/live", **{**UPGRADE, **headers})

    def frame(self) -> tuple[int, bytes] | None:
        """The next frame of the server: its kind and payload; None at the end of the connection."""
        head = self._take(2)
        if head is None:
            return None
        size = head[1] & 127
        if size > 125:
            longer = self._take(2 if size == 126 else 8)
            if longer is None:
                return None
            size = int.from_bytes(longer, "big")
        payload = self._take(size)
        return None if payload is None else (head[0] & 15, payload)

    def close_code(self) -> int:
        """Of the closing frame that comes; 1006 if the connection ends without one."""
        while (said := self.frame()) is not None:
            if said[0] == CLOSE:
                return int.from_bytes(said[1][:2], "big")
        return 1006

    def message(self, kind: str) -> dict[str, Any]:
        """The next message of a type on the reliable lane."""
        while (said := self.frame()) is not None:
            if said[0] == TEXT and (message := json.loads(said[1]))["type"] == kind:
                return dict(message)
        raise AssertionError(f"the connection ended before a {kind} came")

    def _take(self, size: int) -> bytes | None:
        while len(self._coming) < size:
            if not self._more():
                return None
        taken, self._coming = self._coming[:size], self._coming[size:]
        return taken

    def _more(self) -> bool:
        try:
            data = self.socket.recv(1 << 16)
        except ConnectionError:
            return False
        self._coming += data
        return bool(data)


def live(server: Running, *frames: bytes, hello: bool = True) -> Raw:
    """An open live socket on which that is said."""
    raw = Raw(server)
    assert raw.upgrade() == 101
    raw.send(b"".join([frame(TEXT, HELLO)] * hello + list(frames)))
    return raw


def after(running: Running, seconds: float) -> None:
    """Let the server look at its connections as it would that much later."""
    wires, done = running.server._front.wires, threading.Event()

    def sweep() -> None:
        wires.sweep(asyncio.get_running_loop().time() + seconds)
        done.set()

    running.server.gate.call(sweep)
    assert done.wait(PATIENCE)


def soon(true: Callable[[], bool]) -> None:
    """Wait until it is so; a test that waits in vain is ended."""
    while not true():
        time.sleep(0.01)
