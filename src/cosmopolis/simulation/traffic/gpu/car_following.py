"""`follow` and `move` of `traffic.car_following`, one thread a vehicle: each does the processor's loop for one row."""

from __future__ import annotations

from cosmopolis.simulation.traffic import car_following
from cosmopolis.simulation.traffic.gpu.device import cuda, launched, on_device
from cosmopolis.simulation.traffic.gpu.state import DeviceCars, DeviceDrivers, DeviceMoves

_follow = on_device(car_following.follow)
_move = on_device(car_following.move)


@launched
def follow(count: int, drivers: DeviceDrivers, cars: DeviceCars, moves: DeviceMoves) -> None:
    """Acceleration and free distance of `count` cars, each behind the next row."""
    i = cuda.grid(1)
    if i < count:
        _follow(i, i + 1, drivers, cars, moves)


@launched
def move(count: int, drivers: DeviceDrivers, cars: DeviceCars, moves: DeviceMoves, dt: float) -> None:
    """New position and speed of `count` cars after `dt` s."""
    i = cuda.grid(1)
    if i < count:
        _move(i, i + 1, drivers, cars, moves, dt)
