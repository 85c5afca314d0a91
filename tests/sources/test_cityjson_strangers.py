"""CityJSON as strangers write it: templates, footprints, wrong indices, unused vertices, axis orders, feet."""

from __future__ import annotations

import json

import numpy as np
import pytest

from cosmopolis.city.build import build
from cosmopolis.city.errors import BadInput
from cosmopolis.city.words import Provenance
from tests.sources.test_cityjson import block, document, load

UNIT = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]


def instance(template, vertex, matrix=None):
    return {
        "type": "GeometryInstance", "template": template, "boundaries": [vertex],
        "transformationMatrix": UNIT if matrix is None else matrix,
    }  # fmt: skip


def with_templates(objects, anchors, **more):
    geometry, vertices = block(6.0)
    thin = {"type": "MultiSurface", "lod": "2", "boundaries": geometry["boundaries"][0]}
    templates = {"templates": [geometry, thin], "vertices-templates": vertices}
    return document(objects, anchors, **{"geometry-templates": templates} | more)


def test_instances_of_templates_stand_where_they_are_put(tmp_path):
    turned = [
        0,
        -2,
        0,
        5,
        2,
        0,
        0,
        0,
        0,
        0,
        2,
        1,
        0,
        0,
        0,
        1,
    ]  # a quarter to the left, doubled, 5 m east, 1 m up
    mirrored = [-1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]
    objects = {
        "plain": {"type": "Building", "geometry": [instance(0, 0)]},
        "turned": {"type": "Building", "geometry": [instance(0, 1, turned)]},
        "mirrored": {"type": "Building", "geometry": [instance(1, 2, mirrored)]},
        "tree": {"type": "SolitaryVegetationObject", "geometry": [instance(1, 3)]},
    }
    raw = load(tmp_path, with_templates(objects, [[0, 0, 0], [100, 0, 0], [200, 0, 0], [300, 0, 0]]))
    plain, turned_, mirrored_ = raw.buildings
    assert [b.height for b in raw.buildings] == pytest.approx([6, 12, 6])
    assert [b.footprint.area for b in raw.buildings] == pytest.approx([60, 240, 60], rel=1e-3)
    x = [b.footprint.centroid.x for b in raw.buildings]
    assert np.subtract(x, x[0]).tolist() == pytest.approx([0, 100 - 5 - 6 + 5, 200 - 10], abs=0.5)
    assert not raw.findings
    assert raw.trees[0].height == pytest.approx(6)
    assert raw.trees[0].xy[0] - x[0] == pytest.approx(300, abs=0.5)
    for building in (plain, mirrored_):
        if building.mesh is None:
            continue
        a, b, c = (building.mesh[:, i] for i in range(3))
        outward = np.cross(b - a, c - a) * (
            building.mesh.mean(axis=1) - [*building.footprint.centroid.coords[0], 3.0]
        )
        assert (outward.sum(axis=1) > 0).all()  # wound outward, also where the matrix mirrors
    assert mirrored_.mesh is not None and plain.mesh is None  # by the level of detail of the template
    assert turned_.footprint.bounds[3] - turned_.footprint.bounds[1] == pytest.approx(20, abs=0.3)


def test_instances_in_degrees_are_in_metres(tmp_path):
    where = {"transform": {"scale": [1e-7] * 2 + [0.001], "translate": [0, 0, 0]}}
    where |= {"vertices": [[470_000_000, 80_000_000, 0]]}
    where |= {"metadata": {"referenceSystem": "https://www.opengis.net/def/crs/EPSG/0/4979"}}
    model = with_templates({"a": {"type": "Building", "geometry": [instance(0, 0)]}}, []) | where
    raw = load(tmp_path, model)
    west, south, east, north = raw.buildings[0].footprint.bounds
    assert (east - west, north - south) == pytest.approx((10, 6), rel=0.01)
    assert raw.origin == pytest.approx((8.0, 47.0), abs=0.001)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"template": 7}, "an instance of template 7, which does not exist"),
        ({"template": "0"}, "an instance of template 0, which does not exist"),
        ({"template": -1}, "template -1, which does not exist"),
        ({"boundaries": [9]}, "stands at vertex 9 of 1"),
        ({"boundaries": []}, "at no one vertex"),
        ({"transformationMatrix": [1] * 15}, "of 15 numbers and not of 16"),
        ({"transformationMatrix": None}, "not of numbers"),
    ],
)
def test_instances_that_cannot_be_are_told(tmp_path, change, told):
    objects = {
        "bad": {"type": "Building", "geometry": [instance(0, 0) | change]},
        "good": {"type": "Building", "geometry": [instance(0, 0)]},
    }
    raw = load(tmp_path, with_templates(objects, [[0, 0, 0]]))
    assert [b.key for b in raw.buildings] == ["town:good"]
    (finding,) = raw.findings
    assert finding.where == "town.city.json: bad" and told in finding.message


