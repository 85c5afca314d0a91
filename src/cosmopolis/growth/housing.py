"""Where people live: compounds of slabs and towers in rows that face the sun, and the old town's houses."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.random import Generator

from cosmopolis.city.words import BuildingUse, Roof
from cosmopolis.growth import shapes
from cosmopolis.growth.ground import Ground

R = BuildingUse.RESIDENTIAL

# depth m, lengths m, gap between houses in a row m, floors, sun: pitch of rows = depth + sun * height
VILLAS = (11.0, (12.0, 34.0), 7.0, (3, 3), 1.15)
WALK_UPS = (12.4, (36.0, 58.0), 9.0, (5, 6), 1.08)
SLABS = (13.6, (34.0, 56.0), 15.0, (8, 11), 1.0)
TOWERS = (17.0, (24.0, 34.0), 24.0, (18, 30), 0.58)


def fill_compound(ground: Ground, blocks: list[shapely.Polygon], angle: float, kind: tuple, anchor: float,
                  rng: Generator) -> None:  # fmt: skip
    """Rows of one kind of house through all parts of a compound."""
    depth, lengths, gap, (low, high), sun = kind
    floors = int(rng.integers(low, high + 1))
    pitch = depth + max(14.0, sun * floors * 3.0)
    for block in blocks:
        rows = shapes.strips(block, angle, depth, pitch, anchor, 5.0)
        middles, widths = [], []
        for y, x0, x1 in rows:
            for a, b in _houses(x0, x1, lengths, gap, rng):
                middles.append(((a + b) / 2, y))
                widths.append(b - a)
        if not middles:
            continue
        at = shapes.rotate(np.array(middles), angle)
        footprints = [
            _stepped(w, depth, xy, angle) if high < 18 else _tower(w, depth, xy, angle)
            for w, xy in zip(widths, at)
        ]
        inside = shapes.stand(block, np.array(footprints, dtype=object), 3.0)
        for shape, ok in zip(footprints, inside):
            if ok:
                tall = int(np.clip(floors + rng.integers(-1, 2), low, high))
                if high <= 6:
                    ground.build(shape, tall, R, roof=Roof.HIPPED if rng.random() < 0.5 else Roof.FLAT,
                                 roof_height=2.0)  # fmt: skip
                else:
                    ground.build(shape, tall, R)
    for block in blocks:
        if shapely.get_num_interior_rings(block) and high > 3:
            line_with_shops(ground, block, rng)


def line_with_shops(ground: Ground, block: shapely.Polygon, rng: Generator) -> None:
    """Low rows of shops along a compound's outer edge, where it is wide enough for them."""
    front, _ = shapes.frontage(block, (9.0, 10.0), (22.0, 46.0), 1.5, 7.0, rng, 0.6)
    for row in shapes.apart(front, [b.footprint for b in ground.buildings[-60:]], 6.0):
        ground.build(front[row], int(rng.integers(1, 3)), BuildingUse.RETAIL)


def _houses(x0: float, x1: float, lengths: tuple[float, float], gap: float,
            rng: Generator) -> list[tuple[float, float]]:  # fmt: skip
    """Divides a row into houses of nearly one length, so that the row fills its stretch."""
    span = x1 - x0
    if span < lengths[0]:
        return []
    aim = rng.uniform(*lengths)
    n = max(1, round((span + gap) / (aim + gap)))
    length = min((span + gap) / n - gap, lengths[1])
    if length < lengths[0]:
        n = max(1, int((span + gap) // (lengths[0] + gap)))
        length = min((span + gap) / n - gap, lengths[1])
    step = (span - length) / (n - 1) if n > 1 else 0.0
    start = x0 if n > 1 else x0 + (span - length) / 2
    return [(start + i * step, start + i * step + length) for i in range(n)]


def _stepped(width: float, depth: float, xy: np.ndarray, angle: float) -> shapely.Polygon:
    """A slab of two to four stairs; each stair stands forward or back a little."""
    n = max(1, round(width / 17))
    d = depth / 2
    edge = np.linspace(-width / 2, width / 2, n + 1)
    step = 0.55 * np.array([(-1) ** i for i in range(n)])
    front = [(x, -d + step[i]) for i in range(n) for x in (edge[i], edge[i + 1])]
    back = [(x, d + step[i] - 1.1) for i in range(n - 1, -1, -1) for x in (edge[i + 1], edge[i])]
    ring = shapes.rotate(np.array([*front, *back, front[0]]), angle) + xy
    return shapely.Polygon(ring)


def _tower(width: float, depth: float, xy: np.ndarray, angle: float) -> shapely.Polygon:
    """A point house: a broad front with a narrower back and light wells."""
    w, d = width / 2, depth / 2
    k = 0.3 * w
    ring = [(-w, -d), (-k, -d), (-k, -d + 1.8), (k, -d + 1.8), (k, -d), (w, -d), (w, 0.45 * d), (0.72 * w, 0.45 * d),
            (0.72 * w, d), (k, d), (k, d - 2.2), (-k, d - 2.2), (-k, d), (-0.72 * w, d), (-0.72 * w, 0.45 * d),
            (-w, 0.45 * d), (-w, -d)]  # fmt: skip
    return shapely.Polygon(shapes.rotate(np.array(ring), angle) + xy)


def fill_old_town(ground: Ground, block: shapely.Polygon, rng: Generator) -> None:
    """Dense houses of two and three floors along the lanes, lower ones round courts behind them."""
    front, _ = shapes.frontage(block, (8.0, 10.5), (8.0, 15.0), 0.8, 0.3, rng, 0.96)
    keep = shapes.apart(front, [], 0.15)
    built = list(front[keep])
    for shape in built:
        retail = rng.random() < 0.35
        use = BuildingUse.MIXED if retail else R
        floors = int(rng.choice([2, 2, 3]))
        ground.build(
            shape, floors, use, height=floors * 3.2, roof=Roof.GABLED, roof_height=rng.uniform(1.8, 2.6)
        )
    inner = shapely.buffer(block, -15.0, join_style="mitre")
    for part in shapely.get_parts(inner):
        if part.area < 150:
            continue
        back, _ = shapes.frontage(part, (6.5, 8.5), (8.0, 13.0), 0.2, 1.2, rng, 0.8)
        for row in shapes.apart(back, built, 1.0):
            floors = int(rng.choice([1, 2, 2]))
            ground.build(back[row], floors, R, height=floors * 3.1, roof=Roof.GABLED, roof_height=1.8)
            built.append(back[row])
