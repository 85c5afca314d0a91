"""Who leaves a path: over its end into the next one, or by another way than planned after a long wait."""

from __future__ import annotations

import numpy as np

from cosmopolis.kernels.decorators import kernel
from cosmopolis.simulation.clock import DT
from cosmopolis.simulation.traffic.drivers import Drivers
from cosmopolis.simulation.traffic.network import Roads
from cosmopolis.simulation.traffic.room_beyond import NO_ROOM
from cosmopolis.simulation.traffic.state import BROKEN, CROSS, LEAVES, STAY, STRAYS, TURN, Cars, Moves, Ways

ROOM = np.float32(12.0)  # m free beyond a junction, so that it is worth going that way
AT_THE_LINE = 8.0  # m before the end of the lane
THINKS = 10.0  # s from one try to take another way, where one's own is full, to the next


@kernel
def leave_path(
    k: int, path: int, roads: Roads, drivers: Drivers, ways: Ways, cars: Cars, moves: Moves
) -> None:
    """The first car of a path, if it drives beyond the end; at most one can in a step."""
    i = cars.start[path + 1] - 1
    over = moves.position[i] - roads.length[path]
    is_lane = roads.lane_count[path] > 0
    if over < 0.0:
        if is_lane and over > -AT_THE_LINE and cars.goal[i] == TURN and moves.action[i] == STAY:
            _lose_patience(path, i, roads, drivers, ways, cars, moves)
        return
    if moves.action[i] == LEAVES or moves.action[i] == BROKEN:
        return
    to, way = (cars.choice[i], -1) if is_lane else (roads.out_end[path], path)
    if is_lane and over >= roads.length[to]:
        over -= roads.length[to]
        to, way = roads.out_end[to], to
    row = roads.chunk[k] + moves.exits[k]
    moves.exits[k] += 1
    moves.exit_car[row], moves.exit_path[row], moves.exit_way[row] = i, to, way
    moves.exit_position[row] = min(over, roads.length[to] - np.float32(0.01))
    moves.action[i] = CROSS


@kernel
def _lose_patience(
    path: int, i: int, roads: Roads, drivers: Drivers, ways: Ways, cars: Cars, moves: Moves
) -> None:
    """The first car of a lane takes another way: from a lane that does not lead on, or where its way stays full."""
    kind, lost = cars.kind[i], cars.choice[i] < 0
    over = cars.still[i] * DT - (drivers.strays[kind] if lost else drivers.turns_away[kind])
    if over >= 0.0 and (lost or (over % THINKS < DT and moves.held[path] == NO_ROOM)):
        way = other_way(path, i, roads, drivers, ways, cars)
        moves.other_way[path] = way
        if way >= 0:
            moves.action[i] = STRAYS
        elif lost:
            moves.action[i] = LEAVES


@kernel
def other_way(path: int, i: int, roads: Roads, drivers: Drivers, ways: Ways, cars: Cars) -> int:
    """A connection for car i, which has waited too long at the end of its lane, where it finds room beyond.

    A car that cannot go on from here at all takes one without room too. -1 where there is none.
    """
    first, count = roads.out_start[path], roads.out_end[path] - roads.out_start[path]
    choice, kind = cars.choice[i], cars.kind[i]
    modes = drivers.modes[kind]
    for need in (max(ROOM, drivers.length[kind] + drivers.jam_gap[kind]), np.float32(0.0)):
        for turn in range(count):
            way = first + (cars.trip[i] + turn) % count
            to_lane = roads.out_end[way]
            fits = way != choice and ways.tail[to_lane] > need
            if fits and (roads.modes[way] & modes) != 0 and ways.closed[to_lane] == 0:
                return way
        if choice >= 0:
            return -1
    return first if count > 0 else -1
