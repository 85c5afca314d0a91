"""Which vehicle leaves a path: over its end into the next one, or by another connection after a long wait."""

from __future__ import annotations

import numpy as np

from cosmopolis.kernels.decorators import kernel
from cosmopolis.simulation.clock import DT
from cosmopolis.simulation.traffic.downstream_storage import NO_STORAGE
from cosmopolis.simulation.traffic.drivers import Drivers
from cosmopolis.simulation.traffic.network import RoadNetwork
from cosmopolis.simulation.traffic.state import (
    BROKEN,
    EXITS,
    LEAVES,
    REROUTES,
    STAY,
    TURN,
    Cars,
    Moves,
    PathState,
)

# m before its end, at most, that a vehicle enters a path: it never drives through two in a step
PATH_END = np.float32(0.01)
REROUTE_STORAGE = np.float32(12.0)  # m free beyond a junction, so that another connection is worth taking
REROUTE_ZONE = 8.0  # m before the end of the lane within which a driver reroutes
REROUTE_RETRY = 10.0  # s from one try to the next, where the own connection has no downstream storage


@kernel
def leave_path(
    k: int, path: int, roads: RoadNetwork, drivers: Drivers, path_state: PathState, cars: Cars, moves: Moves
) -> None:
    """The first vehicle of a path, if it drives beyond the end; at most one can in a step."""
    i = cars.start[path + 1] - 1
    over = moves.position[i] - roads.length[path]
    is_lane = roads.lane_count[path] > 0
    if over < 0.0:
        if is_lane and over > -REROUTE_ZONE and cars.goal[i] == TURN and moves.action[i] == STAY:
            _reroute_impatient(path, i, roads, drivers, path_state, cars, moves)
        return
    if moves.action[i] == LEAVES or moves.action[i] == BROKEN:
        return
    to, connection = (cars.choice[i], -1) if is_lane else (roads.to_lane[path], path)
    if is_lane and over >= roads.length[to]:
        over -= roads.length[to]
        to, connection = roads.to_lane[to], to
    row = roads.chunk[k] + moves.exits[k]
    moves.exits[k] += 1
    moves.exit_car[row], moves.exit_path[row], moves.exit_connection[row] = i, to, connection
    moves.exit_position[row] = min(over, roads.length[to] - PATH_END)
    moves.action[i] = EXITS


@kernel
def _reroute_impatient(
    path: int, i: int, roads: RoadNetwork, drivers: Drivers, path_state: PathState, cars: Cars, moves: Moves
) -> None:
    """The first car of a lane takes another connection: its lane does not lead on, or its own connection stays full."""
    kind, lost = cars.kind[i], cars.choice[i] < 0
    over = cars.still[i] * DT - (drivers.reroutes_after[kind] if lost else drivers.reroutes_full_after[kind])
    if over >= 0.0 and (lost or (over % REROUTE_RETRY < DT and moves.refused[path] == NO_STORAGE)):
        connection = other_connection(path, i, roads, drivers, path_state, cars)
        moves.other_connection[path] = connection
        if connection >= 0:
            moves.action[i] = REROUTES
        elif lost:
            moves.action[i] = LEAVES


@kernel
def other_connection(
    path: int, i: int, roads: RoadNetwork, drivers: Drivers, path_state: PathState, cars: Cars
) -> int:
    """A connection with downstream storage for car i, which has waited too long at the end of its lane; -1: none.

    A car that cannot go on from here at all takes one without storage too.
    """
    first, count = roads.out_start[path], roads.out_end[path] - roads.out_start[path]
    choice, kind = cars.choice[i], cars.kind[i]
    modes = drivers.modes[kind]
    for need in (max(REROUTE_STORAGE, drivers.length[kind] + drivers.jam_gap[kind]), np.float32(0.0)):
        for turn in range(count):
            connection = first + (cars.trip[i] + turn) % count
            to_lane = roads.to_lane[connection]
            fits = connection != choice and path_state.tail[to_lane] > need
            if fits and (roads.modes[connection] & modes) != 0 and path_state.closed[to_lane] == 0:
                return connection
        if choice >= 0:
            return -1
    return first if count > 0 else -1
