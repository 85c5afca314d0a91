"""City time against wall time."""

from __future__ import annotations

import pytest

from cosmopolis.world.clock import Clock


def test_city_time_runs_speed_times_as_fast() -> None:
    clock = Clock(wall=100.0, city=28_800.0, speed=10.0)
    assert clock.due(103.0) == 28_830.0
    assert clock.wait(103.0, 28_835.0) == pytest.approx(0.5)
    assert clock.wait(103.0, 28_829.0) == 0.0


def test_a_change_of_speed_goes_on_from_where_the_city_is() -> None:
    clock = Clock(0.0, 0.0, 1.0)
    clock.set(10.0, 10.0, speed=60.0)
    assert clock.due(11.0) == 70.0


def test_a_paused_city_is_never_due() -> None:
    clock = Clock(0.0, 50.0, 5.0)
    clock.set(1.0, 55.0, paused=True)
    assert clock.due(1000.0) == 55.0
    assert clock.wait(1000.0, 55.5) == float("inf")
    clock.set(1000.0, 55.0, paused=False)
    assert clock.due(1002.0) == 65.0


@pytest.mark.parametrize(("asked", "kept"), [(0.0, 1.0), (1000.0, 60.0), (7.5, 7.5)])
def test_speed_stays_within_its_bounds(asked: float, kept: float) -> None:
    clock = Clock(0.0, 0.0)
    clock.set(0.0, 0.0, speed=asked)
    assert clock.speed == kept


def test_a_city_that_lags_is_not_raced_after() -> None:
    """A pause of the machine for a minute must not be followed by a minute's race."""
    clock = Clock(0.0, 0.0, 2.0)
    assert not clock.forgive(10.0, 19.5)
    assert clock.forgive(60.0, 20.0)
    assert clock.due(61.0) == 22.0
