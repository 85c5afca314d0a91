"""The sea where an extract holds only part of its shore, and rings that lie in rings."""

import pytest
import shapely

from cosmopolis.city.raw import RawCity
from cosmopolis.city.words import LandUse, Provenance
from tests.sources.maps import Map


def bounded(north: float = 600.0) -> Map:
    """Streets in the south of a box of 1,200 m by `north` + 600 m around 0,0."""
    town = Map()
    west, south = town.lonlat(-600, -600)
    east, top = town.lonlat(600, north)
    town.head = f'<bounds minlat="{south:.7f}" minlon="{west:.7f}" maxlat="{top:.7f}" maxlon="{east:.7f}"/>\n'
    return town.street(900, [(-500, -500), (500, -500)]).street(901, [(0, -500), (0, -50)])


def seas(raw: RawCity) -> list[shapely.Polygon]:
    return [area.polygon for area in raw.areas if area.kind == LandUse.SEA]


def codes(raw: RawCity) -> list[str]:
    return [finding.code for finding in raw.findings]


@pytest.mark.parametrize("ends", [((-600, 0), (600, 0)), ((-560, 0), (600, 0)), ((-520, 0), (540, 0))])
def test_a_coastline_that_ends_inside_the_box_is_carried_to_its_edge(tmp_path, ends):
    (east, y), (west, _) = ends[1], ends[0]
    coast = [(east, y), (0, 20), (west, y)]  # land in the south is on the left
    raw = bounded().street(5, coast, highway="", natural="coastline").read(tmp_path)
    (sea,) = seas(raw)
    assert sea.area == pytest.approx(1200 * 590, rel=0.03)
    carried = sum(abs(x) < 600 for x, _ in ends)
    (area,) = [area for area in raw.areas if area.kind == LandUse.SEA]
    assert area.provenance == (Provenance.MODELLED if carried else Provenance.MEASURED)
    assert codes(raw) == (["coastline"] if carried else [])
    if carried:
        assert f"{carried} end(s)" in raw.findings[0].message


def test_two_ends_that_face_each_other_are_joined(tmp_path):
    town = bounded()
    town.street(5, [(600, 0), (60, 0)], highway="", natural="coastline")
    raw = town.street(6, [(-60, 0), (-600, 0)], highway="", natural="coastline").read(tmp_path)
    (sea,) = seas(raw)
    assert sea.area == pytest.approx(1200 * 600, rel=0.02)


def test_a_coast_turned_the_wrong_way_puts_no_streets_under_water(tmp_path):
    coast = [(-560, 0), (0, 20), (560, 0)]
    raw = bounded().street(5, coast, highway="", natural="coastline").read(tmp_path)
    assert seas(raw) == []
    assert codes(raw) == ["coastline", "coastline"] and "none is drawn" in raw.findings[1].message


def test_a_shore_too_far_inside_is_told(tmp_path):
    """A spiral whose end nothing straight leads out of."""
    spiral = [(600, 0), (-300, 0), (-300, 300), (200, 300), (200, 100), (-150, 100), (-150, 200)]
    spiral += [(100, 200), (100, 150), (0, 150)]
    raw = bounded().street(5, spiral, highway="", natural="coastline").read(tmp_path)
    assert "1 end(s) of the coastline lie too far inside" in " ".join(f.message for f in raw.findings)


@pytest.mark.parametrize(
    "kind", [{"natural": "water", "water": "lagoon"}, {"natural": "bay"}, {"natural": "strait"}]
)
def test_an_open_ring_of_a_bay_is_carried_to_the_edge_on_the_side_without_streets(tmp_path, kind):
    town = bounded().street(5, [(570, 0), (0, 20), (-570, 0)], highway="")
    town.relation(1, [("way", 5, "outer"), ("way", 77, "outer")], type="multipolygon", name="Bay", **kind)
    raw = town.read(tmp_path)
    (bay,) = raw.areas
    assert bay.polygon.area == pytest.approx(1200 * 590, rel=0.03)
    assert (bay.kind, bay.name, bay.provenance) == (LandUse.SEA, "Bay", Provenance.MODELLED)
    assert "open-water" in codes(raw)


def test_an_open_ring_with_streets_on_both_sides_is_told_and_not_drawn(tmp_path):
    town = bounded().street(902, [(-500, 300), (500, 300)]).street(5, [(570, 0), (-570, 0)], highway="")
    town.relation(1, [("way", 5, "outer"), ("way", 77, "outer")], type="multipolygon", natural="water")
    raw = town.read(tmp_path)
    assert raw.areas == []
    assert "open-water" in codes(raw)


@pytest.mark.parametrize(
    "roles",
    [
        "outer inner outer inner outer",
        "outer inner inner inner inner",
        "    ",
        "outer outer inner outer inner",
    ],
)
def test_rings_in_rings_are_ground_and_holes_by_turns(tmp_path, roles):
    """An island in a lake on an island in a lake, whatever the roles say."""
    town = bounded()
    sides = [500.0, 400.0, 300.0, 200.0, 100.0]
    for id, side in enumerate(sides, start=1):
        town.square(id, -side / 2, 50 - side / 2, side)
    members = [("way", id, role) for id, role in enumerate(roles.split(" "), start=1)]
    raw = town.relation(1, members, type="multipolygon", natural="water").read(tmp_path)
    water = shapely.union_all([area.polygon for area in raw.areas])
    assert water.area == pytest.approx(500**2 - 400**2 + 300**2 - 200**2 + 100**2, rel=0.01)
    assert len(raw.areas) == 3


def test_a_ring_listed_twice_and_a_hole_in_nothing(tmp_path):
    town = bounded().square(1, 0, 0, 100).square(2, 300, 0, 50)
    members = [("way", 1, "outer"), ("way", 1, "outer"), ("way", 2, "inner")]
    (area,) = town.relation(1, members, type="multipolygon", landuse="forest").read(tmp_path).areas
    assert area.polygon.area == pytest.approx(100**2, rel=0.01)
