"""Columns of well-known binary: as shapely writes them, and back without a bit changed."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cosmopolis.city.wkb import lines_from_wkb, lines_to_wkb, points_from_wkb, points_to_wkb
from cosmopolis.geometry.polylines import Polylines

FLOATS = st.floats(-1e7, 1e7, allow_nan=False, width=64)
LINES = st.lists(
    st.integers(0, 6).filter(lambda n: n != 1).flatmap(lambda n: arrays(np.float64, (n, 3), elements=FLOATS)),
    max_size=8,
)


@given(LINES)
def test_lines_come_back_exactly(lines: list[np.ndarray]) -> None:
    before = Polylines.of(lines)
    after = lines_from_wkb(*lines_to_wkb(before))
    np.testing.assert_array_equal(after.start, before.start)
    np.testing.assert_array_equal(after.points, before.points)


@given(LINES)
def test_lines_are_what_shapely_writes(lines: list[np.ndarray]) -> None:
    data, offsets = lines_to_wkb(Polylines.of(lines))
    for row, line in enumerate(lines):
        ours = data[offsets[row] : offsets[row + 1]].tobytes()
        if len(line):
            wanted = shapely.LineString(line)
            assert ours == shapely.to_wkb(wanted, flavor="iso", byte_order=1)
        else:
            assert shapely.from_wkb(ours).is_empty


@given(st.integers(0, 9).flatmap(lambda n: arrays(np.float64, (n, 2), elements=FLOATS)))
def test_points_are_what_shapely_writes(xy: np.ndarray) -> None:
    data, offsets = points_to_wkb(xy)
    assert data.tobytes() == b"".join(shapely.to_wkb(shapely.points(xy), byte_order=1))
    assert offsets.tolist() == [21 * i for i in range(len(xy) + 1)]
    np.testing.assert_array_equal(points_from_wkb(data), xy)


def test_other_geometry_is_refused() -> None:
    polygon = np.frombuffer(shapely.to_wkb(shapely.box(0, 0, 1, 1)), np.uint8)
    with pytest.raises(ValueError, match="LineString Z"):
        lines_from_wkb(polygon, np.array([0, len(polygon)], np.int32))
    with pytest.raises(ValueError, match="points"):
        points_from_wkb(polygon)
