"""Operations on many polylines at once. All work on the plane and carry heights along."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from cosmopolis.city.network.ragged import Ints, ranges, starts
from cosmopolis.geometry.polylines import Polylines

F64 = NDArray[np.float64]


def of_flat(points: F64, start: Ints) -> Polylines:
    """Polylines from (P, 2) or (P, 3) points and (N + 1,) starts."""
    if points.shape[1] == 2:
        points = np.column_stack([points, np.zeros(len(points))])
    return Polylines(points, start)


def take(lines: Polylines, rows: Ints) -> Polylines:
    """The polylines `rows`, in that order, repetition allowed."""
    count = np.diff(lines.start)[rows]
    return Polylines(lines.points[ranges(lines.start[rows], count)], starts(count))


def owner(lines: Polylines) -> Ints:
    """(P,) the polyline that each point belongs to."""
    return np.repeat(np.arange(len(lines)), np.diff(lines.start))


def turned(lines: Polylines, back: NDArray[np.bool_]) -> Polylines:
    """The same polylines, those marked in `back` (N,) run backwards."""
    row = owner(lines)
    index = np.arange(len(lines.points))
    mirrored = lines.start[:-1][row] + lines.start[1:][row] - 1 - index
    return Polylines(lines.points[np.where(back[row], mirrored, index)], lines.start)


def simplified(lines: Polylines, tolerance: float) -> Polylines:
    """Douglas-Peucker with `tolerance` metres; ends stay where they are."""
    if len(lines) == 0:
        return lines
    shapes = shapely.linestrings(lines.points[:, :2], indices=owner(lines))
    xy, row = shapely.get_coordinates(shapely.simplify(shapes, tolerance), return_index=True)
    return of_flat(xy, starts(np.bincount(row, minlength=len(lines))))


def densified(lines: Polylines, spacing: F64) -> Polylines:
    """Points added so that no step is longer than `spacing` (N,) metres; 0 leaves a line alone."""
    row = owner(lines)
    step = np.diff(lines.points, axis=0, append=lines.points[-1:])
    long = np.hypot(step[:, 0], step[:, 1])
    last = np.zeros(len(lines.points), dtype=bool)
    last[lines.start[1:] - 1] = True
    limit = spacing[row]
    parts = np.where(last | (limit <= 0), 1, np.ceil(long / np.where(limit > 0, limit, 1.0))).astype(np.int64)
    parts = np.maximum(parts, 1)
    share = (ranges(np.zeros(len(parts)), parts) / np.repeat(parts, parts))[:, None]
    points = np.repeat(lines.points, parts, axis=0) + share * np.repeat(step, parts, axis=0)
    return Polylines(points, starts(np.bincount(np.repeat(row, parts), minlength=len(lines))))


def at(lines: Polylines, row: Ints, station: F64) -> F64:
    """(M, 3) the points `station` metres along polylines `row`."""
    position, share = _locate(lines, row, station)
    before, point = lines.points[position], lines.points[position + 1]
    point -= before
    point *= share[:, None]
    point += before
    return point


def _locate(lines: Polylines, row: Ints, station: F64) -> tuple[Ints, F64]:
    """The step of the flat array that holds each station, and the share of that step."""
    along = lines.station
    gap = float(along.max(initial=0.0)) + 1.0
    ruler = along + owner(lines) * gap
    position = np.searchsorted(ruler, row * gap + station, side="right") - 1
    position = np.clip(position, lines.start[row], lines.start[row + 1] - 2)
    span = along[position + 1] - along[position]
    share = np.divide(station - along[position], span, out=np.zeros(len(row)), where=span > 0)
    return position, np.clip(share, 0.0, 1.0)


def trimmed(lines: Polylines, head: F64, tail: F64) -> Polylines:
    """What is left when `head` (N,) metres are cut off the beginning and `tail` (N,) off the end."""
    n, length = len(lines), lines.length
    rows = np.arange(n)
    first, last = at(lines, rows, head), at(lines, rows, length - tail)
    row, along = owner(lines), lines.station
    # A point close to a cut would leave a step too short to have a direction.
    inside = (along > head[row] + 0.05) & (along < (length - tail)[row] - 0.05)
    start = starts(np.bincount(row[inside], minlength=n) + 2)
    points = np.empty((start[-1], 3))
    middle = np.ones(start[-1], dtype=bool)
    middle[start[:-1]] = middle[start[1:] - 1] = False
    points[start[:-1]], points[start[1:] - 1], points[middle] = first, last, lines.points[inside]
    return Polylines(points, start)


def dot(a: F64, b: F64) -> F64:
    """(N,) scalar products of (N, 2) vectors; NumPy is slow to add along rows as short as these."""
    return a[:, 0] * b[:, 0] + a[:, 1] * b[:, 1]


def steps(lines: Polylines) -> tuple[F64, NDArray[np.bool_]]:
    """(P, 2) unit direction of the step that begins at each point, and which points begin one."""
    step = np.diff(lines.points[:, :2], axis=0, append=lines.points[-1:, :2])
    begins = np.ones(len(lines.points), dtype=bool)
    begins[lines.start[1:] - 1] = False
    step[~begins] = 0.0
    length = np.hypot(step[:, 0], step[:, 1])
    return np.divide(step, length[:, None], out=np.zeros_like(step), where=length[:, None] > 0), begins


def offset(lines: Polylines, source: Ints, right: F64) -> Polylines:
    """For each i, polyline ``source[i]`` moved ``right[i]`` metres to its right (negative: left).

    Corners are mitred. Where a bend is tighter than the offset the moved line would run backwards:
    such steps are taken out.
    """
    direction, begins = steps(lines)
    ends = np.roll(begins, 1)
    before = np.roll(direction, 1, axis=0)
    before[~ends] = direction[~ends]
    after = np.where(begins[:, None], direction, before)
    mitre = (before + after) / np.maximum(1.0 + dot(before, after), 0.4)[:, None]
    count = np.diff(lines.start)[source]
    index = ranges(lines.start[source], count)
    points = lines.points[index].copy()
    shift = np.repeat(right, count)
    points[:, 0] += shift * mitre[index, 1]
    points[:, 1] -= shift * mitre[index, 0]
    return _without_loops(Polylines(points, starts(count)), direction[index])


def _without_loops(lines: Polylines, wanted: F64) -> Polylines:
    """Without the steps that run against `wanted`, the (P, 2) direction of the line they were moved from."""
    for _ in range(6):
        direction, begins = steps(lines)
        wrong = begins & (dot(direction, wanted) < 0.2)
        if not wrong.any():
            break
        drop = wrong.copy()  # the point where a wrong step begins, or ends if it begins a line
        firsts = np.zeros(len(wrong), dtype=bool)
        firsts[lines.start[:-1]] = True
        move = np.flatnonzero(wrong & firsts)
        drop[move] = False
        lasts = np.zeros(len(wrong), dtype=bool)
        lasts[lines.start[1:] - 1] = True
        drop[move[~lasts[move + 1]] + 1] = True
        if not drop.any():
            break
        keep = ~drop
        row = owner(lines)[keep]
        lines = Polylines(lines.points[keep], starts(np.bincount(row, minlength=len(lines))))
        wanted = wanted[keep]
    return lines


def end_directions(lines: Polylines) -> tuple[F64, F64]:
    """(N, 2) unit headings of the first and of the last step."""
    direction, _ = steps(lines)
    return direction[lines.start[:-1]], direction[lines.start[1:] - 2]
