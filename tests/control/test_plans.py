"""Webster's plan against a computation by hand, flows against the trips they come from."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cosmopolis.city.errors import BadInput
from cosmopolis.control import programs_of
from cosmopolis.control.flows import measured_flows, planned_flows
from cosmopolis.control.plans import EVENLY, critical_ratios, timed, webster, webster_cycle, with_cycle
from cosmopolis.simulation import SetSignalPlan, Simulation
from tests.control.scenes import arms, crossing, durations, straight_through
from tests.simulation.drawings import busy_trips, chessboard
from tests.simulation.roads import trips_of


def test_websters_cycle_by_hand() -> None:
    """L = 10 s, y = 0.3 and 0.2: C = (1.5 x 10 + 5) / (1 - 0.5) = 40 s; 30 s of green as 3 : 2."""
    assert webster_cycle(10.0, 0.5) == pytest.approx(40.0)
    plan = webster([0.3, 0.2], 10.0, shortest=30.0)
    assert plan.cycle == pytest.approx(40.0) and plan.greens == pytest.approx((18.0, 12.0))
    longer = webster([0.45, 0.25], 12.0, shortest=30.0)
    assert longer.cycle == pytest.approx(23.0 / 0.3)
    assert longer.greens == pytest.approx(
        (0.45 / 0.7 * (longer.cycle - 12.0), 0.25 / 0.7 * (longer.cycle - 12.0))
    )


def test_a_full_junction_gets_the_longest_cycle_and_an_empty_one_the_shortest() -> None:
    assert webster([0.7, 0.5], 10.0).cycle == 120.0
    assert webster([0.0, 0.0], 10.0).cycle == 60.0
    with pytest.raises(BadInput, match="below 1"):
        webster_cycle(10.0, 1.0)


@given(
    ratios=st.lists(st.floats(0.0, 0.6), min_size=1, max_size=6),
    lost=st.floats(4.0, 30.0),
    cycle=st.floats(30.0, 180.0),
)
def test_the_greens_fill_the_cycle_and_none_is_too_short(
    ratios: list[float], lost: float, cycle: float
) -> None:
    plan = with_cycle(ratios, lost, cycle, least_green=8.0)
    assert sum(plan.greens) + lost == pytest.approx(plan.cycle)
    assert min(plan.greens) >= 8.0 - 1e-6
    long = [(y, g) for y, g in zip(ratios, plan.greens, strict=True) if g > 8.0 + 1e-6]
    if len(long) > 1 and min(y for y, _ in long) > 1e-3:  # those that have more share by their ratios
        assert np.ptp([g / y for y, g in long]) < 1e-6 * max(g / y for y, g in long)


def test_critical_ratios_are_those_of_the_fullest_lane() -> None:
    """950 veh/h on two lanes straight on are 475 a lane; with 1,900 an hour of green a quarter."""
    city = crossing()
    (program,) = programs_of(city).values()
    flow = np.zeros(len(program.link))
    west, south = arms(city)["west"], arms(city)["south"]
    for (one, other), cars in ((west, 475.0), (south, 190.0)):
        flow[(program.from_edge == one) & (program.to_edge == other)] = cars
    assert sorted(critical_ratios(program, flow)) == pytest.approx([0.1, 0.25])
    plan = timed(program, flow, shortest=30.0)
    assert plan.cycle == pytest.approx((1.5 * program.lost + 5.0) / (1.0 - 0.35 / EVENLY))
    flow[(program.from_edge == west[0]) & (program.to_edge != west[1])] = 190.0  # who turn count for more
    assert critical_ratios(program, flow).max() > 0.25 + 0.1


def test_planned_flows_are_those_of_the_trips_and_so_are_measured_ones() -> None:
    city = crossing()
    trips = trips_of(straight_through(city, {"west": 600.0, "north": 300.0}, 600.0))
    planned = planned_flows(city, trips, 0.0, 600.0)
    (program,) = programs_of(city).values()
    west = (program.from_edge == arms(city)["west"][0]) & (program.to_edge == arms(city)["west"][1])
    count = sum(int(trips.route[r]) == arms(city)["west"][0] for r in trips.route_start[:-1])
    assert planned[program.link][west].sum() == pytest.approx(6.0 * count)
    assert planned.sum() == pytest.approx(6.0 * len(trips))
    simulation = Simulation(city, trips, threads=1)
    assert measured_flows(simulation, 900.0) * 900.0 == pytest.approx(planned * 600.0)
    assert planned_flows(city, trips, 3600.0, 7200.0).sum() == 0.0


def test_in_a_town_every_turn_of_every_trip_is_counted() -> None:
    city, trips = chessboard(), busy_trips()
    turns = (np.diff(trips.route_start) - 1).sum()
    assert planned_flows(city, trips, 0.0, 3600.0).sum() == pytest.approx(turns)


def test_websters_greens_beat_even_ones_where_the_streets_are_uneven() -> None:
    city = crossing()
    (program,) = programs_of(city).values()
    taken = []
    for seed in (1, 2):
        trips = trips_of(
            straight_through(city, {"west": 900, "east": 800, "south": 150, "north": 150}, 600.0, seed=seed)
        )
        plan = timed(program, planned_flows(city, trips, 0.0, 600.0)[program.link])
        assert plan.greens[0] != pytest.approx(plan.greens[1])
        taken.append(
            (
                durations(city, trips, None, first=[SetSignalPlan(program.row, plan.greens, 0.0)]),
                durations(city, trips, None),
            )
        )
    assert np.mean([a.mean() for a, _ in taken]) < 0.95 * np.mean([b.mean() for _, b in taken])
