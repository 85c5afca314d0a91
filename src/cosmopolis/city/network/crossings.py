"""Stage 8a: where people cross a street on foot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from cosmopolis.city.network import lines
from cosmopolis.city.network.profiles import ProfileTable
from cosmopolis.city.network.ragged import Ints
from cosmopolis.city.network.segments import Segments, kerbs
from cosmopolis.city.raw import RawCity
from cosmopolis.city.words import Provenance, StreetKind
from cosmopolis.geometry.polylines import Polylines

F64 = NDArray[np.float64]
Bools = NDArray[np.bool_]

_AT_CORNER = 22.0  # m from a junction within which a drawn crossing is one of its arms' crossings,
_AT_LIGHTS = 42.0  # m where the junction has lights, for there the stop line is before the crossing
_INSIDE = 6.0  # m from a junction's node within which a drawn crossing only says that people cross there
SETBACK = 2.4  # m from the stop line to the middle of the crossing
WIDTH = 4.0  # m


@dataclass(frozen=True)
class FootCrossings:
    """Crossings as the source draws them, told apart by where they are."""

    walked: Bools  # (2S,) segment ends that are crossed on foot beside the junction
    signalled: Bools  # (2S,) those with lights
    drawn: Bools  # (2S,) those that the source draws; the others are made up at lights
    away: F64  # (2S,) m from the node to the drawn crossing, inf where its place is not drawn
    segment: Ints  # (X,) crossings between junctions: the segment,
    station: F64  # (X,) the place along it, m
    lit: Bools  # (X,) and whether people have lights there


def foot_crossings(
    segments: Segments, table: ProfileTable, place: Ints, lit: Bools, raw: RawCity
) -> FootCrossings:
    """Arms of junctions that people cross, and crossings between junctions."""
    node = segments.node
    junction = place[node]
    degree = np.bincount(junction, minlength=len(place))
    kind = np.repeat(table.kind[segments.profile], 2)
    slow = (kind > StreetKind.TRUNK_LINK) & (kind != StreetKind.BUSWAY)
    on_ground = ~np.repeat(table.structure[segments.profile], 2)
    walked = lit[junction] & slow & on_ground & (degree[junction] > 2)
    signalled = walked.copy()
    drawn = np.zeros(len(node), dtype=bool)
    away = np.full(len(node), np.inf)
    nodes = np.array(sorted(raw.crossings), dtype=np.int64)
    if len(nodes) == 0 or len(segments) == 0:
        return FootCrossings(
            walked, signalled, drawn, away, np.zeros(0, np.int64), np.zeros(0), np.zeros(0, bool)
        )
    shapes = shapely.linestrings(segments.line.points[:, :2], indices=lines.owner(segments.line))
    points = shapely.points(raw.node_xy[nodes])
    at, segment = shapely.STRtree(shapes).query_nearest(points, max_distance=1.0, all_matches=True)
    station = shapely.line_locate_point(shapes[segment], points[at])
    length = segments.line.length[segment]
    lights = np.array([raw.crossings[int(n)] for n in nodes], dtype=bool)[at] | lit[place[nodes[at]]]
    tail = station > length / 2
    end = 2 * segment + tail
    far = np.where(tail, length - station, station)
    close = np.where(lit[junction[end]], _AT_LIGHTS, _AT_CORNER)
    corner = (far < np.minimum(close, length / 2 + 0.01)) & (degree[junction[end]] > 2) & on_ground[end]
    walked[end[corner]] = drawn[end[corner]] = True
    signalled[end[corner]] |= lights[corner]
    np.minimum.at(away, end[corner], np.where(far < _INSIDE, np.inf, far)[corner])
    between = ~corner
    return FootCrossings(
        walked, signalled & walked, drawn, away, segment[between], station[between], lights[between]
    )


def crossing_lines(
    segments: Segments, table: ProfileTable, feet: FootCrossings, cut: F64
) -> tuple[Polylines, Ints, Bools, NDArray[np.uint8]]:
    """(X,) kerb-to-kerb lines, the segment end (or -1 - segment between junctions), lights, provenance."""
    ends = np.flatnonzero(feet.walked & (cut.ravel() > SETBACK + 1.0))
    segment = np.concatenate([ends // 2, feet.segment])
    length = segments.line.length[segment]
    setback = np.maximum(np.minimum(cut.ravel()[ends] - SETBACK, feet.away[ends]), 0.5)
    station = np.concatenate([np.where(ends % 2 == 0, setback, length[: len(ends)] - setback), feet.station])
    middle = lines.at(segments.line, segment, station)
    ahead = lines.at(segments.line, segment, np.minimum(station + 1.0, length))
    behind = lines.at(segments.line, segment, np.maximum(station - 1.0, 0.0))
    heading = (ahead - behind)[:, :2]
    heading /= np.maximum(np.hypot(heading[:, 0], heading[:, 1]), 1e-9)[:, None]
    right = np.column_stack([heading[:, 1], -heading[:, 0], np.zeros(len(heading))])
    to_right, to_left = (reach[segment][:, None] for reach in kerbs(segments, table))
    both = np.stack([middle + right * to_right, middle - right * to_left], axis=1)
    line = Polylines(both.reshape(-1, 3), 2 * np.arange(len(segment) + 1))
    made = np.where(feet.drawn[ends], int(Provenance.MEASURED), int(Provenance.MODELLED))
    drawn = np.concatenate([made, np.full(len(feet.segment), int(Provenance.MEASURED))])
    street = np.array([row.provenance for row in table.rows] or [0])[segments.profile[segment]]
    provenance = np.maximum(drawn, street).astype(np.uint8)  # of an invented street they are invented
    return (
        line,
        np.concatenate([ends, -1 - feet.segment]),
        np.concatenate([feet.signalled[ends], feet.lit]),
        provenance,
    )
