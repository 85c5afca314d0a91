"""Edges, lanes, connections, junctions and signals as named fields (SPEC 2.5)."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from cosmopolis.city.model import City
from cosmopolis.city.words import Control, Light, Mode, Provenance, StreetKind, Turn
from cosmopolis.registry import ThingKind
from cosmopolis.world.picture import Picture
from cosmopolis.world.things.fields import Fields, flags, of_city, origin, provenance, xy

LAG = 0.5  # s that a phase is shown longer than its table says, as a step of the simulation sees it late


def edge(city: City, i: int, picture: Picture | None = None) -> Fields:
    e = city.network.edges
    kind = StreetKind(int(e.kind[i])).name.lower()
    length = float(e.line.length[i])
    fields = {
        "title": e.name[i] or kind.replace("_", " ").capitalize(),
        "name": e.name[i],
        "streetKind": kind,
        "length": round(length, 1),
        "lanes": int(e.lane_count[i]),
        "speedLimit": round(limit_of(city, i, picture), 2),
        "closedLanes": _closed_of(
            range(first := int(e.first_lane[i]), first + int(e.lane_count[i])), picture
        ),
        "bridge": bool(e.bridge[i]),
        "tunnel": bool(e.tunnel[i]),
        "roundabout": bool(e.roundabout[i]),
        "toll": bool(e.toll[i]),
        "layer": int(e.layer[i]),
        "oneWay": bool(e.twin[i] < 0),
        "lanesProvenance": provenance(e.lanes_provenance[i]),
        "key": e.key[i],
        **origin(city, "network", e.provenance[i]),
    }
    fields |= xy(e.line.at(i, length / 2)[0]) if len(e.line[i]) > 1 else {}
    return fields | (traffic_on(city, i, picture) if picture is not None else {})


def traffic_on(city: City, edge: int, picture: Picture) -> Fields:
    """Vehicles on an edge now, their mean speed in m/s (free speed if there are none), vehicles an hour."""
    e, t = city.network.edges, picture.traffic
    first = int(e.first_lane[edge])
    here = (t.path >= first) & (t.path < first + int(e.lane_count[edge]))
    count = int(here.sum())
    speed = float(t.speed[here].mean()) if count else limit_of(city, edge, picture)
    per_kilometre = count / max(float(e.line.length[edge]), 1.0) * 1000.0
    return {
        "vehicles": count,
        "meanSpeed": round(speed, 2),
        "density": round(per_kilometre, 1),
        "flow": round(per_kilometre * speed * 3.6),  # q = k v (Wardrop 1952), vehicles an hour
    }


def limit_of(city: City, edge: int, picture: Picture | None) -> float:
    """The speed limit of an edge now in m/s: an order's, else the city's."""
    ordered = picture.in_force.limits if picture is not None else {}
    return float(ordered.get(edge, city.network.edges.speed[edge]))


def _closed_of(lanes: Iterable[int], picture: Picture | None) -> int:
    """How many of `lanes` an order has closed."""
    return 0 if picture is None else len(picture.in_force.closed.intersection(lanes))


def _lane_limit(city: City, i: int, picture: Picture | None) -> float:
    """A lane slower than its street, such as a cycle lane, keeps its own limit where an order's is above it."""
    edge, own = int(city.network.lanes.edge[i]), float(city.network.lanes.speed[i])
    if picture is None or edge not in picture.in_force.limits:
        return own
    limit = limit_of(city, edge, picture)
    return min(own, limit) if own < float(city.network.edges.speed[edge]) else limit


def lane(city: City, i: int, picture: Picture | None = None) -> Fields:
    rows, edges = city.network.lanes, city.network.edges
    edge, length = int(rows.edge[i]), float(rows.length[i])
    fields = {
        "title": f"Lane {int(rows.index[i]) + 1} of {edges.name[edge] or 'a street'}",
        "edge": edge,
        "index": int(rows.index[i]),
        "length": round(length, 1),
        "width": round(float(rows.width[i]), 2),
        "speedLimit": round(_lane_limit(city, i, picture), 2),
        "closed": _closed_of([i], picture) > 0,
        "modes": flags(Mode, rows.modes[i]),
        "turns": flags(Turn, rows.turns[i]),
        **origin(city, "network", edges.lanes_provenance[edge]),
        **xy(rows.line.at(i, length / 2)[0]),
    }
    return fields | ({"vehicles": int((picture.traffic.path == i).sum())} if picture is not None else {})


