"""The tables of `city.model.Network` from a drawing: row numbers instead of names, our metres instead of the file's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely
from numpy.typing import NDArray

from cosmopolis.city.model import Connections, Crossings, Edges, Junctions, Lanes, Network, Walks
from cosmopolis.city.network.components import strong_components
from cosmopolis.city.words import Control, Mode, Provenance, Turn
from cosmopolis.geometry.polylines import Polylines
from cosmopolis.sources.sumo.drawing import Drawing, DrawnEdge, DrawnLane, points_of
from cosmopolis.sources.sumo.paths import Path, link_numbers, paths_of
from cosmopolis.sources.sumo.place import Move
from cosmopolis.sources.sumo.programs import Lit, extended, lit_by, signals_of
from cosmopolis.sources.sumo.right_of_way import conflicts_of
from cosmopolis.sources.sumo.words import CONTROLS, STOP_SIGNS, TURNS, street_kind

F64 = NDArray[np.float64]
Ints = NDArray[np.int64]
STRETCHED = 0.1  # of a lane's length by which its drawing may differ without a word
STRETCHED_LEAST = 10.0  # m, likewise


def network_of(drawing: Drawing, move: Move, *, drive_on_left: bool, begin: float) -> Network:
    """The network of a drawing, laid to where `move` puts it.

    Lanes, connections, right of way and programs are the file's own. `begin` is what offset="begin" means, s.
    """
    edges = _whole_edges(drawing)
    lanes = [lane for edge in edges for lane in edge.lanes]
    lane_row = {lane.id: row for row, lane in enumerate(lanes)}
    _compare_lengths(lanes, drawing)
    paths = paths_of(drawing, lane_row, lanes)
    junction_row = {key: row for row, key in enumerate(drawing.junctions)}
    junction = np.array([junction_row[path.junction] for path in paths], dtype=np.int64)
    line = _moved([path.shape for path in paths], move)
    lit = lit_by(paths, drawing)
    drawing.extended = extended(lit, drawing)
    number = link_numbers(paths, drawing, lanes)
    on_ring = {name for ring in drawing.rings for name in ring.words("edges")}
    return Network(
        junctions=_junctions(drawing, lit, paths, junction_row, move),
        edges=_edges(edges, paths, junction_row, on_ring, drawing, move),
        lanes=_lanes(edges, lanes, paths, move),
        connections=_connections(paths, junction, lit, line),
        conflicts=conflicts_of(paths, number, line, drawing, right_first=not drive_on_left),
        signals=signals_of(lit, junction, begin),
        crossings=_crossings(drawing, junction_row, {edge.id: row for row, edge in enumerate(edges)}, move),
        walks=_no_walks(),
    )


def _whole_edges(drawing: Drawing) -> list[DrawnEdge]:
    """Edges between junctions that are there; the others are dropped."""
    for edge in list(drawing.edges.values()):
        with drawing.faults.leaving_out():
            for key in ("from", "to"):
                if edge.row.text(key) not in drawing.junctions:
                    drawing.dropped.add(edge.id)
                    del drawing.edges[edge.id]
                    raise edge.row.bad(
                        f'has {key}="{edge.row.text(key)}", a junction that is not there; add it.'
                    )
    if not drawing.edges:
        raise drawing.root.bad("has no edge that can be driven; write the net with netconvert.")
    return list(drawing.edges.values())


def _compare_lengths(lanes: list[DrawnLane], drawing: Drawing) -> None:
    for lane in lanes:
        drawn = float(np.hypot(*np.diff(lane.shape[:, :2], axis=0).T).sum())
        if abs(drawn - lane.length) > max(STRETCHED * lane.length, STRETCHED_LEAST):
            drawing.faults.note(
                "length-not-drawn",
                f"{lane.row.at}: lane {lane.id} says it is {lane.length:g} m long and is drawn with {drawn:.1f} m; "
                "it counts as drawn",
            )


def _moved(shapes: list[F64], move: Move) -> Polylines:
    line = Polylines.of(shapes)
    return replace(line, points=move(line.points)) if len(line.points) else line


def _junctions(
    drawing: Drawing, lit: list[Lit], paths: list[Path], junction_row: dict[str, int], move: Move
) -> Junctions:
    rows = list(drawing.junctions.values())
    xy = np.array([[row.real("x"), row.real("y"), row.real("z", 0.0)] for row in rows])
    program = np.full(len(rows), -1, np.int32)
    for s, one in reversed(list(enumerate(lit))):
        program[[junction_row[paths[c].junction] for c in one.links]] = s
    on_ring = {name for ring in drawing.rings for name in ring.words("nodes")}
    control = [_control(row.text("type", "priority"), row.text("id") in on_ring) for row in rows]
    for j in np.flatnonzero((np.array(control) == Control.SIGNAL) & (program < 0)).tolist():
        control[j] = Control.PRIORITY
    shapes = [move(points_of(row, "shape")) for row in rows]
    return Junctions(
        key=list(junction_row),
        xy=move(xy)[:, :2],
        layer=np.zeros(len(rows), np.int8),
        control=np.array(control, np.uint8),
        program=program,
        area=_polygons(shapes),
    )


def _control(kind: str, on_ring: bool) -> Control:
    control = CONTROLS.get(kind, Control.PRIORITY)
    return Control.ROUNDABOUT if on_ring and control == Control.PRIORITY else control


def _polygons(shapes: list[F64]) -> NDArray[np.object_]:
    areas = np.empty(len(shapes), dtype=object)
    for row, shape in enumerate(shapes):
        area = shapely.Polygon(shape[:, :2]).buffer(0) if len(shape) > 2 else shapely.Polygon()
        areas[row] = area if area.geom_type == "Polygon" else area.convex_hull
    return areas


def _edges(
    edges: list[DrawnEdge],
    paths: list[Path],
    junction_row: dict[str, int],
    on_ring: set[str],
    drawing: Drawing,
    move: Move,
) -> Edges:
    ends = np.array([[junction_row[edge.row.text(key)] for key in ("from", "to")] for edge in edges])
    count = np.array([len(edge.lanes) for edge in edges])
    shapes = [_middle(edge, drawing) for edge in edges]
    measured = np.full(len(edges), Provenance.MEASURED, np.uint8)
    no = np.zeros(len(edges), np.bool_)
    return Edges(
        key=[edge.id for edge in edges],
        name=[edge.row.text("name", "") for edge in edges],
        from_junction=ends[:, 0].astype(np.int32),
        to_junction=ends[:, 1].astype(np.int32),
        first_lane=(np.cumsum(count) - count).astype(np.int32),
        lane_count=count.astype(np.int16),
        kind=np.array([street_kind(edge.row.text("type", "")) for edge in edges], np.uint8),
        speed=np.array([_limit(edge) for edge in edges], np.float32),
        layer=np.zeros(len(edges), np.int8),
        bridge=no,
        tunnel=no,
        roundabout=np.array([edge.id in on_ring for edge in edges], np.bool_),
        toll=no,
        twin=_twins(edges, ends),
        component=_components(edges, paths),
        line=_moved(shapes, move),
        provenance=measured,
        lanes_provenance=measured,
    )


def _limit(edge: DrawnEdge) -> float:
    """m/s on the fastest of its lanes for cars."""
    cars = [lane.speed for lane in edge.lanes if lane.modes & Mode.CAR]
    return max(cars or [lane.speed for lane in edge.lanes])


def _middle(edge: DrawnEdge, drawing: Drawing) -> F64:
    """The centre line: as drawn, else straight between the junctions."""
    shape = points_of(edge.row, "shape")
    if len(shape) > 1:
        return shape
    ends = [drawing.junctions[edge.row.text(key)] for key in ("from", "to")]
    line = np.array([[row.real("x"), row.real("y"), row.real("z", 0.0)] for row in ends])
    return line if np.abs(line[1] - line[0]).max() > 0.1 else edge.lanes[len(edge.lanes) // 2].shape


def _twins(edges: list[DrawnEdge], ends: Ints) -> NDArray[np.int32]:
    """The edge the other way: "-x" of "x" where SUMO named them so, else the only one between the same junctions."""
    row = {edge.id: e for e, edge in enumerate(edges)}
    between: dict[tuple[int, int], list[int]] = {}
    for e, (a, b) in enumerate(ends.tolist()):
        between.setdefault((a, b), []).append(e)
    twin = np.full(len(edges), -1, np.int32)
    for e, (a, b) in enumerate(ends.tolist()):
        back = between.get((b, a), [])
        name = edges[e].id
        named = row.get(name[1:] if name.startswith("-") else f"-{name}", -1)
        if named in back:
            twin[e] = named
        elif len(back) == 1 and len(between[a, b]) == 1 and a != b:
            twin[e] = back[0]
    return twin


def _components(edges: list[DrawnEdge], paths: list[Path]) -> NDArray[np.int32]:
    """(E,) strongly connected component for cars; 0 has most lane length."""
    lanes = [(e, lane) for e, edge in enumerate(edges) for lane in edge.lanes]
    edge = np.array([e for e, _ in lanes], dtype=np.int64)
    cars = np.array([bool(lane.modes & Mode.CAR) for _, lane in lanes])
    arcs = [(path.from_lane, path.to_lane) for path in paths]
    arcs = [(edge[a], edge[b]) for a, b in arcs if cars[a] and cars[b]]
    a, b = np.array(arcs, dtype=np.int64).reshape(-1, 2).T
    label = strong_components(a, b, len(edges))
    metres = np.array([lane.length for _, lane in lanes]) * cars
    size = np.bincount(label[edge], weights=metres, minlength=int(label.max()) + 1)
    rank = np.empty(len(size), dtype=np.int64)
    rank[np.argsort(-size, kind="stable")] = np.arange(len(size))
    return rank[label].astype(np.int32)


def _lanes(edges: list[DrawnEdge], lanes: list[DrawnLane], paths: list[Path], move: Move) -> Lanes:
    turns = np.zeros(len(lanes), dtype=np.int64)
    for path in paths:
        turns[path.from_lane] |= int(_turn(path))
    return Lanes(
        edge=np.repeat(np.arange(len(edges)), [len(edge.lanes) for edge in edges]).astype(np.int32),
        index=np.array([lane.index for lane in lanes], np.int16),
        modes=np.array([int(lane.modes) for lane in lanes], np.uint16),
        width=np.array([lane.width for lane in lanes], np.float32),
        speed=np.array([lane.speed for lane in lanes], np.float32),
        turns=turns.astype(np.uint16),
        line=_moved([lane.shape for lane in lanes], move),
    )


def _turn(path: Path) -> Turn:
    return TURNS.get(path.row.text("dir", "s"), Turn.THROUGH)


def _connections(paths: list[Path], junction: Ints, lit: list[Lit], line: Polylines) -> Connections:
    signal = np.full(len(paths), -1, np.int32)
    for one in lit:
        signal[list(one.links)] = np.arange(len(one.links))
    return Connections(
        from_lane=np.array([path.from_lane for path in paths], np.int32),
        to_lane=np.array([path.to_lane for path in paths], np.int32),
        junction=junction.astype(np.int32),
        turn=np.array([int(_turn(path)) for path in paths], np.uint16),
        speed=np.array([path.speed for path in paths], np.float32),
        signal=signal,
        must_stop=np.array([path.row.text("state", "") in STOP_SIGNS for path in paths], np.bool_),
        line=line,
    )


def _crossings(
    drawing: Drawing, junction_row: dict[str, int], edge_row: dict[str, int], move: Move
) -> Crossings:
    """Where people cross: edges with function="crossing", named ":junction_c0"."""
    lit = {row.text("to") for row in drawing.inner_links.values() if row.text("tl", "")}
    kept: list[tuple[int, int, DrawnEdge]] = []
    for crossing in drawing.crossings:
        junction = junction_row.get(crossing.id[1:].rpartition("_c")[0], -1)
        crossed = [edge_row[name] for name in crossing.row.words("crossingEdges") if name in edge_row]
        if junction >= 0 and crossed and len(crossing.lanes[0].shape) > 1:
            kept.append((junction, crossed[0], crossing))
    return Crossings(
        junction=np.array([junction for junction, _, _ in kept], np.int32),
        edge=np.array([edge for _, edge, _ in kept], np.int32),
        width=np.array([crossing.lanes[0].width for _, _, crossing in kept], np.float32),
        signalled=np.array([crossing.id in lit for _, _, crossing in kept], np.bool_),
        line=_moved([crossing.lanes[0].shape for _, _, crossing in kept], move),
        provenance=np.full(len(kept), Provenance.MEASURED, np.uint8),
    )


def _no_walks() -> Walks:
    none = np.zeros(0)
    return Walks(
        kind=none.astype(np.uint8),
        edge=none.astype(np.int32),
        width=none.astype(np.float32),
        layer=none.astype(np.int8),
        line=Polylines.of([]),
        provenance=none.astype(np.uint8),
    )
