"""Traffic: owns the arrays between the steps and does the rare things that no kernel needs to do."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.model import City
from cosmopolis.city.words import VehicleKind
from cosmopolis.demand.trips import Trips
from cosmopolis.kernels.crew import Crew
from cosmopolis.kernels.tables import Table, Tables
from cosmopolis.simulation.clock import DT, Timetable
from cosmopolis.simulation.command import Command
from cosmopolis.simulation.event import Events
from cosmopolis.simulation.order import Refusal
from cosmopolis.simulation.traffic import guidance, interventions, rerouting, stored
from cosmopolis.simulation.traffic.crossings import pedestrian_rates
from cosmopolis.simulation.traffic.departures import (
    REROUTES_AFTER_WAIT,
    DepartureRouter,
    choose_lanes,
    replan_departed,
)
from cosmopolis.simulation.traffic.drivers import drivers, joined
from cosmopolis.simulation.traffic.emergency import mark_preemption
from cosmopolis.simulation.traffic.fleet import build_fleet
from cosmopolis.simulation.traffic.guidance import Guidance
from cosmopolis.simulation.traffic.insertion import reset_trips
from cosmopolis.simulation.traffic.kerb import with_kerb_stops
from cosmopolis.simulation.traffic.measurement import MEASUREMENT_STEPS, measure
from cosmopolis.simulation.traffic.network import RoadNetwork, flatten
from cosmopolis.simulation.traffic.options import RunOptions
from cosmopolis.simulation.traffic.parking import ParkedTrips
from cosmopolis.simulation.traffic.routing import EdgeGraph, edge_graph, live_graph
from cosmopolis.simulation.traffic.rules import TrafficRules
from cosmopolis.simulation.traffic.state import (
    PLANNED,
    RUNNING,
    Cars,
    Fleet,
    empty_cars,
    empty_log,
    empty_moves,
    empty_path_state,
)
from cosmopolis.simulation.traffic.step import STAGES, step_traffic
from cosmopolis.simulation.traffic.teleport import TELEPORT_STEPS as LOOKS_EVERY
from cosmopolis.simulation.traffic.teleport import teleport_stuck
from cosmopolis.simulation.traffic.turn_on_red import allows_turn_on_red
from cosmopolis.simulation.traffic.view import TrafficView
from cosmopolis.simulation.traffic.warm_start import place_under_way

SPARE = 1.3  # growth of the buffers
COUNTED = (
    "departed",
    "arrived",
    "broken",
    "strayed",
    "halted",
    "forced",
    "given_up",
    "rerouted",
    "teleported",
    "taken_out",
    "skipped",
    "updates",
)


class RoadTraffic:
    """City network, fleet and cars of one run: a simulation.part.Part."""

    name = "traffic"
    commands = interventions.OBEYED

    def __init__(self, city: City, trips: Trips, options: RunOptions, threads: int) -> None:
        network, seed, daily = city.network, options.seed, options.daily
        self.rules = rules = options.rules
        self.roads = _lay_out(city, rules, seed)
        self.threads = threads
        self.crew = Crew(threads - 1, STAGES, self.roads.chunks)
        usual = drivers()
        types = usual if options.drivers is None else joined(options.drivers, usual)
        self.drivers = with_kerb_stops(types, rules.kerb_stops)
        self.daily = daily
        self._some_choose_lane = bool(self.drivers.chooses_lane.any())
        looks = bool(self.drivers.chooses_route.any())
        self.departure_router = (
            DepartureRouter(network, self.roads, edge_graph(self.roads)) if looks else None
        )
        self.seed, self.trips = seed, len(trips)
        self.plan, self.timetable = trips, Timetable(trips.depart, options.start, daily=daily)
        self.tables = Tables()
        self.fleet = build_fleet(trips, self.roads, self.drivers, seed)
        self.usable = self.fleet.status == PLANNED
        self.sirens = np.flatnonzero(self.drivers.siren[self.fleet.kind])  # trips of emergency vehicles
        self.sirens_marked = False  # whether there are marks of them on the streets
        self.planned = _as_planned(self.fleet, daily)
        self.planned_route = self.route_used = len(self.fleet.route)  # rows of Fleet.route
        self.path_state = empty_path_state(
            self.roads.limit,
            self.roads.chunks,
            self.roads.duration,
            self.roads.offset,
            self.roads.crossings,
        )
        self.steps = self.waiting = 0
        edges = len(network.edges)
        self.speed_ratio, self.density = np.ones(edges, np.float32), np.zeros(edges, np.float32)
        self.guidance = options.guidance or (Guidance() if daily else Guidance(share=0.0))
        self.toll_km = np.where(network.edges.toll, network.edges.line.length / 1000.0, 0.0)
        self.tally: dict[str, int] = dict.fromkeys(COUNTED, 0)
        self.tally["unroutable"] = int(np.count_nonzero(~self.usable))
        self.late = np.zeros(0, np.int64)  # trips to queue in the next step
        self.parked = ParkedTrips()
        self._empty: EdgeGraph | None = None
        self._live: EdgeGraph | None = None
        self._shut: NDArray[np.uint8] | None = None
        self._some_shut = False
        self.set_cars(empty_cars(len(self.roads.length), 1024))
        if options.start > 0.0 and daily:
            self._begin_at(options.start)

    @property
    def identity(self) -> dict[str, Any]:
        """The table of vehicle types, by its hash, and whether the trips are made every day."""
        columns = b"".join(column.tobytes() for column in self.drivers)
        return {"types": hashlib.blake2b(columns, digest_size=8).hexdigest(), "daily": self.daily}

    @property
    def over(self) -> bool:
        """Whether everybody has arrived and nobody departs any more."""
        return self.timetable.over and self.count + self.waiting + len(self.late) + len(self.parked) == 0

    @property
    def view(self) -> TrafficView:
        """What others may read."""
        return TrafficView(self)

    def arrays(self) -> dict[str, NDArray]:
        """Everything that a step may change, by name."""
        return stored.arrays(self)

    def restore(self, found: Mapping[str, NDArray]) -> None:
        """Take up what `arrays` gave."""
        stored.put_back(self, found)

    def refusal(self, commands: Sequence[Command]) -> Refusal | None:
        """Why these commands cannot all be carried out as the traffic is now."""
        return interventions.refusal(commands, self)

    def obey(self, commands: Sequence[Command], time: float) -> list[int]:
        """Carry out the commands of an order that was not refused; the trips that they add."""
        return interventions.obey(commands, self, time)

    @property
    def count(self) -> int:
        """Cars on the road."""
        return int(self.cars.start[-1])

    def row_of(self, kind: int) -> int:
        """The row of `drivers` that a vehicle of words.VehicleKind `kind` has which a command adds."""
        return len(self.drivers.kind) - len(VehicleKind) + kind

    @property
    def empty(self) -> EdgeGraph:
        """What turns take on empty streets."""
        if self._empty is None:
            self._empty = guidance.charged(edge_graph(self.roads), self.toll_km, self.guidance)
        return self._empty

    @property
    def live(self) -> EdgeGraph:
        """What turns take by the speeds measured last."""
        if self._live is None:
            now = live_graph(self.empty, self.roads, self.path_state, self.speed_ratio)
            self._live = guidance.charged(now, self.toll_km, self.guidance)
        return self._live

    @property
    def shut(self) -> NDArray[np.uint8]:
        """(E,) 1 where nobody may enter."""
        if self._shut is None:
            self._shut = rerouting.closed_edges(self.roads, self.path_state.closed)
            self._some_shut = bool(self._shut.any())
        return self._shut

    @property
    def some_shut(self) -> bool:
        """Whether there is an edge that nobody may enter."""
        return self._some_shut if self._shut is not None else bool(self.shut.any())

    def forget_routes(self) -> None:
        """A command has changed limits or closings: work out anew what routes are found by."""
        self._live = self._shut = None

    def set_route(self, trip: int, route: NDArray[np.int32]) -> None:
        """From now on `trip` follows `route`, whose first edge it is on."""
        begin = self.store_route(route)
        self.fleet.cursor[trip], self.fleet.route_end[trip] = begin, begin + len(route)

    def set_cars(self, cars: Cars) -> None:
        """Make `cars` the present ones, with a buffer beside them."""
        paths, capacity = len(self.roads.length), len(cars.position)
        self.cars, self.spare = cars, empty_cars(paths, capacity)
        self.moves = empty_moves(paths, len(self.roads.chunk) - 1, capacity)
        self._log = empty_log(paths, capacity)

    def _begin_at(self, start: float) -> None:
        """Put trips under way on the road; those without space there queue at their origin."""
        cars, self.late = place_under_way(start, self.roads, self.drivers, self.path_state, self.fleet)
        self.set_cars(cars)
        self.tally["departed"] += self.count

    def step(self, time: float) -> Events:
        """One step from `time`; the trips that are due queue at their kerb first."""
        due = self.timetable.due(time + DT)
        due = self._prepare_due(due, self.timetable.midnight)
        if len(self.parked):
            due = np.concatenate([self.parked.due(time, self.fleet), due])
        count = self.count
        self._make_room(count + min(self.waiting + len(self.parked), len(self.roads.length)) + 2)
        self._mark_sirens()
        records = (self.roads, self.drivers, self.path_state, self.cars, self.spare, self.fleet, self.moves)
        tables = [self.tables(record) for record in records]
        self.crew.note(time, self.steps, tables)
        arguments = (time, self.steps, due, self.tables(self.crew.board), *tables)
        log = self.tables(self._log)
        self.crew.call(step_traffic, *arguments, log)
        step_traffic(0, 0, *arguments, log)
        roads, _, path_state, _, new, _, _ = tables
        self.cars, self.spare = self.spare, self.cars
        self.steps += 1
        self.tally["updates"] += count
        if self.steps % MEASUREMENT_STEPS == 0:
            measure(roads, path_state, new, self.speed_ratio, self.density)
            if self.departure_router is not None:
                self.departure_router.record_speeds(self.steps // MEASUREMENT_STEPS, roads, path_state, new)
            self._live = None
        events = self._collect_events(time)
        if self.steps % guidance.GUIDANCE_STEPS == 0:
            guidance.reroute_delayed(self, self.guidance)
        if self.rules.teleport_after > 0.0 and self.steps % LOOKS_EVERY == 0:
            events = self._teleport(events)
        return events

    def _mark_sirens(self) -> None:
        """Mark the routes of emergency vehicles on the road, and clear the marks once they are gone."""
        if len(self.sirens) == 0 and not self.sirens_marked:
            return
        out = (self.fleet.status[self.sirens] == RUNNING).any()
        if out or self.sirens_marked:
            records = (self.roads, self.drivers, self.path_state, self.cars, self.fleet)
            mark_preemption(*map(self.tables, records))
            self.sirens_marked = bool(out)

    def _teleport(self, events: Events) -> Events:
        lifted, taken_out = (
            np.array(trips, np.int64) for trips in teleport_stuck(self, self.rules.teleport_after)
        )
        self.tally["teleported"] += len(lifted)
        self.tally["taken_out"] += len(taken_out)
        return replace(events, teleported=lifted, taken_out=taken_out)

    def store_route(self, edges: NDArray[np.int32]) -> int:
        """Keep a new route; its first row in Fleet.route, which grows by more than it must."""
        begin, self.route_used = self.route_used, self.route_used + len(edges)
        if self.route_used > len(self.fleet.route):
            more = np.zeros(self.route_used // 4 + 1024, np.int32)
            self.fleet = self.fleet._replace(route=np.concatenate([self.fleet.route[:begin], edges, more]))
        else:
            self.fleet.route[begin : self.route_used] = edges
        return begin

    def append_trip(self, fleet: Fleet) -> None:
        """Take over a fleet with one more row, whose trip queues in the next step and on no other day."""
        row = len(self.fleet.depart)
        self.fleet = fleet
        self.usable = np.append(self.usable, True)
        self.sirens = np.flatnonzero(self.drivers.siren[fleet.kind])
        names = ("cursor", "route_end", "halt", "to_lane", "to_position", "depart")
        now = {name: np.append(getattr(self.planned, name), getattr(fleet, name)[row]) for name in names}
        self.planned = self.planned._replace(**now)
        self.late = np.append(self.late, row)

    def _make_room(self, count: int) -> None:
        if count < len(self.cars.position):
            return
        grown = empty_cars(len(self.roads.length), int(count * SPARE) + 1024)
        for name, column in grown._asdict().items():
            old = getattr(self.cars, name)
            column[: len(old)] = old
        self.set_cars(grown)

    def _prepare_due(self, due: NDArray[np.int64], midnight: float) -> NDArray[np.int64]:
        """Set back the trips that begin another day; leave out those that cannot, or still are on the road."""
        if len(self.late):
            due, self.late = np.concatenate([self.late, due]), self.late[:0]
        if len(due) == 0:
            return due
        due = np.array(due, np.int64)
        tables = self.tables(self.planned), self.tables(self.fleet)
        kept, skipped = reset_trips(due, self.trips, midnight, self.usable, *tables)
        due = due[:kept]
        self.tally["skipped"] += skipped
        self.waiting += len(due)
        if len(due) == 0:
            return due
        if self.some_shut:
            rerouting.reroute_around_closures(self, due)
        if self.departure_router is not None:
            self.departure_router.choose_routes(self, due)
        if self._some_choose_lane:
            choose_lanes(due, *self._streets())
        return due

    def _streets(self) -> list[Table]:
        """What a decision at departure is made by."""
        return [
            self.tables(record)
            for record in (self.roads, self.drivers, self.path_state, self.cars, self.fleet)
        ]

    def _collect_events(self, time: float) -> Events:
        """The step's log as Events; strayed cars get a new route before they move again."""
        log = self._log
        bounds, entered, forced = log.bounds.tolist(), int(log.newcomers[0]), int(log.forced[0])
        trips = log.trip[: bounds[-1]].copy()
        arrived, broken, strayed, _resumed, halted, parked = (
            trips[begin:end] for begin, end in pairwise(bounds)
        )
        self.parked.update(time, parked, self.fleet)
        events = Events(
            time=time,
            departed=log.newcomer[:entered].copy(),
            arrived=arrived,
            halted=np.concatenate([halted, parked]),
            strayed=strayed,
            broken=broken,
            forced=forced,
        )
        self.waiting -= entered
        for name in ("departed", "arrived", "halted", "strayed", "broken"):
            self.tally[name] += len(getattr(events, name))
        self.tally["forced"] += forced
        late = events.departed[time - self.fleet.depart[events.departed] > REROUTES_AFTER_WAIT]
        if len(late) and self.departure_router is not None:
            self.departure_router.choose_routes(self, late)
            replan_departed(late, *self._streets())
        if len(events.strayed):
            rerouting.reroute_strayed(self, events.strayed)
        return events


def _as_planned(fleet: Fleet, daily: bool) -> Fleet:
    """What a trip starts from again the next day: copies of all that its journey changes."""
    return fleet._replace(
        cursor=fleet.cursor.copy(),
        route_end=fleet.route_end.copy(),
        to_lane=fleet.to_lane.copy(),
        to_position=fleet.to_position.copy(),
        depart=np.mod(fleet.depart, 86_400.0) if daily else fleet.depart.copy(),
        halt=fleet.halt.copy(),
    )


def _lay_out(city: City, rules: TrafficRules, seed: int) -> RoadNetwork:
    """The city's streets for the kernels, with what its country and the rules ask for."""
    return flatten(
        city.network,
        turn_on_red=allows_turn_on_red(city),
        drive_on_left=city.drive_on_left,
        on_foot=pedestrian_rates(city, rules.on_foot),
        bike_box=rules.bike_box,
        seed=seed,
    )
