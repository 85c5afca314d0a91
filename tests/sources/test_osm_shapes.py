"""Buildings, land use, water, trees and places of OpenStreetMap."""

import pytest
import shapely

from cosmopolis.city.words import BuildingUse, LandUse, Roof
from tests.sources.maps import Map


def town() -> Map:
    return Map().street(900, [(-500, -500), (500, -500)])


def building(folder, **tags):
    raw = town().square(1, 0, 0, 20, **({"building": "yes"} | tags)).read(folder)
    return raw.buildings[0], raw.findings


def test_a_building_as_tagged(tmp_path):
    found, findings = building(
        tmp_path, building="apartments", height="30 m", building__levels="9", roof__shape="gabled", roof__height="4",
        name="东方公寓", addr__street="南京路", addr__housenumber="12", building__colour="beige",
    )  # fmt: skip
    assert found.key == "osm:way/1"
    assert found.footprint.area == pytest.approx(400, rel=1e-3)
    assert (found.height, found.roof, found.roof_height, found.floors) == (26, Roof.GABLED, 4, 9)
    assert (found.use, found.name, found.address) == (BuildingUse.RESIDENTIAL, "东方公寓", "南京路 12")
    assert found.colour == "#f5f5dc"
    assert not findings


@pytest.mark.parametrize(
    ("tags", "height"),
    [
        ({"height": "12 m"}, 12), ({"height": "40 ft"}, 12.192), ({"est_height": "9"}, 9), ({}, 0),
        ({"building__height": "8"}, 8),
    ],
)  # fmt: skip
def test_heights(tmp_path, tags, height):
    assert building(tmp_path, **tags)[0].height == pytest.approx(height)


@pytest.mark.parametrize("text", ["abc", "-5", "99999", "12 floors"])
def test_a_height_that_is_none_is_told_and_unknown(tmp_path, text):
    found, findings = building(tmp_path, height=text)
    assert found.height == 0
    (finding,) = findings
    assert (finding.code, finding.where) == ("height", "osm:way/1")
    assert text in finding.message


def test_a_volume_upside_down_is_taken_from_the_ground(tmp_path):
    found, findings = building(tmp_path, height="10", min_height="15")
    assert (found.base, found.height) == (0, 10)
    assert findings[0].code == "height"


@pytest.mark.parametrize(
    "shape", ["gabled", "hipped", "pyramidal", "dome", "skillion", "round", "mansard", "onion"]
)
def test_a_roof_without_a_height_gets_one_that_leaves_walls(tmp_path, shape):
    found, _ = building(tmp_path, height="8", roof__shape=shape)
    assert found.roof != Roof.FLAT
    assert 0 < found.roof_height < 8
    assert found.height + found.roof_height == pytest.approx(8)


@pytest.mark.parametrize(
    ("tags", "use"),
    [
        ({"building": "house"}, BuildingUse.RESIDENTIAL), ({"amenity": "school"}, BuildingUse.SCHOOL),
        ({"shop": "florist"}, BuildingUse.RETAIL), ({"office": "company"}, BuildingUse.OFFICE),
        ({"building": "church"}, BuildingUse.WORSHIP), ({"building": "shed"}, BuildingUse.OUTBUILDING),
        ({}, BuildingUse.UNKNOWN), ({"tourism": "hotel"}, BuildingUse.HOTEL),
    ],
)  # fmt: skip
def test_uses(tmp_path, tags, use):
    assert building(tmp_path, **tags)[0].use == use


def test_parts_know_their_building(tmp_path):
    raw = (
        town()
        .square(1, 0, 0, 40, building="yes")
        .square(2, 5, 5, 10, building__part="yes", height="50", min_height="10")
        .square(3, 100, 0, 40, building="yes")
        .square(4, 135, 30, 30, building__part="yes")  # mostly outside number 3, but a relation says so
        .square(5, 300, 0, 10, building__part="yes")  # of nothing
        .relation(1, [("way", 3, "outline"), ("way", 4, "part")], type="building")
        .read(tmp_path)
    )
    parts = {b.key: b.part_of for b in raw.buildings}
    assert parts == {
        "osm:way/1": "", "osm:way/2": "osm:way/1", "osm:way/3": "", "osm:way/4": "osm:way/3", "osm:way/5": "",
    }  # fmt: skip
    assert raw.buildings[1].base == 10


