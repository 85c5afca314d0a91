"""GeoJSON as strangers write it: coordinate systems, broken shapes, repeated ids, sequences, far and lost places."""

import json

import pytest

from cosmopolis.city.errors import BadInput
from cosmopolis.sources import read
from tests.sources.test_geojson import LAT, LON, collection, load, polygon, ring

X, Y = 636_548.418, 486_767.502  # Warsaw in EPSG:2180, whose authority writes the northing first


@pytest.mark.parametrize(
    "crs",
    [
        {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::2180"}},
        {"type": "name", "properties": {"name": "http://www.opengis.net/def/crs/EPSG/9.9.1/2180"}},
        {"type": "EPSG", "properties": {"code": 2180}},
        {"type": "EPSG", "properties": {"code": "2180"}},
        {"type": "OGC", "properties": {"urn": "urn:ogc:def:crs:EPSG:6.9:2180"}},
        {
            "type": "link",
            "properties": {"href": "http://spatialreference.org/ref/epsg/2180/proj4/", "type": "proj4"},
        },
        {"type": "link", "properties": {"href": "https://epsg.io/2180"}},
        "EPSG:2180",
        2180,
    ],
)
def test_a_crs_in_its_old_forms(tmp_path, crs):
    corners = [[X, Y], [X + 20, Y], [X + 20, Y + 10], [X, Y + 10], [X, Y]]
    square = {"type": "Polygon", "coordinates": [corners]}
    raw = load(tmp_path, collection(({"building": "yes"}, square), crs=crs))
    assert raw.origin == pytest.approx((21.0, 52.234), abs=0.01)
    west, south, east, north = raw.buildings[0].footprint.bounds
    assert (east - west, north - south) == pytest.approx((20, 10), abs=0.7)  # grid north is a degree off
    assert raw.buildings[0].footprint.area == pytest.approx(200, rel=0.005)
    assert not raw.findings


@pytest.mark.parametrize("swapped", [False, True])
def test_northing_first_where_only_that_lies_in_the_country(tmp_path, swapped):
    x, y = 3_513_000.0, 5_404_000.0  # Stuttgart in EPSG:31467
    corners = [[x, y], [x + 20, y], [x + 20, y + 10], [x, y + 10], [x, y]]
    square = {"type": "Polygon", "coordinates": [[p[::-1] if swapped else p for p in corners]]}
    raw = load(tmp_path, collection(({"building": "yes"}, square), crs="EPSG:31467"))
    assert raw.origin == pytest.approx((9.176, 48.773), abs=0.01)
    west, south, east, north = raw.buildings[0].footprint.bounds
    assert (east - west, north - south) == pytest.approx((20, 10), abs=0.5)
    assert [f.code for f in raw.findings] == (["coordinates"] if swapped else [])


def test_a_crs_of_a_feature_or_geometry(tmp_path):
    square = {
        "type": "Polygon",
        "coordinates": [[[X, Y], [X + 20, Y], [X + 20, Y + 10], [X, Y + 10], [X, Y]]],
    }
    feature = {"type": "Feature", "properties": {"building": "yes"}, "geometry": square, "crs": 2180}
    whole = {"type": "FeatureCollection", "features": [feature, feature], "crs": None}
    assert len(load(tmp_path, whole).buildings) == 2


@pytest.mark.parametrize(
    ("crs", "message"),
    [
        (
            {"type": "name", "properties": {"name": "EPSG:3857"}},
            "says EPSG:3857, and its coordinates look like degrees",
        ),
        (
            {"type": "name", "properties": {"name": "EPSG:27700"}},
            "coordinates look like degrees, such as (121.501",
        ),
        ({"type": "link", "properties": {"href": "data.crs"}}, 'unknown coordinate system "data.crs"'),
        (
            {"type": "name", "properties": {"name": "EPSG:5709"}},
            "Vertical CRS and does not say where on the globe",
        ),
        (
            {"type": "name", "properties": {"name": ["a"]}},
            "names its coordinate system by ['a'], which is not read",
        ),
        (True, "names its coordinate system by True"),
    ],
)
def test_a_crs_that_cannot_be_says_what_was_found(tmp_path, crs, message):
    with pytest.raises(BadInput) as caught:
        load(tmp_path, collection(({"building": "yes"}, polygon()), crs=crs))
    assert message in str(caught.value) and '"crs" member' in str(caught.value)


def test_a_system_in_degrees_with_metres_in_the_file(tmp_path):
    square = {"type": "Polygon", "coordinates": [[[X, Y], [X + 20, Y], [X + 20, Y + 10], [X, Y]]]}
    with pytest.raises(BadInput, match="says EPSG:4258, which is in degrees, and its coordinates are none"):
        load(tmp_path, collection(({}, square), crs="EPSG:4258"))


def test_every_point_of_a_multipoint_and_every_part_has_a_key(tmp_path):
    points = {"type": "MultiPoint", "coordinates": [[LON, LAT], [LON + 1e-3, LAT], [LON, LAT + 1e-3]]}
    both = {"type": "GeometryCollection", "geometries": [polygon(), polygon(x=0.002), points]}
    empty = [{"type": t, "coordinates": []} for t in ("Polygon", "MultiPolygon", "MultiPoint", "LineString")]
    empty += [None, {"type": "GeometryCollection", "geometries": []}]
    raw = load(
        tmp_path,
        collection(
            ({"natural": "tree"}, points),
            ({"amenity": "cafe", "name": "Chain"}, points),
            ({"building": "yes", "name": "Two", "amenity": "cafe"}, both),
            *(({"building": "yes"}, geometry) for geometry in empty),
        ),
    )
    assert len(raw.trees) == 3
    assert [p.key for p in raw.places if p.name == "Chain"] == ["layer:2", "layer:2/1", "layer:2/2"]
    keys = [row.key for row in [*raw.buildings, *raw.places]]
    assert len(raw.buildings) == 2 and len(set(keys)) == len(keys) == 8
    assert [f.message for f in raw.findings] == ["6 feature(s) without a geometry; left out"]


def test_repeated_ids_are_kept_under_keys_of_their_own(tmp_path):
    listed = [
        {"type": "Feature", "id": id, "properties": {"building": "yes"}, "geometry": polygon(x=0.002 * n)}
        for n, id in enumerate([7, 7, "7", "7~2", None, 5])
    ]
    raw = load(tmp_path, {"type": "FeatureCollection", "features": listed})
    assert [b.key for b in raw.buildings] == [
        "layer:7", "layer:7~2", "layer:7~3", "layer:7~2~2", "layer:5", "layer:5~2"
    ]  # fmt: skip
    assert [f.message.split(" have")[0] for f in raw.findings] == ["2 feature(s)"]


def test_files_of_one_name_do_not_share_keys(tmp_path):
    paths = []
    for n in range(3):
        (tmp_path / str(n)).mkdir()
        paths.append(tmp_path / str(n) / "layer.geojson")
        paths[-1].write_text(json.dumps(collection(({"building": "yes"}, polygon(x=0.002 * n)))))
    assert len(read(paths).buildings) == 3


@pytest.mark.parametrize("name", ["a.geojsonl", "a.ndjson", "a.geojsons", "a.geojson"])
def test_a_feature_a_line_and_text_sequences(tmp_path, name):
    features = collection(({"building": "yes"}, polygon()), ({"building": "yes"}, polygon(x=0.002)))[
        "features"
    ]
    lines = [json.dumps(feature) for feature in features]
    bare = json.dumps(polygon(x=0.004) | {"a": "b"})
    for text in ("\n".join(lines), "\n\n".join(lines) + "\n", "\r\n".join(lines)):
        assert len(load(tmp_path, text, name).buildings) == 2
    pretty = [json.dumps(feature, indent=1) for feature in features]
    for text in ("".join(f"\x1e{record}\n" for record in pretty), "\x1e" + pretty[0], "\x1e\x1e" + lines[0]):
        assert len(load(tmp_path, text, name).buildings) == text.count('"building"')
    assert len(load(tmp_path, "\n".join([*lines, bare]), "buildings.geojsonl").buildings) == 3
    with pytest.raises(BadInput, match="broken JSON at line 2"):
        load(tmp_path, "\n".join([lines[0], lines[1][:-20]]), name)
    with pytest.raises(BadInput, match=f"broken JSON at line {pretty[0].count(chr(10)) + 3}"):
        load(tmp_path, f"\x1e{pretty[0]}\n\x1e{{\n ?", name)


def test_what_lies_far_from_the_rest_is_left_out_and_told(tmp_path):
    house = {"building": "yes"}
    zero = {"type": "Polygon", "coordinates": [[[0, 0], [1e-4, 0], [1e-4, 1e-4], [0, 0]]]}
    near = [(house, polygon(x=0.002 * n)) for n in range(3)]
    alone = load(tmp_path, collection(*near))
    raw = load(
        tmp_path,
        collection(
            (house, zero),
            *near,
            ({"name": "?", "amenity": "cafe"}, {"type": "Point", "coordinates": [500, 0]}),
        ),
    )
    assert raw.origin == alone.origin
    assert [b.footprint.wkt for b in raw.buildings] == [b.footprint.wkt for b in alone.buildings]
    (finding,) = raw.findings
    assert finding.code == "far-away"
    assert (
        finding.message.startswith("2 feature(s) far from the rest (121.50")
        and "feature 1 at (0.000, 0.000)" in finding.message
    )


def square_at(lon, lat, side=1e-4):
    return [[lon, lat], [lon + side, lat], [lon + side, lat + side], [lon, lat + side], [lon, lat]]


@pytest.mark.parametrize("more", [-1e-3, 1e-3])  # the middle lies to the east or to the west of it
def test_a_place_across_the_antimeridian_is_one(tmp_path, more):
    house, lat = {"building": "yes"}, -16.85
    parts = [[square_at(180 - 1e-4, lat)], [square_at(-180.0, lat)]]
    wide = [
        [179.9992, lat],
        [-179.9993, lat],
        [-179.9993, lat + 1e-4],
        [179.9992, lat + 1e-4],
        [179.9992, lat],
    ]
    raw = load(
        tmp_path,
        collection(
            (house, {"type": "MultiPolygon", "coordinates": parts}),  # cut as RFC 7946, 3.1.9 asks for
            (house, {"type": "Polygon", "coordinates": [square_at(-179.9995, lat)]}),
            (house, {"type": "Polygon", "coordinates": [wide]}),  # not cut
            (house, {"type": "Polygon", "coordinates": [square_at(more + (180 if more < 0 else -180), lat)]}),
        ),
    )
    assert abs(raw.origin[0]) == pytest.approx(180.0, abs=0.001)
    joined, east, uncut, _ = (b.footprint for b in raw.buildings)
    assert joined.bounds[2] - joined.bounds[0] == pytest.approx(2e-4 * 106_540, rel=0.01)
    assert east.bounds[0] - joined.bounds[2] == pytest.approx(4e-4 * 106_540, rel=0.01)
    assert uncut.bounds[2] - uncut.bounds[0] == pytest.approx(15e-4 * 106_540, rel=0.01)


def test_a_height_with_all_digits_of_a_computer_is_a_height(tmp_path):
    raw = load(tmp_path, collection(({"building": "yes", "height": 12.345678901234567}, polygon())))
    assert raw.buildings[0].height == pytest.approx(12.345679)
    assert not raw.findings


@pytest.mark.parametrize(
    ("geometry", "why"),
    [
        ({"type": "Polygon", "coordinates": [[[1, "a"], [2, 3], [3, 4], [1, 2]]]}, "a coordinate is not a number"),
        ({"type": "Polygon"}, 'the "coordinates" are missing'),
        ({"type": "Blob", "coordinates": []}, 'the type of the geometry is "Blob"'),
        ({"type": {"a": 1}, "coordinates": []}, "the type of the geometry is an object"),
        ({"type": "Point", "coordinates": "here"}, 'the "coordinates" are a text'),
        ({"type": "Polygon", "coordinates": [[[1]]]}, "nested less deep"),
        ({"type": "Polygon", "coordinates": [[[ring()]]]}, "nested deeper than their type says"),
        ({"type": "MultiPolygon", "coordinates": [ring()]}, "nested less deep than their type says"),
        ({"type": "Polygon", "coordinates": [[[1, 2], [3, 4]]]}, "a ring has fewer than three corners"),
        ({"type": "GeometryCollection", "geometries": 5}, '"geometries" of a collection are a number'),
        (7, "the geometry is a number"),
    ],
)  # fmt: skip
def test_a_geometry_that_is_none_is_left_out_and_told_by_number(tmp_path, geometry, why):
    house = {"building": "yes"}
    raw = load(
        tmp_path, collection((house, polygon()), ({}, geometry), (house, polygon(x=0.01)), ({}, geometry))
    )
    assert [b.key for b in raw.buildings] == ["layer:1", "layer:3"]
    (finding,) = raw.findings
    assert (finding.code, finding.where) == ("broken-geometry", "layer.geojson")
    assert finding.message.startswith("2 feature(s), 2, 4 in the file: ") and why in finding.message
