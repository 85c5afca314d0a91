"""Many polylines in two arrays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]


@dataclass(frozen=True)
class Polylines:
    """N polylines; row i is ``points[start[i]:start[i + 1]]``."""

    points: Points  # (P, 3) float64, metres: east, north, up
    start: NDArray[np.int64]  # (N + 1,)

    @classmethod
    def of(cls, lines: Iterable[Points]) -> Polylines:
        """From (n, 2) or (n, 3) arrays; a missing height is 0."""
        rows = [_with_height(np.asarray(line, dtype=np.float64)) for line in lines]
        start = np.zeros(len(rows) + 1, dtype=np.int64)
        np.cumsum([len(row) for row in rows], out=start[1:])
        points = np.concatenate(rows) if rows else np.zeros((0, 3))
        return cls(points, start)

    def __len__(self) -> int:
        return len(self.start) - 1

    def __getitem__(self, row: int) -> Points:
        return self.points[self.start[row] : self.start[row + 1]]

    @cached_property
    def station(self) -> NDArray[np.float64]:
        """(P,) metres along its own polyline of every point, measured on the plane."""
        if len(self.points) == 0:
            return np.zeros(0)
        step = np.hypot(*np.diff(self.points[:, :2], axis=0, prepend=self.points[:1, :2]).T)
        filled = self.start[:-1][np.diff(self.start) > 0]
        step[filled] = 0.0
        total = np.cumsum(step)
        return total - np.repeat(total[filled], np.diff(self.start)[np.diff(self.start) > 0])

    @cached_property
    def length(self) -> NDArray[np.float64]:
        """(N,) metres."""
        out = np.zeros(len(self))
        filled = np.diff(self.start) > 0
        out[filled] = self.station[self.start[1:][filled] - 1]
        return out

    @cached_property
    def _laid(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """All polylines laid end to end: metres at which each begins (N + 1,), and of every point (P,)."""
        begin = np.concatenate([[0.0], np.cumsum(self.length)])
        return begin, self.station + np.repeat(begin[:-1], np.diff(self.start))

    def take(self, rows: Sequence[int] | NDArray) -> Polylines:
        return Polylines.of([self[int(row)] for row in rows])

    def at(self, row: int, station: float) -> tuple[Points, float]:
        """The point (3,) at `station` metres along polyline `row`, and its heading in radians from east."""
        line, along = self[row], self.station[self.start[row] : self.start[row + 1]]
        i = int(np.clip(np.searchsorted(along, station, side="right") - 1, 0, len(line) - 2))
        span = along[i + 1] - along[i]
        share = 0.0 if span <= 0 else float(np.clip((station - along[i]) / span, 0.0, 1.0))
        step = line[i + 1] - line[i]
        return line[i] + share * step, float(np.arctan2(step[1], step[0]))

    def along(
        self, rows: NDArray[np.int64], station: NDArray[np.float64]
    ) -> tuple[Points, NDArray[np.float64]]:
        """The points (n, 3) at `station` (n,) metres along polylines `rows` (n,), and headings (n,) rad from east.

        `at` for many at once. A station beyond an end is that end; every row has two points or more.
        """
        begin, laid = self._laid
        at = begin[rows] + np.clip(station, 0.0, self.length[rows])
        i = np.clip(np.searchsorted(laid, at, side="right") - 1, self.start[rows], self.start[rows + 1] - 2)
        span = laid[i + 1] - laid[i]
        share = np.clip(np.divide(at - laid[i], span, out=np.zeros(len(at)), where=span > 0), 0.0, 1.0)
        step = self.points[i + 1] - self.points[i]
        return self.points[i] + share[:, None] * step, np.arctan2(step[:, 1], step[:, 0])


def _with_height(line: Points) -> Points:
    if line.ndim != 2 or line.shape[1] not in (2, 3):
        raise ValueError(f"a polyline is (n, 2) or (n, 3), not {line.shape}")
    return line if line.shape[1] == 3 else np.column_stack([line, np.zeros(len(line))])
