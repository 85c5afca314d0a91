"""Simulation: one run of one city. It puts the parts together and goes over them; what they do is theirs."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.errors import BadInput
from cosmopolis.city.model import City
from cosmopolis.demand.trips import Trips
from cosmopolis.simulation import snapshot as snapshots
from cosmopolis.simulation.beginning import Beginning
from cosmopolis.simulation.check import check
from cosmopolis.simulation.clock import DT
from cosmopolis.simulation.command import Command
from cosmopolis.simulation.command_log import CommandLog, carry_over
from cosmopolis.simulation.event import Events
from cosmopolis.simulation.order import Answer, Order, OrderApplied, OrderRefused, Refusal
from cosmopolis.simulation.part import Part
from cosmopolis.simulation.traffic.drive import RoadTraffic
from cosmopolis.simulation.traffic.drivers import Drivers
from cosmopolis.simulation.traffic.guidance import Guidance
from cosmopolis.simulation.traffic.options import RunOptions
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
    traffic. Same city, trips, seed, rules and orders give the same bytes on any number of `threads` (default: all).

    `parts` are what it is made of, `traffic` what may be read of the first, `steps` how many it has taken.
    """

    dt = DT

    def __init__(  # noqa: PLR0913  keyword-only options; as a record they are RunOptions (`begin`)
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
        self.time, self.steps = float(start), 0
        self._options = RunOptions(seed, float(start), daily, rules or TrafficRules(), guidance, drivers)
        traffic = RoadTraffic(city, trips, self._options, threads or _cores())
        self.traffic = traffic.view
        self.parts: tuple[Part, ...] = (traffic,)
        identity = {part.name: part.identity for part in self.parts}
        self._log = CommandLog(partial(Beginning.of, city, trips, identity, self._options))

    def step(self, commands: Sequence[Command] = (), *, by: str = "", orders: Sequence[Order] = ()) -> Events:
        """Advance by `dt`: apply orders, then move everybody.

        `commands` are one order of the author `by`; where it is refused, BadInput is raised and nothing has happened,
        not even a step. Of `orders` each is applied or refused by itself, and the events say which.
        """
        answers = self._apply(commands, by, orders) if commands or orders else ()
        events = self.parts[0].step(self.time)
        for part in self.parts[1:]:
            events += part.step(self.time)
        self.time += DT
        self.steps += 1
        if not answers:
            return events
        return replace(
            events,
            applied=tuple(answer for answer in answers if isinstance(answer, OrderApplied)),
            refused=tuple(answer for answer in answers if isinstance(answer, OrderRefused)),
        )

    def _apply(self, commands: Sequence[Command], by: str, orders: Sequence[Order]) -> tuple[Answer, ...]:
        first = [self.order(Order(by, tuple(commands)))] if commands else []
        for answer in first:
            if isinstance(answer, OrderRefused):
                raise BadInput(answer.refusal.sentence)
        return (*first, *map(self.order, orders))

    def order(self, order: Order) -> Answer:
        """Apply an order now, between two steps: all of it, or none where any of it is refused."""
        refusal = self.refusal(order)
        if refusal is not None:
            return OrderRefused(self.time, order.by, order.commands, refusal)
        added: list[int] = []
        for part in self.parts:
            own = [command for command in order.commands if type(command) in part.commands]
            added += part.obey(own, self.time) if own else []
        vehicles = tuple(added)
        applied = OrderApplied(self.time, self.steps, order.by, order.commands, vehicles)
        if order.commands:
            self._log.entries.append(applied)
        return applied

    def refusal(self, order: Order) -> Refusal | None:
        """Why `order` would be refused now; None where it would be applied."""
        for command in order.commands:
            refusal = check(command, self.city)
            if refusal is not None:
                return refusal
        for part in self.parts:
            own = [command for command in order.commands if type(command) in part.commands]
            refusal = part.refusal(own) if own else None
            if refusal is not None:
                return refusal
        return None

    @property
    def log(self) -> CommandLog:
        """How it began and every order since: with city and trips, this run again (`replay`)."""
        self._log.steps = self.steps
        return self._log

    @log.setter
    def log(self, log: CommandLog) -> None:
        self._log = log

    def run(self, seconds: float) -> None:
        """Step until `seconds` later."""
        until = self.time + seconds - 1e-9
        while self.time < until:
            self.step()

    def jump(self, to: float, *, threads: int | None = None) -> Simulation:
        """The same city at another time of day (s after midnight of day 0): another run, whose log goes on from this
        one's. Closures, limits and signal plans are in force there too; trips that were added are not."""
        landed = type(self).begin(self.city, self.trips, replace(self._options, start=to), threads=threads)
        carry_over(landed, self.log)
        return landed

    @classmethod
    def begin(
        cls, city: City, trips: Trips, options: RunOptions, *, threads: int | None = None
    ) -> Simulation:
        """A run under `options`."""
        return cls(
            city,
            trips,
            seed=options.seed,
            start=options.start,
            threads=threads,
            drivers=options.drivers,
            daily=options.daily,
            guidance=options.guidance,
            rules=options.rules,
        )

    def vehicles(self) -> Vehicles:
        """Everybody on the road now."""
        return self.traffic.vehicles()

    @property
    def drivers(self) -> Drivers:
        """The table of vehicle types of this run."""
        return self.traffic.drivers

    @property
    def factor(self) -> NDArray[np.float32]:
        """(V,) how the driver of each trip takes the speed limit."""
        return self.traffic.fleet.factor

    @property
    def over(self) -> bool:
        """Whether everybody has arrived and nobody departs any more."""
        return all(part.over for part in self.parts)

    def phases(self) -> NDArray[np.uint16]:
        """(S,) the phase that each signal program shows."""
        return self.traffic.phases()

    def lights(self) -> NDArray[np.uint8]:
        """(C,) words.Light that each connection sees; OFF where there is no signal."""
        return self.traffic.lights()

    def edge_state(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(E,) mean speed as a share of the limit, and (E,) vehicles per lane-km, smoothed over a minute."""
        return self.traffic.edge_state()

    def counts(self) -> dict[str, int]:
        """Where the trips are, and what has been counted since the start.

        `departed` = `arrived` + `broken` + `taken_out` + `vehicles`, always. `vehicles` are those whose trip is under
        way: on the road, or `parked` at a stop beside it, which are in both counts. `waiting` have not departed yet.
        """
        return self.traffic.counts()

    def vehicle(self, id: int) -> dict[str, Any] | None:
        """One vehicle and its trip, in the city's numbers; None when it is not on the road."""
        return self.traffic.vehicle(id)

    def snapshot(self) -> bytes:
        """All that `restore` needs beside the city and the trips."""
        log = self.log
        head = {
            "beginning": log.beginning.to_json(),
            "steps": self.steps,
            "lasting": [order.to_json() for order in log.in_force()],
        }
        return snapshots.pack(self, head)

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
        """The run as it was; it goes on with the same bytes as the one that was not interrupted. BadInput where the
        snapshot is damaged, or of another city, other trips or another table of vehicle types."""
        head, found = snapshots.unpack(data)
        try:
            beginning, steps = Beginning.from_json(head["beginning"]), int(head["steps"])
            lasting = tuple(map(Order.from_json, head["lasting"]))
            time = float(found["time"][0])
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise BadInput(snapshots.DAMAGED) from error
        options = replace(beginning.options, start=0.0, drivers=drivers, daily=daily)
        simulation = cls.begin(city, trips, options, threads=threads)
        unlike = simulation.log.beginning.unlike(beginning)
        if unlike:
            raise BadInput(
                f"The snapshot is of another run: not the same {', '.join(unlike)}; "
                "start from a time of day instead."
            )
        snapshots.put_back(simulation.parts, found)
        simulation.time, simulation.steps = time, steps
        simulation._options = beginning.options
        simulation._log = CommandLog(lambda: beginning, snapshot=data, lasting=lasting)
        return simulation

    def digest(self) -> str:
        """Hash of the whole state."""
        return snapshots.digest(self)


def _cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
