"""Which connection a car takes at the end of its lane, and the lane in which it must be for that.

Worked out once when a car enters a path, from its route; the inner loops read only the answer.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cosmopolis.kernels.decorators import Real, kernel
from cosmopolis.kernels.tables import local_floats
from cosmopolis.simulation.traffic.drivers import Drivers
from cosmopolis.simulation.traffic.kerb import BLOCKS_LANE, BORDER, ENDS_AT_KERB, stop_seconds
from cosmopolis.simulation.traffic.network import RoadNetwork
from cosmopolis.simulation.traffic.state import (
    FAR32,
    HALT,
    LEAVE,
    PARK,
    PULL_OUT,
    TURN,
    Cars,
    Fleet,
    PathState,
)
from cosmopolis.simulation.traffic.thresholds import HALT_WITHIN

UNREACHABLE_LANES = 1000  # lanes: there is none that leads on
UNREACHABLE = np.float32(1000.0)  # lane changes, as a cost: no lane leads on
CLOSED_LANE = np.float32(50.0)  # lane changes that a closed lane costs
MOST_LANES = 16  # of an edge
MOST_EDGES_AHEAD = 12  # that a driver plans for
TURN_LANE = np.float32(200.0)  # m from a lane's start: no discretionary change to a lane that ends sooner
FORESIGHT = np.float32(300.0)  # m beyond the end of the lane that a driver plans for
PLANNING_SPEED_MARGIN = np.float32(0.5)  # m/s more than the present speed that a driver plans with
CHANGE_COST = 1.0  # of one lane change
SHORT_EDGE = 40.0  # m: on an edge so short a change costs one more
SIREN_SPEED = np.float32(1.4)  # times the limit, with the siren on
GOAL_MARGIN = np.float32(0.5)  # m before the lane's end: halts and destinations lie on the lane
FIRM = 1.5  # times the comfortable deceleration, with which a vehicle still stops at the kerb
ARRIVAL_CHANGE = 0.5  # what a lane beside that of the destination costs, in lane changes
AT_END = np.float32(5.0)  # m before the end of a lane that leads nowhere: the trip goes on beyond it
LEAST_DESIRED = np.float32(1.0)  # m/s, the lowest desired speed


@kernel
def leads_to(lane: int, edge: int, modes: int, roads: RoadNetwork) -> bool:
    """Whether a connection of this lane that `modes` may use ends on `edge`."""
    for connection in range(roads.out_start[lane], roads.out_end[lane]):
        if roads.to_edge[connection] == edge and (roads.modes[connection] & modes) != 0:
            return True
    return False


@kernel
def lanes_to(lane: int, edge: int, modes: int, roads: RoadNetwork) -> int:
    """Signed number of lane changes to the nearest lane that leads to `edge`; UNREACHABLE_LANES if none does."""
    first = lane - roads.lane_index[lane]
    best = UNREACHABLE_LANES
    for other in range(first, first + roads.lane_count[lane]):
        if abs(other - lane) < abs(best) and leads_to(other, edge, modes, roads):
            best = other - lane
    return best


@kernel
def foresight(speed: float, kind: int, drivers: Drivers) -> float:
    """m beyond the end of its lane up to which a driver considers the lanes by which an edge must be left."""
    return drivers.strategic_lookahead[kind] * (np.float32(speed) + PLANNING_SPEED_MARGIN)


@kernel
def plan_lanes(
    lane: int,
    cursor: int,
    trip: int,
    reach: Real,
    start: NDArray[np.int32],
    costs: NDArray[np.float32],
    fleet: Fleet,
    drivers: Drivers,
    roads: RoadNetwork,
    path_state: PathState,
) -> None:
    """What it costs to be at the end of each lane of `lane`'s edge, in lane changes still to make beyond it.

    Writes `costs[0 ..]` for that edge, the kerb first, and `costs[MOST_LANES ..]` for the edge after it,
    where lanes may still be changed; `costs` has 2 * MOST_LANES places. Works back from a few hundred metres
    ahead on the route: a change on a short edge costs more. Edges that end more than `reach` m beyond the
    lane do not matter yet; where vehicles are on them, by `start` (P + 1,) of the cars, there is so much less
    room to change lanes.
    """
    kind = fleet.kind[trip]
    modes = drivers.modes[kind]
    rotation = _lane_rotation(trip, fleet, drivers)
    end = fleet.route_end[trip]
    last = _last_edge_ahead(cursor, trip, reach, start, fleet, drivers, roads)
    here, beyond = 0, MOST_LANES  # halves of `costs`: of the edge in hand, and of the one after it
    if (last - cursor) % 2 == 0:
        here, beyond = beyond, here
    for index in range(2 * MOST_LANES):
        costs[index] = np.float32(0.0)
    for row in range(last, cursor - 1, -1):
        here, beyond = beyond, here
        edge = fleet.route[row]
        first, count = roads.edge_lane[edge], min(roads.edge_lanes[edge], MOST_LANES)
        for index in range(count):
            cost = UNREACHABLE
            if row + 1 >= end:
                cost = np.float32(0.0)
                if drivers.arrival_speed[kind] < FAR32:
                    cost = np.float32(ARRIVAL_CHANGE * abs(first + index - fleet.to_lane[trip]))
            elif row == last:
                if leads_to(first + index, fleet.route[row + 1], modes, roads):
                    cost = np.float32(0.0)
            else:
                connection = best_connection(
                    first + index, fleet.route[row + 1], rotation, modes, costs, beyond, roads, path_state
                )
                if connection >= 0:
                    cost = costs[beyond + _lane_slot(roads.to_lane[connection], roads)]
                    if path_state.closed[roads.to_lane[connection]] != 0:
                        cost += CLOSED_LANE
            costs[here + index] = cost
        if row > cursor:
            _relax(costs, here, count, CHANGE_COST + SHORT_EDGE / roads.length[first])


@kernel
def _last_edge_ahead(
    cursor: int,
    trip: int,
    reach: Real,
    start: NDArray[np.int32],
    fleet: Fleet,
    drivers: Drivers,
    roads: RoadNetwork,
) -> int:
    """Row of the route's last edge that ends within `reach` m, by the space that is left on each."""
    kind, end = fleet.kind[trip], fleet.route_end[trip]
    some_far = drivers.strategic_lookahead[kind] < FAR32
    each = drivers.length[kind] + drivers.jam_gap[kind]
    last, metres = cursor, np.float32(0.0)
    while last + 1 < end and last < cursor + MOST_EDGES_AHEAD and metres < FORESIGHT:
        ahead = fleet.route[last + 1]
        metres += roads.length[roads.edge_lane[ahead]]
        if some_far:
            metres -= np.float32(_most_on_a_lane(ahead, roads, start)) * each
        if metres > reach:
            break
        last += 1
    return last


