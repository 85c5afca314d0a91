"""The open connections, whatever is spoken on them: counted, watched, and ended when they only hold a place."""

from __future__ import annotations

import contextlib
import socket
import struct
from typing import Any

from cosmopolis.world.addresses import counted_as, is_trusted
from cosmopolis.world.fragments import Budget
from cosmopolis.world.limits import KEEP_ALIVE, REQUEST_TIME, STALLED, UNACKNOWLEDGED, UNSENT, Doors, Limits

RESET = struct.pack("ii", 1, 0)  # struct linger: closing sends a reset


class Wire:
    """One connection. Whoever speaks on it says by when something has to have come (`deadline`, loop time)."""

    def __init__(self, transport: Any, peer: str, counted: str | None, now: float) -> None:
        self.transport, self.peer, self.counted = transport, peer, counted
        self.budget: Budget | None = None  # of its address
        self.deadline: float | None = now + REQUEST_TIME
        self.written = 0  # bytes handed to the transport by who counts them
        self._taken, self._since = 0, now  # bytes of them that the client's side has taken, and since when

    def overdue(self, now: float) -> bool:
        """Whether what was due did not come, or the client has long taken nothing of what waits for it."""
        waiting = self.transport.get_write_buffer_size()
        taken = self.written - waiting
        if waiting == 0 or taken > self._taken:
            self._since = now
        self._taken = taken
        late = self.deadline is not None and now > self.deadline
        return late or now - self._since > STALLED

    def end(self) -> None:
        """At once: the kernel does not keep either what the client did not take."""
        sock = self.transport.get_extra_info("socket")
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.transport.abort()


class Wires:
    """All of them."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.doors = Doors(limits.most, limits.per_address)
        self._all: set[Wire] = set()
        self._budgets: dict[str, Budget] = {}

    def take(self, transport: Any, now: float) -> Wire | None:
        """A new connection, None if there are too many. A trusted proxy's is counted once it is known for whom."""
        peer = (transport.get_extra_info("peername") or ("",))[0]
        counted = None if is_trusted(peer, self.limits.trusted_proxies) else counted_as(peer)
        if not self.doors.enter(counted):
            return None
        wire = Wire(transport, peer, counted, now)
        wire.budget = self.budget(counted)
        self._all.add(wire)
        return wire

    def speaks_for(self, wire: Wire, address: str) -> bool:
        """The connection's next request comes from there, behind a proxy: False if that is one too many."""
        counted = counted_as(address)
        if not self.doors.move(wire.counted, counted):
            return False
        wire.counted, wire.budget = counted, self.budget(counted)
        return True

    def budget(self, counted: str | None) -> Budget | None:
        """Of an address that is counted; loopback has none."""
        return None if counted is None else self._budgets.setdefault(counted, Budget())

    def lost(self, wire: Wire) -> None:
        if wire in self._all:
            self._all.remove(wire)
            self.doors.leave(wire.counted)

    def sweep(self, now: float) -> None:
        """End what is overdue, and forget who has spent nothing for long; once a second."""
        for wire in list(self._all):
            if wire.overdue(now):
                wire.end()
        here = {wire.counted for wire in self._all}
        for address in [a for a, b in self._budgets.items() if a not in here and b.unused(now)]:
            del self._budgets[address]


def on_every_connection(sock: socket.socket) -> None:
    """Options of a listening socket, which the sockets that it accepts inherit: keep-alive probes and a timeout, so
    that the kernel notices a peer that vanished, and a small send buffer for one that does not read."""
    idle, every, times = KEEP_ALIVE
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    named = {
        "TCP_KEEPIDLE": idle,
        "TCP_KEEPINTVL": every,
        "TCP_KEEPCNT": times,
        "TCP_USER_TIMEOUT": int(UNACKNOWLEDGED * 1000),
        "TCP_NOTSENT_LOWAT": UNSENT,
    }
    for name, value in named.items():
        if hasattr(socket, name):  # not everywhere
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
