"""Cuts faces of the fabric into blocks by streets that meet what is there at right angles.

A cut runs across a face's longer side. Its ends keep their distance from corners and other junctions, or go on
from a street that ends on the other side; its course is a Hermite curve that leaves both ends squarely.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely
from numpy.random import Generator
from numpy.typing import NDArray

from cosmopolis.city.words import StreetKind
from cosmopolis.growth.fabric import BORDER, XY, Fabric, Way

Points = NDArray[np.float64]
BENT = np.radians(32)  # a ring that turns more than this at a node has a corner there


@dataclass(frozen=True)
class Grain:
    """How finely and how straight a district is cut."""

    block: float  # m2 aimed at
    narrow: float  # m, no block narrower
    kinds: tuple[StreetKind, ...]  # of the first cuts, the next, ... the last goes on
    lanes: tuple[int, int] = (1, 1)
    spacing: float = 60.0  # m between junctions along a street
    wander: float = 0.06  # radians, how much a cut turns from square
    shift: float = 0.1  # share, how far a cut lies from the middle
    joining: float = 0.5  # how likely a cut goes on from a street across
    role: str = "local"
    square: float = 0.55  # least cosine between a cut's end and the square on the street it meets


@dataclass(frozen=True)
class End:
    """Where a cut meets the ring of its face."""

    node: int  # an existing node to go on from, or -1
    after: int  # place in the ring of the segment's first node
    xy: XY
    inward: Points  # (2,) unit vector into the face


def subdivide(fabric: Fabric, face: int, grain: Grain, rng: Generator) -> list[int]:
    """Cuts `face` until its blocks are near the grain's size; returns the blocks."""
    todo, done = [(face, 0)], []
    while todo:
        one, level = todo.pop()
        ring = fabric.ring(one)
        if area(ring) > grain.block * rng.uniform(0.8, 1.55):
            kind = grain.kinds[min(level, len(grain.kinds) - 1)]
            lanes = grain.lanes if kind > StreetKind.SECONDARY else (2, 2)
            for attempt in range(6):
                cut = cut_across(fabric, one, ring, Way(kind, lanes, grain.role), grain, rng, attempt)
                if cut:
                    break
            if cut:
                todo += [(cut[0], level + 1), (cut[1], level + 1)]
                continue
        done.append(one)
    return done


def cut_across(fabric: Fabric, face: int, ring: Points, way: Way, grain: Grain, rng: Generator,
               attempt: int = 0) -> tuple[int, int] | None:  # fmt: skip
    """One street across a face's longer side, or None if there is no good place for it."""
    middle, axis, longer, shorter = extent(ring)
    if longer < 2 * grain.narrow:
        return None
    if attempt >= 4 and shorter > 2 * grain.narrow:
        axis = np.array([-axis[1], axis[0]])
        longer = shorter
    share = rng.normal(0, grain.shift + 0.04 * attempt)
    point = middle + axis * longer * float(np.clip(share, -0.28, 0.28))
    turn = rng.normal(0, grain.wander)
    c, s = np.cos(turn), np.sin(turn)
    across = np.array([-axis[1] * c - axis[0] * s, axis[0] * c - axis[1] * s])
    return cut_along(fabric, face, ring, point, across, way, grain, rng)


def cut_along(fabric: Fabric, face: int, ring: Points, point: Points, across: Points, way: Way, grain: Grain,
              rng: Generator) -> tuple[int, int] | None:  # fmt: skip
    """One street through `point` in the direction `across`, from edge to edge of the face."""
    hits = chord(ring, point, across)
    if hits is None:
        return None
    stations = _stations(fabric, face, ring)
    ends = [_settle(fabric, face, ring, hit, stations, grain, rng) for hit in hits]
    if ends[0] is None or ends[1] is None or ends[0].after == ends[1].after:
        return None
    course = _course(ends[0], ends[1])
    if not _sound(ring, course, ends[0], ends[1], grain):
        return None
    later, earlier = _in_ring_order(ends[0], ends[1])
    a, b = anchored(fabric, face, later), anchored(fabric, face, earlier)
    if later is ends[1]:
        course = course[::-1]
    number = _way_going_on(fabric, a, b, way)
    return fabric.cut(face, a, b, [(x, y) for x, y in course[1:-1].tolist()], number)


