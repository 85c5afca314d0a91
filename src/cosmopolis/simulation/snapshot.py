"""A run as bytes, and back. What the city and the trips say is left out."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import zlib
from dataclasses import astuple
from typing import TYPE_CHECKING, Any, TypeVar
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.errors import BadInput
from cosmopolis.city.model import City
from cosmopolis.demand.trips import Trips
from cosmopolis.simulation.traffic.guidance import Guidance
from cosmopolis.simulation.traffic.rules import TrafficRules
from cosmopolis.simulation.traffic.state import empty_cars

if TYPE_CHECKING:
    from cosmopolis.simulation.run import Simulation
    from cosmopolis.simulation.traffic.drive import RoadTraffic
    from cosmopolis.simulation.traffic.drivers import Drivers

FORMAT = 7
S = TypeVar("S", bound="Simulation")


def arrays(simulation: Simulation) -> dict[str, NDArray]:
    """Everything that a step may change, by name, at its present size."""
    traffic = simulation._traffic
    count = traffic.count
    cars = {
        f"cars.{name}": array if name == "start" else array[:count]
        for name, array in traffic.cars._asdict().items()
    }
    fleet = {f"fleet.{name}": array for name, array in traffic.fleet._asdict().items()}
    fleet["fleet.route"] = traffic.fleet.route[traffic.planned_route : traffic.route_used]
    planned = {f"planned.{name}": getattr(traffic.planned, name)[traffic.trips :] for name in _PLANNED}
    path_state = {f"path_state.{name}": array for name, array in traffic.path_state._asdict().items()}
    clock = simulation._timetable
    return {
        **cars,
        **fleet,
        **planned,
        **path_state,
        "late": traffic.late,
        "speed_ratio": traffic.speed_ratio,
        "density": traffic.density,
        "edge_speeds": traffic.departure_router.speeds
        if traffic.departure_router is not None
        else np.zeros(0, np.float32),
        "guidance": np.array(astuple(traffic.guidance)),
        "tally": np.array(list(traffic.tally.values()), np.int64),
        "numbers": np.array(
            [traffic.steps, traffic.waiting, clock.day, clock.next, simulation.seed], np.int64
        ),
        "time": np.array([simulation.time]),
        "rules": traffic.rules.as_array(),
    }


_PLANNED = ("cursor", "route_end", "halt", "to_lane", "to_position", "depart")


def pack(simulation: Simulation) -> bytes:
    """The run as bytes."""
    head = _head(simulation)
    out = io.BytesIO()
    rows: dict[str, Any] = {"head": np.frombuffer(json.dumps(head).encode(), np.uint8), **arrays(simulation)}
    np.savez(out, **rows)
    return out.getvalue()


def _head(simulation: Simulation) -> dict[str, Any]:
    """What a snapshot fits: the city, the trips and the table of vehicle types."""
    traffic = simulation._traffic
    types = hashlib.blake2b(
        b"".join(column.tobytes() for column in traffic.drivers), digest_size=8
    ).hexdigest()
    return {
        "format": FORMAT,
        "city": simulation.city.version,
        "trips": len(simulation.trips),
        "types": types,
        "daily": traffic.daily,
    }


def unpack(
    kind: type[S],
    city: City,
    trips: Trips,
    data: bytes,
    threads: int | None,
    *,
    drivers: Drivers | None = None,
    daily: bool = True,
) -> S:
    """The run that `pack` wrote; BadInput where city, trips or types are not those of the snapshot."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as stored:
            found = {name: stored[name] for name in stored.files}
        head = json.loads(found["head"].tobytes())
        steps, waiting, day, following, seed = (int(number) for number in found["numbers"])
        rules = TrafficRules(*found["rules"].tolist())
    except (ValueError, OSError, KeyError, EOFError, BadZipFile, zlib.error, struct.error) as error:
        raise BadInput("The snapshot is damaged; start the simulation from a time of day instead.") from error
    simulation = kind(city, trips, seed=seed, threads=threads, drivers=drivers, daily=daily, rules=rules)
    wanted = _head(simulation)
    if head != wanted:
        raise BadInput(f"The snapshot is of {head}, not of {wanted}; start from a time of day instead.")
    simulation.time = float(found["time"][0])
    simulation._timetable.day, simulation._timetable.next = day, following
    traffic = simulation._traffic
    traffic.steps, traffic.waiting, traffic.late = steps, waiting, found["late"]
    traffic.tally = dict(zip(traffic.tally, found["tally"].tolist(), strict=True))
    traffic.speed_ratio, traffic.density = found["speed_ratio"], found["density"]
    if traffic.departure_router is not None:
        traffic.departure_router.speeds = found["edge_speeds"]
    traffic.guidance = Guidance(*found["guidance"].tolist())
    _put_back(traffic, found)
    return simulation


def _put_back(traffic: RoadTraffic, found: dict[str, NDArray]) -> None:
    fleet = {name: found[f"fleet.{name}"] for name in traffic.fleet._fields if name != "route"}
    traffic.store_route(found["fleet.route"])
    traffic.fleet = traffic.fleet._replace(**fleet)
    more = {name: np.append(getattr(traffic.planned, name), found[f"planned.{name}"]) for name in _PLANNED}
    traffic.planned = traffic.planned._replace(**more)
    traffic.sirens = np.flatnonzero(traffic.drivers.siren[traffic.fleet.kind])
    new_rows = len(traffic.fleet.depart) - len(traffic.usable)
    traffic.usable = np.append(traffic.usable, np.ones(new_rows, dtype=np.bool_))
    traffic.path_state = traffic.path_state._replace(
        **{name: found[f"path_state.{name}"] for name in traffic.path_state._fields}
    )
    traffic.sirens_marked = bool(traffic.path_state.preemption.any())
    count = len(found["cars.position"])
    cars = empty_cars(len(traffic.roads.length), count + 1024)
    for name, array in cars._asdict().items():
        array[: len(found[f"cars.{name}"])] = found[f"cars.{name}"]
    traffic.set_cars(cars)
