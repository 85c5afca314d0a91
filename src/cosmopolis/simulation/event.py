"""What happened in a step. The simulation tells it and knows no listeners."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

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


Event = Departed | Arrived | Halted | Strayed | Broken | Teleported | TakenOut | Forced


@dataclass(frozen=True, slots=True)
class Events:
    """The events of one step as arrays of vehicle ids; iterating gives them one by one."""

    time: float  # s after midnight of day 0
    departed: Ids
    arrived: Ids
    halted: Ids
    strayed: Ids
    broken: Ids
    forced: int = 0
    teleported: Ids = field(default_factory=_nobody)
    taken_out: Ids = field(default_factory=_nobody)

    def __len__(self) -> int:
        rows = (
            self.departed,
            self.arrived,
            self.halted,
            self.strayed,
            self.broken,
            self.teleported,
            self.taken_out,
        )
        return sum(len(row) for row in rows) + (self.forced > 0)

    def __iter__(self) -> Iterator[Event]:
        yield from (Departed(self.time, int(id)) for id in self.departed)
        yield from (Arrived(self.time, int(id)) for id in self.arrived)
        yield from (Halted(self.time, int(id)) for id in self.halted)
        yield from (Strayed(self.time, int(id)) for id in self.strayed)
        yield from (Broken(self.time, int(id)) for id in self.broken)
        yield from (Teleported(self.time, int(id)) for id in self.teleported)
        yield from (TakenOut(self.time, int(id)) for id in self.taken_out)
        if self.forced > 0:
            yield Forced(self.time, self.forced)
