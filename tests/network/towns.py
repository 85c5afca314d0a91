"""Small towns drawn by hand, for the network's tests."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from cosmopolis.city.model import Network
from cosmopolis.city.network import build_network
from cosmopolis.city.raw import RawCity
from cosmopolis.city.words import StreetKind, Turn
from cosmopolis.validation.towns import Nodes, edge, roundabout, street, town

__all__ = ["Nodes", "edge", "roundabout", "street", "town"]


def network_of(raw: RawCity) -> Network:
    return build_network(raw)[0]


CROSS: Nodes = {"w": (-200, 0), "e": (200, 0), "s": (0, -200), "n": (0, 200), "c": (0, 0)}


def cross(
    lanes: int = 2, side_lanes: int | None = None, side: StreetKind = StreetKind.SECONDARY, **more: Any
) -> RawCity:
    """Four arms of 200 m: the main street runs west to east, the side street south to north."""
    m, k = lanes, lanes if side_lanes is None else side_lanes
    return town(
        CROSS,
        street("w c e", forward_lanes=m, backward_lanes=m, name="Main"),
        street("s c n", side, forward_lanes=k, backward_lanes=k, name="Side"),
        **more,
    )


def divided_cross(**more: Any) -> RawCity:
    """Two divided roads of two lanes each way cross: four nodes, 16 m apart."""
    nodes = {}
    for i, y in enumerate((-8.0, 8.0)):
        for j, x in enumerate((-8.0, 8.0)):
            nodes[f"c{i}{j}"] = (x, y)
    nodes |= {"w0": (-250, -8), "w1": (-250, 8), "e0": (250, -8), "e1": (250, 8)}
    nodes |= {"s0": (-8, -250), "s1": (8, -250), "n0": (-8, 250), "n1": (8, 250)}
    one_way: dict[str, Any] = {"forward_lanes": 2, "backward_lanes": 0, "kind": StreetKind.PRIMARY}
    return town(
        nodes,
        *(
            ("w0 c00 c01 e0", one_way),
            ("e1 c11 c10 w1", one_way),
            ("s1 c01 c11 n1", one_way),
            ("n0 c10 c00 s0", one_way),
        ),
        **more,
    )


def lanes_of(network: Network, edge_: int) -> list[int]:
    first = int(network.edges.first_lane[edge_])
    return list(range(first, first + int(network.edges.lane_count[edge_])))


def turns_from(network: Network, edge_: int) -> list[set[Turn]]:
    """For every lane of an edge, kerb side first, the turns that its connections make."""
    c = network.connections
    return [{Turn(int(t)) for t in c.turn[c.from_lane == lane]} for lane in lanes_of(network, edge_)]


def edge_pairs(network: Network) -> set[tuple[int, int]]:
    """(from edge, to edge) of all connections."""
    c, of = network.connections, network.lanes.edge
    return set(zip(of[c.from_lane].tolist(), of[c.to_lane].tolist()))


ARM = 150.0  # m, of a small ring's streets


def small_ring(
    radius: float, arms: int, ways: int, corners: int = 24, *, places: int = 0, lanes: int = 1, **ring: Any
) -> RawCity:
    """A ring of `corners` nodes in `ways` ways of about one length, with `arms` streets that a ring road joins.

    The arms, of `lanes` each way, begin at `places` nodes of the ring, several of them at one where these are fewer.
    """
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    nodes = {f"r{i}": (radius * np.cos(a), radius * np.sin(a)) for i, a in enumerate(angle)}
    places = places or arms
    at = [round((k * places // arms) * corners / places) for k in range(arms)]
    for k in range(arms):
        a = 2 * np.pi * (k / arms + (0.0 if places == arms else -0.25 / places))
        nodes[f"a{k}"] = (ARM * np.cos(a), ARM * np.sin(a))
    cuts = [round(k * corners / ways) for k in range(ways + 1)]
    closed = [f"r{i % corners}" for i in range(corners + 1)]
    pieces = [" ".join(closed[a : b + 1]) for a, b in pairwise(cuts)]
    rim = " ".join(f"a{k % arms}" for k in range(arms + 1))
    return town(
        nodes,
        *(street(p, StreetKind.TERTIARY, backward_lanes=0, roundabout=True, **ring) for p in pieces),
        *(
            street(
                f"a{k} r{i}",
                StreetKind.TERTIARY,
                name=f"Arm {k}",
                forward_lanes=lanes,
                backward_lanes=lanes,
            )
            for k, i in enumerate(at)
        ),
        street(rim, StreetKind.RESIDENTIAL, name="Rim"),
    )
