"""One run of a city over a part of a day, written as a folder that any data tool reads.

RUN/run.json       what was run, and its totals
RUN/edges.parquet  per edge and five minutes: mean speed, density, flow
RUN/trips.parquet  per trip: due, entered, arrived
"""

from __future__ import annotations

import shutil
import tempfile
import time as wall_time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from cosmopolis.city.errors import BadInput
from cosmopolis.city.model import City
from cosmopolis.city.progress import Progress, quiet
from cosmopolis.demand.trips import Trips
from cosmopolis.simulation import Simulation
from cosmopolis.simulation.traffic.drivers import Drivers

INTERVAL = 300.0  # s
SAMPLE = 10.0  # s between two looks at the edges
LONGEST_STANDSTILL = 7200.0  # s
OUR_FILES = {"run.json", "edges.parquet", "trips.parquet"}


def record(
    city: City,
    trips: Trips,
    *,
    begin: float,
    end: float | None,
    seed: int,
    out: Path,
    threads: int | None = None,
    drivers: Drivers | None = None,
    facts: dict[str, Any] | None = None,
    ids: NDArray[np.object_] | None = None,
    progress: Progress = quiet,
) -> dict[str, Any]:
    """Run from `begin` to `end` (s after midnight) and write the folder `out`; returns what run.json holds.

    With `drivers`, the table of the run's own vehicle types, every trip is made once, on its own route; then
    without an `end` the run goes on until everybody has arrived. `facts` are more to be kept in run.json,
    `ids` (N,) names for the table of trips.
    The folder appears when the run is complete. An older run of that name is replaced; a folder with anything
    else in it raises BadInput.
    """
    _check_free(out)
    progress("Starting the simulation", 0.0)
    simulation = Simulation(
        city, trips, seed=seed, start=begin, threads=threads, drivers=drivers, daily=drivers is None
    )
    watch = _Watch(city, trips, simulation)
    started = wall_time.perf_counter()
    while simulation.time < end - 1e-9 if end is not None else not _done(simulation, watch):
        watch.see(simulation.step())
        if simulation.time % 60 < simulation.dt:
            share = (simulation.time - begin) / (end - begin) if end is not None else 0.5
            progress(f"{_clock(simulation.time)} in the city", share)
    spent = wall_time.perf_counter() - started
    facts = {
        **(facts or {}),
        "city": city.name,
        "city_version": city.version,
        "seed": seed,
        "from": begin,
        "to": simulation.time,
        "step": simulation.dt,
        **simulation.counts(),
        "mean_duration": watch.mean_duration(),
        "digest": simulation.digest(),
        "wall_seconds": round(spent, 3),
        "vehicle_updates_per_second": round(simulation.counts()["updates"] / max(spent, 1e-9)),
    }
    _write(out, facts, watch.edge_table(), watch.trip_table(ids))
    return facts


def _done(simulation: Simulation, watch: _Watch) -> bool:
    """Whether everybody has arrived, or will not any more: nobody has for hours though some are on the road."""
    still = simulation.counts()["vehicles"] > 0 and simulation.time - watch.last > LONGEST_STANDSTILL
    return simulation.over or still


