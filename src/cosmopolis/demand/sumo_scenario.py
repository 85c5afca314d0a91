"""A SUMO scenario's wishes as Trips, with the table of vehicle types that they drive."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import inf
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.words import DeparturePosition, Mode
from cosmopolis.demand.flows import departures, most_departures
from cosmopolis.demand.run_types import RunType
from cosmopolis.demand.sumo_routes import NEAR, Edges, RouteFinder
from cosmopolis.demand.trips import Trips, no_trips, sorted_by_departure
from cosmopolis.sources.sumo.scenario import Scenario
from cosmopolis.sources.sumo.traffic import Halt, Mixture, Point, Traffic, Wish
from cosmopolis.sources.sumo.words import CLASSES, ELSEWHERE

ROOM = 2.0  # m more than its length that a lane must have for a vehicle to enter on it
EDGE = 0.5  # m from the end of a lane


@dataclass(frozen=True)
class Planned:
    """What a run needs: `trips.kind` are rows of `types`."""

    trips: Trips
    types: list[RunType]
    ids: list[str]  # (N,) as the route files name them; vehicle i of a flow is "flow.i"
    late: int  # departures outside of the scenario's time
    elsewhere: dict[str, int] = field(default_factory=dict)  # those that do not drive on streets, by vClass


class PlannedDeparture(NamedTuple):
    """One departure of a wish, with the type and the route that fell to it."""

    wish: Wish
    id: str
    time: float  # s
    type: str
    route: str
    via: tuple[str, ...]  # edges between which it looks for its way, if it has no route


MOST_VEHICLES = 5_000_000  # of one scenario: a day of a city of millions


def plan_scenario(scenario: Scenario, *, seed: int = 1) -> Planned:
    """The trips of a scenario, sorted by departure; routes of trips that name none are the quickest when empty.

    What is left to chance (edges of districts, types and routes of distributions, flows with a probability, a scale
    that is no whole number, lanes) comes from `seed`. Of a vehicle that the scale multiplies the others are "id.1",
    "id.2" ...
    Raises BadInput for unknown types, routes and edges and for routes that do not hang together, with file and
    line; a scenario read with `skip_bad` has them left out and told in its findings. As in SUMO, trips that name
    only their ends look for their way again when they depart, by the speeds of that time.
    """
    faults = scenario.traffic.faults
    random = np.random.default_rng([seed, 0x5C])
    table = _Table(scenario, RouteFinder(scenario.city.network), random)
    drawn, late = _departures(scenario, random)
    drawn, elsewhere = _on_streets(drawn, scenario.traffic)
    drawn = _near_points(drawn, scenario, table.finder)
    drawn = _with_ends(drawn, scenario.traffic, table.finder)
    _find_routes(drawn, scenario.traffic, table.finder)
    spoilt: set[int] = set()  # wishes that were bad: a flow is told once
    for one in drawn:
        if id(one.wish) not in spoilt:
            spoilt.add(id(one.wish))
            with faults.leaving_out():
                table.add(one)
                spoilt.remove(id(one.wish))
    trips, ids = table.as_trips()
    return Planned(trips, list(table.types), ids, late, elsewhere)


def _on_streets(
    drawn: list[PlannedDeparture], traffic: Traffic
) -> tuple[list[PlannedDeparture], dict[str, int]]:
    """Those who drive on streets, and how many others there are, by vClass."""
    kept, elsewhere = [], Counter[str]()
    for one in drawn:
        vehicle = traffic.types.get(one.type)
        if vehicle is not None and vehicle.vclass in ELSEWHERE:
            elsewhere[vehicle.vclass] += 1
        else:
            kept.append(one)
    return kept, dict(elsewhere)


def _departures(scenario: Scenario, random: np.random.Generator) -> tuple[list[PlannedDeparture], int]:
    """Everybody who departs in the scenario's time, and how many do outside of it."""
    traffic, begin = scenario.traffic, scenario.begin
    until = inf if scenario.end is None else scenario.end
    drawn: list[PlannedDeparture] = []
    late = 0
    for wish in traffic.wishes:
        times = [begin if wish.depart < 0 else wish.depart]
        if wish.repeat is not None:
            wanted = most_departures(wish.repeat, until) * max(scenario.scale, 1.0)
            if len(drawn) + wanted > MOST_VEHICLES:
                with traffic.faults.leaving_out():
                    raise wish.row.bad(
                        f"makes more than {MOST_VEHICLES:,} vehicles in all; write a smaller number, an earlier end "
                        "or a smaller scale."
                    )
                continue
            times = departures(wish.repeat, until, random).tolist()
        for n, time in enumerate(times):
            if not begin <= time < until:
                late += 1
                continue
            name = wish.id if wish.repeat is None else f"{wish.id}.{n}"
            for copy in range(_copies(scenario.scale, random)):
                kind = _one_of(wish.type, traffic.type_mixtures, random)
                route = _one_of(wish.route, traffic.route_mixtures, random)
                via = _via(wish, traffic, random)
                drawn.append(
                    PlannedDeparture(wish, f"{name}.{copy}" if copy else name, time, kind, route, via)
                )
    return drawn, late


