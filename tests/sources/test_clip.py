"""Cutting a map to a box or a polygon, and to the bounds it states."""

import json

import numpy as np
import pytest
import shapely

from cosmopolis.city.errors import BadInput
from cosmopolis.sources import read
from tests.sources.maps import Map


def cross() -> Map:
    """Two streets of 2 km that cross in the middle at a signal, a building and a place in each corner."""
    town = Map().node(1, 0, 0, highway="traffic_signals")
    for id, x, y in ((2, -1000, 0), (3, 1000, 0), (4, 0, -1000), (5, 0, 1000)):
        town.node(id, x, y, highway="crossing")
    town.way(1, [2, 1, 3], highway="primary", name="East").way(2, [4, 1, 5], highway="primary", name="North")
    for k, (x, y) in enumerate(((300, 300), (-300, 300), (700, 700))):
        town.square(10 + k, x, y, 20, building="yes").node(500 + k, x, y, shop="kiosk", name=f"Kiosk {k}")
    town.square(30, 400, 400, 400, landuse="residential")
    town.relation(
        1,
        [("way", 1, "from"), ("node", 1, "via"), ("way", 2, "to")],
        type="restriction",
        restriction="no_left_turn",
    )
    return town


def box(town: Map, west, south, east, north) -> str:
    return ",".join(f"{value:.7f}" for value in (*town.lonlat(west, south), *town.lonlat(east, north)))


def test_streets_end_at_the_edge(tmp_path):
    town = cross()
    raw = town.read(tmp_path, clip=box(town, -500, -400, 500, 500))
    assert sorted(round(length) for length in lengths(raw)) == [900, 1000]
    assert raw.bounds == pytest.approx((-500, -450, 500, 450), abs=5)  # around the middle of the clip
    ends = {
        key
        for street in raw.streets
        for key in (raw.node_keys[street.nodes[0]], raw.node_keys[street.nodes[-1]])
    }
    assert all(key.startswith("border:") for key in ends)
    assert len(raw.node_xy) == len(raw.node_keys) == 5


def lengths(raw):
    return [float(shapely.LineString(raw.node_xy[street.nodes]).length) for street in raw.streets]


def test_what_hangs_on_nodes_follows(tmp_path):
    town = cross()
    raw = town.read(tmp_path, clip=box(town, -500, -500, 500, 500))
    (signal,) = raw.signals
    assert raw.node_keys[signal] == "osm:node/1"
    assert not raw.crossings  # they lay beyond
    (restriction,) = raw.restrictions
    assert restriction.via_node == signal
    first, second = raw.streets
    assert np.intersect1d(first.nodes, second.nodes).tolist() == [signal]


def test_buildings_and_places_outside_are_gone_and_areas_are_cut(tmp_path):
    town = cross()
    raw = town.read(tmp_path, clip=box(town, -600, -600, 600, 600))
    assert [building.key for building in raw.buildings] == ["osm:way/10", "osm:way/11"]
    assert [place.name for place in raw.places] == ["Kiosk 0", "Kiosk 1"]
    assert raw.areas[0].polygon.area == pytest.approx(200 * 200, rel=0.01)


def test_a_street_that_leaves_and_comes_back_becomes_two(tmp_path):
    bend = Map().street(
        1, [(-100, 0), (100, 0), (100, 300), (50, 300), (50, 10), (-50, 10)], highway="primary"
    )
    raw = bend.read(tmp_path, clip=box(bend, -90, -50, 90, 100))
    assert [street.key for street in raw.streets] == ["osm:way/1", "osm:way/1/1"]
    assert sorted(round(length) for length in lengths(raw)) == [180, 190]
    xy = raw.node_xy[raw.streets[1].nodes]
    assert xy[0, 0] < xy[-1, 0]  # still drawn from west to east


