"""River, lake and canal as shapes on the ground."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from cosmopolis.growth.brief import Brief
from cosmopolis.growth.frames import Frame
from cosmopolis.growth.plan import Plan


@dataclass
class Water:
    centre: shapely.LineString  # of the river
    river: shapely.Polygon
    corridor: shapely.Polygon  # river and its banks, between the riverside roads
    lake: shapely.Polygon | None = None
    canals: tuple[shapely.Polygon, ...] = ()

    @property
    def all(self) -> shapely.Geometry:
        parts = [self.river, *self.canals, *([self.lake] if self.lake is not None else [])]
        return shapely.union_all(parts)

    def dig_canal(self, strip: shapely.Polygon) -> None:
        """A canal along the middle of a strip between two lanes, opened to the river."""
        bed = shapely.buffer(strip, -13.0, join_style="round")
        if bed.is_empty:
            return
        bed = _largest(bed)
        mouth = shapely.LineString(shapely.shortest_line(bed, self.river)).buffer(6.5, cap_style="square")
        self.canals += (_largest(shapely.difference(shapely.union(bed, mouth), self.river)),)


def draw_lake(brief: Brief, water: Water, grounds: list[shapely.Polygon]) -> None:
    """A lake in the middle of the park kept for it."""
    rng = brief.rng("lake")
    for ground in grounds:
        frame = Frame.inside(ground, margin=40.0)
        if frame.width < 120:
            continue
        shore = blob((float(frame.middle[0]), float(frame.middle[1])), (0.42 * frame.length, 0.36 * frame.width),
                     frame.angle, rng)  # fmt: skip
        shore = shapely.intersection(shore, shapely.buffer(ground, -45).buffer(0))
        water.lake = _largest(shapely.buffer(shore, -15).buffer(15))
        return


def draw_river(brief: Brief, plan: Plan) -> Water:
    """The line u = river_u bent by the warp, its width swelling and shrinking a little."""
    rng = brief.rng("river")
    high = 2 * plan.bounds[3]
    u = plan.warp.river_u
    line = plan.warp.line(np.array([[u, -high], [u, high]]), 20.0)
    along = np.linspace(0, 1, len(line)) * 2 * high
    swell = np.zeros(len(line))
    for push, wave in ((3.5, 210.0), (2.5, 83.0)):
        swell += push * np.sin(along / wave + rng.uniform(0, 6.28))
    half = plan.river_width / 2 + swell
    side = _normals(line)
    ring = np.vstack([line + side * half[:, None], (line - side * half[:, None])[::-1]])
    river = shapely.intersection(shapely.Polygon(ring).buffer(0), plan.box)
    centre = shapely.LineString(line)
    corridor = centre.buffer(plan.river_width / 2 + plan.park_width, cap_style="flat", quad_segs=4)
    return Water(centre, _largest(river), corridor)


def blob(middle: tuple[float, float], radii: tuple[float, float], turn: float, rng: np.random.Generator,
         n: int = 64) -> shapely.Polygon:  # fmt: skip
    """A smooth shore around a point: an ellipse with a few low waves on it."""
    t = np.linspace(0, 2 * np.pi, n, endpoint=False)
    r = 1 + sum(
        rng.uniform(0.04, 0.13) / (k - 1) ** 0.4 * np.sin(k * t + rng.uniform(0, 6.28)) for k in (2, 3, 4, 5)
    )
    x, y = radii[0] * r * np.cos(t), radii[1] * r * np.sin(t)
    c, s = np.cos(turn), np.sin(turn)
    return shapely.Polygon(np.column_stack([middle[0] + c * x - s * y, middle[1] + s * x + c * y]))


def _normals(line: np.ndarray) -> np.ndarray:
    """(n, 2) unit vectors to the left of a polyline at its points."""
    step = np.gradient(line, axis=0)
    step /= np.hypot(*step.T)[:, None]
    return np.column_stack([-step[:, 1], step[:, 0]])


def _largest(shape: shapely.Geometry) -> shapely.Polygon:
    return max(shapely.get_parts(shape), key=shapely.area)
