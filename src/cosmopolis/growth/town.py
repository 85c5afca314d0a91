"""From a brief to a town, stage by stage."""

from __future__ import annotations

import numpy as np
import shapely

from cosmopolis.city.progress import Progress, quiet
from cosmopolis.city.raw import RawCity, Source
from cosmopolis.city.words import BuildingUse, LandUse, Provenance, StreetKind
from cosmopolis.growth import housing, works
from cosmopolis.growth.arterials import draw_arterials
from cosmopolis.growth.blocks import Block, corridors, draw_blocks
from cosmopolis.growth.brief import Brief
from cosmopolis.growth.districts import GRAINS, District, assign
from cosmopolis.growth.ground import Ground
from cosmopolis.growth.names import Names
from cosmopolis.growth.plan import draw_plan
from cosmopolis.growth.streets import emit
from cosmopolis.growth.subdivision import subdivide
from cosmopolis.growth.water import draw_river
from cosmopolis.growth import shapes

ORIGIN = (121.16, 31.29)  # lon, lat degrees: where Anting lies, near Shanghai
FLOOR_AREA = 40.0  # m2 of gross floor area a person


def grow(*, seed: int = 1, population: int = 60_000, name: str = "Xinting", progress: Progress = quiet) -> RawCity:
    brief = Brief(seed, population, name)
    plan = draw_plan(brief)
    progress("drawing the river and the main streets", 0.05)
    water = draw_river(brief, plan)
    fabric, inside = draw_arterials(brief, plan, water)
    estates = assign(brief, plan, water, fabric, inside)
    progress("cutting blocks", 0.15)
    rng = brief.rng("local")
    for estate in estates:
        if estate.district in GRAINS:
            subdivide(fabric, estate.face, GRAINS[estate.district], rng)
    names = Names(brief.rng("names"))
    for way in fabric.ways:
        way.name = names.street("大道" if way.role == "main" else "路")
    raw = RawCity(name, ORIGIN, bounds=plan.bounds, boundary=None)
    raw.sources.append(Source(f"{name}, invented by Cosmopolis (seed {seed})", "Cosmopolis", "CC0-1.0",
                              layers=("all",), provenance=Provenance.INVENTED))  # fmt: skip
    emit(raw, fabric, water.all)
    progress("drawing blocks", 0.4)
    ground = Ground()
    streets = corridors(fabric, [])
    blocks = draw_blocks(streets, estates, plan.box, water.all)
    fill(brief, ground, blocks)
    ground.lay(water.river, LandUse.RIVER, "新亭河")
    raw.buildings, raw.areas, raw.places = ground.buildings, ground.areas, ground.places
    living = sum(b.footprint.area * b.floors for b in raw.buildings if b.use == BuildingUse.RESIDENTIAL)
    raw.notes["population"] = str(round(living / FLOOR_AREA))
    return raw


def fill(brief: Brief, ground: Ground, blocks: list[Block]) -> None:
    rng = brief.rng("buildings")
    for block in blocks:
        p = block.polygon
        match block.district:
            case District.HOUSING:
                angle = shapes.facing_south(works._long_axis(p))
                kind = [housing.VILLAS, housing.WALK_UPS, housing.SLABS, housing.TOWERS][int(rng.choice(4, p=[.1, .4, .3, .2]))]
                housing.fill_compound(ground, [p], angle, kind, 0.0, rng)
                ground.lay(p, LandUse.RESIDENTIAL)
            case District.OLD_TOWN:
                housing.fill_old_town(ground, p, rng)
                ground.lay(p, LandUse.RESIDENTIAL)
            case District.CENTRE:
                works.fill_centre(ground, p, rng)
                ground.lay(p, LandUse.RETAIL)
            case District.OFFICES:
                works.fill_offices(ground, p, rng)
            case District.INDUSTRY | District.PLANT:
                works.fill_industry(ground, p, rng)
            case District.LAKE | District.RIVERSIDE | District.STADIUM | District.CAMPUS | District.EXPO:
                ground.lay(p, LandUse.PARK)
            case District.CIRCUIT | District.BELT:
                ground.lay(p, LandUse.GRASS)
            case District.RESERVE:
                ground.lay(p, LandUse.GRASS)
            case District.COUNTRY:
                ground.lay(p, LandUse.FARMLAND)
