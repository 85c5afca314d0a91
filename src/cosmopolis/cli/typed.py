"""Turns the command records of the registry into commands of typer."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Annotated, Any

import typer

from cosmopolis.cli.arguments import AsJson
from cosmopolis.cli.terminal import print_json, progress, time_of_day, told
from cosmopolis.registry.commands import NEEDED, Argument, CommandLine, TimeOfDay

CLOCK_TIME = "HH:MM"


def command_of(command: CommandLine) -> Callable[..., None]:
    """A function with the signature that typer reads: the record's arguments, and --json."""

    def run(*, as_json: bool, **given: Any) -> None:
        values = {argument.name: _value(argument, given[argument.name]) for argument in command.arguments}
        with progress() as tell:
            answer = command.run(progress=tell, **values)
        if not as_json:
            for sentence in answer.sentences:
                told.print(sentence, markup=False)
        elif isinstance(answer.facts, Mapping):
            print_json(dict(answer.facts))
        else:
            for facts in answer.facts:
                print_json(dict(facts), indent=False)

    parameters = [_parameter(argument) for argument in command.arguments]
    parameters.append(
        inspect.Parameter("as_json", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=AsJson)
    )
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    run.__name__, run.__doc__ = command.name.replace("-", "_"), command.help
    return run


def _value(argument: Argument, given: Any) -> Any:
    """What typer gives as what the record says."""
    if argument.type is TimeOfDay and given is not None:
        return time_of_day(given, argument.option or argument.metavar)
    if argument.choices and given is not None:
        return [str(one) for one in given] if argument.many else str(given)
    return given


def _parameter(argument: Argument) -> inspect.Parameter:
    kind: Any = str if argument.type is TimeOfDay else argument.type
    says: dict[str, Any] = {"help": argument.help or None}
    metavar = argument.metavar or (CLOCK_TIME if argument.type is TimeOfDay else "")
    if metavar:
        says["metavar"] = metavar
    if argument.least is not None:
        says["min"] = argument.type(argument.least)
    if argument.most is not None:
        says["max"] = argument.type(argument.most)
    if argument.choices:  # typer's way to say that it is one of them
        enum: Any = StrEnum
        kind = enum(argument.name, {choice: choice for choice in argument.choices})
    if argument.many:
        kind = list[kind]
    if argument.default is None:
        kind = kind | None
    info = typer.Option(argument.option, **says) if argument.option else typer.Argument(**says)
    return inspect.Parameter(
        argument.name,
        inspect.Parameter.KEYWORD_ONLY,
        default=inspect.Parameter.empty if argument.default is NEEDED else argument.default,
        annotation=Annotated[kind, info],
    )
