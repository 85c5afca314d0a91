"""Where the source has a layer and where it is silent: an empty square amid mapped houses is really empty."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from cosmopolis.city.layers.polygons import Bounds

CELL = 100.0  # m
AROUND = 5  # cells a side that a thing speaks for
BRIDGED = 2  # cells of open ground between mapped ground that count as mapped


@dataclass(frozen=True)
class Coverage:
    """A grid of cells, true where the layer is mapped."""

    west: float
    south: float
    mapped: NDArray[np.bool_]  # (rows, columns)

    def at(self, xy: NDArray[np.float64]) -> NDArray[np.bool_]:
        """(N,) whether the layer is mapped at (N, 2) points."""
        row = np.floor((xy[:, 1] - self.south) / CELL).astype(np.int64)
        column = np.floor((xy[:, 0] - self.west) / CELL).astype(np.int64)
        rows, columns = self.mapped.shape
        return self.mapped[np.clip(row, 0, rows - 1), np.clip(column, 0, columns - 1)]


def coverage(xy: NDArray[np.float64], bounds: Bounds, *, least: int) -> Coverage:
    """The ground around (N, 2) things, where there are at least `least` of them in AROUND x AROUND cells."""
    west, south, east, north = bounds
    shape = (int((north - south) // CELL) + 1, int((east - west) // CELL) + 1)
    count, _, _ = np.histogram2d(
        xy[:, 1],
        xy[:, 0],
        bins=shape,
        range=((south, south + shape[0] * CELL), (west, west + shape[1] * CELL)),
    )
    around = sliding_window_view(np.pad(count, AROUND // 2), (AROUND, AROUND)).sum(axis=(2, 3))
    return Coverage(west, south, _closed((count > 0) & (around >= least)))


def _closed(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """`mask` with the gaps up to 2 * BRIDGED cells wide filled: grown, and shrunk by as much."""
    grown = np.pad(mask, 2 * BRIDGED)  # room around, or shrinking would open the cells at the border
    for _ in range(BRIDGED):
        grown = _grown(grown)
    shrunk = ~grown
    for _ in range(BRIDGED):
        shrunk = _grown(shrunk)
    return ~shrunk[2 * BRIDGED : -2 * BRIDGED, 2 * BRIDGED : -2 * BRIDGED]


def _grown(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """True also where one of the four neighbours is."""
    grown = mask.copy()
    grown[1:] |= mask[:-1]
    grown[:-1] |= mask[1:]
    grown[:, 1:] |= mask[:, :-1]
    grown[:, :-1] |= mask[:, 1:]
    return grown
