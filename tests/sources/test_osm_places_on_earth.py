"""OpenStreetMap files with things at 0,0 or far away, and places across the antimeridian."""

import numpy as np
import pytest
import shapely

from cosmopolis.city.build import build
from cosmopolis.sources import read
from tests.sources.maps import SHANGHAI, Map

DATE_LINE = (180.0, -16.85)


class AcrossMap(Map):
    """Writes longitudes as people do, within -180..180."""

    def lonlat(self, x: float, y: float) -> tuple[float, float]:
        lon, lat = super().lonlat(x, y)
        return (lon + 180.0) % 360.0 - 180.0, lat


def place_at(centre: tuple[float, float]) -> Map:
    """A cross of two streets and a house on its middle line, all 200 m across."""
    town = AcrossMap(centre)
    for id, xy in {1: (-100, 0), 2: (0, 0), 3: (100, 0), 4: (0, -100), 5: (0, 100)}.items():
        town.node(id, *xy)
    town.way(10, [1, 2, 3], highway="tertiary").way(11, [4, 2, 5], highway="residential")
    return town.square(20, -10, 20, 20, building="yes", height="8")


def lost(town: Map, lon: float, lat: float) -> Map:
    """Adds a named café and a house somewhere else."""
    for id, dx in ((90, 0.0), (91, 0.0001), (92, 0.0)):
        dy = 0.0001 if id == 92 else 0.0
        tags = '<tag k="amenity" v="cafe"/><tag k="name" v="Lost"/>' if id == 90 else ""
        town.parts.append(f'<node id="{id}" lon="{lon + dx:.7f}" lat="{lat + dy:.7f}">{tags}</node>')
    return town.way(95, [90, 91, 92, 90], building="yes")


@pytest.mark.parametrize("where", [(0.0, 0.0), (2.35, 48.86), (-179.9, 31.0)])
def test_what_lies_far_from_the_rest_is_left_out_and_told(tmp_path, where):
    raw = lost(place_at(SHANGHAI), *where).read(tmp_path)
    assert raw.origin == pytest.approx(SHANGHAI, abs=0.001)
    assert [building.key for building in raw.buildings] == ["osm:way/20"]
    assert raw.places == []
    (finding,) = raw.findings
    assert finding.code == "far-away" and "3 node(s)" in finding.message and "node 90" in finding.message
    city = build(raw)
    assert max(np.abs(city.bounds)) < 1000


def test_a_street_to_a_node_far_away_keeps_its_other_nodes(tmp_path):
    town = place_at(SHANGHAI)
    town.parts.append('<node id="99" lon="0" lat="0"/>')
    raw = town.way(12, [5, 1, 99], highway="residential").read(tmp_path)
    assert {street.key: len(street.nodes) for street in raw.streets}["osm:way/12"] == 2
    assert [finding.code for finding in raw.findings] == ["far-away"]


@pytest.mark.parametrize("lon", [180.0, 179.9996, -179.9996])
def test_one_small_place_on_the_antimeridian(tmp_path, lon):
    raw = place_at((lon, DATE_LINE[1])).read(tmp_path)
    assert abs(abs(raw.origin[0]) - 180.0) < 0.001 and raw.origin[1] == pytest.approx(DATE_LINE[1], abs=1e-4)
    assert raw.drive_on_left  # Fiji
    xy = {key: raw.node_xy[row] for row, key in enumerate(raw.node_keys)}
    east = xy["osm:node/3"] - xy["osm:node/1"]
    north = xy["osm:node/5"] - xy["osm:node/4"]
    np.testing.assert_allclose([east, north], [[200, 0], [0, 200]], atol=0.5)
    assert raw.buildings[0].footprint.area == pytest.approx(400, rel=0.01)
    assert np.abs(raw.node_xy).max() < 300
    assert raw.findings == []


def test_stated_bounds_and_clips_across_the_antimeridian(tmp_path):
    town = place_at(DATE_LINE)
    path = town.write(tmp_path)
    clipped = read([path], clip="179.9995,-16.8505,-179.9995,-16.8495")
    assert clipped.bounds is not None
    assert clipped.bounds[2] - clipped.bounds[0] == pytest.approx(106.6, abs=1.0)
    assert {street.key for street in clipped.streets} == {"osm:way/10", "osm:way/11"}
    length = sum(shapely.LineString(clipped.node_xy[s.nodes]).length for s in clipped.streets)
    assert length == pytest.approx(106.6 + 110.7, abs=2.0)
    town.head = '<bounds minlat="-16.86" minlon="179.99" maxlat="-16.84" maxlon="-179.99"/>\n'
    stated = town.read(tmp_path)
    assert stated.bounds is not None
    assert stated.bounds[2] - stated.bounds[0] == pytest.approx(2132, abs=5.0)
    assert len(stated.streets) == 2 and stated.findings == []


def test_bounds_of_another_extract_are_told_and_do_not_empty_the_map(tmp_path) -> None:
    town = place_at(SHANGHAI)
    town.head = '<bounds minlat="1" minlon="1" maxlat="2" maxlon="2"/>'
    raw = read([town.write(tmp_path)])
    assert len(raw.streets) == 2 and len(raw.buildings) == 1
    assert [finding.message for finding in raw.findings if finding.code == "bounds"] == [
        "its bounds, 1, 1, 2, 2, hold none of its nodes; taken as not stated"
    ]
