"""Routes of a scenario: the edges of each wish, whether they hang together, and the lanes they begin and end on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf

import numpy as np
import shapely
from numpy.typing import NDArray

from cosmopolis.city.model import Network
from cosmopolis.city.words import Mode, Turn
from cosmopolis.demand.graph import RoadGraph
from cosmopolis.demand.right_of_way import gives_way
from cosmopolis.demand.routing import route
from cosmopolis.sources.sumo.stream import Row

MINOR, TURNAROUND = 1.5, 5.0  # s, SUMO's weights.minor-penalty and weights.turnaround-penalty
NEAR = 100.0  # m from a point within which a trip begins and ends, SUMO's mapmatch.distance by default
FORESIGHT = 3000.0  # m ahead over which lanes are compared
Edges = tuple[int, ...]


def scenario_graph(network: Network, modes: Mode) -> RoadGraph:
    """The network as SUMO reckons: by the limits, and something for giving way and for turning round."""
    return RoadGraph.of(network, modes, waits=waits(network))


def waits(network: Network) -> NDArray[np.float64]:
    """(C,) s that SUMO adds to each connection."""
    links = network.connections
    minor = gives_way(network) & (links.signal < 0)
    return np.asarray(MINOR * minor + TURNAROUND * (links.turn == int(Turn.U_TURN)), np.float64)


@dataclass
class RouteFinder:
    """What can be driven in a network, by modes; answers are kept, for thousands of vehicles ask the same."""

    network: Network
    edge: dict[str, int] = field(init=False)
    _graphs: dict[Mode, RoadGraph] = field(default_factory=dict)
    _quickest: dict[tuple[Mode, int, int], Edges] = field(default_factory=dict)
    _best: dict[tuple[Mode, Edges], list[int]] = field(default_factory=dict)
    _links: dict[int, list[int]] = field(init=False)  # lane -> lanes after it
    _junction: dict[str, int] = field(init=False)
    _open: dict[Mode, tuple[shapely.STRtree, NDArray[np.int64]]] = field(default_factory=dict)  # lanes

    def __post_init__(self) -> None:
        self.edge = {key: row for row, key in enumerate(self.network.edges.key)}
        self._junction = {key: row for row, key in enumerate(self.network.junctions.key)}
        self._links = {}
        links = self.network.connections
        for a, b in zip(links.from_lane.tolist(), links.to_lane.tolist()):
            self._links.setdefault(a, []).append(b)

    def named(self, keys: Sequence[str], row: Row) -> Edges:
        """The edges of these names; BadInput where the network has none of a name."""
        for key in keys:
            if key not in self.edge:
                raise row.bad(
                    f'drives over edge "{key}", which the network does not have; correct the route.'
                )
        return tuple(self.edge[key] for key in keys)

    def lanes(self, edge: int, modes: Mode) -> list[int]:
        """Lanes of the edge that are open, the kerb first."""
        first = int(self.network.edges.first_lane[edge])
        count = int(self.network.edges.lane_count[edge])
        return [
            lane for lane in range(first, first + count) if int(self.network.lanes.modes[lane]) & int(modes)
        ]

    def check(self, edges: Edges, modes: Mode, row: Row) -> None:
        """BadInput where the route leaves what `modes` may drive, or goes on where nothing connects."""
        key = self.network.edges.key
        for edge in edges:
            if not self.lanes(edge, modes):
                raise row.bad(
                    f'drives over edge "{key[edge]}", which is closed to its vClass; correct either.'
                )
        for a, b in pairwise(edges):
            after = {lane for one in self.lanes(a, modes) for lane in self._links.get(one, ())}
            if not after & set(self.lanes(b, modes)):
                raise row.bad(
                    f'goes on from edge "{key[a]}" to "{key[b]}", and no connection for its vClass joins them; '
                    "correct the route or add one."
                )

    def find(self, wanted: dict[tuple[Mode, int, int], None]) -> None:
        """Look for the quickest ways of many (modes, from, to) at once."""
        for modes in dict.fromkeys(key[0] for key in wanted):
            pairs = [key for key in wanted if key[0] == modes]
            ends = np.array([key[1:] for key in pairs], dtype=np.int32).reshape(-1, 2)
            found = route(self._graph(modes), ends[:, 0], ends[:, 1], spread=0.0)
            for n, key in enumerate(pairs):
                self._quickest[key] = tuple(found[n].tolist())

    def options(self, via: Sequence[str], junctions: tuple[str, str], modes: Mode) -> list[Edges]:
        """`via` with every open edge from the first junction for its beginning, and to the other one for its end.

        A junction of "" leaves that end as it is. None where an edge or a junction is not there.
        """
        middle = via[1:-1]
        first = self._at(junctions[0], self.network.edges.from_junction, modes) if junctions[0] else via[:1]
        last = self._at(junctions[1], self.network.edges.to_junction, modes) if junctions[1] else via[-1:]
        all_known = all(key in self.edge for key in (*first, *middle, *last))
        return (
            [tuple(self.edge[key] for key in (a, *middle, b)) for a in first for b in last]
            if all_known
            else []
        )

    def _at(self, junction: str, end: NDArray[np.int32], modes: Mode) -> list[str]:
        edges = np.flatnonzero(end == self._junction.get(junction, -1)).tolist()
        return [self.network.edges.key[edge] for edge in edges if self.lanes(edge, modes)]

    def nearest(self, xy: NDArray[np.float64], modes: Mode) -> str:
        """The edge with the open lane that is nearest to (2,) m; "" where none is within NEAR."""
        if modes not in self._open:
            lanes = self.network.lanes
            rows = np.flatnonzero((lanes.modes & int(modes)) != 0)
            shapes = [shapely.LineString(lanes.line[row][:, :2]) for row in rows.tolist()]
            self._open[modes] = shapely.STRtree(shapes), rows
        tree, rows = self._open[modes]
        found = tree.query_nearest(shapely.Point(xy), max_distance=NEAR, all_matches=False)
        return self.network.edges.key[self.network.lanes.edge[rows[found[0]]]] if len(found) else ""

    def seconds(self, via: Edges, modes: Mode) -> float:
        """s on the quickest way over these edges, as found before, at the limit; infinite where there is none."""
        legs = [self._quickest[modes, a, b] for a, b in pairwise(via)]
        if not all(legs):
            return inf
        edges = np.array([*via[:1], *(edge for leg in legs for edge in leg[1:])])
        return float((self.network.edges.line.length[edges] / self.network.edges.speed[edges]).sum())

    def over(self, via: Edges, modes: Mode, row: Row) -> Edges:
        """The quickest way over these edges in their order, as found before."""
        edges = via[:1]
        for a, b in pairwise(via):
            leg = self._quickest[modes, a, b]
            if not leg:
                names = [self.network.edges.key[edge] for edge in (a, b)]
                raise row.bad(
                    f'finds no way from edge "{names[0]}" to "{names[1]}" for its vClass; correct one of them.'
                )
            edges += leg[1:]
        return edges

    def _graph(self, modes: Mode) -> RoadGraph:
        if modes not in self._graphs:
            self._graphs[modes] = scenario_graph(self.network, modes)
        return self._graphs[modes]

    def best_lanes(self, edges: Edges, modes: Mode) -> list[int]:
        """Lanes of the first edge from which one comes farthest along the route without changing lanes."""
        edges = edges[: self._foreseen(edges)]
        key = modes, edges
        if key not in self._best:
            reach: dict[int, float] = {}
            length: NDArray[np.float64] = self.network.lanes.length
            for edge in reversed(edges):
                for lane in self.lanes(edge, modes):
                    ahead = [reach[after] for after in self._links.get(lane, ()) if after in reach]
                    reach[lane] = float(length[lane]) + max(ahead, default=0.0)
                keep = set(self.lanes(edge, modes))
                reach = {lane: metres for lane, metres in reach.items() if lane in keep}
            most = max(reach.values())
            self._best[key] = [lane for lane, metres in sorted(reach.items()) if metres > most - 10.0]
        return self._best[key]

    def _foreseen(self, edges: Edges) -> int:
        metres, count = 0.0, 0
        for edge in edges:
            metres += float(self.network.lanes.length[self.network.edges.first_lane[edge]])
            count += 1
            if metres > FORESIGHT:
                break
        return count
