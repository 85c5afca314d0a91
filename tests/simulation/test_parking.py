"""A stop beside the lane: it holds up nobody, lasts for its time, ends in a gap, and is part of a run's state."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from cosmopolis.city.model import City
from cosmopolis.demand.trips import Trips, concatenate, sorted_by_departure
from cosmopolis.simulation import CloseLane, Halted, Observer, OpenLane, Simulation
from cosmopolis.simulation.traffic.state import PARKED, RETURNS
from cosmopolis.validation.places import random_trips
from tests.simulation.drawings import bus_runs, chessboard, one_trip, row_of
from tests.simulation.roads import Drawing, trips_of

DWELL, PLACE = 40.0, 200.0  # s, m
BESIDE = 1.0
ROOT = Path(__file__).parents[2]


@cache
def road() -> City:
    drawing = Drawing()
    for begin in (0.0, 410.0):
        drawing.edge((begin, 0.0), (begin + 400.0, 0.0))
    drawing.join(0, 1, 0)
    return drawing.city()


def traffic(*halts: tuple[float, ...], others: int = 0, headway: float = 5.0, end: float = 1e6) -> Trips:
    """Vehicle 0 with halts on the road's lanes, and others behind it."""
    rows = [one_trip(road(), [0, 1], 0.0, halts=list(halts), to_position=end)]
    return trips_of(rows + [one_trip(road(), [0, 1], 4.0 + headway * n) for n in range(others)])


def run(trips: Trips, until: float = 600.0) -> tuple[Observer, list[float], list[int]]:
    """Until all have arrived: what was measured, when vehicle 0 left its lane and entered again, who arrived."""
    simulation = Simulation(road(), trips, threads=1, daily=False)
    observer, moments, arrived, parked = Observer(simulation), [], [], 0
    while simulation.time < until and not simulation.over:
        events = simulation.step()
        observer.see(events)
        counts = simulation.counts()
        assert counts["departed"] == counts["arrived"] + counts["vehicles"]
        assert counts["vehicles"] == len(simulation.vehicles().id) + counts["parked"]
        if counts["parked"] != parked:
            moments.append(simulation.time)
        parked = counts["parked"]
        arrived += events.arrived.tolist()
    assert simulation.over
    return observer, moments, arrived


def test_others_pass_and_nobody_is_held_up() -> None:
    alone = run(traffic(others=1))[0].trips()
    observer, _, arrived = run(traffic((0, PLACE, DWELL, 0.0, BESIDE), others=1))
    assert arrived == [1, 0]
    on_lane = run(traffic((0, PLACE, DWELL), others=1))
    assert on_lane[2] == [0, 1] and on_lane[0].trips().time_loss[1] > 25.0
    assert observer.trips().time_loss[1] < alone.time_loss[1] + 4.0  # it slows down behind the one that stops


@pytest.mark.parametrize("until", [0.0, 100.0])
def test_it_goes_on_when_it_would_from_the_lane(until: float) -> None:
    beside, moments, _ = run(traffic((0, PLACE, DWELL, until, BESIDE)))
    on_lane, never, _ = run(traffic((0, PLACE, DWELL, until)))
    assert never == []
    assert moments[1] == max(moments[0] - Simulation.dt + DWELL, until)
    one, two = beside.trips(), on_lane.trips()
    assert one.arrived[0] == two.arrived[0]
    assert one.halted[0] == two.halted[0] == moments[1] - moments[0] + Simulation.dt
    assert abs(one.distance[0] - two.distance[0]) < 1.5  # it enters where the stop is, and stood just before


def test_it_is_told_as_a_halt_and_departs_once() -> None:
    simulation = Simulation(road(), traffic((0, PLACE, DWELL, 0.0, BESIDE)), threads=1, daily=False)
    told = []
    while not simulation.over:
        told += [type(event).__name__ for event in simulation.step()]
    assert told == ["Departed", "Halted", "Arrived"]


def test_it_waits_for_a_gap_that_nobody_has_to_brake_hard_for() -> None:
    trips = traffic((0, PLACE, DWELL, 0.0, BESIDE), others=25, headway=2.5)
    simulation = Simulation(road(), trips, threads=1, daily=False)
    observer, begun, left, hardest, speed = Observer(simulation), 0.0, 0.0, 0.0, np.full(26, np.nan)
    while not simulation.over:
        observer.see(simulation.step())
        if simulation.counts()["parked"]:
            begun, left = begun or simulation.time - simulation.dt, simulation.time + simulation.dt
        seen = simulation.vehicles()
        now = np.full(26, np.nan)
        now[seen.id] = seen.speed
        if left and simulation.time > left:
            hardest = max(hardest, float(np.nanmax((speed - now) / simulation.dt, initial=0.0)))
        speed = now
    record = observer.trips()
    assert left > begun + DWELL + 4.0
    assert record.halted[0] == DWELL
    assert record.waited[0] >= left - begun - DWELL  # traffic keeps it there: that is no stop but lost time
    assert record.time_loss[0] >= record.waited[0]
    assert hardest < 4.5
    assert simulation.counts()["broken"] == simulation.counts()["taken_out"] == 0


