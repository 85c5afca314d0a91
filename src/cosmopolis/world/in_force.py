"""What orders have changed of a running city's streets, and what has not been taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from cosmopolis.simulation import CloseLane, Command, Events, OpenLane, SetSpeedLimit


@dataclass
class InForce:
    closed: set[int] = field(default_factory=set)  # lanes
    limits: dict[int, float] = field(default_factory=dict)  # m/s by edge

    def after(self, events: Events) -> InForce:
        """What is in force after `events`; this one where they change nothing.

        Pictures hold what is given here: it is not changed later.
        """
        if not events.applied and not events.refused:
            return self
        later = InForce(set(self.closed), dict(self.limits))
        for applied in events.applied:
            later.see(applied.commands)
        for lost in events.refused:
            later.lose(lost.commands)
        return later

    def see(self, commands: Sequence[Command]) -> None:
        for command in commands:
            match command:
                case CloseLane(lane):
                    self.closed.add(lane)
                case OpenLane(lane):
                    self.closed.discard(lane)
                case SetSpeedLimit(edge, speed):
                    self.limits[edge] = speed

    def lose(self, commands: Sequence[Command]) -> None:
        """Commands that are no longer in force, as the city could not go on with them."""
        for command in commands:
            match command:
                case CloseLane(lane):
                    self.closed.discard(lane)
                case SetSpeedLimit(edge, _):
                    self.limits.pop(edge, None)
