"""The engine: pace, jumps, questions, and what happens when a simulation fails.

The simulation here is a clockwork of a few lines, so that it can be made to fail; the real one runs in
`test_server.py`.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from cosmopolis.simulation import (
    AddTrip,
    Answer,
    CloseLane,
    Command,
    CommandLog,
    Events,
    LogStore,
    Order,
    OrderApplied,
    OrderRefused,
    Refusal,
)
from cosmopolis.simulation.beginning import Beginning, Options
from cosmopolis.simulation.command import from_json, to_json
from cosmopolis.world.edges import EdgeMeter
from cosmopolis.world.engine import Engine, Maker
from cosmopolis.world.interest import Grid, Paths
from cosmopolis.world.messages import SetTime
from cosmopolis.world.picture import Picture


class Clockwork:
    """One vehicle that drives a metre a step; fails when its time reaches one of `fails`.

    It obeys every command but CloseLane(13), which it refuses, and CloseLane(666), at which it fails; vehicles that are
    added get the ids 100, 101, ... and arrive after a minute.
    """

    dt = 0.5

    def __init__(self, start: float, fails: tuple[float, ...] = (), log: CommandLog | None = None) -> None:
        self.time, self.fails, self.updates = start, fails, 0
        self.log = log or CommandLog(lambda: BEGINNING, steps=0)
        self.done: list[Command] = []
        self.arrivals: dict[int, float] = {}

    def step(self) -> Events:
        if self.time + self.dt in self.fails:
            raise ZeroDivisionError("a fault in the simulation")
        events = Events(
            self.time, arrived=np.array([id for id, at in self.arrivals.items() if at == self.time], np.int64)
        )
        self.time += self.dt
        self.updates += 1
        self.log.steps = (self.log.steps or 0) + 1
        return events

    def order(self, order: Order) -> Answer:
        if CloseLane(13) in order.commands:
            return OrderRefused(
                self.time, order.by, order.commands, Refusal("no_lane", "There is no lane 13.")
            )
        if CloseLane(666) in order.commands:
            raise ZeroDivisionError("a fault in the simulation")
        trips = [command for command in order.commands if isinstance(command, AddTrip)]
        ids = tuple(100 + len(self.arrivals) + n for n in range(len(trips)))
        self.arrivals |= dict.fromkeys(ids, self.time + 60.0)
        self.done += order.commands
        applied = OrderApplied(self.time, self.log.steps or 0, order.by, order.commands, ids)
        self.log.entries.append(applied)
        return applied

    def vehicles(self) -> Any:
        one = np.ones(1, np.float32)
        return SimpleNamespace(
            id=one, path=0 * one.astype(int), position=one * self.time % 100, speed=2 * one, kind=one
        )

    def phases(self) -> np.ndarray:
        return np.array([int(self.time) % 7], np.uint16)

    def edge_state(self) -> tuple[np.ndarray, np.ndarray]:
        return np.ones(1, np.float32), np.ones(1, np.float32)

    def counts(self) -> dict[str, int]:
        return {"vehicles": 1, "updates": self.updates}

    def vehicle(self, id: int) -> dict[str, Any] | None:
        return {"kind": 0, "speed": 1.0} if id == 1 else None

    def lights(self) -> np.ndarray:
        return np.zeros(1, np.uint8)

    def snapshot(self) -> bytes:
        done = [to_json(command) for command in self.done]
        lasting = [order.to_json() for order in self.log.in_force()]
        said = [self.time, self.log.steps, done, list(self.arrivals.items()), lasting]
        return json.dumps(said).encode()

    @classmethod
    def restore(cls, data: bytes, fails: tuple[float, ...] = ()) -> Clockwork:
        time, steps, done, arrivals, lasting = json.loads(data)
        log = CommandLog(
            lambda: BEGINNING, snapshot=data, lasting=tuple(map(Order.from_json, lasting)), steps=steps
        )
        clockwork = cls(time, fails, log)
        clockwork.done, clockwork.arrivals = [from_json(command) for command in done], dict(arrivals)
        return clockwork


BEGINNING = Beginning("0", "city", "trips", {}, Options())


class Watcher:
    """Keeps what an engine shows and tells."""

    def __init__(self) -> None:
        self.pictures: list[Picture] = []
        self.news: list[tuple[str, str]] = []
        self.lost: list[OrderRefused] = []
        self.events: list[tuple[Events, float]] = []
        self._changed = threading.Condition()

    def show(self, picture: Picture) -> None:
        with self._changed:
            self.pictures.append(picture)
            self._changed.notify_all()

    def tell(self, code: str, message: str) -> None:
        with self._changed:
            self.news.append((code, message))
            self._changed.notify_all()

    def refuse(self, lost: OrderRefused) -> None:
        with self._changed:
            self.lost.append(lost)
            self._changed.notify_all()

    def hear(self, events: Events, time: float) -> None:
        with self._changed:
            self.events.append((events, time))
            self._changed.notify_all()

    def until(self, true: Callable[[], Any]) -> Any:
        with self._changed:
            assert self._changed.wait_for(true, timeout=20), (self.news, self.pictures[-1:])
            return true()


PATHS = Paths(
    xy=np.array([[0.0, 0.0], [100.0, 0.0]]),
    start=np.array([0, 2]),
    along=np.array([0.0, 100.0]),
    offset=np.zeros(1),
    length=np.array([100.0]),
)


@pytest.fixture
def started() -> Iterator[Callable[..., tuple[Engine, Watcher]]]:
    engines = []

    def start(
        maker: Maker, at: float = 28_800.0, speed: float = 60.0, store: LogStore | None = None
    ) -> tuple[Engine, Watcher]:
        watcher = Watcher()
        grid = Grid.around(PATHS.xy)
        meter = EdgeMeter(np.zeros(1, np.int32), PATHS.length, 1)
        engine = Engine(
            maker,
            PATHS,
            grid,
            meter,
            at=at,
            speed=speed,
            show=watcher.show,
            tell=watcher.tell,
            refuse=watcher.refuse,
            store=store,
        )
        engines.append(engine)
        engine.start()
        return engine, watcher

    yield start
    for engine in engines:
        engine.stop()


def maker(*fails: float) -> Maker:
    return Maker(begin=lambda at: Clockwork(at, fails), restore=lambda data: Clockwork.restore(data, fails))


def test_pictures_follow_each_other_in_time(started: Any) -> None:
    _, watcher = started(maker())
    pictures = watcher.until(lambda: len(watcher.pictures) >= 5 and watcher.pictures)
    assert [p.tick for p in pictures[:5]] == [1, 2, 3, 4, 5]
    times = [p.time for p in pictures]
    assert times[0] == 28_800.0
    assert times == sorted(set(times))
    assert all(t % 0.5 == 0 for t in times)


def test_a_paused_city_stands_and_goes_on_from_there(started: Any) -> None:
    engine, watcher = started(maker())
    watcher.until(lambda: len(watcher.pictures) >= 2)
    engine.steer(SetTime(paused=True))
    stood = engine.ask(lambda s: s.time).result(5)
    time.sleep(0.3)
    assert engine.ask(lambda s: s.time).result(5) == stood
    engine.steer(SetTime(paused=False))
    watcher.until(lambda: watcher.pictures[-1].time > stood)


def test_the_last_picture_before_a_pause_is_shown(started: Any) -> None:
    """Else visitors of a paused city would look at an older state than those who come later."""
    engine, watcher = started(maker())
    watcher.until(lambda: len(watcher.pictures) >= 2)
    engine.steer(SetTime(paused=True))
    stood = engine.ask(lambda s: s.time).result(5)
    watcher.until(lambda: watcher.pictures[-1].time == stood)


def test_a_jump_begins_a_new_era_and_the_last_of_several_counts(started: Any) -> None:
    engine, watcher = started(maker(), speed=1.0)
    watcher.until(lambda: watcher.pictures)
    for to in (10_000.0, 20_000.0, 72_000.0):
        engine.steer(SetTime(jump=to))
    jumped = watcher.until(lambda: [p for p in watcher.pictures if p.time >= 72_000.0])[0]
    assert jumped.era > watcher.pictures[0].era
    assert jumped.time == 72_000.0


def test_the_city_goes_on_while_a_jump_is_prepared(started: Any) -> None:
    may = threading.Event()

    def begin(at: float) -> Clockwork:
        if at == 72_000.0:
            may.wait(10)
        return Clockwork(at)

    engine, watcher = started(Maker(begin, Clockwork.restore))
    engine.steer(SetTime(jump=72_000.0))
    count = len(watcher.pictures)
    watcher.until(lambda: len(watcher.pictures) > count + 3)
    assert watcher.pictures[-1].time < 72_000.0
    may.set()
    watcher.until(lambda: watcher.pictures[-1].time >= 72_000.0)


def test_a_jump_that_fails_is_told_and_changes_nothing(started: Any) -> None:
    def begin(at: float) -> Clockwork:
        if at == 72_000.0:
            raise MemoryError
        return Clockwork(at)

    engine, watcher = started(Maker(begin, Clockwork.restore))
    engine.steer(SetTime(jump=72_000.0))
    assert watcher.until(lambda: watcher.news)[0] == (
        "jump",
        "The city could not be prepared for 20:00; it goes on as it was.",
    )
    count = len(watcher.pictures)
    watcher.until(lambda: len(watcher.pictures) > count)


def test_watched_vehicles_are_in_every_picture(started: Any) -> None:
    engine, watcher = started(maker())
    engine.watch(frozenset({1, 2}))
    picture = watcher.until(lambda: [p for p in watcher.pictures if p.watched])[0]
    assert picture.watched == {1: {"kind": 0, "speed": 1.0}, 2: None}


def test_edges_are_measured_anew_after_a_jump(started: Any) -> None:
    """One vehicle at 2 m/s on 100 m of lane: 0.02 vehicles/s pass, whatever was there before."""
    engine, watcher = started(maker())
    first = watcher.until(lambda: watcher.pictures)[0]
    engine.steer(SetTime(jump=72_000.0))
    jumped = watcher.until(lambda: [p for p in watcher.pictures if p.time >= 72_000.0])[0]
    for picture in (first, jumped):
        assert picture.edges.flow.tolist() == pytest.approx([72.0])
        assert picture.edges.queue.tolist() == [0.0]


def test_questions_are_answered_and_may_fail(started: Any) -> None:
    engine, _ = started(maker())
    assert engine.ask(lambda s: s.vehicle(1)).result(5) == {"kind": 0, "speed": 1.0}
    with pytest.raises(ZeroDivisionError):
        engine.ask(lambda s: 1 / 0).result(5)
    assert engine.ask(lambda s: s.vehicle(9)).result(5) is None


def test_after_a_failure_it_goes_on_from_the_snapshot(started: Any) -> None:
    """A failure that does not come again, as of memory, costs what came after the snapshot and nothing else."""
    fails = iter([(28_900.0,)])
    made = Maker(lambda at: Clockwork(at, next(fails, ())), Clockwork.restore)
    _, watcher = started(made)
    watcher.until(lambda: watcher.pictures and watcher.pictures[-1].time > 28_950.0)
    assert watcher.news == [("simulation", "The simulation failed and goes on from 08:00.")]
    assert watcher.pictures[-1].era == 2


def test_a_failure_that_comes_again_is_passed_over(started: Any) -> None:
    """The simulation is deterministic: from the snapshot it fails at the same step again."""
    _, watcher = started(maker(28_810.0))
    watcher.until(lambda: watcher.pictures and watcher.pictures[-1].time > 28_960.0)
    assert [code for code, _ in watcher.news] == ["simulation", "simulation"]


def test_an_engine_whose_simulation_cannot_begin_lives_and_tries_again(started: Any) -> None:
    tries = iter([MemoryError(), MemoryError()])

    def begin(at: float) -> Clockwork:
        for error in tries:
            raise error
        return Clockwork(at)

    _, watcher = started(Maker(begin, Clockwork.restore))
    watcher.until(lambda: watcher.pictures)
    assert watcher.news[0][0] == "simulation"


def test_it_stops_at_once_even_while_paused(started: Any) -> None:
    engine, watcher = started(maker())
    watcher.until(lambda: watcher.pictures)
    engine.steer(SetTime(paused=True))
    engine.stop()
    assert not engine._thread.is_alive()
