"""The network as a router sees it: edges are what one stands on, moves are the turns between them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from cosmopolis.city.model import Network
from cosmopolis.city.words import Mode, StreetKind, Turn
from cosmopolis.demand.right_of_way import waiting_seconds

TURN_SECONDS = {
    Turn.LEFT: 3.0,
    Turn.SHARP_LEFT: 5.0,
    Turn.RIGHT: 2.0,
    Turn.SHARP_RIGHT: 4.0,
    Turn.U_TURN: 25.0,
}
# Side streets take longer than their limit says (parked cars, people, doors), and drivers know it.
SLOWER = {StreetKind.RESIDENTIAL: 1.25, StreetKind.LIVING_STREET: 1.5, StreetKind.SERVICE: 1.5}


@dataclass(frozen=True)
class RoadGraph:
    """Edges that one mode may drive and the moves between them, ordered by the edge they lead to."""

    free_time: NDArray[np.float64]  # (E,) s at the limit; inf where the mode may not drive
    move_start: NDArray[np.int64]  # (E + 1,) moves into edge e are move_start[e] .. move_start[e + 1]
    move_from: NDArray[np.int32]  # (M,) the edge they come from
    move_cost: NDArray[np.float64]  # (M,) s of turning and waiting
    main: NDArray[np.bool_]  # (E,) in the largest strongly connected component of this graph

    @property
    def edges(self) -> int:
        return len(self.free_time)

    @classmethod
    def of(cls, network: Network, mode: Mode, *, waits: NDArray[np.float64] | None = None) -> RoadGraph:
        """The graph for one mode, from the connections between lanes that allow it.

        `waits` (C,) s at each connection replaces our own guesses; side streets then are as quick as their limit.
        """
        lanes, links, edges = network.lanes, network.connections, network.edges
        allowed = (lanes.modes & int(mode)) != 0
        length = np.zeros(len(edges))
        np.maximum.at(length, lanes.edge, lanes.length)
        drivable = np.zeros(len(edges), dtype=bool)
        drivable[lanes.edge[allowed]] = True
        slower = np.ones(max(StreetKind) + 1)
        if waits is None:
            waits = _turn_seconds(links.turn) + waiting_seconds(network)
            slower[list(SLOWER)] = list(SLOWER.values())
        free_time = np.where(drivable, slower[edges.kind] * length / np.maximum(edges.speed, 1.0), np.inf)

        usable = allowed[links.from_lane] & allowed[links.to_lane]
        source, target = lanes.edge[links.from_lane[usable]], lanes.edge[links.to_lane[usable]]
        cost = waits[usable] + links.length[usable] / np.maximum(links.speed[usable], 1.0)
        # One move per pair of edges: the cheapest of its lanes'.
        order = np.lexsort((cost, source, target))
        source, target, cost = source[order], target[order], cost[order]
        first = np.ones(len(order), dtype=bool)
        first[1:] = (source[1:] != source[:-1]) | (target[1:] != target[:-1])
        source, target, cost = source[first], target[first], cost[first]
        start = np.searchsorted(target, np.arange(len(edges) + 1)).astype(np.int64)
        return cls(
            free_time, start, source.astype(np.int32), cost, _largest(len(edges), source, target, drivable)
        )

    def without(self, closed: NDArray[np.bool_]) -> RoadGraph:
        """The graph of a day on which nobody enters the edges set in `closed` (E,); who begins on one may leave it."""
        into = np.repeat(np.arange(self.edges), np.diff(self.move_start))
        kept = ~closed[into]
        start = np.concatenate([[0], np.cumsum(np.bincount(into[kept], minlength=self.edges))])
        source, target = self.move_from[kept], into[kept]
        usable = np.isfinite(self.free_time) & ~closed
        return replace(
            self,
            move_start=start.astype(np.int64),
            move_from=source,
            move_cost=self.move_cost[kept],
            main=_largest(self.edges, source, target, usable),
        )


def with_tolls(
    time: NDArray[np.float64], toll: NDArray[np.float64], value_of_time: float
) -> NDArray[np.float64]:
    """(E,) s that edges take in time and in money: `toll` (E,) is what entering an edge costs, `value_of_time` what an
    hour is worth in the same money. Whose hour is worth more goes round less."""
    if not value_of_time > 0.0:
        raise ValueError(f"an hour is worth more than nothing, not {value_of_time}")
    return time + toll * (3600.0 / value_of_time)


def _turn_seconds(turn: NDArray[np.uint16]) -> NDArray[np.float64]:
    table = np.zeros(512)
    for key, value in TURN_SECONDS.items():
        table[int(key)] = value
    return table[turn]


def _largest(count: int, source: NDArray, target: NDArray, drivable: NDArray[np.bool_]) -> NDArray[np.bool_]:
    if count == 0:
        return np.zeros(0, dtype=bool)
    matrix = csr_array((np.ones(len(source), dtype=np.int8), (source, target)), shape=(count, count))
    _, label = connected_components(matrix, directed=True, connection="strong")
    size = np.bincount(label[drivable], minlength=label.max() + 1)
    return (label == size.argmax()) & drivable
