"""The binary glTF, read back by the specification: header, chunks, accessors, and the city in it."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest
import shapely

from cosmopolis.city.model import City
from cosmopolis.exports.glb import write

COMPONENT = {5126: np.float32, 5121: np.uint8, 5125: np.uint32}
WIDTH = {"VEC3": 3, "VEC4": 4, "SCALAR": 1}


class Glb:
    """A reader of what `write` writes."""

    def __init__(self, path: Path) -> None:
        data = path.read_bytes()
        magic, version, length = struct.unpack_from("<4sII", data)
        assert (magic, version, length) == (b"glTF", 2, len(data)) and length % 4 == 0
        size, kind = struct.unpack_from("<I4s", data, 12)
        assert kind == b"JSON" and size % 4 == 0
        self.document = json.loads(data[20 : 20 + size])
        binary, kind = struct.unpack_from("<I4s", data, 20 + size)
        assert kind == b"BIN\0" and 28 + size + binary == length
        self.binary = data[28 + size :]
        assert self.document["buffers"] == [{"byteLength": binary}]

    def values(self, mesh: str, attribute: str) -> np.ndarray:
        (found,) = [mesh_ for mesh_ in self.document["meshes"] if mesh_["name"] == mesh]
        (primitive,) = found["primitives"]
        number = primitive["indices"] if attribute == "indices" else primitive["attributes"][attribute]
        accessor = self.document["accessors"][number]
        view = self.document["bufferViews"][accessor["bufferView"]]
        dtype, width = np.dtype(COMPONENT[accessor["componentType"]]), WIDTH[accessor["type"]]
        assert (
            view["byteOffset"] % 4 == 0 and view["byteLength"] == accessor["count"] * width * dtype.itemsize
        )
        values = np.frombuffer(self.binary, dtype, accessor["count"] * width, view["byteOffset"]).reshape(
            -1, width
        )
        if "min" in accessor:
            assert (values.min(axis=0) == accessor["min"]).all() and (
                values.max(axis=0) == accessor["max"]
            ).all()
        return values


@pytest.fixture(scope="module")
def glb(town: City, tmp_path_factory: pytest.TempPathFactory) -> Glb:
    path = tmp_path_factory.mktemp("glb") / "town.glb"
    write(town, path)
    return Glb(path)


def triangles(glb: Glb, mesh: str) -> np.ndarray:
    return glb.values(mesh, "POSITION")[glb.values(mesh, "indices")[:, 0]].astype(float).reshape(-1, 3, 3)


def area_from_above(faces: np.ndarray) -> np.ndarray:
    """Signed: positive where a face looks up (x east, z south in glTF)."""
    east, south = faces[:, :, 0], faces[:, :, 2]
    return (
        (east[:, 1] - east[:, 0]) * (-(south[:, 2] - south[:, 0]))
        + (east[:, 2] - east[:, 0]) * (south[:, 1] - south[:, 0])
    ) / 2


def test_all_of_the_city_is_there(glb: Glb, town: City) -> None:
    names = {mesh["name"] for mesh in glb.document["meshes"]}
    assert names >= {"ground", "land use", "green", "water", "streets", "sidewalks", "buildings", "trees"}
    assert len(glb.document["nodes"]) == len(glb.document["meshes"]) == len(glb.document["materials"])
    assert "OpenStreetMap" in glb.document["asset"]["copyright"]
    assert glb.document["extras"]["origin"] == list(town.origin)


def test_up_is_y_and_heights_are_those_of_the_city(glb: Glb, town: City) -> None:
    buildings = triangles(glb, "buildings")
    assert buildings[:, :, 1].min() == pytest.approx(0.0, abs=1e-3)
    assert buildings[:, :, 1].max() == pytest.approx(
        float((town.buildings.height + town.buildings.roof_height).max()), abs=1e-2
    )
    river = triangles(glb, "water")
    assert -river[:, :, 2].max() == pytest.approx(160, abs=1e-3) and -river[:, :, 2].min() == pytest.approx(
        180, abs=1e-3
    )


def test_ground_layers_cover_what_they_are_and_look_up(glb: Glb, town: City) -> None:
    for mesh, areas in (("water", town.water), ("green", town.green), ("land use", town.land_use)):
        faces = area_from_above(triangles(glb, mesh))
        assert faces.min() > -1e-6
        assert faces.sum() == pytest.approx(shapely.area(areas.polygon).sum(), rel=1e-3)


def test_roofs_cover_the_footprints(glb: Glb, town: City) -> None:
    drawn = np.ones(len(town.buildings), bool)
    drawn[town.buildings.part_of[town.buildings.part_of >= 0]] = False
    drawn &= np.diff(town.buildings.mesh_start) == 0
    buildings = triangles(glb, "buildings")
    (tent,) = np.flatnonzero(np.diff(town.buildings.mesh_start))
    known = len(town.buildings.mesh[town.buildings.mesh_start[tent] : town.buildings.mesh_start[tent + 1]])
    faces = area_from_above(buildings[:-known])
    assert faces[faces > 1e-6].sum() == pytest.approx(
        shapely.area(town.buildings.footprint[drawn]).sum(), rel=1e-3
    )
    assert faces.min() > -1e-4  # no face looks down: walls are upright, roofs look up


def test_corners_are_shared_and_colours_opaque(glb: Glb) -> None:
    for mesh in ("buildings", "streets", "trees"):
        colour, index = glb.values(mesh, "COLOR_0"), glb.values(mesh, "indices")
        assert (colour[:, 3] == 255).all()
        assert set(index[:, 0].tolist()) == set(range(len(colour)))
        assert len(colour) < len(index)
    assert len(np.unique(glb.values("buildings", "COLOR_0"), axis=0)) >= 3


def test_lanes_are_as_wide_as_they_are(glb: Glb, town: City) -> None:
    lanes = town.network.lanes
    streets = area_from_above(triangles(glb, "streets"))
    wanted = (lanes.length * lanes.width).sum() + shapely.area(town.network.junctions.area).sum()
    assert streets.sum() == pytest.approx(wanted, rel=0.01)