def _via(wish: Wish, traffic: Traffic, random: np.random.Generator) -> tuple[str, ...]:
    """Its edges, with one of each district that it begins or ends in; "" where there is none."""
    via = list(wish.via)
    for place, name in zip((0, -1), wish.districts):
        if name and name in traffic.districts:
            district = traffic.districts[name]
            edges = district.sinks if place else district.sources
            weights = np.array([weight for _, weight in edges])
            via[place] = edges[int(random.choice(len(edges), p=weights / weights.sum()))][0] if edges else ""
    return tuple(via)


def _copies(scale: float, random: np.random.Generator) -> int:
    """How many depart for one that is asked for, `scale` in the mean; nothing is drawn for a whole number."""
    whole = int(scale)
    return whole + (scale > whole and random.random() < scale - whole)


def _one_of(name: str, mixtures: dict[str, Mixture], random: np.random.Generator) -> str:
    """`name`, or one of the mixture of that name."""
    if name not in mixtures:
        return name
    members = mixtures[name]
    weights = np.array([weight for _, weight in members])
    return members[int(random.choice(len(members), p=weights / weights.sum()))][0]


def _near_points(
    drawn: list[PlannedDeparture], scenario: Scenario, finder: RouteFinder
) -> list[PlannedDeparture]:
    """Trips from or to a point begin or end on the nearest edge that is open to them."""
    settled, types = [], scenario.traffic.types
    for one in drawn:
        if any(one.wish.points) and one.type in types:
            via, modes = list(one.via), CLASSES[types[one.type].vclass][0]
            for place, point in zip((0, -1), one.wish.points, strict=True):
                if point is not None:
                    via[place] = finder.nearest(_local(point, scenario), modes)
            one = one._replace(via=tuple(via))
        settled.append(one)
    return settled


def _local(point: Point, scenario: Scenario) -> NDArray[np.float64]:
    if point.in_degrees:
        return scenario.city.projection.to_local([point[:2]])[0]
    return scenario.to_local(np.array([[point.x, point.y, 0.0]]))[0, :2]


def _with_ends(
    drawn: list[PlannedDeparture], traffic: Traffic, finder: RouteFinder
) -> list[PlannedDeparture]:
    """Trips from or to a junction begin or end on that of its edges by which they are quickest."""
    options: dict[tuple[tuple[str, ...], tuple[str, str], Mode], list[Edges]] = {}
    for one in drawn:
        if any(one.wish.junctions) and one.type in traffic.types:
            modes = CLASSES[traffic.types[one.type].vclass][0]
            options[one.via, one.wish.junctions, modes] = finder.options(one.via, one.wish.junctions, modes)
    finder.find(
        {
            (modes, a, b): None
            for (_, _, modes), some in options.items()
            for via in some
            for a, b in pairwise(via)
        }
    )
    best = {
        key: min(some, key=lambda via: finder.seconds(via, key[2])) for key, some in options.items() if some
    }
    names, settled = finder.network.edges.key, []
    for one in drawn:
        if any(one.wish.junctions) and one.type in traffic.types:
            key = one.via, one.wish.junctions, CLASSES[traffic.types[one.type].vclass][0]
            one = one._replace(via=tuple(names[edge] for edge in best[key]) if key in best else one.via)
        settled.append(one)
    return settled


