"""What a simulation is made of: parts that step together and otherwise know nothing of each other.

`traffic` is one. Its siblings to come have rooms of the same names (`step`, `state`, ...), import neither it nor each
other, and are put together in `run.py`, which goes over them by this protocol alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from numpy.typing import NDArray

from cosmopolis.simulation.command import Command
from cosmopolis.simulation.event import Events
from cosmopolis.simulation.order import Refusal


class Part(Protocol):
    """One kind of thing that moves, with the arrays that say where."""

    @property
    def name(self) -> str:
        """As its arrays are called in a snapshot: `name.array`."""
        ...

    @property
    def commands(self) -> frozenset[type[Command]]:
        """The commands that it obeys; each belongs to one part."""
        ...

    @property
    def identity(self) -> dict[str, Any]:
        """What its arrays fit, beside the city and the trips: plain values, the same in a run that may take them up."""
        ...

    @property
    def over(self) -> bool:
        """Whether nothing moves any more, nor will."""
        ...

    @property
    def view(self) -> Any:
        """What others may read of it. Nobody outside the part has more."""
        ...

    def step(self, time: float) -> Events:
        """Advance by clock.DT from `time` (s after midnight of day 0)."""
        ...

    def refusal(self, commands: Sequence[Command]) -> Refusal | None:
        """Why these commands, which `check` has let through and are its own, cannot all be obeyed as things stand."""
        ...

    def obey(self, commands: Sequence[Command], time: float) -> list[int]:
        """Carry out the commands of one order, which was not refused; the ids of the vehicles that they add. Never
        fails."""
        ...

    def arrays(self) -> dict[str, NDArray]:
        """Everything that a step may change, by name, at its present size."""
        ...

    def restore(self, found: Mapping[str, NDArray]) -> None:
        """Take up what `arrays` gave."""
        ...
