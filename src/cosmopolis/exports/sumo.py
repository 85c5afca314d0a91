"""A network that SUMO loads as it is (.net.xml): no netconvert is needed.

What SUMO calls a link is our connection, with one internal lane each. Who waits for whom is told by the `request`
rows of a junction: character i from the right stands for link i, `foes` for ground that is shared and `response`
for links to wait for.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.aside import file_aside
from cosmopolis.city.model import City, Network, Strings
from cosmopolis.city.words import Control, Light, Mode, StreetKind, Turn
from cosmopolis.geometry.polylines import Polylines

FORMAT = "1.20"
LEAST_LENGTH = 0.1  # m, of a lane
MOST_LINKS = 250  # of a junction; with more SUMO keeps no rules of way
FORBIDDEN = str.maketrans(dict.fromkeys(" \t\n\r|\\'\";,<>&*?", "_"))

CLASSES = {
    Mode.CAR: ("passenger", "private", "hov", "evehicle", "vip", "army", "authority", "custom1", "custom2"),
    Mode.TRUCK: ("truck", "trailer", "delivery"),
    Mode.BUS: ("bus", "coach"),
    Mode.MOTORCYCLE: ("motorcycle", "moped"),
    Mode.BICYCLE: ("bicycle",),
    Mode.PEDESTRIAN: ("pedestrian",),
    Mode.EMERGENCY: ("emergency",),
    Mode.TAXI: ("taxi",),
    Mode.RAIL: ("rail", "tram", "rail_urban"),
}
LIGHTS = {
    Light.RED: "r",
    Light.YELLOW: "y",
    Light.GREEN_PERMISSIVE: "g",
    Light.GREEN_PROTECTED: "G",
    Light.OFF: "O",
    Light.GREEN_ARROW: "s",
}
JUNCTIONS = {
    Control.RIGHT_BEFORE_LEFT: "right_before_left",
    Control.ALL_WAY_STOP: "allway_stop",
    Control.SIGNAL: "traffic_light",
}
DIRECTIONS = {
    Turn.THROUGH: "s",
    Turn.LEFT: "l",
    Turn.RIGHT: "r",
    Turn.U_TURN: "t",
    Turn.SLIGHT_LEFT: "L",
    Turn.SLIGHT_RIGHT: "R",
    Turn.SHARP_LEFT: "l",
    Turn.SHARP_RIGHT: "r",
    Turn.MERGE: "s",
}


def write(city: City, out: Path) -> None:
    """Writes the streets of the city with their signals to the file `out`, as SUMO's network."""
    names = _Names(city.network)
    with file_aside(Path(out)) as aside, aside.open("w", encoding="utf-8") as file:
        hand = ' lefthand="true"' if city.drive_on_left else ""
        file.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<net version="{FORMAT}"{hand}>\n')
        file.write(_location(city))
        for part in (_internal_edges, _edges, _programs, _junctions, _connections):
            file.writelines(part(city.network, names))
        file.write("</net>\n")


def path_names(network: Network) -> tuple[list[str], list[str]]:
    """What SUMO calls every edge (E,), and the lane of every path (P,): lanes first, then connections."""
    names = _Names(network)
    return names.edge, names.lane + [f"{edge}_0" for edge in names.internal]


class _Names:
    """What SUMO calls the rows of our tables, and in which order it counts the links of a junction."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self.junction = _ids(network.junctions.key)
        self.edge = _ids(network.edges.key)
        lanes, connections = network.lanes, network.connections
        self.lane = [f"{self.edge[e]}_{i}" for e, i in zip(lanes.edge.tolist(), lanes.index.tolist())]
        # Links count by incoming lane, then by connection: connections are sorted by lane already.
        order = np.lexsort((connections.from_lane, connections.junction))
        at = connections.junction[order]
        first = np.searchsorted(at, np.arange(len(network.junctions) + 1))
        self.links = [order[a:b] for a, b in pairwise(first.tolist())]
        self.number = np.empty(len(order), np.int64)
        self.number[order] = np.arange(len(order)) - first[at]
        self.internal = [
            f":{self.junction[j]}_{n}" for j, n in zip(connections.junction.tolist(), self.number.tolist())
        ]

    @cached_property
    def shape(self) -> list[str]:
        return _shapes(self._network.lanes.line)

    @cached_property
    def path(self) -> list[str]:
        return _shapes(self._network.connections.line)


def _ids(keys: Strings) -> list[str]:
    """Names that SUMO takes, each once."""
    seen: set[str] = set()
    names = []
    for row, key in enumerate(keys):
        name = key.translate(FORBIDDEN).lstrip(":") or "_"
        name = f"{name}.{row}" if name in seen else name
        seen.add(name)
        names.append(name)
    return names


def _shapes(lines: Polylines) -> list[str]:
    """The points of every line as SUMO writes them, with heights only where there are some."""
    deep = np.abs(lines.points[:, 2]) > 0.005
    texts = [
        f"{x:.2f},{y:.2f},{z:.2f}" if up else f"{x:.2f},{y:.2f}"
        for (x, y, z), up in zip(lines.points.tolist(), _any_in_line(lines, deep).tolist())
    ]
    start = lines.start.tolist()
    return [" ".join(texts[a:b]) for a, b in pairwise(start)]


def _any_in_line(lines: Polylines, mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(P,) whether `mask` (P,) is true anywhere in a point's line."""
    owner = np.repeat(np.arange(len(lines)), np.diff(lines.start))
    return (np.bincount(owner, mask, len(lines)) > 0)[owner]


