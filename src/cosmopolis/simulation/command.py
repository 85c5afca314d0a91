"""The only way back into a running simulation. Lanes and edges are rows of the City."""

from __future__ import annotations

from dataclasses import dataclass

from cosmopolis.city.words import VehicleKind


@dataclass(frozen=True, slots=True)
class CloseLane:
    """Nobody enters the lane any more; who is on it leaves it. Routes avoid an edge with all lanes closed."""

    lane: int


@dataclass(frozen=True, slots=True)
class OpenLane:
    lane: int


@dataclass(frozen=True, slots=True)
class SetSpeedLimit:
    edge: int
    speed: float  # m/s


@dataclass(frozen=True, slots=True)
class AddTrip:
    """A vehicle that leaves at once, by the quickest way."""

    from_lane: int
    from_position: float  # m
    to_lane: int
    to_position: float  # m
    kind: VehicleKind = VehicleKind.CAR


@dataclass(frozen=True, slots=True)
class ShowPhase:
    """A signal program leaves its plan and shows a stage, after the clearance that leads there, until told otherwise.

    The least green of the stage that it is in and the program's yellow and all-red are kept.
    """

    program: int  # row of Signals
    phase: int  # of the program's phases, from 0; one that shows green and no yellow


@dataclass(frozen=True, slots=True)
class FollowSignalPlan:
    """A signal program goes back to its plan, as soon as the plan stands where it can be joined."""

    program: int


@dataclass(frozen=True, slots=True)
class SetSignalPlan:
    """New green times and a new offset for a program's plan; yellow and all-red stay as they are."""

    program: int
    greens: tuple[float, ...]  # s, one for each stage
    offset: float  # s after midnight at which the first phase begins, modulo the cycle


SignalCommand = ShowPhase | FollowSignalPlan | SetSignalPlan
Command = CloseLane | OpenLane | SetSpeedLimit | AddTrip | SignalCommand
