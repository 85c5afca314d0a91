"""Lane filtering: two-wheelers go forward between standing cars, where there is space in front to stand.

A lane has no width here, so a two-wheeler that filters takes a gap in the queue, or the waiting area before
the stop line if the rules give it one. It gets there once it has stood for as long as the ride past the cars
takes.
"""

from __future__ import annotations

import numpy as np

from cosmopolis.kernels.decorators import kernel
from cosmopolis.simulation.clock import DT
from cosmopolis.simulation.traffic.conflict_areas import overhang
from cosmopolis.simulation.traffic.drivers import Drivers
from cosmopolis.simulation.traffic.network import RoadNetwork
from cosmopolis.simulation.traffic.state import FILTERS, STANDS, STAY, Cars, Moves, PathState

FILTERING_STEPS = 4  # steps between two tries
QUEUED_STEPS = 4  # steps that a vehicle must have been standing
FILTERING_SPEED = 3.0  # m/s past standing cars
ROLLS_ON = 0.05  # m/s: a slower vehicle will not roll on
FILTERING_GAP = np.float32(0.1)  # m between bumpers


@kernel
def filter_forward(
    lane: int, roads: RoadNetwork, drivers: Drivers, path_state: PathState, cars: Cars, moves: Moves
) -> None:
    """One two-wheeler of the standing queue of `lane`, the foremost that can, goes to the foremost gap ahead of it.

    Reads the moved positions, so that the gap is still free at the end of the step.
    """
    first, last = cars.start[lane], cars.start[lane + 1] - 1
    hang, _ = overhang(lane, roads, path_state)
    # the rear of a vehicle that has left may still lie on the lane
    end = roads.length[lane] + min(hang, np.float32(0.0))
    for i in range(last - 1, first - 1, -1):
        if drivers.filters[cars.kind[i]] == 0 or cars.shift[i] != 0 or not _stands(i, cars, moves):
            continue
        place = np.float32(-1.0)
        for j in range(i + 1, last + 1):
            if not _stands(j, cars, moves):
                break
            if drivers.filters[cars.kind[j]] != 0:
                continue
            free = end if j == last else moves.position[j + 1] - cars.length[j + 1]
            there = moves.position[j] + FILTERING_GAP + cars.length[i]
            if there + FILTERING_GAP <= free:
                place = there
        if place > 0.0 and cars.still[i] * DT * FILTERING_SPEED >= place - cars.position[i]:
            moves.position[i], moves.speed[i], moves.action[i] = place, np.float32(0.0), FILTERS
            return


@kernel
def _stands(i: int, cars: Cars, moves: Moves) -> bool:
    """Whether car i is part of a standing queue, not at a stop."""
    return bool(
        cars.still[i] >= QUEUED_STEPS
        and moves.speed[i] < ROLLS_ON
        and moves.action[i] == STAY
        and cars.goal[i] & STANDS == 0
    )
