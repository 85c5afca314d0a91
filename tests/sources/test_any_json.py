"""Whatever JSON stands wherever in a small file: a city, or one sentence about it; nothing else, ever."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cosmopolis.city.build import build
from cosmopolis.city.errors import BadInput
from cosmopolis.sources import read
from tests.sources.test_cityjson import block, document, gabled
from tests.sources.test_geojson import LAT, LON, collection, polygon

LEAVES = [
    None,
    True,
    False,
    0,
    1,
    -1,
    7,
    10**18,
    1e300,
    -1e-300,
    8.5,
    90,
    181,
    "",
    "7",
    "nan",
    "\u0000",
    "no",
    "Polygon",
]
values = st.recursive(
    st.one_of(st.sampled_from(LEAVES), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["type", "coordinates", "name", "properties", "x"]), inner, max_size=3
        ),
    ),
    max_leaves=5,
)


def small_geojson() -> dict[str, Any]:
    point = {"type": "Point", "coordinates": [LON, LAT]}
    return collection(
        ({"building": "yes", "height": 9, "tags": {"name": "A"}, "building:levels": 3, "min_height": 2}, polygon()),
        ({"other_tags": '"building"=>"yes"', "names": {"primary": "B"}}, {"type": "MultiPolygon", "coordinates": [
            polygon(x=0.002)["coordinates"]]}),
        ({"natural": "tree", "height": 4}, {"type": "MultiPoint", "coordinates": [[LON, LAT]]}),
        ({"amenity": "cafe", "name": "C"}, {"type": "GeometryCollection", "geometries": [point]}),
        ({"leisure": "park", "name": "D"}, polygon(x=0.004)),
        crs={"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}},
    )  # fmt: skip


def small_cityjson() -> dict[str, Any]:
    geometry, vertices = gabled()
    low, low_vertices = block()
    instance = {
        "type": "GeometryInstance",
        "template": 0,
        "boundaries": [0],
        "transformationMatrix": [1.0, 0, 0, 0] * 4,
    }
    instance["transformationMatrix"] = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]
    flat = {"type": "MultiSurface", "lod": "0", "boundaries": [[[0, 1, 2, 3]]]}
    about = {
        "attributes": {"measuredHeight": 7, "storeysAboveGround": 2, "function": "x"},
        "address": [{"a": 1}],
    }
    objects = {
        "a": {"type": "Building", "geometry": [geometry], "children": ["b"], **about},
        "b": {"type": "BuildingPart", "geometry": [flat], "parents": ["a"]},
        "c": {"type": "Building", "geometry": [instance]},
        "t": {"type": "SolitaryVegetationObject", "geometry": [instance]},
        "w": {"type": "WaterBody", "geometry": [flat], "attributes": {"class": "lake"}},
    }
    templates = {"templates": [low], "vertices-templates": low_vertices}
    whole = document(objects, vertices, **{"geometry-templates": templates})
    whole["metadata"] |= {"title": "T", "pointOfContact": {"contactName": "N"}, "referenceDate": "2020-01-01"}
    return whole


def places(value: Any, path: tuple = ()) -> list[tuple]:
    """Where every value of a document stands."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, part in inside for place in places(part, (*path, key)))]


def with_value(whole: Any, place: tuple, value: Any) -> Any:
    if not place:
        return value
    changed = copy.deepcopy(whole)
    at = changed
    for key in place[:-1]:
        at = at[key]
    at[place[-1]] = value
    return changed


FILES = {"buildings.geojson": small_geojson(), "town.city.json": small_cityjson()}


def city_or_sentence(path: Path, text: str, *, whole: bool = True) -> None:
    path.write_text(text, encoding="utf-8")
    try:
        raw = read([path])
    except BadInput as error:
        assert "\n" not in str(error)
    else:
        if whole:
            build(raw)


@pytest.mark.parametrize("name", FILES)
def test_the_files_themselves_are_cities(name, tmp_path):
    (tmp_path / name).write_text(json.dumps(FILES[name]), encoding="utf-8")
    raw = read([tmp_path / name])
    assert len(raw.buildings) >= 2 and len(raw.trees) == 1 and len(raw.areas) == 1
    assert not raw.findings


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_value_anywhere(name, tmp_path, data):
    whole = FILES[name]
    place = data.draw(st.sampled_from(places(whole)), label="place")
    city_or_sentence(tmp_path / name, json.dumps(with_value(whole, place, data.draw(values, label="value"))))


ODD = [None, True, 10**400, 1e300, "x", [], {}, [[[[[1]]]]], {"type": {}}]


@pytest.mark.parametrize("name", FILES)
def test_odd_values_everywhere(name, tmp_path):
    """Of a large document at each place that differs in kind: every member, and the first entry of every list."""
    whole = FILES[name]
    every = places(whole)
    if len(every) > 300:
        every = [place for place in every if not any(isinstance(key, int) and key for key in place[-3:])]
    for n, place in enumerate(every):
        for value in (ODD[n % len(ODD)], ODD[(4 * n + 1) % len(ODD)]):
            city_or_sentence(tmp_path / name, json.dumps(with_value(whole, place, value)), whole=False)


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_cut(name, tmp_path, data):
    text = json.dumps(FILES[name])
    city_or_sentence(tmp_path / name, text[: data.draw(st.integers(0, len(text)))])
