"""Orders to a running city: who hears of them, and what becomes of them after a jump and after a failure."""

from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from cosmopolis.simulation import (
    AddTrip,
    CloseLane,
    CommandLog,
    FollowSignalPlan,
    OpenLane,
    OrderApplied,
    OrderRefused,
    SetSpeedLimit,
    ShowPhase,
)
from cosmopolis.simulation.command_log import LogEntry
from cosmopolis.world.clock import SetTime
from cosmopolis.world.engine import Engine, Maker
from cosmopolis.world.in_force import InForce
from cosmopolis.world.orders import LONG, MOST_ADDED, MOST_WAITING, OrderDesk
from tests.world.clockwork import Clockwork, Watcher, maker

TRIP = AddTrip(0, 1.0, 0, 50.0)
Start = Callable[..., tuple[Engine, Watcher]]


class Shelf:
    """A LogStore in memory that counts its rotations."""

    def __init__(self) -> None:
        self.log: CommandLog | None = None
        self.rotations = 0

    def rotate(self, log: CommandLog) -> None:
        begin, entries = log.beginning, log.entries
        self.log = CommandLog(lambda: begin, entries, snapshot=log.snapshot, lasting=log.lasting)
        self.rotations += 1

    def append(self, entry: LogEntry) -> None:
        assert self.log is not None
        self.log.entries.append(entry)

    def read(self) -> CommandLog | None:
        return self.log

    def close(self) -> None: ...


class FullDisk(Shelf):
    def append(self, entry: LogEntry) -> None:
        raise OSError("No space left on device")


class Makes:
    """A maker that remembers the simulations it has made."""

    def __init__(self, *fails: tuple[float, ...]) -> None:
        self.made: list[Clockwork] = []
        self._fails = iter(fails)

    def maker(self) -> Maker:
        return Maker(lambda at: self._keep(Clockwork(at, next(self._fails, ()))), self._restore)

    def _keep(self, clockwork: Clockwork) -> Clockwork:
        self.made.append(clockwork)
        return clockwork

    def _restore(self, data: bytes) -> Clockwork:
        return self._keep(Clockwork.restore(data, next(self._fails, ())))


def test_an_order_is_answered_and_everybody_hears_of_it(started: Start) -> None:
    engine, watcher = started(maker())
    engine.subscribe(watcher.hear)
    answer = engine.order([CloseLane(3), SetSpeedLimit(1, 8.0)], "Ada").result(5)
    assert isinstance(answer, OrderApplied)
    assert (answer.by, answer.commands) == ("Ada", (CloseLane(3), SetSpeedLimit(1, 8.0)))
    assert answer.time == 28_800.0 + 0.5 * answer.step
    heard = watcher.until(lambda: [events for events, _ in watcher.events if events.applied])
    assert [events.applied for events in heard] == [(answer,)]


def test_a_refused_order_is_answered_and_nobody_hears_of_it(started: Start) -> None:
    engine, watcher = started(maker())
    engine.subscribe(watcher.hear)
    answer = engine.order([CloseLane(13)], "Ada").result(5)
    assert isinstance(answer, OrderRefused) and answer.refusal.sentence == "There is no lane 13."
    watcher.until(lambda: len(watcher.events) > 5)
    assert not any(events.applied for events, _ in watcher.events)
    assert watcher.news == [] and watcher.pictures[-1].era == 1


def test_a_paused_city_obeys_and_tells_at_once(started: Start) -> None:
    engine, watcher = started(maker())
    engine.steer(SetTime(paused=True))
    engine.ask(lambda s: s.time).result(5)
    engine.subscribe(watcher.hear)
    answer = engine.order([CloseLane(3)], "Ada").result(5)
    assert isinstance(answer, OrderApplied)
    (events, time), *_ = watcher.until(lambda: watcher.events)
    assert (events.time, time, list(events)) == (answer.time, answer.time, [answer])


