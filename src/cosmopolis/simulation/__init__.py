"""The running city: state, commands in, events out. Knows no sockets, files or wall-clock time."""

from cosmopolis.simulation.command import (
    AddTrip,
    CloseLane,
    Command,
    FollowSignalPlan,
    OpenLane,
    SetSignalPlan,
    SetSpeedLimit,
    ShowPhase,
)
from cosmopolis.simulation.detectors import Area, Loop
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
from cosmopolis.simulation.lookout import Call, Lookout, ProgramView
from cosmopolis.simulation.observer import Observer
from cosmopolis.simulation.reading import AreaCounts, IntervalReading, LoopCounts, Stretches, TripRecords
from cosmopolis.simulation.run import Simulation, is_compiled
from cosmopolis.simulation.traffic.guidance import Guidance
from cosmopolis.simulation.traffic.rules import TrafficRules
from cosmopolis.simulation.vehicles import Vehicles

__all__ = [
    "AddTrip",
    "Area",
    "AreaCounts",
    "Arrived",
    "Broken",
    "Call",
    "CloseLane",
    "Command",
    "Departed",
    "Event",
    "Events",
    "FollowSignalPlan",
    "Forced",
    "Guidance",
    "Halted",
    "IntervalReading",
    "Lookout",
    "Loop",
    "LoopCounts",
    "Observer",
    "OpenLane",
    "ProgramView",
    "SetSignalPlan",
    "SetSpeedLimit",
    "ShowPhase",
    "Simulation",
    "Strayed",
    "Stretches",
    "TakenOut",
    "Teleported",
    "TrafficRules",
    "TripRecords",
    "Vehicles",
    "is_compiled",
]
