"""Platoons behind a slow leader: every gap is the one that the Intelligent Driver Model asks for."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.words import VehicleKind
from cosmopolis.simulation import Simulation
from cosmopolis.simulation.traffic.drivers import drivers, speed_factors
from cosmopolis.validation.chart import Chart, Dots, Line
from cosmopolis.validation.drawing import trips_of
from cosmopolis.validation.places import one_trip, parallel_roads
from cosmopolis.validation.record import Chapter, Check

F64 = NDArray[np.float64]
CARS = 6  # behind each leader
# What leads, and the limit of the road in m/s: an e-bike, a bus and a truck by their own top speed, a car that
# takes the limit less seriously than all behind it.
LEADERS = (
    (VehicleKind.CAR, 3.0),
    (VehicleKind.CAR, 5.0),
    (VehicleKind.E_BIKE, 50 / 3.6),
    (VehicleKind.CAR, 50 / 3.6),
    (VehicleKind.CAR, 70 / 3.6),
    (VehicleKind.BUS, 110 / 3.6),
    (VehicleKind.TRUCK, 130 / 3.6),
)


@dataclass(frozen=True)
class Platoons:
    """F followers of all platoons, settled."""

    speed: F64  # (F,) m/s
    desired: F64  # (F,) m/s, alone on this road
    gap: F64  # (F,) m, bumper to bumper
    wanted: F64  # (F,) m, by the formula

    @property
    def deviation(self) -> F64:
        """(F,) share by which the gap differs from the formula's."""
        return self.gap / self.wanted - 1.0


def equilibrium_gap(speed: F64, desired: F64, kind: VehicleKind = VehicleKind.CAR) -> F64:
    """m; Treiber, Hennecke & Helbing 2000: (s0 + v T) / sqrt(1 - (v / v0)^4)."""
    table = drivers()
    gap: F64 = (table.jam_gap[kind] + speed * table.headway[kind]) / np.sqrt(1 - (speed / desired) ** 4)
    return gap


def measure(seconds: float = 600.0) -> Platoons:
    """Each platoon on a road of its own until it is settled."""
    parts = [_behind(kind, limit, seconds) for kind, limit in LEADERS]
    return Platoons(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in Platoons.__annotations__)
    )


def _behind(kind: VehicleKind, limit: float, seconds: float) -> Platoons:
    seed = _seed_with_a_slow_leader(kind, limit)
    city = parallel_roads(1, limit * seconds * 1.2 + 500.0, speed=limit)
    rows = [one_trip(city, [0], 6.0 * n, kind if n == 0 else VehicleKind.CAR) for n in range(CARS + 1)]
    simulation = Simulation(city, trips_of(rows), seed=seed, threads=1)
    simulation.run(seconds)
    now, table = simulation.vehicles(), drivers()
    position = now.position.astype(float)
    gap = position[1:] - table.length[now.kind[1:]] - position[:-1]  # in order of position, the leader last
    desired = limit * speed_factors(CARS + 1, seed).astype(float)[now.trip[:-1]]
    speed = now.speed.astype(float)[:-1]
    return Platoons(speed, desired, gap, equilibrium_gap(speed, desired))


def _seed_with_a_slow_leader(kind: VehicleKind, limit: float) -> int:
    """A seed by which trip 0 is slower by a tenth than all who follow."""
    top = float(drivers().top_speed[kind])
    for seed in count(1):
        factors = speed_factors(CARS + 1, seed)
        if min(top, limit * factors[0]) < 0.9 * limit * factors[1:].min():
            return seed
    raise AssertionError


def chapter(quick: bool = False) -> Chapter:
    platoons = measure(400.0 if quick else 900.0)
    return Chapter(
        name="equilibrium",
        title="Following: the equilibrium gap",
        method=(
            f"{len(LEADERS)} leaders, each on a straight road with {CARS} cars behind, until nobody's speed changes "
            "any more. Each driver takes the limit in his own way, so each has his own gap."
        ),
        checks=(
            Check(
                what="greatest deviation of a gap from the formula",
                ours=100.0 * float(np.abs(platoons.deviation).max()),
                unit="%",
                oracle="gap = (s0 + v T) / sqrt(1 - (v / v0)^4), exactly",
                source="Treiber, Hennecke, Helbing 2000",
                low=0.0,
                high=1.0,
                digits=3,
            ),
        ),
        charts=(_chart(platoons),),
    )


def _chart(platoons: Platoons) -> Chart:
    most = float(max(platoons.wanted.max(), platoons.gap.max()))
    return Chart(
        name="gaps",
        title="Gaps in settled platoons",
        x="gap by the formula, m",
        y="gap driven, m",
        layers=(
            Line([0.0, most], [0.0, most], "formula", 0, dashed=True),
            Dots(platoons.wanted, platoons.gap, "one driver"),
        ),
        x_range=(0.0, 1.05 * most),
    )