def test_events_come_step_by_step_with_the_citys_time(started: Start) -> None:
    engine, watcher = started(maker())
    end = engine.subscribe(watcher.hear)
    engine.order([TRIP], "Ada").result(5)
    watcher.until(lambda: any(len(events.arrived) for events, _ in watcher.events))
    steps = [(events.time, time) for events, time in watcher.events if not events.applied]
    assert all(time == begin + 0.5 for begin, time in steps)
    assert [begin for begin, _ in steps[1:]] == [time for _, time in steps[:-1]]
    end()
    engine.ask(lambda s: s.time).result(5)
    heard, pictures = len(watcher.events), len(watcher.pictures)
    watcher.until(lambda: len(watcher.pictures) > pictures + 1)
    assert len(watcher.events) == heard


def test_a_faulty_subscriber_disturbs_nobody(started: Start) -> None:
    engine, watcher = started(maker())
    engine.subscribe(lambda events, time: 1 / 0)
    engine.subscribe(watcher.hear)
    watcher.until(lambda: len(watcher.events) > 10)
    assert watcher.news == []


def test_questions_get_a_view_that_changes_nothing(started: Start) -> None:
    engine, _ = started(maker())
    with pytest.raises(AttributeError):
        engine.ask(lambda view: view.step()).result(5)  # type: ignore[attr-defined]
    with pytest.raises(AttributeError):
        engine.ask(lambda view: setattr(view, "time", 0.0)).result(5)
    with pytest.raises(ValueError, match="read-only"):
        engine.ask(lambda view: view.vehicles().speed.__setitem__(0, 9.0)).result(5)
    with pytest.raises(ValueError, match="read-only"):
        engine.ask(lambda view: view.edge_state()[0].__setitem__(0, 9.0)).result(5)


def test_what_lasts_is_in_force_after_a_jump_and_an_added_trip_is_told_lost(started: Start) -> None:
    made = Makes()
    engine, watcher = started(made.maker(), speed=1.0)
    engine.order([CloseLane(3), ShowPhase(0, 2), TRIP], "Ada").result(5)
    engine.order([CloseLane(4), OpenLane(3)], "Bob").result(5)
    engine.order([FollowSignalPlan(0)], "Ada").result(5)
    engine.steer(SetTime(jump=72_000.0))
    watcher.until(lambda: watcher.pictures and watcher.pictures[-1].time >= 72_000.0)
    assert made.made[-1].done == [CloseLane(4), OpenLane(3), FollowSignalPlan(0)]
    (lost,) = watcher.until(lambda: watcher.lost)
    assert (lost.by, lost.commands, lost.refusal.code) == ("Ada", (TRIP,), "lost")
    assert lost.refusal.sentence == "A trip of yours was lost: the city has jumped to 20:00."
    engine.steer(SetTime(jump=36_000.0))  # what was carried over once is carried over again
    watcher.until(lambda: watcher.pictures[-1].time < 72_000.0)
    assert made.made[-1].done == [CloseLane(4), OpenLane(3), FollowSignalPlan(0)]


def test_a_trip_that_has_arrived_is_not_lost_by_a_jump(started: Start) -> None:
    engine, watcher = started(maker(), speed=60.0)
    engine.subscribe(watcher.hear)
    engine.order([TRIP], "Ada").result(5)
    watcher.until(lambda: any(len(events.arrived) for events, _ in watcher.events))
    engine.steer(SetTime(jump=72_000.0))
    watcher.until(lambda: watcher.pictures[-1].time >= 72_000.0)
    assert watcher.lost == []


def test_after_a_failure_the_orders_since_the_snapshot_are_repeated_at_their_steps(started: Start) -> None:
    made = Makes((28_900.0,))
    engine, watcher = started(made.maker())
    watcher.until(lambda: len(watcher.pictures) > 1)  # so that there is a snapshot
    answer = engine.order([CloseLane(3), TRIP], "Ada").result(5)
    watcher.until(lambda: watcher.news)
    restored = made.made[-1]
    assert isinstance(answer, OrderApplied)
    assert restored.done == [CloseLane(3), TRIP]
    assert restored.given == [(answer.step, "Ada")]
    assert watcher.lost == []


