"""A .net.xml as it stands in the file: its elements by their ids, checked one by one, not yet against each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.words import Mode
from cosmopolis.sources.sumo.faults import Faults
from cosmopolis.sources.sumo.stream import Row, rows
from cosmopolis.sources.sumo.words import LIGHTS, modes_of

WIDTH = 3.2  # m, of a lane that does not say
SPEED = 13.89  # m/s, likewise
SHORTEST = 0.01  # m
OFF = "off"  # programID of the program without phases, by which SUMO switches a light off
F64 = NDArray[np.float64]


@dataclass(frozen=True)
class DrawnLane:
    row: Row
    id: str
    index: int
    modes: Mode
    speed: float  # m/s
    length: float  # m, as the file says; the drawn line may differ
    width: float  # m
    shape: F64  # (n, 3) m, in the file's coordinates


@dataclass(frozen=True)
class DrawnEdge:
    row: Row
    id: str
    lanes: tuple[DrawnLane, ...]


@dataclass(frozen=True)
class DrawnProgram:
    row: Row
    id: str
    phases: tuple[tuple[float, str], ...]  # s, state; none where the light is off


@dataclass(frozen=True)
class Extension:
    """How a program of type "actuated" waits for vehicles; F phases."""

    least: tuple[float, ...]  # (F,) s
    most: tuple[float, ...]  # (F,) s
    gap: float  # s without a vehicle on a detector, after which a stage ends
    ahead: float  # s before the line at the lane's limit, where the detectors are


@dataclass
class Drawing:
    """The parts of one net, each by its id."""

    file: Path
    root: Row
    faults: Faults
    location: Row | None = None
    types: dict[str, Row] = field(default_factory=dict)
    edges: dict[str, DrawnEdge] = field(default_factory=dict)  # for traffic, in the file's order
    dropped: set[str] = field(default_factory=set)  # edges that were bad
    inner: dict[str, DrawnLane] = field(default_factory=dict)  # lanes within junctions
    junctions: dict[str, Row] = field(default_factory=dict)
    inner_junctions: dict[str, Row] = field(default_factory=dict)
    links: list[Row] = field(default_factory=list)  # connections between edges, in the file's order
    inner_links: dict[str, Row] = field(default_factory=dict)  # by the lane within the junction they leave
    programs: dict[str, list[DrawnProgram]] = field(default_factory=dict)  # several for one light, in order
    # Programs that wait for vehicles, by row of Signals, once the network is made.
    extended: dict[int, Extension] = field(default_factory=dict)
    rings: list[Row] = field(default_factory=list)
    crossings: list[DrawnEdge] = field(default_factory=list)


def read_drawing(path: Path, faults: Faults) -> Drawing:
    """Every element of the net `path`."""
    stream = rows(path, "net")
    drawing = Drawing(path, next(stream), faults)
    for row in stream:
        with faults.leaving_out():
            take = _TAKES.get(row.tag)
            if take is not None:
                take(drawing, row)
    return drawing


def _edge(drawing: Drawing, row: Row) -> None:
    edge_id, function = row.text("id"), row.text("function", "normal")
    if function == "walkingarea":
        return
    if edge_id in drawing.edges:
        raise row.bad("is there twice; remove one.")
    try:
        kind = drawing.types.get(row.text("type", ""))
        lanes = tuple(_lane(lane, row, kind) for lane in row.children if lane.tag == "lane")
        if not lanes:
            raise row.bad("has no lanes; write the net with netconvert.")
        if function in ("normal", "connector"):
            if [lane.index for lane in lanes] != list(range(len(lanes))):
                raise row.bad("has lanes that are not numbered 0, 1, 2 …; write the net with netconvert.")
            row.text("from"), row.text("to")
            drawing.edges[edge_id] = DrawnEdge(row, edge_id, lanes)
        elif function == "crossing":
            drawing.crossings.append(DrawnEdge(row, edge_id, lanes))
        else:
            drawing.inner.update({lane.id: lane for lane in lanes})
    except Exception:
        drawing.dropped.add(edge_id)
        raise


def _lane(row: Row, edge: Row, kind: Row | None) -> DrawnLane:
    """What a lane leaves open is said by its edge, and what that leaves open by the edge's type."""
    said: dict[str, Row] = {}
    for source in (kind, edge, row):
        if source is not None:
            said.update({key: source for key in ("speed", "width") if key in source.attributes})
    shape = points_of(row, "shape")
    drawn = float(np.hypot(*np.diff(shape[:, :2], axis=0).T).sum())
    length = row.real("length", drawn)
    inside = edge.text("function", "normal") == "internal"
    if not inside and (len(shape) < 2 or min(length, drawn) < SHORTEST):
        raise row.bad("has no length; give it two points apart and a length above 0, or remove its edge.")
    speed = said.get("speed", row).real("speed", SPEED)
    if speed <= 0:
        raise row.bad(f'has speed="{speed:g}"; write one above 0.')
    by = row if kind is None or {"allow", "disallow"} & row.attributes.keys() else kind
    return DrawnLane(
        row=row,
        id=row.text("id"),
        index=row.whole("index", 0),
        modes=modes_of(by.text("allow", ""), by.text("disallow", "")),
        speed=speed,
        length=length,
        width=said.get("width", row).real("width", WIDTH),
        shape=shape,
    )


