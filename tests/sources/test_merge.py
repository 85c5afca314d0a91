"""Two sources of one thing are merged, not doubled."""

import json

import pytest
import shapely

from cosmopolis.city.raw import RawBuilding
from cosmopolis.city.words import BuildingUse, Roof
from cosmopolis.sources import read
from cosmopolis.sources.merge_buildings import merge_buildings
from tests.sources.maps import Map


def house(key, x=0.0, width=20.0, **more):
    return RawBuilding(key, shapely.box(x, 0, x + width, 20), **more)


def merged(*sources):
    return {building.key: building for building in merge_buildings(list(sources)).buildings}


def test_the_measured_one_stays_and_the_other_fills_in():
    plain = house("a:1", name="塔", use=BuildingUse.OFFICE, floors=9, address="1 Road")
    measured = house("b:1", x=1, height=33.0, roof=Roof.GABLED, roof_height=3)
    (kept,) = merged([plain], [measured]).values()
    assert (kept.key, kept.height, kept.roof) == ("b:1", 33, Roof.GABLED)
    assert (kept.name, kept.use, kept.floors, kept.address) == ("塔", BuildingUse.OFFICE, 9, "1 Road")


def test_a_mesh_beats_a_height():
    model = house("b:1", roof=Roof.MESH, mesh=[[[0, 0, 0]] * 3])
    assert list(merged([house("a:1", height=9)], [model])) == ["b:1"]


def test_of_equals_the_first_file_stays():
    assert list(merged([house("a:1", height=5)], [house("b:1", height=6)])) == ["a:1"]


def test_neighbours_that_only_touch_or_overlap_a_little_stay():
    assert list(merged([house("a:1")], [house("b:1", x=20), house("b:2", x=-12)])) == ["a:1", "b:1", "b:2"]


def test_one_hall_here_is_three_houses_there():
    hall = house("a:1", width=60, name="Hall")
    rooms = [house(f"b:{k}", x=20 * k, height=10) for k in range(3)]
    kept = merged([hall], rooms)
    assert list(kept) == ["b:0", "b:1", "b:2"]
    assert list(
        merged([house("a:1", width=60, height=12)], [house(f"b:{k}", x=20 * k) for k in range(3)])
    ) == ["a:1"]


def test_parts_follow_their_building():
    whole, part = house("a:1"), house("a:2", width=5, height=50, part_of="a:1")
    assert merged([whole, part], [house("b:1", height=9)])["a:2"].part_of == "b:1"
    rival = [house("b:1", height=9), house("b:2", width=9, height=9, part_of="b:1")]
    assert list(merged([house("a:1"), house("a:2", width=5, height=50, part_of="a:1")], rival)) == [
        "b:1",
        "b:2",
    ]


def test_buildings_of_one_file_are_left_alone():
    assert len(merged([house("a:1"), house("a:2", x=1)])) == 2


def geojson(folder, town, name, *features):
    listed = []
    for properties, (x, y), side in features:
        corners = [(x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y)]
        ring = [list(town.lonlat(*corner)) for corner in corners]
        geometry = (
            {"type": "Polygon", "coordinates": [ring]} if side else {"type": "Point", "coordinates": ring[0]}
        )
        listed.append({"type": "Feature", "properties": properties, "geometry": geometry})
    path = folder / name
    path.write_text(json.dumps({"type": "FeatureCollection", "features": listed}))
    return path


