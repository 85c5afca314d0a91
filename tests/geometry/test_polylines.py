"""Points along many polylines at once are those along each."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cosmopolis.geometry.polylines import Polylines

POINT = st.tuples(*[st.integers(-50, 50).map(float)] * 2)
LINE = st.lists(POINT, min_size=2, max_size=6, unique=True)


@given(st.lists(LINE, min_size=1, max_size=5), st.lists(st.floats(-0.2, 1.2), min_size=1, max_size=8))
def test_many_at_once_are_where_each_is(lines, shares):
    polylines = Polylines.of(np.array(line) for line in lines)
    rows = np.arange(len(shares)) % len(lines)
    station = np.array(shares) * polylines.length[rows]
    points, _ = polylines.along(rows, station)
    for row, metres, point in zip(rows, station, points, strict=True):
        expected, _ = polylines.at(int(row), float(metres))
        assert np.allclose(point, expected, atol=1e-6)


def test_the_heading_is_that_of_the_piece():
    polylines = Polylines.of([np.array([[0.0, 0], [10, 0], [10, 10]]), np.array([[5.0, 5], [5, -5]])])
    points, heading = polylines.along(np.array([0, 0, 1, 1]), np.array([5.0, 15.0, 4.0, 99.0]))
    assert np.allclose(points[:, :2], [[5, 0], [10, 5], [5, 1], [5, -5]])
    assert np.allclose(heading, [0.0, np.pi / 2, -np.pi / 2, -np.pi / 2])
