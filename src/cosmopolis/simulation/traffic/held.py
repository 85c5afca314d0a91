"""All that a run of the traffic holds: for what shows it to others (view.py) and what stores it (stored.py)."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cosmopolis.demand.trips import Trips
from cosmopolis.kernels.crew import Crew
from cosmopolis.simulation.clock import Timetable
from cosmopolis.simulation.traffic.departures import DepartureRouter
from cosmopolis.simulation.traffic.guidance import Guidance
from cosmopolis.simulation.traffic.parking import ParkedTrips
from cosmopolis.simulation.traffic.rules import TrafficRules
from cosmopolis.simulation.traffic.running import RunningTraffic
from cosmopolis.simulation.traffic.state import Cars, Fleet, Moves


class HeldTraffic(RunningTraffic, Protocol):
    """A running traffic with its plan, its settings and its buffers; `RoadTraffic` in drive.py is one."""

    plan: Trips
    trips: int  # of the plan; rows of Fleet after them are added trips
    timetable: Timetable
    planned: Fleet  # what a trip starts from again the next day
    planned_route: int  # rows of Fleet.route that the plan has
    route_used: int  # rows of Fleet.route that are in use
    usable: NDArray[np.bool_]  # (V,) the trip has a route
    late: NDArray[np.int64]  # trips that queue in the next step
    waiting: int  # trips that queue at their kerb
    parked: ParkedTrips  # beside the lane, at a stop
    sirens: NDArray[np.int64]  # trips of emergency vehicles
    sirens_marked: bool  # whether PathState.preemption marks any
    speed_ratio: NDArray[np.float32]  # (E,) mean speed as a share of the limit
    density: NDArray[np.float32]  # (E,) vehicles per lane-km
    departure_router: DepartureRouter | None
    guidance: Guidance
    rules: TrafficRules
    spare: Cars  # the cars before the last step
    moves: Moves  # what the last step decided
    crew: Crew

    def set_cars(self, cars: Cars) -> None:
        """Make `cars` the present ones, with a buffer beside them."""
