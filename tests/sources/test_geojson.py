"""GeoJSON files of other tools."""

import json

import pytest

from cosmopolis.city.errors import BadInput
from cosmopolis.city.words import BuildingUse, LandUse, Roof
from cosmopolis.sources import read

LON, LAT = 121.5, 31.24


def ring(x=0.0, y=0.0, side=0.001):
    a, b = LON + x, LAT + y
    return [[a, b], [a + side, b], [a + side, b + side], [a, b + side], [a, b]]


def polygon(**place):
    return {"type": "Polygon", "coordinates": [ring(**place)]}


def collection(*features, **about):
    listed = [{"type": "Feature", "properties": p, "geometry": g} for p, g in features]
    return {"type": "FeatureCollection", "features": listed, **about}


def load(folder, document, name="layer.geojson"):
    path = folder / name
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return read([path])


@pytest.mark.parametrize(
    "properties",
    [
        {"building": "yes", "height": "20 m"}, {"kind": "building", "height": 20}, {"Height": 20.0},
        {"fclass": "building", "height": 20}, {"tags": {"building": "yes", "height": "20"}},
        {"other_tags": '"building"=>"yes","height"=>"20"'}, {"type": "Building", "HEIGHT": 20},
    ],
)  # fmt: skip
def test_buildings_as_different_tools_write_them(tmp_path, properties):
    (building,) = load(tmp_path, collection((properties, polygon()))).buildings
    assert building.height == 20
    assert building.footprint.area == pytest.approx(95.3 * 110.9, rel=0.01)


def test_the_file_name_tells_what_properties_do_not(tmp_path):
    plain = collection(({}, polygon()))
    assert len(load(tmp_path, plain, "my_buildings.geojson").buildings) == 1
    assert load(tmp_path, plain, "water.json").areas[0].kind == LandUse.LAKE
    assert load(tmp_path, plain, "Landuse 2024.geojson").areas[0].kind == LandUse.UNKNOWN


@pytest.mark.parametrize(
    ("properties", "kind"),
    [
        ({"kind": "park"}, LandUse.PARK), ({"kind": "natural_wood"}, LandUse.FOREST),
        ({"kind": "riverbank"}, LandUse.RIVER),
        ({"landuse": "industrial"}, LandUse.INDUSTRIAL), ({"fclass": "cemetery"}, LandUse.CEMETERY),
        ({"kind": "pedestrian"}, LandUse.PLAZA), ({"kind": "swimming_pool"}, LandUse.POOL),
    ],
)  # fmt: skip
def test_areas(tmp_path, properties, kind):
    assert load(tmp_path, collection((properties, polygon()))).areas[0].kind == kind


def test_details_of_tile_buildings(tmp_path):
    tower = {
        "kind": "building",
        "kind_detail": "hotel",
        "roof_shape": "dome",
        "height": 90,
        "name": "塔",
        "id": 7,
    }
    part = {"kind": "building_part", "min_height": 33.8, "height": 50}
    flat = {"kind": "building", "landuse_kind": "residential"}
    raw = load(
        tmp_path, collection((tower, polygon()), (part, polygon(side=0.0004)), (flat, polygon(x=0.01)))
    )
    first, second, third = raw.buildings
    assert (first.use, first.roof, first.name, first.key) == (BuildingUse.HOTEL, Roof.DOME, "塔", "layer:7")
    assert (second.part_of, second.base) == (first.key, 33.8)
    assert third.use == BuildingUse.RESIDENTIAL


def test_points_become_places_stops_and_trees(tmp_path):
    point = {"type": "Point", "coordinates": [LON, LAT]}
    raw = load(
        tmp_path,
        collection(
            ({"kind": "restaurant", "name": "面馆", "name:en": "Noodles"}, point),
            ({"kind": "restaurant"}, point),
            ({"kind": "bus_stop", "name": "外滩"}, point),
            ({"kind": "traffic_signals", "name": "x"}, point),
            ({"natural": "tree", "height": 7}, point),
            ({"kind": "building"}, polygon()),
        ),
    )
    assert [(p.name, p.kind, p.name_en) for p in raw.places] == [("面馆", "amenity=restaurant", "Noodles")]
    assert [stop.name for stop in raw.stops] == ["外滩"]
    assert [tree.height for tree in raw.trees] == [7]


