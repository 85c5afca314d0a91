"""Plans for one junction: how long a cycle, and how it is shared. From flows that were planned or measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.errors import BadInput
from cosmopolis.city.words import Light
from cosmopolis.control.program import Program

F64 = NDArray[np.float64]

SATURATION = 1900.0  # veh/h of green on one lane: what a queue here discharges with
TURNING = 1.15  # cars straight on that one turning with a green of its own stands for
GIVING_WAY = 2.5  # likewise one that waits for gaps: 1.4 to 4.5 in HCM 2000, by the flow that it waits for
# Mean flow of an hour, over what its fullest minutes bring to the fuller of two lanes: 0.85 by the books (peak-hour
# factor 0.9, lane use 0.95); with trucks and detours too, 0.65 lost least time in the peak of Xinting.
EVENLY = 0.65
SHORTEST, LONGEST = 60.0, 120.0  # s, cycle
LEAST_GREEN = 8.0  # s
FULL = 0.95  # a sum of flow ratios above which no cycle is long enough


@dataclass(frozen=True)
class Timing:
    """Green times of the stages of one program."""

    cycle: float  # s
    greens: tuple[float, ...]  # (K,) s


def webster_cycle(lost: float, total: float) -> float:
    """s: (1.5 L + 5) / (1 - Y), the cycle of least delay, from the lost time L (s) a cycle and the sum Y < 1 of the
    stages' critical flow ratios. Webster (1958), Traffic Signal Settings, Road Research Technical Paper 39."""
    if not 0.0 <= total < 1.0:
        raise BadInput(
            f"Webster's cycle needs a sum of flow ratios below 1, not {total:g}: the junction is full."
        )
    return (1.5 * lost + 5.0) / (1.0 - total)


def webster(
    ratios: Sequence[float],
    lost: float,
    *,
    shortest: float = SHORTEST,
    longest: float = LONGEST,
    least_green: float = LEAST_GREEN,
) -> Timing:
    """Webster's cycle, between `shortest` and `longest` s, shared in proportion to the critical flow `ratios` (K,).

    `lost` is the time of a cycle in which nobody has green, s. Every stage has `least_green` s, and the others share
    what that takes. A junction beyond its capacity gets the longest cycle.
    """
    y = np.maximum(np.asarray(ratios, dtype=np.float64), 0.0)
    total = float(y.sum())
    cycle = longest if total >= FULL else min(max(webster_cycle(lost, total), shortest), longest)
    return with_cycle(y.tolist(), lost, cycle, least_green=least_green)


def with_cycle(
    ratios: Sequence[float], lost: float, cycle: float, *, least_green: float = LEAST_GREEN
) -> Timing:
    """A given cycle, shared in proportion to `ratios` (K,), no green shorter than `least_green` s.

    The cycle is lengthened where it has no room for those.
    """
    y = np.maximum(np.asarray(ratios, dtype=np.float64), 1e-6)
    cycle = max(cycle, lost + least_green * len(y))
    greens, short = np.full(len(y), least_green), np.zeros(len(y), dtype=bool)
    for _ in range(len(y)):
        rest = cycle - lost - least_green * int(short.sum())
        share = y / y[~short].sum() * rest
        greens = np.where(short, least_green, share)
        if not (greens < least_green - 1e-9).any():
            break
        short |= greens < least_green
        if short.all():
            greens = np.full(len(y), (cycle - lost) / len(y))
            break
    return Timing(cycle, tuple(greens.tolist()))


def critical_ratios(program: Program, flow: F64, *, saturation: float = SATURATION) -> F64:
    """(K,) flow ratio of the fullest lane of each stage, from `flow` (L,) veh/h on each link of the program.

    Turning vehicles count for more than one straight on. A link counts in the stage whose light for it is the
    strongest; where there are several, half or a third in each.
    """
    best = program.light.max(axis=0)
    turning = np.where(best == Light.GREEN_PROTECTED, TURNING, GIVING_WAY)
    flow = flow * np.where(program.straight, 1.0, turning)
    serves = (program.light == best) & (best >= Light.GREEN_PERMISSIVE)
    share = serves / np.maximum(serves.sum(axis=0), 1) * flow
    lanes = np.zeros((len(program.stages), int(program.lane.max(initial=-1)) + 1))
    for k in range(len(program.stages)):
        np.add.at(lanes[k], program.lane, share[k])
    return np.asarray(lanes.max(axis=1, initial=0.0) / saturation)


def timed(program: Program, flow: F64, **limits: float) -> Timing:
    """Webster's plan for a program and its mean flows (L,) veh/h of an hour; `limits` as in `webster`."""
    return webster((critical_ratios(program, flow) / EVENLY).tolist(), program.lost, **limits)
