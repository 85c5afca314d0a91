"""Lanes full of cars for the tests of rings, and the way to have them driven in another process, as a program:

python -m tests.simulation.ring_roads IN.npz OUT.npz    drives IN's cars by `traffic.gpu`, on whatever card there is
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from cosmopolis.city.words import VehicleKind
from cosmopolis.simulation.traffic.drivers import drivers, speed_factors
from cosmopolis.simulation.traffic.state import FAR, TURN, Cars, empty_cars

ROOT = Path(__file__).parents[2]
STEPS = (1, 4, 25)  # drive on so many, three times
LIMIT = 50 / 3.6  # m/s


def lanes_of(rows: Sequence[Sequence[tuple[float, float, int]]], *, limit: float = LIMIT) -> Cars:
    """Cars from (position, speed, kind) of each lane, the last car first. Drivers differ, nobody has a goal."""
    flat = [car for lane in rows for car in lane]
    position, speed = (np.array([car[n] for car in flat], np.float32) for n in range(2))
    kind, table = np.array([car[2] for car in flat], np.uint16), drivers()
    desired = np.float32(limit) * speed_factors(len(flat), 1)
    return empty_cars(len(rows), len(flat))._replace(
        start=np.concatenate([[0], np.cumsum([len(lane) for lane in rows])]).astype(np.int32),
        position=position,
        speed=speed,
        length=table.length[kind],
        desired=np.minimum(desired, table.top_speed[kind]),
        goal_position=np.full(len(flat), FAR, np.float32),
        goal=np.full(len(flat), TURN, np.uint8),
        kind=kind,
    )


def mixed_lanes() -> tuple[Cars, np.ndarray]:
    """All kinds on a free ring, an empty one, an open road that ends at a red light, and a ring in a jam."""
    kinds = list(VehicleKind)
    free = [(25.0 * n, 8.0, kinds[n % len(kinds)]) for n in range(1, 9)]
    road = [(30.0 * n, 12.0, kinds[(3 * n) % len(kinds)]) for n in range(1, 7)]
    jam = [(7.0 * n, 0.5 * (n % 2), VehicleKind.CAR) for n in range(1, 8)]
    cars = lanes_of([free, [], road, jam])
    cars.goal_position[8:14], cars.goal_speed[8:14] = 260.0, 0.0
    return cars, np.array([220.0, 100.0, np.inf, 60.0], np.float32)


def drive_elsewhere(cars: Cars, around: np.ndarray, folder: Path, **env: str) -> list[Cars]:
    """The cars after each of STEPS, driven by `traffic.gpu` in a process of its own with `env`."""
    np.savez(folder / "in.npz", around=around, **cars._asdict())
    command = [sys.executable, "-m", __name__, str(folder / "in.npz"), str(folder / "out.npz")]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **env}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    out = np.load(folder / "out.npz")
    pairs = zip(out["position"], out["speed"], strict=True)
    return [cars._replace(position=position, speed=speed) for position, speed in pairs]


def main(file: str, out: str) -> None:
    from cosmopolis.simulation.traffic.gpu.rings import DeviceRingTraffic

    read = dict(np.load(file))
    around = read.pop("around")
    traffic = DeviceRingTraffic(Cars(**read), around, drivers())
    pictures = []
    for steps in STEPS:
        traffic.run(steps)
        pictures.append(traffic.cars())
    np.savez(out, position=[cars.position for cars in pictures], speed=[cars.speed for cars in pictures])


if __name__ == "__main__":
    main(*sys.argv[1:])
