"""The auto plant: press shop, body shop, paint shop and assembly in a row, test track, stock yard, suppliers."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.random import Generator

from cosmopolis.city.raw import RawCity, RawStreet
from cosmopolis.city.words import BuildingUse, LandUse, Mode, Provenance, Roof, StreetKind
from cosmopolis.growth.frames import Frame, spare_frames
from cosmopolis.growth.ground import Ground

U = BuildingUse


def build_plant(
    raw: RawCity, ground: Ground, blocks: list[shapely.Polygon], town: str, rng: Generator
) -> None:
    """Fills the plant's largest block; its edges become lawn with trees."""
    for block in blocks:
        ground.lay(block, LandUse.INDUSTRIAL)
    yard = max(blocks, key=shapely.area)
    frame = Frame.inside(yard, margin=6.0)
    length, width = frame.length, frame.width
    works = frame.part(0.0, 0.36, 1.0, 1.0)
    lw, ww = works.length, works.width
    halls = [
        ("冲压车间 Press Shop", -0.42, 0.22, 0.15, 0.5, 17.0),
        ("焊装车间 Body Shop", -0.2, 0.22, 0.25, 0.5, 13.0),
        ("涂装车间 Paint Shop", 0.08, 0.22, 0.25, 0.5, 19.0),
        ("总装车间 Assembly Hall", 0.36, 0.02, 0.26, 0.9, 14.0),
        ("零部件中心 Parts Centre", -0.36, -0.28, 0.26, 0.36, 11.0),
        ("供应商园区 Supplier Park", 0.0, -0.28, 0.38, 0.36, 10.0),
    ]
    for name, x, y, w, d, height in halls:
        hall = works.box(x * lw, y * ww, w * lw, d * ww)
        ground.build(hall, 1, U.INDUSTRIAL, height=height, roof=Roof.FLAT, name=name)
        ground.mark(works.at(x * lw, y * ww), "man_made=works", *name.split(" ", 1))
    ground.mark(frame.at(0, 0), "man_made=works", "新亭汽车制造厂", f"{town} Auto Works")
    south = frame.part(0.0, 0.0, 1.0, 0.33)
    office = south.box(-0.42 * length, 0.1 * south.width, 0.1 * length, 0.35 * south.width)
    ground.build(office, 7, U.OFFICE, name="汽车制造厂总部 Plant Headquarters")
    stock = south.box(-0.22 * length, 0, 0.24 * length, 0.84 * south.width)
    ground.lay(stock, LandUse.PARKING, "成品车停车场 Stock Yard")
    whole = frame.box(0, 0, length, width)
    for k, spare in enumerate(spare_frames(yard, [whole], 2_000, 4)):
        name = "员工停车场 Staff Car Park" if k else "成品车停车场 Stock Yard"
        ground.lay(spare.box(0, 0, spare.length, spare.width), LandUse.PARKING, name)
    _test_track(raw, ground, south.part(0.45, 0.0, 1.0, 0.96))


def _test_track(raw: RawCity, ground: Ground, frame: Frame) -> None:
    """An oval for new cars."""
    oval = frame.track(0, 0, frame.length - 16, frame.width - 16)
    line = shapely.get_coordinates(oval.exterior)[:-1]
    first = len(raw.node_xy)
    raw.node_xy = np.vstack([raw.node_xy, line])
    rows = np.append(np.arange(first, first + len(line)), first)
    for k, part in enumerate(np.array_split(np.arange(len(rows) - 1), 2)):
        raw.streets.append(
            RawStreet(
                f"grow:testtrack{k}", rows[part[0] : part[-1] + 2].astype(np.int64), StreetKind.RACEWAY,
                "试车跑道 Test Track", 1, 0, modes=Mode.CAR, speed=27.8, lane_width=9.0, lanes_measured=True,
                provenance=Provenance.INVENTED,
            )
        )  # fmt: skip
    ground.lay(shapely.buffer(oval, -6), LandUse.GRASS, "试车场 Test Track")
    ground.mark(frame.middle, "leisure=track", "试车场", "Test Track")
