"""The conference and expo centre: halls either side of a concourse, the conference hall, a square in front."""

from __future__ import annotations

import shapely

from cosmopolis.city.words import BuildingUse, LandUse, Roof
from cosmopolis.growth.frames import Frame, spare_frames
from cosmopolis.growth.ground import Ground

U = BuildingUse


def build_expo(ground: Ground, blocks: list[shapely.Polygon], town: str) -> None:
    for block in blocks:
        ground.lay(block, LandUse.COMMERCIAL)
    frame = Frame.inside(max(blocks, key=shapely.area), margin=5.0)
    length, width = frame.length, frame.width
    halls = frame.part(0.3, 0.0, 1.0, 1.0)
    rows, n = (-1, 1), max(2, min(5, int(halls.length // 95)))
    w, d = halls.length / n - 12, width * 0.38
    for row in rows:
        for k in range(n):
            x = (k - (n - 1) / 2) * halls.length / n
            letter = f"{'W' if row > 0 else 'E'}{k + 1}"
            ground.build(halls.box(x, row * (width / 2 - d / 2 - 4), w, d), 1, U.CULTURE, height=17.0,
                         roof=Roof.ROUND, roof_height=5.0, name=f"{letter} 展馆 Hall {letter}")  # fmt: skip
            ground.mark(halls.at(x, row * (width / 2 - d / 2 - 4)), "amenity=exhibition_centre", f"{letter} 展馆",
                        f"Expo Hall {letter}")  # fmt: skip
    ground.build(halls.box(0, 0, halls.length - 10, max(14.0, width * 0.12)), 2, U.CULTURE, height=12.0,
                 name="中央廊道 Concourse")  # fmt: skip
    front = frame.part(0.0, 0.0, 0.27, 1.0)
    ground.build(front.oval(0.1 * front.length, 0, 0.7 * front.length, 0.34 * width), 5, U.CULTURE, height=28.0,
                 name="会议中心 Conference Centre")  # fmt: skip
    hotel = front.box(0, 0.36 * width, 0.6 * front.length, 0.16 * width)
    ground.build(hotel, 18, U.HOTEL, name="会展酒店 Expo Hotel")
    ground.lay(
        front.box(0, -0.36 * width, 0.9 * front.length, 0.24 * width), LandUse.PLAZA, "会展广场 Expo Square"
    )
    whole = frame.box(0, 0, length, width)
    for k, spare in enumerate(spare_frames(max(blocks, key=shapely.area), [whole], 1_800, 4)):
        parking = LandUse.PARKING, "会展停车场 Expo Car Park"
        kind, name = parking if k % 2 == 0 else (LandUse.PLAZA, "室外展场 Open Ground")
        ground.lay(spare.box(0, 0, spare.length, spare.width), kind, name)
    ground.mark(
        frame.middle, "amenity=exhibition_centre", "新亭会展中心", f"{town} Conference and Expo Centre"
    )
    ground.mark(front.middle, "amenity=conference_centre", "新亭会议中心", f"{town} Conference Centre")
    ground.mark(front.at(0, 0.36 * width), "tourism=hotel", "会展酒店", "Expo Hotel")
