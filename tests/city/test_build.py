"""The whole way from a RawCity to a stored City."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely

from cosmopolis.city.build import build
from cosmopolis.city.errors import BadInput
from cosmopolis.city.furnish import bounds_of, furnish
from cosmopolis.city.layers.polygons import as_shapes
from cosmopolis.city.model import City
from cosmopolis.city.raw import RawCity
from cosmopolis.city.store import load, save
from cosmopolis.city.words import Provenance
from tests.city.towns import ring_network, small_raw
from tests.grids import grid

DATA = Path(__file__).parents[2] / "../shared/data"


def test_a_grid_becomes_a_city_that_can_be_lived_in(tmp_path: Path) -> None:
    city = save(build(replace(grid(5), origin=(121.48, 31.23)), seed=2), tmp_path / "c")
    assert len(city.network.edges) >= 80 and len(city.buildings) > 50
    assert city.zones.residents.sum() > 1_000 and city.zones.jobs.sum() > 100
    loaded = load(tmp_path / "c")
    assert loaded.version == city.version and len(loaded.network.conflicts) == len(city.network.conflicts)


def test_progress_tells_stages_and_shares() -> None:
    told: list[tuple[str, float]] = []
    furnish(small_raw(), ring_network(), progress=lambda stage, share: told.append((stage, share)))
    shares = [share for _, share in told]
    assert shares == sorted(shares) and shares[0] == 0.0 and shares[-1] == 1.0
    assert all(stage for stage, _ in told)


def test_findings_of_all_stages_come_together() -> None:
    raw = small_raw()
    city = furnish(raw, ring_network(), raw.findings[:1])
    assert city.findings[:2] == (raw.findings[0], raw.findings[0])


def test_bounds_are_the_boundary_s_or_the_source_s_or_what_is_drawn() -> None:
    raw, network = small_raw(), ring_network()
    assert bounds_of(raw, network) == (-40.0, -40.0, 240.0, 190.0)
    raw.boundary = shapely.box(0, 0, 50, 60)
    assert bounds_of(raw, network) == (0.0, 0.0, 50.0, 60.0)
    raw.boundary, raw.bounds = None, None
    assert bounds_of(raw, network) == (-20.0, -20.0, 220.0, 170.0)


def test_no_street_at_all_is_one_sentence() -> None:
    with pytest.raises(BadInput, match="no street"):
        build(RawCity("nowhere", (0.0, 0.0)))


@pytest.fixture(scope="module")
def shanghai() -> City:
    files = [DATA / "osm/shanghai_center.osm", *sorted((DATA / "buildings").glob("lujiazui_*.geojson"))]
    if not files[0].exists():
        pytest.skip(f"no test data at {DATA}")
    from cosmopolis.sources import read

    return build(read(files), seed=1)


@pytest.mark.slow
def test_central_shanghai_is_furnished(shanghai: City) -> None:
    buildings = shanghai.buildings
    assert 20_000 < len(buildings) < 40_000
    measured = buildings.provenance == Provenance.MEASURED
    assert 1_000 < measured.sum() < 1_500
    assert np.mean(buildings.lane >= 0) > 0.99
    assert 20_000 < len(shanghai.trees) <= 61_000
    assert len(shanghai.transit_lines) >= 10
    assert 500_000 < shanghai.zones.residents.sum() < 3_000_000


@pytest.mark.slow
def test_nothing_in_shanghai_is_invented_on_a_street_or_in_the_river(shanghai: City) -> None:
    lanes, edges = shanghai.network.lanes, shanghai.network.edges
    ground = ~edges.tunnel[lanes.edge]
    line = as_shapes([shapely.LineString(lanes.line[i][:, :2]) for i in np.flatnonzero(ground)])
    strips = shapely.buffer(line, lanes.width[ground] / 2, cap_style="flat")
    buildings = shanghai.buildings
    invented = buildings.footprint[buildings.provenance == Provenance.INVENTED]
    for obstacle in (strips, shanghai.water.polygon):
        hit, _ = shapely.STRtree(obstacle).query(invented, predicate="intersects")
        assert len(np.unique(hit)) == 0
    first, _ = shapely.STRtree(buildings.footprint).query(invented, predicate="overlaps")
    assert len(first) == 0


@pytest.mark.slow
def test_shanghai_survives_the_disk(shanghai: City, tmp_path: Path) -> None:
    saved = save(shanghai, tmp_path / "shanghai.city")
    loaded = load(tmp_path / "shanghai.city")
    assert saved.version == loaded.version
    np.testing.assert_array_equal(saved.network.lanes.line.points, loaded.network.lanes.line.points)
    assert shapely.equals_identical(saved.buildings.footprint, loaded.buildings.footprint).all()
    assert save(loaded, tmp_path / "again").version == saved.version


def test_ground_larger_than_a_city_s_is_one_sentence_before_any_grid_is_made() -> None:
    """A house 9,000 km away would take a grid of 8 billion cells."""
    raw = small_raw()
    raw.buildings.append(replace(raw.buildings[0], key="far", footprint=shapely.box(9e6, 0, 9e6 + 10, 10)))
    with pytest.raises(BadInput, match=r"spans 9000 by \d+ km.*--clip"):
        build(raw)
    raw.bounds = (0.0, 0.0, 9e6, 100.0)
    with pytest.raises(BadInput, match="spans"):
        furnish(raw, ring_network())
