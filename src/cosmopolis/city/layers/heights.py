"""Heights, floors and roofs of buildings where the source is silent: from floors, from use, from the neighbours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from cosmopolis.city.layers.polygons import Shapes
from cosmopolis.city.layers.streams import stream
from cosmopolis.city.model import F64
from cosmopolis.city.words import BuildingUse, Roof

GROUND_FLOOR = 0.8  # m that the ground floor is higher than the others
NEIGHBOURS, NEAR = 7, 250.0  # how many neighbours of known height count, and within how many metres
LEAST_NEIGHBOURS = 3
SPREAD = 0.18  # of the logarithm of a guessed height
PITCH = 0.35  # roof rise by half of the shorter side times two, about 35 degrees
ROOF_RISE = (0.8, 6.0)  # m

# Storey height (m) and usual floors by use.
STOREY = {
    BuildingUse.OFFICE: 3.8,
    BuildingUse.RETAIL: 4.5,
    BuildingUse.INDUSTRIAL: 6.0,
    BuildingUse.SCHOOL: 3.6,
    BuildingUse.HOSPITAL: 3.9,
    BuildingUse.HOTEL: 3.4,
    BuildingUse.CULTURE: 5.0,
    BuildingUse.TRANSPORT: 5.0,
    BuildingUse.CIVIC: 3.8,
    BuildingUse.WORSHIP: 6.0,
    BuildingUse.SPORT: 5.0,
}
USUAL_STOREY = 3.2
FLOORS = {
    BuildingUse.RESIDENTIAL: 6,
    BuildingUse.OFFICE: 9,
    BuildingUse.RETAIL: 3,
    BuildingUse.INDUSTRIAL: 2,
    BuildingUse.SCHOOL: 4,
    BuildingUse.HOSPITAL: 6,
    BuildingUse.HOTEL: 9,
    BuildingUse.CULTURE: 3,
    BuildingUse.TRANSPORT: 2,
    BuildingUse.CIVIC: 4,
    BuildingUse.WORSHIP: 2,
    BuildingUse.SPORT: 2,
    BuildingUse.PARKING: 3,
    BuildingUse.MIXED: 6,
    BuildingUse.OUTBUILDING: 1,
}
USUAL_FLOORS = 5


@dataclass(frozen=True)
class Drawn:
    """What the source says of B buildings; 0 where it is silent."""

    footprint: Shapes
    height: F64  # m
    floors: NDArray[np.int64]
    use: NDArray[np.uint8]
    base: F64  # m


def storey_of(use: NDArray[np.uint8]) -> F64:
    """(B,) m from floor to floor."""
    table = np.array([STOREY.get(code, USUAL_STOREY) for code in BuildingUse])
    return table[use]


def height_of(drawn: Drawn, *, seed: int) -> tuple[F64, NDArray[np.bool_]]:
    """(B,) m to the top of the walls, and whether the source says it itself."""
    measured = drawn.height > 0
    storey = storey_of(drawn.use)
    by_floors = drawn.base + drawn.floors * storey + GROUND_FLOOR
    told = measured | (drawn.floors > 0)
    height = np.where(measured, drawn.height, by_floors)
    silent = np.flatnonzero(~told)
    if len(silent):
        height[silent] = _guessed(drawn, height, told, silent, seed)
    return np.maximum(height, drawn.base + 0.5), measured


def floors_of(drawn: Drawn, height: F64) -> NDArray[np.int16]:
    """(B,) as told, else as many as the height has room for."""
    room = np.round((height - drawn.base - GROUND_FLOOR) / storey_of(drawn.use))
    return np.where(drawn.floors > 0, drawn.floors, np.maximum(1, room)).astype(np.int16)


def roof_height_of(roof: NDArray[np.uint8], told: F64, footprint: Shapes) -> NDArray[np.float32]:
    """(B,) m of the roof on top of the walls; a pitched roof without a height rises with its shorter side."""
    flat = (roof == Roof.FLAT) | (roof == Roof.MESH)
    rise = np.zeros(len(roof))
    unknown = np.flatnonzero(~flat & (told <= 0))
    rise[unknown] = np.clip(PITCH * shorter_side(footprint[unknown]), *ROOF_RISE)
    return np.where(flat, 0.0, np.where(told > 0, told, rise)).astype(np.float32)


def shorter_side(footprint: Shapes) -> F64:
    """(B,) m: the shorter side of the rectangle with the footprint's area and half its perimeter."""
    half = shapely.length(footprint) / 2
    return (half - np.sqrt(np.maximum(half**2 - 4 * shapely.area(footprint), 0.0))) / 2


def _guessed(drawn: Drawn, height: F64, told: NDArray[np.bool_], silent: NDArray, seed: int) -> F64:
    """Heights of `silent` rows: usual floors for the use, drawn halfway to what the neighbours are."""
    use, area = drawn.use[silent], shapely.area(drawn.footprint[silent])
    usual = np.array([FLOORS.get(code, USUAL_FLOORS) for code in BuildingUse])[use]
    floors = np.maximum(1.0, np.minimum(usual, 1.0 + np.sqrt(area) / 5.0))  # small footprints stay low
    guess = np.log(floors * storey_of(use) + GROUND_FLOOR)
    around, known = _around(drawn, height, told, silent)
    steady = use != BuildingUse.OUTBUILDING
    guess = np.where(known & steady, (guess + around) / 2, guess)
    guess += np.clip(stream(seed, "heights").normal(0.0, SPREAD, len(silent)), -0.4, 0.4) * steady
    storey = storey_of(use)
    return (
        drawn.base[silent]
        + np.maximum(1.0, np.round(np.exp(guess) / storey)) * storey
        + GROUND_FLOOR * steady
    )


def _around(
    drawn: Drawn, height: F64, told: NDArray[np.bool_], silent: NDArray
) -> tuple[F64, NDArray[np.bool_]]:
    """Median logarithm of the neighbours' heights, and whether there are enough of them."""
    known = np.flatnonzero(told)
    if len(known) < LEAST_NEIGHBOURS:
        return np.zeros(len(silent)), np.zeros(len(silent), np.bool_)
    centre = shapely.get_coordinates(shapely.centroid(drawn.footprint))
    distance, nearest = cKDTree(centre[known]).query(centre[silent], NEIGHBOURS, distance_upper_bound=NEAR)
    found = np.isfinite(distance)
    logs = np.append(np.log(height[known]), np.nan)[np.where(found, nearest, len(known))]
    enough = found.sum(axis=1) >= LEAST_NEIGHBOURS
    around = np.zeros(len(silent))
    around[enough] = np.nanmedian(logs[enough], axis=1)
    return around, enough
