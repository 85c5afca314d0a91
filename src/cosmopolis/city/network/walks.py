"""Stage 8b: sidewalks along the kerbs, and the footpaths and cycle paths that have their own way."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cosmopolis.city.network import lines
from cosmopolis.city.network.heights import lifted_lines
from cosmopolis.city.network.lanes import Roads
from cosmopolis.city.network.profiles import ProfileTable
from cosmopolis.city.network.ragged import Ints, starts
from cosmopolis.city.network.segments import Segments
from cosmopolis.city.raw import RawCity
from cosmopolis.city.words import StreetKind
from cosmopolis.geometry.polylines import Polylines

_K = StreetKind
_WIDTH = {_K.PEDESTRIAN: 5.0, _K.FOOTWAY: 2.0, _K.CYCLEWAY: 2.5, _K.PATH: 1.6, _K.STEPS: 2.0, _K.TRACK: 2.5}
_SIDEWALK = 2.5  # m
_KERB = 0.15  # m between carriageway and sidewalk
_STEEP = 0.4  # slope of stairs and ramps to a footbridge


class WalkRows(NamedTuple):
    """W walks before they are a table."""

    line: Polylines
    kind: Ints
    edge: Ints
    width: np.ndarray
    layer: Ints
    provenance: Ints


def sidewalks(segments: Segments, table: ProfileTable, roads: Roads) -> WalkRows:
    """A sidewalk outside the kerb of every edge that has one; a one-way street may have one on its left too."""
    rows = table.rows
    right = np.array([row.sidewalk_right for row in rows] or [False])[segments.profile[roads.segment]]
    left = np.array([row.sidewalk_left for row in rows] or [False])[segments.profile[roads.segment]]
    own = np.where(roads.backward, left, right)
    other = np.where(roads.backward, right, left) & (roads.twin < 0)
    low = np.minimum.reduceat(roads.lane_offset - roads.lane_width / 2, roads.first_lane[:-1])
    high = np.maximum.reduceat(roads.lane_offset + roads.lane_width / 2, roads.first_lane[:-1])
    a, b = np.flatnonzero(own), np.flatnonzero(other)
    edge = np.concatenate([a, b])
    away = _KERB + _SIDEWALK / 2
    line = lines.offset(roads.axis, edge, np.concatenate([high[a] + away, low[b] - away]))
    segment = roads.segment[edge]
    return WalkRows(
        line,
        np.full(len(edge), int(_K.FOOTWAY)),
        edge,
        np.full(len(edge), _SIDEWALK),
        table.layer[segments.profile[segment]],
        np.array([row.provenance for row in rows] or [0])[segments.profile[segment]],
    )


def own_ways(raw: RawCity) -> WalkRows:
    """Footpaths, cycle paths, stairs, pedestrian streets and field tracks as drawn; bridges rise steeply."""
    streets = [street for street in raw.streets if street.kind in _WIDTH and len(street.nodes) > 1]
    nodes = [street.nodes for street in streets]
    flat = np.concatenate(nodes) if nodes else np.zeros(0, dtype=np.int64)
    line = lines.of_flat(raw.node_xy[flat], starts([len(n) for n in nodes]))
    layer = np.array(
        [(s.layer or (1 if s.bridge else -1)) if s.bridge or s.tunnel else 0 for s in streets], dtype=np.int64
    )
    ends = np.array([[n[0], n[-1]] for n in nodes], dtype=np.int64).reshape(-1, 2)
    line = lifted_lines(line, layer, ends[:, 0], ends[:, 1], slope=_STEEP)
    kind = np.array([int(_K.PATH if s.kind == _K.TRACK else s.kind) for s in streets], dtype=np.int64)
    return WalkRows(
        line,
        kind,
        np.full(len(streets), -1, dtype=np.int64),
        np.array([s.lane_width or _WIDTH[s.kind] for s in streets], dtype=np.float64),
        layer,
        np.array([int(s.provenance) for s in streets], dtype=np.int64),
    )
