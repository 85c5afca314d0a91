"""What an Observer hands out: the sums of an interval by path, lane and edge, counts of loops, and trips."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.model import Network

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
FAR = 1.0e9


@dataclass(frozen=True)
class LoopCounts:
    """D loop detectors over one interval."""

    names: tuple[str, ...]
    passed: F64  # (D,) fronts that passed
    speed: F64  # (D,) m/s, summed over them
    pace: F64  # (D,) s/m, summed over them
    length: F64  # (D,) m of vehicle, summed over them
    covered: F64  # (D,) s that somebody was above it

    @classmethod
    def sums(cls) -> tuple[str, ...]:
        """The names of the sums."""
        return tuple(field.name for field in fields(cls))[1:]

    @property
    def mean_speed(self) -> F64:
        """(D,) m/s, mean over those who passed; NaN without any."""
        return np.divide(self.speed, self.passed, out=np.full_like(self.speed, np.nan), where=self.passed > 0)

    @property
    def harmonic_speed(self) -> F64:
        """(D,) m/s, the harmonic mean, which stands for the mean over space; NaN without any."""
        return np.divide(self.passed, self.pace, out=np.full_like(self.speed, np.nan), where=self.passed > 0)


@dataclass(frozen=True)
class AreaCounts:
    """D area detectors over one interval. A jam are those who halt close behind each other; the longest counts."""

    names: tuple[str, ...]
    length: F64  # (D,) m
    there: I64  # (D,) vehicles at the end of the interval
    time: F64  # (D,) s that vehicles spent there
    distance: F64  # (D,) m that they drove there
    loss: F64  # (D,) s lost against each driver's own speed
    covered: F64  # (D,) m x s of lane under vehicles
    most_covered: F64  # (D,) m at once, at most
    entered: F64  # (D,) vehicles that came
    left: F64  # (D,) vehicles that went
    halts: F64  # (D,) times that somebody began to halt
    halting: F64  # (D,) vehicles x s that halted
    longest: F64  # (D,) s that one has halted, at most
    jams: F64  # (D,) m x s of all jams
    jam: F64  # (D,) m x s of the longest
    jam_cars: F64  # (D,) vehicles x s
    most_jam: F64  # (D,) m, at most
    most_jam_cars: F64  # (D,) vehicles, at most
    most: F64  # (D,) vehicles at once, at most

    @classmethod
    def sums(cls) -> tuple[str, ...]:
        """The names of the measures."""
        return tuple(field.name for field in fields(cls))[3:]

    @property
    def seen(self) -> F64:
        """(D,) vehicles that were there at any time."""
        return self.there + self.left

    @property
    def mean_speed(self) -> F64:
        """(D,) m/s, mean over space; NaN where nobody was."""
        return np.divide(self.distance, self.time, out=np.full_like(self.time, np.nan), where=self.time > 0)


@dataclass(frozen=True)
class IntervalReading:
    """Sums over one interval by the city's paths: lanes first, then connections. P = lanes + connections."""

    begin: float  # s
    end: float  # s
    lanes: int
    length: F64  # (P,) m
    loops: LoopCounts
    areas: AreaCounts
    time: F64  # (P,) s that vehicles spent there
    distance: F64  # (P,) m that they drove there
    loss: F64  # (P,) s lost against each driver's own speed, halts of buses left out
    standing: F64  # (P,) s that they stood, halts of buses left out
    most_standing: F64  # (P,) vehicles standing at once, at most
    back: F64  # (P,) m x s, back of the queue over time
    farthest_back: F64  # (P,) m from the end of the path, at most
    entered: F64  # (P,) vehicles over its beginning
    left: F64  # (P,) vehicles over its end
    departed: F64  # (P,) trips that began there
    arrived: F64  # (P,) trips that ended there
    broken: F64  # (P,) vehicles taken out because of a bad value
    changed_in: F64  # (P,) vehicles from the lane beside
    changed_out: F64  # (P,) vehicles to the lane beside
    conflicts: F64  # (P,) times that a time to collision fell below 1.5 s
    nearest: F64  # (P,) s, least time to collision; 1e9 without any
    carbon: F64  # (P,) g of CO2
    nitrogen: F64  # (P,) g of nitrogen oxides
    particles: F64  # (P,) g
    fuel: F64  # (P,) J
    drawn: F64  # (P,) J out of batteries
    recovered: F64  # (P,) J into batteries

    @classmethod
    def columns(cls) -> tuple[str, ...]:
        """The names of the sums."""
        return tuple(field.name for field in fields(cls))[6:]

    def by_lane(self, network: Network) -> Stretches:
        """Every lane."""
        row = np.arange(self.lanes)
        return self._gather(
            row, row, np.ones(self.lanes, np.int64), network.lanes.edge.astype(np.int64), True
        )

    def by_edge(self, network: Network) -> Stretches:
        """Every edge: its lanes together. What happens inside junctions belongs to no edge."""
        edges = network.edges
        lanes, edge = edges.lane_count.astype(np.int64), network.lanes.edge.astype(np.int64)
        return self._gather(np.arange(len(edges)), edge, lanes, np.arange(len(edges)), False)

    def _gather(self, row: I64, group: I64, lanes: I64, edge: I64, changes: bool) -> Stretches:
        """The lanes of each `group` (L,) together; `changes`: who changes lane comes and goes."""
        count = len(row)

        def added(name: str) -> F64:
            weights: F64 = getattr(self, name)[: self.lanes]
            return np.bincount(group, weights, minlength=count).astype(np.float64)

        def most(name: str) -> F64:
            out = np.zeros(count)
            np.maximum.at(out, group, getattr(self, name)[: self.lanes])
            return out

        back, nearest = np.zeros(count), np.full(count, FAR)
        np.maximum.at(back, group, self.back[: self.lanes])
        np.minimum.at(nearest, group, self.nearest[: self.lanes])
        return Stretches(
            begin=self.begin,
            end=self.end,
            edge=edge,
            row=row,
            lanes=lanes,
            length=np.bincount(group, self.length[: self.lanes], minlength=count) / np.maximum(lanes, 1),
            farthest_back=most("farthest_back"),
            most_standing=most("most_standing"),
            mean_back=back / (self.end - self.begin),
            nearest=np.where(nearest < FAR, nearest, np.nan),
            entered=added("entered") + (added("changed_in") if changes else 0.0),
            left=added("left") + (added("changed_out") if changes else 0.0),
            **{name: added(name) for name in _ADDED},
        )


