"""A binary glTF 2.0 of the city: one mesh a material, vertex colours for what a thing is, metres, +Y up."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray

from cosmopolis.city.aside import file_aside
from cosmopolis.city.model import Areas, Buildings, City
from cosmopolis.city.words import BuildingUse, LandUse, Roof, StreetKind
from cosmopolis.exports.surfaces import Triangles, crowns, flat, gables, ribbons, walls

MAGIC, VERSION, JSON_CHUNK, BINARY_CHUNK = 0x46546C67, 2, 0x4E4F534A, 0x004E4942
COMPONENT = {np.dtype(np.float32): 5126, np.dtype(np.uint8): 5121, np.dtype(np.uint32): 5125}
ARRAY_BUFFER, ELEMENT_BUFFER = 34962, 34963
# Heights that keep the layers of the ground apart, m.
GROUND, LAND, GREEN, WATER, STREET = -0.12, -0.09, -0.06, -0.03, 0.02

USE_COLOUR = {
    BuildingUse.RESIDENTIAL: "#d9c7ae",
    BuildingUse.OFFICE: "#a9b7c4",
    BuildingUse.RETAIL: "#d8ab8e",
    BuildingUse.INDUSTRIAL: "#b3b0a6",
    BuildingUse.SCHOOL: "#d9b97c",
    BuildingUse.HOSPITAL: "#e3dcd6",
    BuildingUse.HOTEL: "#c1a9c0",
    BuildingUse.CULTURE: "#c98f7a",
    BuildingUse.MIXED: "#cfb8a0",
}
LAND_COLOUR = {
    LandUse.RESIDENTIAL: "#ded6c6",
    LandUse.COMMERCIAL: "#dccfcb",
    LandUse.RETAIL: "#dccfcb",
    LandUse.INDUSTRIAL: "#d2cfd3",
    LandUse.EDUCATION: "#e2dbb9",
    LandUse.PARK: "#a9c58d",
    LandUse.FOREST: "#8fb07a",
    LandUse.RIVER: "#7fa8bf",
}
WALL, SOIL, MEADOW, SEA, ASPHALT, LEAVES = "#cfc4b4", "#d6cfc0", "#b4cc98", "#86adc2", "#6f7276", "#6f9457"


@dataclass(frozen=True)
class Mesh:
    """Triangles of one material with a colour each."""

    name: str
    triangles: Triangles  # (T, 3, 3) m, z up
    colour: NDArray[np.uint8]  # (T, 3)
    roughness: float = 0.9


def write(city: City, out: Path) -> None:
    """Writes the city as it stands to the file `out`."""
    data = _glb(city, [mesh for mesh in _meshes(city) if len(mesh.triangles)])
    with file_aside(Path(out)) as aside:
        aside.write_bytes(data)


def _meshes(city: City) -> Iterator[Mesh]:
    west, south, east, north = city.bounds
    ground = np.array([shapely.box(west, south, east, north)], dtype=np.object_)
    yield _areas_mesh("ground", ground, np.zeros(1, np.uint8), GROUND, SOIL)
    yield _layer("land use", city.land_use, LAND, SOIL)
    yield _layer("green", city.green, GREEN, MEADOW)
    yield _layer("water", city.water, WATER, SEA, roughness=0.15)
    yield from _streets(city)
    yield _buildings(city.buildings)
    trees = city.trees
    crown = crowns(trees.xy, trees.height, trees.crown)
    yield Mesh("trees", crown, _plain(LEAVES, len(crown)))


def _layer(name: str, areas: Areas, z: float, colour: str, roughness: float = 0.9) -> Mesh:
    return _areas_mesh(name, areas.polygon, areas.kind, z, colour, roughness)


def _areas_mesh(
    name: str,
    polygon: NDArray[np.object_],
    kind: NDArray[np.uint8],
    z: float,
    colour: str,
    roughness: float = 0.9,
) -> Mesh:
    triangles, row = flat(polygon, np.full(len(polygon), z))
    return Mesh(name, triangles, _coloured(LAND_COLOUR, kind, colour)[row], roughness)


def _streets(city: City) -> Iterator[Mesh]:
    """Lanes as ribbons and the ground of junctions; tunnels are not seen."""
    network = city.network
    hidden = network.edges.tunnel[network.lanes.edge]
    lane, row = ribbons(network.lanes.line, network.lanes.width, STREET)
    lane = lane[~hidden[row]]
    seen = ~shapely.is_empty(network.junctions.area) & (network.junctions.layer >= 0)
    ends = network.edges.line.points[network.edges.line.start[1:] - 1, 2]
    level = np.zeros(len(network.junctions))
    level[network.edges.to_junction] = ends
    junction, _ = flat(network.junctions.area[seen], level[seen] + STREET)
    triangles = np.concatenate([lane, junction])
    yield Mesh("streets", triangles, _plain(ASPHALT, len(triangles)))
    walks = network.walks
    steps = walks.kind <= StreetKind.STEPS
    walk, row = ribbons(walks.line, walks.width, STREET + 0.08)
    yield Mesh("sidewalks", walk[steps[row]], _plain("#b9b4aa", int(steps[row].sum())))


def _buildings(buildings: Buildings) -> Mesh:
    """Walls and roofs; a whole that has parts is drawn by them."""
    drawn = np.ones(len(buildings), np.bool_)
    drawn[buildings.part_of[buildings.part_of >= 0]] = False
    meshed = np.diff(buildings.mesh_start) > 0
    row = np.flatnonzero(drawn & ~meshed)
    shape, base, top = (
        buildings.footprint[row],
        *(column[row].astype(np.float64) for column in (buildings.base, buildings.height)),
    )
    pitched = np.isin(buildings.roof[row], (Roof.GABLED, Roof.HIPPED, Roof.PYRAMIDAL))
    wall, wall_row = walls(shape, base, top)
    gable, rectangle = gables(
        shape[pitched], top[pitched], buildings.roof_height[row][pitched].astype(np.float64)
    )
    ridged = np.flatnonzero(pitched)[rectangle]
    open_ = np.setdiff1d(np.arange(len(row)), ridged)
    cap, cap_row = flat(shape[open_], top[open_])
    told = np.flatnonzero(drawn & meshed)
    triangles = np.diff(buildings.mesh_start)
    known = buildings.mesh[np.repeat(drawn & meshed, triangles)].astype(np.float64)
    colour = _coloured(USE_COLOUR, buildings.use, WALL)
    roof = (colour * 0.82).astype(np.uint8)
    return Mesh(
        "buildings",
        np.concatenate([wall, gable, cap, known]),
        np.concatenate(
            [
                colour[row[wall_row]],
                roof[row[ridged].repeat(6)],
                roof[row[open_[cap_row]]],
                colour[told.repeat(triangles[told])],
            ]
        ),
    )


def _glb(city: City, meshes: list[Mesh]) -> bytes:
    """The container: a JSON chunk that describes, a binary chunk that holds."""
    document: dict[str, Any] = {
        "asset": {"version": "2.0", "generator": "Cosmopolis", "copyright": _copyright(city)},
        "scene": 0,
        "scenes": [{"name": city.name, "nodes": list(range(len(meshes)))}],
        "nodes": [{"name": mesh.name, "mesh": i} for i, mesh in enumerate(meshes)],
        "meshes": [],
        "materials": [],
        "accessors": [],
        "bufferViews": [],
        "extras": {"origin": city.origin, "version": city.version, "bounds": city.bounds},
    }
    chunks: list[bytes] = []
    for mesh in meshes:
        _add_mesh(document, chunks, mesh)
    binary = b"".join(chunks)
    document["buffers"] = [{"byteLength": len(binary)}]
    described = orjson.dumps(document)
    described += b" " * (-len(described) % 4)
    length = 12 + 8 + len(described) + 8 + len(binary)
    head = struct.pack("<III", MAGIC, VERSION, length) + struct.pack("<II", len(described), JSON_CHUNK)
    return head + described + struct.pack("<II", len(binary), BINARY_CHUNK) + binary


def _add_mesh(document: dict[str, Any], chunks: list[bytes], mesh: Mesh) -> None:
    """Without normals: then a viewer shades every face flat, as walls are, and corners can be shared."""
    position = (mesh.triangles.reshape(-1, 3)[:, [0, 2, 1]] * [1.0, 1.0, -1.0]).astype(
        np.float32
    )  # z up to y up
    colour = np.column_stack([mesh.colour, np.full(len(mesh.colour), 255, np.uint8)])
    corner, index = _shared(position, _linear(colour).repeat(3, axis=0))
    attributes = {
        "POSITION": _add_accessor(document, chunks, corner["position"], "VEC3"),
        "COLOR_0": _add_accessor(document, chunks, corner["colour"], "VEC4"),
    }
    material = {"metallicFactor": 0.0, "roughnessFactor": mesh.roughness}
    document["materials"].append({"name": mesh.name, "pbrMetallicRoughness": material})
    indices = _add_accessor(document, chunks, index, "SCALAR", target=ELEMENT_BUFFER)
    primitive = {"attributes": attributes, "indices": indices, "material": len(document["materials"]) - 1}
    document["meshes"].append({"name": mesh.name, "primitives": [primitive]})


def _shared(position: NDArray[np.float32], colour: NDArray[np.uint8]) -> tuple[NDArray, NDArray[np.uint32]]:
    """Every corner once, and for each of N corners its row."""
    corner = np.empty(len(position), [("position", "<f4", 3), ("colour", "u1", 4)])
    corner["position"], corner["colour"] = position, colour
    first, second = corner.view("<u8").reshape(-1, 2).T
    order = np.lexsort((second, first))
    new = np.ones(len(order), np.bool_)
    new[1:] = (first[order[1:]] != first[order[:-1]]) | (second[order[1:]] != second[order[:-1]])
    index = np.empty(len(order), np.uint32)
    index[order] = np.cumsum(new) - 1
    return corner[order[new]], index


def _add_accessor(
    document: dict[str, Any], chunks: list[bytes], values: NDArray, kind: str, *, target: int = ARRAY_BUFFER
) -> int:
    data = np.ascontiguousarray(values).tobytes()
    last = document["bufferViews"][-1] if document["bufferViews"] else {"byteOffset": 0, "byteLength": 0}
    offset = last["byteOffset"] + last["byteLength"]  # every value is a multiple of four bytes
    view = {"buffer": 0, "byteOffset": offset, "byteLength": len(data), "target": target}
    accessor: dict[str, Any] = {
        "bufferView": len(document["bufferViews"]),
        "componentType": COMPONENT[values.dtype],
        "count": len(values),
        "type": kind,
    }
    if values.dtype == np.uint8:
        accessor["normalized"] = True
    if values.dtype == np.float32:  # the specification asks for the bounds of positions
        accessor |= {"min": values.min(axis=0).tolist(), "max": values.max(axis=0).tolist()}
    chunks.append(data)
    document["bufferViews"].append(view)
    document["accessors"].append(accessor)
    return len(document["accessors"]) - 1


def _copyright(city: City) -> str:
    return "; ".join(dict.fromkeys(f"{source.attribution} ({source.licence})" for source in city.sources))


def _coloured(colours: dict[Any, str], kind: NDArray[np.uint8], other: str) -> NDArray[np.uint8]:
    table = np.tile(_rgb(other), (256, 1))
    for code, colour in colours.items():
        table[code] = _rgb(colour)
    return table[kind]


def _plain(colour: str, count: int) -> NDArray[np.uint8]:
    return np.tile(_rgb(colour), (count, 1))


def _rgb(colour: str) -> NDArray[np.uint8]:
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)], np.uint8)


def _linear(colour: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """sRGB bytes as glTF wants vertex colours, linear; alpha stays."""
    table = np.round(((np.arange(256) / 255 + 0.055) / 1.055) ** 2.4 * 255).astype(np.uint8)
    table[:11] = np.round(np.arange(11) / 12.92)
    return np.column_stack([table[colour[:, :3]], colour[:, 3]])
