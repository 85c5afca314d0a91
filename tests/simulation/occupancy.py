"""What every run must keep: nobody lost or doubled, and nobody on shared ground with another."""

from __future__ import annotations

import numpy as np

from cosmopolis.simulation import Simulation
from tests.simulation.path_occupancy import vehicle_lengths


def check_books(simulation: Simulation, due: int) -> None:
    """The accounts after a step: `due` trips had their time by now."""
    counts, vehicles = simulation.counts(), simulation.vehicles()
    assert counts["departed"] == counts["arrived"] + counts["broken"] + counts["vehicles"]
    assert counts["waiting"] + counts["departed"] == due
    assert len(vehicles.id) == counts["vehicles"] == len(np.unique(vehicles.id))
    assert counts["broken"] == 0


class SharedGround:
    """Watches the conflicts of a city's connections: who is where two connections cross, at each step."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        network = simulation.city.network
        self._lanes = len(network.lanes)
        self._length = np.maximum(network.connections.length, 0.5)
        self._crossed: dict[int, tuple[int, float]] = {}  # vehicle -> connection it left, m driven since
        self._path: dict[int, int] = {}
        self.seen = 0  # vehicles seen on shared ground

    def clashes(self, tolerance: float = 0.05) -> list[tuple[int, int, int, int]]:
        """(connection, other, vehicle, other vehicle) now on the same ground, merges aside."""
        on: dict[int, list[tuple[int, float, float]]] = {}
        vehicles = self._simulation.vehicles()
        lengths = vehicle_lengths(self._simulation)
        for id, path, front, length in zip(
            vehicles.id.tolist(),
            vehicles.path.tolist(),
            vehicles.position.tolist(),
            lengths.tolist(),
            strict=True,
        ):
            for way, at in self._stretch(id, path, front):
                on.setdefault(way, []).append((id, at - length, at))
        conflicts, found = self._simulation.city.network.conflicts, []
        for way, cars in on.items():
            for row in range(conflicts.start[way], conflicts.start[way + 1]):
                other = int(conflicts.other[row])
                if conflicts.merge[row]:
                    continue
                mine = [c for c in cars if _within(c, conflicts.begin[row], conflicts.end[row], tolerance)]
                self.seen += len(mine)
                if other not in on or way > other:
                    continue
                back = self._row(other, way)
                begin, end = conflicts.begin[back], conflicts.end[back]
                theirs = [c for c in on[other] if _within(c, begin, end, tolerance)]
                found += [(way, other, a[0], b[0]) for a in mine for b in theirs if a[0] != b[0]]
        return found

    def _row(self, way: int, other: int) -> int:
        conflicts = self._simulation.city.network.conflicts
        rows = range(conflicts.start[way], conflicts.start[way + 1])
        return next(row for row in rows if conflicts.other[row] == other)

    def _stretch(self, id: int, path: int, front: float) -> list[tuple[int, float]]:
        """(connection, m of the front along it, maybe past its end) of a vehicle."""
        last = self._path.get(id, path)
        self._path[id] = path
        found = []
        if path >= self._lanes:
            self._crossed[id] = (path - self._lanes, 0.0)
            return [(path - self._lanes, front)]
        if last != path and last < self._lanes:
            ways = self._simulation.city.network.connections
            rows = np.flatnonzero((ways.from_lane == last) & (ways.to_lane == path))
            if len(rows):  # over a short connection in one step
                self._crossed[id] = (int(rows[0]), 0.0)
        if id in self._crossed:
            way = self._crossed[id][0]
            found.append((way, float(self._length[way]) + front))
        return found


def _within(car: tuple[int, float, float], begin: float, end: float, tolerance: float) -> bool:
    return car[2] > begin + tolerance and car[1] < end - tolerance