def test_a_polygon_from_a_file(tmp_path):
    town = cross()
    corners = [list(town.lonlat(x, y)) for x, y in ((-500, 0), (0, -500), (500, 0), (0, 500), (-500, 0))]
    path = tmp_path / "clip.geojson"
    path.write_text(json.dumps({"type": "Polygon", "coordinates": [corners]}))
    raw = town.read(tmp_path, clip=str(path))
    assert [round(length) for length in lengths(raw)] == [1000, 1000]
    assert raw.boundary.area == pytest.approx(500_000, rel=1e-3)


@pytest.mark.parametrize(
    ("clip", "message"),
    [
        (
            "2,48,2.1,48.1",
            r"the clip 2\.0000,48\.0000,2\.1000,48\.1000 lies outside the data, which covers 121\.\d+,31\.\d+",
        ),
        ("121.6,31.3,121.5,31.2", "is empty; write west,south,east,north"),
        ("1,2,3", "must be four numbers"),
        ("nan,1,2,3", "must be four numbers"),
        ("500,31,501,32", "not in degrees"),
        ("nowhere.geojson", "neither west,south,east,north nor a file"),
    ],
)
def test_clips_that_cut_nothing(tmp_path, clip, message):
    with pytest.raises(BadInput, match=message):
        cross().read(tmp_path, clip=clip)


def test_a_clip_beside_everything_names_both_boxes(tmp_path):
    town = cross()
    with pytest.raises(BadInput, match=r"nothing of the city lies inside the clip .*; the data covers"):
        town.read(tmp_path, clip=box(town, -900, -900, -700, -700))


def test_a_file_without_a_polygon_is_no_clip(tmp_path):
    path = tmp_path / "points.geojson"
    path.write_text('{"type": "Point", "coordinates": [121.48, 31.23]}')
    with pytest.raises(BadInput, match=r"points\.geojson: holds no polygon to clip with"):
        cross().read(tmp_path, clip=str(path))


def test_a_map_ends_at_the_bounds_that_it_states(tmp_path):
    town = cross()
    (west, south), (east, north) = town.lonlat(-500, -500), town.lonlat(500, 500)
    town.head = f'<bounds minlat="{south}" minlon="{west}" maxlat="{north}" maxlon="{east}"/>'
    raw = read([town.write(tmp_path)])
    assert sorted(round(length) for length in lengths(raw)) == [1000, 1000]
    assert raw.bounds == pytest.approx((-500, -500, 500, 500), abs=2)
    assert any(finding.code == "beyond-bounds" and "2.0 km" in finding.message for finding in raw.findings)


@pytest.mark.parametrize("as_file", [False, True])
def test_a_clip_across_the_antimeridian(tmp_path, as_file):
    houses = []
    for lon in (179.9990, 179.9998, -179.9998, -179.9990):
        ring = [[lon, -17.0], [lon + 1e-4, -17.0], [lon + 1e-4, -16.9999], [lon, -16.9999], [lon, -17.0]]
        houses.append(
            {
                "type": "Feature",
                "properties": {"building": "yes"},
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
        )
    layer = tmp_path / "houses.geojson"
    layer.write_text(json.dumps({"type": "FeatureCollection", "features": houses}))
    clip = "179.9995,-17.01,-179.9995,-16.99"
    if as_file:  # in two pieces, as RFC 7946, 3.1.9 asks for
        sides = [shapely.box(179.9995, -17.01, 180, -16.99), shapely.box(-180, -17.01, -179.9995, -16.99)]
        clip = str(tmp_path / "clip.geojson")
        (tmp_path / "clip.geojson").write_text(shapely.to_geojson(shapely.MultiPolygon(sides)))
    raw = read([layer], clip=clip)
    assert len(raw.buildings) == 2
    assert abs(raw.origin[0]) == pytest.approx(180.0)
    assert raw.bounds[2] - raw.bounds[0] == pytest.approx(1e-3 * 106_500, rel=0.01)


@pytest.mark.parametrize("clip", ["10,50,9,51", "10,50,10,51", "10,51,11,50"])
def test_a_clip_the_wrong_way_round_is_told(tmp_path, clip):
    with pytest.raises(BadInput, match="is empty"):
        cross().read(tmp_path, clip=clip)
