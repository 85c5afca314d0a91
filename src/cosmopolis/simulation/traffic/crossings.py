"""Pedestrian crossings for drivers: which connections and lanes meet which crossing, and how many people come
(modelled).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from cosmopolis.city.model import City, Network
from cosmopolis.city.words import Turn

CATCHMENT = 250.0  # m within which residents and workers use a crossing
STREETS_CROSSED = 2.0  # streets that a resident or a worker crosses on foot a day near the door


class PedestrianCrossings(NamedTuple):
    """How many people come to the X crossings, and where vehicles meet them; rows of RoadNetwork."""

    crossings: int  # X
    pedestrian_rate: NDArray[np.float32]  # (X,) people an hour on average over the day
    walk_red_start: NDArray[np.int32]  # (X + 1,) rows of walk_red
    walk_red: NDArray[np.int32]  # connections that must not be green while people walk
    pedestrian_seed: int
    entry_crossing: NDArray[np.int32]  # (P,) crossing that a connection meets at its beginning, -1
    exit_crossing: NDArray[np.int32]  # (P,) at its end, -1
    entry_crossing_lit: NDArray[np.uint8]  # (P,) 1: the one at its beginning has signals
    midblock_start: NDArray[np.int32]  # (P + 1,) rows of the following two
    midblock_crossing: NDArray[np.int32]  # crossing over a lane between junctions (HCM: midblock)
    midblock_position: NDArray[np.float32]  # m along the lane


def pedestrian_rates(city: City, share: float) -> NDArray[np.float32]:
    """(X,) people an hour on average over the day at each crossing, `share` of what the city's figures give.

    Each resident and each job within CATCHMENT stands for STREETS_CROSSED a day, divided among the crossings
    there.
    """
    lines = city.network.crossings.line
    count = len(lines)
    if count == 0 or len(city.zones) == 0 or share <= 0.0:
        return np.zeros(count, np.float32)
    middle = (lines.points[lines.start[:-1], :2] + lines.points[lines.start[1:] - 1, :2]) / 2
    points = shapely.points(middle)
    zone = shapely.centroid(city.zones.polygon)
    people = city.zones.residents.astype(np.float64) + city.zones.jobs
    row, near = shapely.STRtree(points).query(zone, predicate="dwithin", distance=CATCHMENT)
    many = np.bincount(row, minlength=len(zone))
    a_day = np.bincount(
        near, weights=people[row] * STREETS_CROSSED / np.maximum(many[row], 1), minlength=count
    )
    return (share * a_day / 24.0).astype(np.float32)


def pedestrian_crossings(
    network: Network, of_city: NDArray, rate: NDArray | None, seed: int, kerb_turns: int
) -> PedestrianCrossings:
    """Which connections and lanes meet which crossing. `rate` (X,) as above; without it nobody comes.

    At signals vehicles meet people only where they turn: at the far end of the turn, or at red before its
    beginning.
    """
    crossings, connections, edges = network.crossings, network.connections, network.edges
    lanes, n_paths = len(network.lanes), len(of_city)
    from_edge = network.lanes.edge[connections.from_lane]
    to_edge = network.lanes.edge[connections.to_lane]
    straight = (connections.turn & int(Turn.THROUGH)) != 0
    to_kerb = (connections.turn & kerb_turns) != 0
    walk_in, walk_out = np.full(n_paths, -1, np.int32), np.full(n_paths, -1, np.int32)
    lit = np.zeros(n_paths, np.uint8)
    red: list[NDArray] = []
    for row in range(len(crossings)):
        junction, edge = int(crossings.junction[row]), int(crossings.edge[row])
        if junction < 0 or edge < 0:
            red.append(np.zeros(0, np.int64))
            continue
        arm = [edge, int(edges.twin[edge])]
        here = connections.junction == junction
        leaving = np.flatnonzero(here & np.isin(from_edge, arm))
        coming = np.flatnonzero(here & np.isin(to_edge, arm))
        has_lights = bool(crossings.signalled[row]) and network.junctions.program[junction] >= 0
        walk_in[of_city[lanes + leaving]] = row
        lit[of_city[lanes + leaving]] = has_lights
        walk_out[of_city[lanes + (coming[~straight[coming]] if has_lights else coming)]] = row
        stop = (
            np.concatenate([leaving[~to_kerb[leaving]], coming[~to_kerb[coming]]])
            if has_lights
            else coming[:0]
        )
        red.append(of_city[lanes + stop])
    start, mid, at = _midblock(network, of_city)
    return PedestrianCrossings(
        crossings=len(crossings),
        pedestrian_rate=np.zeros(len(crossings), np.float32) if rate is None else rate.astype(np.float32),
        walk_red_start=np.concatenate([[0], np.cumsum([len(part) for part in red])]).astype(np.int32),
        walk_red=np.concatenate([*red, np.zeros(0)]).astype(np.int32),
        pedestrian_seed=seed & 0x7FFFFFFF,
        entry_crossing=walk_in,
        exit_crossing=walk_out,
        entry_crossing_lit=lit,
        midblock_start=start,
        midblock_crossing=mid,
        midblock_position=at,
    )


def _midblock(network: Network, of_city: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    """(P + 1,) rows by kernel path, and of each row the crossing and the m along the lane where people cross it."""
    crossings, lanes, edges = network.crossings, network.lanes, network.edges
    rows: list[tuple[int, float, int]] = []
    for row in np.flatnonzero((crossings.junction < 0) & (crossings.edge >= 0)).tolist():
        path = shapely.LineString(crossings.line[row][:, :2])
        edge = int(crossings.edge[row])
        for arm in {edge, int(edges.twin[edge])} - {-1}:
            first = int(edges.first_lane[arm])
            for lane in range(first, first + int(edges.lane_count[arm])):
                line = shapely.LineString(lanes.line[lane][:, :2])
                if line.distance(path) < 1.0:
                    at = line.project(shapely.shortest_line(line, path).interpolate(0.0))
                    rows.append((int(of_city[lane]), float(at), row))
    rows.sort()
    owner = np.array([path for path, *_ in rows], np.int64)
    start = np.searchsorted(owner, np.arange(len(of_city) + 1)).astype(np.int32)
    mid, at = np.array([row for *_, row in rows], np.int32), np.array([m for _, m, _ in rows], np.float32)
    return start, mid, at
