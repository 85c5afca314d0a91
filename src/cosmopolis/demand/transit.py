"""Bus runs: a line's stops, its headway and the streets between become trips that halt."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.model import City
from cosmopolis.city.words import Mode, TransitMode, VehicleKind
from cosmopolis.demand.graph import RoadGraph
from cosmopolis.demand.routing import route
from cosmopolis.demand.trips import Trips, concatenate, no_trips

log = logging.getLogger(__name__)

FIRST, LAST = 5.5 * 3600, 23.0 * 3600  # s: service of the day
PEAKS = ((7 * 3600, 9 * 3600), (16.5 * 3600, 19 * 3600))
USUAL_HEADWAY = 600.0  # s, where the source does not tell
OFF_PEAK = 1.5  # times the peak's headway
DWELL = (12.0, 26.0)  # s, doors open
TOO_FAR = (
    5.0  # a way between two stops longer than this times the straight one (and 1.5 km more) leaves a stop out
)


@dataclass(frozen=True)
class BusPath:
    """The way of one line: edges, and at which stops it halts."""

    route: NDArray[np.int32]
    stop: NDArray[np.int32]  # rows of City.stops
    lane: NDArray[np.int32]
    position: NDArray[np.float32]


def bus_trips(city: City, seed: int) -> Trips:
    """Every run of every bus line of a day. A line without a way along the streets is left out and logged."""
    graph = RoadGraph.of(city.network, Mode.BUS)
    runs = []
    for line in np.flatnonzero(city.transit_lines.mode == TransitMode.BUS).tolist():
        path = bus_path(city, graph, line)
        if path is None:
            told = "Bus line %s: its stops are not joined by streets a bus may use"
            log.warning(told, city.transit_lines.ref[line])
            continue
        runs.append(_runs(city, line, path, seed))
    return concatenate(runs) if runs else no_trips()


def bus_path(city: City, graph: RoadGraph, line: int) -> BusPath | None:
    """The way along a line's stops, in order; None if fewer than two of them can be reached."""
    lines, stops, lanes = city.transit_lines, city.stops, city.network.lanes
    named = lines.stop[lines.stop_start[line] : lines.stop_start[line + 1]]
    usable = [
        int(s)
        for s in named
        if stops.lane[s] >= 0 and np.isfinite(graph.free_time[lanes.edge[stops.lane[s]]])
    ]
    if len(usable) < 2:
        return None
    way: list[int] = [int(lanes.edge[stops.lane[usable[0]]])]
    kept = [usable[0]]
    legs = dict(zip(pairwise(usable), _legs(city, graph, usable[:-1], usable[1:])))
    for stop in usable[1:]:
        leg = legs[kept[-1], stop] if (kept[-1], stop) in legs else _legs(city, graph, [kept[-1]], [stop])[0]
        if leg is None:
            continue
        way.extend(leg[1:])
        kept.append(stop)
    if len(kept) < 2:
        return None
    rows = np.array(kept, dtype=np.int32)
    return BusPath(np.array(way, dtype=np.int32), rows, stops.lane[rows], stops.lane_position[rows])


def _legs(city: City, graph: RoadGraph, here: list[int], there: list[int]) -> list[list[int] | None]:
    """Edges from each stop to the next, both ends included; None where there is no sensible way."""
    stops, lanes = city.stops, city.network.lanes
    start, goal = lanes.edge[stops.lane[here]], lanes.edge[stops.lane[there]]
    behind = (start == goal) & (stops.lane_position[there] <= stops.lane_position[here])
    routes = route(graph, start, goal, around=behind, spread=0.0)
    length = city.network.edges.line.length
    straight = np.hypot(*(stops.xy[here] - stops.xy[there]).T)
    out: list[list[int] | None] = []
    for row in range(len(routes)):
        edges = routes[row]
        lost = len(edges) == 0 or length[edges[1:]].sum() > TOO_FAR * straight[row] + 1_500
        out.append(None if lost else edges.tolist())
    return out


def departure_times(headway: float, shift: float) -> NDArray[np.float64]:
    """Departures of a day from a peak headway in seconds; `shift` in [0, 1) of it moves the first one."""
    peak = headway if headway > 0 else USUAL_HEADWAY
    times, now = [], FIRST + shift * peak
    while now < LAST:
        times.append(now)
        now += peak if any(low <= now < high for low, high in PEAKS) else peak * OFF_PEAK
    return np.array(times)


def _runs(city: City, line: int, path: BusPath, seed: int) -> Trips:
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, 77, line])))
    depart = departure_times(float(city.transit_lines.headway[line]), float(rng.random()))
    count, halts = len(depart), len(path.stop)
    last = path.position[-1]
    return Trips(
        depart=depart,
        kind=np.full(count, VehicleKind.BUS, dtype=np.uint8),
        from_lane=np.full(count, path.lane[0], dtype=np.int32),
        from_position=np.full(count, path.position[0], dtype=np.float32),
        to_lane=np.full(count, path.lane[-1], dtype=np.int32),
        to_position=np.full(count, last, dtype=np.float32),
        origin=np.full(count, -1, dtype=np.int32),
        destination=np.full(count, -1, dtype=np.int32),
        route_start=np.arange(count + 1, dtype=np.int64) * len(path.route),
        route=np.tile(path.route, count),
        halt_start=np.arange(count + 1, dtype=np.int64) * halts,
        halt_lane=np.tile(path.lane, count),
        halt_position=np.tile(path.position, count),
        halt_dwell=rng.uniform(*DWELL, count * halts).astype(np.float32),
        halt_until=np.zeros(count * halts, np.float32),
        halt_beside=np.zeros(count * halts, np.uint8),
        halt_stop=np.tile(path.stop, count),
        line=np.full(count, line, dtype=np.int32),
    )
