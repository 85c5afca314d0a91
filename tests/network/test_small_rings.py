"""Small and mini roundabouts, drawn in one way or in several: everybody gets from every arm to every other."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from cosmopolis.city.model import Network
from cosmopolis.city.network.checks import check, check_rings
from tests.network.driving import undrivable_pairs
from tests.network.towns import edge_pairs, network_of, small_ring


def ring_town(*args: Any, **more: Any) -> Network:
    return network_of(small_ring(*args, **more))


def missing_ways(network: Network) -> list[tuple[str, str]]:
    """Pairs of arms between which no way leads over the ring alone."""
    following: dict[int, set[int]] = {}
    for a, b in edge_pairs(network):
        following.setdefault(a, set()).add(b)
    keys = list(network.edges.key)
    arms = [e for e, name in enumerate(network.edges.name) if name.startswith("Arm")]
    towards = [e for e in arms if keys[e].endswith("#0")]
    away = [e for e in arms if keys[e].endswith("#0-")]
    missing = []
    for start in towards:
        reached, ahead = set(), [start]
        while ahead:
            for e in following.get(ahead.pop(), set()) - reached:
                reached.add(e)
                if network.edges.roundabout[e]:
                    ahead.append(e)
        missing += [
            (keys[start], keys[e]) for e in away if e not in reached and e != network.edges.twin[start]
        ]
    return missing


@pytest.mark.parametrize("ways", [1, 2, 3, 5])
@pytest.mark.parametrize("arms", [3, 4, 5])
@pytest.mark.parametrize("radius", [5.0, 7.0, 9.0, 11.0, 13.0, 15.0])
def test_everybody_passes_a_small_ring(radius: float, arms: int, ways: int) -> None:
    network = ring_town(radius, arms, ways)
    assert missing_ways(network) == []
    assert [
        f for f in check(network) if f.code in ("ring-not-passable", "unreachable", "lane-without-exit")
    ] == []
    assert undrivable_pairs(network, 200) == []


@pytest.mark.parametrize("lanes", [1, 2])
def test_rings_of_several_lanes_and_few_corners(lanes: int) -> None:
    for radius in (8.0, 12.0, 18.0):
        network = ring_town(radius, 4, 4, corners=8, forward_lanes=lanes)
        assert missing_ways(network) == []
        assert [f for f in check(network) if f.code == "ring-not-passable"] == []


@pytest.mark.parametrize("radius", [8.8, 9.2, 9.6, 10.0, 11.0])
@pytest.mark.parametrize("lanes", [1, 2, 3])
def test_half_a_small_ring_is_no_way_back(radius: float, lanes: int) -> None:
    """Two exits at one node, wide arms, and pieces that turn by half a circle from one stop line to the next."""
    network = ring_town(radius, 4, 1, corners=16, places=2, lanes=lanes)
    assert missing_ways(network) == []
    assert [f for f in check(network) if f.code == "ring-not-passable"] == []


def test_a_ring_that_is_not_passable_is_told() -> None:
    network = ring_town(15.0, 4, 1)
    c, ring = network.connections, network.edges.roundabout[network.lanes.edge]
    lost = int(np.flatnonzero(ring[c.from_lane] & ring[c.to_lane])[0])
    keep = np.arange(len(c)) != lost
    cut = {
        f: getattr(c, f)[keep]
        for f in ("from_lane", "to_lane", "junction", "turn", "speed", "signal", "must_stop")
    }
    broken = replace(network, connections=replace(c, **cut))
    told = [f.where for f in check_rings(broken)]
    assert told == [network.edges.key[network.lanes.edge[c.from_lane[lost]]]]