def test_templates_do_not_unfold_without_end(tmp_path, monkeypatch):
    monkeypatch.setattr("cosmopolis.sources.cityjson_file.MOST_UNFOLDED", 1000)
    objects = {str(n): {"type": "Building", "geometry": [instance(0, 0)]} for n in range(200)}
    with pytest.raises(BadInput, match="unfold to more than 1,000 vertices"):
        load(tmp_path, with_templates(objects, [[0, 0, 0]]))


@pytest.mark.parametrize(
    ("attributes", "height", "floors", "provenance"),
    [
        ({}, 0, 0, Provenance.MODELLED),
        ({"measuredHeight": 9.25}, 9.25, 0, Provenance.MEASURED),
        ({"measuredHeight": "9,5 m"}, 9.5, 0, Provenance.MEASURED),
        ({"measuredHeight": -9999.0}, 0, 0, Provenance.MODELLED),
        ({"storeysAboveGround": 4}, 0, 4, Provenance.MODELLED),
    ],
)
def test_a_footprint_has_the_height_that_is_told_or_a_guess(tmp_path, attributes, height, floors, provenance):
    flat = {"type": "MultiSurface", "lod": "0", "boundaries": [[[0, 1, 2, 3]]]}
    house = {"type": "Building", "geometry": [flat], "attributes": attributes}
    raw = load(tmp_path, document({"a": house}, block()[1]))
    (building,) = raw.buildings
    assert (building.height, building.floors, building.mesh) == (height, floors, None)
    assert building.footprint.area == pytest.approx(60, rel=1e-3)
    city = build(raw)
    assert city.buildings.height_provenance.tolist() == [provenance]
    assert city.buildings.height[0] > 2.5


def test_the_next_geometry_is_used_where_the_best_is_broken(tmp_path):
    geometry, vertices = block()
    bad = {"type": "Solid", "lod": "2.2", "boundaries": [[[[0, 1, -1]]]]}
    raw = load(tmp_path, document({"a": {"type": "Building", "geometry": [geometry, bad]}}, vertices))
    assert raw.buildings[0].height == pytest.approx(9)
    assert [f.message for f in raw.findings] == [
        "its faces name vertex -1 of 8, which does not exist; left out"
    ]


@pytest.mark.parametrize(
    "boundaries",
    [
        5, "x", [0], [[[0, 1, 2]]], [[[[0, 1, 2.5]]]], [[[[[0, 1, 2]]]]], [[[[0, True, 2]]]], [[[[0, 1, 10**15]]]],
        [[[]]], [[[[0, 1]]]],
    ],
)  # fmt: skip
def test_boundaries_that_are_none(tmp_path, boundaries):
    geometry, vertices = block()
    bad = {"type": "Building", "geometry": [{"type": "Solid", "lod": "1", "boundaries": boundaries}]}
    good = {"type": "Building", "geometry": [geometry]}
    raw = load(tmp_path, document({"bad": bad, "good": good}, vertices))
    assert [b.key for b in raw.buildings] == ["town:good"]
    assert [f.code for f in raw.findings] == ["broken-geometry"]


def test_vertices_that_nobody_uses_move_nothing(tmp_path):
    geometry, vertices = block()
    house = {"a": {"type": "Building", "geometry": [geometry]}}
    alone = load(tmp_path, document(house, vertices))
    raw = load(tmp_path, document(house, [*vertices, [-136_500, -155_800, 0], [9e9, 9e9, 9e9]]))
    assert raw.origin == alone.origin
    assert raw.buildings[0].footprint.equals(alone.buildings[0].footprint)
    assert not raw.findings


def test_objects_far_from_the_rest_are_left_out_and_told(tmp_path):
    geometry, vertices = block()
    places = [(-85_000, 500_000), (0, 0), (50, 0)]
    moved = [[x + dx, y + dy, z] for dx, dy in places for x, y, z in vertices]
    objects = {}
    for n, key in enumerate(("far", "a", "b")):
        faces = [
            [[[i + n * len(vertices) for i in ring] for ring in face] for face in geometry["boundaries"][0]]
        ]
        objects[key] = {"type": "Building", "geometry": [geometry | {"boundaries": faces}]}
    raw = load(tmp_path, document(objects, moved))
    assert [b.key for b in raw.buildings] == ["town:a", "town:b"]
    assert [f.code for f in raw.findings] == ["far-away"] and "far at (" in raw.findings[0].message


