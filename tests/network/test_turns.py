"""Who may turn where, and from which lane."""

from typing import Any

import numpy as np
import pytest

from cosmopolis.city.model import Network
from cosmopolis.city.network import build_network
from cosmopolis.city.network.lane_choice import lane_pairs, lane_spans
from cosmopolis.city.raw import RawRestriction
from cosmopolis.city.words import StreetKind, Turn

from .towns import CROSS, cross, edge, edge_pairs, network_of, street, town, turns_from

L, T, R = Turn.LEFT, Turn.THROUGH, Turn.RIGHT


@pytest.mark.parametrize(
    "lanes, expected",
    [
        (1, [{R, T, L}]),
        (2, [{R, T}, {T, L}]),
        (3, [{R, T}, {T}, {L}]),
    ],
)
def test_right_turns_from_the_kerb_left_turns_from_the_middle(lanes: int, expected: list[set[Turn]]) -> None:
    network = network_of(cross(lanes=lanes))
    assert turns_from(network, edge(network, "w", "c")) == expected


def test_driving_on_the_left_is_its_mirror_image() -> None:
    network = network_of(cross(lanes=3, drive_on_left=True))
    assert turns_from(network, edge(network, "w", "c")) == [{L, T}, {T}, {R}]


def test_painted_arrows_are_obeyed() -> None:
    painted = (L, L, T, R)  # from left to right
    network = network_of(
        town(
            CROSS,
            street("w c", forward_lanes=4, forward_turns=painted),
            street("c e", forward_lanes=2),
            street("s c n", forward_lanes=2, backward_lanes=2),
        )
    )
    assert turns_from(network, edge(network, "w", "c")) == [{R}, {T}, {L}, {L}]


def test_arrows_that_leave_a_street_out_do_not_cut_it_off() -> None:
    network = network_of(
        town(CROSS, street("w c", forward_lanes=2, forward_turns=(T, T)), street("c e"), street("s c n"))
    )
    pairs = {b for a, b in edge_pairs(network) if a == edge(network, "w", "c")}
    assert pairs == {edge(network, "c", k) for k in "ens"}


def test_a_forbidden_turn_has_no_connection() -> None:
    network = network_of(
        town(
            CROSS,
            street("w c"),
            street("c e"),
            street("s c"),
            street("c n"),
            restrictions=[("w c", "c", "c n", False)],
        )
    )
    goals = {b for a, b in edge_pairs(network) if a == edge(network, "w", "c")}
    assert goals == {edge(network, "c", "e"), edge(network, "c", "s")}


def test_an_only_turn_forbids_the_others() -> None:
    network = network_of(
        town(
            CROSS,
            street("w c"),
            street("c e"),
            street("s c"),
            street("c n"),
            restrictions=[("w c", "c", "c e", True)],
        )
    )
    goals = {b for a, b in edge_pairs(network) if a == edge(network, "w", "c")}
    assert goals == {edge(network, "c", "e")}


def test_a_restriction_inside_a_merged_junction_is_obeyed() -> None:
    """No left turn from the west on to the piece between the carriageways: no way north from there."""
    nodes = {"w": (-200, 0), "a": (0, 0), "b": (16, 0), "e": (200, 0)}
    nodes |= {"n0": (0, 200), "s0": (0, -200), "s1": (16, -200), "n1": (16, 200)}
    one_way = {"kind": StreetKind.PRIMARY, "forward_lanes": 2, "backward_lanes": 0}
    streets = [street("w a"), street("a b"), street("b e"), ("n0 a s0", one_way), ("s1 b n1", one_way)]
    free = network_of(town(nodes, *streets))
    signed = network_of(town(nodes, *streets, restrictions=[("a b", "b", "s1 b n1", False)]))

    def goals(network: object) -> set[str]:
        start = list(network.edges.key).index("w a#0")  # type: ignore[attr-defined]
        return {network.edges.key[b] for a, b in edge_pairs(network) if a == start}  # type: ignore[attr-defined,arg-type]

    assert goals(free) == {"b e#0", "n0 a s0#1", "s1 b n1#1"}
    assert goals(signed) == {"b e#0", "n0 a s0#1"}


