"""Green waves: bands against theory, and a platoon that does not stop."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cosmopolis.city.model import City
from cosmopolis.control import programs_of
from cosmopolis.control.arterials import arterials, coordinated, wave_plans
from cosmopolis.control.progression import bands, best_wave, longest_run, one_way
from cosmopolis.simulation import Command, SetSignalPlan, Simulation
from tests.control.scenes import street_of_lights
from tests.simulation.drawings import chessboard, one_trip
from tests.simulation.roads import trips_of

CYCLE, GREEN = 80, 30


def green(begin: int = 0, seconds: int = GREEN, cycle: int = CYCLE) -> np.ndarray:
    return np.roll(np.arange(cycle) < seconds, begin)


@given(st.lists(st.booleans(), min_size=1, max_size=24))
def test_the_longest_run_on_a_circle(row: list[bool]) -> None:
    length = len(row)
    runs = [n for n in range(length + 1) if any(all((row + row)[s : s + n]) for s in range(length))]
    assert longest_run(np.array(row)) == max(runs)


def test_one_way_the_whole_green_passes_whatever_the_distances() -> None:
    travel = np.array([0.0, 13.0, 37.0, 91.0, 120.0])
    out = np.stack([green(begin) for begin in (0, 5, 10, 70, 3)])
    assert bands(out, np.ones_like(out), travel, one_way(out, travel))[0] == GREEN


def test_lights_a_quarter_cycle_apart_give_both_ways_half_the_rest() -> None:
    """Two lights of half green: the best total of both bands is that of the textbook, not more.

    With travel time t between, out wants the offset t and back -t: the bands lose |o - t| and |o + t| (mod C).
    """
    travel = np.array([0.0, 10.0])
    out = np.stack([green(0), green(0)])
    wave = best_wave(out, out, travel)
    assert wave.out + wave.back == 2 * GREEN - 20
    far = best_wave(out, out, np.array([0.0, CYCLE / 2]))  # half a cycle apart: nothing is lost
    assert far.out == far.back == GREEN and far.offsets == (0, CYCLE // 2)
    near = best_wave(out, out, np.array([0.0, float(CYCLE)]))
    assert near.out == near.back == GREEN and near.offsets == (0, 0)


@settings(max_examples=15, deadline=None)
@given(
    steps=st.lists(st.integers(8, 60), min_size=1, max_size=2),
    greens=st.lists(st.integers(12, 30), min_size=3, max_size=3),
)
def test_no_offsets_at_all_are_better_than_those_found(steps: list[int], greens: list[int]) -> None:
    """Against trying every second of every signal."""
    cycle = 40
    travel = np.cumsum([0.0, *steps])
    out = np.stack([green(0, seconds, cycle) for seconds in greens[: len(travel)]])
    wave = best_wave(out, out, travel)
    grid = np.stack(np.meshgrid(*[np.arange(cycle)] * len(steps), indexing="ij"), -1).reshape(-1, len(steps))
    best = max(sum(bands(out, out, travel, np.append(0, row))) for row in grid)
    assert wave.out + wave.back >= best - 1
    assert (wave.out, wave.back) == bands(out, out, travel, np.array(wave.offsets))


def stops(city: City, edges: list[int], commands: list[Command], start: float) -> int:
    """How often the cars of a platoon of eight that sets out at `start` come to stand on the way."""
    rows = [one_trip(city, edges, start + 2.5 * n, to_position=100.0) for n in range(8)]
    simulation = Simulation(city, trips_of(rows), threads=1)
    simulation.step(commands)
    standing: dict[int, bool] = {}
    count = 0
    while simulation.time < start + 30.0 or simulation.counts()["vehicles"]:
        simulation.step()
        vehicles = simulation.vehicles()
        for vehicle, speed in zip(vehicles.id.tolist(), vehicles.speed.tolist(), strict=True):
            count += speed < 1.0 and not standing.get(vehicle, True)
            standing[vehicle] = speed < 1.0 or (vehicle not in standing)
        assert simulation.time < 1_000.0
    return count


def test_a_platoon_passes_five_lights_without_a_stop_and_stops_where_they_are_not_in_step() -> None:
    city, edges = street_of_lights(5, 300.0, 35.0, 80.0)
    programs = programs_of(city)
    (street,) = arterials(city, programs)
    assert street.programs == (0, 1, 2, 3, 4) and street.out == tuple(edges[:5])
    assert street.travel == pytest.approx(np.arange(5) * 300.0 / (0.95 * 50 / 3.6), rel=0.01)
    plans = wave_plans(street, programs)
    assert [p.greens for p in plans] == [(pytest.approx(35.0), pytest.approx(35.0))] * 5
    assert [p.offset for p in plans] == pytest.approx([round(t) % 80 for t in street.travel], abs=1)
    at_line = (
        160.0 - 290.0 / (0.95 * 50 / 3.6) + 8.0
    )  # so that the platoon is at the first line 8 s into its green
    assert stops(city, edges, list(plans), at_line) == 0
    together = [SetSignalPlan(p.program, p.greens, 0.0) for p in plans]
    assert stops(city, edges, together, at_line) >= 8


def test_a_wave_has_its_programs_on_one_cycle() -> None:
    city = chessboard(4)
    programs = programs_of(city)
    found = arterials(city, programs)
    assert len(found) >= 4 and all(len(street.programs) >= 2 for street in found)
    led = [program for street in found for program in street.programs]
    assert len(led) == len(set(led)) and set(led) <= set(programs)
    both = [street for street in found if -1 not in street.back]
    assert both, "streets of a town go both ways"
    plans = {plan.program: plan for plan in coordinated(city, programs)}
    assert set(plans) == set(led)
    for street in found:
        cycles = [programs[row].with_plan(plans[row].greens, 0.0).cycle for row in street.programs]
        assert np.ptp(cycles) < 1e-3
        assert all(0.0 <= plans[row].offset < cycles[0] for row in street.programs)
