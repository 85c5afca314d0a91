"""Land use, green and water."""

from __future__ import annotations

import pytest
import shapely
from shapely import Polygon, box

from cosmopolis.city.layers.areas import build_areas
from cosmopolis.city.raw import RawArea
from cosmopolis.city.words import LandUse, Provenance

BOUNDS = (0.0, 0.0, 100.0, 100.0)
BOW_TIE = Polygon([(10, 10), (30, 30), (30, 10), (10, 30)])


@pytest.mark.parametrize("kind", list(LandUse))
def test_every_kind_has_its_layer(kind: LandUse) -> None:
    ground, _ = build_areas([RawArea("a", box(10, 10, 20, 20), kind)], BOUNDS)
    wanted = "land_use" if kind < 20 else "green" if kind < 40 else "water"
    assert {name: len(getattr(ground, name)) for name in ("land_use", "green", "water")} == {
        name: int(name == wanted) for name in ("land_use", "green", "water")
    }


def test_areas_end_at_the_city() -> None:
    river = RawArea("river", box(-50, 40, 150, 60), LandUse.RIVER, "River", Provenance.INVENTED)
    ground, findings = build_areas([river, RawArea("far", box(200, 0, 300, 10), LandUse.PARK)], BOUNDS)
    assert ground.water.polygon[0].equals(box(0, 40, 100, 60))
    assert ground.water.name == ("River",) and ground.water.provenance.tolist() == [Provenance.INVENTED]
    assert len(ground.green) == 0 and findings == []
    inside, _ = build_areas([river], BOUNDS, Polygon([(0, 0), (50, 0), (50, 100), (0, 100)]))
    assert inside.water.polygon[0].equals(box(0, 40, 50, 60))


def test_an_outline_that_crosses_itself_is_mended_and_told() -> None:
    ground, findings = build_areas([RawArea("osm:way/7", BOW_TIE, LandUse.PARK)], BOUNDS)
    assert ground.green.key == ("osm:way/7", "osm:way/7#2")
    assert shapely.is_valid(ground.green.polygon).all()
    assert shapely.area(ground.green.polygon).sum() == pytest.approx(200)
    assert [(finding.code, finding.where) for finding in findings] == [("area-mended", "osm:way/7")]


def test_an_outline_around_nothing_is_dropped_and_told() -> None:
    line = Polygon([(10, 10), (20, 20), (10, 10)])
    ground, findings = build_areas([RawArea("flat", line, LandUse.PARK)], BOUNDS)
    assert len(ground.green) == 0
    assert [finding.code for finding in findings] == ["area-dropped"]


def test_holes_stay_and_rings_turn_counter_clockwise() -> None:
    lake = Polygon(box(10, 10, 60, 60).exterior.coords[::-1], [box(20, 20, 30, 30).exterior.coords])
    ground, _ = build_areas([RawArea("lake", lake, LandUse.LAKE)], BOUNDS)
    (polygon,) = ground.water.polygon
    assert polygon.exterior.is_ccw and not polygon.interiors[0].is_ccw
    assert polygon.area == 2500 - 100
