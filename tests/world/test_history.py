"""What is kept of the last minutes: rule 2.8."""

from __future__ import annotations

import numpy as np
import pytest

from cosmopolis.world import history as module
from cosmopolis.world.history import LENGTH, SPACING, History
from cosmopolis.world.picture import Picture
from tests.world.test_room import picture


def history(*pictures: Picture) -> History:
    made = History()
    for one in pictures:
        made.keep(one)
    return made


def test_pictures_are_kept_every_other_second_for_five_minutes() -> None:
    """Vehicle p is on path p and has driven as far as the tick says."""
    past = history(*(picture(k, 0.5 * k) for k in range(1000)))
    street = past.of([1, 3])
    assert street.time == [t for t in np.arange(0, 500, SPACING) if t >= 499.5 - LENGTH]
    assert street.start == [2 * k for k in range(len(street.time) + 1)]
    assert street.traffic.id.tolist() == [1, 3] * len(street.time)
    assert street.traffic.position[::2].tolist() == [2 * t for t in street.time]


def test_one_can_ask_for_less_and_for_nothing() -> None:
    past = history(*(picture(k, 2.0 * k) for k in range(100)))
    assert past.of([0], seconds=10.0).time == [188.0, 190.0, 192.0, 194.0, 196.0, 198.0]
    assert past.of([]).time == []
    assert len(past.of([99]).traffic) == 0
    assert History().of([0]).time == []


def test_a_jump_of_time_begins_it_anew() -> None:
    past = history(picture(1, 100.0), picture(2, 110.0), picture(3, 5.0, era=2))
    assert past.of([0]).time == [5.0]


def test_lights_are_told_when_they_change_and_as_they_were_at_the_beginning() -> None:
    shown = [(0, 0, 0), (1, 0, 0), (1, 4, 0), (2, 4, 0), (2, 4, 0), (0, 4, 0)]
    past = history(*(picture(k, 10.0 * k, phases=phases) for k, phases in enumerate(shown)))
    assert past.of([0], [0]).lights == [(0.0, [0]), (10.0, [1]), (30.0, [2]), (50.0, [0])]
    assert past.of([0], [1, 0], seconds=25.0).lights == [(20.0, [4, 1]), (30.0, [4, 2]), (50.0, [4, 0])]
    assert past.of([0], [99]).lights == [(0.0, [])]
    assert past.of([0]).lights == []


def test_the_light_before_the_first_picture_that_is_kept_is_still_known() -> None:
    past = history(picture(1, 0.0, phases=(5, 0, 0)), *(picture(k, 2.0 * k) for k in range(1, 400)))
    assert past.of([0], [0]).lights[0][1] == [0]
    quiet = history(*(picture(k, 2.0 * k, phases=(5, 0, 0)) for k in range(400)))
    assert quiet.of([0], [0]).lights == [(0.0, [5])]


def test_of_a_very_large_city_less_time_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_ROWS", 40)
    past = history(*(picture(k, 2.0 * k) for k in range(100)))
    assert len(past.of([0]).time) == 10
