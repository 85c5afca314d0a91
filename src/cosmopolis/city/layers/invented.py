"""What is invented, as rows of the City's tables: buildings on lots, land use and green of blocks."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from cosmopolis.city.layers.blocks import Blocks
from cosmopolis.city.layers.heights import GROUND_FLOOR, roof_height_of, storey_of
from cosmopolis.city.layers.kerb import BUILDING_REACH, car_kerbs, nearest_kerb
from cosmopolis.city.layers.lots import Lots
from cosmopolis.city.layers.polygons import Shapes, explode
from cosmopolis.city.layers.streams import stream
from cosmopolis.city.layers.styles import RECIPES, Character, Plan, Recipe, Style
from cosmopolis.city.model import F64, I64, Areas, Buildings, Network
from cosmopolis.city.words import BuildingUse, LandUse, Provenance, Roof

Mask = NDArray[np.bool_]

CENTRE_USES = (
    (BuildingUse.OFFICE, 0.55), (BuildingUse.HOTEL, 0.12), (BuildingUse.RETAIL, 0.12), (BuildingUse.MIXED, 0.12),
    (BuildingUse.CIVIC, 0.04), (BuildingUse.CULTURE, 0.03), (BuildingUse.HOSPITAL, 0.02),
)  # fmt: skip
GABLED = (Style.LILONG, Style.HOUSES, Style.PERIMETER)
SMALL_TOWN = 0.3  # height of its towers against a large city's
PITCHED_SLABS = 0.3  # share of the blocks of slabs whose flat roofs were pitched later
LARGEST, NARROW = 300_000.0, 30.0  # m2, m of breadth
LEAST_LAWN, LEAST_PARK = 300.0, 600.0  # m2


def buildings_on(
    lots: Lots, shapes: Shapes, plan: I64, style: I64, character: Character, network: Network, *, seed: int
) -> Buildings:
    """The buildings that stand on N lots with outlines `shapes`."""
    random = stream(seed, "invented buildings")
    block_style = style[lots.block]
    use, floors = np.zeros(len(lots), np.uint8), np.ones(len(lots), np.float64)
    for key, recipe in RECIPES.items():
        own = np.flatnonzero(block_style == key)
        use[own] = np.where(lots.front[own], recipe.front_use, recipe.use)
        floors[own] = _floors(lots.where(own), recipe, key, character, random)
    _vary(use, (block_style == Style.CENTRE) & ~lots.front, random)
    roof = _roofs(lots, plan, block_style, character)
    return _table(lots, shapes, use, np.rint(floors).astype(np.float64), roof, network)


def land_of(blocks: Blocks, style: I64, silent: Mask) -> Areas:
    """The land use of the blocks where it is not measured."""
    rows = np.flatnonzero(silent & np.isin(style, list(RECIPES)) & _plain(blocks))
    kind = np.zeros(len(Style), np.uint8)
    for key, recipe in RECIPES.items():
        kind[key] = recipe.land
    return _areas(blocks.polygon[rows], kind[style[rows]], "land")


def green_of(blocks: Blocks, style: I64, silent: Mask) -> Areas:
    """Lawns between the buildings of a compound, and small parks."""
    lawn = np.isin(style, [key for key, recipe in RECIPES.items() if recipe.lawn])
    park = style == Style.PARK
    rows = np.flatnonzero(silent & (lawn | park) & _plain(blocks))
    setback = np.add.reduceat(blocks.setback, blocks.start[:-1]) / np.diff(blocks.start)
    shrunk = shapely.buffer(blocks.polygon[rows], -setback[rows] - 1.0, quad_segs=1, join_style="mitre")
    shapes, part = explode(shrunk)
    is_park = park[rows[part]]
    keep = shapely.area(shapes) >= np.where(is_park, LEAST_PARK, LEAST_LAWN)
    kind = np.where(is_park, LandUse.PARK, LandUse.GARDEN).astype(np.uint8)
    return _areas(shapely.orient_polygons(shapes[keep]), kind[keep], "green")


def _plain(blocks: Blocks) -> Mask:
    """(K,) neither open country nor the strip between two carriageways."""
    area = shapely.area(blocks.polygon)
    return (area < LARGEST) & (4 * area > NARROW * shapely.length(blocks.polygon))


def _floors(
    lots: Lots, recipe: Recipe, style: Style, character: Character, random: np.random.Generator
) -> F64:
    """(N,) storeys: a block has a height of its own, and its buildings differ little from it; in the centre more."""
    own = np.random.default_rng([int(style), 17]).permutation(len(character.luck))[lots.block] / max(
        1, len(character.luck)
    )
    low, high = recipe.floors
    mix = 0.75 * own + 0.25 * random.random(len(lots))
    if style == Style.CENTRE:
        mix = random.random(len(lots)) ** 1.8 * character.urban[lots.block]
    inside = low + mix * (high - low)
    if style in (Style.CENTRE, Style.TOWER):  # small towns have no high-rise
        inside *= SMALL_TOWN + (1 - SMALL_TOWN) * character.metropolis[lots.block]
    low, high = recipe.front_floors
    return np.where(lots.front, low + random.random(len(lots)) * (high - low), inside)


def _vary(use: NDArray[np.uint8], rows: Mask, random: np.random.Generator) -> None:
    uses, shares = zip(*CENTRE_USES)
    use[rows] = random.choice(np.array(uses, np.uint8), int(rows.sum()), p=np.array(shares))


def _roofs(lots: Lots, plan: I64, style: I64, character: Character) -> NDArray[np.uint8]:
    roof = np.full(len(lots), Roof.FLAT, np.uint8)
    bar = plan == Plan.BAR
    roof[bar & np.isin(style, GABLED)] = Roof.GABLED
    pitched = (character.luck[lots.block] * 97) % 1 < PITCHED_SLABS
    roof[bar & (style == Style.SLAB) & ~lots.front & pitched] = Roof.HIPPED
    return roof


def _table(
    lots: Lots, shapes: Shapes, use: NDArray[np.uint8], floors: F64, roof: NDArray[np.uint8], network: Network
) -> Buildings:
    n = len(lots)
    blank = ("",) * n
    kerb = nearest_kerb(lots.centre, car_kerbs(network), network, within=BUILDING_REACH)
    invented = np.full(n, Provenance.INVENTED, np.uint8)
    return Buildings(
        key=tuple(f"invented:building/{i}" for i in range(n)),
        name=blank,
        address=blank,
        footprint=shapes,
        height=(floors * storey_of(use) + GROUND_FLOOR).astype(np.float32),
        base=np.zeros(n, np.float32),
        floors=floors.astype(np.int16),
        roof=roof,
        roof_height=roof_height_of(roof, np.zeros(n), shapes),
        use=use,
        colour=blank,
        part_of=np.full(n, -1, np.int32),
        lane=kerb.lane,
        lane_position=kerb.position,
        mesh_start=np.zeros(n + 1, np.int64),
        mesh=np.zeros((0, 3, 3), np.float32),
        provenance=invented,
        height_provenance=invented,
        use_provenance=invented,
    )


def _areas(shapes: Shapes, kind: NDArray[np.uint8], word: str) -> Areas:
    return Areas(
        key=tuple(f"invented:{word}/{i}" for i in range(len(shapes))),
        name=("",) * len(shapes),
        kind=kind,
        polygon=shapes,
        provenance=np.full(len(shapes), Provenance.INVENTED, np.uint8),
    )
