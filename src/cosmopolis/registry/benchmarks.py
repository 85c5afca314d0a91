"""Benchmarks of `cosmopolis bench` as records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Benchmark:
    """`run` yields one row of named numbers and texts for each case; a case that lacks something it needs yields
    {"case": …, "skipped": why}. It imports what it needs itself, so that naming a benchmark costs nothing."""

    name: str  # unique: `cosmopolis bench NAME`
    run: Callable[[], Iterable[Mapping[str, Any]]]
    summary: str
    extra: str = ""  # the package's extra that it, or the peer beside it, needs
