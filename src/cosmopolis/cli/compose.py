"""Where rooms that do not know each other are put together: the one list of what each contributes.

A room's commands and benchmarks are named at every start, so their records import nothing heavy; what it adds to a
running city is imported when one is brought to life.
"""

from __future__ import annotations

from cosmopolis.benchmarks import BENCHMARKS as OURS
from cosmopolis.planning.command_line import COMMANDS as PLANNING
from cosmopolis.registry import Benchmark, CommandLine, Contribution

COMMANDS: tuple[CommandLine, ...] = (*PLANNING,)
BENCHMARKS: tuple[Benchmark, ...] = (*OURS,)


def shown() -> tuple[Contribution, ...]:
    """What rooms add to a running city: endpoints, kinds of things and names, live channels, panels."""
    from cosmopolis.world.contribution import WORLD

    return (WORLD,)
