"""What was measured as tables whose columns say their unit. A value that there is not is null, never NaN."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cosmopolis.city.model import Network
from cosmopolis.city.words import VehicleKind
from cosmopolis.demand.trips import Trips
from cosmopolis.simulation import IntervalReading, Stretches, TripRecords

KINDS = [kind.name.lower() for kind in VehicleKind]
CLOCK = "s after midnight"
WHAT_IT_TOOK = {
    "co2": "g", "nox": "g", "particles": "g", "fuel": "J", "electricity_drawn": "J", "electricity_recovered": "J",
}  # fmt: skip
STRETCH_UNITS = {
    "begin": CLOCK, "until": CLOCK, "flow": "vehicles/h", "density": "vehicles per lane-km", "speed": "m/s",
    "travel_time": "s", "vehicle_seconds": "s", "vehicle_metres": "m", "time_loss": "s", "standing_time": "s",
    "standing_mean": "vehicles", "standing_max": "vehicles on one lane", "queue_mean": "m", "queue_max": "m",
    "time_to_collision": "s", **WHAT_IT_TOOK,
}  # fmt: skip
TRIP_UNITS = {
    "due": CLOCK, "entered": CLOCK, "arrived": CLOCK, "duration": "s", "distance": "m", "time_loss": "s",
    "waiting": "s", "halted": "s", "depart_delay": "s", "time_to_collision": "s", **WHAT_IT_TOOK,
}  # fmt: skip
LOOP_UNITS = {
    "begin": CLOCK, "until": CLOCK, "flow": "vehicles/h", "occupancy": "share of the time", "speed": "m/s",
    "harmonic_speed": "m/s", "length": "m",
}  # fmt: skip

AREA_UNITS = {
    "begin": CLOCK, "until": CLOCK, "vehicle_seconds": "s", "speed": "m/s", "time_loss": "s",
    "occupancy": "share of its length", "occupancy_max": "share of its length", "halting_time": "s", "halting_max": "s",
    "jam_mean": "m", "jam_max": "m", "jam_vehicles_mean": "vehicles", "jam_vehicles_max": "vehicles",
    "vehicles_mean": "vehicles", "vehicles_max": "vehicles",
}  # fmt: skip


def edge_table(reading: IntervalReading, network: Network) -> pa.Table:
    """The edges on which somebody was, one row each."""
    stretches = reading.by_edge(network)
    rows = np.flatnonzero(stretches.time > 0)
    keys = np.asarray(network.edges.key, dtype=object)
    ids = {"edge": rows.astype(np.int32), "key": keys[rows]}
    return table({**_of_interval(reading, len(rows)), **ids, **_columns(stretches, rows)}, STRETCH_UNITS)


def lane_table(reading: IntervalReading, network: Network) -> pa.Table:
    """The lanes on which somebody was, one row each."""
    stretches = reading.by_lane(network)
    rows = np.flatnonzero(stretches.time > 0)
    ids = {
        "lane": rows.astype(np.int32),
        "edge": network.lanes.edge[rows],
        "index": network.lanes.index[rows],
    }
    return table({**_of_interval(reading, len(rows)), **ids, **_columns(stretches, rows)}, STRETCH_UNITS)


def _of_interval(reading: IntervalReading, count: int) -> dict[str, NDArray]:
    return {"begin": np.full(count, reading.begin), "until": np.full(count, reading.end)}


def _columns(stretches: Stretches, rows: NDArray[np.int64]) -> dict[str, NDArray]:
    """Flow is of all lanes together, density of a lane."""
    real = {
        "flow": stretches.flow * 3600.0,
        "density": stretches.density * 1000.0 / stretches.lanes,
        "speed": stretches.speed,
        "travel_time": stretches.travel_time,
        "vehicle_seconds": stretches.time,
        "vehicle_metres": stretches.distance,
        "time_loss": stretches.loss,
        "standing_time": stretches.standing,
        "standing_mean": stretches.mean_standing,
        "queue_mean": stretches.mean_back,
        "queue_max": stretches.farthest_back,
        "time_to_collision": stretches.nearest,
        "co2": stretches.carbon,
        "nox": stretches.nitrogen,
        "particles": stretches.particles,
        "fuel": stretches.fuel,
        "electricity_drawn": stretches.drawn,
        "electricity_recovered": stretches.recovered,
    }
    whole = {
        "standing_max": stretches.most_standing,
        "entered": stretches.entered,
        "left": stretches.left,
        "departed": stretches.departed,
        "arrived": stretches.arrived,
        "conflicts": stretches.conflicts,
    }
    columns = {name: values[rows].astype(np.float32) for name, values in real.items()}
    return columns | {name: values[rows].astype(np.int32) for name, values in whole.items()}


def trip_table(records: TripRecords, trips: Trips, ids: NDArray[np.object_] | None = None) -> pa.Table:
    """One row for each of `trips` that was on the road; `ids` (N,) are their names, where they have any."""
    own = records.trip < len(trips)
    rows = records.trip[own]

    def of(name: str) -> NDArray:
        values: NDArray = getattr(records, name)[own]
        return values

    columns = {
        "trip": rows,
        "kind": words(of("kind"), KINDS),
        "electric": of("electric"),
        "due": of("due"),
        "entered": of("entered"),
        "arrived": of("arrived"),
        "whole": of("whole"),
        "origin": trips.origin[rows],
        "destination": trips.destination[rows],
        "duration": of("duration"),
        "distance": of("distance"),
        "time_loss": of("time_loss"),
        "waiting": of("waited"),
        "stops": of("stops").astype(np.int32),
        "halted": of("halted"),
        "depart_delay": of("depart_delay"),
        "rerouted": of("rerouted").astype(np.int32),
        "time_to_collision": of("nearest"),
        "conflicts": of("conflicts").astype(np.int32),
        "co2": of("carbon"),
        "nox": of("nitrogen"),
        "particles": of("particles"),
        "fuel": of("fuel"),
        "electricity_drawn": of("drawn"),
        "electricity_recovered": of("recovered"),
    }
    if ids is not None:
        columns = {"id": ids[rows], **columns}
    return table(columns, TRIP_UNITS)


def loop_table(reading: IntervalReading) -> pa.Table:
    """Every loop detector, one row each."""
    loops, seconds = reading.loops, reading.end - reading.begin
    passed = np.maximum(loops.passed, 1.0)
    columns = {
        **_of_interval(reading, len(loops.names)),
        "detector": np.asarray(loops.names, dtype=object),
        "count": loops.passed.astype(np.int32),
        "flow": loops.passed * 3600.0 / seconds,
        "occupancy": loops.covered / seconds,
        "speed": loops.mean_speed,
        "harmonic_speed": loops.harmonic_speed,
        "length": np.where(loops.passed > 0, loops.length / passed, np.nan),
    }
    return table(columns, LOOP_UNITS)


def area_table(reading: IntervalReading) -> pa.Table:
    """Every area detector, one row each."""
    areas, seconds = reading.areas, reading.end - reading.begin
    columns = {
        **_of_interval(reading, len(areas.names)),
        "detector": np.asarray(areas.names, dtype=object),
        "entered": areas.entered.astype(np.int32),
        "left": areas.left.astype(np.int32),
        "vehicle_seconds": areas.time,
        "speed": areas.mean_speed,
        "time_loss": areas.loss,
        "occupancy": areas.covered / (areas.length * seconds),
        "occupancy_max": areas.most_covered / areas.length,
        "halts": areas.halts.astype(np.int32),
        "halting_time": areas.halting,
        "halting_max": areas.longest,
        "jam_mean": areas.jam / seconds,
        "jam_max": areas.most_jam,
        "jam_vehicles_mean": areas.jam_cars / seconds,
        "jam_vehicles_max": areas.most_jam_cars.astype(np.int32),
        "vehicles_mean": areas.time / seconds,
        "vehicles_max": areas.most.astype(np.int32),
    }
    return table(columns, AREA_UNITS)


def words(codes: NDArray, names: list[str]) -> pa.DictionaryArray:
    """Codes as words that take no more room than the codes."""
    return pa.DictionaryArray.from_arrays(pa.array(codes, pa.uint8()), pa.array(names))


def table(columns: dict[str, Any], units: dict[str, str]) -> pa.Table:
    """A table whose columns say their unit."""
    made = {name: _nullable(values) for name, values in columns.items()}
    plain = pa.table(made)
    fields = [f.with_metadata({"unit": units[f.name]}) if f.name in units else f for f in plain.schema]
    return plain.cast(pa.schema(fields))


def _nullable(values: Any) -> Any:
    if isinstance(values, np.ndarray) and values.dtype.kind == "f":
        return pa.array(values, mask=np.isnan(values))
    return values
