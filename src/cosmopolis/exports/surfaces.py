"""Triangles of a city's things, in local metres with z up: walls and roofs, ribbons along lanes, flat ground."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from cosmopolis.city.model import F64, I64, Shapes
from cosmopolis.geometry.polylines import Polylines

Triangles = NDArray[np.float64]  # (T, 3, 3) m, counter-clockwise seen from outside or above


def flat(polygons: Shapes, z: F64) -> tuple[Triangles, I64]:
    """N polygons at heights z (N,), and the polygon of each triangle."""
    if not len(polygons):
        return np.zeros((0, 3, 3)), np.zeros(0, np.int64)
    cut = shapely.constrained_delaunay_triangles(polygons)
    pieces, row = shapely.get_parts(cut, return_index=True)
    pieces = shapely.orient_polygons(pieces)
    corners = shapely.get_coordinates(pieces).reshape(-1, 4, 2)[:, :3]
    height = np.repeat(z[row], 3).reshape(-1, 3, 1)
    return np.concatenate([corners, height], axis=2), row


def walls(polygons: Shapes, base: F64, top: F64) -> tuple[Triangles, I64]:
    """The upright walls of N polygons whose outer rings turn counter-clockwise, and the polygon of each triangle."""
    rings, owner = shapely.get_rings(shapely.orient_polygons(polygons), return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    a, b, row = points[:-1][same], points[1:][same], owner[ring[:-1][same]]
    low, high = base[row, None], top[row, None]
    al, bl, bh, ah = (np.hstack(pair) for pair in ((a, low), (b, low), (b, high), (a, high)))
    triangles = np.stack([al, bl, bh, al, bh, ah], axis=1).reshape(-1, 3, 3)
    return triangles, np.repeat(row, 2)


def gables(polygons: Shapes, base: F64, rise: F64) -> tuple[Triangles, NDArray[np.bool_]]:
    """Roofs with a ridge along the longer side over the rectangles among N polygons, and which ones those are."""
    corner, rectangle = _rectangles(polygons)
    low, ridge = base[rectangle], (base + rise)[rectangle]
    a, b, c, d = (np.column_stack([corner[:, i], low]) for i in range(4))
    left = np.column_stack([(corner[:, 0] + corner[:, 3]) / 2, ridge])
    right = np.column_stack([(corner[:, 1] + corner[:, 2]) / 2, ridge])
    faces = [a, b, right, a, right, left, c, d, left, c, left, right, d, a, left, b, c, right]
    return np.stack(faces, axis=1).reshape(-1, 3, 3), rectangle


def ribbons(lines: Polylines, width: NDArray[np.floating], lift: float) -> tuple[Triangles, I64]:
    """Strips `width` (N,) wide along N lines, `lift` above them, and the line of each triangle."""
    owner = np.repeat(np.arange(len(lines)), np.diff(lines.start))
    at = np.flatnonzero(owner[:-1] == owner[1:])
    step = lines.points[at + 1, :2] - lines.points[at, :2]
    normal = np.column_stack([-step[:, 1], step[:, 0]]) / np.maximum(np.hypot(*step.T), 1e-9)[:, None]
    # At a bend both pieces share the mean of their normals, so that the strip has no gap.
    across = np.zeros((len(lines.points), 2))
    np.add.at(across, at, normal)
    np.add.at(across, at + 1, normal)
    across /= np.maximum(np.hypot(*across.T), 1e-9)[:, None]
    side = np.column_stack([across * width[owner, None] / 2, np.zeros(len(across))])
    points = lines.points + np.array([0.0, 0.0, lift])
    left, right = points + side, points - side
    quads = np.stack([right[at], right[at + 1], left[at + 1], right[at], left[at + 1], left[at]], axis=1)
    return quads.reshape(-1, 3, 3), np.repeat(owner[at], 2)


def crowns(xy: F64, height: NDArray[np.floating], radius: NDArray[np.floating]) -> Triangles:
    """A double pyramid of six sides for each of T trees."""
    angle = np.arange(6) * (np.pi / 3)
    rim = xy[:, None, :] + radius[:, None, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    rim = np.concatenate([rim, np.broadcast_to((height * 0.5)[:, None, None], (*rim.shape[:2], 1))], axis=2)
    top = np.column_stack([xy, height])[:, None, :].repeat(6, axis=1)
    foot = np.column_stack([xy, height * 0.15])[:, None, :].repeat(6, axis=1)
    following = np.roll(rim, -1, axis=1)
    faces = [np.stack([rim, following, top], axis=2), np.stack([following, rim, foot], axis=2)]
    return np.concatenate(faces, axis=1).reshape(-1, 3, 3)


def _rectangles(polygons: Shapes) -> tuple[F64, NDArray[np.bool_]]:
    """Corners (R, 4, 2) of the polygons with four corners and no hole, the first side the longer; and which."""
    four = (shapely.get_num_coordinates(polygons) == 5) & (shapely.get_num_interior_rings(polygons) == 0)
    corner = shapely.get_coordinates(polygons[four]).reshape(-1, 5, 2)[:, :4]
    first = np.hypot(*(corner[:, 1] - corner[:, 0]).T)
    second = np.hypot(*(corner[:, 2] - corner[:, 1]).T)
    return np.where((first >= second)[:, None, None], corner, np.roll(corner, -1, axis=1)), four
