"""CityJSON 2.0: buildings as LoD1 solids or, where they are known, LoD2 surfaces; roads, water, green and land use.

Coordinates are those of the UTM zone of the city's origin, since CityJSON wants an EPSG code.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from shapely import Polygon

from cosmopolis.city.aside import file_aside
from cosmopolis.city.model import F64, Areas, Buildings, City, Shapes, Strings
from cosmopolis.city.words import BuildingUse, LandUse, Provenance, Roof, StreetKind

SCALE = 0.001  # m
LOD_BLOCK, LOD_SURFACES, LOD_FLAT = "1.2", "2", "1"
Ring = list[int]
CityObject = dict[str, Any]


def write(city: City, out: Path) -> None:
    """Writes the city's buildings and ground to the file `out`."""
    vertices = _Vertices()
    objects = dict(_buildings(city.buildings, vertices))
    for kind, areas in (("LandUse", city.land_use), ("PlantCover", city.green), ("WaterBody", city.water)):
        objects.update(_areas(kind, areas, vertices))
    objects.update(_roads(city, vertices))
    code = _utm(*city.origin)
    rows, translate = vertices.placed(city, code)
    document = {
        "type": "CityJSON",
        "version": "2.0",
        "metadata": {
            "title": city.name,
            "referenceSystem": f"https://www.opengis.net/def/crs/EPSG/0/{code}",
            "geographicalExtent": _extent(rows, translate),
        },
        "transform": {"scale": [SCALE] * 3, "translate": translate},
        "CityObjects": objects,
        "vertices": rows,
    }
    with file_aside(Path(out)) as aside:
        aside.write_bytes(orjson.dumps(document, option=orjson.OPT_SERIALIZE_NUMPY))


class _Vertices:
    """Points in millimetres of the local plane, each once."""

    def __init__(self) -> None:
        self._row: dict[tuple[int, int, int], int] = {}

    def ring(self, xy: F64, z: float) -> Ring:
        """The rows of a ring at height z; points that fall together count once."""
        height = round(z / SCALE)
        points = np.rint(xy / SCALE).astype(np.int64).tolist()
        return _once([self._add((x, y, height)) for x, y in points])

    def triangles(self, corners: NDArray[np.floating]) -> list[Ring]:
        """The rows of (T, 3, 3) triangles, without those that have no area left."""
        points = np.rint(corners.reshape(-1, 3).astype(np.float64) / SCALE).astype(np.int64).tolist()
        rows = [self._add((x, y, z)) for x, y, z in points]
        faces = [rows[i : i + 3] for i in range(0, len(rows), 3)]
        return [face for face in faces if len(set(face)) == 3]

    def placed(self, city: City, code: int) -> tuple[list[list[int]], list[float]]:
        """All points in the reference system, as whole millimetres from the second value, the translation."""
        local = np.array(list(self._row), dtype=np.float64).reshape(-1, 3) * SCALE
        to_utm = Transformer.from_crs(city.projection.crs, code, always_xy=True)
        x, y = to_utm.transform(local[:, 0], local[:, 1])
        points = np.column_stack([x, y, local[:, 2]])
        translate = np.floor(points.min(axis=0)) if len(points) else np.zeros(3)
        return np.rint((points - translate) / SCALE).astype(np.int64).tolist(), translate.tolist()

    def _add(self, point: tuple[int, int, int]) -> int:
        return self._row.setdefault(point, len(self._row))


def _buildings(buildings: Buildings, vertices: _Vertices) -> Iterator[tuple[str, CityObject]]:
    keys = _each_once(buildings.key)
    parts: dict[int, list[str]] = {}
    for row, whole in enumerate(buildings.part_of.tolist()):
        if whole >= 0:
            parts.setdefault(whole, []).append(keys[row])
    for row, key in enumerate(keys):
        whole = int(buildings.part_of[row])
        about: CityObject = {"type": "Building" if whole < 0 else "BuildingPart"}
        about["attributes"] = _attributes(buildings, row)
        if whole >= 0:
            about["parents"] = [keys[whole]]
        if row in parts:
            about["children"] = parts[row]  # a whole that has parts is drawn by them
        else:
            about["geometry"] = [_shape(buildings, row, vertices)]
        yield key, about


def _each_once(keys: Strings) -> list[str]:
    """Keys that occur again carry their row."""
    first: dict[str, int] = {}
    return [key if first.setdefault(key, row) == row else f"{key}#{row}" for row, key in enumerate(keys)]


