"""The town's bent coordinates: (u, v) metres, straight on the drawing board, to (x, y) on the ground.

The river is the line u = river_u; streets near it bend with it, streets far from it less so.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Points = NDArray[np.float64]

REACH = 1250.0  # m over which the river's bends die out sideways
MEANDERS = ((185.0, 2700.0), (48.0, 1150.0))  # amplitude, wavelength in m
RIPPLES = ((46.0, 2300.0), (30.0, 1500.0), (15.0, 800.0))  # displacement, wavelength in m


@dataclass(frozen=True)
class Warp:
    river_u: float
    turn: float  # radians, counter-clockwise
    meander: Points  # (k, 3): amplitude, wave number, phase along v
    ripple: Points  # (k, 5): wave number in u, in v, phase, displacement in x, in y
    shift: tuple[float, float] = (0.0, 0.0)  # m east, north, so that the map is centred

    @classmethod
    def drawn(cls, river_u: float, rng: Generator) -> Warp:
        meander = [
            (a, 2 * np.pi / (w * rng.uniform(0.9, 1.15)), rng.uniform(0, 2 * np.pi)) for a, w in MEANDERS
        ]
        ripple = []
        for push, wave in RIPPLES * 2:
            heading, aim = rng.uniform(0, 2 * np.pi, 2)
            k = 2 * np.pi / (wave * rng.uniform(0.85, 1.2))
            ripple.append(
                (k * np.cos(heading), k * np.sin(heading), rng.uniform(0, 2 * np.pi),
                 push * np.cos(aim), push * np.sin(aim))
            )  # fmt: skip
        turn = np.radians(rng.uniform(4.0, 11.0))
        return cls(river_u, float(turn), np.array(meander), np.array(ripple))

    def __call__(self, uv: Points) -> Points:
        """(n, 2) drawing-board metres -> (n, 2) metres east, north."""
        u, v = np.asarray(uv, dtype=np.float64).reshape(-1, 2).T
        swing = (self.meander[:, 0] * np.sin(np.outer(v, self.meander[:, 1]) + self.meander[:, 2])).sum(
            axis=1
        )
        x = u + swing * np.exp(-(((u - self.river_u) / REACH) ** 2))
        wave = np.sin(np.outer(u, self.ripple[:, 0]) + np.outer(v, self.ripple[:, 1]) + self.ripple[:, 2])
        x, y = x + wave @ self.ripple[:, 3], v + wave @ self.ripple[:, 4]
        c, s = np.cos(self.turn), np.sin(self.turn)
        return np.column_stack([c * x - s * y + self.shift[0], s * x + c * y + self.shift[1]])

    def line(self, ends: Points, step: float = 30.0) -> Points:
        """A polyline on the drawing board, sampled every `step` metres and laid on the ground."""
        ends = np.asarray(ends, dtype=np.float64)
        parts = []
        for a, b in itertools.pairwise(ends):
            n = max(1, int(np.ceil(np.hypot(*(b - a)) / step)))
            parts.append(a + (b - a) * (np.arange(n) / n)[:, None])
        return self(np.vstack([*parts, ends[-1:]]))
