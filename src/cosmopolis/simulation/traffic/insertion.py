"""Entering the road from the kerb or over the border: a queue at each lane, one car a step where there is a gap."""

from __future__ import annotations

import numpy as np

from cosmopolis.city.words import DeparturePosition
from cosmopolis.kernels.decorators import Real, entry, kernel
from cosmopolis.simulation.traffic.admission import is_free
from cosmopolis.simulation.traffic.drivers import Drivers
from cosmopolis.simulation.traffic.kerb import BEGINS_AT_KERB, HOLDS
from cosmopolis.simulation.traffic.lane_changing import BETWEEN
from cosmopolis.simulation.traffic.network import Roads
from cosmopolis.simulation.traffic.room_beyond import NO_ROOM
from cosmopolis.simulation.traffic.state import DONE, PLANNED, WAITING, Cars, Fleet, Moves, Ways
from cosmopolis.simulation.traffic.turning import FAR32, wished_speed

AS_PLANNED, BEHIND_LAST = int(DeparturePosition.AS_PLANNED), int(DeparturePosition.BEHIND_LAST)
PULLING_OUT = 3.0  # m/s, from the kerb
BORDER = 25.0  # m from the start of a lane without ways in: it comes with the speed of the road
PATIENCE = 20.0  # s in the queue after which small gaps do
STUCK = 180  # steps of standing at the end of a lane, longer than any red light


@entry
def set_back(
    due: np.ndarray, own: int, midnight: float, usable: np.ndarray, planned: Fleet, fleet: Fleet
) -> tuple[int, int]:
    """Make trips that begin today as they are `planned`; how many, then the first of `due`, and how many cannot.

    Those that cannot still are on the road from another day. Trips from row `own` on were added by a command and depart
    at a time of their own.
    """
    kept, skipped = 0, 0
    for row in range(len(due)):
        trip = due[row]
        if not usable[trip]:
            continue
        if fleet.status[trip] != PLANNED and fleet.status[trip] != DONE:
            skipped += 1
            continue
        fleet.cursor[trip], fleet.route_end[trip] = planned.cursor[trip], planned.route_end[trip]
        fleet.to_lane[trip], fleet.to_position[trip] = planned.to_lane[trip], planned.to_position[trip]
        fleet.halt[trip], fleet.dwell[trip] = planned.halt[trip], 0.0
        fleet.depart[trip] = planned.depart[trip] + (midnight if trip < own else 0.0)
        due[kept] = trip
        kept += 1
    return kept, skipped


@kernel
def wait_at_kerb(trip: int, roads: Roads, fleet: Fleet, ways: Ways) -> None:
    """Put a trip that is due at the end of its lane's queue."""
    lane = fleet.from_lane[trip]
    fleet.status[trip] = WAITING
    ways.queued[roads.chunk_of[lane]] += 1
    fleet.next_waiting[trip] = -1
    if ways.queue[lane] < 0:
        ways.queue[lane] = trip
    else:
        fleet.next_waiting[ways.queue_end[lane]] = trip
    ways.queue_end[lane] = trip


