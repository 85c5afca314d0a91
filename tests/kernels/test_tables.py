"""Kernels write the columns of tables in the order in which they are written down, whoever else holds the array."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from cosmopolis.kernels.decorators import entry
from cosmopolis.kernels.tables import Table, Tables


class Row(NamedTuple):
    speed: NDArray[np.float32]
    room: NDArray[np.float32]
    kind: NDArray[np.uint16]
    count: int


class Kind(NamedTuple):
    brake: NDArray[np.float32]


def row(values: list[float]) -> Row:
    count = len(values)
    speed = np.array(values, np.float32)
    return Row(speed, np.arange(count, dtype=np.float32), (np.arange(count) % 3).astype(np.uint16), count)


@entry
def slide(old: Row, new: Row, kinds: Kind) -> None:
    for i in range(old.count - 1):
        new.speed[i + 1] = old.speed[i] + kinds.brake[old.kind[i]] * old.room[i]
        new.room[i + 1] = new.speed[i + 1] * np.float32(0.5)


def slide_one_by_one(old: Row, new: Row, kinds: Kind) -> None:
    for i in range(old.count - 1):
        new.speed[i + 1] = old.speed[i] + kinds.brake[old.kind[i]] * old.room[i]
        new.room[i + 1] = new.speed[i + 1] * np.float32(0.5)


def copy(record: Row) -> Row:
    return Row(*(value.copy() if isinstance(value, np.ndarray) else value for value in record))


KINDS = Kind(np.array([1.0, 2.5, 4.0], np.float32))


@settings(deadline=None)  # the first one compiles
@given(st.lists(st.floats(0, 8, width=32), min_size=1, max_size=70), st.booleans())
def test_two_tables_of_the_same_arrays_see_what_the_other_writes(values, same):
    """Rows may be worked on many at once only where nobody could tell."""
    old = row(values)
    new = old if same else copy(old)
    expected_old = copy(old)
    expected_new = expected_old if same else copy(new)
    slide(Table(old), Table(new), Table(KINDS))
    slide_one_by_one(expected_old, expected_new, KINDS)
    for ours, right in zip((*old[:3], *new[:3]), (*expected_old[:3], *expected_new[:3]), strict=True):
        np.testing.assert_array_equal(ours, right)


def test_a_record_has_one_table_as_long_as_it_is_the_same():
    tables, record = Tables(), row([1.0, 2.0])
    assert tables(record) is tables(record)
    assert tables(copy(record)) is not tables(record)


def test_columns_that_are_not_contiguous_are_refused():
    with pytest.raises(ValueError, match="contiguous"):
        Table(row([1.0, 2.0])._replace(speed=np.zeros(4, np.float32)[::2]))
