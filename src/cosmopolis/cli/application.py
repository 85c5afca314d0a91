"""The command line: the commands that are written in `cli/`, and those that rooms contribute, as one application."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from cosmopolis import __version__
from cosmopolis.cli import cities, measuring, runs
from cosmopolis.cli.compose import BENCHMARKS, COMMANDS
from cosmopolis.cli.typed import command_of
from cosmopolis.registry import Benchmark, CommandLine
from cosmopolis.registry.contribution import unique


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
    app = _empty_app()
    for name, function in own.items():
        app.command(name)(function)
    for command in commands:
        app.command(command.name)(command_of(command))
    return app


def _empty_app() -> typer.Typer:
    app = typer.Typer(
        name="cosmopolis",
        help="Any district becomes a living, shared 3D city in the browser.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(_version)
    return app


def _version(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        typer.echo(f"cosmopolis {__version__}")
        raise typer.Exit
