"""A small town by hand: four streets around a block and one across, without the network builder."""

from __future__ import annotations

import numpy as np
from shapely import LineString, Polygon, box

from cosmopolis.city.model import (
    Conflicts,
    Connections,
    Crossings,
    Edges,
    Junctions,
    Lanes,
    Network,
    Signals,
    Walks,
)
from cosmopolis.city.raw import (
    Finding,
    RawArea,
    RawBuilding,
    RawCity,
    RawPlace,
    RawRail,
    RawStop,
    RawTransitLine,
    RawTree,
    Source,
)
from cosmopolis.city.words import (
    BuildingUse,
    Control,
    LandUse,
    Light,
    Mode,
    Roof,
    StreetKind,
    TransitMode,
    Turn,
)
from cosmopolis.geometry.polylines import Polylines

CORNERS = np.array([[0.0, 0.0], [200.0, 0.0], [200.0, 150.0], [0.0, 150.0]])
HALF_LANE, STOP_LINE = 1.75, 12.0


def ring_network() -> Network:
    """Four junctions, two-way streets of one lane each way between them; edge 2k goes k -> k + 1, 2k + 1 back."""
    ends = [pair for k in range(4) for pair in ((k, (k + 1) % 4), ((k + 1) % 4, k))]
    lines, lanes = [], []
    for a, b in ends:
        line = np.column_stack([CORNERS[[a, b]], [0.0, 0.0]])
        along = (line[1] - line[0]) / np.linalg.norm(line[1] - line[0])
        right = np.array([along[1], -along[0], 0.0]) * HALF_LANE
        lines.append(line)
        lanes.append(np.array([line[0] + along * STOP_LINE, line[1] - along * STOP_LINE]) + right)
    pairs = [
        (i, j) for i in range(8) for j in range(8) if ends[i][1] == ends[j][0] and ends[i][0] != ends[j][1]
    ]
    return Network(
        junctions=_junctions(),
        edges=_edges(ends, lines),
        lanes=Lanes(
            edge=np.arange(8, dtype=np.int32),
            index=np.zeros(8, np.int16),
            modes=np.full(8, int(Mode.road()), np.uint16),
            width=np.full(8, 3.5, np.float32),
            speed=np.full(8, 13.9, np.float32),
            turns=np.full(8, Turn.LEFT | Turn.RIGHT, np.uint16),
            line=Polylines.of(lanes),
        ),
        connections=Connections(
            from_lane=np.array([i for i, _ in pairs], np.int32),
            to_lane=np.array([j for _, j in pairs], np.int32),
            junction=np.array([ends[i][1] for i, _ in pairs], np.int32),
            turn=np.array([Turn.LEFT if i % 2 == 0 else Turn.RIGHT for i, _ in pairs], np.uint16),
            speed=np.full(len(pairs), 6.0, np.float32),
            signal=np.array([{0: 0, 7: 1}.get(i, -1) if ends[i][1] == 1 else -1 for i, _ in pairs], np.int32),
            must_stop=np.array([i == 0 for i, _ in pairs]),
            line=Polylines.of([np.array([lanes[i][-1], lanes[j][0]]) for i, j in pairs]),
        ),
        conflicts=_conflicts(len(pairs)),
        signals=_signals([row for row, (i, _) in enumerate(pairs) if ends[i][1] == 1]),
        crossings=Crossings(
            junction=np.array([1], np.int32),
            edge=np.array([0], np.int32),
            width=np.array([4.0], np.float32),
            signalled=np.array([True]),
            line=Polylines.of([np.array([[190.0, -5.0], [190.0, 5.0]])]),
            provenance=np.zeros(1, np.uint8),
        ),
        walks=Walks(
            kind=np.array([StreetKind.FOOTWAY], np.uint8),
            edge=np.array([0], np.int32),
            width=np.array([2.5], np.float32),
            layer=np.zeros(1, np.int8),
            line=Polylines.of([np.array([[12.0, -5.0, 0.1], [188.0, -5.0, 0.1]])]),
            provenance=np.ones(1, np.uint8),
        ),
    )


def _junctions() -> Junctions:
    areas = np.array([box(x - 12, y - 12, x + 12, y + 12) for x, y in CORNERS], dtype=object)
    areas[3] = Polygon()
    return Junctions(
        key=tuple(f"j{k}" for k in range(4)),
        xy=CORNERS.copy(),
        layer=np.zeros(4, np.int8),
        control=np.array([Control.PRIORITY, Control.SIGNAL, Control.PRIORITY, Control.PRIORITY], np.uint8),
        program=np.array([-1, 0, -1, -1], np.int32),
        area=areas,
    )


