"""Insertion: entering the road from the kerb or over the border. Each lane has a queue; one car enters a
step, where it has a gap.
"""

from __future__ import annotations

import numpy as np

from cosmopolis.city.words import DeparturePosition
from cosmopolis.kernels.decorators import Real, entry, kernel
from cosmopolis.simulation.traffic.admission import is_free
from cosmopolis.simulation.traffic.downstream_storage import NO_STORAGE
from cosmopolis.simulation.traffic.drivers import Drivers
from cosmopolis.simulation.traffic.kerb import BEGINS_AT_KERB, BLOCKS_LANE
from cosmopolis.simulation.traffic.lane_changing import LEAST_BUMPER_GAP
from cosmopolis.simulation.traffic.network import RoadNetwork
from cosmopolis.simulation.traffic.state import (
    DONE,
    FAR32,
    PARKED,
    PLANNED,
    RETURNS,
    WAITING,
    Cars,
    Fleet,
    Moves,
    PathState,
)
from cosmopolis.simulation.traffic.turning import wished_speed

AS_PLANNED, BEHIND_LAST = int(DeparturePosition.AS_PLANNED), int(DeparturePosition.BEHIND_LAST)
PULL_OUT_SPEED = 3.0  # m/s, from the kerb
# m from the start of a lane without connections into it: a vehicle enters at the speed of the road
BORDER_ZONE = 25.0
ENTRY_MARGIN, LANE_END, STOP_MARGIN = 1.0, 0.5, 1.0  # m behind it, to the lane's end, before a stop
ENTRY_HEADWAY, LEADER_SHARE = 1.5, 0.5  # s, and share of its speed: for the speed of entry behind a leader
# How much is asked of the follower: comfort; more, after a while in the queue; or, from beside the lane, what keeps
# SUMO's secure gap with its usual driver, who would have to stop behind a vehicle that starts from standing.
PATIENT, HURRIED, SECURE = 0, 1, 2
COMFORT_BRAKE, HURRIED_BRAKE, SECURE_BRAKE = 2.0, 4.0, 4.5  # m/s^2 that the follower may be asked for
COMFORT_HEADWAY, HURRIED_HEADWAY, SECURE_HEADWAY = 0.8, 0.3, 1.0  # s that are left to the follower
ARRIVAL_ZONE = 40.0  # m from the lane's beginning within which vehicles on the way into it matter
INSERTION_PATIENCE = 20.0  # s in the queue, after which a smaller gap is accepted
STUCK_STEPS = 180  # steps of standing at the end of a lane, longer than any red light


