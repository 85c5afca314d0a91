"""A plan whose greens are extended while vehicles come, as SUMO's programs of type "actuated" do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cosmopolis.control.actuated import extending_lanes
from cosmopolis.control.program import Program
from cosmopolis.simulation import ProgramView

if TYPE_CHECKING:
    from cosmopolis.sources.sumo import Extension


class Extending:
    """The plan's stages in their order, none left out. Each ends when for `gap` s nobody was on the detector of a lane
    that it serves, but lasts between its least and its most time.

    Needs a Lookout with one detector a lane, `Extension.ahead` s before the line.
    """

    def __init__(self, program: Program, extension: Extension) -> None:
        self.memory: list[Any] = []
        self._program, self._extension = program, extension
        self._lanes = {phase: extending_lanes(program, phase) for phase in program.stages}

    def decide(self, view: ProgramView) -> int | None:
        if view.clears or view.shown_for < self._extension.least[view.phase]:
            return None
        last_seen = max((view.occupied[lane] for lane in self._lanes[view.phase]), default=-np.inf)
        nobody_comes = view.time - last_seen >= self._extension.gap
        if nobody_comes or view.shown_for >= self._extension.most[view.phase]:
            return self._program.after(view.phase)[0]
        return view.phase
