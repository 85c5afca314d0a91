"""Where streets meet: what becomes one junction, and what must not."""

import numpy as np
import pytest
import shapely

from cosmopolis.city.network import build_network
from cosmopolis.city.network.checks import check
from cosmopolis.city.words import Control, StreetKind

from .towns import CROSS, cross, divided_cross, edge, edge_pairs, network_of, roundabout, street, town


def test_a_cross_has_one_junction_four_arms_and_twelve_movements() -> None:
    network = network_of(cross())
    assert len(network.junctions) == 5
    assert len(network.edges) == 8
    through_the_middle = {(a, b) for a, b in edge_pairs(network) if network.edges.to_junction[a] == 4}
    assert len(through_the_middle) == 12  # each arm to the three others, nobody turns back
    assert check(network) == []


def test_a_node_on_the_way_is_shape_and_not_a_junction() -> None:
    nodes = {"a": (0, 0), "b": (100, 30), "c": (200, 0)}
    network = network_of(town(nodes, street("a b"), street("b c")))
    assert len(network.junctions) == 2
    assert len(network.edges) == 2
    assert np.diff(network.edges.line.start).tolist() == [3, 3]


def test_streets_drawn_towards_each_other_are_one_street() -> None:
    nodes = {"a": (0, 0), "b": (100, 0), "c": (200, 0)}
    network = network_of(
        town(
            nodes,
            street("a b", forward_lanes=2, backward_lanes=1),
            street("c b", forward_lanes=1, backward_lanes=2),
        )
    )
    assert len(network.junctions) == 2
    assert sorted(network.edges.lane_count.tolist()) == [1, 2]


def test_where_lanes_change_there_is_a_continuation() -> None:
    nodes = {"a": (0, 0), "b": (100, 0), "c": (200, 0)}
    network = network_of(town(nodes, street("a b", forward_lanes=1), street("b c", forward_lanes=3)))
    middle = list(network.junctions.key).index("b")
    assert network.junctions.control[middle] == Control.CONTINUATION
    into = edge(network, "b", "c")
    first = int(network.edges.first_lane[into])
    assert set(range(first, first + 3)) <= set(network.connections.to_lane.tolist())  # each new lane opens


def test_divided_roads_cross_in_one_junction() -> None:
    network = network_of(divided_cross())
    big = network.junctions.area[shapely.area(network.junctions.area).argmax()]
    assert (shapely.area(network.junctions.area) > 50).sum() == 1
    assert big.contains(shapely.Point(0, 0))
    four_ways = edge_pairs(network)
    middle = int(shapely.area(network.junctions.area).argmax())
    assert len([p for p in four_ways if network.edges.to_junction[p[0]] == middle]) == 12


def test_a_divided_road_that_leaves_the_map_can_be_turned_round_on() -> None:
    network, findings = build_network(divided_cross())
    assert findings == []
    assert (network.edges.component == 0).all()
    assert (network.junctions.control == Control.BORDER).sum() == 4


def test_a_bridge_makes_no_junction_with_the_street_below() -> None:
    nodes = dict(CROSS) | {"s1": (0, -120), "n1": (0, 120), "sw": (-200, -200)}
    network = network_of(
        town(
            nodes,
            street("w c e"),
            street("s s1"),
            street("s1 n1", bridge=True, layer=1),
            street("n1 n"),
            street("w sw s", StreetKind.TERTIARY),
        )
    )
    over, under = edge(network, "s1", "n1"), edge(network, "w", "e")
    crossing = shapely.LineString(network.edges.line[over][:, :2]).intersection(
        shapely.LineString(network.edges.line[under][:, :2])
    )
    assert crossing.geom_type == "Point"
    deck, ground = network.edges.line[over], network.edges.line[under]
    height = deck[np.abs(deck[:, 1]) < 13, 2].min()
    assert height > 4.5
    assert np.abs(ground[:, 2]).max() < 0.01