@kernel
def _most_on_a_lane(edge: int, roads: RoadNetwork, start: NDArray[np.int32]) -> int:
    """Vehicles on the fullest lane of `edge`."""
    most, first = 0, roads.edge_lane[edge]
    for lane in range(first, first + roads.edge_lanes[edge]):
        most = max(most, start[lane + 1] - start[lane])
    return most


@kernel
def _lane_slot(lane: int, roads: RoadNetwork) -> int:
    """The place of a lane in `costs`."""
    return min(roads.lane_index[lane], MOST_LANES - 1)


@kernel
def _relax(costs, start: int, count: int, each: float) -> None:  # type: ignore[no-untyped-def]
    """Lower each lane's cost to a neighbour's plus the change to it, in both directions."""
    for index in range(start + 1, start + count):
        costs[index] = min(costs[index], costs[index - 1] + np.float32(each))
    for index in range(start + count - 2, start - 1, -1):
        costs[index] = min(costs[index], costs[index + 1] + np.float32(each))


@kernel
def best_connection(  # type: ignore[no-untyped-def]
    lane: int,
    edge: int,
    rotation: int,
    modes: int,
    costs,
    beyond: int,
    roads: RoadNetwork,
    path_state: PathState,
) -> int:
    """The connection from `lane` to `edge` into the lane that costs least, -1 if there is none.

    Where several cost the same, those from `rotation` on come first; the one nearest the kerb where it is <
    0.
    """
    best, best_cost = -1, np.float32(2.0) * UNREACHABLE
    first, count = roads.out_start[lane], roads.out_end[lane] - roads.out_start[lane]
    for turn in range(count):
        connection = first + (max(rotation, 0) + turn) % count
        if roads.to_edge[connection] != edge or (roads.modes[connection] & modes) == 0:
            continue
        to_lane = roads.to_lane[connection]
        cost = costs[beyond + _lane_slot(to_lane, roads)]
        if path_state.closed[to_lane] != 0:
            cost += CLOSED_LANE
        nearer = rotation < 0 <= best and cost == best_cost and to_lane < roads.to_lane[best]
        if cost < best_cost or nearer:
            best, best_cost = connection, cost
    return best


