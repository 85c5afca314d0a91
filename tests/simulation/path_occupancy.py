"""Which stretch of which path every vehicle covers, and whether two cover the same."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from cosmopolis.city.words import VehicleKind
from cosmopolis.simulation import Simulation

TOLERANCE = 0.01  # m, float32 on a path of kilometres


class PathOccupancy:
    """Watches one simulation, step by step: tails that still lie on the path a vehicle came from count too."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        network = simulation.city.network
        self._lanes = len(network.lanes)
        self._length = np.maximum(
            np.concatenate([network.lanes.length, network.connections.length]), 0.5
        ).astype(np.float32)
        self._from = network.connections.from_lane
        self._entered_over: dict[
            tuple[int, int], int
        ] = {}  # (vehicle, lane) -> connection by which it came there
        self._last: dict[int, int] = {}  # vehicle -> path one step ago

    def overlaps(self) -> list[tuple[int, int, int, float]]:
        """(path, rear vehicle, front vehicle, m of overlap) now."""
        vehicles = self._simulation.vehicles()
        length = vehicle_lengths(self._simulation)
        rows: list[tuple[int, float, float, int]] = []
        for id, path, position, metres in zip(
            vehicles.id.tolist(),
            vehicles.path.tolist(),
            vehicles.position.tolist(),
            length.tolist(),
            strict=True,
        ):
            self._remember(id, path)
            rows.append((path, position - metres, position, id))
            rear = position - metres
            while rear < 0.0:
                path = self._before(id, path)
                if path < 0:
                    break
                end = float(self._length[path])
                rear += end
                rows.append((path, max(rear, 0.0), end, id))
        return _pairs(rows)

    def _remember(self, id: int, path: int) -> None:
        last = self._last.get(id)
        if last is not None and last != path and path < self._lanes:
            if last >= self._lanes:
                self._entered_over[id, path] = last
            elif (
                self._simulation.city.network.lanes.edge[last]
                != self._simulation.city.network.lanes.edge[path]
            ):
                ways = self._simulation.city.network.connections
                passed = np.flatnonzero((ways.from_lane == last) & (ways.to_lane == path))
                self._entered_over[id, path] = int(passed[0]) + self._lanes if len(passed) else -1
            else:
                self._entered_over.pop((id, path), None)
        self._last[id] = path

    def _before(self, id: int, path: int) -> int:
        if path >= self._lanes:
            return int(self._from[path - self._lanes])
        return self._entered_over.get((id, path), -1)


def _pairs(rows: list[tuple[int, float, float, int]]) -> list[tuple[int, int, int, float]]:
    rows.sort()
    found = []
    for (path, _, front, id), (next_path, next_rear, _, next_id) in pairwise(rows):
        if path == next_path and front > next_rear + TOLERANCE:
            found.append((path, id, next_id, front - next_rear))
    return found


def vehicle_lengths(simulation: Simulation) -> np.ndarray:
    """(N,) m, by the run's own types."""
    rows = simulation.trips.kind[np.minimum(simulation.vehicles().id, len(simulation.trips) - 1)]
    added = simulation.vehicles().id >= len(simulation.trips)  # by a command: of the usual types
    usual = len(simulation.drivers.length) - len(VehicleKind) + simulation.vehicles().kind
    return simulation.drivers.length[np.where(added, usual, rows)]


def standing_longest(simulation: Simulation) -> float:
    """s that the vehicle which stands longest has been standing."""
    traffic = simulation.traffic
    return float(traffic.cars.still[: traffic.count].max(initial=0)) * simulation.dt
