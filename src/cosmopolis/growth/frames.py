"""A rectangle of ground with its own axes, in which a landmark is laid out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from cosmopolis.growth import shapes

Points = NDArray[np.float64]
SIZES = (24.0, 36.0, 50.0, 70.0, 100.0, 140.0)  # m, sides of the rectangles tried in spare ground


@dataclass(frozen=True)
class Frame:
    """Local x runs along `length`, y along `width`; (0, 0) is the middle."""

    middle: Points  # (2,)
    angle: float
    length: float
    width: float

    @classmethod
    def inside(cls, polygon: shapely.Polygon, angle: float | None = None, margin: float = 4.0) -> Frame:
        """A large rectangle inside the polygon, along its longer side or the given direction."""
        turn = long_axis(polygon) if angle is None else angle
        local = shapes.rotate(shapely.get_coordinates(polygon.exterior), -turn)
        low, high = local.min(axis=0), local.max(axis=0)
        size = high - low
        middle = (low + high) / 2
        best = (0.0, 0.0, 0.0, 0.0)
        sweep, moves = np.linspace(0.3, 1.0, 8), np.linspace(-0.2, 0.2, 5)
        for shares, shifts in ((sweep, moves), (np.linspace(-0.06, 0.06, 4), np.linspace(-0.05, 0.05, 3))):
            sx, sy, ox, oy = (a.ravel() for a in np.meshgrid(best[0] + shares, best[1] + shares, best[2] + shifts,
                                                             best[3] + shifts))  # fmt: skip
            at = shapes.rotate(middle + np.column_stack([ox, oy]) * size, turn)
            fits = shapes.stand(polygon, shapes.rectangles(at, sx * size[0], sy * size[1], turn), margin)
            gain = np.where(fits, sx * sy, 0.0)
            k = int(np.argmax(gain))
            if gain[k] <= best[0] * best[1]:
                break
            best = (float(sx[k]), float(sy[k]), float(ox[k]), float(oy[k]))
        if best[0] == 0.0:
            return cls(shapely.get_coordinates(shapely.point_on_surface(polygon))[0], turn, 0.0, 0.0)
        at = shapes.rotate((middle + np.array(best[2:]) * size)[None], turn)[0]
        return cls(at, turn, best[0] * float(size[0]), best[1] * float(size[1]))

    def at(self, x: float, y: float) -> Points:
        return shapes.rotate(np.array([[x, y]]), self.angle)[0] + self.middle

    def put(self, local: Points) -> shapely.Polygon:
        """A closed or open ring (n, 2) in local metres as a polygon on the ground."""
        return shapely.Polygon(shapes.rotate(np.asarray(local, dtype=np.float64), self.angle) + self.middle)

    def box(self, x: float, y: float, w: float, d: float) -> shapely.Polygon:
        """A rectangle around local (x, y)."""
        return self.put(np.array([[x - w / 2, y - d / 2], [x + w / 2, y - d / 2], [x + w / 2, y + d / 2],
                                  [x - w / 2, y + d / 2]]))  # fmt: skip

    def oval(self, x: float, y: float, w: float, d: float, n: int = 40) -> shapely.Polygon:
        t = np.linspace(0, 2 * np.pi, n, endpoint=False)
        return self.put(np.column_stack([x + w / 2 * np.cos(t), y + d / 2 * np.sin(t)]))

    def track(self, x: float, y: float, w: float, d: float) -> shapely.Polygon:
        """Two straights and two half circles, as around a sports field."""
        t = np.linspace(-np.pi / 2, np.pi / 2, 12)
        right = np.column_stack([x + w / 2 - d / 2 + d / 2 * np.cos(t), y + d / 2 * np.sin(t)])
        left = np.column_stack([x - w / 2 + d / 2 - d / 2 * np.cos(t), y - d / 2 * np.sin(t)])
        return self.put(np.vstack([right, left]))

    def part(self, x0: float, y0: float, x1: float, y1: float) -> Frame:
        """A part given by shares of length and width, 0 to 1 from the lower left."""
        x, y = ((x0 + x1) / 2 - 0.5) * self.length, ((y0 + y1) / 2 - 0.5) * self.width
        return Frame(self.at(x, y), self.angle, (x1 - x0) * self.length, (y1 - y0) * self.width)

    def turned(self) -> Frame:
        """The same ground with its axes exchanged, so that x runs along the width."""
        return Frame(self.middle, self.angle + np.pi / 2, self.width, self.length)


def long_axis(polygon: shapely.Polygon) -> float:
    """Direction of a polygon's longer side, in (-pi/2, pi/2]."""
    box = shapely.get_coordinates(shapely.oriented_envelope(polygon))
    one, two = box[1] - box[0], box[2] - box[1]
    side = one if np.hypot(*one) >= np.hypot(*two) else two
    return float((np.arctan2(side[1], side[0]) + np.pi / 2) % np.pi - np.pi / 2)


def south_frame(polygon: shapely.Polygon, margin: float = 4.0) -> Frame:
    """A frame whose x runs about east, so that what lies along it faces south."""
    south = Frame.inside(polygon, shapes.facing_south(long_axis(polygon)), margin)
    if south.length * south.width > 0.4 * polygon.area:
        return south
    along = Frame.inside(polygon, None, margin)
    if abs(along.angle) > np.pi / 4:
        along = along.turned()
    return along if along.length * along.width > 1.3 * south.length * south.width else south


def spare_frames(block: shapely.Polygon, taken: list[shapely.Polygon], least: float, most: int,
                 gap: float = 9.0) -> list[Frame]:  # fmt: skip
    """The largest rectangles left in a block beside what is taken, each at least `least` m2."""
    rest = shapely.buffer(block, -3.0)
    if taken:
        rest = shapely.difference(rest, shapely.union_all(shapely.buffer(taken, gap, join_style="mitre")))
    angle = long_axis(block)
    local = shapes.rotate(shapely.get_coordinates(block.exterior), -angle)
    low, high = local.min(axis=0), local.max(axis=0)
    places = [np.linspace(low[k], high[k], 13)[1:-1] for k in (0, 1)]
    x, y, w, d = (a.ravel() for a in np.meshgrid(*places, SIZES, SIZES))
    keep = (w * d >= least) & (np.maximum(w, d) < 4 * np.minimum(w, d))
    at = shapes.rotate(np.column_stack([x, y])[keep], angle)
    w, d = w[keep], d[keep]
    candidates = shapes.rectangles(at, w, d, angle)
    order = np.argsort(-(w * d), kind="stable")
    order = order[shapes.stand(rest, candidates[order])]
    out: list[Frame] = []
    while len(order) and len(out) < most:
        k = int(order[0])
        out.append(Frame(at[k], angle, float(w[k]), float(d[k])))
        order = order[~shapely.intersects(shapely.buffer(candidates[k], gap), candidates[order])]
    return out
