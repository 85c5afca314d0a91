"""TNTP files of the Transportation Networks for Research collection: network, trips, and best known flows.

They hold no places, only nodes and links, so they become no city: demand.assignment takes them as they are.
Nodes are numbered from 1 in the files and from 0 here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.errors import BadInput

F64 = NDArray[np.float64]
I32 = NDArray[np.int32]

_END = "END OF METADATA"


@dataclass(frozen=True)
class LinkTable:
    """A links as a `_net.tntp` file lists them, in the units of its author."""

    zones: int
    nodes: int
    first_through: int  # nodes before this one (from 0) are ends of trips only
    tail: I32  # (A,) node
    head: I32  # (A,) node
    capacity: F64  # (A,) flow
    length: F64  # (A,)
    free_time: F64  # (A,)
    b: F64  # (A,) time = free_time (1 + b (flow / capacity) ^ power)
    power: F64  # (A,)
    toll: F64  # (A,)

    def __len__(self) -> int:
        return len(self.tail)


def read_net(path: Path) -> LinkTable:
    """The links of a `_net.tntp` file; BadInput names the line that cannot be used."""
    said, rows = _open(path)
    zones, nodes, number = (_count(said, key, path) for key in ("ZONES", "NODES", "LINKS"))
    through = int(_number(said.get("FIRST THRU NODE", ("1", 0))[0], path, 0, "first thru node"))
    table = np.zeros((number, 10))
    found = 0
    for line, text in rows:
        values = text.rstrip(";").split()
        if len(values) < 9:
            raise _bad(path, line, f"{len(values)} values where a link has 10; write it as the header says")
        if found == number:
            raise _bad(
                path, line, f"more than the {number} links that <NUMBER OF LINKS> promises; correct it"
            )
        table[found, : min(len(values), 10)] = [_number(v, path, line, "value") for v in values[:10]]
        _check_link(table[found], nodes, path, line)
        found += 1
    if found < number:
        raise BadInput(
            f"{path}: {found} links where <NUMBER OF LINKS> promises {number}; the file is cut off."
        )
    ends = (table[:, :2] - 1).astype(np.int32)
    columns = dict(zip(("capacity", "length", "free_time", "b", "power", "speed", "toll"), table[:, 2:9].T))
    kept = {f.name: columns[f.name].copy() for f in fields(LinkTable) if f.name in columns}
    return LinkTable(zones, nodes, through - 1, ends[:, 0].copy(), ends[:, 1].copy(), **kept)


def read_trips(path: Path) -> F64:
    """(Z, Z) flow from zone to zone of a `_trips.tntp` file; BadInput names the line that cannot be used."""
    said, rows = _open(path)
    zones = _count(said, "ZONES", path)
    matrix = np.zeros((zones, zones))
    origin = -1
    for line, text in rows:
        if text.lower().startswith("origin"):
            origin = _node(text[len("origin") :], zones, path, line)
            continue
        for part in filter(str.strip, text.split(";")):
            goal, colon, flow = part.partition(":")
            if not colon:
                raise _bad(
                    path, line, f"{part.strip()!r} is not of the form `zone : flow;`; separate with `:`"
                )
            if origin < 0:
                raise _bad(path, line, "flows before the first `Origin` line; say whose they are")
            asked = _number(flow, path, line, "flow")
            if asked < 0:
                raise _bad(path, line, f"a flow of {asked:g}, below 0; correct it")
            matrix[origin, _node(goal, zones, path, line)] += asked
    return matrix


def read_flow(path: Path) -> tuple[I32, I32, F64, F64]:
    """(tail, head, flow, cost), each (A,), of a `_flow.tntp` file, whose first line is a header."""
    rows: list[list[float]] = []
    for line, text in _lines(path):
        values = text.rstrip(";").replace(":", " ").split()
        if not rows and values and not values[0].replace(".", "").isdigit():
            continue
        if len(values) < 4:
            raise _bad(path, line, "fewer than four values (from, to, volume, cost); write all of them")
        rows.append([_number(value, path, line, "value") for value in values[:4]])
    if not rows:
        raise BadInput(f"{path}: no link flows in it; give a file of from, to, volume and cost.")
    table = np.array(rows)
    ends = (table[:, :2] - 1).astype(np.int32)
    return ends[:, 0], ends[:, 1], table[:, 2], table[:, 3]


def _open(path: Path) -> tuple[dict[str, tuple[str, int]], Iterator[tuple[int, str]]]:
    """The metadata (NUMBER OF left out of the names) with their lines, and the rows after it."""
    said: dict[str, tuple[str, int]] = {}
    rows = _lines(path)
    for line, text in rows:
        key, closed, value = text.lstrip("<").partition(">")
        if not text.startswith("<") or not closed:
            raise _bad(path, line, "this is not TNTP metadata like `<NUMBER OF ZONES> 24`; give a TNTP file")
        if key.strip().upper() == _END:
            return said, rows
        said[key.upper().removeprefix("NUMBER OF").strip()] = (value.strip(), line)
    raise BadInput(f"{path}: no <{_END}> in it; it is cut off or not a TNTP file.")


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """(number, text) of the lines with something on them; `~` begins a comment."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadInput(f"{path} cannot be read ({error.strerror}); check the name.") from None
    except UnicodeDecodeError:
        raise BadInput(f"{path} is not a text file; give a TNTP file.") from None
    for number, line in enumerate(text.splitlines(), 1):
        before = line.partition("~")[0].strip() if not line.startswith("<") else line.strip()
        if before:
            yield number, before


def _count(said: dict[str, tuple[str, int]], key: str, path: Path) -> int:
    if key not in said:
        raise BadInput(f"{path}: no <NUMBER OF {key}> in its metadata; add it.")
    text, line = said[key]
    value = _number(text, path, line, f"number of {key.lower()}")
    if value < 1 or value != int(value):
        raise _bad(path, line, f"{text!r} is no number of {key.lower()}; write a whole number")
    return int(value)


def _number(text: str, path: Path, line: int, what: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = np.nan
    if not np.isfinite(value):
        raise _bad(path, line, f"{text.strip()!r} is no number ({what}); correct it")
    return value


def _node(text: str, nodes: int, path: Path, line: int) -> int:
    value = _number(text, path, line, "zone")
    if not (value == int(value) and 1 <= value <= nodes):
        raise _bad(
            path, line, f"zone {text.strip()} is not one of 1 .. {nodes}; correct it or <NUMBER OF ZONES>"
        )
    return int(value) - 1


def _check_link(row: F64, nodes: int, path: Path, line: int) -> None:
    for end in row[:2]:
        if not (end == int(end) and 1 <= end <= nodes):
            raise _bad(
                path, line, f"node {end:g} is not one of 1 .. {nodes}; correct it or <NUMBER OF NODES>"
            )
    if row[2] <= 0:
        raise _bad(path, line, f"a capacity of {row[2]:g}; it must be above 0")
    if (row[4:7] < 0).any():
        raise _bad(path, line, "a free flow time, B or power below 0; correct it")


def _bad(path: Path, line: int, what: str) -> BadInput:
    return BadInput(f"{path}, line {line}: {what}.")
