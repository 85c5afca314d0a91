"""One run of a city over a part of a day, written as a folder that any data tool reads.

RUN/run.json           what was run, and its totals; under "log" how it began and what was commanded
RUN/commands.jsonl     the same log, an order a line, where there are too many for run.json
RUN/edges.parquet      per edge and interval: flow, density, speed, travel time, queue, energy and emissions
RUN/lanes.parquet      the same per lane
RUN/trips.parquet      per trip: due, entered, arrived, distance, time lost, stops, energy and emissions
RUN/detectors.parquet  per loop detector and interval: count, occupancy, speed; where detectors were laid
RUN/areas.parquet      per area detector and interval: vehicles, occupancy, speed, jam; likewise
RUN/fcd.parquet        where every vehicle was, every so many seconds; where asked for
RUN/*.xml              the same in SUMO's formats; where asked for
"""

from __future__ import annotations

import time as wall_time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import orjson
from numpy.typing import NDArray

from cosmopolis.city.aside import folder_aside
from cosmopolis.city.errors import BadInput
from cosmopolis.city.model import City
from cosmopolis.city.progress import Progress, quiet
from cosmopolis.demand.trips import Trips
from cosmopolis.planning.conditions import Conditions
from cosmopolis.planning.log import LOG, write_log
from cosmopolis.planning.recorder import FILES, XML_FILES, Recorder, Wanted
from cosmopolis.simulation import Command, Simulation, is_compiled

OUR_FILES = {LOG, "run.json"} | FILES | XML_FILES
PLAIN = Wanted()
USUAL = Conditions()
LONGEST_STANDSTILL = 7200.0  # s


class Control(Protocol):
    """Who decides about the signals of a run."""

    @property
    def name(self) -> str:
        """As run.json names it."""
        ...

    def begin(self, simulation: Simulation) -> Callable[[], Sequence[Command]]:
        """From now on, what is to be commanded in the next step."""
        ...


class SignalPlans:
    """Nobody: the signals follow the city's plans."""

    name = "fixed"

    def begin(self, simulation: Simulation) -> Callable[[], Sequence[Command]]:
        return tuple


AS_PLANNED = SignalPlans()


def record(  # noqa: PLR0913  keyword-only, as the command line says them
    city: City,
    trips: Trips,
    *,
    begin: float,
    end: float | None,
    seed: int,
    out: Path,
    wanted: Wanted = PLAIN,
    control: Control = AS_PLANNED,
    conditions: Conditions = USUAL,
    ids: NDArray[np.object_] | None = None,
    threads: int | None = None,
    facts: dict[str, Any] | None = None,
    progress: Progress = quiet,
) -> dict[str, Any]:
    """Run from `begin` to `end` (s after midnight) and write the folder `out`; returns what run.json holds.

    Under `conditions` with the run's own vehicle types every trip is made once, on its own route; then without an
    `end` the run goes on until everybody has arrived. `facts` are more to be kept in run.json, `ids` (N,) names for
    the table of trips.
    The folder appears when the run is complete. An older run of that name is replaced; a folder with anything
    else in it raises BadInput.
    """
    _check_free(out)
    wanted.check(Simulation.dt)
    progress("Starting the simulation" if is_compiled() else "Compiling the simulation, once", 0.0)
    simulation = conditions.simulation(city, trips, seed=seed, start=begin, threads=threads)
    orders = control.begin(simulation)
    with folder_aside(out) as folder:
        recorder = Recorder(simulation, trips, folder, wanted, ids)
        try:
            started = wall_time.perf_counter()
            while simulation.time < end - 1e-9 if end is not None else not _done(simulation, recorder):
                recorder.see(simulation.step(orders(), by=control.name))
                if simulation.time % 60 < simulation.dt:
                    share = (simulation.time - begin) / (end - begin) if end is not None else 0.5
                    progress(f"{_clock(simulation.time)} in the city", share)
            totals = recorder.close()
        finally:
            recorder.abandon()
        spent = wall_time.perf_counter() - started
        facts = {
            **(facts or {}),
            **_of_city(city, seed, begin, simulation),
            "control": control.name,
            **conditions.facts(),
            **simulation.counts(),
            **totals,
            "digest": simulation.digest(),
            "log": write_log(simulation.log, folder),
            "wall_seconds": round(spent, 3),
            "vehicle_updates_per_second": round(simulation.counts()["updates"] / max(spent, 1e-9)),
        }
        (folder / "run.json").write_bytes(orjson.dumps(facts, option=orjson.OPT_INDENT_2))
    return facts


def _of_city(city: City, seed: int, begin: float, simulation: Simulation) -> dict[str, Any]:
    """Which city was driven, from when to when."""
    return {
        "city": city.name,
        "city_version": city.version,
        "seed": seed,
        "from": begin,
        "to": simulation.time,
        "step": simulation.dt,
    }


def _done(simulation: Simulation, recorder: Recorder) -> bool:
    """Whether everybody has arrived, or will not any more: nobody has for hours though some are on the road."""
    last = float(simulation.traffic.parked.until.max(initial=recorder.last))  # a long stop is no standstill
    still = simulation.counts()["vehicles"] > 0 and simulation.time - last > LONGEST_STANDSTILL
    return simulation.over or still


def _check_free(out: Path) -> None:
    if out.is_file():
        raise BadInput(f"{out} is a file: name a folder for the run with --out.")
    if out.is_dir() and {entry.name for entry in out.iterdir()} - OUR_FILES:
        raise BadInput(f"{out} holds other files than a run's: name a new folder with --out.")
    if not out.parent.exists():
        raise BadInput(
            f"The folder {out.parent} does not exist: make it first, or name another one with --out."
        )


def _clock(seconds: float) -> str:
    return f"{int(seconds // 3600) % 24:02d}:{int(seconds // 60) % 60:02d}"
