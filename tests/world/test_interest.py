"""Cells and views: which cells a disc touches, and where vehicles are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cosmopolis.world.interest import CELL, Grid, Paths

GRID = Grid(west=-3, south=-2, columns=7, rows=5)
metres = st.floats(-3000, 3000)


@given(metres, metres, st.floats(0, 4000))
def test_a_view_is_the_cells_that_its_disc_touches(x: float, y: float, radius: float) -> None:
    """Rule 6.3, told by brute force."""
    seen = {row for first, last in GRID.view(x, y, radius) for row in range(first, last)}
    for row, (cx, cy) in enumerate(GRID.cells):
        nearest_x = min(max(x, cx * CELL), (cx + 1) * CELL)
        nearest_y = min(max(y, cy * CELL), (cy + 1) * CELL)
        away = np.hypot(nearest_x - x, nearest_y - y)
        if abs(away - radius) > 1e-6:  # on the very edge either answer is right
            assert (row in seen) == (away < radius), (cx, cy)


@given(st.lists(st.tuples(metres, metres), min_size=1, max_size=20))
def test_a_grid_holds_its_points(points: list[tuple[float, float]]) -> None:
    xy = np.array(points)
    grid = Grid.around(xy)
    np.testing.assert_array_equal(grid.cells[grid.cell(xy)], np.floor(xy / CELL))


def test_a_grid_of_nothing_has_a_cell() -> None:
    assert len(Grid.around(np.zeros((0, 2))).cells) == 1


def test_a_point_outside_counts_to_the_nearest_cell() -> None:
    assert GRID.cells[GRID.cell(np.array([[1e6, -1e6]]))].tolist() == [[3, -2]]


@pytest.fixture
def paths() -> Paths:
    """Two lanes: 100 m east then 100 m north; and 50 m west."""
    xy = np.array([[0, 0], [100, 0], [100, 100], [0, 10], [-50, 10]], float)
    return Paths(
        xy=xy,
        start=np.array([0, 3, 5]),
        along=np.array([0, 100, 200, 201, 251.0]),
        offset=np.array([0, 201.0]),
        length=np.array([200.0, 50.0]),
    )


def test_where_vehicles_are(paths: Paths) -> None:
    place = paths.place(np.array([0, 0, 0, 1, 0, 1]), np.array([0, 150, 200, 20, -3, 70.0]))
    wanted = [[0, 0], [100, 50], [100, 100], [-20, 10], [0, 0], [-50, 10]]
    np.testing.assert_allclose(place, wanted, atol=1e-9)
