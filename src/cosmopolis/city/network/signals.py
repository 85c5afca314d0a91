"""Stage 7: signal programs made from the geometry of a junction.

Approaches that face each other go together. Their left turns wait for gaps in oncoming traffic, or get a stage of
their own where they have a lane of their own. Green times follow Webster (1958): cycle (1.5 L + 5) / (1 - Y) with
lost time L and the sum Y of the stages' critical flow ratios, shared in proportion to those.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.model import Conflicts, Signals
from cosmopolis.city.network import lines
from cosmopolis.city.network.connections import Links
from cosmopolis.city.network.lanes import Roads
from cosmopolis.city.network.movements import Movements
from cosmopolis.city.network.profiles import ProfileTable
from cosmopolis.city.network.ragged import Ints, grouped, starts
from cosmopolis.city.network.segments import Segments
from cosmopolis.city.words import Light, Provenance, StreetKind, Turn

F64 = NDArray[np.float64]
Bools = NDArray[np.bool_]

_STAGES = 8  # at most, a program
_LEFT = int(Turn.LEFT | Turn.SHARP_LEFT | Turn.SLIGHT_LEFT | Turn.U_TURN)
_SATURATION = 1800.0  # veh/h of green on one lane
_FLOW = {  # veh/h on one lane in the peak by class, for green times only
    StreetKind.MOTORWAY: 900, StreetKind.TRUNK: 700, StreetKind.PRIMARY: 480, StreetKind.SECONDARY: 400,
    StreetKind.TERTIARY: 280, StreetKind.UNCLASSIFIED: 180,
}  # fmt: skip
_CYCLES = (60.0, 80.0, 100.0, 120.0)  # few lengths, so that neighbours can keep step
_LEAST_GREEN, _LEAST_TURN_GREEN = 12.0, 8.0
_WALK_GREEN = 20.0  # s for people at a crossing between junctions


@dataclass(frozen=True)
class Stage:
    """Movements that have green at the same time."""

    movements: frozenset[int]
    turning: bool  # a stage for left turns alone
    load: float  # critical flow ratio


def signal_programs(
    segments: Segments, table: ProfileTable, roads: Roads, moves: Movements, links: Links, conflicts: Conflicts,
    lit: Bools, xy: F64,
) -> Signals:  # fmt: skip
    """A program for every place in `lit` that has connections; `Signals.junction` holds the place."""
    planner = _Planner(segments, table, roads, moves, links)
    by_place, start = grouped(np.where(lit[links.junction], links.junction, -1), len(lit))
    programs = []
    green = np.zeros((_STAGES, len(links)), dtype=bool)
    for place in np.flatnonzero(np.diff(start) > 0).tolist():
        link = by_place[start[place] : start[place + 1]]
        movement = links.movement[link]
        stages = planner.stages(movement)
        for k, stage in enumerate(stages):
            green[k, link] = [m in stage.movements for m in movement.tolist()]
        programs.append((place, link, stages))
    return _table(programs, _lights(green, conflicts), planner, links.movement, xy)


def _lights(green: Bools, conflicts: Conflicts) -> NDArray[np.uint8]:
    """(stages, C) light of every connection: permissive where it has to wait for another that is green too."""
    one = np.repeat(np.arange(len(conflicts.start) - 1), np.diff(conflicts.start))
    light = np.where(green, int(Light.GREEN_PROTECTED), int(Light.RED)).astype(np.uint8)
    for k in range(len(green)):
        waits = conflicts.yields & green[k, one] & green[k, conflicts.other]
        light[k, one[waits]] = Light.GREEN_PERMISSIVE
    return light


class _Planner:
    """Finds the stages of one junction after the other; holds what it looks up for all."""

    def __init__(
        self, segments: Segments, table: ProfileTable, roads: Roads, moves: Movements, links: Links
    ) -> None:
        heading = lines.end_directions(roads.axis)[1]
        self.bearing = np.arctan2(heading[:, 1], heading[:, 0]).tolist()
        self.source, self.turn = moves.source.tolist(), moves.turn.tolist()
        kind = table.kind[segments.profile[roads.segment]]
        self.speed = table.side_speed[roads.side]
        self.flow = [_FLOW.get(StreetKind(k), 120.0) for k in kind.tolist()]
        self.lanes = roads.general_count.tolist()
        # A lane is a left turn's own if all its connections turn left.
        left = moves.turn[links.movement] & _LEFT > 0
        shared = np.zeros(len(roads.lane_edge), dtype=bool)
        shared[links.from_lane[~left]] = True
        own = left & ~shared[links.from_lane]
        edges = len(roads)
        self.left_lanes = np.zeros(edges, dtype=np.int64)
        own_lanes = np.unique(links.from_lane[own])
        np.add.at(self.left_lanes, roads.lane_edge[own_lanes], 1)

    def stages(self, movement: Ints) -> list[Stage]:
        """The stages of one junction, from its movements (those of its links)."""
        moves = sorted(set(movement.tolist()))
        by_edge: dict[int, list[int]] = {}
        for m in moves:
            by_edge.setdefault(self.source[m], []).append(m)
        stages: list[Stage] = []
        for group in self._facing(list(by_edge)):
            stages += self._group_stages([by_edge[e] for e in group], group)
        if len(stages) == 1 and len(by_edge) > 1 and stages[0].turning:
            stages = [Stage(frozenset(moves), False, stages[0].load)]
        while len(stages) > _STAGES:  # the smallest two go together
            stages.sort(key=lambda s: -s.load)
            a, b = stages.pop(), stages.pop()
            stages.append(Stage(a.movements | b.movements, False, max(a.load, b.load)))
        return stages

    def _facing(self, edges: list[int]) -> list[list[int]]:
        """Arriving edges in groups: those side by side, and those that come the opposite way."""
        groups: list[list[int]] = []
        for edge in sorted(edges, key=lambda e: -self.lanes[e] * self.flow[e]):
            home = None
            for group in groups:
                turn = abs(_difference(self.bearing[edge], self.bearing[group[0]]))
                if turn < 0.6 or turn > np.pi - 0.7:
                    home = group
                    break
            if home is None:
                groups.append([edge])
            else:
                home.append(edge)
        return groups

    def _group_stages(self, movements: list[list[int]], edges: list[int]) -> list[Stage]:
        every = [m for rows in movements for m in rows]
        first = self.bearing[edges[0]]
        ahead = [abs(_difference(self.bearing[e], first)) < np.pi / 2 for e in edges]
        load = max(self.flow[e] / _SATURATION for e in edges)
        own = [
            m
            for e, rows, side in zip(edges, movements, ahead)
            for m in rows
            if self.turn[m] & _LEFT
            and self.left_lanes[e] > 0
            and self._faces_through(m, side, movements, ahead)
        ]
        if not own:
            return [Stage(frozenset(every), False, load)]
        main = frozenset(every) - frozenset(own)
        sides = {side for e, rows, side in zip(edges, movements, ahead) if any(m in own for m in rows)}
        left = {m for m in every if self.turn[m] & _LEFT}
        if len(sides) == 1:  # only one side turns left: all its movements go on while the other side waits
            left = {m for rows, side in zip(movements, ahead) if side in sides for m in rows}
        turn_load = max(0.35 * self.flow[e] / _SATURATION for e in edges)
        stages = [Stage(main, False, load), Stage(frozenset(left), True, turn_load)]
        return [stage for stage in stages if stage.movements]

    def _faces_through(self, m: int, side: bool, movements: list[list[int]], ahead: list[bool]) -> bool:
        """Whether traffic comes straight on from the other side of the group."""
        return any(
            not self.turn[other] & _LEFT
            for rows, where in zip(movements, ahead)
            if where != side
            for other in rows
        )


def _difference(a: float, b: float) -> float:
    return float((a - b + np.pi) % (2 * np.pi) - np.pi)


def _greens(stages: list[Stage], lost: float) -> list[float]:
    """Green seconds of every stage."""
    loads = np.array([max(stage.load, 0.05) for stage in stages])
    total = min(float(loads.sum()), 0.85)
    webster = (1.5 * lost + 5.0) / (1.0 - total)
    least = np.array([_LEAST_TURN_GREEN if stage.turning else _LEAST_GREEN for stage in stages])
    cycle = next((c for c in _CYCLES if c >= min(webster, _CYCLES[-1]) and c - lost >= least.sum()), None)
    if cycle is None:
        cycle = float(least.sum() + lost)
    spare = cycle - lost - least.sum()
    wish = np.maximum(loads / loads.sum() * (cycle - lost) - least, 0.0)
    return list(
        least + spare * (wish / wish.sum() if wish.sum() > 0 else np.full(len(stages), 1 / len(stages)))
    )


def _table(programs: list, light: NDArray[np.uint8], planner: _Planner, movement: Ints, xy: F64) -> Signals:
    """The programs as arrays: every stage's green, its yellow and an all-red."""
    durations: list[float] = []
    lights: list[NDArray[np.uint8]] = []
    phase_count, offset = [], []
    for place, link, stages in programs:
        speed = float(planner.speed[[planner.source[m] for m in movement[link].tolist()]].max())
        # ITE: yellow = 1 s + v / (2 * 3 m/s2) for those who cannot stop; all-red for the ground to clear.
        yellow = float(np.clip(round(1.0 + speed / 6.0, 1), 3.0, 4.5))
        shown = light[: len(stages), link]
        phases = _single(shown, yellow) if len(stages) == 1 else _ring(shown, stages, yellow, len(link))
        durations += [seconds for seconds, _ in phases]
        lights += [row for _, row in phases]
        phase_count.append(len(phases))
        offset.append(_offset(place, link, planner, movement, xy, sum(seconds for seconds, _ in phases)))
    return Signals(
        junction=np.array([p[0] for p in programs], dtype=np.int32),
        offset=np.array(offset, dtype=np.float32),
        link_start=starts([len(p[1]) for p in programs]).astype(np.int32),
        link=(np.concatenate([p[1] for p in programs]) if programs else np.zeros(0)).astype(np.int32),
        phase_start=starts(phase_count).astype(np.int32),
        duration=np.array(durations, dtype=np.float32),
        light_start=starts([len(row) for row in lights]).astype(np.int32),
        light=(np.concatenate(lights) if lights else np.zeros(0)).astype(np.uint8),
        provenance=np.full(len(programs), int(Provenance.MEASURED), dtype=np.uint8),
    )


