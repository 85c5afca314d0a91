"""New routes for cars under way: who missed the turn lane, and whose street is shut."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cosmopolis.simulation.traffic.routing import quickest

if TYPE_CHECKING:
    from cosmopolis.simulation.traffic.drive import Traffic


def shut_edges(traffic: Traffic) -> NDArray[np.uint8]:
    """(E,) 1 where every lane is closed."""
    roads = traffic.roads
    lanes = np.flatnonzero(roads.lane_count > 0)
    open_lanes = np.bincount(
        roads.edge[lanes], weights=traffic.ways.closed[lanes] == 0, minlength=len(roads.edge_lane)
    )
    return (open_lanes == 0).astype(np.uint8)


def send_round(traffic: Traffic, trips: NDArray[np.int64]) -> None:
    """Routes for cars that take another connection than planned, in the order of `trips`.

    Each has the connection in `Cars.choice`. Where no way leads back, another connection of its lane is tried;
    where none does, the trip ends on the edge it comes to, and is counted as given up.
    """
    cars, roads, fleet = traffic.cars, traffic.roads, traffic.fleet
    shut = shut_edges(traffic)
    on_road = cars.trip[: traffic.count]
    for trip in trips:
        row = int(np.flatnonzero(on_road == trip)[0])
        lane = int(np.searchsorted(cars.start, row, side="right")) - 1
        first, last = int(roads.out_start[lane]), int(roads.out_end[lane])
        taken = int(cars.choice[row])
        tries = [taken, *(way for way in range(first, last) if way != taken)]
        for way in tries:
            rest = _way_back(traffic, int(trip), int(roads.edge[way]), shut)
            if len(rest):
                cars.choice[row] = way
                break
        else:
            rest = roads.edge[taken : taken + 1]
            fleet.to_lane[trip], fleet.to_position[trip] = (
                roads.out_end[taken],
                roads.length[roads.out_end[taken]],
            )
            traffic.tally["given_up"] += 1
        give_route(traffic, int(trip), np.concatenate([roads.edge[lane : lane + 1], rest]))


def _way_back(traffic: Traffic, trip: int, edge: int, shut: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Edges from `edge` to the destination; a bus comes back to the edge of its next halt and stays on its line."""
    fleet = traffic.fleet
    ahead = fleet.route[fleet.cursor[trip] : fleet.route_end[trip]]
    modes = int(traffic.drivers.modes[fleet.kind[trip]])
    target = len(ahead) - 1
    if fleet.halt[trip] < fleet.halt_end[trip]:
        stops = np.flatnonzero(ahead[1:] == traffic.roads.edge[fleet.halt_lane[fleet.halt[trip]]])
        if len(stops):
            target = int(stops[0]) + 1
    back = quickest(edge, int(ahead[target]), modes, shut, traffic.graph)
    return np.concatenate([back, ahead[target + 1 :]]) if len(back) else back


def give_route(traffic: Traffic, trip: int, route: NDArray[np.int32]) -> None:
    """From now on `trip` follows `route`, whose first edge it is on."""
    begin = traffic.note_route(route)
    traffic.fleet.cursor[trip], traffic.fleet.route_end[trip] = begin, begin + len(route)
