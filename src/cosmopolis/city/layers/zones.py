"""Zones: squares of ground with the people who live and the jobs that are in their buildings."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from cosmopolis.city.layers.polygons import centres
from cosmopolis.city.model import Buildings, Zones
from cosmopolis.city.words import BuildingUse, LandUse, Provenance

CELL = 250.0  # m

# Gross floor area (m2) of one resident (urban China has about 38 m2 of dwelling a head, and part stands empty)
# and of one job, by use, as planners count them; a use that is not named has none.
RESIDENT_FLOOR = {BuildingUse.RESIDENTIAL: 34.0, BuildingUse.MIXED: 68.0}
JOB_FLOOR = {
    BuildingUse.OFFICE: 22.0,
    BuildingUse.RETAIL: 40.0,
    BuildingUse.INDUSTRIAL: 75.0,
    BuildingUse.SCHOOL: 110.0,
    BuildingUse.HOSPITAL: 45.0,
    BuildingUse.HOTEL: 70.0,
    BuildingUse.CULTURE: 90.0,
    BuildingUse.TRANSPORT: 120.0,
    BuildingUse.CIVIC: 40.0,
    BuildingUse.SPORT: 150.0,
    BuildingUse.WORSHIP: 200.0,
    BuildingUse.MIXED: 80.0,
    BuildingUse.UNKNOWN: 150.0,
}
KIND_OF = {
    BuildingUse.RESIDENTIAL: LandUse.RESIDENTIAL,
    BuildingUse.OFFICE: LandUse.COMMERCIAL,
    BuildingUse.RETAIL: LandUse.RETAIL,
    BuildingUse.INDUSTRIAL: LandUse.INDUSTRIAL,
    BuildingUse.SCHOOL: LandUse.EDUCATION,
    BuildingUse.HOSPITAL: LandUse.HEALTH,
    BuildingUse.HOTEL: LandUse.COMMERCIAL,
    BuildingUse.CULTURE: LandUse.CIVIC,
    BuildingUse.TRANSPORT: LandUse.TRANSPORT,
    BuildingUse.CIVIC: LandUse.CIVIC,
    BuildingUse.WORSHIP: LandUse.CIVIC,
    BuildingUse.SPORT: LandUse.SPORT,
    BuildingUse.PARKING: LandUse.PARKING,
    BuildingUse.MIXED: LandUse.COMMERCIAL,
}


def floor_area(buildings: Buildings) -> NDArray[np.float64]:
    """(B,) m2 of gross floor area; 0 for a whole that has parts, which count it."""
    area = shapely.area(buildings.footprint) * np.maximum(1, buildings.floors)
    area[buildings.part_of[buildings.part_of >= 0]] = 0.0
    return area


def residents_and_jobs(buildings: Buildings) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(B,) people who live and (B,) jobs that are in each building, estimated from floor area and use."""
    area = floor_area(buildings)
    return area * _per_floor(RESIDENT_FLOOR)[buildings.use], area * _per_floor(JOB_FLOOR)[buildings.use]


def build_zones(buildings: Buildings, population: float = 0.0) -> Zones:
    """The squares that hold a building, each building in exactly one of them by its centroid.

    Residents are scaled to `population` where it is known (above 0).
    """
    residents, jobs = residents_and_jobs(buildings)
    if population > 0 and residents.sum() > 0:
        residents *= population / residents.sum()
    centre = centres(buildings.footprint)
    cells, zone = np.unique(np.floor(centre / CELL).astype(np.int64), axis=0, return_inverse=True)
    zone = zone.reshape(-1)
    corner = cells * CELL
    count = len(cells)
    return Zones(
        polygon=shapely.box(corner[:, 0], corner[:, 1], corner[:, 0] + CELL, corner[:, 1] + CELL),
        kind=_main_kind(buildings, zone, count),
        residents=np.bincount(zone, residents, count).astype(np.float32),
        jobs=np.bincount(zone, jobs, count).astype(np.float32),
        provenance=_zone_provenance(buildings, zone, count),
    )


def _zone_provenance(buildings: Buildings, zone: NDArray[np.int64], count: int) -> NDArray[np.uint8]:
    """(Z,) counts are modelled, and invented where all the buildings are."""
    least = np.full(count, Provenance.INVENTED, np.uint8)
    np.minimum.at(least, zone, buildings.provenance)
    return np.maximum(least, np.uint8(Provenance.MODELLED))


def _per_floor(floor_of: dict[BuildingUse, float]) -> NDArray[np.float64]:
    """(uses,) people a m2 of gross floor area."""
    table = np.zeros(len(BuildingUse))
    for use, floor in floor_of.items():
        table[use] = 1.0 / floor
    return table


def _main_kind(buildings: Buildings, zone: NDArray[np.int64], count: int) -> NDArray[np.uint8]:
    """(Z,) the kind with the most floor area."""
    kind_of = np.array([KIND_OF.get(use, LandUse.UNKNOWN) for use in BuildingUse])
    kinds = max(LandUse) + 1
    kind = kind_of[buildings.use]
    area = np.bincount(zone * kinds + kind, floor_area(buildings), count * kinds).reshape(count, kinds)
    return area.argmax(axis=1).astype(np.uint8)