def _location(city: City) -> str:
    west, south, east, north = city.bounds
    corners = city.projection.to_lonlat([[west, south], [east, north]]).ravel()
    lon, lat = city.origin
    projection = (
        f"+proj=tmerc +lat_0={lat!r} +lon_0={lon!r} +k=1 +x_0=0 +y_0=0 +datum=WGS84 +units=m +no_defs"
    )
    return (
        f'  <location netOffset="0.00,0.00" convBoundary="{west:.2f},{south:.2f},{east:.2f},{north:.2f}" '
        f'origBoundary="{",".join(f"{value:.6f}" for value in corners)}" projParameter="{projection}"/>\n'
    )


def _internal_edges(network: Network, names: _Names) -> Iterator[str]:
    connections, modes = network.connections, network.lanes.modes
    shared = modes[connections.from_lane] & modes[connections.to_lane]
    for c, length in enumerate(connections.length.tolist()):
        yield (
            f'  <edge id="{names.internal[c]}" function="internal">\n    <lane id="{names.internal[c]}_0" index="0" '
            f'{_allowed(int(shared[c]))} speed="{connections.speed[c]:.2f}" '
            f'length="{max(length, LEAST_LENGTH):.2f}" shape="{names.path[c]}"/>\n  </edge>\n'
        )


def _edges(network: Network, names: _Names) -> Iterator[str]:
    edges, lanes, length = network.edges, network.lanes, network.lanes.length
    for e in range(len(edges)):
        street = f" name={quoteattr(edges.name[e])}" if edges.name[e] else ""
        yield (
            f'  <edge id="{names.edge[e]}" from="{names.junction[edges.from_junction[e]]}" '
            f'to="{names.junction[edges.to_junction[e]]}" priority="{_priority(int(edges.kind[e]))}" '
            f'type="{StreetKind(int(edges.kind[e])).name.lower()}"{street}>\n'
        )
        first = int(edges.first_lane[e])
        for lane in range(first, first + int(edges.lane_count[e])):
            yield (
                f'    <lane id="{names.lane[lane]}" index="{lanes.index[lane]}" {_allowed(int(lanes.modes[lane]))} '
                f'speed="{lanes.speed[lane]:.2f}" length="{max(length[lane], LEAST_LENGTH):.2f}" '
                f'width="{lanes.width[lane]:.2f}" shape="{names.shape[lane]}"/>\n'
            )
        yield "  </edge>\n"


def _programs(network: Network, names: _Names) -> Iterator[str]:
    signals = network.signals
    for s, junction in enumerate(signals.junction.tolist()):
        yield (
            f'  <tlLogic id="{names.junction[junction]}" type="static" programID="0" '
            f'offset="{signals.offset[s]:.2f}">\n'
        )
        for phase in range(int(signals.phase_start[s]), int(signals.phase_start[s + 1])):
            lights = signals.light[signals.light_start[phase] : signals.light_start[phase + 1]]
            state = "".join(LIGHTS[Light(light)] for light in lights.tolist())
            yield f'    <phase duration="{signals.duration[phase]:.2f}" state="{state}"/>\n'
        yield "  </tlLogic>\n"


