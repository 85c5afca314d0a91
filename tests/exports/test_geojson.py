"""GeoJSON as other programs read it."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas
import pytest
import shapely

from cosmopolis.city.errors import BadInput
from cosmopolis.city.model import City
from cosmopolis.exports.geojson import write


def features_of(path: Path) -> list[dict]:
    collection = json.loads(path.read_text())
    assert collection["type"] == "FeatureCollection"
    return collection["features"]


def test_one_file_holds_all_layers(town: City, tmp_path: Path) -> None:
    write(town, tmp_path / "town.geojson")
    features = features_of(tmp_path / "town.geojson")
    layers = {feature["properties"]["layer"] for feature in features}
    assert {
        "edges",
        "lanes",
        "junctions",
        "buildings",
        "places",
        "water",
        "green",
        "stops",
        "zones",
    } <= layers
    assert len({feature["id"] for feature in features}) == len(features)
    assert [path.name for path in tmp_path.iterdir()] == ["town.geojson"]


def test_a_folder_holds_one_file_a_layer(town: City, tmp_path: Path) -> None:
    write(town, tmp_path / "layers")
    buildings = geopandas.read_file(tmp_path / "layers" / "buildings.geojson")
    assert len(buildings) == len(town.buildings)
    assert set(buildings["use_name"]) >= {"OFFICE", "RETAIL"}
    write(town, tmp_path / "layers")  # again, over its own


def test_coordinates_are_degrees_where_the_city_is(town: City, tmp_path: Path) -> None:
    write(town, tmp_path / "town.geojson")
    (cafe,) = [f for f in features_of(tmp_path / "town.geojson") if f["properties"]["layer"] == "places"]
    lon, lat = town.projection.to_lonlat([[120.0, 70.0]])[0]
    assert cafe["geometry"]["type"] == "Point"
    assert cafe["geometry"]["coordinates"] == pytest.approx([lon, lat], abs=1e-7)
    assert cafe["properties"]["name"] == "咖啡"


def test_outer_rings_turn_counter_clockwise(town: City, tmp_path: Path) -> None:
    write(town, tmp_path / "town.geojson")
    for feature in features_of(tmp_path / "town.geojson"):
        if feature["geometry"]["type"] == "Polygon":
            assert shapely.LinearRing(feature["geometry"]["coordinates"][0]).is_ccw


def test_attribution_travels_along(town: City, tmp_path: Path) -> None:
    write(town, tmp_path / "town.geojson")
    assert (
        "OpenStreetMap contributors (ODbL-1.0)"
        in json.loads((tmp_path / "town.geojson").read_text())["attribution"]
    )


def test_a_folder_of_something_else_is_not_replaced(town: City, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("keep")
    with pytest.raises(BadInput, match="holds something else"):
        write(town, tmp_path / "mine")
    with pytest.raises(BadInput, match="is a folder"):
        (tmp_path / "x.geojson").mkdir()
        write(town, tmp_path / "x.geojson")
