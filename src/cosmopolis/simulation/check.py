"""Whether a command can be obeyed at all, by the city alone: without a simulation, from any thread."""

from __future__ import annotations

import numpy as np

from cosmopolis.city.model import City
from cosmopolis.city.words import VehicleKind
from cosmopolis.simulation.command import (
    MOST,
    AddTrip,
    CloseLane,
    Command,
    FollowSignalPlan,
    OpenLane,
    SetSignalPlan,
    SetSpeedLimit,
    ShowPhase,
)
from cosmopolis.simulation.order import Refusal
from cosmopolis.simulation.traffic.drivers import drivers
from cosmopolis.simulation.traffic.programs import LONGEST_GREEN
from cosmopolis.simulation.traffic.signals import LEAST_GREEN
from cosmopolis.simulation.traffic.stages import stages_in

SLOWEST_LIMIT, FASTEST_LIMIT = 1.0, 100.0  # m/s that a limit may be
_MODES = drivers().modes  # of the kinds of vehicles that a command may add


def check(command: Command, city: City) -> Refusal | None:
    """Why `command` cannot be obeyed in `city`, whatever drives there; None where it can.

    What depends on the state, such as a way that a closed street cuts off, is refused when the command is applied.
    """
    match command:
        case CloseLane(lane) | OpenLane(lane):
            return _lane(lane, city)
        case SetSpeedLimit(edge, speed):
            return _edge(edge, city) or _limit(speed)
        case AddTrip():
            return _trip(command, city)
        case ShowPhase(program, phase):
            return _program(program, city) or _stage(program, phase, city)
        case FollowSignalPlan(program):
            return _program(program, city)
        case SetSignalPlan():
            return _program(command.program, city) or _plan(command, city)
    return Refusal("no_command", f"{command!r:.60} is no command.")


def _lane(lane: int, city: City) -> Refusal | None:
    if 0 <= lane < len(city.network.lanes):
        return None
    return Refusal("no_lane", f"There is no lane {lane}; ask the network for its lanes.")


def _edge(edge: int, city: City) -> Refusal | None:
    if 0 <= edge < len(city.network.edges):
        return None
    return Refusal("no_edge", f"There is no edge {edge}; ask the network for its edges.")


def _limit(speed: float) -> Refusal | None:
    if SLOWEST_LIMIT <= speed <= FASTEST_LIMIT:
        return None
    between = f"between {SLOWEST_LIMIT:g} and {FASTEST_LIMIT:g}"
    return Refusal("bad_number", f"A speed limit of {speed} m/s is not {between}.")


def _trip(trip: AddTrip, city: City) -> Refusal | None:
    if not (abs(trip.from_position) <= MOST and abs(trip.to_position) <= MOST):  # nor NaN
        return Refusal("bad_number", "A trip begins and ends at a number of metres along its lanes.")
    if trip.kind not in VehicleKind.__members__.values():
        return Refusal("no_kind", f"There is no kind of vehicle {trip.kind}.")
    kind = VehicleKind(trip.kind)
    for lane in (trip.from_lane, trip.to_lane):
        refusal = _lane(lane, city)
        if refusal is not None:
            return refusal
        if int(city.network.lanes.modes[lane]) & int(_MODES[kind]) == 0:
            name = kind.name.lower().replace("_", " ")
            return Refusal("not_allowed", f"A vehicle of the kind {name} may not use lane {lane}.")
    return None


def _program(program: int, city: City) -> Refusal | None:
    count = len(city.network.signals)
    if 0 <= program < count:
        return None
    return Refusal(
        "no_program", f"There is no signal program {program}; this city has {count}, counted from 0."
    )


def _stage(program: int, phase: int, city: City) -> Refusal | None:
    stages = np.flatnonzero(stages_in(city.network.signals, program)).tolist()
    if phase in stages:
        return None
    told = ", ".join(map(str, stages)) or "none"
    return Refusal(
        "no_stage", f"Phase {phase} of signal program {program} is no stage; its stages are {told}."
    )


def _plan(plan: SetSignalPlan, city: City) -> Refusal | None:
    program, greens = plan.program, plan.greens
    stages = int(np.count_nonzero(stages_in(city.network.signals, program)))
    if stages == 0 or len(greens) != stages:
        return Refusal(
            "no_stage",
            f"Signal program {program} has {stages} stages and was given {len(greens)} green times; "
            "give one for each.",
        )
    if not all(LEAST_GREEN <= green <= LONGEST_GREEN for green in greens):
        return Refusal(
            "bad_number",
            f"Green times of signal program {program} are between {LEAST_GREEN:g} and {LONGEST_GREEN:g} s, "
            f"not {', '.join(f'{green:g}' for green in greens)}.",
        )
    if not abs(plan.offset) <= MOST:
        return Refusal(
            "bad_number",
            f"The offset of signal program {program} is a number of seconds, not {plan.offset}.",
        )
    return None
