"""Loop detectors from a file: a CSV of one's own, or SUMO's additional file with its induction loops.

    name,lane,position
    north,-4501#2_0,180.5
    at the line,-4501#2_1,-2

A lane is called as in the exported SUMO network, or by its row in the lanes of the city; a position below 0 counts
from the lane's end.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from xml.parsers import expat

from cosmopolis.city.errors import BadInput
from cosmopolis.city.model import City
from cosmopolis.exports.sumo import path_names
from cosmopolis.simulation import Loop

HEAD = ["name", "lane", "position"]
LOOPS = ("inductionLoop", "e1Detector")


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    name: str
    lane: str
    position: str


def read_detectors(path: Path, city: City) -> list[Loop]:
    """The detectors of the file `path`; BadInput, with the line, for one that lies on no lane of `city`."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise BadInput(f"{path} cannot be read ({why}); name a CSV or SUMO's additional file.") from error
    rows = list(_of_xml(path, text) if text.lstrip().startswith("<") else _of_csv(path, text))
    if not rows:
        raise BadInput(f"{path} holds no detectors: write one a line as name,lane,position.")
    lanes = city.network.lanes
    row_of = {name: row for row, name in enumerate(path_names(city.network)[1][: len(lanes)])}
    loops = [_loop(path, row, row_of, lanes.length) for row in rows]
    _check_names(path, rows)
    return loops


def _loop(path: Path, row: _Row, row_of: dict[str, int], length: object) -> Loop:
    lane = row_of.get(row.lane, int(row.lane) if row.lane.isdecimal() else -1)
    if not 0 <= lane < len(row_of):
        raise BadInput(
            f"{path}:{row.line}: there is no lane {row.lane!r}; take its name from the exported net."
        )
    metres = float(length[lane])  # type: ignore[index]
    try:
        position = float(row.position)
    except ValueError:
        position = float("nan")
    if not isfinite(position):
        raise BadInput(f"{path}:{row.line}: the position {row.position!r} is not a number; write metres.")
    place = position if position >= 0.0 else metres + position
    if not 0.0 <= place <= metres:
        raise BadInput(
            f"{path}:{row.line}: detector {row.name!r} lies at {position:g} m of a lane of {metres:.2f} m; "
            "give a position on it."
        )
    return Loop(row.name, lane, place)


def _check_names(path: Path, rows: list[_Row]) -> None:
    seen: dict[str, int] = {}
    for row in rows:
        if row.name in seen:
            raise BadInput(
                f"{path}:{row.line}: detector {row.name!r} is already in line {seen[row.name]}; rename one."
            )
        seen[row.name] = row.line


def _of_csv(path: Path, text: str) -> Iterator[_Row]:
    reader = csv.reader(text.splitlines())
    for n, cells in enumerate(reader):
        if n == 0:
            if [cell.strip() for cell in cells] != HEAD:
                raise BadInput(f"{path}:1: the first line is not {','.join(HEAD)}; write it so.")
        elif cells and len(cells) != 3:
            raise BadInput(
                f"{path}:{reader.line_num}: {len(cells)} columns and not 3; write name,lane,position."
            )
        elif cells:
            yield _Row(reader.line_num, *(cell.strip() for cell in cells))


def _of_xml(path: Path, text: str) -> list[_Row]:
    parser, rows = expat.ParserCreate(), []

    def begins(tag: str, attributes: dict[str, str]) -> None:
        if tag in LOOPS:
            line = parser.CurrentLineNumber
            for key in ("id", "lane", "pos"):
                if key not in attributes:
                    raise BadInput(f"{path}:{line}: {tag} has no {key}; add it.")
            rows.append(_Row(line, attributes["id"], attributes["lane"], attributes["pos"]))

    def refuses(*_: object) -> None:
        raise BadInput(f"{path}:{parser.CurrentLineNumber}: it has a document type; remove the <!DOCTYPE …>.")

    parser.StartElementHandler = begins
    parser.StartDoctypeDeclHandler = refuses
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        why = expat.errors.messages[error.code]
        raise BadInput(f"{path}:{error.lineno}: broken XML ({why}); write the file again.") from None
    return rows
