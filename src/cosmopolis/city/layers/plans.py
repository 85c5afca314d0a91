"""Outlines of buildings on their lots, and which of them are in each other's way."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from cosmopolis.city.layers.lots import Lots
from cosmopolis.city.layers.polygons import Shapes
from cosmopolis.city.layers.styles import Plan

# Corners in units of half the width and half the depth, counter-clockwise.
OUTLINES: dict[Plan, list[tuple[float, float]]] = {
    Plan.BAR: [(-1, -1), (1, -1), (1, 1), (-1, 1)],
    Plan.STAGGERED: [(-1, -1), (0, -1), (0, -0.6), (1, -0.6), (1, 1), (0, 1), (0, 0.6), (-1, 0.6)],
    Plan.CROSS: [
        (-0.35, -1), (0.35, -1), (0.35, -0.55), (1, -0.55), (1, 0.4), (0.35, 0.4),
        (0.35, 1), (-0.35, 1), (-0.35, 0.4), (-1, 0.4), (-1, -0.55), (-0.35, -0.55),
    ],
    Plan.ELL: [(-1, -1), (1, -1), (1, 0.1), (-0.1, 0.1), (-0.1, 1), (-1, 1)],
    Plan.COURT: [(-1, -1), (1, -1), (1, 1), (0.45, 1), (0.45, -0.2), (-0.45, -0.2), (-0.45, 1), (-1, 1)],
    Plan.NOTCHED: [
        (-1, -1), (1, -1), (1, 0.75), (0.6, 0.75), (0.6, 1), (0.35, 1), (0.35, 0.75),
        (-0.35, 0.75), (-0.35, 1), (-0.6, 1), (-0.6, 0.75), (-1, 0.75),
    ],
}  # fmt: skip


def outlines(lots: Lots, plan: NDArray[np.int64]) -> Shapes:
    """(N,) polygons, counter-clockwise."""
    shapes = np.empty(len(lots), dtype=np.object_)
    cos, sin = np.cos(lots.angle), np.sin(lots.angle)
    for kind, corners in OUTLINES.items():
        rows = np.flatnonzero(plan == kind)
        if not len(rows):
            continue
        unit = np.array([*corners, corners[0]])
        x = unit[:, 0] * lots.width[rows, None] / 2
        y = unit[:, 1] * lots.depth[rows, None] / 2
        c, s = cos[rows, None], sin[rows, None]
        points = np.stack([c * x - s * y, s * x + c * y], axis=2) + lots.centre[rows, None, :]
        shapes[rows] = shapely.polygons(points)
    return shapes


def free_of(shapes: Shapes, obstacles: Shapes) -> NDArray[np.bool_]:
    """(N,) whether a shape touches none of the obstacles."""
    free = np.ones(len(shapes), np.bool_)
    if len(obstacles) and len(shapes):
        hit, _ = shapely.STRtree(obstacles).query(shapes, predicate="intersects")
        free[hit] = False
    return free


def free_of_each_other(shapes: Shapes) -> NDArray[np.bool_]:
    """(N,) whether a shape overlaps none that comes before it."""
    free = np.ones(len(shapes), np.bool_)
    if len(shapes):
        later, earlier = shapely.STRtree(shapes).query(shapes)  # whose boxes meet
        ordered = earlier < later
        later, earlier = later[ordered], earlier[ordered]
        free[later[shapely.intersects(shapes[later], shapes[earlier])]] = False
    return free
