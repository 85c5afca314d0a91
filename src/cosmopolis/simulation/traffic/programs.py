"""Commands to signal programs, carried out between two steps. What they lead to is shown by `signals`."""

from __future__ import annotations

import numpy as np

from cosmopolis.simulation.command import FollowSignalPlan, SetSignalPlan, ShowPhase
from cosmopolis.simulation.traffic.network import Roads
from cosmopolis.simulation.traffic.state import LED, PLAN, RETURNS, Ways

LONGEST_GREEN = 600.0  # s


def direct(command: ShowPhase | FollowSignalPlan | SetSignalPlan, roads: Roads, ways: Ways) -> None:
    """Carry out a command that `simulation.check` has let through."""
    match command:
        case ShowPhase(program, phase):
            ways.wanted[program] = phase
            if ways.mode[program] != LED:
                _off_plan(program, LED, roads, ways)
        case FollowSignalPlan(program):
            if ways.mode[program] == LED:
                ways.mode[program] = RETURNS
        case SetSignalPlan(program, greens, offset):
            _set_plan(program, greens, offset, roads, ways)


def _phases(program: int, roads: Roads) -> slice:
    """Rows of the phases of a program."""
    return slice(int(roads.phase_start[program]), int(roads.phase_start[program + 1]))


def _off_plan(program: int, mode: int, roads: Roads, ways: Ways) -> None:
    """A stage may be left at once; the rest of a clearance of the plan keeps its time."""
    rows = _phases(program, roads)
    if (
        ways.mode[program] == PLAN
        and roads.stage[rows][ways.phase[program]]
        and ways.phase_ends[program] > -np.inf
    ):
        ways.phase_ends[program] = 0.0
    ways.mode[program] = mode


def _set_plan(program: int, greens: tuple[float, ...], offset: float, roads: Roads, ways: Ways) -> None:
    rows = _phases(program, roads)
    stages = np.flatnonzero(roads.stage[rows])
    if ways.mode[program] == PLAN and ways.phase_ends[program] > -np.inf:
        _off_plan(program, RETURNS, roads, ways)
    ways.duration[rows.start + stages] = greens
    ways.offset[program] = offset
