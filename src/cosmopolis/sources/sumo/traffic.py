"""What a .rou.xml asks for, as it says it: vehicles, trips and flows with their types and routes by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from math import inf
from pathlib import Path
from typing import NamedTuple

from cosmopolis.city.vehicle_types import VehicleType, default_type
from cosmopolis.sources.sumo.drawing import DrawnProgram, read_program
from cosmopolis.sources.sumo.faults import Faults
from cosmopolis.sources.sumo.stream import Row, rows
from cosmopolis.sources.sumo.types import DEFAULT, read_type

Mixture = tuple[tuple[str, float], ...]  # names with their weights

MOST_INCLUDES = 32  # files within files
MOST_EDGES = 1_000_000  # of a route with its laps
# Elements that only draw something or ask for an output: the traffic is the same without them.
_DRAWN_OR_WRITTEN = {
    "param", "poly", "poi", "location", "edgeData", "laneData", "inductionLoop", "e1Detector", "laneAreaDetector",
    "e2Detector", "entryExitDetector", "e3Detector", "instantInductionLoop", "edgeRelation", "viewsettings",
}  # fmt: skip
_PARKING = dict.fromkeys(("1", "yes", "true", "on", "x", "t"), True)
_PARKING |= dict.fromkeys(("0", "no", "false", "off", "-", "f", "opportunistic"), False)
_CONTAINERS = ("interval", "flows", "routes", "trips", "vehicles", "additional")


@dataclass(frozen=True)
class Halt:
    """A stop: on lane `lane` with its front at `position` m, for `duration` s, and not before `until` s.

    As in SUMO, `until` is a time of the clock for a vehicle's own stops and counts from the departure for those of a
    route (`of_route`). Later vehicles of a flow have their own stops later by as much as they depart later.
    """

    lane: str
    position: float  # < 0: from the end of the lane
    duration: float
    until: float  # s; < 0: none
    row: Row
    of_route: bool = False
    beside: bool = False  # the lane: others pass the vehicle meanwhile


@dataclass(frozen=True)
class Repeat:
    """How often a flow departs, from `begin` to `end`, s: `number` of vehicles, or every `period` s, or both.

    A chance is one a second; a mean gap, exponentially distributed, makes a Poisson process.
    """

    begin: float
    end: float
    number: int = -1
    period: float = 0.0
    chance: float = 0.0
    mean_gap: float = 0.0


class Point(NamedTuple):
    """A place in degrees, or in m on the plane of the net."""

    x: float
    y: float
    in_degrees: bool


@dataclass(frozen=True)
class Wish:
    """One vehicle or one flow of them. Either `edges`, or `route` by its name, or from-to over `via`."""

    row: Row
    id: str
    type: str
    depart: float  # s
    edges: tuple[str, ...] = ()
    route: str = ""
    via: tuple[str, ...] = ()  # edges that must be driven in this order, the first and the last included
    halts: tuple[Halt, ...] = ()
    repeat: Repeat | None = None
    districts: tuple[str, str] = ("", "")  # in which it begins and ends where it names no edge,
    junctions: tuple[str, str] = ("", "")  # or at which,
    points: tuple[Point | None, Point | None] = (None, None)  # or near which


@dataclass(frozen=True)
class District:
    """A traffic analysis zone: the edges on which trips begin and end, each with its weight."""

    sources: Mixture
    sinks: Mixture


@dataclass
class Traffic:
    """All that the route files of a scenario ask for."""

    faults: Faults
    until: float = inf  # s, when flows without an end of their own do
    types: dict[str, VehicleType] = field(default_factory=lambda: {DEFAULT: default_type("passenger")})
    type_mixtures: dict[str, Mixture] = field(default_factory=dict)
    routes: dict[str, tuple[tuple[str, ...], tuple[Halt, ...]]] = field(default_factory=dict)
    route_mixtures: dict[str, Mixture] = field(default_factory=dict)
    districts: dict[str, District] = field(default_factory=dict)
    wishes: list[Wish] = field(default_factory=list)
    programs: dict[str, list[DrawnProgram]] = field(default_factory=dict)  # of lights, from additional files
    stops: dict[str, Row] = field(default_factory=dict)  # bus stops of additional files
    ignored: Counter[str] = field(default_factory=Counter)  # elements by tag
    deviation: float | None = None  # of how drivers take the limit, where their type says nothing

    def vary(self, deviation: float) -> None:
        """Drivers of types that do not say how they differ in speed differ by `deviation`."""
        self.deviation = deviation
        self.types[DEFAULT] = replace(self.types[DEFAULT], deviation=deviation)

    def read(self, elements: Iterable[Row], inside: tuple[Path, ...] = ()) -> None:
        """Take up the elements of one file, those of files that it includes, and those within containers.

        `inside` are the files that include this one, the outermost first.
        """
        for row in elements:
            with self.faults.leaving_out():
                take = _TAKES.get(row.tag)
                if row.tag == "include":
                    self.read(included(row, inside), (*inside, row.file))
                elif row.tag in _CONTAINERS:
                    self.read(_contained(row), inside)
                elif take is None:
                    if row.tag not in _DRAWN_OR_WRITTEN:
                        self.ignored[row.tag] += 1
                else:
                    take(self, row)


def included(row: Row, inside: tuple[Path, ...]) -> Iterator[Row]:
    """The elements of the file that an <include href="..."/> names, beside the file that it stands in."""
    name = row.text("href")
    file = row.file.parent / name
    if not file.is_file():
        raise row.bad(f'names the file "{name}", and there is no {file}; correct href.')
    around = [each.resolve() for each in (*inside, row.file)]
    if file.resolve() in around:
        raise row.bad(f'includes "{name}", which includes this file again; remove one of the two.')
    if len(around) > MOST_INCLUDES:
        raise row.bad(
            f'includes "{name}" in more than {MOST_INCLUDES} files within files; put them into one.'
        )
    stream = rows(file, never=("net",))
    next(stream)
    return stream


def _contained(row: Row) -> Iterator[Row]:
    """The elements of a container; those that name no begin or end have its own."""
    times = {key: value for key, value in row.attributes.items() if key in ("begin", "end")}
    for child in row.children:
        inherits = times if child.tag == "flow" or child.tag in _CONTAINERS else dict[str, str]()
        yield Row(child.tag, {**inherits, **child.attributes}, child.file, child.line, child.children)


def _type(traffic: Traffic, row: Row) -> None:
    traffic.types[row.text("id")] = read_type(row, traffic.deviation)


def _type_mixture(traffic: Traffic, row: Row) -> None:
    for child in row.children:
        _type(traffic, child)
    traffic.type_mixtures[row.text("id")] = _mixture(row, "vTypes")


def _mixture(row: Row, names: str) -> Mixture:
    """Names and weights of a distribution, nested or listed."""
    inner = [
        (child.text("id", child.text("refId", "")), child.real("probability", 1.0)) for child in row.children
    ]
    listed = row.words(names)
    weights = row.words("probabilities") or ["1"] * len(listed)
    if len(weights) != len(listed):
        raise row.bad(f"lists {len(listed)} {names} and {len(weights)} probabilities; give one for each.")
    inner += [
        (name, Row(row.tag, {"p": weight}, row.file, row.line).real("p"))
        for name, weight in zip(listed, weights)
    ]
    if not sum(weight for _, weight in inner) > 0 or min(weight for _, weight in inner) < 0:
        raise row.bad("has nothing to choose from; give it members with a probability above 0.")
    return tuple(inner)


def _route(traffic: Traffic, row: Row) -> None:
    traffic.routes[row.text("id")] = _edges(row), _route_halts(traffic, row)


def _edges(row: Row) -> tuple[str, ...]:
    edges = row.words("edges")
    if not edges:
        raise row.bad("has no edges; name at least one.")
    laps = 1 + row.whole("repeat", 0)
    if laps * len(edges) > MOST_EDGES:
        raise row.bad(f"has more than {MOST_EDGES:,} edges with its repeat; write a smaller one.")
    return tuple(edges * laps)


def _route_halts(traffic: Traffic, row: Row) -> tuple[Halt, ...]:
    """The stops of a route on each of its laps; times of the clock are later by `cycleTime` on each."""
    once = [replace(halt, of_route=True) for halt in _halts(traffic, row)]
    repeat = row.whole("repeat", 0)
    if repeat and any(halt.until >= 0 for halt in once) and row.seconds("cycleTime", 0.0) <= 0:
        raise row.bad('repeats stops with until; say by cycleTime="…" how much later each lap is.')
    later = row.seconds("cycleTime", 0.0)
    return tuple(
        replace(halt, until=halt.until + lap * later) if halt.until >= 0 else halt
        for lap in range(1 + repeat)
        for halt in once
    )


def _route_mixture(traffic: Traffic, row: Row) -> None:
    members = []
    for n, child in enumerate(row.children):
        name = child.text("id", child.text("refId", f"{row.text('id')}!{n}"))
        if "edges" in child.attributes:
            traffic.routes[name] = _edges(child), _route_halts(traffic, child)
        members.append(Row(child.tag, {**child.attributes, "id": name}, child.file, child.line))
    named = Row(row.tag, row.attributes, row.file, row.line, members)
    traffic.route_mixtures[row.text("id")] = _mixture(named, "routes")


def _halts(traffic: Traffic, row: Row) -> tuple[Halt, ...]:
    return tuple(_halt(traffic, child) for child in row.children if child.tag == "stop")


def _halt(traffic: Traffic, row: Row) -> Halt:
    place = row
    for key in ("busStop", "trainStop", "parkingArea", "chargingStation", "containerStop"):
        if key in row.attributes:
            if row.text(key) not in traffic.stops:
                raise row.bad(f'is at {key} "{row.text(key)}", which no additional file has; add it.')
            place = traffic.stops[row.text(key)]
    lane = place.text("lane", f"{place.text('edge')}_0" if "edge" in place.attributes else None)
    position = place.real("endPos", place.real("pos", -0.5))
    times = row.seconds("duration", 0.0), row.seconds("until", -1.0)
    return Halt(lane, position, *times, row, beside=_is_beside(row, place))


def _is_beside(row: Row, place: Row) -> bool:
    """Whether a stop is beside the lane, as it is at a parking area, `place`, that is not on the road.

    As SUMO 1.28 does, one that is "opportunistic" stands on the lane, and no parking area takes false for an answer.
    """
    said = row.text("parking", "true" if "parkingArea" in row.attributes else "false").lower()
    if said not in _PARKING:
        raise row.bad(f'has parking="{row.text("parking")}"; write true, false or opportunistic.')
    if "parkingArea" in row.attributes:
        return said != "opportunistic" and not place.flag("onRoad")
    return _PARKING[said]


def _vehicle(traffic: Traffic, row: Row) -> None:
    traffic.wishes.append(_wish(traffic, row, _depart(row)))


def _wish(traffic: Traffic, row: Row, depart: float, repeat: Repeat | None = None) -> Wish:
    """The route may be inside, by name, or be looked for from edge to edge."""
    inner = [child for child in row.children if child.tag in ("route", "routeDistribution")]
    edges: tuple[str, ...] = ()
    via: tuple[str, ...] = ()
    name, halts = row.text("route", ""), _halts(traffic, row)
    if inner and inner[0].tag == "route":
        edges, halts = _edges(inner[0]), _route_halts(traffic, inner[0]) + halts
    elif inner:
        name = f"{row.text('id')}!routes"
        named = {**inner[0].attributes, "id": name}
        _route_mixture(traffic, Row(inner[0].tag, named, row.file, row.line, inner[0].children))
    elif not name:
        via = _via(row, halts)
    ends = (_districts(row), _junctions(row), _points(row)) if via else ()
    kind = row.text("type", DEFAULT)
    return Wish(row, row.text("id"), kind, depart, edges, name, via, halts, repeat, *ends)


def _via(row: Row, halts: tuple[Halt, ...]) -> tuple[str, ...]:
    """The edges of a trip that looks for its way over them: its stops too, which are its ends where it has none."""
    stops = [halt.lane.rpartition("_")[0] for halt in halts]
    places = [row.text("from", stops[0] if stops else ""), *row.words("via"), *stops]
    places.append(row.text("to", stops[-1] if stops else ""))
    others = zip(_districts(row), _junctions(row), _points(row), strict=True)
    for end, place, other in zip(("from", "to"), (places[0], places[-1]), others, strict=True):
        if not place and not any(other):
            raise row.bad(
                f"has neither a route nor edges from and to; add {end}=…, {end}Junction=…, {end}Taz=…, {end}XY=… "
                f"or {end}LonLat=…."
            )
    middle = [place for place, before in zip(places[1:-1], places) if place != before]
    if middle and middle[-1] == places[-1]:
        middle.pop()
    return (places[0], *middle, places[-1])


def _districts(row: Row) -> tuple[str, str]:
    """Where it begins and ends if it names no edge for that."""
    first, last = ("" if end in row.attributes else row.text(f"{end}Taz", "") for end in ("from", "to"))
    return first, last


def _junctions(row: Row) -> tuple[str, str]:
    """At which it begins and ends if it names neither an edge nor a district for that."""
    first, last = (
        "" if {end, f"{end}Taz"} & row.attributes.keys() else row.text(f"{end}Junction", "")
        for end in ("from", "to")
    )
    return first, last


def _points(row: Row) -> tuple[Point | None, Point | None]:
    """Near which it begins and ends if it names nothing else for that."""
    first, last = (
        None if {end, f"{end}Taz", f"{end}Junction"} & row.attributes.keys() else _point(row, end)
        for end in ("from", "to")
    )
    return first, last


def _point(row: Row, end: str) -> Point | None:
    for key, in_degrees in ((f"{end}XY", False), (f"{end}LonLat", True)):
        if key in row.attributes:
            try:
                x, y = (float(number) for number in row.text(key).split(",")[:2])
            except ValueError:
                raise row.bad(f'has {key}="{row.text(key)}"; write two numbers and a comma.') from None
            return Point(x, y, in_degrees)
    return None


def _district(traffic: Traffic, row: Row) -> None:
    """Of a taz: all its edges alike, or those of tazSource and tazSink by their weights."""
    alike = tuple((edge, 1.0) for edge in row.words("edges"))
    ends = {
        tag: tuple(
            (child.text("id"), child.real("weight", 1.0)) for child in row.children if child.tag == tag
        )
        for tag in ("tazSource", "tazSink")
    }
    district = District(ends["tazSource"] or alike, ends["tazSink"] or alike)
    for edges in (district.sources, district.sinks):
        if edges and (min(weight for _, weight in edges) < 0 or not sum(weight for _, weight in edges) > 0):
            raise row.bad("has edges without a weight above 0; correct its tazSource and tazSink.")
    traffic.districts[row.text("id")] = district


def _depart(row: Row) -> float:
    if row.text("depart") in ("begin", "now"):
        return -1.0
    if row.text("depart") in ("triggered", "containerTriggered", "split"):
        raise row.bad(f'departs "{row.text("depart")}", and nobody here triggers it; write a time.')
    return row.seconds("depart")


def _flow(traffic: Traffic, row: Row) -> None:
    """Flows that never end are no fault where a number ends them, or the scenario."""
    number = row.whole("number", -1)
    begin = 0.0 if row.text("begin", "0") in ("begin", "now") else row.seconds("begin", 0.0)
    end = row.seconds("end", inf) if "end" in row.attributes else max(begin, traffic.until)
    period, gap = 0.0, 0.0
    text = row.text("period", "").replace(" ", "")
    if text.startswith("exp(") and text.endswith(")"):
        rate = Row(row.tag, {"period": text[4:-1]}, row.file, row.line).real("period")
        gap = 1.0 / rate if rate > 0 else 0.0
    elif text:
        period = row.seconds("period")
    for key in ("vehsPerHour", "perHour"):
        if key in row.attributes:
            period = 3600.0 / row.real(key) if row.real(key) > 0 else 0.0
    chance = row.real("probability", 0.0)
    if end == inf and number < 0:
        raise row.bad('has no end; write end="…" in seconds, or number="…".')
    if end < begin:
        raise row.bad(f"ends at {end:g} s, before it begins at {begin:g} s; correct end.")
    if number < 0 and not (period > 0 or gap > 0 or chance > 0):
        raise row.bad(
            "does not say how many vehicles it has; write number, period, vehsPerHour or probability."
        )
    if number >= 0 and end == inf and not (period > 0 or gap > 0 or chance > 0):
        raise row.bad('has no end; write end="…" in seconds, or how often it departs by period="…".')
    if not 0 <= chance <= 1:
        raise row.bad(f'has probability="{chance:g}"; write one from 0 to 1.')
    repeat = Repeat(begin, end, number, period, chance, gap)
    traffic.wishes.append(_wish(traffic, row, begin, repeat))


def _program(traffic: Traffic, row: Row) -> None:
    program = read_program(row)
    traffic.programs.setdefault(program.id, []).append(program)


def _stop_place(traffic: Traffic, row: Row) -> None:
    traffic.stops[row.text("id")] = row


_TAKES = {
    "vType": _type, "vTypeDistribution": _type_mixture, "route": _route, "routeDistribution": _route_mixture,
    "vehicle": _vehicle, "trip": _vehicle, "flow": _flow, "busStop": _stop_place, "trainStop": _stop_place,
    "parkingArea": _stop_place, "chargingStation": _stop_place, "containerStop": _stop_place,
    "tlLogic": _program, "taz": _district,
}  # fmt: skip
