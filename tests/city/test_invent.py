"""What is invented where the source is silent: plausible, marked, the same for the same seed, and in nobody's way."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from shapely import Polygon, box

from cosmopolis.city.furnish import furnish
from cosmopolis.city.model import City, Network
from cosmopolis.city.network import build_network
from cosmopolis.city.progress import quiet
from cosmopolis.city.raw import RawArea, RawBuilding, RawCity, RawTree, Source
from cosmopolis.city.words import LandUse, Provenance
from tests.grids import grid

BLOCK = 170.0
SHANGHAI = (121.48, 31.23)


def bare_town(turn: float = 0.0) -> RawCity:
    """A grid of streets turned by `turn` radians, and nothing else."""
    raw = grid(7, BLOCK, lanes=1)
    cos, sin = np.cos(turn), np.sin(turn)
    return replace(raw, origin=SHANGHAI, node_xy=raw.node_xy @ np.array([[cos, sin], [-sin, cos]]))


@pytest.fixture(scope="module")
def network() -> Network:
    return build_network(bare_town(), quiet)[0]


@pytest.fixture(scope="module")
def city(network: Network) -> City:
    return furnish(bare_town(), network, seed=3)


def lane_strips(network: Network) -> np.ndarray:
    line = network.lanes.line
    return shapely.union_all(
        [
            shapely.LineString(line[i][:, :2]).buffer(w / 2, cap_style="flat")
            for i, w in enumerate(network.lanes.width)
        ]
    )


def test_blocks_without_buildings_get_them_and_they_say_so(city: City) -> None:
    assert len(city.buildings) > 200
    assert (city.buildings.provenance == Provenance.INVENTED).all()
    assert (city.buildings.height_provenance == Provenance.INVENTED).all()
    assert (city.green.provenance == Provenance.INVENTED).all()
    assert (city.trees.provenance == Provenance.INVENTED).all()
    (source,) = [source for source in city.sources if source.provenance == Provenance.INVENTED]
    assert {"buildings", "land_use", "trees"} <= set(source.layers) and "seed 3" in source.attribution


def test_every_block_is_built_on_or_green(city: City) -> None:
    built = shapely.STRtree(np.concatenate([city.buildings.footprint, city.green.polygon]))
    for column in range(6):
        for row in range(6):
            block = box(column * BLOCK, row * BLOCK, (column + 1) * BLOCK, (row + 1) * BLOCK)
            assert len(built.query(block.buffer(-20), predicate="intersects")) > 0, (column, row)


def test_buildings_are_free_of_streets_and_of_each_other(city: City, network: Network) -> None:
    footprint = city.buildings.footprint
    assert shapely.is_valid(footprint).all()
    assert not shapely.intersects(footprint, lane_strips(network)).any()
    first, _ = shapely.STRtree(footprint).query(footprint, predicate="overlaps")
    assert len(first) == 0
    area = network.junctions.area
    assert len(shapely.STRtree(area).query(footprint, predicate="intersects")[0]) == 0


def test_buildings_are_of_plausible_size(city: City) -> None:
    area = shapely.area(city.buildings.footprint)
    assert area.min() > 40 and area.max() < 6_000
    assert city.buildings.height.min() > 2.5 and city.buildings.height.max() < 180
    covered = area.sum() / (6 * BLOCK) ** 2
    assert 0.12 < covered < 0.6


def test_the_town_is_varied(city: City) -> None:
    assert len(set(city.buildings.use.tolist())) >= 4
    assert len(set(city.buildings.floors.tolist())) >= 6
    assert len({len(shape.exterior.coords) for shape in city.buildings.footprint}) >= 3


def test_every_building_has_a_kerb(city: City) -> None:
    assert (city.buildings.lane >= 0).all()
    assert (city.buildings.lane_position <= city.network.lanes.length[city.buildings.lane]).all()


@pytest.mark.parametrize("turn", [0.0, 0.3, -0.6])
def test_walls_follow_the_streets(turn: float) -> None:
    raw = bare_town(turn)
    city = furnish(raw, build_network(raw, quiet)[0], seed=1)
    corner = shapely.get_coordinates(shapely.get_exterior_ring(city.buildings.footprint)).reshape(-1, 2)
    step = np.diff(corner, axis=0)
    long = np.hypot(*step.T)
    walls = step[(long > 8) & (long < 90)]  # the jumps from building to building are mostly longer
    off = (np.arctan2(walls[:, 1], walls[:, 0]) - turn + np.pi / 4) % (np.pi / 2) - np.pi / 4
    assert np.mean(np.abs(off) < 0.02) > 0.85


def test_same_seed_same_city(city: City, network: Network) -> None:
    again = furnish(bare_town(), network, seed=3)
    assert shapely.equals_identical(again.buildings.footprint, city.buildings.footprint).all()
    np.testing.assert_array_equal(again.buildings.height, city.buildings.height)
    np.testing.assert_array_equal(again.trees.xy, city.trees.xy)
    other = furnish(bare_town(), network, seed=4)
    assert other.buildings.key != city.buildings.key or not np.array_equal(
        other.buildings.height, city.buildings.height
    )


def test_water_parks_squares_and_measured_buildings_stay_free(network: Network) -> None:
    raw = bare_town()
    lake, park = box(200, 200, 500, 320), box(520, 520, 670, 670)
    square = box(BLOCK * 4, BLOCK, BLOCK * 5, BLOCK * 2)
    raw.areas = [
        RawArea("lake", lake, LandUse.LAKE),
        RawArea("park", park, LandUse.PARK),
        RawArea("square", square, LandUse.PLAZA),
    ]
    hall = box(60, 60, 100, 90)
    raw.buildings = [RawBuilding("hall", hall, height=20)]
    city = furnish(raw, network, seed=3)
    invented = city.buildings.footprint[city.buildings.provenance == Provenance.INVENTED]
    assert len(invented) > 100
    for shape in (lake, park, hall, square.buffer(-8)):
        assert not shapely.intersects(invented, shape).any()
    assert city.buildings.key[0] == "hall"
    assert city.buildings.provenance[0] == Provenance.MEASURED


def test_where_buildings_are_mapped_an_empty_block_is_really_empty(network: Network) -> None:
    raw = bare_town()
    # The western half is mapped, but for one block.
    raw.buildings = [
        RawBuilding(f"m{x}-{y}", box(x, y, x + 20, y + 20), height=12)
        for x in range(20, 480, 40)
        for y in range(20, 1000, 40)
        if not (170 < x < 320 and 340 < y < 490)
    ]
    city = furnish(raw, network, seed=3)
    invented = shapely.centroid(city.buildings.footprint[city.buildings.provenance == Provenance.INVENTED])
    x = shapely.get_x(invented)
    assert np.count_nonzero(x < 400) == 0
    assert np.count_nonzero(x > 650) > 60


def test_a_grown_city_is_left_as_it_is(network: Network) -> None:
    raw = bare_town()
    raw.sources = [
        Source("Xinting", "grown", "CC0-1.0", layers=("buildings",), provenance=Provenance.INVENTED)
    ]
    city = furnish(raw, network, seed=3)
    assert (len(city.buildings), len(city.trees), len(city.green)) == (0, 0, 0)
    assert city.sources == tuple(raw.sources)


def test_nothing_is_invented_outside_the_boundary(network: Network) -> None:
    raw = bare_town()
    raw.boundary = Polygon([(0, 0), (1020, 0), (0, 1020)])
    city = furnish(raw, network, seed=3)
    centre = shapely.get_coordinates(shapely.centroid(city.buildings.footprint))
    assert len(centre) > 50
    assert (centre.sum(axis=1) <= 1020).all()
    assert (city.trees.xy.sum(axis=1) <= 1020).all()


def test_trees_stand_neither_in_lanes_nor_in_buildings(city: City, network: Network) -> None:
    points = shapely.points(city.trees.xy)
    assert len(points) > 300
    assert not shapely.intersects(points, lane_strips(network)).any()
    tree, _ = shapely.STRtree(city.buildings.footprint).query(points, predicate="intersects")
    assert len(tree) == 0
    assert city.trees.height.min() >= 5 and city.trees.crown.max() < 6


def test_mapped_trees_stay_alone(network: Network) -> None:
    raw = bare_town()
    spots = [(float(x), 8.0) for x in range(0, 1020, 10)]
    raw.trees = [RawTree(spot, 9.0) for spot in spots]
    city = furnish(raw, network, seed=3)
    assert len(city.trees) > len(spots)
    invented = city.trees.xy[city.trees.provenance == Provenance.INVENTED]
    x, y = invented.T
    assert np.count_nonzero((y < 75) & (x < 1000)) == 0  # the row of cells that the mapped trees speak for


def test_open_country_stays_open() -> None:
    raw = replace(grid(2, 1500.0, lanes=1, signals=False), origin=SHANGHAI)
    city = furnish(raw, build_network(raw, quiet)[0], seed=1)
    assert len(city.buildings) == 0


@pytest.mark.parametrize(("origin", "tallest"), [((-116.8, 36.9), 20.0), ((9.9, 53.6), 30.0)])
def test_small_towns_of_other_continents_have_houses(origin: tuple[float, float], tallest: float) -> None:
    raw = replace(grid(5, 110.0, lanes=1), origin=origin)
    city = furnish(raw, build_network(raw, quiet)[0], seed=1)
    assert len(city.buildings) > 40
    assert np.quantile(city.buildings.height, 0.8) < tallest
