"""Buildings and gardens where the source has none, from the streets around them. All of it is marked INVENTED.

The same seed gives the same city. Nothing stands on a street, in water, in a park or in a measured building.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.spatial import cKDTree

from cosmopolis.city.layers import styles
from cosmopolis.city.layers.areas import Ground
from cosmopolis.city.layers.blocks import GIANT, Blocks, build_blocks
from cosmopolis.city.layers.coverage import Coverage, coverage
from cosmopolis.city.layers.invented import buildings_on, green_of, land_of
from cosmopolis.city.layers.lots import Lots, front_lots, fronted_sides, row_lots
from cosmopolis.city.layers.obstacles import Site, other_ground
from cosmopolis.city.layers.plans import free_of, free_of_each_other, outlines
from cosmopolis.city.layers.polygons import Bounds, centres
from cosmopolis.city.layers.streams import stream
from cosmopolis.city.layers.styles import RECIPES, Plan, Style
from cosmopolis.city.model import F64, I64, Areas, Buildings, Network
from cosmopolis.city.raw import RawCity
from cosmopolis.city.words import Control, LandUse, Provenance, StreetKind

LEAST_MAPPED = 6  # buildings in a quarter of a square kilometre, from which on the source is believed
URBAN_RADIUS, URBAN_FULL = 500.0, 45.0  # m around a block; junctions in that circle in a dense centre
CITY_RADIUS, CITY_FULL = 2_000.0, 350.0  # the same for a large city
COUNTRY = 0.1  # urban share below which nothing is invented
DISTRICT = 900.0  # m over which the character of blocks changes
MAIN = StreetKind.SECONDARY_LINK  # this kind and more important ones are main streets


@dataclass(frozen=True)
class Invented:
    """What is added to the measured layers."""

    buildings: Buildings
    land_use: Areas
    green: Areas


def invent(raw: RawCity, site: Site, *, seed: int) -> Invented | None:
    """Buildings, land use and green for the blocks of which the source says nothing; None where there are no blocks."""
    blocks = build_blocks(raw, site.bounds, stream(seed, "compounds"))
    if not len(blocks):
        return None
    mapped = coverage(centres(site.buildings.footprint), site.bounds, least=LEAST_MAPPED)
    character = _character(blocks, site, seed)
    style = styles.styles_for(character, styles.region_of(*raw.origin))
    style[character.urban < COUNTRY] = Style.EMPTY
    lots, plan = _lots(blocks, style, character, mapped, site, seed)
    shapes = outlines(lots, plan)
    free = ~site.streets.touched_by(shapes)
    free[free] = free_of(shapes[free], other_ground(site))
    free[free] = free_of_each_other(shapes[free])
    lots, shapes, plan = lots.where(free), shapes[free], plan[free]
    silent = (character.land_use == LandUse.UNKNOWN) & ~mapped.at(_middles(blocks))
    return Invented(
        buildings=buildings_on(lots, shapes, plan, style, character, site.network, seed=seed),
        land_use=land_of(blocks, style, silent),
        green=green_of(blocks, style, silent),
    )


def is_invented_whole(raw: RawCity) -> bool:
    """Whether the city was grown: then it is complete, and what is empty is meant to be."""
    return bool(raw.sources) and all(source.provenance == Provenance.INVENTED for source in raw.sources)


def _character(blocks: Blocks, site: Site, seed: int) -> styles.Character:
    random = stream(seed, "blocks")
    middle = _middles(blocks)
    length = blocks.side_length
    main = np.bincount(blocks.owner, length * (blocks.street <= MAIN), len(blocks))
    return styles.Character(
        area=shapely.area(blocks.polygon),
        urban=_urban(middle, site.network),
        metropolis=_density(middle, site.network, CITY_RADIUS, CITY_FULL),
        main=main / np.maximum(np.bincount(blocks.owner, length, len(blocks)), 1.0),
        district=_district(middle, site.bounds, random),
        luck=random.random(len(blocks)),
        land_use=_land_use(blocks, site.ground),
    )


def _urban(points: F64, network: Network) -> F64:
    """(N,) 0 in open country to 1 in a dense centre."""
    return _density(points, network, URBAN_RADIUS, URBAN_FULL)


def _density(points: F64, network: Network, radius: float, full: float) -> F64:
    """(N,) junctions within `radius` metres as a share of `full`, at most 1."""
    real = (network.junctions.layer == 0) & (network.junctions.control != Control.CONTINUATION)
    busy = network.junctions.xy[real]
    if not len(busy) or not len(points):
        return np.zeros(len(points))
    count = cKDTree(busy).query_ball_point(points, radius, return_length=True)
    return np.minimum(count / full, 1.0)


def _district(points: F64, bounds: Bounds, random: np.random.Generator) -> F64:
    """(N,) a smooth random field between 0 and 1."""
    west, south, east, north = bounds
    shape = (int((east - west) // DISTRICT) + 3, int((north - south) // DISTRICT) + 3)
    field = random.random(shape)
    x, y = (points[:, 0] - west) / DISTRICT, (points[:, 1] - south) / DISTRICT
    i, j = np.clip(x.astype(np.int64), 0, shape[0] - 2), np.clip(y.astype(np.int64), 0, shape[1] - 2)
    u, v = np.clip(x - i, 0, 1), np.clip(y - j, 0, 1)
    low = field[i, j] * (1 - u) + field[i + 1, j] * u
    high = field[i, j + 1] * (1 - u) + field[i + 1, j + 1] * u
    smooth = low * (1 - v) + high * v
    # Mixing pulls towards the middle; stretch it back.
    return np.clip(0.5 + 1.5 * (smooth - 0.5), 0.0, 1.0)


def _land_use(blocks: Blocks, ground: Ground) -> I64:
    """(K,) the measured land use at the middle of each block; PLAZA, so nothing is built, in green and water."""
    kind = np.full(len(blocks), LandUse.UNKNOWN, np.int64)
    middle = shapely.points(_middles(blocks))
    for areas, told in (
        (ground.land_use, None),
        (ground.green, LandUse.PLAZA),
        (ground.water, LandUse.PLAZA),
    ):
        if len(areas) and len(blocks):
            block, area = shapely.STRtree(areas.polygon).query(middle, predicate="within")
            kind[block] = areas.kind[area] if told is None else told
    return kind


def _lots(
    blocks: Blocks, style: I64, character: styles.Character, mapped: Coverage, site: Site, seed: int
) -> tuple[Lots, I64]:
    """Fronts first: where a row is in the way of a front, the front stays. With each lot its plan."""
    random = stream(seed, "lots")
    measure = styles.measures(style)
    fronted = fronted_sides(blocks, measure, random)
    fronts = front_lots(blocks, measure, fronted, random)
    giant = character.area > GIANT  # open country or a river: only its rim is built on
    measure["pitch"][giant] = 0.0
    lots = Lots.joined([fronts, row_lots(blocks, measure, blocks.angle, fronted, random)])
    urban = character.urban[lots.block]
    rim = np.flatnonzero(giant[lots.block])
    urban[rim] = _urban(lots.centre[rim], site.network)
    wanted = random.random(len(lots)) < urban / (2 * COUNTRY)
    lots = lots.where(wanted & ~mapped.at(lots.centre) & site.inside(lots.centre))
    return lots, _plans(lots, style, random)


def _plans(lots: Lots, style: I64, random: np.random.Generator) -> I64:
    """(N,) words of Plan: a style's own, mostly one a block; bars along streets."""
    plan = np.full(len(lots), Plan.BAR, np.int64)
    whim = np.where(
        random.random(len(lots)) < 0.75, lots.block * 7919, random.integers(0, 1 << 20, len(lots))
    )
    for key, recipe in RECIPES.items():
        own = ~lots.front & (style[lots.block] == key)
        plan[own] = np.array(recipe.plans)[whim[own] % len(recipe.plans)]
    # A cross or a yard wants a compact lot.
    compact = lots.width < 2.6 * lots.depth
    return np.where(compact | ~np.isin(plan, [Plan.CROSS, Plan.COURT, Plan.ELL]), plan, Plan.BAR)


def _middles(blocks: Blocks) -> F64:
    return shapely.get_coordinates(shapely.point_on_surface(blocks.polygon)).reshape(-1, 2)
