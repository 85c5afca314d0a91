"""Where people work: the centre's podiums and towers, offices, and halls of industry."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.random import Generator

from cosmopolis.city.words import BuildingUse, LandUse, Roof
from cosmopolis.growth import shapes
from cosmopolis.growth.ground import Ground

U = BuildingUse


def fill_centre(ground: Ground, block: shapely.Polygon, rng: Generator) -> None:
    """A podium of shops along the street with towers on it, or a row of shop houses on small ground."""
    if block.area < 2600:
        front, _ = shapes.frontage(block, (12.0, 16.0), (14.0, 26.0), 2.0, 0.5, rng)
        for row in shapes.apart(front, [], 0.3):
            ground.build(front[row], int(rng.integers(3, 6)), U.MIXED)
        return
    plot = shapely.buffer(block.simplify(2.0), -rng.uniform(5, 9), join_style="mitre", mitre_limit=1.6)
    for part in shapely.get_parts(plot):
        if part.area < 900:
            continue
        podium = _with_court(part, rng)
        _podium_and_towers(ground, podium, rng)


def _with_court(part: shapely.Polygon, rng: Generator) -> shapely.Polygon:
    """Large podiums have a court in the middle."""
    court = shapely.buffer(part, -30.0, join_style="mitre")
    if part.area < 7500 or shapely.get_num_geometries(court) != 1 or court.area < 250:
        return part
    return shapely.Polygon(part.exterior, [court.exterior])


def _podium_and_towers(ground: Ground, podium: shapely.Polygon, rng: Generator) -> None:
    floors = int(rng.integers(3, 6))
    whole = ground.build(podium, floors, U.MIXED)
    angle = _long_axis(podium)
    sizes = rng.uniform([26, 18], [36, 24])
    grid = _grid(podium, angle, sizes[0] + 26, sizes[1] + 30, rng)
    towers = shapes.rectangles(grid, sizes[0], sizes[1], angle) if len(grid) else np.array([], dtype=object)
    towers = towers[shapes.stand(podium, towers, 3.0)] if len(towers) else towers
    if not len(towers):
        return
    ground.build(podium, floors, U.RETAIL, part_of=whole.key)
    base = floors * 4.6
    for tower in towers[:4]:
        use = U.RESIDENTIAL if rng.random() < 0.55 else (U.HOTEL if rng.random() < 0.2 else U.OFFICE)
        ground.build(tower, int(rng.integers(10, 24)), use, base=base, part_of=whole.key)


def fill_offices(ground: Ground, block: shapely.Polygon, rng: Generator) -> None:
    """Office towers with a foyer building, in lawns."""
    angle = _long_axis(block)
    grid = _grid(block, angle, 62, 56, rng)
    if not len(grid):
        return
    size = rng.uniform([30, 20], [44, 28])
    bodies = shapes.rectangles(grid, size[0], size[1], angle)
    for shape in bodies[shapes.stand(block, bodies, 8.0)]:
        ground.build(shape, int(rng.integers(6, 22)), U.OFFICE)
    ground.lay(shapely.buffer(block, -2), LandUse.COMMERCIAL)


def fill_industry(ground: Ground, block: shapely.Polygon, rng: Generator) -> None:
    """Halls in rows, an office at the gate, yards between."""
    angle = _long_axis(block)
    depth = float(rng.uniform(34, 58))
    middles, widths = [], []
    for y, x0, x1 in shapes.strips(block, angle, depth, depth + rng.uniform(18, 26), 0.0, 12.0):
        n = max(1, round((x1 - x0 + 20) / 110))
        w = (x1 - x0 + 20) / n - 20
        if w < 25:
            continue
        for i in range(n):
            middles.append((x0 + w / 2 + i * (w + 20), y))
            widths.append(w)
    ground.lay(shapely.buffer(block, -2), LandUse.INDUSTRIAL)
    if not middles:
        return
    halls = shapes.rectangles(shapes.rotate(np.array(middles), angle), np.array(widths), depth, angle)
    for shape, ok in zip(halls, shapes.stand(block, halls, 8.0)):
        if ok:
            roof = Roof.GABLED if rng.random() < 0.4 else Roof.FLAT
            ground.build(shape, 1, U.INDUSTRIAL, height=float(rng.uniform(8.5, 14)), roof=roof, roof_height=2.5)


def _long_axis(polygon: shapely.Polygon) -> float:
    box = shapely.get_coordinates(shapely.oriented_envelope(polygon))
    one, two = box[1] - box[0], box[2] - box[1]
    side = one if np.hypot(*one) >= np.hypot(*two) else two
    return float((np.arctan2(side[1], side[0]) + np.pi / 2) % np.pi - np.pi / 2)


def _grid(polygon: shapely.Polygon, angle: float, dx: float, dy: float, rng: Generator) -> np.ndarray:
    """(n, 2) points of a grid along `angle` through the polygon's middle, inside it."""
    middle = shapely.get_coordinates(shapely.centroid(polygon))[0]
    local = shapes.rotate(shapely.get_coordinates(polygon) - middle, -angle)
    low, high = local.min(axis=0), local.max(axis=0)
    nx, ny = max(1, int((high[0] - low[0]) // dx)), max(1, int((high[1] - low[1]) // dy))
    xs = (np.arange(nx) - (nx - 1) / 2) * dx + (low[0] + high[0]) / 2
    ys = (np.arange(ny) - (ny - 1) / 2) * dy + (low[1] + high[1]) / 2
    grid = np.stack(np.meshgrid(xs, ys), axis=2).reshape(-1, 2)
    return shapes.rotate(grid, angle) + middle
