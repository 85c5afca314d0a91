"""A start in the middle of the day: trips under way at the start are put where they would be by then."""

from __future__ import annotations

import numpy as np

from cosmopolis.kernels.decorators import entry
from cosmopolis.kernels.tables import Table
from cosmopolis.simulation.traffic.drivers import Drivers
from cosmopolis.simulation.traffic.network import RoadNetwork
from cosmopolis.simulation.traffic.state import (
    DONE,
    FAR,
    FAR32,
    PLANNED,
    RUNNING,
    Cars,
    Fleet,
    PathState,
    empty_cars,
)
from cosmopolis.simulation.traffic.turning import lanes_to, settle

CONGESTION = 1.35  # how much slower than on empty streets a trip under way has been
JUNCTION = 9.0  # s lost at the end of each edge
HALT_LOSS = 5.0  # s lost at a halt besides the dwell
LINE_MARGIN, REAR_MARGIN, FRONT_MARGIN = 1.5, 0.5, 1.0  # m to the stop line, behind it, to the lane's end
WRONG_LANE = 30.0  # m that a vehicle is put back rather than one lane beside that which leads on
START_SPEED, SPARE_HEADWAY = 0.7, 1.3  # of the desired speed at most; times the headway
GAP = 3.0  # m between the vehicles put down


@entry
def whereabouts(
    start: float,
    roads: RoadNetwork,
    path_state: PathState,
    fleet: Fleet,
    edge: np.ndarray,
    position: np.ndarray,
) -> None:
    """For each trip that is under way at `start`: its `edge` and m along it; -1 for all others.

    Moves the trip's cursor and its halts on; a trip that has arrived by then is DONE.
    """
    for trip in range(len(edge)):
        edge[trip] = -1
        if fleet.status[trip] == DONE or fleet.depart[trip] >= start:
            continue
        left = start - fleet.depart[trip]
        cursor, end, halt = fleet.cursor[trip], fleet.route_end[trip], fleet.halt[trip]
        begin: float = np.float64(fleet.from_position[trip])
        fleet.status[trip] = DONE
        while cursor < end:
            here = fleet.route[cursor]
            lane = roads.edge_main[here]
            until = roads.length[lane]
            if cursor + 1 == end:
                until = min(until, fleet.to_position[trip])
            seconds = max(until - begin, 0.0) / path_state.limit[lane] * CONGESTION
            if left < seconds:
                edge[trip], position[trip] = here, begin + (until - begin) * left / seconds
                fleet.cursor[trip], fleet.halt[trip] = cursor, halt
                fleet.status[trip] = RUNNING
                break
            left -= seconds + JUNCTION
            while halt < fleet.halt_end[trip] and roads.edge[fleet.halt_lane[halt]] == here:
                left -= fleet.halt_dwell[halt] + HALT_LOSS
                halt += 1
            begin = 0.0
            cursor += 1
            if left < 0.0 and cursor < end:  # stands at the line
                edge[trip], position[trip] = here, roads.length[lane] - LINE_MARGIN
                fleet.cursor[trip], fleet.halt[trip] = cursor - 1, halt
                fleet.status[trip] = RUNNING
                break


@entry
def put_down(
    order: np.ndarray,
    edge: np.ndarray,
    position: np.ndarray,
    roads: RoadNetwork,
    drivers: Drivers,
    fleet: Fleet,
    lane: np.ndarray,
) -> None:
    """A lane for each trip and a position behind the one put there before. `order`: by edge, foremost first.

    A trip for which its edge has no space keeps lane -1.
    """
    rear = np.full(roads.paths, FAR32)
    for trip in order:
        first = roads.edge_lane[edge[trip]]
        modes = drivers.modes[fleet.kind[trip]]
        length = drivers.length[fleet.kind[trip]]
        best, best_cost, best_position = -1, FAR, np.float32(0.0)
        cursor = fleet.cursor[trip]
        for other in range(first, first + roads.edge_lanes[edge[trip]]):
            if (roads.modes[other] & modes) == 0:
                continue
            place = min(position[trip], min(rear[other] - GAP, roads.length[other] - FRONT_MARGIN))
            if place - length < REAR_MARGIN:
                continue
            cost = position[trip] - place
            if cursor + 1 < fleet.route_end[trip]:
                cost += WRONG_LANE * abs(lanes_to(other, fleet.route[cursor + 1], modes, roads))
            if cost < best_cost:
                best, best_cost, best_position = other, cost, place
        lane[trip] = best
        if best >= 0:
            position[trip] = best_position
            rear[best] = best_position - length


@entry
def fill(
    order: np.ndarray,
    lane: np.ndarray,
    position: np.ndarray,
    cars: Cars,
    roads: RoadNetwork,
    drivers: Drivers,
    path_state: PathState,
    fleet: Fleet,
) -> None:
    """Write the cars; `order`: trips by lane, rearmost first."""
    count = 0
    path = 0
    for trip in order:
        while path <= lane[trip]:
            cars.start[path] = count
            path += 1
        kind = fleet.kind[trip]
        cars.position[count], cars.trip[count] = position[trip], trip
        cars.kind[count], cars.length[count] = kind, drivers.length[kind]
        settle(cars, count, lane[trip], cars.start, fleet, drivers, roads, path_state)
        fleet.since[trip] = fleet.depart[trip]
        count += 1
    while path <= roads.paths:
        cars.start[path] = count
        path += 1
    for path in range(roads.paths):
        for i in range(cars.start[path], cars.start[path + 1]):
            room = roads.length[path] - cars.position[i]
            if i + 1 < cars.start[path + 1]:
                room = cars.position[i + 1] - cars.length[i + 1] - cars.position[i]
            kind = cars.kind[i]
            safe = np.sqrt(drivers.brake[kind] * max(room - GAP, 0.0))
            near = max(room - drivers.jam_gap[kind], 0.0) / (SPARE_HEADWAY * drivers.headway[kind])
            cars.speed[i] = min(START_SPEED * cars.desired[i], min(safe, near))
        if cars.start[path] < cars.start[path + 1]:
            i = cars.start[path]
            path_state.tail[path] = cars.position[i] - cars.length[i]
            path_state.tail_speed[path] = cars.speed[i]


def place_under_way(
    start: float, roads: RoadNetwork, drivers: Drivers, path_state: PathState, fleet: Fleet
) -> tuple[Cars, np.ndarray]:
    """The cars on the road at `start` s, and the trips under way for which there was no space (they queue)."""
    count = len(fleet.depart)
    edge, position = np.full(count, -1, np.int32), np.zeros(count, np.float32)
    first_edge, first_halt = fleet.cursor.copy(), fleet.halt.copy()
    road_table, state_table, fleet_table, driver_table = (
        Table(roads),
        Table(path_state),
        Table(fleet),
        Table(drivers),
    )
    whereabouts(start, road_table, state_table, fleet_table, edge, position)
    under_way = np.flatnonzero(edge >= 0)
    lane = np.full(count, -1, np.int32)
    order = under_way[np.lexsort((under_way, -position[under_way], edge[under_way]))]
    put_down(order, edge, position, road_table, driver_table, fleet_table, lane)
    placed = under_way[lane[under_way] >= 0]
    cars = empty_cars(len(roads.length), max(256, 2 * len(placed)))
    order = placed[np.lexsort((position[placed], lane[placed]))]
    fill(order, lane, position, Table(cars), road_table, driver_table, state_table, fleet_table)
    left_over = under_way[lane[under_way] < 0]
    fleet.cursor[left_over], fleet.halt[left_over] = first_edge[left_over], first_halt[left_over]
    fleet.status[left_over] = PLANNED
    return cars, left_over
