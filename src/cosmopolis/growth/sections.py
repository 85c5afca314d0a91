"""Cross-sections: how wide a street of a kind is, and how fast."""

from __future__ import annotations

from cosmopolis.city.words import StreetKind
from cosmopolis.growth.fabric import Way

S = StreetKind
LANE = {S.MOTORWAY: 3.75, S.MOTORWAY_LINK: 3.75, S.TRUNK: 3.5, S.PRIMARY: 3.5, S.SECONDARY: 3.35, S.TERTIARY: 3.3,
        S.UNCLASSIFIED: 3.3, S.RESIDENTIAL: 3.1, S.LIVING_STREET: 2.8, S.SERVICE: 3.0, S.RACEWAY: 13.0}  # fmt: skip
SPEED = {S.MOTORWAY: 100, S.MOTORWAY_LINK: 50, S.TRUNK: 70, S.PRIMARY: 60, S.SECONDARY: 50, S.TERTIARY: 40,
         S.UNCLASSIFIED: 40, S.RESIDENTIAL: 30, S.LIVING_STREET: 20, S.SERVICE: 20, S.RACEWAY: 200}  # fmt: skip
WALK = {
    S.TRUNK: 5.0,
    S.PRIMARY: 4.5,
    S.SECONDARY: 4.0,
    S.TERTIARY: 3.2,
    S.UNCLASSIFIED: 2.6,
    S.RESIDENTIAL: 2.6,
}
CYCLE = 3.0  # m, a cycle lane beside the carriageway


def speed(kind: StreetKind) -> float:
    """m/s"""
    return SPEED.get(kind, 20) / 3.6


def has_cycle_lanes(kind: StreetKind) -> bool:
    return kind in (S.TRUNK, S.PRIMARY, S.SECONDARY)


def carriage_half(way: Way) -> float:
    """m from the centre line to the kerb, cycle lanes counted, with room for one turning lane on main streets."""
    lanes = sum(way.lanes) + (1 if way.kind <= S.SECONDARY else 0)
    return lanes * LANE.get(way.kind, 3.0) / 2 + (CYCLE if has_cycle_lanes(way.kind) else 0.3)


def corridor_half(way: Way) -> float:
    """m from the centre line to where private ground begins."""
    return carriage_half(way) + WALK.get(way.kind, 1.2)
