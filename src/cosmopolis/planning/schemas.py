"""What each table of a run holds: the names of its columns, their types and units, with or without rows.

Declared and not taken from the first values: an interval in which nobody drives has no row to tell a type by.
"""

from __future__ import annotations

import pyarrow as pa

from cosmopolis.city.words import VehicleKind

CLOCK = "s after midnight"
KINDS = [kind.name.lower() for kind in VehicleKind]

_TEXT, _TRUTH = pa.string(), pa.bool_()
_I2, _I4, _I8, _F4, _F8 = pa.int16(), pa.int32(), pa.int64(), pa.float32(), pa.float64()
_KIND = pa.dictionary(pa.uint8(), pa.string())


def _schema(*columns: tuple[str, pa.DataType] | tuple[str, pa.DataType, str]) -> pa.Schema:
    """Columns of (name, type) or (name, type, unit)."""
    units = [({"unit": column[2]} if len(column) == 3 else None) for column in columns]
    return pa.schema([pa.field(column[0], column[1], metadata=unit) for column, unit in zip(columns, units)])


_INTERVAL = (("begin", _F8, CLOCK), ("until", _F8, CLOCK))
_STRETCH = (
    ("flow", _F4, "vehicles/h"), ("density", _F4, "vehicles per lane-km"), ("speed", _F4, "m/s"),
    ("travel_time", _F4, "s"), ("vehicle_seconds", _F4, "s"), ("vehicle_metres", _F4, "m"), ("time_loss", _F4, "s"),
    ("standing_time", _F4, "s"), ("standing_mean", _F4, "vehicles"), ("queue_mean", _F4, "m"), ("queue_max", _F4, "m"),
    ("time_to_collision", _F4, "s"), ("co2", _F4, "g"), ("nox", _F4, "g"), ("particles", _F4, "g"), ("fuel", _F4, "J"),
    ("electricity_drawn", _F4, "J"), ("electricity_recovered", _F4, "J"),
    ("standing_max", _I4, "vehicles on one lane"), ("entered", _I4), ("left", _I4), ("departed", _I4),
    ("arrived", _I4), ("conflicts", _I4),
)  # fmt: skip

EDGES = _schema(*_INTERVAL, ("edge", _I4), ("key", _TEXT), *_STRETCH)
LANES = _schema(*_INTERVAL, ("lane", _I4), ("edge", _I4), ("index", _I2), *_STRETCH)
LOOPS = _schema(
    *_INTERVAL, ("detector", _TEXT), ("count", _I4), ("flow", _F8, "vehicles/h"),
    ("occupancy", _F8, "share of the time"), ("speed", _F8, "m/s"), ("harmonic_speed", _F8, "m/s"),
    ("length", _F8, "m"),
)  # fmt: skip
AREAS = _schema(
    *_INTERVAL, ("detector", _TEXT), ("entered", _I4), ("left", _I4), ("vehicle_seconds", _F8, "s"),
    ("speed", _F8, "m/s"), ("time_loss", _F8, "s"), ("occupancy", _F8, "share of its length"),
    ("occupancy_max", _F8, "share of its length"), ("halts", _I4), ("halting_time", _F8, "s"),
    ("halting_max", _F8, "s"), ("jam_mean", _F8, "m"), ("jam_max", _F8, "m"), ("jam_vehicles_mean", _F8, "vehicles"),
    ("jam_vehicles_max", _I4, "vehicles"), ("vehicles_mean", _F8, "vehicles"), ("vehicles_max", _I4, "vehicles"),
)  # fmt: skip
TRIPS = _schema(
    ("trip", _I8), ("kind", _KIND), ("electric", _TRUTH), ("due", _F8, CLOCK), ("entered", _F8, CLOCK),
    ("arrived", _F8, CLOCK), ("whole", _TRUTH), ("origin", _I4), ("destination", _I4), ("duration", _F8, "s"),
    ("distance", _F8, "m"), ("time_loss", _F8, "s"), ("waiting", _F8, "s"), ("stops", _I4), ("halted", _F8, "s"),
    ("depart_delay", _F8, "s"), ("rerouted", _I4), ("time_to_collision", _F8, "s"), ("conflicts", _I4),
    ("co2", _F8, "g"), ("nox", _F8, "g"), ("particles", _F8, "g"), ("fuel", _F8, "J"),
    ("electricity_drawn", _F8, "J"), ("electricity_recovered", _F8, "J"),
)  # fmt: skip
NAMED_TRIPS = pa.schema([pa.field("id", _TEXT), *TRIPS])
TRAJECTORIES = _schema(
    ("time", _F8, CLOCK), ("vehicle", _I4), ("kind", _KIND), ("edge", _I4), ("lane", _I4), ("connection", _I4),
    ("position", _F4, "m along the lane or connection"), ("x", _F4, "m east"), ("y", _F4, "m north"),
    ("speed", _F4, "m/s"), ("heading", _F4, "rad from east"),
)  # fmt: skip
