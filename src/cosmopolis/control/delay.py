"""How long people wait at a signal under a plan, without driving anybody: a model of flows, second by second.

Traffic is a flow that differs over the cycle and is the same in each. Who comes while the light is red queues; in
green the queue leaves at saturation flow: the cyclic flow profiles of TRANSYT (Robertson 1969, TRANSYT: a traffic
network study tool, Road Research Laboratory report LR 253). What chance and too much traffic add is the incremental
delay of the Highway Capacity Manual (2000, eq. 16-12). With even arrivals the first part is Webster's uniform delay.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.words import Light
from cosmopolis.control.plans import EVENLY, GIVING_WAY, SATURATION, TURNING
from cosmopolis.control.program import Program

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bools = NDArray[np.bool_]

STEP = 1.0  # s, at most: of the flow over the cycle
SHORTEST_PIECE = 1e-6  # s
PERIOD = 0.25  # h that the flow lasts
CONTROLLER = 0.5  # HCM's k: of a plan by the clock
DISPERSION, FIRST = (
    0.35,
    0.8,
)  # Robertson's alpha, and beta: the first of a platoon take that share of the mean time
LEAST_FLOW = 1e-9  # veh/s


@dataclass(frozen=True)
class Streams:
    """S streams of one program: those of a lane that have green in the same stages."""

    edge: I64  # (S,) by which they come
    vehicles: F64  # (S,) veh/s
    flow: F64  # (S,) cars straight on a second that they stand for, in their fullest minutes
    serves: Bools  # (S, K) whether a stage lets them go


@dataclass(frozen=True)
class Wait:
    """What a plan makes of its streams."""

    delay: F64  # (S,) s a vehicle
    out: F64  # (S, T) cars a second that leave, over the cycle

    def total(self, streams: Streams) -> float:
        """Vehicles that wait, on average: vehicle-hours an hour."""
        return float(self.delay @ streams.vehicles)


def streams_of(program: Program, flow: F64, *, evenly: float = EVENLY) -> Streams:
    """The streams of a program, from the mean `flow` (L,) veh/h on its links."""
    best = program.light.max(axis=0)
    worth = np.where(best == Light.GREEN_PROTECTED, TURNING, GIVING_WAY)
    worth = np.where(program.straight, 1.0, worth)
    serves = ((program.light == best) & (best >= Light.GREEN_PERMISSIVE)).T  # (L, K)
    ever = serves.any(axis=1)
    keys, first, row = np.unique(
        np.column_stack([program.lane, serves])[ever], axis=0, return_index=True, return_inverse=True
    )
    per_second = flow[ever] / 3600.0
    return Streams(
        edge=program.from_edge[ever][first],
        vehicles=np.bincount(row, per_second, minlength=len(keys)).astype(np.float64),
        flow=np.bincount(row, per_second * worth[ever], minlength=len(keys)) / evenly,
        serves=serves[ever][first],
    )


def steps_of(cycle: float) -> int:
    """How many steps a cycle of so many s is cut into."""
    return int(np.ceil(cycle / STEP))


def clock_of(program: Program, steps: int) -> tuple[F64, I64, Bools]:
    """The cycle of the junction's clock, cut into equal `steps` and wherever a light changes: N pieces.

    Their lengths (N,) s, the step each is in (N,), and whether each stage is shown then (K, N).
    """
    cycle = program.cycle
    begins = np.concatenate([[0.0], np.cumsum(program.durations)[:-1]])
    stages = list(program.stages)
    begin, length = begins[stages], np.array(program.durations)[stages]
    changes = (np.concatenate([begin, begin + length]) + program.offset) % cycle
    edges = np.unique(np.concatenate([np.linspace(0.0, cycle, steps + 1), changes]))
    edges = np.concatenate([edges[:-1][np.diff(edges) > SHORTEST_PIECE], [cycle]])
    middle = (edges[1:] + edges[:-1]) / 2.0
    shown = (middle[None, :] - program.offset - begin[:, None]) % cycle < length[:, None]
    return np.diff(edges), np.minimum(middle / cycle * steps, steps - 1).astype(np.int64), shown


def wait(program: Program, streams: Streams, arrivals: F64 | None = None) -> Wait:
    """Delay of the streams under the program's plan; `arrivals` (S, T) cars a second over the cycle, even without."""
    steps = steps_of(program.cycle) if arrivals is None else arrivals.shape[1]
    seconds, step, shown = clock_of(program, steps)
    most = (streams.serves.astype(np.float64) @ shown) * seconds * (SATURATION / 3600.0)  # (S, N) cars
    comes = streams.flow[:, None] * seconds if arrivals is None else arrivals[:, step] * seconds
    capacity = most.sum(axis=1) / program.cycle  # cars a second
    full = streams.flow / np.maximum(capacity, LEAST_FLOW)
    let_in = comes / np.maximum(full, 1.0)[:, None]  # what is beyond capacity, the incremental delay counts
    queue = _queues(let_in, most)
    leaves = let_in - np.diff(queue, axis=1)
    first = np.searchsorted(step, np.arange(steps))
    out = np.add.reduceat(leaves, first, axis=1) * (steps / program.cycle)
    standing = ((queue[:, 1:] + queue[:, :-1]) / 2.0) @ seconds
    uniform = standing / np.maximum(let_in.sum(axis=1), LEAST_FLOW)
    return Wait(uniform + incremental_delay(full, capacity), out)


def incremental_delay(full: F64, capacity: F64) -> F64:
    """(S,) s a vehicle by chance and overflow, from the degree of saturation and the capacity in cars a second."""
    per_hour = np.maximum(capacity * 3600.0, 1.0)
    over = full - 1.0
    return np.asarray(
        900.0 * PERIOD * (over + np.sqrt(over**2 + 8.0 * CONTROLLER * full / (per_hour * PERIOD)))
    )


def disperse(profile: F64, seconds: float, step: float) -> F64:
    """A platoon as it comes `seconds` of travel later: (T,) cars a second over the cycle, in steps of `step` s.

    Robertson's recurrence: q'(t) = F q(t - beta T) + (1 - F) q'(t - 1 s), F = 1 / (1 + alpha beta T).
    """
    first = FIRST * seconds
    smooth = 1.0 / (1.0 + DISPERSION * first)
    keeps = (1.0 - smooth) ** step
    count = len(profile)
    # the answer of the recurrence to one second of flow, wound round the cycle
    kernel = (
        (1.0 - keeps) * keeps ** np.arange(count) / (1.0 - keeps**count) if keeps > 0.0 else np.eye(count)[0]
    )
    at = first / step
    whole, part = int(at), at - int(at)
    late = (1.0 - part) * np.roll(profile, whole) + part * np.roll(profile, whole + 1)
    spread = np.fft.irfft(np.fft.rfft(late) * np.fft.rfft(kernel), count)
    return np.asarray(np.maximum(spread, 0.0))


def _queues(arrivals: F64, capacity: F64) -> F64:
    """(S, N + 1) cars that queue at the edges of the pieces, once it is the same in each cycle."""
    net = np.cumsum(np.concatenate([arrivals - capacity] * 2, axis=1), axis=1)
    net = np.concatenate([np.zeros((len(net), 1)), net], axis=1)
    queue = net - np.minimum.accumulate(net, axis=1)
    return np.asarray(queue[:, arrivals.shape[1] :])