def points_of(row: Row, key: str) -> F64:
    """(n, 3) points of "x,y x,y,z …"; a missing height is 0."""
    points = np.zeros((len(row.words(key)), 3))
    for i, word in enumerate(row.words(key)):
        numbers = word.split(",")
        try:
            points[i, : len(numbers)] = [float(number) for number in numbers]
        except ValueError:
            raise row.bad(f'has the point "{word}" in its {key}; write x,y or x,y,z.') from None
    if not np.isfinite(points).all():
        raise row.bad(f"has a point in its {key} that is not a number; write x,y or x,y,z.")
    return points


def _junction(drawing: Drawing, row: Row) -> None:
    inner = row.text("type", "priority") == "internal"
    (drawing.inner_junctions if inner else drawing.junctions)[row.text("id")] = row
    if not inner:
        row.real("x"), row.real("y")


def _link(drawing: Drawing, row: Row) -> None:
    row.whole("fromLane"), row.whole("toLane"), row.text("to")
    if row.text("from").startswith(":"):
        drawing.inner_links.setdefault(f"{row.text('from')}_{row.whole('fromLane')}", row)
    elif not row.text("to").startswith(":"):  # to where people walk
        drawing.links.append(row)


def read_program(row: Row) -> DrawnProgram:
    """Of a tlLogic."""
    phases = tuple(
        (phase.seconds("duration"), phase.text("state")) for phase in row.children if phase.tag == "phase"
    )
    for phase, (seconds, state) in zip((child for child in row.children if child.tag == "phase"), phases):
        if seconds < 0:
            raise phase.bad(f"lasts {seconds:g} s; write a duration above 0.")
        if strange := sorted(set(state) - set(LIGHTS)):
            raise phase.bad(
                f'shows "{strange[0]}" in its state, which is no light; use r, y, g, G, o, O, s or u.'
            )
        if len(state) != len(phases[0][1]):
            raise phase.bad(
                f'of tlLogic "{row.text("id")}" shows {len(state)} lights where its first phase shows '
                f"{len(phases[0][1])}; give all phases one length."
            )
    if row.text("programID", "") == OFF:
        if phases:
            raise row.bad('is the program "off" and has phases; remove them, or name it otherwise.')
        return DrawnProgram(row, row.text("id"), ())
    if not sum(seconds for seconds, _ in phases) > 0:
        raise row.bad("has no phase with a duration; add one.")
    return DrawnProgram(row, row.text("id"), phases)


def _add_program(drawing: Drawing, row: Row) -> None:
    program = read_program(row)
    drawing.programs.setdefault(program.id, []).append(program)


def _locate(drawing: Drawing, row: Row) -> None:
    drawing.location = row


def _type(drawing: Drawing, row: Row) -> None:
    drawing.types[row.text("id")] = row


def _ring(drawing: Drawing, row: Row) -> None:
    drawing.rings.append(row)


_TAKES = {
    "location": _locate, "type": _type, "edge": _edge, "tlLogic": _add_program, "junction": _junction,
    "connection": _link, "roundabout": _ring,
}  # fmt: skip
