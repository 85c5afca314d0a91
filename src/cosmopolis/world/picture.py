"""One moment of the city, as the world shows it to its visitors. Immutable: it crosses from thread to thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cosmopolis.world.frames import CellRecords
from cosmopolis.world.in_force import InForce


@dataclass(frozen=True)
class Traffic:
    """Every vehicle on the road, in the simulation's order."""

    id: NDArray[np.uint32]  # (N,)
    path: NDArray[np.int32]  # (N,) lane, or lanes + connection
    position: NDArray[np.float32]  # (N,) m along the path, front bumper
    speed: NDArray[np.float32]  # (N,) m/s
    kind: NDArray[np.uint8]  # (N,) words.VehicleKind

    def __len__(self) -> int:
        return len(self.id)

    def on(self, paths: Sequence[int]) -> Traffic:
        """Those on some `paths` (ascending, at least one)."""
        wanted = np.asarray(paths, np.int32)
        nearest = np.minimum(np.searchsorted(wanted, self.path), len(wanted) - 1)
        rows = np.flatnonzero(wanted[nearest] == self.path)
        return Traffic(**{name: values[rows] for name, values in vars(self).items()})


@dataclass(frozen=True)
class EdgeState:
    """What each of E edges carries now; `speed`, `density` and `flow` smoothed over about a minute."""

    speed: NDArray[np.float32]  # (E,) share of the free speed
    density: NDArray[np.float32]  # (E,) vehicles per lane-kilometre
    flow: NDArray[np.float32]  # (E,) vehicles an hour and lane
    queue: NDArray[np.float32]  # (E,) share 0..1 of its fullest lane that standing vehicles take up


@dataclass(frozen=True)
class Picture:
    tick: int  # grows by one a picture
    time: float  # s after midnight of day 0, of the state it shows
    era: int  # grows by one with every jump: what was shown before says nothing about what is shown now
    traffic: Traffic
    cells: CellRecords
    phases: NDArray[np.uint16]  # (S,) current phase of each program
    edges: EdgeState
    counts: dict[str, int]  # vehicles, waiting, arrived, departed, updates
    speed_reached: float  # city seconds a second over the last second
    updates_per_s: float
    watched: dict[int, dict[str, Any] | None] = field(default_factory=dict)  # vehicles being followed
    in_force: InForce = field(default_factory=InForce)  # closures and limits by order
