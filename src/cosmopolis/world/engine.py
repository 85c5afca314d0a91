"""Runs the simulation in a thread of its own and shows pictures of it. Knows no sockets and no visitors.

Others speak to it from any thread by `order`, `steer`, `watch` and `ask`, and hear of events by `subscribe`; it answers
by calling its Listener on its own thread. A fault in the simulation ends a step, never the engine: it
goes on from the last snapshot.
"""

from __future__ import annotations

import logging
import threading
import time as wall_time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol, TypeVar

import numpy as np

from cosmopolis.city.model import City
from cosmopolis.city.version import version_of
from cosmopolis.demand.trips import Trips
from cosmopolis.simulation import (
    Answer,
    Command,
    CommandLog,
    Events,
    LogStore,
    OrderRefused,
    Simulation,
    SimulationView,
)
from cosmopolis.simulation.view import Watched
from cosmopolis.world.clock import DAY, Clock, Meter, SetTime, hhmm
from cosmopolis.world.edges import EdgeMeter
from cosmopolis.world.frames import cell_records
from cosmopolis.world.in_force import InForce
from cosmopolis.world.interest import Grid, Paths
from cosmopolis.world.orders import OrderDesk, OrderedRun, since_snapshot
from cosmopolis.world.picture import EdgeState, Picture, Traffic
from cosmopolis.world.preparation import Preparation

log = logging.getLogger(__name__)
T = TypeVar("T")

PICTURE_EVERY = 0.1  # s of wall time: at most ten pictures a second
SNAPSHOT_EVERY = 300.0  # s of city time
SNAPSHOT_PAUSE = 30.0  # s of wall time at least between two of them
SOUND = 60.0  # s of city time after which a simulation that was taken up again counts as sound
FAILED = "the simulation failed and went on without it"
LONGEST_REST = 30.0  # s to wait after a simulation has failed again and again


class Runnable(Watched, OrderedRun, Protocol):
    """What the engine asks of a simulation; `cosmopolis.simulation.Simulation` is one."""

    @property
    def dt(self) -> float: ...
    @property
    def time(self) -> float: ...
    def snapshot(self) -> bytes: ...


@dataclass(frozen=True)
class Maker:
    """How to begin a simulation at a time of day, and how to take one up again."""

    begin: Callable[[float], Runnable]
    restore: Callable[[bytes], Runnable]

    @classmethod
    def of(cls, city: City, trips: Trips, seed: int) -> Maker:
        @cache
        def named() -> City:
            """A city that was never stored has its contents hashed once, not with each simulation."""
            return city if city.version else city.with_version(version_of(city))

        return cls(
            begin=lambda at: Simulation(named(), trips, seed=seed, start=at),
            restore=lambda data: Simulation.restore(named(), trips, data),
        )


Subscriber = Callable[[Events, float], None]


def note_lost(lost: OrderRefused) -> None:
    """Where nobody can tell the author."""
    log.info("an order of %r was lost: %s", lost.by, lost.refusal.sentence)


@dataclass(frozen=True)
class Listener:
    """Who hears of the city. All three are called on the engine's thread, so they should only hand over."""

    show: Callable[[Picture], None]  # each picture
    tell: Callable[[str, str], None]  # bad news: code, sentence
    refuse: Callable[[OrderRefused], None] = note_lost  # an order that was applied and is lost


