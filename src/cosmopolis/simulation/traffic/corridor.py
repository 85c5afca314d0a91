"""Emergency vehicles: those ahead make room, at junctions the others wait, and a red light is passed with care.

Marks on paths say where one comes. They are written between two steps, and only while one is on the road, so that
a city without any pays for one look at a flag.
"""

from __future__ import annotations

from math import sqrt

import numpy as np

from cosmopolis.kernels.decorators import entry, kernel
from cosmopolis.simulation.traffic.drivers import Drivers
from cosmopolis.simulation.traffic.network import Roads
from cosmopolis.simulation.traffic.state import FAR, Cars, Fleet, Ways
from cosmopolis.simulation.traffic.turning import likely_way

NO_SIREN, COMES, CROSSES = (
    0,
    1,
    2,
)  # Ways.siren: of a lane it comes along; of a connection that crosses its way
AHEAD = 150.0  # m before it that others hear it
CLOSE = 60.0  # m before it that those at a red light go over the line to let it through
WARNING = 6.0  # s before it comes to a junction that others are kept out
NEAR = 40.0  # m, the same when it is slow
AT_RED = 5.0  # m/s over the line at red
MOST_PATHS = 24


@entry
def announce(roads: Roads, drivers: Drivers, ways: Ways, cars: Cars, fleet: Fleet) -> int:
    """Mark the way ahead of every emergency vehicle in `Ways.siren` and `siren_at`; how many there are."""
    found = 0
    for path in range(roads.paths):
        ways.siren[path], ways.siren_at[path] = NO_SIREN, np.float32(FAR)
    for path in range(roads.paths):
        for i in range(cars.start[path], cars.start[path + 1]):
            if drivers.siren[cars.kind[i]] != 0:
                _mark(path, i, roads, drivers, ways, cars, fleet)
                found += 1
    return found


@kernel
def _mark(path: int, i: int, roads: Roads, drivers: Drivers, ways: Ways, cars: Cars, fleet: Fleet) -> None:
    trip, speed = cars.trip[i], cars.speed[i]
    at, cursor = cars.position[i], fleet.cursor[cars.trip[i]]
    first = True
    for _ in range(MOST_PATHS):
        if roads.lane_count[path] > 0:
            ways.siren[path] = COMES
            ways.siren_at[path] = min(ways.siren_at[path], at)
            to_line = roads.length[path] - at
            way = cars.choice[i] if first else -1
            if not first and cursor + 1 < fleet.route_end[trip]:
                way = likely_way(path, cursor, trip, fleet, drivers, roads)
            if way < 0 or to_line > AHEAD:
                return
            if to_line < max(NEAR, WARNING * speed):
                _keep_out(way, roads, ways)
            path, at = way, -to_line
        else:
            if first:
                _keep_out(path, roads, ways)
            at -= roads.length[path]
            path = roads.out_end[path]
            cursor += 1
        first = False


@kernel
def _keep_out(way: int, roads: Roads, ways: Ways) -> None:
    for row in range(roads.conflict_start[way], roads.conflict_start[way + 1]):
        ways.siren[roads.conflict[row]] = CROSSES


@kernel
def makes_room(lane: int, i: int, roads: Roads, drivers: Drivers, ways: Ways, cars: Cars) -> bool:
    """Whether car i has an emergency vehicle behind it on its lane, near enough to be heard."""
    behind = cars.position[i] - ways.siren_at[lane]
    return bool(behind > 0.5 and behind < AHEAD and drivers.siren[cars.kind[i]] == 0)


@kernel
def passes_red(lane: int, i: int, drivers: Drivers, ways: Ways, cars: Cars) -> bool:
    """Whether car i may go at red, giving way to all: an emergency vehicle, and who stands in its way at the line."""
    if drivers.siren[cars.kind[i]] != 0:
        return True
    return bool(ways.siren[lane] == COMES and cars.position[i] - ways.siren_at[lane] < CLOSE)


@kernel
def carefully(distance: float, i: int, drivers: Drivers, cars: Cars) -> float:
    """m/s^2 of car i so that it comes to the line, `distance` m ahead, at no more than AT_RED."""
    allowed = sqrt(AT_RED * AT_RED + 2.0 * drivers.brake[cars.kind[i]] * max(distance, 0.0))
    return (allowed - cars.speed[i]) / 0.5


@kernel
def still_comes(other: int, roads: Roads, cars: Cars) -> bool:
    """Whether somebody who is to let an emergency vehicle pass can no longer stop before connection `other`."""
    lane = roads.out_start[other]
    last = cars.start[lane + 1] - 1
    if last < cars.start[lane] or cars.choice[last] != other or cars.speed[last] < 0.5:
        return False
    speed = cars.speed[last]
    return bool(roads.length[lane] - cars.position[last] < speed * speed / 6.0 + 0.5 * speed)
