"""How many people live and work in each building, from its floor area and use."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from cosmopolis.city.model import City
from cosmopolis.city.words import BuildingUse as Use

RESIDENT_FLOOR = (
    34.0  # m2 of gross floor a resident (urban China about 38 m2 of dwelling in 2020; part stands empty)
)
JOB_FLOOR = {  # m2 of gross floor a job
    Use.OFFICE: 22.0,
    Use.RETAIL: 40.0,
    Use.INDUSTRIAL: 75.0,
    Use.SCHOOL: 110.0,
    Use.HOSPITAL: 45.0,
    Use.HOTEL: 70.0,
    Use.CULTURE: 90.0,
    Use.TRANSPORT: 120.0,
    Use.CIVIC: 40.0,
    Use.SPORT: 150.0,
    Use.WORSHIP: 200.0,
    Use.MIXED: 80.0,
    Use.UNKNOWN: 150.0,
}
VISIT_WEIGHT = {  # visits a m2 of floor, against retail = 1
    Use.RETAIL: 1.0,
    Use.MIXED: 0.35,
    Use.CULTURE: 0.5,
    Use.SCHOOL: 0.5,
    Use.HOSPITAL: 0.7,
    Use.SPORT: 0.5,
    Use.HOTEL: 0.3,
    Use.TRANSPORT: 0.5,
    Use.CIVIC: 0.4,
    Use.WORSHIP: 0.3,
    Use.RESIDENTIAL: 0.05,
    Use.OFFICE: 0.08,
}


@dataclass(frozen=True)
class Population:
    """Per building; a building that no car reaches (lane -1) has none of them in its trips."""

    residents: NDArray[np.float64]  # (B,)
    jobs: NDArray[np.float64]  # (B,)
    visits: NDArray[np.float64]  # (B,) attraction weight of trips that are neither home nor work


def populate(city: City) -> Population:
    """Residents, jobs and visits of every building; scaled to the city's stated population where it has one."""
    buildings = city.buildings
    floor = shapely.area(buildings.footprint) * np.maximum(buildings.floors, 1)
    floor[np.unique(buildings.part_of[buildings.part_of >= 0])] = 0.0  # a whole is counted by its parts
    use = buildings.use
    dwelling = np.where(use == Use.RESIDENTIAL, 1.0, np.where(use == Use.MIXED, 0.5, 0.0))
    residents = floor * dwelling / RESIDENT_FLOOR
    stated = float(city.notes.get("population", 0) or 0)
    if stated > 0 and residents.sum() > 0:
        residents *= stated / residents.sum()
    jobs = floor / _by_use(use, JOB_FLOOR, np.inf)
    return Population(residents, jobs, floor * _by_use(use, VISIT_WEIGHT, 0.0))


def _by_use(use: NDArray[np.uint8], table: dict[Use, float], other: float) -> NDArray[np.float64]:
    values = np.full(max(Use) + 1, other)
    for key, value in table.items():
        values[key] = value
    return values[use]
