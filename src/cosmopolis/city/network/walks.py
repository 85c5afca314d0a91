"""Stage 8b: sidewalks along the kerbs, and the footpaths and cycle paths that have their own way."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from cosmopolis.city.network import lines
from cosmopolis.city.network.areas import Corners
from cosmopolis.city.network.heights import lifted_lines
from cosmopolis.city.network.lanes import Roads
from cosmopolis.city.network.profiles import ProfileTable
from cosmopolis.city.network.ragged import Ints, starts
from cosmopolis.city.network.segments import Segments
from cosmopolis.city.raw import RawCity
from cosmopolis.city.words import Provenance, StreetKind
from cosmopolis.geometry.polylines import Polylines

Bools = NDArray[np.bool_]

_K = StreetKind
_WIDTH = {_K.PEDESTRIAN: 5.0, _K.FOOTWAY: 2.0, _K.CYCLEWAY: 2.5, _K.PATH: 1.6, _K.STEPS: 2.0, _K.TRACK: 2.5}
_SIDEWALK = 2.5  # m
_KERB = 0.15  # m between carriageway and sidewalk
_MEDIAN = 40.0  # m from one carriageway of a divided road to the other at most
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
    ring = table.roundabout[segments.profile[roads.segment]]
    right = np.array([row.sidewalk_right for row in rows] or [False])[segments.profile[roads.segment]]
    left = np.array([row.sidewalk_left for row in rows] or [False])[segments.profile[roads.segment]]
    own = np.where(roads.backward, left, right) & ~(ring & roads.backward)
    other = np.where(roads.backward, right, left) & (roads.twin < 0) & ~ring & ~beside_median(roads)
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


def beside_median(roads: Roads) -> Bools:
    """(E,) one-way edges that have the opposite carriageway of a divided road on their left."""
    out = np.zeros(len(roads), dtype=bool)
    single = np.flatnonzero(roads.twin < 0)
    if len(single) < 2:
        return out
    rows = np.arange(len(roads))[single]
    half = roads.axis.length[single] / 2
    middle = lines.at(roads.axis, rows, half)[:, :2]
    ahead = lines.at(roads.axis, rows, half + 1.0)[:, :2] - lines.at(roads.axis, rows, half - 1.0)[:, :2]
    heading = ahead / np.maximum(np.hypot(ahead[:, 0], ahead[:, 1]), 1e-9)[:, None]
    across = np.column_stack([-heading[:, 1], heading[:, 0]]) * _MEDIAN
    rays = shapely.linestrings(np.stack([middle, middle + across], axis=1))
    shapes = shapely.linestrings(roads.axis.points[:, :2], indices=lines.owner(roads.axis))[single]
    ray, other = shapely.STRtree(shapes).query(rays, predicate="intersects")
    against = (heading[ray] * heading[other]).sum(axis=1) < -0.8
    out[single[ray[against & (ray != other)]]] = True
    return out


def corner_walks(segments: Segments, table: ProfileTable, roads: Roads, corners: Corners) -> WalkRows:
    """The sidewalk around the corner between two streets that both have one there."""
    rows = table.rows
    right = np.array([row.sidewalk_right for row in rows] or [False])[segments.profile]
    left = np.array([row.sidewalk_left for row in rows] or [False])[segments.profile]
    on_right, on_left = np.column_stack([right, left]).ravel(), np.column_stack([left, right]).ravel()
    i, j = corners.order, corners.following
    long = np.hypot(*(corners.curve[:, -1, :2] - corners.curve[:, 0, :2]).T)
    single = table.one_way[segments.profile]
    # Between the two carriageways of a divided road there is a median, not a corner.
    median = (
        single[i // 2]
        & single[j // 2]
        & (table.kind[segments.profile][i // 2] == table.kind[segments.profile][j // 2])
    )
    wanted = on_left[i] & on_right[j] & (i != j) & (long > 0.5) & (corners.count[corners.junction[i]] > 1)
    ring = table.roundabout[segments.profile]
    wanted &= ~(ring[i // 2] & ring[j // 2])
    wanted &= ~(median & (_alike(corners, i, j)))
    pick = np.flatnonzero(wanted)
    count = np.full(len(pick), corners.curve.shape[1])
    curve = Polylines(corners.curve[pick].reshape(-1, 3), starts(count))
    away = np.full(len(pick), _KERB + _SIDEWALK / 2)
    first_edge = np.full(len(segments), -1, dtype=np.int64)
    first_edge[roads.segment[::-1]] = np.arange(len(roads))[::-1]
    segment = i[pick] // 2
    return WalkRows(
        lines.offset(curve, np.arange(len(pick)), away),
        np.full(len(pick), int(_K.FOOTWAY)),
        first_edge[segment],
        np.full(len(pick), _SIDEWALK),
        table.layer[segments.profile[segment]],
        np.array([row.provenance for row in rows] or [0])[segments.profile[segment]],
    )


def _alike(corners: Corners, i: Ints, j: Ints) -> Bools:
    """Whether two ends leave their junction in nearly the same direction."""
    a = corners.right[i] - corners.left[i]
    b = corners.right[j] - corners.left[j]
    size = np.maximum(np.hypot(*a.T) * np.hypot(*b.T), 1e-9)
    return (a * b).sum(axis=1) / size > 0.8


def with_guesses(walks: WalkRows, segments: Segments, roads: Roads, raw: RawCity) -> WalkRows:
    """The same walks; along streets of which nobody said where their sidewalks are they are modelled."""
    told = np.array([street.sidewalks_measured for street in raw.streets] or [True])
    guessed = ~told[segments.street[roads.segment[walks.edge]]]
    least = np.where(guessed, int(Provenance.MODELLED), int(Provenance.MEASURED))
    return walks._replace(provenance=np.maximum(walks.provenance, least))


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
