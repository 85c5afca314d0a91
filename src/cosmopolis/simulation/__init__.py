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
from cosmopolis.simulation.lookout import Call, Lookout, ProgramView
from cosmopolis.simulation.observer import Observer
from cosmopolis.simulation.order import Answer, Order, OrderApplied, OrderRefused, Refusal
from cosmopolis.simulation.reading import AreaCounts, IntervalReading, LoopCounts, Stretches, TripRecords
from cosmopolis.simulation.replay import replay
from cosmopolis.simulation.run import Simulation, is_compiled
from cosmopolis.simulation.traffic.guidance import Guidance
from cosmopolis.simulation.traffic.rules import TrafficRules
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
    "IntervalReading",
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
    "ProgramView",
    "Refusal",
    "SetSignalPlan",
    "SetSpeedLimit",
    "ShowPhase",
    "Simulation",
    "SimulationView",
    "Strayed",
    "Stretches",
    "TakenOut",
    "Teleported",
    "TrafficRules",
    "TripRecords",
    "Vehicles",
    "check",
    "is_compiled",
    "replay",
]
