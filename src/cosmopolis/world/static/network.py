"""The street network as columns (SPEC 3)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.model import Edges, Lanes, Network, Signals
from cosmopolis.world.columns import Delta
from cosmopolis.world.static.shapes import (
    Columns,
    centimetres,
    decimetres,
    outlines,
    polylines,
    thinned,
)

UNSEEN = 0.03  # m that a line on the road may be off without anyone seeing it
EDGE_FLAGS = {"BRIDGE": 1, "TUNNEL": 2, "ROUNDABOUT": 4, "TOLL": 8}  # by the column of Edges (3.1)


def network(net: Network) -> Columns:
    return {
        **edges(net.edges),
        **lanes(net.lanes),
        **connections(net),
        **junctions(net),
        **signals(net.signals),
        **crossings(net),
        **walks(net),
    }


def edges(e: Edges) -> Columns:
    names, name = np.unique(np.array(list(e.name), dtype=object).astype(str), return_inverse=True)
    flags = np.zeros(len(e), np.uint8)
    for word, flag in EDGE_FLAGS.items():
        flags |= getattr(e, word.lower()) * np.uint8(flag)
    return {
        "names": [str(text) for text in names],
        "edge_name": name.astype(np.uint32),
        "edge_kind": e.kind.astype(np.uint8),
        "edge_speed": e.speed.astype(np.float32),
        "edge_layer": e.layer.astype(np.int8),
        "edge_flags": flags,
        "edge_from": Delta(e.from_junction.astype(np.int32)),
        "edge_to": Delta(e.to_junction.astype(np.int32)),
        "edge_first_lane": Delta(e.first_lane.astype(np.int32)),
        "edge_lane_count": e.lane_count.astype(np.uint8),
        "edge_twin": Delta(e.twin.astype(np.int32)),
        "edge_provenance": e.provenance.astype(np.uint8),
        "edge_lanes_provenance": e.lanes_provenance.astype(np.uint8),
    }


def lanes(rows: Lanes) -> Columns:
    return {
        "lane_edge": Delta(rows.edge.astype(np.int32)),
        "lane_modes": rows.modes.astype(np.uint16),
        "lane_turns": rows.turns.astype(np.uint16),
        "lane_width": decimetres(rows.width, np.uint8),
        **polylines("lane", thinned(rows.line, UNSEEN)),
    }


def connections(net: Network) -> Columns:
    rows = net.connections
    return {
        "connection_from": Delta(rows.from_lane.astype(np.int32)),
        "connection_to": Delta(rows.to_lane.astype(np.int32)),
        "connection_junction": Delta(rows.junction.astype(np.int32)),
        "connection_turn": rows.turn.astype(np.uint16),
        "connection_signal": Delta(rows.signal.astype(np.int32)),
        **polylines("connection", thinned(rows.line, UNSEEN)),
    }


def junctions(net: Network) -> Columns:
    rows = net.junctions
    return {
        "junction_px": centimetres(rows.xy[:, 0]),
        "junction_py": centimetres(rows.xy[:, 1]),
        "junction_control": rows.control.astype(np.uint8),
        "junction_program": Delta(rows.program.astype(np.int32)),
        "junction_level": centimetres(levels(net)),
        **outlines("junction", rows.area),
    }


def levels(net: Network) -> NDArray[np.float64]:
    """(J,) m: the height of each junction's surface, the mean of where its lanes begin and end."""
    e, line = net.edges, net.lanes.line
    drawn = np.flatnonzero(np.diff(line.start) > 0)
    edge = net.lanes.edge[drawn]
    junction = np.concatenate([e.from_junction[edge], e.to_junction[edge]])
    z = np.concatenate([line.points[line.start[drawn], 2], line.points[line.start[drawn + 1] - 1, 2]])
    count = np.bincount(junction, minlength=len(net.junctions))
    total = np.bincount(junction, weights=z, minlength=len(net.junctions))
    return total / np.maximum(count, 1)


def signals(rows: Signals) -> Columns:
    return {
        "program_junction": rows.junction.astype(np.int32),
        "link_start": Delta(rows.link_start.astype(np.uint32)),
        "link_connection": Delta(rows.link.astype(np.int32)),
        "phase_start": Delta(rows.phase_start.astype(np.uint32)),
        "phase_duration": rows.duration.astype(np.float32),
        "light_start": Delta(rows.light_start.astype(np.uint32)),
        "light": rows.light.astype(np.uint8),
    }


def crossings(net: Network) -> Columns:
    rows = net.crossings
    return {
        **polylines("crossing", thinned(rows.line, UNSEEN)),
        "crossing_width": decimetres(rows.width, np.uint8),
        "crossing_signalled": rows.signalled.astype(np.uint8),
    }


def walks(net: Network) -> Columns:
    rows = net.walks
    return {
        "walk_kind": rows.kind.astype(np.uint8),
        "walk_width": decimetres(rows.width, np.uint8),
        "walk_edge": Delta(rows.edge.astype(np.int32)),
        **polylines("walk", thinned(rows.line, 2 * UNSEEN)),
    }