def test_heights_in_feet(tmp_path):
    geometry, vertices = block(30.0)
    feet = {"metadata": {"referenceSystem": "https://www.opengis.net/def/crs/EPSG/0/2263"}}
    feet |= {"transform": {"scale": [0.001] * 3, "translate": [989_000, 212_000, 0]}}
    raw = load(tmp_path, document({"a": {"type": "Building", "geometry": [geometry]}}, vertices, **feet))
    assert raw.buildings[0].height == pytest.approx(30 * 0.3048, rel=1e-3)
    assert raw.buildings[0].footprint.area == pytest.approx(60 * 0.3048**2, rel=1e-3)
    assert [f.code for f in raw.findings] == ["height-unit"]


@pytest.mark.parametrize("first", ["latitude", "longitude"])
def test_a_house_in_tokyo_by_either_order(tmp_path, first):
    geometry, vertices = block()
    corners = [[y / 111_000 + 35.68, x / 90_500 + 139.76, z] for x, y, z in vertices]
    corners = [c if first == "latitude" else [c[1], c[0], c[2]] for c in corners]
    about = {
        "metadata": {"referenceSystem": "https://www.opengis.net/def/crs/EPSG/0/6697"},
        "vertices": [[round(a * 1e8), round(b * 1e8), round(c * 1000)] for a, b, c in corners],
        "transform": {"scale": [1e-8, 1e-8, 0.001], "translate": [0, 0, 0]},
    }
    raw = load(tmp_path, document({"a": {"type": "Building", "geometry": [geometry]}}, []) | about)
    west, south, east, north = raw.buildings[0].footprint.bounds
    assert (east - west, north - south) == pytest.approx((10, 6), rel=0.01)
    assert raw.origin == pytest.approx((139.76, 35.68), abs=0.001)
    assert len(raw.findings) == (first == "longitude")


def test_what_a_city_has_no_layer_for_is_counted(tmp_path):
    geometry, vertices = block()
    objects = {"a": {"type": "Building", "geometry": [geometry]}, "b": {"type": "Bridge"}, "c": 7}
    raw = load(tmp_path, document(objects, vertices))
    assert [f.message for f in raw.findings] == [
        "objects without a layer: 1 Bridge, 1 without a type; left out"
    ]


def test_a_sequence_without_its_header(tmp_path):
    feature = json.dumps({"type": "CityJSONFeature", "CityObjects": {}, "vertices": []})
    with pytest.raises(BadInput, match="does not begin with its CityJSON header"):
        load(tmp_path, f"{feature}\n{feature}", "town.city.jsonl")


@pytest.mark.parametrize("shift", [0.0, 0.00037, 0.00052, 0.00071])
def test_an_area_of_slender_triangles_is_whole_wherever_the_city_begins(tmp_path, shift):
    """Snapping its corners to a millimetre grid would part it, here so and there otherwise."""
    count, width = 120, 0.004
    low = [[i * width + shift, (i % 2) * 0.0007, 0.0] for i in range(count)]
    high = [[i * width + width / 2 + shift, 500.0 + (i % 3) * 0.0004, 0.0] for i in range(count)]
    pairs = [[[[i, i + 1, count + i]], [[i + 1, count + i + 1, count + i]]] for i in range(count - 1)]
    strip = {"type": "MultiSurface", "lod": "1", "boundaries": [face for pair in pairs for face in pair]}
    far = [[900.0, 0, 0], [910, 0, 0], [910, 10, 0], [900, 10, 0]]
    other = {"type": "MultiSurface", "lod": "1", "boundaries": [[[2 * count + i for i in range(4)]]]}
    both = {"type": "MultiSurface", "lod": "1", "boundaries": strip["boundaries"] + other["boundaries"]}
    vertices = {
        "vertices": [*low, *high, *far],
        "transform": {"scale": [1.0] * 3, "translate": [85_000, 447_500, 0]},
    }
    raw = load(tmp_path, document({"w": {"type": "WaterBody", "geometry": [both]}}, []) | vertices)
    assert [area.key for area in raw.areas] == ["town:w", "town:w/1"]
    assert sum(area.polygon.area for area in raw.areas) == pytest.approx(
        100 + 500 * width * (count - 1), rel=1e-3
    )
