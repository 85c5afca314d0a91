"""Trips that have no route yet: where from, where to, when, in what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cosmopolis.demand.ends import Ends

AHEAD = 12.0  # m a trip must go at least along one lane, else it goes round the block


@dataclass(frozen=True)
class Wishes:
    """N trips without a route: where from, where to, when, in what."""

    origin: Ends
    destination: Ends
    depart: NDArray[np.float64]  # (N,) s
    kind: NDArray[np.uint8]  # (N,)

    def __len__(self) -> int:
        return len(self.depart)

    def take(self, rows: NDArray) -> Wishes:
        return Wishes(self.origin.take(rows), self.destination.take(rows), self.depart[rows], self.kind[rows])

    def around(self) -> NDArray[np.bool_]:
        """(N,) ends on its first edge but behind where it begins."""
        ahead = self.destination.position - self.origin.position >= AHEAD
        return (self.origin.edge == self.destination.edge) & ~ahead

    @classmethod
    def none(cls, ends: Ends) -> Wishes:
        """No trips at all; `ends` gives the columns their types."""
        return cls(ends.take([]), ends.take([]), np.zeros(0), np.zeros(0, dtype=np.uint8))

    @classmethod
    def joined(cls, parts: Sequence[Wishes], ends: Ends) -> Wishes:
        """The trips of all `parts`, one after the other."""
        if not parts:
            return cls.none(ends)
        return cls(
            Ends.joined([part.origin for part in parts]),
            Ends.joined([part.destination for part in parts]),
            np.concatenate([part.depart for part in parts]),
            np.concatenate([part.kind for part in parts]),
        )