@kernel
def _lane_rotation(trip: int, fleet: Fleet, drivers: Drivers) -> int:
    """The number by which a trip is assigned one of the lanes that serve it equally; -1: it takes the one
    nearest the kerb.
    """
    return trip if drivers.spreads_over_lanes[fleet.kind[trip]] != 0 else -1


@kernel
def likely_connection(
    lane: int, cursor: int, trip: int, fleet: Fleet, drivers: Drivers, roads: RoadNetwork
) -> int:
    """A connection by which `trip` may go on at the end of `lane` on its route's edge `cursor`, -1 if none.

    For looking ahead: which of several it takes is decided when the car enters the lane.
    """
    modes = drivers.modes[fleet.kind[trip]]
    for connection in range(roads.out_start[lane], roads.out_end[lane]):
        if roads.to_edge[connection] == fleet.route[cursor + 1] and (roads.modes[connection] & modes) != 0:
            return connection
    return -1


@kernel
def costs_less(
    lane: int,
    other: int,
    trip: int,
    speed: float,
    start: NDArray[np.int32],
    fleet: Fleet,
    drivers: Drivers,
    roads: RoadNetwork,
    path_state: PathState,
) -> bool:
    """Whether lane `other` of the same edge serves the route of `trip` at least as well as `lane`.

    A driver looks at least TURN_LANE m ahead from the start of the lane.
    """
    costs = local_floats(32)
    reach = max(foresight(speed, fleet.kind[trip], drivers), TURN_LANE - roads.length[lane])
    plan_lanes(lane, fleet.cursor[trip], trip, reach, start, costs, fleet, drivers, roads, path_state)
    return costs[_lane_slot(other, roads)] <= costs[_lane_slot(lane, roads)]


@kernel
def wished_speed(path: int, trip: int, fleet: Fleet, drivers: Drivers, path_state: PathState) -> np.float32:
    """m/s, the desired speed of `trip` on `path`."""
    kind = fleet.kind[trip]
    wish = min(path_state.limit[path] * fleet.factor[trip], drivers.top_speed[kind])
    return max(wish - drivers.dawdle[kind], min(wish, LEAST_DESIRED))


@kernel
def settle(
    cars: Cars,
    i: int,
    path: int,
    start: NDArray[np.int32],
    fleet: Fleet,
    drivers: Drivers,
    roads: RoadNetwork,
    path_state: PathState,
) -> None:
    """Fill in the goals of car i on `path`, which it has just entered: speed, turn, halt or destination, lane.

    `start` (P + 1,) is that of the cars that all may read: while a step writes the new ones, of the old.
    """
    trip, kind = cars.trip[i], cars.kind[i]
    cars.desired[i] = wished_speed(path, trip, fleet, drivers, path_state)
    if drivers.siren[kind] != 0:
        cars.desired[i] = min(SIREN_SPEED * cars.desired[i], drivers.top_speed[kind])
    cars.goal_position[i], cars.goal_speed[i], cars.goal[i] = FAR32, FAR32, TURN
    cars.choice[i], cars.shift[i] = -1, 0
    if roads.lane_count[path] == 0:
        return
    cursor, edge = fleet.cursor[trip], roads.edge[path]
    if fleet.route[cursor] != edge and cursor + 1 < fleet.route_end[trip]:
        cursor += 1
        fleet.cursor[trip] = cursor
    modes = drivers.modes[kind]
    _aim(cars, i, path, cursor, start, fleet, drivers, roads, path_state)
    halt = fleet.halt[trip]
    if (
        halt < fleet.halt_end[trip]
        and roads.edge[fleet.halt_lane[halt]] == edge
        and not _is_of_a_later_lap(cars.position[i], trip, cursor, fleet)
    ):
        if fleet.dwell[trip] <= 0.0:
            fleet.dwell[trip] = max(fleet.halt_dwell[halt], np.float32(1.0))
        cars.goal[i], cars.goal_speed[i] = HALT, np.float32(0.0)
        cars.goal_position[i] = min(fleet.halt_position[halt], roads.length[path] - GOAL_MARGIN)
        cars.shift[i] = fleet.halt_lane[halt] - path
    if fleet.dwell[trip] < 0.0:
        cars.goal[i], cars.goal_speed[i], cars.goal_position[i] = PULL_OUT, np.float32(0.0), cars.position[i]
        cars.shift[i] = 0
    if cars.shift[i] != 0 and (roads.modes[path + (1 if cars.shift[i] > 0 else -1)] & modes) == 0:
        cars.shift[i] = 0


