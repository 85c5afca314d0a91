"""From the fabric to streets as a source would give them: bridges, turning lanes at signals, crossings."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

from cosmopolis.city.raw import RawCity, RawStreet
from cosmopolis.city.words import Provenance, StreetKind, Turn
from cosmopolis.growth import sections
from cosmopolis.growth.fabric import BORDER, Fabric, Link, Way

Points = NDArray[np.float64]
POCKET = 75.0  # m, a turning lane at a signal
SIGNALS_APART = 115.0  # m

S = StreetKind


@dataclass
class Drawing:
    """Streets on their way into the RawCity."""

    fabric: Fabric
    xy: list[tuple[float, float]]
    streets: list[RawStreet] = field(default_factory=list)
    signals: set[int] = field(default_factory=set)

    def node(self, xy: tuple[float, float]) -> int:
        self.xy.append((float(xy[0]), float(xy[1])))
        return len(self.xy) - 1


def emit(raw: RawCity, fabric: Fabric, water: shapely.Geometry, viaduct: shapely.Geometry) -> None:
    """Writes nodes, streets, signals and crossings. Motorways are bridges inside `viaduct`."""
    drawing = Drawing(fabric, list(fabric.xy))
    drawing.signals = choose_signals(fabric)
    links = fabric.links()
    lines = [shapely.LineString([fabric.xy[n] for n in link.nodes]) for link in links]
    shapely.prepare(water)
    wet = shapely.intersects(lines, water)
    for link, line, is_wet in zip(links, lines, wet):
        over = fabric.ways[link.way].kind == S.MOTORWAY
        spans = _bridges(line, water | viaduct if over else water) if is_wet or over else []
        _emit_link(drawing, link, line, spans)
    raw.node_xy = np.array(drawing.xy)
    raw.streets += drawing.streets
    raw.signals |= drawing.signals
    raw.crossings.update(dict.fromkeys(sorted(drawing.signals), True))
    raw.crossings.update(dict.fromkeys(_zebras(fabric, drawing.signals), False))


def choose_signals(fabric: Fabric) -> set[int]:
    """Junctions of main streets, the more important first, none too near another."""
    rated = []
    for node, near in enumerate(fabric.near):
        rank = _rank(fabric, node) if len(near) >= 3 else None
        if rank is not None:
            rated.append((rank, node))
    chosen: list[int] = []
    for _, node in sorted(rated):
        here = np.array(fabric.xy[node])
        others = np.array([fabric.xy[other] for other in chosen]).reshape(-1, 2)
        if not len(others) or np.hypot(*(others - here).T).min() >= SIGNALS_APART:
            chosen.append(node)
    return set(chosen)


def _zebras(fabric: Fabric, signals: set[int]) -> list[int]:
    """Junctions without lights at which people cross busy streets of one lane a side."""
    found = []
    for node, near in enumerate(fabric.near):
        ways = [fabric.way_of(node, other) for other in near]
        if len(near) < 3 or node in signals or BORDER in ways:
            continue
        kinds = [fabric.ways[way].kind for way in ways]
        calm = not any(fabric.ways[way].role in ("roundabout", "village") for way in ways)
        if calm and min(kinds) == S.TERTIARY and max(kinds) <= S.LIVING_STREET:
            found.append(node)
    return found


def _rank(fabric: Fabric, node: int) -> int | None:
    """How important a signal is here: the kinds of the two streets that meet, None if there is none."""
    ways = [fabric.way_of(node, other) for other in fabric.near[node]]
    if BORDER in ways or any(fabric.ways[way].role == "roundabout" for way in ways):
        return None
    kinds = sorted((fabric.ways[way].kind, way) for way in set(ways))
    if len(kinds) < 2 or kinds[0][0] == S.MOTORWAY:
        return None
    major, minor = kinds[0][0], kinds[1][0]
    busy = major <= S.PRIMARY and minor <= S.TERTIARY
    busy |= major <= S.SECONDARY and minor <= S.SECONDARY
    busy |= major <= S.SECONDARY and minor <= S.TERTIARY and len(ways) >= 4
    return int(major) * 10 + int(minor) - len(ways) if busy else None


def _bridges(line: shapely.LineString, water: shapely.Geometry) -> list[tuple[float, float]]:
    """Stretches of a street over water, with room for the abutments, in metres along it."""
    out: list[tuple[float, float]] = []
    for part in shapely.get_parts(shapely.intersection(line, water)):
        if shapely.get_type_id(part) != 1 or part.is_empty:
            continue
        ends = sorted(shapely.line_locate_point(line, shapely.points(shapely.get_coordinates(part)[[0, -1]])))
        low, high = max(0.0, ends[0] - 7), min(line.length, ends[1] + 7)
        if out and low - out[-1][1] < 20:
            out[-1] = (out[-1][0], high)
        else:
            out.append((float(low), float(high)))
    return [_to_ends(low, high, line.length) for low, high in out]


def _to_ends(low: float, high: float, length: float, stub: float = 26.0) -> tuple[float, float]:
    """A bridge goes on to the junction where only a stub of street would be left."""
    return (low if low > stub else 0.0, high if length - high > stub else length)


def _emit_link(
    drawing: Drawing, link: Link, line: shapely.LineString, spans: list[tuple[float, float]]
) -> None:
    fabric, way = drawing.fabric, drawing.fabric.ways[link.way]
    length = line.length
    start, end = link.nodes[0], link.nodes[-1]
    options = _options(fabric, link.nodes[-2], end), _options(fabric, link.nodes[1], start)
    marked = (end in drawing.signals and way.lanes[0] > 0, start in drawing.signals and way.lanes[1] > 0)
    widened = [flag and way.kind <= S.SECONDARY and opts[0] for flag, opts in zip(marked, options)]
    room = length - POCKET * sum(widened)
    if room < 45.0:
        widened = [False, False]
    cuts = [b for span in spans for b in span]
    pockets = _clear_of(length - POCKET, cuts), _clear_of(POCKET, cuts)
    cuts += [pockets[0]] if widened[0] else []
    cuts += [pockets[1]] if widened[1] else []
    for rows, low, high in _pieces(drawing, link.nodes, line, cuts):
        middle = (low + high) / 2
        at_end, at_start = rows[-1] == end, rows[0] == start
        forward = way.lanes[0] + (1 if widened[0] and middle > pockets[0] else 0)
        backward = way.lanes[1] + (1 if widened[1] and middle < pockets[1] else 0)
        bridge = any(a < middle < b for a, b in spans)
        drawing.streets.append(
            RawStreet(
                f"grow:{len(drawing.streets)}", np.array(rows, dtype=np.int64), way.kind, way.name,
                forward, backward,
                markings(forward, *options[0]) if marked[0] and at_end else (),
                markings(backward, *options[1]) if marked[1] and at_start else (),
                cycle_lane_left=sections.has_cycle_lanes(way.kind) and backward > 0,
                cycle_lane_right=sections.has_cycle_lanes(way.kind),
                sidewalk_left=way.kind in sections.WALK, sidewalk_right=way.kind in sections.WALK,
                speed=sections.speed(way.kind), lane_width=sections.LANE.get(way.kind, 3.0),
                layer=int(bridge), bridge=bridge, roundabout=way.role == "roundabout",
                lanes_measured=True, provenance=Provenance.INVENTED,
            )
        )  # fmt: skip


def _clear_of(station: float, cuts: list[float], room: float = 26.0) -> float:
    """The station, moved onto a cut that is so near that a stub would lie between."""
    return next((cut for cut in cuts if abs(cut - station) < room), station)


def _pieces(drawing: Drawing, nodes: tuple[int, ...], line: shapely.LineString,
            cuts: list[float]) -> list[tuple[list[int], float, float]]:  # fmt: skip
    """The link's nodes cut at stations, with new nodes there; a cut near an inner node takes that node."""
    xy = shapely.get_coordinates(line)
    stations = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))])
    breaks: dict[int, float] = {}
    inserted: list[tuple[float, int]] = [(float(s), n) for s, n in zip(stations, nodes)]
    for cut in sorted(cuts):
        if cut < 12 or cut > line.length - 12:
            continue
        near = int(np.argmin(np.abs(stations - cut)))
        if abs(stations[near] - cut) < 6 and 0 < near < len(nodes) - 1:
            breaks[nodes[near]] = float(stations[near])
            continue
        point = shapely.get_coordinates(shapely.line_interpolate_point(line, cut))[0]
        node = drawing.node((point[0], point[1]))
        inserted.append((cut, node))
        breaks[node] = cut
    out: list[tuple[list[int], float, float]] = []
    rows: list[int] = []
    low = 0.0
    for station, node in sorted(inserted):
        rows.append(node)
        if node in breaks and len(rows) > 1:
            out.append((rows, low, station))
            rows, low = [node], station
    out.append((rows, low, line.length))
    return out


