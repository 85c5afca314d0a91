"""Nothing stands where something else is."""

import numpy as np
import shapely

from cosmopolis.city.words import BuildingUse, LandUse
from tests.growth.picture import carriageways


def _footprints(town, base=True):
    rows = [b for b in town.buildings if not b.part_of and (base or b.base == 0)]
    return rows, np.array([b.footprint for b in rows], dtype=object)


def test_footprints_are_valid(town):
    _, shapes = _footprints(town)
    assert shapely.is_valid(shapes).all()
    assert shapely.area(shapes).min() > 5


def test_no_building_stands_in_another(town):
    _, shapes = _footprints(town)
    pairs = shapely.STRtree(shapes).query(shapely.buffer(shapes, -0.05), predicate="intersects")
    assert (pairs[0] == pairs[1]).all()


def test_no_building_stands_on_a_street(town, village):
    for one in (town, village):
        _, shapes = _footprints(one)
        hits = shapely.STRtree(carriageways(one)).query(shapes, predicate="intersects")
        assert hits.shape[1] == 0


def test_no_building_stands_in_water(town):
    _, shapes = _footprints(town)
    water = [area.polygon for area in town.areas if area.kind >= LandUse.RIVER]
    assert shapely.STRtree(water).query(shapes, predicate="intersects").shape[1] == 0


def test_no_building_but_its_stations_stands_under_the_metro(town):
    viaduct = town.rails[0].line.buffer(6.0)
    under = [b for b in town.buildings if b.footprint.intersects(viaduct)]
    assert {b.use for b in under} <= {BuildingUse.TRANSPORT}


def test_parts_belong_to_a_whole_and_stand_in_it(town):
    whole = {b.key: b for b in town.buildings}
    parts = [b for b in town.buildings if b.part_of]
    assert parts
    for part in parts:
        assert whole[part.part_of].footprint.buffer(0.5).contains(part.footprint)


def test_areas_do_not_overlap(town):
    shapes = np.array([area.polygon for area in town.areas], dtype=object)
    pairs = shapely.STRtree(shapes).query(shapely.buffer(shapes, -0.1), predicate="intersects")
    assert (pairs[0] == pairs[1]).all()


def test_trees_stand_on_free_ground(town):
    xy = shapely.points([tree.xy for tree in town.trees])
    taken = [b.footprint for b in town.buildings] + carriageways(town)
    assert shapely.STRtree(taken).query(xy, predicate="within").shape[1] == 0
    assert 10_000 < len(town.trees) <= 25_000


def test_the_town_lies_inside_its_frame(town):
    west, south, east, north = town.bounds
    frame = shapely.box(west, south, east, north).buffer(1)
    assert all(frame.contains(b.footprint) for b in town.buildings)
    assert (np.abs(town.node_xy) <= [east + 1, north + 1]).all()
