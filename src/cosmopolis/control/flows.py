"""How many vehicles an hour take each connection: as trips plan it, or as counted in a run."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.model import City, Network
from cosmopolis.demand.trips import Trips
from cosmopolis.simulation import Simulation

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]


def planned_flows(city: City, trips: Trips, begin: float, end: float) -> F64:
    """(C,) veh/h on each connection by the routes of the trips that depart in `begin` .. `end` (s after midnight).

    A turn that has several connections side by side is shared evenly among them.
    """
    of_day = np.mod(trips.depart, 86_400.0)
    goes = np.repeat((of_day >= begin) & (of_day < end), np.diff(trips.route_start))
    inner = np.ones(len(trips.route), dtype=bool)
    inner[trips.route_start[1:][np.diff(trips.route_start) > 0] - 1] = False  # the last edge of a trip
    rows = np.flatnonzero(goes & inner)
    turns = trips.route[rows].astype(np.int64) * len(city.network.edges) + trips.route[rows + 1]
    return _on_connections(city.network, turns) * 3600.0 / max(end - begin, 1.0)


def measured_flows(simulation: Simulation, seconds: float) -> F64:
    """(C,) veh/h on each connection, counted while the simulation runs for `seconds`."""
    network = simulation.city.network
    lanes, edges = len(network.lanes), len(network.edges)
    last: dict[int, int] = {}
    turns: list[int] = []
    until = simulation.time + seconds - 1e-9
    while simulation.time < until:
        simulation.step()
        vehicles = simulation.vehicles()
        on_lane = vehicles.path < lanes
        edge = network.lanes.edge[vehicles.path[on_lane]].tolist()
        for vehicle, now in zip(vehicles.id[on_lane].tolist(), edge, strict=True):
            before = last.get(vehicle, now)
            if before != now:
                turns.append(before * edges + now)
            last[vehicle] = now
    return _on_connections(network, np.array(turns, np.int64)) * 3600.0 / seconds


def _on_connections(network: Network, turns: I64) -> F64:
    """(C,) how many of `turns` (from edge x number of edges + to edge) each connection has."""
    edges, ways = len(network.edges), network.connections
    lane_edge = network.lanes.edge.astype(np.int64)
    turn = lane_edge[ways.from_lane] * edges + lane_edge[ways.to_lane]
    known, row, width = np.unique(turn, return_inverse=True, return_counts=True)
    at = np.minimum(np.searchsorted(known, turns), max(len(known) - 1, 0))
    found = at[known[at] == turns] if len(known) else at[:0]
    return np.asarray((np.bincount(found, minlength=len(known)) / width)[row])
