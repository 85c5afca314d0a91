"""What a driver decides as he departs: the quickest way by the speeds of the last minutes, and his first lane.

Only types that say so decide; the others have planned both.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.model import Network
from cosmopolis.city.words import Mode
from cosmopolis.demand.graph import RoadGraph
from cosmopolis.demand.routing import route
from cosmopolis.demand.scenario_routes import scenario_graph
from cosmopolis.simulation.traffic.drivers import Drivers
from cosmopolis.simulation.traffic.kernels import entry
from cosmopolis.simulation.traffic.network import Roads
from cosmopolis.simulation.traffic.state import Cars, Fleet, Ways
from cosmopolis.simulation.traffic.tables import local_floats
from cosmopolis.simulation.traffic.turning import FAR32, MOST_LANES, plan_lanes

SLOWEST = 0.05  # of the limit at which an edge is reckoned
KNOWN = np.float32(0.055)  # weight of the newest measurement, one every 5 s: about that of 3 minutes
ALIKE = np.float32(0.01)  # lane changes that make no difference


class WayFinder:
    """The network as those see it who look for a way."""

    def __init__(self, network: Network, drivers: Drivers) -> None:
        self._network, self._drivers = network, drivers
        self._graphs: dict[int, RoadGraph] = {}

    def quickest(
        self, kind: NDArray[np.uint16], begin: NDArray, goal: NDArray, speed_ratio: NDArray[np.float32]
    ) -> list[NDArray[np.int32]]:
        """Edges of the quickest way for each of (n,) vehicles of these kinds; empty where there is none.

        `speed_ratio` (E,) is the present speed on each edge as a share of its limit.
        """
        found = [np.zeros(0, np.int32)] * len(kind)
        modes = self._drivers.modes[kind]
        for mode in np.unique(modes).tolist():
            rows = np.flatnonzero(modes == mode)
            graph = self._graph(mode)
            time = graph.free_time / np.maximum(speed_ratio, SLOWEST)
            routes = route(graph, begin[rows], goal[rows], time=time, spread=0.0)
            for n, row in enumerate(rows.tolist()):
                found[row] = routes[n]
        return found

    def _graph(self, modes: int) -> RoadGraph:
        if modes not in self._graphs:
            self._graphs[modes] = scenario_graph(self._network, Mode(modes))
        return self._graphs[modes]


@entry
def learn_speeds(roads: Roads, ways: Ways, cars: Cars, known: np.ndarray) -> None:
    """Fold the present into `known` (E,) speed over limit as SUMO reckons it for those who depart.

    The mean over the lanes of an edge, each counted as often as it holds vehicles; one that holds none counts once,
    with its limit.
    """
    for edge in range(roads.edges):
        first = roads.edge_lane[edge]
        count, speed = 0, 0.0
        for lane in range(first, first + roads.edge_lanes[edge]):
            here = cars.start[lane + 1] - cars.start[lane]
            if here == 0:
                count += 1
                speed += 1.0
            for i in range(cars.start[lane], cars.start[lane + 1]):
                speed += cars.speed[i] / ways.limit[lane]
            count += here
        known[edge] += KNOWN * (np.float32(min(speed / count, 1.0)) - known[edge])


@entry
def choose_lanes(
    trips: np.ndarray, roads: Roads, drivers: Drivers, ways: Ways, cars: Cars, fleet: Fleet
) -> None:
    """The first lane of each of `trips` that picks one: where it has fewest lanes to change, then fewest before it."""
    for trip in trips:
        kind = fleet.kind[trip]
        if drivers.picks[kind] == 0:
            continue
        cursor = fleet.cursor[trip]
        costs = local_floats(32)
        edge = fleet.route[cursor]
        first = roads.edge_lane[edge]
        plan_lanes(first, cursor, trip, FAR32, costs, fleet, drivers, roads, ways)
        best, least, fewest = fleet.from_lane[trip], np.float32(1.0e9), 0
        count = min(roads.edge_lanes[edge], MOST_LANES)
        for turn in range(count):
            index = (trip + turn) % count
            lane = first + index
            if (roads.modes[lane] & drivers.modes[kind]) == 0:
                continue
            waiting, row = 0, ways.queue[lane]
            while row >= 0:
                waiting += 1
                row = fleet.next_waiting[row]
            before = cars.start[lane + 1] - cars.start[lane] + waiting
            if costs[index] < least - ALIKE or (costs[index] < least + ALIKE and before < fewest):
                best, least, fewest = lane, costs[index], before
        fleet.from_lane[trip] = best
