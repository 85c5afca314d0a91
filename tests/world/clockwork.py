"""A simulation of a few lines for the tests of the engine, so that it can be made to fail, and who watches it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from cosmopolis.simulation import (
    AddTrip,
    Answer,
    CloseLane,
    Command,
    CommandLog,
    Events,
    Order,
    OrderApplied,
    OrderRefused,
    Refusal,
)
from cosmopolis.simulation.beginning import Beginning, RunOptions
from cosmopolis.simulation.command import from_json, to_json
from cosmopolis.world.engine import Maker
from cosmopolis.world.interest import Paths
from cosmopolis.world.picture import Picture


class Clockwork:
    """One vehicle that drives a metre a step; fails when its time reaches one of `fails`.

    It obeys every command but CloseLane(13), which it refuses, and CloseLane(666), at which it fails; vehicles that are
    added get the ids 100, 101, ... and arrive after a minute.
    """

    dt = 0.5

    def __init__(self, start: float, fails: tuple[float, ...] = (), log: CommandLog | None = None) -> None:
        self.time, self.fails, self.updates = start, fails, 0
        self.log = log or CommandLog(lambda: BEGINNING, steps=0)
        self.done: list[Command] = []
        self.given: list[tuple[int, str]] = []  # step and author of each order to this very clockwork
        self.arrivals: dict[int, float] = {}

    def step(self) -> Events:
        if self.time + self.dt in self.fails:
            raise ZeroDivisionError("a fault in the simulation")
        events = Events(
            self.time, arrived=np.array([id for id, at in self.arrivals.items() if at == self.time], np.int64)
        )
        self.time += self.dt
        self.updates += 1
        self.log.steps = (self.log.steps or 0) + 1
        return events

    def order(self, order: Order) -> Answer:
        if CloseLane(13) in order.commands:
            return OrderRefused(
                self.time, order.by, order.commands, Refusal("no_lane", "There is no lane 13.")
            )
        if CloseLane(666) in order.commands:
            raise ZeroDivisionError("a fault in the simulation")
        trips = [command for command in order.commands if isinstance(command, AddTrip)]
        ids = tuple(100 + len(self.arrivals) + n for n in range(len(trips)))
        self.arrivals |= dict.fromkeys(ids, self.time + 60.0)
        self.done += order.commands
        self.given.append((self.log.steps or 0, order.by))
        applied = OrderApplied(self.time, self.log.steps or 0, order.by, order.commands, ids)
        self.log.entries.append(applied)
        return applied

    def vehicles(self) -> Any:
        one = np.ones(1, np.float32)
        return SimpleNamespace(
            id=one, path=0 * one.astype(int), position=one * self.time % 100, speed=2 * one, kind=one
        )

    def phases(self) -> np.ndarray:
        return np.array([int(self.time) % 7], np.uint16)

    def edge_state(self) -> tuple[np.ndarray, np.ndarray]:
        return np.ones(1, np.float32), np.ones(1, np.float32)

    def counts(self) -> dict[str, int]:
        return {"vehicles": 1, "updates": self.updates}

    def vehicle(self, id: int) -> dict[str, Any] | None:
        return {"kind": 0, "speed": 1.0} if id == 1 else None

    def lights(self) -> np.ndarray:
        return np.zeros(1, np.uint8)

    def snapshot(self) -> bytes:
        done = [to_json(command) for command in self.done]
        lasting = [order.to_json() for order in self.log.in_force()]
        said = [self.time, self.log.steps, done, list(self.arrivals.items()), lasting]
        return json.dumps(said).encode()

    @classmethod
    def restore(cls, data: bytes, fails: tuple[float, ...] = ()) -> Clockwork:
        time, steps, done, arrivals, lasting = json.loads(data)
        log = CommandLog(
            lambda: BEGINNING, snapshot=data, lasting=tuple(map(Order.from_json, lasting)), steps=steps
        )
        clockwork = cls(time, fails, log)
        clockwork.done, clockwork.arrivals = [from_json(command) for command in done], dict(arrivals)
        return clockwork


BEGINNING = Beginning("0", "city", "trips", {}, RunOptions())


class Watcher:
    """Keeps what an engine shows and tells."""

    def __init__(self) -> None:
        self.pictures: list[Picture] = []
        self.news: list[tuple[str, str]] = []
        self.lost: list[OrderRefused] = []
        self.events: list[tuple[Events, float]] = []
        self._changed = threading.Condition()

    def show(self, picture: Picture) -> None:
        with self._changed:
            self.pictures.append(picture)
            self._changed.notify_all()

    def tell(self, code: str, message: str) -> None:
        with self._changed:
            self.news.append((code, message))
            self._changed.notify_all()

    def refuse(self, lost: OrderRefused) -> None:
        with self._changed:
            self.lost.append(lost)
            self._changed.notify_all()

    def hear(self, events: Events, time: float) -> None:
        with self._changed:
            self.events.append((events, time))
            self._changed.notify_all()

    def until(self, true: Callable[[], Any]) -> Any:
        with self._changed:
            assert self._changed.wait_for(true, timeout=20), (self.news, self.pictures[-1:])
            return true()


PATHS = Paths(
    xy=np.array([[0.0, 0.0], [100.0, 0.0]]),
    start=np.array([0, 2]),
    along=np.array([0.0, 100.0]),
    offset=np.zeros(1),
    length=np.array([100.0]),
)


def maker(*fails: float) -> Maker:
    return Maker(begin=lambda at: Clockwork(at, fails), restore=lambda data: Clockwork.restore(data, fails))
