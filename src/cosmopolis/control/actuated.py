"""Actuated control: a green lasts as long as vehicles come, and goes only where somebody waits."""

from __future__ import annotations

from typing import Any

import numpy as np

from cosmopolis.city.words import Light
from cosmopolis.control.program import Program
from cosmopolis.simulation import ProgramView

NOBODY = -1.0  # memory: nobody waits for another stage


class Actuated:
    """Stages in the order of the plan; those for which nobody waits are left out.

    A stage that has lasted `least_green` s ends when for `gap` s no vehicle was on a detector of a lane that it
    serves (gap-out), or `most_green` s after somebody began to wait for another one (max-out). With nobody waiting
    it rests. After the signal-timing practice of FHWA's Traffic Signal Timing Manual (2008), chapter 5.
    """

    def __init__(
        self,
        program: Program,
        *,
        least_green: float = 6.0,
        most_green: float = 50.0,
        gap: float = 2.0,
        detectors: int = 2,
    ) -> None:
        self._program = program
        self._least, self._most, self._gap, self._detectors = least_green, most_green, gap, detectors
        self._extending = {phase: extending_lanes(program, phase) for phase in program.stages}
        self._light = {phase: program.lights(phase).tolist() for phase in program.stages}
        self.memory: list[Any] = [NOBODY]

    def decide(self, view: ProgramView) -> int | None:
        if view.clears:
            self.memory[0] = NOBODY
            return None
        called = self._called(view)
        if called is None:
            self.memory[0] = NOBODY
            return view.phase
        if self.memory[0] == NOBODY:
            self.memory[0] = view.time
        if view.shown_for < self._least:
            return view.phase
        held_back = view.time - max(self.memory[0], view.since)
        if held_back >= self._most or view.time - self._last_seen(view) >= self._gap:
            return called
        return view.phase

    def _called(self, view: ProgramView) -> int | None:
        """The next stage that somebody waits for and that this one does not serve as well."""
        now = self._light[view.phase]
        for phase in self._program.after(view.phase):
            for link, light in enumerate(self._light[phase]):
                if light <= now[link] or light < Light.GREEN_PERMISSIVE:
                    continue
                waits = view.standing[link] if now[link] >= Light.GREEN_PERMISSIVE else view.waiting[link]
                if waits > 0:
                    return phase
        return None

    def _last_seen(self, view: ProgramView) -> float:
        """s, when a detector of a lane that the stage serves was last occupied."""
        per_lane = self._detectors
        return max(
            (
                view.occupied[lane * per_lane + detector]
                for lane in self._extending[view.phase]
                for detector in range(per_lane)
            ),
            default=-np.inf,
        )


def extending_lanes(program: Program, phase: int) -> list[int]:
    """Lanes whose vehicles keep a stage green: those that it protects, for who waits for a gap would hold it."""
    lights = program.lights(phase)
    protected = lights == Light.GREEN_PROTECTED
    going = protected if protected.any() else lights == Light.GREEN_PERMISSIVE
    return np.unique(program.lane[going]).tolist()
