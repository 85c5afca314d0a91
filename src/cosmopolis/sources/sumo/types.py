"""Vehicle types as a vType describes them; what it leaves out is SUMO's default for its class."""

from __future__ import annotations

import re
from dataclasses import replace

from cosmopolis.city.vehicle_types import VehicleType, default_type
from cosmopolis.sources.sumo.stream import Row
from cosmopolis.sources.sumo.words import CLASSES, ELSEWHERE

DEFAULT = "DEFAULT_VEHTYPE"


_NORMAL = re.compile(r"norm(c?)\(([^)]*)\)")


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
