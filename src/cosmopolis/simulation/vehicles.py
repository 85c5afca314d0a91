"""What others see of the vehicles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Vehicles:
    """N vehicles on the road, contiguous by path, the rearmost of each path first. Copies: keep them as you like."""

    id: NDArray[np.uint32]  # (N,) stable while the vehicle is on the road
    path: NDArray[np.int32]  # (N,) lane, or len(lanes) + connection
    position: NDArray[np.float32]  # (N,) m, front bumper along the path
    speed: NDArray[np.float32]  # (N,) m/s
    kind: NDArray[np.uint8]  # (N,) words.VehicleKind
    trip: NDArray[np.int32]  # (N,) row of Trips; rows past its end are trips that a command added

    def __len__(self) -> int:
        return len(self.id)
