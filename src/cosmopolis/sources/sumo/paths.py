"""Connections: from lane to lane, along the lanes within the junction, each with its link number there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cosmopolis.sources.sumo.drawing import Drawing, DrawnLane
from cosmopolis.sources.sumo.stream import Row

F64 = NDArray[np.float64]
NEAR = 0.5  # m between the end of a lane and a path that begins there


@dataclass(frozen=True)
class Path:
    """One connection, with rows of the lanes' table."""

    row: Row
    from_lane: int
    to_lane: int
    junction: str
    via: tuple[str, ...]  # lanes within the junction, in order
    speed: float  # m/s
    shape: F64  # (n, 3) m, in the file's coordinates


def paths_of(drawing: Drawing, lane_row: dict[str, int], lanes: list[DrawnLane]) -> list[Path]:
    """All connections that can be driven, by from-lane, those of one lane in the file's order."""
    found = []
    for row in drawing.links:
        if row.text("from") in drawing.dropped or row.text("to") in drawing.dropped:
            continue  # said already
        with drawing.faults.leaving_out():
            found.append(_path(row, drawing, lane_row, lanes))
    return sorted(found, key=lambda path: path.from_lane)


def _path(row: Row, drawing: Drawing, lane_row: dict[str, int], lanes: list[DrawnLane]) -> Path:
    ends = []
    for edge_key, lane_key in (("from", "fromLane"), ("to", "toLane")):
        edge = drawing.edges.get(row.text(edge_key))
        if edge is None:
            raise row.bad(f'has {edge_key}="{row.text(edge_key)}", an edge that is not there; add it.')
        if row.whole(lane_key) >= len(edge.lanes):
            raise row.bad(
                f'has {lane_key}="{row.whole(lane_key)}", and edge "{edge.id}" has {len(edge.lanes)} lanes from 0; '
                "correct it."
            )
        ends.append(edge.lanes[row.whole(lane_key)])
    first, last = ends
    inner = _inner_lanes(row, drawing)
    speed = min([lane.speed for lane in inner] or [first.speed, last.speed])
    return Path(
        row=row,
        from_lane=lane_row[first.id],
        to_lane=lane_row[last.id],
        junction=drawing.edges[row.text("from")].row.text("to"),
        via=tuple(lane.id for lane in inner),
        speed=speed,
        shape=_joined([first.shape[-1:], *(lane.shape for lane in inner), last.shape[:1]]),
    )


def _inner_lanes(row: Row, drawing: Drawing) -> list[DrawnLane]:
    """The lane that `via` names and those that it leads to within the junction, past its waiting places."""
    inner: list[DrawnLane] = []
    at: Row | None = row
    while at is not None and at.text("via", ""):
        lane = drawing.inner.get(at.text("via"))
        if lane is None or lane in inner:
            raise row.bad(
                f'goes via "{at.text("via")}", a lane that is not there or comes twice; write the net with netconvert.'
            )
        inner.append(lane)
        at = drawing.inner_links.get(lane.id)
    return inner


def _joined(pieces: list[F64]) -> F64:
    """One line from the first piece's point to the last one's; a path's own end near that gives way to it."""
    begin, end = pieces[0], pieces[-1]
    points = np.concatenate([np.zeros((0, 3)), *pieces[1:-1]])
    keep = np.ones(len(points), np.bool_)
    keep[1:] = np.abs(np.diff(points[:, :2], axis=0)).max(axis=1, initial=0.0) > 0.005
    points = points[keep]
    while len(points) and np.hypot(*(points[0] - begin[0])[:2]) < NEAR:
        points = points[1:]
    while len(points) and np.hypot(*(points[-1] - end[0])[:2]) < NEAR:
        points = points[:-1]
    return np.concatenate([begin, points, end])


def link_numbers(paths: list[Path], drawing: Drawing, lanes: list[DrawnLane]) -> NDArray[np.int64]:
    """(C,) number of each connection among the links of its junction, as its requests count them:

    by the junction's incoming lanes in their order, those of one lane in the file's order.
    """
    arms = {
        (junction, lane): arm
        for junction, row in drawing.junctions.items()
        for arm, lane in enumerate(row.words("incLanes"))
    }
    order: dict[str, list[tuple[int, int]]] = {}
    for c, path in enumerate(paths):
        arm = arms.get((path.junction, lanes[path.from_lane].id), 1 << 30)
        order.setdefault(path.junction, []).append((arm, c))
    number = np.zeros(len(paths), np.int64)
    for members in order.values():
        for n, (_, c) in enumerate(sorted(members)):
            number[c] = n
    return number