def cut_beside(fabric: Fabric, face: int, street: Points, off: float, way: Way) -> tuple[int, int] | None:
    """A street along another one on the face's edge, `off` metres to its left (right if negative); None: no room."""
    head, tail = _unit(street[0] - street[1]) * 90.0, _unit(street[-1] - street[-2]) * 90.0
    longer = shapely.LineString(np.vstack([street[0] + head, street, street[-1] + tail]))
    inside = shapely.intersection(longer.offset_curve(off, quad_segs=4), fabric.polygon(face))
    course = shapely.get_coordinates(max(shapely.get_parts(inside), key=shapely.length).simplify(0.5))
    if len(course) < 2:
        return None  # a street beside that one lies outside the face
    ring = fabric.ring(face)
    fixed = _stations(fabric, face, ring).fixed
    ends = []
    for xy in (course[0], course[-1]):
        rows = shapely.linestrings(np.stack([ring, np.roll(ring, -1, axis=0)], axis=1))
        row = int(np.argmin(shapely.distance(rows, shapely.Point(xy))))
        share = float(rows[row].project(shapely.Point(xy), normalized=True))
        if np.hypot(*(ring[fixed] - xy).T).min(initial=99.0) < 30.0 or _way(fabric, face, row) == BORDER:
            return None
        ends.append(_place(ring, row, share))
    if ends[0].after == ends[1].after:
        return None
    later, earlier = _in_ring_order(ends[0], ends[1])
    a, b = anchored(fabric, face, later), anchored(fabric, face, earlier)
    between = course[1:-1] if later is ends[0] else course[-2:0:-1]
    return fabric.cut(face, a, b, [(x, y) for x, y in between.tolist()], fabric.way(way))


def between_faces(fabric: Fabric, cut: tuple[int, int]) -> Points:
    """(n, 2) the street that a cut has drawn between its two faces."""
    shared = set(fabric.faces[cut[0]]) & set(fabric.faces[cut[1]])
    ring = fabric.faces[cut[1]]
    return np.array([fabric.xy[node] for node in [*(n for n in ring[1:] if n in shared), ring[0]]])


def gate(
    fabric: Fabric, face: int, inside: Points, toward: Points, grain: Grain, rng: Generator
) -> End | None:
    """Where a street from a point inside a face may meet its ring in the given direction."""
    ring = fabric.ring(face)
    hits = chord(ring, inside, toward)
    if hits is None:
        return None
    return _settle(fabric, face, ring, hits[1], _stations(fabric, face, ring), grain, rng)


def area(ring: Points) -> float:
    x, y = ring.T
    return float(0.5 * (x @ np.roll(y, -1) - y @ np.roll(x, -1)))


def extent(ring: Points) -> tuple[Points, Points, float, float]:
    """Middle, unit long axis, length and width of the smallest rectangle around a ring."""
    box = shapely.get_coordinates(shapely.oriented_envelope(shapely.Polygon(ring)))
    one, two = box[1] - box[0], box[2] - box[1]
    a, b = float(np.hypot(*one)), float(np.hypot(*two))
    middle = (box[0] + box[2]) / 2
    if a >= b:
        return middle, one / a, a, b
    return middle, two / b, b, a


def chord(ring: Points, point: Points, along: Points) -> tuple[tuple[int, float], tuple[int, float]] | None:
    """Where the line through `point` leaves the ring on either side: (segment, share) twice."""
    side = (ring - point) @ np.array([-along[1], along[0]])
    nxt = np.roll(side, -1)
    rows = np.flatnonzero((side > 0) != (nxt > 0))
    if len(rows) < 2:
        return None
    share = side[rows] / (side[rows] - nxt[rows])
    end = np.roll(ring, -1, axis=0)
    at = ring[rows] + (end[rows] - ring[rows]) * share[:, None]
    s = (at - point) @ along
    back, ahead = rows[s < 0], rows[s >= 0]
    if not len(back) or not len(ahead):
        return None
    i, j = int(np.argmax(np.where(s < 0, s, -np.inf))), int(np.argmin(np.where(s >= 0, s, np.inf)))
    return (int(rows[i]), float(share[i])), (int(rows[j]), float(share[j]))


