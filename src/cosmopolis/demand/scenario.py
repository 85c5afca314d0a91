"""A SUMO scenario's wishes as Trips, with the table of vehicle types that they drive."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import inf
from typing import NamedTuple

import numpy as np

from cosmopolis.city.words import Mode, VehicleKind
from cosmopolis.demand.flows import departures
from cosmopolis.demand.scenario_routes import Edges, Ways
from cosmopolis.demand.trips import Trips, no_trips, sorted_by_departure
from cosmopolis.sources.sumo.scenario import Scenario
from cosmopolis.sources.sumo.traffic import Halt, Mixture, Traffic, Wish
from cosmopolis.sources.sumo.types import VehicleType, default_type
from cosmopolis.sources.sumo.words import CLASSES

__all__ = ["Planned", "RunType", "VehicleType", "default_type", "plan_scenario"]

ROOM = 2.0  # m more than its length that a lane must have for a vehicle to enter on it
EDGE = 0.5  # m from the end of a lane


class RunType(NamedTuple):
    """A row of the run's types: one for each vType and way of entering and leaving the road that occurs."""

    type: VehicleType
    kind: VehicleKind
    modes: Mode
    enters: float  # m/s at most when it enters the road; inf: as fast as the road allows
    leaves: float  # m/s at most when it arrives; inf: it drives off, from whichever lane it is on


@dataclass(frozen=True)
class Planned:
    """What a run needs: `trips.kind` are rows of `types`."""

    trips: Trips
    types: list[RunType]
    ids: list[str]  # (N,) as the route files name them; vehicle i of a flow is "flow.i"
    late: int  # departures outside of the scenario's time


@dataclass
class _Rows:
    """Trips as they are found, one list a column."""

    columns: dict[str, list] = field(default_factory=lambda: {name: [] for name in _COLUMNS})
    types: dict[RunType, int] = field(default_factory=dict)
    ids: list[str] = field(default_factory=list)

    def type_row(self, kind: RunType) -> int:
        return self.types.setdefault(kind, len(self.types))


_COLUMNS = ("depart", "kind", "from_lane", "from_position", "to_lane", "to_position", "route", "halts")


def plan_scenario(scenario: Scenario, *, seed: int = 1) -> Planned:
    """The trips of a scenario, sorted by departure; routes of trips that name none are the quickest when empty.

    What is left to chance (types and routes of distributions, flows with a probability, lanes) comes from `seed`.
    Raises BadInput for unknown types, routes and edges and for routes that do not hang together, with file and
    line; a scenario read with `skip_bad` has them left out and told in its findings.
    """
    traffic = scenario.traffic
    ways = Ways(scenario.city.network)
    random = np.random.default_rng([seed, 0x5C])
    until = inf if scenario.end is None else scenario.end
    drawn: list[tuple[Wish, str, float, str, str]] = []  # wish, id, s, type, route
    late = 0
    for wish in traffic.wishes:
        with traffic.faults.leaving_out():
            times = _times(wish, scenario.begin, until, random)
            late += len(times) - np.count_nonzero((times >= scenario.begin) & (times < until))
            for n, time in enumerate(times.tolist()):
                if scenario.begin <= time < until:
                    name = wish.id if wish.repeat is None else f"{wish.id}.{n}"
                    kind = _drawn(wish.type, traffic.type_mixtures, random)
                    drawn.append((wish, name, time, kind, _drawn(wish.route, traffic.route_mixtures, random)))
    _find_ways(drawn, traffic, ways)
    found = _Rows()
    spoilt: set[int] = set()
    for wish, name, time, kind, named in drawn:
        if id(wish) in spoilt:
            continue
        spoilt.add(id(wish))
        with traffic.faults.leaving_out():
            _append(found, wish, name, time, kind, named, scenario, ways, random)
            spoilt.remove(id(wish))
    trips, ids = _table(found)
    return Planned(trips, list(found.types), ids, int(late))


