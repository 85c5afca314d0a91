"""Limits that several rules share, each defined once."""

from __future__ import annotations

import numpy as np

STANDSTILL = np.float32(0.1)  # m/s: a slower vehicle stands (SUMO: a vehicle waits below 0.1 m/s)
ROLLING = 0.3  # m/s: a faster vehicle at a stop line is on its way
CREEPING = np.float32(2.0)  # m/s: a slower vehicle cannot look for a gap; others brake for it as for a leader
AT_STOP_LINE = 3.0  # m before the stop line within which the first vehicle of a lane waits there
LONGEST_VEHICLE = 18.0  # m, an articulated bus
AREA_CLEARANCE = 0.3  # s between a vehicle that leaves a conflict area and the next that enters it
LEAST_SPEED = 0.1  # m/s, a divisor: how long a vehicle that stands would take to clear an area
YIELD_BRAKE = 3.0  # m/s^2 with which a vehicle still stops for people on a crossing or for a siren
HALT_WITHIN = np.float32(1.0)  # m before a stop within which a vehicle serves it
HALT_SPEED = 0.5  # m/s, at most, with which a vehicle serves its stop
LEAST_DISTANCE = 1.0e-6  # m, a divisor