def test_one_way_streets_are_not_entered_from_the_wrong_side() -> None:
    network = network_of(
        town(
            dict(CROSS) | {"ne": (200, 200)},
            street("w c e"),
            street("s c n", backward_lanes=0),
            street("n ne e", StreetKind.TERTIARY),
            street("w s", StreetKind.RESIDENTIAL),
        )
    )
    ends = {
        (network.junctions.key[a], network.junctions.key[b])
        for a, b in zip(network.edges.from_junction, network.edges.to_junction)
    }
    assert ("s", "c") in ends
    assert ("c", "s") not in ends


def test_every_lane_gets_a_movement_and_every_movement_a_lane() -> None:
    turns = [int(R), int(T), int(L), int(Turn.U_TURN)]
    angles = [-1.5, 0.0, 1.5, 3.1]
    for n in range(1, 7):
        for m in range(1, 16):
            pick = [k for k in range(4) if m >> k & 1]
            for room in (1, 2, 3):
                spans = lane_spans(
                    n, [turns[k] for k in pick], [angles[k] for k in pick], [room] * len(pick), ()
                )
                assert all(0 <= low <= high < n for low, high in spans)
                assert {lane for low, high in spans for lane in range(low, high + 1)} == set(range(n))


def test_paths_of_one_movement_never_cross() -> None:
    rng = np.random.default_rng(1)
    for _ in range(300):
        n, m = rng.integers(1, 6, 2)
        low = int(rng.integers(0, n))
        turn = int(rng.choice([R, T, L]))
        sources = (3.0 * np.arange(n)[::-1] + rng.uniform(-4, 4)).tolist()
        goals = (3.0 * np.arange(m)[::-1]).tolist()
        pairs = sorted(lane_pairs((low, int(n) - 1), turn, sources, goals, 0, 0, bool(rng.integers(2))))
        goals_in_order = [j for _, j in pairs]
        assert goals_in_order == sorted(goals_in_order)


def test_a_ramp_joins_from_the_kerb_and_the_motorway_keeps_its_lanes() -> None:
    nodes = {
        "a": (-400, 0),
        "b": (0, 0),
        "c": (400, 0),
        "r": (-300, -60),
        "p": (-350, -200),
        "d": (400, -200),
    }
    motorway = {"kind": StreetKind.MOTORWAY, "backward_lanes": 0}
    network = network_of(
        town(
            nodes,
            ("a b", motorway | {"forward_lanes": 2}),
            ("b c", motorway | {"forward_lanes": 3}),
            ("r b", {"kind": StreetKind.MOTORWAY_LINK, "forward_lanes": 1, "backward_lanes": 0}),
            street("c d p a", backward_lanes=0),
            street("p r", backward_lanes=0),
        )
    )
    main, ramp, onward = edge(network, "a", "b"), edge(network, "r", "b"), edge(network, "b", "c")
    first = int(network.edges.first_lane[onward])
    c, of = network.connections, network.lanes.edge

    def goals(e: int) -> list[int]:
        return sorted((c.to_lane[of[c.from_lane] == e] - first).tolist())

    assert goals(ramp) == [0]
    assert goals(main) == [1, 2]


def test_a_street_that_signs_cut_off_is_left_out_and_told() -> None:
    closed = [(arm, "c", "s c", False) for arm in ("w c", "c e", "c n")]
    network, findings = build_network(
        town(CROSS, street("w c"), street("c e"), street("s c"), street("c n"), restrictions=closed)
    )
    assert [f.where for f in findings if f.code == "unreachable"] == ["s c"]
    assert "s" not in network.junctions.key
    assert (network.edges.component == 0).all()


