"""What a signal controller may see: its own program, the lanes that lead to it, and who comes with a right to call.

A lookout reads a running simulation and changes nothing. It remembers one thing, when each detector was last
occupied, and hands that out and takes it back, so that a run with controllers can be taken up again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.errors import BadInput
from cosmopolis.city.words import VehicleKind
from cosmopolis.simulation.run import Simulation
from cosmopolis.simulation.traffic.approaches import F32, Approaches, count_approaches, empty_counts
from cosmopolis.simulation.traffic.network import RoadNetwork
from cosmopolis.simulation.traffic.state import NO_CLEARANCE

ROOM = 256  # calls noted at first

_BY_LANE = ("near", "halted", "first", "first_speed")
_BY_LINK = ("waiting", "standing", "beyond")


@dataclass(frozen=True, slots=True)
class Call:
    """A bus or an emergency vehicle on its way to a program's line."""

    trip: int
    kind: VehicleKind
    distance: float  # m to the line along its route, the ground of junctions between not counted
    speed: float  # m/s
    from_edge: int  # edge that leads to the line
    to_edge: int  # edge it wants after that
    halts: bool  # it has a stop to serve before the line


@dataclass(frozen=True, slots=True)
class ProgramView:
    """One program at one moment, with A lanes that lead to it (in the order of `Lookout.lanes`), its L links (in the
    order of Signals.link) and D detectors a lane, the order in which they were asked for."""

    time: float  # s after midnight of day 0
    program: int
    phase: int  # the stage that it shows; while it clears, the one that comes next
    clears: bool  # yellow or all-red is shown
    since: float  # s, when what is shown began
    near: Sequence[int]  # (A,) vehicles within reach
    halted: Sequence[int]  # (A,) those of them that stand
    first: Sequence[float]  # (A,) m from the first of them to the line, 1e9 without one
    first_speed: Sequence[float]  # (A,) m/s
    occupied: Sequence[float]  # (A * D,) s, when something last was on the detector; lane by lane
    waiting: Sequence[int]  # (L,) vehicles within reach that want the link
    standing: Sequence[int]  # (L,) those of them that stand
    beyond: Sequence[int]  # (L,) vehicles that stand at the beginning of the lane that the link leads to
    calls: tuple[Call, ...]  # the nearest first

    @property
    def shown_for(self) -> float:
        """s since what is shown began."""
        return self.time - self.since


class Lookout:
    """Looks at `programs` of a simulation: vehicles up to `reach` m before the line, detectors at the distances
    `detectors` (m; on a shorter lane, at its beginning) or, of the programs in `ahead`, as far as one drives at the
    limit in so many s, buses and emergency vehicles up to `call` m before it.
    `every` is the time between two looks (s): a detector tells of everything that passed in it."""

    def __init__(
        self,
        simulation: Simulation,
        programs: Sequence[int],
        *,
        reach: float = 150.0,
        detectors: Sequence[float] = (2.0, 40.0),
        ahead: Mapping[int, float] | None = None,
        call: float = 400.0,
        every: float = 1.0,
    ) -> None:
        self._simulation, self.programs = simulation, list(programs)
        roads, signals = simulation._traffic.roads, simulation.city.network.signals
        if any(not 0 <= program < len(signals) for program in self.programs):
            raise BadInput(f"This city has {len(signals)} signal programs, counted from 0.")
        lanes, links = _lanes_and_links(simulation, self.programs)
        self.lanes: list[NDArray[np.int64]] = lanes  # a program's incoming lanes, in the city's numbers
        self._lane_start = (
            np.concatenate([[0], np.cumsum([len(rows) for rows in lanes])]).astype(int).tolist()
        )
        self._link_start = (
            np.concatenate([[0], np.cumsum([len(rows) for rows in links])]).astype(int).tolist()
        )
        distances = _distances(simulation, lanes, detectors, ahead or {}, self.programs)
        self._places = _places(simulation, lanes, links, (reach, call), distances, every)
        self._seen = empty_counts(self._places, ROOM)
        self._comes = [_next_stages(roads, program) for program in self.programs]

    def look(self) -> list[ProgramView]:
        """A view for each program."""
        calls = self._note_calls()
        by_lane = {name: getattr(self._seen, name).tolist() for name in _BY_LANE}
        by_link = {name: getattr(self._seen, name).tolist() for name in _BY_LINK}
        occupied, per_lane = self._seen.occupied.tolist(), self._places.detectors
        time, views = self._simulation.time, []
        for w, (phase, clears, since) in enumerate(self._shown()):
            lanes = slice(self._lane_start[w], self._lane_start[w + 1])
            links = slice(self._link_start[w], self._link_start[w + 1])
            views.append(
                ProgramView(
                    time=time,
                    program=self.programs[w],
                    phase=phase,
                    clears=clears,
                    since=since,
                    occupied=occupied[lanes.start * per_lane : lanes.stop * per_lane],
                    calls=calls.get(w, ()),
                    **{name: column[lanes] for name, column in by_lane.items()},
                    **{name: column[links] for name, column in by_link.items()},
                )
            )
        return views

    def _shown(self) -> Iterator[tuple[int, bool, float]]:
        """Of each program the stage that it shows or that comes next, whether it clears, and since when, s."""
        path_state = self._simulation._traffic.path_state
        for w, program in enumerate(self.programs):
            phase, since = int(path_state.phase[program]), float(path_state.shown_since[program])
            if path_state.clearance[program] != NO_CLEARANCE:
                yield int(path_state.to_stage[program]), True, since
            else:
                stage = self._comes[w][phase]
                yield stage, stage != phase, since  # a clearance of the plan

    @property
    def memory(self) -> list[float]:
        """When each detector was last occupied (s); setting it takes up an earlier run."""
        return self._seen.occupied.tolist()

    @memory.setter
    def memory(self, occupied: Sequence[float]) -> None:
        if len(occupied) != len(self._seen.occupied):
            raise BadInput("The detectors' memory is of other signal programs; begin with an empty one.")
        self._seen.occupied[:] = occupied

    def _note_calls(self) -> dict[int, tuple[Call, ...]]:
        """Look, and bring the calls in order: row of the program -> its calls."""
        traffic, time = self._simulation._traffic, self._simulation.time
        while True:
            room = len(self._seen.caller)
            records = (traffic.roads, traffic.drivers, traffic.cars, traffic.fleet, self._places, self._seen)
            count = count_approaches(time, room, *map(traffic.tables, records))
            if count <= room:
                break
            self._seen = empty_counts(self._places, 2 * count)._replace(occupied=self._seen.occupied)
        seen = self._seen
        found: dict[int, list[Call]] = {}
        for row in np.lexsort((seen.caller[:count], seen.call_distance[:count])).tolist():
            call = Call(
                trip=int(seen.caller[row]),
                kind=VehicleKind(int(seen.call_kind[row])),
                distance=float(seen.call_distance[row]),
                speed=float(seen.call_speed[row]),
                from_edge=int(seen.call_from[row]),
                to_edge=int(seen.call_to[row]),
                halts=bool(seen.call_halts[row]),
            )
            found.setdefault(int(seen.call_program[row]), []).append(call)
        return {program: tuple(calls) for program, calls in found.items()}


