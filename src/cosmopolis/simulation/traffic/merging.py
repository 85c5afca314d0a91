"""Where two lanes become one: whoever is nearer to the place is followed before it, so that cars arrive in order.

Cars of both lanes are ranked by how far they have to go to the lane that they share. Behind a car of the other lane
one keeps the same gap as behind one of one's own, though only gently: it is a matter of order, not yet of room.
Where neither lane goes first this makes a zipper; where one does, its queue lets others in in turns as well, but who
comes at speed does not wait for those of the other lane.
"""

from __future__ import annotations

from math import sqrt

import numpy as np

from cosmopolis.kernels.decorators import formula, kernel
from cosmopolis.simulation.traffic.car_following import keep_behind
from cosmopolis.simulation.traffic.drivers import Drivers
from cosmopolis.simulation.traffic.ground import to_stop
from cosmopolis.simulation.traffic.network import Roads
from cosmopolis.simulation.traffic.signals import PROTECTED, YELLOW
from cosmopolis.simulation.traffic.state import TURN, Cars, Moves, Ways

REACH = 70.0  # m before the end of the lane within which one sorts oneself in
NEAR = 5.0  # m before the ground that both need at which the whole gap is kept
EASES = 0.12  # m less of it for each metre before that
GENTLY = np.float32(-1.5)  # m/s^2
QUEUES = 0.6  # of the speed that one could have there, below which a car is part of a queue
WAITS = 12  # steps of standing after which the one beside is not waited for


@formula
def as_equals(yields: int, other_yields: int, light: int, other_light: int) -> bool:
    """Whether neither of two connections that merge has priority over the other."""
    if light == PROTECTED and other_light == PROTECTED:
        return True
    return yields == 0 and other_yields == 0


@kernel
def other_yields(way: int, other: int, roads: Roads) -> int:
    """Whether connection `other` waits for `way`."""
    for row in range(roads.conflict_start[other], roads.conflict_start[other + 1]):
        if roads.conflict[row] == way:
            return int(roads.yields[row])
    return 0


@kernel
def queues(j: int, distance: float, drivers: Drivers, cars: Cars) -> bool:
    """Whether car j, `distance` m before the end of its lane, is slower than the way and its turn make it."""
    goal = cars.goal_speed[j]
    turning = sqrt(goal * goal + 2.0 * drivers.brake[cars.kind[j]] * max(distance, 0.0))
    return bool(cars.speed[j] < QUEUES * min(float(cars.desired[j]), turning))


@kernel
def _waits(j: int, row: int, other: int, roads: Roads, drivers: Drivers, ways: Ways, cars: Cars) -> bool:
    """Whether car j, within the junction on connection `other`, stops before the ground that both need."""
    return bool(cars.position[j] + to_stop(j, other, drivers, ways, cars) <= roads.other_begin[row])


@kernel
def sort_in(lane: int, roads: Roads, drivers: Drivers, ways: Ways, cars: Cars, moves: Moves) -> None:
    """The cars before the end of `lane` keep behind those of other lanes that reach the lane they share first."""
    for way in range(roads.out_start[lane], roads.out_end[lane]):
        if roads.merges[way] == 0 or roads.stop[way] != 0 or ways.light[way] <= YELLOW:
            continue
        for row in range(roads.conflict_start[way], roads.conflict_start[way + 1]):
            other = roads.conflict[row]
            if roads.merge[row] != 0 and roads.stop[other] == 0 and ways.light[other] > YELLOW:
                _sort_in(lane, way, row, roads, drivers, ways, cars, moves)


@kernel
def _sort_in(
    lane: int, way: int, row: int, roads: Roads, drivers: Drivers, ways: Ways, cars: Cars, moves: Moves
) -> None:
    other = roads.conflict[row]
    beside = roads.out_start[other]
    its_yields = other_yields(way, other, roads)
    equals = as_equals(roads.yields[row], its_yields, ways.light[way], ways.light[other])
    at, path = cars.start[other + 1] - 1, other
    leader, its_left, its_path = -1, 0.0, other
    for i in range(cars.start[lane + 1] - 1, cars.start[lane] - 1, -1):
        distance = roads.length[lane] - cars.position[i]
        if distance > REACH:
            return
        if cars.choice[i] != way:
            continue
        left = distance + roads.length[way]
        while True:
            if path == other and at < cars.start[other]:
                if ways.held[beside] != 0:
                    break
                at, path = cars.start[beside + 1] - 1, beside
            if path == beside and at < cars.start[beside]:
                break
            to_go = roads.length[path] - cars.position[at]
            if path == beside:
                to_go += roads.length[other]
            if to_go > left or (to_go == left and other > way):
                break
            on = path == other and not (
                its_yields != 0 and _waits(at, row, other, roads, drivers, ways, cars)
            )
            if on or (path == beside and cars.choice[at] == other and cars.goal[at] == TURN):
                leader, its_left, its_path = at, np.float64(to_go), path
            at -= 1
        if leader < 0:
            continue
        if its_path == beside:
            in_turn = drivers.zipper[cars.kind[i]] != 0 and queues(i, distance, drivers, cars)
            goes_first = not equals and its_yields != 0 and not in_turn
            if goes_first or cars.still[leader] > WAITS:
                continue
        eased = EASES * max(0.0, left - (roads.length[way] - roads.begin[row]) - NEAR)
        gap = np.float32(left - its_left - cars.length[leader] + eased)
        wish = keep_behind(gap, cars.speed[leader], i, drivers, cars)
        moves.accel[i] = min(moves.accel[i], max(wish, GENTLY))
