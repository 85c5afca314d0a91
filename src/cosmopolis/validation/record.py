"""What an experiment hands on: numbers beside an oracle's, and what to draw. Knows no simulation and no files."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite

from cosmopolis.validation.chart import Chart


@dataclass(frozen=True)
class Check:
    """One number of ours beside somebody else's."""

    what: str
    ours: float
    unit: str
    oracle: str  # as the source gives it
    source: str
    low: float = -inf  # ours is within low .. high
    high: float = inf
    digits: int = 0  # behind the point
    reread: bool = True  # False: the oracle is from general knowledge, its source was not opened again

    def __post_init__(self) -> None:
        if not isfinite(self.ours):
            raise ValueError(f"{self.what} came out as {self.ours}")
        if self.low == -inf and self.high == inf:
            raise ValueError(f"{self.what} could never be wrong: it has no bound")

    @property
    def within(self) -> bool:
        return self.low <= self.ours <= self.high


@dataclass(frozen=True)
class Chapter:
    """One experiment as the document shows it."""

    name: str  # of the experiment and of its pictures
    title: str
    method: str  # what was done, in two or three sentences
    checks: tuple[Check, ...]
    charts: tuple[Chart, ...] = ()
    notes: tuple[str, ...] = ()  # where theory and ours disagree, and why
