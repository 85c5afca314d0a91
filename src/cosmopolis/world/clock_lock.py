"""Who may move the clock that all visitors share and give orders to the city, and how often the clock moves. Sans-I/O:
`now` is an argument."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from cosmopolis.registry import Refused
from cosmopolis.world.clock import SetTime

ORDERS_EVERY = 1.0  # s between two orders to the clock, of all visitors together


@dataclass(frozen=True)
class ClockOrder:
    """What is asked of the clock (not an Order of the simulation, which goes into its log)."""

    time: SetTime
    by: str  # the name of who gave it last


def new_token() -> str:
    return secrets.token_urlsafe(24)


class ClockLock:
    """Without `token`, everybody moves the clock. With one, only the client that said it in its hello. A token is
    good for one hello: whoever said it is told the next in the welcome, for when the connection breaks."""

    def __init__(self, token: str | None = None, mint: Callable[[], str] = new_token) -> None:
        self._token, self._mint = token, mint
        self._holder: int | None = None

    @property
    def locked(self) -> bool:
        return self._token is not None

    def greet(self, client: int, token: str) -> str | None:
        """A client said hello with `token`: its next token if it is the operator from now on."""
        if self._token is None or not hmac.compare_digest(token.encode(), self._token.encode()):
            return None
        self._holder, self._token = client, self._mint()
        return self._token

    def leave(self, client: int) -> None:
        if client == self._holder:
            self._holder = None

    def admits(self, client: int) -> bool:
        """Whether this client may move the clock, and give orders to the city."""
        return not self.locked or client == self._holder

    def check(self, client: int) -> None:
        """Raises Refused if this client may not move the clock."""
        if not self.admits(client):
            raise Refused("locked", "Only the operator of this city moves its clock.")


class ClockOrders:
    """At most one order every ORDERS_EVERY seconds. What is asked for in between becomes one order, in which the
    last pause, the last speed and the last jump count; nothing is lost."""

    def __init__(self) -> None:
        self._waiting: ClockOrder | None = None
        self._carried_out = float("-inf")

    def ask(self, time: SetTime, by: str, now: float) -> ClockOrder | None:
        """The order to carry out now, None if it waits for `due`."""
        before = self._waiting
        self._waiting = ClockOrder(merged(before.time, time) if before else time, by)
        return self.due(now)

    def due(self, now: float) -> ClockOrder | None:
        """The order that has waited for its turn, once."""
        if self._waiting is None or now - self._carried_out < ORDERS_EVERY:
            return None
        order, self._waiting, self._carried_out = self._waiting, None, now
        return order


def merged(first: SetTime, then: SetTime) -> SetTime:
    """Both in one: where both set a value, the later one holds."""
    return SetTime(
        first.paused if then.paused is None else then.paused,
        first.speed if then.speed is None else then.speed,
        first.jump if then.jump is None else then.jump,
    )
