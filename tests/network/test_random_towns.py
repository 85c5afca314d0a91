"""Whatever the streets, nothing breaks and the invariants hold."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cosmopolis.city.network import build_network
from cosmopolis.city.network.checks import check
from cosmopolis.city.raw import RawCity, RawRestriction, RawStreet
from cosmopolis.city.words import Mode, StreetKind, Turn

from .driving import undrivable_pairs

# Odd streets make odd networks: a "roundabout" may be any street here, also one that signs close.
ODD = {"short-edge", "connection-kink", "unreachable", "lane-without-entry", "ring-not-passable"}

kinds = st.sampled_from([k for k in StreetKind if k.drivable] + [StreetKind.FOOTWAY, StreetKind.STEPS])


@st.composite
def towns(draw: st.DrawFn) -> RawCity:
    n = draw(st.integers(2, 14))
    grid = st.integers(0, 12).map(lambda k: 25.0 * k)
    xy = [(draw(grid) + draw(st.integers(0, 6)), draw(grid)) for _ in range(n)]
    streets = []
    for i in range(draw(st.integers(1, 10))):
        nodes = draw(st.lists(st.integers(0, n - 1), min_size=2, max_size=5))
        forward, backward = draw(st.integers(0, 4)), draw(st.integers(0, 3))
        bridge = draw(st.integers(0, 7)) == 0
        streets.append(
            RawStreet(
                key=f"s{i}",
                nodes=np.array(nodes),
                kind=draw(kinds),
                forward_lanes=forward,
                backward_lanes=backward,
                forward_turns=tuple(
                    draw(st.lists(st.sampled_from([Turn(0), *Turn]), min_size=forward, max_size=forward))
                ),
                forward_bus_lanes=draw(st.integers(0, 5)) // 5,
                cycle_lane_left=draw(st.booleans()),
                cycle_lane_right=draw(st.booleans()),
                sidewalk_left=draw(st.booleans()),
                sidewalk_right=draw(st.booleans()),
                roundabout=draw(st.integers(0, 9)) == 0,
                bridge=bridge,
                layer=draw(st.integers(-2, 3)) if bridge else 0,
            )
        )
    node = st.integers(0, n - 1)
    return RawCity(
        name="random",
        origin=(0.0, 0.0),
        drive_on_left=draw(st.booleans()),
        node_xy=np.array(xy),
        streets=streets,
        signals=draw(st.sets(node, max_size=4)),
        stops_signs=draw(st.sets(node, max_size=2)),
        yields=draw(st.sets(node, max_size=2)),
        crossings=dict.fromkeys(draw(st.sets(node, max_size=3)), False),
        mini_roundabouts=draw(st.sets(node, max_size=1)),
        restrictions=[
            RawRestriction(f"s{a}", via, f"s{b}", only)
            for a, via, b, only in draw(
                st.lists(st.tuples(st.integers(0, 9), node, st.integers(0, 9), st.booleans()), max_size=3)
            )
        ],
    )


@settings(max_examples=60, deadline=None)
@given(towns())
def test_invariants_hold_in_any_town(raw: RawCity) -> None:
    network, _ = build_network(raw)
    assert {finding.code for finding in check(network)} <= ODD
    for table in (network.lanes, network.connections, network.edges, network.walks, network.crossings):
        assert np.isfinite(table.line.points).all()
        assert (np.diff(table.line.start) >= 2).all()
    cars = network.lanes.modes & int(Mode.CAR) > 0
    if cars.any():
        edges = network.edges
        inside = edges.component == 0
        length = np.where(cars, network.lanes.length, 0.0)
        assert length[inside[network.lanes.edge]].sum() >= 0.97 * length.sum()
        assert undrivable_pairs(network, 25) == []
