"""The engine: pace, jumps, questions, and what happens when a simulation fails.

The simulation here is a clockwork of a few lines, so that it can be made to fail; the real one runs in
`test_server.py`.
"""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from cosmopolis.world.clock import SetTime
from cosmopolis.world.engine import Maker
from tests.world.clockwork import Clockwork, maker


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
