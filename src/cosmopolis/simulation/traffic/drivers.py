"""The parameters of each type of vehicle and its drivers, and how drivers differ."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cosmopolis.city.errors import BadInput
from cosmopolis.city.vehicle_types import VehicleType, default_type
from cosmopolis.city.words import Mode, VehicleKind
from cosmopolis.demand.run_types import RunType
from cosmopolis.simulation.traffic.by_kind import kind_parameters, of_scenario
from cosmopolis.simulation.traffic.krauss import as_idm
from cosmopolis.simulation.traffic.state import FAR

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]

SETS = "field", "hcm", "sumo"
KERB_SPEED = 4.0  # m/s, into a yard or a parking place


class Drivers(NamedTuple):
    """K types of vehicles with their drivers; the default table has one row a words.VehicleKind, in its order.

    IDM's letters in brackets.
    """

    length: F32  # (K,) m
    top_speed: F32  # (K,) m/s
    accel: F32  # (K,) m/s^2, greatest acceleration [a]
    brake: F32  # (K,) m/s^2, comfortable deceleration, positive [b]
    headway: F32  # (K,) s, time gap kept to the car in front [T]
    jam_gap: F32  # (K,) m, gap kept when standing [s0]
    shape: F32  # (K,) 1 / (2 sqrt(a b)), s^2/m; its negative where IDM+ drives
    modes: NDArray[np.uint16]  # (K,) words.Mode set: a lane is open to it when it shares one
    kind: NDArray[np.uint8]  # (K,) words.VehicleKind, what it looks like
    dawdle: F32  # (K,) m/s by which it drives below its desired speed on average
    entry_speed: F32  # (K,) m/s at most when it enters the road; FAR: as fast as it can; < 0: from the kerb
    arrival_speed: F32  # (K,) m/s at most on arrival; FAR: it drives off, on whichever lane it is
    chooses_route: NDArray[np.uint8]  # (K,) 1: it chooses its route at departure
    chooses_lane: NDArray[np.uint8]  # (K,) 1: it chooses its first lane at departure
    departure_position: NDArray[np.uint8]  # (K,) words.DeparturePosition
    factor: F64  # (K,) ratio of desired speed to the limit over its drivers: mean,
    deviation: F64  # (K,) and deviation,
    least: F64  # (K,) no less,
    most: F64  # (K,) no more
    lateral_root: F32  # (K,) this and the following as in by_kind.KindParameters
    stop_time: F32  # (K,)
    delivery_time: F32  # (K,)
    pull_out_time: F32  # (K,)
    filters: NDArray[np.uint8]  # (K,)
    siren: NDArray[np.uint8]  # (K,)
    crossing_margin: F32  # (K,)
    merging_margin: F32  # (K,)
    turning_margin: F32  # (K,)
    patience: F32  # (K,)
    impatience: F32  # (K,)
    reroutes_after: F32  # (K,)
    reroutes_full_after: F32  # (K,)
    stop_wait: F32  # (K,)
    visibility: F32  # (K,)
    zipper: NDArray[np.uint8]  # (K,)
    strategic_lookahead: F32  # (K,)
    lane_change_interval: NDArray[np.uint8]  # (K,)
    spreads_over_lanes: NDArray[np.uint8]  # (K,)


# length, top speed, accel, brake, headway, jam gap, modes
_TABLE: dict[VehicleKind, tuple[float, float, float, float, float, float, Mode]] = {
    VehicleKind.CAR: (4.6, 50.0, 1.5, 2.2, 0.92, 3.7, Mode.CAR | Mode.TAXI),
    VehicleKind.VAN: (5.5, 44.0, 0.85, 2.2, 1.15, 2.0, Mode.CAR | Mode.TRUCK),
    VehicleKind.TRUCK: (9.0, 25.0, 0.7, 1.8, 1.4, 2.5, Mode.TRUCK),
    VehicleKind.BUS: (12.0, 22.3, 0.8, 1.8, 1.3, 2.5, Mode.BUS),
    VehicleKind.ARTICULATED_BUS: (18.0, 22.3, 0.75, 1.7, 1.4, 2.5, Mode.BUS),
    VehicleKind.MOTORCYCLE: (2.2, 40.0, 1.5, 2.5, 0.9, 1.5, Mode.MOTORCYCLE),
    VehicleKind.E_BIKE: (1.8, 7.0, 1.2, 2.2, 1.0, 1.0, Mode.BICYCLE | Mode.MOTORCYCLE),
    VehicleKind.EMERGENCY: (6.0, 44.0, 1.4, 2.5, 1.0, 2.0, Mode.EMERGENCY | Mode.CAR | Mode.BUS),
}
# The same of the set "hcm", where it differs.
_HCM = {VehicleKind.CAR: (4.6, 50.0, 1.65, 2.0, 0.8, 2.0, Mode.CAR | Mode.TAXI)}


def drivers(name: str = "field") -> Drivers:
    """A parameter set, one row a words.VehicleKind; BadInput for a name that is none of SETS.

    "field", the default, is chosen so that about 26 cars of a queue pass in the first 70 s of green (24 in the
    field), a queue starts in a wave of 4 m/s and a running lane carries 1,800 to 1,900 an hour. With "hcm" a queue of
    cars passes at the base saturation flow of the Highway Capacity Manual, 1,900 an hour of green. "sumo" drives like
    SUMO's Krauss model with its defaults (see `krauss`).
    """
    if name not in SETS:
        raise BadInput(f'There is no set of drivers "{name}"; there are {", ".join(SETS)}.')
    if name == "sumo":
        return drivers_of([_as_in_sumo(kind) for kind in VehicleKind])
    table = _TABLE | _HCM if name == "hcm" else _TABLE
    rows = [table[kind] for kind in VehicleKind]
    length, top, accel, brake, headway, jam = np.array([row[:6] for row in rows], dtype=np.float32).T
    return Drivers(
        length=length.copy(),
        top_speed=top.copy(),
        accel=accel.copy(),
        brake=brake.copy(),
        headway=headway.copy(),
        jam_gap=jam.copy(),
        shape=(0.5 / np.sqrt(accel * brake)).astype(np.float32),
        modes=np.array([int(row[6]) for row in rows], dtype=np.uint16),
        kind=np.array(list(VehicleKind), dtype=np.uint8),
        dawdle=np.zeros(len(rows), np.float32),
        entry_speed=np.full(len(rows), -1.0, np.float32),
        arrival_speed=np.full(len(rows), KERB_SPEED, np.float32),
        chooses_route=np.zeros(len(rows), np.uint8),
        chooses_lane=np.zeros(len(rows), np.uint8),
        departure_position=np.zeros(len(rows), np.uint8),
        factor=np.full(len(rows), 1.0),
        deviation=np.full(len(rows), 0.08),
        least=np.full(len(rows), 0.8),
        most=np.full(len(rows), 1.2),
        **kind_parameters(np.array(list(VehicleKind), np.uint8))._asdict(),
    )


_SUMO_CLASS = {
    VehicleKind.CAR: "passenger", VehicleKind.VAN: "delivery", VehicleKind.TRUCK: "truck", VehicleKind.BUS: "bus",
    VehicleKind.ARTICULATED_BUS: "bus", VehicleKind.MOTORCYCLE: "motorcycle", VehicleKind.E_BIKE: "bicycle",
    VehicleKind.EMERGENCY: "emergency",
}  # fmt: skip


def _as_in_sumo(kind: VehicleKind) -> RunType:
    return RunType(default_type(_SUMO_CLASS[kind]), kind, _TABLE[kind][6], -1.0, KERB_SPEED)


def drivers_of(types: Sequence[RunType], name: str = "sumo") -> Drivers:
    """A table of a run's own types, of the parameter set `name`.

    With "field" or "hcm" a type keeps its length, top speed, modes and choice of speed, and drives like its kind in
    that set. Raises BadInput for a name that is none of SETS.
    """
    if name not in SETS:
        raise BadInput(f'There is no set of drivers "{name}"; there are {", ".join(SETS)}.')

    def column(value: Callable[[VehicleType], float], dtype: type = np.float32) -> NDArray:
        return np.array([value(row.type) for row in types], dtype)

    kind = np.array([int(row.kind) for row in types], np.uint8)
    if name == "sumo":
        idm = as_idm(
            column(lambda t: t.accel), column(lambda t: t.decel), column(lambda t: t.tau),
            column(lambda t: t.min_gap), column(lambda t: t.sigma), np.array([row.step for row in types]),
        )  # fmt: skip
    else:
        usual, names = drivers(name), ("accel", "brake", "headway", "jam_gap", "shape", "dawdle")
        idm = {key: getattr(usual, key)[kind] for key in names}
    return Drivers(
        length=column(lambda t: t.length),
        top_speed=column(lambda t: t.max_speed),
        modes=np.array([int(row.modes) & 0xFFFF for row in types], np.uint16),
        kind=kind,
        entry_speed=np.minimum(np.array([row.entry_speed for row in types], np.float64), FAR).astype(
            np.float32
        ),
        arrival_speed=np.minimum(np.array([row.arrival_speed for row in types], np.float64), FAR).astype(
            np.float32
        ),
        chooses_route=np.array([row.chooses_route for row in types], np.uint8),
        chooses_lane=np.array([row.chooses_lane for row in types], np.uint8),
        departure_position=np.array([row.departure_position for row in types], np.uint8),
        factor=column(lambda t: t.factor, np.float64),
        deviation=column(lambda t: t.deviation, np.float64),
        least=column(lambda t: t.least, np.float64),
        most=column(lambda t: t.most, np.float64),
        **idm,
        **of_scenario(kind, as_they_are=name == "sumo")._asdict(),
    )


def joined(own: Drivers, usual: Drivers) -> Drivers:
    """The rows of a run's own types, then one a words.VehicleKind: for vehicles that a command adds."""
    return Drivers(
        **{name: np.concatenate([getattr(own, name), getattr(usual, name)]) for name in Drivers._fields}
    )