@pytest.mark.parametrize("gap", [6.0, 20.0])
def test_two_nodes_of_one_crossing_are_one_junction(gap: float) -> None:
    nodes = {"w": (-200, 0), "a": (0, 0), "b": (gap, 0), "e": (200, 0), "n": (0, 200), "s": (gap, -200)}
    network = network_of(town(nodes, street("w a b e"), street("n a"), street("s b"), signals="a b"))
    assert (network.junctions.control == Control.SIGNAL).sum() == 1
    assert len(network.junctions) == 5


def test_two_crossings_with_room_between_stay_two() -> None:
    nodes = {"w": (-200, 0), "a": (0, 0), "b": (80, 0), "e": (200, 0), "n": (0, 200), "s": (80, -200)}
    network = network_of(town(nodes, street("w a b e"), street("n a"), street("s b"), signals="a b"))
    assert (network.junctions.control == Control.SIGNAL).sum() == 2


def test_a_roundabout_stays_a_ring_that_goes_first() -> None:
    network = network_of(roundabout())
    assert (network.junctions.control == Control.ROUNDABOUT).sum() == 4
    ring = network.edges.roundabout
    assert ring.sum() == 4
    conflicts, connections = network.conflicts, network.connections
    one = np.repeat(np.arange(len(connections)), np.diff(conflicts.start))
    on_ring = ring[network.lanes.edge[connections.from_lane]]
    entering = ~on_ring[one] & on_ring[conflicts.other]
    assert entering.any()
    assert conflicts.yields[entering].all()


def test_a_small_ring_is_one_junction() -> None:
    network = network_of(roundabout(radius=6.0))
    assert len(network.junctions) == 5
    assert not network.edges.roundabout.any()


def test_dead_ends_turn_back_and_nothing_else_does() -> None:
    network = network_of(cross(bounds=(-2000.0, -2000.0, 2000.0, 2000.0)))
    assert (network.junctions.control == Control.DEAD_END).sum() == 4
    back = {(a, b) for a, b in edge_pairs(network) if network.edges.twin[a] == b}
    assert {int(network.junctions.control[network.edges.to_junction[a]]) for a, _ in back} == {
        Control.DEAD_END
    }
    assert len(back) == 4


def test_the_edge_of_the_map_is_a_border() -> None:
    network = network_of(cross(bounds=(-205.0, -2000.0, 2000.0, 2000.0)))
    border = [network.junctions.key[i] for i in np.flatnonzero(network.junctions.control == Control.BORDER)]
    assert border == ["w"]


def test_a_street_that_leads_nowhere_is_left_out_and_told() -> None:
    nodes = dict(CROSS) | {"x": (600, 600), "y": (700, 600), "z": (0, 300)}
    network, findings = build_network(
        town(nodes, street("w c e"), street("s c n"), street("x y"), street("n z", backward_lanes=0))
    )
    assert {f.where for f in findings if f.code == "unreachable"} == {"x y", "n z"}
    assert (network.edges.component == 0).all()


def test_a_street_drawn_twice_is_built_once() -> None:
    nodes = {"a": (0, 0), "b": (100, 30), "c": (200, 0)}
    network, findings = build_network(town(nodes, street("a b c"), street("a  b c")))
    assert len(network.edges) == 2
    assert [f.code for f in findings] == ["duplicate-street"]


def test_a_loop_of_one_street_can_be_driven_round() -> None:
    nodes = {"a": (0, 0), "b": (100, 0), "c": (150, 50), "d": (200, 0), "e": (150, -50)}
    network = network_of(town(nodes, street("a b c d e b", StreetKind.RESIDENTIAL)))
    assert (network.edges.from_junction != network.edges.to_junction).all()
    assert (network.edges.component == 0).all()


def test_no_streets_no_network() -> None:
    network, findings = build_network(town({}))
    assert (
        len(network.edges) == len(network.junctions) == len(network.connections) == len(network.signals) == 0
    )
    assert findings == []
    assert check(network) == []
