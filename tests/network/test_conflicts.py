"""Who crosses whom, where, and who waits."""

import numpy as np
import shapely

from cosmopolis.city.model import Network
from cosmopolis.city.network.conflicts import APART
from cosmopolis.city.words import Control, StreetKind, Turn

from .towns import CROSS, cross, divided_cross, edge, network_of, street, town


def connection(network: Network, start: str, end: str, via: str = "c") -> int:
    """The connection from arm `start` to arm `end`, the one nearest to the kerb."""
    a, b = edge(network, start, via), edge(network, via, end)
    c, of = network.connections, network.lanes.edge
    return int(np.flatnonzero((of[c.from_lane] == a) & (of[c.to_lane] == b))[0])


def waits(network: Network, one: int, other: int) -> bool | None:
    """Whether `one` yields to `other`; None if they do not meet."""
    conflicts = network.conflicts
    rows = np.arange(conflicts.start[one], conflicts.start[one + 1])
    found = rows[conflicts.other[rows] == other]
    return None if len(found) == 0 else bool(conflicts.yields[found[0]])


def test_the_minor_street_waits() -> None:
    network = network_of(cross(lanes=1, side=StreetKind.TERTIARY))
    assert network.junctions.control[4] == Control.PRIORITY
    side, main = connection(network, "s", "n"), connection(network, "w", "e")
    assert waits(network, side, main) is True
    assert waits(network, main, side) is False


def test_left_turns_wait_for_oncoming_traffic() -> None:
    network = network_of(cross(lanes=1, side=StreetKind.TERTIARY))
    left, oncoming = connection(network, "w", "n"), connection(network, "e", "w")
    assert network.connections.turn[left] == Turn.LEFT
    assert waits(network, left, oncoming) is True
    oncoming_right = connection(network, "e", "n")
    assert waits(network, left, oncoming_right) is True


def test_among_equals_the_right_goes_before_the_left() -> None:
    network = network_of(_equals())
    assert network.junctions.control[4] == Control.RIGHT_BEFORE_LEFT
    from_west, from_south = connection(network, "w", "e"), connection(network, "s", "n")
    assert (
        waits(network, from_west, from_south) is True
    )  # the south is on the right of who comes from the west
    assert waits(network, from_south, connection(network, "e", "w")) is True


def test_right_goes_first_on_the_left_too() -> None:
    network = network_of(_equals(drive_on_left=True))
    assert waits(network, connection(network, "w", "e"), connection(network, "s", "n")) is True


def _equals(**more: object) -> object:
    return town(
        CROSS, street("w c e", StreetKind.RESIDENTIAL), street("s c n", StreetKind.RESIDENTIAL), **more
    )


def test_a_give_way_sign_makes_an_arm_minor_and_stop_signs_on_all_arms_stop_all() -> None:
    nodes = dict(CROSS) | {"s1": (0, -15), "n1": (0, 15), "w1": (-15, 0), "e1": (15, 0)}
    kind = StreetKind.RESIDENTIAL
    streets = [street("w w1 c e1 e", kind), street("s s1 c n1 n", kind)]
    signed = network_of(town(nodes, *streets, yields="s1 n1"))
    c = list(signed.junctions.key).index("c")
    assert signed.junctions.control[c] == Control.PRIORITY
    assert waits(signed, connection(signed, "n", "s"), connection(signed, "w", "e")) is True
    assert waits(signed, connection(signed, "w", "e"), connection(signed, "s", "n")) is False
    stopped = network_of(town(nodes, *streets, stops_signs="s1 n1 w1 e1"))
    assert stopped.junctions.control[c] == Control.ALL_WAY_STOP
    assert stopped.connections.must_stop[stopped.connections.junction == c].all()