def test_what_comes_to_a_lane_leaves_it() -> None:
    simulation = Simulation(road(), traffic((0, PLACE, DWELL, 0.0, BESIDE), others=3), threads=1, daily=False)
    observer = Observer(simulation)
    while simulation.counts()["parked"] == 0:
        observer.see(simulation.step())
    first = observer.read()
    there = int((simulation.vehicles().path == 0).sum())
    assert first.entered[0] + first.departed[0] - first.left[0] - first.arrived[0] == there
    while not simulation.over:
        observer.see(simulation.step())
    then = observer.read()
    assert there + then.entered[0] + then.departed[0] == then.left[0] + then.arrived[0]
    assert then.entered[0] == 1 and then.time[0] < 3 * 60.0  # none of the time beside it


def test_stops_on_and_beside_the_lane_follow_each_other_on_the_same_edge() -> None:
    halts = [
        (0, 100.0, 5.0, 0.0, BESIDE),
        (0, 101.0, 5.0, 0.0, BESIDE),
        (0, 250.0, 6.0),
        (1, 50.0, 7.0, 0.0, BESIDE),
    ]
    observer, moments, _ = run(traffic(*halts, (1, 399.0, 8.0, 0.0, BESIDE)))
    assert len(moments) == 8
    assert observer.trips().halted[0] == pytest.approx(5 + 5 + 6 + 7 + 8)


def test_on_a_closed_lane_it_stays_until_that_opens() -> None:
    simulation = Simulation(road(), traffic((0, PLACE, DWELL, 0.0, BESIDE)), threads=1, daily=False)
    simulation.run(30.0)
    simulation.step([CloseLane(0)])
    simulation.run(120.0)
    assert simulation.counts()["parked"] == 1 and not simulation.over
    simulation.step([OpenLane(0)])
    simulation.run(80.0)
    assert simulation.counts()["arrived"] == 1


def busy() -> Trips:
    """Vehicles that stop beside both lanes of the road, among others."""
    halts = [(0, PLACE, 20.0, 0.0, BESIDE), (1, 100.0, 10.0, 90.0, BESIDE)]
    rows = [
        one_trip(
            road(),
            [0, 1],
            3.0 * n,
            halts=[(a, at + 7.0 * (n % 5), *rest) for a, at, *rest in halts] * (n % 3 > 0),
        )
        for n in range(40)
    ]
    return trips_of(rows)


def test_a_run_is_the_same_on_any_number_of_threads_and_from_any_moment() -> None:
    """In a small city where every other stop of the buses is beside the lane, and long."""
    city = chessboard(5)
    some = random_trips(city, 300, seconds=120.0, seed=1)
    plan = sorted_by_departure(concatenate([some, bus_runs(city, some, 20)]))
    beside = (np.arange(len(plan.halt_beside)) % 2).astype(np.uint8)
    trips = replace(plan, halt_beside=beside, halt_dwell=plan.halt_dwell + 30 * beside)
    first, other = (Simulation(city, trips, seed=1, threads=threads) for threads in (1, 2))
    assert first.traffic.roads.chunks > 1
    first.run(80.0)
    kept = first.snapshot()
    restored = Simulation.restore(city, trips, kept, threads=2)
    assert restored.counts() == first.counts() and restored.digest() == first.digest()
    assert first.counts()["parked"] > 2
    first.run(100.0)
    restored.run(100.0)
    other.run(180.0)
    assert first.counts()["halted"] > 8
    assert first.digest() == restored.digest() == other.digest()


def test_one_that_waits_for_a_gap_is_restored_too() -> None:
    first = Simulation(road(), busy(), threads=1, daily=False)
    first.run(65.0)
    assert RETURNS in first.traffic.fleet.status and PARKED in first.traffic.fleet.status
    restored = Simulation.restore(road(), busy(), first.snapshot(), threads=1, daily=False)
    first.run(335.0)
    restored.run(335.0)
    assert first.counts()["arrived"] == 40 and first.counts()["halted"] == 52
    assert first.digest() == restored.digest()


RUN = """
from tests.simulation.test_parking import busy, road
from cosmopolis.simulation import Simulation
simulation = Simulation(road(), busy(), threads=1, daily=False)
simulation.run(70.0)
print(simulation.digest(), simulation.counts()["parked"])
"""


def test_in_python_it_comes_to_the_same_bytes() -> None:
    env = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]), "NUMBA_DISABLE_JIT": "1"}
    done = subprocess.run([sys.executable, "-c", RUN], env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    simulation = Simulation(road(), busy(), threads=1, daily=False)
    simulation.run(70.0)
    assert done.stdout.split() == [simulation.digest(), str(simulation.counts()["parked"])]
    assert simulation.counts()["parked"] > 0


def test_the_next_day_it_begins_at_its_origin_again() -> None:
    simulation = Simulation(road(), traffic((0, PLACE, DWELL, 0.0, BESIDE)), threads=1)
    first = [event.time for event in _halts(simulation, 300.0)]
    simulation.run(86_400.0 - simulation.time)
    second = [event.time for event in _halts(simulation, 300.0)]
    assert [time - 86_400.0 for time in second] == first and len(first) == 1


def _halts(simulation: Simulation, seconds: float) -> list[Halted]:
    end, told = simulation.time + seconds, []
    while simulation.time < end:
        told += [event for event in simulation.step() if isinstance(event, Halted)]
    assert row_of(simulation.vehicles(), 0) is None
    return told
