"""Commands of the command line as records; `cosmopolis.cli` turns them into commands that are typed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any


class Needed(Enum):
    """There is no default: it has to be given."""

    NEEDED = auto()


NEEDED = Needed.NEEDED


class TimeOfDay(float):
    """A type of Argument: typed as HH:MM or HH:MM:SS, 24:00 included; `run` gets s after midnight, a float."""


@dataclass(frozen=True)
class Argument:
    """What a command is told. `name` is the keyword that `run` gets it by."""

    name: str
    type: type  # int, float, str, bool, pathlib.Path, TimeOfDay
    help: str = ""
    default: Any = NEEDED
    option: str = ""  # "--from"; empty: it is given by its place
    metavar: str = ""
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()  # of a str
    many: bool = False  # it may be given again and again: `run` gets a list


@dataclass(frozen=True)
class Told:
    """What a command answers: `facts` for programs (printed with --json; the items of an iterator one a line, as
    they come) or else `sentences` for people."""

    facts: Mapping[str, Any] | Iterable[Mapping[str, Any]] = ()
    sentences: Iterable[str] = ()


Progress = Callable[[str, float], None]  # what is being done, and which share of it is


@dataclass(frozen=True)
class CommandLine:
    """`cosmopolis NAME`. `run(progress=…, **arguments)` does it and answers Told; it raises the package's BadInput
    for what cannot be used. It imports what it needs itself, so that `--help` answers at once."""

    name: str  # unique
    run: Callable[..., Told]
    help: str
    arguments: tuple[Argument, ...] = ()
