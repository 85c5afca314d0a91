"""The metro on its viaduct beside the avenue, and bus lines along main streets with stops at both kerbs."""

from __future__ import annotations

import heapq
import itertools
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.random import Generator
from numpy.typing import NDArray

from cosmopolis.city.raw import RawCity, RawRail, RawStop, RawTransitLine
from cosmopolis.city.words import BuildingUse, Provenance, Roof, StreetKind, TransitMode
from cosmopolis.growth import sections
from cosmopolis.growth.brief import Brief
from cosmopolis.growth.fabric import Fabric, Link
from cosmopolis.growth.frames import Frame
from cosmopolis.growth.ground import Ground
from cosmopolis.growth.lots import Lot, Use
from cosmopolis.growth.names import halves
from cosmopolis.growth.plan import Plan

Points = NDArray[np.float64]
S = StreetKind

BESIDE = 35.0  # m from the avenue's centre line to the metro's
CLEAR = 11.0  # m either side of the metro kept free
STOP_STEP = 430.0  # m between stops
FAR_SIDE = 46.0  # m behind a junction at which a bus stops
COLOURS = ("#c0504d", "#4f81bd", "#7f9a48", "#8064a2", "#d08b3c", "#3c9aa8", "#a8578a", "#5a7d5a")


# --- metro ------------------------------------------------------------------------------------------------


def metro_line(plan: Plan) -> shapely.LineString:
    """The viaduct's course from the southern to the northern edge of the map, east of the avenue."""
    reach = 2 * plan.bounds[3]
    avenue = shapely.LineString(plan.warp.line(np.array([[plan.main_u, -reach], [plan.main_u, reach]]), 20.0))
    beside = shapely.intersection(avenue.offset_curve(-BESIDE, quad_segs=4), plan.box)
    return max(shapely.get_parts(beside), key=shapely.length)


def build_metro(brief: Brief, plan: Plan, raw: RawCity, ground: Ground, line: shapely.LineString,
                streets: shapely.Geometry) -> None:  # fmt: skip
    """Track, stations where no street is in the way, stops and the line in both directions."""
    raw.rails.append(RawRail("grow:metro", line, TransitMode.METRO, layer=2, provenance=Provenance.INVENTED))
    shapely.prepare(streets)
    keys = []
    for number, (v, name, english) in enumerate(_stations(brief, plan)):
        target = line.project(shapely.Point(plan.warp(np.array([[plan.main_u, v]]))[0]))
        found = _station_ground(line, target, streets)
        if found is None:
            continue
        frame, station = found
        body = frame.box(0, 0, frame.length, 20.0)
        ground.build(body, 2, BuildingUse.TRANSPORT, height=9.5, base=6.0, roof=Roof.ROUND, roof_height=3.5,
                     name=f"{name}站 {english} Station")  # fmt: skip
        at = line.interpolate(station)
        ground.mark((at.x, at.y), "railway=station", f"{name}站", f"{english} Station")
        key = f"grow:metro{number}"
        raw.stops.append(
            RawStop(key, f"{name}站 {english}", (at.x, at.y), TransitMode.METRO, Provenance.INVENTED)
        )
        keys.append(key)
    for way, stops, path in (("S", keys[::-1], line.reverse()), ("N", keys, line)):
        raw.transit_lines.append(
            RawTransitLine(f"grow:metro:{way}", "31", "31号线 Line 31", TransitMode.METRO, tuple(stops), path,
                           "#b5372f", 240.0, Provenance.INVENTED)
        )  # fmt: skip


def _stations(brief: Brief, plan: Plan) -> list[tuple[float, str, str]]:
    """(v, Chinese, English) from south to north."""
    low, high = plan.main_v - 0.58 * plan.half_height, plan.centre_v + 0.62 * plan.half_height
    circuit = (plan.circuit[1] + plan.circuit[3]) / 2
    rows = [(low, "新亭湖", "Xinting Lake"), (plan.main_v + 90.0, "新亭中心", "Xinting Centre"),
            (high, "新亭北", "Xinting North"), (circuit, "国际赛车场", "International Circuit")]  # fmt: skip
    return rows if brief.scale > 0.6 else [rows[1], rows[3]]


