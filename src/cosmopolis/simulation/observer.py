"""Watching a run: an Observer that is shown every step, and what it has added up.

    observer = Observer(simulation)
    while simulation.time < end:
        observer.see(simulation.step())
    reading = observer.read()

It reads the run's arrays and changes none: the traffic has the same bytes with it and without it, and without it
nothing of this is called. It is no part of a snapshot.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.words import VehicleKind
from cosmopolis.kernels.crew import Crew
from cosmopolis.kernels.tables import Tables
from cosmopolis.simulation.detectors import Area, Loop, laid_areas, laid_loops
from cosmopolis.simulation.event import Events
from cosmopolis.simulation.reading import AreaCounts, IntervalReading, LoopCounts, TripRecords
from cosmopolis.simulation.run import Simulation
from cosmopolis.simulation.traffic import ledger
from cosmopolis.simulation.traffic.areas import read_areas
from cosmopolis.simulation.traffic.bookkeeping import book_step
from cosmopolis.simulation.traffic.drivers import electric_trips
from cosmopolis.simulation.traffic.loops import read_loops

ELECTRIC = 0.1  # share of the vehicles, where nobody says otherwise


class Observer:
    """Adds up every step of `simulation` from now on.

    `electric` is the share of vehicles that drive on batteries, drawn by the run's seed (e-bikes all do); `loops` and
    `areas` are detectors, BadInput where one is on no lane.
    """

    def __init__(
        self,
        simulation: Simulation,
        *,
        electric: float = ELECTRIC,
        loops: Sequence[Loop] = (),
        areas: Sequence[Area] = (),
    ) -> None:
        traffic = simulation.traffic
        self._simulation, self._electric = simulation, electric
        lanes = simulation.city.network.lanes
        self.loops, self.areas = tuple(loops), tuple(areas)
        self._loops = laid_loops(self.loops, lanes, traffic.roads)
        self._areas = laid_areas(self.areas, lanes, traffic.roads)
        self._sums = ledger.empty_sums(len(traffic.roads.length))
        self._tables = Tables()  # of the records that are the observer's own
        self._crew = Crew(traffic.threads - 1, 1, traffic.roads.chunks)
        self._kinds = traffic.drivers.kind
        self._engines = ledger.engines(self._kinds, _grades(simulation))
        self._lines = ledger.empty_lines(0)
        self._entered, self._arrived = np.zeros(0), np.zeros(0)
        self._rerouted = np.zeros(0, np.int64)
        self.began = self._since = simulation.time
        self._book = ledger.TripLines(self._lines.ravel())
        self._grow()
        self._entered[traffic.cars.trip[: traffic.count]] = simulation.time
        self._entered[traffic.parked.trip] = simulation.time
        self._look_at_areas(0.0)
        self._areas.entered[:] = 0.0

    def see(self, events: Events) -> None:
        """The step that has just been taken, which gave `events`."""
        traffic, dt = self._simulation.traffic, self._simulation.dt
        if len(traffic.fleet.depart) > len(self._entered):
            self._grow()
        seen = traffic.tables("roads", "path_state", "spare", "moves")
        own = (self._engines, self._sums, self._book)
        arguments = (dt, self._tables(self._crew.board), *seen, *map(self._tables, own))
        last = self._crew.round
        traffic.free_helpers()
        self._crew.call(book_step, *arguments)
        book_step(0, last, *arguments)
        if self.loops:
            passing = traffic.tables("roads", "spare", "moves", "fleet")
            read_loops(len(self.loops), dt, *passing, *map(self._tables, (self._loops, self._book)))
        self._look_at_areas(dt)
        self._note_parked(dt)
        self._note_trips(events)

    def _look_at_areas(self, dt: float) -> None:
        if self.areas:
            seen = self._simulation.traffic.tables("roads", "cars")
            read_areas(len(self.areas), dt, *seen, self._tables(self._areas))

    def _note_parked(self, dt: float) -> None:
        """Who stands beside the lane halts; who is kept there by traffic after that waits and loses time."""
        parked, fleet = self._simulation.traffic.parked, self._simulation.traffic.fleet
        self._lines[parked.stopped, ledger.HALTED] += dt
        self._lines[parked.delayed, ledger.WAITED] += dt
        self._lines[parked.delayed, ledger.LOSS] += dt
        lane = fleet.halt_lane[fleet.halt[parked.returned] - 1]
        np.add.at(ledger.columns(self._sums)[:, ledger.ENTERED], lane, 1.0)

    def _note_trips(self, events: Events) -> None:
        traffic, after = self._simulation.traffic, events.time + self._simulation.dt
        self._arrived[events.arrived] = after
        self._rerouted[events.strayed] += 1
        new = events.departed
        if len(new) == 0:
            return
        lane = traffic.fleet.from_lane[new]
        self._begin(new)
        self._lines[new, ledger.FIRST_SPEED] = traffic.moves.insert_speed[lane]
        self._entered[new], self._arrived[new] = after, np.nan
        np.add.at(ledger.columns(self._sums)[:, ledger.DEPARTED], lane, 1.0)

    def _begin(self, trips: NDArray) -> None:
        """Clean lines for trips that begin; those of an earlier day are forgotten."""
        fleet, engine = self._simulation.traffic.fleet, ledger.ENGINE
        self._lines[trips] = 0.0
        self._lines[trips, ledger.NEAREST] = ledger.FAR
        on_battery = electric_trips(trips, self._simulation.seed, self._electric)
        on_battery |= self._kinds[fleet.kind[trips]] == VehicleKind.E_BIKE
        self._lines[trips, engine] = fleet.kind[trips] + ledger.ELECTRIC * on_battery
        self._rerouted[trips] = 0

    def _grow(self) -> None:
        """Lines for trips that a command has added; where there is no space left, for a quarter more than needed."""
        known, count = len(self._entered), len(self._simulation.traffic.fleet.depart)
        new = count - known
        if count > len(self._lines):
            lines = ledger.empty_lines(count + (count // 4 if known else 0))
            lines[:known] = self._lines[:known]
            self._lines = lines
            self._book = ledger.TripLines(lines.ravel())
        self._entered = np.append(self._entered, np.full(new, np.nan))
        self._arrived = np.append(self._arrived, np.full(new, np.nan))
        self._rerouted = np.append(self._rerouted, np.zeros(new, np.int64))
        self._begin(np.arange(known, count))

    def read(self) -> IntervalReading:
        """What was added up since the last reading; the next begins now."""
        roads, sums = self._simulation.traffic.roads, self._sums
        by_path = ledger.columns(sums)[roads.of_city]
        loops = LoopCounts(tuple(loop.name for loop in self.loops), **_taken(LoopCounts.sums(), self._loops))
        areas = AreaCounts(
            tuple(area.name for area in self.areas),
            self._areas.end - self._areas.begin,
            self._areas.there.copy(),
            **_taken(AreaCounts.sums(), self._areas),
        )
        now = self._simulation.time
        reading = IntervalReading(
            begin=self._since,
            end=now,
            lanes=len(self._simulation.city.network.lanes),
            length=roads.length[roads.of_city].astype(np.float64),
            loops=loops,
            areas=areas,
            **{name: np.ascontiguousarray(by_path[:, n]) for n, name in enumerate(ledger.SUMS)},
        )
        ledger.clear(sums)
        self._since = now
        return reading

    def trips(self) -> TripRecords:
        """Everybody who has been on the road since the observer came."""
        fleet = self._simulation.traffic.fleet
        seen = np.flatnonzero(np.isfinite(self._entered))
        lines = self._lines[seen]
        electric = lines[:, ledger.ENGINE] >= ledger.ELECTRIC
        row = fleet.kind[seen]
        return TripRecords(
            trip=seen,
            kind=self._kinds[row],
            electric=electric,
            due=fleet.depart[seen].copy(),
            entered=self._entered[seen],
            arrived=self._arrived[seen],
            whole=self._entered[seen] > self.began,
            distance=lines[:, ledger.DISTANCE].copy(),
            time_loss=lines[:, ledger.LOSS].copy(),
            waited=lines[:, ledger.WAITED].copy(),
            stops=lines[:, ledger.STOPS].astype(np.int64),
            halted=lines[:, ledger.HALTED].copy(),
            first_speed=lines[:, ledger.FIRST_SPEED].copy(),
            last_speed=lines[:, ledger.LAST_SPEED].copy(),
            speed_factor=fleet.factor[seen].astype(np.float64),
            rerouted=self._rerouted[seen],
            conflicts=lines[:, ledger.CONFLICTS].astype(np.int64),
            nearest=np.where(lines[:, ledger.NEAREST] < ledger.FAR, lines[:, ledger.NEAREST], np.nan),
            carbon=lines[:, ledger.CARBON].copy(),
            nitrogen=lines[:, ledger.NITROGEN].copy(),
            particles=lines[:, ledger.PARTICLES].copy(),
            fuel=lines[:, ledger.CARBON] * self._engines.heating[row],
            drawn=lines[:, ledger.DRAWN].copy(),
            recovered=lines[:, ledger.RECOVERED].copy(),
        )


def _taken(names: Sequence[str], sums: Any) -> dict[str, NDArray[np.float64]]:
    """What was added up under these names, which begins anew."""
    taken = {name: getattr(sums, name).copy() for name in names}
    for name in names:
        getattr(sums, name)[:] = 0.0
    return taken


def _grades(simulation: Simulation) -> NDArray[np.float64]:
    """(P,) rise over length of each kernel path, from one end to the other."""
    network, roads = simulation.city.network, simulation.traffic.roads
    rise = np.concatenate(
        [
            line.points[line.start[1:] - 1, 2] - line.points[line.start[:-1], 2]
            for line in (network.lanes.line, network.connections.line)
        ]
    )
    return np.asarray(rise[roads.city_path] / roads.length, np.float64)
