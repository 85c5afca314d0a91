"""Route guidance: drivers with live travel times take another route if that is clearly quicker.

Every half minute some of them are asked. Those with the same destination share one tree of quickest routes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.errors import BadInput
from cosmopolis.city.words import VehicleKind
from cosmopolis.kernels.crew import together
from cosmopolis.kernels.decorators import entry, kernel
from cosmopolis.simulation.traffic.drivers import Drivers
from cosmopolis.simulation.traffic.routing import EdgeGraph, follow, tree_to
from cosmopolis.simulation.traffic.running import RunningTraffic
from cosmopolis.simulation.traffic.state import Cars, Fleet

BUS, ARTICULATED_BUS = int(VehicleKind.BUS), int(VehicleKind.ARTICULATED_BUS)
GUIDANCE_STEPS = 60  # steps between two rounds
GUIDANCE_TURNS = 3  # each driver is asked in one round of so many
TREES_AT_ONCE = 40  # destinations a round, so that a round is quick in the worst hour
# s, and ratio to the time on empty streets: with more delay ahead a driver looks for another route
LEAST_DELAY, LEAST_DELAY_RATIO = 30.0, 1.3


@dataclass(frozen=True)
class Guidance:
    """Which drivers have live travel times, and what makes them reroute."""

    share: float = 1.0  # of the drivers; the same ones from the same seed
    worth: float = 0.8  # of the time on the old route that the new one may take
    toll: float = 0.0  # money a km of the edges that the city says cost toll
    value_of_time: float = 60.0  # the same money an hour

    def __post_init__(self) -> None:
        if not 0.0 <= self.share <= 1.0:
            raise BadInput(f"A share of {self.share} of the drivers is not between 0 and 1.")
        if not (0.0 < self.worth <= 1.0 and self.toll >= 0.0 and self.value_of_time > 0.0):
            raise BadInput(
                "A new way takes more than 0 and at most 1 of the old one's time, a toll is not below 0, and time is "
                f"worth something: correct worth {self.worth}, toll {self.toll}, value of time {self.value_of_time}."
            )


def charged(graph: EdgeGraph, toll: NDArray[np.float64], guidance: Guidance) -> EdgeGraph:
    """`graph` with tolls as time; `toll` (E,) km of each edge that cost."""
    if guidance.toll == 0.0:
        return graph
    return graph._replace(
        seconds=graph.seconds + toll[graph.to] * guidance.toll * 3600 / guidance.value_of_time
    )


@kernel
def _is_informed(trip: int, seed: int, share: float) -> bool:
    """Whether the driver of `trip` is one of those with live travel times; a hash of trip and seed (splitmix64)."""
    z = np.uint64(trip + 1) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(seed) * np.uint64(0xD1B54A32D192ED03)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return float(z >> np.uint64(11)) < share * 9007199254740992.0


@entry
def find_delayed(
    look: int,
    count: int,
    seed: int,
    share: float,
    live: np.ndarray,
    graph: EdgeGraph,
    drivers: Drivers,
    cars: Cars,
    fleet: Fleet,
    rows: np.ndarray,
    spent: np.ndarray,
) -> int:
    """Write the cars that lose much time on their way to `rows`, and to `spent` the s that it takes `live`
    (A,) from their next edge on; their number. `graph` says what it takes on empty streets.
    """
    found = 0
    for i in range(count):
        trip, kind = cars.trip[i], drivers.kind[cars.kind[i]]
        if (trip + look) % GUIDANCE_TURNS != 0 or kind in (BUS, ARTICULATED_BUS):
            continue
        if not _is_informed(trip, seed, share):
            continue
        now, free = 0.0, 0.0
        goal = fleet.route[fleet.route_end[trip] - 1]
        for row in range(fleet.cursor[trip] + 1, fleet.route_end[trip] - 1):
            edge, to = fleet.route[row], fleet.route[row + 1]
            if edge == goal:  # it goes round in circles, and wants to
                now = 0.0
                break
            for arc in range(graph.start[edge], graph.start[edge + 1]):
                if graph.to[arc] == to:
                    now += live[arc]
                    free += graph.seconds[arc]
                    break
        if now > LEAST_DELAY_RATIO * free and now > free + LEAST_DELAY:
            rows[found], spent[found] = i, now
            found += 1
    return found


def reroute_delayed(traffic: RunningTraffic, guidance: Guidance) -> None:
    """Some of those that lose time ahead take another route, if it is clearly quicker by present travel times.

    The next edge stays: the lane for it may be chosen already.
    """
    if guidance.share == 0.0 or traffic.count == 0:
        return
    graph = traffic.live
    look = traffic.steps // GUIDANCE_STEPS
    rows, spent = np.zeros(traffic.count, np.int64), np.zeros(traffic.count)
    tables = map(traffic.tables, (traffic.drivers, traffic.cars, traffic.fleet))
    found = find_delayed(
        look,
        traffic.count,
        traffic.seed,
        float(guidance.share),
        graph.seconds,
        traffic.empty,
        *tables,
        rows,
        spent,
    )
    first = look * TREES_AT_ONCE % max(found, 1)  # others come first at the next look
    order = np.roll(np.arange(found), -first)
    groups, shut = _by_destination(traffic, rows[order], spent[order]), traffic.shut

    def tree(group: RerouteGroup) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
        following = np.empty(len(traffic.roads.edge_lane), np.int32)
        most = guidance.worth * float(group.spent.max())
        seconds = tree_to(group.goal, group.begin, most, group.modes, shut, graph, following)
        return seconds, following

    for group, (seconds, following) in zip(groups, together(tree, groups, traffic.threads)):
        quicker = seconds < guidance.worth * group.spent
        for trip, begin in zip(group.trip[quicker].tolist(), group.begin[quicker].tolist()):
            here = traffic.fleet.route[traffic.fleet.cursor[trip]]
            route = np.concatenate([[here], follow(following, begin, group.goal)])
            traffic.set_route(trip, route.astype(np.int32))
            traffic.tally["rerouted"] += 1


class RerouteGroup(NamedTuple):
    """N drivers with one destination."""

    goal: int  # edge
    modes: int  # words.Mode set
    trip: NDArray[np.int64]  # (N,)
    begin: NDArray[np.int64]  # (N,) the next edge
    spent: NDArray[np.float64]  # (N,) s on the old route


def _by_destination(
    traffic: RunningTraffic, rows: NDArray[np.int64], spent: NDArray[np.float64]
) -> list[RerouteGroup]:
    """Delayed drivers by destination: the first TREES_AT_ONCE destinations in the order of `rows`."""
    fleet = traffic.fleet
    trip = traffic.cars.trip[rows].astype(np.int64)
    goal = fleet.route[fleet.route_end[trip] - 1].astype(np.int64)
    modes = traffic.drivers.modes[fleet.kind[trip]].astype(np.int64)
    begin = fleet.route[fleet.cursor[trip] + 1].astype(np.int64)
    key = goal << 16 | modes
    _, first = np.unique(key, return_index=True)
    groups = ((place, np.flatnonzero(key == key[place])) for place in np.sort(first)[:TREES_AT_ONCE].tolist())
    return [
        RerouteGroup(int(goal[place]), int(modes[place]), trip[some], begin[some], spent[some])
        for place, some in groups
    ]
