"""Streets inside lots: a compound's loop or spine with its gates, yards, accesses. All of them private lanes."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.random import Generator
from numpy.typing import NDArray

from cosmopolis.city.words import StreetKind
from cosmopolis.growth.fabric import Fabric, Way
from cosmopolis.growth.lots import HOMES, Lot, Use
from cosmopolis.growth.subdivision import End, Grain, anchored, area, cut_across, extent, gate

Points = NDArray[np.float64]
LANE = Grain(1.0, 70, (StreetKind.LIVING_STREET,), spacing=40.0, wander=0.03, shift=0.05, joining=0.15)
YARD = Grain(1.0, 80, (StreetKind.SERVICE,), spacing=45.0, wander=0.02, shift=0.05, joining=0.15)


def lay_courts(fabric: Fabric, lots: list[Lot], rng: Generator) -> None:
    """Adds each lot's own streets to the fabric."""
    for lot in lots:
        if lot.use in HOMES:
            _compound(fabric, lot, rng)
        elif lot.use in (Use.INDUSTRY, Use.LOGISTICS, Use.RESEARCH, Use.SHOWROOMS):
            _spurs(fabric, lot.faces[0], Way(StreetKind.SERVICE, (1, 1), "yard"), YARD, 1, 0.62, rng)
        elif lot.use in (Use.HOSPITAL, Use.MALL, Use.CAMPUS, Use.EXPO, Use.STADIUM):
            loop(fabric, lot.faces[0], 32.0, Way(StreetKind.SERVICE, (1, 1), "yard"), YARD, 3, rng)
        elif lot.use == Use.PLANT:
            loop(fabric, lot.faces[0], 55.0, Way(StreetKind.SERVICE, (1, 1), "yard"), YARD, 3, rng)
        elif lot.use in (Use.SCHOOL, Use.MARKET, Use.PARKING, Use.TOWN_HALL, Use.HOTEL, Use.EMERGENCY):
            _spurs(fabric, lot.faces[0], Way(StreetKind.SERVICE, (1, 1), "yard"), YARD, 1, 0.4, rng)


def _compound(fabric: Fabric, lot: Lot, rng: Generator) -> None:
    way = Way(StreetKind.LIVING_STREET, (1, 1), "compound")
    face = lot.faces[0]
    size = area(fabric.ring(face))
    draw = rng.random()
    if size > 26_000 and draw < 0.5 and loop(fabric, face, 32.0, way, LANE, 2, rng):
        return
    if size > 20_000 and draw < 0.85:
        cut = None
        for attempt in range(4):
            cut = cut or cut_across(fabric, face, fabric.ring(face), way, LANE, rng, attempt)
        if cut:
            lot.faces = list(cut)
            for part in cut:
                _spurs(fabric, part, way, LANE, 1, 0.6, rng)
            return
    _spurs(fabric, face, way, LANE, 2 if size > 14_000 else 1, 0.55, rng)


def loop(fabric: Fabric, face: int, inset: float, way: Way, grain: Grain, gates: int, rng: Generator) -> bool:
    """A ring lane inside a face with streets out to its edge; False if there is no room or no gate."""
    ring = fabric.ring(face)
    inner = shapely.buffer(shapely.Polygon(ring), -inset - 10.0, join_style="mitre").buffer(10.0, quad_segs=3)
    if shapely.get_type_id(inner) != 3 or inner.area < 5_000:
        return False
    outline = inner.exterior.simplify(0.8)
    middle, axis, _, _ = extent(ring)
    turn = rng.uniform(-0.25, 0.25) + (np.pi / 2 if rng.random() < 0.5 else 0.0)
    ends: list[tuple[int, Points]] = []
    for k in range(gates):
        angle = turn + 2 * np.pi * k / gates
        c, s = np.cos(angle), np.sin(angle)
        toward = np.array([c * axis[0] - s * axis[1], s * axis[0] + c * axis[1]])
        end = gate(fabric, face, middle, toward, grain, rng)
        if end is None or end.node >= 0:
            continue
        ray = shapely.LineString([end.xy, np.array(end.xy) + end.inward * 3 * inset])
        hits = shapely.get_coordinates(shapely.intersection(ray, outline))
        if not len(hits):
            continue
        hit = hits[np.argmin(np.hypot(*(hits - np.array(end.xy)).T))]
        if all(np.hypot(*(hit - other)) > 45 for _, other in ends):
            ends.append((anchored(fabric, face, end), hit))
    if not ends:
        return False
    number = fabric.way(way)
    spots = [outline.project(shapely.Point(hit)) for _, hit in ends]
    chain = _closed(fabric, outline, spots, number)
    for (outer, _), inner_node in zip(ends, chain):
        fabric.connect(outer, inner_node, number if len(ends) == 1 else fabric.way(way))
    return True


def _closed(fabric: Fabric, outline: shapely.LineString, spots: list[float], way: int) -> list[int]:
    """Draws a closed lane with nodes at the given stations; returns those nodes."""
    xy = shapely.get_coordinates(outline)[:-1]
    stations = [float(outline.project(shapely.Point(p))) for p in xy]
    marks: list[tuple[float, int, Points]] = [(s, -1, p) for s, p in zip(stations, xy)
                                              if all(abs(s - t) > 6.0 for t in spots)]  # fmt: skip
    marks += [(s, k, shapely.get_coordinates(outline.interpolate(s))[0]) for k, s in enumerate(spots)]
    marks.sort(key=lambda mark: mark[0])
    first = fabric.node((marks[0][2][0], marks[0][2][1]))
    path = fabric.draw([first], [(m[2][0], m[2][1]) for m in marks[1:]], way)
    fabric.connect(path[-1], first, way)
    found = {mark[1]: node for mark, node in zip(marks, path)}
    return [found[k] for k in range(len(spots))]


def _spurs(
    fabric: Fabric, face: int, way: Way, grain: Grain, count: int, share: float, rng: Generator
) -> None:
    """Dead ends from the face's longer sides into it."""
    ring = fabric.ring(face)
    middle, axis, longer, shorter = extent(ring)
    if shorter < 60:
        return
    side = np.array([-axis[1], axis[0]]) * rng.choice([-1.0, 1.0])
    drawn: list[shapely.LineString] = []
    for k in range(count):
        offset = (k - (count - 1) / 2) * longer / (count + 1) + rng.normal(0, 6)
        point = middle + axis * offset
        end = gate(fabric, face, point, side if k % 2 == 0 else -side, grain, rng)
        if end is None or end.node >= 0:
            continue
        tip = _tip(fabric, face, end, min(share * shorter, 130.0))
        if tip is None:
            continue
        spur = shapely.LineString([end.xy, tip])
        if all(spur.distance(other) > 26 for other in drawn):
            drawn.append(spur)
            node = anchored(fabric, face, end)
            fabric.draw([node], [tip], fabric.way(way))


def _tip(fabric: Fabric, face: int, end: End, length: float) -> tuple[float, float] | None:
    """Where a dead end stops: well inside the face and clear of its other edges."""
    polygon = fabric.polygon(face)
    tip = np.array(end.xy) + end.inward * length
    inside = shapely.Point(tip)
    if length < 35 or not polygon.contains(inside) or polygon.exterior.distance(inside) < 22:
        return None
    return float(tip[0]), float(tip[1])