def test_where_repeating_fails_what_lasts_is_kept_and_the_trips_are_told_lost(started: Start) -> None:
    made = Makes((28_880.0,), (28_820.0,))
    engine, watcher = started(made.maker(), speed=20.0)
    engine.order([CloseLane(3)], "Bob").result(5)
    watcher.until(lambda: watcher.pictures[-1].time > 28_830.0)
    engine.order([SetSpeedLimit(1, 8.0), TRIP], "Ada").result(5)
    watcher.until(lambda: watcher.news)
    assert made.made[-1].done == [CloseLane(3), SetSpeedLimit(1, 8.0)]
    assert [(lost.by, lost.commands) for lost in watcher.lost] == [("Ada", (TRIP,))]
    assert watcher.lost[0].refusal.sentence.startswith("A trip of yours was lost: the simulation failed")


def test_a_city_that_begins_anew_has_what_lasts_and_after_two_tries_goes_on_without(started: Start) -> None:
    """The fault may be the orders' own: a city that comes back is worth more than a closed lane."""
    made = Makes((28_850.0,), (28_850.0,), (28_915.0,))
    engine, watcher = started(made.maker())
    engine.order([CloseLane(3)], "Bob").result(5)
    watcher.until(lambda: len(made.made) > 2)
    assert made.made[2].done == [CloseLane(3)]
    (lost,) = watcher.until(lambda: watcher.lost)
    assert (lost.by, lost.commands) == ("Bob", (CloseLane(3),))
    assert lost.refusal.sentence.startswith("An order of yours was lost")
    watcher.until(lambda: len(watcher.news) == 3)
    assert made.made[3].done == [] and made.made[3].log.in_force() == ()
    assert made.made[3].log.beginning == made.made[0].log.beginning


def test_an_order_at_which_the_simulation_fails_is_refused_and_not_repeated(started: Start) -> None:
    made = Makes()
    engine, watcher = started(made.maker())
    engine.order([CloseLane(3)], "Ada").result(5)
    answer = engine.order([CloseLane(666)], "Eve").result(5)
    assert isinstance(answer, OrderRefused) and answer.refusal.code == "fault"
    watcher.until(lambda: watcher.news)
    assert made.made[-1].done == [CloseLane(3)]
    assert isinstance(engine.order([CloseLane(4)], "Ada").result(5), OrderApplied)


def test_the_store_has_every_order_and_jump_and_is_rotated_with_the_snapshots(started: Start) -> None:
    shelf = Shelf()
    engine, watcher = started(maker(), speed=1.0, store=shelf)
    engine.order([CloseLane(3)], "Ada").result(5)
    assert shelf.log is not None and [entry.by for entry in shelf.log.entries] == ["Ada"]  # type: ignore[union-attr]
    engine.steer(SetTime(jump=72_000.0))
    watcher.until(lambda: watcher.pictures[-1].time >= 72_000.0)
    engine.ask(lambda view: view.time).result(5)
    assert shelf.rotations == 2 and shelf.log.snapshot is not None and shelf.log.entries == []
    assert [order.commands for order in shelf.log.in_force()] == [(CloseLane(3),)]


def test_a_full_disk_costs_the_stored_log_and_nothing_else(started: Start) -> None:
    engine, watcher = started(maker(), store=FullDisk())
    assert isinstance(engine.order([CloseLane(3)], "Ada").result(5), OrderApplied)
    assert isinstance(engine.order([CloseLane(4)], "Ada").result(5), OrderApplied)
    assert watcher.news == []


