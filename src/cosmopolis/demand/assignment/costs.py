"""Link costs: what a link takes when so much flows on it, its slope, and the area under it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]


class LinkCost(Protocol):
    """Costs of A links, each of its own flow alone, never falling with it. Arrays are (A,)."""

    def time(self, flow: F64) -> F64:
        """Cost of a link at `flow`."""
        ...

    def slope(self, flow: F64) -> F64:
        """Derivative of `time`, not below 0."""
        ...

    def integral(self, flow: F64) -> F64:
        """Area under `time` from 0 to `flow`: a link's part of Beckmann's objective (Beckmann et al. 1956)."""
        ...


@dataclass(frozen=True)
class BPR:
    """t = t0 (1 + b (x / c)^p) + fixed (Bureau of Public Roads 1964). `fixed` is what does not grow: tolls, waits."""

    free_time: F64  # (A,)
    capacity: F64  # (A,)
    b: F64  # (A,)
    power: F64  # (A,)
    fixed: F64  # (A,)

    def time(self, flow: F64) -> F64:
        return self.fixed + self.free_time * (1.0 + self.b * self._filled(flow) ** self.power)

    def slope(self, flow: F64) -> F64:
        steep = self.free_time * self.b * self.power / self.capacity
        with np.errstate(divide="ignore", invalid="ignore"):
            grown = self._filled(flow) ** (self.power - 1.0)
        return np.where(steep > 0, steep * np.where(np.isfinite(grown), grown, 0.0), 0.0)

    def integral(self, flow: F64) -> F64:
        grown = self.b / (self.power + 1.0) * self._filled(flow) ** self.power
        return flow * (self.fixed + self.free_time * (1.0 + grown))

    def _filled(self, flow: F64) -> F64:
        return np.maximum(flow, 0.0) / self.capacity


@dataclass(frozen=True)
class Conical:
    """t = t0 (2 + sqrt(a^2 (1 - y)^2 + e^2) - a (1 - y) - e), y = x / c, e = (2 a - 1) / (2 a - 2) (Spiess 1990,
    eq. 20): twice the free time at capacity, as BPR with b = 1, and steep but never extreme beyond."""

    free_time: F64  # (A,)
    capacity: F64  # (A,)
    alpha: F64  # (A,) above 1

    def time(self, flow: F64) -> F64:
        left, root = self._parts(flow)
        return self.free_time * (2.0 + root - left - self._beta)

    def slope(self, flow: F64) -> F64:
        left, root = self._parts(flow)
        return self.free_time * self.alpha / self.capacity * (1.0 - left / root)

    def integral(self, flow: F64) -> F64:
        return self.free_time * self.capacity / self.alpha * (self._area(flow) - self._area(0.0 * flow))

    def _area(self, flow: F64) -> F64:
        """Antiderivative by u = a (1 - y), times -1: of (2 - e) - u + sqrt(u^2 + e^2)."""
        left, root = self._parts(flow)
        rooted = 0.5 * (left * root + self._beta**2 * np.arcsinh(left / self._beta))
        return -((2.0 - self._beta) * left - 0.5 * left**2 + rooted)

    def _parts(self, flow: F64) -> tuple[F64, F64]:
        left = self.alpha * (1.0 - flow / self.capacity)
        return left, np.sqrt(left**2 + self._beta**2)

    @property
    def _beta(self) -> F64:
        return (2.0 * self.alpha - 1.0) / (2.0 * self.alpha - 2.0)


@dataclass(frozen=True)
class Marginal:
    """What one more vehicle costs all: t + x t'. Equilibrium under it is the system's optimum (Sheffi 1985, 3.3)."""

    own: LinkCost

    def time(self, flow: F64) -> F64:
        return self.own.time(flow) + flow * self.own.slope(flow)

    def slope(self, flow: F64) -> F64:
        """The second derivative by a small difference: it only sets the length of steps."""
        little = 1e-4 * np.maximum(flow, 1e-3)
        bend = (self.own.slope(flow + little) - self.own.slope(flow)) / little
        return 2.0 * self.own.slope(flow) + flow * np.maximum(bend, 0.0)

    def integral(self, flow: F64) -> F64:
        return flow * self.own.time(flow)
