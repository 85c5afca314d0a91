"""Controllers at work: look, decide, and say as commands what changes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from cosmopolis.city.errors import BadInput
from cosmopolis.control.controller import Controller
from cosmopolis.simulation import Command, Lookout, ShowPhase, Simulation

EVERY = 1.0  # s between two decisions


class Runner:
    """Leads the programs of `controllers` (by row of Signals): `simulation.step(runner.commands())`.

    `first` are commands given at the beginning, such as new plans. Where nothing is decided, nothing is said, so the
    log of commands stays short and rebuilds the run without any controller.
    """

    def __init__(
        self,
        simulation: Simulation,
        controllers: Mapping[int, Controller],
        *,
        first: Sequence[Command] = (),
        every: float = EVERY,
        lookout: Lookout | None = None,
    ) -> None:
        self._simulation = simulation
        self._controllers = dict(sorted(controllers.items()))
        self._lookout = lookout or Lookout(simulation, list(self._controllers), every=every)
        self._every, self._first = every, list(first)
        self._next = simulation.time
        self._asked: dict[int, int] = {}

    def commands(self) -> list[Command]:
        """What is to be done in the next step."""
        given, self._first = self._first, []
        if self._simulation.time < self._next - 1e-9 or not self._controllers:
            return given
        self._next += self._every
        for view, controller in zip(self._lookout.look(), self._controllers.values(), strict=True):
            phase = controller.decide(view)
            if phase is not None and self._asked.get(view.program) != phase:
                self._asked[view.program] = phase
                given.append(ShowPhase(view.program, phase))
        return given

    def run(self, seconds: float) -> None:
        """Step the simulation until `seconds` later."""
        until = self._simulation.time + seconds - 1e-9
        while self._simulation.time < until:
            self._simulation.step(self.commands())

    def snapshot(self) -> bytes:
        """What the controllers remember; with `Simulation.snapshot` the whole controlled run."""
        memory = {
            "next": self._next,
            "begun": not self._first,
            "asked": list(self._asked.items()),
            "detectors": self._lookout.memory,
            "controllers": [[row, controller.memory] for row, controller in self._controllers.items()],
        }
        return json.dumps(memory).encode()

    def restore(self, data: bytes) -> None:
        """Take up what `snapshot` wrote; BadInput where it is of other controllers."""
        try:
            memory = json.loads(data)
            stored = dict(memory["controllers"])
            if list(stored) != list(self._controllers):
                raise BadInput("The controllers' snapshot is of other signal programs than those led here.")
            self._lookout.memory = memory["detectors"]
            for row, controller in self._controllers.items():
                controller.memory = stored[row]
            self._next, self._asked = float(memory["next"]), dict(memory["asked"])
        except (ValueError, KeyError, TypeError) as error:
            raise BadInput("The controllers' snapshot is damaged; begin the run again.") from error
        if memory["begun"]:
            self._first = []
