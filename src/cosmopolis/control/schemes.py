"""A city under one way of control, by name: what `cosmopolis simulate --control` offers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from cosmopolis.control.actuated import Actuated
from cosmopolis.control.arterials import coordinated
from cosmopolis.control.controller import Controller, FixedTime
from cosmopolis.control.flows import planned_flows
from cosmopolis.control.optimise import optimised, webster_plans
from cosmopolis.control.pressure import MaxPressure
from cosmopolis.control.priority import Preemption, TransitPriority
from cosmopolis.control.program import Program, programs_of
from cosmopolis.control.run import Runner
from cosmopolis.simulation import Command, SetPlan, Simulation


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

    @property
    def name(self) -> str:
        return f"{self.scheme.value} with priority" if self.priority else self.scheme.value

    def begin(self, simulation: Simulation) -> Callable[[], Sequence[Command]]:
        return begin(self.scheme, simulation, priority=self.priority).commands


FLOW_OF = 3600.0  # s of planned trips that new plans are made for
BY_THE_CLOCK = (Scheme.fixed, Scheme.webster, Scheme.green_wave, Scheme.optimised)


def begin(scheme: Scheme, simulation: Simulation, *, priority: bool = False) -> Runner:
    """A runner that leads every program of the simulation that can be led, from now on.

    With `priority` buses and emergency vehicles get their green sooner.
    """
    programs = programs_of(simulation.city)
    first: list[SetPlan] = []
    if scheme in BY_THE_CLOCK[1:]:
        first = _plans(scheme, simulation, programs)
        programs |= {p.program: programs[p.program].with_plan(p.greens, p.offset) for p in first}
    controllers: dict[int, Controller] = {
        row: _controller(scheme, program) for row, program in programs.items()
    }
    if priority:
        controllers = {
            row: Preemption(TransitPriority(inner, programs[row]), programs[row])
            for row, inner in controllers.items()
        }
    elif scheme in BY_THE_CLOCK:
        controllers = {}  # the plans do by themselves
    return Runner(simulation, controllers, first=first)


def _plans(scheme: Scheme, simulation: Simulation, programs: Mapping[int, Program]) -> list[SetPlan]:
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
