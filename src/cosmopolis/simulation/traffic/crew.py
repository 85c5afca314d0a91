"""Threads that help with a step, and the tickets by which they share its chunks.

The thread that steps takes chunks until there are none, and so does every helper that happens to be awake. Nobody
waits for a helper that has not come yet, only for the chunk that one is at work on. A busy machine so costs at most
a chunk's stay off the processor; a barrier over a fixed share of the work, as in OpenMP, waits for the slowest thread
at every stage, which on two cores with other work on them was measured at 20 times the time of one thread.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numpy.typing import NDArray

from cosmopolis.simulation.traffic.kernels import kernel

APART = 8  # int64 between two counters, so that they lie in different cache lines
TAKEN, DONE, OPEN = 0, 1, 2  # counters of each stage


def tickets(stages: int) -> NDArray[np.int64]:
    """Counters for one step. New ones for each step: a helper that comes late finds only an old step's, used up."""
    return np.zeros(stages * 3 * APART, np.int64)


@intrinsic
def fetch_add(_context, counters, row, amount):  # type: ignore[no-untyped-def]
    """counters[row] += amount as one indivisible operation; what it was before."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        place = cgutils.gep_inbounds(builder, array.data, arguments[1])
        return builder.atomic_rmw("add", place, arguments[2], "seq_cst")

    return types.int64(counters, types.int64, types.int64), generate


@intrinsic
def _pause(_context):  # type: ignore[no-untyped-def]
    """Let the sibling of this core, or another thread, go on for a moment."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        function = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(ir.IntType(32), []), "sched_yield"
        )
        builder.call(function, [])
        return context.get_dummy_value()

    return types.void(), generate


@kernel
def take(stage: int, chunks: int, counters: np.ndarray) -> int:
    """The next chunk of a stage that nobody has taken, -1 when there is none."""
    ticket = fetch_add(counters, (3 * stage + TAKEN) * APART, 1)
    return ticket if ticket < chunks else -1


@kernel
def finish(stage: int, counters: np.ndarray) -> None:
    """One chunk of the stage is done."""
    fetch_add(counters, (3 * stage + DONE) * APART, 1)


@kernel
def open_stage(stage: int, counters: np.ndarray) -> None:
    """From now on helpers may take chunks of this stage."""
    fetch_add(counters, (3 * stage + OPEN) * APART, 1)


@kernel
def wait_until_open(stage: int, counters: np.ndarray) -> None:
    while fetch_add(counters, (3 * stage + OPEN) * APART, 0) == 0:
        _pause()


@kernel
def wait_until_done(stage: int, chunks: int, counters: np.ndarray) -> None:
    """Wait for the chunks that helpers have taken and not finished."""
    while fetch_add(counters, (3 * stage + DONE) * APART, 0) < chunks:
        _pause()


class Helper:
    """A thread that runs `assist(*arguments)` when called. A call that it has not come to yet is forgotten."""

    def __init__(self) -> None:
        self._calls: SimpleQueue[tuple[Any, tuple[Any, ...]]] = SimpleQueue()
        threading.Thread(target=self._work, name="traffic helper", daemon=True).start()

    def call(self, assist: Any, arguments: tuple[Any, ...]) -> None:
        """Ask for help with the newest step only; older tickets are used up."""
        with suppress(Empty):
            self._calls.get_nowait()
        self._calls.put((assist, arguments))

    def _work(self) -> None:
        while True:
            assist, arguments = self._calls.get()
            assist(*arguments)
            del arguments


_helpers: list[Helper] = []
_lock = threading.Lock()


def helpers(count: int) -> list[Helper]:
    """`count` threads that every simulation of this process shares."""
    with _lock:
        while len(_helpers) < count:
            _helpers.append(Helper())
    return _helpers[:count]
