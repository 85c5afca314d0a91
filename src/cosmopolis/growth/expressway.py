"""The motorway past the town: two carriageways over the streets below, and diamond interchanges.

Along the motorway's axis, from west to east, side -1 is the southern carriageway (driven eastward) and side 1
the northern one (driven westward).
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from cosmopolis.city.words import StreetKind
from cosmopolis.growth.brief import Brief
from cosmopolis.growth.fabric import BORDER, XY, Fabric, Way
from cosmopolis.growth.plan import Plan

Points = NDArray[np.float64]
Meeting = tuple[int, int, XY, int]  # the segment's nodes, where, its way

MEDIAN = 12.5  # m from the axis to either carriageway's centre line
TERMINAL = 78.0  # m from the axis to where ramps meet the street below
RAMP = (
    (330.0, MEDIAN),
    (268.0, 20.0),
    (190.0, 37.0),
    (115.0, 58.0),
    (50.0, 73.0),
)  # m before it, m from the axis
CLEAR = 42.0  # m of viaduct on either side of a street below
LANES = 3
STUB = 70.0  # m of undivided motorway at the edge of the map


def build_expressway(brief: Brief, plan: Plan, fabric: Fabric) -> shapely.Geometry:
    """Adds motorway and ramps to the fabric; returns where the motorway stands on a viaduct."""
    reach = 2 * plan.bounds[2]
    drawn = plan.warp.line(np.array([[-reach, plan.motorway_v], [reach, plan.motorway_v]]), 40.0)
    axis = max(
        shapely.get_parts(shapely.intersection(shapely.LineString(drawn), plan.box)), key=shapely.length
    )
    below = meetings(fabric, axis)
    stations = {-1: set(_plain_stations(axis)), 1: set(_plain_stations(axis))}
    diamonds = _interchanges(fabric, axis, below, 2 if brief.population > 25_000 else 1)
    for station, _ in diamonds:
        for side in (-1, 1):
            for end in (station - RAMP[0][0], station + RAMP[0][0]):
                stations[side] = {s for s in stations[side] if abs(s - end) > 24.0} | {end}
    nodes = {side: _carriageway(fabric, axis, side, sorted(stations[side])) for side in (-1, 1)}
    _join_carriageways(fabric, axis, nodes)
    for station, way in diamonds:
        for side in (-1, 1):
            _half_diamond(fabric, axis, station, way, side, nodes[side])
    return shapely.union_all([shapely.Point(xy).buffer(CLEAR) for _, _, xy, _ in below])


def meetings(fabric: Fabric, line: shapely.LineString, way: int | None = None) -> list[Meeting]:
    """Where a line crosses segments of the fabric (of one way, if given)."""
    keys = [key for key, w in fabric.segments.items() if w != BORDER and way in (None, w)]
    if not keys:
        return []
    ends = np.array(fabric.xy)[np.array(keys)]
    shapes = shapely.linestrings(ends)
    rows = shapely.STRtree(shapes).query(line, predicate="intersects")
    out = []
    for row in sorted(rows.tolist()):
        point = shapely.get_coordinates(shapely.intersection(shapes[row], line))[0]
        a, b = keys[row]
        out.append((a, b, (float(point[0]), float(point[1])), fabric.segments[(a, b)]))
    return out


def _plain_stations(axis: shapely.LineString) -> list[float]:
    inner = axis.length - 2 * STUB - 200.0
    return [float(s) for s in np.linspace(STUB + 100.0, STUB + 100.0 + inner, int(inner // 60) + 1)]


def _interchanges(
    fabric: Fabric, axis: shapely.LineString, below: list[Meeting], most: int
) -> list[tuple[float, int]]:
    """(station, way) of the streets below that get ramps: the avenue first, then the farthest from it."""
    found = [(axis.line_locate_point(shapely.Point(xy)), way) for _, _, xy, way in below]
    room = RAMP[0][0] + STUB + 160
    found = [(s, way) for s, way in found if room < s < axis.length - room]
    found.sort(key=lambda one: (fabric.ways[one[1]].kind, one[0]))
    chosen: list[tuple[float, int]] = []
    for station, way in found:
        if len(chosen) < most and all(abs(station - other) > 2 * RAMP[0][0] + 200 for other, _ in chosen):
            chosen.append((float(station), way))
    return chosen


def _beside(axis: shapely.LineString, station: float, off: float) -> XY:
    """A point `off` metres to the left of the axis."""
    low, high = (axis.interpolate(s) for s in (max(0.0, station - 2), min(axis.length, station + 2)))
    step = np.array([high.x - low.x, high.y - low.y])
    step /= np.hypot(*step)
    at = axis.interpolate(station)
    return (float(at.x - step[1] * off), float(at.y + step[0] * off))


def _carriageway(
    fabric: Fabric, axis: shapely.LineString, side: int, stations: list[float]
) -> dict[float, int]:
    """One direction of the motorway as a chain of nodes; returns station -> node."""
    order = stations if side < 0 else stations[::-1]
    way = fabric.way(Way(StreetKind.MOTORWAY, (LANES, 0), "motorway"))
    points = [_beside(axis, s, side * MEDIAN) for s in order]
    path = fabric.draw([fabric.node(points[0])], points[1:], way)
    return dict(zip(order, path))


def _join_carriageways(fabric: Fabric, axis: shapely.LineString, nodes: dict[int, dict[float, int]]) -> None:
    """At either edge of the map the carriageways meet in one street, so that the map's traffic is one whole."""
    stub = fabric.way(Way(StreetKind.MOTORWAY, (LANES, LANES), "motorway"))
    for station, inner, first in ((0.0, STUB, -1), (axis.length, axis.length - STUB, 1)):
        edge, fork = fabric.node(_beside(axis, station, 0.0)), fabric.node(_beside(axis, inner, 0.0))
        fabric.connect(edge, fork, stub)
        for side in (-1, 1):
            end = nodes[side][min(nodes[side], key=lambda s: abs(s - station))]
            way = fabric.way_of(end, fabric.near[end][0])
            leaves = side == first  # the eastbound carriageway leaves from the western edge
            fabric.connect(*((fork, end) if leaves else (end, fork)), way)


