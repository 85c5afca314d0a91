"""The running city: state, commands in, events out. Knows no sockets, files or wall-clock time."""

from cosmopolis.simulation.check import check
from cosmopolis.simulation.command import (
    COMMANDS,
    AddTrip,
    CloseLane,
    Command,
    FollowSignalPlan,
    OpenLane,
    SetSignalPlan,
    SetSpeedLimit,
    ShowPhase,
)
from cosmopolis.simulation.command_log import CommandLog, Jump, LogStore
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
from cosmopolis.simulation.lookout import Call, Lookout, View
from cosmopolis.simulation.observer import Observer
from cosmopolis.simulation.order import Answer, Order, OrderApplied, OrderRefused, Refusal
from cosmopolis.simulation.reading import AreaCounts, LoopCounts, Reading, Stretches, TripRecords
from cosmopolis.simulation.replay import replay
from cosmopolis.simulation.run import Simulation, is_compiled
from cosmopolis.simulation.traffic.guidance import Guidance
from cosmopolis.simulation.traffic.rules import Rules
from cosmopolis.simulation.vehicles import Vehicles
from cosmopolis.simulation.view import SimulationView

__all__ = [
    "COMMANDS",
    "AddTrip",
    "Answer",
    "Area",
    "AreaCounts",
    "Arrived",
    "Broken",
    "Call",
    "CloseLane",
    "Command",
    "CommandLog",
    "Departed",
    "Event",
    "Events",
    "FollowSignalPlan",
    "Forced",
    "Guidance",
    "Halted",
    "Jump",
    "LogStore",
    "Lookout",
    "Loop",
    "LoopCounts",
    "Observer",
    "OpenLane",
    "Order",
    "OrderApplied",
    "OrderRefused",
    "Reading",
    "Refusal",
    "Rules",
    "SetSignalPlan",
    "SetSpeedLimit",
    "ShowPhase",
    "Simulation",
    "SimulationView",
    "Strayed",
    "Stretches",
    "TakenOut",
    "Teleported",
    "TripRecords",
    "Vehicles",
    "View",
    "check",
    "is_compiled",
    "replay",
]
