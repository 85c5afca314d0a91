"""Flow and queues of every edge, measured on the pictures that are shown. Pure: traffic in, numbers out."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.model import Network
from cosmopolis.simulation.traffic.drivers import drivers
from cosmopolis.world.picture import EdgeState, Traffic

HALTED = 5 / 3.6  # m/s; who is slower stands in a queue
MEMORY = 60.0  # s of city time over which flow is smoothed


@dataclass
class EdgeMeter:
    """`see` it every second or so. Flow by Edie's definition (1963): distance driven by all vehicles over the
    area of space and time; of one moment, the sum of speeds over the metres of lane."""

    lane_edge: NDArray[np.int32]  # (L,)
    lane_length: NDArray[np.float64]  # (L,) m
    edges: int  # E
    flow: NDArray[np.float64] = field(init=False)  # (E,) vehicles/s and lane
    seen: float = field(init=False, default=-np.inf)  # s, city time

    def __post_init__(self) -> None:
        self.flow = np.zeros(self.edges)
        metres = np.bincount(self.lane_edge, self.lane_length, minlength=self.edges)
        self._metres = np.maximum(metres, 1.0)
        driver = drivers()
        self._room = (driver.length + driver.jam_gap).astype(np.float64)  # (K,) m that one takes up standing

    @classmethod
    def of(cls, network: Network) -> EdgeMeter:
        return cls(network.lanes.edge, network.lanes.length, len(network.edges))

    def see(
        self, traffic: Traffic, time: float, speed: NDArray[np.floating], density: NDArray[np.floating]
    ) -> EdgeState:
        """The edges at `time` (s); `speed` and `density` (E,) as the simulation tells them."""
        lanes = len(self.lane_edge)
        on = traffic.path < lanes
        lane, driven, kind = traffic.path[on], traffic.speed[on].astype(np.float64), traffic.kind[on]
        now = np.bincount(self.lane_edge[lane], driven, minlength=self.edges) / self._metres
        passed = time - self.seen
        share = 1.0 if not 0.0 <= passed < 10 * MEMORY else 1.0 - np.exp(-passed / MEMORY)
        self.flow += share * (now - self.flow)
        self.seen = time
        halted = driven < HALTED
        standing = np.bincount(lane[halted], self._room[kind[halted]], minlength=lanes)
        queue = np.zeros(self.edges)
        np.maximum.at(queue, self.lane_edge, standing / np.maximum(self.lane_length, 1.0))
        return EdgeState(
            speed=np.array(speed, np.float32),
            density=np.array(density, np.float32),
            flow=(3600.0 * self.flow).astype(np.float32),
            queue=np.minimum(queue, 1.0).astype(np.float32),
        )

    def forget(self) -> None:
        """Time has jumped: the next look begins anew."""
        self.seen = -np.inf
