"""Footpaths: promenades along the river, a walk round the lake, loops and crossings in parks."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from cosmopolis.city.raw import RawCity, RawStreet
from cosmopolis.city.words import Mode, Provenance, StreetKind
from cosmopolis.growth.frames import Frame
from cosmopolis.growth.lots import Lot, Use
from cosmopolis.growth.plan import Plan
from cosmopolis.growth.water import Water

Points = NDArray[np.float64]


def lay_paths(raw: RawCity, plan: Plan, lots: list[Lot], water: Water, clear: shapely.Geometry) -> None:
    """Adds footways; none crosses water or leaves its lot's blocks."""
    lines: list[shapely.Geometry] = []
    half = plan.river_width / 2 + 17.0
    banks = [water.centre.offset_curve(side, quad_segs=4).simplify(0.5) for side in (half, -half)]
    for lot in lots:
        for block in lot.blocks:
            if lot.use == Use.RIVERSIDE:
                lines += [shapely.intersection(bank, shapely.buffer(block, -3)) for bank in banks]
            elif lot.use == Use.PARK and block.area > 3_000:
                lines += _park_paths(block)
    if water.lake is not None:
        walk = water.lake.buffer(11.0).exterior.simplify(0.6)
        grounds = [block for lot in lots if lot.use == Use.LAKE for block in lot.blocks]
        lines.append(shapely.intersection(walk, shapely.union_all(grounds).buffer(-2)))
    for line in lines:
        for part in shapely.get_parts(shapely.line_merge(line) if shapely.get_type_id(line) == 5 else line):
            if shapely.get_type_id(part) in (1, 2) and part.length > 25 and not part.intersects(clear):
                _add(raw, shapely.get_coordinates(part))


def _park_paths(block: shapely.Polygon) -> list[shapely.Geometry]:
    """A loop inside the park's edge and two walks across it that curve a little."""
    inner = shapely.buffer(block, -20.0).buffer(8.0)
    if shapely.get_type_id(inner) != 3 or inner.area < 900:
        return []
    frame = Frame.inside(inner, None, 0.0)
    t = np.linspace(-0.5, 0.5, 9)
    long_walk = np.array(
        [frame.at(x * 0.96 * frame.length, 0.16 * frame.width * np.sin(2 * np.pi * x)) for x in t]
    )
    cross = np.array([frame.at(0.1 * frame.length * np.cos(np.pi * y), y * 0.96 * frame.width) for y in t])
    return [inner.exterior.simplify(0.6), shapely.LineString(long_walk), shapely.LineString(cross)]


def _add(raw: RawCity, line: Points) -> None:
    closed = bool(np.allclose(line[0], line[-1]))
    points = line[:-1] if closed else line
    first = len(raw.node_xy)
    raw.node_xy = np.vstack([raw.node_xy, points])
    rows = np.arange(first, first + len(points))
    rows = np.append(rows, first) if closed else rows
    raw.streets.append(
        RawStreet(
            f"grow:path{len(raw.streets)}", rows.astype(np.int64), StreetKind.FOOTWAY,
            modes=Mode.PEDESTRIAN | Mode.BICYCLE, lane_width=3.0, lanes_measured=True, provenance=Provenance.INVENTED,
        )
    )  # fmt: skip
