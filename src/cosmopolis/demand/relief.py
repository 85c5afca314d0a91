"""What the streets cannot carry does not drive: trips through streets and turns beyond their capacity are left out,
as people would who take the metro, go at another hour, or stay.

Flows are counted where and when trips pass, by the travel times of the peak. A trip through something that is
asked for r times what it can carry stays with probability 1 / r, reached over a few rounds, because what one
street is spared another is spared too. Buses always run.
"""

from __future__ import annotations

import numpy as np
from numba import prange
from numpy.typing import NDArray

from cosmopolis.demand.capacity import Capacity
from cosmopolis.demand.graph import RoadGraph
from cosmopolis.demand.routing import Routes
from cosmopolis.kernels.decorators import of_arrays, parallel

WINDOW = 1_800.0  # s over which flows are counted
LIMIT = 0.92  # of capacity that may be asked for
ROUNDS = 8
STEP = 0.5  # of the excess that one round takes away


def relieved(
    graph: RoadGraph,
    capacity: Capacity,
    routes: Routes,
    depart: NDArray[np.float64],
    time: NDArray[np.float64],
    rng: np.random.Generator,
) -> NDArray[np.bool_]:
    """(N,) which trips stay. `time` (E,) s is what an edge takes in the peak."""
    stays = np.ones(len(depart), dtype=np.bool_)
    slots = int(np.ceil(86_400 / WINDOW)) + 8  # who leaves late arrives after midnight
    edge_limit, move_limit = (LIMIT * most * WINDOW / 3600 for most in (capacity.edge, capacity.move))
    move, slot = _passages(
        graph.move_start, graph.move_from, graph.move_cost, np.where(np.isfinite(time), time, 0.0),
        routes.start, routes.edge, depart, slots,
    )  # fmt: skip
    for turn in range(ROUNDS):
        on_edge, on_move = _flows(
            routes.start, routes.edge, move, slot, stays, slots, graph.edges, len(move_limit)
        )
        worst = _worst(
            routes.start, routes.edge, move, slot, stays, on_edge / edge_limit, on_move / move_limit
        )
        share = STEP if turn + 1 < ROUNDS else 1.0
        leaves = stays & (rng.random(len(depart)) < share * (1.0 - 1.0 / np.maximum(worst, 1.0)))
        if not leaves.any():
            break
        stays &= ~leaves
    return stays


@parallel
def _passages(move_start, move_from, move_cost, time, start, edge, depart, slots):  # type: ignore[no-untyped-def]
    """(R,) the move that follows each edge of each route, -1 after the last, and the window in which it is made."""
    move = np.full(len(edge), -1, dtype=np.int32)
    slot = np.zeros(len(edge), dtype=np.uint8)
    for i in prange(len(depart)):
        now = depart[i]
        for at in range(start[i], start[i + 1] - 1):
            now += time[edge[at]]
            following = edge[at + 1]
            for k in range(move_start[following], move_start[following + 1]):
                if move_from[k] == edge[at]:
                    move[at] = k
                    break
            slot[at] = min(int(now / WINDOW), slots - 1)
            if move[at] >= 0:
                now += move_cost[move[at]]
    return move, slot


@of_arrays
def _flows(start, edge, move, slot, stays, slots, edges, moves):  # type: ignore[no-untyped-def]
    """Vehicles that leave each edge, and that make each move, in each window."""
    on_edge = np.zeros((slots, edges), dtype=np.int32)
    on_move = np.zeros((slots, moves), dtype=np.int32)
    for i in range(len(stays)):
        if stays[i]:
            for at in range(start[i], start[i + 1] - 1):
                if move[at] >= 0:
                    on_edge[slot[at], edge[at]] += 1
                    on_move[slot[at], move[at]] += 1
    return on_edge, on_move


@parallel
def _worst(start, edge, move, slot, stays, on_edge, on_move):  # type: ignore[no-untyped-def]
    """(N,) the largest ratio of asked to possible that each trip passes."""
    out = np.zeros(len(stays))
    for i in prange(len(stays)):
        if stays[i]:
            for at in range(start[i], start[i + 1] - 1):
                if move[at] >= 0:
                    out[i] = max(out[i], on_edge[slot[at], edge[at]], on_move[slot[at], move[at]])
    return out
