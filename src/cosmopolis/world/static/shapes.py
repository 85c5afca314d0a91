"""Polylines and polygons as columns (SPEC 1.6): centimetres, as differences."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from cosmopolis.city.model import Shapes
from cosmopolis.geometry.polylines import Polylines
from cosmopolis.world.columns import Column, Delta

Columns = dict[str, Column]


def centimetres(metres: NDArray, step: int = 1) -> NDArray[np.int32]:
    """i32 centimetres, rounded to multiples of `step`: what nobody sees need not be sent."""
    return (np.rint(np.asarray(metres, np.float64) * (100.0 / step)) * step).astype(np.int32)


def decimetres(metres: NDArray, dtype: type[np.unsignedinteger]) -> NDArray:
    """Whole decimetres, cut to what the type holds."""
    return np.rint(np.clip(np.asarray(metres, np.float64) * 10, 0, np.iinfo(dtype).max)).astype(dtype)


def polylines(name: str, lines: Polylines, *, flat: bool = False) -> Columns:
    """`X_start`, `X_x`, `X_y` and, unless flat, `X_z`."""
    columns: Columns = {f"{name}_start": Delta(lines.start.astype(np.uint32))}
    for axis, letter in enumerate("xy" if flat else "xyz"):
        columns[f"{name}_{letter}"] = Delta(centimetres(lines.points[:, axis]))
    return columns


def thinned(lines: Polylines, tolerance: float) -> Polylines:
    """Without the points that lie within `tolerance` metres of the line that stays (Douglas and Peucker 1973).

    Lines that climb are left alone: the rule looks at the plane only.
    """
    counts = np.diff(lines.start)
    rows = np.repeat(np.arange(len(lines)), counts)
    climbs = np.zeros(len(lines), bool)
    z = lines.points[:, 2]
    climbs[rows[1:][(np.abs(np.diff(z)) > 1e-3) & (rows[1:] == rows[:-1])]] = True
    chosen = (counts > 2) & ~climbs
    if not chosen.any():
        return lines
    here = chosen[rows]
    thick = shapely.linestrings(lines.points[here], indices=_numbered(rows[here]))
    thin, at = shapely.get_coordinates(
        shapely.simplify(thick, tolerance, preserve_topology=False), include_z=True, return_index=True
    )
    points = np.concatenate([lines.points[~here], thin])
    row = np.concatenate([rows[~here], np.flatnonzero(chosen)[at]])
    order = np.argsort(row, kind="stable")
    start = np.zeros(len(lines) + 1, np.int64)
    np.cumsum(np.bincount(row, minlength=len(lines)), out=start[1:])
    return Polylines(points[order], start)


def _numbered(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Sorted row numbers, numbered anew without gaps."""
    return np.cumsum(np.diff(rows, prepend=rows[:1]) > 0)


def outlines(name: str, polygons: Shapes) -> Columns:
    """Outer rings only, open and counter-clockwise: `X_start`, `X_x`, `X_y`. Empty polygons have no points."""
    rings = shapely.get_exterior_ring(shapely.orient_polygons(single(polygons), exterior_cw=False))
    xy, row = _open(rings)
    columns: Columns = {f"{name}_start": Delta(_starts(row, len(polygons)))}
    return columns | _xy(name, xy)


def rings(name: str, polygons: Shapes, *, tolerance: float = 0.0, step: int = 1) -> Columns:
    """`X_ring_start` (rows of rings), `ring_start`, `ring_x`, `ring_y`: the outer ring counter-clockwise, then
    holes clockwise. `polygons` are single ones (see `parts`), or empty."""
    if tolerance > 0 and len(polygons):
        thin = shapely.simplify(polygons, tolerance)
        polygons = np.where(shapely.is_empty(thin) | ~shapely.is_valid(thin), polygons, thin)
    all_rings, owner = shapely.get_rings(
        shapely.orient_polygons(polygons, exterior_cw=False), return_index=True
    )
    xy, row = _open(all_rings)
    return {
        f"{name}_ring_start": Delta(_starts(owner, len(polygons))),
        "ring_start": Delta(_starts(row, len(all_rings))),
        **_xy("ring", xy, step),
    }


def parts(polygons: Shapes) -> tuple[Shapes, NDArray[np.int64]]:
    """The single polygons in polygons and multipolygons, and the row that each is of. Other shapes are left out."""
    pieces, row = shapely.get_parts(polygons, return_index=True)
    usable = (shapely.get_type_id(pieces) == shapely.GeometryType.POLYGON) & ~shapely.is_empty(pieces)
    return pieces[usable], row[usable]


def single(polygons: Shapes) -> Shapes:
    """(N,) one polygon a row: the largest part of a multipolygon, an empty polygon for anything else."""
    out = np.full(len(polygons), shapely.Polygon(), dtype=object)
    pieces, row = parts(polygons)
    order = np.argsort(shapely.area(pieces), kind="stable")
    out[row[order]] = pieces[order]  # of several the last, which is the largest, stays
    return out


def _open(rings: Shapes) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Points of closed rings without the last one of each, and the ring that each is of."""
    xy, row = shapely.get_coordinates(rings, return_index=True)
    last = np.append(row[1:] != row[:-1], True)[: len(row)]
    return xy[~last], row[~last]


def _starts(row: NDArray[np.integer], count: int) -> NDArray[np.uint32]:
    start = np.zeros(count + 1, np.uint32)
    np.cumsum(np.bincount(row, minlength=count), out=start[1:])
    return start


def _xy(name: str, xy: NDArray[np.float64], step: int = 1) -> Columns:
    return {f"{name}_{axis}": Delta(centimetres(xy[:, i], step)) for i, axis in enumerate("xy")}
