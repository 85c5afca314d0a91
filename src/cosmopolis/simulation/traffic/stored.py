"""The traffic as named arrays, and back. What the city and the trips say is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple

import numpy as np
from numpy.typing import NDArray

from cosmopolis.simulation.traffic.held import HeldTraffic
from cosmopolis.simulation.traffic.state import empty_cars

_PLANNED = ("cursor", "route_end", "halt", "to_lane", "to_position", "depart")


def arrays(traffic: HeldTraffic) -> dict[str, NDArray]:
    """Everything that a step may change, by name, at its present size."""
    count = traffic.count
    cars = {
        f"cars.{name}": array if name == "start" else array[:count]
        for name, array in traffic.cars._asdict().items()
    }
    fleet = {f"fleet.{name}": array for name, array in traffic.fleet._asdict().items()}
    fleet["fleet.route"] = traffic.fleet.route[traffic.planned_route : traffic.route_used]
    planned = {f"planned.{name}": getattr(traffic.planned, name)[traffic.trips :] for name in _PLANNED}
    path_state = {f"path_state.{name}": array for name, array in traffic.path_state._asdict().items()}
    clock = traffic.timetable
    return {
        **cars,
        **fleet,
        **planned,
        **path_state,
        "late": traffic.late,
        "parked.trip": traffic.parked.trip,
        "parked.until": traffic.parked.until,
        "speed_ratio": traffic.speed_ratio,
        "density": traffic.density,
        "edge_speeds": traffic.departure_router.speeds
        if traffic.departure_router is not None
        else np.zeros(0, np.float32),
        "guidance": np.array(astuple(traffic.guidance)),
        "tally": np.array(list(traffic.tally.values()), np.int64),
        "numbers": np.array([traffic.steps, traffic.waiting, clock.day, clock.next, traffic.seed], np.int64),
        "rules": traffic.rules.as_array(),
    }


def put_back(traffic: HeldTraffic, found: Mapping[str, NDArray]) -> None:
    """Take up what `arrays` gave, in traffic of the same city, trips, types, rules, guidance and seed."""
    steps, waiting, day, following, _ = (int(number) for number in found["numbers"])
    traffic.steps, traffic.waiting, traffic.late = steps, waiting, found["late"]
    traffic.parked.trip, traffic.parked.until = found["parked.trip"], found["parked.until"]
    traffic.timetable.day, traffic.timetable.next = day, following
    traffic.tally = dict(zip(traffic.tally, found["tally"].tolist(), strict=True))
    traffic.speed_ratio, traffic.density = found["speed_ratio"], found["density"]
    if traffic.departure_router is not None:
        traffic.departure_router.speeds = found["edge_speeds"]
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