def _half_diamond(fabric: Fabric, axis: shapely.LineString, station: float, street: int, side: int,
                  carriageway: dict[float, int]) -> None:  # fmt: skip
    """Off-ramp and on-ramp of one carriageway, both ending at one junction on the street below."""
    ahead = -side
    bow = shapely.LineString(
        [_beside(axis, station + d, side * TERMINAL) for d in np.linspace(-160, 160, 17)]
    )
    crossings = meetings(fabric, bow, street)
    if not crossings:
        return
    a, b, xy, _ = min(crossings, key=lambda m: abs(axis.line_locate_point(shapely.Point(m[2])) - station))
    terminal = fabric.split(a, b, xy)
    base = axis.line_locate_point(shapely.Point(xy))
    slip = [(before, _beside(axis, base - ahead * before, side * off)) for before, off in RAMP[1:]]
    off_way = fabric.way(Way(StreetKind.MOTORWAY_LINK, (1, 0), "ramp"))
    path = fabric.draw([carriageway[station - ahead * RAMP[0][0]]], [xy for _, xy in slip], off_way)
    fabric.connect(path[-1], terminal, off_way)
    slip = [(before, _beside(axis, base + ahead * before, side * off)) for before, off in RAMP[1:]]
    on_way = fabric.way(Way(StreetKind.MOTORWAY_LINK, (1, 0), "ramp"))
    path = fabric.draw([terminal], [xy for _, xy in slip[::-1]], on_way)
    fabric.connect(path[-1], carriageway[station + ahead * RAMP[0][0]], on_way)
