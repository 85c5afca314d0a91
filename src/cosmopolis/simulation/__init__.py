"""The running city: state, commands in, events out. Knows no sockets, files or wall-clock time."""

from cosmopolis.simulation.command import (
    AddTrip,
    CloseLane,
    Command,
    FollowPlan,
    OpenLane,
    SetPlan,
    SetSpeedLimit,
    ShowPhase,
)
from cosmopolis.simulation.event import Arrived, Broken, Departed, Event, Events, Forced, Halted, Strayed
from cosmopolis.simulation.lookout import Call, Lookout, View
from cosmopolis.simulation.observer import Loop, Observer
from cosmopolis.simulation.reading import LoopCounts, Reading, Stretches, TripRecords
from cosmopolis.simulation.run import Simulation
from cosmopolis.simulation.traffic.guidance import Guidance
from cosmopolis.simulation.vehicles import Vehicles

__all__ = [
    "AddTrip",
    "Arrived",
    "Broken",
    "Call",
    "CloseLane",
    "Command",
    "Departed",
    "Event",
    "Events",
    "FollowPlan",
    "Forced",
    "Guidance",
    "Halted",
    "Lookout",
    "Loop",
    "LoopCounts",
    "Observer",
    "OpenLane",
    "Reading",
    "SetPlan",
    "SetSpeedLimit",
    "ShowPhase",
    "Simulation",
    "Strayed",
    "Stretches",
    "TripRecords",
    "Vehicles",
    "View",
]