@dataclass
class _Watch:
    """What is gathered while a run goes on."""

    city: City
    trips: Trips
    simulation: Simulation
    begin: float = field(init=False)
    entered: NDArray[np.float64] = field(init=False)  # (N,) s, NaN where not
    arrived: NDArray[np.float64] = field(init=False)
    rows: list[dict[str, NDArray]] = field(default_factory=list)
    speed: NDArray[np.float64] = field(init=False)
    density: NDArray[np.float64] = field(init=False)
    looks: int = 0
    last: float = 0.0  # s, when somebody entered the road or arrived

    def __post_init__(self) -> None:
        self.begin = self.simulation.time
        self.entered = np.full(len(self.trips), np.nan)
        self.arrived = np.full(len(self.trips), np.nan)
        self.entered[self.simulation.vehicles().trip] = self.begin  # already under way
        self.speed = np.zeros(len(self.city.network.edges))
        self.density = np.zeros(len(self.city.network.edges))

    def see(self, events: Any) -> None:
        own = len(self.trips)
        if len(events.departed) or len(events.arrived) or not self.last:
            self.last = events.time
        self.entered[events.departed[events.departed < own]] = events.time + self.simulation.dt
        self.arrived[events.arrived[events.arrived < own]] = events.time + self.simulation.dt
        now = self.simulation.time
        if now % SAMPLE < self.simulation.dt:
            ratio, density = self.simulation.edge_state()
            self.speed += ratio * density
            self.density += density
            self.looks += 1
        if now % INTERVAL < self.simulation.dt and self.looks:
            self._close_interval(now)

    def _close_interval(self, now: float) -> None:
        """Speeds are means over vehicles; flow = density x speed."""
        edges = self.city.network.edges
        driven = np.flatnonzero(self.density > 0)
        speed = self.speed[driven] / self.density[driven] * edges.speed[driven]
        density = self.density[driven] / self.looks
        self.rows.append(
            {
                "until": np.full(len(driven), now),
                "edge": driven.astype(np.int32),
                "speed": speed.astype(np.float32),
                "density": density.astype(np.float32),
                "flow": (density * speed * 3.6 * edges.lane_count[driven]).astype(np.float32),
            }
        )
        self.speed[:] = 0.0
        self.density[:] = 0.0
        self.looks = 0

    def mean_duration(self) -> float | None:
        """s on the road of the trips that arrived, without those that were under way at the beginning."""
        whole = np.flatnonzero(np.isfinite(self.arrived) & (self.entered > self.begin))
        taken = (self.arrived - self.entered)[whole]
        return round(float(taken.mean()), 2) if len(taken) else None

    def edge_table(self) -> pa.Table:
        names = ("until", "edge", "speed", "density", "flow")
        columns = {name: np.concatenate([row[name] for row in self.rows] or [np.zeros(0)]) for name in names}
        keys = np.asarray(self.city.network.edges.key, dtype=object)
        columns["key"] = keys[columns["edge"].astype(np.int64)]
        units = {
            "until": "s after midnight",
            "speed": "m/s",
            "density": "vehicles per lane-km",
            "flow": "vehicles/h",
        }
        return _table(columns, units)

    def trip_table(self, ids: NDArray[np.object_] | None = None) -> pa.Table:
        seen = np.flatnonzero(np.isfinite(self.entered))
        columns = {
            "trip": seen,
            "kind": self.simulation.drivers.kind[self.trips.kind[seen]],
            "due": self.trips.depart[seen],
            "entered": self.entered[seen],
            "arrived": self.arrived[seen],
            "origin": self.trips.origin[seen],
            "destination": self.trips.destination[seen],
        }
        if ids is not None:
            columns["id"] = ids[seen]
        seconds = dict.fromkeys(("due", "entered", "arrived"), "s after midnight")
        return _table(columns, seconds)


def _table(columns: dict[str, Any], units: dict[str, str]) -> pa.Table:
    """A table whose columns say their unit."""
    table = pa.table(columns)
    fields = [f.with_metadata({"unit": units[f.name]}) if f.name in units else f for f in table.schema]
    return table.cast(pa.schema(fields))


def _check_free(out: Path) -> None:
    if out.is_file():
        raise BadInput(f"{out} is a file: name a folder for the run with --out.")
    if out.is_dir() and {entry.name for entry in out.iterdir()} - OUR_FILES:
        raise BadInput(f"{out} holds other files than a run's: name a new folder with --out.")
    if not out.parent.exists():
        raise BadInput(
            f"The folder {out.parent} does not exist: make it first, or name another one with --out."
        )


def _write(out: Path, facts: dict[str, Any], edges: pa.Table, trips: pa.Table) -> None:
    """Beside, then in one rename."""
    aside = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        (aside / "run.json").write_bytes(orjson.dumps(facts, option=orjson.OPT_INDENT_2))
        pq.write_table(edges, aside / "edges.parquet")
        pq.write_table(trips, aside / "trips.parquet")
        if out.exists():
            shutil.rmtree(out)
        aside.chmod(0o755)
        aside.rename(out)
    except OSError as error:
        raise BadInput(
            f"The run could not be written to {out}: {error.strerror}. Nothing was left there."
        ) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _clock(seconds: float) -> str:
    return f"{int(seconds // 3600) % 24:02d}:{int(seconds // 60) % 60:02d}"
