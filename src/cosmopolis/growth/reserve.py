"""Land the town holds back: building sites, greenhouses, sports grounds, woods."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.random import Generator

from cosmopolis.city.words import BuildingUse, LandUse, Roof
from cosmopolis.growth import shapes
from cosmopolis.growth.frames import Frame, long_axis
from cosmopolis.growth.ground import Ground
from cosmopolis.growth.names import Names
from cosmopolis.growth.water import blob


def fill_reserve(ground: Ground, block: shapely.Polygon, names: Names, rng: Generator) -> None:
    """One of four pictures, the same for the whole block."""
    draw = rng.random()
    if block.area < 12_000 or draw < 0.2:
        ground.lay(block, LandUse.GRASS)
    elif draw < 0.4:
        _building_site(ground, block, rng)
    elif draw < 0.66:
        _greenhouses(ground, block, names, rng)
    elif draw < 0.82:
        _sports_ground(ground, block, names)
    else:
        _wood(ground, block, names, rng)


def _building_site(ground: Ground, block: shapely.Polygon, rng: Generator) -> None:
    """Towers that have reached a few floors, and the blue huts of those who build them."""
    ground.lay(block, LandUse.CONSTRUCTION, "在建工地 Building Site")
    frame = Frame.inside(block, shapes.facing_south(long_axis(block)), 12.0)
    n = max(1, int(frame.length // 60))
    for k in range(n):
        x = (k - (n - 1) / 2) * 60
        ground.build(frame.box(x, 0.15 * frame.width, 34, 17), int(rng.integers(2, 12)), BuildingUse.UNKNOWN,
                     colour="#b8b2a6")  # fmt: skip
    for k in range(4):
        ground.build(frame.box((k - 1.5) * 21, -0.42 * frame.width, 18, 6), 2, BuildingUse.OUTBUILDING, height=5.6,
                     colour="#5b86b0")  # fmt: skip


def _greenhouses(ground: Ground, block: shapely.Polygon, names: Names, rng: Generator) -> None:
    """Rows of plastic tunnels between vegetable beds."""
    ground.lay(block, LandUse.FARMLAND)
    angle = long_axis(block)
    middles, widths = [], []
    for y, x0, x1 in shapes.strips(block, angle, 8.0, 14.0, 0.0, 14.0):
        n = max(1, int((x1 - x0) // 80))
        w = (x1 - x0) / n - 8
        for k in range(n):
            if w > 24 and rng.random() < 0.8:
                middles.append((x0 + (k + 0.5) * (w + 8), y))
                widths.append(w)
    if not middles:
        return
    tunnels = shapes.rectangles(shapes.rotate(np.array(middles), angle), np.array(widths), 8.0, angle)
    for tunnel in tunnels[shapes.stand(block, tunnels, 6.0)]:
        ground.build(
            tunnel, 1, BuildingUse.OUTBUILDING, height=1.6, roof=Roof.ROUND, roof_height=2.0, colour="#e6ebe6"
        )
    ground.mark(shapely.get_coordinates(block.centroid)[0], "landuse=greenhouse_horticulture",
                *names.numbered("蔬菜园", "Vegetable Garden"))  # fmt: skip


def _sports_ground(ground: Ground, block: shapely.Polygon, names: Names) -> None:
    ground.lay(block, LandUse.PARK)
    frame = Frame.inside(block, None, 10.0)
    nx, ny = max(1, int(frame.length // 118)), max(1, int(frame.width // 80))
    for i in range(nx):
        for j in range(ny):
            pitch = frame.box((i - (nx - 1) / 2) * 118, (j - (ny - 1) / 2) * 80, min(105, frame.length - 8),
                              min(68, frame.width - 8))  # fmt: skip
            ground.lay(pitch, LandUse.SPORT)
    ground.mark(frame.middle, "leisure=sports_centre", *names.numbered("体育公园", "Sports Park"))


def _wood(ground: Ground, block: shapely.Polygon, names: Names, rng: Generator) -> None:
    """A country park with a pond."""
    frame = Frame.inside(block, None, 20.0)
    pond = blob((float(frame.middle[0]), float(frame.middle[1])), (0.26 * frame.length, 0.24 * frame.width),
                frame.angle, rng, 40)  # fmt: skip
    ground.lay(block, LandUse.FOREST)
    ground.lay(pond, LandUse.LAKE)
    ground.mark(frame.middle, "leisure=park", *names.numbered("郊野公园", "Country Park"))
