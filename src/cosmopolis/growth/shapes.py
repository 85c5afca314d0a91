"""Footprints and how they stand in a block: rectangles, rows, frontages. Vectorised over a block."""

from __future__ import annotations

import itertools

import numpy as np
import shapely
from numpy.random import Generator
from numpy.typing import NDArray

Points = NDArray[np.float64]
Shapes = NDArray[np.object_]


def rotate(xy: Points, angle: float) -> Points:
    """(n, 2) turned counter-clockwise around (0, 0)."""
    c, s = np.cos(angle), np.sin(angle)
    return np.asarray(xy) @ np.array([[c, s], [-s, c]])


def rectangles(
    middle: Points, width: NDArray | float, depth: NDArray | float, angle: NDArray | float
) -> Shapes:
    """(n,) rectangles around (n, 2) middles; `width` runs along `angle`."""
    middle = np.asarray(middle, dtype=np.float64).reshape(-1, 2)
    n = len(middle)
    w, d = np.broadcast_to(np.asarray(width) / 2, n), np.broadcast_to(np.asarray(depth) / 2, n)
    angle = np.broadcast_to(np.asarray(angle), n)
    c, s = np.cos(angle), np.sin(angle)
    corner = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]])
    x = corner[:, 0] * w[:, None]
    y = corner[:, 1] * d[:, None]
    ring = np.stack([x * c[:, None] - y * s[:, None], x * s[:, None] + y * c[:, None]], axis=2)
    return np.atleast_1d(shapely.polygons(ring + middle[:, None, :]))


def outlines(unit: Points, middle: Points, angle: NDArray | float) -> Shapes:
    """(n,) copies of one closed outline (k, 2) at (n, 2) middles."""
    middle = np.asarray(middle, dtype=np.float64).reshape(-1, 2)
    angle = np.broadcast_to(np.asarray(angle), len(middle))
    c, s = np.cos(angle)[:, None], np.sin(angle)[:, None]
    x = unit[:, 0] * c - unit[:, 1] * s
    y = unit[:, 0] * s + unit[:, 1] * c
    return np.atleast_1d(shapely.polygons(np.stack([x, y], axis=2) + middle[:, None, :]))


def stand(block: shapely.Polygon, shapes: Shapes, setback: float = 0.0) -> NDArray[np.bool_]:
    """Which shapes stand wholly inside the block, `setback` metres from its edge."""
    ground = shapely.buffer(block, -setback, join_style="mitre") if setback else block
    shapely.prepare(ground)
    return np.asarray(shapely.contains(ground, shapes))


def apart(shapes: Shapes, taken: Shapes | list, gap: float = 1.0) -> list[int]:
    """Rows of shapes to keep so that none comes within `gap` of an earlier one or of `taken`."""
    if len(shapes) == 0:
        return []
    wide = shapely.buffer(shapes, gap, join_style="mitre") if gap > 0 else shapes
    blocked = np.zeros(len(shapes), dtype=bool)
    if len(taken):
        hit = shapely.STRtree(taken).query(wide, predicate="intersects")[0]
        blocked[hit] = True
    pairs = shapely.STRtree(shapes).query(wide, predicate="intersects")
    later = pairs[:, pairs[0] < pairs[1]]
    order = np.lexsort((later[1], later[0]))
    for i, j in later[:, order].T.tolist():
        if not blocked[i]:
            blocked[j] = True
    return np.flatnonzero(~blocked).tolist()


def spans(ring_parts: list[Points], y: float) -> list[tuple[float, float]]:
    """Stretches of the horizontal line at y inside a polygon given by its closed rings."""
    cross: list[float] = []
    for ring in ring_parts:
        above = ring[:, 1] > y
        rows = np.flatnonzero(above[:-1] != above[1:])
        a, b = ring[rows], ring[rows + 1]
        cross += (a[:, 0] + (y - a[:, 1]) / (b[:, 1] - a[:, 1]) * (b[:, 0] - a[:, 0])).tolist()
    cross.sort()
    return list(zip(cross[::2], cross[1::2]))


