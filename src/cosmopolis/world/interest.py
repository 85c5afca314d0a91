"""Who wants to know about what: the city's ground in square cells, and views as slices of them (SPEC 6.2, 6.3)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.model import Network

CELL = 500.0  # m

Spans = tuple[tuple[int, int], ...]  # [first, last) rows of the grid's cells


@dataclass(frozen=True)
class Paths:
    """Where the paths of a network run: lanes first, then connections, as City numbers them."""

    xy: NDArray[np.float64]  # (P, 2) m, the points of all paths one after the other
    start: NDArray[np.int64]  # (paths + 1,)
    along: NDArray[np.float64]  # (P,) m, growing over all paths: `offset` of the path + metres along it
    offset: NDArray[np.float64]  # (paths,) m
    length: NDArray[np.float64]  # (paths,) m

    @classmethod
    def of(cls, network: Network) -> Paths:
        lanes, connections = network.lanes.line, network.connections.line
        xy = np.concatenate([lanes.points[:, :2], connections.points[:, :2]])
        start = np.concatenate([lanes.start, len(lanes.points) + connections.start[1:]])
        length = np.concatenate([lanes.length, connections.length])
        offset = np.concatenate([[0.0], np.cumsum(length[:-1] + 1.0)])[: len(length)]
        station = np.concatenate([lanes.station, connections.station])
        return cls(xy, start, station + np.repeat(offset, np.diff(start)), offset, length)

    def place(self, path: NDArray[np.integer], position: NDArray[np.floating]) -> NDArray[np.float64]:
        """(N, 2) m: the points `position` metres along the paths."""
        wanted = self.offset[path] + np.clip(position, 0.0, self.length[path])
        i = np.searchsorted(self.along, wanted, side="right") - 1
        i = np.clip(i, self.start[path], np.maximum(self.start[path + 1] - 2, self.start[path]))
        after = np.minimum(i + 1, self.start[path + 1] - 1)
        span = self.along[after] - self.along[i]
        share = np.divide(wanted - self.along[i], span, out=np.zeros_like(wanted), where=span > 0)
        return self.xy[i] + share[:, None] * (self.xy[after] - self.xy[i])


@dataclass(frozen=True)
class Grid:
    """The cells that a city's paths lie in: a rectangle of them, row by row from the south-west."""

    west: int  # cx of the first column
    south: int  # cy of the first row
    columns: int
    rows: int

    @classmethod
    def around(cls, xy: NDArray[np.float64]) -> Grid:
        """The smallest grid that holds the points (P, 2)."""
        if len(xy) == 0:
            return cls(0, 0, 1, 1)
        low = np.floor(xy.min(axis=0) / CELL).astype(int)
        high = np.floor(xy.max(axis=0) / CELL).astype(int)
        return cls(int(low[0]), int(low[1]), int(high[0] - low[0] + 1), int(high[1] - low[1] + 1))

    @cached_property
    def cells(self) -> NDArray[np.int16]:
        """(C, 2) cx, cy of every cell in the grid's order."""
        cx, cy = np.meshgrid(np.arange(self.columns) + self.west, np.arange(self.rows) + self.south)
        return np.column_stack([cx.ravel(), cy.ravel()]).astype(np.int16)

    def cell(self, xy: NDArray[np.float64]) -> NDArray[np.int64]:
        """(N,) the row of `cells` that each point lies in; a point outside counts to the nearest cell."""
        column = np.clip(np.floor(xy[:, 0] / CELL).astype(np.int64) - self.west, 0, self.columns - 1)
        row = np.clip(np.floor(xy[:, 1] / CELL).astype(np.int64) - self.south, 0, self.rows - 1)
        return row * self.columns + column

    def view(self, x: float, y: float, radius: float) -> Spans:
        """The cells that a disc touches, as slices of `cells`: one slice a row of the grid."""
        spans = []
        first = max(int(np.floor((y - radius) / CELL)), self.south)
        last = min(int(np.floor((y + radius) / CELL)), self.south + self.rows - 1)
        for row in range(first, last + 1):
            away = max(row * CELL - y, y - (row + 1) * CELL, 0.0)  # of the row's nearest edge
            reach = float(np.sqrt(max(radius * radius - away * away, 0.0)))
            left = max(int(np.floor((x - reach) / CELL)), self.west)
            right = min(int(np.floor((x + reach) / CELL)), self.west + self.columns - 1)
            if left <= right:
                base = (row - self.south) * self.columns - self.west
                spans.append((base + left, base + right + 1))
        return tuple(spans)