def test_a_footprint_that_crosses_itself_is_mended_and_told(tmp_path):
    bow = town().node(1, 0, 0).node(2, 20, 20).node(3, 20, 0).node(4, 0, 20).node(5, -40, 10)
    raw = bow.way(7, [1, 2, 3, 4, 5, 1], building="yes").read(tmp_path)
    assert raw.buildings[0].footprint.is_valid
    assert [finding.code for finding in raw.findings] == ["self-crossing"]
    assert raw.findings[0].where == "way 7"


def test_a_multipolygon_of_split_rings_with_a_hole(tmp_path):
    lake = town()
    for id, x, y in (
        (1, 0, 0),
        (2, 100, 0),
        (3, 100, 100),
        (4, 0, 100),
        (5, 40, 40),
        (6, 60, 40),
        (7, 60, 60),
        (8, 40, 60),
    ):
        lake.node(id, x, y)
    lake.way(1, [1, 2, 3]).way(2, [1, 4, 3]).way(3, [5, 6, 7, 8, 5])
    lake.relation(
        1,
        [("way", 1, "outer"), ("way", 2, "outer"), ("way", 3, "inner")],
        type="multipolygon",
        natural="water",
        water="lake",
        name="湖",
    )
    raw = lake.read(tmp_path)
    (area,) = raw.areas
    assert (area.kind, area.name, area.key) == (LandUse.LAKE, "湖", "osm:relation/1")
    assert area.polygon.area == pytest.approx(10_000 - 400, rel=1e-3)


def test_a_multipolygon_cut_off_by_the_extract_is_told(tmp_path):
    raw = town().square(1, 0, 0, 50).relation(
        1, [("way", 1, "outer"), ("way", 99, "outer")], type="multipolygon", landuse="forest"
    ).read(tmp_path)  # fmt: skip
    assert [area.kind for area in raw.areas] == [LandUse.FOREST]
    assert any(finding.code == "open-multipolygon" for finding in raw.findings)


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"landuse": "residential"}, LandUse.RESIDENTIAL), ({"leisure": "park"}, LandUse.PARK),
        ({"natural": "water", "water": "river"}, LandUse.RIVER), ({"waterway": "riverbank"}, LandUse.RIVER),
        ({"natural": "wood"}, LandUse.FOREST), ({"amenity": "parking"}, LandUse.PARKING),
        ({"highway": "pedestrian", "area": "yes"}, LandUse.PLAZA), ({"leisure": "pitch"}, LandUse.SPORT),
        ({"landuse": "reservoir"}, LandUse.LAKE), ({"amenity": "university"}, LandUse.EDUCATION),
    ],
)  # fmt: skip
def test_areas(tmp_path, tags, kind):
    raw = town().square(1, 0, 0, 50, **tags).read(tmp_path)
    assert [area.kind for area in raw.areas] == [kind]
    assert len(raw.streets) == 1  # a square is no street


def test_a_river_drawn_as_a_line_gets_its_width_except_where_it_is_drawn(tmp_path):
    river = town().street(5, [(0, 0), (100, 0)], highway="", waterway="canal", width="10", name="河")
    (band,) = river.read(tmp_path).areas
    assert (band.kind, band.name) == (LandUse.CANAL, "河")
    assert band.polygon.area == pytest.approx(1000, rel=0.01)
    drawn = river.square(6, -10, -10, 60, natural="water").read(tmp_path)
    assert sum(area.polygon.area for area in drawn.areas) == pytest.approx(3600 + 500, rel=0.01)


@pytest.mark.parametrize("turned", [False, True])
def test_the_sea_lies_to_the_right_of_the_coastline(tmp_path, turned):
    coast = [(-900, 100), (0, 50), (900, 100)]
    island = [(200, 300), (300, 300), (300, 400), (200, 400)]  # counter-clockwise: land inside
    raw = (
        town()
        .street(901, [(500, -500), (500, 800)])
        .street(5, coast[:: 1 if turned else -1], highway="", natural="coastline")
        .square(6, *island[0], 100, natural="coastline")
        .read(tmp_path)
    )
    seas = [area.polygon for area in raw.areas if area.kind == LandUse.SEA]
    (sea,) = seas
    middle = 150  # of the streets, where the origin is
    if turned:
        assert sea.bounds[1] + middle == pytest.approx(-800, abs=3) and sea.bounds[3] + middle < 101
    else:
        assert sea.bounds[1] + middle > 49 and sea.bounds[3] + middle == pytest.approx(1100, abs=3)
        assert len(sea.interiors) == 1


