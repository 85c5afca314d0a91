"""Who may come on to a lane beside others: its place must be free of all who will be there after the step.

Checked on the moved positions, one target lane after the other, before anyone changes. A car that is refused
simply stays.
"""

from __future__ import annotations

from cosmopolis.kernels.decorators import Real, kernel
from cosmopolis.simulation.traffic.ground import overhang
from cosmopolis.simulation.traffic.lane_changing import BETWEEN, SAFE, beside
from cosmopolis.simulation.traffic.network import Roads
from cosmopolis.simulation.traffic.state import DOWN, DOWN_TAKEN, STAY, UP, UP_TAKEN, Cars, Moves, Ways


@kernel
def is_free(
    lane: int,
    position: Real,
    length: Real,
    roads: Roads,
    ways: Ways,
    cars: Cars,
    moves: Moves,
) -> bool:
    """Whether [position - length, position] of `lane` is free of everyone who will be there after the step."""
    front, rear = position + BETWEEN, position - length - BETWEEN
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
    if position > roads.length[lane] - 20.0:
        hang, _ = overhang(lane, roads, ways)
        if hang < 0.0 and position + BETWEEN > roads.length[lane] + hang:
            return False
    for side in (-1, 1):
        index = roads.lane_index[lane] + side
        if index < 0 or index >= roads.lane_count[lane] or moves.changing[lane + side] == 0:
            continue
        taken = DOWN_TAKEN if side > 0 else UP_TAKEN
        for j in range(cars.start[lane + side], cars.start[lane + side + 1]):
            if moves.action[j] == taken:
                other = beside(moves.position[j], lane + side, lane, roads)
                if other > rear and other - cars.length[j] < front:
                    return False
    return True


@kernel
def _is_free_before(lane: int, rear: Real, roads: Roads, cars: Cars, moves: Moves) -> bool:
    """Whether a vehicle longer than `lane` may hang -`rear` m over its beginning: over every connection into it.

    Nobody is on that ground, nor comes so fast that he could not stop before it gently.
    """
    for row in range(roads.in_start[lane], roads.in_start[lane + 1]):
        way = roads.in_path[row]
        at = roads.length[way] + rear
        if at < 0.0:
            return False
        for j in range(cars.start[way], cars.start[way + 1]):
            if not _stops_gently(at - moves.position[j], moves.speed[j]):
                return False
        comes = moves.entering[way]
        while comes >= 0:
            if not _stops_gently(at - moves.exit_position[comes], moves.speed[moves.exit_car[comes]]):
                return False
            comes = moves.entering_next[comes]
        before = roads.out_start[way]
        j = cars.start[before + 1] - 1
        comes_by = j >= cars.start[before] and cars.choice[j] == way
        if comes_by and not _stops_gently(at + roads.length[before] - moves.position[j], moves.speed[j]):
            return False
        for shared in range(roads.conflict_start[way], roads.conflict_start[way + 1]):
            if roads.merge[shared] != 0 or roads.end[shared] < at:
                continue
            other = roads.conflict[shared]
            for j in range(cars.start[other], cars.start[other + 1]):
                its_rear = moves.position[j] - cars.length[j]
                if moves.position[j] > roads.other_begin[shared] and its_rear < roads.other_end[shared]:
                    return False
    return True


@kernel
def _stops_gently(gap: float, speed: float) -> bool:
    return bool(gap > 0.5 * speed + speed * speed / (2.0 * SAFE))


@kernel
def admit_changes(lane: int, roads: Roads, ways: Ways, cars: Cars, moves: Moves) -> None:
    """Let those into `lane` who wish to change to it and still find their gap: from the kerb side first."""
    for side in (-1, 1):
        index = roads.lane_index[lane] + side
        if index < 0 or index >= roads.lane_count[lane]:
            continue
        source = lane + side
        if moves.changing[source] == 0:
            continue
        wish = DOWN if side > 0 else UP
        for i in range(cars.start[source + 1] - 1, cars.start[source] - 1, -1):
            if moves.action[i] == wish:
                position = beside(moves.position[i], source, lane, roads)
                if is_free(lane, position, cars.length[i], roads, ways, cars, moves):
                    moves.action[i] = DOWN_TAKEN if side > 0 else UP_TAKEN
                else:
                    moves.action[i] = STAY
