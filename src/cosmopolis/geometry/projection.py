"""Between WGS84 degrees and the local plane: metres east and north of the city's origin."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyproj import CRS, Transformer


@dataclass(frozen=True)
class Projection:
    """A transverse Mercator plane centred on (lon, lat) degrees, scale 1 at the origin.

    Within 20 km of the origin lengths are true to 5 parts in a million.
    """

    lon: float
    lat: float

    @cached_property
    def crs(self) -> CRS:
        lon, lat = float(self.lon), float(self.lat)  # a NumPy number would print its type
        return CRS.from_proj4(
            f"+proj=tmerc +lat_0={lat!r} +lon_0={lon!r} +k=1 +x_0=0 +y_0=0 +datum=WGS84 +units=m +no_defs"
        )

    @cached_property
    def _transformer(self) -> Transformer:
        return Transformer.from_crs("OGC:CRS84", self.crs, always_xy=True)

    def to_local(self, lonlat: ArrayLike) -> NDArray[np.float64]:
        """(N, 2) degrees -> (N, 2) metres east, north."""
        return self._apply(lonlat, "FORWARD")

    def to_lonlat(self, xy: ArrayLike) -> NDArray[np.float64]:
        """(N, 2) metres east, north -> (N, 2) degrees."""
        return self._apply(xy, "INVERSE")

    def _apply(self, points: ArrayLike, direction: str) -> NDArray[np.float64]:
        array = np.asarray(points, dtype=np.float64).reshape(-1, 2)
        x, y = self._transformer.transform(array[:, 0], array[:, 1], direction=direction)
        return np.column_stack([x, y])
