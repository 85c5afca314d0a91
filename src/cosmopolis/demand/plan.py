"""The day's vehicle trips of a city: from its people, jobs and borders to routes.

populate -> draw pairs of trip ends by purpose -> times of day -> routes that know each other -> Trips
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.model import City
from cosmopolis.city.progress import Progress, quiet
from cosmopolis.city.words import Mode
from cosmopolis.demand.capacity import Capacity
from cosmopolis.demand.congestion import congested_time
from cosmopolis.demand.ends import Ends, border_ends, building_ends
from cosmopolis.demand.fleet import drawn_kinds, permitted_kinds
from cosmopolis.demand.graph import RoadGraph
from cosmopolis.demand.gravity import Cells, balance, deterrence, sample_ends, sample_pairs
from cosmopolis.demand.population import Population, populate
from cosmopolis.demand.profile import Purpose, departures
from cosmopolis.demand.relief import relieved
from cosmopolis.demand.router import Router
from cosmopolis.demand.routing import Routes
from cosmopolis.demand.transit import bus_trips
from cosmopolis.demand.trips import Trips, concatenate, sorted_by_departure, take
from cosmopolis.demand.wishes import Wishes

CELL = 400.0  # m
FEW = 40  # trips a day to one destination edge that share one view of the streets
SAMPLED = 400  # destinations from which the peak is judged
PEAK_HOUR = (7.5 * 3600, 8.5 * 3600)  # s after midnight
SPARE = 1.5  # times what can be driven that routes are found for, as part of it will not fit


@dataclass(frozen=True)
class DemandParameters:
    """The few dials of the demand. Trip rates are those of Shanghai's survey of 2014."""

    commutes: float = 1.04  # trips a person a day
    other_trips: float = 1.12  # trips a person a day
    car_share: float = 0.42  # of those that drive: what remains walks, cycles or rides
    occupancy: float = 1.2  # people a car
    mean_length: float = 4_500.0  # m, straight; shorter where the city is smaller
    freight: float = 0.09  # van and truck trips a job a day
    border: float = 1.0  # traffic through the border, relative to what its streets usually carry
    peak_use: float = 0.078  # of the vehicle-km an hour that all edges could carry, in the peak hour at most


def plan_trips(
    city: City, *, seed: int = 1, parameters: DemandParameters | None = None, progress: Progress = quiet
) -> Trips:
    """All vehicle trips of a day, bus runs included, sorted by departure; the same for the same city and seed."""
    dials = parameters or DemandParameters()
    progress("Counting people and jobs", 0.0)
    graph = RoadGraph.of(city.network, Mode.CAR)
    people = populate(city)
    progress("Deciding who goes where", 0.1)
    wishes = _wishes(city, graph, people, dials, seed)
    length = city.network.edges.line.length
    capacity = Capacity.of(city.network, graph)
    most = dials.peak_use * float((capacity.edge * length).sum())
    router = Router.of(city.network, graph)
    wishes = _thinned(router, wishes, length, SPARE * most, random(seed, "thinning"))
    progress("Judging how full the streets are", 0.3)
    time = congested_time(router, capacity, wishes, random(seed, "congestion"))
    progress("Finding routes", 0.5)
    routes = _routes(router, wishes, time, seed)
    ends = (wishes.origin.lane, wishes.destination.lane)
    wishes = replace(wishes, kind=permitted_kinds(city.network, graph, wishes.kind, routes, ends))
    progress("Leaving out what the streets cannot carry", 0.8)
    stays = relieved(graph, capacity, routes, wishes.depart, time, random(seed, "relief"))
    too_much = (_driven_at_peak(routes, wishes.depart, length) * stays).sum() / max(most, 1.0)
    stays &= random(seed, "use").random(len(wishes)) * too_much < 1.0
    progress("Running the buses", 0.9)
    cars = take(_as_trips(wishes, routes), np.flatnonzero(stays[np.diff(routes.start) > 0]))
    trips = concatenate([cars, bus_trips(city, seed)])
    progress("Trips are ready", 1.0)
    return sorted_by_departure(trips)


def random(seed: int, what: str) -> np.random.Generator:
    """The random stream of one stage: stages do not disturb each other when one of them changes."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, crc32(what.encode())])))


def _wishes(city: City, graph: RoadGraph, people: Population, dials: DemandParameters, seed: int) -> Wishes:
    """Every purpose's trips, one after the other."""
    homes_etc = building_ends(city, graph)
    inside = homes_etc.owner
    residents, jobs, visits = (
        of[inside] * homes_etc.weight for of in (people.residents, people.jobs, people.visits)
    )
    gates_in, gates_out = border_ends(city, graph)
    driven = dials.car_share / dials.occupancy
    commutes = residents.sum() * dials.commutes * driven / 2
    others = residents.sum() * dials.other_trips * driven / 2
    inward = gates_in.weight.sum() * dials.border
    outward = gates_out.weight.sum() * dials.border
    # Of what crosses the border four tenths only pass through; not all the rest has its other end on a street here.
    table = [
        (Purpose.TO_WORK, homes_etc, residents, homes_etc, jobs, commutes),
        (Purpose.FROM_WORK, homes_etc, jobs, homes_etc, residents, commutes),
        (Purpose.VISIT, homes_etc, residents, homes_etc, visits, others),
        (Purpose.VISIT_BACK, homes_etc, visits, homes_etc, residents, others),
        (Purpose.FREIGHT, homes_etc, jobs, homes_etc, jobs + visits / 60, jobs.sum() * dials.freight),
        (Purpose.ARRIVING, gates_in, gates_in.weight, homes_etc, jobs + residents / 4, inward * 0.25),
        (Purpose.LEAVING, homes_etc, jobs + residents / 4, gates_out, gates_out.weight, outward * 0.25),
        (Purpose.THROUGH, gates_in, gates_in.weight, gates_out, gates_out.weight, min(inward, outward) * 0.4),
    ]
    parts = [_drawn(*row, dials=dials, seed=seed) for row in table]
    return Wishes.joined([part for part in parts if len(part)], homes_etc)


