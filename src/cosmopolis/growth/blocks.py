"""Blocks: what is left between the streets."""

from __future__ import annotations

import numpy as np
import shapely

from cosmopolis.growth import sections
from cosmopolis.growth.fabric import Fabric
from cosmopolis.growth.lots import Lot


def corridors(fabric: Fabric, overlay: list[shapely.Geometry]) -> shapely.Geometry:
    """All ground that streets take, sidewalks included; `overlay` are corridors of streets not in the fabric."""
    links = fabric.links()
    lines = [shapely.LineString([fabric.xy[n] for n in link.nodes]) for link in links]
    half = [sections.corridor_half(fabric.ways[link.way]) for link in links]
    wide = shapely.buffer(lines, half, quad_segs=2)
    return shapely.union_all([*wide, *overlay])


def draw_blocks(
    streets: shapely.Geometry, lots: list[Lot], frame: shapely.Polygon, taken: shapely.Geometry
) -> None:
    """Gives every lot its blocks: ground between the kerbs of at least 120 m2, without what is `taken`."""
    parts = shapely.get_parts(shapely.difference(frame, streets))
    parts = parts[shapely.area(parts) > 120]
    shapely.prepare(taken)
    wet = shapely.intersects(parts, taken)
    dry = list(parts[~wet])
    for part in parts[wet]:
        dry += [p for p in shapely.get_parts(shapely.difference(part, taken)) if p.area > 120]
    tree = shapely.STRtree([lot.polygon for lot in lots])
    middle = shapely.point_on_surface(np.array(dry, dtype=object))
    for block, row in zip(dry, tree.nearest(middle)):
        lots[int(row)].blocks.append(block)