def _attributes(buildings: Buildings, row: int) -> dict[str, Any]:
    about: dict[str, Any] = {
        "function": BuildingUse(int(buildings.use[row])).name.lower(),
        "measuredHeight": round(float(buildings.height[row] + buildings.roof_height[row]), 2),
        "storeysAboveGround": int(buildings.floors[row]),
        "roofType": Roof(int(buildings.roof[row])).name.lower(),
        "provenance": Provenance(int(buildings.provenance[row])).name.lower(),
        "heightProvenance": Provenance(int(buildings.height_provenance[row])).name.lower(),
    }
    told = {"name": buildings.name[row], "address": buildings.address[row], "colour": buildings.colour[row]}
    return about | {name: value for name, value in told.items() if value}


def _shape(buildings: Buildings, row: int, vertices: _Vertices) -> dict[str, Any]:
    mesh = buildings.mesh[buildings.mesh_start[row] : buildings.mesh_start[row + 1]]
    if len(mesh):
        faces = vertices.triangles(mesh)
        return {"type": "MultiSurface", "lod": LOD_SURFACES, "boundaries": [[face] for face in faces]}
    shell = _block(
        buildings.footprint[row], float(buildings.base[row]), float(buildings.height[row]), vertices
    )
    return {"type": "Solid", "lod": LOD_BLOCK, "boundaries": [shell]}


def _block(footprint: Polygon, base: float, top: float, vertices: _Vertices) -> list[list[Ring]]:
    """The faces of an upright block, all seen from outside counter-clockwise: ground, roof, walls."""
    rings = [np.asarray(ring.coords)[:-1, :2] for ring in (footprint.exterior, *footprint.interiors)]
    below = [vertices.ring(ring, base) for ring in rings]
    above = [vertices.ring(ring, top) for ring in rings]
    sound = [i for i, ring in enumerate(below) if len(ring) >= 3]
    walls = [
        [[a, b, c, d]]
        for i in sound
        for a, b, c, d in zip(below[i], below[i][1:] + below[i][:1], above[i][1:] + above[i][:1], above[i])
    ]
    return [[below[i][::-1] for i in sound], [above[i] for i in sound], *walls]


def _areas(kind: str, areas: Areas, vertices: _Vertices) -> Iterator[tuple[str, CityObject]]:
    for key, name, code, polygon in zip(areas.key, areas.name, areas.kind, areas.polygon):
        attributes = {"class": LandUse(int(code)).name.lower()} | ({"name": name} if name else {})
        yield (
            f"{kind}:{key}",
            {"type": kind, "attributes": attributes, "geometry": _flat([polygon], vertices)},
        )


def _roads(city: City, vertices: _Vertices) -> Iterator[tuple[str, CityObject]]:
    """Carriageways at ground level and above, each as the strip that its lanes take."""
    edges, lanes = city.network.edges, city.network.lanes
    width = np.bincount(lanes.edge, lanes.width, len(edges))
    for row in np.flatnonzero(~edges.tunnel).tolist():
        line = edges.line[row]
        strip = shapely.buffer(shapely.LineString(line[:, :2]), width[row] / 2, cap_style="flat", quad_segs=2)
        about: CityObject = {
            "type": "Road",
            "attributes": {"class": StreetKind(int(edges.kind[row])).name.lower(), "name": edges.name[row]},
            "geometry": _flat(shapely.get_parts(strip), vertices, float(line[:, 2].mean())),
        }
        yield f"Road:{edges.key[row]}", about


def _flat(polygons: Shapes | list[Polygon], vertices: _Vertices, z: float = 0.0) -> list[dict[str, Any]]:
    faces = []
    for polygon in shapely.orient_polygons(polygons):
        rings = [np.asarray(ring.coords)[:-1, :2] for ring in (polygon.exterior, *polygon.interiors)]
        face = [ring for ring in (vertices.ring(ring, z) for ring in rings) if len(ring) >= 3]
        if face:
            faces.append(face)
    return [{"type": "MultiSurface", "lod": LOD_FLAT, "boundaries": faces}]


def _once(ring: Ring) -> Ring:
    """A ring without neighbours that are the same point."""
    return [row for row, before in zip(ring, ring[-1:] + ring[:-1]) if row != before]


def _utm(lon: float, lat: float) -> int:
    """EPSG code of the UTM zone."""
    return (32600 if lat >= 0 else 32700) + int((lon + 180) // 6) % 60 + 1


def _extent(rows: list[list[int]], translate: list[float]) -> list[float]:
    if not rows:
        return [0.0] * 6
    points = np.array(rows) * SCALE + translate
    return np.round([*points.min(axis=0), *points.max(axis=0)], 3).tolist()