def _find_routes(drawn: list[PlannedDeparture], traffic: Traffic, finder: RouteFinder) -> None:
    """All quickest ways at once; wishes that are bad are told where they are added."""
    wanted: dict[tuple[Mode, int, int], None] = {}
    for one in drawn:
        if one.via and one.type in traffic.types and all(key in finder.edge for key in one.via):
            modes = CLASSES[traffic.types[one.type].vclass][0]
            wanted.update({(modes, a, b): None for a, b in pairwise(finder.edge[key] for key in one.via)})
    finder.find(wanted)


_COLUMNS = ("depart", "kind", "from_lane", "from_position", "to_lane", "to_position", "route", "halts")
_DTYPES: dict[str, type] = {
    "depart": np.float64, "kind": np.uint16, "from_lane": np.int32, "to_lane": np.int32,
    "from_position": np.float32, "to_position": np.float32,
}  # fmt: skip


@dataclass
class _Table:
    """Trips as they are found, one list a column."""

    scenario: Scenario
    finder: RouteFinder
    random: np.random.Generator
    columns: dict[str, list] = field(default_factory=lambda: {name: [] for name in _COLUMNS})
    types: dict[RunType, int] = field(default_factory=dict)
    ids: list[str] = field(default_factory=list)

    def add(self, one: PlannedDeparture) -> None:
        """One more trip; BadInput, and no trip, where something in it is wrong."""
        wish, traffic = one.wish, self.scenario.traffic
        if one.type not in traffic.types:
            raise wish.row.bad(
                f'is of type "{one.type}", of which there is no vType; add it, or correct type.'
            )
        vehicle = traffic.types[one.type]
        modes, look = CLASSES[vehicle.vclass]
        edges, halts = _route(one, modes, traffic, self.finder)
        length = self.scenario.city.network.lanes.length
        while len(edges) > 1 and length[self.finder.lanes(edges[0], modes)].max() < vehicle.length + ROOM:
            edges = edges[1:]  # it comes from outside: this piece of road is shorter than the vehicle
        last = self.finder.lanes(edges[-1], modes)
        from_lane = _depart_lane(wish, edges, modes, self.finder, self.random)
        to_lane = last[_numbered(wish, "arrivalLane", len(last))]
        first = max(wish.depart, self.scenario.begin) if wish.depart < 0 else wish.depart
        stops = [_halt(halt, edges, first, self.scenario, self.finder) for halt in halts]
        begin = _position(wish, "departPos", float(length[from_lane]), vehicle.length, self.random)
        if wish.row.text("departPos", "") == "stop" and stops:
            begin = stops[0][1]
        end = _position(wish, "arrivalPos", float(length[to_lane]), float(length[to_lane]), self.random)
        run_type = RunType(vehicle, look, modes, _speed(wish, "departSpeed"), _speed(wish, "arrivalSpeed"))
        chooses_lane = wish.row.text("departLane", "best") in ("best", "best_prob", "free")
        place = _DEPART_POS.get(wish.row.text("departPos", ""), DeparturePosition.AS_PLANNED)
        run_type = run_type._replace(
            chooses_route=len(one.via) == 2,
            chooses_lane=chooses_lane,
            departure_position=place,
            step=self.scenario.step,
        )
        row = self.types.setdefault(run_type, len(self.types))
        values = (one.time, row, from_lane, begin, to_lane, end, edges, stops)
        for name, value in zip(_COLUMNS, values, strict=True):
            self.columns[name].append(value)
        self.ids.append(one.id)

    def as_trips(self) -> tuple[Trips, list[str]]:
        """The columns as Trips in order of departure, and the ids in that order."""
        halts = [halt for row in self.columns["halts"] for halt in row]
        none = np.full(len(self.ids), -1, np.int32)
        plain: dict[str, Any] = {name: np.array(self.columns[name], dtype) for name, dtype in _DTYPES.items()}
        trips = replace(
            no_trips(),
            **plain,
            origin=none,
            destination=none,
            route_start=_starts(self.columns["route"]),
            route=np.array([edge for row in self.columns["route"] for edge in row], np.int32),
            halt_start=_starts(self.columns["halts"]),
            halt_lane=np.array([halt[0] for halt in halts], np.int32),
            halt_position=np.array([halt[1] for halt in halts], np.float32),
            halt_dwell=np.array([halt[2] for halt in halts], np.float32),
            halt_until=np.array([halt[3] for halt in halts], np.float32),
            halt_beside=np.array([halt[4] for halt in halts], np.uint8),
            halt_stop=np.full(len(halts), -1, np.int32),
            line=none,
        )
        order = np.argsort(trips.depart, kind="stable")
        return sorted_by_departure(trips), [self.ids[row] for row in order.tolist()]