@kernel
def _is_of_a_later_lap(position: float, trip: int, cursor: int, fleet: Fleet) -> bool:
    """Whether the next halt of `trip`, on the edge that it is on, is served when the route comes by here again.

    So it is where the vehicle stands at that place already, having served the halt of this lap, or is past it.
    """
    halt = fleet.halt[trip]
    if fleet.halt_position[halt] - position > HALT_WITHIN:
        return False
    later = cursor + 1
    while later < fleet.route_end[trip] and fleet.route[later] != fleet.route[cursor]:
        later += 1
    return bool(later < fleet.route_end[trip])


@kernel
def _arrive(cars: Cars, i: int, path: int, fleet: Fleet, drivers: Drivers, roads: RoadNetwork) -> None:
    """At the border a vehicle drives on off the map; at a kerb without parking it stands in the lane."""
    trip, kind = cars.trip[i], cars.kind[i]
    if roads.out_start[path] == roads.out_end[path] and fleet.to_position[trip] > roads.length[path] - AT_END:
        if roads.kerb[path] == BORDER and drivers.entry_speed[kind] < 0.0:
            cars.goal_speed[i] = FAR32
        return
    if fleet.kerb[trip] & ENDS_AT_KERB == 0 or roads.kerb[path] != BLOCKS_LANE:
        return
    to_go = cars.goal_position[i] - cars.position[i]
    seconds = stop_seconds(trip, kind, roads.lane_count[path], drivers)
    if seconds <= 0.0 or to_go < cars.speed[i] * cars.speed[i] / (2.0 * FIRM * drivers.brake[kind]):
        return
    if fleet.dwell[trip] <= 0.0:
        fleet.dwell[trip] = seconds
    cars.goal[i], cars.goal_speed[i] = PARK, np.float32(0.0)


@kernel
def _aim(
    cars: Cars,
    i: int,
    path: int,
    cursor: int,
    start: NDArray[np.int32],
    fleet: Fleet,
    drivers: Drivers,
    roads: RoadNetwork,
    path_state: PathState,
) -> None:
    """The goal at the end of the lane, the next turn or the destination, and the lane that is best for it."""
    trip, kind = cars.trip[i], cars.kind[i]
    if cursor + 1 >= fleet.route_end[trip]:
        cars.goal[i], cars.goal_speed[i] = LEAVE, drivers.arrival_speed[kind]
        cars.goal_position[i] = min(fleet.to_position[trip], roads.length[path] - GOAL_MARGIN)
        _arrive(cars, i, path, fleet, drivers, roads)
        if drivers.arrival_speed[kind] < FAR32 and roads.edge[fleet.to_lane[trip]] == roads.edge[path]:
            cars.shift[i] = fleet.to_lane[trip] - path
        return
    modes = drivers.modes[kind]
    costs = local_floats(32)
    reach = foresight(cars.speed[i], kind, drivers)
    plan_lanes(path, cursor, trip, reach, start, costs, fleet, drivers, roads, path_state)
    rotation = _lane_rotation(trip, fleet, drivers)
    connection = best_connection(
        path, fleet.route[cursor + 1], rotation, modes, costs, MOST_LANES, roads, path_state
    )
    cars.choice[i] = connection
    if connection >= 0:
        cars.goal_position[i] = roads.length[path]
        cars.goal_speed[i] = wished_speed(connection, trip, fleet, drivers, path_state)
    if roads.lane_count[path] == 1:
        return
    own = _lane_slot(path, roads)
    best, best_cost = own, costs[own]
    each = np.float32(CHANGE_COST + SHORT_EDGE / roads.length[path])
    for index in range(min(roads.lane_count[path], MOST_LANES)):
        lane = path - own + index
        cost = costs[index] + each * abs(index - own)
        if cost < best_cost and (roads.modes[lane] & modes) != 0 and path_state.closed[lane] == 0:
            best, best_cost = index, cost
    if path_state.closed[path] != 0 and best == own:
        best = own + 1 if own + 1 < roads.lane_count[path] else own - 1
    cars.shift[i] = best - own
