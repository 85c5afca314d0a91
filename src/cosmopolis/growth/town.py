"""From a brief to a town, stage by stage."""

from __future__ import annotations

import shapely

from cosmopolis.city.progress import Progress, quiet
from cosmopolis.city.raw import RawCity, Source
from cosmopolis.city.words import LandUse, Provenance, StreetKind
from cosmopolis.growth.arterials import draw_arterials
from cosmopolis.growth.blocks import corridors, draw_blocks
from cosmopolis.growth.brief import Brief
from cosmopolis.growth.calibration import calibrate
from cosmopolis.growth.country import build_villages, lay_village_lanes
from cosmopolis.growth.courts import lay_courts
from cosmopolis.growth.districts import GRAINS, District, Estate, assign, canal_town, halve_superblocks
from cosmopolis.growth.expressway import build_expressway
from cosmopolis.growth.fabric import Fabric
from cosmopolis.growth.filling import fill_lots
from cosmopolis.growth.greenery import plant_trees
from cosmopolis.growth.ground import Ground
from cosmopolis.growth.junctions import build_roundabouts, make_one_way
from cosmopolis.growth.lots import Lot, Use, plan_lots
from cosmopolis.growth.names import Names
from cosmopolis.growth.paths import lay_paths
from cosmopolis.growth.plan import Plan, draw_plan
from cosmopolis.growth.shops import open_charging, open_shops
from cosmopolis.growth.streets import choose_signals, emit
from cosmopolis.growth.subdivision import subdivide
from cosmopolis.growth.transit import CLEAR, build_buses, build_metro, metro_line
from cosmopolis.growth.water import Water, draw_lake, draw_river

ORIGIN = (121.16, 31.29)  # lon, lat degrees: where Anting lies, near Shanghai


def grow(
    *, seed: int = 1, population: int = 60_000, name: str = "Xinting", progress: Progress = quiet
) -> RawCity:
    """An invented town: the same bytes from the same seed, another town from another seed.

    About `population` people live in it (`notes["population"]` says how many). Raises BadInput for a
    population or seed out of range.
    """
    brief = Brief(seed, population, name)
    progress("drawing the river and the main streets", 0.02)
    plan = draw_plan(brief)
    water = draw_river(brief, plan)
    fabric, inside = draw_arterials(brief, plan, water)
    halve_superblocks(brief, fabric, inside)
    estates = assign(brief, plan, water, fabric, inside)
    draw_lake(brief, water, [e.polygon for e in estates if e.district == District.LAKE])
    progress("cutting blocks", 0.1)
    lots = plan_lots(brief, plan, water, fabric, cut_blocks(brief, fabric, estates, water))
    viaduct = build_expressway(brief, plan, fabric)
    villages = lay_small_streets(brief, plan, fabric, lots, water)
    islands = calm_streets(brief, fabric, lots)
    names = Names(brief.rng("names"))
    name_streets(fabric, names)
    raw = empty_city(brief, plan)
    progress("building streets", 0.25)
    emit(raw, fabric, water.all, viaduct)
    ground, metro = Ground(), metro_line(plan)
    streets = corridors(fabric, islands)
    draw_blocks(streets, lots, plan.box, water.all | metro.buffer(CLEAR))
    progress("building houses", 0.4)
    fill_lots(brief, plan, raw, ground, lots, names)
    build_villages(ground, villages, streets | water.all, names, brief.rng("villages"))
    lay_waters(ground, water, islands)
    open_shops(ground, names, brief.rng("shops"))
    open_charging(ground, names, max(2, round(12 * brief.scale)))
    progress("running lines", 0.75)
    build_metro(brief, plan, raw, ground, metro, streets)
    build_buses(brief, plan, raw, fabric, lots, water.all)
    ground.clear(streets)
    ground.carve()
    people, each = calibrate(ground.buildings, population)
    raw.notes |= {"population": str(people), "floor_area_per_person": f"{each:.1f}", "seed": str(seed)}
    raw.buildings, raw.areas, raw.places = ground.buildings, ground.areas, ground.places
    progress("planting trees", 0.85)
    lay_paths(raw, plan, lots, water, streets | water.all)
    plant_trees(raw, fabric, streets, [metro.buffer(CLEAR)], brief.rng("trees"))
    progress("grown", 1.0)
    return raw


