"""Which signals lie along one street, and the plans that make a green wave of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.model import City, Network
from cosmopolis.city.words import Light, Turn
from cosmopolis.control.plans import EVENLY, critical_ratios, webster, with_cycle
from cosmopolis.control.program import Program
from cosmopolis.control.progression import best_wave
from cosmopolis.simulation import SetSignalPlan

F64 = NDArray[np.float64]
Bools = NDArray[np.bool_]

FARTHEST = 900.0  # m between two signals, beyond which a platoon has come apart
PACE = 0.95  # of the speed limit: with which a platoon moves


@dataclass(frozen=True)
class Arterial:
    """n signals in a row, as one meets them driving straight on."""

    programs: tuple[int, ...]  # (n,) rows of Signals
    out: tuple[int, ...]  # (n,) edge by which one comes to each
    back: tuple[
        int, ...
    ]  # (n,) edge by which one comes to each the other way, -1 where that is another street
    travel: F64  # (n,) s from the first to each, at PACE


def arterials(city: City, programs: Mapping[int, Program]) -> list[Arterial]:
    """Rows of at least two signals that follow each other straight on, the most important streets first.

    Each program is in one of them at most.
    """
    onward = _onward(city.network, programs)
    edges = city.network.edges
    behind = {then: now for now, (then, _) in sorted(onward.items(), reverse=True)}
    taken: set[int] = set()
    found = []
    for state in sorted(onward, key=lambda s: (edges.kind[s[1]], -edges.lane_count[s[1]], s[1])):
        row = [state]
        while row[0] in behind and not _meets(row, behind[row[0]], taken):
            row.insert(0, behind[row[0]])
        while row[-1] in onward and not _meets(row, onward[row[-1]][0], taken):
            row.append(onward[row[-1]][0])
        if state[0] in taken or len(row) < 2:
            continue
        taken.update(program for program, _ in row)
        found.append(_arterial(row, onward))
    return found


State = tuple[int, int]  # a program, and the edge by which one comes to it


def _meets(row: list[State], state: State, taken: set[int]) -> bool:
    return state[0] in taken or any(program == state[0] for program, _ in row)


def _arterial(row: list[State], onward: dict[State, tuple[State, float]]) -> Arterial:
    travel = np.cumsum([0.0] + [onward[state][1] for state in row[:-1]])
    back = [-1] * len(row)
    for at in range(len(row) - 1):
        here, there = row[at][0], row[at + 1][0]
        ways = [(now, then) for now, (then, _) in onward.items() if now[0] == there and then[0] == here]
        if ways:
            now, then = min(ways)
            back[at] = then[1]
            back[at + 1] = now[1]
    return Arterial(tuple(p for p, _ in row), tuple(e for _, e in row), tuple(back), travel)


def _onward(network: Network, programs: Mapping[int, Program]) -> dict[State, tuple[State, float]]:
    """For each way to come to a signal: the next signal straight on, and s to it."""
    through = _straight_on(network)
    ends_at = {edge: row for row, p in programs.items() for edge in p.from_edge.tolist()}
    speed = np.maximum(network.edges.speed, 1.0) * PACE
    length = network.edges.line.length
    found = {}
    for edge, row in sorted(ends_at.items()):
        now, metres, seconds = edge, 0.0, 0.0
        while now in through and metres < FARTHEST:
            ground = through[now][1]
            now = through[now][0]
            metres += float(length[now]) + ground
            seconds += (float(length[now]) + ground) / float(speed[now])
            if now in ends_at:
                if ends_at[now] != row and metres < FARTHEST:
                    found[row, edge] = (ends_at[now], now), seconds
                break
    return found


def _straight_on(network: Network) -> dict[int, tuple[int, float]]:
    """For each edge the one straight on, with most connections, and m of ground between."""
    ways, lane_edge = network.connections, network.lanes.edge
    rows = np.flatnonzero(ways.turn == Turn.THROUGH)
    pairs = np.column_stack([lane_edge[ways.from_lane[rows]], lane_edge[ways.to_lane[rows]]])
    length = ways.length[rows]
    found: dict[int, tuple[int, float]] = {}
    lanes: dict[int, int] = {}
    known, first, count = np.unique(pairs, axis=0, return_index=True, return_counts=True)
    for (one, other), row, width in zip(known.tolist(), first.tolist(), count.tolist()):
        if width > lanes.get(one, 0):
            found[one], lanes[one] = (other, float(length[row])), width
    return found


def coordinated(city: City, programs: Mapping[int, Program], flow: F64 | None = None) -> list[SetSignalPlan]:
    """Plans for all arterials of a city: a common cycle each, and offsets with the widest bands.

    With `flow` (C,) veh/h the cycle is the longest that Webster gives one of the signals; without, that of the plans.
    Greens keep the proportions of those plans.
    """
    return [plan for arterial in arterials(city, programs) for plan in wave_plans(arterial, programs, flow)]


def wave_plans(
    arterial: Arterial, programs: Mapping[int, Program], flow: F64 | None = None
) -> list[SetSignalPlan]:
    """Plans for the signals of one arterial; arguments as in `coordinated`."""
    members = [programs[row] for row in arterial.programs]
    ratios = [
        np.array(p.greens) if flow is None else critical_ratios(p, flow[p.link]) / EVENLY for p in members
    ]
    cycles = [p.cycle if flow is None else webster(y.tolist(), p.lost).cycle for p, y in zip(members, ratios)]
    cycle = float(np.ceil(max(cycles)))
    timings = [with_cycle(y.tolist(), p.lost, cycle) for p, y in zip(members, ratios)]
    cycle = float(np.ceil(max(t.cycle for t in timings)))
    timings = [with_cycle(y.tolist(), p.lost, cycle) for p, y in zip(members, ratios)]
    plans = [p.with_plan(t.greens, 0.0) for p, t in zip(members, timings)]
    out = np.stack([_lets_go(p, edge, int(cycle)) for p, edge in zip(plans, arterial.out)])
    back = np.stack([_lets_go(p, edge, int(cycle)) for p, edge in zip(plans, arterial.back)])
    wave = best_wave(out, back, arterial.travel, share=_share_out(arterial, members, flow))
    return [
        SetSignalPlan(p.row, t.greens, float(offset)) for p, t, offset in zip(members, timings, wave.offsets)
    ]


def _share_out(arterial: Arterial, members: list[Program], flow: F64 | None) -> float:
    """Weight of the way out: its part of the flow, or half."""
    if -1 in arterial.back:
        return 1.0
    if flow is None:
        return 0.5
    out, back = (
        sum(float(flow[p.link[p.from_edge == edge]].sum()) for p, edge in zip(members, edges))
        for edges in (arterial.out, arterial.back)
    )
    return out / (out + back) if out + back > 0 else 0.5


def _lets_go(program: Program, edge: int, cycle: int) -> Bools:
    """(cycle,) whether who comes by `edge` and goes straight on has green, at each second of the plan.

    Without such an edge always: then that direction does not matter.
    """
    if edge < 0:
        return np.ones(cycle, dtype=bool)
    links = through_links(program, edge)
    shown = np.zeros(cycle, dtype=bool)
    begin = 0.0
    for phase, seconds in enumerate(program.durations):
        if phase in program.stages and (program.lights(phase)[links] >= Light.GREEN_PERMISSIVE).any():
            shown[int(np.ceil(begin)) : int(np.floor(begin + seconds))] = True
        begin += seconds
    return shown


def through_links(program: Program, edge: int) -> Bools:
    """(L,) links of the edge that go straight on; all where none does."""
    rows = program.from_edge == edge
    return rows & program.straight if (rows & program.straight).any() else rows