def _next_stages(roads: RoadNetwork, program: int) -> list[int]:
    """For each phase of a program the stage that it leads to in the plan; itself, if it is one."""
    stage = roads.stage[roads.phase_start[program] : roads.phase_start[program + 1]]
    count = len(stage)
    following = (np.arange(count)[:, None] + np.arange(count)) % count
    return following[np.arange(count), np.argmax(stage[following], axis=1)].tolist() if count else []


def _lanes_and_links(
    simulation: Simulation, programs: list[int]
) -> tuple[list[NDArray[np.int64]], list[NDArray[np.int64]]]:
    """For each program its incoming lanes, in order, and its links: the city's numbers of lanes and connections."""
    network = simulation.city.network
    signals, from_lane = network.signals, network.connections.from_lane
    links = [
        signals.link[signals.link_start[p] : signals.link_start[p + 1]].astype(np.int64) for p in programs
    ]
    return [np.unique(from_lane[rows]).astype(np.int64) for rows in links], links


def _distances(
    simulation: Simulation,
    lanes: list[NDArray[np.int64]],
    detectors: Sequence[float],
    ahead: Mapping[int, float],
    programs: list[int],
) -> F32:
    """(A, D) m before the line."""
    limit = simulation.city.network.lanes.speed
    found = [np.zeros((0, len(detectors)))]
    for program, rows in zip(programs, lanes, strict=True):
        metres = limit[rows, None] * ahead[program] if program in ahead else np.array(detectors, float)
        found.append(np.broadcast_to(metres, (len(rows), len(detectors))))
    return np.concatenate(found).astype(np.float32)


def _places(
    simulation: Simulation,
    lanes: list[NDArray[np.int64]],
    links: list[NDArray[np.int64]],
    reach: tuple[float, float],
    distances: F32,
    every: float,
) -> Approaches:
    network, roads = simulation.city.network, simulation._traffic.roads
    all_lanes = np.concatenate([*lanes, np.zeros(0, np.int64)])
    all_links = np.concatenate([*links, np.zeros(0, np.int64)])
    program_of = np.full(len(network.edges), -1, np.int32)
    for w, rows in enumerate(lanes):
        program_of[network.lanes.edge[rows]] = w
    link = roads.of_city[len(network.lanes) + all_links].astype(np.int32)
    row_of = np.full(roads.paths, -1, np.int32)
    row_of[link] = np.arange(len(link))
    return Approaches(
        lanes=len(all_lanes),
        links=len(link),
        detectors=distances.shape[1],
        lane=roads.of_city[all_lanes].astype(np.int32),
        link=link,
        row_of=row_of,
        program_of=program_of,
        detector=distances.ravel(),
        reach=np.array(reach, np.float32),
        every=np.array([every], np.float32),
    )