def _single(shown: NDArray[np.uint8], yellow: float) -> list[tuple[float, NDArray[np.uint8]]]:
    """A crossing for people between junctions: green, yellow, and red while they walk."""
    go = shown[0]
    stop = np.full_like(go, int(Light.RED))
    return [
        (60.0 - yellow - _WALK_GREEN, go),
        (yellow, np.where(go != Light.RED, int(Light.YELLOW), go).astype(np.uint8)),
        (_WALK_GREEN, stop),
    ]


def _ring(
    shown: NDArray[np.uint8], stages: list[Stage], yellow: float, links: int
) -> list[tuple[float, NDArray[np.uint8]]]:
    """Green, yellow and all-red of every stage; links that stay green in the next stage see no yellow."""
    all_red = 1.0 if links < 12 else 2.0
    greens = _greens(stages, len(stages) * (yellow + all_red))
    then = np.roll(shown, -1, axis=0)
    ends = (shown != Light.RED) & (then == Light.RED)
    stays = (shown != Light.RED) & ~ends
    # What goes on meets nobody new before the next stage, so it keeps the weaker of its two lights.
    kept = np.where(stays, np.minimum(shown, then), int(Light.RED)).astype(np.uint8)
    clearing = np.where(ends, int(Light.YELLOW), kept).astype(np.uint8)
    return [
        phase
        for stage in zip(greens, shown, clearing, kept)
        for phase in ((stage[0], stage[1]), (yellow, stage[2]), (all_red, stage[3]))
    ]


def _offset(place: int, link: Ints, planner: _Planner, movement: Ints, xy: F64, cycle: float) -> float:
    """Start of the first stage so that traffic on the main street, at its limit, meets green after green."""
    edges = {planner.source[m] for m in movement[link].tolist()}
    main = max(edges, key=lambda e: (planner.lanes[e] * planner.flow[e], -e))
    bearing = planner.bearing[main] % np.pi
    along = float(xy[place, 0] * np.cos(bearing) + xy[place, 1] * np.sin(bearing))
    return float((along / (0.85 * planner.speed[main])) % cycle)
