"""Putting tables of the same kind one under the other."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, TypeVar

import numpy as np

from cosmopolis.geometry.polylines import Polylines

Table = TypeVar("Table")


def joined(first: Table, second: Table) -> Table:
    """The rows of both, `first` before `second`. Fields that are row numbers are the caller's to shift before."""
    values: dict[str, Any] = {}
    for field in fields(first):  # type: ignore[arg-type]
        a, b = getattr(first, field.name), getattr(second, field.name)
        if isinstance(a, Polylines):
            start = np.concatenate([a.start, b.start[1:] + a.start[-1]])
            values[field.name] = Polylines(np.concatenate([a.points, b.points]), start)
        else:
            values[field.name] = np.concatenate([a, b]) if isinstance(a, np.ndarray) else (*a, *b)
    return type(first)(**values)
