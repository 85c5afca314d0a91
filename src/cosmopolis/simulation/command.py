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


Command = CloseLane | OpenLane | SetSpeedLimit | AddTrip
