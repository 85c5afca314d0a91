"""Signal programs: which light each connection sees. Knows the time and the programs, nothing of cars.

A program follows its plan by the clock until a controller takes over. Then it shows the stage that was
requested, and between two stages yellow change and red clearance to the movements that lose their green; a
movement that keeps it sees the weaker of the two lights meanwhile. To return to its plan it waits until it
can join the plan (transition).
"""

from __future__ import annotations

import numpy as np

from cosmopolis.city.words import Light
from cosmopolis.kernels.decorators import formula, kernel
from cosmopolis.simulation.traffic.network import RoadNetwork
from cosmopolis.simulation.traffic.state import (
    IN_TRANSITION,
    NO_CLEARANCE,
    RED_CLEARANCE,
    YELLOW_CHANGE,
    PathState,
)
from cosmopolis.simulation.traffic.state import PLAN as ON_PLAN

RED, YELLOW, PERMISSIVE, PROTECTED, OFF, ARROW = (int(light) for light in Light)
LEAST_GREEN = 5.0  # s that a stage lasts, whatever a controller requests


@formula
def has_red(light: int) -> bool:
    """Whether a vehicle that sees `light` yields to all: red, alone or with an arrow."""
    return light in (RED, ARROW)


@kernel
def show_lights(time: float, roads: RoadNetwork, path_state: PathState) -> None:
    """Bring every program to its phase at `time` s; only programs whose phase may end are touched."""
    for program in range(roads.programs):
        if time < path_state.phase_ends[program]:
            continue
        if path_state.mode[program] == ON_PLAN or path_state.phase_ends[program] == -np.inf:
            _follow_plan(program, time, roads, path_state)
        elif path_state.clearance[program] != NO_CLEARANCE:
            _advance_clearance(program, time, roads, path_state)
        elif roads.stage[roads.phase_start[program] + path_state.phase[program]] == 0:
            _finish_clearance(program, roads, path_state)
        else:
            _serve_request(program, time, roads, path_state)


@kernel
def _phase_in_plan(
    program: int, time: float, roads: RoadNetwork, path_state: PathState
) -> tuple[int, float, float]:
    """Row of the phase that the plan shows at `time`, and when it begins and ends; ends at inf without a cycle."""
    first, last = roads.phase_start[program], roads.phase_start[program + 1]
    cycle = 0.0
    for phase in range(first, last):
        cycle += path_state.duration[phase]
    if not cycle > 0.0:
        return first, time, np.inf
    begins = time - (time - path_state.offset[program]) % cycle
    phase = first
    while phase + 1 < last and begins + path_state.duration[phase] <= time:
        begins += path_state.duration[phase]
        phase += 1
    return phase, begins, begins + path_state.duration[phase]


@kernel
def _follow_plan(program: int, time: float, roads: RoadNetwork, path_state: PathState) -> None:
    phase, begins, ends = _phase_in_plan(program, time, roads, path_state)
    path_state.phase_ends[program] = ends
    if ends < np.inf:
        path_state.shown_since[program] = begins
        _show(program, phase, roads, path_state)
    if path_state.mode[program] != ON_PLAN and roads.stage[phase] != 0:
        path_state.phase_ends[program] = time  # told to leave the plan before it had shown anything


@kernel
def _show(program: int, phase: int, roads: RoadNetwork, path_state: PathState) -> None:
    """Every link of the program sees what row `phase` says."""
    path_state.phase[program] = phase - roads.phase_start[program]
    lights = roads.light_start[phase]
    for row in range(roads.link_start[program], roads.link_start[program + 1]):
        path_state.light[roads.link[row]] = roads.light[lights + row - roads.link_start[program]]


@kernel
def _finish_clearance(program: int, roads: RoadNetwork, path_state: PathState) -> None:
    """A program that leaves its plan within a clearance shows the rest of that clearance first."""
    first, last = roads.phase_start[program], roads.phase_start[program + 1]
    phase = first + path_state.phase[program] + 1
    if phase == last:
        phase = first
    path_state.shown_since[program] = path_state.phase_ends[program]
    if roads.stage[phase] == 0:
        path_state.phase_ends[program] += path_state.duration[phase]
    _show(program, phase, roads, path_state)


@kernel
def _serve_request(program: int, time: float, roads: RoadNetwork, path_state: PathState) -> None:
    """In a stage: change to the requested one, once the present one has lasted long enough."""
    first = roads.phase_start[program]
    now, wanted = path_state.phase[program], path_state.requested_stage[program]
    if path_state.mode[program] == IN_TRANSITION:
        wanted = now
        planned, _, ends = _phase_in_plan(program, time, roads, path_state)
        if planned == first + now and ends - path_state.shown_since[program] >= LEAST_GREEN:
            path_state.mode[program], path_state.phase_ends[program] = ON_PLAN, ends
            return
        lost = roads.yellow[program] + roads.all_red[program]
        if roads.stage[planned] != 0 and ends - time >= lost + LEAST_GREEN:
            wanted = planned - first
    if wanted != now and time - path_state.shown_since[program] >= LEAST_GREEN:
        _change_stage(program, now, wanted, time, roads, path_state)


@kernel
def _change_stage(
    program: int, now: int, wanted: int, time: float, roads: RoadNetwork, path_state: PathState
) -> None:
    """From one stage to another: at once where no movement loses its green, else by way of yellow and all-red."""
    path_state.from_stage[program], path_state.to_stage[program] = now, wanted
    path_state.shown_since[program] = time
    if _show_clearance(program, YELLOW, roads, path_state) == 0:
        _show(program, roads.phase_start[program] + wanted, roads, path_state)
        return
    path_state.clearance[program] = YELLOW_CHANGE
    path_state.phase_ends[program] = time + roads.yellow[program]


@kernel
def _advance_clearance(program: int, time: float, roads: RoadNetwork, path_state: PathState) -> None:
    path_state.shown_since[program] = time
    if path_state.clearance[program] == YELLOW_CHANGE and roads.all_red[program] > 0.0:
        path_state.clearance[program] = RED_CLEARANCE
        path_state.phase_ends[program] = time + roads.all_red[program]
        _show_clearance(program, RED, roads, path_state)
    else:
        path_state.clearance[program] = NO_CLEARANCE
        _show(program, roads.phase_start[program] + path_state.to_stage[program], roads, path_state)


@kernel
def _show_clearance(program: int, losing: int, roads: RoadNetwork, path_state: PathState) -> int:
    """Show `losing` to the movements that lose their green; their number.

    The phase that is reported meanwhile is the plan's own clearance after the stage, where it has one.
    """
    first, last = roads.phase_start[program], roads.phase_start[program + 1]
    before = roads.light_start[first + path_state.from_stage[program]] - roads.link_start[program]
    after = roads.light_start[first + path_state.to_stage[program]] - roads.link_start[program]
    count = 0
    for row in range(roads.link_start[program], roads.link_start[program + 1]):
        then, next_one = roads.light[before + row], roads.light[after + row]
        light = RED
        if then == next_one == ARROW or not (has_red(then) or has_red(next_one)):
            light = min(then, next_one)
        elif not has_red(then):
            light = losing
            count += 1
        path_state.light[roads.link[row]] = light
    told = first + path_state.from_stage[program]
    for _ in range(1 if losing == YELLOW else 2):
        following = told + 1 if told + 1 < last else first
        if roads.stage[following] == 0:
            told = following
    path_state.phase[program] = told - first
    return count
