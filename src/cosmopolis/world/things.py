"""One thing of the city as named fields that a person can read (SPEC 2.5), with what it does right now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import shapely

from cosmopolis.city.model import Areas, City
from cosmopolis.city.words import (
    BuildingUse,
    Control,
    LandUse,
    Light,
    Mode,
    Provenance,
    Roof,
    StreetKind,
    TransitMode,
    Turn,
    VehicleKind,
)
from cosmopolis.world.interest import Paths
from cosmopolis.world.picture import Picture

Fields = dict[str, Any]
AREA_LAYERS = ("land_use", "green", "water")
MOST_LISTED = 50  # rows of a list in one answer


class NoSuchThing(LookupError):
    """There is nothing of that kind and id; the message is a sentence."""


class Things:
    """Describes things of one City version; live values come from the picture that is handed in."""

    def __init__(self, city: City, paths: Paths) -> None:
        self.city, self.paths = city, paths
        places = city.places.building
        self._places_of = {int(b): np.flatnonzero(places == b) for b in np.unique(places[places >= 0])}
        self._readers: dict[str, tuple[int, Callable[[int, Picture | None], Fields]]] = {
            "building": (len(city.buildings), self._building),
            "place": (len(city.places), self._place),
            "edge": (len(city.network.edges), self._edge),
            "lane": (len(city.network.lanes), self._lane),
            "connection": (len(city.network.connections), self._connection),
            "junction": (len(city.network.junctions), self._junction),
            "signal": (len(city.network.signals), self._signal),
            "stop": (len(city.stops), self._stop),
            "line": (len(city.transit_lines), self._line),
        }

    @property
    def kinds(self) -> list[str]:
        return [*self._readers, "area", "vehicle"]

    def describe(self, kind: str, id: int, picture: Picture | None = None, *, layer: int = 0) -> Fields:
        """Everything but vehicles. Raises NoSuchThing. `layer` is for areas: 0 land use, 1 green, 2 water (4.1)."""
        if kind == "area":
            fields = self._area(id, layer)
        elif kind not in self._readers:
            raise NoSuchThing(
                f"There are no things of kind {kind[:40]!r}; there are {', '.join(self.kinds)}."
            )
        else:
            count, read = self._readers[kind]
            if not 0 <= id < count:
                raise NoSuchThing(f"There is no {kind} {id}: this city has {count:,} of them.")
            fields = read(id, picture)
        return {"kind": kind, "id": id, **fields}

    # vehicles: `state` is what Simulation.vehicle tells

    def vehicle(self, state: Fields) -> Fields:
        kind = VehicleKind(int(state["kind"])).name.lower()
        path, position = int(state["path"]), float(state["position"])
        x, y = self.paths.place(np.array([path]), np.array([position]))[0]
        line = int(state.get("line", -1))
        fields: Fields = {
            "title": self._vehicle_title(kind, line),
            "vehicleKind": kind,
            "speed": round(float(state["speed"]), 2),
            "street": self._street_of(path),
            "path": path,
            "position": round(position, 2),
            "from": self._building_name(int(state.get("origin", -1))),
            "to": self._building_name(int(state.get("destination", -1))),
            "fromBuilding": int(state.get("origin", -1)),
            "toBuilding": int(state.get("destination", -1)),
            "provenance": "modelled",
            "source": "simulation",
            "x": round(float(x), 2),
            "y": round(float(y), 2),
        }
        for key in ("trip", "edges_left", "distance_left", "since", "next_stop", "purpose"):
            if key in state:
                fields[_camel(key)] = _plain(state[key])
        if line >= 0:
            fields["line"], fields["lineName"] = line, self.city.transit_lines.name[line]
        if isinstance(state.get("next_stop"), (int, np.integer)) and state["next_stop"] >= 0:
            fields["nextStopName"] = self.city.stops.name[int(state["next_stop"])]
        return fields

    def _vehicle_title(self, kind: str, line: int) -> str:
        said = kind.replace("_", " ").capitalize()
        return f"{said} {self.city.transit_lines.ref[line]}".strip() if line >= 0 else said

    # the static things

    def _building(self, i: int, _: Picture | None) -> Fields:
        b = self.city.buildings
        use = BuildingUse(int(b.use[i])).name.lower()
        whole = int(b.part_of[i])
        named = b.name[i] or (b.name[whole] if whole >= 0 else "")
        address = b.address[i] or (b.address[whole] if whole >= 0 else "")
        places = [int(p) for of in {i, whole} for p in self._places_of.get(of, ())]
        return {
            "title": named or address or (f"{use.capitalize()} building" if use != "unknown" else "Building"),
            "name": named,
            "address": address,
            "use": use,
            "height": round(float(b.height[i] + b.roof_height[i]), 1),
            "floors": int(b.floors[i]),
            "roof": Roof(int(b.roof[i])).name.lower(),
            "groundArea": round(float(shapely.area(b.footprint[i])), 1),
            "partOf": whole,
            "heightProvenance": _provenance(b.height_provenance[i]),
            "places": [{"id": p, "name": self.city.places.name[p]} for p in places[:MOST_LISTED]],
            "key": b.key[i],
            **self._origin("buildings", b.provenance[i]),
            **_centre(b.footprint[i]),
        }

    def _place(self, i: int, _: Picture | None) -> Fields:
        p = self.city.places
        return {
            "title": p.name[i] or p.name_en[i] or p.kind[i],
            "name": p.name[i],
            "nameEn": p.name_en[i],
            "placeKind": p.kind[i],
            "building": int(p.building[i]),
            "key": p.key[i],
            **self._origin("places", p.provenance[i]),
            **_xy(p.xy[i]),
        }

    def _edge(self, i: int, picture: Picture | None) -> Fields:
        e = self.city.network.edges
        kind = StreetKind(int(e.kind[i])).name.lower()
        length = float(e.line.length[i])
        fields = {
            "title": e.name[i] or kind.replace("_", " ").capitalize(),
            "name": e.name[i],
            "streetKind": kind,
            "length": round(length, 1),
            "lanes": int(e.lane_count[i]),
            "speedLimit": round(float(e.speed[i]), 2),
            "bridge": bool(e.bridge[i]),
            "tunnel": bool(e.tunnel[i]),
            "roundabout": bool(e.roundabout[i]),
            "toll": bool(e.toll[i]),
            "layer": int(e.layer[i]),
            "oneWay": bool(e.twin[i] < 0),
            "lanesProvenance": _provenance(e.lanes_provenance[i]),
            "key": e.key[i],
            **self._origin("network", e.provenance[i]),
        }
        fields |= _xy(e.line.at(i, length / 2)[0]) if len(e.line[i]) > 1 else {}
        return fields | (self._traffic_on(i, picture) if picture is not None else {})

    def _traffic_on(self, edge: int, picture: Picture) -> Fields:
        """Vehicles on an edge now, their mean speed in m/s (free speed if there are none), vehicles an hour."""
        e, t = self.city.network.edges, picture.traffic
        first = int(e.first_lane[edge])
        here = (t.path >= first) & (t.path < first + int(e.lane_count[edge]))
        count = int(here.sum())
        speed = float(t.speed[here].mean()) if count else float(e.speed[edge])
        per_kilometre = count / max(float(e.line.length[edge]), 1.0) * 1000.0
        return {
            "vehicles": count,
            "meanSpeed": round(speed, 2),
            "density": round(per_kilometre, 1),
            "flow": round(per_kilometre * speed * 3.6),  # q = k v (Wardrop 1952), vehicles an hour
        }

    def _lane(self, i: int, picture: Picture | None) -> Fields:
        rows, edges = self.city.network.lanes, self.city.network.edges
        edge, length = int(rows.edge[i]), float(rows.length[i])
        fields = {
            "title": f"Lane {int(rows.index[i]) + 1} of {edges.name[edge] or 'a street'}",
            "edge": edge,
            "index": int(rows.index[i]),
            "length": round(length, 1),
            "width": round(float(rows.width[i]), 2),
            "speedLimit": round(float(rows.speed[i]), 2),
            "modes": _names(Mode, rows.modes[i]),
            "turns": _names(Turn, rows.turns[i]),
            **self._origin("network", edges.lanes_provenance[edge]),
            **_xy(rows.line.at(i, length / 2)[0]),
        }
        return fields | ({"vehicles": int((picture.traffic.path == i).sum())} if picture is not None else {})

    def _connection(self, i: int, picture: Picture | None) -> Fields:
        rows = self.city.network.connections
        edge = int(self.city.network.lanes.edge[rows.from_lane[i]])
        turn = ", ".join(_names(Turn, rows.turn[i]))
        fields = {
            "title": f"{turn.replace('_', ' ').capitalize()} from {self.city.network.edges.name[edge] or 'a street'}",
            "fromLane": int(rows.from_lane[i]),
            "toLane": int(rows.to_lane[i]),
            "junction": int(rows.junction[i]),
            "turn": turn,
            "speedLimit": round(float(rows.speed[i]), 2),
            "length": round(float(rows.length[i]), 1),
            **self._origin("network", Provenance.MODELLED),
            **_xy(rows.line.at(i, float(rows.length[i]) / 2)[0]),
        }
        program = int(self.city.network.junctions.program[rows.junction[i]])
        if picture is not None and program >= 0 and rows.signal[i] >= 0:
            fields["light"] = self._lights(program, picture)[int(rows.signal[i])]
        return fields

    def _junction(self, i: int, picture: Picture | None) -> Fields:
        j, e = self.city.network.junctions, self.city.network.edges
        streets = {
            e.name[k] for k in np.flatnonzero((e.from_junction == i) | (e.to_junction == i)) if e.name[k]
        }
        control = Control(int(j.control[i])).name.lower()
        fields = {
            "title": " / ".join(sorted(streets)[:3]) or control.replace("_", " ").capitalize(),
            "control": control,
            "streets": sorted(streets),
            "program": int(j.program[i]),
            "key": j.key[i],
            **self._origin("network", Provenance.MODELLED),
            **_xy(j.xy[i]),
        }
        if picture is not None and j.program[i] >= 0:
            fields["signal"] = self._phase(int(j.program[i]), picture)
        return fields

    def _signal(self, i: int, picture: Picture | None) -> Fields:
        s = self.city.network.signals
        junction = int(s.junction[i])
        first, last = int(s.phase_start[i]), int(s.phase_start[i + 1])
        fields = {
            "title": f"Signal at {self._junction(junction, None)['title']}",
            "junction": junction,
            "phases": last - first,
            "cycle": round(float(s.duration[first:last].sum()), 1),
            "positionProvenance": _provenance(s.provenance[i]),
            **self._origin("network", Provenance.MODELLED),
            **_xy(self.city.network.junctions.xy[junction]),
        }
        return fields | (self._phase(i, picture) if picture is not None else {})

    def _phase(self, program: int, picture: Picture) -> Fields:
        """Phase, seconds left in it (null where the program does not run by its table), light of each approach."""
        s, net = self.city.network.signals, self.city.network
        phase = int(picture.phases[program])
        duration = s.duration[s.phase_start[program] : s.phase_start[program + 1]].astype(float)
        ends = np.cumsum(duration)
        at = (picture.time - float(s.offset[program])) % ends[-1]
        by_table = min(int(np.searchsorted(ends, at, side="right")), len(ends) - 1)
        links = s.link[s.link_start[program] : s.link_start[program + 1]]
        approaches: dict[int, Fields] = {}
        for connection, light in zip(links, self._lights(program, picture)):
            edge = int(net.lanes.edge[net.connections.from_lane[connection]])
            row = approaches.setdefault(edge, {"edge": edge, "street": net.edges.name[edge], "lights": {}})
            row["lights"][", ".join(_names(Turn, net.connections.turn[connection]))] = light
        return {
            "phase": phase,
            "secondsLeft": round(float(ends[phase] - at), 1) if by_table == phase else None,
            "approaches": list(approaches.values()),
        }

    def _lights(self, program: int, picture: Picture) -> list[str]:
        s = self.city.network.signals
        row = int(s.phase_start[program]) + int(picture.phases[program])
        return [Light(int(v)).name.lower() for v in s.light[s.light_start[row] : s.light_start[row + 1]]]

    def _stop(self, i: int, _: Picture | None) -> Fields:
        h, t = self.city.stops, self.city.transit_lines
        serving = np.unique(np.searchsorted(t.stop_start, np.flatnonzero(t.stop == i), side="right") - 1)
        mode = TransitMode(int(h.mode[i])).name.lower()
        return {
            "title": h.name[i] or f"{mode.capitalize()} stop",
            "name": h.name[i],
            "mode": mode,
            "lines": [{"id": int(k), "ref": t.ref[k], "name": t.name[k]} for k in serving[:MOST_LISTED]],
            "key": h.key[i],
            **self._origin("stops", h.provenance[i]),
            **_xy(h.xy[i]),
        }

    def _line(self, i: int, _: Picture | None) -> Fields:
        t, h = self.city.transit_lines, self.city.stops
        stops = t.stop[t.stop_start[i] : t.stop_start[i + 1]]
        fields = {
            "title": t.name[i] or t.ref[i],
            "ref": t.ref[i],
            "name": t.name[i],
            "mode": TransitMode(int(t.mode[i])).name.lower(),
            "colour": t.colour[i],
            "headway": round(float(t.headway[i])),
            "stops": [{"id": int(k), "name": h.name[k]} for k in stops],
            "key": t.key[i],
            **self._origin("transit_lines", t.provenance[i]),
        }
        return fields | (_xy(h.xy[stops[0]]) if len(stops) else {})

    def _area(self, i: int, layer: int) -> Fields:
        if not 0 <= layer < len(AREA_LAYERS):
            raise NoSuchThing("An area is of layer 0 (land use), 1 (green) or 2 (water).")
        name = AREA_LAYERS[layer]
        rows: Areas = getattr(self.city, name)
        if not 0 <= i < len(rows):
            raise NoSuchThing(f"There is no area {i}: layer {name} has {len(rows):,} of them.")
        use = LandUse(int(rows.kind[i])).name.lower()
        return {
            "title": rows.name[i] or use.capitalize(),
            "name": rows.name[i],
            "layer": name,
            "use": use,
            "groundArea": round(float(shapely.area(rows.polygon[i])), 1),
            "key": rows.key[i],
            **self._origin(name, rows.provenance[i]),
            **_centre(rows.polygon[i]),
        }

    # shared by several

    def _street_of(self, path: int) -> str:
        net = self.city.network
        lanes = len(net.lanes)
        lane = path if path < lanes else int(net.connections.from_lane[path - lanes])
        return net.edges.name[int(net.lanes.edge[lane])]

    def _building_name(self, i: int) -> str:
        if not 0 <= i < len(self.city.buildings):
            return ""
        return str(self._building(i, None)["title"])

    def _origin(self, layer: str, provenance: int) -> Fields:
        """`provenance`, and as `source` the name of the source that the layer came from."""
        of = Provenance(int(provenance))
        fitting = [
            s.name for s in self.city.sources if s.provenance == of and (layer in s.layers or not s.layers)
        ]
        return {"provenance": of.name.lower(), "source": ", ".join(fitting)}


def _provenance(code: int) -> str:
    return Provenance(int(code)).name.lower()


def _names(kind: type[Mode] | type[Turn], value: int) -> list[str]:
    return [str(flag.name).lower() for flag in kind if int(value) & flag.value]


def _xy(point: Any) -> Fields:
    return {"x": round(float(point[0]), 2), "y": round(float(point[1]), 2)}


def _centre(shape: shapely.Geometry) -> Fields:
    inside = shapely.point_on_surface(shape)
    return {} if shapely.is_empty(inside) else _xy((shapely.get_x(inside), shapely.get_y(inside)))


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
