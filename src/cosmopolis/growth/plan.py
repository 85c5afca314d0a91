"""The town on the drawing board: its size, its axes and what lies outside the ring, in (u, v) metres."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from cosmopolis.growth.brief import Brief
from cosmopolis.growth.warp import Warp

Points = NDArray[np.float64]

CELL = 640.0  # m, side of a superblock aimed at
LAP = 5400.0  # m, a Grand Prix lap
COUNTRY = 380.0  # m of open land shown round the town
CORNER = 3.6  # exponent of the superellipse that the ring road follows


@dataclass(frozen=True)
class Plan:
    half_width: float  # of the ring road, m
    half_height: float
    centre_v: float  # of the ring road
    main_u: float  # the avenue from south to north
    main_v: float  # the avenue from west to east
    motorway_v: float
    circuit: tuple[float, float, float, float]  # u0, v0, u1, v1 of the circuit's superblock
    lap: float  # m
    bounds: tuple[float, float, float, float]  # west, south, east, north, m on the ground
    river_width: float
    park_width: float  # green on either bank
    warp: Warp

    @property
    def box(self) -> shapely.Polygon:
        return shapely.box(*self.bounds)

    def ring_v(self, u: float) -> float:
        """Half height of the ring road above the drawing board's axis at u."""
        inside = max(0.0, 1.0 - abs(u / self.half_width) ** CORNER)
        return float(self.half_height * inside ** (1 / CORNER))

    def ring_u(self, v: float) -> float:
        inside = max(0.0, 1.0 - abs((v - self.centre_v) / self.half_height) ** CORNER)
        return float(self.half_width * inside ** (1 / CORNER))

    def ring_line(self) -> Points:
        """The ring road, closed, on the drawing board."""
        t = np.linspace(0, 2 * np.pi, max(96, int(self.half_width / 14)), endpoint=False)
        c, s = np.cos(t), np.sin(t)
        u = self.half_width * np.sign(c) * np.abs(c) ** (2 / CORNER)
        v = self.centre_v + self.half_height * np.sign(s) * np.abs(s) ** (2 / CORNER)
        line = np.column_stack([u, v])
        return np.vstack([line, line[:1]])

    def on_ground(self, u0: float, v0: float, u1: float, v1: float) -> Points:
        return self.warp.line(np.array([[u0, v0], [u1, v1]]))


def draw_plan(brief: Brief) -> Plan:
    """Sizes follow from the number of people; positions from the seed."""
    rng, s = brief.rng("plan"), brief.scale
    width, height = 1960.0 * s, 1440.0 * s
    lap = float(np.clip(LAP * s, 2400.0, LAP))
    depth = 1020.0 * lap / LAP  # of the circuit's superblock
    north = height + 270 + 230 + depth + 230
    south = height + 430
    centre_v = (south - north) / 2
    river_u = -width * rng.uniform(0.17, 0.23)
    main_u = river_u + np.clip(width * 0.36, 520, 760) * rng.uniform(0.97, 1.05)
    main_v = centre_v + height * rng.uniform(-0.06, 0.06)
    motorway_v = centre_v + height + 270
    circuit = (main_u, motorway_v + 220, main_u + 1560 * lap / LAP, motorway_v + 220 + depth)
    plan = Plan(
        width, height, centre_v, float(main_u), float(main_v), float(motorway_v), circuit, lap,
        (0.0, 0.0, 0.0, 0.0), 52.0 if s > 0.6 else 38.0, 44.0, Warp.drawn(float(river_u), rng),
    )  # fmt: skip
    return _centred(plan)


def _centred(plan: Plan) -> Plan:
    """With the map's frame around ring and circuit, and the frame's middle at (0, 0)."""
    u0, v0, u1, v1 = plan.circuit
    corners = plan.warp(np.vstack([plan.ring_line(), [[u0, v0], [u1, v0], [u1, v1], [u0, v1]]]))
    low, high = corners.min(axis=0) - COUNTRY, corners.max(axis=0) + COUNTRY
    middle, half = (low + high) / 2, np.ceil((high - low) / 20) * 10
    warp = replace(plan.warp, shift=(-float(middle[0]), -float(middle[1])))
    x, y = float(half[0]), float(half[1])
    return replace(plan, warp=warp, bounds=(-x, -y, x, y))
