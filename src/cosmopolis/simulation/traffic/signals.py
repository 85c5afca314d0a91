"""Signal programs: which light each connection sees. Knows the time and the programs, nothing of cars."""

from __future__ import annotations

import numpy as np

from cosmopolis.city.words import Light
from cosmopolis.simulation.traffic.kernels import kernel
from cosmopolis.simulation.traffic.network import Roads
from cosmopolis.simulation.traffic.state import Ways

RED, YELLOW, PERMISSIVE, PROTECTED, OFF = (int(light) for light in Light)


@kernel
def show_lights(time: float, roads: Roads, ways: Ways) -> None:
    """Bring every program to its phase at `time` s; only programs whose phase has ended are touched."""
    for program in range(roads.programs):
        if time < ways.phase_ends[program]:
            continue
        first, last = roads.phase_start[program], roads.phase_start[program + 1]
        cycle = 0.0
        for phase in range(first, last):
            cycle += roads.duration[phase]
        if not cycle > 0.0:
            ways.phase_ends[program] = np.inf
            continue
        into = (time - roads.offset[program]) % cycle
        begins = time - into
        phase = first
        while phase + 1 < last and begins + roads.duration[phase] <= time:
            begins += roads.duration[phase]
            phase += 1
        ways.phase[program] = phase - first
        ways.phase_ends[program] = begins + roads.duration[phase]
        lights = roads.light_start[phase]
        for row in range(roads.link_start[program], roads.link_start[program + 1]):
            ways.light[roads.link[row]] = roads.light[lights + row - roads.link_start[program]]
