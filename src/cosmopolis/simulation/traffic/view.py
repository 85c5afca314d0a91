"""What others may read of the traffic: arrays that cannot be written, and tables for kernels that only read."""

from __future__ import annotations

from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.words import VehicleKind
from cosmopolis.kernels.tables import Table
from cosmopolis.simulation.traffic.drivers import Drivers
from cosmopolis.simulation.traffic.held import HeldTraffic
from cosmopolis.simulation.traffic.network import RoadNetwork
from cosmopolis.simulation.traffic.parking import ParkedTrips
from cosmopolis.simulation.traffic.state import Cars, Fleet, Moves, PathState
from cosmopolis.simulation.vehicles import Vehicles

RecordName = Literal["roads", "drivers", "path_state", "cars", "spare", "moves", "fleet"]


def locked(array: NDArray) -> NDArray:
    """A view of `array` that cannot be written; no copy."""
    view = array.view()
    view.flags.writeable = False
    return view


class ReadOnly:
    """A record of arrays whose columns cannot be written."""

    __slots__ = ("_record",)

    def __init__(self, record: Any) -> None:
        object.__setattr__(self, "_record", record)

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._record, name)
        return locked(value) if isinstance(value, np.ndarray) else value

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{name} is there to be read only")


class TrafficView:
    """The traffic of a run, to be looked at: records of arrays as they are now, and what they say in the city's
    numbers. `spare` holds the cars before the last step, `moves` what that step decided."""

    def __init__(self, traffic: HeldTraffic) -> None:
        self._of = traffic
        self._lanes = int(np.count_nonzero(traffic.roads.lane_count))

    @property
    def roads(self) -> RoadNetwork:
        return cast(RoadNetwork, ReadOnly(self._of.roads))

    @property
    def drivers(self) -> Drivers:
        return cast(Drivers, ReadOnly(self._of.drivers))

    @property
    def path_state(self) -> PathState:
        return cast(PathState, ReadOnly(self._of.path_state))

    @property
    def cars(self) -> Cars:
        return cast(Cars, ReadOnly(self._of.cars))

    @property
    def moves(self) -> Moves:
        return cast(Moves, ReadOnly(self._of.moves))

    @property
    def fleet(self) -> Fleet:
        return cast(Fleet, ReadOnly(self._of.fleet))

    @property
    def parked(self) -> ParkedTrips:
        """Who stands beside a lane at a stop."""
        return cast(ParkedTrips, ReadOnly(self._of.parked))

    @property
    def count(self) -> int:
        """Cars on the road."""
        return self._of.count

    @property
    def threads(self) -> int:
        return self._of.threads

    @property
    def known_speeds(self) -> NDArray[np.float32] | None:
        """(E,) m/s as those know it who look for their way when they depart; None where nobody does."""
        finder = self._of.departure_router
        return None if finder is None else locked(finder.known[: len(self._of.speed_ratio)])

    def tables(self, *names: RecordName) -> list[Table]:
        """These records for a kernel that only reads them."""
        return [self._of.tables(getattr(self._of, name)) for name in names]

    def free_helpers(self) -> None:
        """Let another crew have the threads that wait for the next step; that step calls them back."""
        self._of.crew.dismiss()

    def vehicles(self) -> Vehicles:
        """Everybody on the road now."""
        count, cars = self._of.count, self._of.cars
        trip = cars.trip[:count].copy()
        return Vehicles(
            id=trip.astype(np.uint32),
            path=np.repeat(self._of.roads.city_path, np.diff(cars.start)),
            position=cars.position[:count].copy(),
            speed=cars.speed[:count].copy(),
            kind=self._of.drivers.kind[cars.kind[:count]],
            trip=trip,
        )

    def phases(self) -> NDArray[np.uint16]:
        """(S,) the phase that each signal program shows."""
        return self._of.path_state.phase.copy()

    def lights(self) -> NDArray[np.uint8]:
        """(C,) words.Light that each connection sees; OFF where there is no signal."""
        return self._of.path_state.light[self._of.roads.of_city[self._lanes :]]

    def edge_state(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(E,) mean speed as a share of the limit, and (E,) vehicles per lane-km, smoothed over a minute."""
        return self._of.speed_ratio.copy(), self._of.density.copy()

    def counts(self) -> dict[str, int]:
        """Where the trips are, and what has been counted since the start."""
        parked = len(self._of.parked)
        return {
            "vehicles": self._of.count + parked,
            "parked": parked,
            "waiting": self._of.waiting,
            **self._of.tally,
        }

    def vehicle(self, id: int) -> dict[str, Any] | None:
        """One vehicle and its trip, in the city's numbers; None when it is not on the road."""
        traffic = self._of
        rows = np.flatnonzero(traffic.cars.trip[: traffic.count] == id)
        if len(rows) == 0:
            return None
        row, cars, fleet, trips = int(rows[0]), traffic.cars, traffic.fleet, traffic.plan
        path = int(np.searchsorted(cars.start, row, side="right")) - 1
        cursor, end = int(fleet.cursor[id]), int(fleet.route_end[id])
        left = fleet.route[cursor + 1 : end]
        ahead = traffic.roads.length[traffic.roads.edge_lane[left]]
        to_go = float(ahead[:-1].sum() + fleet.to_position[id]) if len(left) else float(fleet.to_position[id])
        rest = (
            float(traffic.roads.length[path] - cars.position[row])
            if len(left)
            else -float(cars.position[row])
        )
        own = id < len(trips)
        return {
            "id": id,
            "kind": VehicleKind(int(traffic.drivers.kind[cars.kind[row]])).name.lower(),
            "speed": float(cars.speed[row]),
            "path": int(traffic.roads.city_path[path]),
            "position": float(cars.position[row]),
            "trip": id,
            "origin": int(trips.origin[id]) if own else -1,
            "destination": int(trips.destination[id]) if own else -1,
            "edges_left": len(left),
            "distance_left": max(0.0, to_go + rest),
            "since": float(fleet.since[id]),
            "line": int(trips.line[id]) if own else -1,
        }
