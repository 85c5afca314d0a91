"""Teleporting (SUMO: time-to-teleport): a vehicle that stands too long is moved on along its route, and counted.

Off unless the rules set the time. It runs between two steps, on the few vehicles that it concerns.
"""

from __future__ import annotations

import numpy as np

from cosmopolis.kernels.decorators import entry
from cosmopolis.simulation.clock import DT
from cosmopolis.simulation.traffic.drivers import Drivers
from cosmopolis.simulation.traffic.network import RoadNetwork
from cosmopolis.simulation.traffic.running import RunningTraffic
from cosmopolis.simulation.traffic.state import DONE, FAR, STANDS, Cars, Fleet, PathState
from cosmopolis.simulation.traffic.turning import settle

TELEPORT_STEPS = 10  # steps between two rounds
REAR_CLEARANCE = 0.5  # m from the beginning of the lane to the rear of a vehicle that is put there
MIDDLE, BEHIND = 0.5, 2.0  # share of the lane where a vehicle is put, and m behind the last one there
ENTRY_BRAKE = 3.0  # m/s^2 that a vehicle on the way into that lane may be asked for


def teleport_stuck(traffic: RunningTraffic, after: float) -> tuple[list[int], list[int]]:
    """Trips moved to the next edge of their route with space, and those for which there was none.

    A vehicle that stands on purpose, at a stop or at the kerb, is not stuck.
    """
    cars, count = traffic.cars, traffic.count
    means_to = (cars.goal[:count] & STANDS) != 0
    rows = np.flatnonzero((cars.still[:count] * DT > after) & ~means_to)[::-1]
    stuck = cars.trip[
        rows[np.argsort(-cars.still[rows].astype(np.int64), kind="stable")]
    ]  # the longest first
    teleported: list[int] = []
    taken_out: list[int] = []
    for trip in stuck.tolist():
        row = int(np.flatnonzero(cars.trip[: traffic.count] == trip)[0])
        path = int(np.searchsorted(cars.start, row, side="right")) - 1
        place = _place_ahead(traffic, trip, int(cars.kind[row]), float(cars.length[row]))
        if place is None:
            _take_out(traffic, row, path)
            traffic.fleet.status[trip] = DONE
            taken_out.append(trip)
            continue
        _advance_route(traffic, trip, place[0])
        _move(traffic, row, path, place[1], place[2])
        teleported.append(trip)
    return teleported, taken_out


def _place_ahead(
    traffic: RunningTraffic, trip: int, kind: int, length: float
) -> tuple[int, int, float] | None:
    """Row of the route, lane and m for a vehicle on the next edge of its route with space."""
    roads, fleet, path_state = traffic.roads, traffic.fleet, traffic.path_state
    modes = int(traffic.drivers.modes[kind])
    end = int(fleet.route_end[trip])
    for row in range(int(fleet.cursor[trip]) + 1, end):
        edge = int(fleet.route[row])
        first = int(roads.edge_lane[edge])
        lanes = range(first, first + int(roads.edge_lanes[edge]))
        onward = int(fleet.route[row + 1]) if row + 1 < end else -1
        for lane in sorted(lanes, key=lambda lane: (onward >= 0 and not _leads(lane, onward, roads), lane)):
            if (int(roads.modes[lane]) & modes) == 0 or path_state.closed[lane] != 0:
                continue
            position = _free_position(lane, length, traffic)
            if position is not None:
                return row, lane, position
    return None


def _leads(lane: int, edge: int, roads: RoadNetwork) -> bool:
    """Whether a connection of `lane` leads to `edge`."""
    return bool((roads.to_edge[roads.out_start[lane] : roads.out_end[lane]] == edge).any())


def _free_position(lane: int, length: float, traffic: RunningTraffic) -> float | None:
    """m of the front of a vehicle put behind all others on `lane`; None where it does not fit."""
    roads, path_state, cars = traffic.roads, traffic.path_state, traffic.cars
    whole = float(roads.length[lane])
    position = min(max(MIDDLE * whole, length + REAR_CLEARANCE), whole - REAR_CLEARANCE)
    if path_state.tail[lane] < FAR:
        position = min(position, float(path_state.tail[lane]) - BEHIND)
    for connection in range(int(roads.out_start[lane]), int(roads.out_end[lane])):
        if path_state.tail[connection] < FAR:
            position = min(position, whole + float(path_state.tail[connection]) - BEHIND)
        beyond = int(roads.to_lane[connection])
        if path_state.tail[beyond] < 0.0:
            position = min(
                position, whole + float(roads.length[connection] + path_state.tail[beyond]) - BEHIND
            )
    rear = position - length
    if rear < REAR_CLEARANCE:
        return None
    for connection in roads.in_path[roads.in_start[lane] : roads.in_start[lane + 1]].tolist():
        last = int(cars.start[connection + 1]) - 1
        if last >= cars.start[connection]:
            gap = rear + float(roads.length[connection] - cars.position[last])
            if gap < float(cars.speed[last]) ** 2 / (2.0 * ENTRY_BRAKE) + REAR_CLEARANCE:
                return None
    return position


def _advance_route(traffic: RunningTraffic, trip: int, row: int) -> None:
    """The trip goes on from `row` of its route; halts on the edges left out are left out too."""
    fleet, roads = traffic.fleet, traffic.roads
    passed = fleet.route[fleet.cursor[trip] : row]
    halt, end = int(fleet.halt[trip]), int(fleet.halt_end[trip])
    while halt < end and roads.edge[fleet.halt_lane[halt]] in passed:
        halt += 1
    fleet.halt[trip], fleet.cursor[trip], fleet.dwell[trip] = halt, row, 0.0


def _take_out(traffic: RunningTraffic, row: int, path: int) -> None:
    """Remove car `row` of `path`."""
    cars, count = traffic.cars, traffic.count
    for name, column in cars._asdict().items():
        if name != "start":
            column[row : count - 1] = column[row + 1 : count].copy()
    cars.start[path + 1 :] -= 1
    _update_tail(traffic, path)


def _move(traffic: RunningTraffic, row: int, path: int, lane: int, position: float) -> None:
    """Put car `row` of `path` at `position` m of `lane`, as the last there."""
    cars = traffic.cars
    kept = {name: column[row].copy() for name, column in cars._asdict().items() if name != "start"}
    _take_out(traffic, row, path)
    count, at = traffic.count, int(cars.start[lane])
    for name, value in kept.items():
        column = getattr(cars, name)
        column[at + 1 : count + 1] = column[at:count].copy()
        column[at] = value
    cars.start[lane + 1 :] += 1
    cars.position[at], cars.speed[at], cars.still[at], cars.rest[at] = position, 0.0, 0, 0
    records = (traffic.cars, traffic.fleet, traffic.drivers, traffic.roads, traffic.path_state)
    _settle_one(at, lane, *map(traffic.tables, records))
    _update_tail(traffic, lane)


def _update_tail(traffic: RunningTraffic, path: int) -> None:
    """Write what others read of the last vehicle on `path`."""
    cars, path_state = traffic.cars, traffic.path_state
    first = int(cars.start[path])
    if first == cars.start[path + 1]:
        path_state.tail[path], path_state.tail_speed[path], path_state.merge_request[path] = FAR, 0.0, 0
    else:
        path_state.tail[path] = cars.position[first] - cars.length[first]
        path_state.tail_speed[path] = cars.speed[first]


@entry
def _settle_one(
    i: int, path: int, cars: Cars, fleet: Fleet, drivers: Drivers, roads: RoadNetwork, path_state: PathState
) -> None:
    settle(cars, i, path, cars.start, fleet, drivers, roads, path_state)
