"""Trips as the kernels' Fleet, and what may be wrong with a trip."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cosmopolis.demand.trips import Trips
from cosmopolis.simulation.command import AddTrip
from cosmopolis.simulation.traffic.drivers import Drivers, speed_factors
from cosmopolis.simulation.traffic.network import RoadNetwork
from cosmopolis.simulation.traffic.state import DONE, PLANNED, Fleet


def build_fleet(trips: Trips, roads: RoadNetwork, drivers: Drivers, seed: int) -> Fleet:
    """A Fleet row for every trip; a trip whose route does not hang together is DONE before it begins."""
    count = len(trips)
    usable = drivable(trips, roads)
    kind = trips.kind.astype(np.uint16)
    return Fleet(
        kind=kind,
        factor=factors_of(kind, drivers, seed),
        depart=trips.depart.astype(np.float64),
        from_lane=_kernel_paths(trips.from_lane, roads),
        from_position=trips.from_position.astype(np.float32),
        to_lane=_kernel_paths(trips.to_lane, roads),
        to_position=trips.to_position.astype(np.float32),
        cursor=trips.route_start[:-1].astype(np.int64),
        route_end=trips.route_start[1:].astype(np.int64),
        halt=trips.halt_start[:-1].astype(np.int64),
        halt_end=trips.halt_start[1:].astype(np.int64),
        kerb=((trips.origin >= 0) + 2 * (trips.destination >= 0)).astype(np.uint8),
        dwell=np.zeros(count, np.float32),
        status=np.where(usable, PLANNED, DONE).astype(np.uint8),
        since=np.full(count, -1.0),
        next_waiting=np.full(count, -1, np.int32),
        route=trips.route.astype(np.int32),
        halt_lane=_kernel_paths(trips.halt_lane, roads),
        halt_position=trips.halt_position.astype(np.float32),
        halt_dwell=trips.halt_dwell.astype(np.float32),
        halt_until=trips.halt_until.astype(np.float32),
        halt_beside=trips.halt_beside.astype(np.uint8),
    )


def factors_of(kind: NDArray[np.uint16], drivers: Drivers, seed: int) -> NDArray[np.float32]:
    """(N,) ratio of each driver's desired speed to the limit; `kind` (N,) are rows of `drivers`."""
    return speed_factors(
        len(kind),
        seed,
        mean=drivers.factor[kind],
        deviation=drivers.deviation[kind],
        least=drivers.least[kind],
        most=drivers.most[kind],
    )


def _kernel_paths(lanes: NDArray, roads: RoadNetwork) -> NDArray[np.int32]:
    """Kernel paths of city lanes; a lane that does not exist becomes the first, its trip is not drivable."""
    known = (lanes >= 0) & (lanes < len(roads.of_city))
    return roads.of_city[np.where(known, lanes, 0)] if len(roads.of_city) else np.zeros(len(lanes), np.int32)


def drivable(trips: Trips, roads: RoadNetwork) -> NDArray[np.bool_]:
    """(N,) trips whose first edge holds their first lane, whose edges follow each other, and so to the last."""
    count = len(trips)
    if count == 0 or len(roads.length) == 0:
        return np.zeros(count, dtype=np.bool_)
    edges = len(roads.edge_lane)
    first, last = trips.route_start[:-1], trips.route_start[1:]
    fine = (last > first) & (trips.from_lane >= 0) & (trips.to_lane >= 0)
    route = trips.route.astype(np.int64)
    known = (route >= 0) & (route < edges)
    connection = np.flatnonzero(roads.lane_count == 0)
    links = np.unique(
        roads.edge[roads.from_lane[connection]].astype(np.int64) * edges + roads.to_edge[connection]
    )
    follows = np.isin(route[:-1] * edges + route[1:], links)
    follows[last[:-1][(last[:-1] > 0) & (last[:-1] < len(route))] - 1] = True  # from one trip to the next
    broken = np.concatenate([[0], np.cumsum(~known)]), np.concatenate([[0], np.cumsum(~follows)])
    fine &= broken[0][last] == broken[0][first]
    inner_last = np.maximum(last - 1, first)
    fine &= broken[1][inner_last] == broken[1][first]
    rows = np.flatnonzero(fine)
    from_edge = roads.edge[_kernel_paths(trips.from_lane[rows], roads)]
    to_edge = roads.edge[_kernel_paths(trips.to_lane[rows], roads)]
    fine[rows] = (from_edge == route[first[rows]]) & (to_edge == route[last[rows] - 1])
    return fine


def with_trip(
    command: AddTrip,
    from_lane: int,
    to_lane: int,
    route: tuple[int, int],
    time: float,
    kind: int,
    fleet: Fleet,
    factor: float,
) -> Fleet:
    """`fleet` with one more row: a trip that departs at `time`.

    Lanes are kernel paths, `route` rows of its routes, `kind` a row of Drivers, `factor` of its driver's speed.
    """
    halts = len(fleet.halt_lane)
    new = {
        "kind": kind,
        "factor": factor,
        "depart": time,
        "from_lane": from_lane,
        "from_position": command.from_position,
        "to_lane": to_lane,
        "to_position": command.to_position,
        "cursor": route[0],
        "route_end": route[1],
        "halt": halts,
        "halt_end": halts,
        "kerb": 0,
        "dwell": 0.0,
        "status": PLANNED,
        "since": -1.0,
        "next_waiting": -1,
    }
    rows = {}
    for name, value in new.items():
        column = getattr(fleet, name)
        rows[name] = np.append(column, np.array([value], column.dtype))
    return fleet._replace(**rows)
