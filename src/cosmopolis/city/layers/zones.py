"""Zones: squares of ground with the people who live and the jobs that are in their buildings."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from cosmopolis.city.model import Buildings, Zones
from cosmopolis.city.words import BuildingUse, LandUse, Provenance

CELL = 250.0  # m
PARTY = 0.85  # share of gross floor area that is lived or worked in

# Gross floor area (m2) of one resident and of one job, by use; 0: none. Dwellings as in large Chinese cities
# (some 32 m2 of living area a head), work places as planners count them.
RESIDENT_AREA = {BuildingUse.RESIDENTIAL: 38.0, BuildingUse.MIXED: 55.0, BuildingUse.UNKNOWN: 90.0}
JOB_AREA = {
    BuildingUse.OFFICE: 22.0,
    BuildingUse.RETAIL: 40.0,
    BuildingUse.INDUSTRIAL: 90.0,
    BuildingUse.SCHOOL: 90.0,
    BuildingUse.HOSPITAL: 45.0,
    BuildingUse.HOTEL: 90.0,
    BuildingUse.CULTURE: 120.0,
    BuildingUse.TRANSPORT: 120.0,
    BuildingUse.CIVIC: 35.0,
    BuildingUse.WORSHIP: 400.0,
    BuildingUse.SPORT: 200.0,
    BuildingUse.MIXED: 70.0,
    BuildingUse.UNKNOWN: 90.0,
    BuildingUse.RESIDENTIAL: 900.0,
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
    """(B,) m2 of gross floor area; 0 for a part, which its whole counts."""
    area = shapely.area(buildings.footprint) * np.maximum(1, buildings.floors)
    return np.where(buildings.part_of >= 0, 0.0, area)


def residents_and_jobs(buildings: Buildings) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(B,) people who live and (B,) jobs that are in each building, estimated from floor area and use."""
    area = floor_area(buildings)
    return area * _per_area(RESIDENT_AREA)[buildings.use], area * _per_area(JOB_AREA)[buildings.use]


def build_zones(buildings: Buildings) -> Zones:
    """The squares that hold a building, each building in exactly one of them by its centroid."""
    residents, jobs = residents_and_jobs(buildings)
    centre = shapely.get_coordinates(shapely.centroid(buildings.footprint))
    cells, zone = np.unique(np.floor(centre / CELL).astype(np.int64), axis=0, return_inverse=True)
    zone = zone.reshape(-1)
    corner = cells * CELL
    count = len(cells)
    return Zones(
        polygon=shapely.box(corner[:, 0], corner[:, 1], corner[:, 0] + CELL, corner[:, 1] + CELL),
        kind=_main_kind(buildings, zone, count),
        residents=np.bincount(zone, residents, count).astype(np.float32),
        jobs=np.bincount(zone, jobs, count).astype(np.float32),
        provenance=np.full(count, Provenance.MODELLED, np.uint8),
    )


def _per_area(area_of: dict[BuildingUse, float]) -> NDArray[np.float64]:
    """(uses,) people a m2 of gross floor area."""
    table = np.zeros(len(BuildingUse))
    for use, area in area_of.items():
        table[use] = PARTY / area
    return table


def _main_kind(buildings: Buildings, zone: NDArray[np.int64], count: int) -> NDArray[np.uint8]:
    """(Z,) the kind with the most floor area."""
    kind_of = np.array([KIND_OF.get(use, LandUse.UNKNOWN) for use in BuildingUse])
    kinds = max(LandUse) + 1
    kind = kind_of[buildings.use]
    area = np.bincount(zone * kinds + kind, floor_area(buildings), count * kinds).reshape(count, kinds)
    return area.argmax(axis=1).astype(np.uint8)
