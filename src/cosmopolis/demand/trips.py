"""Trips: who leaves when, from which kerb, along which edges, to which kerb."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Trips:
    """N vehicle trips of one day, sorted by `depart`. A bus run is a trip with halts."""

    depart: NDArray[np.float64]  # (N,) s after midnight
    kind: (
        NDArray[np.uint8] | NDArray[np.uint16]
    )  # (N,) row of the run's Drivers: words.VehicleKind by default
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
    halt_until: NDArray[
        np.float32
    ]  # (H,) s after the trip's departure, before which it does not go on; 0: any time
    halt_beside: NDArray[np.uint8]  # (H,) 1: the vehicle stands beside the lane, where others can pass it
    halt_stop: NDArray[np.int32]  # (H,) row of City.stops
    line: NDArray[np.int32]  # (N,) row of City.transit_lines, -1

    def __len__(self) -> int:
        return len(self.depart)

    @property
    def nbytes(self) -> int:
        return sum(getattr(self, name).nbytes for name in self.__dataclass_fields__)


_RAGGED = {"route": "route_start", "halt_lane": "halt_start", "halt_position": "halt_start"}
_RAGGED |= {"halt_dwell": "halt_start", "halt_until": "halt_start", "halt_stop": "halt_start"}
_RAGGED["halt_beside"] = "halt_start"
_STARTS = ("route_start", "halt_start")


def no_trips() -> Trips:
    """Zero trips, with the right types."""
    types: dict[str, type] = {"depart": np.float64, "kind": np.uint8, "halt_beside": np.uint8}
    metres_or_seconds = ("from_position", "to_position", "halt_position", "halt_dwell", "halt_until")
    types |= dict.fromkeys(metres_or_seconds, np.float32)
    arrays: dict[str, Any] = {
        name: np.zeros(0, dtype=types.get(name, np.int32)) for name in Trips.__dataclass_fields__
    }
    return Trips(**(arrays | {name: np.zeros(1, dtype=np.int64) for name in _STARTS}))


def concatenate(parts: list[Trips]) -> Trips:
    """All trips of the parts, one part after the other."""
    columns: dict[str, Any] = {}
    for name in Trips.__dataclass_fields__:
        arrays = [getattr(part, name) for part in parts]
        if name in _STARTS:
            sizes = np.concatenate([np.diff(array) for array in arrays])
            columns[name] = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        else:
            columns[name] = np.concatenate(arrays)
    return Trips(**columns)


def sorted_by_departure(trips: Trips) -> Trips:
    """The same trips in order of departure; those of the same second keep their order."""
    return take(trips, np.argsort(trips.depart, kind="stable"))


def take(trips: Trips, rows: NDArray) -> Trips:
    """The trips of `rows`, in that order."""
    columns: dict[str, Any] = {}
    for name in Trips.__dataclass_fields__:
        if name in _STARTS:
            columns[name] = np.concatenate([[0], np.cumsum(np.diff(getattr(trips, name))[rows])]).astype(
                np.int64
            )
        elif name in _RAGGED:
            columns[name] = getattr(trips, name)[_ragged_rows(getattr(trips, _RAGGED[name]), rows)]
        else:
            columns[name] = getattr(trips, name)[rows]
    return Trips(**columns)


def _ragged_rows(start: NDArray[np.int64], rows: NDArray) -> NDArray[np.int64]:
    """Where the values of `rows` lie, row by row."""
    sizes = np.diff(start)[rows]
    begin = np.concatenate([[0], np.cumsum(sizes)])
    return np.repeat(start[:-1][rows] - begin[:-1], sizes) + np.arange(begin[-1])
