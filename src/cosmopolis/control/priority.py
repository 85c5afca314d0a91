"""Wrappers over another controller: green sooner or longer for a bus, at once for an emergency vehicle."""

from __future__ import annotations

from typing import Any

from cosmopolis.city.words import VehicleKind
from cosmopolis.control.controller import Controller
from cosmopolis.control.program import Program
from cosmopolis.simulation import Call, ProgramView

BUSES = frozenset({VehicleKind.BUS, VehicleKind.ARTICULATED_BUS})
SLOWEST = 6.0  # m/s with which one that stands is expected to come
NEVER = -1e9  # s


def arrives_in(call: Call) -> float:
    """s until a vehicle is at the line, if nothing is in its way."""
    return call.distance / max(call.speed, SLOWEST)


class _Wrapper:
    """Asks the inner controller every time, so that it goes on as if it were heard, and remembers what it wants."""

    def __init__(self, inner: Controller, program: Program, own: list[Any]) -> None:
        self._inner, self._program = inner, program
        self._wish: int | None = None
        self._own = own

    @property
    def memory(self) -> list[Any]:
        return [self._wish, list(self._own), self._inner.memory]

    @memory.setter
    def memory(self, memory: list[Any]) -> None:
        self._wish, own, self._inner.memory = memory
        self._own[:] = own

    def _inner_wish(self, view: ProgramView) -> int:
        wish = self._inner.decide(view)
        if wish is not None:
            self._wish = wish
        return view.phase if self._wish is None else self._wish


class TransitPriority(_Wrapper):
    """Green extension and early green for buses that come to the line with no stop before it.

    A green that the inner controller would end goes on for up to `extension` s if the bus makes it in that time.
    While another stage is shown, and the bus comes within `horizon` s, the stages before its own last `least_green`
    s, and those for which nobody waits are left out; once every `rest` s. After FTA's Transit Signal Priority
    handbook (2005).
    """

    def __init__(
        self,
        inner: Controller,
        program: Program,
        *,
        extension: float = 15.0,
        horizon: float = 25.0,
        least_green: float = 8.0,
        rest: float = 60.0,
    ) -> None:
        super().__init__(inner, program, [NEVER, NEVER, -1])  # extends since, hurried at, for the trip
        self._extension, self._horizon, self._least, self._rest = extension, horizon, least_green, rest

    def decide(self, view: ProgramView) -> int | None:
        wish = self._inner_wish(view)
        bus = next((c for c in view.calls if c.kind in BUSES and not c.halts), None)
        stages = self._program.serving(bus.from_edge, bus.to_edge) if bus is not None else ()
        if bus is None or not stages or view.clears or arrives_in(bus) > self._horizon:
            self._own[0] = NEVER
            return wish
        if view.phase in stages:
            return self._extend(view, wish, bus)
        self._own[0] = NEVER
        return self._hurry(view, wish, bus, stages)

    def _extend(self, view: ProgramView, wish: int, bus: Call) -> int:
        if wish == view.phase:
            self._own[0] = NEVER
            return wish
        if self._own[0] == NEVER:
            self._own[0] = view.time
        left = self._extension - (view.time - self._own[0])
        return view.phase if left > 0.0 and arrives_in(bus) <= left else wish

    def _hurry(self, view: ProgramView, wish: int, bus: Call, stages: tuple[int, ...]) -> int:
        if self._own[2] != bus.trip:
            if view.time - self._own[1] < self._rest:
                return wish
            self._own[1], self._own[2] = view.time, bus.trip
        if view.shown_for < self._least:
            return wish
        for phase in self._program.after(view.phase):
            lights = self._program.lights(phase)
            if phase in stages or any(view.standing[link] for link in (lights > 1).nonzero()[0].tolist()):
                return phase
        return wish


class Preemption(_Wrapper):
    """The stage of the nearest emergency vehicle, from `horizon` s before it is at the line until it is past.

    Long enough ahead to let the queue before it go first.
    """

    def __init__(self, inner: Controller, program: Program, *, horizon: float = 30.0) -> None:
        super().__init__(inner, program, [])
        self._horizon = horizon

    def decide(self, view: ProgramView) -> int | None:
        wish = self._inner_wish(view)
        for call in view.calls:
            if call.kind == VehicleKind.EMERGENCY and arrives_in(call) <= self._horizon:
                stages = self._program.serving(call.from_edge, call.to_edge)
                if stages:
                    return view.phase if view.phase in stages else stages[0]
        return wish