class _Stations(NamedTuple):
    """Where the nodes of a ring lie along it."""

    fixed: NDArray[np.int64]  # rows of the nodes that are junctions or corners
    along: NDArray[np.float64]  # (n,) m from the first node
    total: float  # m, the length of the ring


def _stations(fabric: Fabric, face: int, ring: Points) -> _Stations:
    nodes = fabric.faces[face]
    step = np.roll(ring, -1, axis=0) - ring
    length = np.hypot(*step.T)
    heading = np.arctan2(step[:, 1], step[:, 0])
    turn = np.abs((heading - np.roll(heading, 1) + np.pi) % (2 * np.pi) - np.pi)
    junction = np.array([fabric.degree(node) != 2 for node in nodes])
    along = np.concatenate([[0.0], np.cumsum(length)[:-1]])
    return _Stations(np.flatnonzero(junction | (turn > BENT)), along, float(length.sum()))


def _settle(
    fabric: Fabric,
    face: int,
    ring: Points,
    hit: tuple[int, float],
    stations: _Stations,
    grain: Grain,
    rng: Generator,
) -> End | None:
    """The end of a cut near `hit`: a street to go on from, or a free place far enough from junctions."""
    row, share = hit
    n = len(ring)
    fixed, along, total = stations
    if _way(fabric, face, row) == BORDER:
        return None
    span = (along[row + 1] if row + 1 < n else total) - along[row]
    station = along[row] + share * span
    if len(fixed) == 0:
        return _place(ring, row, share)
    after = fixed[np.searchsorted(along[fixed], station) % len(fixed)]
    before = fixed[np.searchsorted(along[fixed], station) - 1]
    to_after, to_before = (along[after] - station) % total, (station - along[before]) % total
    need = _need(fabric, face, row, grain)
    near = int(after if to_after < to_before else before)
    gap = min(to_after, to_before)
    if gap < 1.1 * need and rng.random() < grain.joining:
        joined = _going_on(fabric, face, ring, near)
        if joined is not None:
            return joined
    if gap >= need:
        return _place(ring, row, share)
    if to_after + to_before < 2 * need:
        return _going_on(fabric, face, ring, near) if gap < 0.7 * need else None
    station = along[before] + need if near == before else along[after] - need
    return _at_station(ring, along, total, station % total)


def _need(fabric: Fabric, face: int, row: int, grain: Grain) -> float:
    """m between junctions along the street that is met: more on main streets."""
    kind = fabric.ways[_way(fabric, face, row)].kind
    if kind <= StreetKind.PRIMARY:
        return max(grain.spacing, 90.0)
    return max(grain.spacing, 62.0) if kind <= StreetKind.SECONDARY else grain.spacing


def _way(fabric: Fabric, face: int, row: int) -> int:
    nodes = fabric.faces[face]
    return fabric.way_of(nodes[row], nodes[(row + 1) % len(nodes)])


def _going_on(fabric: Fabric, face: int, ring: Points, row: int) -> End | None:
    """An end at a T-junction whose third arm lies across the ring."""
    nodes = fabric.faces[face]
    node, n = nodes[row], len(nodes)
    before, after = nodes[row - 1], nodes[(row + 1) % n]
    if fabric.degree(node) != 3:
        return None
    third = next(other for other in fabric.near[node] if other not in (before, after))
    if _way(fabric, face, row) == BORDER or fabric.way_of(node, third) == BORDER:
        return None
    here = ring[row]
    arriving, leaving = _unit(here - ring[row - 1]), _unit(ring[(row + 1) % n] - here)
    along = _unit(arriving + leaving)
    arm = _unit(here - np.array(fabric.xy[third]))
    if arm @ np.array([-along[1], along[0]]) < 0.78 or arriving @ leaving < 0.85:
        return None
    return End(node, row, (float(here[0]), float(here[1])), arm)


