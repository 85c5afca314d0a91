"""Plans of least delay: the model against formulas, never worse than where it began, and driven cars agree."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cosmopolis.city.model import City
from cosmopolis.control import Program, programs_of
from cosmopolis.control.arterials import arterials, wave_plans
from cosmopolis.control.delay import clock_of, disperse, incremental_delay, streams_of, wait
from cosmopolis.control.optimise import optimised, optimised_plan, optimised_row
from cosmopolis.control.plans import LEAST_GREEN, LONGEST, SATURATION, SHORTEST, timed
from cosmopolis.simulation import SetSignalPlan
from tests.control.scenes import arms, crossing, durations, straight_through, street_of_lights
from tests.simulation.drawings import one_trip
from tests.simulation.roads import trips_of


def the_program(city: City) -> Program:
    (program,) = programs_of(city).values()
    return program


def from_sides(program: Program, **flows: float) -> np.ndarray:
    """(L,) veh/h straight on, by the side from which they come, on both lanes."""
    flow = np.zeros(len(program.link))
    for side, veh in flows.items():
        links = (program.from_edge == arms(crossing())[side][0]) & program.straight
        flow[links] = veh / links.sum()
    return flow


# The model ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("offset", [0.0, 17.3, 80.0])
def test_with_even_arrivals_it_is_the_delay_of_the_highway_capacity_manual(offset):
    """HCM 2000, eq. 16-11 and 16-12."""
    program = the_program(crossing())
    program = program.with_plan(timed(program, from_sides(program, west=900)).greens, offset)
    streams = streams_of(program, from_sides(program, west=700, east=1_000, south=200, north=90))
    green = streams.serves @ np.array(program.greens)
    cycle = program.cycle
    x = streams.flow / (green / cycle * SATURATION / 3600.0)
    even = 0.5 * cycle * (1 - green / cycle) ** 2 / (1 - np.minimum(x, 1.0) * green / cycle)
    some = streams.vehicles > 0
    assert some.sum() >= 4 and x[some].max() > 0.6
    expected = even + incremental_delay(x, green / cycle * SATURATION / 3600.0)
    assert wait(program, streams).delay[some] == pytest.approx(expected[some], rel=0.01)


def test_chance_adds_little_far_below_capacity_and_a_quarter_hour_of_overflow_at_twice_of_it():
    light, full, twice = incremental_delay(np.array([0.1, 1.0, 2.0]), np.full(3, 0.25))
    assert light < 1.0 < full < 60.0
    assert twice == pytest.approx(
        900.0 * 0.25 * 2 * (2 - 1), rel=0.02
    )  # half of what waits at the end, for 15 min


def test_what_comes_leaves_where_there_is_room_and_capacity_leaves_where_there_is_none():
    program = the_program(crossing())
    for veh in (300.0, 20_000.0):
        streams = streams_of(program, from_sides(program, west=veh, south=veh))
        out = wait(program, streams).out.mean(axis=1)
        capacity = (streams.serves @ np.array(program.greens)) / program.cycle * SATURATION / 3600.0
        assert out == pytest.approx(np.minimum(streams.flow, capacity), abs=1e-9)


@given(offset=st.floats(-200, 200), steps=st.integers(20, 150))
def test_greens_are_shown_once_a_cycle_wherever_it_begins(offset, steps):
    program = replace(the_program(crossing()), offset=offset)
    seconds, step, shown = clock_of(program, steps)
    assert shown @ seconds == pytest.approx(program.greens, abs=1e-5)
    assert shown.sum(axis=0).max() == 1 and seconds.sum() == pytest.approx(program.cycle)
    assert np.bincount(step, seconds) == pytest.approx(program.cycle / steps, abs=1e-5)


@given(seconds=st.floats(0, 150), steps=st.integers(20, 120), cycle=st.floats(40, 120))
def test_a_platoon_keeps_its_cars_and_spreads_as_robertson_says(seconds, steps, cycle):
    profile = np.zeros(steps)
    profile[:5] = 0.5
    later = disperse(profile, seconds, cycle / steps)
    assert later.sum() == pytest.approx(profile.sum())
    assert later.max() <= profile.max() + 1e-9


def test_a_platoon_follows_robertsons_recurrence():
    """Written out second by second over many cycles: q'(t) = F q(t - 0.8 T) + (1 - F) q'(t - 1)."""
    profile = np.zeros(90)
    profile[10:35] = 0.5
    lag, smooth = 24, 1 / (1 + 0.35 * 24)
    out = np.zeros(90 * 40)
    for t in range(1, len(out)):
        out[t] = smooth * profile[(t - lag) % 90] + (1 - smooth) * out[t - 1]
    assert disperse(profile, lag / 0.8, 1.0) == pytest.approx(out[-90:], abs=1e-6)


# Plans --------------------------------------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(flows=st.lists(st.floats(0, 1_800), min_size=4, max_size=4))
def test_a_plan_is_never_worse_than_websters_and_keeps_its_limits(flows):
    program = the_program(crossing())
    flow = from_sides(program, **dict(zip(("west", "east", "south", "north"), flows)))
    streams = streams_of(program, flow)
    webster = program.with_plan(timed(program, flow).greens, program.offset)
    best = optimised_plan(program, flow)
    assert wait(best, streams).total(streams) <= wait(webster, streams).total(streams) + 1e-9
    assert min(best.greens) >= LEAST_GREEN - 1e-9
    assert min(SHORTEST, webster.cycle) - 1e-6 <= best.cycle <= max(LONGEST, webster.cycle) + 1e-6
    assert best.lost == pytest.approx(program.lost)


def test_no_other_plan_of_whole_seconds_is_much_better():
    program = the_program(crossing())
    flow = from_sides(program, west=800, east=500, south=350, north=100)
    streams = streams_of(program, flow)
    best = wait(optimised_plan(program, flow), streams).total(streams)
    room = range(8, 100)
    plans = [(a, b) for a in room for b in room if SHORTEST <= a + b + program.lost <= LONGEST]
    every = [wait(program.with_plan((float(a), float(b)), 0.0), streams).total(streams) for a, b in plans]
    assert best <= min(every) + 0.01 * min(every)


@pytest.fixture(scope="module")
def street() -> tuple[City, list[int]]:
    """Five lights whose distances suit no cycle."""
    return street_of_lights(5, 260.0, green=35.0, cycle=80.0)


def test_an_arterial_is_never_worse_than_in_step_and_than_the_green_wave(street):
    city, _ = street
    programs = programs_of(city)
    for veh in (150.0, 500.0, 900.0):
        flow = np.full(len(city.network.connections), veh)
        (arterial,) = arterials(city, programs)
        plans, row = optimised_row(arterial, programs, flow)
        members = [programs[r] for r in arterial.programs]
        wave = [
            p.with_plan(s.greens, s.offset) for p, s in zip(members, wave_plans(arterial, programs, flow))
        ]
        in_step = [p.with_plan(p.greens, 0.0) for p in wave]
        assert row.delay(plans) <= min(row.delay(wave), row.delay(in_step)) + 1e-9
        assert len({round(p.cycle, 6) for p in plans}) == 1


def test_one_way_the_offsets_found_are_as_good_as_those_of_the_wave(street):
    """With all traffic one way a wave at the platoon's pace is known to be best: the model must see that too."""
    city, edges = street
    programs = programs_of(city)
    flow = np.where(np.isin(city.network.lanes.edge[city.network.connections.from_lane], edges), 500.0, 150.0)
    (arterial,) = arterials(city, programs)
    plans, row = optimised_row(arterial, programs, flow, greens=False)
    in_step = [p.with_plan(p.greens, 0.0) for p in plans]
    assert row.delay(plans) < 0.8 * row.delay(in_step)