def _times(wish: Wish, begin: float, until: float, random: np.random.Generator) -> np.ndarray:
    if wish.repeat is None:
        return np.array([begin if wish.depart < 0 else wish.depart])
    return departures(wish.repeat, until, random)


def _drawn(name: str, mixtures: dict[str, Mixture], random: np.random.Generator) -> str:
    """`name`, or one of the mixture of that name."""
    if name not in mixtures:
        return name
    members = mixtures[name]
    weights = np.array([weight for _, weight in members])
    return members[int(random.choice(len(members), p=weights / weights.sum()))][0]


def _type(kind: str, wish: Wish, traffic: Traffic) -> VehicleType:
    if kind not in traffic.types:
        raise wish.row.bad(f'is of type "{kind}", of which there is no vType; add it, or correct type.')
    return traffic.types[kind]


def _find_ways(drawn: list[tuple[Wish, str, float, str, str]], traffic: Traffic, ways: Ways) -> None:
    """All quickest ways at once; wishes that are bad are told where they are appended."""
    wanted: dict[tuple[Mode, int, int], None] = {}
    for wish, _, _, kind, _ in drawn:
        if wish.via and kind in traffic.types and all(key in ways.edge for key in wish.via):
            edges = [ways.edge[key] for key in wish.via]
            modes = CLASSES[traffic.types[kind].vclass][0]
            wanted.update({(modes, a, b): None for a, b in zip(edges, edges[1:])})
    ways.find(wanted)


def _append(
    found: _Rows,
    wish: Wish,
    name: str,
    time: float,
    kind: str,
    named: str,
    scenario: Scenario,
    ways: Ways,
    random: np.random.Generator,
) -> None:
    vehicle = _type(kind, wish, scenario.traffic)
    modes, looks = CLASSES[vehicle.vclass]
    edges, halts = _route(wish, named, modes, scenario.traffic, ways)
    lane_length = scenario.city.network.lanes.length
    while len(edges) > 1 and lane_length[ways.lanes(edges[0], modes)].max() < vehicle.length + ROOM:
        edges = edges[1:]  # it comes from outside: the piece of road is shorter than the vehicle
    row, last = wish.row, ways.lanes(edges[-1], modes)
    from_lane = _depart_lane(wish, edges, modes, ways, random)
    to_lane = last[_numbered(wish, "arrivalLane", len(last), 0)]
    stops = [_halt(halt, edges, scenario, ways) for halt in halts]
    columns = found.columns
    run_type = RunType(vehicle, looks, modes, _speed(wish, "departSpeed"), _speed(wish, "arrivalSpeed"))
    columns["depart"].append(time)
    columns["kind"].append(found.type_row(run_type))
    columns["from_lane"].append(from_lane)
    columns["from_position"].append(
        _position(wish, "departPos", float(lane_length[from_lane]), vehicle.length, random)
    )
    columns["to_lane"].append(to_lane)
    length = float(lane_length[to_lane])
    columns["to_position"].append(_position(wish, "arrivalPos", length, length, random))
    columns["route"].append(edges)
    columns["halts"].append([(lane, place, max(1.0, seconds, until - time)) for lane, place, seconds, until in stops])
    found.ids.append(name)
    if row.text("departPos", "base") == "stop" and stops:
        columns["from_position"][-1] = stops[0][1]


def _route(wish: Wish, named: str, modes: Mode, traffic: Traffic, ways: Ways) -> tuple[Edges, tuple[Halt, ...]]:
    if wish.via:
        return ways.over(ways.named(wish.via, wish.row), modes, wish.row), wish.halts
    keys, halts = wish.edges, wish.halts
    if not keys:
        if named not in traffic.routes:
            raise wish.row.bad(f'drives route "{named}", which is not there; add it.')
        keys, more = traffic.routes[named]
        halts = more + halts
    edges = ways.named(keys, wish.row)
    ways.check(edges, modes, wish.row)
    return edges, halts


