"""Writes down a run while it goes on: intervals and trajectories go to disk as they end, trips when all is over."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from cosmopolis.city.errors import BadInput
from cosmopolis.demand.trips import Trips
from cosmopolis.planning import schemas
from cosmopolis.planning.detectors import read_detectors
from cosmopolis.planning.sumo_outputs import SumoFiles
from cosmopolis.planning.tables import area_table, edge_table, lane_table, loop_table, trip_table
from cosmopolis.planning.trajectories import TrajectoryFile, Viewer, let_go
from cosmopolis.simulation import Area, Events, Loop, Observer, Simulation

EDGES, LANES, LOOPS, AREAS = "edges.parquet", "lanes.parquet", "detectors.parquet", "areas.parquet"
FILES = {EDGES, LANES, LOOPS, AREAS, "trips.parquet", "fcd.parquet"}
XML_FILES = {"edgedata.xml", "tripinfo.xml", "detectors.xml", "areas.xml", "fcd.xml"}


@dataclass(frozen=True)
class Wanted:
    """What is written of a run beside its trips."""

    interval: float = 300.0  # s, of edges, lanes and detectors
    fcd: float | None = None  # s between two looks at every vehicle; None: no trajectories
    xml: bool = False  # all of it in SUMO's formats too
    detectors: Path | None = None  # file that says where loops and areas lie
    electric: float = 0.1  # share of the vehicles

    def check(self, step: float) -> None:
        """BadInput where a time is shorter than a step of the simulation."""
        for name, seconds in (("interval of", self.interval), ("period of trajectories of", self.fcd)):
            if seconds is not None and not seconds >= step:
                raise BadInput(
                    f"An {name} {seconds:g} s is shorter than a step of {step:g} s: take a longer one."
                )


class Recorder:
    """Shown each step of `simulation`, writes to `folder`. `ids` (N,) are names of the trips, where they have any."""

    def __init__(
        self,
        simulation: Simulation,
        trips: Trips,
        folder: Path,
        wanted: Wanted,
        ids: NDArray[np.object_] | None = None,
    ) -> None:
        wanted.check(simulation.dt)
        self._simulation, self._trips, self._folder = simulation, trips, folder
        self._wanted, self._ids = wanted, ids
        network = simulation.city.network
        detectors = read_detectors(wanted.detectors, simulation.city) if wanted.detectors else []
        loops = [detector for detector in detectors if isinstance(detector, Loop)]
        areas = [detector for detector in detectors if isinstance(detector, Area)]
        self.observer = Observer(simulation, electric=wanted.electric, loops=loops, areas=areas)
        held = {EDGES: schemas.EDGES, LANES: schemas.LANES}
        held |= ({LOOPS: schemas.LOOPS} if loops else {}) | ({AREAS: schemas.AREAS} if areas else {})
        self._writers = {
            name: pq.ParquetWriter(folder / name, held[name], compression="zstd") for name in held
        }
        fcd = wanted.fcd is not None
        self._viewer = Viewer(network) if fcd else None
        self._tracks = TrajectoryFile(folder / "fcd.parquet", network) if fcd else None
        names = [str(n) for n in range(len(trips))] if ids is None else [str(id) for id in ids]
        laid = {"fcd": fcd, "loops": bool(loops), "areas": bool(areas)}
        self._sumo = SumoFiles(folder, network, ids=names, **laid) if wanted.xml else None
        self._began = self.last = simulation.time  # `last`: s, when somebody entered the road or arrived
        self._intervals = self._sights = 0
        self._totals = {"conflicts": 0.0, "carbon": 0.0, "nitrogen": 0.0, "particles": 0.0, "fuel": 0.0}
        self._totals |= {"drawn": 0.0, "recovered": 0.0, "distance": 0.0}
        self._look()

    def see(self, events: Events) -> None:
        """The step that has just been taken."""
        self.observer.see(events)
        now = self._simulation.time
        if len(events.departed) or len(events.arrived):
            self.last = now
        if now - self._began >= (self._intervals + 1) * self._wanted.interval - 1e-6:
            self._close_interval()
        self._look()

    def _look(self) -> None:
        """Note where everybody is, if it is time to."""
        now, period = self._simulation.time, self._wanted.fcd
        if period is None or now - self._began < self._sights * period - 1e-6:
            return
        self._sights += 1
        assert self._viewer is not None and self._tracks is not None
        sight = self._viewer.see(now, self._simulation.vehicles())
        self._tracks.write(sight)
        if self._sumo is not None:
            self._sumo.sight(sight)

    def _close_interval(self) -> None:
        self._intervals += 1
        network = self._simulation.city.network
        reading = self.observer.read()
        self._writers[EDGES].write_table(edge_table(reading, network))
        self._writers[LANES].write_table(lane_table(reading, network))
        if self.observer.loops:
            self._writers[LOOPS].write_table(loop_table(reading))
        if self.observer.areas:
            self._writers[AREAS].write_table(area_table(reading))
        if self._sumo is not None:
            self._sumo.interval(reading)
        for name in self._totals:
            self._totals[name] += float(getattr(reading, name).sum())

    def close(self) -> dict[str, Any]:
        """Write what is left, and give the totals of run.json."""
        if self._simulation.time > self._began + self._intervals * self._wanted.interval + 1e-6:
            self._close_interval()
        records = self.observer.trips()
        pq.write_table(trip_table(records, self._trips, self._ids), self._folder / "trips.parquet")
        if self._sumo is not None:
            self._sumo.trips(records, self._trips)
        self._close_files()
        whole = np.isfinite(records.arrived) & records.whole
        total = self._totals
        return {
            "interval": self._wanted.interval,
            "electric_share": self._wanted.electric,
            "mean_duration": _mean(records.duration[whole]),
            "mean_time_loss": _mean(records.time_loss[whole]),
            "mean_waiting": _mean(records.waited[whole]),
            "mean_depart_delay": _mean(records.depart_delay[whole]),
            "vehicle_km": round(total["distance"] / 1000.0, 3),
            "co2_kg": round(total["carbon"] / 1000.0, 3),
            "nox_kg": round(total["nitrogen"] / 1000.0, 6),
            "particles_kg": round(total["particles"] / 1000.0, 6),
            "fuel_kwh": round(total["fuel"] / 3.6e6, 3),
            "electricity_kwh": round((total["drawn"] - total["recovered"]) / 3.6e6, 3),
            "conflicts": round(total["conflicts"]),
        }

    def _close_files(self) -> None:
        for writer in self._writers.values():
            writer.close()
        if self._tracks is not None:
            self._tracks.close()
        if self._sumo is not None:
            self._sumo.close()

    def abandon(self) -> None:
        """Let go of the files, whatever is in them: what went wrong before is told, not what follows from it."""
        for writer in self._writers.values():
            let_go(writer)
        if self._tracks is not None:
            let_go(self._tracks.writer)
        if self._sumo is not None:
            with suppress(OSError):
                self._sumo.close()


def _mean(values: NDArray[np.float64]) -> float | None:
    """Of the trips that were seen from their beginning to their end; None without any."""
    return round(float(values.mean()), 2) if len(values) else None
