"""Orders: one author's commands, all of which are applied or none, and what becomes of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cosmopolis.city.errors import BadInput
from cosmopolis.simulation.command import Command, from_json, to_json


@dataclass(frozen=True, slots=True)
class Order:
    """What one author wants done between two steps, in this sequence."""

    by: str  # who gives it: a visitor, a controller; "" where nobody in particular does
    commands: tuple[Command, ...]

    def to_json(self) -> dict[str, Any]:
        return {"by": self.by, "commands": [to_json(command) for command in self.commands]}

    @classmethod
    def from_json(cls, said: Any) -> Order:
        """BadInput, one sentence, where `said` is not what `to_json` gives."""
        if not isinstance(said, dict) or not isinstance(said.get("by"), str):
            raise BadInput('An order is an object with its author under "by".')
        if not isinstance(said.get("commands"), list):
            raise BadInput('An order has a list of "commands".')
        return cls(said["by"], tuple(from_json(command) for command in said["commands"]))


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something is not done: a code for programs and a sentence for people."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class OrderApplied:
    """An order was carried out: the answer to its author, the event for everybody, and the entry of the log."""

    time: float  # s after midnight of day 0: the first step that it tells upon begins then
    step: int  # steps taken before it, since the start or the last jump
    by: str
    commands: tuple[Command, ...]
    vehicles: tuple[int, ...] = ()  # ids of the vehicles that its AddTrips make, in their order

    @property
    def order(self) -> Order:
        return Order(self.by, self.commands)


@dataclass(frozen=True, slots=True)
class OrderRefused:
    """An order was not carried out, or what it did was lost; nothing of it is in force."""

    time: float  # s after midnight of day 0
    by: str
    commands: tuple[Command, ...]
    refusal: Refusal


Answer = OrderApplied | OrderRefused
