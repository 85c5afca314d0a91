"""Where rooms that do not know each other are put together: the one list of what each contributes.

A room's commands and benchmarks are named at every start, so their records import nothing heavy; what it adds to a
running city is imported when one is brought to life.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import typer

from cosmopolis.benchmarks import BENCHMARKS as OURS
from cosmopolis.cli import cities, measuring, runs
from cosmopolis.cli.app import empty_app
from cosmopolis.cli.typed import command_of
from cosmopolis.planning.command_line import COMMANDS as PLANNING
from cosmopolis.registry import Benchmark, CommandLine, Contribution
from cosmopolis.registry.contribution import unique

COMMANDS: tuple[CommandLine, ...] = (*PLANNING,)
BENCHMARKS: tuple[Benchmark, ...] = (*OURS,)


def shown() -> tuple[Contribution, ...]:
    """What rooms add to a running city: endpoints, kinds of things and names, live channels, panels."""
    from cosmopolis.world.contribution import WORLD

    return (WORLD,)


def command_line(
    commands: Sequence[CommandLine] = COMMANDS, benchmarks: Sequence[Benchmark] = BENCHMARKS
) -> typer.Typer:
    """The whole command line: the commands of several rooms that are written here in `cli/`, then those of records.
    Raises ValueError where two have one name."""
    unique("benchmark", (benchmark.name for benchmark in benchmarks))
    own: dict[str, Callable[..., None]] = {
        "run": cities.run,
        "import": cities.import_,
        "grow": cities.grow,
        "info": cities.info,
        "export": cities.export,
        "simulate": runs.simulate,
        "validate": measuring.validate,
    }
    commands = (measuring.bench(benchmarks), *commands)
    unique("command", [*own, *(command.name for command in commands)])
    app = empty_app()
    for name, function in own.items():
        app.command(name)(function)
    for command in commands:
        app.command(command.name)(command_of(command))
    return app
