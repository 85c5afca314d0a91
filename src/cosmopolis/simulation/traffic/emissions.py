"""What comes out of the exhaust: CO2, nitrogen oxides and particles by speed and acceleration.

Int Panis, Broekx and Liu 2006, "Modelling instantaneous traffic emission and the influence of traffic speed limits",
Science of the Total Environment 371, 270-285: in g/s, with v in m/s and a in m/s^2,

    E = max(0, f1 + f2 v + f3 v^2 + f4 a + f5 a^2 + f6 v a)

fitted to measurements in urban traffic around 2000; nitrogen oxides of cars have a second set below -0.5 m/s^2.
The cars' coefficients were compared with two other programs that print them; the paper itself was not re-read, nor
those of trucks and buses. Two departures, both ours: a fit of second order turns back where its data ended, so
emissions neither fall as the speed rises beyond the parabola's top (for the CO2 of trucks and buses: 50 km/h) nor
rise as the brake is pressed harder. Slope, cold starts and the wear of brakes and tyres are not in it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.words import VehicleKind
from cosmopolis.kernels.decorators import formula

Six = tuple[float, float, float, float, float, float]

BRAKING = -0.5  # m/s^2, below which the second set for nitrogen oxides holds
NONE: Six = (0.0,) * 6
FIT = 8  # numbers a fit

CARBON: dict[str, Six] = {
    "petrol car": (0.553, 0.161, -0.00289, 0.266, 0.511, 0.183),
    "diesel car": (0.324, 0.0859, 0.00496, -0.0586, 0.448, 0.230),
    "truck": (1.52, 1.88, -0.0695, 4.71, 5.88, 2.09),
    "bus": (0.904, 1.13, -0.0427, 2.81, 3.45, 1.22),
    "none": NONE,
}
NITROGEN: dict[str, tuple[Six, Six]] = {  # from BRAKING upwards, and below
    "petrol car": ((6.19e-4, 8.0e-5, -4.03e-6, -4.13e-4, 3.80e-4, 1.77e-4), (2.17e-4, 0, 0, 0, 0, 0)),
    "diesel car": (
        (2.41e-3, -4.11e-4, 6.73e-5, -3.07e-3, 2.14e-3, 1.50e-3),
        (1.68e-3, -6.62e-5, 9.00e-6, 2.50e-4, 2.91e-4, 1.20e-4),
    ),
    "truck": ((3.56e-2, 9.71e-3, -2.40e-4, 3.26e-2, 1.33e-2, 1.15e-2),) * 2,
    "bus": ((2.36e-2, 6.51e-3, -1.70e-4, 2.17e-2, 8.94e-3, 7.57e-3),) * 2,
    "none": (NONE, NONE),
}
PARTICLES: dict[str, Six] = {
    "petrol car": (0.0, 1.57e-5, -9.21e-7, 0.0, 3.75e-5, 1.89e-5),
    "diesel car": (0.0, 3.13e-4, -1.84e-5, 0.0, 7.50e-4, 3.78e-4),
    "truck": (2.14e-4, 3.35e-4, -2.22e-5, 2.07e-3, 1.80e-3, 2.27e-4),
    "bus": (2.23e-4, 3.47e-4, -2.38e-5, 2.08e-3, 1.76e-3, 2.23e-4),
    "none": NONE,
}
ENGINE_OF = {  # the paper has neither vans nor motorcycles: a motorcycle counts as a car and so for too much
    VehicleKind.CAR: "petrol car",
    VehicleKind.VAN: "diesel car",
    VehicleKind.TRUCK: "truck",
    VehicleKind.BUS: "bus",
    VehicleKind.ARTICULATED_BUS: "bus",
    VehicleKind.MOTORCYCLE: "petrol car",
    VehicleKind.E_BIKE: "none",
    VehicleKind.EMERGENCY: "diesel car",
}
# g of CO2 a J of fuel: default factors for stationary and mobile combustion, IPCC Guidelines 2006, vol. 2
PETROL, DIESEL = 69_300.0e-9, 74_100.0e-9


def exhaust_tables(kinds: NDArray[np.uint8]) -> dict[str, NDArray[np.float64]]:
    """Fits for each of the K words.VehicleKind in `kinds`: `carbon` (K * FIT), `nitrogen` (K * 2 FIT), `particles`
    (K * FIT), and `heating` (K) J of fuel a g of CO2."""
    engines = [ENGINE_OF[VehicleKind(kind)] for kind in kinds.tolist()]
    petrol = [engine in ("petrol car", "none") for engine in engines]
    return {
        "carbon": _fits([CARBON[engine] for engine in engines]),
        "nitrogen": _fits([side for engine in engines for side in NITROGEN[engine]]),
        "particles": _fits([PARTICLES[engine] for engine in engines]),
        "heating": 1.0 / np.where(petrol, PETROL, DIESEL),
    }


def _fits(rows: list[Six]) -> NDArray[np.float64]:
    """Each row's coefficients, the speed at which it turns down, and 1 / (2 f5)."""
    f = np.array(rows, np.float64).reshape(-1, 6)
    turns, bends = f[:, 2] < 0.0, f[:, 4] > 0.0
    top = np.where(turns, -0.5 * f[:, 1] / np.where(turns, f[:, 2], 1.0), np.inf)
    half = np.where(bends, 0.5 / np.where(bends, f[:, 4], 1.0), 0.0)
    return np.column_stack([f, top, half]).ravel()


@formula
def exhaust(speed, accel, fits, row):  # type: ignore[no-untyped-def]
    """g/s at `speed` m/s and `accel` m/s^2 by fit `row` of `fits`."""
    at = row * FIT
    rising = min(speed, fits[at + 6])
    accel = max(
        accel, min(0.0, -(fits[at + 3] + fits[at + 5] * speed) * fits[at + 7])
    )  # no branch: it is below 0
    by_speed = fits[at] + rising * (fits[at + 1] + fits[at + 2] * rising)
    return max(0.0, by_speed + accel * (fits[at + 3] + fits[at + 4] * accel + fits[at + 5] * speed))
