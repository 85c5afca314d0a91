"""Rows of Cars move with all their columns, also with one that nobody has thought of yet."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from cosmopolis.kernels.decorators import entry
from cosmopolis.kernels.tables import Table
from cosmopolis.simulation.traffic.car_rows import OF_STEP, carry_row, carry_rows, swap_rows
from cosmopolis.simulation.traffic.state import Cars, empty_cars

ROWS = 40


@entry
def move_one(old: Cars, i: int, new: Cars, at: int) -> None:
    carry_row(old, i, new, at)


@entry
def move_block(old: Cars, lo: int, hi: int, new: Cars, shift: int) -> None:
    carry_rows(old, lo, hi, new, shift)


@entry
def swap(cars: Cars, i: int, j: int) -> None:
    swap_rows(cars, i, j)


def random_cars(seed: int) -> Cars:
    """Every column full of different numbers, whatever columns there are."""
    rng = np.random.default_rng(seed)
    return Cars(
        **{
            name: np.asarray(rng.permutation(100)[: len(column)], column.dtype)
            for name, column in empty_cars(3, ROWS)._asdict().items()
        }
    )


def columns(cars: Cars) -> dict[str, np.ndarray]:
    return {name: column.copy() for name, column in cars._asdict().items() if name != "start"}


@pytest.mark.parametrize(
    ("do", "rows"),
    [
        (lambda old, new: move_one(old, 7, new, 20), {20: 7}),
        (lambda old, new: move_block(old, 5, 15, new, 12), {row + 12: row for row in range(5, 15)}),
        (lambda old, new: move_block(old, 15, 25, new, -4), {row - 4: row for row in range(15, 25)}),
    ],
)
def test_a_row_takes_every_column_along_but_those_of_the_step(
    do: Callable[[Table, Table], None], rows: dict[int, int]
) -> None:
    old, new = random_cars(1), random_cars(2)
    source, before = columns(old), columns(new)
    do(Table(old), Table(new))
    for name, column in columns(new).items():
        for row in range(ROWS):
            carried = row in rows and name not in OF_STEP
            assert column[row] == (source[name][rows[row]] if carried else before[name][row]), (name, row)


def test_two_rows_change_places_in_every_column() -> None:
    cars = random_cars(3)
    before = columns(cars)
    swap(Table(cars), 4, 31)
    for name, column in columns(cars).items():
        assert (column[4], column[31]) == (before[name][31], before[name][4]), name
        others = np.setdiff1d(np.arange(ROWS), [4, 31])
        np.testing.assert_array_equal(column[others], before[name][others])
