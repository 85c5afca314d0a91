"""Limits on what a client may use of this server. Sans-I/O: nothing here touches a socket, and `now` is an argument.

docs/server-limits.md lists every number, and a test compares the two.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field

from cosmopolis.city.errors import BadInput
from cosmopolis.world.addresses import Network, host_name, trusted_networks

# connections
PER_ADDRESS = 200  # connections of one address at a time; loopback has no such cap
MOST_CONNECTIONS = 10_000  # in all
SPARE_FILES = 128  # of the open files that the process may have, for what are not connections
STALLED = 30.0  # s that a client may take nothing of what waits for it
LINGER = 3.0  # s in which a client may still read why it is refused
KEEP_ALIVE = (30, 10, 3)  # s of silence, s between probes, probes: then the peer's kernel is gone (half-open)
UNSENT = (
    128 * 1024
)  # bytes that the kernel may hold back for one client: what waits longer waits here, once for all
UNACKNOWLEDGED = 60.0  # s that sent data may stay without a word of the peer's kernel

# requests
LONGEST_HEAD = 16 * 1024  # bytes of request line and headers
LONGEST_TARGET = 8 * 1024  # bytes of the request target
MOST_HEADERS = 64
LARGEST_BODY = 4 * 1024  # bytes that a request may bring
REQUEST_TIME = 10.0  # s from the first byte of a request to its last
MOST_PIPELINED = 8  # requests on one connection that wait for an answer
REQUEST_RATE, REQUEST_BURST = 100.0, 500.0  # of one address, a second and at once; files of the city are free
REQUEST_BYTES = 500  # of address that one request has; a longer one counts as more than one

# live sockets
HELLO_TIME = 10.0  # s from the opening of a live socket to its first message
CLOSING = 3.0  # s in which a client may still read why its socket is closed
MOST_FRAGMENTS = 64  # of one message
FRAME_RATE, FRAME_BURST = 200.0, 800.0  # frames of any kind, a second and at once
BYTE_RATE, BYTE_BURST = 256.0 * 1024, 1024.0 * 1024  # bytes of frames, a second and at once
SOCKETS_A_HOUSE = 5.0  # frames and bytes of one address may be as many as of so many sockets at their limit
FRAME_COST = 14  # bytes of the longest frame head: what an empty frame is charged

LOG_EVERY = 1.0  # s between two lines about malformed frames


@dataclass(frozen=True)
class Limits:
    """The limits that can be set, and whom the server believes."""

    per_address: int = PER_ADDRESS
    most: int = MOST_CONNECTIONS
    trusted_proxies: tuple[Network, ...] = ()  # whose X-Forwarded-For counts
    hosts: frozenset[str] = frozenset()  # names that it answers for besides its own, in small letters


def limits(*, per_address: int, trusted_proxies: Iterable[str], hosts: Iterable[str]) -> Limits:
    """As said on the command line. Raises BadInput."""
    names = {text: host_name(text) for text in hosts}
    for text, name in names.items():
        if name is None:
            raise BadInput(f"--allow-host {text[:100]} is not the name of a host, as city.example.org.")
    return Limits(
        per_address=per_address,
        trusted_proxies=trusted_networks(trusted_proxies),
        hosts=frozenset(name for name in names.values() if name is not None),
    )


@dataclass
class Allowance:
    """A token bucket: `rate` a second, at most `burst` saved up."""

    rate: float
    burst: float
    left: float = field(default=-1.0)
    seen: float = 0.0

    def __post_init__(self) -> None:
        self.left = self.burst

    def full(self, now: float) -> bool:
        """Whether all of it is saved up."""
        self.left = min(self.burst, self.left + max(0.0, now - self.seen) * self.rate)
        self.seen = now
        return self.left >= self.burst

    def spend(self, cost: float, now: float) -> bool:
        """Whether that was still allowed. What is not allowed costs nothing."""
        self.full(now)
        if cost > self.left:
            return False
        self.left -= cost
        return True


class Doors:
    """How many connections there are, in all and of each address (None: an address without a cap)."""

    def __init__(self, most: int, per_address: int) -> None:
        self.most, self.per_address = most, per_address
        self.count = 0
        self._of: Counter[Hashable] = Counter()

    def of(self, address: Hashable) -> int:
        return self._of[address]

    def enter(self, address: Hashable) -> bool:
        """Whether one more may come in, which is then counted."""
        if self.count >= self.most or self._full(address):
            return False
        self.count += 1
        self._add(address, 1)
        return True

    def leave(self, address: Hashable) -> None:
        self.count -= 1
        self._add(address, -1)

    def move(self, old: Hashable, new: Hashable) -> bool:
        """A proxy's connection now speaks for another address: whether it may."""
        if old == new:
            return True
        if self._full(new):
            return False
        self._add(old, -1)
        self._add(new, 1)
        return True

    def _full(self, address: Hashable) -> bool:
        return address is not None and self._of[address] >= self.per_address

    def _add(self, address: Hashable, by: int) -> None:
        if address is None:
            return
        self._of[address] += by
        if self._of[address] <= 0:
            del self._of[address]


def raise_open_files(wanted: int = MOST_CONNECTIONS + SPARE_FILES) -> int:
    """Let this process have `wanted` open files, or as many as it may (RLIMIT_NOFILE). Gives how many it has."""
    try:
        import resource
    except ImportError:  # Windows, which has no such limit
        return wanted
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft == resource.RLIM_INFINITY or soft >= most:
        return wanted if soft == resource.RLIM_INFINITY else soft
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    except (OSError, ValueError):  # a sandbox, or macOS, which allows less than it says
        return soft
    return most
