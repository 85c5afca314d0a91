"""Commands to signal programs, carried out between two steps; `signals` shows their effect."""

from __future__ import annotations

import numpy as np

from cosmopolis.simulation.command import FollowSignalPlan, SetSignalPlan, ShowPhase
from cosmopolis.simulation.traffic.network import RoadNetwork
from cosmopolis.simulation.traffic.state import CONTROLLED, IN_TRANSITION, PLAN, PathState

LONGEST_GREEN = 600.0  # s


def command_program(
    command: ShowPhase | FollowSignalPlan | SetSignalPlan, roads: RoadNetwork, path_state: PathState
) -> None:
    """Carry out a command that `simulation.check` has let through."""
    match command:
        case ShowPhase(program, phase):
            path_state.requested_stage[program] = phase
            if path_state.mode[program] != CONTROLLED:
                _leave_plan(program, CONTROLLED, roads, path_state)
        case FollowSignalPlan(program):
            if path_state.mode[program] == CONTROLLED:
                path_state.mode[program] = IN_TRANSITION
        case SetSignalPlan(program, greens, offset):
            _set_plan(program, greens, offset, roads, path_state)


def _phases(program: int, roads: RoadNetwork) -> slice:
    """Rows of the phases of a program."""
    return slice(int(roads.phase_start[program]), int(roads.phase_start[program + 1]))


def _leave_plan(program: int, mode: int, roads: RoadNetwork, path_state: PathState) -> None:
    """A stage may end at once; the rest of a clearance of the plan keeps its time."""
    rows = _phases(program, roads)
    if (
        path_state.mode[program] == PLAN
        and roads.stage[rows][path_state.phase[program]]
        and path_state.phase_ends[program] > -np.inf
    ):
        path_state.phase_ends[program] = 0.0
    path_state.mode[program] = mode


def _set_plan(
    program: int, greens: tuple[float, ...], offset: float, roads: RoadNetwork, path_state: PathState
) -> None:
    rows = _phases(program, roads)
    stages = np.flatnonzero(roads.stage[rows])
    if path_state.mode[program] == PLAN and path_state.phase_ends[program] > -np.inf:
        _leave_plan(program, IN_TRANSITION, roads, path_state)
    path_state.duration[rows.start + stages] = greens
    path_state.offset[program] = offset
