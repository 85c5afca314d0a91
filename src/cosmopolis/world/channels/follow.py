"""One vehicle that a visitor follows, told of once a second (SPEC 7.8; 5.2 `follow`; 5.3 `followed`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from cosmopolis.registry import Channel, Client, Effects, LiveRoom, Refused
from cosmopolis.registry.live import Fields, Later, Reader, whole
from cosmopolis.world.picture import Picture

Describe = Callable[[dict[str, Any]], dict[str, Any]]


class Watching(Protocol):
    """What this channel asks of the engine."""

    def watch(self, vehicles: frozenset[int]) -> None: ...


@dataclass(frozen=True)
class Watch:
    """The vehicles that somebody follows now: every picture shall tell of them."""

    vehicles: frozenset[int]

    def carry_out(self, engine: Watching, later: Later) -> None:
        engine.watch(self.vehicles)


def read_follow(fields: Fields) -> int | None:
    vehicle = fields.get("vehicle")
    if vehicle is not None and not whole(vehicle, 1 << 32):
        raise Refused("range", '"vehicle" is the id of a vehicle or null.')
    return vehicle


class FollowChannel(Channel):
    name = "follow"
    messages: Mapping[str, Reader] = {"follow": read_follow}

    def __init__(self, describe: Describe = dict) -> None:
        self.describe = describe
        self.followed: dict[int, int] = {}  # client -> vehicle

    def act(self, room: LiveRoom, client: Client, message: int | None, now: float) -> Effects:
        self.followed.pop(client.id, None)
        if message is not None:
            self.followed[client.id] = message
        return [self._watch()]

    def each_second(self, room: LiveRoom, picture: Picture) -> Effects:
        effects: Effects = []
        gone = False
        for client in room.visitors():
            id = self.followed.get(client.id)
            if id is None or id not in picture.watched:
                continue
            vehicle = picture.watched[id]
            if vehicle is None:
                gone = True
                del self.followed[client.id]
                effects.append(room.message(client, "followed", vehicle=id, gone=True))
            else:
                fields = {**self.describe(vehicle), "vehicle": id, "gone": False}
                effects.append(room.message(client, "followed", **fields))
        return [*effects, self._watch()] if gone else effects

    def left(self, room: LiveRoom, client: Client) -> Effects:
        return [self._watch()] if self.followed.pop(client.id, None) is not None else []

    def _watch(self) -> Watch:
        return Watch(frozenset(self.followed.values()))