def _depart_lane(wish: Wish, edges: Edges, modes: Mode, ways: Ways, random: np.random.Generator) -> int:
    """SUMO's default is one of those that lead farthest."""
    said = wish.row.text("departLane", "best")
    lanes = ways.lanes(edges[0], modes)
    best = ways.best_lanes(edges, modes)
    if said in ("first", "allowed"):
        return lanes[0]
    if said in ("random", "free"):
        return lanes[int(random.integers(len(lanes)))]
    if said in ("best", "best_prob"):
        return best[int(random.integers(len(best)))]
    first = int(ways.network.edges.first_lane[edges[0]])
    lane = first + wish.row.whole("departLane")
    if lane not in lanes:
        raise wish.row.bad(f'has departLane="{said}", which its first edge does not have open to it; correct it.')
    return lane


def _numbered(wish: Wish, key: str, count: int, default: int) -> int:
    text = wish.row.text(key, "")
    return min(int(text), count - 1) if text.isdigit() else default


_ANY_PLACE = {"random", "random_free", "free", "random_location"}


def _position(wish: Wish, key: str, length: float, default: float, random: np.random.Generator) -> float:
    """m along a lane of `length`; a negative one counts from its end."""
    said = wish.row.text(key, "")
    if said in _ANY_PLACE:
        return float(random.random()) * length
    if said == "last" or not said or said.isalpha():
        return default
    value = wish.row.real(key)
    return min(max(value + length if value < 0 else value, 0.0), length)


def _speed(wish: Wish, key: str) -> float:
    """m/s; inf for every wish to be as fast as the road allows."""
    said = wish.row.text(key, "")
    if not said or said.isalpha():
        return inf
    value = wish.row.real(key)
    if value < 0:
        raise wish.row.bad(f'has {key}="{said}"; write one from 0.')
    return value


def _halt(halt: Halt, edges: Edges, scenario: Scenario, ways: Ways) -> tuple[int, float, float, float]:
    """Lane, m along it, s, and the time before which it does not end."""
    edge, _, index = halt.lane.rpartition("_")
    row = ways.edge.get(edge, -1)
    if row < 0 or not index.isdigit() or int(index) >= scenario.city.network.edges.lane_count[row]:
        raise halt.row.bad(f'is on lane "{halt.lane}", which the network does not have; correct it.')
    if row not in edges:
        raise halt.row.bad(f'is on edge "{edge}", which the route does not pass; correct either.')
    lane = int(scenario.city.network.edges.first_lane[row]) + int(index)
    length = float(scenario.city.network.lanes.length[lane])
    place = halt.position + length if halt.position < 0 else halt.position
    return lane, min(max(place, 0.0), length - EDGE), halt.duration, halt.until


def _table(found: _Rows) -> tuple[Trips, list[str]]:
    """The columns as Trips in order of departure, and the ids in that order."""
    count = len(found.ids)
    columns = found.columns
    halts = [halt for row in columns["halts"] for halt in row]

    def starts(rows: list) -> np.ndarray:
        return np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)

    none = np.full(count, -1, np.int32)
    types: dict[str, Callable] = {"depart": np.float64, "kind": np.uint16}
    types |= {"from_lane": np.int32, "to_lane": np.int32, "from_position": np.float32, "to_position": np.float32}
    trips = replace(
        no_trips(),
        **{name: np.array(columns[name], dtype) for name, dtype in types.items()},
        origin=none,
        destination=none,
        route_start=starts(columns["route"]),
        route=np.array([edge for row in columns["route"] for edge in row], np.int32),
        halt_start=starts(columns["halts"]),
        halt_lane=np.array([halt[0] for halt in halts], np.int32),
        halt_position=np.array([halt[1] for halt in halts], np.float32),
        halt_dwell=np.array([halt[2] for halt in halts], np.float32),
        halt_stop=np.full(len(halts), -1, np.int32),
        line=none,
    )
    order = np.argsort(trips.depart, kind="stable")
    return sorted_by_departure(trips), [found.ids[row] for row in order.tolist()]

