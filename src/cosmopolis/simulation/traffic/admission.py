"""Which requested lane changes take place: the place must be free of every vehicle that will be there after the step.

Checked on the moved positions, one target lane after the other, before any vehicle changes. A car that is
refused stays on its lane.
"""

from __future__ import annotations

from cosmopolis.kernels.decorators import Real, kernel
from cosmopolis.simulation.clock import DT
from cosmopolis.simulation.traffic.conflict_areas import overhang
from cosmopolis.simulation.traffic.lane_changing import LEAST_BUMPER_GAP, SAFE_BRAKE, adjacent_position
from cosmopolis.simulation.traffic.network import RoadNetwork
from cosmopolis.simulation.traffic.state import (
    DOWN_ADMITTED,
    DOWN_REQUESTED,
    STAY,
    UP_ADMITTED,
    UP_REQUESTED,
    Cars,
    Moves,
    PathState,
)

OVERHANG_ZONE = 20.0  # m before a lane's end on which the rear of a vehicle that has left it may still lie


@kernel
def is_free(
    lane: int,
    position: Real,
    length: Real,
    roads: RoadNetwork,
    path_state: PathState,
    cars: Cars,
    moves: Moves,
) -> bool:
    """Whether [position - length, position] of `lane` is free of every vehicle that will be there after the step."""
    front, rear = position + LEAST_BUMPER_GAP, position - length - LEAST_BUMPER_GAP
    if position > roads.length[lane] or (rear < 0.0 and not _is_free_before(lane, rear, roads, cars, moves)):
        return False
    for j in range(cars.start[lane], cars.start[lane + 1]):
        if moves.position[j] > rear and moves.position[j] - cars.length[j] < front:
            return False
    row = moves.entering[lane]
    while row >= 0:
        if moves.exit_position[row] > rear:
            return False
        row = moves.entering_next[row]
    if position > roads.length[lane] - OVERHANG_ZONE:
        hang, _ = overhang(lane, roads, path_state)
        if hang < 0.0 and position + LEAST_BUMPER_GAP > roads.length[lane] + hang:
            return False
    for side in (-1, 1):
        index = roads.lane_index[lane] + side
        if index < 0 or index >= roads.lane_count[lane] or moves.changing[lane + side] == 0:
            continue
        taken = DOWN_ADMITTED if side > 0 else UP_ADMITTED
        for j in range(cars.start[lane + side], cars.start[lane + side + 1]):
            if moves.action[j] == taken:
                other = adjacent_position(moves.position[j], lane + side, lane, roads)
                if other > rear and other - cars.length[j] < front:
                    return False
    return True


@kernel
def _is_free_before(lane: int, rear: Real, roads: RoadNetwork, cars: Cars, moves: Moves) -> bool:
    """Whether a vehicle longer than `lane` may hang -`rear` m over its beginning: over every connection into it.

    No vehicle is on those metres, and none comes so fast that it could not stop gently before them.
    """
    for row in range(roads.in_start[lane], roads.in_start[lane + 1]):
        connection = roads.in_path[row]
        at = roads.length[connection] + rear
        if at < 0.0:
            return False
        for j in range(cars.start[connection], cars.start[connection + 1]):
            if not _stops_gently(at - moves.position[j], moves.speed[j]):
                return False
        entrant = moves.entering[connection]
        while entrant >= 0:
            if not _stops_gently(at - moves.exit_position[entrant], moves.speed[moves.exit_car[entrant]]):
                return False
            entrant = moves.entering_next[entrant]
        before = roads.from_lane[connection]
        j = cars.start[before + 1] - 1
        comes_by = j >= cars.start[before] and cars.choice[j] == connection
        if comes_by and not _stops_gently(at + roads.length[before] - moves.position[j], moves.speed[j]):
            return False
        for conflict in range(roads.conflict_start[connection], roads.conflict_start[connection + 1]):
            if roads.merge[conflict] != 0 or roads.conflict_end[conflict] < at:
                continue
            other = roads.conflict[conflict]
            for j in range(cars.start[other], cars.start[other + 1]):
                its_rear = moves.position[j] - cars.length[j]
                if moves.position[j] > roads.other_begin[conflict] and its_rear < roads.other_end[conflict]:
                    return False
    return True


@kernel
def _stops_gently(gap: float, speed: float) -> bool:
    """Whether a vehicle at `speed` m/s stops within `gap` m, after a step, by SAFE_BRAKE."""
    return bool(gap > DT * speed + speed * speed / (2.0 * SAFE_BRAKE))


@kernel
def admit_changes(lane: int, roads: RoadNetwork, path_state: PathState, cars: Cars, moves: Moves) -> None:
    """Admit the cars that request to change into `lane` and still find their gap: from the kerb side first."""
    for side in (-1, 1):
        index = roads.lane_index[lane] + side
        if index < 0 or index >= roads.lane_count[lane]:
            continue
        source = lane + side
        if moves.changing[source] == 0:
            continue
        wish = DOWN_REQUESTED if side > 0 else UP_REQUESTED
        for i in range(cars.start[source + 1] - 1, cars.start[source] - 1, -1):
            if moves.action[i] == wish:
                position = adjacent_position(moves.position[i], source, lane, roads)
                if is_free(lane, position, cars.length[i], roads, path_state, cars, moves):
                    moves.action[i] = DOWN_ADMITTED if side > 0 else UP_ADMITTED
                else:
                    moves.action[i] = STAY