def test_trees_single_and_in_rows(tmp_path):
    raw = (
        town()
        .node(1, 0, 0, natural="tree", height="12")
        .street(2, [(0, 9), (41, 9)], highway="", natural="tree_row")
        .read(tmp_path)
    )
    assert [tree.height for tree in raw.trees] == [12, 0, 0, 0, 0, 0, 0]
    assert raw.trees[-1].xy[0] - raw.trees[1].xy[0] == pytest.approx(40, abs=0.1)


def test_places_have_names(tmp_path):
    raw = (
        town()
        .node(1, 0, 0, amenity="cafe", name="茶馆", name__en="Tea house")
        .node(2, 9, 0, amenity="cafe")
        .node(3, 9, 9, amenity="bench", name="A bench")
        .square(4, 50, 50, 20, building="yes", amenity="school", name="小学")
        .square(5, 90, 50, 20, leisure="park", name="公园")
        .read(tmp_path)
    )
    assert [(place.name, place.kind, place.name_en) for place in raw.places] == [
        ("茶馆", "amenity=cafe", "Tea house"), ("小学", "amenity=school", ""), ("公园", "leisure=park", ""),
    ]  # fmt: skip
    assert raw.places[1].xy == pytest.approx((60, 60), abs=600)


@pytest.mark.parametrize(
    ("tags", "seen"),
    [
        ({"location": "underground"}, False),
        ({"location": "underground", "layer": "-2", "building": "train_station"}, False),
        ({"building": "parking", "parking": "underground"}, False),
        ({"layer": "-1", "level": "-1;-2"}, False),
        ({"building__levels": "0", "building__levels__underground": "3"}, False),
        ({"tunnel": "yes"}, False),
        ({"layer": "-1"}, True),
        ({"layer": "-1", "level": "-1;0"}, True),
        ({"building__levels": "4", "building__levels__underground": "2"}, True),
        ({"building__levels": "0", "building__levels__underground": "1", "height": "6"}, True),
        ({"building": "apartments", "amenity": "parking", "parking": "underground"}, True),
        ({"tunnel": "building_passage"}, True),
        ({"location": "rooftop"}, True),
    ],
)
def test_what_lies_underground_is_not_seen(tmp_path, tags, seen):
    raw = town().square(1, 0, 0, 20, **({"building": "yes"} | tags)).read(tmp_path)
    assert len(raw.buildings) == seen
    assert [f.code for f in raw.findings] == ([] if seen else ["underground"])


def test_underground_parts_and_water_are_not_seen(tmp_path):
    raw = (
        town()
        .square(1, 0, 0, 20, building="yes", height="20")
        .square(2, 0, 0, 19, building__part="yes", location="underground")
        .square(3, 100, 0, 50, natural="water", location="underground")
        .square(4, 200, 0, 50, amenity="parking", parking="underground")
        .read(tmp_path)
    )
    assert [building.key for building in raw.buildings] == ["osm:way/1"]
    assert raw.areas == []


@pytest.mark.parametrize(("tags", "dry"), [({}, True), ({"bridge": "yes"}, False)])
def test_a_road_along_a_river_or_over_it_is_no_water(tmp_path, tags, dry):
    """The river is 20 m wide by its class alone: the road beside its line is on dry ground, a bridge leads over it."""
    town_ = town().street(5, [(0, 0), (400, 0)], highway="", waterway="river")
    town_.street(6, [(0, 6), (400, 6)], lanes="2", **tags).street(
        7, [(200, -90), (200, 0), (200, 90)], **tags
    )
    raw = town_.read(tmp_path)
    water = shapely.union_all([area.polygon for area in raw.areas])
    lines = {street.key: shapely.LineString(raw.node_xy[street.nodes]) for street in raw.streets}
    for key in ("osm:way/6", "osm:way/7"):
        assert (lines[key].intersection(water).length == 0) == dry
    assert water.area == pytest.approx(8000, rel=0.01) if not dry else 2000 < water.area < 6000
