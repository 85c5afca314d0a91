"""The battery of an electric vehicle: what a step takes out of it, and what braking gives back.

Energy at the wheels = inertia + slope + rolling + air, as in Kurczveil, Lopez and Schnieder 2014,
"Implementation of an energy model and a charging infrastructure in SUMO"; divided by an efficiency where it
is drawn, multiplied by one where it is given back. The battery feeds the auxiliaries besides that (in their
model the drive does). The efficiencies are theirs; masses, areas and coefficients of the kinds are round
figures of ours for a vehicle with a usual load. Nothing here bounds the power of the motor or what the
battery takes: at full braking that flatters it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.words import VehicleKind
from cosmopolis.kernels.decorators import formula

GRAVITY = 9.81  # m/s^2
AIR = 1.2041  # kg/m^3 at 20 degrees
DRAWN_SHARE = 0.9  # share of the battery's energy that reaches the wheels
RECOVERED_SHARE = 0.8  # share of the wheels' energy that reaches the battery
ROTATING = 1.04  # wheels and motor as a share of the mass that is to be sped up

# mass kg, front m^2, drag coefficient, rolling coefficient, auxiliaries W
_TABLE: dict[VehicleKind, tuple[float, float, float, float, float]] = {
    VehicleKind.CAR: (1650.0, 2.3, 0.28, 0.010, 500.0),
    VehicleKind.VAN: (2600.0, 4.2, 0.35, 0.010, 700.0),
    VehicleKind.TRUCK: (12_000.0, 8.0, 0.60, 0.008, 1500.0),
    VehicleKind.BUS: (15_000.0, 8.3, 0.60, 0.008, 5000.0),
    VehicleKind.ARTICULATED_BUS: (23_000.0, 8.3, 0.65, 0.008, 7000.0),
    VehicleKind.MOTORCYCLE: (220.0, 0.7, 0.70, 0.015, 50.0),
    VehicleKind.E_BIKE: (110.0, 0.6, 0.90, 0.010, 10.0),
    VehicleKind.EMERGENCY: (3500.0, 5.5, 0.40, 0.010, 2000.0),
}


def battery_tables(kinds: NDArray[np.uint8]) -> dict[str, NDArray[np.float64]]:
    """For each of the K words.VehicleKind in `kinds`, (K,) each: `mass` kg, `drag` kg/m (half the air's density x area
    x coefficient), `rolling` N, `auxiliaries` W."""
    rows = [_TABLE[VehicleKind(kind)] for kind in kinds.tolist()]
    mass, front, drag, rolling, auxiliaries = np.array(rows, np.float64).reshape(-1, 5).T
    return {
        "mass": mass.copy(),
        "drag": 0.5 * AIR * front * drag,
        "rolling": rolling * mass * GRAVITY,
        "auxiliaries": auxiliaries.copy(),
    }


@formula
def wheel_energy(speed, new_speed, driven, grade, dt, mass, drag, rolling):  # type: ignore[no-untyped-def]
    """J at the wheels to go from `speed` to `new_speed` m/s over `driven` m of `grade` (rise over run) in `dt` s."""
    inertia = 0.5 * ROTATING * mass * (new_speed * new_speed - speed * speed)
    pace = driven / dt
    return inertia + driven * (mass * GRAVITY * grade + rolling + drag * pace * pace)


@formula
def battery_energy(at_wheels):  # type: ignore[no-untyped-def]
    """J out of the battery for J at the wheels; negative where braking fills it."""
    return at_wheels / DRAWN_SHARE if at_wheels > 0.0 else at_wheels * RECOVERED_SHARE