def _drawn(
    purpose: Purpose,
    origins: Ends,
    production: NDArray[np.float64],
    destinations: Ends,
    attraction: NDArray[np.float64],
    number: float,
    *,
    dials: DemandParameters,
    seed: int,
) -> Wishes:
    """One purpose: a balanced gravity matrix between cells, then ends within the cells, then times of day."""
    rng = random(seed, purpose.name)
    count = round(number)
    if count == 0 or production.sum() <= 0 or attraction.sum() <= 0:
        return Wishes.none(origins)
    from_cells, to_cells = Cells.of(origins.xy, CELL), Cells.of(destinations.xy, CELL)
    if purpose is Purpose.THROUGH:  # the farther apart, the likelier: nobody drives through to turn back
        apart = np.hypot(*(from_cells.centre[:, None] - to_cells.centre[None]).transpose(2, 0, 1))
        friction = (apart / max(apart.max(), 1.0)) ** 3
    else:
        friction = deterrence(from_cells.centre, to_cells.centre, dials.mean_length)
    matrix = balance(friction, from_cells.total(production), to_cells.total(attraction))
    start, goal = sample_pairs(matrix, count, rng)
    origin = origins.take(sample_ends(from_cells, production, start, rng))
    destination = destinations.take(sample_ends(to_cells, attraction, goal, rng))
    depart = departures(purpose, len(start), rng)
    return Wishes(origin, destination, depart, drawn_kinds(purpose, len(start), rng))


def _thinned(
    router: Router, wishes: Wishes, length: NDArray[np.float64], most: float, rng: np.random.Generator
) -> Wishes:
    """What is worth finding routes for: every trip has the same chance to stay when those of the peak hour would
    drive more than `most` vehicle-metres, judged by the trips to some of the destinations."""
    if len(wishes) == 0:
        return wishes
    goals = np.unique(wishes.destination.edge)
    chosen = goals if len(goals) <= SAMPLED else rng.choice(goals, SAMPLED, replace=False)
    sample = wishes.take(np.flatnonzero(np.isin(wishes.destination.edge, chosen)))
    routes = router.route(sample.origin.edge, sample.destination.edge, around=sample.around())
    driven = _driven_at_peak(routes, sample.depart, length).sum() * len(wishes) / len(sample)
    keep = most / max(driven, 1.0)
    return wishes if keep >= 1.0 else wishes.take(np.flatnonzero(rng.random(len(wishes)) < keep))


def _driven_at_peak(
    routes: Routes, depart: NDArray[np.float64], length: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(N,) metres of each trip that leaves in the peak hour, 0 for the others."""
    along = np.concatenate([[0.0], np.cumsum(length[routes.edge])])
    inside = (depart >= PEAK_HOUR[0]) & (depart < PEAK_HOUR[1])
    return np.where(inside, along[routes.start[1:]] - along[routes.start[:-1]], 0.0)


def _routes(router: Router, wishes: Wishes, time: NDArray[np.float64], seed: int) -> Routes:
    """Drivers to one destination are of two minds about the way, where there are more than a handful of them."""
    many = np.bincount(wishes.destination.edge, minlength=router.graph.edges)[wishes.destination.edge] > FEW
    view = random(seed, "views").integers(0, 2, len(wishes)) * many
    return router.route(
        wishes.origin.edge, wishes.destination.edge, time=time, around=wishes.around(), view=view
    )


def _as_trips(wishes: Wishes, routes: Routes) -> Trips:
    """Trips of the wishes that found a way."""
    size = np.diff(routes.start)
    found = np.flatnonzero(size > 0)
    kept = wishes.take(found)
    return Trips(
        depart=kept.depart,
        kind=kept.kind,
        from_lane=kept.origin.lane,
        from_position=kept.origin.position,
        to_lane=kept.destination.lane,
        to_position=kept.destination.position,
        origin=np.where(kept.origin.at_border, -1, kept.origin.owner).astype(np.int32),
        destination=np.where(kept.destination.at_border, -1, kept.destination.owner).astype(np.int32),
        route_start=np.concatenate([[0], np.cumsum(size[found])]).astype(np.int64),
        route=routes.edge,
        halt_start=np.zeros(len(kept) + 1, dtype=np.int64),
        halt_lane=np.zeros(0, dtype=np.int32),
        halt_position=np.zeros(0, dtype=np.float32),
        halt_dwell=np.zeros(0, dtype=np.float32),
        halt_until=np.zeros(0, dtype=np.float32),
        halt_beside=np.zeros(0, dtype=np.uint8),
        halt_stop=np.zeros(0, dtype=np.int32),
        line=np.full(len(kept), -1, dtype=np.int32),
    )
