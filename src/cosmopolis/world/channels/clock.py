"""The clock that all visitors share: pause, speed and jumps (SPEC 7.2; 5.2 `time`; 5.3 `clock`, `jumping`)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from cosmopolis.registry import Channel, Client, Effects, LiveRoom, Refused
from cosmopolis.registry.live import Fields, Later, Reader, number, truth
from cosmopolis.world.clock import DAY, FASTEST, SLOWEST, SetTime
from cosmopolis.world.clock_lock import ClockLock, ClockOrder, ClockOrders
from cosmopolis.world.picture import Picture


class Steered(Protocol):
    """What this channel asks of the engine."""

    def steer(self, order: SetTime) -> None: ...


@dataclass(frozen=True)
class Steer:
    """What a visitor asks of the engine."""

    time: SetTime

    def carry_out(self, engine: Steered, later: Later) -> None:
        engine.steer(self.time)


def read_time(fields: Fields) -> SetTime:
    given = {key: fields[key] for key in ("paused", "speed", "jump") if fields.get(key) is not None}
    if not given:
        raise Refused("range", '"time" wants "paused", "speed" or "jump".')
    return SetTime(
        truth(given, "paused") if "paused" in given else None,
        number(given, "speed", SLOWEST, FASTEST) if "speed" in given else None,
        number(given, "jump", 0.0, math.nextafter(DAY, 0.0)) if "jump" in given else None,
    )


class ClockChannel(Channel):
    name = "clock"
    messages: Mapping[str, Reader] = {"time": read_time}

    def __init__(
        self, speed: float = 1.0, lock: ClockLock | None = None, calendar: Mapping[str, Any] | None = None
    ) -> None:
        """`calendar` has the time zone and the date of day 0, as `welcome` tells them."""
        self.speed, self.paused = speed, False
        self._calendar = dict(calendar or {})
        self.lock, self._orders = lock or ClockLock(), ClockOrders()

    def act(self, room: LiveRoom, client: Client, message: SetTime, now: float) -> Effects:
        self.lock.check(client.id)
        order = self._orders.ask(message, client.name, now)
        return self._carry_out(room, order) if order is not None else []

    def tick(self, room: LiveRoom, now: float) -> Effects:
        order = self._orders.due(now)
        return self._carry_out(room, order) if order is not None else []

    def _carry_out(self, room: LiveRoom, order: ClockOrder) -> Effects:
        message = order.time
        if message.paused is not None:
            self.paused = message.paused
        if message.speed is not None:
            self.speed = message.speed
        effects: Effects = [Steer(message)]
        if message.paused is not None or message.speed is not None:
            effects += room.to_all("clock", **self._fields(room), by=order.by)
        if message.jump is not None:
            effects += room.to_all("jumping", to=message.jump, by=order.by)
        return effects

    def welcome(self, room: LiveRoom, client: Client, token: str) -> dict[str, Any]:
        operator = self.lock.greet(client.id, token)
        return {
            **self._fields(room),
            **self._calendar,
            **({"locked": True} if self.lock.locked else {}),
            **({} if operator is None else {"operator": operator}),
        }

    def left(self, room: LiveRoom, client: Client) -> Effects:
        self.lock.leave(client.id)
        return []

    def show(self, room: LiveRoom, picture: Picture, before: Picture | None) -> Effects:
        """A jump has ended: time goes on from another place."""
        if before is not None and picture.era == before.era:
            return []
        return list(room.to_all("clock", **self._fields(room), by=""))

    def _fields(self, room: LiveRoom) -> dict[str, Any]:
        return {"time": room.time, "speed": self.speed, "paused": self.paused}
