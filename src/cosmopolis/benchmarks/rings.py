"""Rings full of cars, for benchmarks and tests: as many lanes as one likes, each with its own traffic."""

from __future__ import annotations

import numpy as np

from cosmopolis.city.words import VehicleKind
from cosmopolis.simulation.traffic.drivers import drivers, speed_factors
from cosmopolis.simulation.traffic.rings import F32
from cosmopolis.simulation.traffic.state import FAR, Cars, empty_cars

SHARES = {VehicleKind.CAR: 0.8, VehicleKind.VAN: 0.1, VehicleKind.TRUCK: 0.07, VehicleKind.BUS: 0.03}
LIMIT = 50 / 3.6  # m/s


def full_rings(lanes: int, per_lane: int, *, space: float = 25.0, seed: int = 1) -> tuple[Cars, F32]:
    """`per_lane` standing vehicles of all kinds in each lane, and (lanes,) m around: `space` m for each car.

    Nobody has a goal, so they drive round and round.
    """
    count, random, table = lanes * per_lane, np.random.default_rng(seed), drivers()
    kind = random.choice(list(SHARES), size=count, p=list(SHARES.values())).astype(np.uint16)
    place = space * np.arange(1, per_lane + 1) + random.uniform(0.0, 0.2 * space, (lanes, per_lane))
    limit = np.float32(LIMIT) * speed_factors(count, seed)
    cars = empty_cars(lanes, count)._replace(
        start=np.arange(lanes + 1, dtype=np.int32) * np.int32(per_lane),
        position=place.astype(np.float32).ravel(),
        length=table.length[kind],
        desired=np.minimum(limit, table.top_speed[kind]),
        goal_position=np.full(count, FAR, np.float32),
        kind=kind,
    )
    return cars, np.full(lanes, space * per_lane, np.float32)
