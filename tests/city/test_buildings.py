"""Buildings: footprints, heights, parts, uses and kerbs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from shapely import Polygon, box

from cosmopolis.city.layers.areas import build_areas
from cosmopolis.city.layers.buildings import build_buildings, standing_on_lanes
from cosmopolis.city.model import Buildings
from cosmopolis.city.raw import Finding, RawArea, RawBuilding, RawCity
from cosmopolis.city.words import BuildingUse, LandUse, Provenance, Roof
from tests.city.towns import ring_network

BOUNDS = (-50.0, -50.0, 250.0, 200.0)


def built(
    *buildings: RawBuilding, areas: tuple[RawArea, ...] = (), seed: int = 1
) -> tuple[Buildings, list[Finding]]:
    raw = RawCity("test", (0.0, 0.0), buildings=list(buildings), areas=list(areas))
    ground, _ = build_areas(raw.areas, BOUNDS)
    return build_buildings(raw, BOUNDS, ground.land_use, ring_network(), seed=seed)


def house(key: str, x: float = 50, y: float = 50, size: float = 12, **about: object) -> RawBuilding:
    return RawBuilding(key, box(x, y, x + size, y + size), **about)  # type: ignore[arg-type]


def test_a_height_that_is_told_is_measured_and_kept() -> None:
    buildings, findings = built(house("b", height=21.5))
    assert buildings.height[0] == 21.5 and buildings.height_provenance[0] == Provenance.MEASURED
    assert buildings.floors[0] == 6 and findings == []


def test_floors_give_a_modelled_height() -> None:
    buildings, _ = built(house("b", floors=5, use=BuildingUse.RESIDENTIAL))
    assert buildings.height[0] == pytest.approx(5 * 3.2 + 0.8)
    assert (buildings.floors[0], buildings.height_provenance[0]) == (5, Provenance.MODELLED)


def test_silent_heights_follow_the_neighbours() -> None:
    def guess(neighbour: float) -> float:
        around = [house(f"n{i}", 20 + 20 * i, 90, height=neighbour) for i in range(5)]
        return float(built(house("b", size=30), *around)[0].height[0])

    assert guess(60.0) > 1.5 * guess(8.0)


def test_silent_heights_are_the_same_for_the_same_seed_only() -> None:
    rows = [house(f"b{i}", 5 + 15 * i, 60) for i in range(12)]
    one, again, other = built(*rows)[0], built(*rows)[0], built(*rows, seed=2)[0]
    np.testing.assert_array_equal(one.height, again.height)
    assert not np.array_equal(one.height, other.height)
    assert (one.height_provenance == Provenance.MODELLED).all()
    assert one.height.min() > 2.5 and one.height.max() < 40


@pytest.mark.parametrize("height", [-3.0, 5000.0, float("nan")])
def test_a_height_that_cannot_be_is_told_and_not_used(height: float) -> None:
    buildings, findings = built(house("b", height=height))
    assert [finding.code for finding in findings] == ["height-implausible"]
    assert 2.5 < buildings.height[0] < 60


def test_walls_begin_below_their_top() -> None:
    buildings, findings = built(house("b", height=10.0, base=30.0))
    assert buildings.base[0] < buildings.height[0]
    assert findings[0].code == "height-implausible"


def test_footprints_are_valid_and_counter_clockwise() -> None:
    clockwise = Polygon([(50, 50), (50, 70), (70, 70), (70, 50)])
    bow_tie = Polygon([(100, 50), (130, 80), (130, 50), (100, 78)])
    buildings, findings = built(
        RawBuilding("cw", clockwise), RawBuilding("bow", bow_tie), house("dot", size=0.5)
    )
    assert buildings.key == ("cw", "bow")
    assert (
        shapely.is_valid(buildings.footprint).all()
        and shapely.is_ccw(shapely.get_exterior_ring(buildings.footprint)).all()
    )
    assert {finding.where: finding.code for finding in findings} == {
        "bow": "footprint-mended",
        "dot": "footprint-dropped",
    }


def test_an_outline_that_is_no_outline_is_dropped_and_told() -> None:
    nan = Polygon([(60, 60), (float("inf"), 70), (80, 60)])
    buildings, findings = built(RawBuilding("nan", nan), RawBuilding("none", Polygon()), house("b", height=9))
    assert buildings.key == ("b",)
    assert [(finding.code, finding.where) for finding in findings] == [
        ("footprint-dropped", "nan"),
        ("footprint-dropped", "none"),
    ]


def test_parts_point_at_their_whole_and_share_its_use() -> None:
    whole = RawBuilding("w", box(50, 50, 90, 90), height=50, use=BuildingUse.HOTEL)
    parts = [
        RawBuilding("p1", box(50, 50, 90, 70), height=12, part_of="w"),
        RawBuilding("p2", box(50, 70, 90, 90), height=50, base=4, part_of="w"),
    ]
    buildings, _ = built(whole, *parts)
    assert buildings.part_of.tolist() == [-1, 0, 0]
    assert (buildings.use == BuildingUse.HOTEL).all()


def test_a_whole_that_its_parts_leave_bare_keeps_its_walls() -> None:
    whole = RawBuilding("w", box(50, 50, 90, 90), height=20)
    buildings, _ = built(whole, RawBuilding("spire", box(60, 60, 65, 65), height=60, part_of="w"))
    assert buildings.part_of.tolist() == [-1, -1]


def test_a_part_of_a_building_elsewhere_stands_alone() -> None:
    buildings, _ = built(house("p", height=9, part_of="not here"))
    assert buildings.part_of.tolist() == [-1]


def test_trips_begin_at_the_nearest_kerb() -> None:
    # Edge 0 runs east along y = 0 with its lane at y = -1.75, edge 1 west at y = 1.75.
    buildings, _ = built(house("south", 90, -30, height=9), house("north", 90, 20, height=9))
    assert buildings.lane.tolist() == [0, 1]
    assert buildings.lane_position[0] == pytest.approx(96 - 12, abs=0.01)
    assert buildings.lane_position[1] == pytest.approx(200 - 96 - 12, abs=0.01)


def test_kerbs_keep_clear_of_junctions_and_unreachable_streets() -> None:
    buildings, _ = built(house("corner", -40, -40, height=9))
    assert buildings.lane_position[0] >= 12.0
    network = ring_network()
    component = network.edges.component.copy()
    component[0] = 3
    cut_off = replace(network, edges=replace(network.edges, component=component))
    raw = RawCity("test", (0.0, 0.0), buildings=[house("south", 90, -30, height=9)])
    ground, _ = build_areas([], BOUNDS)
    reached, _ = build_buildings(raw, BOUNDS, ground.land_use, cut_off, seed=1)
    assert reached.lane[0] == 1


def test_what_lies_outside_is_left_out() -> None:
    buildings, _ = built(house("in", height=9), house("out", 400, 50, height=9))
    assert buildings.key == ("in",)


def test_land_tells_the_use_and_that_is_modelled() -> None:
    school = RawArea("s", box(0, 0, 200, 150), LandUse.EDUCATION)
    buildings, _ = built(
        house("b", height=9), house("t", 80, use=BuildingUse.SPORT, height=9), areas=(school,)
    )
    assert buildings.use.tolist() == [BuildingUse.SCHOOL, BuildingUse.SPORT]
    assert buildings.use_provenance.tolist() == [Provenance.MODELLED, Provenance.MEASURED]


def test_roofs() -> None:
    buildings, _ = built(
        house("flat", height=9),
        house("told", 80, roof=Roof.GABLED, roof_height=4.0, height=9),
        house("silent", 110, roof=Roof.HIPPED, height=9),
    )
    assert buildings.roof_height[0] == 0 and buildings.roof_height[1] == 4
    assert buildings.roof_height[2] == pytest.approx(0.35 * 12, rel=1e-5)


def test_meshes_stay_with_their_building() -> None:
    mesh = np.arange(18, dtype=float).reshape(2, 3, 3)
    buildings, _ = built(
        house("a", height=9), house("b", 80, height=9, roof=Roof.MESH, mesh=mesh), house("c", 110, height=9)
    )
    assert buildings.mesh_start.tolist() == [0, 0, 2, 2]
    np.testing.assert_array_equal(buildings.mesh, mesh.astype(np.float32))


def test_buildings_that_reach_over_a_lane_are_told() -> None:
    network = ring_network()
    x, y = network.lanes.line[0].mean(axis=0)[:2]
    free, _ = built(house("free", 90, 60))
    assert standing_on_lanes(free, network, "town") == []
    buildings, _ = built(house("on", x - 6, y - 6), house("gate", x - 6, y - 6, base=4.0, height=9.0))
    (finding,) = standing_on_lanes(buildings, network, "town")
    assert (finding.code, finding.where) == ("building-on-lane", "town")
    assert finding.message == "1 building(s) reach over a lane: on"
