"""One car behind another, and one alone: the Intelligent Driver Model as the engine drives it."""

from __future__ import annotations

import numpy as np
import pytest
from numba import njit

from cosmopolis.city.words import Light, VehicleKind
from cosmopolis.simulation import Simulation
from cosmopolis.simulation.traffic.car_following import EMERGENCY_BRAKE, idm
from cosmopolis.simulation.traffic.drivers import drivers, speed_factors
from cosmopolis.simulation.traffic.turning import SIREN_SPEED
from tests.simulation.drawings import LIMIT, one_trip, parallel_roads, roads_with_lights, row_of
from tests.simulation.roads import trips_of

KINDS = list(VehicleKind)


@njit
def _idm(speed, desired, gap, leader_speed, accel, brake, headway, jam_gap, shape):  # type: ignore[no-untyped-def]
    return idm(speed, desired, gap, leader_speed, accel, brake, headway, jam_gap, shape)


def acceleration(kind: VehicleKind, speed: float, desired: float, gap: float, leader_speed: float) -> float:
    """m/s^2 of the engine's model for a driver of `kind`."""
    table = drivers()
    numbers = [speed, desired, gap, leader_speed]
    numbers += [getattr(table, name)[kind] for name in ("accel", "brake", "headway", "jam_gap", "shape")]
    return float(_idm(*(np.float32(number) for number in numbers)))


def equilibrium_gap(kind: VehicleKind, speed: float, desired: float) -> float:
    """m; Treiber, Hennecke & Helbing 2000: (s0 + v T) / sqrt(1 - (v / v0)^4)."""
    table = drivers()
    return float((table.jam_gap[kind] + speed * table.headway[kind]) / np.sqrt(1 - (speed / desired) ** 4))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.9])
def test_nobody_accelerates_at_the_equilibrium_gap(kind: VehicleKind, share: float) -> None:
    desired = 14.0
    speed = share * desired
    gap = equilibrium_gap(kind, speed, desired)
    assert acceleration(kind, speed, desired, gap, speed) == pytest.approx(0.0, abs=2e-6 * gap)
    assert acceleration(kind, speed, desired, 0.95 * gap, speed) < -0.01
    assert acceleration(kind, speed, desired, 1.05 * gap, speed) > 0.01


def test_closing_in_asks_for_more_room_by_the_square_of_the_models_deceleration() -> None:
    table, kind = drivers(), VehicleKind.CAR
    accel, brake = float(table.accel[kind]), float(table.brake[kind])
    speed, leader, gap, desired = 12.0, 7.0, 30.0, 14.0
    wished = (
        table.jam_gap[kind]
        + speed * table.headway[kind]
        + speed * (speed - leader) / (2 * np.sqrt(accel * brake))
    )
    expected = accel * (1 - (speed / desired) ** 4 - (wished / gap) ** 2)
    assert acceleration(kind, speed, desired, gap, leader) == pytest.approx(expected, rel=1e-5)


def test_a_platoon_behind_a_slow_leader_keeps_the_equilibrium_gaps() -> None:
    city = parallel_roads(1, 3_000.0)
    rows = [one_trip(city, [0], 0.0, VehicleKind.E_BIKE)]
    rows += [
        one_trip(city, [0], 12.0 * n, VehicleKind.VAN if n == 3 else VehicleKind.CAR) for n in range(1, 8)
    ]
    simulation = Simulation(city, trips_of(rows), threads=1)
    simulation.run(330.0)
    vehicles, table = simulation.vehicles(), drivers()
    assert len(vehicles.id) == 8
    pace = float(table.top_speed[VehicleKind.E_BIKE])
    np.testing.assert_allclose(vehicles.speed, pace, rtol=0.005)
    desired = LIMIT * speed_factors(8, simulation.seed)[vehicles.id]
    for rear in range(7):  # in order of position: the next row is the leader
        front = rear + 1
        gap = vehicles.position[front] - table.length[vehicles.kind[front]] - vehicles.position[rear]
        wanted = equilibrium_gap(VehicleKind(int(vehicles.kind[rear])), pace, float(desired[rear]))
        assert gap == pytest.approx(wanted, rel=0.02)


