"""The orders of a running city: taken from any thread, applied on the engine's, kept in its log, and carried through
jumps and failures. What lasts is ordered again; what is lost is told to its author."""

from __future__ import annotations

import logging
import time as wall_time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from typing import Any, Protocol

from cosmopolis.city.errors import BadInput
from cosmopolis.simulation import (
    AddTrip,
    Answer,
    Command,
    CommandLog,
    Events,
    Jump,
    LogStore,
    Order,
    OrderApplied,
    OrderRefused,
    Refusal,
)
from cosmopolis.simulation.command_log import LogEntry, TakesOrders, carry_over

log = logging.getLogger(__name__)

SHARE = 0.1  # s of a turn after which no further order is begun: the city goes on
MOST_WAITING = 200  # orders that may wait for their turn
MOST_ADDED = 2000  # vehicles of orders that are under way at a time
LONG = 500  # entries of the log since the last snapshot at which another is due
LOST = "lost"  # code of a refusal of what had been applied
FAULT = Refusal(
    "fault", "The simulation failed at this order; that is a fault of ours, and it is in the log."
)
CROWD = Refusal("busy", "Too many orders wait for their turn; try again in a moment.")
FULL = Refusal(
    "busy", f"{MOST_ADDED} vehicles that were added are still under way; try again when some have arrived."
)


class OrderedRun(TakesOrders, Protocol):
    """A run that orders are given to."""

    def step(self) -> Events | None: ...


