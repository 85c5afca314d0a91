"""Flow and queues of edges, from what theory says of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cosmopolis.city.words import VehicleKind
from cosmopolis.simulation.traffic.drivers import drivers
from cosmopolis.world.edges import HALTED, EdgeMeter
from cosmopolis.world.picture import EdgeState, Traffic

LANE_EDGE = np.array([0, 0, 1], np.int32)  # edge 0 has two lanes of 200 m, edge 1 one of 100 m
LANE_LENGTH = np.array([200.0, 200.0, 100.0])


def meter() -> EdgeMeter:
    return EdgeMeter(LANE_EDGE, LANE_LENGTH, 2)


def traffic(path: list[int], speed: list[float], kind: int = 0) -> Traffic:
    n = len(path)
    return Traffic(
        id=np.arange(n, dtype=np.uint32),
        path=np.array(path, np.int32),
        position=np.zeros(n, np.float32),
        speed=np.array(speed, np.float32),
        kind=np.full(n, kind, np.uint8),
    )


def seen(meter: EdgeMeter, cars: Traffic, time: float) -> EdgeState:
    return meter.see(cars, time, np.ones(2), np.zeros(2))


@given(st.lists(st.tuples(st.integers(0, 2), st.floats(0, 30)), max_size=20))
def test_flow_is_density_times_speed(cars: list[tuple[int, float]]) -> None:
    """q = k v (Wardrop 1952), of the lanes of an edge together and in vehicles an hour and lane."""
    path, speed = [c[0] for c in cars], [c[1] for c in cars]
    flow = seen(meter(), traffic(path, speed), 0.0).flow
    for edge in (0, 1):
        here = [v for p, v in cars if LANE_EDGE[p] == edge]
        density = len(here) / LANE_LENGTH[edge == LANE_EDGE].sum()  # vehicles a metre of lane
        expected = density * np.mean(here) * 3600 if here else 0.0
        assert flow[edge] == pytest.approx(expected, rel=1e-4, abs=1e-3)


def test_flow_is_that_of_the_last_minute() -> None:
    """A stream that ends decays to 1/e in a minute; one that holds is told as it is."""
    one = meter()
    stream = traffic([2] * 3, [10.0] * 3)
    assert seen(one, stream, 0.0).flow[1] == pytest.approx(1080.0)
    for k in range(1, 60):
        assert seen(one, stream, float(k)).flow[1] == pytest.approx(1080.0)
    for k in range(60, 120):
        last = seen(one, traffic([], []), float(k)).flow[1]
    assert last == pytest.approx(1080.0 / np.e, rel=1e-3)


@pytest.mark.parametrize("later", [10_000.0, -50.0])
def test_after_a_jump_of_time_the_past_is_forgotten(later: float) -> None:
    one = meter()
    seen(one, traffic([2] * 3, [10.0] * 3), 100.0)
    assert seen(one, traffic([], []), 100.0 + later).flow[1] == 0.0


def test_a_queue_is_the_share_of_the_fullest_lane_that_stands() -> None:
    """A standing car takes up its length and the gap it keeps; who moves at 5 km/h and more is in no queue."""
    usual = drivers()
    takes = float(usual.length[VehicleKind.CAR] + usual.jam_gap[VehicleKind.CAR])
    state = seen(meter(), traffic([0, 0, 0, 1, 2], [0, 0, 0, 0, HALTED + 0.1]), 0.0)
    assert state.queue.tolist() == pytest.approx([3 * takes / 200, 0.0])


def test_a_queue_is_never_longer_than_its_lane_and_on_a_junction_there_is_none() -> None:
    state = seen(meter(), traffic([2] * 40 + [3] * 5, [0.0] * 45, kind=4), 0.0)
    assert state.queue.tolist() == [0.0, 1.0]
    assert state.flow.tolist() == [0.0, 0.0]
