"""Channels of the live socket (SPEC 5 and 6): one subject each, with its messages and what it sends. Sans-I/O.

A room of visitors (`cosmopolis.world.room.Room`) composes channels and calls their methods; each answers with
effects, which are carried out in their order. A channel keeps its own state, also that of each client, by the
client's id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

Fields = Mapping[str, Any]
Reader = Callable[[Fields], Any]  # a message's JSON fields, checked; raises Refused


class Refused(Exception):
    """Why a message changes nothing: a code for programs and a sentence for people (SPEC 5.4)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(frozen=True)
class Send:
    """A frame for one client: text (str) or binary (bytes). Clients that get the same should get the same object:
    it is put into a WebSocket frame once."""

    to: int
    data: str | bytes


@dataclass(frozen=True)
class Close:
    """End a client's connection."""

    to: int
    code: int
    reason: str


class EngineEffect(Protocol):
    """Something that a channel wants of the engine that runs the city."""

    def carry_out(self, engine: Any, later: Later) -> None:
        """Called on the event loop. `engine` is `cosmopolis.world.engine.Engine`. When it answers, on its own
        thread, `later` has a function called on the event loop, and the effects that it returns performed."""


Effect = Send | Close | EngineEffect
Effects = list[Effect]
Later = Callable[[Callable[[], Effects]], None]


class Client(Protocol):
    """A connection, as channels see it."""

    @property
    def id(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def busy(self) -> bool:
        """Its connection takes no more for now: frames of which only the newest counts are left out (SPEC 6.7)."""


class LiveRoom(Protocol):
    """The room, as channels see it."""

    @property
    def time(self) -> float:
        """City time of what is shown, in s after midnight of day 0."""

    @property
    def picture(self) -> Any:
        """The newest `cosmopolis.world.picture.Picture`, None before the first one."""

    def visitors(self) -> Iterator[Client]:
        """All who have said hello."""

    def message(self, client: Client, type: str, **fields: Any) -> Send:
        """A JSON message for one."""

    def to_all(self, type: str, **fields: Any) -> list[Send]:
        """The same JSON message for every visitor."""


class Channel:
    """One subject of the live socket. A channel sets `name` and `messages`, and overrides what it takes part in."""

    name: str
    messages: Mapping[str, Reader] = {}  # type of a client's message -> how its fields are read

    def opened(self, room: LiveRoom, engine: Any, later: Later) -> None:
        """Called once, before the engine starts, and only where there is one: the moment to have oneself told of
        events. What the engine calls, it calls on its own thread; `later` brings it to the event loop."""

    def act(self, room: LiveRoom, client: Client, message: Any, now: float) -> Effects:
        """A visitor said one of `messages`: what its reader returned. `now` is the wall's time in s. May raise
        Refused, having changed nothing."""
        return []

    def welcome(self, room: LiveRoom, client: Client, token: str) -> dict[str, Any]:
        """Fields that it adds to the `welcome` of a new visitor; `token` is that of its `hello` (SPEC 5.1)."""
        return {}

    def greet(self, room: LiveRoom, client: Client) -> Effects:
        """A client has just become a visitor; it gets this after its `welcome`."""
        return []

    def show(self, room: LiveRoom, picture: Any, before: Any) -> Effects:
        """The city looks like `picture` now, about ten times a second; `before` is the last picture, or None."""
        return []

    def each_second(self, room: LiveRoom, picture: Any) -> Effects:
        """Once a second of the wall's time, after `show`."""
        return []

    def tick(self, room: LiveRoom, now: float) -> Effects:
        """Some times a second of the wall's time, whether the city runs or stands: what waited for its turn."""
        return []

    def drained(self, room: LiveRoom, client: Client) -> Effects:
        """A client that was `busy` no longer is: it may get the newest of what it missed (SPEC 6.7)."""
        return []

    def left(self, room: LiveRoom, client: Client) -> Effects:
        """A visitor has gone: forget what is kept for it."""
        return []


# Readers of single fields


def number(fields: Fields, key: str, low: float, high: float) -> float:
    """A number from `low` to `high`. Raises Refused."""
    value = fields.get(key)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise Refused("range", f'"{key}" is a number from {low:g} to {high:g}.')
    return float(value)


def whole(value: Any, below: int) -> bool:
    """Whether `value` is a whole number of 0 .. below - 1."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < below


def truth(fields: Fields, key: str) -> bool:
    """True or false. Raises Refused."""
    value = fields.get(key)
    if not isinstance(value, bool):
        raise Refused("range", f'"{key}" is true or false.')
    return value
