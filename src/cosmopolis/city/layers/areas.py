"""Land use, green and water: valid polygons inside the city, told apart by their kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress

import numpy as np
from numpy.typing import NDArray
from shapely import Polygon

from cosmopolis.city.layers.polygons import Bounds, as_shapes, clipped, sound, suffixes
from cosmopolis.city.model import Areas
from cosmopolis.city.raw import Finding, RawArea
from cosmopolis.city.words import LandUse

LEAST_AREA = 1.0  # m2
GREEN, WATER = LandUse.PARK, LandUse.RIVER  # the first code of each block of kinds


@dataclass(frozen=True)
class Ground:
    land_use: Areas
    green: Areas
    water: Areas


def build_areas(
    raw: Sequence[RawArea], bounds: Bounds, boundary: Polygon | None = None
) -> tuple[Ground, list[Finding]]:
    """The three layers, and what had to be mended."""
    shapes = as_shapes([area.polygon for area in raw])
    found = sound(shapes, least_area=LEAST_AREA)
    inside = clipped(found, bounds, boundary)
    rows, kind = [raw[row] for row in inside.row], np.array([raw[row].kind for row in inside.row], np.uint8)
    every = Areas(
        key=[area.key + suffix for area, suffix in zip(rows, suffixes(inside.row))],
        name=[area.name for area in rows],
        kind=kind,
        polygon=inside.polygon,
        provenance=np.array([area.provenance for area in rows], np.uint8),
    )
    ground = Ground(
        land_use=select(every, kind < GREEN),
        green=select(every, (kind >= GREEN) & (kind < WATER)),
        water=select(every, kind >= WATER),
    )
    return ground, [_mended(raw[row], row, set(inside.row.tolist())) for row in found.mended]


def select(areas: Areas, mask: NDArray[np.bool_]) -> Areas:
    """The areas where `mask` (A,) is true."""
    return Areas(
        key=tuple(compress(areas.key, mask)),
        name=tuple(compress(areas.name, mask)),
        kind=areas.kind[mask],
        polygon=areas.polygon[mask],
        provenance=areas.provenance[mask],
    )


def _mended(area: RawArea, row: int, kept: set[int]) -> Finding:
    if row in kept:
        return Finding("area-mended", area.key, "Its outline crosses itself; it was mended.")
    return Finding(
        "area-dropped", area.key, "Its outline crosses itself and encloses nothing inside the city."
    )
