"""Where every vehicle was, every so many seconds: a table that goes to disk as it grows, and is never held whole."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from cosmopolis.city.model import Network
from cosmopolis.geometry.polylines import Polylines
from cosmopolis.planning.schemas import KINDS, TRAJECTORIES
from cosmopolis.planning.tables import table, words
from cosmopolis.simulation import Vehicles

ROWS = 200_000  # in a row group, about


@dataclass(frozen=True)
class Sight:
    """The vehicles at one moment, with their places on the ground."""

    time: float
    vehicles: Vehicles
    point: NDArray[np.float64]  # (N, 3) m east, north, up: the middle of the front
    heading: NDArray[np.float64]  # (N,) rad from east


class Viewer:
    """Knows where every path lies."""

    def __init__(self, network: Network) -> None:
        lanes, ways = network.lanes.line, network.connections.line
        start = np.concatenate([lanes.start[:-1], ways.start + len(lanes.points)])
        self._lines = Polylines(np.concatenate([lanes.points, ways.points]), start)

    def see(self, time: float, vehicles: Vehicles) -> Sight:
        point, heading = self._lines.along(
            vehicles.path.astype(np.int64), vehicles.position.astype(np.float64)
        )
        return Sight(time, vehicles, point, heading)


class TrajectoryFile:
    """Writes sights to a Parquet file, a row group at a time; `close` it."""

    def __init__(self, path: Path, network: Network) -> None:
        self._edge = network.lanes.edge
        self.writer = pq.ParquetWriter(path, TRAJECTORIES, compression="zstd")
        self._waiting: list[pa.Table] = []
        self._rows = 0

    def write(self, sight: Sight) -> None:
        vehicles, lanes = sight.vehicles, len(self._edge)
        on_lane = vehicles.path < lanes
        lane = np.where(on_lane, vehicles.path, -1).astype(np.int32)
        columns = {
            "time": np.full(len(vehicles), sight.time),
            "vehicle": vehicles.id.astype(np.int32),
            "kind": words(vehicles.kind, KINDS),
            "edge": np.where(on_lane, self._edge[np.maximum(lane, 0)], -1).astype(np.int32),
            "lane": lane,
            "connection": np.where(on_lane, -1, vehicles.path - lanes).astype(np.int32),
            "position": vehicles.position,
            "x": sight.point[:, 0].astype(np.float32),
            "y": sight.point[:, 1].astype(np.float32),
            "speed": vehicles.speed,
            "heading": sight.heading.astype(np.float32),
        }
        self._waiting.append(table(columns, TRAJECTORIES))
        self._rows += len(vehicles)
        if self._rows >= ROWS:
            self._flush()

    def _flush(self) -> None:
        if not self._waiting:
            return
        rows = pa.concat_tables(self._waiting)
        self.writer.write_table(rows, row_group_size=max(len(rows), 1))
        self._waiting, self._rows = [], 0

    def close(self) -> None:
        self._flush()
        self.writer.close()


def let_go(writer: pq.ParquetWriter) -> None:
    """Closes a table that may be broken; nothing more is written to it, and nothing is said."""
    try:
        writer.close()
    except (OSError, pa.ArrowException):
        writer.is_open = False  # or its end would try again, and complain
