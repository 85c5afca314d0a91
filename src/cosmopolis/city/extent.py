"""How large a city may be. Grids over its ground are as large as it is, whatever few things span it."""

from __future__ import annotations

import numpy as np
import shapely

from cosmopolis.city.errors import BadInput
from cosmopolis.city.raw import RawCity

LARGEST = 300_000.0  # m, a side; farther out the plane is not true either


def expect_one_place(raw: RawCity) -> None:
    """Raises BadInput where the streets, buildings and areas of `raw` span more than LARGEST."""
    rows = [street.nodes for street in raw.streets]
    drawn = [raw.node_xy[np.unique(np.concatenate(rows))]] if rows else []
    shapes = [building.footprint for building in raw.buildings] + [area.polygon for area in raw.areas]
    if shapes:
        box = shapely.bounds(np.array(shapes, dtype=object))
        drawn += [box[:, :2], box[:, 2:]]
    if raw.bounds is not None:
        drawn.append(np.array(raw.bounds).reshape(2, 2))
    points = np.concatenate(drawn) if drawn else np.zeros((0, 2))
    points = points[np.isfinite(points).all(axis=1)]
    if not len(points):
        return
    expect_extent(raw.name, *np.ptp(points, axis=0).tolist())


def expect_extent(name: str, wide: float, tall: float) -> None:
    """Raises BadInput where a city of `wide` by `tall` metres is larger than one may be."""
    if max(wide, tall) > LARGEST:
        raise BadInput(
            f"{name} spans {wide / 1000:.0f} by {tall / 1000:.0f} km, and a city may be "
            f"{LARGEST / 1000:.0f} by {LARGEST / 1000:.0f} km at most; cut it with --clip west,south,east,north."
        )