def _options(fabric: Fabric, before: int, node: int) -> tuple[bool, bool, bool]:
    """Whether one can turn left, go through, turn right at `node` when coming from `before`."""
    here = np.array(fabric.xy[node])
    step = here - np.array(fabric.xy[before])
    heading = np.arctan2(step[1], step[0])
    left = through = right = False
    for other in fabric.near[node]:
        if other == before or fabric.way_of(node, other) == BORDER or not leaves(fabric, node, other):
            continue
        out = np.array(fabric.xy[other]) - here
        turn = (np.arctan2(out[1], out[0]) - heading + np.pi) % (2 * np.pi) - np.pi
        left |= bool(turn > 0.7)
        right |= bool(turn < -0.7)
        through |= bool(abs(turn) <= 0.7)
    return left, through, right


def leaves(fabric: Fabric, node: int, other: int) -> bool:
    """Whether one may drive from node to its neighbour."""
    way: Way = fabric.ways[fabric.way_of(node, other)]
    return way.lanes[0] > 0 if (node, other) in fabric.segments else way.lanes[1] > 0


def markings(lanes: int, left: bool, through: bool, right: bool) -> tuple[Turn, ...]:
    """Arrows of each lane, left to right."""
    if lanes <= 0 or left + through + right == 0:
        return ()
    turns = [Turn(0)] * lanes
    if through:
        turns = [Turn.THROUGH] * lanes
        if left:
            turns[0] = Turn.LEFT if lanes > 1 else Turn.THROUGH | Turn.LEFT
        if right:
            turns[-1] |= Turn.RIGHT if turns[-1] != Turn.LEFT else Turn.THROUGH | Turn.RIGHT
        if lanes == 2 and left:
            turns = [Turn.LEFT | Turn.THROUGH, Turn.THROUGH | (Turn.RIGHT if right else Turn(0))]
        return tuple(turns)
    if left and right:
        split = max(1, lanes // 2) if lanes > 1 else 0
        return (
            tuple([Turn.LEFT] * split + [Turn.RIGHT] * (lanes - split))
            if split
            else (Turn.LEFT | Turn.RIGHT,)
        )
    return tuple([Turn.LEFT if left else Turn.RIGHT] * lanes)
