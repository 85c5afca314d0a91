"""What the card holds of the state: columns that driving along a lane touches, named as in `traffic.state`.

A launch hands over every column as seven numbers, so the records here have only what is read or written.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeVar

from cosmopolis.simulation.traffic.gpu.device import cuda

Column = Any  # an array in the card's memory
Record = TypeVar("Record", bound=NamedTuple)


class DeviceCars(NamedTuple):
    """N vehicles in P lanes, and one row to spare."""

    start: Column  # (P + 1,) int32, first car of each lane
    position: Column  # (N + 1,) float32, m
    speed: Column  # (N + 1,) float32, m/s
    length: Column  # (N + 1,) float32, m
    desired: Column  # (N + 1,) float32, m/s
    goal_position: Column  # (N + 1,) float32, m
    goal_speed: Column  # (N + 1,) float32, m/s
    kind: Column  # (N + 1,) row of Drivers
    goal: Column  # (N + 1,) uint8


class DeviceMoves(NamedTuple):
    """What one step works out."""

    accel: Column  # (N + 1,) float32, m/s^2
    free_distance: Column  # (N + 1,) float32, m
    position: Column  # (N + 1,) float32, m
    speed: Column  # (N + 1,) float32, m/s
    action: Column  # (N + 1,) uint8


class DeviceDrivers(NamedTuple):
    """One row a kind of vehicle, K of them."""

    accel: Column  # (K,) float32, m/s^2
    brake: Column  # (K,) float32, m/s^2
    headway: Column  # (K,) float32, s
    jam_gap: Column  # (K,) float32, m
    shape: Column  # (K,) float32, s^2/m


def upload(record: Any, kind: type[Record]) -> Record:
    """The columns of `record` that `kind` names, copied into the card's memory."""
    return kind(*(cuda.to_device(getattr(record, name)) for name in kind._fields))