def _junctions(network: Network, names: _Names) -> Iterator[str]:
    junctions, edges, lanes = network.junctions, network.edges, network.lanes
    ends_at = edges.to_junction[lanes.edge]
    order = np.argsort(ends_at, kind="stable")
    first = np.searchsorted(ends_at[order], np.arange(len(junctions) + 1))
    for j in range(len(junctions)):
        links = names.links[j]
        incoming = " ".join(names.lane[lane] for lane in order[first[j] : first[j + 1]].tolist())
        inside = " ".join(f"{names.internal[c]}_0" for c in links.tolist())
        kind = _junction_type(int(junctions.control[j]), len(links), int(junctions.program[j]))
        if kind == "priority" and network.connections.must_stop[links].any():
            kind = "priority_stop"
        x, y = junctions.xy[j]
        yield (
            f'  <junction id="{names.junction[j]}" type="{kind}" x="{x:.2f}" y="{y:.2f}" incLanes="{incoming}" '
            f'intLanes="{inside}" shape="{_outline(junctions.area[j])}">\n'
        )
        if kind not in ("dead_end", "unregulated"):
            yield from _requests(network, names, links)
        yield "  </junction>\n"


def _junction_type(control: int, links: int, program: int) -> str:
    if links == 0:
        return "dead_end"
    if links > MOST_LINKS:
        return "unregulated"
    if control == Control.SIGNAL and program < 0:
        return "priority"
    return JUNCTIONS.get(Control(control), "priority")


def _requests(network: Network, names: _Names, links: NDArray[np.int64]) -> Iterator[str]:
    conflicts = network.conflicts
    size = len(links)
    for number, c in enumerate(links.tolist()):
        rows = slice(int(conflicts.start[c]), int(conflicts.start[c + 1]))
        other = names.number[conflicts.other[rows]]
        foes, response = np.zeros(size, np.bool_), np.zeros(size, np.bool_)
        foes[other] = True
        response[other[conflicts.yields[rows]]] = True
        yield f'    <request index="{number}" response="{_bits(response)}" foes="{_bits(foes)}" cont="0"/>\n'


def _bits(flags: NDArray[np.bool_]) -> str:
    """Flag 0 is the last character."""
    return "".join("1" if flag else "0" for flag in flags[::-1].tolist())


def _connections(network: Network, names: _Names) -> Iterator[str]:
    connections, lanes, conflicts = network.connections, network.lanes, network.conflicts
    waits = np.add.reduceat(np.append(conflicts.yields, False).astype(np.int64), conflicts.start[:-1]) > 0
    waits &= np.diff(conflicts.start) > 0
    link_of, control = _signal_links(network), network.junctions.control
    for c in range(len(connections)):
        a, b = int(connections.from_lane[c]), int(connections.to_lane[c])
        direction = DIRECTIONS[Turn(int(connections.turn[c]))]
        light = ""
        if c in link_of:
            light = f' tl="{names.junction[connections.junction[c]]}" linkIndex="{link_of[c]}"'
        state = ("o" if waits[c] else "O") if light else ("m" if waits[c] else "M")
        if connections.must_stop[c] and not light:
            state = "w" if control[connections.junction[c]] == Control.ALL_WAY_STOP else "s"
        yield (
            f'  <connection from="{names.edge[lanes.edge[a]]}" to="{names.edge[lanes.edge[b]]}" '
            f'fromLane="{lanes.index[a]}" toLane="{lanes.index[b]}" via="{names.internal[c]}_0"{light} '
            f'dir="{direction}" state="{state}"/>\n'
        )
        yield (
            f'  <connection from="{names.internal[c]}" to="{names.edge[lanes.edge[b]]}" fromLane="0" '
            f'toLane="{lanes.index[b]}" dir="{direction}" state="M"/>\n'
        )


def _signal_links(network: Network) -> dict[int, int]:
    """Connection -> its number in the program of its junction."""
    signals = network.signals
    number = np.arange(len(signals.link)) - np.repeat(signals.link_start[:-1], np.diff(signals.link_start))
    return dict(zip(signals.link.tolist(), number.tolist()))


def _outline(area: object) -> str:
    ring = getattr(getattr(area, "exterior", None), "coords", ())
    return " ".join(f"{point[0]:.2f},{point[1]:.2f}" for point in ring)


def _allowed(modes: int) -> str:
    classes = [name for mode, names in CLASSES.items() if modes & mode for name in names]
    return f'allow="{" ".join(classes)}"' if classes else 'disallow="all"'


def _priority(kind: int) -> int:
    """SUMO wants more for more important streets."""
    return max(1, 14 - kind)
