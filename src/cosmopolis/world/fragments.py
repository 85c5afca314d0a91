"""Puts WebSocket messages together from their frames (RFC 6455, 5.4). Sans-I/O: bytes in, a message out."""

from __future__ import annotations

from cosmopolis.world.limits import (
    BYTE_BURST,
    BYTE_RATE,
    FRAME_BURST,
    FRAME_COST,
    FRAME_RATE,
    MOST_FRAGMENTS,
    REQUEST_BURST,
    REQUEST_RATE,
    SOCKETS_A_HOUSE,
    Allowance,
)
from cosmopolis.world.messages import LONGEST_TEXT

CONTINUATION, TEXT, BINARY = 0, 1, 2
PROTOCOL_ERROR, INVALID_TEXT, POLICY, TOO_BIG = 1002, 1007, 1008, 1009


class Violation(Exception):
    """Why a live socket is closed: a close code (RFC 6455, 7.4.1) and a reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


class Meter:
    """What one live socket, or `sockets` of them, have sent: every frame is charged, whole messages, pieces of one
    and control frames."""

    def __init__(self, sockets: float = 1.0) -> None:
        self.frames = Allowance(sockets * FRAME_RATE, sockets * FRAME_BURST)
        self.bytes = Allowance(sockets * BYTE_RATE, sockets * BYTE_BURST)

    def charge(self, size: int, now: float) -> None:
        """A frame with `size` bytes of payload came. Raises Violation."""
        if not self.frames.spend(1.0, now):
            raise Violation(POLICY, f"more than {self.frames.rate:g} frames a second")
        if not self.bytes.spend(size + FRAME_COST, now):
            raise Violation(POLICY, f"more than {self.bytes.rate / 1024:g} KiB a second")


class Budget:
    """What all connections of one address may send together; it outlives them, so that coming anew is no way out."""

    def __init__(self) -> None:
        self.live = Meter(SOCKETS_A_HOUSE)
        self.requests = Allowance(REQUEST_RATE, REQUEST_BURST)

    def unused(self, now: float) -> bool:
        return all(a.full(now) for a in (self.live.frames, self.live.bytes, self.requests))


class Fragments:
    """The message that is coming in. It costs what its bytes cost, however many frames they come in."""

    def __init__(self) -> None:
        self._kind = CONTINUATION  # of the message that has begun; this if none has
        self._pieces: list[bytes] = []
        self._size = 0

    def add(self, kind: int, payload: bytes, *, last: bool) -> str | bytes | None:
        """One more data frame: the whole message if it was the last, text as str. Raises Violation."""
        if (kind == CONTINUATION) != (self._kind != CONTINUATION):
            raise Violation(PROTOCOL_ERROR, "continuation without a beginning, or the reverse")
        if kind != CONTINUATION:
            self._kind = kind
        self._size += len(payload)
        if self._size > LONGEST_TEXT:
            raise Violation(TOO_BIG, "message too big")
        if len(self._pieces) >= MOST_FRAGMENTS:
            raise Violation(POLICY, f"message in more than {MOST_FRAGMENTS} pieces")
        self._pieces.append(payload)
        if not last:
            return None
        data, kind = b"".join(self._pieces), self._kind
        self._kind, self._pieces, self._size = CONTINUATION, [], 0
        if kind == BINARY:
            return data
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            raise Violation(INVALID_TEXT, "text that is not UTF-8") from None
