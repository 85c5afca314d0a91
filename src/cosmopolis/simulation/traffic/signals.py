"""Signal programs: which light each connection sees. Knows the time and the programs, nothing of cars.

A program follows its plan by the clock until a controller leads it. Then it shows the stage that it was told, and
between two stages the yellow and the all-red of those who lose their green; who keeps it sees the weaker of the two
lights meanwhile. On its way back it waits until the plan stands where it can be joined.
"""

from __future__ import annotations

import numpy as np

from cosmopolis.city.words import Light
from cosmopolis.kernels.decorators import formula, kernel
from cosmopolis.simulation.traffic.network import Roads
from cosmopolis.simulation.traffic.state import CLEAR, CLEARS_RED, CLEARS_YELLOW, RETURNS, Ways
from cosmopolis.simulation.traffic.state import PLAN as ON_PLAN

RED, YELLOW, PERMISSIVE, PROTECTED, OFF, ARROW = (int(light) for light in Light)
LEAST_GREEN = 5.0  # s that a stage lasts, whatever a controller asks for


@formula
def has_red(light: int) -> bool:
    """Whether who sees `light` gives way to all: red, alone or with an arrow."""
    return light in (RED, ARROW)


@kernel
def show_lights(time: float, roads: Roads, ways: Ways) -> None:
    """Bring every program to its phase at `time` s; only programs whose phase may end are touched."""
    for program in range(roads.programs):
        if time < ways.phase_ends[program]:
            continue
        if ways.mode[program] == ON_PLAN or ways.phase_ends[program] == -np.inf:
            _follow_plan(program, time, roads, ways)
        elif ways.clearing[program] != CLEAR:
            _go_on_clearing(program, time, roads, ways)
        elif roads.stage[roads.phase_start[program] + ways.phase[program]] == 0:
            _finish_clearance(program, roads, ways)
        else:
            _heed(program, time, roads, ways)


@kernel
def _planned(program: int, time: float, roads: Roads, ways: Ways) -> tuple[int, float, float]:
    """Row of the phase that the plan shows at `time`, and when it begins and ends; ends at inf without a cycle."""
    first, last = roads.phase_start[program], roads.phase_start[program + 1]
    cycle = 0.0
    for phase in range(first, last):
        cycle += ways.duration[phase]
    if not cycle > 0.0:
        return first, time, np.inf
    begins = time - (time - ways.offset[program]) % cycle
    phase = first
    while phase + 1 < last and begins + ways.duration[phase] <= time:
        begins += ways.duration[phase]
        phase += 1
    return phase, begins, begins + ways.duration[phase]


@kernel
def _follow_plan(program: int, time: float, roads: Roads, ways: Ways) -> None:
    phase, begins, ends = _planned(program, time, roads, ways)
    ways.phase_ends[program] = ends
    if ends < np.inf:
        ways.since[program] = begins
        _show(program, phase, roads, ways)
    if ways.mode[program] != ON_PLAN and roads.stage[phase] != 0:
        ways.phase_ends[program] = time  # told to leave the plan before it had shown anything


@kernel
def _show(program: int, phase: int, roads: Roads, ways: Ways) -> None:
    """Every link of the program sees what row `phase` says."""
    ways.phase[program] = phase - roads.phase_start[program]
    lights = roads.light_start[phase]
    for row in range(roads.link_start[program], roads.link_start[program + 1]):
        ways.light[roads.link[row]] = roads.light[lights + row - roads.link_start[program]]


@kernel
def _finish_clearance(program: int, roads: Roads, ways: Ways) -> None:
    """A program that was told to leave its plan within a clearance shows the rest of that first."""
    first, last = roads.phase_start[program], roads.phase_start[program + 1]
    phase = first + ways.phase[program] + 1
    if phase == last:
        phase = first
    ways.since[program] = ways.phase_ends[program]
    if roads.stage[phase] == 0:
        ways.phase_ends[program] += ways.duration[phase]
    _show(program, phase, roads, ways)


@kernel
def _heed(program: int, time: float, roads: Roads, ways: Ways) -> None:
    """In a stage: leave it for the one that is wanted, when it has lasted long enough."""
    first = roads.phase_start[program]
    now, wanted = ways.phase[program], ways.wanted[program]
    if ways.mode[program] == RETURNS:
        wanted = now
        planned, _, ends = _planned(program, time, roads, ways)
        if planned == first + now and ends - ways.since[program] >= LEAST_GREEN:
            ways.mode[program], ways.phase_ends[program] = ON_PLAN, ends
            return
        lost = roads.yellow[program] + roads.all_red[program]
        if roads.stage[planned] != 0 and ends - time >= lost + LEAST_GREEN:
            wanted = planned - first
    if wanted != now and time - ways.since[program] >= LEAST_GREEN:
        _leave(program, now, wanted, time, roads, ways)


@kernel
def _leave(program: int, now: int, wanted: int, time: float, roads: Roads, ways: Ways) -> None:
    """From one stage to another: at once where nobody loses the green, else by way of yellow and all-red."""
    ways.leaving[program], ways.coming[program] = now, wanted
    ways.since[program] = time
    if _show_clearing(program, YELLOW, roads, ways) == 0:
        _show(program, roads.phase_start[program] + wanted, roads, ways)
        return
    ways.clearing[program] = CLEARS_YELLOW
    ways.phase_ends[program] = time + roads.yellow[program]


@kernel
def _go_on_clearing(program: int, time: float, roads: Roads, ways: Ways) -> None:
    ways.since[program] = time
    if ways.clearing[program] == CLEARS_YELLOW and roads.all_red[program] > 0.0:
        ways.clearing[program] = CLEARS_RED
        ways.phase_ends[program] = time + roads.all_red[program]
        _show_clearing(program, RED, roads, ways)
    else:
        ways.clearing[program] = CLEAR
        _show(program, roads.phase_start[program] + ways.coming[program], roads, ways)


@kernel
def _show_clearing(program: int, losing: int, roads: Roads, ways: Ways) -> int:
    """Show `losing` to those who lose the green; how many they are.

    The phase that others are told of is the plan's own clearance after the stage that is left, where it has one.
    """
    first, last = roads.phase_start[program], roads.phase_start[program + 1]
    before = roads.light_start[first + ways.leaving[program]] - roads.link_start[program]
    after = roads.light_start[first + ways.coming[program]] - roads.link_start[program]
    count = 0
    for row in range(roads.link_start[program], roads.link_start[program + 1]):
        then, next_one = roads.light[before + row], roads.light[after + row]
        light = RED
        if then == next_one == ARROW or not (has_red(then) or has_red(next_one)):
            light = min(then, next_one)
        elif not has_red(then):
            light = losing
            count += 1
        ways.light[roads.link[row]] = light
    told = first + ways.leaving[program]
    for _ in range(1 if losing == YELLOW else 2):
        following = told + 1 if told + 1 < last else first
        if roads.stage[following] == 0:
            told = following
    ways.phase[program] = told - first
    return count
