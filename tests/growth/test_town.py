"""The whole town: the same for everyone, about as many people as asked for, and everything that it names."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import shapely

from cosmopolis.city.errors import BadInput
from cosmopolis.city.words import BuildingUse, LandUse, Provenance, StreetKind, TransitMode
from cosmopolis.growth import grow
from tests.growth.picture import digest


def test_the_same_seed_gives_the_same_bytes(village):
    assert digest(grow(population=8_000, seed=2)) == digest(village)


def test_every_process_grows_the_same_bytes():
    """Whatever order Python's hashes give to sets."""
    code = "from cosmopolis.growth import grow; from tests.growth.picture import digest; "
    code += "print(digest(grow(population=5_000)))"
    root = Path(__file__).parents[2]
    seen = {
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, cwd=root, capture_output=True,
            text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(seen) == 1


def test_progress_goes_from_nothing_to_all():
    told = []
    grow(population=5_000, progress=lambda stage, share: told.append(share))
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_another_seed_gives_another_town(village):
    other = grow(population=8_000, seed=3)
    assert digest(other.node_xy) != digest(village.node_xy)
    assert digest(other.buildings) != digest(village.buildings)


def test_growing_leaves_the_global_generator_alone(village):
    np.random.seed(5)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    grow(population=5_000)
    assert (np.random.get_state()[1] == before).all()  # noqa: NPY002


@pytest.mark.parametrize("population", [5_000, 20_000])
def test_as_many_people_as_asked_for(population):
    town = grow(population=population)
    assert abs(int(town.notes["population"]) - population) <= 0.05 * population


def test_homes_hold_the_people(town):
    area = sum(b.footprint.area * b.floors for b in town.buildings if b.use == BuildingUse.RESIDENTIAL)
    people = int(town.notes["population"])
    assert abs(people - 60_000) <= 3_000
    assert 33 <= area / people <= 47  # m2 of floor a person


def test_small_and_large_towns_differ_in_size(town, village):
    assert village.bounds[2] < 0.8 * town.bounds[2]
    assert len(village.buildings) < 0.5 * len(town.buildings)


@pytest.mark.parametrize("seed, population", [(-1, 60_000), (1, 100), (1, 10_000_000)])
def test_an_impossible_brief_is_bad_input(seed, population):
    with pytest.raises(BadInput, match=r"give a"):
        grow(seed=seed, population=population)


def test_everything_says_that_it_is_invented(town):
    rows = [*town.streets, *town.buildings, *town.areas, *town.places, *town.trees, *town.stops]
    rows += [*town.transit_lines, *town.rails]
    assert {row.provenance for row in rows} == {Provenance.INVENTED}
    assert town.sources[0].provenance == Provenance.INVENTED
    assert "seed 1" in town.sources[0].name


PLACES = [
    "amenity=school", "amenity=kindergarten", "amenity=hospital", "amenity=university", "amenity=marketplace",
    "amenity=place_of_worship", "amenity=police", "amenity=fire_station", "amenity=townhall", "amenity=library",
    "amenity=conference_centre", "amenity=exhibition_centre", "amenity=charging_station", "amenity=parking",
    "leisure=stadium", "leisure=park", "man_made=works", "railway=station", "shop=mall", "shop=car", "tourism=hotel",
    "waterway=river", "place=village", "place=neighbourhood", "amenity=restaurant",
]  # fmt: skip


@pytest.mark.parametrize("kind", PLACES)
def test_the_town_has_its_places(town, kind):
    found = [place for place in town.places if place.kind == kind]
    assert found
    assert all(place.name and place.name_en for place in found)


def test_search_has_something_to_find(town):
    assert len(town.places) >= 150
    assert any("International Circuit" in place.name_en for place in town.places)
    assert any("Auto Works" in place.name_en for place in town.places)


GROUNDS = [LandUse.RIVER, LandUse.LAKE, LandUse.CANAL, LandUse.PARK, LandUse.FARMLAND, LandUse.FOREST,
           LandUse.PARKING, LandUse.SPORT, LandUse.PLAZA]  # fmt: skip


@pytest.mark.parametrize("kind", GROUNDS)
def test_the_town_has_its_grounds(town, kind):
    assert sum(area.polygon.area for area in town.areas if area.kind == kind) > 3_000


def test_the_circuit_is_a_closed_course_of_grand_prix_length(town):
    parts = [s for s in town.streets if s.kind == StreetKind.RACEWAY and "Circuit" in s.name]
    lines = [shapely.LineString(town.node_xy[s.nodes]) for s in parts]
    course = shapely.line_merge(shapely.MultiLineString(lines))
    assert course.is_ring
    assert 5_000 < course.length < 5_800
    public = {n for s in town.streets if s.kind.drivable for n in s.nodes.tolist()}
    assert not public & {n for s in parts for n in s.nodes.tolist()}


def test_a_small_town_has_the_main_things_too(village):
    kinds = {place.kind for place in village.places}
    assert {"amenity=school", "amenity=hospital", "man_made=works", "railway=station"} <= kinds
    assert any(line.mode == TransitMode.METRO for line in village.transit_lines)


def test_heights_follow_floors(town):
    for b in town.buildings:
        assert b.height > b.base >= 0
        if b.use == BuildingUse.RESIDENTIAL:
            assert 2.6 < (b.height - b.base) / b.floors < 4.2
    assert max(b.floors for b in town.buildings) >= 18