def test_who_would_be_trapped_may_turn_round() -> None:
    """Against a one-way ring one can go one block, and then only back."""
    nodes = {"a": (0, 0), "b": (200, 0), "c": (100, 170)}
    network = network_of(
        town(
            nodes,
            street("a b"),
            street("b c", backward_lanes=0),
            street("c a", StreetKind.TERTIARY, backward_lanes=0),
        )
    )
    assert (network.edges.component == 0).all()
    assert (edge(network, "b", "a"), edge(network, "a", "b")) in edge_pairs(network)


def _avenue(gap: float, forbidden: str = "", *, side_street: bool = True) -> Network:
    """A divided avenue whose carriageways lie `gap` apart, a cross street, and ways back at both ends.

    It is forbidden to come from the west, to cross over to the other carriageway and to go on along `forbidden`.
    """
    g = gap / 2
    nodes = {"w0": (-300, -g), "c0": (0, -g), "e0": (300, -g), "w1": (-300, g), "c1": (0, g), "e1": (300, g),
             "n": (0, 200), "s": (0, -200), "w": (-340, 0), "e": (340, 0), "far": (500, 0)}  # fmt: skip
    one_way: dict[str, Any] = {"kind": StreetKind.PRIMARY, "forward_lanes": 2, "backward_lanes": 0}
    arms = [street("s c0")] if side_street else []
    raw = town(
        nodes,
        *(
            (path, one_way | {"name": path})
            for path in ("w0 c0", "c0 e0", "e1 c1", "c1 w1", "w1 w w0", "e0 e e1")
        ),
        street("c0 c1"),
        street("n c1"),
        *arms,
        street("n far s" if side_street else "n far e", StreetKind.TERTIARY),
    )
    if forbidden:
        row = list(nodes).index
        raw.restrictions = [
            RawRestriction("w0 c0", row("c0"), forbidden, via_streets=("c0 c1",), last_node=row("c1"))
        ]
    return network_of(raw)


def _ways(network: Network, start: str, goal: str, most: int = 3) -> set[tuple[str, ...]]:
    """Keys of the edges of every way of at most `most` edges from one edge to another."""
    keys, following = list(network.edges.key), edge_pairs(network)
    out, open_ways = set(), [(keys.index(start),)]
    for _ in range(most - 1):
        open_ways = [(*way, b) for way in open_ways for a, b in following if a == way[-1] and b not in way]
        out |= {tuple(keys[e] for e in way) for way in open_ways if way[-1] == keys.index(goal)}
    return out


def test_a_way_over_a_street_is_forbidden() -> None:
    assert _ways(_avenue(60.0), "w0 c0#0", "c1 w1#0")
    network = _avenue(60.0, "c1 w1")
    assert _ways(network, "w0 c0#0", "c1 w1#0") == set()
    assert _ways(network, "w0 c0#0", "c0 e0#0")
    assert _ways(network, "w0 c0#0", "n c1#0-")


def test_inside_one_junction_only_those_are_forbidden_whom_the_sign_means() -> None:
    assert _ways(_avenue(16.0), "w0 c0#0", "n c1#0-")
    network = _avenue(16.0, "n c1")
    assert len(network.junctions) < len(_avenue(60.0).junctions)
    assert _ways(network, "w0 c0#0", "n c1#0-") == set()
    assert _ways(network, "s c0#0", "n c1#0-")
    assert _ways(network, "w0 c0#0", "c0 e0#0")


def test_of_two_turns_the_one_goes_that_fewer_others_use() -> None:
    """Without a side street in the south only those from the west come over: nobody else loses the last turn."""
    network = _avenue(60.0, "c1 w1", side_street=False)
    assert _ways(network, "w0 c0#0", "c1 w1#0") == set()
    assert _ways(network, "w0 c0#0", "n c1#0-")
    assert _ways(network, "n c1#0", "c1 w1#0")
