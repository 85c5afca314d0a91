"""Who moves the clock, and how often, without a socket."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cosmopolis.registry import Refused
from cosmopolis.world.clock import SetTime
from cosmopolis.world.clock_lock import ORDERS_EVERY, ClockLock, ClockOrders, new_token


def test_without_a_token_everybody_moves_it() -> None:
    lock = ClockLock()
    assert not lock.locked
    assert lock.greet(1, "") is None
    lock.check(1)


def test_only_who_said_the_token_moves_it() -> None:
    lock = ClockLock("first", iter(["second", "third"]).__next__)
    assert lock.locked
    assert [lock.greet(1, said) for said in ("", "First", "firs", "ü")] == [None] * 4
    assert lock.greet(2, "first") == "second"
    lock.check(2)
    with pytest.raises(Refused, match="operator") as refused:
        lock.check(1)
    assert refused.value.code == "locked"


def test_a_token_is_good_for_one_hello_and_the_next_goes_on() -> None:
    lock = ClockLock("first", iter(["second", "third"]).__next__)
    lock.greet(1, "first")
    assert lock.greet(2, "first") is None
    lock.leave(1)
    with pytest.raises(Refused):
        lock.check(1)
    assert lock.greet(3, "second") == "third"
    lock.check(3)
    lock.leave(2)  # somebody else
    lock.check(3)


def test_tokens_cannot_be_guessed() -> None:
    assert len({new_token() for _ in range(100)}) == 100
    assert len(new_token()) >= 32


maybe = st.none()
asked = st.builds(
    SetTime,
    maybe | st.booleans(),
    maybe | st.floats(1, 60, width=16),
    maybe | st.integers(0, 86_399).map(float),
)


@given(st.lists(st.tuples(st.floats(0, 0.7), asked), max_size=30))
def test_orders_come_once_a_second_and_the_last_word_counts(said: list[tuple[float, SetTime]]) -> None:
    """Oracle: all orders at once, in their order."""
    orders, now = ClockOrders(), 0.0
    carried_out: list[tuple[float, SetTime]] = []
    for pause, order in said:
        now += pause
        if (due := orders.ask(order, "Ada", now)) is not None:
            carried_out.append((now, due.time))
    if (due := orders.due(now + 2 * ORDERS_EVERY)) is not None:
        carried_out.append((now + 2 * ORDERS_EVERY, due.time))
    assert orders.due(now + 100.0) is None
    times = [time for time, _ in carried_out]
    assert all(later - sooner >= ORDERS_EVERY for sooner, later in pairwise(times))
    for field in ("paused", "speed", "jump"):
        wanted = [getattr(o, field) for _, o in said if getattr(o, field) is not None]
        got = [getattr(o, field) for _, o in carried_out if getattr(o, field) is not None]
        assert got[-1:] == wanted[-1:]


def test_the_first_order_is_carried_out_at_once_by_who_gave_it_last() -> None:
    orders = ClockOrders()
    first = orders.ask(SetTime(speed=2.0), "Ada", 10.0)
    assert first is not None and (first.time, first.by) == (SetTime(speed=2.0), "Ada")
    assert orders.ask(SetTime(jump=1.0), "Ada", 10.1) is None
    assert orders.ask(SetTime(jump=2.0, paused=True), "Bob", 10.2) is None
    assert orders.due(10.9) is None
    then = orders.due(11.0)
    assert then is not None and (then.time, then.by) == (SetTime(paused=True, jump=2.0), "Bob")
