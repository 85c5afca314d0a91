"""Polygons from rings of points, many at once, mended where they cross themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon

from cosmopolis.city.raw import Finding

SMALLEST = 1.0  # m²; anything less is a slip of the pen
Tell = Callable[[int, str], None]


def ring_polygons(rings: Sequence[NDArray[np.float64]]) -> NDArray[np.object_]:
    """One polygon a ring; rings are (n, 2) closed, n >= 4."""
    if not rings:
        return np.zeros(0, dtype=object)
    return shapely.polygons(ring_geometries(rings))


def ring_geometries(rings: Sequence[NDArray[np.float64]]) -> NDArray[np.object_]:
    owner = np.repeat(np.arange(len(rings)), [len(ring) for ring in rings])
    return shapely.linearrings(np.concatenate(rings), indices=owner)


def parts(geometry: Any) -> list[Polygon]:
    """The polygons in any geometry, the largest first, without crumbs."""
    if geometry is None or geometry.is_empty:
        return []
    found = [part for part in shapely.get_parts(shapely.get_parts(geometry)) if isinstance(part, Polygon)]
    found = [part for part in found if part.area >= SMALLEST]
    return sorted(found, key=lambda part: -part.area)


def mended(
    polygons: NDArray[np.object_], where: Sequence[str], findings: list[Finding]
) -> list[list[Polygon]]:
    """For each polygon its valid parts, the largest first; what was mended or dropped is told."""
    valid = shapely.is_valid(polygons)
    area = shapely.area(polygons)
    out: list[list[Polygon]] = []
    for i, polygon in enumerate(polygons):
        if valid[i] and area[i] >= SMALLEST:
            out.append([polygon] if polygon.geom_type == "Polygon" else parts(polygon))
        elif valid[i]:
            out.append([])
            findings.append(Finding("tiny-outline", where[i], "its outline encloses no ground; left out"))
        else:
            good = parts(shapely.make_valid(polygon, method="structure", keep_collapsed=False))
            out.append(good)
            told = (
                "its outline crosses itself; mended" if good else "its outline encloses no ground; left out"
            )
            findings.append(Finding("self-crossing", where[i], told))
    return out