def _station_ground(
    line: shapely.LineString, target: float, streets: shapely.Geometry
) -> tuple[Frame, float] | None:
    """The nearest place to `target` along the track where a station stands clear of streets."""
    for length in (140.0, 120.0, 100.0, 80.0, 64.0):
        for shift in sorted(range(-420, 421, 12), key=abs):
            station = target + shift
            if not length < station < line.length - length:
                continue
            a, b, at = (line.interpolate(station + d) for d in (-length / 2, length / 2, 0.0))
            frame = Frame(np.array([at.x, at.y]), float(np.arctan2(b.y - a.y, b.x - a.x)), length, 22.0)
            if not streets.intersects(frame.box(0, 0, length, 21.0)):
                return frame, station
    return None


# --- buses ------------------------------------------------------------------------------------------------


@dataclass
class Streets:
    """The streets that buses use, between junctions."""

    fabric: Fabric
    links: list[Link]
    water: shapely.Geometry
    arms: dict[int, list[tuple[int, float, int]]] = field(default_factory=dict)  # node -> (other, cost, link)

    @classmethod
    def of(cls, fabric: Fabric, water: shapely.Geometry) -> Streets:
        streets = cls(fabric, fabric.links(), water)
        for row, link in enumerate(streets.links):
            way = fabric.ways[link.way]
            if way.kind > S.RESIDENTIAL or way.kind <= S.MOTORWAY_LINK or 0 in way.lanes:
                continue
            length = float(np.hypot(*np.diff([fabric.xy[n] for n in link.nodes], axis=0).T).sum())
            dear = {S.RESIDENTIAL: 4.0, S.UNCLASSIFIED: 2.0, S.TERTIARY: 1.25}.get(way.kind, 1.0)
            a, b = link.nodes[0], link.nodes[-1]
            streets.arms.setdefault(a, []).append((b, length * dear, row))
            streets.arms.setdefault(b, []).append((a, length * dear, row))
        return streets

    def path(self, start: int, goal: int) -> list[tuple[int, bool]]:
        """The cheapest way as (link, driven as drawn), empty if there is none."""
        best: dict[int, tuple[float, int, int]] = {start: (0.0, -1, -1)}
        heap = [(0.0, start)]
        while heap:
            cost, node = heapq.heappop(heap)
            if node == goal:
                break
            if cost > best[node][0]:
                continue
            for other, more, row in self.arms.get(node, ()):
                if cost + more < best.get(other, (np.inf, 0, 0))[0]:
                    best[other] = (cost + more, node, row)
                    heapq.heappush(heap, (cost + more, other))
        if goal not in best:
            return []
        out = []
        node = goal
        while node != start:
            _, before, row = best[node]
            out.append((row, self.links[row].nodes[-1] == node))
            node = before
        return out[::-1]

    def nearest(self, xy: Points) -> int:
        """The junction of a street good for buses nearest to a point."""
        good = [node for node, arms in self.arms.items()
                if any(self.fabric.ways[self.links[row].way].kind <= S.TERTIARY for _, _, row in arms)]  # fmt: skip
        at = np.array([self.fabric.xy[node] for node in good])
        return good[int(np.argmin(np.hypot(*(at - xy).T)))]

    def line(self, row: int, forward: bool) -> shapely.LineString:
        nodes = self.links[row].nodes if forward else self.links[row].nodes[::-1]
        return shapely.LineString([self.fabric.xy[n] for n in nodes])


def build_buses(
    brief: Brief, plan: Plan, raw: RawCity, fabric: Fabric, lots: list[Lot], water: shapely.Geometry
) -> None:
    """Lines between the town's places, each in both directions."""
    streets, rng = Streets.of(fabric, water), brief.rng("buses")
    served: dict[str, RawStop] = {}
    for number, (via, names) in enumerate(_routes(brief, plan, lots, rng), start=1):
        nodes = [streets.nearest(xy) for xy in via]
        path: list[tuple[int, bool]] = []
        for a, b in itertools.pairwise(nodes):
            path += streets.path(a, b)
        path = _without_spikes(path)
        if sum(streets.line(*step).length for step in path) < 900:
            continue
        headway = float(rng.choice([360, 420, 480, 600, 720]))
        for way, steps in (("A", path), ("B", [(row, not forward) for row, forward in path[::-1]])):
            stops = _stops(streets, steps, served)
            if len(stops) < 3:
                continue
            course = shapely.LineString(
                np.vstack([shapely.get_coordinates(streets.line(*step)) for step in steps])
            )
            ends = names if way == "A" else names[::-1]
            raw.transit_lines.append(
                RawTransitLine(f"grow:bus{number}:{way}", f"{number}", f"新亭{number}路 {ends[0]}—{ends[1]}",
                               TransitMode.BUS, tuple(stops), shapely.remove_repeated_points(course),
                               COLOURS[number % len(COLOURS)], headway, Provenance.INVENTED)
            )  # fmt: skip
    raw.stops += served.values()


