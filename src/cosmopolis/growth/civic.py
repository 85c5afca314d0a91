"""Hospital, schools, market, temple, town hall and the other houses that a town shares."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.random import Generator

from cosmopolis.city.words import BuildingUse, LandUse, Roof
from cosmopolis.growth.frames import Frame, south_frame, spare_frames
from cosmopolis.growth.ground import Ground

U = BuildingUse
Blocks = list[shapely.Polygon]


def _largest(blocks: Blocks) -> shapely.Polygon:
    return max(blocks, key=shapely.area)


def _lay_all(ground: Ground, blocks: Blocks, kind: LandUse, name: str = "") -> None:
    for block in blocks:
        ground.lay(block, kind, name)


def build_hospital(ground: Ground, blocks: Blocks, name: tuple[str, str]) -> None:
    _lay_all(ground, blocks, LandUse.HEALTH)
    frame = south_frame(_largest(blocks), 5.0)
    length, width = frame.length, frame.width
    ground.build(
        frame.box(0, -0.2 * width, 0.86 * length, 0.3 * width), 4, U.HOSPITAL, name="门诊楼 Outpatients"
    )
    ground.build(frame.box(-0.1 * length, 0.2 * width, 0.6 * length, 18), 16, U.HOSPITAL, name="住院楼 Wards")
    ground.build(frame.box(0.36 * length, 0.22 * width, 0.2 * length, 0.24 * width), 3, U.HOSPITAL,
                 name="急诊 Emergency")  # fmt: skip
    ground.build(frame.box(-0.1 * length, 0.42 * width, 0.4 * length, 0.1 * width), 3, U.HOSPITAL,
                 name="医技楼 Laboratories")  # fmt: skip
    ground.lay(frame.box(0, -0.44 * width, 0.8 * length, 0.1 * width), LandUse.GARDEN)
    ground.mark(frame.middle, "amenity=hospital", *name)
    ground.mark(
        frame.at(0.36 * length, 0.22 * width),
        "emergency=ambulance_station",
        "新亭急救站",
        "Ambulance Station",
    )


def build_school(ground: Ground, blocks: Blocks, name: tuple[str, str], grown: bool, rng: Generator) -> None:
    """Rows of classrooms joined by a gallery, a hall, and a running track where there is room."""
    _lay_all(ground, blocks, LandUse.EDUCATION)
    frame = south_frame(_largest(blocks), 5.0)
    if frame.width > frame.length:
        frame = Frame(frame.middle, frame.angle + np.pi / 2, frame.width, frame.length)
    field = frame.part(0.55, 0.0, 1.0, 1.0)
    flat = field if field.length > field.width else field.turned()
    w = min(flat.length - 4, 178.0)
    track = flat.track(0, 0, w, min(flat.width - 4, 0.55 * w))
    ground.lay(track, LandUse.SPORT, "操场")
    house = frame.part(0.0, 0.0, 0.53, 1.0)
    rows = max(2, min(4, int(house.width // 34)))
    floors = 5 if grown else 4
    pitch = house.width / rows
    for k in range(rows):
        y = (k - (rows - 1) / 2) * pitch
        ground.build(house.box(0.06 * house.length, y, 0.8 * house.length, 12.5), floors, U.SCHOOL)
    for k in range(rows - 1):
        y = (k + 0.5 - (rows - 1) / 2) * pitch
        ground.build(house.box(-0.3 * house.length, y, 7, pitch - 13.5), floors, U.SCHOOL)
    ground.mark(frame.middle, "amenity=school", *name)


def build_kindergarten(ground: Ground, blocks: Blocks, name: tuple[str, str]) -> None:
    _lay_all(ground, blocks, LandUse.EDUCATION)
    frame = south_frame(_largest(blocks), 5.0)
    length, width = min(frame.length, 64.0), min(frame.width, 56.0)
    w, d = length / 2, width / 2
    ring = [(-w, -0.2 * d), (-w + 13, -0.2 * d), (-w + 13, d - 13), (w - 13, d - 13), (w - 13, -0.2 * d), (w, -0.2 * d),
            (w, d), (-w, d)]  # fmt: skip
    ground.build(frame.put(np.array(ring)), 3, U.SCHOOL, colour="#e8b65a", name=f"{name[0]} {name[1]}")
    ground.lay(frame.box(0, -0.55 * d, 1.6 * w, 0.6 * d), LandUse.SPORT, "游戏场")
    ground.mark(frame.middle, "amenity=kindergarten", *name)


def build_market(ground: Ground, blocks: Blocks, name: tuple[str, str]) -> None:
    _lay_all(ground, blocks, LandUse.RETAIL)
    frame = Frame.inside(_largest(blocks), margin=5.0)
    length, width = frame.length, frame.width
    ground.build(frame.box(0, 0.12 * width, min(0.8 * length, 80), min(0.55 * width, 48)), 2, U.RETAIL, height=9.0,
                 roof=Roof.GABLED, roof_height=4.0, name=f"{name[0]} {name[1]}")  # fmt: skip
    ground.lay(frame.box(0, -0.36 * width, 0.8 * length, 0.22 * width), LandUse.PLAZA)
    ground.mark(frame.middle, "amenity=marketplace", *name)


def build_temple(ground: Ground, blocks: Blocks, name: tuple[str, str]) -> None:
    """Gate, halls one behind the other, side halls and a pagoda, in a garden of pines."""
    _lay_all(ground, blocks, LandUse.GARDEN, name[0])
    frame = south_frame(_largest(blocks), 4.0)
    length, width = min(frame.length, 78.0), min(frame.width, 96.0)
    red = "#a8473a"
    for y, w, d, height in ((-0.42, 0.3, 8.0, 5.0), (-0.08, 0.42, 15.0, 9.0), (0.3, 0.34, 11.0, 7.5)):
        ground.build(frame.box(0, y * width, w * length, d), 1, U.WORSHIP, height=height, roof=Roof.HIPPED,
                     roof_height=0.6 * height, name=name[0] if d > 14 else "", colour=red)  # fmt: skip
    for x in (-0.4, 0.4):
        ground.build(frame.box(x * length, -0.1 * width, 7.0, 0.4 * width), 1, U.WORSHIP, height=4.2,
                     roof=Roof.GABLED, roof_height=2.2, colour=red)  # fmt: skip
    t = np.arange(8) * np.pi / 4 + np.pi / 8
    base = np.column_stack([0.38 * length + 5.4 * np.cos(t), 0.3 * width + 5.4 * np.sin(t)])
    ground.build(frame.put(base), 7, U.WORSHIP, height=31.0, roof=Roof.PYRAMIDAL, roof_height=7.0,
                 name="新亭塔 Xinting Pagoda", colour=red)  # fmt: skip
    ground.mark(frame.middle, "amenity=place_of_worship", *name)
    ground.mark(frame.at(0.38 * length, 0.3 * width), "tourism=attraction", "新亭塔", "Xinting Pagoda")


def build_town_hall(ground: Ground, blocks: Blocks, town: str) -> None:
    _lay_all(ground, blocks, LandUse.CIVIC)
    frame = south_frame(_largest(blocks), 6.0)
    w, d = min(frame.length, 110.0) / 2, min(frame.width, 84.0) / 2
    ring = [(-w, -0.5 * d), (-w + 18, -0.5 * d), (-w + 18, d - 20), (w - 18, d - 20), (w - 18, -0.5 * d), (w, -0.5 * d),
            (w, d), (-w, d)]  # fmt: skip
    ground.build(frame.put(np.array(ring)), 8, U.CIVIC, name="新亭镇人民政府 Town Hall")
    ground.lay(frame.box(0, -0.3 * d, 2 * w - 48, 0.9 * d), LandUse.PLAZA, "市民广场 Civic Square")
    ground.mark(frame.middle, "amenity=townhall", "新亭镇人民政府", f"{town} Town Hall")


def build_library(ground: Ground, blocks: Blocks, town: str) -> None:
    """Library and theatre by the river."""
    _lay_all(ground, blocks, LandUse.CIVIC)
    frame = Frame.inside(_largest(blocks), margin=6.0)
    length, width = frame.length, frame.width
    ground.build(frame.oval(-0.24 * length, 0, 0.44 * length, 0.8 * width), 4, U.CULTURE, height=22.0,
                 name="新亭大剧院 Theatre")  # fmt: skip
    ground.build(
        frame.box(0.26 * length, 0, 0.4 * length, 0.7 * width), 5, U.CULTURE, name="新亭图书馆 Library"
    )
    ground.mark(frame.at(-0.24 * length, 0), "amenity=theatre", "新亭大剧院", f"{town} Theatre")
    ground.mark(frame.at(0.26 * length, 0), "amenity=library", "新亭图书馆", f"{town} Library")


def build_emergency(ground: Ground, blocks: Blocks, names: tuple[tuple[str, str], tuple[str, str]]) -> None:
    """Police and fire station side by side."""
    _lay_all(ground, blocks, LandUse.CIVIC)
    frame = Frame.inside(_largest(blocks), margin=5.0)
    length, width = frame.length, min(frame.width, 46.0)
    for x, kind, name, floors in (
        (-0.25, "amenity=police", names[0], 5),
        (0.25, "amenity=fire_station", names[1], 3),
    ):
        ground.build(frame.box(x * length, 0, min(0.42 * length, 52), 0.5 * width), floors, U.CIVIC,
                     name=f"{name[0]} {name[1]}", colour="#b9584a" if "fire" in kind else "")  # fmt: skip
        ground.mark(frame.at(x * length, 0), kind, *name)


def build_stadium(ground: Ground, blocks: Blocks, town: str) -> None:
    """An arena around a pitch, a sports hall and training fields."""
    _lay_all(ground, blocks, LandUse.PARK)
    frame = Frame.inside(_largest(blocks), margin=8.0)
    length, width = frame.length, frame.width
    r = min(1.0, 0.52 * length / 240, 0.9 * width / 200)
    x = -0.5 * length + 124 * r
    bowl = shapely.difference(frame.oval(x, 0, 240 * r, 196 * r, 56), frame.oval(x, 0, 176 * r, 128 * r, 56))
    ground.build(bowl, 4, U.SPORT, height=26.0 * max(r, 0.6), name="新亭体育场 Stadium")
    ground.lay(frame.oval(x, 0, 172 * r, 124 * r), LandUse.SPORT, "新亭体育场")
    rest = Frame(frame.at(0.5 * length - 0.23 * length, 0), frame.angle, 0.42 * length, width)
    ground.build(rest.box(0, 0.3 * width, 0.7 * rest.length, 0.28 * width), 2, U.SPORT, height=16.0, roof=Roof.ROUND,
                 roof_height=5.0, name="新亭体育馆 Sports Hall")  # fmt: skip
    for y in (-0.06, -0.36):
        ground.lay(
            rest.box(0, y * width, min(0.9 * rest.length, 105), min(0.24 * width, 68)),
            LandUse.SPORT,
            "训练场",
        )
    ground.mark(frame.at(x, 0), "leisure=stadium", "新亭体育场", f"{town} Stadium")
    ground.mark(rest.at(0, 0.3 * width), "leisure=sports_centre", "新亭体育馆", f"{town} Sports Hall")


def build_campus(ground: Ground, blocks: Blocks, town: str, rng: Generator) -> None:
    """A college of vehicle engineering: teaching halls along a lawn, laboratories, dormitories, a track."""
    _lay_all(ground, blocks, LandUse.EDUCATION)
    frame = south_frame(_largest(blocks), 8.0)
    length, width = frame.length, frame.width
    first, laid = len(ground.buildings), len(ground.areas)
    lawn = frame.part(0.32, 0.4, 0.72, 0.6)
    ground.lay(lawn.box(0, 0, lawn.length, lawn.width), LandUse.GARDEN, "中央草坪")
    ground.build(frame.oval(-0.32 * length, 0, 0.2 * length, 0.2 * width), 6, U.CULTURE,
                 name="学院图书馆 College Library")  # fmt: skip
    rows, columns = max(5, int(width // 64)), max(2, int(0.66 * length // 84))
    for k in range(rows):
        y = ((k + 0.5) / rows - 0.5) * width
        home = k < 1 or k >= rows - 1
        for i in range(columns):
            x = (-0.36 + 0.62 * (i + 0.5) / columns) * length
            if abs(y) < 0.16 * width and not home:
                continue
            w = 0.62 * length / columns - 18
            if home:
                ground.build(frame.box(x, y, w, 14.0), 6, U.RESIDENTIAL, name="学生宿舍 Dormitory")
            else:
                ground.build(
                    frame.box(x, y, w, min(0.5 * width / rows, 30.0)), int(rng.integers(4, 7)), U.SCHOOL
                )
    field = frame.part(0.76, 0.1, 1.0, 0.9).turned()
    w = min(field.length, 178.0)
    ground.lay(field.track(0, 0, w, min(field.width, 0.54 * w)), LandUse.SPORT, "田径场")
    taken = [b.footprint for b in ground.buildings[first:]] + [area.polygon for area in ground.areas[laid:]]
    for k, spare in enumerate(spare_frames(_largest(blocks), taken, 900, 7)):
        court = k % 2 == 0 and spare.length * spare.width < 4_000
        ground.lay(spare.box(0, 0, spare.length, spare.width), LandUse.SPORT if court else LandUse.GARDEN)
    ground.mark(frame.middle, "amenity=university", "新亭汽车学院", f"{town} Automotive College")
