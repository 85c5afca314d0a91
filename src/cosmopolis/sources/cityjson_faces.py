"""Faces of a CityJSON geometry: which are ground and roof, the outline seen from above, triangles."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from cosmopolis.sources.shapes import parts

Points = NDArray[np.float64]

_FLAT = 0.05  # of a face's area: what is seen from above of an upright wall


@dataclass
class Surface:
    points: list[Points]  # rings (n, 3), the outer one first, not closed
    kind: str  # "GroundSurface", "RoofSurface", "WallSurface", ... or ""
    normal: Points  # (3,) unit

    @property
    def from_above(self) -> Any:
        """The face projected on the plane, or None where it is (nearly) upright."""
        if abs(self.normal[2]) < _FLAT:
            return None
        outer, *holes = [ring[:, :2] for ring in self.points]
        polygon = shapely.Polygon(outer, holes)
        return polygon if polygon.is_valid else shapely.make_valid(polygon)


def lod(geometry: dict[str, Any]) -> float:
    try:
        return float(geometry.get("lod", 0))
    except (TypeError, ValueError):
        return 0.0


def best_geometry(geometries: list[Any]) -> dict[str, Any] | None:
    """The most detailed one that can be drawn, up to LoD 2.x; templates cannot."""
    known = [
        g
        for g in geometries
        if isinstance(g, dict) and g.get("type") != "GeometryInstance" and g.get("boundaries")
    ]
    usable = [g for g in known if lod(g) < 3.0] or known
    return max(usable, key=lod, default=None)


def surfaces(geometry: dict[str, Any], vertices: Points) -> list[Surface]:
    """All faces of a Solid, MultiSolid, CompositeSolid, MultiSurface or CompositeSurface."""
    depth = {"MultiSurface": 0, "CompositeSurface": 0, "Solid": 1, "MultiSolid": 2, "CompositeSolid": 2}
    semantics = geometry.get("semantics") or {}
    kinds = [str(s.get("type", "")) for s in semantics.get("surfaces") or []]
    nesting = depth.get(str(geometry.get("type")))
    if nesting is None:
        return []
    values = list(_leaves(semantics.get("values"), nesting)) if semantics.get("values") is not None else []
    out = []
    for i, rings in enumerate(_faces(geometry["boundaries"], nesting)):
        points = [vertices[np.asarray(ring, dtype=np.int64)] for ring in rings if len(ring) >= 3]
        if not points:
            continue
        value = values[i] if i < len(values) else None
        kind = kinds[value] if isinstance(value, int) and 0 <= value < len(kinds) else ""
        normal = _normal(points[0])
        if normal is not None:
            out.append(Surface(points, kind, normal))
    return out


def _faces(boundaries: Any, nesting: int) -> Iterator[Any]:
    if nesting == 0:
        yield from boundaries
    else:
        for part in boundaries:
            yield from _faces(part, nesting - 1)


def _leaves(values: Any, nesting: int) -> Iterator[Any]:
    """One value a face; a whole null shell is skipped, as are its kinds."""
    if nesting == 0 or not isinstance(values, list):
        yield from values if isinstance(values, list) else []
    else:
        for part in values:
            yield from _leaves(part, nesting - 1)


def indices(boundaries: Any) -> Iterator[int]:
    if isinstance(boundaries, int):
        yield boundaries
    elif isinstance(boundaries, list):
        for part in boundaries:
            yield from indices(part)


def _normal(ring: Points) -> Points | None:
    """Newell's method (Newell 1972; Sutherland, Sproull, Schumacker 1974). Plain floats: rings are short."""
    nx = ny = nz = 0.0
    corners = ring.tolist()
    x0, y0, z0 = corners[-1]
    for x1, y1, z1 in corners:
        nx += (y0 - y1) * (z0 + z1)
        ny += (z0 - z1) * (x0 + x1)
        nz += (x0 - x1) * (y0 + y1)
        x0, y0, z0 = x1, y1, z1
    length = math.sqrt(nx * nx + ny * ny + nz * nz)
    return np.array([nx / length, ny / length, nz / length]) if length > 1e-6 else None


def outline(found: list[Surface]) -> tuple[Any, float]:
    """(footprint polygon or None, height of its ground)"""
    level = [s for s in found if s.kind == "GroundSurface"]
    if not level:  # a closed volume shows as much ground from below as roof from above
        below, above = ([s for s in found if sign * s.normal[2] > _FLAT] for sign in (-1, 1))
        level = below if below and len(below) >= 0.5 * len(above) else found
    shapes = [shape for s in level if (shape := s.from_above) is not None and not shape.is_empty]
    if not shapes:
        return None, 0.0
    low = min(float(ring[:, 2].min()) for s in found for ring in s.points)
    union = shapely.union_all(np.array(shapes, dtype=object), grid_size=0.001)
    polygons = parts(union)
    return (polygons[0] if polygons else None), low


def eaves(found: list[Surface], ground: float) -> float:
    """Metres above ground where the roof begins: the lowest point of the roof's faces."""
    roof = [s for s in found if s.kind == "RoofSurface"] or [s for s in found if s.normal[2] > 0.1]
    if not roof:
        return max(float(ring[:, 2].max()) for s in found for ring in s.points) - ground
    return max(min(float(ring[:, 2].min()) for s in roof for ring in s.points) - ground, 0.5)


def triangles(found: list[Surface], ground: float) -> NDArray[np.float64]:
    """(T, 3, 3) with z above ground, wound as the faces are. Ground faces are not drawn."""
    out = [_triangulated(surface) for surface in found if surface.kind != "GroundSurface"]
    pieces = [piece for piece in out if len(piece)]
    mesh = np.concatenate(pieces) if pieces else np.zeros((0, 3, 3))
    mesh[:, :, 2] -= ground
    return mesh


def _triangulated(surface: Surface) -> NDArray[np.float64]:
    ring = surface.points[0]
    if len(surface.points) == 1 and len(ring) == 3:
        return ring[np.newaxis]
    along = _in_plane(surface.normal)
    flat = [points @ along.T for points in surface.points]
    polygon = shapely.Polygon(flat[0], flat[1:])
    if not polygon.is_valid:
        polygon = shapely.make_valid(polygon)
    corners = shapely.get_coordinates(shapely.get_parts(shapely.constrained_delaunay_triangles(polygon)))
    if not len(corners):
        return np.zeros((0, 3, 3))
    flat_triangles = corners.reshape(-1, 4, 2)[:, :3]
    a, b, c = flat_triangles[:, 0], flat_triangles[:, 1], flat_triangles[:, 2]
    area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    flat_triangles[area < 0] = flat_triangles[area < 0][:, ::-1]  # seen from outside counter-clockwise
    offset = float(np.mean(ring @ surface.normal))
    return flat_triangles @ along + offset * surface.normal


def _in_plane(normal: Points) -> NDArray[np.float64]:
    """(2, 3) two unit vectors that span the face, with normal making a right-handed triple."""
    helper = np.array([1.0, 0.0, 0.0]) if abs(normal[0]) < 0.9 else np.array([0.0, 1.0, 0.0])
    first = np.cross(helper, normal)
    first /= np.linalg.norm(first)
    return np.array([first, np.cross(normal, first)])