_ADDED = (
    "time", "distance", "loss", "standing", "departed", "arrived", "broken", "conflicts", "carbon", "nitrogen",
    "particles", "fuel", "drawn", "recovered",
)  # fmt: skip


@dataclass(frozen=True)
class Stretches:
    """N lanes or edges over one interval. Edie 1963: flow = density x speed, exactly."""

    begin: float  # s
    end: float  # s
    row: I64  # (N,) lane or edge
    edge: I64  # (N,)
    lanes: I64  # (N,) number of lanes
    length: F64  # (N,) m, mean over the lanes
    time: F64  # (N,) s that vehicles spent there
    distance: F64  # (N,) m that they drove there
    loss: F64  # (N,) s
    standing: F64  # (N,) s
    most_standing: F64  # (N,) vehicles standing at once on one lane, at most
    mean_back: F64  # (N,) m, back of the queue averaged over time, on the lane where it is longest
    farthest_back: F64  # (N,) m
    entered: F64  # (N,) vehicles, for a lane with those from the lane beside
    left: F64  # (N,) vehicles, likewise
    departed: F64  # (N,)
    arrived: F64  # (N,)
    broken: F64  # (N,)
    conflicts: F64  # (N,)
    nearest: F64  # (N,) s, NaN without any
    carbon: F64  # (N,) g
    nitrogen: F64  # (N,) g
    particles: F64  # (N,) g
    fuel: F64  # (N,) J
    drawn: F64  # (N,) J
    recovered: F64  # (N,) J

    @property
    def flow(self) -> F64:
        """(N,) vehicles a second, all lanes together: distance driven / (length x time)."""
        return self.distance / (self.length * (self.end - self.begin))

    @property
    def density(self) -> F64:
        """(N,) vehicles a metre of the street, all lanes together: time spent / (length x time)."""
        return self.time / (self.length * (self.end - self.begin))

    @property
    def speed(self) -> F64:
        """(N,) m/s, mean over space: distance driven / time spent; NaN where nobody was."""
        return np.divide(self.distance, self.time, out=np.full(len(self.row), np.nan), where=self.time > 0)

    @property
    def travel_time(self) -> F64:
        """(N,) s, length / speed; NaN where nobody moved."""
        speed = self.speed
        moving = self.distance > 0
        return np.divide(self.length, speed, out=np.full(len(self.row), np.nan), where=moving)

    @property
    def mean_standing(self) -> F64:
        """(N,) vehicles standing, averaged over time."""
        return self.standing / (self.end - self.begin)


@dataclass(frozen=True)
class TripRecords:
    """N trips that were on the road. What a run saw of a trip that is not `whole` is a part of it."""

    trip: I64  # (N,) row of Trips; rows past its end are trips that a command added
    kind: NDArray[np.uint8]  # (N,) words.VehicleKind
    electric: NDArray[np.bool_]  # (N,)
    due: F64  # (N,) s, planned departure
    entered: F64  # (N,) s, when it came onto the road; where it was there before, when the observer came
    arrived: F64  # (N,) s, NaN while it drives
    whole: NDArray[np.bool_]  # (N,) seen from its beginning
    distance: F64  # (N,) m driven
    time_loss: F64  # (N,) s longer than at its driver's own speed, halts left out
    waited: F64  # (N,) s below 0.1 m/s, halts left out
    stops: I64  # (N,) times that it came to stand, halts left out
    halted: F64  # (N,) s at bus stops
    first_speed: F64  # (N,) m/s on entering
    last_speed: F64  # (N,) m/s on arriving
    speed_factor: F64  # (N,) how its driver takes the limit
    rerouted: I64  # (N,) times that it missed its turn and went another way
    conflicts: I64  # (N,) times that its time to collision fell below 1.5 s
    nearest: F64  # (N,) s, least time to collision, NaN without any
    carbon: F64  # (N,) g of CO2
    nitrogen: F64  # (N,) g of nitrogen oxides
    particles: F64  # (N,) g
    fuel: F64  # (N,) J
    drawn: F64  # (N,) J out of the battery
    recovered: F64  # (N,) J into it

    @property
    def duration(self) -> F64:
        """(N,) s on the road; NaN while it drives."""
        return self.arrived - self.entered

    @property
    def depart_delay(self) -> F64:
        """(N,) s between the planned departure and the entry; 0 for those who were under way."""
        return np.where(self.whole, np.maximum(self.entered - self.due, 0.0), 0.0)

    def __len__(self) -> int:
        return len(self.trip)