def connection(city: City, i: int, picture: Picture | None = None) -> Fields:
    rows = city.network.connections
    edge = int(city.network.lanes.edge[rows.from_lane[i]])
    turn = ", ".join(flags(Turn, rows.turn[i]))
    fields = {
        "title": f"{turn.replace('_', ' ').capitalize()} from {city.network.edges.name[edge] or 'a street'}",
        "fromLane": int(rows.from_lane[i]),
        "toLane": int(rows.to_lane[i]),
        "junction": int(rows.junction[i]),
        "turn": turn,
        "speedLimit": round(float(rows.speed[i]), 2),
        "length": round(float(rows.length[i]), 1),
        **origin(city, "network", Provenance.MODELLED),
        **xy(rows.line.at(i, float(rows.length[i]) / 2)[0]),
    }
    program = int(city.network.junctions.program[rows.junction[i]])
    if picture is not None and program >= 0 and rows.signal[i] >= 0:
        fields["light"] = lights(city, program, picture)[int(rows.signal[i])]
    return fields


def junction(city: City, i: int, picture: Picture | None = None) -> Fields:
    j, e = city.network.junctions, city.network.edges
    here = np.flatnonzero((e.from_junction == i) | (e.to_junction == i)).tolist()
    streets = {e.name[k] for k in here if e.name[k]}
    control = Control(int(j.control[i])).name.lower()
    fields = {
        "title": " / ".join(sorted(streets)[:3]) or control.replace("_", " ").capitalize(),
        "control": control,
        "streets": sorted(streets),
        "program": int(j.program[i]),
        "key": j.key[i],
        **origin(city, "network", Provenance.MODELLED),
        **xy(j.xy[i]),
    }
    if picture is not None and j.program[i] >= 0:
        fields["signal"] = phase_now(city, int(j.program[i]), picture)
    return fields


def signal(city: City, i: int, picture: Picture | None = None) -> Fields:
    s = city.network.signals
    at = int(s.junction[i])
    first, last = int(s.phase_start[i]), int(s.phase_start[i + 1])
    fields = {
        "title": f"Signal at {junction(city, at)['title']}",
        "junction": at,
        "phases": last - first,
        "cycle": round(float(s.duration[first:last].sum()), 1),
        "positionProvenance": provenance(s.provenance[i]),
        **origin(city, "network", Provenance.MODELLED),
        **xy(city.network.junctions.xy[at]),
    }
    return fields | (phase_now(city, i, picture) if picture is not None else {})


def phase_now(city: City, program: int, picture: Picture) -> Fields:
    """Phase, seconds left in it (null where the program does not run by its table), light of each approach."""
    s, net = city.network.signals, city.network
    phase = int(picture.phases[program])
    duration = s.duration[s.phase_start[program] : s.phase_start[program + 1]].astype(float)
    ends = np.cumsum(duration)
    at = (picture.time - float(s.offset[program])) % ends[-1]
    by_table = min(int(np.searchsorted(ends, at, side="right")), len(ends) - 1)
    left: float | None = None
    if by_table == phase:
        left = float(ends[phase] - at)
    elif (at - ends[phase]) % ends[-1] <= LAG:
        left = 0.0
    links = s.link[s.link_start[program] : s.link_start[program + 1]]
    approaches: dict[int, Fields] = {}
    for connection, light in zip(links, lights(city, program, picture)):
        edge = int(net.lanes.edge[net.connections.from_lane[connection]])
        row = approaches.setdefault(edge, {"edge": edge, "street": net.edges.name[edge], "lights": {}})
        row["lights"][", ".join(flags(Turn, net.connections.turn[connection]))] = light
    return {
        "phase": phase,
        "secondsLeft": round(left, 1) if left is not None else None,
        "approaches": list(approaches.values()),
    }


def lights(city: City, program: int, picture: Picture) -> list[str]:
    s = city.network.signals
    row = int(s.phase_start[program]) + int(picture.phases[program])
    return [Light(int(v)).name.lower() for v in s.light[s.light_start[row] : s.light_start[row + 1]]]


def street_of(city: City, path: int) -> str:
    net = city.network
    lanes = len(net.lanes)
    lane = path if path < lanes else int(net.connections.from_lane[path - lanes])
    return net.edges.name[int(net.lanes.edge[lane])]


KINDS = (
    ThingKind("edge", of_city(edge), lambda site: len(site.city.network.edges)),
    ThingKind("lane", of_city(lane), lambda site: len(site.city.network.lanes)),
    ThingKind("connection", of_city(connection), lambda site: len(site.city.network.connections)),
    ThingKind("junction", of_city(junction), lambda site: len(site.city.network.junctions)),
    ThingKind("signal", of_city(signal), lambda site: len(site.city.network.signals)),
)
