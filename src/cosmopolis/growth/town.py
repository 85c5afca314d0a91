"""From a brief to a town, stage by stage."""

from __future__ import annotations

import numpy as np
import shapely

from cosmopolis.city.progress import Progress, quiet
from cosmopolis.city.raw import RawCity, Source
from cosmopolis.city.words import LandUse, Provenance, StreetKind
from cosmopolis.growth.arterials import draw_arterials
from cosmopolis.growth.blocks import corridors, draw_blocks
from cosmopolis.growth.brief import Brief
from cosmopolis.growth.courts import lay_courts
from cosmopolis.growth.districts import GRAINS, District, Estate, assign, canal_town, halve_superblocks
from cosmopolis.growth.expressway import build_expressway
from cosmopolis.growth.fabric import Fabric
from cosmopolis.growth.filling import fill_lots, residents
from cosmopolis.growth.greenery import plant_trees
from cosmopolis.growth.ground import Ground
from cosmopolis.growth.lots import plan_lots
from cosmopolis.growth.names import Names
from cosmopolis.growth.plan import draw_plan
from cosmopolis.growth.streets import emit
from cosmopolis.growth.subdivision import subdivide
from cosmopolis.growth.water import draw_lake, draw_river

ORIGIN = (121.16, 31.29)  # lon, lat degrees: where Anting lies, near Shanghai
FLOOR_AREA = 40.0  # m2 of gross floor area a person


def grow(*, seed: int = 1, population: int = 60_000, name: str = "Xinting", progress: Progress = quiet) -> RawCity:
    """An invented town: the same bytes from the same seed, another town from another seed.

    About `population` people live in it (`notes["population"]` says how many). Raises BadInput for a
    population or seed out of range.
    """
    brief = Brief(seed, population, name)
    plan = draw_plan(brief)
    progress("drawing the river and the main streets", 0.05)
    water = draw_river(brief, plan)
    fabric, inside = draw_arterials(brief, plan, water)
    halve_superblocks(brief, fabric, inside)
    estates = assign(brief, plan, water, fabric, inside)
    draw_lake(brief, water, [e.polygon for e in estates if e.district == District.LAKE])
    progress("cutting blocks", 0.15)
    blocks = _cut(brief, fabric, estates, water)
    lots = plan_lots(brief, plan, water, fabric, blocks)
    viaduct = build_expressway(brief, plan, fabric)
    lay_courts(fabric, lots, brief.rng("courts"))
    names = Names(brief.rng("names"))
    _name_streets(fabric, names)
    raw = RawCity(name, ORIGIN, bounds=plan.bounds)
    raw.sources.append(Source(f"{name}, invented by Cosmopolis (seed {seed})", "Cosmopolis", "CC0-1.0",
                              layers=("all",), provenance=Provenance.INVENTED))  # fmt: skip
    emit(raw, fabric, water.all, viaduct)
    progress("building", 0.4)
    ground = Ground()
    streets = corridors(fabric, [])
    draw_blocks(streets, lots, plan.box, water.all)
    fill_lots(brief, plan, raw, ground, lots, names)
    ground.lay(water.river, LandUse.RIVER, "新亭河 Xinting River")
    ground.lay(water.lake, LandUse.LAKE, "新亭湖 Xinting Lake")
    for canal in water.canals:
        ground.lay(canal, LandUse.CANAL, "横塘河 Hengtang Canal")
    raw.buildings, raw.areas, raw.places = ground.buildings, ground.areas, ground.places
    progress("planting trees", 0.8)
    plant_trees(raw, fabric, streets, [], brief.rng("trees"))
    raw.notes["population"] = str(round(residents(raw.buildings, FLOOR_AREA)))
    return raw


def _cut(brief: Brief, fabric: Fabric, estates: list[Estate], water) -> list[tuple[int, Estate]]:  # type: ignore[no-untyped-def]
    rng = brief.rng("local")
    out = []
    for estate in estates:
        if estate.district == District.OLD_TOWN:
            out += canal_town(fabric, estate, water, rng)
        elif estate.district in GRAINS:
            out += [(face, estate) for face in subdivide(fabric, estate.face, GRAINS[estate.district], rng)]
        else:
            out.append((estate.face, estate))
    return out


def _name_streets(fabric: Fabric, names: Names) -> None:
    for way in fabric.ways:
        if way.role == "motorway":
            way.name = "沪新高速 Huxin Expressway"
        elif way.role == "main":
            way.name = "新亭大道 Xinting Avenue" if way.kind == StreetKind.TRUNK else "博览大道 Bolan Avenue"
        elif way.role == "ring":
            way.name = "环城路 Ring Road"
        elif way.role == "riverside":
            way.name = "滨河路 Riverside Road"
        elif way.role in ("ramp", "compound", "yard"):
            way.name = ""
        elif way.kind == StreetKind.LIVING_STREET:
            way.name = names.street("弄")
        else:
            way.name = names.street("路")
