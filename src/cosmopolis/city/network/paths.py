"""Stage 5c: the way through a junction, from the end of one lane to the start of another, as a smooth curve."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.network import lines
from cosmopolis.city.network.ragged import Ints, ranges, starts
from cosmopolis.geometry.polylines import Polylines

F64 = NDArray[np.float64]

LATERAL = 2.8  # m/s2 that drivers accept in a bend
_LOOP = 3.0  # m that a car needs ahead to turn back, where the lanes lie close together
_SLOWEST = 5.0  # m/s


def junction_paths(lanes: Polylines, source: Ints, target: Ints) -> tuple[Polylines, F64]:
    """(C,) cubic Bezier curves tangent to both lanes, and the m/s that each allows.

    Speed: v = sqrt(a R) with the smallest radius R on the way and a = 2.8 m/s2.
    """
    first, last = lines.end_directions(lanes)
    p0, p3 = lanes.points[lanes.start[1:] - 1][source], lanes.points[lanes.start[:-1]][target]
    h0, h1 = last[source], first[target]
    reach0, reach1 = _handles(p0, p3, h0, h1)
    p1, p2 = p0.copy(), p3.copy()
    p1[:, :2] += reach0[:, None] * h0
    p2[:, :2] -= reach1[:, None] * h1
    p1[:, 2] += (p3 - p0)[:, 2] / 3
    p2[:, 2] -= (p3 - p0)[:, 2] / 3
    control = np.stack([p0, p1, p2, p3], axis=1)
    count = _point_count(control, h0, h1)
    start = starts(count)
    row = np.repeat(np.arange(len(count)), count)
    t = ranges(np.zeros(len(count)), count) / (count - 1)[row]
    points = _bezier(control[row], t)
    points[start[:-1]], points[start[1:] - 1] = p0, p3  # not a rounding error away
    return Polylines(points, start), _curve_speed(control)


def _handles(p0: F64, p3: F64, h0: F64, h1: F64) -> tuple[F64, F64]:
    """Lengths of the Bezier handles.

    Where the two tangents meet ahead, each is a share of the way to that corner, the share that makes a circle
    when both ways are equal; else as for an arc over the chord.
    """
    chord = (p3 - p0)[:, :2]
    far = np.hypot(chord[:, 0], chord[:, 1])
    cross = h0[:, 0] * h1[:, 1] - h0[:, 1] * h1[:, 0]
    turned = np.abs(np.arctan2(cross, lines.dot(h0, h1)))
    arc = far / (3.0 * np.cos(turned / 4) ** 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        to_corner = (chord[:, 0] * h1[:, 1] - chord[:, 1] * h1[:, 0]) / cross
        from_corner = (h0[:, 0] * chord[:, 1] - h0[:, 1] * chord[:, 0]) / cross
        share = 4.0 / 3.0 * np.tan(turned / 4) / np.tan(turned / 2)
    met = (np.abs(cross) > 0.1) & (turned < 2.6) & (to_corner > 0.05 * far) & (from_corner > 0.05 * far)
    met &= (to_corner < 1.6 * far) & (from_corner < 1.6 * far)
    # Never shorter than a fifth of the chord: a curve must not be bent at one of its ends only.
    least = 0.2 * far
    arc = np.where(turned > 2.6, np.maximum(arc, _LOOP), arc)
    return (
        np.where(met, np.maximum(share * to_corner, least), arc),
        np.where(met, np.maximum(share * from_corner, least), arc),
    )


def _bezier(control: F64, t: F64) -> F64:
    s = 1.0 - t
    weight = np.stack([s**3, 3 * s * s * t, 3 * s * t * t, t**3], axis=-1)
    return np.einsum("nk,nkd->nd", weight, control)


def _point_count(control: F64, h0: F64, h1: F64) -> Ints:
    """Points so that steps turn by about 10 degrees; two for a straight line."""
    legs = np.diff(control[:, :, :2], axis=1)
    heading = np.arctan2(legs[:, :, 1], legs[:, :, 0])
    bend = np.abs((np.diff(heading, axis=1) + np.pi) % (2 * np.pi) - np.pi).sum(axis=1)
    return np.where(bend < 0.02, 2, np.clip(np.ceil(bend / 0.18) + 2, 4, 16)).astype(np.int64)


def _curve_speed(control: F64) -> F64:
    """(C,) m/s from the smallest radius at nine points of each curve."""
    t = np.linspace(0.0, 1.0, 9)[None, :, None]
    p = control[:, None, :, :2]
    d = 3 * ((1 - t) ** 2 * (p[:, :, 1] - p[:, :, 0]) + 2 * (1 - t) * t * (p[:, :, 2] - p[:, :, 1])
             + t**2 * (p[:, :, 3] - p[:, :, 2]))  # fmt: skip
    dd = 6 * (
        (1 - t) * (p[:, :, 2] - 2 * p[:, :, 1] + p[:, :, 0]) + t * (p[:, :, 3] - 2 * p[:, :, 2] + p[:, :, 1])
    )
    cross = np.abs(d[..., 0] * dd[..., 1] - d[..., 1] * dd[..., 0])
    bend = (cross / np.maximum(np.hypot(d[..., 0], d[..., 1]) ** 3, 1e-9)).max(axis=1)
    return np.maximum(np.sqrt(LATERAL / np.maximum(bend, 1e-6)), _SLOWEST)
