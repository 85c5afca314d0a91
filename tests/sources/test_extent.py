"""Where a file's things lie: regions, outliers, the antimeridian."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cosmopolis.sources.extent import (
    apart,
    box_from,
    box_of,
    centre_of,
    far_finding,
    main_part,
    origin_of,
    united,
)


def test_what_lies_thousands_of_km_away_is_not_the_place() -> None:
    town = [[13.40, 52.50], [13.41, 52.51], [13.42, 52.52]]
    assert main_part([*town, [0.0, 0.0], [139.7, 35.7]]).tolist() == [True, True, True, False, False]


def test_a_place_across_the_antimeridian_is_one() -> None:
    points = np.array([[179.99, -16.85], [-179.99, -16.84], [179.995, -16.86]])
    assert main_part(points).all()
    assert box_of(points) == pytest.approx((179.99, -16.86, 180.01, -16.84))
    assert centre_of(box_of(points) or (0, 0, 0, 0)) == pytest.approx((180.0, -16.85))


def test_between_two_equal_places_the_one_at_zero_is_not_meant() -> None:
    assert main_part([[0.0, 0.0], [0.001, 0.0], [2.35, 48.86], [2.36, 48.86]]).tolist() == [
        False,
        False,
        True,
        True,
    ]
    assert main_part([[2.35, 48.86], [100.0, 0.0]]).tolist() == [True, False]


def test_weights_decide() -> None:
    assert main_part([[0.0, 50.0], [90.0, 50.0], [90.0, 50.0]], [3.0, 1.0, 1.0]).tolist() == [
        True,
        False,
        False,
    ]


def test_a_country_hangs_together_by_its_towns() -> None:
    lon = np.arange(-5.0, 8.0, 1.5)
    assert main_part(np.column_stack([lon, np.full(len(lon), 46.0)])).all()


def test_written_boxes_may_cross_the_antimeridian() -> None:
    assert box_from(179.99, -16.86, -179.99, -16.84) == pytest.approx((179.99, -16.86, 180.01, -16.84))
    assert box_from(1.0, 2.0, 3.0, 4.0) == (1.0, 2.0, 3.0, 4.0)


def test_boxes_on_both_sides_are_near() -> None:
    east, west = (179.9, -17.0, 180.0, -16.0), (-180.0, -17.0, -179.9, -16.0)
    assert apart(east, west) == 0.0
    assert united([east, west]) == pytest.approx((179.9, -17.0, 180.1, -16.0))
    assert apart((0.0, 0.0, 1.0, 1.0), (4.0, 0.0, 5.0, 1.0)) == 3.0


def test_the_origin_is_the_middle() -> None:
    origin = origin_of((179.99, -16.86, 180.03, -16.84))
    assert (origin.lon, origin.lat) == (-179.99, -16.85)
    xy = origin.to_local([[179.99, -16.85], [-179.97, -16.85]])
    assert xy[0, 0] == pytest.approx(-xy[1, 0], abs=1e-6)
    assert xy[1, 0] == pytest.approx(2130.8, abs=2.0)


def test_what_is_left_out_is_told() -> None:
    finding = far_finding("a.geojson", "feature(s)", np.zeros((4, 2)), (2.0, 48.0, 2.2, 48.2))
    assert finding.code == "far-away"
    assert finding.message.startswith("4 feature(s) far from the rest (2.100, 48.100), at (0.000, 0.000)")


degrees = st.tuples(st.floats(-180, 180), st.floats(-90, 90))


@given(st.lists(degrees, min_size=1, max_size=30))
def test_some_part_is_kept_and_the_box_holds_it(points: list[tuple[float, float]]) -> None:
    array = np.array(points)
    kept = main_part(array)
    assert kept.any()
    box = box_of(array[kept])
    assert box is not None
    west, south, east, north = box
    assert -180 <= west <= 180 and west <= east <= west + 360 and south <= north
    for lon, lat in array[kept].tolist():
        assert south <= lat <= north
        assert any(west - 1e-9 <= lon + turn <= east + 1e-9 for turn in (0, 360, -360))
