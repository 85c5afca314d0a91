"""Rings and open roads: car following alone, against its theory. The graphics card is held to these in test_gpu.py."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cosmopolis.benchmarks.rings import full_rings
from cosmopolis.city.errors import BadInput
from cosmopolis.city.words import VehicleKind
from cosmopolis.simulation.traffic.drivers import drivers
from cosmopolis.simulation.traffic.rings import RingTraffic
from cosmopolis.simulation.traffic.state import Cars
from tests.simulation.ring_roads import lanes_of, mixed_lanes

KINDS = list(VehicleKind)


def gaps(cars: Cars, around: np.ndarray) -> np.ndarray:
    """(N,) m from each car to the rear of the next one; inf where nobody is ahead."""
    rear = np.append((cars.position - cars.length)[1:], np.float32(np.inf))
    for lane, length in enumerate(around):
        tail, end = cars.start[lane], cars.start[lane + 1]
        if tail < end:
            rear[end - 1] = cars.position[tail] - cars.length[tail] + length
    return rear - cars.position


@pytest.mark.parametrize("count", [4, 7, 10])
def test_equal_drivers_come_to_the_speed_and_the_gap_of_the_model(count: int) -> None:
    around = np.array([200.0], np.float32)
    cars = lanes_of([[(6.0 * n, 0.0, VehicleKind.CAR) for n in range(1, count + 1)]])
    cars.desired[:] = 14.0
    traffic = RingTraffic(cars, around, drivers())
    traffic.run(4_000)
    after, table = traffic.cars(), drivers()
    speed, gap = after.speed.astype(float), float(200.0 / count - table.length[VehicleKind.CAR])
    np.testing.assert_allclose(gaps(after, around), gap, rtol=0.01)
    wanted = (table.jam_gap[0] + speed * table.headway[0]) / np.sqrt(1 - (speed / 14.0) ** 4)
    np.testing.assert_allclose(wanted, gap, rtol=0.01)


def test_a_dense_ring_jams_by_itself() -> None:
    """Sugiyama et al. 2008: nobody does anything wrong, and some stand while others drive."""
    cars = lanes_of([[(10.0 * n, 5.0, VehicleKind.CAR) for n in range(1, 21)]])
    traffic = RingTraffic(cars, np.array([200.0]), drivers())
    traffic.run(4_000)
    assert traffic.cars().speed.min() < 0.5 < 3.0 < traffic.cars().speed.max()


def test_on_an_open_road_the_first_car_drives_as_it_likes_and_the_others_keep_up() -> None:
    cars = lanes_of([[(8.0 * n, 0.0, VehicleKind.CAR) for n in range(1, 10)]])
    cars.desired[:-1], cars.desired[-1] = 14.0, 9.0
    traffic = RingTraffic(cars, np.array([np.inf]), drivers())
    traffic.run(600)
    np.testing.assert_allclose(traffic.cars().speed, 9.0, rtol=0.01)
    assert traffic.cars().position[0] > 1_500.0


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_nobody_ever_drives_into_another_or_backwards(data: st.DataObject) -> None:
    table, rows, around = drivers(), [], []
    for _ in range(data.draw(st.integers(1, 4), label="lanes")):
        place, lane = 0.0, []
        for kind in data.draw(st.lists(st.sampled_from(KINDS), max_size=12)):
            place += float(table.length[kind]) + data.draw(st.floats(0.1, 60.0))
            lane.append((place, data.draw(st.floats(0.0, 25.0)), int(kind)))
        rows.append(lane)
        around.append(data.draw(st.sampled_from([np.inf, place + 5.0, place + 200.0])))
    if not any(rows):
        rows[0] = [(10.0, 3.0, 0)]
    around = np.array(around, np.float32)
    traffic = RingTraffic(lanes_of(rows), around, drivers())
    lap = around[np.repeat(np.arange(len(rows)), [len(row) for row in rows])]
    for _ in range(30):
        before = traffic.cars()
        traffic.run(1)
        after = traffic.cars()
        assert gaps(after, around).min() >= 0.0
        way = after.position - before.position
        way[way < 0] += lap[way < 0]
        assert (way >= 0.0).all() and (after.speed >= 0.0).all()
        assert (after.position < 2 * lap + 1.0).all()


def test_lanes_know_nothing_of_each_other_so_any_number_of_threads_gives_the_same_bytes() -> None:
    cars, around = full_rings(40, 25)
    states = []
    for threads in (1, 2, 7, 100):
        traffic = RingTraffic(cars, around, drivers(), threads=threads)
        traffic.run(60)
        states.append((traffic.cars().position.tobytes(), traffic.cars().speed.tobytes()))
    assert len(set(states)) == 1
    alone = RingTraffic(lanes_of([[(5.0, 0.0, 0)]]), np.array([100.0]), drivers())
    alone.run(1)
    assert alone.cars().position[0] > 5.0


def test_columns_of_other_types_drive_the_same() -> None:
    cars, around = mixed_lanes()
    wide = cars._replace(kind=cars.kind.astype(np.int64), position=cars.position.astype(np.float64))
    one, other = (RingTraffic(given, around, drivers()) for given in (cars, wide))
    one.run(20)
    other.run(20)
    np.testing.assert_array_equal(one.cars().position, other.cars().position)


def test_what_it_is_given_stays_as_it_is() -> None:
    cars, around = mixed_lanes()
    kept = [column.copy() for column in cars]
    RingTraffic(cars, around, drivers()).run(10)
    for column, before in zip(cars, kept, strict=True):
        np.testing.assert_array_equal(column, before)


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("position", np.nan, "Car 1 on lane 0 has a value that is no number"),
        ("speed", -1.0, "Car 1 on lane 0 has a value"),
        ("desired", 0.0, "Car 1 on lane 0 has a value"),
        ("kind", 200, "Car 1 on lane 0 has a value that is no number, or is of no known kind"),
        ("position", 500.0, "Car 1 on lane 0 stands in or before the next one"),
        ("length", 60.0, "Car 0 on lane 0 stands in or before the next one"),
    ],
)
def test_cars_that_cannot_be_driven_are_named(column: str, value: float, says: str) -> None:
    cars, around = mixed_lanes()
    getattr(cars, column)[1] = value
    with pytest.raises(BadInput, match=re.escape(says)):
        RingTraffic(cars, around, drivers())


def test_a_ring_that_is_too_short_and_lanes_without_a_length_are_refused() -> None:
    cars, around = mixed_lanes()
    with pytest.raises(BadInput, match=r"on lane 0 stands in or before the next one"):
        RingTraffic(cars, np.array([150.0, 100.0, np.inf, 60.0]), drivers())
    with pytest.raises(BadInput, match="4 lanes with 21 cars, and 3 lengths"):
        RingTraffic(cars, around[:3], drivers())
