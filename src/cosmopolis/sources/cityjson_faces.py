"""Faces of a CityJSON geometry: which are ground and roof, the outline seen from above, triangles."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from cosmopolis.sources.cityjson_geometry import Shape
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


def surfaces(shape: Shape, vertices: Points) -> list[Surface]:
    """All faces of a geometry with an area; `vertices` (V, 3) are of the whole file."""
    turn = -1 if shape.mirrored else 1
    out = []
    for rings, kind in shape.faces:
        points = [vertices[np.array(ring[::turn], dtype=np.int64) + shape.start] for ring in rings]
        normal = _normal(points[0])
        if normal is not None:
            out.append(Surface(points, kind, normal))
    return out


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


def outlines(found: list[Surface]) -> tuple[list[shapely.Polygon], float]:
    """(the pieces of ground under it, the largest first, height of its ground)"""
    level = [s for s in found if s.kind == "GroundSurface"]
    if not level:  # a closed volume shows as much ground from below as roof from above
        below, above = ([s for s in found if sign * s.normal[2] > _FLAT] for sign in (-1, 1))
        level = below if below and len(below) >= 0.5 * len(above) else found
    shapes = [shape for s in level if (shape := s.from_above) is not None and not shape.is_empty]
    if not shapes:
        return [], 0.0
    low = min(float(ring[:, 2].min()) for s in found for ring in s.points)
    return _united(np.array(shapes, dtype=object)), low


def _united(shapes: NDArray[np.object_]) -> list[shapely.Polygon]:
    """The pieces of a union. Snapping to a grid closes gaps, and opens some among slender triangles: then without."""
    snapped = parts(shapely.union_all(shapes, grid_size=0.001))
    if len(snapped) == 1:
        return snapped
    exact = parts(shapely.union_all(shapes))
    return max(snapped, exact, key=lambda pieces: (pieces[0].area if pieces else 0.0, -len(pieces)))


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
