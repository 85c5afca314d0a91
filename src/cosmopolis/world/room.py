"""The shared room: who is here, and the channels by which they hear of the city and speak (SPEC 5, 6).

Sans-I/O: it is told what arrived and what the city looks like, and answers what is to be done. It knows no
sockets, no threads and no wall clock (`now` is an argument), and no channel by name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson

from cosmopolis.registry import Channel, Close, Effects, Refused, Send
from cosmopolis.registry.contribution import unique
from cosmopolis.registry.live import Later, Reader
from cosmopolis.world.messages import PROTOCOL, Hello, Ping, parse, read_hello, read_ping
from cosmopolis.world.picture import Picture

BAD_HELLO, TOO_MANY_ERRORS = 4000, 4001
ERRORS_IN_A_ROW = 10
RATE, BURST = 50.0, 200.0  # messages a second that a client may send, and how many at once (5.5)
EVERY = 1.0  # s between two calls of the channels' `each_second`, and between two counts of the visitors


@dataclass
class Client:
    """A connection. It is a visitor once it has said hello."""

    id: int
    name: str = ""
    greeted: bool = False
    errors: int = 0  # in a row (5.4)
    allowance: float = BURST  # messages it may send now (5.5)
    heard: float = 0.0  # when it sent the last one
    busy: bool = False  # its connection is full (6.7)


class Room:
    """`version` is the City's; `time` is that of the city before its first picture. Of what several channels do at
    one occasion, the first channel's comes first. Raises ValueError where two channels share a name or a message."""

    def __init__(self, version: str, channels: Sequence[Channel], *, time: float = 0.0) -> None:
        self.version, self.time = version, time
        self.channels = {channel.name: channel for channel in channels}
        self.clients: dict[int, Client] = {}
        self.picture: Picture | None = None
        self._readers: dict[str, Reader] = {"hello": read_hello, "ping": read_ping}
        unique("channel", (channel.name for channel in channels))
        unique("message", [*self._readers, *(type for channel in channels for type in channel.messages)])
        self._of_message = {type: channel for channel in channels for type in channel.messages}
        self._readers |= {type: read for channel in channels for type, read in channel.messages.items()}
        self._next_id = 1
        self._told = -np.inf  # when `each_second` was last called
        self.count, self._came_or_went = 0, False  # visitors
        self._counted = -np.inf  # when they were last counted to all

    # what channels see of it (registry.LiveRoom)

    def visitors(self) -> Iterator[Client]:
        return (client for client in self.clients.values() if client.greeted)

    def message(self, client: Any, type: str, **fields: Any) -> Send:
        return Send(client.id, _text(type, fields))

    def to_all(self, type: str, **fields: Any) -> list[Send]:
        text = _text(type, fields)
        return [Send(client.id, text) for client in self.visitors()]

    def opened(self, engine: Any, later: Later) -> None:
        """There is an engine that channels may ask and listen to; it has not started."""
        for channel in self.channels.values():
            channel.opened(self, engine, later)

    # what happens on a connection

    def join(self) -> int:
        """A connection was opened; its id."""
        client = Client(self._next_id)
        self._next_id += 1
        self.clients[client.id] = client
        return client.id

    def leave(self, id: int) -> Effects:
        client = self.clients.pop(id, None)
        if client is None or not client.greeted:
            return []
        self.count, self._came_or_went = self.count - 1, True
        return [effect for channel in self.channels.values() for effect in channel.left(self, client)]

    def receive(self, id: int, data: str | bytes, now: float) -> Effects:
        """A text frame came in at `now` (bytes: a binary one, which clients never send). Never raises for what it
        says."""
        client = self.clients.get(id)
        if client is None:
            return []
        try:
            self._spend(client, now)
            if isinstance(data, bytes):
                raise Refused("json", "Clients send text frames only.")
            effects = self._act(client, *parse(data, self._readers), now)
        except Refused as refused:
            return self._refuse(client, refused)
        client.errors = 0
        return effects

    def full(self, id: int) -> None:
        """The client's connection takes no more for now: what is out of date a moment later is left out (6.7)."""
        if id in self.clients:
            self.clients[id].busy = True

    def drained(self, id: int) -> Effects:
        """It takes more again: it gets the newest of what it missed."""
        client = self.clients.get(id)
        if client is None:
            return []
        client.busy = False
        return [effect for channel in self.channels.values() for effect in channel.drained(self, client)]

    # what happens in the city

    def show(self, picture: Picture, now: float) -> Effects:
        """The city looks like this now; `now` is the wall's time in seconds."""
        before, self.picture, self.time = self.picture, picture, picture.time
        channels = self.channels.values()
        effects = [effect for channel in channels for effect in channel.show(self, picture, before)]
        if now - self._told >= EVERY:
            self._told = now
            effects += [effect for channel in channels for effect in channel.each_second(self, picture)]
        return effects

    def tick(self, now: float) -> Effects:
        """Called some times a second, whether the city runs or stands. A join is told to all within a second, not at
        once, so that N joins cost N messages to each and not N of them."""
        effects = [effect for channel in self.channels.values() for effect in channel.tick(self, now)]
        if self._came_or_went and now - self._counted >= EVERY:
            self._came_or_went, self._counted = False, now
            effects += self.to_all("visitors", count=self.count)
        return effects

    def tell(self, code: str, message: str) -> Effects:
        """Something that all visitors should know went wrong."""
        return list(self.to_all("error", code=code, message=message))

    # inside

    def _spend(self, client: Client, now: float) -> None:
        """A token bucket for each client (5.5). Raises Refused where it is empty."""
        passed, client.heard = now - client.heard, now
        client.allowance = min(BURST, client.allowance + passed * RATE) - 1.0
        if client.allowance < 0.0:
            client.allowance = 0.0
            raise Refused("rate", f"That is more than {RATE:g} messages a second.")

    def _act(self, client: Client, type: str, message: Any, now: float) -> Effects:
        if isinstance(message, Hello):
            return self._greet(client, message)
        if not client.greeted:
            raise Refused("protocol", 'The first message is a "hello".')
        if isinstance(message, Ping):
            return [self.message(client, "pong", sent=message.sent, time=self.time)]
        return self._of_message[type].act(self, client, message, now)

    def _greet(self, client: Client, hello: Hello) -> Effects:
        if client.greeted:
            raise Refused("protocol", "You have said hello already.")
        client.greeted, client.name = True, hello.name or f"Visitor {client.id}"
        self.count, self._came_or_went = self.count + 1, True
        channels = self.channels.values()
        added: dict[str, Any] = {}
        for channel in channels:
            added |= channel.welcome(self, client, hello.token)
        facts = {"protocol": PROTOCOL, "id": client.id, **added, "visitors": self.count, "city": self.version}
        effects: Effects = [self.message(client, "welcome", **facts)]
        return effects + [effect for channel in channels for effect in channel.greet(self, client)]

    def _refuse(self, client: Client, refused: Refused) -> Effects:
        answer: Effects = [self.message(client, "error", code=refused.code, message=refused.message)]
        if not client.greeted:
            code = Close(client.id, BAD_HELLO, "hello expected")
            answer = [self.message(client, "error", code="protocol", message=refused.message), code]
        client.errors += 1
        if client.greeted and client.errors >= ERRORS_IN_A_ROW:
            answer.append(Close(client.id, TOO_MANY_ERRORS, "too many messages that cannot be used"))
        return answer


def _text(type: str, fields: dict[str, Any]) -> str:
    return orjson.dumps({"type": type, **fields}, option=orjson.OPT_SERIALIZE_NUMPY).decode()
