"""SUMO's files: a network (.net.xml), its traffic (.rou.xml) and a scenario of both (.sumocfg).

A network comes as a complete City, not as a RawCity like the streets of a map: what SUMO's user decided of lanes,
connections, right of way and signals would be lost in building it anew from centre lines.
"""

from cosmopolis.sources.sumo.city import read_net
from cosmopolis.sources.sumo.drawing import Extension
from cosmopolis.sources.sumo.faults import SKIPPED
from cosmopolis.sources.sumo.scenario import Scenario, read_scenario

__all__ = ["SKIPPED", "Extension", "Scenario", "read_net", "read_scenario"]
