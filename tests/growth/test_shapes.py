"""Footprints, rows and frames."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from cosmopolis.city.raw import RawBuilding
from cosmopolis.city.words import BuildingUse, Turn
from cosmopolis.growth import shapes
from cosmopolis.growth.brief import Brief
from cosmopolis.growth.calibration import calibrate, residents
from cosmopolis.growth.circuit import COURSE, smooth
from cosmopolis.growth.frames import Frame, spare_frames
from cosmopolis.growth.plan import draw_plan
from cosmopolis.growth.streets import markings

BLOCK = shapely.Polygon([(0, 0), (200, 10), (190, 160), (90, 130), (5, 150)])
angles = st.floats(-3.2, 3.2)


@given(angle=angles, w=st.floats(1, 80), d=st.floats(1, 80))
def test_rectangles_have_their_size(angle, w, d):
    shape = shapes.rectangles(np.array([[3.0, 4.0]]), w, d, angle)[0]
    assert shape.area == pytest.approx(w * d)
    assert shapely.get_coordinates(shape.centroid)[0] == pytest.approx([3, 4], abs=1e-6)


@given(angle=angles)
@settings(deadline=None)
def test_rows_stand_inside_their_block(angle):
    for y, x0, x1 in shapes.strips(BLOCK, angle, 12.0, 30.0, 0.0, 4.0):
        ends = shapes.rotate(np.array([[x0, y], [x1, y]]), angle)
        assert BLOCK.covers(shapely.LineString(ends))


def test_rows_of_neighbours_stand_in_line():
    left, right = shapely.box(0, 0, 100, 100), shapely.box(120, 13, 220, 140)
    rows = [
        {round(y, 6) for y, _, _ in shapes.strips(one, 0.0, 10.0, 25.0, 3.0, 2.0)} for one in (left, right)
    ]
    assert len(rows[0] & rows[1]) >= 2


@given(angle=angles)
def test_facing_south_keeps_within_the_suns_reach(angle):
    turned = shapes.facing_south(angle)
    assert abs(turned) <= 0.31
    assert turned == pytest.approx(shapes.facing_south(angle + np.pi / 2), abs=1e-9) or abs(turned) > 0.3


def test_apart_keeps_the_first():
    row = shapes.rectangles(np.array([[0.0, 0], [5, 0], [20, 0]]), 10, 10, 0.0)
    assert shapes.apart(row, [], 1.0) == [0, 2]
    assert shapes.apart(row, [shapely.box(18, -2, 22, 2)], 1.0) == [0]


def test_frontage_faces_the_street_from_inside():
    houses, _ = shapes.frontage(BLOCK, (8, 9), (9, 12), 1.0, 0.5, np.random.default_rng(3))
    assert len(houses) > 20
    assert all(BLOCK.contains(house) for house in houses)


@pytest.mark.parametrize("seed", range(6))
def test_parcels_share_out_the_block(seed):
    parts = shapes.parcels(BLOCK, 3_000.0, np.random.default_rng(seed))
    assert len(parts) > 4
    assert sum(part.area for part in parts) == pytest.approx(BLOCK.area, rel=0.02)


def test_a_frame_lies_inside_and_is_large():
    frame = Frame.inside(BLOCK)
    assert BLOCK.contains(frame.box(0, 0, frame.length, frame.width))
    assert frame.length * frame.width > 0.5 * BLOCK.area


def test_spare_ground_is_spare():
    house = shapely.box(40, 40, 110, 90)
    spare = [f.box(0, 0, f.length, f.width) for f in spare_frames(BLOCK, [house], 500, 4)]
    assert spare
    assert all(BLOCK.contains(s) and not s.intersects(house) for s in spare)


def test_the_course_does_not_cross_itself():
    ring = shapely.LinearRing(smooth(COURSE))
    assert ring.is_simple
    assert shapely.Polygon(ring).buffer(-20).is_valid


@pytest.mark.parametrize("seed", range(1, 7))
def test_the_warp_folds_nowhere(seed):
    """The drawing board's cells keep their orientation on the ground, and most of their size."""
    plan = draw_plan(Brief(seed))
    n = 60
    u, v = np.meshgrid(np.linspace(-2600, 2600, n), np.linspace(-2600, 2600, n))
    xy = plan.warp(np.column_stack([u.ravel(), v.ravel()])).reshape(n, n, 2)
    du, dv = np.diff(xy, axis=1)[:-1], np.diff(xy, axis=0)[:, :-1]
    cell = (du[..., 0] * dv[..., 1] - du[..., 1] * dv[..., 0]) / (5200 / (n - 1)) ** 2
    assert cell.min() > 0.45
    assert cell.max() < 1.8


@pytest.mark.parametrize("target", [300, 420, 600])
def test_calibration_meets_the_number(target):
    homes = [
        RawBuilding(f"b{k}", shapely.box(0, 0, 50, 12), height=18.6, floors=6, use=BuildingUse.RESIDENTIAL)
        for k in range(5)
    ]
    people, each = calibrate(homes, target)
    assert people == pytest.approx(target, rel=0.05)
    assert residents(homes, each) == pytest.approx(people, abs=1)
    assert all(
        4 <= home.floors <= 7 and home.height == pytest.approx(home.floors * 3 + 0.6) for home in homes
    )


def test_markings_cover_every_turn():
    assert markings(4, True, True, True) == (Turn.LEFT, Turn.THROUGH, Turn.THROUGH, Turn.THROUGH | Turn.RIGHT)
    assert markings(2, True, False, True) == (Turn.LEFT, Turn.RIGHT)
    assert markings(1, True, True, True)[0] & Turn.LEFT
    assert markings(3, False, False, False) == ()
    for lanes in (1, 2, 3, 4, 5):
        for options in ((1, 1, 1), (1, 1, 0), (0, 1, 1), (1, 0, 1), (0, 0, 1), (1, 0, 0), (0, 1, 0)):
            turns = markings(lanes, *map(bool, options))
            assert len(turns) == lanes
            union = Turn(0)
            for turn in turns:
                union |= turn
            for flag, turn in zip(options, (Turn.LEFT, Turn.THROUGH, Turn.RIGHT), strict=True):
                assert bool(union & turn) == bool(flag), (lanes, options, turns)
