"""Small towns of named nodes, as a map would draw them; the network builder makes streets and junctions of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from cosmopolis.city.model import Network
from cosmopolis.city.raw import RawCity, RawRestriction, RawStreet
from cosmopolis.city.words import StreetKind

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
    marked: dict[str, Any] = {
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
