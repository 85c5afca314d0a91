"""Stage 5: the connections of lanes through junctions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.network.lane_choice import choose_lanes
from cosmopolis.city.network.lanes import Roads
from cosmopolis.city.network.movements import Movements
from cosmopolis.city.network.paths import junction_paths
from cosmopolis.city.network.ragged import Ints
from cosmopolis.city.network.segments import Segments
from cosmopolis.geometry.polylines import Polylines


@dataclass(frozen=True)
class Links:
    """C connections, sorted by `from_lane`."""

    from_lane: Ints  # (C,)
    to_lane: Ints  # (C,)
    movement: Ints  # (C,) row of Movements
    junction: Ints  # (C,) the place
    path: Polylines  # (C,)
    curve_speed: NDArray[np.float64]  # (C,) m/s

    def __len__(self) -> int:
        return len(self.from_lane)


def connect_lanes(segments: Segments, roads: Roads, moves: Movements, place: Ints) -> Links:
    """Which lane leads into which, and on what curve."""
    from_lane, to_lane, movement = choose_lanes(segments, roads, moves)
    path, speed = junction_paths(roads.lane_line, from_lane, to_lane)
    junction = place[segments.node[roads.end[moves.source[movement]]]]
    return Links(from_lane, to_lane, movement, junction, path, speed)
