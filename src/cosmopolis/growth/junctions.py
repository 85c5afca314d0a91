"""Changes to junctions and streets once all are drawn: roundabouts, and lanes that become one-way."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.random import Generator

from cosmopolis.city.words import StreetKind
from cosmopolis.growth.fabric import BORDER, Fabric, Way

S = StreetKind
RADIUS = 19.0  # m, of a roundabout's lane


def build_roundabouts(fabric: Fabric, count: int, taken: set[int], rng: Generator) -> list[shapely.Polygon]:
    """Turns up to `count` junctions of minor streets into roundabouts; returns their islands."""
    found = [node for node in range(len(fabric.near)) if node not in taken and _suits(fabric, node)]
    chosen: list[int] = []
    for node in (found[int(k)] for k in rng.permutation(len(found))):
        here = np.array(fabric.xy[node])
        if len(chosen) < count and all(np.hypot(*(here - fabric.xy[other])) > 350 for other in chosen):
            chosen.append(node)
    for node in chosen:
        _replace(fabric, node)
    return [shapely.Point(fabric.xy[node]).buffer(RADIUS - 4.0, quad_segs=8) for node in chosen]


def _suits(fabric: Fabric, node: int) -> bool:
    """At least three public minor streets, well spread, each straight for long enough."""
    near = fabric.near[node]
    if not 3 <= len(near) <= 4:
        return False
    ways = [fabric.way_of(node, other) for other in near]
    if BORDER in ways or any(not S.TERTIARY <= fabric.ways[way].kind <= S.RESIDENTIAL for way in ways):
        return False
    if any(0 in fabric.ways[way].lanes for way in ways):
        return False
    if any(fabric.ways[way].role == "riverside" for way in ways):
        return False
    out = np.array([fabric.xy[_clear(fabric, node, other)[0]] for other in near]) - np.array(fabric.xy[node])
    angle = np.sort(np.arctan2(out[:, 1], out[:, 0]))
    gaps = np.diff(np.append(angle, angle[0] + 2 * np.pi))
    clear = all(_run(fabric, node, other) > 50 for other in near)
    return bool(clear and gaps.min() > np.radians(58))


def _clear(fabric: Fabric, node: int, other: int) -> tuple[int, list[int]]:
    """The first node along an arm that a roundabout leaves standing, and the shape nodes before it."""
    before, here, passed = node, other, []
    while (
        len(fabric.near[here]) == 2 and np.hypot(*np.subtract(fabric.xy[here], fabric.xy[node])) < RADIUS + 8
    ):
        passed.append(here)
        before, here = here, next(n for n in fabric.near[here] if n != before)
    return here, passed


def _run(fabric: Fabric, node: int, other: int) -> float:
    """m from a junction along one arm to the next junction."""
    before, here, length = node, other, 0.0
    while True:
        length += float(np.hypot(*(np.array(fabric.xy[here]) - np.array(fabric.xy[before]))))
        if len(fabric.near[here]) != 2 or length > 100:
            return length
        before, here = here, next(n for n in fabric.near[here] if n != before)


def _replace(fabric: Fabric, node: int) -> None:
    """A ring instead of a junction, driven counter-clockwise."""
    middle = np.array(fabric.xy[node])
    kind = min(fabric.ways[fabric.way_of(node, other)].kind for other in fabric.near[node])
    arms = []
    for first in list(fabric.near[node]):
        other, passed = _clear(fabric, node, first)
        for shape_node in passed:
            fabric.dissolve(shape_node)
        out = np.array(fabric.xy[other]) - middle
        angle = float(np.arctan2(out[1], out[0]))
        at = middle + RADIUS * out / np.hypot(*out)
        entry = fabric.split(node, other, (float(at[0]), float(at[1])))
        fabric.drop(node, entry)
        arms.append((angle, entry))
    arms.sort()
    way = fabric.way(Way(kind, (1, 0), "roundabout", ""))
    for (a, start), (b, end) in zip(arms, [*arms[1:], (arms[0][0] + 2 * np.pi, arms[0][1])]):
        turns = np.linspace(a, b, max(3, int((b - a) / 0.35) + 1))[1:-1]
        ring = [(float(middle[0] + RADIUS * np.cos(t)), float(middle[1] + RADIUS * np.sin(t))) for t in turns]
        path = fabric.draw([start], ring, way)
        fabric.connect(path[-1], end, way)


def make_one_way(fabric: Fabric, ways: list[int], count: int, rng: Generator) -> list[int]:
    """Makes up to `count` of the given ways one-way where everyone still gets everywhere; returns them."""
    done: list[int] = []
    for k in rng.permutation(len(ways)):
        if len(done) >= count:
            break
        way = ways[int(k)]
        if not _simple(fabric, way):
            continue
        before = fabric.ways[way].lanes
        fabric.ways[way].lanes = (1, 0)
        if _one_piece(fabric):
            done.append(way)
        else:
            fabric.ways[way].lanes = before
    return done


def _simple(fabric: Fabric, way: int) -> bool:
    """Whether a way is one line, drawn in one direction, of some length."""
    pairs = [pair for pair, w in fabric.segments.items() if w == way]
    starts, ends = {a for a, _ in pairs}, {b for _, b in pairs}
    one_line = len(starts) == len(pairs) == len(ends) and len(starts - ends) == 1 == len(ends - starts)
    return one_line and all(fabric.degree(node) > 1 for node in starts ^ ends)


def _one_piece(fabric: Fabric) -> bool:
    """Whether every street that one can leave in both directions can still be reached and left."""
    ahead: dict[int, list[int]] = {}
    back: dict[int, list[int]] = {}
    for (a, b), w in fabric.segments.items():
        if w == BORDER or fabric.ways[w].kind <= S.MOTORWAY_LINK:
            continue
        lanes = fabric.ways[w].lanes
        for x, y, n in ((a, b, lanes[0]), (b, a, lanes[1])):
            if n:
                ahead.setdefault(x, []).append(y)
                back.setdefault(y, []).append(x)
    nodes = set(ahead) | set(back)
    first = min(nodes)
    return len(_reached(ahead, first)) == len(nodes) == len(_reached(back, first))


def _reached(arms: dict[int, list[int]], first: int) -> set[int]:
    seen, todo = {first}, [first]
    while todo:
        for other in arms.get(todo.pop(), ()):
            if other not in seen:
                seen.add(other)
                todo.append(other)
    return seen