def _routes(
    brief: Brief, plan: Plan, lots: list[Lot], rng: Generator
) -> list[tuple[list[Points], tuple[str, str]]]:
    """Where each line goes: points on the way and the names of its ends."""
    heart = plan.warp(np.array([[plan.main_u, plan.main_v + 90.0]]))[0]
    spot = {use: lot.middle for use in Use for lot in lots if lot.use == use}
    homes = [lot for lot in lots if lot.use in (Use.WALK_UPS, Use.SLABS, Use.TOWERS, Use.VILLAS)]
    homes.sort(key=lambda lot: float(np.arctan2(*(lot.middle - heart)[::-1])))
    far = [homes[int(k)] for k in np.linspace(0, len(homes) - 1, 9)[:8]] if len(homes) > 8 else homes

    def at(use: Use) -> Points:
        return spot.get(use, heart)

    rows = [
        ([at(Use.PLANT), at(Use.OLD_HOUSES), heart, at(Use.EXPO)], ("汽车厂", "会展中心")),
        ([at(Use.CIRCUIT), heart, at(Use.LAKE)], ("赛车场", "新亭湖")),
        ([at(Use.CAMPUS), at(Use.EXPO), at(Use.HOSPITAL), at(Use.LIBRARY)], ("汽车学院", "图书馆")),
        ([at(Use.STADIUM), at(Use.OLD_HOUSES), at(Use.TOWN_HALL), at(Use.OFFICES)], ("体育场", "商务区")),
        ([at(Use.LOGISTICS), at(Use.SHOWROOMS), at(Use.MARKET), heart], ("物流园", "新亭中心")),
    ]
    for a, b in zip(far[: len(far) // 2], far[len(far) // 2 :]):
        rows.append(([a.middle, heart, b.middle], (a.name[0] or "新村", b.name[0] or "新村")))
    return rows[: max(3, min(len(rows), round(9 * brief.scale)))]


def _without_spikes(path: list[tuple[int, bool]]) -> list[tuple[int, bool]]:
    """Without streets that are driven and at once driven back."""
    out: list[tuple[int, bool]] = []
    for row, forward in path:
        if out and out[-1] == (row, not forward):
            out.pop()
        else:
            out.append((row, forward))
    return out


def _stops(streets: Streets, steps: list[tuple[int, bool]], served: dict[str, RawStop]) -> list[str]:
    """Keys of the stops along a way, about STOP_STEP apart; lines on one street share them."""
    keys: list[str] = []
    done, last = 0.0, -np.inf
    for row, forward in steps:
        line = streets.line(row, forward)
        k, station = 0, FAR_SIDE
        while station < line.length - 40.0:
            if streets.water.dwithin(line.interpolate(station), 30.0):
                k, station = k + 1, station + 60.0  # no stop on a bridge
                continue
            if done + station - last > 0.72 * STOP_STEP:
                key = f"grow:stop{row}{'a' if forward else 'b'}{k}"
                if key not in served:
                    served[key] = _stop(streets, key, row, forward, line, station)
                if key not in keys:
                    keys.append(key)
                    last = done + station
            k, station = k + 1, station + STOP_STEP
        done += line.length
    return keys


def _stop(
    streets: Streets, key: str, row: int, forward: bool, line: shapely.LineString, station: float
) -> RawStop:
    """A stop in the sidewalk on the right, named after its street and the one it comes from."""
    fabric, link = streets.fabric, streets.links[row]
    way = fabric.ways[link.way]
    at, ahead = line.interpolate(station), line.interpolate(station + 1.0)
    step = np.array([ahead.x - at.x, ahead.y - at.y])
    off = sections.carriage_half(way) + 1.2
    xy = (at.x + step[1] / np.hypot(*step) * off, at.y - step[0] / np.hypot(*step) * off)
    node = link.nodes[0] if forward else link.nodes[-1]
    others = sorted({fabric.way_of(node, other) for other in fabric.near[node]} - {link.way})
    cross = next((fabric.ways[o].name for o in others if o >= 0 and fabric.ways[o].name), "")
    (a, a_en), (b, b_en) = halves(way.name), halves(cross)
    name = f"{a}{b} {a_en} / {b_en}" if b and b != a else way.name
    return RawStop(
        key, name, (round(float(xy[0]), 2), round(float(xy[1]), 2)), TransitMode.BUS, Provenance.INVENTED
    )
