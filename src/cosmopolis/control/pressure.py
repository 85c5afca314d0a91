"""Max-pressure control: the stage that moves most vehicles from where many wait to where few do."""

from __future__ import annotations

from typing import Any

from cosmopolis.city.words import Light
from cosmopolis.control.program import Program
from cosmopolis.simulation import ProgramView

PERMISSIVE_WORTH = 0.5  # of a vehicle that must wait for gaps


class MaxPressure:
    """The stage with the greatest sum over its links of (vehicles that want the link - vehicles that stand beyond it).

    Varaiya (2013), Max pressure control of a network of signalized intersections, with the vehicles themselves in
    place of turn ratios. A stage lasts `least_green` s. Another one must be `margin` vehicles better, which is about
    what a clearance costs; that falls to nothing within `fade` s of green, and at once where nobody comes any more.
    Nobody waits longer than `longest_wait` s for a stage.
    """

    def __init__(
        self,
        program: Program,
        *,
        least_green: float = 10.0,
        margin: float = 4.0,
        fade: float = 30.0,
        longest_wait: float = 120.0,
    ) -> None:
        self._program = program
        self._least, self._margin, self._fade, self._longest = least_green, margin, fade, longest_wait
        worth = {Light.GREEN_PROTECTED: 1.0, Light.GREEN_PERMISSIVE: PERMISSIVE_WORTH}
        self._links = {
            phase: [
                (link, worth[Light(light)])
                for link, light in enumerate(program.lights(phase).tolist())
                if light >= Light.GREEN_PERMISSIVE
            ]
            for phase in program.stages
        }
        self.memory: list[Any] = [-1.0] * len(program.stages)  # s since when somebody waits for each stage

    def decide(self, view: ProgramView) -> int | None:
        self._note_waits(view)
        if view.clears or view.shown_for < self._least:
            return None
        late = [
            (since, phase)
            for since, phase in zip(self.memory, self._program.stages, strict=True)
            if since >= 0.0 and view.time - since > self._longest
        ]
        if late:
            return min(late)[1]
        pressure = {phase: self._pressure(phase, view) for phase in self._program.stages}
        best = max(self._program.stages, key=lambda phase: pressure[phase])
        now = pressure[view.phase]
        margin = self._margin * max(0.0, 1.0 - view.shown_for / self._fade) if now > 0.0 else 0.0
        return best if pressure[best] > now + margin else view.phase

    def _pressure(self, phase: int, view: ProgramView) -> float:
        return sum(worth * (view.waiting[link] - view.beyond[link]) for link, worth in self._links[phase])

    def _note_waits(self, view: ProgramView) -> None:
        for k, phase in enumerate(self._program.stages):
            waits = phase != view.phase and any(view.standing[link] for link, _ in self._links[phase])
            if not waits:
                self.memory[k] = -1.0
            elif self.memory[k] < 0.0:
                self.memory[k] = view.time