class Engine:
    """Start it with `start`, end it with `stop`. `at` is the time of day, s after midnight; `store` keeps the log of
    commands."""

    def __init__(
        self,
        maker: Maker,
        paths: Paths,
        grid: Grid,
        edges: EdgeMeter,
        listener: Listener,
        *,
        at: float,
        speed: float,
        store: LogStore | None = None,
    ) -> None:
        self._maker, self._paths, self._grid, self._edge_meter = maker, paths, grid, edges
        self._show, self._tell, self._refuse = listener.show, listener.tell, listener.refuse
        self._at = at
        self._clock = Clock(wall_time.monotonic(), at, speed)
        self._steering: deque[SetTime] = deque()
        self._questions: deque[tuple[Callable[[SimulationView], Any], Future[Any]]] = deque()
        self._subscribers: tuple[Subscriber, ...] = ()
        self._faulty: set[Subscriber] = set()  # those that have failed
        self._desk = OrderDesk(store, self._publish, self._lose)
        self._in_force = InForce()
        self._watched: frozenset[int] = frozenset()
        self._wake, self._stopping = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="simulation", daemon=True)
        self._simulation: Runnable | None = None
        self._jump: Preparation[Runnable] | None = None
        self._jump_next: float | None = None  # of jumps asked for during one, the last
        self._meter = Meter()
        self._kept: tuple[float, float] | None = None  # when a snapshot was last taken: wall, city
        self._failures = 0
        self._sound_at = -np.inf  # city time from which the last failures are forgotten
        self._tick = self._era = 0
        self._shown_at = -np.inf  # wall
        self._dirty = True  # the state is newer than the last picture
        self._edges: tuple[float, EdgeState] | None = None  # wall

    # from any thread

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout: float = 2.0) -> None:
        self._stopping.set()
        self._wake.set()
        self._thread.join(timeout)
        while self._questions:
            self._questions.popleft()[1].cancel()
        self._desk.close()

    def order(self, commands: Sequence[Command], by: str) -> Future[Answer]:
        """Have the commands of one author applied between two steps, all or none. The answer says when they were, or
        why not."""
        answer = self._desk.put(commands, by)
        self._wake.set()
        return answer

    def subscribe(self, callback: Subscriber) -> Callable[[], None]:
        """From now on `callback` is told the events of every step, and of every order that is applied or lost, with the
        city's time after it (s after midnight of day 0); on the engine's thread. Returns how to end that."""
        self._subscribers = (*self._subscribers, callback)

        def unsubscribe() -> None:
            self._subscribers = tuple(other for other in self._subscribers if other is not callback)

        return unsubscribe

    def steer(self, time: SetTime) -> None:
        """Pause, speed and jump, in the order they are given; of several jumps the last one counts."""
        self._steering.append(time)
        self._wake.set()

    def watch(self, vehicles: frozenset[int]) -> None:
        """Tell about these vehicles in every picture."""
        self._watched = vehicles

    def ask(self, question: Callable[[SimulationView], T]) -> Future[T]:
        """Run `question` on a view of the simulation between two steps."""
        future: Future[T] = Future()
        self._questions.append((question, future))
        self._wake.set()
        return future

    # on the engine's thread

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                if self._simulation is None:
                    self._begin()
                self._turn()
            except Exception:
                log.exception("the simulation failed")
                self._recover()

    def _begin(self) -> None:
        simulation = self._maker.begin(self._at)
        self._desk.begin(simulation)
        self._take_up(simulation)

    def _turn(self) -> None:
        """Obey, go on for at most a picture's time, show, rest."""
        self._obey()
        simulation = self._simulation
        assert simulation is not None
        self._desk.apply(simulation)
        self._answer(SimulationView(simulation))
        self._go_on(simulation)
        now = wall_time.monotonic()
        if self._dirty and now - self._shown_at >= PICTURE_EVERY:
            self._show(self._picture(simulation, now))
            self._shown_at, self._dirty = now, False
        self._keep_snapshot(simulation, now)
        self._rest(simulation)

    def _go_on(self, simulation: Runnable) -> None:
        enough = max(wall_time.monotonic(), self._shown_at + PICTURE_EVERY)
        while not self._stopping.is_set():
            now = wall_time.monotonic()
            if self._clock.wait(now, simulation.time + simulation.dt) > 0:
                break
            events = simulation.step()
            self._dirty = True
            if events is not None:
                self._desk.see(events)
                self._publish(events, simulation.time)
            if wall_time.monotonic() >= enough:
                break
        if simulation.time >= self._sound_at:
            self._failures = 0
        self._clock.forgive(wall_time.monotonic(), simulation.time)

    def _rest(self, simulation: Runnable) -> None:
        now = wall_time.monotonic()
        rest = self._clock.wait(now, simulation.time + simulation.dt)
        if self._dirty:
            rest = min(rest, self._shown_at + PICTURE_EVERY - now)
        if rest > 0 and not self._desk.waiting:
            self._wake.wait(None if rest == float("inf") else rest)
        self._wake.clear()

    def _obey(self) -> None:
        simulation = self._simulation
        assert simulation is not None
        while self._steering:
            wish = self._steering.popleft()
            now = wall_time.monotonic()
            self._clock.set(now, simulation.time, speed=wish.speed, paused=wish.paused)
            self._meter = Meter()
            if wish.jump is not None:
                self._jump_next = wish.jump
        if self._jump is not None and self._jump.finished:
            jump, self._jump = self._jump, None
            if self._jump_next is None:
                self._land(jump, simulation)
        if self._jump is None and self._jump_next is not None:
            self._jump, self._jump_next = (
                Preparation(self._maker.begin, self._jump_next, self._wake.set),
                None,
            )

    def _land(self, jump: Preparation[Runnable], former: Runnable) -> None:
        if jump.result is not None:
            self._desk.land(jump.result, former.log, f"the city has jumped to {hhmm(jump.to)}")
            self._take_up(jump.result)
        else:
            self._tell("jump", f"The city could not be prepared for {hhmm(jump.to)}; it goes on as it was.")

    def _lose(self, lost: OrderRefused) -> None:
        """An order that was applied is lost: news for its author, and for whoever keeps what is in force."""
        self._refuse(lost)
        self._publish(Events(lost.time, refused=(lost,)), lost.time)

    def _publish(self, events: Events, time: float) -> None:
        later = self._in_force.after(events)
        self._dirty |= later is not self._in_force  # seen while the city is paused too
        self._in_force = later
        for subscriber in self._subscribers:
            try:
                subscriber(events, time)
            except Exception:
                if subscriber not in self._faulty:  # once is enough
                    self._faulty.add(subscriber)
                    log.exception("a subscriber failed")

    def _answer(self, view: SimulationView) -> None:
        while self._questions:
            question, future = self._questions.popleft()
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(question(view))
            except Exception as error:
                future.set_exception(error)

    def _take_up(self, simulation: Runnable) -> None:
        """From now on, this is the city."""
        self._simulation = simulation
        self._era += 1
        self._kept, self._edges, self._dirty = None, None, True
        self._edge_meter.forget()
        now = wall_time.monotonic()
        self._clock.set(now, simulation.time)
        self._shown_at = now - PICTURE_EVERY
        self._meter = Meter()

    def _picture(self, simulation: Runnable, now: float) -> Picture:
        self._tick += 1
        traffic, counts = _traffic(simulation), dict(simulation.counts())
        speed_reached, updates = self._meter.read(now, simulation.time, counts.get("updates", 0))
        if self._edges is None or now - self._edges[0] >= 1.0:
            state = self._edge_meter.see(traffic, simulation.time, *simulation.edge_state())
            self._edges = (now, state)
        place = self._paths.place(traffic.path, traffic.position)
        cells = cell_records(
            self._grid.cell(place),
            self._grid.cells,
            id=traffic.id,
            path=traffic.path,
            kind=traffic.kind,
            position=traffic.position,
            speed=traffic.speed,
        )
        return Picture(
            tick=self._tick,
            time=simulation.time,
            era=self._era,
            traffic=traffic,
            cells=cells,
            phases=np.array(simulation.phases(), np.uint16),
            edges=self._edges[1],
            counts=counts,
            speed_reached=speed_reached,
            updates_per_s=updates,
            in_force=self._in_force,
            watched={id: simulation.vehicle(id) for id in self._watched},
        )

    def _keep_snapshot(self, simulation: Runnable, now: float) -> None:
        last = self._kept
        due = last is None or simulation.time - last[1] >= SNAPSHOT_EVERY or self._desk.long
        if last is None or (due and now - last[0] >= SNAPSHOT_PAUSE):
            self._desk.keep(simulation, simulation.snapshot())
            self._kept = now, simulation.time

    def _recover(self) -> None:
        """From the last snapshot first. A simulation is deterministic and may fail there again: then the city
        begins anew at the time of the failure, and after that ever later and after longer rests."""
        failed_at = self._simulation.time if self._simulation is not None else self._at
        self._failures += 1
        rest = min(LONGEST_REST, 2.0 ** (self._failures - 2)) if self._failures > 2 else 0.0
        if self._stopping.wait(rest):
            return
        try:
            simulation = self._again(failed_at)
            self._sound_at = SOUND + (failed_at if self._failures == 1 else simulation.time)
            self._take_up(simulation)
            self._tell("simulation", f"The simulation failed and goes on from {hhmm(simulation.time)}.")
        except Exception:
            log.exception("the simulation could not be taken up again")
            self._tell("simulation", "The simulation failed; it is tried again.")

    def _again(self, failed_at: float) -> Runnable:
        """A simulation to go on with, under the orders that are in force; from the third failure on without them, as
        the fault may be theirs."""
        former = self._simulation.log if self._simulation is not None else None
        if former is not None and self._failures == 1 and since_snapshot(former):
            return self._restored(former)
        simulation = self._maker.begin((failed_at + 60.0 * (self._failures - 1)) % DAY)
        if former is None:
            self._desk.begin(simulation)
        else:
            self._desk.land(simulation, former, FAILED, lasting=self._failures < 3)
        return simulation

    def _restored(self, former: CommandLog) -> Runnable:
        """The last snapshot, and the orders since."""
        assert former.snapshot is not None
        simulation = self._maker.restore(former.snapshot)
        try:
            self._desk.repeat(simulation, former, self._stopping.is_set)
        except Exception:
            log.exception("the orders since the snapshot could not be repeated")
            simulation = self._maker.restore(former.snapshot)
            self._desk.skip(simulation, former, FAILED)
        return simulation


def _traffic(simulation: Runnable) -> Traffic:
    """Copies: the simulation goes on writing to its own arrays."""
    v = simulation.vehicles()
    return Traffic(
        id=np.array(v.id, np.uint32),
        path=np.array(v.path, np.int32),
        position=np.array(v.position, np.float32),
        speed=np.array(v.speed, np.float32),
        kind=np.array(v.kind, np.uint8),
    )