@pytest.mark.parametrize("limit", [30 / 3.6, 50 / 3.6, 100 / 3.6])
def test_alone_a_driver_reaches_his_own_speed_and_never_exceeds_it(limit: float) -> None:
    city = parallel_roads(len(KINDS), 2_500.0, speed=limit)
    trips = trips_of([one_trip(city, [row], 0.0, kind) for row, kind in enumerate(KINDS)])
    simulation = Simulation(city, trips, seed=5, threads=1)
    factors, top = speed_factors(len(KINDS), 5), drivers().top_speed
    siren = np.where(np.array(KINDS) == VehicleKind.EMERGENCY, SIREN_SPEED, np.float32(1.0))
    desired = np.minimum(np.float32(limit) * factors * siren, top[KINDS])
    fastest = np.zeros(len(KINDS))
    while simulation.time < 75.0:
        simulation.step()
        vehicles = simulation.vehicles()
        fastest[vehicles.id] = np.maximum(fastest[vehicles.id], vehicles.speed)
    assert (fastest <= desired * (1 + 1e-5)).all()
    np.testing.assert_allclose(fastest, desired, rtol=0.01)


def test_drivers_differ_by_a_factor_that_belongs_to_the_trip_and_the_seed() -> None:
    factors = speed_factors(10_000, 3)
    assert factors.mean() == pytest.approx(1.0, abs=0.005)
    assert factors.std() == pytest.approx(0.08, abs=0.005)
    assert 0.8 <= factors.min() < 0.85 and 1.15 < factors.max() <= 1.2
    np.testing.assert_array_equal(factors[:100], speed_factors(100, 3))
    assert not np.array_equal(factors, speed_factors(10_000, 4))


STOPPING = [kind for kind in KINDS if kind != VehicleKind.EMERGENCY]  # which passes a red light with care


@pytest.mark.parametrize("limit", [30 / 3.6, 50 / 3.6, 80 / 3.6])
def test_everybody_stops_short_of_a_red_light_without_braking_hard(limit: float) -> None:
    city = roads_with_lights(len(STOPPING), 500.0, 100.0, [(1_000.0, Light.RED)], speed=limit)
    trips = trips_of([one_trip(city, [2 * row, 2 * row + 1], 0.0, kind) for row, kind in enumerate(STOPPING)])
    simulation = Simulation(city, trips, threads=1)
    before = np.zeros(len(STOPPING))
    hardest = 0.0
    while simulation.time < 120.0:
        simulation.step()
        vehicles = simulation.vehicles()
        hardest = max(hardest, float((before[vehicles.id] - vehicles.speed).max(initial=0.0)) / simulation.dt)
        before[vehicles.id] = vehicles.speed
    assert len(vehicles.id) == len(STOPPING)
    line = city.network.lanes.length[vehicles.path]
    assert (vehicles.path < len(city.network.lanes)).all() and (vehicles.position <= line).all()
    assert (vehicles.speed < 0.05).all()
    assert (line - vehicles.position < 3.0).all(), "they stand at the line, not far before it"
    assert hardest < 2 * float(drivers().brake.max())


def test_behind_a_leader_that_stops_dead_nobody_brakes_harder_than_tyres_allow() -> None:
    """A lorry pulls out of the kerb just ahead of fast cars, again and again."""
    city = parallel_roads(1, 1_500.0, speed=100 / 3.6)
    rows = [one_trip(city, [0], 2.0 * n) for n in range(40)]
    rows += [
        one_trip(city, [0], 20.0 + 15 * n, VehicleKind.TRUCK, from_position=700.0 + 40 * n) for n in range(8)
    ]
    simulation = Simulation(city, trips_of(rows), threads=1)
    before: dict[int, float] = {}
    accel = float(drivers().accel.max())
    while simulation.time < 180.0:
        simulation.step()
        vehicles = simulation.vehicles()
        for id, speed in zip(vehicles.id.tolist(), vehicles.speed.tolist(), strict=True):
            change = (speed - before.get(id, speed)) / simulation.dt
            assert -float(EMERGENCY_BRAKE) - 1e-3 <= change <= accel + 1e-3
            before[id] = speed


def test_a_new_limit_is_kept_by_those_already_on_the_road() -> None:
    from cosmopolis.simulation import SetSpeedLimit

    city = parallel_roads(1, 3_000.0)
    simulation = Simulation(city, trips_of([one_trip(city, [0], 0.0)]), threads=1)
    simulation.run(40.0)
    factor = float(speed_factors(1, simulation.seed)[0])
    simulation.step([SetSpeedLimit(0, 5.0)])
    simulation.run(30.0)
    vehicles = simulation.vehicles()
    row = row_of(vehicles, 0)
    assert row is not None
    assert float(vehicles.speed[row]) == pytest.approx(5.0 * factor, rel=0.01)
