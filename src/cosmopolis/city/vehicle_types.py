"""Vehicle types in the terms of Krauss's car-following model (1998), with SUMO's defaults for each vehicle class."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class VehicleType:
    """What SUMO's Krauss model and its speed choice ask of a vehicle and its driver."""

    vclass: str = "passenger"
    length: float = 5.0  # m
    min_gap: float = 2.5  # m
    accel: float = 2.6  # m/s^2
    decel: float = 4.5  # m/s^2
    tau: float = 1.0  # s
    sigma: float = 0.5  # 0..1, imperfection
    max_speed: float = 55.55  # m/s
    factor: float = 1.0  # of the speed limit, mean
    deviation: float = 0.1
    least: float = 0.2
    most: float = 2.0


# length, min gap, accel, decel, top speed, speed deviation: SUMO's documentation, "Vehicle Type Parameter Defaults"
_BY_CLASS: dict[str, tuple[float, float, float, float, float, float]] = {
    "emergency": (6.5, 2.5, 2.6, 4.5, 55.56, 0.0),
    "authority": (5.0, 2.5, 2.6, 4.5, 55.56, 0.0),
    "delivery": (6.5, 2.5, 2.6, 4.5, 55.56, 0.05),
    "truck": (7.1, 2.5, 1.3, 4.0, 36.11, 0.05),
    "trailer": (16.5, 2.5, 1.1, 4.0, 36.11, 0.05),
    "bus": (12.0, 2.5, 1.2, 4.0, 23.61, 0.0),
    "coach": (14.0, 2.5, 2.0, 4.0, 27.78, 0.05),
    "motorcycle": (2.2, 2.5, 6.0, 10.0, 55.56, 0.1),
    "moped": (2.1, 2.5, 1.1, 7.0, 12.5, 0.1),
    "bicycle": (1.6, 0.5, 1.2, 3.0, 5.56, 0.1),
    "scooter": (1.2, 0.5, 1.2, 3.0, 6.94, 0.1),
    "tram": (22.0, 2.5, 1.0, 3.0, 22.22, 0.0),
}  # fmt: skip


def default_type(vclass: str) -> VehicleType:
    """What SUMO assumes of a class."""
    if vclass not in _BY_CLASS:
        return VehicleType(vclass)
    length, gap, accel, decel, top, deviation = _BY_CLASS[vclass]
    return VehicleType(vclass, length, gap, accel, decel, 1.0, 0.5, top, deviation=deviation)
