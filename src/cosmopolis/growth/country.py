"""Open land around the town: villages on dead-end lanes, woods and fish ponds between fields."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.random import Generator

from cosmopolis.city.words import BuildingUse, LandUse, Roof, StreetKind
from cosmopolis.growth import shapes
from cosmopolis.growth.fabric import BORDER, Fabric, Way
from cosmopolis.growth.ground import Ground
from cosmopolis.growth.lots import Lot
from cosmopolis.growth.names import Names
from cosmopolis.growth.subdivision import Grain, anchored, area, gate
from cosmopolis.growth.water import blob

LANE = Grain(1.0, 100, (StreetKind.UNCLASSIFIED,), spacing=90.0, joining=0.0)
LENGTH = (150.0, 240.0)  # m of a village's lane


def lay_village_lanes(fabric: Fabric, lots: list[Lot], avoid: shapely.Geometry,
                      rng: Generator) -> list[shapely.LineString]:  # fmt: skip
    """Dead ends from country roads; returns their lines."""
    lanes: list[shapely.LineString] = []
    for lot in lots:
        size = area(fabric.ring(lot.faces[0]))
        for _ in range(int(np.clip(size // 180_000, 1, 5))):
            lane = _lane(fabric, lot, avoid, lanes, rng)
            if lane is not None:
                lanes.append(lane)
    return lanes


def _lane(fabric: Fabric, lot: Lot, avoid: shapely.Geometry, others: list[shapely.LineString],
          rng: Generator) -> shapely.LineString | None:  # fmt: skip
    face = lot.faces[0]
    polygon = fabric.polygon(face)
    for _ in range(8):
        west, south, east, north = polygon.bounds
        start = rng.uniform([west, south], [east, north])
        angle = rng.uniform(0, 2 * np.pi)
        if not polygon.contains(shapely.Point(start)):
            continue
        end = gate(fabric, face, start, np.array([np.cos(angle), np.sin(angle)]), LANE, rng)
        if end is None or end.node >= 0 or _is_border(fabric, face, end.after):
            continue
        n = np.array([-end.inward[1], end.inward[0]])
        bend = rng.normal(0, 0.12)
        reach = np.array([0.0, 0.35, 0.7, 1.0])[:, None] * rng.uniform(*LENGTH)
        course = np.array(end.xy) + reach * end.inward + n * bend * reach**2 / LENGTH[1]
        line = shapely.LineString(course)
        wide = line.buffer(70, cap_style="flat")
        inner = shapely.LineString(course[1:]).buffer(75)
        if (
            not polygon.contains(inner)
            or wide.intersects(avoid)
            or any(line.distance(o) < 200 for o in others)
        ):
            continue
        node = anchored(fabric, face, end)
        way = fabric.way(Way(StreetKind.UNCLASSIFIED, (1, 1), "village"))
        fabric.draw([node], [(x, y) for x, y in course[1:].tolist()], way)
        return line
    return None


def _is_border(fabric: Fabric, face: int, row: int) -> bool:
    nodes = fabric.faces[face]
    return fabric.way_of(nodes[row], nodes[(row + 1) % len(nodes)]) == BORDER


def build_villages(ground: Ground, lanes: list[shapely.LineString], blocked: shapely.Geometry, names: Names,
                   rng: Generator) -> None:  # fmt: skip
    """Two rows of farmhouses on either side of each lane."""
    shapely.prepare(blocked)
    for lane in lanes:
        middles, widths, angles = [], [], []
        for off in (13.0, -13.0, 33.0, -33.0):
            s = 24.0
            while s < lane.length - 2:
                w = rng.uniform(9.5, 13.5)
                at, ahead = lane.interpolate(s), lane.interpolate(s + 1)
                step = np.array([ahead.x - at.x, ahead.y - at.y])
                step /= max(float(np.hypot(*step)), 1e-9)
                middles.append((at.x - step[1] * off, at.y + step[0] * off))
                widths.append(w)
                angles.append(float(np.arctan2(step[1], step[0])))
                s += w + rng.uniform(2.5, 7.0)
        houses = shapes.rectangles(np.array(middles), np.array(widths), 9.0, np.array(angles))
        for row in shapes.apart(houses, [], 1.5):
            if not blocked.intersects(houses[row]):
                floors = int(rng.integers(2, 4))
                ground.build(houses[row], floors, BuildingUse.RESIDENTIAL, height=floors * 3.2, roof=Roof.GABLED,
                             roof_height=2.6)  # fmt: skip
        name = names.numbered("村", "Village")
        middle = lane.interpolate(0.55, normalized=True)
        ground.lay(lane.buffer(46, cap_style="flat").difference(blocked), LandUse.RESIDENTIAL, name[0])
        ground.mark((middle.x, middle.y), "place=village", *name)


def lay_fields(ground: Ground, block: shapely.Polygon, rng: Generator) -> None:
    """Fields with woods and rows of fish ponds in them."""
    ground.lay(block, LandUse.FARMLAND)
    if block.area < 60_000:
        return
    west, south, east, north = block.bounds
    inner = shapely.buffer(block, -18)
    for _ in range(int(block.area // 150_000) + 1):
        at = rng.uniform([west, south], [east, north])
        wood = blob((float(at[0]), float(at[1])), tuple(rng.uniform(50, 130, 2)), rng.uniform(0, 3), rng, 28)
        ground.lay(shapely.intersection(wood, inner), LandUse.FOREST)
    for _ in range(int(block.area // 400_000)):
        at = rng.uniform([west, south], [east, north])
        angle = rng.uniform(-0.3, 0.3)
        grid = np.stack(np.meshgrid(np.arange(4) * 42.0, np.arange(2) * 66.0), axis=2).reshape(-1, 2)
        ponds = shapes.rectangles(shapes.rotate(grid, angle) + at, 34.0, 58.0, angle)
        for pond in ponds[shapes.stand(inner, ponds)]:
            ground.lay(pond.buffer(-4).buffer(4), LandUse.LAKE, "鱼塘 Fish Pond")
