"""What happened in a step. The simulation tells it and knows no listeners."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cosmopolis.simulation.order import OrderApplied, OrderRefused

Ids = NDArray[np.int64]


def _nobody() -> Ids:
    return np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class Departed:
    """A vehicle entered the road."""

    time: float
    vehicle: int


@dataclass(frozen=True, slots=True)
class Arrived:
    """A vehicle left the road at its destination."""

    time: float
    vehicle: int


@dataclass(frozen=True, slots=True)
class Halted:
    """A bus began to stand at a stop."""

    time: float
    vehicle: int


@dataclass(frozen=True, slots=True)
class Strayed:
    """A vehicle could not reach its turn lane and goes another way round."""

    time: float
    vehicle: int


@dataclass(frozen=True, slots=True)
class Broken:
    """A vehicle with a value that is no number was taken out."""

    time: float
    vehicle: int


@dataclass(frozen=True, slots=True)
class Teleported:
    """A vehicle that had stood too long was lifted on along its route; only where the rules allow it."""

    time: float
    vehicle: int


@dataclass(frozen=True, slots=True)
class TakenOut:
    """The same, with no room on any edge of its route: it left the road."""

    time: float
    vehicle: int


@dataclass(frozen=True, slots=True)
class Forced:
    """Within a junction a vehicle crossed out of turn, because nobody could move."""

    time: float
    count: int


Event = Departed | Arrived | Halted | Strayed | Broken | Teleported | TakenOut | Forced | OrderApplied


_OF_VEHICLES: dict[str, type[Any]] = {
    "departed": Departed,
    "arrived": Arrived,
    "halted": Halted,
    "strayed": Strayed,
    "broken": Broken,
    "teleported": Teleported,
    "taken_out": TakenOut,
}


@dataclass(frozen=True, slots=True)
class Events:
    """The events of one step as arrays of vehicle ids, and the orders applied before it; iterating gives them one by
    one. `refused` are the orders of this step that were not applied: news for their authors, and no event."""

    time: float  # s after midnight of day 0
    departed: Ids = field(default_factory=_nobody)
    arrived: Ids = field(default_factory=_nobody)
    halted: Ids = field(default_factory=_nobody)
    strayed: Ids = field(default_factory=_nobody)
    broken: Ids = field(default_factory=_nobody)
    forced: int = 0
    teleported: Ids = field(default_factory=_nobody)
    taken_out: Ids = field(default_factory=_nobody)
    applied: tuple[OrderApplied, ...] = ()
    refused: tuple[OrderRefused, ...] = ()

    def __len__(self) -> int:
        vehicles = sum(len(getattr(self, name)) for name in _OF_VEHICLES)
        return vehicles + (self.forced > 0) + len(self.applied)

    def __iter__(self) -> Iterator[Event]:
        yield from self.applied
        for name, kind in _OF_VEHICLES.items():
            yield from (kind(self.time, int(id)) for id in getattr(self, name))
        if self.forced > 0:
            yield Forced(self.time, self.forced)

    def __add__(self, other: Events) -> Events:
        """Those of two parts in the same step."""
        both: dict[str, Any] = {}
        for name in (column.name for column in fields(self) if column.name != "time"):
            one, two = getattr(self, name), getattr(other, name)
            both[name] = np.concatenate([one, two]) if isinstance(one, np.ndarray) else one + two
        return Events(self.time, **both)
