"""What each block of a district is for: housing of some kind, and between it what a neighbourhood needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
import shapely
from numpy.random import Generator
from numpy.typing import NDArray

from cosmopolis.city.words import StreetKind
from cosmopolis.growth.brief import Brief
from cosmopolis.growth.districts import District, Estate
from cosmopolis.growth.fabric import Fabric, Way
from cosmopolis.growth.plan import Plan
from cosmopolis.growth.subdivision import Grain, cut_across
from cosmopolis.growth.water import Water


class Use(IntEnum):
    """Programme of a lot."""

    OPEN = 0
    VILLAS = 1
    WALK_UPS = 2
    SLABS = 3
    TOWERS = 4
    OLD_HOUSES = 5
    HIGH_STREET = 6
    MALL = 7
    PLAZA = 8
    OFFICES = 9
    HOTEL = 10
    EXPO = 11
    INDUSTRY = 12
    PLANT = 13
    CIRCUIT = 14
    LAKE = 15
    CAMPUS = 16
    HOSPITAL = 17
    STADIUM = 18
    SCHOOL = 19
    KINDERGARTEN = 20
    PARK = 21
    MARKET = 22
    TEMPLE = 23
    EMERGENCY = 24
    TOWN_HALL = 25
    LIBRARY = 26
    SHOWROOMS = 27
    PARKING = 28
    RESERVE = 29
    FARMLAND = 30
    RIVERSIDE = 31
    BELT = 32
    CANAL = 33
    RESEARCH = 34
    LOGISTICS = 35


HOMES = (Use.VILLAS, Use.WALK_UPS, Use.SLABS, Use.TOWERS)


@dataclass
class Lot:
    faces: list[int]
    district: District
    use: Use
    polygon: shapely.Polygon  # between street centre lines
    blocks: list[shapely.Polygon] = field(default_factory=list)  # between kerbs, once drawn
    name: tuple[str, str] = ("", "")

    @property
    def middle(self) -> NDArray[np.float64]:
        return shapely.get_coordinates(shapely.centroid(self.polygon))[0]


PLAIN = {
    District.COUNTRY: Use.FARMLAND, District.RIVERSIDE: Use.RIVERSIDE, District.OLD_TOWN: Use.OLD_HOUSES,
    District.CENTRE: Use.HIGH_STREET, District.OFFICES: Use.OFFICES, District.EXPO: Use.EXPO,
    District.HOUSING: Use.WALK_UPS, District.INDUSTRY: Use.INDUSTRY, District.PLANT: Use.PLANT,
    District.CIRCUIT: Use.CIRCUIT, District.LAKE: Use.LAKE, District.CAMPUS: Use.CAMPUS,
    District.STADIUM: Use.STADIUM, District.RESERVE: Use.RESERVE, District.BELT: Use.BELT,
    District.CANAL: Use.CANAL, District.HOSPITAL: Use.HOSPITAL,
}  # fmt: skip


def plan_lots(
    brief: Brief, plan: Plan, water: Water, fabric: Fabric, blocks: list[tuple[int, Estate]]
) -> list[Lot]:
    """One lot a face of the fabric, with its use."""
    lots = [
        Lot([face], estate.district, PLAIN[estate.district], fabric.polygon(face)) for face, estate in blocks
    ]
    rng = brief.rng("lots")
    heart = plan.warp(np.array([[plan.main_u, plan.main_v]]))[0]
    avenue = shapely.LineString(plan.on_ground(plan.main_u, -plan.bounds[3], plan.main_u, plan.bounds[3]))
    _limit_offices(brief, lots, heart)
    for use, lot, size in _facilities(brief, lots, heart, water, rng):
        lots += _trimmed(fabric, lot, use, size, rng)
    _homes(lots, avenue, heart, rng)
    return lots


def _limit_offices(brief: Brief, lots: list[Lot], heart: NDArray) -> None:
    """The business quarter keeps what the town fills with offices; its outer blocks are for living."""
    offices = [lot for lot in lots if lot.district == District.OFFICES]
    room = OFFICE_GROUND * brief.population
    for lot in sorted(offices, key=lambda lot: float(np.hypot(*(lot.middle - heart)))):
        if room < 0:
            lot.district, lot.use = District.HOUSING, PLAIN[District.HOUSING]
        room -= lot.polygon.area


OFFICE_GROUND = 2.6  # m2 of ground for offices a person
TRIM = Grain(1.0, 62, (StreetKind.RESIDENTIAL,), spacing=48.0, wander=0.04, shift=0.06, joining=0.4)


def _trimmed(fabric: Fabric, lot: Lot, use: Use, size: float, rng: Generator) -> list[Lot]:
    """Cuts a lot that is much larger than its use needs; returns what is left over as lots of their own."""
    rest = []
    while lot.polygon.area > 1.85 * size:
        cut = None
        for attempt in range(4):
            face = lot.faces[0]
            cut = cut_across(fabric, face, fabric.ring(face), Way(StreetKind.RESIDENTIAL), TRIM, rng, attempt)
            if cut:
                break
        if cut is None:
            break
        halves = sorted(cut, key=lambda face: (_awkward(fabric, face, size), face))
        lot.faces, lot.polygon = [halves[0]], fabric.polygon(halves[0])
        rest.append(Lot([halves[1]], lot.district, PLAIN[lot.district], fabric.polygon(halves[1])))
    return rest


def _awkward(fabric: Fabric, face: int, size: float) -> float:
    polygon = fabric.polygon(face)
    return abs(float(np.log(polygon.area / size))) + 2.0 * (1.0 - _fill(polygon))


def _fill(polygon: shapely.Polygon) -> float:
    """How much of its smallest rectangle a polygon fills."""
    return float(polygon.area / shapely.oriented_envelope(polygon).area)


def _facilities(brief: Brief, lots: list[Lot], heart: NDArray, water: Water,
                rng: Generator) -> list[tuple[Use, Lot, float]]:  # fmt: skip
    """Schools, parks, markets and the like, each taking the block that suits it best: (use, lot, m2 needed)."""
    people = brief.population
    homes = [lot for lot in lots if lot.district == District.HOUSING]
    if len(homes) < 12:  # a small town's schools stand wherever there is room
        other = (District.CENTRE, District.OFFICES, District.RESERVE, District.OLD_TOWN)
        homes += sorted((lot for lot in lots if lot.district in other), key=lambda lot: -lot.polygon.area)
    centre = [lot for lot in lots if lot.district == District.CENTRE]
    old = [lot for lot in lots if lot.district == District.OLD_TOWN]
    offices = [lot for lot in lots if lot.district == District.OFFICES]
    industry = [lot for lot in lots if lot.district == District.INDUSTRY]

    def near(lot: Lot) -> float:
        return float(np.hypot(*(lot.middle - heart)))

    def by_river(lot: Lot) -> float:
        return float(shapely.distance(lot.polygon, water.river))

    def outward(lot: Lot) -> float:
        return -near(lot)

    campus = [lot for lot in lots if lot.district == District.CAMPUS]
    fields = [lot for lot in lots if lot.district == District.STADIUM]
    for spare in (campus, fields):
        for lot in sorted(spare, key=lambda lot: -lot.polygon.area * _fill(lot.polygon))[1:]:
            lot.district, lot.use = District.RESERVE, Use.RESERVE
    out: list[tuple[Use, Lot, float]] = []
    out += _take(homes, Use.HOSPITAL, 1, 45_000, near)
    out += _spread(homes, Use.SCHOOL, max(1, round(people / 9_000)), 32_000, rng)
    out += _spread(homes, Use.PARK, max(1, round(people / 10_000)), 22_000, rng)
    out += _spread(homes, Use.KINDERGARTEN, max(1, round(people / 11_000)), 12_000, rng)
    out += _spread(homes, Use.MARKET, max(1, round(people / 25_000)), 14_000, rng)
    out += _take(homes, Use.EMERGENCY, 1, 14_000, near)
    out += _take(centre, Use.PLAZA, 1, 14_000, near)
    out += _take(centre, Use.MALL, max(1, round(people / 30_000)), 30_000, near)
    out += _take(centre, Use.HOTEL, 1, 14_000, near)
    out += _take(centre, Use.TOWN_HALL, 1, 20_000, outward)
    out += _take(centre, Use.LIBRARY, 1, 16_000, by_river)
    out += _take(centre, Use.PARKING, 1, 9_000, near)
    out += _take(old, Use.TEMPLE, 1, 9_000, by_river)
    out += _take(old, Use.PARK, 1, 7_000, outward)
    out += _take(offices, Use.HOTEL, 1, 14_000, near)
    out += _take(offices, Use.PARK, 1, 14_000, outward)
    out += _take(industry, Use.SHOWROOMS, max(1, len(industry) // 9), 40_000, near)
    out += _take(industry, Use.RESEARCH, max(1, len(industry) // 8), 45_000, near)
    out += _take(industry, Use.LOGISTICS, max(1, len(industry) // 7), 60_000, outward)
    out += _take(industry, Use.EMERGENCY, 1 if people > 30_000 else 0, 25_000, near)
    return out


def _free(lots: Iterable[Lot]) -> list[Lot]:
    return [lot for lot in lots if lot.use == PLAIN[lot.district]]


def _take(lots: list[Lot], use: Use, count: int, size: float,
          cost: Callable[[Lot], float]) -> list[tuple[Use, Lot, float]]:  # fmt: skip
    """Gives `use` to the lots with the least cost, counting a wrong size and an awkward shape as cost."""
    out = []
    for _ in range(count):
        free = _free(lots)
        if not free:
            break
        best = min(free, key=lambda lot: (cost(lot) + _misfit(lot, size), lot.faces))
        best.use = use
        out.append((use, best, size))
    return out


def _misfit(lot: Lot, size: float) -> float:
    small = max(0.0, float(np.log(size / lot.polygon.area)))
    return 900 * small + 120 * abs(float(np.log(lot.polygon.area / size))) + 900 * (1 - _fill(lot.polygon))


def _spread(lots: list[Lot], use: Use, count: int, size: float,
            rng: Generator) -> list[tuple[Use, Lot, float]]:  # fmt: skip
    """Gives `use` to lots of about the right size, far from each other."""
    chosen: list[NDArray] = []
    out = []
    for _ in range(count):
        free = _free(lots)
        if not free:
            break

        far = [
            min((float(np.hypot(*(lot.middle - other))) for other in chosen), default=900.0) for lot in free
        ]
        costs = [_misfit(lot, size) - min(gap, 900.0) + rng.uniform(0, 150) for lot, gap in zip(free, far)]
        best = free[int(np.argmin(costs))]
        best.use = use
        chosen.append(best.middle)
        out.append((use, best, size))
    return out


def _homes(lots: list[Lot], avenue: shapely.LineString, heart: NDArray, rng: Generator) -> None:
    """Towers near the metro and the centre, low houses by the edge, slabs and walk-ups between."""
    for lot in _free(lots):
        if lot.district != District.HOUSING:
            continue
        far = 0.6 * float(avenue.distance(shapely.Point(lot.middle))) + 0.5 * float(
            np.hypot(*(lot.middle - heart))
        )
        far += rng.normal(0, 170)
        lot.use = (
            Use.TOWERS
            if far < 420
            else Use.SLABS
            if far < 760
            else Use.WALK_UPS
            if far < 1180
            else Use.VILLAS
        )
