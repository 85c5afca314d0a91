"""Commands, carried out between two steps."""

from __future__ import annotations

from math import isfinite

import numpy as np

from cosmopolis.city.errors import BadInput
from cosmopolis.kernels.decorators import entry
from cosmopolis.simulation.command import (
    AddTrip,
    CloseLane,
    Command,
    FollowSignalPlan,
    OpenLane,
    SetSignalPlan,
    SetSpeedLimit,
    ShowPhase,
)
from cosmopolis.simulation.traffic.drivers import Drivers
from cosmopolis.simulation.traffic.fleet import factors_of, with_trip
from cosmopolis.simulation.traffic.network import RoadNetwork
from cosmopolis.simulation.traffic.programs import command_program
from cosmopolis.simulation.traffic.rerouting import reroute_around_closures, trips_on_road_or_waiting
from cosmopolis.simulation.traffic.routing import quickest
from cosmopolis.simulation.traffic.running import RunningTraffic
from cosmopolis.simulation.traffic.state import Cars, Fleet, PathState
from cosmopolis.simulation.traffic.turning import settle


def obey(command: Command, traffic: RunningTraffic, time: float) -> None:
    """Carry out one command; BadInput where it names something that is not there."""
    match command:
        case ShowPhase() | FollowSignalPlan() | SetSignalPlan():
            command_program(command, traffic.roads, traffic.path_state)
            return  # a light is nothing that a driver plans by
        case CloseLane(lane):
            traffic.path_state.closed[_lane(lane, traffic)] = 1
            traffic.forget_routes()
            reroute_around_closures(traffic, trips_on_road_or_waiting(traffic))
        case OpenLane(lane):
            traffic.path_state.closed[_lane(lane, traffic)] = 0
        case SetSpeedLimit(edge, speed):
            _limit(edge, speed, traffic)
        case AddTrip():
            _add(command, traffic, time)
    traffic.forget_routes()
    records = (traffic.cars, traffic.roads, traffic.drivers, traffic.path_state, traffic.fleet)
    settle_all(*map(traffic.tables, records))


@entry
def settle_all(cars: Cars, roads: RoadNetwork, drivers: Drivers, path_state: PathState, fleet: Fleet) -> None:
    """Every vehicle gets its goals anew: lane, turn and speed."""
    for path in range(roads.paths):
        for i in range(cars.start[path], cars.start[path + 1]):
            settle(cars, i, path, cars.start, fleet, drivers, roads, path_state)


def _lane(lane: int, traffic: RunningTraffic) -> int:
    path = int(traffic.roads.of_city[lane]) if 0 <= lane < len(traffic.roads.of_city) else -1
    if path < 0 or traffic.roads.lane_count[path] == 0:
        raise BadInput(f"There is no lane {lane}; ask the network for its lanes.")
    return path


def _limit(edge: int, speed: float, traffic: RunningTraffic) -> None:
    roads = traffic.roads
    if not 0 <= edge < len(roads.edge_lane):
        raise BadInput(f"There is no edge {edge}; ask the network for its edges.")
    if not 1.0 <= speed <= 100.0:
        raise BadInput(f"A speed limit of {speed} m/s is not between 1 and 100.")
    first = roads.edge_lane[edge]
    for lane in range(first, first + roads.edge_lanes[edge]):
        is_slow = roads.limit[lane] < roads.limit[roads.edge_main[edge]]  # a cycle lane keeps its own
        traffic.path_state.limit[lane] = min(speed, roads.limit[lane]) if is_slow else speed


def _add(command: AddTrip, traffic: RunningTraffic, time: float) -> None:
    if not (isfinite(command.from_position) and isfinite(command.to_position)):
        raise BadInput("A trip begins and ends at a number of metres along its lanes.")
    from_lane, to_lane = _lane(command.from_lane, traffic), _lane(command.to_lane, traffic)
    kind, row = traffic.row_of(command.kind), len(traffic.fleet.depart)
    modes = int(traffic.drivers.modes[kind])
    edge = traffic.roads.edge
    route = quickest(int(edge[from_lane]), int(edge[to_lane]), modes, traffic.shut, traffic.live)
    if len(route) == 0:
        raise BadInput(f"No way leads from lane {command.from_lane} to lane {command.to_lane} by road.")
    begin = traffic.store_route(route)
    rows = begin, begin + len(route)
    kinds = np.append(traffic.fleet.kind, np.uint16(kind))
    factor = factors_of(kinds, traffic.drivers, traffic.seed)[row]
    traffic.append_trip(with_trip(command, from_lane, to_lane, rows, time, kind, traffic.fleet, factor))
