"""Threads that help with a step, and the tickets by which they share its chunks.

The thread that steps takes chunks until there are none, and so does every helper that happens to be awake. Nobody
waits for a helper that has not come yet, only for the chunk that one is at work on. A busy machine so costs at most
a chunk's stay off the processor; a barrier over a fixed share of the work, as in OpenMP, waits for the slowest thread
at every stage, which on two cores with other work on them was measured at 20 times the time of one thread.

The one takes chunks from the first on and the helpers from the last, so that on two threads nearly all of what a chunk
needs stays in the cache of the core that worked on it a stage and a step before.

Waking a thread takes as long as a small step. So a helper stays for a while after a round of work and watches the
board for the next; it goes back to sleep when none comes, or when it is sent for something else. A ticket bears the
number of its round and is taken by compare-and-swap: whoever comes late and believes in an old round gets none, and
what is noted on the board is only read for a ticket in hand, while it cannot change.
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
ROUND, TAKEN, DONE = 0, 1, 2  # the round; then for each stage its next ticket and the chunks that are done
END_BITS = 16  # of a ticket, for the chunks taken from one end; above both ends comes the round
END = (1 << END_BITS) - 1
WATCHES = 1500  # looks at the board, each about as long as a call of the system, before a helper sleeps


class Board(NamedTuple):
    """What those who work on a round share; one for each simulation, handed to kernels as a table."""

    counters: NDArray[np.int64]  # APART each: ROUND, and TAKEN and DONE of each stage
    awake: NDArray[np.int64]  # APART each: 1 while that helper watches or works
    wanted: NDArray[np.int64]  # (1,) 0: helpers are to leave the board
    chunks: int  # of every stage
    notes: NDArray[np.int64]  # (NOTES,) of this round: addresses of tables, and whole numbers
    clock: NDArray[np.float64]  # (1,) s


NOTES = 16


@intrinsic
def _add(_context, counters, row, amount):  # type: ignore[no-untyped-def]
    """counters[row] += amount as one indivisible operation; what it was before."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = builder.gep(arguments[0], [arguments[1]])
        return builder.atomic_rmw("add", place, arguments[2], "seq_cst")

    return types.int64(counters, types.int64, types.int64), generate


@intrinsic
def _read(_context, counters, row):  # type: ignore[no-untyped-def]
    """counters[row], and whatever was written before it was."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = builder.gep(arguments[0], [arguments[1]])
        return builder.load_atomic(place, "seq_cst", 8)

    return types.int64(counters, types.int64), generate


@intrinsic
def _write(_context, counters, row, value):  # type: ignore[no-untyped-def]
    """counters[row] = value, seen by others after all that was written before."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = builder.gep(arguments[0], [arguments[1]])
        builder.store_atomic(arguments[2], place, "seq_cst", 8)
        return context.get_dummy_value()

    return types.void(counters, types.int64, types.int64), generate


@intrinsic
def _swap(_context, counters, row, old, new):  # type: ignore[no-untyped-def]
    """counters[row] = new if it was old, as one indivisible operation; whether it was."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = builder.gep(arguments[0], [arguments[1]])
        both = builder.cmpxchg(place, arguments[2], arguments[3], "seq_cst", "seq_cst")
        return builder.zext(builder.extract_value(both, 1), ir.IntType(8))

    return types.uint8(counters, types.int64, types.int64, types.int64), generate


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
    """Tell the helpers that there is work, and what the board notes of it; the round's number."""
    return _add(board.counters, ROUND * APART, 1) + 1


@kernel
def open_stage(stage: int, round: int, board: Board) -> None:
    """From now on helpers may take chunks of this stage."""
    _write(board.counters, (2 * stage + DONE) * APART, 0)
    _write(board.counters, (2 * stage + TAKEN) * APART, round << 2 * END_BITS)


@kernel
def take(stage: int, round: int, helps: bool, board: Board) -> int:
    """The next chunk of a stage that nobody has taken, from the last on for who helps; -1 when there is none."""
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
    """One chunk of the stage is done."""
    _add(board.counters, (2 * stage + DONE) * APART, 1)


@kernel
def wait_until_done(stage: int, board: Board) -> None:
    """Wait for the chunks that helpers have taken and not finished."""
    while _read(board.counters, (2 * stage + DONE) * APART) < board.chunks:
        _pause()


@kernel
def wait_until_open(stage: int, round: int, board: Board) -> bool:
    """A helper waits for a stage of a round; False when the round is over."""
    while True:
        its = _read(board.counters, (2 * stage + TAKEN) * APART) >> 2 * END_BITS
        if its >= round:
            return its == round
        _pause()


@kernel
def watch(me: int, seen: int, board: Board) -> int:
    """A helper waits for a round after `seen`; its number, or -1 when none comes soon or others want the helper."""
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
    """The helpers of one simulation, and their board."""

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
        """Number of the last round."""
        return int(self.board.counters[ROUND * APART])

    def call(self, work: Any, *arguments: Any) -> None:
        """Wake who sleeps for the rounds after the last: `work(helper, last, *arguments)`, helpers from 1."""
        self.board.wanted[0] = 1
        last = self.round
        for me, helper in enumerate(self._helpers):
            if self.board.awake[me * APART] == 0:
                helper.call(work, (me + 1, last, *arguments))

    def note(self, time: float, step: int, tables: Sequence[Table]) -> None:
        """What helpers need to know of the next round: the step, and the tables it works on."""
        self.board.clock[0] = time
        self.board.notes[: len(tables) + 1] = [step, *(table.address for table in tables)]

    def dismiss(self) -> None:
        """Send those who watch the board back, for somebody else to call."""
        self.board.wanted[0] = 0


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


def together(work: Callable[[Item], Result], items: Sequence[Item], threads: int) -> Iterator[Result]:
    """`work` on each of `items`, which must not mind each other, on `threads` threads; results in their order."""
    if threads < 2 or len(items) < 2:
        yield from map(work, items)
        return
    with ThreadPoolExecutor(threads, "traffic routes") as pool:
        yield from pool.map(work, items)


_helpers: list[Helper] = []
_lock = threading.Lock()


def helpers(count: int) -> list[Helper]:
    """`count` threads that every simulation of this process shares."""
    with _lock:
        while len(_helpers) < count:
            _helpers.append(Helper())
    return _helpers[:count]
