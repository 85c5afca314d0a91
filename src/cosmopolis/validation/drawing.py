"""Tiny cities drawn edge by edge, and trips on any city: what experiments and tests drive on."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

import numpy as np

from cosmopolis.city.model import (
    Areas,
    Buildings,
    City,
    Conflicts,
    Connections,
    Crossings,
    Edges,
    Junctions,
    Lanes,
    Network,
    Places,
    Rails,
    Signals,
    Stops,
    TransitLines,
    Trees,
    Walks,
    Zones,
)
from cosmopolis.city.words import Control, Light, Mode, StreetKind, Turn, VehicleKind
from cosmopolis.demand.trips import Trips
from cosmopolis.geometry.polylines import Polylines

T = TypeVar("T")
WIDTH = 3.25  # m, lane


@dataclass
class Drawing:
    """Edges, connections and conflicts as one draws them; `city()` makes the tables."""

    speed: float = 50 / 3.6
    edges: list[tuple[np.ndarray, int, float]] = field(default_factory=list)  # centre line, lanes, limit
    ways: list[tuple[int, int, np.ndarray, float]] = field(default_factory=list)
    crossing: list[tuple[int, int, float, float, bool, bool]] = field(default_factory=list)
    programs: list[tuple[list[int], list[tuple[float, list[Light]]]]] = field(default_factory=list)

    def edge(self, *points: tuple[float, float], lanes: int = 1, speed: float = 0.0) -> int:
        self.edges.append((np.array(points, dtype=float), lanes, speed or self.speed))
        return len(self.edges) - 1

    def lane(self, edge: int, index: int = 0) -> int:
        return sum(lanes for _, lanes, _ in self.edges[:edge]) + index

    def lane_line(self, edge: int, index: int) -> np.ndarray:
        line, lanes, _ = self.edges[edge]
        step = line[-1] - line[0]
        right = np.array([step[1], -step[0]]) / max(np.hypot(*step), 1e-9)
        return line + right * ((lanes - 1) / 2 - index) * WIDTH

    def join(self, one: int, other: int, index: int = 0, to: int | None = None, speed: float = 0.0) -> int:
        """A straight connection from lane `index` of edge `one` to lane `to` of edge `other`."""
        to = index if to is None else to
        line = np.array([self.lane_line(one, index)[-1], self.lane_line(other, to)[0]])
        self.ways.append((self.lane(one, index), self.lane(other, to), line, speed or self.speed))
        return len(self.ways) - 1

    def conflict(self, one: int, other: int, at: float, other_at: float, *, yields: int | None) -> None:
        """The connections cross at `at` m along the one and `other_at` along the other; `yields` is the one that
        waits, None neither."""
        self.crossing.append((one, other, at, other_at, yields == one, yields == other))

    def signal(self, links: list[int], phases: list[tuple[float, list[Light]]]) -> None:
        self.programs.append((links, phases))

    def city(self) -> City:
        return empty_city(self._network())

    def _network(self) -> Network:
        order = np.argsort([way[0] for way in self.ways], kind="stable")
        rank = np.argsort(order)
        ways = [self.ways[int(row)] for row in order]
        n_edges, n_lanes = len(self.edges), self.lane(len(self.edges))
        edge_of = [e for e, (_, lanes, _) in enumerate(self.edges) for _ in range(lanes)]
        index_of = [i for _, lanes, _ in self.edges for i in range(lanes)]
        no = np.zeros(n_edges, dtype=bool)
        everyone = int(Mode.road() | Mode.BICYCLE)
        signal = np.full(len(ways), -1)
        for links, _ in self.programs:
            for row, link in enumerate(links):
                signal[rank[link]] = row
        return Network(
            junctions=Junctions(
                key=[str(j) for j in range(2 * n_edges)],
                xy=np.zeros((2 * n_edges, 2)),
                layer=np.zeros(2 * n_edges, np.int8),
                control=np.full(2 * n_edges, int(Control.CONTINUATION), np.uint8),
                program=np.full(2 * n_edges, -1, np.int32),
                area=np.array([None] * (2 * n_edges), dtype=object),
            ),
            edges=Edges(
                key=[str(e) for e in range(n_edges)],
                name=[""] * n_edges,
                from_junction=np.arange(n_edges, dtype=np.int32) * 2,
                to_junction=np.arange(n_edges, dtype=np.int32) * 2 + 1,
                first_lane=np.array([self.lane(e) for e in range(n_edges)], np.int32),
                lane_count=np.array([lanes for _, lanes, _ in self.edges], np.int16),
                kind=np.full(n_edges, int(StreetKind.SECONDARY), np.uint8),
                speed=np.array([speed for *_, speed in self.edges], np.float32),
                layer=np.zeros(n_edges, np.int8),
                bridge=no,
                tunnel=no,
                roundabout=no,
                toll=no,
                twin=np.full(n_edges, -1, np.int32),
                component=np.zeros(n_edges, np.int32),
                line=Polylines.of(line for line, *_ in self.edges),
                provenance=np.zeros(n_edges, np.uint8),
                lanes_provenance=np.zeros(n_edges, np.uint8),
            ),
            lanes=Lanes(
                edge=np.array(edge_of, np.int32),
                index=np.array(index_of, np.int16),
                modes=np.full(n_lanes, everyone, np.uint16),
                width=np.full(n_lanes, WIDTH, np.float32),
                speed=np.array([self.edges[e][2] for e in edge_of], np.float32),
                turns=np.full(n_lanes, int(Turn.THROUGH), np.uint16),
                line=Polylines.of(self.lane_line(e, i) for e, i in zip(edge_of, index_of, strict=True)),
            ),
            connections=Connections(
                from_lane=np.array([way[0] for way in ways], np.int32),
                to_lane=np.array([way[1] for way in ways], np.int32),
                junction=np.array([edge_of[way[0]] * 2 + 1 for way in ways], np.int32),
                turn=np.full(len(ways), int(Turn.THROUGH), np.uint16),
                speed=np.array([way[3] for way in ways], np.float32),
                signal=signal.astype(np.int32),
                must_stop=np.zeros(len(ways), np.bool_),
                line=Polylines.of(way[2] for way in ways),
            ),
            conflicts=self._conflicts(ways, rank),
            signals=self._signals(rank),
            crossings=nothing(Crossings),
            walks=nothing(Walks),
        )

    def _conflicts(self, ways: list[Any], rank: np.ndarray) -> Conflicts:
        rows = []
        for one, other, at, other_at, one_yields, other_yields in self.crossing:
            a, b = int(rank[one]), int(rank[other])
            merge = ways[a][1] == ways[b][1]
            rows.append((a, b, max(0.0, at - 2.5), at + 2.5, one_yields, merge))
            rows.append((b, a, max(0.0, other_at - 2.5), other_at + 2.5, other_yields, merge))
        rows.sort(key=lambda row: row[:2])
        column = [np.array([row[n] for row in rows]) for n in range(6)] if rows else [np.zeros(0)] * 6
        return Conflicts(
            start=np.searchsorted(column[0], np.arange(len(ways) + 1)).astype(np.int32),
            other=column[1].astype(np.int32),
            begin=column[2].astype(np.float32),
            end=column[3].astype(np.float32),
            yields=column[4].astype(bool),
            merge=column[5].astype(bool),
        )

    def _signals(self, rank: np.ndarray) -> Signals:
        links = [[int(rank[link]) for link in links] for links, _ in self.programs]
        phases = [phases for _, phases in self.programs]
        lights = [light for program in phases for _, light in program]
        return Signals(
            junction=np.arange(len(links), dtype=np.int32),
            offset=np.zeros(len(links), np.float32),
            link_start=_starts([len(row) for row in links]),
            link=np.array([link for row in links for link in row], np.int32),
            phase_start=_starts([len(row) for row in phases]),
            duration=np.array([seconds for program in phases for seconds, _ in program], np.float32),
            light_start=_starts([len(row) for row in lights]),
            light=np.array([int(light) for row in lights for light in row], np.uint8),
            provenance=np.zeros(len(links), np.uint8),
        )


def _starts(counts: list[int]) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)


def nothing(kind: type[T]) -> T:
    """A table of the city without rows."""
    arrays: dict[str, Any] = {
        "F32": np.float32,
        "F64": np.float64,
        "I8": np.int8,
        "I16": np.int16,
        "I32": np.int32,
    }
    arrays |= {"I64": np.int64, "U8": np.uint8, "U16": np.uint16, "Shapes": object}
    values: dict[str, Any] = {}
    for field_ in fields(kind):  # type: ignore[arg-type]
        if field_.type == "Strings":
            values[field_.name] = []
        elif field_.type == "Polylines":
            values[field_.name] = Polylines.of([])
        else:
            rows = 1 if field_.name.endswith("start") else 0
            values[field_.name] = np.zeros(rows, arrays.get(str(field_.type), bool))
    return kind(**values)


def empty_city(network: Network) -> City:
    """A city that is nothing but streets."""
    return City(
        name="drawn",
        origin=(0.0, 0.0),
        drive_on_left=False,
        bounds=(0.0, 0.0, 1.0, 1.0),
        network=network,
        buildings=nothing(Buildings),
        places=nothing(Places),
        land_use=nothing(Areas),
        water=nothing(Areas),
        green=nothing(Areas),
        trees=nothing(Trees),
        stops=nothing(Stops),
        transit_lines=nothing(TransitLines),
        rails=nothing(Rails),
        zones=nothing(Zones),
        sources=(),
    )


def trips_of(rows: list[dict[str, Any]]) -> Trips:
    """Trips from dicts with depart, route, from_lane, to_lane and what differs from the defaults.

    A halt is lane, m, s of dwell and, if it differs from 0, `halt_until` and `halt_beside`.
    """
    rows = sorted(rows, key=lambda row: row["depart"])

    def column(name: str, dtype: Any, default: Any = 0) -> np.ndarray:
        return np.array([row.get(name, default) for row in rows], dtype)

    halts = [halt for row in rows for halt in row.get("halts", ())]
    halt = [np.array([h[n] for h in halts]) if halts else np.zeros(0) for n in range(3)]
    more = np.array([(*h[3:], *(0.0, 0.0)[len(h) - 3 :]) for h in halts]).reshape(-1, 2)
    return Trips(
        depart=column("depart", np.float64),
        kind=column("kind", np.uint8, int(VehicleKind.CAR)),
        from_lane=column("from_lane", np.int32),
        from_position=column("from_position", np.float32, 10.0),
        to_lane=column("to_lane", np.int32),
        to_position=column("to_position", np.float32, 1e6),
        origin=column("origin", np.int32, -1),
        destination=column("destination", np.int32, -1),
        route_start=_starts([len(row["route"]) for row in rows]).astype(np.int64),
        route=np.array([edge for row in rows for edge in row["route"]], np.int32),
        halt_start=_starts([len(row.get("halts", ())) for row in rows]).astype(np.int64),
        halt_lane=halt[0].astype(np.int32),
        halt_position=halt[1].astype(np.float32),
        halt_dwell=halt[2].astype(np.float32),
        halt_until=more[:, 0].astype(np.float32),
        halt_beside=more[:, 1].astype(np.uint8),
        halt_stop=np.zeros(len(halts), np.int32),
        line=column("line", np.int32, -1),
    )
