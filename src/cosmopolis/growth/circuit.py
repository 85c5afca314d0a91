"""The racing circuit: a course of its own design, stands, pits and paddock. Runs apart from public streets."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from cosmopolis.city.raw import RawCity, RawStreet
from cosmopolis.city.words import BuildingUse, LandUse, Mode, Provenance, Roof, StreetKind
from cosmopolis.growth import sections, shapes
from cosmopolis.growth.frames import Frame, spare_frames
from cosmopolis.growth.ground import Ground

Points = NDArray[np.float64]

# Control points of the course, clockwise from the middle of the main straight, in a box of about 1,320 by 750.
COURSE = np.array([
    (0, 360), (430, 360), (570, 352), (645, 270), (640, 130), (600, 10), (640, -90), (648, -250), (605, -365),
    (490, -380), (340, -372), (262, -300), (280, -160), (360, -60), (450, 40), (430, 165), (325, 215), (215, 170),
    (160, 50), (135, -120), (70, -300), (-60, -376), (-200, -382), (-540, -382), (-650, -368), (-665, -275),
    (-585, -230), (-400, -248), (-292, -185), (-318, -78), (-440, -38), (-590, -40), (-668, 30), (-630, 112),
    (-500, 120), (-330, 88), (-160, 10), (-52, 55), (-45, 165), (-130, 216), (-420, 218), (-590, 222), (-662, 290),
    (-585, 358), (-440, 360),
], dtype=np.float64)  # fmt: skip
WIDTH = sections.LANE[StreetKind.RACEWAY]


def smooth(ring: Points, rounds: int = 4) -> Points:
    """A closed ring with its corners cut again and again (Chaikin 1974): a quadratic spline in the limit."""
    for _ in range(rounds):
        nxt = np.roll(ring, -1, axis=0)
        ring = np.stack([0.75 * ring + 0.25 * nxt, 0.25 * ring + 0.75 * nxt], axis=1).reshape(-1, 2)
    return ring


def course(lot: shapely.Polygon, lap: float) -> tuple[Frame, Points]:
    """The frame and the closed centre line (n, 2) on the ground, as near to `lap` metres as the lot allows."""
    frame = Frame.inside(lot, margin=26.0)
    ring = smooth(COURSE)
    length = shapely.LinearRing(ring).length
    low, high = ring.min(axis=0), ring.max(axis=0)
    stretch = np.minimum(np.array([frame.length, frame.width]) / (high - low), 1.12 * lap / length)
    line = (ring - (low + high) / 2) * stretch
    line *= min(1.0, lap / shapely.LinearRing(line).length)
    placed = shapes.rotate(line, frame.angle) + frame.middle
    return frame, shapely.get_coordinates(shapely.simplify(shapely.LinearRing(placed), 0.35))[:-1]


def build_circuit(raw: RawCity, ground: Ground, lot: shapely.Polygon, lap: float, town: str) -> None:
    """Adds the course as raceway, its buildings and areas, and its places."""
    frame, line = course(lot, lap)
    ring = shapely.LinearRing(line)
    _raceway(raw, line)
    s = ring.length / 5400.0
    top = float((shapes.rotate(line - frame.middle, -frame.angle))[:, 1].max())
    road = shapely.buffer(ring, WIDTH / 2 + 7)
    grass = shapely.difference(lot, shapely.buffer(ring, WIDTH / 2))
    ground.lay(grass, LandUse.GRASS)
    _stands(ground, frame, ring, road, lot, top, s)
    _gravel(ground, ring, lot)
    for name, english, kind, x, y in (
        ("新亭国际赛车场", f"{town} International Circuit", "leisure=sports_centre", 0.0, top + 40),
        ("赛车场围场", "Circuit Paddock", "amenity=events_venue", 0.0, top - 75),
        ("赛车场医疗中心", "Circuit Medical Centre", "amenity=clinic", -190 * s, top - 60),
    ):
        ground.mark(frame.at(x, y), kind, name, english)


def _raceway(raw: RawCity, line: Points) -> None:
    first = len(raw.node_xy)
    raw.node_xy = np.vstack([raw.node_xy, line])
    rows = np.append(np.arange(first, first + len(line)), first)
    for k, part in enumerate(np.array_split(np.arange(len(rows) - 1), 4)):
        nodes = rows[part[0] : part[-1] + 2]
        raw.streets.append(
            RawStreet(
                f"grow:circuit{k}", nodes.astype(np.int64), StreetKind.RACEWAY, "新亭赛道 Xinting Circuit", 1, 0,
                modes=Mode.CAR, speed=sections.speed(StreetKind.RACEWAY), lane_width=WIDTH, lanes_measured=True,
                provenance=Provenance.INVENTED,
            )
        )  # fmt: skip


def _stands(ground: Ground, frame: Frame, ring: shapely.LinearRing, road: shapely.Geometry, lot: shapely.Polygon,
            top: float, s: float) -> None:  # fmt: skip
    """Main stand and pits at the straight, smaller stands outside the bends, paddock sheds behind the pits."""
    plans = [
        (frame.box(0, top + 34, 420 * s, 30), 4, BuildingUse.SPORT, 24.0, Roof.SKILLION, "主看台 Main Grandstand"),
        (frame.box(0, top - 32, 300 * s, 18), 3, BuildingUse.SPORT, 14.0, Roof.FLAT, "维修区大楼 Pit Building"),
        (frame.box(300 * s, top + 31, 120 * s, 24), 3, BuildingUse.SPORT, 15.0, Roof.SKILLION, "看台 B"),
        (frame.box(-310 * s, top + 31, 140 * s, 24), 3, BuildingUse.SPORT, 15.0, Roof.SKILLION, "看台 K"),
        (frame.box(-190 * s, top - 34, 44 * s, 20), 2, BuildingUse.HOSPITAL, 8.0, Roof.FLAT, "医疗中心"),
        (frame.oval(185 * s, top - 34, 26, 26, 24), 9, BuildingUse.OFFICE, 38.0, Roof.FLAT, "控制塔 Race Control"),
    ]  # fmt: skip
    plans += [
        (frame.box((k - 4.5) * 30 * s, top - 78, 20 * s, 14), 2, BuildingUse.OFFICE, 7.0, Roof.FLAT, "")
        for k in range(10)
    ]
    ground.lay(shapely.difference(frame.box(0, top - 66, 330 * s, 54), road), LandUse.PLAZA, "围场 Paddock")
    for station in (0.2, 0.36, 0.56, 0.72):
        plans.append((_beside(ring, station * ring.length, 36.0, 110 * s, 20.0), 2, BuildingUse.SPORT, 12.0,
                      Roof.SKILLION, "看台 Grandstand"))  # fmt: skip
    built: list[shapely.Polygon] = []
    inner = shapely.buffer(lot, -2)
    for shape, floors, use, height, roof, name in plans:
        if (
            inner.contains(shape)
            and not shape.intersects(road)
            and not any(shape.distance(b) < 2 for b in built)
        ):
            ground.build(shape, floors, use, height=height, roof=roof, roof_height=3.0, name=name)
            built.append(shape)
    outside = shapely.difference(inner, shapely.Polygon(ring).buffer(40))
    for part in shapely.get_parts(outside):
        for spare in spare_frames(part, built, 2_500, 6):
            ground.lay(
                spare.box(0, 0, spare.length, spare.width), LandUse.PARKING, "赛车场停车场 Circuit Car Park"
            )


def _beside(
    ring: shapely.LinearRing, station: float, off: float, length: float, depth: float
) -> shapely.Polygon:
    """A stand along the course, on its outer (left) side: the course is driven clockwise."""
    a, b = (ring.interpolate((station + d) % ring.length) for d in (-20.0, 20.0))
    angle = float(np.arctan2(b.y - a.y, b.x - a.x))
    middle = np.array([(a.x + b.x) / 2 - np.sin(angle) * off, (a.y + b.y) / 2 + np.cos(angle) * off])
    return shapes.rectangles(middle, length, depth, angle)[0]


def _gravel(ground: Ground, ring: shapely.LinearRing, lot: shapely.Polygon) -> None:
    """Gravel outside the sharpest bends."""
    n = int(ring.length // 15)
    xy = shapely.get_coordinates(shapely.line_interpolate_point(ring, np.arange(n) * ring.length / n))
    step = np.roll(xy, -1, axis=0) - xy
    heading = np.arctan2(step[:, 1], step[:, 0])
    bend = (np.roll(heading, -3) - np.roll(heading, 3) + np.pi) % (2 * np.pi) - np.pi
    inside = shapely.Polygon(ring)
    beds: list[Points] = []
    for row in np.argsort(-np.abs(bend), kind="stable")[:60]:
        if all(np.hypot(*(xy[row] - other)) > 150 for other in beds) and len(beds) < 7:
            beds.append(xy[row])
            bed = shapely.buffer(ring, 22).intersection(shapely.Point(xy[row]).buffer(60))
            bed = bed.difference(shapely.buffer(ring, 9)).intersection(lot)
            ground.lay(bed.difference(inside) if bend[row] < 0 else bed.intersection(inside), LandUse.SAND)
