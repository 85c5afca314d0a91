"""Places, stops, transit lines, rails and zones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from shapely import box

from cosmopolis.city.furnish import furnish
from cosmopolis.city.layers.zones import residents_and_jobs
from cosmopolis.city.model import City
from cosmopolis.city.network import build_network
from cosmopolis.city.progress import quiet
from cosmopolis.city.raw import RawBuilding, RawCity, RawPlace, RawStop, RawTransitLine
from cosmopolis.city.words import BuildingUse, Provenance, TransitMode
from tests.city.towns import ring_network, small_raw
from tests.grids import grid


def test_a_place_knows_its_building(town: City) -> None:
    assert town.buildings.key[town.places.building[0]] == "b:whole"  # not the part that it stands in


def test_places_at_the_door_and_in_the_open() -> None:
    raw = small_raw()
    raw.places = [
        RawPlace("door", "Kiosk", "shop=kiosk", (81.5, 30.0)),
        RawPlace("open", "Fountain", "amenity=fountain", (90.0, 130.0)),
        RawPlace("away", "Elsewhere", "amenity=bar", (900.0, 0.0)),
    ]
    city = furnish(raw, ring_network())
    assert city.places.key == ("door", "open")
    assert city.buildings.key[city.places.building[0]] == "b:floors"
    assert city.places.building[1] == -1


def test_buses_halt_at_the_kerb_beside_the_stop_and_metros_do_not(town: City) -> None:
    # (60, -4) lies beside the lane east along y = -1.75, (204, 70) beside the lane north along x = 201.75.
    assert town.stops.lane.tolist() == [0, 2, -1]
    assert town.stops.lane_position[0] == pytest.approx(60 - 12, abs=0.01)
    assert town.stops.lane_position[1] == pytest.approx(70 - 12, abs=0.01)


def test_a_stop_on_the_axis_goes_to_the_side_its_line_takes() -> None:
    def lanes(*order: str) -> list[int]:
        raw = small_raw()
        raw.stops = [RawStop(key, key, (x, 0.0)) for key, x in (("a", 40.0), ("b", 100.0), ("c", 160.0))]
        raw.transit_lines = [RawTransitLine("l", "1", "", TransitMode.BUS, order)]
        return furnish(raw, ring_network()).stops.lane.tolist()

    assert lanes("a", "b", "c") == [0, 0, 0]  # east
    assert lanes("c", "b", "a") == [1, 1, 1]  # west


def test_lines_keep_their_stops_and_get_a_headway(town: City) -> None:
    lines = town.transit_lines
    assert lines.stop[lines.stop_start[0] : lines.stop_start[1]].tolist() == [0, 1]
    assert lines.headway[0] == 480.0 and lines.colour[0] == "#0000ff"
    assert (lines.provenance == Provenance.MEASURED).all()


def test_a_line_with_one_stop_here_is_dropped_and_told() -> None:
    raw = small_raw()
    raw.transit_lines.append(RawTransitLine("l:x", "X9", "", TransitMode.BUS, ("s:1", "s:far")))
    city = furnish(raw, ring_network())
    assert city.transit_lines.key == ("l:1",)
    assert [(f.code, f.where) for f in city.findings if f.code == "line-dropped"] == [("line-dropped", "l:x")]


def bus_town() -> RawCity:
    """A grid with a stop on the right of every second street, and no line."""
    raw = replace(grid(8, 250.0, lanes=1), origin=(121.48, 31.23))
    raw.stops = [
        RawStop(f"s{x}-{y}-{side}", f"Stop {x}-{y}", (250.0 * x + 125.0, 250.0 * y + side * 6.0))
        for x in range(7)
        for y in range(0, 8, 2)
        for side in (-1, 1)
    ]
    return raw


def test_lines_are_invented_where_there_are_stops_but_none() -> None:
    raw = bus_town()
    city = furnish(raw, build_network(raw, quiet)[0], seed=1)
    lines, stops = city.transit_lines, city.stops
    assert len(lines) >= 2 and (lines.provenance == Provenance.INVENTED).all()
    assert sorted(set(lines.ref)) == sorted({ref for ref in lines.ref if lines.ref.count(ref) == 2})
    for row in range(len(lines)):
        called = lines.stop[lines.stop_start[row] : lines.stop_start[row + 1]]
        assert len(called) >= 5 and len(set(called.tolist())) == len(called)
        assert np.hypot(*np.diff(stops.xy[called], axis=0).T).min() >= 280.0
        assert (stops.lane[called] >= 0).all()
    assert "transit_lines" in city.sources[-1].layers


def test_lines_are_not_invented_where_one_is_known() -> None:
    raw = bus_town()
    raw.transit_lines = [RawTransitLine("l", "1", "One", TransitMode.BUS, ("s0-0--1", "s1-0--1"))]
    city = furnish(raw, build_network(raw, quiet)[0], seed=1)
    assert city.transit_lines.key == ("l",)


def test_rails_are_as_drawn(town: City) -> None:
    assert town.rails.tunnel.tolist() == [True] and town.rails.layer.tolist() == [-1]
    assert town.rails.line.length[0] == 200.0


def test_zones_hold_everyone_once(town: City) -> None:
    residents, jobs = residents_and_jobs(town.buildings)
    assert town.zones.residents.sum() == pytest.approx(residents.sum(), rel=1e-5)
    assert town.zones.jobs.sum() == pytest.approx(jobs.sum(), rel=1e-5)
    assert town.notes["population"] == str(round(float(town.zones.residents.sum())))


def test_people_come_from_floor_area_by_use() -> None:
    raw = RawCity("test", (0.0, 0.0), bounds=(-50.0, -50.0, 250.0, 200.0))
    raw.buildings = [
        RawBuilding("flats", box(20, 20, 54, 40), floors=10, height=32, use=BuildingUse.RESIDENTIAL),
        RawBuilding("desks", box(100, 20, 122, 40), floors=10, height=38, use=BuildingUse.OFFICE),
    ]
    residents, jobs = residents_and_jobs(furnish(raw, ring_network()).buildings)
    assert residents[:2].tolist() == [200.0, 0.0] and jobs[:2].tolist() == [0.0, 200.0]


def test_a_whole_counts_through_its_parts() -> None:
    raw = RawCity("test", (0.0, 0.0), bounds=(-50.0, -50.0, 250.0, 200.0))
    raw.buildings = [
        RawBuilding("w", box(20, 20, 54, 40), height=32, floors=10, use=BuildingUse.RESIDENTIAL),
        RawBuilding("p", box(20, 20, 54, 40), height=32, floors=10, part_of="w"),
    ]
    residents, _ = residents_and_jobs(furnish(raw, ring_network()).buildings)
    assert residents[:2].tolist() == [0.0, 200.0]


def test_a_stated_population_is_kept() -> None:
    raw = small_raw()
    raw.notes = {"population": "60000"}
    city = furnish(raw, ring_network())
    assert city.notes["population"] == "60000"
    assert city.zones.residents.sum() == pytest.approx(60_000, rel=1e-4)
