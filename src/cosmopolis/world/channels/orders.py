"""Orders to the running city: commands of visitors, what became of them, and the orders of anybody that were applied
(SPEC 7.9; 5.1 `may`, `closed`, `limits`; 5.2 `order`; 5.3 `ordered`, `refused`, `event`; 5.6, 5.7).

A visitor's order is read and checked by the city alone here, goes to the engine, and is applied between two steps: all
of it or nothing. What was applied is told to everybody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from typing import Any, Protocol

from cosmopolis.city.errors import BadInput
from cosmopolis.city.model import City
from cosmopolis.registry import Channel, Client, Effects, LiveRoom, Refused
from cosmopolis.registry.live import Fields, Later, Reader, whole
from cosmopolis.simulation import (
    AddTrip,
    Answer,
    Command,
    Events,
    OrderApplied,
    OrderRefused,
    Refusal,
    check,
)
from cosmopolis.simulation.command import from_json, to_json
from cosmopolis.world.clock_lock import ClockLock
from cosmopolis.world.in_force import InForce
from cosmopolis.world.limits import Allowance

# docs/server-limits.md lists these too
MOST_COMMANDS = 200  # of one order
MOST_TRIPS = 10  # that one order may add: each has a way looked for
ORDERS_A_SECOND, ORDERS_AT_ONCE = 1.0, 5.0  # of one visitor


class OrdersEngine(Protocol):
    """What this channel asks of the engine."""

    def order(self, commands: Sequence[Command], by: str) -> Future[Answer]: ...
    def subscribe(self, callback: Any) -> Any: ...


@dataclass(frozen=True)
class WishedOrder:
    """A visitor's `order` message: the number by which the client knows the answer, and the commands."""

    number: int
    commands: tuple[Command, ...]


@dataclass(frozen=True)
class GiveOrder:
    """What a visitor asks of the engine; `answered` is called on the event loop with what became of it."""

    wish: WishedOrder
    by: str
    answered: Any

    def carry_out(self, engine: OrdersEngine, later: Later) -> None:
        def hand_over(future: Future[Answer]) -> None:
            try:
                answer = future.result()
            except CancelledError:  # the city is ending
                return
            later(lambda: self.answered(answer))

        engine.order(self.wish.commands, self.by).add_done_callback(hand_over)


def read_order(fields: Fields) -> WishedOrder:
    """Raises Refused with the sentence for the first thing that is wrong."""
    number, said = fields.get("order"), fields.get("commands")
    if not whole(number, 1 << 32):
        raise Refused("range", '"order" is a whole number by which the answer is known.')
    if not isinstance(said, list) or not 0 < len(said) <= MOST_COMMANDS:
        raise Refused("range", f'"commands" is a list of 1 to {MOST_COMMANDS} commands.')
    try:
        commands = tuple(from_json(command) for command in said)
    except BadInput as error:
        raise Refused("command", str(error)) from error
    if sum(isinstance(command, AddTrip) for command in commands) > MOST_TRIPS:
        raise Refused("range", f"One order adds at most {MOST_TRIPS} trips.")
    return WishedOrder(int(number), commands)  # type: ignore[arg-type]


class OrdersChannel(Channel):
    """`lock` says who may give orders: everybody, or where it is locked the operator."""

    name = "orders"
    messages: Mapping[str, Reader] = {"order": read_order}

    def __init__(self, city: City, lock: ClockLock) -> None:
        self.city, self.lock = city, lock
        self.in_force = InForce()
        self._allowance: dict[int, Allowance] = {}

    def opened(self, room: LiveRoom, engine: OrdersEngine, later: Later) -> None:
        def hear(events: Events, time: float) -> None:
            if events.applied or events.refused:
                later(lambda: self._happened(room, events))

        engine.subscribe(hear)

    def act(self, room: LiveRoom, client: Client, message: WishedOrder, now: float) -> Effects:
        refusal = self._why_not(client, message, now)
        if refusal is not None:
            return [self._refused(room, client, message.number, refusal.code, refusal.sentence)]

        def answered(answer: Answer) -> Effects:
            if isinstance(answer, OrderRefused):
                refusal = answer.refusal
                return [self._refused(room, client, message.number, refusal.code, refusal.sentence)]
            return [room.message(client, "ordered", order=message.number, step=answer.step, time=answer.time)]

        return [GiveOrder(message, client.name, answered)]

    def _why_not(self, client: Client, message: WishedOrder, now: float) -> Refusal | None:
        """By who says it, how often, and the city alone."""
        if not self.lock.admits(client.id):
            return Refusal("locked", "Only the operator of this city gives it orders.")
        allowance = self._allowance.setdefault(client.id, Allowance(ORDERS_A_SECOND, ORDERS_AT_ONCE))
        if not allowance.spend(1.0, now):
            return Refusal("rate", f"That is more than {ORDERS_A_SECOND:g} order a second.")
        return next(filter(None, (check(command, self.city) for command in message.commands)), None)

    def welcome(self, room: LiveRoom, client: Client, token: str) -> dict[str, Any]:
        return {
            "may": ["clock", "order"] if self.lock.admits(client.id) else [],
            "closed": sorted(self.in_force.closed),
            "limits": sorted(self.in_force.limits.items()),
        }

    def left(self, room: LiveRoom, client: Client) -> Effects:
        self._allowance.pop(client.id, None)
        return []

    def _happened(self, room: LiveRoom, events: Events) -> Effects:
        effects: Effects = []
        self.in_force = self.in_force.after(events)
        for applied in events.applied:
            effects += room.to_all("event", **_event(applied))
        for lost in events.refused:
            effects += [
                room.message(visitor, "error", code=lost.refusal.code, message=lost.refusal.sentence)
                for visitor in room.visitors()
                if visitor.name == lost.by
            ]
        return effects

    def _refused(self, room: LiveRoom, client: Client, number: int, code: str, sentence: str) -> Any:
        return room.message(client, "refused", order=number, code=code, message=sentence)


def _event(applied: OrderApplied) -> dict[str, Any]:
    return {
        "event": "order_applied",
        "time": applied.time,
        "by": applied.by,
        "commands": [to_json(command) for command in applied.commands],
    }
