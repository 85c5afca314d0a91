"""CityJSON 2.0: valid by the specification's own words, closed solids, where the city is."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pyproj import Transformer

from cosmopolis.city.model import City
from cosmopolis.exports.cityjson import write


@pytest.fixture(scope="module")
def document(town: City, tmp_path_factory: pytest.TempPathFactory) -> dict:
    path = tmp_path_factory.mktemp("cityjson") / "town.city.json"
    write(town, path)
    return json.loads(path.read_text())


def points_of(document: dict) -> np.ndarray:
    transform = document["transform"]
    return np.array(document["vertices"]) * transform["scale"] + transform["translate"]


def volume(document: dict, shell: list) -> float:
    """By the divergence theorem; positive where all faces look outwards."""
    points, total = points_of(document), 0.0
    points = points - points.mean(axis=0)
    for face in shell:
        for ring in face:
            for i in range(1, len(ring) - 1):
                total += np.linalg.det(points[[ring[0], ring[i], ring[i + 1]]]) / 6
    return total


def test_head(document: dict) -> None:
    assert (document["type"], document["version"]) == ("CityJSON", "2.0")
    assert document["metadata"]["referenceSystem"].endswith("/EPSG/0/32651")
    assert len(document["metadata"]["geographicalExtent"]) == 6
    assert len({tuple(vertex) for vertex in document["vertices"]}) == len(document["vertices"])


def test_solids_are_closed_and_look_outwards(document: dict, town: City) -> None:
    solids = {
        k: o["geometry"][0]
        for k, o in document["CityObjects"].items()
        if o.get("geometry", [{}])[0].get("type") == "Solid"
    }
    assert {"b:floors", "b:low", "b:high"} <= set(solids)
    for key, solid in solids.items():
        (shell,) = solid["boundaries"]
        directed = Counter(
            (a, b) for face in shell for ring in face for a, b in zip(ring, ring[1:] + ring[:1])
        )
        assert all(directed[b, a] == count == 1 for (a, b), count in directed.items()), key
    assert volume(document, solids["b:high"]["boundaries"][0]) == pytest.approx(40 * 20 * 36, rel=2e-3)


def test_parts_and_wholes_name_each_other(document: dict) -> None:
    objects = document["CityObjects"]
    assert objects["b:whole"]["children"] == ["b:low", "b:high"] and "geometry" not in objects["b:whole"]
    assert objects["b:low"]["type"] == "BuildingPart" and objects["b:low"]["parents"] == ["b:whole"]


def test_keys_that_occur_twice_stay_two_buildings(town: City, tmp_path: Path) -> None:
    keys = ("b:floors", *town.buildings.key[1:])
    write(replace(town, buildings=replace(town.buildings, key=keys)), tmp_path / "c.json")
    objects = json.loads((tmp_path / "c.json").read_text())["CityObjects"]
    assert sum(thing["type"].startswith("Building") for thing in objects.values()) == len(town.buildings)


def test_known_roofs_are_lod2(document: dict) -> None:
    (tent,) = document["CityObjects"]["b:tent"]["geometry"]
    assert (tent["type"], tent["lod"], len(tent["boundaries"])) == ("MultiSurface", "2", 2)


def test_every_vertex_is_used_and_there(document: dict) -> None:
    def rows(boundary: list) -> list[int]:
        return [boundary] if isinstance(boundary, int) else [row for part in boundary for row in rows(part)]

    used = {
        row
        for thing in document["CityObjects"].values()
        for shape in thing.get("geometry", [])
        for row in rows(shape["boundaries"])
    }
    assert used == set(range(len(document["vertices"])))


def test_it_lies_where_the_city_lies(document: dict, town: City) -> None:
    ring = document["CityObjects"]["b:floors"]["geometry"][0]["boundaries"][0][0][0]
    x, y = points_of(document)[ring, :2].mean(axis=0)
    lon, lat = Transformer.from_crs(32651, "OGC:CRS84", always_xy=True).transform(x, y)
    assert (lon, lat) == pytest.approx(tuple(town.projection.to_lonlat([[70.0, 30.0]])[0]), abs=1e-7)


def test_ground_and_roads_are_there(document: dict) -> None:
    kinds = Counter(thing["type"] for thing in document["CityObjects"].values())
    assert kinds["Road"] == 8 and kinds["WaterBody"] == 1
    assert kinds["PlantCover"] >= 1 and kinds["LandUse"] >= 1
