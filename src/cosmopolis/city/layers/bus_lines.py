"""Bus lines where the source has stops and no line that calls at them: from one side of town to the other and back.

Each line takes the quickest way for a bus that likes main streets with stops, and less so those that have a line.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from cosmopolis.city.layers.stops import lines_of
from cosmopolis.city.layers.streams import stream
from cosmopolis.city.model import F64, I64, Network, Stops, TransitLines
from cosmopolis.city.raw import RawTransitLine
from cosmopolis.city.words import Mode, Provenance, StreetKind, TransitMode

STOPS_A_LINE, MOST_LINES = (
    20,
    12,
)  # stops in town that make one more line; lines, both directions counted as one
LEAST_STOPS = 5  # that a line calls at
BETWEEN = 280.0  # m from stop to stop at least
HEADWAY = (300.0, 600.0)  # s
WITH_STOPS, MINOR, SERVED = 0.55, 2.5, 1.7  # factors on the time that a street takes
COLOURS = ("#c8102e", "#0057b8", "#009a44", "#ff8200", "#6d2077", "#00a3ad", "#b58500", "#e31c79")


def invent_lines(stops: Stops, network: Network, *, seed: int) -> TransitLines:
    """A handful of lines in both directions over the bus stops, marked INVENTED."""
    rows = np.flatnonzero(stops.lane >= 0)
    count = min(MOST_LINES, len(rows) // STOPS_A_LINE)
    random = stream(seed, "bus lines")
    edge = network.lanes.edge[stops.lane[rows]].astype(np.int64)
    streets = _Streets(network, edge)
    lines: list[RawTransitLine] = []
    called: list[list[int]] = []
    for number in range(1, count + 1):
        ends = _termini(stops.xy[rows], random)
        ways = [streets.way(int(edge[a]), int(edge[b])) for a, b in (ends, ends[::-1])]
        calls = [_calls(way, rows, edge, stops) for way in ways]
        if min(map(len, calls)) < LEAST_STOPS:
            continue
        headway = float(np.round(random.uniform(*HEADWAY) / 30) * 30)
        for direction, way, stops_called in zip(("out", "back"), ways, calls):
            streets.serve(way)
            lines.append(_line(number, direction, headway, stops_called, stops))
            called.append(stops_called)
    return lines_of(lines, called)


class _Streets:
    """Edges as a graph for buses; the time of an edge is paid on entering it."""

    def __init__(self, network: Network, edges_with_stops: I64) -> None:
        edges, lanes, connections = network.edges, network.lanes, network.connections
        takes_bus = lanes.modes & Mode.BUS > 0
        usable = takes_bus[connections.from_lane] & takes_bus[connections.to_lane]
        pair = np.unique(
            np.column_stack([lanes.edge[connections.from_lane], lanes.edge[connections.to_lane]])[usable],
            axis=0,
        )
        self._from, self._to = pair[:, 0], pair[:, 1]
        self._time: F64 = edges.line.length / np.maximum(edges.speed, 1.0) + 5.0
        self._time[edges.kind > StreetKind.TERTIARY_LINK] *= MINOR
        self._time[edges_with_stops] *= WITH_STOPS

    def way(self, begin: int, end: int) -> list[int]:
        """The edges from `begin` to `end`, empty where there is no way."""
        size = len(self._time)
        graph = csr_array((self._time[self._to], (self._from, self._to)), shape=(size, size))
        _, before = dijkstra(graph, indices=begin, return_predecessors=True)
        way = [end]
        while way[-1] != begin:
            if before[way[-1]] < 0:
                return []
            way.append(int(before[way[-1]]))
        return way[::-1]

    def serve(self, way: list[int]) -> None:
        """Makes a street that has a line less attractive to the next."""
        self._time[way] *= SERVED


def _termini(xy: F64, random: np.random.Generator) -> tuple[int, int]:
    """Two stops on opposite sides of town."""
    angle = random.uniform(0.0, np.pi)
    along = xy @ np.array([np.cos(angle), np.sin(angle)])
    order = np.argsort(along, kind="stable")
    tail = max(1, len(order) // 6)
    return int(random.choice(order[:tail])), int(random.choice(order[-tail:]))


def _calls(way: list[int], rows: I64, edge: I64, stops: Stops) -> list[int]:
    """The stops along a way in order, not too close to each other."""
    place = {e: i for i, e in enumerate(way)}
    on_way = [
        (place[int(e)], float(stops.lane_position[row]), int(row))
        for row, e in zip(rows, edge)
        if int(e) in place
    ]
    called: list[int] = []
    for _, _, row in sorted(on_way):
        if not called or np.hypot(*(stops.xy[row] - stops.xy[called[-1]])) >= BETWEEN:
            called.append(row)
    return called


def _line(number: int, direction: str, headway: float, called: list[int], stops: Stops) -> RawTransitLine:
    first, last = stops.name[called[0]], stops.name[called[-1]]
    return RawTransitLine(
        key=f"invented:line/{number}/{direction}",
        ref=str(number),
        name=f"{first} – {last}" if first and last else f"Line {number}",
        mode=TransitMode.BUS,
        stops=tuple(stops.key[row] for row in called),
        colour=COLOURS[number % len(COLOURS)],
        headway=headway,
        provenance=Provenance.INVENTED,
    )