def strips(block: shapely.Polygon, angle: float, depth: float, pitch: float, anchor: float,
           setback: float) -> list[tuple[float, float, float]]:  # fmt: skip
    """Rows across a block in the frame turned by `angle`: (y, x0, x1) where a row of that depth has room.

    Rows of neighbouring blocks with one `anchor` stand in line.
    """
    ground = shapely.buffer(block, -setback, join_style="mitre", mitre_limit=2.0)
    out = []
    for part in shapely.get_parts(ground):
        if part.area < depth * depth:
            continue
        rings = [rotate(shapely.get_coordinates(ring), -angle) for ring in (part.exterior, *part.interiors)]
        low, high = rings[0][:, 1].min(), rings[0][:, 1].max()
        first = np.ceil((low + depth / 2 - anchor) / pitch) * pitch + anchor
        for y in np.arange(first, high - depth / 2 + 1e-6, pitch):
            out += [(float(y), a, b) for a, b in _common(rings, float(y), depth)]
    return out


def _common(rings: list[Points], y: float, depth: float) -> list[tuple[float, float]]:
    """Stretches inside at the row's front, middle and back."""
    now = spans(rings, y)
    for other in (spans(rings, y - depth / 2), spans(rings, y + depth / 2)):
        now = [(max(a, c), min(b, d)) for a, b in now for c, d in other if min(b, d) - max(a, c) > depth]
    return now


def frontage(block: shapely.Polygon, depth: tuple[float, float], width: tuple[float, float], setback: float,
             gap: float, rng: Generator, fill: float = 1.0) -> tuple[Shapes, NDArray[np.float64]]:  # fmt: skip
    """Rectangles along the block's edges, facing the street; (shapes, angle of each one's front).

    They may meet at corners; `apart` thins them.
    """
    inner = shapely.buffer(block.simplify(1.5), -setback, join_style="mitre", mitre_limit=2.0)
    middles, widths, depths, angles = [], [], [], []
    for part in shapely.get_parts(inner):
        for k, ring in enumerate((part.exterior, *part.interiors)):
            xy = shapely.get_coordinates(ring if ring.is_ccw == (k == 0) else ring.reverse())
            for a, b in itertools.pairwise(xy):
                length = float(np.hypot(*(b - a)))
                along = (b - a) / max(length, 1e-9)
                s = 0.0
                while True:
                    w = rng.uniform(*width)
                    if s + w > length:
                        break
                    d = rng.uniform(*depth)
                    if rng.random() < fill:
                        middles.append(
                            a + along * (s + w / 2) + np.array([-along[1], along[0]]) * (d / 2 + 0.01)
                        )
                        widths.append(w)
                        depths.append(d)
                        angles.append(np.arctan2(along[1], along[0]))
                    s += w + gap
    if not middles:
        return np.array([], dtype=object), np.zeros(0)
    angle = np.array(angles)
    shapes = rectangles(np.array(middles), np.array(widths), np.array(depths), angle)
    keep = stand(inner, shapely.buffer(shapes, -0.05))
    return shapes[keep], angle[keep]


def facing_south(angle: float) -> float:
    """The direction of a row that keeps to the street's direction as far as the sun allows: 18 degrees."""
    quarter = np.pi / 2
    near = (angle + quarter / 2) % quarter - quarter / 2
    return float(np.clip(near, -0.31, 0.31))


def parcels(polygon: shapely.Polygon, size: float, rng: Generator) -> list[shapely.Polygon]:
    """A polygon halved across its longer side until no part is much larger than `size` m2."""
    if polygon.area < size * rng.uniform(0.9, 1.5):
        return [polygon]
    box = shapely.get_coordinates(shapely.oriented_envelope(polygon))
    one, two = box[1] - box[0], box[2] - box[1]
    if np.hypot(*one) < np.hypot(*two):
        one, two, box = two, -one, np.roll(box[:4], -1, axis=0)
    share = rng.uniform(0.4, 0.6)
    at = box[0] + one * share
    knife = shapely.LineString([at - two, at + 2 * two])
    pieces = shapely.get_parts(shapely.intersection(polygon, _side(knife, one)))
    others = shapely.get_parts(shapely.intersection(polygon, _side(knife, -one)))
    out = []
    for piece in [*pieces, *others]:
        if shapely.get_type_id(piece) == 3 and piece.area > 200:
            out += parcels(piece, size, rng) if piece.area < 0.95 * polygon.area else [piece]
    return out


def _side(knife: shapely.LineString, toward: Points) -> shapely.Polygon:
    """The ground beside a straight cut, far enough to hold any block."""
    ends = shapely.get_coordinates(knife)
    far = toward / np.hypot(*toward) * 3000.0
    return shapely.Polygon([ends[0], ends[1], ends[1] + far, ends[0] + far])
