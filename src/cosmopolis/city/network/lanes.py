"""Stage 3: directed edges with their lanes, side by side along the trimmed segments."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.network import lines
from cosmopolis.city.network.profiles import ProfileTable
from cosmopolis.city.network.ragged import Ints, ranges, starts
from cosmopolis.city.network.segments import Segments
from cosmopolis.city.words import Mode
from cosmopolis.geometry.polylines import Polylines

F64 = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Roads:
    """E directed edges and their L lanes; edge e runs along segment ``segment[e]``."""

    segment: Ints  # (E,)
    backward: Bools  # (E,) against the segment's direction
    side: Ints  # (E,) directed profile
    begin: Ints  # (E,) segment end where it starts
    end: Ints  # (E,) segment end where it stops
    twin: Ints  # (E,) opposite edge of the same segment, -1
    axis: Polylines  # (E,) the trimmed segment's line in driving direction
    first_lane: Ints  # (E + 1,)
    general: list[tuple[int, ...]]  # (E,) indices of the lanes that are neither bus lanes nor cycle lanes
    general_count: Ints  # (E,)
    lane_edge: Ints  # (L,)
    lane_index: Ints  # (L,) 0 at the kerb
    lane_offset: F64  # (L,) m right of the axis
    lane_width: F64  # (L,) m
    lane_modes: Ints  # (L,)
    lane_speed: F64  # (L,) m/s
    lane_line: Polylines  # (L,)

    def __len__(self) -> int:
        return len(self.segment)


def lay_lanes(segments: Segments, table: ProfileTable, cut: F64) -> tuple[Roads, Polylines]:
    """Edges and lanes of all segments; also the (S,) trimmed segments."""
    rest = lines.trimmed(segments.line, cut[:, 0], cut[:, 1])
    count = np.diff(table.lane_start)
    # Directed profiles 2p, 2p + 1 of every segment; those without lanes are no edges.
    side = (2 * segments.profile[:, None] + np.array([0, 1])).ravel()
    exists = count[side] > 0
    number = np.where(exists, np.cumsum(exists) - 1, -1)
    twin = number.reshape(-1, 2)[:, ::-1].ravel()[exists]
    rows = np.flatnonzero(exists)
    segment, backward, side = rows // 2, rows % 2 == 1, side[exists]
    axis = lines.turned(lines.take(rest, segment), backward)
    lane = ranges(table.lane_start[side], count[side])
    lane_edge = np.repeat(np.arange(len(side)), count[side])
    squeeze = segments.squeeze[segment][lane_edge]
    general = _general_lanes(table)
    roads = Roads(
        segment=segment,
        backward=backward,
        side=side,
        begin=2 * segment + backward,
        end=2 * segment + ~backward,
        twin=twin,
        axis=axis,
        first_lane=starts(count[side]),
        general=[general[s] for s in side.tolist()],
        general_count=np.array([len(lanes) for lanes in general], dtype=np.int64)[side],
        lane_edge=lane_edge,
        lane_index=ranges(np.zeros(len(side)), count[side]),
        lane_offset=table.lane_offset[lane] * squeeze,
        lane_width=table.lane_width[lane] * squeeze,
        lane_modes=table.lane_modes[lane],
        lane_speed=table.lane_speed[lane],
        lane_line=lines.offset(axis, lane_edge, table.lane_offset[lane] * squeeze),
    )
    return roads, rest


def _general_lanes(table: ProfileTable) -> list[tuple[int, ...]]:
    """(2P,) indices of the lanes for general traffic of every directed profile, kerb side first.

    Where there is none (a busway's bus lanes alone), the lanes that are not for bicycles count.
    """
    out = []
    for begin, end in zip(table.lane_start[:-1], table.lane_start[1:]):
        modes = table.lane_modes[begin:end]
        special = (modes == Mode.BICYCLE) | ((modes & Mode.BUS > 0) & (modes & (Mode.CAR | Mode.TRUCK) == 0))
        wanted = np.flatnonzero(~special)
        if len(wanted) == 0:
            wanted = np.flatnonzero(modes != Mode.BICYCLE)
        if len(wanted) == 0:
            wanted = np.arange(len(modes))
        out.append(tuple(wanted.tolist()))
    return out


def carriageway_lines(segments: Segments, roads: Roads) -> Polylines:
    """(E,) centre line of every carriageway from junction to junction, not trimmed."""
    whole = lines.turned(lines.take(segments.line, roads.segment), roads.backward)
    low = np.minimum.reduceat(roads.lane_offset - roads.lane_width / 2, roads.first_lane[:-1])
    high = np.maximum.reduceat(roads.lane_offset + roads.lane_width / 2, roads.first_lane[:-1])
    return lines.offset(whole, np.arange(len(roads)), (low + high) / 2)
