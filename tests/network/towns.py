"""Small towns drawn by hand, for the network's tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from cosmopolis.city.model import Network
from cosmopolis.city.network import build_network
from cosmopolis.city.raw import RawCity, RawRestriction, RawStreet
from cosmopolis.city.words import StreetKind, Turn

Nodes = Mapping[str, tuple[float, float]]


def street(path: str, kind: StreetKind = StreetKind.SECONDARY, **more: Any) -> tuple[str, dict[str, Any]]:
    """A street through the named nodes, as in ``street("w c e", forward_lanes=2)``. Its key is its path."""
    return path, {"kind": kind, **more}


def town(
    nodes: Nodes,
    *streets: tuple[str, dict[str, Any]],
    signals: str = "",
    restrictions: Sequence[tuple[str, str, str, bool]] = (),
    **more: Any,
) -> RawCity:
    """A RawCity of named nodes. Restrictions are (from street, via node, to street, only)."""
    row = {name: i for i, name in enumerate(nodes)}
    marked = {
        key: {row[n] for n in more.pop(key, "").split()}
        for key in ("stops_signs", "yields", "mini_roundabouts")
    }
    crossings = {row[n]: lights for n, lights in more.pop("crossings", {}).items()}
    return RawCity(
        name="drawn",
        origin=(0.0, 0.0),
        node_xy=np.array(list(nodes.values()), dtype=np.float64).reshape(-1, 2),
        node_keys=list(nodes),
        signals={row[n] for n in signals.split()},
        crossings=crossings,
        streets=[
            RawStreet(key=path, nodes=np.array([row[n] for n in path.split()]), **fields)
            for path, fields in streets
        ],
        restrictions=[RawRestriction(a, row[via], b, only=only) for a, via, b, only in restrictions],
        **marked,
        **more,
    )


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


def roundabout(radius: float = 18.0, arms: int = 4, *, one_way_ring: bool = True) -> RawCity:
    """A ring of 16 nodes, driven counter-clockwise, with `arms` streets."""
    angle = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    nodes = {f"r{i}": (radius * np.cos(a), radius * np.sin(a)) for i, a in enumerate(angle)}
    step = 16 // arms
    for k in range(arms):
        a = angle[k * step]
        nodes[f"a{k}"] = (200 * np.cos(a), 200 * np.sin(a))
    ring = " ".join(f"r{i}" for i in [*range(16), 0])
    return town(
        nodes,
        street(ring, StreetKind.TERTIARY, backward_lanes=0 if one_way_ring else 1, roundabout=True),
        *(street(f"a{k} r{k * step}", StreetKind.TERTIARY) for k in range(arms)),
    )


def edge(network: Network, start: str, end: str) -> int:
    """The edge from the junction nearest to node `start` to the one nearest to `end`, by junction keys."""
    keys = list(network.junctions.key)
    a, b = keys.index(start), keys.index(end)
    found = np.flatnonzero((network.edges.from_junction == a) & (network.edges.to_junction == b))
    assert len(found) == 1, f"{len(found)} edges from {start} to {end}"
    return int(found[0])


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
