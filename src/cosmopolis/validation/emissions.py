"""Exhaust of cars that drive alone at a steady speed, and of one that stands, beside the published function."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.words import Light, VehicleKind
from cosmopolis.simulation import Observer, Simulation
from cosmopolis.validation.chart import Chart, Dots, Line
from cosmopolis.validation.drawing import trips_of
from cosmopolis.validation.places import one_trip, parallel_roads, roads_with_lights
from cosmopolis.validation.record import Chapter, Check

F64 = NDArray[np.float64]
SOURCE = "Int Panis, Broekx, Liu 2006, table 2"
# f1, f2, f3 of g CO2/s = f1 + f2 v + f3 v^2 without acceleration, v in m/s; as the paper prints them
PUBLISHED = {
    VehicleKind.CAR: ("petrol car", 0.553, 0.161, -0.00289),
    VehicleKind.VAN: ("diesel car", 0.324, 0.0859, 0.00496),
    VehicleKind.TRUCK: ("truck", 1.52, 1.88, -0.0695),
    VehicleKind.BUS: ("bus", 0.904, 1.13, -0.0427),
}
LIMITS = (20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0)  # km/h
TOWN = 40.0  # km/h, at which all kinds are within what the paper measured


@dataclass(frozen=True)
class Steady:
    """One vehicle on a road of its own, once it drives as fast as it wants to."""

    speed: float  # m/s
    carbon: float  # g CO2/km


def published(kind: VehicleKind, speed: F64 | float) -> F64:
    """g CO2/km at a steady speed in m/s."""
    _, one, two, three = PUBLISHED[kind]
    v = np.asarray(speed, np.float64)
    return np.asarray((one + two * v + three * v**2) / v * 1_000.0)


def steady(kind: VehicleKind, limit: float) -> Steady:
    """Watched for a minute after the first; `limit` in km/h."""
    city = parallel_roads(1, 4_000.0, speed=limit / 3.6)
    simulation = Simulation(city, trips_of([one_trip(city, [0], 0.0, kind)]), threads=1)
    simulation.run(60.0)
    observer = Observer(simulation, electric=0.0)
    while simulation.time < 120.0:
        observer.see(simulation.step())
    reading = observer.read()
    metres = float(reading.distance.sum())
    return Steady(metres / float(reading.time.sum()), float(reading.carbon.sum()) / metres * 1_000.0)


def idling() -> float:
    """g CO2/s of a car at a red light."""
    city = roads_with_lights(1, 300.0, 50.0, [(600.0, Light.RED)])
    simulation = Simulation(city, trips_of([one_trip(city, [0, 1], 0.0)]), threads=1)
    simulation.run(90.0)
    observer = Observer(simulation, electric=0.0)
    while simulation.time < 150.0:
        observer.see(simulation.step())
    return float(observer.read().carbon.sum()) / 60.0


def chapter(quick: bool = False) -> Chapter:
    limits = LIMITS[1:5:3] if quick else LIMITS
    cars = [steady(VehicleKind.CAR, limit) for limit in limits]
    town = {kind: steady(kind, TOWN) for kind in PUBLISHED}
    checks = [
        _check(f"CO2 of a {PUBLISHED[kind][0]} at {one.speed * 3.6:.0f} km/h", one, kind)
        for kind, one in town.items()
    ]
    speed = np.linspace(cars[0].speed, cars[-1].speed, 60)
    return Chapter(
        name="emissions",
        title="Emissions of steady driving",
        method=(
            "A vehicle alone on a straight road, watched by the Observer that `simulate` writes its tables with, for "
            "a minute after it has come to the speed it wants; and a car at a red light. The published function is "
            "worked out at the speed that was driven."
        ),
        checks=(
            *checks,
            Check(
                "CO2 of a petrol car that stands", idling(), "g/s", "0.553", SOURCE, 0.552, 0.554, 3, False
            ),
        ),
        charts=(
            Chart(
                name="by-speed",
                title="CO2 of a petrol car",
                x="speed, km/h",
                y="g/km",
                layers=(
                    Line(speed * 3.6, published(VehicleKind.CAR, speed), "published", 0),
                    Dots([one.speed * 3.6 for one in cars], [one.carbon for one in cars], "ours"),
                ),
            ),
        ),
        notes=(
            "The function was fitted to vehicles of about 2000. Beyond the top of its parabola ours stays level, and "
            "so above about 50 km/h trucks and buses emit more than it says.",
        ),
    )


def _check(what: str, one: Steady, kind: VehicleKind) -> Check:
    oracle = float(published(kind, one.speed))
    return Check(
        what, one.carbon, "g/km", f"{oracle:,.0f}", SOURCE, 0.99 * oracle, 1.01 * oracle, reread=False
    )
