"""Blocks: what is left between the streets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from cosmopolis.growth import sections
from cosmopolis.growth.districts import District, Estate
from cosmopolis.growth.fabric import Fabric


@dataclass
class Block:
    polygon: shapely.Polygon
    district: District
    estate: int  # row of the estates


def corridors(fabric: Fabric, overlay: list[shapely.Geometry]) -> shapely.Geometry:
    """All ground that streets take, sidewalks included; `overlay` are corridors of streets not in the fabric."""
    links = fabric.links()
    lines = [shapely.LineString([fabric.xy[n] for n in link.nodes]) for link in links]
    half = [sections.corridor_half(fabric.ways[link.way]) for link in links]
    wide = shapely.buffer(lines, half, quad_segs=2)
    return shapely.union_all([*wide, *overlay])


def draw_blocks(streets: shapely.Geometry, estates: list[Estate], frame: shapely.Polygon,
                water: shapely.Geometry) -> list[Block]:  # fmt: skip
    """Blocks of at least 150 m2 with the district that they lie in, water taken out."""
    parts = shapely.get_parts(shapely.difference(frame, streets))
    parts = parts[shapely.area(parts) > 150]
    shapely.prepare(water)
    wet = shapely.intersects(parts, water)
    dry = [part for part, is_wet in zip(parts, wet) if not is_wet]
    for part in parts[wet]:
        dry += [p for p in shapely.get_parts(shapely.difference(part, water)) if p.area > 150]
    tree = shapely.STRtree([estate.polygon for estate in estates])
    middle = shapely.point_on_surface(np.array(dry, dtype=object))
    owner = tree.nearest(middle)
    return [Block(polygon, estates[int(row)].district, int(row)) for polygon, row in zip(dry, owner)]
