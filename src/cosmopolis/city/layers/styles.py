"""Ways to build on a block, after the patterns of real cities, and which block gets which."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.model import F64
from cosmopolis.city.words import BuildingUse as Use
from cosmopolis.city.words import LandUse


class Style(IntEnum):
    EMPTY = 0  # left as it is: farmland, a square, a car park
    LILONG = 1  # rows of two and three storeys behind shops, Shanghai 1870-1940
    SLAB = 2  # six-storey slabs facing south, the workers' villages of 1950-1995
    TOWER = 3  # a compound of residential towers in gardens, since 1995
    CENTRE = 4  # offices, hotels and shops
    SHEDS = 5  # industry
    SCHOOL = 6
    PERIMETER = 7  # closed rows around a courtyard, European
    HOUSES = 8  # detached houses along the street
    PARK = 9


class Plan(IntEnum):
    """Outline of a building."""

    BAR = 0
    STAGGERED = 1  # two halves, one set back
    CROSS = 2  # tower with four wings
    ELL = 3
    COURT = 4  # U around a yard
    NOTCHED = 5  # a bar with stairwells standing out


@dataclass(frozen=True)
class Recipe:
    """Measures of one style; lengths in metres. Rows stand inside the block, fronts along its streets."""

    land: LandUse
    use: Use = Use.RESIDENTIAL
    depth: float = 12.0
    pitch: float = 26.0  # from row to row; 0: no rows
    width: float = 50.0
    gap: float = 8.0
    floors: tuple[int, int] = (5, 6)
    jitter: float = 0.0  # m that a building may stand beside its row
    full: float = 1.0  # share of places in the rows that are built on
    plans: tuple[Plan, ...] = (Plan.BAR,)
    front_use: Use = Use.MIXED
    front_depth: float = 0.0  # 0: no fronts
    front_width: float = 24.0
    front_gap: float = 0.6
    front_floors: tuple[int, int] = (2, 4)
    front_full: float = 1.0  # share of street sides that have a front
    front_yard: float = 0.0  # between pavement and front
    lawn: bool = False  # green between the buildings


RECIPES: dict[Style, Recipe] = {
    Style.LILONG: Recipe(
        LandUse.RESIDENTIAL, depth=9.5, pitch=14.5, width=42, gap=4, floors=(2, 3), full=0.96,
        plans=(Plan.BAR, Plan.NOTCHED), front_depth=10.5, front_width=22, front_full=0.92, front_gap=0.8,
    ),
    Style.SLAB: Recipe(
        LandUse.RESIDENTIAL, depth=12.5, pitch=25, width=54, gap=9, floors=(5, 7), jitter=1.5, full=0.95,
        plans=(Plan.NOTCHED, Plan.STAGGERED, Plan.NOTCHED), front_depth=11, front_width=34, front_gap=5,
        front_floors=(1, 3), front_full=0.4, lawn=True,
    ),
    Style.TOWER: Recipe(
        LandUse.RESIDENTIAL, depth=18, pitch=48, width=36, gap=26, floors=(14, 33), jitter=5, full=0.88,
        plans=(Plan.CROSS, Plan.NOTCHED, Plan.STAGGERED), front_use=Use.RETAIL, front_depth=12, front_width=40,
        front_gap=9, front_floors=(1, 3), front_full=0.35, lawn=True,
    ),
    Style.CENTRE: Recipe(
        LandUse.COMMERCIAL, Use.OFFICE, depth=36, pitch=56, width=46, gap=17, floors=(6, 34), jitter=2, full=0.93,
        plans=(Plan.BAR, Plan.ELL, Plan.COURT, Plan.CROSS), front_use=Use.RETAIL, front_depth=18,
        front_width=44, front_gap=7, front_floors=(3, 8), front_full=0.45,
    ),
    Style.SHEDS: Recipe(
        LandUse.INDUSTRIAL, Use.INDUSTRIAL, depth=36, pitch=54, width=80, gap=17, floors=(1, 2), full=0.88,
        plans=(Plan.BAR, Plan.BAR, Plan.ELL), front_use=Use.OFFICE, front_depth=13, front_width=42,
        front_gap=20, front_floors=(3, 5), front_full=0.35, front_yard=5,
    ),
    Style.SCHOOL: Recipe(
        LandUse.EDUCATION, Use.SCHOOL, depth=15, pitch=46, width=62, gap=24, floors=(4, 5), full=0.7,
        plans=(Plan.COURT, Plan.BAR, Plan.ELL), lawn=True,
    ),
    Style.PERIMETER: Recipe(
        LandUse.RESIDENTIAL, depth=11, pitch=40, width=26, gap=18, floors=(2, 5), jitter=2, full=0.6,
        plans=(Plan.BAR, Plan.ELL), front_depth=13, front_width=23, front_gap=0.3, front_floors=(4, 6), lawn=True,
    ),
    Style.HOUSES: Recipe(
        LandUse.RESIDENTIAL, pitch=0, floors=(1, 2), plans=(Plan.BAR, Plan.ELL), front_use=Use.RESIDENTIAL,
        front_depth=11, front_width=12, front_gap=9, front_floors=(1, 2), front_full=0.95, front_yard=6,
    ),
}  # fmt: skip

STYLE_OF: dict[LandUse, tuple[Style, ...]] = {  # what measured land use allows
    LandUse.RESIDENTIAL: (Style.LILONG, Style.SLAB, Style.TOWER, Style.PERIMETER, Style.HOUSES),
    LandUse.COMMERCIAL: (Style.CENTRE,),
    LandUse.RETAIL: (Style.CENTRE,),
    LandUse.CIVIC: (Style.CENTRE,),
    LandUse.HEALTH: (Style.CENTRE,),
    LandUse.INDUSTRIAL: (Style.SHEDS,),
    LandUse.EDUCATION: (Style.SCHOOL,),
}


@dataclass(frozen=True)
class Character:
    """What a block is like, for K blocks."""

    area: F64  # m2
    urban: F64  # 0 open country .. 1 dense centre, from the streets within some hundred metres
    metropolis: F64  # 0 village .. 1 large city, from the streets within some kilometres
    main: F64  # share of its sides that are main streets
    district: F64  # 0 .. 1, alike for neighbours
    luck: F64  # 0 .. 1, its own
    land_use: NDArray[np.int64]  # words.LandUse where it is measured, else UNKNOWN


def region_of(lon: float, lat: float) -> tuple[Style, ...]:
    """The residential styles of a part of the world, densest first."""
    if 73 < lon < 150 and -11 < lat < 54:
        return (Style.LILONG, Style.SLAB, Style.TOWER)
    if lon < -30:
        return (Style.PERIMETER, Style.HOUSES, Style.HOUSES)
    return (Style.PERIMETER, Style.SLAB, Style.HOUSES)


def styles_for(block: Character, region: tuple[Style, ...]) -> NDArray[np.int64]:
    """(K,) the style of every block."""
    dense, usual, other = region
    small = block.area < 2_600
    centre = 0.06 + 0.4 * block.main * block.urban + 0.25 * (block.district > 0.78) * block.urban
    centre = centre * np.minimum(1.0, 0.25 + block.metropolis)
    old = np.where(block.area < 45_000, 0.75 * block.urban * (block.district < 0.45), 0.0)
    style = np.select(
        [
            block.luck < 0.02,
            block.luck < 0.055,
            block.luck < 0.055 + centre,
            block.luck < 0.055 + centre + old,
            block.luck < 0.055 + centre + old + (1 - centre - old) * (0.12 + 0.45 * (block.district > 0.5)),
        ],
        [Style.PARK, Style.SCHOOL, Style.CENTRE, dense, other],
        usual,
    )
    style[small & (style != Style.PARK)] = dense
    style[(block.urban < 0.18) & (block.area > 120_000)] = Style.SHEDS
    if usual == Style.HOUSES:  # where people live in houses, only large cities have closed blocks
        style[np.isin(style, (dense, Style.SHEDS)) & (block.metropolis < 0.6)] = usual
    for use, allowed in STYLE_OF.items():
        told = block.land_use == use
        style[told & ~np.isin(style, allowed)] = usual if usual in allowed else allowed[0]
    style[(block.land_use != LandUse.UNKNOWN) & ~np.isin(block.land_use, list(STYLE_OF))] = Style.EMPTY
    return style


def measures(style: NDArray[np.int64]) -> dict[str, F64]:
    """The measures of each block's recipe as (K,) arrays, by name; 0 where nothing is built."""
    names = [field.name for field in fields(Recipe) if field.name not in ("plans", "floors", "front_floors")]
    table = {name: np.zeros(len(Style)) for name in names}
    for key, recipe in RECIPES.items():
        for name in names:
            table[name][key] = float(getattr(recipe, name))
    return {name: values[style] for name, values in table.items()}
