"""What is said of a thing, and what it does right now: rule 2.5."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import orjson
import pytest

from cosmopolis.city.model import City
from cosmopolis.demand.trips import Trips
from cosmopolis.registry import NoSuchThing
from cosmopolis.simulation import Simulation
from cosmopolis.world import frames
from cosmopolis.world.contribution import KINDS
from cosmopolis.world.edges import EdgeMeter
from cosmopolis.world.engine import _traffic
from cosmopolis.world.in_force import InForce
from cosmopolis.world.interest import Grid, Paths
from cosmopolis.world.picture import Picture
from cosmopolis.world.site import Site
from cosmopolis.world.things.catalogue import Catalogue
from cosmopolis.world.things.vehicles import next_stop, vehicle


class Things:
    """What a client asks for, at one picture."""

    def __init__(self, city: City, trips: Trips) -> None:
        self.city, self.trips, self.paths = city, trips, Paths.of(city.network)
        self.catalogue = Catalogue(KINDS)

    def describe(self, kind: str, id: int, picture: Picture | None = None) -> dict[str, Any]:
        site = cast(Site, SimpleNamespace(city=self.city, picture=lambda: picture))
        return asyncio.run(self.catalogue.describe(site, kind, id))

    def vehicle(self, state: dict[str, Any] | None) -> dict[str, Any]:
        assert state is not None
        return vehicle(self.city, self.trips, self.paths, state)


@pytest.fixture(scope="module")
def things(city: City, trips: Trips) -> Things:
    return Things(city, trips)


@pytest.fixture(scope="module")
def simulation(city: City, trips: Trips) -> Simulation:
    made = Simulation(city, trips, start=28_800.0)
    made.run(60.0)
    return made


@pytest.fixture(scope="module")
def picture(simulation: Simulation, city: City) -> Picture:
    paths = Paths.of(city.network)
    grid, traffic = Grid.around(paths.xy), _traffic(simulation)
    cells = frames.cell_records(
        grid.cell(paths.place(traffic.path, traffic.position)), grid.cells, **vars(traffic)
    )
    edges = EdgeMeter.of(city.network).see(traffic, simulation.time, *simulation.edge_state())
    return Picture(1, simulation.time, 1, traffic, cells, simulation.phases(), edges, {}, 1.0, 0.0)


def test_every_row_of_every_kind_can_be_told_and_sent(things: Things, picture: Picture, city: City) -> None:
    net = city.network
    counts = {
        "building": len(city.buildings),
        "place": len(city.places),
        "edge": len(net.edges),
        "lane": len(net.lanes),
        "connection": len(net.connections),
        "junction": len(net.junctions),
        "signal": len(net.signals),
        "stop": len(city.stops),
        "line": len(city.transit_lines),
    }
    for kind, count in counts.items():
        for id in range(count):
            fields = things.describe(kind, id, picture)
            orjson.dumps(fields)
            assert (fields["kind"], fields["id"]) == (kind, id)
            assert fields["title"] and {"provenance", "source", "x", "y"} <= fields.keys()
        with pytest.raises(NoSuchThing, match=f"no {kind} {count}"):
            things.describe(kind, count, picture)


def test_every_vehicle_on_the_road_can_be_told(
    things: Things, simulation: Simulation, picture: Picture
) -> None:
    assert len(picture.traffic) > 5
    for id in picture.traffic.id.tolist():
        fields = things.vehicle(simulation.vehicle(id))
        orjson.dumps(fields)
        assert fields["title"] and fields["street"]
        assert fields["purpose"] in (
            "", "home", "work", "shopping", "school", "health", "visit", "leisure", "travel", "through", "line"
        )  # fmt: skip


def test_a_vehicle_is_where_its_picture_shows_it(
    things: Things, simulation: Simulation, picture: Picture
) -> None:
    place = things.paths.place(picture.traffic.path, picture.traffic.position)
    fields = things.vehicle(simulation.vehicle(int(picture.traffic.id[0])))
    np.testing.assert_allclose([fields["x"], fields["y"]], place[0], atol=0.011)


def test_the_traffic_on_all_edges_is_the_traffic_on_the_lanes(
    things: Things, picture: Picture, city: City
) -> None:
    told = sum(things.describe("edge", i, picture)["vehicles"] for i in range(len(city.network.edges)))
    assert told == int((picture.traffic.path < len(city.network.lanes)).sum())


def test_an_empty_edge_has_free_speed_and_no_flow(things: Things, picture: Picture, city: City) -> None:
    nobody = replace(
        picture, traffic=replace(picture.traffic, path=np.full_like(picture.traffic.path, 10**6))
    )
    fields = things.describe("edge", 0, nobody)
    assert (fields["vehicles"], fields["flow"]) == (0, 0)
    assert fields["meanSpeed"] == pytest.approx(float(city.network.edges.speed[0]), abs=0.01)


def test_a_street_tells_the_limit_and_the_closures_that_are_in_force(
    things: Things, picture: Picture, city: City
) -> None:
    edges = city.network.edges
    first = int(edges.first_lane[0])
    ordered = replace(picture, in_force=InForce({first}, {0: 2.5}))
    street, lane = things.describe("edge", 0, ordered), things.describe("lane", first, ordered)
    assert (street["speedLimit"], street["closedLanes"]) == (2.5, 1)
    assert (lane["speedLimit"], lane["closed"]) == (2.5, True)
    before, other = things.describe("edge", 0, picture), things.describe("edge", 1, ordered)
    assert (before["speedLimit"], before["closedLanes"]) == (round(float(edges.speed[0]), 2), 0)
    assert (other["speedLimit"], other["closedLanes"]) == (round(float(edges.speed[1]), 2), 0)


def test_a_signal_counts_down_its_phase_and_shows_its_lights(
    things: Things, picture: Picture, city: City
) -> None:
    signals = city.network.signals
    for i in range(len(signals)):
        fields = things.describe("signal", i, picture)
        duration = signals.duration[signals.phase_start[i] + fields["phase"]]
        assert fields["secondsLeft"] is not None
        assert 0 <= fields["secondsLeft"] <= duration + 0.1
        lights = [light for approach in fields["approaches"] for light in approach["lights"].values()]
        assert set(lights) <= {"red", "yellow", "green_permissive", "green_protected", "off"}
        assert len(fields["approaches"]) >= 2


def test_a_signal_off_its_table_does_not_count_down(things: Things, picture: Picture) -> None:
    phase = things.describe("signal", 0, picture)["phase"]
    other = picture.phases.copy()
    other[0] = 1 if phase == 0 else 0
    assert things.describe("signal", 0, replace(picture, phases=other))["secondsLeft"] is None


def test_a_building_lists_the_places_inside(things: Things) -> None:
    fields = things.describe("building", 0)
    assert (fields["title"], fields["address"]) == ("Exchange Tower", "Harbour Road 7")
    assert [place["name"] for place in fields["places"]] == ["Park", "People's Park"]


def test_a_stop_names_its_lines_and_a_line_its_stops(things: Things) -> None:
    assert [line["ref"] for line in things.describe("stop", 3)["lines"]] == ["11"]
    assert things.describe("stop", 0)["lines"] == []
    assert [stop["name"] for stop in things.describe("line", 0)["stops"]] == ["Market Square", "上海赛车场"]


def test_the_next_stop_is_the_first_halt_that_lies_ahead(city: City, trips: Trips) -> None:
    """A bus along two edges, with halts at 20 m and 60 m of the first and at 5 m of the second."""
    net = city.network
    first = int(net.lanes.edge[0])
    onward = int(net.lanes.edge[net.connections.to_lane[net.connections.from_lane == 0][0]])
    second = int(net.edges.first_lane[onward])
    bus = replace(
        trips,
        depart=np.zeros(1),
        route_start=np.array([0, 2]),
        route=np.array([first, onward], np.int32),
        halt_start=np.array([0, 3]),
        halt_lane=np.array([0, 0, second], np.int32),
        halt_position=np.array([20, 60, 5], np.float32),
        halt_stop=np.array([7, 8, 9], np.int32),
    )

    def then(path: int, position: float, edges_left: int) -> int:
        return next_stop(city, bus, {"trip": 0, "path": path, "position": position, "edges_left": edges_left})

    assert [then(0, 3, 1), then(0, 30, 1), then(0, 70, 1), then(second, 3, 0)] == [7, 8, 9, 9]
    assert then(second, 6, 0) == -1
    assert next_stop(city, bus, {"trip": 99, "path": 0, "position": 0, "edges_left": 1}) == -1