def speed_factors(
    count: int,
    seed: int,
    *,
    mean: ArrayLike = 1.0,
    deviation: ArrayLike = 0.08,
    least: ArrayLike = 0.8,
    most: ArrayLike = 1.2,
) -> F32:
    """(count,) ratio of each driver's desired speed to the limit: about normal, within `least` .. `most`.

    A hash of (seed, trip), so a trip added later or a run restored draws the same number.
    """
    trip = np.arange(count, dtype=np.uint64)
    noise = np.zeros(count)
    for draw in range(4):  # the sum of four uniforms is nearly normal, variance 4/12
        noise += _uniform(trip, np.uint64((seed * 4 + draw) & 0xFFFFFFFFFFFFFFFF)) - 0.5
    factor = np.asarray(mean) + np.asarray(deviation) * noise * np.sqrt(3.0)
    return np.clip(factor, least, most).astype(np.float32)


def electric_trips(trips: NDArray[np.int64], seed: int, share: float) -> NDArray[np.bool_]:
    """(n,) which of `trips` (n,) drive on batteries, a `share` of all: by the same hash, another stream."""
    stream = np.uint64((seed * 4 + _BATTERIES) & 0xFFFFFFFFFFFFFFFF)
    return _uniform(trips.astype(np.uint64), stream) < share


_BATTERIES = 1 << 40  # far from the streams of the speed factors


def _uniform(row: NDArray[np.uint64], stream: np.uint64) -> NDArray[np.float64]:
    """(n,) in [0, 1): the finaliser of SplitMix64 (Steele, Lea and Flood 2014) over row and stream."""
    with np.errstate(over="ignore"):
        z = row * np.uint64(0x9E3779B97F4A7C15) + stream * np.uint64(0xD1B54A32D192ED03)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    return (z >> np.uint64(11)).astype(np.float64) * 2.0**-53
