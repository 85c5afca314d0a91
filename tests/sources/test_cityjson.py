"""CityJSON models, LoD1 and LoD2."""

import json

import numpy as np
import pytest

from cosmopolis.city.errors import BadInput
from cosmopolis.city.words import LandUse, Roof
from cosmopolis.sources import read

X, Y = 85_000.0, 447_500.0  # Delft in the Dutch system, EPSG:28992
BOX = [[0, 0], [10, 0], [10, 6], [0, 6]]
GABLE = [
    [0, 1, 2, 3],
    [4, 5, 8, 9],
    [6, 7, 9, 8],
    [0, 4, 9, 7, 3],
    [1, 2, 6, 8, 5],
    [0, 1, 5, 4],
    [3, 7, 6, 2],
]
KINDS = [
    "GroundSurface",
    "RoofSurface",
    "RoofSurface",
    "WallSurface",
    "WallSurface",
    "WallSurface",
    "WallSurface",
]


def document(objects, vertices, **more):
    scaled = [[round(v * 1000) for v in vertex] for vertex in vertices]
    return {
        "type": "CityJSON", "version": "2.0", "CityObjects": objects, "vertices": scaled,
        "transform": {"scale": [0.001] * 3, "translate": [X, Y, -0.5]},
        "metadata": {"referenceSystem": "https://www.opengis.net/def/crs/EPSG/0/7415"},
    } | more  # fmt: skip


def block(height=9.0):
    """A box as a LoD1 solid, faces looking outward."""
    vertices = [[x, y, 0] for x, y in BOX] + [[x, y, height] for x, y in BOX]
    walls = [[k, (k + 1) % 4, 4 + (k + 1) % 4, 4 + k] for k in range(4)]
    faces = [[[3, 2, 1, 0]], [[4, 5, 6, 7]], *([wall] for wall in walls)]
    return {"type": "Solid", "lod": "1", "boundaries": [faces]}, vertices


def gabled(kinds=True):
    """A house with a ridge along x: eaves at 4 m, ridge at 7 m."""
    vertices = [[x, y, 0] for x, y in BOX] + [
        [0, 0, 4],
        [10, 0, 4],
        [10, 6, 4],
        [0, 6, 4],
        [10, 3, 7],
        [0, 3, 7],
    ]
    faces = [[face[::-1]] if i == 0 else [face] for i, face in enumerate(GABLE)]
    geometry = {"type": "Solid", "lod": "2.2", "boundaries": [faces]}
    if kinds:
        geometry["semantics"] = {
            "surfaces": [{"type": k} for k in sorted(set(KINDS))],
            "values": [[sorted(set(KINDS)).index(k) for k in KINDS]],
        }
    return geometry, vertices


def load(folder, model, name="town.city.json"):
    path = folder / name
    path.write_text(model if isinstance(model, str) else json.dumps(model), encoding="utf-8")
    return read([path])


def test_a_block(tmp_path):
    geometry, vertices = block()
    house = {
        "type": "Building",
        "geometry": [geometry],
        "attributes": {"storeysAboveGround": 3, "function": "residential"},
    }
    raw = load(tmp_path, document({"a": house}, vertices))
    (building,) = raw.buildings
    assert building.key == "town:a"
    assert building.height == pytest.approx(9)
    assert building.footprint.area == pytest.approx(60, rel=1e-3)
    assert (building.floors, building.mesh) == (3, None)
    assert raw.origin == pytest.approx((4.364, 52.0115), abs=0.01)


