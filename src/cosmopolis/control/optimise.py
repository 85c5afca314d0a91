"""Plans that cost least delay by the model of delay.py: hill climbing, as TRANSYT does, from Webster's plan.

A step is taken only where it makes the total delay less, so a plan is never worse than the one it began from, by the
model. Steps begin large and get smaller (Robertson 1969), which gets over small humps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.model import City
from cosmopolis.control.arterials import Arterial, arterials, through_links, wave_plans
from cosmopolis.control.delay import Streams, disperse, steps_of, streams_of, wait
from cosmopolis.control.plans import LEAST_GREEN, LONGEST, SHORTEST, timed
from cosmopolis.control.program import Program
from cosmopolis.simulation import SetSignalPlan

F64 = NDArray[np.float64]
GREEN_STEPS = (12.0, 5.0, 2.0, 1.0)  # s
OFFSET_STEPS = (0.4, 0.15, 0.05, 0.02)  # of the cycle
LEAST_GAIN = 1e-6  # vehicle-hours an hour
P = TypeVar("P")  # a plan, or several
Move = Callable[[P, float], P | None]
Greens = Callable[[tuple[float, ...], float], tuple[float, ...]]


def optimised_plan(program: Program, flow: F64, *, start: Program | None = None) -> Program:
    """The program with the greens, and with them the cycle, that cost least delay at `flow` (L,) veh/h.

    Every green has LEAST_GREEN s and the cycle lies within SHORTEST and LONGEST, or is what Webster's plan has outside
    of those. Begins at Webster's plan, or at `start`.
    """
    streams = streams_of(program, flow)
    begin = start or program.with_plan(timed(program, flow).greens, program.offset)
    limits = (min(SHORTEST, begin.cycle), max(LONGEST, begin.cycle))

    def cost(plan: Program) -> float:
        return wait(plan, streams).total(streams)

    def change(to: Greens) -> Move[Program]:
        def move(plan: Program, step: float) -> Program | None:
            greens = to(plan.greens, step)
            cycle = sum(greens) + program.lost
            lawful = min(greens) >= LEAST_GREEN - 1e-9 and limits[0] - 1e-9 <= cycle <= limits[1] + 1e-9
            return plan.with_plan(greens, plan.offset) if lawful else None

        return move

    stages = len(program.stages)
    return climb(begin, cost, [change(to) for to in (*_lengthened(stages), *_shifted(stages))], GREEN_STEPS)


def climb(begin: P, cost: Callable[[P], float], moves: Sequence[Move[P]], steps: Sequence[float]) -> P:
    """From `begin` down, by each of the `moves` in turn where it costs less, to where none does, for each size of step.

    A move gives None where it may not be made.
    """
    best, least = begin, cost(begin)
    for step in steps:
        better = True
        while better:
            better = False
            for move in moves:
                other = move(best, step)
                if other is not None and (found := cost(other)) < least - LEAST_GAIN:
                    best, least, better = other, found, True
    return best


def _lengthened(stages: int) -> list[Greens]:
    """One stage longer or shorter by the step, and with it the cycle."""
    ways = np.concatenate([np.eye(stages), -np.eye(stages)])
    return [partial(_added, way) for way in ways]


def _shifted(stages: int) -> list[Greens]:
    """The step from one stage to another: the cycle stays."""
    one = np.eye(stages)
    return [partial(_added, one[a] - one[b]) for a in range(stages) for b in range(stages) if a != b]


def _added(way: F64, greens: tuple[float, ...], step: float) -> tuple[float, ...]:
    return tuple((np.array(greens) + step * way).tolist())


@dataclass(frozen=True)
class Row:
    """An arterial of n signals with a common cycle, and what flows there."""

    arterial: Arterial
    streams: tuple[Streams, ...]  # (n,)
    feeds: tuple[
        tuple[F64, ...], ...
    ]  # two directions x (n,): (S,) share of a stream that goes on to the next signal

    @classmethod
    def of(cls, arterial: Arterial, programs: Sequence[Program], flow: F64) -> Row:
        """`flow` (C,) veh/h on each connection."""
        streams = tuple(streams_of(p, flow[p.link]) for p in programs)
        feeds = tuple(
            tuple(_share_onward(p, s, flow[p.link], edge) for p, s, edge in zip(programs, streams, edges))
            for edges in (arterial.out, arterial.back)
        )
        return cls(arterial, streams, feeds)

    def delay(self, plans: Sequence[Program]) -> float:
        """Vehicle-hours an hour of all signals; those of the arterial feed each other, one way after the other."""
        steps = steps_of(plans[0].cycle)
        arrivals = [np.repeat(s.flow[:, None], steps, axis=1) for s in self.streams]
        count = len(plans)
        for way, order in enumerate((range(count), range(count - 1, -1, -1))):
            edges = (self.arterial.out, self.arterial.back)[way]
            before: int | None = None
            for k in order:
                if before is not None and edges[k] >= 0 and edges[before] >= 0:
                    leaves = wait(plans[before], self.streams[before], arrivals[before]).out
                    platoon = self.feeds[way][before] @ leaves
                    seconds = abs(float(self.arterial.travel[k] - self.arterial.travel[before]))
                    self._arrive(k, edges[k], disperse(platoon, seconds, plans[k].cycle / steps), arrivals)
                before = k
        waits = [wait(plan, s, a) for plan, s, a in zip(plans, self.streams, arrivals)]
        return sum(w.total(s) for w, s in zip(waits, self.streams))

    def _arrive(self, k: int, edge: int, platoon: F64, arrivals: list[F64]) -> None:
        """The streams of an edge get the shape of the platoon, and evenly what it lacks of their flow."""
        mine = self.streams[k].edge == edge
        total, comes = float(self.streams[k].flow[mine].sum()), float(platoon.mean())
        if total <= 0.0 or comes <= 0.0:
            return
        shape = platoon / total if comes <= total else platoon / comes
        arrivals[k][mine] = self.streams[k].flow[mine, None] * (shape + max(0.0, 1.0 - comes / total))


def _share_onward(program: Program, streams: Streams, flow: F64, edge: int) -> F64:
    """(S,) part of each stream that drives off where those of `edge` go straight on; 0 without such an edge."""
    share = np.zeros(len(streams.flow))
    if edge < 0:
        return share
    onward = np.isin(program.to_edge, program.to_edge[through_links(program, edge)])
    for at, (from_edge, serves) in enumerate(zip(streams.edge, streams.serves)):
        mine = (program.from_edge == from_edge) & _served(program, serves)
        whole = float(flow[mine].sum())
        share[at] = float(flow[mine & onward].sum()) / whole if whole > 0.0 else 0.0
    return share


def _served(program: Program, serves: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(L,) links with their strongest light in exactly these stages."""
    best = program.light.max(axis=0)
    return np.asarray(((program.light == best) == serves[:, None]).all(axis=0))


