"""The shared room: who is here, what each one sees, and the clock they share (SPEC 5, 6).

Sans-I/O: it is told what arrived and what the city looks like, and answers what is to be done. It knows no
sockets, no threads and no wall clock; `now` is an argument.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from cosmopolis.world import frames
from cosmopolis.world.clock_lock import ClockLock, ClockOrders, Order
from cosmopolis.world.edges import HALTED
from cosmopolis.world.history import History
from cosmopolis.world.interest import Grid, Spans
from cosmopolis.world.messages import (
    PROTOCOL,
    Follow,
    Hello,
    Layers,
    Message,
    Ping,
    Refused,
    SetTime,
    View,
    WatchPaths,
    parse,
)
from cosmopolis.world.picture import Picture

BAD_HELLO, TOO_MANY_ERRORS = 4000, 4001
ERRORS_IN_A_ROW = 10
RATE, BURST = 50.0, 200.0  # messages a second that a client may send, and how many at once (5.5)
EVERY = 1.0  # s between stats, flow and followed, and between two counts of the visitors
MOST_SHARED = 64  # frames of one picture that are kept for whoever sees the same; views cost memory


@dataclass(frozen=True)
class Send:
    """A frame for one client: text (str) or binary (bytes)."""

    to: int
    data: str | bytes


@dataclass(frozen=True)
class Close:
    to: int
    code: int
    reason: str


@dataclass(frozen=True)
class Steer:
    """What the visitors ask of the engine."""

    time: SetTime


@dataclass(frozen=True)
class Watch:
    """The vehicles that somebody follows now."""

    vehicles: frozenset[int]


Effect = Send | Close | Steer | Watch
Effects = list[Effect]


@dataclass
class Client:
    id: int
    name: str = ""
    greeted: bool = False
    errors: int = 0  # in a row (5.4)
    allowance: float = BURST  # messages it may send now (5.5)
    heard: float = 0.0  # when it sent the last one
    spans: Spans = ()
    looking: bool = False  # it has said what it wants to see
    flow: bool = False
    paths: tuple[int, ...] = ()  # whose vehicles it gets wherever it looks (6.8)
    followed: int | None = None
    busy: bool = False  # its connection is full (6.7)
    missed: bool = False  # a vehicles frame was left out while it was


Describe = Callable[[dict[str, Any]], dict[str, Any]]


class Room:
    """`version` is the City's; `describe` makes the fields of 2.5 of what the simulation tells of a vehicle."""

    def __init__(
        self,
        version: str,
        grid: Grid,
        *,
        time: float = 0.0,
        speed: float = 1.0,
        describe: Describe = dict,
        lock: ClockLock | None = None,
    ) -> None:
        self._lock, self._orders = lock or ClockLock(), ClockOrders()
        self.visitors, self._came_or_went = 0, False
        self._counted = -np.inf  # when the visitors were last counted to all
        self.version, self.grid, self.describe = version, grid, describe
        self.time, self.speed, self.paused = time, speed, False
        self.clients: dict[int, Client] = {}
        self.picture: Picture | None = None
        self._phases: NDArray[np.uint16] = np.zeros(0, dtype=np.uint16)
        self._era = 0
        self._told = -np.inf  # when stats were last sent
        self._next_id = 1
        self.history = History()
        self._views: dict[Spans, bytes] = {}  # vehicles frames of this picture
        self._streets: dict[tuple[int, ...], bytes] = {}  # frames of watched paths of this picture

    # what happens on a connection

    def join(self) -> int:
        """A connection was opened; its id. It is a visitor once it has said hello."""
        client = Client(self._next_id)
        self._next_id += 1
        self.clients[client.id] = client
        return client.id

    def leave(self, id: int) -> Effects:
        client = self.clients.pop(id, None)
        if client is None or not client.greeted:
            return []
        self.visitors, self._came_or_went = self.visitors - 1, True
        self._lock.leave(id)
        return [self._watch()] if client.followed is not None else []

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
            effects = self._act(client, parse(data), now)
        except Refused as refused:
            return self._refuse(client, refused)
        client.errors = 0
        return effects

    def full(self, id: int) -> None:
        """The client's connection takes no more for now: vehicles, flow and what it watches are left out (6.7)."""
        if id in self.clients:
            self.clients[id].busy = True

    def drained(self, id: int) -> Effects:
        """It takes more again: it gets the newest picture if it missed one."""
        client = self.clients.get(id)
        if client is None:
            return []
        client.busy = False
        return [*self._vehicles(client), *self._on_watched(client)] if client.missed else []

    def tick(self, now: float) -> Effects:
        """Called some times a second: what waited for its turn. A join is told to all within a second, not at
        once, so that N joins cost N messages to each and not N of them."""
        order = self._orders.due(now)
        effects: Effects = self._carry_out(order) if order is not None else []
        if self._came_or_went and now - self._counted >= EVERY:
            self._came_or_went, self._counted = False, now
            effects += self._to_all("visitors", count=self.visitors)
        return effects

    # what happens in the city

    def show(self, picture: Picture, now: float) -> Effects:
        """The city looks like this now; `now` is the wall's time in seconds."""
        self.picture, self.time = picture, picture.time
        self.history.keep(picture)
        self._views, self._streets = {}, {}
        effects: Effects = []
        if picture.era != self._era:
            self._era = picture.era
            effects += self._to_all("clock", **self._clock(), by="")
            changed = self._signals_frame(everything=True)
        else:
            changed = self._signals_frame()
        self._phases = picture.phases
        for client in self.clients.values():
            if not client.greeted:
                continue
            if changed:
                effects.append(Send(client.id, changed))
            effects += self._vehicles(client)
            effects += self._on_watched(client)
        if now - self._told >= EVERY:
            self._told = now
            effects += self._each_second(picture)
        return effects

    def tell(self, code: str, message: str) -> Effects:
        """Something that all visitors should know went wrong."""
        return list(self._to_all("error", code=code, message=message))

    # inside

    def _spend(self, client: Client, now: float) -> None:
        """Each message costs one of an allowance that grows with time (5.5): nobody shouts the others down."""
        passed, client.heard = now - client.heard, now
        client.allowance = min(BURST, client.allowance + passed * RATE) - 1.0
        if client.allowance < 0.0:
            client.allowance = 0.0
            raise Refused("rate", f"That is more than {RATE:g} messages a second.")

    def _act(self, client: Client, message: Message, now: float) -> Effects:
        if isinstance(message, Hello):
            return self._greet(client, message)
        if not client.greeted:
            raise Refused("protocol", 'The first message is a "hello".')
        match message:
            case View(x, y, radius):
                client.spans, client.looking = self.grid.view(x, y, radius), True
                return list(self._vehicles(client))
            case SetTime():
                return self._set_time(client, message, now)
            case Follow(vehicle):
                client.followed = vehicle
                return [self._watch()]
            case Layers(flow):
                client.flow = flow
                return list(self._flow([client])) if flow else []
            case WatchPaths(paths):
                client.paths = paths
                return list(self._on_watched(client))
            case Ping(sent):
                return [self._message(client, "pong", sent=sent, time=self.time)]

    def _greet(self, client: Client, hello: Hello) -> Effects:
        if client.greeted:
            raise Refused("protocol", "You have said hello already.")
        client.greeted, client.name = True, hello.name or f"Visitor {client.id}"
        self.visitors, self._came_or_went = self.visitors + 1, True
        operator = self._lock.greet(client.id, hello.token)
        welcome = self._message(
            client,
            "welcome",
            protocol=PROTOCOL,
            id=client.id,
            **self._clock(),
            visitors=self.visitors,
            city=self.version,
            **({"locked": True} if self._lock.locked else {}),
            **({} if operator is None else {"operator": operator}),
        )
        effects: Effects = [welcome]
        if self.picture is not None:
            effects.append(Send(client.id, self._signals_frame(everything=True)))
        return effects

    def _set_time(self, client: Client, message: SetTime, now: float) -> Effects:
        self._lock.check(client.id)
        order = self._orders.ask(message, client.name, now)
        return self._carry_out(order) if order is not None else []

    def _carry_out(self, order: Order) -> Effects:
        message, by = order.time, order.by
        if message.paused is not None:
            self.paused = message.paused
        if message.speed is not None:
            self.speed = message.speed
        effects: Effects = [Steer(message)]
        if message.paused is not None or message.speed is not None:
            effects += self._to_all("clock", **self._clock(), by=by)
        if message.jump is not None:
            effects += self._to_all("jumping", to=message.jump, by=by)
        return effects

    def _refuse(self, client: Client, refused: Refused) -> Effects:
        answer: Effects = [self._message(client, "error", code=refused.code, message=refused.message)]
        if not client.greeted:
            code = Close(client.id, BAD_HELLO, "hello expected")
            answer = [self._message(client, "error", code="protocol", message=refused.message), code]
        client.errors += 1
        if client.greeted and client.errors >= ERRORS_IN_A_ROW:
            answer.append(Close(client.id, TOO_MANY_ERRORS, "too many messages that cannot be used"))
        return answer

    def _vehicles(self, client: Client) -> Iterator[Send]:
        """The vehicles of its view (6.2), unless its connection is full (6.7)."""
        if not client.greeted or not client.looking or self.picture is None:
            return
        client.missed = client.busy
        if not client.busy:
            yield Send(client.id, self._view(client.spans, self.picture))

    def _view(self, spans: Spans, picture: Picture) -> bytes:
        """The joined records of some cells; visitors who see the same cells share the same bytes."""
        frame = self._views.get(spans)
        if frame is None:
            start, data = picture.cells.start, picture.cells.data
            count = sum(last - first for first, last in spans)
            head = frames.header(frames.VEHICLES, count, picture.tick, picture.time)
            frame = b"".join([head, *(data[start[first] : start[last]] for first, last in spans)])
            if (
                len(self._views) >= MOST_SHARED
            ):  # a paused city keeps its picture, and views are told in any number
                self._views.clear()
            self._views[spans] = frame
        return frame

    def _on_watched(self, client: Client) -> Iterator[Send]:
        """The vehicles on the paths that it watches (6.8), unless its connection is full (6.7)."""
        if not client.greeted or not client.paths or self.picture is None:
            return
        client.missed |= client.busy
        if not client.busy:
            yield Send(client.id, self._street(client.paths, self.picture))

    def _street(self, paths: tuple[int, ...], picture: Picture) -> bytes:
        """Visitors who watch the same paths share the same bytes."""
        frame = self._streets.get(paths)
        if frame is None:
            here = picture.traffic.on(paths)
            frame = frames.watched(picture.tick, picture.time, **vars(here))
            if len(self._streets) >= MOST_SHARED:
                self._streets.clear()
            self._streets[paths] = frame
        return frame

    def _signals_frame(self, *, everything: bool = False) -> bytes:
        """The programs whose phase is new since the last picture (6.4); empty if there is none."""
        assert self.picture is not None
        new, old = self.picture.phases, self._phases
        if everything or len(new) != len(old):
            programs = np.arange(len(new))
        else:
            programs = np.flatnonzero(new != old)
            if len(programs) == 0:
                return b""
        return frames.signals(self.picture.tick, self.picture.time, programs, new[programs])

    def _each_second(self, picture: Picture) -> Iterator[Effect]:
        speed = picture.traffic.speed
        counts = picture.counts
        yield from self._to_all(
            "stats",
            time=picture.time,
            vehicles=len(picture.traffic),
            waiting=counts.get("waiting", 0),
            arrived=counts.get("arrived", 0),
            halted=int((speed < HALTED).sum()),
            speed_mean=round(float(speed.mean()), 2) if len(speed) else 0.0,
            updates_per_s=round(picture.updates_per_s),
            speed_reached=round(picture.speed_reached, 2),
        )
        yield from self._flow(list(self.clients.values()))
        gone = False
        for client in self.clients.values():
            if client.followed is not None and client.followed in picture.watched:
                yield self._tell_followed(client, picture.watched[client.followed])
                gone |= client.followed is None
        if gone:
            yield self._watch()

    def _flow(self, clients: list[Client]) -> Iterator[Send]:
        wanting = [client for client in clients if client.flow and not client.busy]
        if self.picture is not None and wanting:
            p = self.picture
            frame = frames.flow(p.tick, p.time, **vars(p.edges))
            yield from (Send(client.id, frame) for client in wanting)

    def _tell_followed(self, client: Client, vehicle: dict[str, Any] | None) -> Send:
        id = client.followed
        if vehicle is None:
            client.followed = None
            return self._message(client, "followed", vehicle=id, gone=True)
        return self._message(client, "followed", **{**self.describe(vehicle), "vehicle": id, "gone": False})

    def _watch(self) -> Watch:
        followed = (client.followed for client in self.clients.values())
        return Watch(frozenset(id for id in followed if id is not None))

    def _clock(self) -> dict[str, Any]:
        return {"time": self.time, "speed": self.speed, "paused": self.paused}

    def _message(self, client: Client, type: str, **fields: Any) -> Send:
        return Send(client.id, _text(type, fields))

    def _to_all(self, type: str, **fields: Any) -> list[Send]:
        text = _text(type, fields)
        return [Send(client.id, text) for client in self.clients.values() if client.greeted]


def _text(type: str, fields: dict[str, Any]) -> str:
    return orjson.dumps({"type": type, **fields}, option=orjson.OPT_SERIALIZE_NUMPY).decode()
