"""Speed in the bends of lanes. A connection has one limit by its curve; a lane bends here and there.

Only lanes with a bend sharper than their speed limit allows have rows, so that all others cost nothing.
"""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from cosmopolis.geometry.polylines import Polylines
from cosmopolis.kernels.decorators import kernel
from cosmopolis.simulation.clock import DT
from cosmopolis.simulation.traffic.state import Cars, Moves

# m over which a change of direction is one bend: a corner of the line is driven as an arc so long
BEND_LENGTH = 20.0
SAMPLING = 2.5  # m between the places looked at
LEAST_LATERAL = 1.5  # m/s^2 sideways of the kind of vehicle that takes bends slowest
LEAST_TURN = 0.1  # radians that a lane turns in all, to be looked at
LEAST_BEND_SPEED = 2.5  # m/s


def bends(line: Polylines, length: NDArray, limit: NDArray) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    """Where lanes bend: (N + 1,) first row of each of N `line`, and of each row (B,) m where it begins and ends, and
    (B,) the root of its radius in sqrt(m).

    A row is a stretch in which v = sqrt(a R) for the gentlest kind of vehicle is below the lane's `limit` (N,) m/s;
    R is the smallest radius there. `length` (N,) m.
    """
    turned = _turned(line)
    rows: list[list[tuple[float, float, float]]] = [[] for _ in range(len(line))]
    for lane in np.flatnonzero((turned > LEAST_TURN) & (length > SAMPLING)).tolist():
        rows[lane] = _stretches(line[lane][:, :2], float(limit[lane]))
    count = np.array([len(found) for found in rows], np.int64)
    flat = np.array([row for found in rows for row in found], np.float32).reshape(-1, 3)
    start = np.concatenate([[0], np.cumsum(count)])
    return start.astype(np.int32), flat[:, 0].copy(), flat[:, 1].copy(), flat[:, 2].copy()


def _turned(line: Polylines) -> NDArray[np.float64]:
    """(N,) radians that each polyline turns in all, left and right added."""
    step = np.diff(line.points[:, :2], axis=0)
    heading = np.arctan2(step[:, 1], step[:, 0])
    change = np.abs((np.diff(heading) + np.pi) % (2 * np.pi) - np.pi)
    total = np.concatenate([[0.0], np.cumsum(change)])  # of all corners, that of point p + 1 in row p
    first, last = line.start[:-1], line.start[1:]
    inner = last - first >= 3
    found = np.zeros(len(line))
    found[inner] = total[last[inner] - 2] - total[first[inner]]
    return found


def _stretches(points: NDArray[np.float64], limit: float) -> list[tuple[float, float, float]]:
    """(begin, end, root of the radius) of the bends of one line."""
    step = np.diff(points, axis=0)
    metres = np.hypot(step[:, 0], step[:, 1])
    step, metres = step[metres > 1e-6], metres[metres > 1e-6]
    if len(step) < 2:
        return []
    along = np.concatenate([[0.0], np.cumsum(metres)])
    heading = np.unwrap(np.arctan2(step[:, 1], step[:, 0]))
    half = min(BEND_LENGTH, along[-1]) / 2
    middle = np.arange(half, along[-1] - half + 1e-6, SAMPLING)
    row_ahead = np.clip(np.searchsorted(along, middle + half, side="left") - 1, 0, len(step) - 1)
    row_behind = np.clip(np.searchsorted(along, middle - half, side="right") - 1, 0, len(step) - 1)
    change = np.abs(heading[row_ahead] - heading[row_behind])
    radius = 2 * half / np.maximum(change, 1e-6)
    slow = np.diff((radius < limit * limit / LEAST_LATERAL).astype(np.int8), prepend=0, append=0)
    begins, ends = np.flatnonzero(slow == 1), np.flatnonzero(slow == -1)
    return [
        (float(middle[one]), float(middle[other - 1]), sqrt(float(radius[one:other].min())))
        for one, other in zip(begins, ends, strict=True)
    ]


@kernel
def slow_for_bends(path: int, roads, drivers, cars: Cars, moves: Moves) -> None:  # type: ignore[no-untyped-def]
    """Cars of one lane come to each of its bends no faster than sqrt(a R), and stay so until its end."""
    for row in range(roads.bend_start[path], roads.bend_start[path + 1]):
        begin, end, root = roads.bend_begin[row], roads.bend_end[row], roads.bend_root[row]
        for i in range(cars.start[path], cars.start[path + 1]):
            position = cars.position[i]
            if position - cars.length[i] > end:
                break
            kind = cars.kind[i]
            allowed = max(root * drivers.lateral_root[kind], np.float32(LEAST_BEND_SPEED))
            brake = drivers.brake[kind]
            if position < begin:
                allowed = np.sqrt(allowed * allowed + np.float32(2.0) * brake * (begin - position))
            wish = (allowed - cars.speed[i]) / np.float32(DT)
            moves.accel[i] = min(moves.accel[i], max(wish, np.float32(-2.0) * brake))
