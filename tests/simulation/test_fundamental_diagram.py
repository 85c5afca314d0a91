"""Flow over density on a ring: the fundamental diagram, and a jam that forms by itself.

Capacity 1,800 to 2,200 vehicles an hour and lane, one clear maximum: Treiber & Kesting, Traffic Flow Dynamics.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from cosmopolis.simulation import Simulation
from tests.simulation.drawings import LIMIT, one_trip, ring
from tests.simulation.roads import trips_of

LENGTH, PIECES = 1_000.0, 4  # m
# Vehicles, four times as many per km. With more the ring counts as jammed and drivers cut their laps short.
PER_PIECE = (2, 4, 7, 10, 13, 16, 20)


@dataclass
class Measured:
    """Means over the time of measurement, on the whole ring."""

    density: float  # vehicles per km
    speed: float  # m/s, space mean
    flow: float  # vehicles an hour past one point, counted


def measure(per_piece: int) -> Measured:
    """Put the vehicles down evenly, let them settle, count."""
    city = ring(LENGTH, PIECES)
    rows = []
    for piece in range(PIECES):
        route = [(piece + k) % PIECES for k in range(PIECES * 8)]
        for place in np.linspace(8.0, LENGTH / PIECES - 1.0, per_piece):
            rows.append(one_trip(city, route, 99.9, from_position=float(place)))
    vehicles = len(rows)
    simulation = Simulation(city, trips_of(rows), start=100.0, threads=1)  # all are under way already
    assert simulation.counts()["vehicles"] == vehicles
    simulation.run(150.0)
    begin = np.concatenate([np.arange(PIECES) * LENGTH / PIECES, (np.arange(PIECES) + 1) * LENGTH / PIECES])
    passed, speeds, before = 0, [], np.full(vehicles, -1.0)
    seconds = 180.0
    until = simulation.time + seconds
    while simulation.time < until:
        simulation.step()
        now = simulation.vehicles()
        place = np.zeros(vehicles)
        place[now.id] = begin[now.path] + now.position
        passed += int(np.count_nonzero((before > 0.75 * LENGTH) & (place < 0.25 * LENGTH)))
        before = place
        speeds.append(float(now.speed.mean()))
    assert simulation.counts()["vehicles"] == vehicles
    around = LENGTH + 0.5 * PIECES  # the joints are half a metre long
    return Measured(1000.0 * vehicles / around, float(np.mean(speeds)), passed / seconds * 3600.0)


@pytest.fixture(scope="module")
def diagram() -> list[Measured]:
    return [measure(per_piece) for per_piece in PER_PIECE]


def test_flow_is_density_times_speed(diagram: list[Measured]) -> None:
    for point in diagram:
        counted = 3600.0 / 180.0  # one vehicle more or less; they pass in platoons
        expected = point.density * point.speed * 3.6
        assert point.flow == pytest.approx(expected, rel=0.03, abs=4 * counted)


def test_capacity_is_that_of_a_lane(diagram: list[Measured]) -> None:
    assert 1_800 <= max(point.density * point.speed * 3.6 for point in diagram) <= 2_200


def test_there_is_one_clear_maximum(diagram: list[Measured]) -> None:
    flow = np.array([point.density * point.speed * 3.6 for point in diagram])
    top = int(flow.argmax())
    assert 0 < top < len(flow) - 1
    assert (np.diff(flow[: top + 1]) > 0).all()
    assert (np.diff(flow[top:]) < 0).all()
    assert flow[0] < 0.5 * flow[top] and flow[-1] < 0.75 * flow[top]


def test_the_more_there_are_the_slower_they_go(diagram: list[Measured]) -> None:
    speed = np.array([point.speed for point in diagram])
    assert (np.diff(speed) < 0.02 * LIMIT).all()
    assert speed[0] > 0.8 * LIMIT and speed[-1] < 0.3 * LIMIT
