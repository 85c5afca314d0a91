"""Where a net lies: from its own plane to metres around a point in degrees."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from cosmopolis.geometry.projection import Projection
from cosmopolis.sources.sumo.drawing import Drawing

F64 = NDArray[np.float64]
Move = Callable[[F64], F64]  # (n, 3) of the file -> (n, 3) m, local
NOWHERE = ("", "!", "-")
OURS = {"proj": "tmerc", "k": "1", "x_0": "0", "y_0": "0", "datum": "WGS84", "units": "m"}


def place_of(drawing: Drawing) -> tuple[tuple[float, float], bool, Move]:
    """(lon, lat) degrees of the local origin, whether the net says where it lies, and the way from its plane to ours.

    A net that lies on another plane than ours has its origin in its middle. One without a projection is laid around
    (0, 0) degrees.
    """
    shapes = [lane.shape for edge in drawing.edges.values() for lane in edge.lanes]
    points = np.concatenate([np.zeros((0, 3)), *shapes])[:, :2]
    middle = (points.min(axis=0) + points.max(axis=0)) / 2 if len(points) else np.zeros(2)
    row = drawing.location
    offset = np.array([0.0, 0.0] if row is None else _pair(row.text("netOffset", "0,0")))
    text = "!" if row is None else row.text("projParameter", "!").strip()
    if text in NOWHERE:
        return (0.0, 0.0), False, _shift(-np.round(middle))
    said = dict(word.lstrip("+").partition("=")[::2] for word in text.split())
    if all(said.get(key) == value for key, value in OURS.items()):
        return (float(said["lon_0"]), float(said["lat_0"])), True, _shift(-offset)
    try:
        plane = CRS.from_string(text)
        to_degrees = Transformer.from_crs(plane, "OGC:CRS84", always_xy=True)
    except CRSError:
        assert row is not None
        raise row.bad(f'has projParameter="{text}", which PROJ does not know; correct it.') from None
    lon, lat = to_degrees.transform(*(middle - offset))
    origin = (round(float(lon), 5), round(float(lat), 5))
    onto = Transformer.from_crs(plane, Projection(*origin).crs, always_xy=True)

    def move(points: F64) -> F64:
        x, y = onto.transform(points[:, 0] - offset[0], points[:, 1] - offset[1])
        return np.column_stack([x, y, points[:, 2]])

    return origin, True, move


def _shift(by: F64) -> Move:
    return lambda points: points + np.append(by, 0.0)


def _pair(text: str) -> list[float]:
    return [float(number) for number in text.split(",")[:2]]
