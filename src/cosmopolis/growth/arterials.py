"""The main streets: two avenues, a ring road, a bent grid in each quarter of the ring, riverside roads and
the roads out of town. Quarters have grids of their own, so that most of their streets end at an avenue."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.random import Generator
from numpy.typing import NDArray

from cosmopolis.city.words import StreetKind
from cosmopolis.growth.brief import Brief
from cosmopolis.growth.fabric import BORDER, Fabric, Way
from cosmopolis.growth.plan import CELL, Plan
from cosmopolis.growth.water import Water

Points = NDArray[np.float64]
TOGETHER, APART = (
    80.0,
    170.0,
)  # m: streets of two quarters meet an avenue at one point, or at least so far apart
OVER = 5.0  # m that lines overshoot what they end at; the fabric trims them


@dataclass
class Lines:
    """Lines on the ground with their ways, before they are noded."""

    ways: list[Way] = field(default_factory=list)
    owner: list[int] = field(default_factory=list)
    shape: list[Points] = field(default_factory=list)

    def way(self, kind: StreetKind, lanes: tuple[int, int], role: str) -> int:
        self.ways.append(Way(kind, lanes, role))
        return len(self.ways) - 1

    def add(self, way: int, shape: Points) -> None:
        self.owner.append(way)
        self.shape.append(shape)


def draw_arterials(brief: Brief, plan: Plan, water: Water) -> tuple[Fabric, shapely.Polygon]:
    """The fabric of main streets, and the ring road's inside as a polygon."""
    rng, lines = brief.rng("arterials"), Lines()
    high = 2 * plan.bounds[3]
    wide = 2 * plan.bounds[2]
    ring = plan.warp(plan.ring_line())
    inside = shapely.Polygon(ring)
    lines.add(lines.way(StreetKind.PRIMARY, (2, 2), "ring"), ring)
    lines.add(
        lines.way(StreetKind.TRUNK, (3, 3), "main"), plan.on_ground(plan.main_u, -high, plan.main_u, high)
    )
    lines.add(
        lines.way(StreetKind.PRIMARY, (3, 3), "main"), plan.on_ground(-wide, plan.main_v, wide, plan.main_v)
    )
    east_road = _circuit_roads(plan, lines, rng)
    _quarters(plan, lines, rng, east_road)
    _riverside(lines, water, inside)
    west, south, east, north = plan.bounds
    frame = np.array([[west, south], [east, south], [east, north], [west, north], [west, south]])
    lines.ways.append(Way(StreetKind.PATH, role="border"))
    lines.add(len(lines.ways) - 1, frame)
    fabric = Fabric.of_lines(lines.shape, lines.owner, lines.ways, plan.box)
    for segment, way in fabric.segments.items():
        if fabric.ways[way].role == "border":
            fabric.segments[segment] = BORDER
    return fabric, inside


def _circuit_roads(plan: Plan, lines: Lines, rng: Generator) -> float:
    """Roads round the circuit's superblock; returns u of its eastern road, which comes from the ring."""
    u0, v0, u1, v1 = plan.circuit
    u1 = min(u1, plan.half_width * 0.9)
    start = plan.centre_v + plan.ring_v(u1)
    way = lines.way(StreetKind.SECONDARY, (2, 2), "circuit")
    lines.add(way, plan.on_ground(u1, start - OVER, u1, v1 + OVER))
    lines.add(way, plan.on_ground(u0 - OVER, v1, u1 + OVER, v1))
    way = lines.way(StreetKind.SECONDARY, (2, 2), "circuit")
    lines.add(way, plan.on_ground(u0 - OVER, v0, 2 * plan.bounds[2], v0 - rng.uniform(0, 60)))
    return u1


def _spread(low: float, high: float, rng: Generator, margin: float = 0.0) -> list[float]:
    """Positions of streets between two others, about a superblock apart."""
    n = max(0, round((high - low - margin) / CELL) - 1)
    step = (high - low - margin) / (n + 1)
    return [low + step * (i + 1) + rng.normal(0, 0.07) * step for i in range(n)]


def _quarters(plan: Plan, lines: Lines, rng: Generator, east_road: float) -> None:
    a, mu, mv, ru = plan.half_width, plan.main_u, plan.main_v, plan.warp.river_u
    top, bottom = plan.centre_v + plan.half_height, plan.centre_v - plan.half_height
    rows: dict[tuple[int, int], list[float]] = {}
    cols: dict[tuple[int, int], list[float]] = {}
    for north, (low, high) in ((1, (mv, top)), (0, (bottom, mv))):
        for east in (0, 1):
            rows[north, east] = _spread(low, high, rng)
            if east:
                cols[north, east] = _spread(mu, a, rng)
            else:
                cols[north, east] = [*_spread(-a, ru, rng), *_spread(ru, mu, rng, 200.0)]
    for north in (0, 1):
        rows[north, 1] = _settle(rows[north, 1], rows[north, 0], rng)
    for east in (0, 1):
        cols[0, east] = _settle(cols[0, east], cols[1, east], rng)
    cols[1, 1] = _settle(cols[1, 1], [east_road], rng)
    gates = _gates(cols, rows, rng)
    for (north, east), us in cols.items():
        quarter = Quarter(
            1 if north else -1, 1 if east else -1, sorted(us, reverse=not east),
            sorted(rows[north, east], reverse=not north), gates,
        )  # fmt: skip
        _draw_quarter(plan, lines, quarter, rng)


