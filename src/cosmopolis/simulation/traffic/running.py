"""What decisions between two steps read and change of the running traffic.

`RoadTraffic` in drive.py is such a thing. Modules that it calls name this protocol, so that none of them imports it.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cosmopolis.kernels.tables import Tables
from cosmopolis.simulation.traffic.drivers import Drivers
from cosmopolis.simulation.traffic.network import RoadNetwork
from cosmopolis.simulation.traffic.routing import EdgeGraph
from cosmopolis.simulation.traffic.state import Cars, Fleet, PathState


class RunningTraffic(Protocol):
    """The arrays of a run, its routes, and what is counted."""

    roads: RoadNetwork
    drivers: Drivers
    path_state: PathState
    cars: Cars
    fleet: Fleet
    tables: Tables  # hands out the Table of each of these
    tally: dict[str, int]
    seed: int
    steps: int  # since the start
    threads: int

    @property
    def count(self) -> int:
        """Cars on the road."""

    @property
    def empty(self) -> EdgeGraph:
        """What turns take on empty streets."""

    @property
    def live(self) -> EdgeGraph:
        """What turns take by the speeds measured last."""

    @property
    def shut(self) -> NDArray[np.uint8]:
        """(E,) 1 where nobody may enter."""

    @property
    def some_shut(self) -> bool:
        """Whether there is an edge that nobody may enter."""

    def forget_routes(self) -> None:
        """Limits or closures have changed: work out anew what routes are found by."""

    def set_route(self, trip: int, route: NDArray[np.int32]) -> None:
        """From now on `trip` follows `route`, whose first edge it is on."""

    def store_route(self, edges: NDArray[np.int32]) -> int:
        """Keep a new route; its first row in Fleet.route."""

    def append_trip(self, fleet: Fleet) -> None:
        """Take over a fleet with one more row, whose trip queues in the next step."""

    def row_of(self, kind: int) -> int:
        """The row of `drivers` that an added vehicle of words.VehicleKind `kind` has."""