def test_stop_signs_on_two_arms_stop_those_two() -> None:
    nodes = dict(CROSS) | {"s1": (0, -15), "n1": (0, 15)}
    streets = [street("w c e", StreetKind.RESIDENTIAL), street("s s1 c n1 n", StreetKind.RESIDENTIAL)]
    network = network_of(town(nodes, *streets, stops_signs="s1 n1"))
    c = list(network.junctions.key).index("c")
    assert network.junctions.control[c] == Control.PRIORITY
    for one, other, stops in (("n", "s", True), ("s", "e", True), ("w", "e", False), ("e", "n", False)):
        assert network.connections.must_stop[connection(network, one, other)] == stops
    assert waits(network, connection(network, "n", "s"), connection(network, "w", "e")) is True


def test_a_ramp_waits_for_the_motorway() -> None:
    nodes = {
        "a": (-400, 0),
        "c": (0, 0),
        "b": (400, 0),
        "r": (-300, -80),
        "p": (-350, -200),
        "d": (400, -200),
    }
    network = network_of(
        town(
            nodes,
            street("a c b", StreetKind.MOTORWAY, forward_lanes=2, backward_lanes=0),
            street("r c", StreetKind.MOTORWAY_LINK, backward_lanes=0),
            street("b d p a", backward_lanes=0),
            street("p r", backward_lanes=0),
        )
    )
    ramp, main = connection(network, "r", "b"), connection(network, "a", "b")
    rows = slice(network.conflicts.start[ramp], network.conflicts.start[ramp + 1])
    assert network.conflicts.merge[rows].any()
    assert waits(network, ramp, main) is True


def test_shared_ground_is_where_the_paths_are_close() -> None:
    """The reference: points every 10 cm along both paths, and their distances in plain numpy."""
    network = network_of(divided_cross())
    paths, conflicts = network.connections.line, network.conflicts
    checked = 0
    for c in range(0, len(network.connections), 5):
        for d in range(c + 1, len(network.connections)):
            if (
                network.connections.junction[c] != network.connections.junction[d]
                or network.connections.from_lane[c] == network.connections.from_lane[d]
            ):
                continue
            a, b = (shapely.LineString(paths[k][:, :2]) for k in (c, d))
            s = np.arange(0, a.length, 0.1)
            close = shapely.distance(shapely.line_interpolate_point(a, s), b) < APART
            rows = np.arange(conflicts.start[c], conflicts.start[c + 1])
            found = rows[conflicts.other[rows] == d]
            if not close.any():
                # Sampling may see a near miss of up to half a step between samples as touching.
                assert len(found) == 0 or a.distance(b) < APART + 0.7
                continue
            assert len(found) == 1 or a.distance(b) > APART - 0.2
            if len(found):
                checked += 1
                slack = a.length / 19 + 0.1  # a sample's step
                assert conflicts.begin[found[0]] <= s[close][0] + slack
                assert conflicts.end[found[0]] >= s[close][-1] - slack
                assert conflicts.begin[found[0]] >= s[close][0] - 1.5 * slack - 0.5
    assert checked > 5


def test_lanes_side_by_side_do_not_conflict() -> None:
    network = network_of(cross(lanes=3))
    c = network.connections
    edge_of = network.lanes.edge
    west = edge(network, "w", "c")
    rows = np.flatnonzero((edge_of[c.from_lane] == west) & (c.turn == Turn.THROUGH))
    assert len(rows) == 2
    assert waits(network, int(rows[0]), int(rows[1])) is None


def test_where_a_lane_ends_the_kerb_lane_lets_the_other_go() -> None:
    nodes = {"a": (0, 0), "b": (200, 0), "c": (400, 0)}
    network = network_of(town(nodes, street("a b", forward_lanes=3), street("b c", forward_lanes=2)))
    into = edge(network, "b", "c")
    c, conflicts = network.connections, network.conflicts
    rows = np.flatnonzero(network.lanes.edge[c.to_lane] == into)
    assert len(rows) == 3  # every lane goes on
    merging = [
        k for r in rows for k in range(conflicts.start[r], conflicts.start[r + 1]) if conflicts.merge[k]
    ]
    assert len(merging) == 2
    one = np.repeat(np.arange(len(c)), np.diff(conflicts.start))
    kerb = min(merging, key=lambda k: c.from_lane[one[k]])
    assert conflicts.yields[kerb]