class OrderDesk:
    """`publish` is told of each order that is applied, `refuse` of what is lost; both on the engine's thread. Without a
    `store` the log is kept in memory only."""

    def __init__(
        self,
        store: LogStore | None,
        publish: Callable[[Events, float], None],
        refuse: Callable[[OrderRefused], None],
    ) -> None:
        self._store, self._publish, self._refuse = store, publish, refuse
        self._waiting: deque[tuple[Order, Future[Answer]]] = deque()
        self._added: dict[int, tuple[str, AddTrip]] = {}  # vehicles of orders that have not arrived yet
        self._stored = 0  # entries in the store since its last rotation

    # from any thread

    def put(self, commands: Sequence[Command], by: str) -> Future[Answer]:
        """Have an order applied between two steps; its answer."""
        answer: Future[Answer] = Future()
        self._waiting.append((Order(by, tuple(commands)), answer))
        return answer

    # on the engine's thread

    @property
    def waiting(self) -> int:
        """Orders that have no answer yet."""
        return len(self._waiting)

    @property
    def long(self) -> bool:
        """Whether the log has grown so long that a snapshot should shorten it."""
        return self._stored >= LONG

    def apply(self, run: OrderedRun, clock: Callable[[], float] = wall_time.monotonic) -> None:
        """What waits now, an order at a time, until SHARE of the `clock` is over; what is left and what comes meanwhile
        waits for the next time, and beyond MOST_WAITING is refused, so that a flood of orders does not stop the city.
        Raises only for a fault of the simulation."""
        until = clock() + SHARE
        for _ in range(len(self._waiting)):
            order, future = self._waiting.popleft()
            self._apply(run, order, future)
            if clock() >= until:
                break
        while len(self._waiting) > MOST_WAITING:
            order, future = self._waiting.pop()
            if future.set_running_or_notify_cancel():
                future.set_result(OrderRefused(run.time, order.by, order.commands, CROWD))

    def _apply(self, run: OrderedRun, order: Order, future: Future[Answer]) -> None:
        if not future.set_running_or_notify_cancel():
            return
        added = sum(isinstance(command, AddTrip) for command in order.commands)
        if added and len(self._added) + added > MOST_ADDED:
            future.set_result(OrderRefused(run.time, order.by, order.commands, FULL))
            return
        try:
            answer = run.order(order)
        except Exception:
            future.set_result(OrderRefused(run.time, order.by, order.commands, FAULT))
            raise
        if isinstance(answer, OrderApplied) and order.commands:
            self._note(answer)
            self._append([answer])
            self._publish(Events(answer.time, applied=(answer,)), answer.time)
        future.set_result(answer)

    def see(self, events: Events) -> None:
        """A step has been taken: forget the added vehicles that have left the road."""
        if self._added:
            for gone in (events.arrived, events.broken, events.taken_out):
                for id in gone.tolist():
                    self._added.pop(id, None)

    def begin(self, run: OrderedRun) -> None:
        """The city begins with this run."""
        self._added.clear()
        self._rotate(run.log)

    def keep(self, run: OrderedRun, snapshot: bytes) -> None:
        """A snapshot of the run was taken just now: the log goes on from there."""
        run.log.rotate(snapshot)
        if self._stored:  # else what is stored says as much
            self._rotate(run.log)

    def land(self, run: OrderedRun, former: CommandLog, why: str, *, lasting: bool = True) -> None:
        """`run`, which has just begun, takes the place of the one of `former`. With `lasting` what was in force is so
        again. `why` ends the sentence that authors of lost orders get."""
        known = len(former.entries)
        if not lasting:
            self._lose(former.in_force(), run.time, why)
            former, known = former.emptied(), 0
        for answer in carry_over(run, former):
            if isinstance(answer, OrderRefused):
                self._refuse(answer)
        self._append(run.log.entries[known:])
        trips, self._added = self._added, {}
        self._lose((Order(by, (trip,)) for by, trip in trips.values()), run.time, why)

    def repeat(self, run: OrderedRun, former: CommandLog, stopping: Callable[[], bool]) -> None:
        """`run` was restored from the snapshot of `former`: give it the orders since, each at its step. Raises where
        it fails at one."""
        for entry in former.entries:
            while (run.log.steps or 0) < entry.step and not stopping():
                self.see(run.step() or Events(run.time))
            if isinstance(entry, OrderApplied) and isinstance(run.order(entry.order), OrderRefused):
                raise BadInput(f"An order of {entry.by!r} is not accepted again.")

    def skip(self, run: OrderedRun, former: CommandLog, why: str) -> None:
        """The same without the trips that were added since, as it failed there: they are lost."""
        since = CommandLog(lambda: former.beginning, former.entries)
        for order in since.in_force():
            run.order(order)
        self._rotate(run.log)
        ids = (id for entry in former.entries if isinstance(entry, OrderApplied) for id in entry.vehicles)
        trips = [self._added.pop(id) for id in ids if id in self._added]
        self._lose((Order(by, (trip,)) for by, trip in trips), run.time, why)

    def close(self) -> None:
        """No more answers, and no more log."""
        while self._waiting:
            self._waiting.popleft()[1].cancel()
        if self._store is not None:
            self._store.close()

    def _note(self, applied: OrderApplied) -> None:
        trips = [command for command in applied.commands if isinstance(command, AddTrip)]
        self._added |= {id: (applied.by, trip) for id, trip in zip(applied.vehicles, trips, strict=True)}

    def _lose(self, orders: Iterable[Order], time: float, why: str) -> None:
        """Tell each author once."""
        lost: dict[str, list[Command]] = {}
        for order in orders:
            lost.setdefault(order.by, []).extend(order.commands)
        for by, commands in lost.items():
            what = "A trip" if all(isinstance(command, AddTrip) for command in commands) else "An order"
            sentence = f"{what} of yours was lost: {why}."
            self._refuse(OrderRefused(time, by, tuple(commands), Refusal(LOST, sentence)))

    def _append(self, entries: Iterable[LogEntry]) -> None:
        for entry in entries:
            self._stored += 1
            if self._store is not None:
                self._try(self._store.append, entry)

    def _rotate(self, commands: CommandLog) -> None:
        self._stored = 0
        if self._store is not None:
            self._try(self._store.rotate, commands)

    def _try(self, write: Callable[[Any], None], what: Any) -> None:
        """A full disk costs the log its copy there, and nobody else anything."""
        try:
            write(what)
        except (OSError, ValueError) as error:  # ValueError: the file was closed by `close`
            log.warning("the log of commands is kept in memory only from now on: %s", error)
            self._store = None


def since_snapshot(commands: CommandLog) -> bool:
    """Whether its snapshot and what follows it make the run as it is: no jump came between."""
    return commands.snapshot is not None and not any(isinstance(entry, Jump) for entry in commands.entries)
