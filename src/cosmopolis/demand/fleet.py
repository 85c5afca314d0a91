"""Which vehicle makes a trip: by purpose, and only one that may use every lane on the way."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.model import Network
from cosmopolis.city.words import Mode, VehicleKind
from cosmopolis.demand.graph import RoadGraph
from cosmopolis.demand.profile import Purpose
from cosmopolis.demand.routing import Routes

SHARES = {
    Purpose.FREIGHT: {VehicleKind.VAN: 0.6, VehicleKind.TRUCK: 0.4},
    Purpose.THROUGH: {VehicleKind.CAR: 0.8, VehicleKind.VAN: 0.06, VehicleKind.TRUCK: 0.14},
}
USUAL = {VehicleKind.CAR: 0.94, VehicleKind.VAN: 0.03, VehicleKind.MOTORCYCLE: 0.03}
# (what meets a ban, the mode it needs, what goes instead); cars and vans may go wherever routes lead.
INSTEAD = (
    (VehicleKind.TRUCK, Mode.TRUCK, VehicleKind.VAN),
    (VehicleKind.MOTORCYCLE, Mode.MOTORCYCLE, VehicleKind.CAR),
)


def drawn_kinds(purpose: Purpose, count: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """(count,) words.VehicleKind by the purpose's shares."""
    shares = SHARES.get(purpose, USUAL)
    return rng.choice(np.array(list(shares), dtype=np.uint8), size=count, p=list(shares.values()))


def permitted_kinds(
    network: Network, graph: RoadGraph, kind: NDArray[np.uint8], routes: Routes, ends: tuple[NDArray, NDArray]
) -> NDArray[np.uint8]:
    """(N,) `kind`, exchanged where a lane at the trip's `ends` or a turn on its way is closed to it."""
    out = kind.copy()
    modes = network.lanes.modes
    for banned, mode, instead in INSTEAD:
        rows = np.flatnonzero(kind == banned)
        closed = _closed_moves(network, graph, mode)
        at_ends = np.zeros(len(rows), dtype=bool)
        for lane in ends:
            at_ends |= (modes[lane[rows]] & int(mode)) == 0
        size = np.diff(routes.start)[rows]
        meets = np.zeros(len(rows), dtype=bool)
        if len(rows) and size.sum():
            owner = np.repeat(np.arange(len(rows)), size)
            begin = np.cumsum(size) - size
            edge = routes.edge[np.repeat(routes.start[rows] - begin, size) + np.arange(size.sum())]
            same = owner[1:] == owner[:-1]
            key = edge[1:][same].astype(np.int64) * graph.edges + edge[:-1][same]
            meets[owner[1:][same][np.isin(key, closed)]] = True
        out[rows[meets | at_ends]] = instead
    return out


def _closed_moves(network: Network, graph: RoadGraph, mode: Mode) -> NDArray[np.int64]:
    """Moves (into * E + from) of `graph` that `mode` may not make."""
    other = RoadGraph.of(network, mode)
    return np.setdiff1d(_keys(graph), _keys(other))


def _keys(graph: RoadGraph) -> NDArray[np.int64]:
    into = np.repeat(np.arange(graph.edges, dtype=np.int64), np.diff(graph.move_start))
    return into * graph.edges + graph.move_from
