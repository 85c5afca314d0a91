"""A chart as data: axes and what lies on them. How it looks is `svg`'s."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]


@dataclass(frozen=True)
class Line:
    """A line through points; NaN breaks it. `colour` is a slot of the palette: 0 is the oracle's grey."""

    x: F64 | Sequence[float]
    y: F64 | Sequence[float]
    label: str = ""
    colour: int = 1
    dashed: bool = False
    thin: bool = False


@dataclass(frozen=True)
class Dots:
    x: F64 | Sequence[float]
    y: F64 | Sequence[float]
    label: str = ""
    colour: int = 1
    small: bool = False


@dataclass(frozen=True)
class Band:
    """Everything between two values of y."""

    low: float
    high: float
    label: str = ""


@dataclass(frozen=True)
class Chart:
    name: str  # of the file, beside the experiment's name
    title: str
    x: str  # quantity and unit
    y: str
    layers: tuple[Line | Dots | Band, ...]
    x_range: tuple[float, float] | None = None  # None: what the data need, with 0 where it is near
    y_range: tuple[float, float] | None = None
    log_x: bool = field(default=False, kw_only=True)

    def extent(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Least and greatest x and y of all layers."""
        marks = [layer for layer in self.layers if not isinstance(layer, Band)]
        x = np.concatenate([np.asarray(mark.x, float) for mark in marks])
        y = [np.asarray(mark.y, float) for mark in marks]
        y += [np.array([band.low, band.high]) for band in self.layers if isinstance(band, Band)]
        every = np.concatenate(y)
        return (
            self.x_range or (float(np.nanmin(x)), float(np.nanmax(x))),
            self.y_range or _from_zero(float(np.nanmin(every)), float(np.nanmax(every))),
        )


def _from_zero(low: float, high: float) -> tuple[float, float]:
    """Values that begin near 0, seen against their range, are shown from 0."""
    margin = 0.05 * (high - low or abs(high) or 1.0)
    if 0.0 <= low < 0.5 * high:
        return 0.0, high + margin
    return low - margin, high + margin
