"""Stops beside the lane (SUMO: parking): the vehicle leaves its lane while it stops, so that others pass it.

Its trip is still under way. When its time is over it queues for insertion at the lane and the place of its stop,
enters from standing when there is a gap, and goes on along its route. On its way back it waits its turn among the
trips that begin on that lane.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cosmopolis.simulation.clock import DT
from cosmopolis.simulation.traffic.state import PARKED, RUNNING, Fleet

I64 = NDArray[np.int64]
LEAST_STOP = 1.0  # s, as on the lane


class ParkedTrips:
    """The trips whose vehicles stand beside a lane, in the order in which they came there."""

    def __init__(self) -> None:
        self.trip: I64 = np.zeros(0, np.int64)
        self.until: NDArray[np.float64] = np.zeros(0)  # s after midnight of day 0, when the stop is over
        # of the step just taken, for those who measure; a run does not go on by them
        self.stopped: I64 = self.trip  # trips that stood there because of their stop,
        self.delayed: I64 = self.trip  # that waited there for a gap,
        self.returned: I64 = self.trip  # that entered their lane again

    def __len__(self) -> int:
        return len(self.trip)

    def due(self, time: float, fleet: Fleet) -> I64:
        """Trips to queue in the step from `time`: it brings them back at the end of their stop at the earliest."""
        if len(self.trip) == 0:
            return self.trip
        return self.trip[(self.until <= time + DT) & (fleet.status[self.trip] == PARKED)]

    def update(self, time: float, parked: I64, fleet: Fleet) -> None:
        """The step from `time` has been taken, and in it the vehicles of `parked` have left their lane."""
        if len(self.trip) == 0 and len(parked) == 0:
            if len(self.returned) or len(self.stopped) or len(self.delayed):
                self.stopped = self.delayed = self.returned = np.zeros(0, np.int64)
            return
        over, back = self.until <= time, fleet.status[self.trip] == RUNNING
        self.stopped, self.delayed, self.returned = self.trip[~over], self.trip[over], self.trip[back]
        halt = fleet.halt[parked]
        dwell = np.maximum(fleet.halt_dwell[halt].astype(np.float64), LEAST_STOP)
        until = np.maximum(time + dwell, fleet.depart[parked] + fleet.halt_until[halt])
        self.trip = np.concatenate([self.trip[~back], parked])
        self.until = np.concatenate([self.until[~back], until])
