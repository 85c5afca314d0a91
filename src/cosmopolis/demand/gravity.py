"""Where trips go: a gravity model between zones, then buildings within them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
I32 = NDArray[np.int32]


def deterrence(origin: F64, destination: F64, mean_length: float) -> F64:
    """(O, D) exp(-d / mean_length), d the straight distance in metres between (O, 2) and (D, 2)."""
    apart = np.hypot(*(origin[:, None, :] - destination[None, :, :]).transpose(2, 0, 1))
    return np.exp(-apart / mean_length)


def balance(
    friction: F64, production: F64, attraction: F64, *, rounds: int = 50, tolerance: float = 1e-6
) -> F64:
    """(O, D) trips T = a b P A f with row sums `production` and column sums `attraction` (Furness 1965;
    Ortuzar & Willumsen, Modelling Transport, eq. 5.14). Attractions are first scaled to the productions' total;
    rows are exact, columns within `tolerance` of their total when it has converged.
    """
    if production.sum() <= 0 or attraction.sum() <= 0:
        return np.zeros_like(friction)
    wanted = attraction * (production.sum() / attraction.sum())
    b = np.ones_like(wanted)
    a = np.zeros_like(production)
    for _ in range(rounds):
        a = _share(production, friction @ b)
        reached = a @ friction
        missed = np.abs(reached * b - wanted).sum() / wanted.sum()
        if missed < tolerance:
            break
        b = _share(wanted, reached)
    a = _share(production, friction @ b)
    return a[:, None] * friction * b[None, :]


def _share(value: F64, by: F64) -> F64:
    return np.divide(value, by, out=np.zeros_like(value), where=by > 0)


@dataclass(frozen=True)
class Cells:
    """Trip ends gathered into square cells."""

    cell: I32  # (N,) cell of every trip end
    centre: F64  # (Z, 2) m, mean position of the ends in it

    @classmethod
    def of(cls, xy: F64, size: float) -> Cells:
        """Cells of `size` metres over (N, 2) points; only those that hold some."""
        grid = np.floor(xy / size).astype(np.int64)
        _, cell = np.unique(grid, axis=0, return_inverse=True)
        cell = cell.ravel()
        number = np.bincount(cell)
        centre = np.column_stack([np.bincount(cell, xy[:, axis]) / number for axis in (0, 1)])
        return cls(cell.astype(np.int32), centre)

    def total(self, weight: F64) -> F64:
        """(Z,) sum of a weight of the ends in each cell."""
        return np.bincount(self.cell, weight, minlength=len(self.centre)).astype(np.float64)


def sample_pairs(trips: F64, count: int, rng: np.random.Generator) -> tuple[I32, I32]:
    """`count` origin and destination cells drawn in proportion to an (O, D) matrix."""
    chosen = _draw(trips.ravel(), count, rng)
    return (chosen // trips.shape[1]).astype(np.int32), (chosen % trips.shape[1]).astype(np.int32)


def sample_ends(cells: Cells, weight: F64, chosen: I32, rng: np.random.Generator) -> I32:
    """For every chosen cell one trip end in it, in proportion to the ends' weight."""
    order = np.argsort(cells.cell, kind="stable")
    heap = np.concatenate([[0.0], np.cumsum(weight[order])])
    first = np.searchsorted(cells.cell[order], np.arange(len(cells.centre) + 1))
    low, high = heap[first[chosen]], heap[first[chosen + 1]]
    at = np.searchsorted(heap, low + rng.random(len(chosen)) * (high - low), side="right") - 1
    return order[np.clip(at, first[chosen], first[chosen + 1] - 1)].astype(np.int32)


def _draw(weight: F64, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    heap = np.cumsum(weight)
    if len(heap) == 0 or heap[-1] <= 0:
        return np.zeros(0, dtype=np.int64)
    return np.minimum(np.searchsorted(heap, rng.random(count) * heap[-1], side="right"), len(heap) - 1)
