"""Places, and the building that each is in."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from cosmopolis.city.layers.polygons import Bounds
from cosmopolis.city.model import Buildings, Places
from cosmopolis.city.raw import RawPlace

AT_THE_DOOR = 3.0  # m: a place drawn on the pavement before its shop


def build_places(raw: Sequence[RawPlace], buildings: Buildings, bounds: Bounds) -> Places:
    """The places inside `bounds`."""
    west, south, east, north = bounds
    rows = [place for place in raw if west <= place.xy[0] <= east and south <= place.xy[1] <= north]
    xy = np.array([place.xy for place in rows], np.float64).reshape(-1, 2)
    return Places(
        key=tuple(place.key for place in rows),
        name=tuple(place.name for place in rows),
        name_en=tuple(place.name_en for place in rows),
        kind=tuple(place.kind for place in rows),
        xy=xy,
        building=_building_at(xy, buildings),
        provenance=np.array([place.provenance for place in rows], np.uint8),
    )


def _building_at(xy: np.ndarray, buildings: Buildings) -> np.ndarray:
    """(P,) the nearest building within AT_THE_DOOR, the whole and not one of its parts, or -1."""
    inside = np.full(len(xy), -1, np.int32)
    if len(xy) and len(buildings):
        place, building = shapely.STRtree(buildings.footprint).query_nearest(
            shapely.points(xy), max_distance=AT_THE_DOOR, all_matches=False
        )
        inside[place] = building
        part = inside >= 0
        whole = buildings.part_of[inside[part]]
        inside[part] = np.where(whole >= 0, whole, inside[part])
    return inside
