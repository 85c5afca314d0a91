"""Where trips go, and when: totals are kept and distance deters."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cosmopolis.demand.gravity import Cells, balance, deterrence, sample_ends, sample_pairs
from cosmopolis.demand.profile import Purpose, departures, rate

SEEDS = st.integers(0, 10_000)


def scattered(seed: int, count: int = 40) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.uniform(0, 8_000, (count, 2)), rng.uniform(1, 100, count), rng.uniform(1, 100, count)


@settings(deadline=None, max_examples=50)
@given(SEEDS)
def test_rows_and_columns_sum_to_what_was_asked(seed):
    xy, production, attraction = scattered(seed)
    trips = balance(deterrence(xy, xy, 3_000), production, attraction)
    assert trips.sum(axis=1) == pytest.approx(production)
    assert trips.sum(axis=0) == pytest.approx(attraction * production.sum() / attraction.sum(), rel=1e-3)


@settings(deadline=None, max_examples=20)
@given(SEEDS)
def test_trips_are_shorter_where_distance_deters_more(seed):
    xy, production, attraction = scattered(seed)
    apart = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))

    def mean(length: float) -> float:
        trips = balance(deterrence(xy, xy, length), production, attraction)
        return float((trips * apart).sum() / trips.sum())

    assert mean(800) < mean(2_000) < mean(8_000)


def test_a_place_that_nothing_attracts_to_gets_nothing():
    xy, production, attraction = scattered(1)
    attraction[5] = 0
    production[6] = 0
    trips = balance(deterrence(xy, xy, 3_000), production, attraction)
    assert trips[:, 5].sum() == 0 and trips[6].sum() == 0


def test_ends_are_drawn_in_proportion_to_their_weight_and_within_their_cell():
    xy, weight, _ = scattered(2, 200)
    weight[::7] = 0.0
    cells = Cells.of(xy, 1_000.0)
    rng = np.random.default_rng(0)
    chosen = rng.integers(0, len(cells.centre), 200_000).astype(np.int32)
    drawn = sample_ends(cells, weight, chosen, rng)
    alive = cells.total(weight)[chosen] > 0
    assert np.array_equal(cells.cell[drawn], chosen)
    assert (weight[drawn[alive]] > 0).all()
    share = np.bincount(drawn, minlength=200) / np.bincount(chosen, minlength=len(cells.centre))[cells.cell]
    expected = weight / np.maximum(cells.total(weight)[cells.cell], 1e-12)
    assert share == pytest.approx(expected, abs=0.04)


def test_pairs_follow_the_matrix():
    matrix = np.array([[0.0, 3.0], [1.0, 0.0]])
    origin, goal = sample_pairs(matrix, 4_000, np.random.default_rng(0))
    assert ((origin == 0) & (goal == 1)).mean() == pytest.approx(0.75, abs=0.03)
    assert not ((origin == goal).any())


@pytest.mark.parametrize("purpose", list(Purpose))
def test_a_day_of_departures_follows_its_profile(purpose):
    leave = departures(purpose, 60_000, np.random.default_rng(4))
    assert leave.min() >= 0 and leave.max() < 86_400
    hours = np.histogram(leave, bins=np.arange(25) * 3600)[0] / len(leave)
    assert hours == pytest.approx(rate(purpose).reshape(24, 12).sum(axis=1), abs=0.01)


def test_the_way_to_work_peaks_in_the_morning_and_home_in_the_evening():
    assert 7 <= rate(Purpose.TO_WORK).argmax() / 12 <= 9
    assert 17 <= rate(Purpose.FROM_WORK).argmax() / 12 <= 19
