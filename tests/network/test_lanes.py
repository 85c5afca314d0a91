"""Lanes: side by side, as wide as they are, and connected without a gap."""

import numpy as np
import pytest
import shapely

from cosmopolis.city.words import Mode, StreetKind

from .towns import CROSS, cross, edge, lanes_of, network_of, street, town


def test_lanes_lie_to_the_right_of_the_drawn_line_kerb_first() -> None:
    network = network_of(cross(lanes=2))
    lanes = lanes_of(network, edge(network, "w", "c"))  # eastward
    y = [network.lanes.line[i][:, 1].mean() for i in lanes]
    np.testing.assert_allclose(y, [-4.875, -1.625])
    assert network.lanes.index[lanes].tolist() == [0, 1]


def test_on_the_left_they_lie_to_the_left() -> None:
    network = network_of(cross(lanes=2, drive_on_left=True))
    lanes = lanes_of(network, edge(network, "w", "c"))
    y = [network.lanes.line[i][:, 1].mean() for i in lanes]
    np.testing.assert_allclose(y, [4.875, 1.625])


def test_a_one_way_street_is_centred_on_its_line() -> None:
    nodes = {"a": (0, 0), "b": (200, 0), "c": (100, 100)}
    one_way = {"kind": StreetKind.TERTIARY, "forward_lanes": 3, "backward_lanes": 0}
    network = network_of(town(nodes, ("a b", one_way), ("b c a", one_way)))
    lanes = lanes_of(network, edge(network, "a", "b"))
    y = [network.lanes.line[i][:, 1].mean() for i in lanes]
    np.testing.assert_allclose(y, [-3.25, 0.0, 3.25], atol=1e-9)


def test_cycle_lane_then_bus_lane_then_cars() -> None:
    network = network_of(
        town(
            CROSS,
            street("w c e", forward_lanes=2, forward_bus_lanes=1, cycle_lane_right=True),
            street("s c n"),
        )
    )
    modes = network.lanes.modes[lanes_of(network, edge(network, "w", "c"))]
    assert [bool(m & Mode.CAR) for m in modes] == [False, False, True, True]
    assert modes[0] == Mode.BICYCLE
    assert modes[1] & Mode.BUS
    assert not modes[1] & Mode.CAR


@pytest.mark.parametrize("lanes", [1, 2, 4])
def test_lanes_end_before_the_crossing_ground(lanes: int) -> None:
    network = network_of(cross(lanes=lanes))
    half = 3.25 * lanes
    for lane in lanes_of(network, edge(network, "w", "c")):
        stop = network.lanes.line[lane][-1, 0]
        assert -half - 15 < stop < -half


def test_a_tight_bend_makes_no_loop() -> None:
    nodes = {
        "a": (0, 0),
        "b": (60, 0),
        "c": (64, 4),
        "d": (64, 20),
        "e": (60, 24),
        "f": (0, 24),
        "g": (0, 12),
    }
    network = network_of(
        town(nodes, street("a b c d e f", forward_lanes=3, backward_lanes=3), street("a g f"))
    )
    for row in range(len(network.lanes)):
        line = network.lanes.line[row]
        assert shapely.LineString(line[:, :2]).is_simple


def test_paths_bend_as_fast_as_their_radius_allows() -> None:
    network = network_of(cross(lanes=1))
    connections = network.connections
    right = connections.turn == 4
    straight = connections.turn == 1
    assert connections.speed[right].max() < 6.5  # m/s: sqrt(2.8 m/s2 * about 8 m) at most, never below 5
    assert connections.speed[right].min() >= 5.0
    np.testing.assert_allclose(connections.speed[straight], network.lanes.speed[0])


def test_ground_of_a_junction_holds_its_paths() -> None:
    network = network_of(cross(lanes=2, signals="c"))
    area = network.junctions.area[list(network.junctions.key).index("c")].buffer(0.1)
    assert area.is_valid
    for c in np.flatnonzero(network.connections.junction == 4):
        assert area.covers(shapely.LineString(network.connections.line[int(c)][:, :2]))


def test_ramps_rise_gently_and_meet() -> None:
    nodes = {
        "a": (-600, 0),
        "b": (-100, 0),
        "c": (100, 0),
        "d": (600, 0),
        "s": (0, -300),
        "n": (0, 300),
        "x": (-600, -300),
    }
    network = network_of(
        town(
            nodes,
            street("a b"),
            street("b c", bridge=True, layer=2),
            street("c d"),
            street("s n"),
            street("a x s", StreetKind.TERTIARY),
        )
    )
    for row in range(len(network.lanes)):
        line = network.lanes.line[row]
        run = np.hypot(*np.diff(line[:, :2], axis=0).T)
        assert (np.abs(np.diff(line[:, 2])) <= 0.062 * run + 1e-6).all()
    deck = network.edges.line[edge(network, "b", "c")]
    assert deck[:, 2].max() > 5.0


def test_a_tunnel_goes_below_ground() -> None:
    nodes = dict(CROSS) | {"s1": (0, -150), "n1": (0, 150), "sw": (-200, -200)}
    network = network_of(
        town(
            nodes,
            street("w c e"),
            street("s s1"),
            street("s1 n1", tunnel=True),
            street("n1 n"),
            street("w sw s", StreetKind.TERTIARY),
        )
    )
    line = network.edges.line[edge(network, "s1", "n1")]
    assert line[:, 2].min() < -4.0


@pytest.mark.parametrize("ramp", [30.0, 60.0, 150.0])
def test_streets_at_a_tunnel_s_mouth_stay_on_the_ground(ramp: float) -> None:
    """Only the ramp goes down, however near the junction before it and the street over the tunnel are."""
    mouth, over = ramp, ramp + 25.0
    nodes = {"c": (0, 0), "w": (-200, 0), "n": (0, 200), "s": (0, -200), "p": (mouth, 0), "q": (mouth + 300, 0),
             "e": (mouth + 500, 0), "on": (over, 200), "os": (over, -200)}  # fmt: skip
    network = network_of(
        town(
            nodes,
            street("w c"),
            street("n c s", StreetKind.TERTIARY),
            street("c p"),
            street("p q", tunnel=True, layer=-1),
            street("q e"),
            street("n on", StreetKind.RESIDENTIAL),
            street("on os", StreetKind.RESIDENTIAL, name="Over"),
            street("os s", StreetKind.RESIDENTIAL),
            street("w n", StreetKind.RESIDENTIAL, name="Back"),
            street("e on", StreetKind.RESIDENTIAL, name="Back too"),
        )
    )
    deepest = {}
    for e, key in enumerate(network.edges.key):
        line = network.edges.line[e]
        deepest[key.split("#")[0]] = float(line[:, 2].min())
        run = np.hypot(*np.diff(line[:, :2], axis=0).T)
        assert (np.abs(np.diff(line[:, 2])) <= 0.13 * run + 1e-6).all(), key
    assert deepest["p q"] < -5.0 if ramp > 50 else deepest["p q"] < -3.0
    assert deepest["c p"] < -1.0
    assert all(z > -1e-6 for key, z in deepest.items() if key not in ("p q", "c p", "q e")), deepest
