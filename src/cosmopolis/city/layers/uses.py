"""The use of a building where the source is silent: from the land it stands on, the places in it, and its size."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from cosmopolis.city.layers.polygons import Shapes
from cosmopolis.city.layers.streams import stream
from cosmopolis.city.model import Areas
from cosmopolis.city.words import BuildingUse as Use
from cosmopolis.city.words import LandUse

USE_ON: dict[LandUse, Use] = {
    LandUse.RESIDENTIAL: Use.RESIDENTIAL,
    LandUse.COMMERCIAL: Use.OFFICE,
    LandUse.RETAIL: Use.RETAIL,
    LandUse.INDUSTRIAL: Use.INDUSTRIAL,
    LandUse.CIVIC: Use.CIVIC,
    LandUse.EDUCATION: Use.SCHOOL,
    LandUse.HEALTH: Use.HOSPITAL,
    LandUse.TRANSPORT: Use.TRANSPORT,
    LandUse.SPORT: Use.SPORT,
}
SHED, LARGE = 35.0, 2_500.0  # m2: below it an outbuilding, above it hardly a dwelling
TALL = 60.0  # m
# Shares of uses in a mixed district, in order; the draw decides for buildings that nothing else tells about.
ORDINARY = ((Use.RESIDENTIAL, 0.62), (Use.MIXED, 0.23), (Use.OFFICE, 0.15))
BIG = ((Use.OFFICE, 0.5), (Use.RETAIL, 0.2), (Use.MIXED, 0.2), (Use.RESIDENTIAL, 0.1))


def uses_of(
    told: NDArray[np.uint8], footprint: Shapes, height: NDArray[np.float64], land: Areas, *, seed: int
) -> NDArray[np.uint8]:
    """(B,) the use told, or else a likely one."""
    use = told.copy()
    silent = np.flatnonzero(told == Use.UNKNOWN)
    if not len(silent):
        return use
    area = shapely.area(footprint[silent])
    big = (area > LARGE) | (height[silent] > TALL)
    draw = stream(seed, "uses").random(len(silent))
    guess = np.where(big, _drawn(draw, BIG), _drawn(draw, ORDINARY))
    on_land = _use_on(footprint[silent], land)
    guess = np.where(on_land != Use.UNKNOWN, on_land, guess)
    use[silent] = np.where(area < SHED, Use.OUTBUILDING, guess)
    return use


def _drawn(draw: NDArray[np.float64], shares: tuple[tuple[Use, float], ...]) -> NDArray[np.uint8]:
    uses = np.array([use for use, _ in shares], np.uint8)
    steps = np.cumsum([share for _, share in shares])[:-1]
    return uses[np.searchsorted(steps, draw, side="right")]


def _use_on(footprint: Shapes, land: Areas) -> NDArray[np.uint8]:
    """(N,) the use that the land tells, the smallest area first, or UNKNOWN."""
    use = np.full(len(footprint), Use.UNKNOWN, np.uint8)
    telling = np.flatnonzero(np.isin(land.kind, list(USE_ON)))
    if not len(telling):
        return use
    table = np.full(max(LandUse) + 1, Use.UNKNOWN, np.uint8)
    for kind, told in USE_ON.items():
        table[kind] = told
    polygons = land.polygon[telling]
    building, area = shapely.STRtree(polygons).query(shapely.centroid(footprint), predicate="intersects")
    order = np.argsort(-shapely.area(polygons[area]), kind="stable")  # the smallest is written last
    use[building[order]] = table[land.kind[telling[area[order]]]]
    return use