def empty_city(brief: Brief, plan: Plan) -> RawCity:
    """A city with its frame and its source and nothing in it."""
    layers = (
        "network",
        "buildings",
        "land_use",
        "water",
        "green",
        "places",
        "trees",
        "stops",
        "transit_lines",
    )
    source = Source(f"{brief.name}, invented by Cosmopolis (seed {brief.seed})", "Cosmopolis", "CC0-1.0",
                    layers=layers, provenance=Provenance.INVENTED)  # fmt: skip
    return RawCity(brief.name, ORIGIN, bounds=plan.bounds, sources=[source])


def cut_blocks(brief: Brief, fabric: Fabric, estates: list[Estate], water: Water) -> list[tuple[int, Estate]]:
    """Every superblock cut by its district's grain: (face, estate) of each block."""
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


def lay_small_streets(brief: Brief, plan: Plan, fabric: Fabric, lots: list[Lot],
                      water: Water) -> list[shapely.LineString]:  # fmt: skip
    """Private lanes inside lots, and village lanes in the country, whose lines are returned."""
    lay_courts(fabric, lots, brief.rng("courts"))
    u = plan.half_width * 3
    motorway = shapely.LineString(plan.on_ground(-u, plan.motorway_v, u, plan.motorway_v)).buffer(150)
    avoid = motorway | water.corridor | metro_line(plan).buffer(60)
    country = [lot for lot in lots if lot.use == Use.FARMLAND]
    return lay_village_lanes(fabric, country, avoid, brief.rng("village lanes"))


def calm_streets(brief: Brief, fabric: Fabric, lots: list[Lot]) -> list[shapely.Polygon]:
    """Roundabouts and one-way lanes; returns the roundabouts' islands."""
    rng = brief.rng("calming")
    islands = build_roundabouts(fabric, max(1, round(3 * brief.scale)), choose_signals(fabric), rng)
    narrow = (StreetKind.RESIDENTIAL, StreetKind.LIVING_STREET, StreetKind.UNCLASSIFIED)
    dense = (District.OLD_TOWN, District.CENTRE)
    faces = {face for lot in lots if lot.district in dense for face in lot.faces}
    ways = sorted({
        fabric.way_of(a, b) for (a, b), face in fabric.left.items()
        if face in faces and ((a, b) in fabric.segments or (b, a) in fabric.segments)
    })  # fmt: skip
    ways = [
        way
        for way in ways
        if way >= 0 and fabric.ways[way].kind in narrow and fabric.ways[way].role == "local"
    ]
    make_one_way(fabric, ways, round(0.3 * len(ways)), rng)
    return islands


def lay_waters(ground: Ground, water: Water, islands: list[shapely.Polygon]) -> None:
    """Water as areas, and the roundabouts' green."""
    ground.lay(water.river, LandUse.RIVER, "新亭河 Xinting River")
    if water.lake is not None:
        ground.lay(water.lake, LandUse.LAKE, "新亭湖 Xinting Lake")
    for canal in water.canals:
        ground.lay(canal, LandUse.CANAL, "横塘河 Hengtang Canal")
    for island in islands:
        ground.lay(island, LandUse.GRASS)
    core = water.corridor.intersection(shapely.box(*water.river.bounds))
    middle = core.intersection(water.centre).interpolate(0.5, normalized=True)
    ground.mark((middle.x, middle.y), "waterway=river", "新亭河", "Xinting River")
    ground.mark((middle.x + 45.0, middle.y), "leisure=park", "滨河公园", "River Park")


def name_streets(fabric: Fabric, names: Names) -> None:
    """A name for every public street, Chinese and English."""
    for way in fabric.ways:
        if way.role == "motorway":
            way.name = "沪新高速 Huxin Expressway"
        elif way.role == "main":
            way.name = "新亭大道 Xinting Avenue" if way.kind == StreetKind.TRUNK else "博览大道 Bolan Avenue"
        elif way.role == "ring":
            way.name = "环城路 Ring Road"
        elif way.role == "riverside":
            way.name = "滨河路 Riverside Road"
        elif way.role in ("ramp", "compound", "yard", "roundabout"):
            way.name = ""
        elif way.kind == StreetKind.LIVING_STREET:
            way.name = names.street("弄")
        else:
            way.name = names.street("路")