def test_orders_from_many_threads_are_applied_one_after_the_other(started: Start) -> None:
    made = Makes()
    engine, _ = started(made.maker())
    answers: list[Any] = []

    def give(author: int) -> None:
        answers.extend(engine.order([CloseLane(author), OpenLane(author)], str(author)) for _ in range(20))

    threads = [threading.Thread(target=give, args=(author,)) for author in range(100, 104)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(isinstance(answer.result(5), OrderApplied) for answer in answers)
    pairs = list(zip(made.made[0].done[::2], made.made[0].done[1::2], strict=True))
    assert len(pairs) == 80 and all(one.lane == two.lane for one, two in pairs)  # type: ignore[union-attr]


def test_an_order_of_a_stopped_engine_is_cancelled(started: Start) -> None:
    engine, watcher = started(maker())
    watcher.until(lambda: watcher.pictures)
    engine.stop()
    assert not engine._thread.is_alive()
    late = engine.order([CloseLane(3)], "Ada")
    engine.stop()
    assert late.cancelled()


def test_pictures_show_what_is_in_force_in_a_paused_city_and_after_a_jump(started: Start) -> None:
    engine, watcher = started(maker())
    engine.steer(SetTime(paused=True))
    engine.order([CloseLane(3), SetSpeedLimit(1, 8.0)], "Ada").result(5)
    watcher.until(lambda: watcher.pictures and watcher.pictures[-1].in_force == InForce({3}, {1: 8.0}))
    engine.steer(SetTime(jump=7200.0))
    watcher.until(lambda: watcher.pictures[-1].time >= 7200.0)
    assert watcher.pictures[-1].in_force.closed == {3}
    engine.order([OpenLane(3)], "Bob").result(5)
    watcher.until(lambda: not watcher.pictures[-1].in_force.closed)


def test_a_flood_of_orders_leaves_the_city_its_turn_and_is_refused_beyond_a_number() -> None:
    """Every order takes a fifth of a second of a clock of our own: one is applied a turn."""
    desk, run, ticks = OrderDesk(None, lambda events, time: None, lambda lost: None), Clockwork(0.0), count()
    answers = [desk.put([CloseLane(lane)], "Mallory") for lane in range(1000, 1009 + MOST_WAITING)]
    desk.apply(run, lambda: 0.2 * next(ticks))
    assert run.done == [CloseLane(1000)] and isinstance(answers[0].result(0), OrderApplied)
    assert desk.waiting == MOST_WAITING
    for late in answers[-8:]:
        refused = late.result(0)
        assert isinstance(refused, OrderRefused) and refused.refusal.code == "busy"
    desk.apply(run, lambda: 0.0)
    assert desk.waiting == 0 and len(run.done) == 1 + MOST_WAITING


def test_a_paused_city_answers_the_orders_that_a_turn_has_left(
    started: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cosmopolis.world.orders.SHARE", 0.0)  # an order a turn
    engine, _ = started(maker())
    engine.steer(SetTime(paused=True))
    engine.ask(lambda s: s.time).result(5)
    answers = [engine.order([CloseLane(lane)], "Ada") for lane in range(5)]
    assert all(isinstance(answer.result(5), OrderApplied) for answer in answers)


def test_orders_add_no_more_vehicles_than_can_be_under_way() -> None:
    desk, run = OrderDesk(None, lambda events, time: None, lambda lost: None), Clockwork(0.0)
    answers = [desk.put([TRIP] * 10, "Mallory") for _ in range(MOST_ADDED // 10 + 1)]
    desk.apply(run, lambda: 0.0)
    assert isinstance(answers[-2].result(0), OrderApplied)
    refused = answers[-1].result(0)
    assert isinstance(refused, OrderRefused) and "still under way" in refused.refusal.sentence


def test_the_log_of_a_paused_city_is_shortened_by_a_snapshot(
    started: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cosmopolis.world.engine.SNAPSHOT_PAUSE", 0.0)
    shelf = Shelf()
    engine, _ = started(maker(), store=shelf)
    engine.steer(SetTime(paused=True))
    for _ in range(LONG + 1):
        engine.order([CloseLane(3)], "Mallory").result(5)
    engine.ask(lambda s: s.time).result(5)
    engine.ask(lambda s: s.time).result(5)
    assert shelf.log is not None and len(shelf.log.entries) < LONG
