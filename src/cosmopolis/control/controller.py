"""The interface of a controller, and the simplest one: the plan by the clock."""

from __future__ import annotations

from typing import Any, Protocol

from cosmopolis.control.program import Program
from cosmopolis.simulation import ProgramView


class Controller(Protocol):
    """Decides for one program, once in a while, which stage is to be shown.

    `decide` returns the phase of a stage (one of Program.stages), or None to leave things as they are. Yellow,
    all-red and the least green are kept whatever it returns. Given the same views it returns the same, so all that
    it learns from one call for the next is in `memory`: numbers, strings and lists of those, as JSON can hold.
    """

    memory: list[Any]

    def decide(self, view: ProgramView) -> int | None: ...


class FixedTime:
    """The plan's stages by the clock. The clearance after a stage begins when its green ends."""

    def __init__(self, program: Program) -> None:
        self.memory: list[Any] = []
        self._offset, self._cycle = program.offset, program.cycle
        self._until: list[tuple[float, int]] = []  # s of the cycle, stage that is wanted before it
        ends = 0.0
        for phase, seconds in enumerate(program.durations):
            ends += seconds
            if phase in program.stages:
                self._until.append((ends, phase))
        self._until.append((self._cycle + 1.0, program.stages[0]))

    def decide(self, view: ProgramView) -> int | None:
        into = (view.time - self._offset) % self._cycle
        return next(phase for until, phase in self._until if into < until)
