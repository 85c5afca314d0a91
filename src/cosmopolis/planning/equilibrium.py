"""Dynamic user equilibrium: drive the trips, see what streets took when, let some take a better way, drive again.

Each iteration is a whole run of the microscopic simulation. What every turn took is averaged by a quarter of an hour;
those who would have been quicker by another way take it, with a chance that is the share they would save and falls
with the root of the iterations: who loses most moves first, and not all at once (swapping by the gap, after Lu,
Mahmassani and Zhou 2009). Nobody is told of jams under way.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.model import City
from cosmopolis.city.progress import Progress, quiet
from cosmopolis.city.words import Mode, VehicleKind
from cosmopolis.demand.graph import RoadGraph
from cosmopolis.demand.routing import Routes
from cosmopolis.demand.timed_routing import TimedGraph, timed_costs, timed_routes
from cosmopolis.demand.trips import Trips, take
from cosmopolis.simulation import Guidance, Simulation

F64 = NDArray[np.float64]
INTERVAL = 900.0  # s over which times are averaged
PRIOR = 1.0  # drives at what a turn takes alone that count beside those seen
DRAINS = 3_600.0  # s after the end in which those still on the road may arrive
WORTH = 0.02  # of the way's time that another must save
BEFORE = 3_600.0  # s before the beginning: who left since then may still be under way
OWN_STREETS = {VehicleKind.TRUCK: Mode.TRUCK, VehicleKind.MOTORCYCLE: Mode.MOTORCYCLE}


@dataclass(frozen=True)
class Equilibrium:
    """Trips whose routes know each other, and how they came to that, I iterations."""

    trips: Trips
    gap: F64  # (I,) relative gap: what all quickest ways would save, as a share of what the ways driven took
    duration: F64  # (I,) s that trips took on the road and at their kerb, mean of all who departed in time
    changed: NDArray[np.int64]  # (I,) trips that took another way after it


def equilibrium(
    city: City,
    trips: Trips,
    *,
    begin: float,
    end: float,
    iterations: int = 10,
    gap: float = 0.01,
    seed: int = 1,
    progress: Progress = quiet,
) -> Equilibrium:
    """Trips that depart from `begin` to `end` (s after midnight), on routes of which few can be bettered.

    Ends when the relative gap is `gap` or less, or after `iterations`. Buses keep their lines. The routes returned are
    those of the iteration with the least gap. The same for the same seed on any number of threads.
    """
    trips = take(trips, np.flatnonzero((trips.depart >= begin - BEFORE) & (trips.depart < end)))
    graph = RoadGraph.of(city.network, Mode.CAR)
    choosers = np.flatnonzero((trips.depart >= begin) & (trips.line < 0) & (np.diff(trips.route_start) > 1))
    gaps: list[float] = []
    best, durations, changes = trips, [], []
    for turn in range(iterations):
        tell = _of_iteration(progress, turn, iterations, gaps)
        timed, duration = drive(city, trips, graph, begin=begin, end=end, seed=seed, progress=tell)
        better, saved, spent = _better_ways(city, timed, trips, choosers)
        gaps.append(float(saved.sum() / max(spent.sum(), 1.0)))
        durations.append(duration)
        if gaps[-1] <= min(gaps):
            best = trips
        rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, 4_711, turn])))
        moves = (saved > WORTH * spent) & (
            rng.random(len(saved)) < saved / np.maximum(spent, 1.0) / np.sqrt(turn + 1.0)
        )
        done = gaps[-1] <= gap or turn + 1 == iterations
        changes.append(0 if done else int(np.count_nonzero(moves)))
        if done:
            break
        trips = with_routes(trips, choosers[moves], better, np.flatnonzero(moves))
    progress("Equilibrium", 1.0)
    return Equilibrium(best, np.array(gaps), np.array(durations), np.array(changes))


def _of_iteration(progress: Progress, turn: int, iterations: int, gaps: list[float]) -> Progress:
    """What to call while the iteration `turn` runs, with how much of it is done."""
    gap = f", relative gap {gaps[-1]:.3f}" if gaps else ""

    def tell(stage: str, share: float) -> None:
        progress(f"Iteration {turn + 1} of {iterations}{gap}: {stage}", (turn + share) / iterations)

    return tell


def drive(
    city: City,
    trips: Trips,
    graph: RoadGraph,
    *,
    begin: float,
    end: float,
    seed: int,
    progress: Progress = quiet,
) -> tuple[TimedGraph, float]:
    """One run from `begin` until all have arrived: what moves took by interval, and the mean duration of trips in s."""
    simulation = Simulation(city, trips, seed=seed, start=begin, guidance=Guidance(share=0.0))
    log = _Passages(city, trips, graph, begin, end)
    while simulation.time < end + DRAINS:
        events = simulation.step()
        log.see(simulation, events.arrived)
        if simulation.time % 60.0 < simulation.dt:
            share = (simulation.time - begin) / (end + DRAINS - begin)
            progress(f"{simulation.counts()['vehicles']:,} on the road", share)
        if simulation.time >= end and simulation.counts()["vehicles"] + simulation.counts()["waiting"] == 0:
            break
    return log.timed(simulation.time), log.duration(simulation.time)


class _Passages:
    """When vehicles come to edges and leave them."""

    def __init__(self, city: City, trips: Trips, graph: RoadGraph, begin: float, end: float) -> None:
        self._graph, self._trips, self._begin = graph, trips, begin
        self._lane_edge = city.network.lanes.edge
        rows = max(1, int(np.ceil((end - begin) / INTERVAL)))
        alone = (
            np.where(np.isfinite(graph.free_time), graph.free_time, 0.0)[graph.move_from] + graph.move_cost
        )
        self._timed = TimedGraph(graph, begin, INTERVAL, np.tile(alone, (rows, 1)))
        self._total, self._count = np.zeros((rows, len(alone))), np.zeros((rows, len(alone)))
        self._edge = np.full(len(trips), -1)  # that each trip is on
        self._since = np.full(len(trips), np.nan)  # s; NaN on its first edge, which it did not drive whole
        self._arrived = np.full(len(trips), np.nan)

    def see(self, simulation: Simulation, arrived: NDArray[np.int64]) -> None:
        """After each step; a vehicle within a junction still counts for the edge it comes from."""
        now, vehicles = simulation.time, simulation.vehicles()
        on_lane = np.flatnonzero(vehicles.path < len(self._lane_edge))
        trip, edge = vehicles.trip[on_lane], self._lane_edge[vehicles.path[on_lane]]
        fresh = np.flatnonzero(edge != self._edge[trip])
        trip, edge = trip[fresh], edge[fresh]
        self._note(self._edge[trip], edge, self._since[trip], now)
        self._since[trip] = np.where(self._edge[trip] >= 0, now, np.nan)
        self._edge[trip] = edge
        self._arrived[arrived] = now

    def _note(self, before: NDArray, after: NDArray, since: F64, now: float) -> None:
        seen = np.flatnonzero(np.isfinite(since))
        move = self._timed.move_of(before[seen], after[seen])
        known = move >= 0
        row = np.clip((since[seen][known] - self._begin) // INTERVAL, 0, len(self._total) - 1).astype(
            np.int64
        )
        np.add.at(self._total, (row, move[known]), now - since[seen][known])
        np.add.at(self._count, (row, move[known]), 1.0)

    def timed(self, now: float) -> TimedGraph:
        """Means of what was seen, what it takes alone counting as PRIOR drives; who is still under way at `now` counts
        with the time so far. A turn that nobody made takes no less than the mean of its edge."""
        alone = self._timed.seconds
        left = np.flatnonzero(np.isfinite(self._since) & np.isnan(self._arrived))
        self._note_left(left, now)
        seconds = (PRIOR * alone + self._total) / (PRIOR + self._count)
        before, edges = self._graph.move_from, self._graph.edges
        for row in range(len(seconds)):
            count = np.bincount(before, self._count[row], minlength=edges)
            mean = np.bincount(before, self._total[row], minlength=edges) / np.maximum(count, 1.0)
            unseen = (self._count[row] == 0) & (count[before] > 0)
            seconds[row] = np.where(unseen, np.maximum(alone[row], mean[before]), seconds[row])
        return TimedGraph.between(self._graph, self._begin, INTERVAL, seconds)

    def _note_left(self, trips: NDArray[np.int64], now: float) -> None:
        """All moves out of the edges on which vehicles stand at the end have taken at least as long."""
        for trip in trips.tolist():
            moves = np.flatnonzero(self._graph.move_from == self._edge[trip])
            before = np.full(len(moves), self._edge[trip])
            after = np.searchsorted(self._graph.move_start, moves, side="right") - 1
            self._note(before, after, np.full(len(moves), self._since[trip]), now)

    def duration(self, now: float) -> float:
        """Mean s from the wish to depart to the arrival of those who departed in time; until `now` where it lacks."""
        mine = (self._trips.depart >= self._begin) & (self._trips.line < 0)
        taken = np.where(np.isnan(self._arrived), now, self._arrived) - self._trips.depart
        return float(taken[mine].mean()) if mine.any() else 0.0


def _better_ways(
    city: City, timed: TimedGraph, trips: Trips, choosers: NDArray[np.int64]
) -> tuple[Routes, F64, F64]:
    """The quickest route of each of `choosers` at the times driven, the s it saves, and what the present one takes."""
    now = take(trips, choosers)
    spent = timed_costs(timed, Routes(now.route_start, now.route), now.depart)
    first, last = now.route[now.route_start[:-1]], now.route[now.route_start[1:] - 1]
    found = [
        Routes(np.zeros(len(now) + 1, np.int64), np.zeros(0, np.int32))
    ]  # none, for those who do not look
    place, least, known = np.arange(len(now)), spent.copy(), len(now)
    groups = {Mode.CAR: ~np.isin(now.kind, list(OWN_STREETS))}
    groups |= {mode: now.kind == kind for kind, mode in OWN_STREETS.items()}
    for mode, chosen in groups.items():
        rows = np.flatnonzero(chosen & (first != last))  # who goes round the block keeps to that
        ways = _open(city, timed, mode)
        routes, least[rows] = timed_routes(timed, first[rows], last[rows], now.depart[rows], ways)
        found.append(routes)
        place[rows] = known + np.arange(len(rows))
        known += len(rows)
    whole = np.isfinite(spent)
    saved = np.where(whole, np.maximum(spent - least, 0.0), 0.0)
    return Routes.joined(found).take(place), saved, np.where(whole, spent, 0.0)


def _open(city: City, timed: TimedGraph, mode: Mode) -> NDArray[np.bool_]:
    """(M,) moves of the graph that `mode` may make."""
    graph = timed.graph
    if mode == Mode.CAR:
        return np.ones(len(graph.move_from), np.bool_)
    other = RoadGraph.of(city.network, mode)
    keys = [
        np.repeat(np.arange(one.edges, dtype=np.int64), np.diff(one.move_start)) * one.edges + one.move_from
        for one in (graph, other)
    ]
    return np.isin(keys[0], keys[1])


def with_routes(trips: Trips, rows: NDArray[np.int64], routes: Routes, taken: NDArray[np.int64]) -> Trips:
    """`trips` with the routes of `rows` replaced by ``routes[taken]``, in that order."""
    place = np.arange(len(trips))
    place[rows] = len(trips) + taken
    new = Routes.joined([Routes(trips.route_start, trips.route), routes]).take(place)
    return replace(trips, route_start=new.start, route=new.edge)