def optimised_row(
    arterial: Arterial, programs: Mapping[int, Program], flow: F64, *, greens: bool = True
) -> tuple[list[Program], Row]:
    """Plans of an arterial's signals with a common cycle; `flow` (C,) veh/h on each connection.

    Begins at Webster's plans for that cycle, in step or with the offsets of the green wave, whichever costs less. The
    offsets are turned, and with `greens` seconds are moved from stage to stage.
    """
    members = [programs[row] for row in arterial.programs]
    row = Row.of(arterial, members, flow)
    wave = [p.with_plan(s.greens, s.offset) for p, s in zip(members, wave_plans(arterial, programs, flow))]
    starts = [[p.with_plan(p.greens, 0.0) for p in wave], wave]
    cycle = wave[0].cycle

    def turned(k: int, sign: float) -> Move[list[Program]]:
        def move(plans: list[Program], step: float) -> list[Program]:
            offset = (plans[k].offset + sign * step * cycle) % cycle
            return _with(plans, k, replace(plans[k], offset=offset))

        return move

    def shared(k: int, to: Greens) -> Move[list[Program]]:
        def move(plans: list[Program], step: float) -> list[Program] | None:
            greens = to(plans[k].greens, max(1.0, step * cycle / 5.0))
            lawful = min(greens) >= LEAST_GREEN - 1e-9
            return _with(plans, k, plans[k].with_plan(greens, plans[k].offset)) if lawful else None

        return move

    moves = [turned(k, sign) for k in range(1, len(members)) for sign in (1.0, -1.0)]
    if greens:
        moves += [shared(k, to) for k, p in enumerate(members) for to in _shifted(len(p.stages))]
    return climb(min(starts, key=row.delay), row.delay, moves, OFFSET_STEPS), row


def _with(plans: list[Program], k: int, plan: Program) -> list[Program]:
    return [*plans[:k], plan, *plans[k + 1 :]]


def webster_plans(programs: Mapping[int, Program], flow: F64) -> list[SetSignalPlan]:
    """Webster's plan for every program, each for itself; `flow` (C,) veh/h on each connection."""
    return [SetSignalPlan(row, timed(p, flow[p.link]).greens, p.offset) for row, p in programs.items()]


def optimised(city: City, programs: Mapping[int, Program], flow: F64) -> list[SetSignalPlan]:
    """Plans of least delay for a whole city: arterials together where that costs less than each signal for itself."""
    alone = {row: optimised_plan(p, flow[p.link]) for row, p in programs.items()}
    for arterial in arterials(city, programs):
        plans, row = optimised_row(arterial, programs, flow)
        apart = sum(wait(alone[p.row], s).total(s) for p, s in zip(plans, row.streams))
        if row.delay(plans) < apart:
            alone.update((p.row, p) for p in plans)
    return [SetSignalPlan(row, plan.greens, plan.offset) for row, plan in alone.items()]
