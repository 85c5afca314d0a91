"""The last stage: everything as the tables of `city.model`."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.model import (
    Conflicts,
    Connections,
    Crossings,
    Edges,
    Junctions,
    Lanes,
    Network,
    Signals,
    Walks,
)
from cosmopolis.city.network.components import strong_components
from cosmopolis.city.network.connections import Links
from cosmopolis.city.network.crossings import WIDTH as CROSSING_WIDTH
from cosmopolis.city.network.lanes import Roads, carriageway_lines
from cosmopolis.city.network.movements import Movements
from cosmopolis.city.network.priority import Rules
from cosmopolis.city.network.profiles import ProfileTable
from cosmopolis.city.network.ragged import Ints, ranges
from cosmopolis.city.network.segments import Segments
from cosmopolis.city.network.walks import WalkRows
from cosmopolis.city.raw import RawCity
from cosmopolis.city.words import Mode, Provenance
from cosmopolis.geometry.polylines import Polylines

F64 = NDArray[np.float64]
Bools = NDArray[np.bool_]
Shapes = NDArray[np.object_]


@dataclass(frozen=True)
class Draft:
    """What the stages made, with places (nodes of the drawing) where the tables have junctions."""

    raw: RawCity
    segments: Segments
    table: ProfileTable
    place: Ints  # (N,)
    roads: Roads
    moves: Movements
    links: Links
    rules: Rules
    areas: Shapes  # (N,)
    conflicts: Conflicts
    signals: Signals  # its junctions are places
    crossing: tuple[Polylines, Ints, Bools, NDArray[np.uint8]]
    walks: list[WalkRows]


def assemble(draft: Draft) -> Network:
    """The network's tables."""
    end_place = draft.place[draft.segments.node]
    places, row = np.unique(end_place, return_inverse=True)
    junction_at = np.full(len(draft.place), -1, dtype=np.int64)
    junction_at[places] = np.arange(len(places))
    signals = replace(draft.signals, junction=junction_at[draft.signals.junction].astype(np.int32))
    connections = _connections(draft, junction_at, signals)
    return Network(
        junctions=_junctions(draft, places, row, signals),
        edges=_edges(draft, row),
        lanes=_lanes(draft),
        connections=connections,
        conflicts=draft.conflicts,
        signals=signals,
        crossings=_crossings(draft, row),
        walks=_walks(draft.walks),
    )


def _junctions(draft: Draft, places: Ints, row: Ints, signals: Signals) -> Junctions:
    ends = draft.segments.line
    tips = np.stack([ends.points[ends.start[:-1]], ends.points[ends.start[1:] - 1]], axis=1).reshape(-1, 3)
    count = np.bincount(row, minlength=len(places))
    xy = np.column_stack(
        [np.bincount(row, weights=tips[:, k], minlength=len(places)) / np.maximum(count, 1) for k in (0, 1)]
    )
    layer = np.repeat(draft.table.layer[draft.segments.profile], 2)
    lowest = np.full(len(places), 127, dtype=np.int64)
    np.minimum.at(lowest, row, np.abs(layer))
    sign = np.zeros(len(places), dtype=np.int64)
    sign[row] = np.sign(layer)
    program = np.full(len(places), -1, dtype=np.int32)
    program[signals.junction] = np.arange(len(signals))
    keys = draft.raw.node_keys
    return Junctions(
        key=[keys[p] if keys else f"node:{p}" for p in places.tolist()],
        xy=xy,
        layer=(lowest * sign).astype(np.int8),
        control=draft.rules.control[places].astype(np.uint8),
        program=program,
        area=draft.areas[places],
    )


def _edges(draft: Draft, row: Ints) -> Edges:
    roads, segments, table = draft.roads, draft.segments, draft.table
    profile = segments.profile[roads.segment]
    column = {
        name: np.array([getattr(r, name) for r in table.rows])[profile] if table.rows else np.zeros(0)
        for name in ("bridge", "tunnel", "toll", "provenance", "lanes_measured")
    }
    streets = draft.raw.streets
    keys = [
        f"{streets[s].key}#{p}{'-' if back else ''}"
        for s, p, back in zip(
            segments.street[roads.segment].tolist(),
            segments.piece[roads.segment].tolist(),
            roads.backward.tolist(),
        )
    ]
    guessed = np.where(column["lanes_measured"], int(Provenance.MEASURED), int(Provenance.MODELLED))
    measured = np.maximum(column["provenance"], guessed)
    return Edges(
        key=keys,
        name=[streets[s].name for s in segments.street[roads.segment].tolist()],
        from_junction=row[roads.begin].astype(np.int32),
        to_junction=row[roads.end].astype(np.int32),
        first_lane=roads.first_lane[:-1].astype(np.int32),
        lane_count=np.diff(roads.first_lane).astype(np.int16),
        kind=table.kind[profile].astype(np.uint8),
        speed=table.side_speed[roads.side].astype(np.float32),
        layer=table.layer[profile].astype(np.int8),
        bridge=column["bridge"].astype(bool),
        tunnel=column["tunnel"].astype(bool),
        roundabout=table.roundabout[profile],
        toll=column["toll"].astype(bool),
        twin=roads.twin.astype(np.int32),
        component=_edge_components(draft).astype(np.int32),
        line=carriageway_lines(segments, roads),
        provenance=column["provenance"].astype(np.uint8),
        lanes_provenance=measured.astype(np.uint8),
    )