# Driven -------------------------------------------------------------------------------------------------------------


def test_cars_at_an_uneven_crossing_lose_less_than_with_the_citys_plan_and_no_more_than_with_websters():
    city = crossing()
    program = the_program(city)
    flows = {"west": 900.0, "east": 500.0, "south": 250.0, "north": 150.0}
    trips = trips_of(straight_through(city, flows, 1_500.0))
    flow = from_sides(program, **flows)
    webster = SetSignalPlan(program.row, timed(program, flow).greens, 0.0)
    best = SetSignalPlan(program.row, optimised_plan(program, flow).greens, 0.0)
    own, by_webster, by_delay = (
        durations(city, trips, None, first=first).mean() for first in ([], [webster], [best])
    )
    assert by_delay < own - 2.0
    assert by_delay < by_webster + 1.0


def test_cars_along_a_street_stop_less_than_in_step(street):
    city, edges = street
    programs = programs_of(city)
    rng = np.random.default_rng(5)
    departs = np.sort(rng.uniform(0.0, 1_200.0, 150)).tolist()
    trips = trips_of([one_trip(city, edges, depart) for depart in departs])
    flow = np.where(np.isin(city.network.lanes.edge[city.network.connections.from_lane], edges), 450.0, 100.0)
    (arterial,) = arterials(city, programs)
    plans, _ = optimised_row(arterial, programs, flow, greens=False)
    found = [SetSignalPlan(p.row, p.greens, p.offset) for p in plans]
    in_step = [SetSignalPlan(p.row, p.greens, 0.0) for p in plans]
    assert (
        durations(city, trips, None, first=found).mean()
        < durations(city, trips, None, first=in_step).mean() - 10
    )


def test_every_signal_of_a_city_gets_one_plan_the_same_each_time(street):
    city, _ = street
    programs = programs_of(city)
    flow = np.full(len(city.network.connections), 300.0)
    plans = optimised(city, programs, flow)
    assert sorted(plan.program for plan in plans) == sorted(programs)
    assert plans == optimised(city, programs, flow)
