"""Where people work: the centre's podiums and towers, offices, and halls of industry."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.random import Generator

from cosmopolis.city.words import BuildingUse, LandUse, Roof
from cosmopolis.growth import shapes
from cosmopolis.growth.frames import Frame, long_axis, spare_frames
from cosmopolis.growth.ground import Ground
from cosmopolis.growth.lots import Lot

U = BuildingUse

BRANDS = (("星驰汽车", "Starrun Motors"), ("远航汽车", "Farsail Auto"), ("青鸟电动", "Bluebird Electric"),
          ("长风汽车", "Longwind Motors"), ("极光汽车", "Aurora Cars"), ("云驹汽车", "Cloudfoal Auto"),
          ("山海汽车", "Shanhai Motors"), ("新亭汽车", "Xinting Automobile"))  # fmt: skip
TRADES = (("汽车零部件", "Auto Parts"), ("电池", "Batteries"), ("座椅", "Seats"), ("轮毂", "Wheels"),
          ("电机", "Motors"), ("玻璃", "Glass"), ("模具", "Tooling"), ("精密机械", "Precision"),
          ("物流", "Logistics"), ("电子", "Electronics"), ("线束", "Harness"), ("涂料", "Coatings"))  # fmt: skip


def fill_centre(ground: Ground, block: shapely.Polygon, rng: Generator) -> None:
    """Parcels of the centre: podiums with towers, slabs over shops, a tower in a small square."""
    if block.area < 2600:
        front, _ = shapes.frontage(block, (12.0, 16.0), (14.0, 26.0), 2.0, 0.5, rng)
        for row in shapes.apart(front, [], 0.3):
            ground.build(front[row], int(rng.integers(3, 6)), U.MIXED)
        return
    for parcel in shapes.parcels(block.simplify(1.5), 5200.0, rng):
        plot = shapely.buffer(parcel, -rng.uniform(4.5, 6.5), join_style="mitre", mitre_limit=1.6)
        if shapely.get_type_id(plot) != 3 or plot.area < 450:
            continue
        draw = rng.random()
        if draw < 0.45:
            _podium_and_towers(ground, plot, rng)
        elif draw < 0.7:
            _slab_over_shops(ground, plot, rng)
        elif draw < 0.85:
            _tower_in_square(ground, plot, rng)
        else:
            ground.build(_with_court(plot), int(rng.integers(4, 7)), U.MIXED)


def _skewed(low: int, high: int, rng: Generator) -> int:
    """Floors between two bounds, most of them near the lower one: few towers make a skyline."""
    return int(low + (high - low + 0.99) * rng.random() ** 2.4)


def _with_court(part: shapely.Polygon) -> shapely.Polygon:
    """Deep houses have a court in the middle."""
    court = shapely.buffer(part, -17.0, join_style="mitre")
    if shapely.get_num_geometries(court) != 1 or court.area < 220:
        return part
    return shapely.Polygon(part.exterior, [court.exterior])


def _podium_and_towers(ground: Ground, podium: shapely.Polygon, rng: Generator) -> None:
    floors = int(rng.integers(2, 5))
    angle = long_axis(podium)
    sizes = rng.uniform([24, 17], [34, 23])
    grid = _grid(podium, angle, sizes[0] + 22, sizes[1] + 26, rng)
    towers = shapes.rectangles(grid, sizes[0], sizes[1], angle)
    towers = towers[shapes.stand(podium, towers, 2.0)]
    whole = ground.build(podium, floors, U.MIXED)
    if not len(towers):
        return
    ground.build(podium, floors, U.RETAIL, part_of=whole.key)
    for tower in towers[:3]:
        use = U.RESIDENTIAL if rng.random() < 0.68 else U.OFFICE
        ground.build(tower, _skewed(8, 24, rng), use, base=floors * 4.6, part_of=whole.key)


def _slab_over_shops(ground: Ground, plot: shapely.Polygon, rng: Generator) -> None:
    """Two floors of shops with a row of flats standing on them."""
    frame = Frame.inside(plot, margin=0.5)
    base = frame.box(0, 0, frame.length, min(frame.width, 24.0))
    if min(frame.length, frame.width) < 16:
        ground.build(plot, 4, U.MIXED)
        return
    whole = ground.build(base, 2, U.MIXED)
    ground.build(base, 2, U.RETAIL, part_of=whole.key)
    flats = frame.box(0, 0, 0.92 * frame.length, 13.0)
    ground.build(flats, int(rng.integers(5, 10)), U.RESIDENTIAL, base=9.2, part_of=whole.key)


def _tower_in_square(ground: Ground, plot: shapely.Polygon, rng: Generator) -> None:
    frame = Frame.inside(plot, margin=3.0)
    side = min(frame.length, frame.width, 38.0)
    if side < 20:
        ground.build(plot, 4, U.MIXED)
        return
    ground.lay(plot, LandUse.PLAZA)
    ground.build(frame.box(0, 0, min(frame.length, 1.4 * side), side), _skewed(6, 28, rng), U.OFFICE)


def fill_offices(ground: Ground, block: shapely.Polygon, rng: Generator, tallest: int = 22) -> None:
    """Office towers with a foyer building, in lawns."""
    angle = long_axis(block)
    grid = _grid(block, angle, 62, 56, rng)
    if not len(grid):
        return
    size = rng.uniform([30, 20], [44, 28])
    bodies = shapes.rectangles(grid, size[0], size[1], angle)
    for shape in bodies[shapes.stand(block, bodies, 8.0)]:
        ground.build(shape, _skewed(3, tallest, rng), U.OFFICE)
    ground.lay(shapely.buffer(block, -2), LandUse.COMMERCIAL)


def fill_industry(ground: Ground, block: shapely.Polygon, rng: Generator, large: bool = False) -> None:
    """Halls in rows, an office at the gate, yards between."""
    angle = long_axis(block)
    depth = float(rng.uniform(60, 76) if large else rng.uniform(30, 56))
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
    halls = halls[shapes.stand(block, halls, 8.0)]
    for spare in spare_frames(block, list(halls), 1_500, 2, 12.0):
        if rng.random() < 0.4:
            ground.lay(spare.box(0, 0, spare.length, spare.width), LandUse.PARKING)
        elif spare.width > 22:
            office = spare.box(0, 0, min(spare.length - 6, 54.0), min(spare.width - 6, 18.0))
            ground.build(office, int(rng.integers(3, 7)), U.OFFICE)
    for shape in halls:
        roof = Roof.GABLED if rng.random() < 0.4 else Roof.FLAT
        ground.build(shape, 1, U.INDUSTRIAL, height=float(rng.uniform(8.5, 14)), roof=roof, roof_height=2.5)


def fill_mall(ground: Ground, blocks: list[shapely.Polygon], name: tuple[str, str], rng: Generator) -> None:
    """One large house of shops with an office tower at its end."""
    frame = Frame.inside(max(blocks, key=shapely.area), margin=4.0)
    label = (f"{name[0]}广场购物中心", f"{name[1]} Plaza Mall")
    tower = frame.length > 80 and frame.width > 40
    long = 0.66 * frame.length if tower else frame.length
    hall = frame.box((long - frame.length) / 2, 0, long, min(frame.width, 110.0))
    ground.build(hall, 5, U.RETAIL, name=f"{label[0]} {label[1]}")
    if tower:
        ground.build(
            frame.box(0.35 * frame.length, 0, 0.24 * frame.length, min(0.6 * frame.width, 30.0)), 24, U.OFFICE
        )
    for block in blocks:
        ground.lay(block, LandUse.RETAIL)
    ground.mark(frame.middle, "shop=mall", *label)


def fill_hotel(ground: Ground, blocks: list[shapely.Polygon], name: tuple[str, str], rng: Generator) -> None:
    frame = Frame.inside(max(blocks, key=shapely.area), margin=6.0)
    label = (f"{name[0]}大酒店", f"{name[1]} Hotel")
    w = min(0.8 * frame.length, 70.0)
    ground.build(frame.box(0, 0, w, min(0.5 * frame.width, 20.0)), int(rng.integers(14, 25)), U.HOTEL,
                 name=f"{label[0]} {label[1]}")  # fmt: skip
    for block in blocks:
        ground.lay(block, LandUse.COMMERCIAL)
    ground.mark(frame.middle, "tourism=hotel", *label)


def fill_showrooms(ground: Ground, blocks: list[shapely.Polygon], rng: Generator) -> None:
    """Glass halls of car makers along the street, stock behind."""
    for block in blocks:
        front, _ = shapes.frontage(block, (24.0, 30.0), (32.0, 46.0), 7.0, 12.0, rng)
        built = [front[row] for row in shapes.apart(front, [], 6.0)]
        for shape in built:
            brand = BRANDS[int(rng.integers(len(BRANDS)))]
            ground.build(shape, 2, U.RETAIL, height=9.0, name=f"{brand[0]} {brand[1]}")
            ground.mark(shapely.get_coordinates(shape.centroid)[0], "shop=car", *brand)
        ground.lay(block, LandUse.COMMERCIAL)
        yard = shapely.buffer(block, -44.0, join_style="mitre")
        ground.lay(yard.difference(shapely.union_all(built).buffer(3)) if built else yard, LandUse.PARKING)


def fill_parking(ground: Ground, blocks: list[shapely.Polygon], name: tuple[str, str]) -> None:
    """A multi-storey car park, or open spaces with chargers."""
    block = max(blocks, key=shapely.area)
    frame = Frame.inside(block, margin=5.0)
    ground.build(
        frame.box(0, 0, min(frame.length, 90), min(0.6 * frame.width, 60)), 5, U.PARKING, height=15.5
    )
    ground.lay(block, LandUse.PARKING)
    ground.mark(frame.middle, "amenity=parking", f"{name[0]}停车楼", f"{name[1]} Car Park")


def name_industry(ground: Ground, lot: Lot, name: tuple[str, str], rng: Generator) -> None:
    tail = TRADES[int(rng.integers(len(TRADES)))]
    ground.mark(lot.middle, "man_made=works", f"{name[0]}{tail[0]}", f"{name[1]} {tail[1]}")


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