@entry
def reset_trips(
    due: np.ndarray, own: int, midnight: float, usable: np.ndarray, planned: Fleet, fleet: Fleet
) -> tuple[int, int]:
    """Make trips that begin today as they are `planned`; how many, then the first of `due`, and how many cannot.

    Those that cannot are still on the road from another day. Trips from row `own` on were added by a command
    and depart at a time of their own.
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
def queue_for_insertion(trip: int, roads: RoadNetwork, fleet: Fleet, path_state: PathState) -> None:
    """Put a trip that is due at the end of the queue of its first lane, or of the lane beside which it stands."""
    lane = fleet.from_lane[trip]
    if fleet.status[trip] == PARKED:
        lane = fleet.halt_lane[fleet.halt[trip]]
        fleet.status[trip] = RETURNS
    else:
        fleet.status[trip] = WAITING
    path_state.insertion_count[roads.chunk_of[lane]] += 1
    fleet.next_waiting[trip] = -1
    if path_state.insertion_first[lane] < 0:
        path_state.insertion_first[lane] = trip
    else:
        fleet.next_waiting[path_state.insertion_last[lane]] = trip
    path_state.insertion_last[lane] = trip


@kernel
def insert_first(
    lane: int,
    time: float,
    roads: RoadNetwork,
    drivers: Drivers,
    path_state: PathState,
    cars: Cars,
    fleet: Fleet,
    moves: Moves,
) -> bool:
    """Let the first trip of the queue enter, if there is a gap for which its follower need not brake hard."""
    if path_state.closed[lane] != 0:
        return False
    trip = path_state.insertion_first[lane]
    kind, returns = fleet.kind[trip], fleet.status[trip] == RETURNS
    length, least = drivers.length[kind], np.float32(LEAST_BUMPER_GAP)
    if returns or drivers.entry_speed[kind] < 0.0:
        least = drivers.jam_gap[kind]
    if drivers.entry_speed[kind] < 0.0 and _is_stuck(lane, path_state, cars):
        return False
    desired = wished_speed(lane, trip, fleet, drivers, path_state)
    entry_speed = drivers.entry_speed[kind]
    if returns or drivers.departure_position[kind] == AS_PLANNED:
        planned = fleet.halt_position[fleet.halt[trip]] if returns else fleet.from_position[trip]
        place = min(max(planned, length + ENTRY_MARGIN), roads.length[lane] - LANE_END)
    else:
        place = _departure_position(lane, kind, min(desired, entry_speed), least, roads, drivers, cars, moves)
    position = np.float32(place)
    if position < 0.0 or not is_free(lane, position, length, roads, path_state, cars, moves):
        return False
    speed = min(desired, PULL_OUT_SPEED if entry_speed < 0.0 else entry_speed)
    at_kerb = roads.kerb[lane] == BLOCKS_LANE and fleet.kerb[trip] & BEGINS_AT_KERB != 0
    if at_kerb and entry_speed < 0.0 and drivers.pull_out_time[kind] > 0.0:
        speed = np.float32(0.0)
    if entry_speed < 0.0 and position < BORDER_ZONE and roads.in_start[lane] == roads.in_start[lane + 1]:
        speed = desired
    if returns:
        speed = np.float32(0.0)
    speed = min(
        speed, np.sqrt(2.0 * drivers.brake[kind] * max(roads.length[lane] - position - STOP_MARGIN, 0.0))
    )
    hurry = HURRIED if time - fleet.depart[trip] > INSERTION_PATIENCE else PATIENT
    if returns:
        hurry = SECURE
    for j in range(cars.start[lane], cars.start[lane + 1]):
        if moves.position[j] > position:
            gap = moves.position[j] - cars.length[j] - position
            if gap < least:
                return False
            safe = max(0.0, gap - STOP_MARGIN) / ENTRY_HEADWAY + LEADER_SHARE * moves.speed[j]
            if 0.0 <= entry_speed < FAR32 and safe < speed:
                return False  # it enters at the speed that is asked of it, or later
            speed = min(speed, safe)
            break
    for j in range(cars.start[lane + 1] - 1, cars.start[lane] - 1, -1):
        if moves.position[j] < position:
            gap = position - length - moves.position[j]
            if not _gap_accepted(least, gap, moves.speed[j], speed, hurry):
                return False
            break
    if not _nobody_arrives(lane, least, position - length, speed, hurry, roads, cars, moves):
        return False
    moves.insert[lane] = trip
    moves.insert_position[lane], moves.insert_speed[lane] = position, speed
    return True


@kernel
def _departure_position(
    lane: int,
    kind: int,
    speed: float,
    least: Real,
    roads: RoadNetwork,
    drivers: Drivers,
    cars: Cars,
    moves: Moves,
) -> float:
    """m along `lane` at which a vehicle that enters at `speed` keeps its distance to the one ahead; < 0: nowhere yet.

    Behind the last vehicle, or also in a gap farther on if its type takes one; on an empty lane so far from
    the end that it can stop there.
    """
    brake, length = drivers.brake[kind], drivers.length[kind]
    stops, begin = speed * speed / (2.0 * brake), length + ENTRY_MARGIN
    first, beyond = cars.start[lane], cars.start[lane + 1]
    if first == beyond:
        return max(min(begin, roads.length[lane] - LANE_END), roads.length[lane] - STOP_MARGIN - stops)
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
            and _gap_accepted(
                least, position - length - moves.position[j - 1], moves.speed[j - 1], speed, PATIENT
            )
        )
        if position >= begin and (j == first or behind):
            return position
        if drivers.departure_position[kind] == BEHIND_LAST:
            return -1.0
    return -1.0


@kernel
def _is_stuck(lane: int, path_state: PathState, cars: Cars) -> bool:
    """Whether the queue on `lane` cannot move: a vehicle that joins it takes the space that would free others."""
    first = cars.start[lane + 1] - 1
    if first < cars.start[lane]:
        return False
    return bool(path_state.refused[lane] == NO_STORAGE or cars.still[first] > STUCK_STEPS)


@kernel
def _gap_accepted(least: Real, gap: Real, follower: float, speed: float, hurry: int) -> bool:
    """Whether a follower at `follower` m/s, `gap` m behind a vehicle that enters at `speed`, brakes comfortably."""
    brake, headway = COMFORT_BRAKE, COMFORT_HEADWAY
    if hurry == HURRIED:
        brake, headway = HURRIED_BRAKE, HURRIED_HEADWAY
    elif hurry == SECURE:
        brake, headway = SECURE_BRAKE, SECURE_HEADWAY
    closing = max(0.0, follower * follower - speed * speed) / (2.0 * brake)
    return bool(gap >= least + closing + follower * headway)


@kernel
def _nobody_arrives(
    lane: int,
    least: Real,
    rear: Real,
    speed: float,
    hurry: int,
    roads: RoadNetwork,
    cars: Cars,
    moves: Moves,
) -> bool:
    """The same for vehicles still on the way into the lane, where none is on it behind the gap."""
    if rear > ARRIVAL_ZONE:
        return True
    for row in range(roads.in_start[lane], roads.in_start[lane + 1]):
        connection = roads.in_path[row]
        j = cars.start[connection + 1] - 1
        if j >= cars.start[connection]:
            gap = rear + roads.length[connection] - moves.position[j]
            if not _gap_accepted(least, gap, moves.speed[j], speed, hurry):
                return False
    return True