def test_multipolygons_collections_features_and_bare_geometries(tmp_path):
    two = {"type": "MultiPolygon", "coordinates": [[ring()], [ring(x=0.002)]]}
    both = {
        "type": "GeometryCollection",
        "geometries": [polygon(), {"type": "Point", "coordinates": [LON, LAT]}],
    }
    raw = load(tmp_path, collection(({"building": "yes"}, two)))
    assert [b.key for b in raw.buildings] == ["layer:1", "layer:1/1"]
    assert len(load(tmp_path, collection(({"building": "yes"}, both))).buildings) == 1
    assert (
        len(
            load(
                tmp_path, {"type": "Feature", "properties": {"building": "yes"}, "geometry": polygon()}
            ).buildings
        )
        == 1
    )
    assert len(load(tmp_path, polygon(), "buildings.json").buildings) == 1


def test_holes_stay_holes_and_crossing_outlines_are_mended(tmp_path):
    court = {"type": "Polygon", "coordinates": [ring(), ring(x=0.0004, y=0.0004, side=0.0002)]}
    bow = {
        "type": "Polygon",
        "coordinates": [
            [[LON, LAT], [LON + 0.002, LAT + 0.001], [LON + 0.002, LAT], [LON, LAT + 0.002], [LON, LAT]]
        ],
    }
    raw = load(tmp_path, collection(({"building": "yes"}, court), ({"building": "yes"}, bow)))
    assert len(raw.buildings[0].footprint.interiors) == 1
    assert raw.buildings[1].footprint.is_valid
    assert [finding.code for finding in raw.findings] == ["self-crossing"]


def test_what_is_not_understood_is_counted(tmp_path):
    line = {"type": "LineString", "coordinates": [[LON, LAT], [LON + 1e-3, LAT]]}
    raw = load(
        tmp_path,
        collection(({"building": "yes"}, polygon()), ({}, line), ({"kind": "thing"}, polygon()), ({}, None)),
    )
    assert sorted(finding.message.split(";")[0] for finding in raw.findings) == [
        "1 feature(s) without a geometry",
        "1 line feature(s) are no building, area or place",
        "1 polygon feature(s) are no building, area or place",
    ]


def test_attribution_is_taken_from_the_file(tmp_path):
    about = {"attribution": "City of X", "license": "CC BY 4.0", "timestamp": "2025-01-02"}
    (source,) = load(tmp_path, collection(({"building": "yes"}, polygon()), **about)).sources
    assert (source.attribution, source.licence, source.date, source.layers) == (
        "City of X",
        "CC BY 4.0",
        "2025-01-02",
        ("buildings",),
    )


def test_a_crs_member_is_honoured(tmp_path):
    x, y = 13_525_000.0, 3_664_000.0  # Web Mercator near Shanghai
    square = {
        "type": "Polygon",
        "coordinates": [[[x, y], [x + 100, y], [x + 100, y + 100], [x, y + 100], [x, y]]],
    }
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}
    raw = load(tmp_path, collection(({"building": "yes"}, square), crs=crs))
    assert raw.origin == pytest.approx((121.497, 31.24), abs=0.05)
    assert raw.buildings[0].footprint.area == pytest.approx(
        7310, rel=0.02
    )  # Mercator stretches by 1/cos(latitude)
    with pytest.raises(BadInput, match=r'unknown coordinate system "EPSG:0815"'):
        load(tmp_path, collection(({}, square), crs={"properties": {"name": "EPSG:0815"}}))


def test_projected_coordinates_without_a_crs(tmp_path):
    square = {
        "type": "Polygon",
        "coordinates": [
            [[500_000, 4_000_000], [500_100, 4_000_000], [500_100, 4_000_100], [500_000, 4_000_000]]
        ],
    }
    with pytest.raises(BadInput, match=r"not degrees, such as .* WGS84"):
        load(tmp_path, collection(({}, square)))


def test_swapped_coordinates(tmp_path):
    square = {"type": "Polygon", "coordinates": [[[y, x] for x, y in ring()]]}
    with pytest.raises(BadInput, match=r"coordinates look swapped, such as .*longitude first"):
        load(tmp_path, collection(({"building": "yes"}, square)))


def test_a_collection_without_features(tmp_path):
    with pytest.raises(BadInput, match="no features with a geometry"):
        load(tmp_path, collection())
