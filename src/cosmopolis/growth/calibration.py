"""Floors are added or taken until the homes hold as many people as the brief asks for."""

from __future__ import annotations

import numpy as np

from cosmopolis.city.raw import RawBuilding
from cosmopolis.city.words import BuildingUse

FLOOR_AREA = 40.0  # m2 of gross floor area a person: what Chinese towns have
ROOM = (33.0, 47.0)  # m2 a person, the most that this may bend
RANGES = ((2, 3, 2, 4), (4, 7, 4, 7), (8, 13, 7, 14), (14, 99, 12, 34))  # floors now -> floors allowed


def residents(buildings: list[RawBuilding], floor_area: float = FLOOR_AREA) -> float:
    """People that live in the residential floor area."""
    return (
        sum(b.footprint.area * b.floors for b in buildings if b.use == BuildingUse.RESIDENTIAL) / floor_area
    )


def calibrate(buildings: list[RawBuilding], population: int) -> tuple[int, float]:
    """Changes floors of houses by one common factor; returns residents and the m2 each has."""
    homes = [b for b in buildings if b.use == BuildingUse.RESIDENTIAL]
    if not homes:
        return 0, FLOOR_AREA
    area = np.array([b.footprint.area for b in homes])
    floors = np.array([b.floors for b in homes], dtype=float)
    low, high = floors.copy(), floors.copy()
    for first, last, least, most in RANGES:
        row = (
            (floors >= first)
            & (floors <= last)
            & np.array([b.roof_height < 2.1 or b.floors > 3 for b in homes])
        )
        low[row], high[row] = least, most

    def grown(factor: float) -> np.ndarray:
        return np.clip(np.round(floors * factor), low, high)

    a, b = 0.4, 2.5
    for _ in range(24):
        middle = (a + b) / 2
        a, b = (middle, b) if float((area * grown(middle)).sum()) < population * FLOOR_AREA else (a, middle)
    for home, n in zip(homes, grown((a + b) / 2)):
        if home.floors != int(n):
            home.height += 3.0 * (int(n) - home.floors)
            home.floors = int(n)
    each = float(np.clip((area * grown((a + b) / 2)).sum() / population, *ROOM))
    return round(residents(buildings, each)), each
