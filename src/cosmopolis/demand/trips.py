"""Trips: who leaves when, from which kerb, along which edges, to which kerb."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Trips:
    """N vehicle trips of one day, sorted by `depart`. A bus run is a trip with halts."""

    depart: NDArray[np.float64]  # (N,) s after midnight
    kind: NDArray[np.uint8]  # (N,) words.VehicleKind
    from_lane: NDArray[np.int32]  # (N,)
    from_position: NDArray[np.float32]  # (N,) m along from_lane
    to_lane: NDArray[np.int32]  # (N,)
    to_position: NDArray[np.float32]  # (N,) m along to_lane
    origin: NDArray[np.int32]  # (N,) building, -1 for the border or a bus depot
    destination: NDArray[np.int32]  # (N,) building, -1
    route_start: NDArray[np.int64]  # (N + 1,)
    route: NDArray[np.int32]  # (R,) edges; the first holds from_lane, the last to_lane
    halt_start: NDArray[np.int64]  # (N + 1,)
    halt_lane: NDArray[np.int32]  # (H,)
    halt_position: NDArray[np.float32]  # (H,) m along halt_lane
    halt_dwell: NDArray[np.float32]  # (H,) s
    halt_stop: NDArray[np.int32]  # (H,) row of City.stops
    line: NDArray[np.int32]  # (N,) row of City.transit_lines, -1

    def __len__(self) -> int:
        return len(self.depart)
