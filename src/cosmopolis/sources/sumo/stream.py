"""SUMO's XML files as a stream of rows that know their line.

Only one child of the root is in memory at a time. A document type, and with it every entity bomb and every file
that an entity could name, is refused before it is read.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import Any, BinaryIO
from xml.parsers import expat

from cosmopolis.city.errors import BadInput
from cosmopolis.sources.compressed import open_bounded

PIECE = 1 << 16  # bytes read at a time
_CLOCK = re.compile(r"(?:(\d+):)?(\d+):(\d\d?):(\d\d?(?:\.\d*)?)")


@dataclass(frozen=True, slots=True)
class Row:
    """One element: what it says, and where. Numbers that are none raise BadInput with file and line."""

    tag: str
    attributes: dict[str, str]
    file: Path
    line: int
    children: list[Row] = field(default_factory=list)

    @property
    def at(self) -> str:
        return f"{self.file}:{self.line}"

    @property
    def name(self) -> str:
        """For messages: its tag and id."""
        return f'{self.tag} "{self.attributes["id"]}"' if "id" in self.attributes else self.tag

    def bad(self, what: str) -> BadInput:
        return BadInput(f"{self.at}: {self.name} {what}")

    def text(self, key: str, default: str | None = None) -> str:
        value = self.attributes.get(key, default)
        if value is None:
            raise self.bad(f"has no {key}; add it.")
        return value

    def real(self, key: str, default: float | None = None) -> float:
        """A finite number."""
        value = self.attributes.get(key)
        if value is None and default is not None:
            return default
        try:
            number = float(self.text(key))
        except ValueError:
            number = float("nan")
        if not isfinite(number):
            raise self.bad(f'has {key}="{value}", which is not a number; write one.')
        return number

    def whole(self, key: str, default: int | None = None) -> int:
        """A whole number >= 0."""
        if key not in self.attributes and default is not None:
            return default
        number = self.real(key)
        if number != int(number) or number < 0:
            raise self.bad(
                f'has {key}="{self.attributes[key]}", which is not a whole number from 0; write one.'
            )
        return int(number)

    def seconds(self, key: str, default: float | None = None) -> float:
        """A time: seconds, or [days:]hours:minutes:seconds."""
        clock = _CLOCK.fullmatch(self.attributes.get(key, "").strip())
        if clock is None:
            return self.real(key, default)
        days, hours, minutes, seconds = clock.groups()
        return int(days or 0) * 86_400.0 + int(hours) * 3600.0 + int(minutes) * 60.0 + float(seconds)

    def flag(self, key: str) -> bool:
        return self.attributes.get(key, "").lower() in ("1", "true", "yes", "on", "x")

    def words(self, key: str) -> list[str]:
        return self.attributes.get(key, "").split()


def rows(path: Path, *roots: str, never: tuple[str, ...] = ()) -> Iterator[Row]:
    """The root as it begins, without children, then each of its children when it is complete.

    Raises BadInput where the file cannot be opened, is no XML, has a document type, or its root is none of `roots` or
    one of `never`: SUMO itself lets a file of routes or other things have any root.
    """
    found: list[Row] = []
    parser = _parser(path, found, roots, never)
    try:
        with _open(path) as file:
            while piece := file.read(PIECE):
                parser.Parse(piece, False)
                yield from found
                found.clear()
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise BadInput(
            f"{path}:{error.lineno}: broken XML ({expat.errors.messages[error.code]}); "
            "the file is cut off or was edited by hand: write it again."
        ) from None
    except (OSError, EOFError, zlib.error) as error:
        why = getattr(error, "strerror", None) or "the compressed file is broken or cut off"
        raise BadInput(f"{path}: cannot be read ({why}); check the path.") from None
    yield from found


def _parser(path: Path, found: list[Row], roots: tuple[str, ...], never: tuple[str, ...]) -> Any:
    parser = expat.ParserCreate()
    around: list[Row] = []

    def begins(tag: str, attributes: dict[str, str]) -> None:
        row = Row(tag, attributes, path, parser.CurrentLineNumber)
        if len(around) == 0:
            if roots and tag not in roots:
                raise row.bad(f"is the root, where <{roots[0]}> was expected; give a file of that kind.")
            if tag in never:
                raise row.bad("is the root of a file of another kind; correct the option that names it.")
            found.append(row)
        elif len(around) > 1:
            around[-1].children.append(row)
        around.append(row)

    def ends(_tag: str) -> None:
        row = around.pop()
        if len(around) == 1:
            found.append(row)

    def refuses(*_: object) -> None:
        raise BadInput(
            f"{path}:{parser.CurrentLineNumber}: it has a document type, which SUMO's files do without and "
            "which can hide an attack; remove the <!DOCTYPE …>."
        )

    parser.StartElementHandler, parser.EndElementHandler = begins, ends
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuses
    return parser


def _open(path: Path) -> BinaryIO:
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return open_bounded(path, "gz") if packed else path.open("rb")
