"""The day of a whole town: people, jobs, borders and buses become trips that can be driven."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cosmopolis.city.words import Control, Mode, VehicleKind
from cosmopolis.demand import plan_trips
from cosmopolis.demand.ends import building_ends
from cosmopolis.demand.graph import RoadGraph
from cosmopolis.demand.plan import DemandParameters
from cosmopolis.demand.population import populate
from cosmopolis.demand.store import cached_trips, load_trips
from cosmopolis.demand.trips import Trips, concatenate, no_trips, sorted_by_departure, take


def same(one: Trips, other: Trips) -> bool:
    return all(np.array_equal(getattr(one, n), getattr(other, n)) for n in Trips.__dataclass_fields__)


def test_the_same_seed_gives_the_same_day_and_another_one_another(village, trips):
    assert same(trips, plan_trips(village, seed=5))
    assert not same(trips, plan_trips(village, seed=6))


def test_everyone_leaves_in_order_within_the_day(trips):
    assert (np.diff(trips.depart) >= 0).all()
    assert trips.depart[0] >= 0 and trips.depart[-1] < 86_400


def test_every_route_is_joined_by_connections_that_its_vehicle_may_use(village, trips):
    lanes, links = village.network.lanes, village.network.connections
    edges = len(village.network.edges)
    for mode, chosen in (
        (Mode.CAR, trips.kind != VehicleKind.BUS),
        (Mode.BUS, trips.kind == VehicleKind.BUS),
    ):
        allowed = (lanes.modes & int(mode)) != 0
        usable = allowed[links.from_lane] & allowed[links.to_lane]
        joined = np.unique(
            lanes.edge[links.from_lane[usable]].astype(np.int64) * edges + lanes.edge[links.to_lane[usable]]
        )
        some = take(trips, np.flatnonzero(chosen))
        inner = np.ones(len(some.route), dtype=bool)
        inner[some.route_start[1:] - 1] = False
        at = np.flatnonzero(inner)
        moves = some.route[at].astype(np.int64) * edges + some.route[at + 1]
        assert len(some) > 0
        assert np.isin(moves, joined).all()


def test_trips_begin_and_end_at_a_kerb_or_at_the_border(village, trips):
    network = village.network
    cars = take(trips, np.flatnonzero(trips.kind != VehicleKind.BUS))
    first, last = cars.route[cars.route_start[:-1]], cars.route[cars.route_start[1:] - 1]
    assert np.array_equal(network.lanes.edge[cars.from_lane], first)
    assert np.array_equal(network.lanes.edge[cars.to_lane], last)
    inside = cars.origin >= 0
    assert inside.any() and not inside.all()
    kerbs = building_ends(village, RoadGraph.of(village.network, Mode.CAR))
    known = set(zip(kerbs.owner.tolist(), kerbs.lane.tolist()))
    assert set(zip(cars.origin[inside].tolist(), cars.from_lane[inside].tolist())) <= known
    outside = network.junctions.control[network.edges.from_junction[first[~inside]]]
    assert (outside == Control.BORDER).all()
    for lane, position in ((cars.from_lane, cars.from_position), (cars.to_lane, cars.to_position)):
        assert (position > 0).all() and (position < network.lanes.length[lane]).all()


def test_who_stays_on_one_street_drives_forward(village, trips):
    single = np.diff(trips.route_start) == 1
    assert (trips.to_position[single] > trips.from_position[single]).all()


def test_the_population_is_the_stated_one(village):
    assert populate(village).residents.sum() == pytest.approx(float(village.notes["population"]))


def test_trips_a_person_are_those_of_the_survey(village):
    dials = DemandParameters(border=0.0, freight=0.0, peak_use=1e9)
    cars = plan_trips(village, seed=1, parameters=dials)
    reached = populate(village).residents[village.buildings.lane >= 0].sum()
    expected = reached * 2.16 * dials.car_share / dials.occupancy
    assert (cars.kind != VehicleKind.BUS).sum() == pytest.approx(expected, rel=0.05)


def test_demand_beyond_what_streets_carry_is_thinned_out(village):
    much = plan_trips(village, seed=1, parameters=DemandParameters(peak_use=1e9))
    little = plan_trips(village, seed=1, parameters=DemandParameters(peak_use=0.004))
    assert 0 < (little.kind != VehicleKind.BUS).sum() < 0.5 * (much.kind != VehicleKind.BUS).sum()


def test_buses_run_their_lines_and_halt_in_order(village, trips):
    buses = take(trips, np.flatnonzero(trips.kind == VehicleKind.BUS))
    assert set(np.unique(buses.line)) <= set(range(len(village.transit_lines)))
    for row in range(0, len(buses), max(1, len(buses) // 50)):
        halts = slice(buses.halt_start[row], buses.halt_start[row + 1])
        edges = village.network.lanes.edge[buses.halt_lane[halts]].tolist()
        way = iter(buses.route[buses.route_start[row] : buses.route_start[row + 1]].tolist())
        here = next(way)
        for edge in edges:
            while here != edge:
                here = next(way)  # StopIteration: a halt off the route, or out of order
        assert (buses.halt_dwell[halts] > 0).all()
        assert buses.to_lane[row] == buses.halt_lane[halts][-1]


def test_not_everyone_takes_one_street(trips):
    first, last = trips.route[trips.route_start[:-1]], trips.route[trips.route_start[1:] - 1]
    ways: dict[tuple[int, int], set[bytes]] = {}
    for row in np.flatnonzero(trips.line < 0)[:20_000]:
        way = trips.route[trips.route_start[row] : trips.route_start[row + 1]].tobytes()
        ways.setdefault((int(first[row]), int(last[row])), set()).add(way)
    assert sum(len(w) > 1 for w in ways.values()) > 50


def test_a_city_without_people_has_no_trips(village):
    empty = replace(village.buildings, lane=np.full(len(village.buildings), -1, dtype=np.int32))
    lines = replace(village.transit_lines, mode=np.full(len(village.transit_lines), 1, dtype=np.uint8))
    nobody = replace(village, buildings=empty, transit_lines=lines)
    assert len(plan_trips(nobody, parameters=DemandParameters(border=0.0))) == 0


def test_trips_are_kept_and_a_damaged_cache_is_planned_anew(village, trips, tmp_path):
    assert same(cached_trips(village, tmp_path, seed=5), trips)
    (kept,) = (tmp_path / ".cache").iterdir()
    assert same(load_trips(kept), trips)
    kept.write_bytes(kept.read_bytes()[:1000])
    assert same(cached_trips(village, tmp_path, seed=5), trips)


def test_parts_put_together_and_sorted_keep_every_trip(trips):
    twice = concatenate([trips, no_trips(), trips])
    assert len(twice) == 2 * len(trips)
    ordered = sorted_by_departure(twice)
    assert same(take(ordered, np.arange(0, len(ordered), 2)), trips)