@kernel
def insert_first(
    lane: int, time: float, roads: Roads, drivers: Drivers, ways: Ways, cars: Cars, fleet: Fleet, moves: Moves
) -> bool:
    """Let the first of the queue in, if there is a gap that its follower need not brake hard for."""
    if ways.closed[lane] != 0:
        return False
    trip = ways.queue[lane]
    kind = fleet.kind[trip]
    length, least = drivers.length[kind], np.float32(BETWEEN)
    if drivers.enters[kind] < 0.0:
        least = drivers.jam_gap[kind]
        if _is_stuck(lane, ways, cars):
            return False
    desired = wished_speed(lane, trip, fleet, drivers, ways)
    enters = drivers.enters[kind]
    if drivers.departure_position[kind] == AS_PLANNED:
        place = min(max(fleet.from_position[trip], length + 1.0), roads.length[lane] - 0.5)
    else:
        place = _room_behind(lane, kind, min(desired, enters), least, roads, drivers, cars, moves)
    position = np.float32(place)
    if position < 0.0 or not is_free(lane, position, length, roads, ways, cars, moves):
        return False
    speed = min(desired, PULLING_OUT if enters < 0.0 else enters)
    at_kerb = roads.kerb[lane] == HOLDS and fleet.kerb[trip] & BEGINS_AT_KERB != 0
    if at_kerb and enters < 0.0 and drivers.pulls_out[kind] > 0.0:
        speed = np.float32(0.0)
    if enters < 0.0 and position < BORDER and roads.in_start[lane] == roads.in_start[lane + 1]:
        speed = desired
    speed = min(speed, np.sqrt(2.0 * drivers.brake[kind] * max(roads.length[lane] - position - 1.0, 0.0)))
    hurry = time - fleet.depart[trip] > PATIENCE
    for j in range(cars.start[lane], cars.start[lane + 1]):
        if moves.position[j] > position:
            gap = moves.position[j] - cars.length[j] - position
            if gap < least:
                return False
            safe = max(0.0, gap - 1.0) / 1.5 + 0.5 * moves.speed[j]
            if 0.0 <= enters < FAR32 and safe < speed:
                return False  # it enters at the speed that is asked of it, or later
            speed = min(speed, safe)
            break
    for j in range(cars.start[lane + 1] - 1, cars.start[lane] - 1, -1):
        if moves.position[j] < position:
            gap = position - length - moves.position[j]
            if not _comfortable(least, gap, moves.speed[j], speed, hurry):
                return False
            break
    if not _no_one_arrives(lane, least, position - length, speed, hurry, roads, cars, moves):
        return False
    moves.insert[lane] = trip
    moves.insert_position[lane], moves.insert_speed[lane] = position, speed
    return True


@kernel
def _room_behind(
    lane: int,
    kind: int,
    speed: float,
    least: Real,
    roads: Roads,
    drivers: Drivers,
    cars: Cars,
    moves: Moves,
) -> float:
    """m along `lane` at which a vehicle that comes at `speed` keeps its distance to the one ahead; < 0: nowhere yet.

    Behind the last one, or also in a gap farther on if its type takes one; on an empty lane so far from the end that it
    can stop there.
    """
    brake, length = drivers.brake[kind], drivers.length[kind]
    stops, begin = speed * speed / (2.0 * brake), length + 1.0
    first, beyond = cars.start[lane], cars.start[lane + 1]
    if first == beyond:
        return max(min(begin, roads.length[lane] - 0.5), roads.length[lane] - 1.0 - stops)
    for j in range(first, beyond):
        its = moves.speed[j]
        gap = (
            max(stops - its * its / (2.0 * brake), 0.0)
            + speed * drivers.headway[kind]
            + drivers.jam_gap[kind]
        )
        position = moves.position[j] - cars.length[j] - gap
        behind = (
            j > first
            and position - length > moves.position[j - 1]
            and _comfortable(
                least, position - length - moves.position[j - 1], moves.speed[j - 1], speed, False
            )
        )
        if position >= begin and (j == first or behind):
            return position
        if drivers.departure_position[kind] == BEHIND_LAST:
            return -1.0
    return -1.0


@kernel
def _is_stuck(lane: int, ways: Ways, cars: Cars) -> bool:
    """Whether the queue on `lane` has no way to go: who joins it takes the room that would set others free."""
    first = cars.start[lane + 1] - 1
    if first < cars.start[lane]:
        return False
    return bool(ways.held[lane] == NO_ROOM or cars.still[first] > STUCK)


@kernel
def _comfortable(least: Real, gap: Real, follower: float, speed: float, hurry: bool) -> bool:
    brake = 4.0 if hurry else 2.0
    closing = max(0.0, follower * follower - speed * speed) / (2.0 * brake)
    return bool(gap >= least + closing + follower * (0.3 if hurry else 0.8))


@kernel
def _no_one_arrives(
    lane: int,
    least: Real,
    rear: Real,
    speed: float,
    hurry: bool,
    roads: Roads,
    cars: Cars,
    moves: Moves,
) -> bool:
    """The same for cars still on their way into the lane, where nobody is on it behind the gap."""
    if rear > 40.0:
        return True
    for row in range(roads.in_start[lane], roads.in_start[lane + 1]):
        way = roads.in_path[row]
        j = cars.start[way + 1] - 1
        if j >= cars.start[way]:
            gap = rear + roads.length[way] - moves.position[j]
            if not _comfortable(least, gap, moves.speed[j], speed, hurry):
                return False
    return True
