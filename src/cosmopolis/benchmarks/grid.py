"""A chessboard town as a RawCity, for benchmarks and tests."""

from __future__ import annotations

import numpy as np

from cosmopolis.city.raw import RawCity, RawStreet
from cosmopolis.city.words import Provenance, StreetKind


def grid(n: int = 20, block: float = 200.0, lanes: int = 2, *, signals: bool = True) -> RawCity:
    """n x n crossings `block` metres apart, two-way streets with `lanes` lanes each way at 50 km/h.

    Every crossing of three or more arms has signals, if asked for. Node (column, row) is row * n + column.
    """
    column, row = np.meshgrid(np.arange(n), np.arange(n))
    xy = np.column_stack([column.ravel(), row.ravel()]).astype(np.float64) * block
    ids = np.arange(n * n).reshape(n, n)
    lines = [(f"grid:row/{i}", ids[i]) for i in range(n)] + [
        (f"grid:column/{i}", ids[:, i]) for i in range(n)
    ]
    streets = [
        RawStreet(
            key=key,
            nodes=nodes.astype(np.int64),
            kind=StreetKind.SECONDARY,
            name=key.removeprefix("grid:"),
            forward_lanes=lanes,
            backward_lanes=lanes,
            speed=50 / 3.6,
            sidewalk_left=True,
            sidewalk_right=True,
            lanes_measured=True,
            provenance=Provenance.INVENTED,
        )
        for key, nodes in lines
    ]
    corners = {0, n - 1, n * (n - 1), n * n - 1}
    return RawCity(
        name=f"grid {n} x {n}",
        origin=(0.0, 0.0),
        node_xy=xy,
        node_keys=[f"grid:{i}" for i in range(n * n)],
        signals=set(range(n * n)) - corners if signals else set(),
        streets=streets,
    )