@pytest.mark.parametrize("kinds", [True, False])
def test_a_roof_as_it_was_measured(tmp_path, kinds):
    geometry, vertices = gabled(kinds)
    raw = load(
        tmp_path,
        document(
            {"a": {"type": "Building", "geometry": [block()[0] | {"boundaries": []}, geometry]}}, vertices
        ),
    )
    (building,) = raw.buildings
    assert building.roof == Roof.MESH
    assert (building.height, building.roof_height) == (pytest.approx(4), pytest.approx(3))
    assert building.footprint.area == pytest.approx(60, rel=1e-3)
    mesh = building.mesh
    assert mesh.shape[1:] == (3, 3)
    assert (mesh[:, :, 2].min(), mesh[:, :, 2].max()) == (pytest.approx(0, abs=1e-6), pytest.approx(7))
    normal = np.cross(mesh[:, 1] - mesh[:, 0], mesh[:, 2] - mesh[:, 0])
    area = np.linalg.norm(normal, axis=1) / 2
    roof, walls = 2 * 10 * np.hypot(3, 3), 2 * 10 * 4 + 2 * (6 * 4 + 6 * 3 / 2)
    assert area.sum() == pytest.approx(roof + walls + (0 if kinds else 60), rel=1e-3)
    outward = np.einsum(
        "ij,ij->i", normal, mesh.mean(axis=1) - [*np.array(building.footprint.centroid.coords[0]), 3.0]
    )
    assert (outward > 0).all()


def test_parts_belong_to_a_whole_only_where_it_has_an_outline(tmp_path):
    geometry, vertices = block()
    part = {"type": "BuildingPart", "geometry": [geometry], "parents": ["a"]}
    whole = {"type": "Building", "children": ["b"]}
    assert [b.part_of for b in load(tmp_path, document({"a": whole, "b": part}, vertices)).buildings] == [""]
    drawn = whole | {"geometry": [geometry]}
    assert [b.part_of for b in load(tmp_path, document({"a": drawn, "b": part}, vertices)).buildings] == [
        "",
        "town:a",
    ]


def test_water_plants_and_trees(tmp_path):
    flat = {"type": "MultiSurface", "lod": "1", "boundaries": [[[0, 1, 2, 3]]]}
    geometry, vertices = block(7.0)
    raw = load(
        tmp_path,
        document(
            {
                "w": {"type": "WaterBody", "geometry": [flat]},
                "p": {"type": "PlantCover", "geometry": [flat], "attributes": {"class": "forest"}},
                "t": {"type": "SolitaryVegetationObject", "geometry": [geometry]},
            },
            vertices,
        ),
    )
    assert [area.kind for area in raw.areas] == [LandUse.LAKE, LandUse.FOREST]
    assert raw.trees[0].height == pytest.approx(7)


def test_a_sequence_of_features(tmp_path):
    geometry, vertices = block()
    header = document({}, []) | {"CityObjects": {}, "vertices": []}
    lines = [json.dumps(header)]
    for i in range(2):
        shifted = [[round((v[0] + 50 * i) * 1000), round(v[1] * 1000), round(v[2] * 1000)] for v in vertices]
        house = {"type": "Building", "geometry": [geometry]}
        lines.append(
            json.dumps(
                {
                    "type": "CityJSONFeature",
                    "id": f"h{i}",
                    "CityObjects": {f"h{i}": house},
                    "vertices": shifted,
                }
            )
        )
    raw = load(tmp_path, "\n".join(lines), "town.city.jsonl")
    assert [b.key for b in raw.buildings] == ["town:h0", "town:h1"]
    gap = raw.buildings[1].footprint.centroid.x - raw.buildings[0].footprint.centroid.x
    assert gap == pytest.approx(50, rel=1e-2)


def test_faces_of_vertices_that_do_not_exist_are_told(tmp_path):
    geometry, vertices = block()
    broken = geometry | {"boundaries": [[[[0, 1, 99]]]]}
    objects = {
        "a": {"type": "Building", "geometry": [geometry]},
        "b": {"type": "Building", "geometry": [broken]},
    }
    raw = load(tmp_path, document(objects, vertices))
    assert len(raw.buildings) == 1
    assert [finding.code for finding in raw.findings] == ["broken-geometry"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"metadata": {}}, r'does not say where it lies; set "referenceSystem"'),
        ({"metadata": {"referenceSystem": "EPSG:123456"}}, "unknown coordinate system"),
        ({"version": "3.0"}, r'CityJSON version "3.0" is not known'),
        ({"CityObjects": {}}, "no city objects"),
        ({"vertices": [[1, 2]]}, "not triples of numbers"),
    ],
)
def test_models_that_cannot_be_used(tmp_path, change, message):
    geometry, vertices = block()
    with pytest.raises(BadInput, match=message):
        load(tmp_path, document({"a": {"type": "Building", "geometry": [geometry]}}, vertices) | change)
