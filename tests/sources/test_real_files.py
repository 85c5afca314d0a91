"""Real maps: what is in them is what is read."""

import collections

import numpy as np
import pytest
import shapely

from cosmopolis.city.words import LandUse, Mode, Roof, TransitMode
from cosmopolis.sources import read
from tests.sources.maps import DATA


def files(*names):
    paths = [DATA / name for name in names]
    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        pytest.skip(f"needs {', '.join(missing)}")
    return paths


@pytest.fixture(scope="module")
def shanghai():
    layers = [f"buildings/lujiazui_{layer}.geojson" for layer in ("buildings", "landuse", "places", "water")]
    return read(files("osm/shanghai_center.osm", *layers), name="Shanghai")


def test_shanghai_streets(shanghai):
    assert shanghai.name == "Shanghai"
    assert 4650 <= len(shanghai.streets) <= 4701
    assert 1384 <= len(shanghai.signals) <= 1385  # one light is tagged as a crossing too
    assert not shanghai.drive_on_left
    length = {
        street.key: shapely.LineString(shanghai.node_xy[street.nodes]).length for street in shanghai.streets
    }
    lanes = sum(
        length[s.key] * (s.forward_lanes + s.backward_lanes) for s in shanghai.streets if s.modes & Mode.CAR
    )
    assert 1_500_000 < lanes < 2_100_000
    assert shanghai.origin == pytest.approx((121.48, 31.229), abs=0.01)
    rows = np.concatenate([street.nodes for street in shanghai.streets])
    assert rows.min() == 0 and rows.max() == len(shanghai.node_xy) - 1 == len(shanghai.node_keys) - 1
    assert sum(street.roundabout for street in shanghai.streets) >= 8


def test_shanghai_layers(shanghai):
    assert len(shanghai.buildings) == 1450
    assert sum(building.height > 0 for building in shanghai.buildings) >= 690
    assert sum(bool(building.part_of) for building in shanghai.buildings) >= 110
    assert max(b.height + b.roof_height for b in shanghai.buildings) > 600  # Shanghai Tower
    assert 1_200 < len(shanghai.stops) <= 1_227 + 56
    names = {area.name for area in shanghai.areas if area.kind >= LandUse.RIVER}
    assert {"黄浦江", "苏州河"} <= names
    assert "东方明珠电视塔" in {building.name for building in shanghai.buildings} | {
        place.name for place in shanghai.places
    }
    licences = {source.name: source.licence for source in shanghai.sources}
    assert "ODbL" in licences["OpenStreetMap (shanghai_center.osm)"]
    assert shanghai.sources[0].date == "2025-08-09T07:00:26Z"
    assert len(shanghai.sources) == 5


def test_all_geometry_is_valid_and_near(shanghai):
    shapes = np.array([b.footprint for b in shanghai.buildings] + [a.polygon for a in shanghai.areas])
    assert shapely.is_valid(shapes).all()
    assert np.abs(shapely.total_bounds(shapes)).max() < 12_000
    assert np.abs(shanghai.node_xy).max() < 12_000
    assert all(0 <= b.base < b.height or b.height == 0 for b in shanghai.buildings)


def test_a_district_of_shanghai():
    (path,) = files("osm/shanghai_center.osm")
    raw = read([path], clip="121.48,31.23,121.50,31.25")
    assert 100 < len(raw.streets) < 1500
    west, south, east, north = raw.bounds
    assert (raw.node_xy >= [west - 0.01, south - 0.01]).all() and (
        raw.node_xy <= [east + 0.01, north + 0.01]
    ).all()
    assert len(raw.signals) < 300


def test_helsinki():
    raw = read(files("osm/helsinki.osm.pbf"))
    assert 2300 <= len(raw.streets) <= 2650
    assert 440 <= sum(not building.part_of for building in raw.buildings) <= 480
    modes = collections.Counter(line.mode for line in raw.transit_lines)
    assert modes[TransitMode.TRAM] >= 10 and modes[TransitMode.BUS] >= 30
    assert len(raw.restrictions) >= 40
    assert len(raw.trees) >= 649
    assert len(raw.signals) == 135
    assert {rail.mode for rail in raw.rails} >= {TransitMode.TRAM, TransitMode.RAIL}
    keys = {stop.key for stop in raw.stops}
    assert all(key in keys for line in raw.transit_lines for key in line.stops)
    assert len([street for street in raw.streets if street.sidewalk_left]) < 50  # drawn as ways of their own


def test_beatty():
    raw = read(files("osm/beatty.osm"))
    assert len(raw.buildings) == 104
    assert (
        raw.bounds is not None and np.abs(raw.node_xy).max() < 9_000
    )  # cut at its bounds: a highway runs 40 km on
    assert any(finding.code == "beyond-bounds" for finding in raw.findings)
    assert not raw.drive_on_left


def test_delft():
    raw = read(files("citymodels/delft.city.json"))
    assert len(raw.buildings) == 160
    assert all(building.roof == Roof.FLAT and 0 < building.height < 20 for building in raw.buildings)
    assert sum(building.footprint.area for building in raw.buildings) == pytest.approx(8630, rel=0.02)
    assert raw.origin == pytest.approx((4.3658, 52.0122), abs=1e-3)
    assert any(area.kind == LandUse.LAKE for area in raw.areas)


def test_reading_is_the_same_every_time():
    paths = files("osm/helsinki.osm.pbf")
    first, second = read(paths), read(paths)
    assert np.array_equal(first.node_xy, second.node_xy)
    assert [b.key for b in first.buildings] == [b.key for b in second.buildings]
    assert [b.part_of for b in first.buildings] == [b.part_of for b in second.buildings]
