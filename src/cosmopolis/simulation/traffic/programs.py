"""Commands to signal programs, carried out between two steps; `signals` shows their effect."""

from __future__ import annotations

from math import isfinite

import numpy as np

from cosmopolis.city.errors import BadInput
from cosmopolis.simulation.command import FollowSignalPlan, SetSignalPlan, ShowPhase
from cosmopolis.simulation.traffic.network import RoadNetwork
from cosmopolis.simulation.traffic.signals import LEAST_GREEN
from cosmopolis.simulation.traffic.state import CONTROLLED, IN_TRANSITION, PLAN, PathState

LONGEST_GREEN = 600.0  # s


def command_program(
    command: ShowPhase | FollowSignalPlan | SetSignalPlan, roads: RoadNetwork, path_state: PathState
) -> None:
    """Carry out a command to a signal program; BadInput where it cannot be."""
    match command:
        case ShowPhase(program, phase):
            _show_phase(program, phase, roads, path_state)
        case FollowSignalPlan(program):
            _phases(program, roads)
            if path_state.mode[program] == CONTROLLED:
                path_state.mode[program] = IN_TRANSITION
        case SetSignalPlan(program, greens, offset):
            _set_plan(program, greens, offset, roads, path_state)


def _phases(program: int, roads: RoadNetwork) -> slice:
    """Rows of the phases of a program."""
    if not 0 <= program < roads.programs:
        raise BadInput(
            f"There is no signal program {program}; this city has {roads.programs}, counted from 0."
        )
    return slice(int(roads.phase_start[program]), int(roads.phase_start[program + 1]))


def _show_phase(program: int, phase: int, roads: RoadNetwork, path_state: PathState) -> None:
    stages = np.flatnonzero(roads.stage[_phases(program, roads)])
    if phase not in stages:
        told = ", ".join(map(str, stages)) or "none"
        raise BadInput(f"Phase {phase} of signal program {program} is no stage; its stages are {told}.")
    path_state.requested_stage[program] = phase
    if path_state.mode[program] != CONTROLLED:
        _leave_plan(program, CONTROLLED, roads, path_state)


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
    if len(stages) == 0 or len(greens) != len(stages):
        raise BadInput(
            f"Signal program {program} has {len(stages)} stages and was given {len(greens)} green times; "
            "give one for each."
        )
    if not all(LEAST_GREEN <= green <= LONGEST_GREEN for green in greens):
        raise BadInput(
            f"Green times of signal program {program} are between {LEAST_GREEN:g} and {LONGEST_GREEN:g} s, "
            f"not {', '.join(f'{green:g}' for green in greens)}."
        )
    if not isfinite(offset):
        raise BadInput(f"The offset of signal program {program} is a number of seconds, not {offset}.")
    if path_state.mode[program] == PLAN and path_state.phase_ends[program] > -np.inf:
        _leave_plan(program, IN_TRANSITION, roads, path_state)
    path_state.duration[rows.start + stages] = greens
    path_state.offset[program] = offset
