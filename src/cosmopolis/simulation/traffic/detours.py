"""New routes for cars under way: who missed the turn lane, whose street is shut, and who hears of a jam ahead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.words import VehicleKind
from cosmopolis.simulation.traffic.drivers import Drivers
from cosmopolis.simulation.traffic.kernels import entry
from cosmopolis.simulation.traffic.routing import TURNING, quickest
from cosmopolis.simulation.traffic.state import Cars, Fleet

if TYPE_CHECKING:
    from cosmopolis.simulation.traffic.drive import Traffic

BUS, ARTICULATED_BUS = int(VehicleKind.BUS), int(VehicleKind.ARTICULATED_BUS)
EVERY = 60  # steps between two looks at the jams
HEARS = 3  # one driver in so many hears of a jam at each look
AHEAD = 12  # edges of the route that are looked at
AT_MOST = 40  # new routes a look, so that a look is quick in the worst hour
JAM_SPEED, JAM_DENSITY = (
    0.2,
    50.0,
)  # share of the limit below, vehicles per lane-km above which an edge is jammed
WORTH = 0.8  # of the time on the old way that the new one may take


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


@entry
def who_hears(
    look: int, count: int, jammed: np.ndarray, drivers: Drivers, cars: Cars, fleet: Fleet, rows: np.ndarray
) -> int:
    """Write the cars that hear of a jam on their way to `rows`; how many they are."""
    found = 0
    for i in range(count):
        trip = cars.trip[i]
        kind = drivers.kind[cars.kind[i]]
        if (trip + look) % HEARS != 0 or kind in (BUS, ARTICULATED_BUS) or found >= len(rows):
            continue
        cursor = fleet.cursor[trip]
        for row in range(cursor + 2, min(cursor + 2 + AHEAD, fleet.route_end[trip])):
            if jammed[fleet.route[row]] != 0:
                rows[found] = i
                found += 1
                break
    return found


def avoid_jams(traffic: Traffic) -> None:
    """Some of those who have a jam on their way take another, if it is clearly quicker by the present speeds.

    The next edge stays: the lane for it may be chosen already.
    """
    jammed = (traffic.speed_ratio < JAM_SPEED) & (traffic.density > JAM_DENSITY)
    if not jammed.any():
        return
    look = traffic.steps // EVERY
    rows = np.zeros(traffic.count, np.int64)
    tables = map(traffic.tables, (traffic.drivers, traffic.cars, traffic.fleet))
    found = who_hears(look, traffic.count, jammed.astype(np.uint8), *tables, rows)
    seconds = traffic.graph.seconds / np.maximum(traffic.speed_ratio, 0.05) + TURNING
    live = traffic.graph._replace(seconds=seconds - TURNING)
    shut = shut_edges(traffic)
    first = look * AT_MOST % max(found, 1)
    for i in np.roll(rows[:found], -first)[:AT_MOST]:
        trip = int(traffic.cars.trip[i])
        fleet = traffic.fleet
        ahead = fleet.route[fleet.cursor[trip] : fleet.route_end[trip]]
        modes = int(traffic.drivers.modes[fleet.kind[trip]])
        other = quickest(int(ahead[1]), int(ahead[-1]), modes, shut, live)
        if len(other) and seconds[other].sum() < WORTH * seconds[ahead[1:]].sum():
            give_route(traffic, trip, np.concatenate([ahead[:1], other]))
            traffic.tally["rerouted"] += 1