@dataclass(frozen=True)
class Quarter:
    """One quarter of the ring: its streets in order outward from the avenues."""

    v_sign: int  # 1 in the north
    u_sign: int  # 1 in the east
    us: list[float]
    vs: list[float]
    gates: set[tuple[str, float, int]]  # ("c" or "r", position, sign of the side) of streets that leave town


def _draw_quarter(plan: Plan, lines: Lines, quarter: Quarter, rng: Generator) -> None:
    """Its streets piece by piece; a street that leaves town goes on from the ring to beyond the map."""
    us, vs, v_sign, u_sign = quarter.us, quarter.vs, quarter.v_sign, quarter.u_sign
    dropped = _dropped(us, vs, rng)
    for i, u in enumerate(us):
        way = lines.way(StreetKind.SECONDARY, (2, 2), "column")
        end = plan.centre_v + v_sign * (plan.ring_v(u) + OVER)
        end = 2 * v_sign * plan.bounds[3] if ("c", u, v_sign) in quarter.gates else end
        for j, (v0, v1) in enumerate(itertools.pairwise([plan.main_v - v_sign * OVER, *vs, end])):
            if ("c", i, j) not in dropped:
                lines.add(way, plan.on_ground(u, v0, u, v1))
    for j, v in enumerate(vs):
        way = lines.way(StreetKind.SECONDARY, (2, 2), "row")
        end = u_sign * (plan.ring_u(v) + OVER)
        end = 2 * u_sign * plan.bounds[2] if ("r", v, u_sign) in quarter.gates else end
        for i, (u0, u1) in enumerate(itertools.pairwise([plan.main_u - u_sign * OVER, *us, end])):
            if ("r", j, i) not in dropped:
                lines.add(way, plan.on_ground(u0, v, u1, v))


def _settle(moving: list[float], fixed: list[float], rng: Generator) -> list[float]:
    """Moves positions that would meet an avenue a little beside another street: onto it, or well away."""
    out = []
    for value in moving:
        for other in fixed:
            gap = value - other
            if abs(gap) < TOGETHER or (abs(gap) < APART and rng.random() < 0.25):
                value = other
            elif abs(gap) < APART:
                value = other + np.sign(gap) * APART
        out.append(float(value))
    return out


def _gates(cols: dict[tuple[int, int], list[float]], rows: dict[tuple[int, int], list[float]],
           rng: Generator) -> set[tuple[str, float, int]]:  # fmt: skip
    """Which streets go on beyond the ring road: one column and one row of each quarter where there is one."""
    gates: set[tuple[str, float, int]] = set()
    for (north, east), us in cols.items():
        if us and (north, east) != (1, 1):
            gates.add(("c", us[int(rng.integers(len(us))) if east else 0], 1 if north else -1))
        vs = rows[north, east]
        if vs:
            gates.add(("r", vs[int(rng.integers(len(vs)))], 1 if east else -1))
    return gates


def _dropped(us: list[float], vs: list[float], rng: Generator) -> set[tuple]:
    """Pieces of a quarter's grid that are not built, so that superblocks differ; never two at one corner."""
    pieces = [("c", i, j) for i in range(len(us)) for j in range(1, len(vs))]
    pieces += [("r", j, i) for j in range(len(vs)) for i in range(1, len(us))]
    chosen: set[tuple] = set()
    touched: set[tuple] = set()
    for k in rng.permutation(len(pieces))[: max(1, len(pieces) // 4)] if pieces else []:
        corners = _corners(pieces[int(k)])
        if not corners & touched:
            chosen.add(pieces[int(k)])
            touched |= corners
    return chosen


def _corners(piece: tuple) -> set[tuple]:
    sort, line, gap = piece
    if sort == "c":
        return {(line, gap - 1), (line, gap)}
    return {(gap - 1, line), (gap, line)}


def _riverside(lines: Lines, water: Water, inside: shapely.Polygon) -> None:
    """A road along either bank, as far as the ring."""
    reach = inside.buffer(2.0)
    half = shapely.area(water.corridor) / water.centre.length / 2
    for side in (half, -half):
        bank = water.centre.offset_curve(side, quad_segs=4).simplify(0.6)
        way = lines.way(StreetKind.TERTIARY, (1, 1), "riverside")
        for part in shapely.get_parts(shapely.intersection(bank, reach)):
            if part.length > 300:
                lines.add(way, shapely.get_coordinates(part))
