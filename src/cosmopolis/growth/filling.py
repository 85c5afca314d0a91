"""Every lot gets its houses: which stage of which file fills which use."""

from __future__ import annotations

import shapely

from cosmopolis.city.raw import RawCity
from cosmopolis.city.words import LandUse
from cosmopolis.growth import circuit, civic, country, expo, housing, plant, reserve, shapes, works
from cosmopolis.growth.brief import Brief
from cosmopolis.growth.frames import long_axis
from cosmopolis.growth.ground import Ground
from cosmopolis.growth.lots import Lot, Use
from cosmopolis.growth.names import Names
from cosmopolis.growth.plan import Plan

KINDS = {Use.VILLAS: housing.VILLAS, Use.WALK_UPS: housing.WALK_UPS, Use.SLABS: housing.SLABS,
         Use.TOWERS: housing.TOWERS}  # fmt: skip


def fill_lots(brief: Brief, plan: Plan, raw: RawCity, ground: Ground, lots: list[Lot], names: Names) -> None:
    """Fills all lots, each from a random stream of its own."""
    town = brief.name
    numbered: dict[Use, int] = {}
    for row, lot in enumerate(lots):
        if not lot.blocks:
            continue
        rng = brief.rng(f"lot {row}")
        numbered[lot.use] = n = numbered.get(lot.use, 0) + 1
        match lot.use:
            case Use.VILLAS | Use.WALK_UPS | Use.SLABS | Use.TOWERS:
                angle = shapes.facing_south(long_axis(lot.polygon))
                housing.fill_compound(
                    ground, lot.blocks, angle, KINDS[lot.use], float(rng.uniform(0, 30)), rng
                )
                name = lot.name = names.estate(rng)
                for block in lot.blocks:
                    ground.lay(block, LandUse.RESIDENTIAL, name[0])
                ground.mark(lot.middle, "place=neighbourhood", *name)
            case Use.OLD_HOUSES:
                for block in lot.blocks:
                    housing.fill_old_town(ground, block, rng)
                    ground.lay(block, LandUse.RESIDENTIAL)
            case Use.HIGH_STREET:
                for block in lot.blocks:
                    works.fill_centre(ground, block, rng)
                    ground.lay(block, LandUse.RETAIL)
            case Use.MALL:
                works.fill_mall(ground, lot.blocks, names.pair(), rng)
            case Use.OFFICES | Use.RESEARCH:
                for block in lot.blocks:
                    works.fill_offices(ground, block, rng, 6 if lot.use == Use.RESEARCH else 24)
                if lot.use == Use.RESEARCH:
                    ground.mark(lot.middle, "office=research", "汽车研发中心", "Vehicle Research Centre")
            case Use.HOTEL:
                works.fill_hotel(ground, lot.blocks, names.pair(), rng)
            case Use.INDUSTRY | Use.LOGISTICS:
                for block in lot.blocks:
                    works.fill_industry(ground, block, rng, lot.use == Use.LOGISTICS)
                works.name_industry(ground, lot, names.pair(), rng)
            case Use.SHOWROOMS:
                works.fill_showrooms(ground, lot.blocks, rng)
            case Use.PARKING:
                works.fill_parking(ground, lot.blocks, names.pair())
            case Use.PLANT:
                plant.build_plant(raw, ground, lot.blocks, town, rng)
            case Use.CIRCUIT:
                circuit.build_circuit(raw, ground, max(lot.blocks, key=shapely.area), plan.lap, town)
            case Use.EXPO:
                expo.build_expo(ground, lot.blocks, town)
            case Use.HOSPITAL:
                civic.build_hospital(ground, lot.blocks, ("新亭人民医院", f"{town} People's Hospital"))
            case Use.SCHOOL:
                civic.build_school(ground, lot.blocks, names.school(n), n % 2 == 0, rng)
            case Use.KINDERGARTEN:
                civic.build_kindergarten(ground, lot.blocks, names.numbered("幼儿园", "Kindergarten"))
            case Use.MARKET:
                civic.build_market(ground, lot.blocks, names.numbered("农贸市场", "Market"))
            case Use.TEMPLE:
                civic.build_temple(ground, lot.blocks, ("永宁寺", "Yongning Temple"))
            case Use.TOWN_HALL:
                civic.build_town_hall(ground, lot.blocks, town)
            case Use.LIBRARY:
                civic.build_library(ground, lot.blocks, town)
            case Use.EMERGENCY:
                civic.build_emergency(ground, lot.blocks, (names.numbered("派出所", "Police Station"),
                                                           names.numbered("消防站", "Fire Station")))  # fmt: skip
            case Use.FARMLAND:
                for block in lot.blocks:
                    country.lay_fields(ground, block, rng)
            case Use.RESERVE:
                for block in lot.blocks:
                    reserve.fill_reserve(ground, block, names, rng)
            case Use.STADIUM:
                civic.build_stadium(ground, lot.blocks, town)
            case Use.CAMPUS:
                civic.build_campus(ground, lot.blocks, town, rng)
            case _:
                _open_ground(ground, lot, names)


def _open_ground(ground: Ground, lot: Lot, names: Names) -> None:
    """Green and the water's edge."""
    kind = {Use.PARK: LandUse.PARK, Use.PLAZA: LandUse.PLAZA, Use.LAKE: LandUse.PARK, Use.RIVERSIDE: LandUse.PARK,
            Use.BELT: LandUse.FOREST, Use.CANAL: LandUse.PARK}.get(lot.use, LandUse.GRASS)  # fmt: skip
    for block in lot.blocks:
        ground.lay(block, kind)
    if lot.use == Use.PARK:
        ground.mark(lot.middle, "leisure=park", *names.numbered("公园", "Park"))
    elif lot.use == Use.PLAZA:
        ground.mark(lot.middle, "place=square", "新亭广场", "Xinting Square")
    elif lot.use == Use.LAKE:
        ground.mark(lot.middle, "leisure=park", "新亭湖公园", "Xinting Lake Park")
