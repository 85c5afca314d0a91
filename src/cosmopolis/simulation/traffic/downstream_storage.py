"""Downstream storage: no vehicle enters a junction that it could not leave (do not block the box)."""

from __future__ import annotations

from cosmopolis.kernels.decorators import kernel
from cosmopolis.simulation.clock import DT
from cosmopolis.simulation.traffic.drivers import Drivers
from cosmopolis.simulation.traffic.network import RoadNetwork
from cosmopolis.simulation.traffic.state import Cars, PathState
from cosmopolis.simulation.traffic.thresholds import LONGEST_VEHICLE

NO_STORAGE = 255  # PathState.refused of a lane whose first vehicle has no downstream storage
AMPLE = 40.0  # m more than a vehicle needs: enough for all that are on connections into the lane
STORAGE_PATIENCE = 120.0  # s of standing at the stop line, after which a driver accepts less storage
FLOWING = 3.0  # s for which the tail of the lane is taken to drive on, as far as it is faster than 1 m/s
# m that stay free on a roundabout, two cars and their gaps: two may enter in one step
ROUNDABOUT_RESERVE = 14.0
MOST_ARMS = 12  # arms of a roundabout


@kernel
def has_downstream_storage(
    connection: int, i: int, roads: RoadNetwork, drivers: Drivers, path_state: PathState, cars: Cars
) -> bool:
    """Whether car i fits behind the last vehicle of the lane that `connection` leads to, with all that are on
    the way there.
    """
    to_lane = roads.to_lane[connection]
    tail = path_state.tail[to_lane]
    room = min(
        tail + max(0.0, path_state.tail_speed[to_lane] - 1.0) * FLOWING,
        roads.length[to_lane] + LONGEST_VEHICLE,
    )
    needed = cars.length[i] + drivers.jam_gap[cars.kind[i]]
    if roads.roundabout_entry[connection] != 0 and not _roundabout_flows(
        to_lane, needed, roads, drivers, cars
    ):
        return False
    if room > needed + AMPLE:
        return True
    needed += _queued_on_connections(to_lane, roads, drivers, cars)
    pushes = min(1.0, max(0.0, 2.0 - cars.still[i] * DT / STORAGE_PATIENCE))
    return bool(room >= needed * pushes)


@kernel
def _queued_on_connections(lane: int, roads: RoadNetwork, drivers: Drivers, cars: Cars) -> float:
    """m that the vehicles on all connections into `lane` take up when they stand."""
    metres = 0.0
    for row in range(roads.in_start[lane], roads.in_start[lane + 1]):
        metres += _queue_length(roads.in_path[row], drivers, cars)
    return metres


@kernel
def _queue_length(path: int, drivers: Drivers, cars: Cars) -> float:
    """m that the vehicles on `path` take up when they stand."""
    metres = 0.0
    for j in range(cars.start[path], cars.start[path + 1]):
        metres += cars.length[j] + drivers.jam_gap[cars.kind[j]]
    return metres


@kernel
def _roundabout_flows(begin: int, needed: float, roads: RoadNetwork, drivers: Drivers, cars: Cars) -> bool:
    """Whether a roundabout keeps ROUNDABOUT_RESERVE m free if one more vehicle of `needed` m enters it at lane `begin`.

    A full roundabout locks for ever once no vehicle on it is before its own exit. An empty one lets a vehicle in,
    however small it is, and a ring that leads nowhere on is none.
    """
    lane, room, taken = begin, -(needed + ROUNDABOUT_RESERVE), 0.0
    for _ in range(MOST_ARMS):
        queued = _queue_length(lane, drivers, cars) + _queued_on_connections(lane, roads, drivers, cars)
        taken += queued
        room += roads.length[lane] - queued
        on = -1
        for out in range(roads.out_start[lane], roads.out_end[lane]):
            if roads.circulating[out] != 0:
                on = out
        if on < 0:
            return True
        room += roads.length[on]
        lane = roads.to_lane[on]
        if lane == begin:
            break
    return bool(room >= 0.0 or taken == 0.0)
