"""The kernels' network says of each path what the city says, and each column speaks of lanes or of connections."""

from __future__ import annotations

import numpy as np
import pytest

from cosmopolis.city.build import build
from cosmopolis.city.model import City
from cosmopolis.growth import grow
from cosmopolis.simulation.traffic.network import flatten


@pytest.fixture(scope="module")
def city() -> City:
    return build(grow(seed=3, population=2_000), seed=3)


def test_a_connection_knows_its_lanes_and_the_edge_it_leads_to(city: City) -> None:
    network, roads = city.network, flatten(city.network)
    lanes = len(network.lanes)
    path = roads.of_city[lanes:]
    np.testing.assert_array_equal(roads.from_lane[path], roads.of_city[network.connections.from_lane])
    np.testing.assert_array_equal(roads.to_lane[path], roads.of_city[network.connections.to_lane])
    np.testing.assert_array_equal(roads.to_edge[path], network.lanes.edge[network.connections.to_lane])
    for column in (roads.from_lane, roads.to_lane, roads.to_edge):
        assert (column[roads.of_city[:lanes]] == -1).all()


def test_a_lane_knows_its_edge_and_the_connections_that_leave_it(city: City) -> None:
    network, roads = city.network, flatten(city.network)
    lanes = len(network.lanes)
    np.testing.assert_array_equal(roads.edge[roads.of_city[:lanes]], network.lanes.edge)
    leaving: dict[int, list[int]] = {}
    for connection, lane in enumerate(network.connections.from_lane.tolist()):
        leaving.setdefault(lane, []).append(int(roads.of_city[lanes + connection]))
    for lane in range(lanes):
        path = roads.of_city[lane]
        found = list(range(roads.out_start[path], roads.out_end[path]))
        assert found == sorted(leaving.get(lane, []))
    connections = roads.of_city[lanes:]
    assert (roads.out_start[connections] == roads.out_end[connections]).all()
    assert (roads.edge[connections] == -1).all()


def test_a_lane_leads_to_a_merge_where_one_of_its_connections_merges(city: City) -> None:
    roads = flatten(city.network)
    lanes = roads.of_city[: len(city.network.lanes)]
    assert roads.leads_to_merge[lanes].any()
    for path in lanes.tolist():
        connections = roads.merges[roads.out_start[path] : roads.out_end[path]]
        assert bool(roads.leads_to_merge[path]) == bool(connections.any())
    assert not roads.merges[lanes].any()