def _starts(rows: list) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)


def _route(
    one: PlannedDeparture, modes: Mode, traffic: Traffic, finder: RouteFinder
) -> tuple[Edges, tuple[Halt, ...]]:
    wish = one.wish
    if one.via:
        finder.named([key for key in one.via if key], wish.row)
        for key, name, edge in zip(("fromTaz", "toTaz"), wish.districts, (one.via[0], one.via[-1])):
            if name and not edge:
                raise wish.row.bad(f'has {key}="{name}", of which there is no taz with edges; add it.')
        for end, point, edge in zip(("from", "to"), wish.points, (one.via[0], one.via[-1])):
            if point is not None and not edge:
                key = f"{end}{'LonLat' if point.in_degrees else 'XY'}"
                raise wish.row.bad(f"has no edge for its vClass within {NEAR:g} m of its {key}; correct it.")
        for key, name, edge in zip(("fromJunction", "toJunction"), wish.junctions, (one.via[0], one.via[-1])):
            if name and not edge:
                raise wish.row.bad(
                    f'has {key}="{name}", which is no junction with edges for its vClass; correct it.'
                )
        return finder.over(finder.named(one.via, wish.row), modes, wish.row), wish.halts
    keys, halts = wish.edges, wish.halts
    if not keys:
        if one.route not in traffic.routes:
            raise wish.row.bad(f'drives route "{one.route}", which is not there; add it.')
        keys, more = traffic.routes[one.route]
        halts = more + halts
    edges = finder.named(keys, wish.row)
    finder.check(edges, modes, wish.row)
    return edges, halts


def _depart_lane(
    wish: Wish, edges: Edges, modes: Mode, finder: RouteFinder, random: np.random.Generator
) -> int:
    """SUMO's default is one of those that lead farthest."""
    said = wish.row.text("departLane", "best")
    lanes = finder.lanes(edges[0], modes)
    if said in ("best", "best_prob"):
        best = finder.best_lanes(edges, modes)
        return best[int(random.integers(len(best)))]
    if said in ("first", "allowed"):
        return lanes[0]
    if said in ("random", "free"):
        return lanes[int(random.integers(len(lanes)))]
    lane = int(finder.network.edges.first_lane[edges[0]]) + wish.row.whole("departLane")
    if lane not in lanes:
        raise wish.row.bad(
            f'has departLane="{said}", which its first edge does not have open to it; correct it.'
        )
    return lane


def _numbered(wish: Wish, key: str, count: int) -> int:
    text = wish.row.text(key, "")
    return min(int(text), count - 1) if text.isdigit() else 0


_DEPART_POS = {
    "last": DeparturePosition.BEHIND_LAST,
    "free": DeparturePosition.IN_GAP,
    "random_free": DeparturePosition.IN_GAP,
}
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


def _halt(
    halt: Halt, edges: Edges, first: float, scenario: Scenario, finder: RouteFinder
) -> tuple[int, float, float, float, bool]:
    """Lane, m along it, s that it stands there at least, s after its departure before which it does not go on, and
    whether it is beside the lane.

    `first` is when the vehicle departs, or the first one of its flow, s.
    """
    edge, _, index = halt.lane.rpartition("_")
    row = finder.edge.get(edge, -1)
    if row < 0 or not index.isdigit() or int(index) >= scenario.city.network.edges.lane_count[row]:
        raise halt.row.bad(f'is on lane "{halt.lane}", which the network does not have; correct it.')
    if row not in edges:
        raise halt.row.bad(f'is on edge "{edge}", which the route does not pass; correct either.')
    lane = int(scenario.city.network.edges.first_lane[row]) + int(index)
    length = float(scenario.city.network.lanes.length[lane])
    place = halt.position + length if halt.position < 0 else halt.position
    until = halt.until if halt.of_route else halt.until - first
    return lane, min(max(place, 0.0), length - EDGE), max(1.0, halt.duration), max(0.0, until), halt.beside
