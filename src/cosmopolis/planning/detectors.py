"""Detectors from a file: a CSV of one's own, or SUMO's additional file with its loops and its lane areas.

    name,lane,position,end
    north,-4501#2_0,180.5,
    at the line,-4501#2_1,-2,
    the queue,-4501#2_1,-60,-0.1

A lane is called as in the exported SUMO network, or by its row in the lanes of the city; a position below 0 counts
from the lane's end. With an `end` it is an area detector, without one a loop; that column may be left out.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from xml.parsers import expat

from numpy.typing import NDArray

from cosmopolis.city.errors import BadInput
from cosmopolis.city.model import City
from cosmopolis.exports.sumo import path_names
from cosmopolis.simulation import Area, Loop

HEAD = ["name", "lane", "position"]
LOOPS = ("inductionLoop", "e1Detector")
AREAS = ("laneAreaDetector", "e2Detector")
JAMS = {
    "speedThreshold": "slow",
    "timeThreshold": "patience",
    "jamThreshold": "gap",
}  # SUMO's word and Area's


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    name: str
    lane: str
    position: str
    end: str = ""  # of an area
    length: str = ""  # of an area whose end is not said
    jams: tuple[tuple[str, str], ...] = ()  # what Area is to know beside


def read_detectors(path: Path, city: City) -> list[Loop | Area]:
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
    detectors = [_detector(path, row, row_of, lanes.length) for row in rows]
    _check_names(path, rows)
    return detectors


def _detector(path: Path, row: _Row, row_of: dict[str, int], length: NDArray) -> Loop | Area:
    lane = row_of.get(row.lane, int(row.lane) if row.lane.isdecimal() else -1)
    if not 0 <= lane < len(row_of):
        raise BadInput(
            f"{path}:{row.line}: there is no lane {row.lane!r}; take its name from the exported net."
        )
    metres = float(length[lane])
    if row.position:
        begin = _place(path, row, row.position, metres)
    else:
        begin = _place(path, row, row.end, metres) - _number(path, row, row.length)
        if begin < 0.0:
            raise BadInput(
                f"{path}:{row.line}: area {row.name!r} begins at {begin:g} m of a lane; shorten it."
            )
    if not row.end and not row.length:
        return Loop(row.name, lane, begin)
    if row.end:
        end = _place(path, row, row.end, metres)
    else:
        end = _place(path, row, str(begin + _number(path, row, row.length)), metres)
    if not begin < end:
        raise BadInput(
            f"{path}:{row.line}: area {row.name!r} ends at {end:g} m and begins at {begin:g} m; give it a length."
        )
    return Area(row.name, lane, begin, end, **{name: _number(path, row, text) for name, text in row.jams})


def _place(path: Path, row: _Row, text: str, metres: float) -> float:
    """m along a lane of so many metres."""
    position = _number(path, row, text)
    place = position if position >= 0.0 else metres + position
    if not 0.0 <= place <= metres:
        raise BadInput(
            f"{path}:{row.line}: detector {row.name!r} lies at {position:g} m of a lane of {metres:.2f} m; "
            "give a position on it."
        )
    return place


def _number(path: Path, row: _Row, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not isfinite(number):
        raise BadInput(f"{path}:{row.line}: the position {text!r} is not a number; write metres.")
    return number


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
    columns = 3
    for n, cells in enumerate(reader):
        if n == 0:
            head = [cell.strip() for cell in cells]
            if head not in (HEAD, [*HEAD, "end"]):
                raise BadInput(
                    f"{path}:1: the first line is not {','.join(HEAD)} or that and end; write it so."
                )
            columns = len(head)
        elif cells and len(cells) != columns:
            names = ",".join([*HEAD, "end"][:columns])
            raise BadInput(
                f"{path}:{reader.line_num}: {len(cells)} columns and not {columns}; write {names}."
            )
        elif cells:
            name, lane, position, end = (cell.strip() for cell in [*cells, ""][:4])
            yield _Row(reader.line_num, name, lane, position, end)


def _of_xml(path: Path, text: str) -> list[_Row]:
    parser, rows = expat.ParserCreate(), []

    def begins(tag: str, attributes: dict[str, str]) -> None:
        if tag in LOOPS:
            line = parser.CurrentLineNumber
            for key in ("id", "lane", "pos"):
                if key not in attributes:
                    raise BadInput(f"{path}:{line}: {tag} has no {key}; add it.")
            rows.append(_Row(line, attributes["id"], attributes["lane"], attributes["pos"]))
        elif tag in AREAS:
            rows.append(_area_of_xml(path, parser.CurrentLineNumber, tag, attributes))

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


def _area_of_xml(path: Path, line: int, tag: str, attributes: dict[str, str]) -> _Row:
    if "lanes" in attributes:
        raise BadInput(
            f"{path}:{line}: {tag} lies on several lanes; lay one on each, with lane instead of lanes."
        )
    for key in ("id", "lane"):
        if key not in attributes:
            raise BadInput(f"{path}:{line}: {tag} has no {key}; add it.")
    begin, end, length = (attributes.get(key, "") for key in ("pos", "endPos", "length"))
    if bool(begin) + bool(end) + bool(length) < 2:
        raise BadInput(f"{path}:{line}: {tag} needs two of pos, endPos and length; add one.")
    jams = tuple((ours, attributes[theirs]) for theirs, ours in JAMS.items() if theirs in attributes)
    return _Row(line, attributes["id"], attributes["lane"], begin, end, length, jams)
