"""What junctions and queues let through, held to numbers of the literature.

Treiber & Kesting, Traffic Flow Dynamics: capacity of a lane and the backward wave. Highway Capacity Manual: entry
capacity of a roundabout of one lane, A exp(-B circulating), A 1,130 (2010) to 1,380 (6th edition), B about 1.0 per
1,000. Field queues at lights: eclipse-sumo/sumo #17830.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from cosmopolis.validation import discharge, fundamental_diagram, merging, roundabout_entry

FULL_ARM = 1_700.0  # veh/h: what is counted of one full arm alone is at least this


@cache
def alone() -> float:
    return sum(merging.measure((0,), seconds=600.0).flow)


def test_a_full_arm_alone_brings_through_a_lane() -> None:
    assert alone() > FULL_ARM


@pytest.mark.parametrize("priority", [False, True])
def test_two_full_arms_bring_through_as_much_as_the_lane_behind_takes(priority: bool) -> None:
    """They arrive in order and rolling: at least 85 % of what one arm alone brings through the same place."""
    shares = merging.measure(priority=priority, seconds=600.0)
    assert 0.85 * alone() < sum(shares.flow) < 1.05 * alone()
    assert 0.42 < shares.share < 0.58


def test_a_light_side_arm_hardly_slows_the_main_one() -> None:
    """Below capacity everybody who wants to gets through a merge, whichever arm has priority."""
    for priority in (False, True):
        shares = merging.measure(priority=priority, seconds=600.0, every=(3.5, 15.0))
        wanted = 3600.0 / 3.5, 3600.0 / 15.0
        assert shares.flow[0] == pytest.approx(wanted[0], rel=0.08)
        assert shares.flow[1] == pytest.approx(wanted[1], rel=0.12)


def test_the_entry_of_a_roundabout_is_the_manual_s() -> None:
    entry = roundabout_entry.measure((0.0, 200.0, 400.0), seconds=900.0)
    level, slope = entry.fitted()
    assert (np.diff(entry.entering[np.argsort(entry.circulating)]) < 0).all()
    assert 1_000.0 < level < 1_450.0
    assert 0.7e-3 < slope < 1.4e-3


def test_a_queue_starts_in_the_wave_and_passes_in_the_number_of_the_field() -> None:
    queues = discharge.measure(6)
    assert queues.in_green.mean() == pytest.approx(24.0, abs=2.5)
    assert 4.0 <= queues.start_wave <= 6.0


def test_with_the_manual_s_set_a_queue_passes_at_the_base_saturation_flow() -> None:
    queues = discharge.measure(6, parameters="hcm")
    assert queues.saturation == pytest.approx(1_900.0, rel=0.03)
    assert 4.0 <= queues.start_wave <= 6.0


@pytest.mark.parametrize("parameters", ["field", "hcm"])
def test_a_running_lane_has_the_capacity_of_one_and_its_jams_move_backward(parameters: str) -> None:
    diagram = fundamental_diagram.measure((8, 24, 40, 44, 48, 56, 80, 110), parameters=parameters)
    assert 1_800.0 < diagram.flow.max() < 2_200.0
    assert 4.0 <= fundamental_diagram.congested_wave(diagram) <= 6.0
