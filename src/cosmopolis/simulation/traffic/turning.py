"""Which way on: the connection a car takes at the end of its lane, and the lane it must be in for that.

Worked out once when a car enters a path, from its route; the hot loop reads only the answer.
"""

from __future__ import annotations

import numpy as np

from cosmopolis.simulation.traffic.tables import kernel
from cosmopolis.simulation.traffic.drivers import Drivers
from cosmopolis.simulation.traffic.network import Roads
from cosmopolis.simulation.traffic.state import FAR, HALT, LEAVE, TURN, Cars, Fleet, Ways

NO_WAY = 1000  # lanes: there is none
SHUT = 50  # lanes of detour that a closed lane counts as
LEAVING_SPEED = np.float32(4.0)  # m/s, into a yard or a parking place
FAR32 = np.float32(FAR)


@kernel
def leads_to(lane: int, edge: int, modes: int, roads: Roads) -> bool:
    """Whether a connection of this lane that `modes` may use ends on `edge`."""
    for way in range(roads.out_start[lane], roads.out_end[lane]):
        if roads.edge[way] == edge and (roads.modes[way] & modes) != 0:
            return True
    return False


@kernel
def lanes_to(lane: int, edge: int, modes: int, roads: Roads) -> int:
    """Signed number of lane changes to the nearest lane that leads to `edge`; NO_WAY if none does."""
    first = lane - roads.lane_index[lane]
    best = NO_WAY
    for other in range(first, first + roads.lane_count[lane]):
        if abs(other - lane) < abs(best) and leads_to(other, edge, modes, roads):
            best = other - lane
    return best


@kernel
def choose(lane: int, edge: int, after: int, goal_lane: int, modes: int, roads: Roads, ways: Ways) -> int:
    """The connection from `lane` to `edge` that needs the fewest lane changes there, -1 if none.

    `after` is the edge after that, or -1 where the trip ends on `edge`, in `goal_lane`.
    """
    best, best_cost = -1, 4 * NO_WAY
    for way in range(roads.out_start[lane], roads.out_end[lane]):
        if roads.edge[way] != edge or (roads.modes[way] & modes) == 0:
            continue
        to_lane = roads.out_end[way]
        cost = abs(to_lane - goal_lane) if after < 0 else abs(lanes_to(to_lane, after, modes, roads))
        if ways.closed[to_lane] != 0:
            cost += SHUT
        if cost < best_cost:
            best, best_cost = way, cost
    return best


@kernel
def way_on(lane: int, cursor: int, trip: int, fleet: Fleet, drivers: Drivers, roads: Roads, ways: Ways) -> int:
    """The connection that `trip` takes at the end of `lane` on its route's edge `cursor`; -1: none from here."""
    if cursor + 1 >= fleet.route_end[trip]:
        return -1
    after = -1
    if cursor + 2 < fleet.route_end[trip]:
        after = fleet.route[cursor + 2]
    modes = drivers.modes[fleet.kind[trip]]
    return choose(lane, fleet.route[cursor + 1], after, fleet.to_lane[trip], modes, roads, ways)


@kernel
def settle(
    cars: Cars, i: int, path: int, fleet: Fleet, drivers: Drivers, roads: Roads, ways: Ways
) -> None:
    """Fill in what car i wants on `path`, which it has just entered."""
    trip, kind = cars.trip[i], cars.kind[i]
    cars.desired[i] = min(ways.limit[path] * fleet.factor[trip], drivers.top_speed[kind])
    cars.goal_position[i], cars.goal_speed[i], cars.goal[i] = FAR32, FAR32, TURN
    cars.choice[i], cars.shift[i] = -1, 0
    if roads.lane_count[path] == 0:
        return
    cursor, edge = fleet.cursor[trip], roads.edge[path]
    if fleet.route[cursor] != edge and cursor + 1 < fleet.route_end[trip]:
        cursor += 1
        fleet.cursor[trip] = cursor
    modes = drivers.modes[kind]
    _aim(cars, i, path, cursor, fleet, drivers, roads, ways)
    halt = fleet.halt[trip]
    if halt < fleet.halt_end[trip] and roads.edge[fleet.halt_lane[halt]] == edge:
        if fleet.dwell[trip] <= 0.0:
            fleet.dwell[trip] = max(fleet.halt_dwell[halt], np.float32(1.0))
        cars.goal[i], cars.goal_speed[i] = HALT, np.float32(0.0)
        cars.goal_position[i] = min(fleet.halt_position[halt], roads.length[path] - np.float32(0.5))
        cars.shift[i] = fleet.halt_lane[halt] - path
    if cars.shift[i] != 0 and not _open(path + (1 if cars.shift[i] > 0 else -1), modes, roads):
        cars.shift[i] = 0


@kernel
def _aim(
    cars: Cars, i: int, path: int, cursor: int, fleet: Fleet, drivers: Drivers, roads: Roads, ways: Ways
) -> None:
    """The goal at the end of the lane: the next turn, or the destination."""
    trip = cars.trip[i]
    if cursor + 1 >= fleet.route_end[trip]:
        cars.goal[i], cars.goal_speed[i] = LEAVE, LEAVING_SPEED
        cars.goal_position[i] = min(fleet.to_position[trip], roads.length[path] - np.float32(0.5))
        if roads.edge[fleet.to_lane[trip]] == roads.edge[path]:
            cars.shift[i] = fleet.to_lane[trip] - path
        return
    way = way_on(path, cursor, trip, fleet, drivers, roads, ways)
    cars.choice[i] = way
    if way >= 0:
        cars.goal_position[i] = roads.length[path]
        cars.goal_speed[i] = min(ways.limit[way] * fleet.factor[trip], drivers.top_speed[cars.kind[i]])
    else:
        shift = lanes_to(path, fleet.route[cursor + 1], drivers.modes[cars.kind[i]], roads)
        if shift != NO_WAY:
            cars.shift[i] = shift


@kernel
def _open(lane: int, modes: int, roads: Roads) -> bool:
    return (roads.modes[lane] & modes) != 0
