"""The vehicle types of one run, with how their drivers enter and leave the road."""

from __future__ import annotations

from typing import NamedTuple

from cosmopolis.city.vehicle_types import VehicleType
from cosmopolis.city.words import DeparturePosition, Mode, VehicleKind


class RunType(NamedTuple):
    """A row of the run's types: one for each vType and way of entering and leaving the road that occurs."""

    type: VehicleType
    kind: VehicleKind
    modes: Mode
    entry_speed: float  # m/s at most when it enters the road; inf: as fast as the road allows
    arrival_speed: float  # m/s at most when it arrives; inf: it drives off, from whichever lane it is on
    chooses_route: bool = False  # for the quickest way as it departs
    chooses_lane: bool = False  # its first lane as it departs
    departure_position: DeparturePosition = DeparturePosition.AS_PLANNED
    step: float = 1.0  # s, of the simulation that its driver is told from
