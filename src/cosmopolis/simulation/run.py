"""Simulation: one run of one city. It owns the state and hands it to the kernels; the rules are theirs."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.model import City
from cosmopolis.city.words import VehicleKind
from cosmopolis.demand.trips import Trips
from cosmopolis.simulation import snapshot as snapshots
from cosmopolis.simulation.clock import DT, Timetable
from cosmopolis.simulation.command import Command
from cosmopolis.simulation.event import Events
from cosmopolis.simulation.traffic.drive import RoadTraffic
from cosmopolis.simulation.traffic.drivers import Drivers
from cosmopolis.simulation.traffic.guidance import Guidance
from cosmopolis.simulation.traffic.interventions import obey
from cosmopolis.simulation.traffic.rules import TrafficRules
from cosmopolis.simulation.traffic.step import step_traffic
from cosmopolis.simulation.vehicles import Vehicles


def is_compiled() -> bool:
    """Whether an earlier start has left the compiled step, so that the first one is not waited for."""
    return step_traffic.kept


class Simulation:
    """The traffic of `city` under `trips`, repeated every day.

    `start` is in s after midnight of day 0; later than 0 the trips then under way are put on the road where they
    would be. `drivers` is the run's own table of vehicle types, of which `trips.kind` are the rows. Without `daily`
    every trip is made once and on its own route, as a scenario says: nobody is under way at the start, and nobody
    hears of jams. `guidance` says who hears of live travel times and goes another way; `rules` has the dials of the
    traffic. Same city, trips, seed, rules and commands give the same bytes on any number of `threads` (default: all).
    """

    dt = DT

    def __init__(
        self,
        city: City,
        trips: Trips,
        *,
        seed: int = 1,
        start: float = 0.0,
        threads: int | None = None,
        drivers: Drivers | None = None,
        daily: bool = True,
        guidance: Guidance | None = None,
        rules: TrafficRules | None = None,
    ) -> None:
        self.city, self.trips, self.seed = city, trips, seed
        self.time = float(start)
        self._timetable = Timetable(trips.depart, start, daily=daily)
        self._traffic = RoadTraffic(
            city,
            trips,
            seed,
            threads or _cores(),
            types=drivers,
            daily=daily,
            told=guidance,
            rules=rules or TrafficRules(),
        )
        if start > 0.0 and daily:
            self._traffic.begin_at(start)

    def step(self, commands: Sequence[Command] = ()) -> Events:
        """Advance by `dt`: obey, let who is due queue at the kerb, move everybody."""
        for command in commands:
            obey(command, self._traffic, self.time)
        due = self._timetable.due(self.time + DT)
        events = self._traffic.step(self.time, due, self._timetable.midnight)
        self.time += DT
        return events

    def run(self, seconds: float) -> None:
        """Step until `seconds` later."""
        until = self.time + seconds - 1e-9
        while self.time < until:
            self.step()

    def vehicles(self) -> Vehicles:
        """Everybody on the road now."""
        traffic = self._traffic
        count = traffic.count
        cars = traffic.cars
        trip = cars.trip[:count].copy()
        return Vehicles(
            id=trip.astype(np.uint32),
            path=np.repeat(traffic.roads.city_path, np.diff(cars.start)),
            position=cars.position[:count].copy(),
            speed=cars.speed[:count].copy(),
            kind=traffic.drivers.kind[cars.kind[:count]],
            trip=trip,
        )

    @property
    def drivers(self) -> Drivers:
        """The table of vehicle types of this run."""
        return self._traffic.drivers

    @property
    def factor(self) -> NDArray[np.float32]:
        """(V,) how the driver of each trip takes the speed limit."""
        return self._traffic.fleet.factor

    @property
    def over(self) -> bool:
        """Whether everybody has arrived and nobody departs any more."""
        traffic = self._traffic
        return self._timetable.over and traffic.count + traffic.waiting + len(traffic.late) == 0

    def phases(self) -> NDArray[np.uint16]:
        """(S,) the phase that each signal program shows."""
        return self._traffic.path_state.phase.copy()

    def lights(self) -> NDArray[np.uint8]:
        """(C,) words.Light that each connection sees; OFF where there is no signal."""
        traffic = self._traffic
        return traffic.path_state.light[traffic.roads.of_city[len(self.city.network.lanes) :]]

    def edge_state(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(E,) mean speed as a share of the limit, and (E,) vehicles per lane-km, smoothed over a minute."""
        return self._traffic.speed_ratio.copy(), self._traffic.density.copy()

    def counts(self) -> dict[str, int]:
        """Where the trips are, and what has been counted since the start.

        `departed` = `arrived` + `broken` + `taken_out` + `vehicles`, always.
        """
        traffic = self._traffic
        return {"vehicles": traffic.count, "waiting": traffic.waiting, **traffic.tally}

    def vehicle(self, id: int) -> dict[str, Any] | None:
        """One vehicle and its trip, in the city's numbers; None when it is not on the road."""
        traffic = self._traffic
        rows = np.flatnonzero(traffic.cars.trip[: traffic.count] == id)
        if len(rows) == 0:
            return None
        row, cars, fleet = int(rows[0]), traffic.cars, traffic.fleet
        path = int(np.searchsorted(cars.start, row, side="right")) - 1
        cursor, end = int(fleet.cursor[id]), int(fleet.route_end[id])
        left = fleet.route[cursor + 1 : end]
        ahead = traffic.roads.length[traffic.roads.edge_lane[left]]
        to_go = float(ahead[:-1].sum() + fleet.to_position[id]) if len(left) else float(fleet.to_position[id])
        rest = (
            float(traffic.roads.length[path] - cars.position[row])
            if len(left)
            else -float(cars.position[row])
        )
        own = id < len(self.trips)
        return {
            "id": id,
            "kind": VehicleKind(int(traffic.drivers.kind[cars.kind[row]])).name.lower(),
            "speed": float(cars.speed[row]),
            "path": int(traffic.roads.city_path[path]),
            "position": float(cars.position[row]),
            "trip": id,
            "origin": int(self.trips.origin[id]) if own else -1,
            "destination": int(self.trips.destination[id]) if own else -1,
            "edges_left": len(left),
            "distance_left": max(0.0, to_go + rest),
            "since": float(fleet.since[id]),
            "line": int(self.trips.line[id]) if own else -1,
        }

    def snapshot(self) -> bytes:
        """All that `restore` needs beside the city and the trips."""
        return snapshots.pack(self)

    @classmethod
    def restore(
        cls,
        city: City,
        trips: Trips,
        data: bytes,
        *,
        threads: int | None = None,
        drivers: Drivers | None = None,
        daily: bool = True,
    ) -> Simulation:
        """The run as it was; it goes on with the same bytes as the one that was not interrupted."""
        return snapshots.unpack(cls, city, trips, data, threads, drivers=drivers, daily=daily)

    def digest(self) -> str:
        """Hash of the whole state."""
        digest = hashlib.blake2b(digest_size=16)
        for name, array in snapshots.arrays(self).items():
            digest.update(name.encode())
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()


def _cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
