"""What a driver decides at departure: the quickest route by the speeds of the last minutes, and the first lane.

Only types that say so decide; for the others both are planned.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.model import Network
from cosmopolis.demand.right_of_way import turn_penalties
from cosmopolis.kernels.decorators import entry
from cosmopolis.kernels.tables import Table, local_floats
from cosmopolis.simulation.traffic.drivers import Drivers
from cosmopolis.simulation.traffic.network import RoadNetwork
from cosmopolis.simulation.traffic.routing import EdgeGraph, quickest
from cosmopolis.simulation.traffic.running import RunningTraffic
from cosmopolis.simulation.traffic.state import FAR32, Cars, Fleet, PathState
from cosmopolis.simulation.traffic.turning import MOST_LANES, plan_lanes, settle

WINDOW = 36  # measurements, one every 5 s: SUMO's moving average over 180 s
STANDING_SPEED = np.float32(0.001)  # m/s at least
REROUTES_AFTER_WAIT = 60.0  # s of waiting for a gap, after which a driver chooses a route again on entering
EQUAL_COST = np.float32(0.01)  # lane changes that make no difference


class DepartureRouter:
    """Edge and turn speeds of the last three minutes, and the quickest routes by them."""

    def __init__(self, network: Network, roads: RoadNetwork, graph: EdgeGraph) -> None:
        edges, connection = len(roads.edge_lane), np.flatnonzero(roads.lane_count == 0)
        turn_of = graph.origin.astype(np.int64) * edges + graph.to
        turn = np.searchsorted(
            turn_of,
            roads.edge[roads.from_lane[connection]].astype(np.int64) * edges + roads.to_edge[connection],
        )
        first = connection[np.unique(turn, return_index=True)[1]]  # (A,) paths
        self._graph = graph._replace(seconds=graph.seconds.copy())  # s, of the driver asked last
        self._of = roads.edge.copy()  # (P,) rows of `speeds`
        self._of[connection] = edges + turn
        self._path = np.concatenate([roads.edge_main, first]).astype(np.int32)  # (E + A,) that stands for it
        self._wait = turn_penalties(network)[roads.city_path[first] - len(network.lanes)].astype(
            np.float32
        )  # (A,) s
        self.speeds = np.tile(roads.limit[self._path], (WINDOW, 1))  # (WINDOW, E + A) m/s
        self._mean: NDArray[np.float32] | None = None

    def record_speeds(self, measurement: int, roads: Table, path_state: Table, cars: Table) -> None:
        """Keep the present speeds in place of the oldest."""
        learn_speeds(roads, path_state, cars, self._of, self.speeds[measurement % WINDOW])
        self._mean = None

    @property
    def known(self) -> NDArray[np.float32]:
        """(E + A,) m/s, the mean speed on each edge and turn over the window."""
        if self._mean is None:
            self._mean = self.speeds.mean(axis=0, dtype=np.float64).astype(np.float32)
        return self._mean

    def choose_routes(self, traffic: RunningTraffic, trips: NDArray[np.int64]) -> None:
        """Those of `trips` whose type chooses its route take the quickest one from the edge on which they begin."""
        fleet, drivers, graph = traffic.fleet, traffic.drivers, self._graph
        streets = traffic.tables(traffic.roads), traffic.tables(traffic.path_state)
        for trip in trips[drivers.chooses_route[fleet.kind[trips]] != 0].tolist():
            old, kind = fleet.route[fleet.cursor[trip] : fleet.route_end[trip]], fleet.kind[trip]
            pace = float(fleet.factor[trip]), float(drivers.top_speed[kind])
            estimate_times(*pace, self.known, self._path, self._wait, *streets, graph)
            new = quickest(int(old[0]), int(old[-1]), int(drivers.modes[kind]), traffic.shut, graph)
            if len(new) and not np.array_equal(new, old):
                traffic.set_route(trip, new)


@entry
def learn_speeds(
    roads: RoadNetwork, path_state: PathState, cars: Cars, of: np.ndarray, mean: np.ndarray
) -> None:
    """Write the present speeds to `mean`, as SUMO takes them for departing vehicles.

    The mean over the lanes of an edge or turn, `of` (P,), each counted as often as it holds vehicles; one that holds
    none counts once, with its limit.
    """
    count = np.zeros(len(mean), np.int32)
    mean[:] = 0.0
    for path in range(len(of)):
        row, here = of[path], cars.start[path + 1] - cars.start[path]
        count[row] += max(here, 1)
        if here == 0:
            mean[row] += path_state.limit[path]
        for i in range(cars.start[path], cars.start[path + 1]):
            mean[row] += cars.speed[i]
    for row in range(len(mean)):
        mean[row] /= max(count[row], 1)


@entry
def estimate_times(
    factor: float,
    top: float,
    known: np.ndarray,
    path: np.ndarray,
    wait: np.ndarray,
    roads: RoadNetwork,
    path_state: PathState,
    graph: EdgeGraph,
) -> None:
    """Write to `graph.seconds` what edge and turn take by the speeds `known`, and at least the time without
    other vehicles.

    A vehicle that yields without a signal, or turns round, expects `wait` (A,) s even then.
    """
    edges = len(graph.start) - 1
    for turn in range(len(graph.to)):
        edge, connection = path[graph.origin[turn]], path[edges + turn]
        alone = roads.length[edge] / min(path_state.limit[edge] * factor, top)
        there = max(roads.length[edge] / max(known[graph.origin[turn]], STANDING_SPEED), alone)
        alone = roads.length[connection] / min(path_state.limit[connection] * factor, top) + wait[turn]
        graph.seconds[turn] = there + max(
            roads.length[connection] / max(known[edges + turn], STANDING_SPEED), alone
        )


@entry
def choose_lanes(
    trips: np.ndarray, roads: RoadNetwork, drivers: Drivers, path_state: PathState, cars: Cars, fleet: Fleet
) -> None:
    """The first lane of each of `trips` that chooses one: fewest lane changes, then fewest vehicles."""
    for trip in trips:
        kind = fleet.kind[trip]
        if drivers.chooses_lane[kind] == 0:
            continue
        cursor = fleet.cursor[trip]
        costs = local_floats(32)
        edge = fleet.route[cursor]
        first = roads.edge_lane[edge]
        plan_lanes(first, cursor, trip, FAR32, cars.start, costs, fleet, drivers, roads, path_state)
        best, least, fewest = fleet.from_lane[trip], FAR32, 0
        count = min(roads.edge_lanes[edge], MOST_LANES)
        for turn in range(count):
            index = (trip + turn) % count
            lane = first + index
            if (roads.modes[lane] & drivers.modes[kind]) == 0:
                continue
            waiting, row = 0, path_state.insertion_first[lane]
            while row >= 0:
                waiting += 1
                row = fleet.next_waiting[row]
            before = cars.start[lane + 1] - cars.start[lane] + waiting
            if costs[index] < least - EQUAL_COST or (costs[index] < least + EQUAL_COST and before < fewest):
                best, least, fewest = lane, costs[index], before
        fleet.from_lane[trip] = best


@entry
def replan_departed(
    trips: np.ndarray, roads: RoadNetwork, drivers: Drivers, path_state: PathState, cars: Cars, fleet: Fleet
) -> None:
    """Give each of `trips`, which has just entered its first lane, the goals of its new route."""
    for trip in trips:
        lane = fleet.from_lane[trip]
        for i in range(cars.start[lane], cars.start[lane + 1]):
            if cars.trip[i] == trip:
                settle(cars, i, lane, cars.start, fleet, drivers, roads, path_state)
