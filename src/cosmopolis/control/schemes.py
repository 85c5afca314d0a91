"""A city under one way of control, by name: what `cosmopolis simulate --control` offers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from cosmopolis.control.actuated import Actuated
from cosmopolis.control.arterials import coordinated
from cosmopolis.control.controller import Controller, FixedTime
from cosmopolis.control.extending import Extending
from cosmopolis.control.flows import planned_flows
from cosmopolis.control.optimise import optimised, webster_plans
from cosmopolis.control.pressure import MaxPressure
from cosmopolis.control.priority import Preemption, TransitPriority
from cosmopolis.control.program import Program, programs_of
from cosmopolis.control.run import Runner
from cosmopolis.simulation import Command, Lookout, SetSignalPlan, Simulation

if TYPE_CHECKING:
    from cosmopolis.sources.sumo import Extension


class Scheme(StrEnum):
    fixed = "fixed"  # the city's own plans
    actuated = "actuated"
    pressure = "pressure"
    webster = "webster"  # each signal for itself, by the trips planned
    green_wave = "green-wave"  # arterials with the widest bands
    optimised = "optimised"  # least delay by a model, arterials together


@dataclass(frozen=True)
class Steering:
    """A scheme that is still to meet its simulation, as `planning.run.record` takes it."""

    scheme: Scheme = Scheme.fixed
    priority: bool = False  # buses and emergency vehicles get their green sooner
    # By row of Signals, the city's own plans that wait for vehicles.
    extended: Mapping[int, Extension] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.scheme.value} with priority" if self.priority else self.scheme.value

    def begin(self, simulation: Simulation) -> Callable[[], Sequence[Command]]:
        return begin(self.scheme, simulation, priority=self.priority, extended=self.extended).commands


AT_THE_LINE = 2.0  # m, a detector that nobody asks
FLOW_OF = 3600.0  # s of planned trips that new plans are made for
BY_THE_CLOCK = (Scheme.fixed, Scheme.webster, Scheme.green_wave, Scheme.optimised)


def begin(
    scheme: Scheme,
    simulation: Simulation,
    *,
    priority: bool = False,
    extended: Mapping[int, Extension] | None = None,
) -> Runner:
    """A runner that leads every program of the simulation that can be led, from now on.

    With `priority` buses and emergency vehicles get their green sooner. Under the city's own plans, those in `extended`
    wait for vehicles.
    """
    programs = programs_of(simulation.city)
    first: list[SetSignalPlan] = []
    if scheme in BY_THE_CLOCK[1:]:
        first = _plans(scheme, simulation, programs)
        programs |= {p.program: programs[p.program].with_plan(p.greens, p.offset) for p in first}
    own = extended if extended and scheme == Scheme.fixed else {}
    led = programs  # other plans go by themselves
    if scheme in BY_THE_CLOCK and not priority:
        led = {row: programs[row] for row in own if row in programs}
    controllers: dict[int, Controller] = {
        row: Extending(program, own[row]) if row in own else _controller(scheme, program)
        for row, program in led.items()
    }
    if priority:
        controllers = {
            row: Preemption(TransitPriority(inner, programs[row]), programs[row])
            for row, inner in controllers.items()
        }
    if not own:
        return Runner(simulation, controllers, first=first)
    ahead = {row: extension.ahead for row, extension in own.items()}
    lookout = Lookout(simulation, sorted(controllers), detectors=(AT_THE_LINE,), ahead=ahead)
    return Runner(simulation, controllers, first=first, lookout=lookout)


def _plans(scheme: Scheme, simulation: Simulation, programs: Mapping[int, Program]) -> list[SetSignalPlan]:
    """New plans for the trips that depart in the next hour."""
    since = simulation.time % 86_400.0
    flow = planned_flows(simulation.city, simulation.trips, since, since + FLOW_OF)
    if scheme == Scheme.webster:
        return webster_plans(programs, flow)
    make = coordinated if scheme == Scheme.green_wave else optimised
    return make(simulation.city, programs, flow)


def _controller(scheme: Scheme, program: Program) -> Controller:
    if scheme == Scheme.actuated:
        return Actuated(program)
    if scheme == Scheme.pressure:
        return MaxPressure(program)
    return FixedTime(program)
