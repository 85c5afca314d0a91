"""The running city: state, commands in, events out. Knows no sockets, files or wall-clock time."""

from cosmopolis.simulation.command import AddTrip, CloseLane, Command, OpenLane, SetSpeedLimit
from cosmopolis.simulation.event import (
    Arrived,
    Broken,
    Departed,
    Event,
    Events,
    Forced,
    Halted,
    Strayed,
    TakenOut,
    Teleported,
)
from cosmopolis.simulation.run import Simulation
from cosmopolis.simulation.traffic.rules import Rules
from cosmopolis.simulation.vehicles import Vehicles

__all__ = [
    "AddTrip",
    "Arrived",
    "Broken",
    "CloseLane",
    "Command",
    "Departed",
    "Event",
    "Events",
    "Forced",
    "Halted",
    "OpenLane",
    "Rules",
    "SetSpeedLimit",
    "Simulation",
    "Strayed",
    "TakenOut",
    "Teleported",
    "Vehicles",
]
