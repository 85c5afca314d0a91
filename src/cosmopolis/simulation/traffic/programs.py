"""Commands to signal programs, carried out between two steps. What they lead to is shown by `signals`."""

from __future__ import annotations

from math import isfinite

import numpy as np

from cosmopolis.city.errors import BadInput
from cosmopolis.simulation.command import FollowSignalPlan, SetSignalPlan, ShowPhase
from cosmopolis.simulation.traffic.network import Roads
from cosmopolis.simulation.traffic.signals import LEAST_GREEN
from cosmopolis.simulation.traffic.state import LED, PLAN, RETURNS, Ways

LONGEST_GREEN = 600.0  # s


def direct(command: ShowPhase | FollowSignalPlan | SetSignalPlan, roads: Roads, ways: Ways) -> None:
    """Carry out a command to a signal program; BadInput where it cannot be."""
    match command:
        case ShowPhase(program, phase):
            _lead(program, phase, roads, ways)
        case FollowSignalPlan(program):
            _phases(program, roads)
            if ways.mode[program] == LED:
                ways.mode[program] = RETURNS
        case SetSignalPlan(program, greens, offset):
            _set_plan(program, greens, offset, roads, ways)


def _phases(program: int, roads: Roads) -> slice:
    """Rows of the phases of a program."""
    if not 0 <= program < roads.programs:
        raise BadInput(
            f"There is no signal program {program}; this city has {roads.programs}, counted from 0."
        )
    return slice(int(roads.phase_start[program]), int(roads.phase_start[program + 1]))


def _lead(program: int, phase: int, roads: Roads, ways: Ways) -> None:
    stages = np.flatnonzero(roads.stage[_phases(program, roads)])
    if phase not in stages:
        told = ", ".join(map(str, stages)) or "none"
        raise BadInput(f"Phase {phase} of signal program {program} is no stage; its stages are {told}.")
    ways.wanted[program] = phase
    if ways.mode[program] != LED:
        _off_plan(program, LED, roads, ways)


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
    if ways.mode[program] == PLAN and ways.phase_ends[program] > -np.inf:
        _off_plan(program, RETURNS, roads, ways)
    ways.duration[rows.start + stages] = greens
    ways.offset[program] = offset
