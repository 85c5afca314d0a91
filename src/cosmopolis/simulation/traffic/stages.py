"""What a signal program is made of: stages, in which some movements have green, and the clearances between them.

A program is a cycle of phases. A controller requests a stage; the clearance that leads there is made when it
is needed, with the program's own yellow and all-red.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.model import Signals
from cosmopolis.city.words import Light

U8 = NDArray[np.uint8]
F64 = NDArray[np.float64]
Bools = NDArray[np.bool_]

SHORT = 6.0  # s: a clearance phase is not longer
LEAST_YELLOW = 3.0  # s
LEAST_ALL_RED = 1.0  # s


def lights_of(signals: Signals, program: int) -> U8:
    """(phases, links) words.Light that each phase of `program` shows."""
    phases = slice(int(signals.phase_start[program]), int(signals.phase_start[program + 1]))
    links = int(signals.link_start[program + 1] - signals.link_start[program])
    begin = signals.light_start[phases].astype(np.int64)
    return signals.light[begin[:, None] + np.arange(links)].astype(np.uint8)


def stages_of(signals: Signals) -> tuple[U8, F64, F64]:
    """(phases,) 1 for a stage, 0 for clearance; (S,) s of yellow and (S,) s of all-red when a stage ends.

    A stage shows green and no yellow. A short phase that shows green only to movements that have it before
    and after belongs to the clearance. A program has the longest yellow and all-red of its plan; one whose
    plan goes from yellow to the next green has no all-red, and one whose plan shows no yellow has
    LEAST_YELLOW and LEAST_ALL_RED.
    """
    stage = np.zeros(int(signals.phase_start[-1]) if len(signals.phase_start) else 0, np.uint8)
    yellow, all_red = np.zeros(len(signals)), np.zeros(len(signals))
    for program in range(len(signals)):
        first, last = int(signals.phase_start[program]), int(signals.phase_start[program + 1])
        shown, seconds = lights_of(signals, program), signals.duration[first:last].astype(np.float64)
        stage[first:last], warns = _classify(shown, seconds)
        clears = (stage[first:last] == 0) & (seconds <= SHORT)
        yellows, reds = seconds[clears & warns], seconds[clears & ~warns & np.roll(warns, 1)]
        yellow[program] = yellows.max() if len(yellows) else LEAST_YELLOW
        all_red[program] = reds.max(initial=0.0 if len(yellows) else LEAST_ALL_RED)
    return stage, yellow, all_red


def stages_in(signals: Signals, program: int) -> Bools:
    """(phases,) which phases of one program are stages, as in `stages_of`."""
    rows = slice(int(signals.phase_start[program]), int(signals.phase_start[program + 1]))
    return _classify(lights_of(signals, program), signals.duration[rows].astype(np.float64))[0]


def _classify(shown: U8, seconds: F64) -> tuple[Bools, Bools]:
    """(phases,) is a stage, and (phases,) shows a yellow."""
    goes = (shown == Light.GREEN_PERMISSIVE) | (shown == Light.GREEN_PROTECTED)
    warns = (shown == Light.YELLOW).any(axis=1)
    before, after = np.roll(goes | (shown == Light.YELLOW), 1, axis=0), np.roll(goes, -1, axis=0)
    remains = (seconds <= SHORT) & ~(goes & ~(before & after)).any(axis=1)
    return goes.any(axis=1) & ~warns & ~(shown == Light.OFF).any(axis=1) & ~remains, warns
