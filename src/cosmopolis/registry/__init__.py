"""Plain records by which rooms contribute to the whole program. It knows no room, no web framework and no terminal.

A room writes tuples of these records; `cosmopolis.cli.compose` puts them together.
"""

from cosmopolis.registry.benchmarks import Benchmark
from cosmopolis.registry.commands import Argument, CommandLine, Told
from cosmopolis.registry.contribution import Composed, Contribution, composed
from cosmopolis.registry.endpoints import Answer, Endpoint, Parameter, Problem, Request
from cosmopolis.registry.live import Channel, Client, Close, Effects, EngineEffect, LiveRoom, Refused, Send
from cosmopolis.registry.panels import Panel
from cosmopolis.registry.things import NamedKind, NamedThing, NoSuchThing, ThingKind

__all__ = [
    "Answer",
    "Argument",
    "Benchmark",
    "Channel",
    "Client",
    "Close",
    "CommandLine",
    "Composed",
    "Contribution",
    "Effects",
    "Endpoint",
    "EngineEffect",
    "LiveRoom",
    "NamedKind",
    "NamedThing",
    "NoSuchThing",
    "Panel",
    "Parameter",
    "Problem",
    "Refused",
    "Request",
    "Send",
    "ThingKind",
    "Told",
    "composed",
]