def _edge_components(draft: Draft) -> Ints:
    """(E,) strongly connected component for cars over the connections; 0 has most lane length."""
    roads = draft.roads
    car_lane = roads.lane_modes & int(Mode.CAR) > 0
    by_car = car_lane[draft.links.from_lane] & car_lane[draft.links.to_lane]
    a, b = roads.lane_edge[draft.links.from_lane[by_car]], roads.lane_edge[draft.links.to_lane[by_car]]
    label = strong_components(a, b, len(roads))
    weight = np.where(car_lane, roads.lane_line.length, 0.0)
    size = np.bincount(label[roads.lane_edge], weights=weight, minlength=int(label.max(initial=-1)) + 1)
    rank = np.empty(len(size), dtype=np.int64)
    rank[np.argsort(-size, kind="stable")] = np.arange(len(size))
    return rank[label]


def _lanes(draft: Draft) -> Lanes:
    roads = draft.roads
    turns = np.zeros(len(roads.lane_edge), dtype=np.int64)
    np.bitwise_or.at(turns, draft.links.from_lane, draft.moves.turn[draft.links.movement])
    speed = roads.lane_speed
    slow = np.where(roads.lane_modes == int(Mode.BICYCLE), np.minimum(speed, 20 / 3.6), speed)
    return Lanes(
        edge=roads.lane_edge.astype(np.int32),
        index=roads.lane_index.astype(np.int16),
        modes=roads.lane_modes.astype(np.uint16),
        width=roads.lane_width.astype(np.float32),
        speed=slow.astype(np.float32),
        turns=turns.astype(np.uint16),
        line=roads.lane_line,
    )


def _connections(draft: Draft, junction_at: Ints, signals: Signals) -> Connections:
    roads = draft.roads
    limit = draft.table.side_speed[roads.side]
    both = np.maximum(
        limit[roads.lane_edge[draft.links.from_lane]], limit[roads.lane_edge[draft.links.to_lane]]
    )
    signal = np.full(len(draft.links.from_lane), -1, dtype=np.int32)
    signal[signals.link] = ranges(
        np.zeros(len(signals)), np.diff(signals.link_start)
    )  # counted within its program
    return Connections(
        from_lane=draft.links.from_lane.astype(np.int32),
        to_lane=draft.links.to_lane.astype(np.int32),
        junction=junction_at[draft.links.junction].astype(np.int32),
        turn=draft.moves.turn[draft.links.movement].astype(np.uint16),
        speed=np.minimum(draft.links.curve_speed, both).astype(np.float32),
        signal=signal,
        must_stop=draft.rules.stopped[roads.lane_edge[draft.links.from_lane]],
        line=draft.links.path,
    )


def _crossings(draft: Draft, row: Ints) -> Crossings:
    line, at, lit, provenance = draft.crossing
    corner = at >= 0
    segment = np.where(corner, at // 2, -1 - at)
    first_edge = np.full(len(draft.segments), -1, dtype=np.int64)
    first_edge[draft.roads.segment[::-1]] = np.arange(len(draft.roads))[::-1]
    return Crossings(
        junction=np.where(corner, row[np.where(corner, at, 0)] if len(row) else -1, -1).astype(np.int32),
        edge=first_edge[segment].astype(np.int32),
        width=np.full(len(at), CROSSING_WIDTH, dtype=np.float32),
        signalled=lit.astype(bool),
        line=line,
        provenance=provenance,
    )


def _walks(rows: list[WalkRows]) -> Walks:
    line = Polylines.of([]) if not rows else rows[0].line
    for more in rows[1:]:
        line = Polylines(
            np.concatenate([line.points, more.line.points]),
            np.concatenate([line.start, line.start[-1] + more.line.start[1:]]),
        )

    def column(name: str) -> NDArray:
        return np.concatenate([getattr(r, name) for r in rows]) if rows else np.zeros(0)

    return Walks(
        kind=column("kind").astype(np.uint8),
        edge=column("edge").astype(np.int32),
        width=column("width").astype(np.float32),
        layer=column("layer").astype(np.int8),
        line=line,
        provenance=column("provenance").astype(np.uint8),
    )
