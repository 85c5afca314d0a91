"""Green waves: offsets along an arterial that let a platoon pass light after light.

A band is the time in each cycle at which one may set out and meet nothing but green. The offsets are sought that
make the bands of both directions widest: what MAXBAND asks for (Little, Kelson and Gartner 1981), by going round the
signals from several beginnings, each time trying every second of the cycle. Times are whole seconds here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

ROUNDS = 12  # at most, over all signals
NEARBY = 0.01  # weight of the bands between neighbours, which decides where no band goes all the way


@dataclass(frozen=True)
class Wave:
    """Offsets of n signals, and the bands that they leave."""

    offsets: tuple[int, ...]  # (n,) s
    out: int  # s, band along the arterial
    back: int  # s, band the other way


def longest_run(green: Bools) -> I64:
    """(...,) the longest run of True along the last axis, which is a circle."""
    length = green.shape[-1]
    twice = np.concatenate([green, green], axis=-1)
    count = np.cumsum(twice, axis=-1)
    reset = np.maximum.accumulate(np.where(twice, 0, count), axis=-1)
    return np.minimum((count - reset).max(axis=-1), length)


def bands(out: Bools, back: Bools, travel: F64, offsets: I64) -> tuple[int, int]:
    """Bands (s) of the two directions.

    `out`, `back` (n, cycle): whether the signal lets each direction go at each second of its own plan;
    `travel` (n,) s from the first signal to each, the same both ways; `offsets` (n,) s.
    """
    seen = _as_met(out, back, travel)
    return tuple(int(longest_run(np.logical_and.reduce(_shifted(d, offsets)))) for d in seen)  # type: ignore[return-value]


def one_way(out: Bools, travel: F64) -> I64:
    """(n,) offsets with which all greens of the direction begin as the platoon comes."""
    cycle = out.shape[1]
    begin = np.array([_begin(row) for row in out])
    return np.round(travel - begin).astype(np.int64) % cycle


def best_wave(out: Bools, back: Bools, travel: F64, *, share: float = 0.5) -> Wave:
    """Offsets with the widest bands; `share` in 0 .. 1 is the weight of the way out, arguments as in `bands`."""
    count, cycle = out.shape
    seen = _as_met(out, back, travel)
    starts = [
        one_way(out, travel),
        one_way(back, -travel),
        np.zeros(count, np.int64),
        *_half_cycles(out, travel),
    ]
    weights = (share, 1.0 - share)
    found = [_climb(seen, start % cycle, weights) for start in starts]
    _, offsets = max(found, key=lambda pair: pair[0])
    offsets = (offsets - offsets[0]) % cycle
    widths = bands(out, back, travel, offsets)
    return Wave(tuple(offsets.tolist()), *widths)


def _begin(green: Bools) -> int:
    """Second at which the longest green begins."""
    cycle = len(green)
    runs = [
        (int(np.argmin(np.append(np.roll(green, -s), False))), -s)
        for s in range(cycle)
        if green[s] and not green[s - 1]
    ]
    return -max(runs)[1] if runs else 0


def _as_met(out: Bools, back: Bools, travel: F64) -> tuple[Bools, Bools]:
    """Both directions by the time at which one passes the first signal."""
    seconds = np.round(travel).astype(np.int64)
    met_out = np.stack([np.roll(row, -s) for row, s in zip(out, seconds)])
    met_back = np.stack([np.roll(row, s) for row, s in zip(back, seconds)])
    return met_out, met_back


def _shifted(met: Bools, offsets: I64) -> Bools:
    return np.stack([np.roll(row, int(o)) for row, o in zip(met, offsets)])


def _half_cycles(out: Bools, travel: F64) -> list[I64]:
    """Beginnings in which each signal is in step or half a cycle off, whichever suits its distance.

    Where both directions have the same green, one of this kind is the best (Morgan and Little 1964).
    """
    cycle = out.shape[1]
    middle = np.array([_begin(row) + row.sum() / 2 for row in out])
    starts = []
    for lean in (0.25, 0.5, 0.75):
        half = np.floor(travel / cycle * 2 + lean).astype(np.int64) % 2
        starts.append(np.round(half * cycle / 2 - middle).astype(np.int64))
    return starts


def _climb(seen: tuple[Bools, Bools], offsets: I64, weights: tuple[float, float]) -> tuple[float, I64]:
    """Turn one signal after the other to its best second, until none gets better."""
    offsets = offsets.copy()
    count, cycle = seen[0].shape
    every = (np.arange(cycle)[None, :] - np.arange(cycle)[:, None]) % cycle  # row o: as met with offset o
    best = _worth(seen, offsets, weights)
    for _ in range(ROUNDS):
        before = best
        for k in range(1, count):
            values = np.zeros(cycle)
            for met, weight in zip(seen, weights):
                tried = met[k][every]
                lights = _shifted(met, offsets)
                others = np.logical_and.reduce(np.delete(lights, k, axis=0))
                values += weight * longest_run(tried & others)
                for neighbour in (k - 1, k + 1):
                    if neighbour < count:
                        values += NEARBY * weight * longest_run(tried & lights[neighbour])
            if values.max() > values[offsets[k]] + 1e-9:
                offsets[k] = int(values.argmax())
        best = _worth(seen, offsets, weights)
        if best <= before + 1e-9:
            break
    return best, offsets


def _worth(seen: tuple[Bools, Bools], offsets: I64, weights: tuple[float, float]) -> float:
    total = 0.0
    for met, weight in zip(seen, weights):
        lights = _shifted(met, offsets)
        total += weight * float(longest_run(np.logical_and.reduce(lights)))
        total += NEARBY * weight * float(longest_run(lights[1:] & lights[:-1]).sum())
    return total
