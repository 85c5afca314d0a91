"""New routes for trips that cannot go as planned: a missed turn lane, or a closed street."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cosmopolis.simulation.traffic.network import RoadNetwork
from cosmopolis.simulation.traffic.routing import follow, quickest, tree_to
from cosmopolis.simulation.traffic.running import RunningTraffic
from cosmopolis.simulation.traffic.state import PARKED, WAITING, Fleet


def closed_edges(roads: RoadNetwork, closed: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(E,) 1 where every lane is closed; `closed` (P,) as in PathState."""
    lanes = np.flatnonzero(roads.lane_count > 0)
    open_lanes = np.bincount(roads.edge[lanes], weights=closed[lanes] == 0, minlength=len(roads.edge_lane))
    return (open_lanes == 0).astype(np.uint8)


def reroute_strayed(traffic: RunningTraffic, trips: NDArray[np.int64]) -> None:
    """Routes for cars that take another connection than planned, in the order of `trips`.

    Each has the connection in `Cars.choice`. Where no route leads back, another connection of its lane is
    tried; where none does, the trip ends on the edge it comes to, and is counted as given up.
    """
    cars, roads, fleet = traffic.cars, traffic.roads, traffic.fleet
    on_road = cars.trip[: traffic.count]
    for trip in trips:
        row = int(np.flatnonzero(on_road == trip)[0])
        lane = int(np.searchsorted(cars.start, row, side="right")) - 1
        first, last = int(roads.out_start[lane]), int(roads.out_end[lane])
        taken = int(cars.choice[row])
        tries = [taken, *(connection for connection in range(first, last) if connection != taken)]
        for connection in tries:
            rest = _route_back(traffic, int(trip), int(roads.to_edge[connection]))
            if len(rest):
                cars.choice[row] = connection
                break
        else:
            rest = roads.to_edge[taken : taken + 1]
            fleet.to_lane[trip], fleet.to_position[trip] = (
                roads.to_lane[taken],
                roads.length[roads.to_lane[taken]],
            )
            traffic.tally["given_up"] += 1
        traffic.set_route(int(trip), np.concatenate([roads.edge[lane : lane + 1], rest]))


def _route_back(traffic: RunningTraffic, trip: int, edge: int) -> NDArray[np.int32]:
    """Edges from `edge` to the destination; a bus returns to the edge of its next halt and to its line."""
    fleet = traffic.fleet
    ahead = fleet.route[fleet.cursor[trip] : fleet.route_end[trip]]
    modes = int(traffic.drivers.modes[fleet.kind[trip]])
    target = len(ahead) - 1
    if fleet.halt[trip] < fleet.halt_end[trip]:
        stops = np.flatnonzero(ahead[1:] == traffic.roads.edge[fleet.halt_lane[fleet.halt[trip]]])
        if len(stops):
            target = int(stops[0]) + 1
    back = quickest(edge, int(ahead[target]), modes, traffic.shut, traffic.live)
    return np.concatenate([back, ahead[target + 1 :]]) if len(back) else back


def reroute_around_closures(traffic: RunningTraffic, trips: NDArray[np.int64]) -> None:
    """New routes for those of `trips` whose route leads over a closed edge."""
    if traffic.some_shut:
        reroute_around(traffic.shut, traffic, trips)


def reroute_around(
    edges: NDArray[np.uint8 | np.bool_], traffic: RunningTraffic, trips: NDArray[np.int64]
) -> None:
    """New routes, over no closed edge, for those of `trips` that lead over one of `edges` (E,); one tree a destination.

    A trip without another route keeps the old one, and waits at the barrier, or takes another turn there.
    """
    if not edges.any():
        return
    fleet, shut = traffic.fleet, traffic.shut
    groups: dict[tuple[int, int], list[int]] = {}
    for trip in trips[_goes_over(edges, fleet, trips)].tolist():
        key = int(fleet.route[fleet.route_end[trip] - 1]), int(traffic.drivers.modes[fleet.kind[trip]])
        groups.setdefault(key, []).append(trip)
    following = np.empty(len(traffic.roads.edge_lane), np.int32)
    for (goal, modes), some in groups.items():
        begins = fleet.route[fleet.cursor[some]].astype(np.int64)
        seconds = tree_to(goal, begins, np.inf, modes, shut, traffic.live, following)
        for trip, begin, there in zip(some, begins.tolist(), seconds):
            if np.isfinite(there) and begin != goal:
                traffic.set_route(trip, follow(following, begin, goal))


def _goes_over(
    edges: NDArray[np.uint8 | np.bool_], fleet: Fleet, trips: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Which of `trips` have one of `edges` (E,) ahead of the one that they are on."""
    begin = fleet.cursor[trips].astype(np.int64) + 1
    ahead = np.maximum(fleet.route_end[trips] - begin, 0)
    start = np.concatenate([[0], np.cumsum(ahead)])
    rows = np.repeat(begin - start[:-1], ahead) + np.arange(start[-1])
    passed = np.concatenate([[0], np.cumsum(edges[fleet.route[rows]] != 0)])
    return np.asarray(passed[start[1:]] > passed[start[:-1]])


def trips_on_road_or_waiting(traffic: RunningTraffic) -> NDArray[np.int64]:
    """Trips on the road or beside it, and those in an insertion queue."""
    on_road = traffic.cars.trip[: traffic.count].astype(np.int64)
    status = traffic.fleet.status
    return np.concatenate([on_road, np.flatnonzero((status == WAITING) | (status >= PARKED))])
