"""Room behind a junction: nobody enters one that he could not leave."""

from __future__ import annotations

from cosmopolis.kernels.decorators import kernel
from cosmopolis.simulation.clock import DT
from cosmopolis.simulation.traffic.drivers import Drivers
from cosmopolis.simulation.traffic.ground import LONGEST
from cosmopolis.simulation.traffic.network import Roads
from cosmopolis.simulation.traffic.state import Cars, Ways

NO_ROOM = 255  # Ways.held of a lane whose first car has no room beyond the junction
PUSHES = 120.0  # s of standing at the line after which a driver makes do with less room beyond
FLOWING = 3.0  # m/s: a car that rolls so fast will make room
LEFT_FREE = 14.0  # m on a ring, two cars and their gaps: two may come on at once
MOST_ARMS = 12  # of a roundabout


@kernel
def has_room_beyond(way: int, i: int, roads: Roads, drivers: Drivers, ways: Ways, cars: Cars) -> bool:
    """Whether car i fits behind the last car of the lane that `way` leads to, with all who go there already."""
    to_lane = roads.out_end[way]
    tail = ways.tail[to_lane]
    room = min(tail + max(0.0, ways.tail_speed[to_lane] - 1.0) * FLOWING, roads.length[to_lane] + LONGEST)
    needed = cars.length[i] + drivers.jam_gap[cars.kind[i]]
    if roads.circle[way] != 0 and not _ring_can_turn(to_lane, needed, roads, drivers, cars):
        return False
    if room > needed + 40.0:
        return True
    needed += _standing(to_lane, roads, drivers, cars)
    pushes = min(1.0, max(0.0, 2.0 - cars.still[i] * DT / PUSHES))
    return bool(room >= needed * pushes)


@kernel
def _standing(lane: int, roads: Roads, drivers: Drivers, cars: Cars) -> float:
    """m that the cars on all connections into `lane` take up when they stand."""
    metres = 0.0
    for row in range(roads.in_start[lane], roads.in_start[lane + 1]):
        metres += _queue(roads.in_path[row], drivers, cars)
    return metres


@kernel
def _queue(path: int, drivers: Drivers, cars: Cars) -> float:
    metres = 0.0
    for j in range(cars.start[path], cars.start[path + 1]):
        metres += cars.length[j] + drivers.jam_gap[cars.kind[j]]
    return metres


@kernel
def _ring_can_turn(begin: int, needed: float, roads: Roads, drivers: Drivers, cars: Cars) -> bool:
    """Whether a ring still has LEFT_FREE m more than all on it take up, if one more comes on at lane `begin`.

    A full ring stands for ever once none of those on it is before its own exit. One that is empty lets somebody in
    however small it is, and one that leads nowhere on is none.
    """
    lane, room, taken = begin, -(needed + LEFT_FREE), 0.0
    for _ in range(MOST_ARMS):
        queued = _queue(lane, drivers, cars) + _standing(lane, roads, drivers, cars)
        taken += queued
        room += roads.length[lane] - queued
        on = -1
        for out in range(roads.out_start[lane], roads.out_end[lane]):
            if roads.ring[out] != 0:
                on = out
        if on < 0:
            return True
        room += roads.length[on]
        lane = roads.out_end[on]
        if lane == begin:
            break
    return bool(room >= 0.0 or taken == 0.0)
