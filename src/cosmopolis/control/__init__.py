"""Signal controllers: who decides when a light changes. They see a View, speak in Commands, and know no cars."""

from cosmopolis.control.actuated import Actuated
from cosmopolis.control.controller import Controller, FixedTime
from cosmopolis.control.pressure import MaxPressure
from cosmopolis.control.priority import Preemption, TransitPriority
from cosmopolis.control.program import Program, programs_of
from cosmopolis.control.run import Runner
from cosmopolis.control.schemes import Scheme, Steering, begin

__all__ = [
    "Actuated",
    "Controller",
    "FixedTime",
    "MaxPressure",
    "Preemption",
    "Program",
    "Runner",
    "Scheme",
    "Steering",
    "TransitPriority",
    "begin",
    "programs_of",
]