def _place(ring: Points, row: int, share: float) -> End:
    a, b = ring[row], ring[(row + 1) % len(ring)]
    length = float(np.hypot(*(b - a)))
    if length > 16.0:
        share = float(np.clip(share, 8.0 / length, 1 - 8.0 / length))
    else:
        share = 0.5
    xy = a + (b - a) * share
    step = (b - a) / length
    return End(-1, row, (float(xy[0]), float(xy[1])), np.array([-step[1], step[0]]))


def _at_station(ring: Points, along: NDArray, total: float, station: float) -> End:
    row = int(np.searchsorted(along, station, side="right") - 1)
    span = (along[row + 1] if row + 1 < len(ring) else total) - along[row]
    return _place(ring, row, float((station - along[row]) / span))


def _course(a: End, b: End) -> Points:
    """A Hermite curve that leaves both ends nearly square, sampled every 25 m or so; straight if nearly so."""
    p, q = np.array(a.xy), np.array(b.xy)
    chord_line = q - p
    length = float(np.hypot(*chord_line))
    toward = chord_line / max(length, 1e-9)
    out = _unit(0.75 * a.inward + 0.25 * toward) * length
    into = -_unit(0.75 * b.inward - 0.25 * toward) * length
    t = np.linspace(0, 1, max(3, int(np.ceil(length / 26)) + 1))[:, None]
    curve = (2 * t**3 - 3 * t**2 + 1) * p + (t**3 - 2 * t**2 + t) * out
    curve += (3 * t**2 - 2 * t**3) * q + (t**3 - t**2) * into
    off = np.abs((curve - p) @ np.array([-toward[1], toward[0]])).max()
    return np.vstack([p, q]) if off < 1.2 else curve


def _sound(ring: Points, course: Points, a: End, b: End, grain: Grain) -> bool:
    """Whether the cut stays inside, is long enough, meets squarely and leaves no sliver."""
    if np.hypot(*(course[-1] - course[0])) < grain.narrow:
        return False
    for step, inward in ((course[1] - course[0], a.inward), (course[-2] - course[-1], b.inward)):
        if (step / np.hypot(*step)) @ inward < grain.square:
            return False
    straight = _unit(course[-1] - course[0])
    if min(straight @ a.inward, -(straight @ b.inward)) < grain.square - 0.1:
        return False
    polygon = shapely.Polygon(ring)
    line = shapely.LineString(course)
    middle = shapely.line_interpolate_point(line, np.linspace(0.12, 0.88, 9), normalized=True)
    if not shapely.contains(polygon, shapely.LineString(shapely.get_coordinates(middle))):
        return False
    near = shapely.distance(polygon.exterior, middle)
    return bool(near[2:7].min() > 0.42 * grain.narrow)


def _unit(v: Points) -> Points:
    return v / max(float(np.hypot(*v)), 1e-9)


def _in_ring_order(a: End, b: End) -> tuple[End, End]:
    """The end later in the ring first, so that making its node does not move the other's place."""
    return (a, b) if a.after >= b.after else (b, a)


def anchored(fabric: Fabric, face: int, end: End) -> int:
    """The node of an end, made if it is not there."""
    if end.node >= 0:
        return end.node
    nodes = fabric.faces[face]
    return fabric.split(nodes[end.after], nodes[(end.after + 1) % len(nodes)], end.xy)


def _way_going_on(fabric: Fabric, a: int, b: int, way: Way) -> int:
    """The way of the street across, where the cut goes on from one of the same kind; else a new way."""
    for node in (a, b):
        if fabric.degree(node) == 3:
            arms = [fabric.way_of(node, other) for other in fabric.near[node]]
            ends = [one for one in set(arms) if one != BORDER and arms.count(one) == 1]
            if len(ends) == 1 and len(set(arms)) == 2 and fabric.ways[ends[0]].kind == way.kind:
                return ends[0]
    return fabric.way(way)
