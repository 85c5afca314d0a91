"""Commands, carried out between two steps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

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
from cosmopolis.simulation.order import Refusal
from cosmopolis.simulation.traffic.drivers import Drivers
from cosmopolis.simulation.traffic.fleet import factors_of, with_trip
from cosmopolis.simulation.traffic.network import RoadNetwork
from cosmopolis.simulation.traffic.programs import command_program
from cosmopolis.simulation.traffic.rerouting import (
    closed_edges,
    reroute_around,
    trips_on_road_or_waiting,
)
from cosmopolis.simulation.traffic.routing import quickest
from cosmopolis.simulation.traffic.running import RunningTraffic
from cosmopolis.simulation.traffic.state import Cars, Fleet, PathState
from cosmopolis.simulation.traffic.turning import settle

OBEYED: frozenset[type[Command]] = frozenset(
    {CloseLane, OpenLane, SetSpeedLimit, AddTrip, ShowPhase, FollowSignalPlan, SetSignalPlan}
)


def refusal(commands: Sequence[Command], traffic: RunningTraffic) -> Refusal | None:
    """Why these commands, which `simulation.check` has let through, cannot all be carried out one after the other.

    That is where an added trip has no way, with the lanes closed that the commands before it close.
    """
    roads, closed = traffic.roads, traffic.path_state.closed.copy()
    for command in commands:
        match command:
            case CloseLane(lane) | OpenLane(lane):
                closed[roads.of_city[lane]] = isinstance(command, CloseLane)
            case AddTrip() if len(_quickest_route(command, traffic, closed_edges(roads, closed))) == 0:
                places = f"from lane {command.from_lane} to lane {command.to_lane}"
                return Refusal("no_route", f"No way leads {places} by road.")
    return None


def obey(commands: Sequence[Command], traffic: RunningTraffic, time: float) -> list[int]:
    """Carry out the commands of one order, which was not refused; the trips that it adds.

    Drivers hear of all that it closes at once: they look for another way a single time, however many lanes it names.
    """
    before, added, told = traffic.shut, [], False
    for command in commands:
        match command:
            case ShowPhase() | FollowSignalPlan() | SetSignalPlan():
                command_program(command, traffic.roads, traffic.path_state)
                continue  # a light is nothing that a driver plans by
            case CloseLane(lane) | OpenLane(lane):
                traffic.path_state.closed[traffic.roads.of_city[lane]] = isinstance(command, CloseLane)
            case SetSpeedLimit(edge, speed):
                _limit(edge, speed, traffic)
            case AddTrip():
                _add(command, traffic, time)
                added.append(len(traffic.fleet.depart) - 1)
        traffic.forget_routes()
        told = True
    if told:
        reroute_around(traffic.shut > before, traffic, trips_on_road_or_waiting(traffic))
        traffic.forget_routes()
        records = (traffic.cars, traffic.roads, traffic.drivers, traffic.path_state, traffic.fleet)
        settle_all(*map(traffic.tables, records))
    return added


@entry
def settle_all(cars: Cars, roads: RoadNetwork, drivers: Drivers, path_state: PathState, fleet: Fleet) -> None:
    """Every vehicle gets its goals anew: lane, turn and speed."""
    for path in range(roads.paths):
        for i in range(cars.start[path], cars.start[path + 1]):
            settle(cars, i, path, cars.start, fleet, drivers, roads, path_state)


def _limit(edge: int, speed: float, traffic: RunningTraffic) -> None:
    roads = traffic.roads
    first = roads.edge_lane[edge]
    for lane in range(first, first + roads.edge_lanes[edge]):
        is_slow = roads.limit[lane] < roads.limit[roads.edge_main[edge]]  # a cycle lane keeps its own
        traffic.path_state.limit[lane] = min(speed, roads.limit[lane]) if is_slow else speed


def _quickest_route(command: AddTrip, traffic: RunningTraffic, shut: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Edges of the quickest way of an added trip; none where there is no way."""
    edge, of_city = traffic.roads.edge, traffic.roads.of_city
    modes = int(traffic.drivers.modes[traffic.row_of(command.kind)])
    begin, goal = int(edge[of_city[command.from_lane]]), int(edge[of_city[command.to_lane]])
    return np.asarray(quickest(begin, goal, modes, shut, traffic.live), np.int32)


def _add(command: AddTrip, traffic: RunningTraffic, time: float) -> None:
    from_lane, to_lane = (int(traffic.roads.of_city[lane]) for lane in (command.from_lane, command.to_lane))
    kind, row = traffic.row_of(command.kind), len(traffic.fleet.depart)
    route = _quickest_route(command, traffic, traffic.shut)
    begin = traffic.store_route(route)
    rows = begin, begin + len(route)
    kinds = np.append(traffic.fleet.kind, np.uint16(kind))
    factor = factors_of(kinds, traffic.drivers, traffic.seed)[row]
    traffic.append_trip(with_trip(command, from_lane, to_lane, rows, time, kind, traffic.fleet, factor))
