"""Helper threads for a simulation step, and the counters by which threads share the chunks of its stages.

A stage of a step is split into chunks. The main thread, which calls the step, takes one chunk after another until none
is left; every helper that is awake does the same. The main thread never waits for a helper to wake up; at the end of
a stage it waits only for chunks that a helper has begun. So a busy machine delays a stage by one chunk at most. With a
fixed share of the work for each thread and a barrier, as in OpenMP, a stage takes as long as its slowest thread: on
two cores with other work on them that was measured to take 20 times as long as one thread alone.

The main thread takes chunks from the first on, helpers from the last backwards. With two threads, nearly every chunk
is then worked on by the same core in each stage and step, and its data is still in that core's cache.

Waking a thread takes as long as a small step. So after a round (the parallel part of one step) a helper polls the
board for some time before it goes to sleep. The counter of each stage holds a ticket: the number of its round and how
many chunks are taken from either end. Chunks are taken by compare-and-swap on the whole ticket, so that a helper that
is late, and still has the number of an earlier round, gets none. What else is noted on the board is read only by
threads that hold a chunk of the present round, during which it does not change.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple, TypeVar

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numpy.typing import NDArray

from cosmopolis.kernels.decorators import kernel
from cosmopolis.kernels.plain import stand_in
from cosmopolis.kernels.tables import Table

Item = TypeVar("Item")
Result = TypeVar("Result")

APART = 8  # int64 between two counters, so that they lie in different cache lines
ROUND, TAKEN, DONE = (
    0,
    1,
    2,
)  # counters: the round's number; then for each stage its ticket and how many chunks are done
END_BITS = 16  # bits of a ticket for the chunks taken from one end; the round's number is above the two
END = (1 << END_BITS) - 1
WATCHES = 1500  # polls of the board, each about as long as a system call, before a helper sleeps


class Board(NamedTuple):
    """What the threads of one simulation share; handed to kernels as a table."""

    counters: NDArray[np.int64]  # ROUND, then TAKEN and DONE of each stage; APART rows each
    awake: NDArray[np.int64]  # 1 while that helper polls or works; APART rows each
    wanted: NDArray[np.int64]  # (1,) 0: helpers are to stop polling
    chunks: int  # in each stage
    notes: NDArray[np.int64]  # (NOTES,) of this round: the step's number, then addresses of tables
    clock: NDArray[np.float64]  # (1,) s


NOTES = 16


@intrinsic
def _add(_context, counters, row, amount):  # type: ignore[no-untyped-def]
    """Atomically: counters[row] += amount. Returns the value before."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = builder.gep(arguments[0], [arguments[1]])
        return builder.atomic_rmw("add", place, arguments[2], "seq_cst")

    return types.int64(counters, types.int64, types.int64), generate


@intrinsic
def _read(_context, counters, row):  # type: ignore[no-untyped-def]
    """Atomically read counters[row]; what its writer wrote before is visible afterwards."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = builder.gep(arguments[0], [arguments[1]])
        return builder.load_atomic(place, "seq_cst", 8)

    return types.int64(counters, types.int64), generate


@intrinsic
def _write(_context, counters, row, value):  # type: ignore[no-untyped-def]
    """Atomically: counters[row] = value; who reads it also sees what was written before."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = builder.gep(arguments[0], [arguments[1]])
        builder.store_atomic(arguments[2], place, "seq_cst", 8)
        return context.get_dummy_value()

    return types.void(counters, types.int64, types.int64), generate


@intrinsic
def _swap(_context, counters, row, old, new):  # type: ignore[no-untyped-def]
    """Atomically: counters[row] = new if it is old (compare-and-swap). Returns whether it was."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = builder.gep(arguments[0], [arguments[1]])
        both = builder.cmpxchg(place, arguments[2], arguments[3], "seq_cst", "seq_cst")
        return builder.zext(builder.extract_value(both, 1), ir.IntType(8))

    return types.uint8(counters, types.int64, types.int64, types.int64), generate


@intrinsic
def _pause(_context):  # type: ignore[no-untyped-def]
    """Yield the processor to another thread."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        function = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(ir.IntType(32), []), "sched_yield"
        )
        builder.call(function, [])
        return context.get_dummy_value()

    return types.void(), generate


_indivisible = threading.Lock()


@stand_in(_add)
def _add_in_python(counters: Any, row: int, amount: int) -> int:
    with _indivisible:
        before = counters[row]
        counters[row] = before + amount
    return before


@stand_in(_read)
def _read_in_python(counters: Any, row: int) -> int:
    with _indivisible:
        return counters[row]


@stand_in(_write)
def _write_in_python(counters: Any, row: int, value: int) -> None:
    with _indivisible:
        counters[row] = value


@stand_in(_swap)
def _swap_in_python(counters: Any, row: int, old: int, new: int) -> bool:
    with _indivisible:
        if counters[row] != old:
            return False
        counters[row] = new
    return True


@stand_in(_pause)
def _pause_in_python() -> None:
    time.sleep(0)


