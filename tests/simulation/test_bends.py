"""Lanes that bend are driven at v = sqrt(a R): by each kind of vehicle at its own, and only in the bend."""

from __future__ import annotations

import numpy as np
import pytest

from cosmopolis.city.model import City
from cosmopolis.city.words import VehicleKind
from cosmopolis.geometry.polylines import Polylines
from cosmopolis.simulation import Simulation
from cosmopolis.simulation.traffic.bends import bends
from tests.simulation.drawings import one_trip
from tests.simulation.path_occupancy import PathOccupancy
from tests.simulation.roads import Drawing, trips_of

BEFORE = 300.0  # m of straight road before and after the bend
SIDEWAYS = {VehicleKind.CAR: 2.8, VehicleKind.TRUCK: 1.8, VehicleKind.BUS: 1.5}  # m/s^2


def quarter(radius: float, before: float = BEFORE, turn: float = np.pi / 2) -> np.ndarray:
    """(n, 2) a straight, an arc to the left of `turn`, a straight."""
    angle = np.linspace(0.0, turn, 25)
    arc = np.column_stack([before + radius * np.sin(angle), radius * (1.0 - np.cos(angle))])
    out = arc[-1] + before * np.array([np.cos(turn), np.sin(turn)])
    return np.concatenate([[[0.0, 0.0]], arc, [out]])


def road(points: np.ndarray, speed: float = 50 / 3.6) -> City:
    drawing = Drawing(speed=speed)
    drawing.edge(*(tuple(point) for point in points))
    return drawing.city()


@pytest.mark.parametrize("kind", SIDEWAYS)
@pytest.mark.parametrize("radius", [15.0, 25.0])
def test_a_bend_is_driven_no_faster_than_its_radius_allows(kind: VehicleKind, radius: float) -> None:
    city = road(quarter(radius))
    simulation = Simulation(city, trips_of([one_trip(city, [0], 0.0, kind)]), threads=1)
    inside, before, hardest, last = [], 0.0, 0.0, 0.0
    while simulation.counts()["arrived"] == 0:
        simulation.step()
        vehicles = simulation.vehicles()
        if len(vehicles) == 0:
            continue
        at, speed = float(vehicles.position[0]), float(vehicles.speed[0])
        if BEFORE + 10.0 < at < BEFORE + radius * np.pi / 2 - 10.0:
            inside.append(speed)
        elif at < BEFORE - 80.0:
            before = max(before, speed)
        if at < BEFORE + radius:
            hardest, last = max(hardest, last - speed), speed
    allowed = np.sqrt(SIDEWAYS[kind] * radius)
    assert max(inside) <= 1.06 * allowed and min(inside) > 0.8 * allowed
    assert before > 11.0, "the straight is driven at its own speed"
    assert hardest / simulation.dt < 3.0, "nobody brakes hard for a bend that he sees"


def test_a_queue_through_a_bend_keeps_apart() -> None:
    city = road(quarter(15.0))
    rows = [one_trip(city, [0], 2.5 * n, list(VehicleKind)[n % 8]) for n in range(24)]
    simulation = Simulation(city, trips_of(rows), threads=1)
    ground = PathOccupancy(simulation)
    while simulation.time < 200.0:
        simulation.step()
        assert ground.overlaps() == []
    assert simulation.counts()["arrived"] >= 20


def test_the_radius_found_is_that_of_the_arc_and_of_no_straight() -> None:
    lines = [
        quarter(30.0),
        np.array([[0.0, 0.0], [500.0, 0.0]]),
        quarter(200.0),
        quarter(40.0, turn=np.pi / 3) * [1.0, -1.0],
    ]
    line = Polylines.of(lines)
    start, begin, end, root = bends(line, line.length, np.full(4, 13.9))
    assert np.diff(start).tolist() == [1, 0, 0, 1]
    assert root**2 == pytest.approx([30.0, 40.0], rel=0.1)
    assert begin[0] == pytest.approx(BEFORE, abs=10.0)
    assert end[0] == pytest.approx(BEFORE + 30.0 * np.pi / 2, abs=10.0)


def test_a_corner_of_two_straight_pieces_counts_as_an_arc_and_the_jitter_of_a_survey_does_not() -> None:
    corner = np.array([[0.0, 0.0], [100.0, 0.0], [100.0, 100.0]])
    wobble = np.column_stack([np.arange(0.0, 300.0, 4.0), 0.15 * (-1.0) ** np.arange(75)])
    line = Polylines.of([corner, wobble])
    start, *_, root = bends(line, line.length, np.full(2, 13.9))
    assert np.diff(start).tolist() == [1, 0]
    assert 8.0 < root[0] ** 2 < 20.0
