"""Rows of unequal length in flat arrays: the loops of this room, written as index arithmetic."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Ints = NDArray[np.int64]


def starts(count: ArrayLike) -> Ints:
    """(N,) counts -> (N + 1,) where each row begins in the flat array."""
    count = np.asarray(count, dtype=np.int64)
    out = np.zeros(len(count) + 1, dtype=np.int64)
    np.cumsum(count, out=out[1:])
    return out


def ranges(first: ArrayLike, count: ArrayLike) -> Ints:
    """``first[i], first[i] + 1, … (count[i] of them)`` for every i, one after the other."""
    first, count = np.asarray(first, dtype=np.int64), np.asarray(count, dtype=np.int64)
    begin = starts(count)
    return np.arange(begin[-1]) - np.repeat(begin[:-1] - first, count)


def grouped(group: ArrayLike, n: int) -> tuple[Ints, Ints]:
    """Members by group: `order` (M,) sorted stably by group, and `start` (n + 1,). Negative groups are left out."""
    group = np.asarray(group, dtype=np.int64)
    order = np.argsort(group, kind="stable")
    order = order[np.searchsorted(group[order], 0) :]
    return order, starts(np.bincount(group[order], minlength=n))


def pairs(group: ArrayLike, n: int) -> tuple[Ints, Ints]:
    """All ordered pairs (i, j), i != j, of members of one group, sorted by i's place in its group."""
    order, start = grouped(group, n)
    count = np.diff(start)
    each = np.repeat(count, count)
    left = np.repeat(order, each)
    right = order[ranges(np.repeat(start[:-1], count), each)]
    different = left != right
    return left[different], right[different]


def joins(left: ArrayLike, right: ArrayLike, n: int) -> tuple[Ints, Ints]:
    """Indices (i, j) of all pairs with ``left[i] == right[j]``, keys in 0..n-1 (negative keys match nothing)."""
    left = np.asarray(left, dtype=np.int64)
    order, start = grouped(right, n)
    count = np.where(left >= 0, np.diff(start)[left], 0)
    return np.repeat(np.arange(len(left)), count), order[ranges(start[left], count)]
