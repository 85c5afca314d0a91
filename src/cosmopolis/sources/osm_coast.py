"""Coastlines of OpenStreetMap -> the sea inside the map's box. Water lies to the right of a coastline as drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from cosmopolis.city.raw import RawArea, RawCity
from cosmopolis.city.words import LandUse
from cosmopolis.geometry.projection import Projection
from cosmopolis.sources.osm_reading import OsmReading
from cosmopolis.sources.shapes import parts

MARGIN = 300.0  # m of sea shown beyond the streets where the map states no bounds
_ASIDE = 0.2  # m beside a coastline, to ask which face lies there


def add_sea(reading: OsmReading, xy: NDArray[np.float64], projection: Projection, raw: RawCity) -> None:
    """Adds the faces of the map's box that lie to the right of its coastlines."""
    ways = [way for way in reading.ways if way.tags.get("natural") == "coastline" and len(way.rows) >= 2]
    if not ways or reading.box is None:
        return
    west, south, east, north = reading.box
    corners = projection.to_local([[west, south], [east, north]]).ravel()
    margin = 0.0 if reading.stated_box is not None else MARGIN
    box = shapely.box(*(corners + np.array([-margin, -margin, margin, margin])).tolist())
    coast = np.array([shapely.LineString(xy[way.rows]) for way in ways], dtype=object)
    inside = shapely.intersection(coast, box)
    if shapely.is_empty(inside).all():
        return
    edges = shapely.union_all(np.concatenate([inside, [box.exterior]]))
    faces = np.array(shapely.get_parts(shapely.polygonize(shapely.get_parts(edges))), dtype=object)
    water, land = _beside(coast, faces, right=True), _beside(coast, faces, right=False)
    for number, face in enumerate(
        faces[(water > 0) & (land < 0.1 * water)]
    ):  # else the coast ends in mid-water
        for polygon in parts(face):
            raw.areas.append(RawArea(f"{raw.name}:sea/{number}", polygon, LandUse.SEA))


def _beside(coast: NDArray[np.object_], faces: NDArray[np.object_], *, right: bool) -> Any:
    """(F,) metres of coast as drawn (an overlay may turn lines round) whose right or left bank lies in each face."""
    points, owner = shapely.get_coordinates(coast, return_index=True)
    whole = owner[1:] == owner[:-1]
    start, step = points[:-1][whole], np.diff(points, axis=0)[whole]
    length = np.hypot(step[:, 0], step[:, 1])
    long = length > 4 * _ASIDE
    start, step, length = start[long], step[long], length[long]
    turned = np.column_stack([step[:, 1], -step[:, 0]]) / length[:, None] * (_ASIDE if right else -_ASIDE)
    which, face = shapely.STRtree(faces).query(shapely.points(start + step / 2 + turned), predicate="within")
    return np.bincount(face, weights=length[which], minlength=len(faces))