def test_a_map_and_a_layer_of_the_same_town(tmp_path):
    town = (
        Map()
        .street(900, [(-500, -50), (500, -50)])
        .square(1, 0, 0, 20, building="house", name="Home")
        .square(2, 100, 0, 50, leisure="park")
        .node(1, 300, 0, amenity="cafe", name="Tea")
        .node(2, 300, 100, natural="tree")
        .node(3, 0, -55, highway="bus_stop", name="外滩")
    )
    layer = geojson(
        tmp_path, town, "layer.geojson",
        ({"building": "yes", "height": 9}, (1, 1), 20),
        ({"building": "yes"}, (60, 0), 20),
        ({"leisure": "park", "name": "Park"}, (100.5, 0), 50),
        ({"landuse": "retail"}, (100, 0), 50),
        ({"amenity": "cafe", "name": "TEA", "name:en": "Tea"}, (320, 10), 0),
        ({"amenity": "cafe", "name": "Tea"}, (400, 0), 0),
        ({"natural": "tree"}, (300.5, 100), 0),
        ({"highway": "bus_stop", "name": "外滩"}, (20, -60), 0),
    )  # fmt: skip
    raw = read([town.write(tmp_path), layer])
    assert [(b.height, b.name) for b in raw.buildings] == [(9, "Home"), (0, "")]
    assert [(area.key, area.name) for area in raw.areas] == [("osm:way/2", "Park"), ("layer:4", "")]
    assert [(place.name, place.name_en) for place in raw.places] == [("Tea", "Tea"), ("Tea", "")]
    assert (len(raw.trees), len(raw.stops)) == (1, 1)
    assert [source.name for source in raw.sources] == ["OpenStreetMap (map.osm)", "layer.geojson"]
    assert raw.name == "map"


def test_the_same_file_twice_is_the_file_once(tmp_path):
    town = (
        Map()
        .street(1, [(0, 0), (100, 0)])
        .square(5, 0, 20, 20, building="yes")
        .square(6, 2, 22, 4, building__part="yes")
    )
    path = town.node(77, 50, 9, highway="bus_stop", name="A").write(tmp_path)
    once, twice = read([path]), read([path, path])
    for layer in ("streets", "buildings", "stops", "node_keys"):
        assert len(getattr(once, layer)) == len(getattr(twice, layer)), layer


def test_two_extracts_that_share_an_edge_are_one_network(tmp_path):
    west = Map().node(1, 0, 0).node(2, 100, 0, highway="traffic_signals").way(1, [1, 2], highway="primary")
    east = Map().node(2, 100, 0).node(3, 200, 0, highway="traffic_signals").node(4, 300, 0)
    east.way(2, [2, 3], highway="primary").way(1, [2, 3, 4], highway="primary")  # way 1 is longer here
    raw = read([west.write(tmp_path, "west.osm"), east.write(tmp_path, "east.osm")])
    assert sorted(street.key for street in raw.streets) == ["osm:way/1", "osm:way/2"]
    first, second = raw.streets
    assert raw.node_keys[first.nodes[0]] == raw.node_keys[second.nodes[0]] == "osm:node/2"
    assert {raw.node_keys[row] for row in raw.signals} == {"osm:node/2", "osm:node/3"}


def test_files_of_different_places_are_not_one_city(tmp_path):
    here = Map().street(1, [(0, 0), (100, 0)]).write(tmp_path, "here.osm")
    there = Map((2.35, 48.86)).street(2, [(0, 0), (100, 0)]).write(tmp_path, "there.osm")
    from cosmopolis.city.errors import BadInput

    with pytest.raises(BadInput, match=r"there\.osm: lies at 2\.350,.* far from here\.osm at 121\.480"):
        read([here, there])


def test_a_layer_with_swapped_coordinates_beside_a_map(tmp_path):
    from cosmopolis.city.errors import BadInput

    helsinki = Map((24.94, 60.17))  # both numbers could be either
    layer = tmp_path / "buildings.geojson"
    ring = [[60.17, 24.94], [60.171, 24.94], [60.171, 24.941], [60.17, 24.94]]
    layer.write_text(json.dumps({"type": "Polygon", "coordinates": [ring]}))
    with pytest.raises(BadInput, match=r"buildings\.geojson: its coordinates look swapped, latitude first"):
        read([helsinki.street(1, [(0, 0), (100, 0)]).write(tmp_path), layer])
