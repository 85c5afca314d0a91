"""User equilibrium by link flows: bi-conjugate Frank-Wolfe (Mitradjieva and Lindberg 2013).

Each iteration puts everybody on the shortest way, mixes that with the last two targets so that the direction is
conjugate to theirs, and goes along it as far as Beckmann's objective falls. Keeps no paths: good for large problems
at a moderate gap (1e-4 .. 1e-6); `path_flows` goes on to where the numbers end.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cosmopolis.demand.assignment.costs import LinkCost
from cosmopolis.demand.assignment.problem import Assignment, Problem
from cosmopolis.demand.assignment.trees import all_or_nothing

F64 = NDArray[np.float64]
NEARLY_ALL = 0.99  # of a target that was taken: the next direction begins anew
MOST_OF_OLD = 0.99  # weight of the last target in a conjugate one at most


def frank_wolfe(problem: Problem, *, gap: float = 1e-4, iterations: int = 1_000) -> Assignment:
    """Flows at which the relative gap is `gap` or less, or those after `iterations`.

    BadInput where a flow has no way. Deterministic on any number of threads.
    """
    cost = problem.cost
    flow, _ = all_or_nothing(problem, cost.time(np.zeros(len(problem.links))))
    past = _Past()
    gaps, objectives = [], []
    for turn in range(iterations):
        time = cost.time(flow)
        shortest, least = all_or_nothing(problem, time)
        gaps.append(relative_gap(time, flow, least))
        objectives.append(float(cost.integral(flow).sum()))
        if gaps[-1] <= gap or turn + 1 == iterations:
            break
        target = past.target(flow, shortest, cost.slope(flow))
        if (target - flow) @ time >= 0.0:  # rounding, or old targets that mislead: down the plain way
            past, target = _Past(), shortest
        step = line_search(cost, flow, target - flow)
        past = past.after(target, step)
        flow = flow + step * (target - flow)
    return Assignment(flow, cost.time(flow), np.array(gaps), np.array(objectives))


def relative_gap(time: F64, flow: F64, least: float) -> float:
    """1 - what all shortest ways cost / what is spent."""
    spent = float(time @ flow)
    return max(0.0, 1.0 - least / spent) if spent > 0 else 0.0


@dataclass(frozen=True)
class _Past:
    """The last two targets, and the share of the last that was taken."""

    last: F64 | None = None
    before: F64 | None = None
    step: float = 0.0

    def after(self, target: F64, step: float) -> _Past:
        return _Past() if step > NEARLY_ALL else _Past(target, self.last, step)

    def target(self, flow: F64, shortest: F64, slope: F64) -> F64:
        """The point to go to: conjugate to the last two directions, or to the last, or the shortest ways themselves."""
        if self.last is None:
            return shortest
        forward, back = shortest - flow, self.last - flow
        along, bend = float((back * slope) @ forward), float((back * slope) @ back)
        if self.before is not None and bend > 0:
            # Equations 8 - 12: `back` leads to the last target, `second` along the direction before it.
            second = self.step * self.last + (1 - self.step) * self.before - flow
            turn = float((second * slope) @ (self.before - self.last))
            if turn != 0:
                mu = max(0.0, -float((second * slope) @ forward) / turn)
                nu = max(0.0, -along / bend + mu * self.step / (1 - self.step))
                return (shortest + nu * self.last + mu * self.before) / (1 + nu + mu)
        share = min(along / (along - bend), MOST_OF_OLD) if along < 0 else 0.0
        return share * self.last + (1 - share) * shortest


def line_search(cost: LinkCost, flow: F64, direction: F64, *, rounds: int = 60) -> float:
    """The step in [0, 1] at which the objective is least along `direction`: where its slope, the sum of time times
    direction, is 0. False position with Illinois halving, which needs few looks and cannot leave the bracket."""

    def fall(step: float) -> float:
        return float(cost.time(flow + step * direction) @ direction)

    low, high = 0.0, 1.0
    at_low, at_high = fall(low), fall(high)
    if at_low >= 0.0:
        return 0.0
    if at_high <= 0.0:
        return 1.0
    side, tolerance = 0, 1e-10 * -at_low
    step = 0.5
    for _ in range(rounds):
        step = (low * at_high - high * at_low) / (at_high - at_low)
        here = fall(step)
        if abs(here) <= tolerance:
            break
        if here < 0:
            low, at_low = step, here
            at_high *= 0.5 if side < 0 else 1.0
            side = -1
        else:
            high, at_high = step, here
            at_low *= 0.5 if side > 0 else 1.0
            side = 1
    return step