def _edges(ends: list[tuple[int, int]], lines: list[np.ndarray]) -> Edges:
    n = len(ends)
    return Edges(
        key=tuple(f"e{i}" for i in range(n)),
        name=tuple(("Ring Road", "环路")[i % 2] for i in range(n)),
        from_junction=np.array([a for a, _ in ends], np.int32),
        to_junction=np.array([b for _, b in ends], np.int32),
        first_lane=np.arange(n, dtype=np.int32),
        lane_count=np.ones(n, np.int16),
        kind=np.full(n, StreetKind.SECONDARY, np.uint8),
        speed=np.full(n, 13.9, np.float32),
        layer=np.zeros(n, np.int8),
        bridge=np.zeros(n, np.bool_),
        tunnel=np.zeros(n, np.bool_),
        roundabout=np.zeros(n, np.bool_),
        toll=np.zeros(n, np.bool_),
        twin=np.arange(n, dtype=np.int32) ^ 1,
        component=np.zeros(n, np.int32),
        line=Polylines.of(lines),
        provenance=np.zeros(n, np.uint8),
        lanes_provenance=np.ones(n, np.uint8),
    )


def _conflicts(connections: int) -> Conflicts:
    start = np.zeros(connections + 1, np.int32)
    start[1:] = 1  # the first connection conflicts with the last; no other pair does
    return Conflicts(
        start=start,
        other=np.array([connections - 1], np.int32),
        begin=np.array([2.5], np.float32),
        end=np.array([6.25], np.float32),
        yields=np.array([True]),
        merge=np.array([False]),
    )


def _signals(links: list[int]) -> Signals:
    return Signals(
        junction=np.array([1], np.int32),
        offset=np.array([7.0], np.float32),
        link_start=np.array([0, 2], np.int32),
        link=np.array(links, np.int32),
        phase_start=np.array([0, 2], np.int32),
        duration=np.array([30.0, 25.0], np.float32),
        light_start=np.array([0, 2, 4], np.int32),
        light=np.array([Light.GREEN_PROTECTED, Light.RED, Light.RED, Light.GREEN_PERMISSIVE], np.uint8),
        provenance=np.zeros(1, np.uint8),
    )


def small_raw() -> RawCity:
    """The town's other layers: each kind of thing at least once, with letters of other scripts."""
    tent = np.array([[[20, 20, 0], [40, 20, 0], [30, 20, 9]], [[20, 20, 0], [30, 20, 9], [30, 40, 9]]], float)
    return RawCity(
        name="小镇 Småstad",
        origin=(121.5, 31.25),
        bounds=(-40.0, -40.0, 240.0, 190.0),
        buildings=[
            RawBuilding("b:whole", box(100, 60, 140, 100), height=40.0, use=BuildingUse.OFFICE, name="塔楼"),
            RawBuilding("b:low", box(100, 60, 140, 80), height=12.0, part_of="b:whole"),
            RawBuilding("b:high", box(100, 80, 140, 100), height=40.0, base=4.0, part_of="b:whole"),
            RawBuilding("b:floors", box(60, 20, 80, 40), floors=5, use=BuildingUse.RESIDENTIAL),
            RawBuilding("b:silent", box(150, 20, 180, 40), use=BuildingUse.RETAIL, roof=Roof.GABLED),
            RawBuilding(
                "b:tent", box(20, 20, 40, 40), height=9.0, roof=Roof.MESH, mesh=tent, colour="#aa8844"
            ),
        ],
        areas=[
            RawArea("a:homes", box(10, 10, 100, 100), LandUse.RESIDENTIAL, "Homes"),
            RawArea("a:park", box(20, 100, 60, 140), LandUse.PARK, "Park"),
            RawArea("a:river", box(-100, 160, 300, 180), LandUse.RIVER, "River"),
        ],
        places=[RawPlace("p:cafe", "咖啡", "amenity=cafe", (120.0, 70.0), "Cafe")],
        trees=[RawTree((30.0, 120.0), 8.0), RawTree((35.0, 120.0))],
        stops=[
            RawStop("s:1", "First", (60.0, -4.0)),
            RawStop("s:2", "Second", (204.0, 70.0)),
            RawStop("s:metro", "Metro", (100.0, 50.0), TransitMode.METRO),
        ],
        transit_lines=[RawTransitLine("l:1", "1", "One", TransitMode.BUS, ("s:1", "s:2"), colour="#0000ff")],
        rails=[RawRail("r:1", LineString([(0, 50), (200, 50)]), TransitMode.METRO, layer=-1, tunnel=True)],
        sources=[Source("OpenStreetMap", "© OpenStreetMap contributors", "ODbL-1.0", layers=("buildings",))],
        findings=[
            Finding("dangling-reference", "small.osm:7", "Way 7 names node 9, which is not in the file.")
        ],
    )
