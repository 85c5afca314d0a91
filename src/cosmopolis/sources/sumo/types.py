"""Vehicle types: SUMO's defaults for each class, and what a vType says instead."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from cosmopolis.sources.sumo.stream import Row
from cosmopolis.sources.sumo.words import CLASSES, ELSEWHERE

DEFAULT = "DEFAULT_VEHTYPE"


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
_NORMAL = re.compile(r"norm(c?)\(([^)]*)\)")


def default_type(vclass: str) -> VehicleType:
    """What SUMO assumes of a class."""
    if vclass not in _BY_CLASS:
        return VehicleType(vclass)
    length, gap, accel, decel, top, deviation = _BY_CLASS[vclass]
    return VehicleType(vclass, length, gap, accel, decel, 1.0, 0.5, top, deviation=deviation)


def read_type(row: Row, deviation: float | None = None) -> VehicleType:
    """Of a vType; parameters of its car-following element count like its own.

    Where it does not say how its drivers differ in speed it is by `deviation`, or as its class does without one.
    """
    for child in row.children:
        if child.tag.startswith("carFollowing-"):
            row = Row(row.tag, {**child.attributes, **row.attributes}, row.file, row.line)
    vclass = row.text("vClass", "passenger")
    if vclass in ELSEWHERE:
        return VehicleType(vclass)
    if vclass not in CLASSES:
        raise row.bad(f'has vClass="{vclass}", which there is not; use one of {", ".join(CLASSES)}.')
    base = default_type(vclass)
    if deviation is not None:
        base = replace(base, deviation=deviation)
    factor, deviation, least, most = _speed_factor(row, base)
    return VehicleType(
        vclass=vclass,
        length=_above(row, "length", base.length),
        min_gap=_above(row, "minGap", base.min_gap, zero=True),
        accel=_above(row, "accel", base.accel),
        decel=_above(row, "decel", base.decel),
        tau=_above(row, "tau", base.tau),
        sigma=min(1.0, _above(row, "sigma", base.sigma, zero=True)),
        max_speed=_above(row, "maxSpeed", base.max_speed),
        factor=factor,
        deviation=deviation,
        least=least,
        most=most,
    )


def _above(row: Row, key: str, default: float, *, zero: bool = False) -> float:
    value = row.real(key, default)
    if value < 0 or (value == 0 and not zero):
        raise row.bad(f'has {key}="{value:g}"; write one above 0.')
    return value


def _speed_factor(row: Row, base: VehicleType) -> tuple[float, float, float, float]:
    """Mean, deviation, least and most: of a number with speedDev, or of "norm(1,0.1)" or "normc(1,0.1,0.2,2)"."""
    deviation = _above(row, "speedDev", base.deviation, zero=True)
    found = _NORMAL.fullmatch(row.text("speedFactor", "").replace(" ", ""))
    if found is None:
        return _above(row, "speedFactor", 1.0), deviation, base.least, base.most
    try:
        mean, deviation, *bounds = (float(word) for word in found[2].split(","))
    except ValueError:
        raise row.bad(f'has speedFactor="{row.text("speedFactor")}"; write normc(1,0.1,0.2,2).') from None
    least, most = bounds if len(bounds) == 2 else (base.least, base.most)
    return mean, deviation, least, most
