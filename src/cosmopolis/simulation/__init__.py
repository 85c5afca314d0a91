"""The running city: state, commands in, events out. Knows no sockets, files or wall-clock time."""

from cosmopolis.simulation.command import AddTrip, CloseLane, Command, OpenLane, SetSpeedLimit
from cosmopolis.simulation.event import Arrived, Broken, Departed, Event, Events, Forced, Halted, Strayed
from cosmopolis.simulation.run import Simulation
from cosmopolis.simulation.traffic.guidance import Guidance
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
    "Guidance",
    "Halted",
    "OpenLane",
    "SetSpeedLimit",
    "Simulation",
    "Strayed",
    "Vehicles",
]