@kernel
def open_round(board: Board) -> int:
    """Begin a round, whose notes are on the board. Returns its number."""
    return _add(board.counters, ROUND * APART, 1) + 1


@kernel
def open_stage(stage: int, round: int, board: Board) -> None:
    """Make the chunks of a stage available."""
    _write(board.counters, (2 * stage + DONE) * APART, 0)
    _write(board.counters, (2 * stage + TAKEN) * APART, round << 2 * END_BITS)


@kernel
def take(stage: int, round: int, helps: bool, board: Board) -> int:
    """Take the next free chunk of a stage, from the end if `helps`; -1 when none is left or the round is over."""
    place = (2 * stage + TAKEN) * APART
    while True:
        ticket = _read(board.counters, place)
        first, last = ticket & END, ticket >> END_BITS & END
        if ticket >> 2 * END_BITS != round or first + last >= board.chunks:
            return -1
        if _swap(board.counters, place, ticket, ticket + (1 << END_BITS if helps else 1)) != 0:
            return board.chunks - 1 - last if helps else first


@kernel
def finish(stage: int, board: Board) -> None:
    """Count one more chunk of the stage as done."""
    _add(board.counters, (2 * stage + DONE) * APART, 1)


@kernel
def wait_until_done(stage: int, board: Board) -> None:
    """Wait until all chunks are done, which means for those that helpers have begun."""
    while _read(board.counters, (2 * stage + DONE) * APART) < board.chunks:
        _pause()


@kernel
def wait_until_open(stage: int, round: int, board: Board) -> bool:
    """As a helper, wait until a stage of the round is available; False when a later round has begun."""
    while True:
        its = _read(board.counters, (2 * stage + TAKEN) * APART) >> 2 * END_BITS
        if its >= round:
            return its == round
        _pause()


@kernel
def watch(me: int, seen: int, board: Board) -> int:
    """As helper `me`, poll for a round after number `seen`.

    Returns its number, or -1 when none begins within WATCHES polls or helpers are to stop polling.
    """
    _write(board.awake, me * APART, 1)
    for _ in range(WATCHES):
        round = _read(board.counters, ROUND * APART)
        if round != seen:
            return round
        if _read(board.wanted, 0) == 0:
            break
        _pause()
    _write(board.awake, me * APART, 0)
    return -1


class Crew:
    """The helpers of one simulation, and the board that they share with its main thread."""

    def __init__(self, count: int, stages: int, chunks: int) -> None:
        self._helpers = helpers(count)
        self.board = Board(
            counters=np.zeros((1 + 2 * stages) * APART, np.int64),
            awake=np.zeros(max(count, 1) * APART, np.int64),
            wanted=np.zeros(1, np.int64),
            chunks=chunks,
            notes=np.zeros(NOTES, np.int64),
            clock=np.zeros(1),
        )

    @property
    def round(self) -> int:
        """The number of the last round."""
        return int(self.board.counters[ROUND * APART])

    def call(self, work: Any, *arguments: Any) -> None:
        """Let each helper that sleeps run `work(helper, last, *arguments)`.

        Helpers count from 1; they work on the rounds after number `last`.
        """
        self.board.wanted[0] = 1
        last = self.round
        for me, helper in enumerate(self._helpers):
            if self.board.awake[me * APART] == 0:
                helper.call(work, (me + 1, last, *arguments))

    def note(self, time: float, step: int, tables: Sequence[Table]) -> None:
        """Note on the board what the next round works on: time s, the step's number, and tables."""
        self.board.clock[0] = time
        self.board.notes[: len(tables) + 1] = [step, *(table.address for table in tables)]

    def dismiss(self) -> None:
        """Stop the helpers from polling, so that another simulation can call them."""
        self.board.wanted[0] = 0


class Helper:
    """A thread that runs `assist(*arguments)` when called. A call replaces one that has not begun."""

    def __init__(self) -> None:
        self._calls: SimpleQueue[tuple[Any, tuple[Any, ...]]] = SimpleQueue()
        threading.Thread(target=self._work, name="traffic helper", daemon=True).start()

    def call(self, assist: Any, arguments: tuple[Any, ...]) -> None:
        """Run `assist(*arguments)` on the thread; a waiting call is dropped, for the chunks of its step are done."""
        with suppress(Empty):
            self._calls.get_nowait()
        self._calls.put((assist, arguments))

    def _work(self) -> None:
        while True:
            assist, arguments = self._calls.get()
            assist(*arguments)
            del arguments


def together(work: Callable[[Item], Result], items: Sequence[Item], threads: int) -> Iterator[Result]:
    """The results of `work` on each of the independent `items`, in their order, from `threads` threads."""
    if threads < 2 or len(items) < 2:
        yield from map(work, items)
        return
    with ThreadPoolExecutor(threads, "traffic routes") as pool:
        yield from pool.map(work, items)


_helpers: list[Helper] = []
_lock = threading.Lock()


def helpers(count: int) -> list[Helper]:
    """`count` helpers, which all simulations of this process share."""
    with _lock:
        while len(_helpers) < count:
            _helpers.append(Helper())
    return _helpers[:count]
