"""Well-known binary for whole columns at once. Knows points and lines; polygons go through shapely."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cosmopolis.geometry.polylines import Polylines

Bytes = NDArray[np.uint8]
Offsets = NDArray[np.int32]

LITTLE_ENDIAN, POINT, LINESTRING_Z = 1, 1, 1002
HEADER = 9  # bytes before a line's coordinates: order, type, count
_POINT = np.dtype([("order", "u1"), ("type", "<u4"), ("x", "<f8"), ("y", "<f8")])
_LINE = np.dtype([("order", "u1"), ("type", "<u4"), ("count", "<u4")])


def points_to_wkb(xy: NDArray[np.float64]) -> tuple[Bytes, Offsets]:
    """(N, 2) -> the bytes of N points end to end, and the (N + 1,) offsets of each."""
    rows = np.empty(len(xy), dtype=_POINT)
    rows["order"], rows["type"] = LITTLE_ENDIAN, POINT
    rows["x"], rows["y"] = xy[:, 0], xy[:, 1]
    return rows.view(np.uint8), np.arange(len(xy) + 1, dtype=np.int32) * _POINT.itemsize


def points_from_wkb(data: Bytes) -> NDArray[np.float64]:
    """Bytes of N points end to end -> (N, 2)."""
    if len(data) % _POINT.itemsize:
        raise ValueError("not a column of plain points")
    rows = data.view(_POINT)
    return np.column_stack([rows["x"], rows["y"]])


def lines_to_wkb(lines: Polylines) -> tuple[Bytes, Offsets]:
    """N polylines -> the bytes of N LineString Z end to end, and the (N + 1,) offsets of each."""
    count = np.diff(lines.start)
    offsets = np.zeros(len(lines) + 1, dtype=np.int64)
    np.cumsum(HEADER + 24 * count, out=offsets[1:])
    data = np.empty(offsets[-1], dtype=np.uint8)
    headers = np.empty(len(lines), dtype=_LINE)
    headers["order"], headers["type"], headers["count"] = LITTLE_ENDIAN, LINESTRING_Z, count
    body = _body(offsets)
    data[~body] = headers.view(np.uint8)
    data[body] = np.ascontiguousarray(lines.points, dtype="<f8").view(np.uint8).ravel()
    return data, offsets.astype(np.int32)


def lines_from_wkb(data: Bytes, offsets: Offsets) -> Polylines:
    """Bytes and offsets of N LineString Z -> N polylines."""
    body = _body(offsets.astype(np.int64))
    headers = data[~body].view(_LINE)
    if np.any(headers["type"] != LINESTRING_Z) or np.any(headers["order"] != LITTLE_ENDIAN):
        raise ValueError("not a column of little-endian LineString Z")
    start = np.zeros(len(headers) + 1, dtype=np.int64)
    np.cumsum(headers["count"], out=start[1:])
    return Polylines(data[body].view("<f8").reshape(-1, 3), start)


def _body(offsets: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(bytes,) whether a byte belongs to coordinates and not to a header."""
    body = np.ones(offsets[-1], dtype=np.bool_)
    body[(offsets[:-1, None] + np.arange(HEADER)).ravel()] = False
    return body
