"""Where people walk, and where they cross."""

import numpy as np
import shapely

from cosmopolis.city.words import StreetKind

from .towns import CROSS, cross, edge, network_of, street, town


def test_people_cross_every_arm_of_a_junction_with_lights_from_kerb_to_kerb() -> None:
    network = network_of(cross(lanes=2, signals="c"))
    crossings = network.crossings
    assert len(crossings) == 4
    assert crossings.signalled.all()
    np.testing.assert_allclose(crossings.line.length, 13.0)  # four lanes of 3.25 m


def test_stop_lines_are_before_the_crossing() -> None:
    network = network_of(cross(lanes=2, signals="c"))
    ways = shapely.union_all(
        [shapely.LineString(p[:, :2]).buffer(1.5) for p in map(network.crossings.line.__getitem__, range(4))]
    )
    for row in range(len(network.lanes)):
        assert not shapely.LineString(network.lanes.line[row][:, :2]).intersects(ways)


def test_a_crossing_drawn_between_junctions_stays_there() -> None:
    nodes = {"a": (0, 0), "x": (120, 0), "b": (300, 0)}
    network = network_of(town(nodes, street("a x b"), crossings={"x": False}))
    assert network.crossings.junction.tolist() == [-1]
    np.testing.assert_allclose(network.crossings.line[0][:, 0], 120.0)
    assert not network.crossings.signalled[0]


def test_sidewalks_run_outside_the_kerb_and_round_the_corner() -> None:
    network = network_of(
        town(
            CROSS,
            *(
                street(p, forward_lanes=2, backward_lanes=2, sidewalk_left=True, sidewalk_right=True)
                for p in ("w c e", "s c n")
            ),
        )
    )
    road = shapely.union_all(
        [
            shapely.LineString(network.lanes.line[i][:, :2]).buffer(1.6, cap_style="flat")
            for i in range(len(network.lanes))
        ]
    )
    for i in range(len(network.walks)):
        half = float(network.walks.width[i]) / 2
        ribbon = shapely.LineString(network.walks.line[i][:, :2]).buffer(half - 0.1, cap_style="flat")
        assert ribbon.intersection(road).area < 0.5
    assert len(network.walks) == 8 + 4
    walk = network.walks.line[int(np.flatnonzero(network.walks.edge == edge(network, "w", "c"))[0])]
    np.testing.assert_allclose(walk[:, 1], -6.5 - 0.15 - 1.25)


def test_footpaths_and_stairs_are_walks_of_their_own() -> None:
    nodes = dict(CROSS) | {"p": (50, 50), "q": (90, 80)}
    network = network_of(
        town(nodes, street("w c e"), street("c p", StreetKind.FOOTWAY), street("p q", StreetKind.STEPS))
    )
    own = network.walks.edge < 0
    assert sorted(network.walks.kind[own].tolist()) == [StreetKind.FOOTWAY, StreetKind.STEPS]
    assert len(network.edges) == 2  # a footpath cuts no street
