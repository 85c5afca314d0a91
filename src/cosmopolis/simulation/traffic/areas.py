"""Lane area detectors: which vehicles are on a stretch of a lane, how much of it they cover, and how far they queue.

Read after each step. A vehicle that has been slow for long enough halts; those that halt close behind each
other are a jam, and of several jams the longest counts. These are the values of SUMO's lane area detector
(E2). A vehicle whose front is on the junction beyond counts for as long as its rear is on the stretch.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cosmopolis.kernels.decorators import entry, kernel
from cosmopolis.simulation.traffic.network import RoadNetwork
from cosmopolis.simulation.traffic.state import Cars
from cosmopolis.simulation.traffic.thresholds import LEAST_SPEED

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
PER_METRE, SPARE_PLACES = 1.2, 16.0  # vehicles for which an area has places, two-wheelers side by side


class AreaDetectors(NamedTuple):
    """D detectors with Z places for vehicles, those of a detector together; the last sixteen columns are sums."""

    lane: NDArray[np.int32]  # (D,) path
    begin: F64  # (D,) m
    end: F64  # (D,) m
    slow: F64  # (D,) m/s below which a vehicle may halt
    patience: F64  # (D,) s after which it does
    gap: F64  # (D,) m between two that halt, at most, in one jam
    start: I64  # (D + 1,) rows of the following four
    trip: I64  # (Z,) the vehicles there, the foremost first
    since: F64  # (Z,) s for which it has been slow
    then_trip: I64  # (Z,) before the step
    then_since: F64  # (Z,) before the step
    there: I64  # (D,) vehicles on it
    time: F64  # (D,) s that vehicles spent there
    distance: F64  # (D,) m that they drove there
    loss: F64  # (D,) s lost against each driver's own speed
    covered: F64  # (D,) m x s of lane under vehicles
    most_covered: F64  # (D,) m at once
    entered: F64  # (D,) vehicles that came, over its beginning or from a lane beside
    left: F64  # (D,) vehicles that went
    halts: F64  # (D,) times that a vehicle began to halt
    halting: F64  # (D,) vehicles x s that halted
    longest: F64  # (D,) s that a vehicle has halted, at most
    jams: F64  # (D,) m x s of all jams
    jam: F64  # (D,) m x s of the longest jam
    jam_cars: F64  # (D,) vehicles x s in it
    most_jam: F64  # (D,) m, at most
    most_jam_cars: F64  # (D,) vehicles in the longest jam, at most
    most: F64  # (D,) vehicles at once


AREA_SUMS = AreaDetectors._fields[12:]


def area_detectors(lane: NDArray, begin: F64, end: F64, slow: F64, patience: F64, gap: F64) -> AreaDetectors:
    """Areas on kernel paths `lane` (D,) from `begin` to `end` (D,) m; the rest as in Areas."""
    count = len(lane)
    room = np.ceil((end - begin) * PER_METRE + SPARE_PLACES).astype(np.int64)
    start = np.concatenate([[0], np.cumsum(room)]).astype(np.int64)
    places = int(start[-1])
    begin, end, slow, patience, gap = (
        np.ascontiguousarray(values, np.float64) for values in (begin, end, slow, patience, gap)
    )
    measures: dict[str, Any] = {name: np.zeros(count) for name in AREA_SUMS}
    return AreaDetectors(
        lane=np.ascontiguousarray(lane, np.int32),
        begin=begin,
        end=end,
        slow=slow,
        patience=patience,
        gap=gap,
        start=start,
        trip=np.full(places, -1, np.int64),
        since=np.zeros(places),
        then_trip=np.full(places, -1, np.int64),
        then_since=np.zeros(places),
        there=np.zeros(count, np.int64),
        **measures,
    )


@kernel
def _cover(d: int, i: int, front: float, dt: float, cars: Cars, areas: AreaDetectors, jam: F64) -> None:
    """Car i whose front is `front` m along the lane; `jam` as in `_close_jam`."""
    rear = front - np.float64(cars.length[i])
    if front <= areas.begin[d] or rear >= areas.end[d]:
        return
    place = areas.start[d] + areas.there[d]
    if place >= areas.start[d + 1]:
        return
    areas.there[d] += 1
    speed = np.float64(cars.speed[i])
    areas.time[d] += dt
    areas.distance[d] += speed * dt
    areas.loss[d] += dt * max(0.0, 1.0 - speed / max(np.float64(cars.desired[i]), LEAST_SPEED))
    trip = np.int64(cars.trip[i])
    since = _slow_since(d, trip, areas) + dt
    if speed >= areas.slow[d]:
        since = 0.0
    areas.trip[place], areas.since[place] = trip, since
    begin, end = max(rear, areas.begin[d]), min(front, areas.end[d])
    jam[0] += end - begin
    if since < areas.patience[d]:
        return
    areas.halting[d] += dt
    areas.halts[d] += since - dt < areas.patience[d]
    areas.longest[d] = max(areas.longest[d], since - areas.patience[d] + dt)
    if jam[3] > 0.0 and jam[2] - front > areas.gap[d]:
        _close_jam(jam)
    if jam[3] == 0.0:
        jam[1] = end
    jam[2], jam[3] = begin, jam[3] + 1.0


@kernel
def _close_jam(jam: F64) -> None:
    """`jam`: 0 m covered by all; front, rear and vehicles of a jam; m and vehicles of the longest; m of all."""
    if jam[3] > 0.0:
        length = jam[1] - jam[2]
        jam[6] += length
        if length > jam[4]:
            jam[4], jam[5] = length, jam[3]
    jam[3] = 0.0


@kernel
def _slow_since(d: int, trip: np.int64, areas: AreaDetectors) -> float:
    """s for which the trip had been slow before the step; counts one that was not there."""
    for place in range(areas.start[d], areas.start[d + 1]):
        if areas.then_trip[place] < 0:
            break
        if areas.then_trip[place] == trip:
            return areas.then_since[place]
    areas.entered[d] += 1.0
    return 0.0


@kernel
def _keep_occupants(d: int, areas: AreaDetectors) -> None:
    """The vehicles that are there now become those that were there."""
    for place in range(areas.start[d], areas.start[d + 1]):
        if areas.trip[place] < 0 and areas.then_trip[place] < 0:
            break
        areas.then_trip[place], areas.then_since[place] = areas.trip[place], areas.since[place]
        areas.trip[place] = -1


@entry
def read_areas(count: int, dt: float, roads: RoadNetwork, cars: Cars, areas: AreaDetectors) -> None:
    """Add the first `count` areas as they are after a step of `dt` s; with `dt` 0 only note the vehicles there."""
    jam = np.zeros(7)
    for d in range(count):
        lane, before = areas.lane[d], areas.there[d]
        came = areas.entered[d]
        jam[:] = 0.0
        areas.there[d] = 0
        for connection in range(roads.out_start[lane], roads.out_end[lane]):
            for i in range(cars.start[connection], cars.start[connection + 1]):
                _cover(
                    d, i, np.float64(roads.length[lane]) + np.float64(cars.position[i]), dt, cars, areas, jam
                )
        for i in range(cars.start[lane + 1] - 1, cars.start[lane] - 1, -1):
            _cover(d, i, np.float64(cars.position[i]), dt, cars, areas, jam)
        _close_jam(jam)
        _keep_occupants(d, areas)
        came = areas.entered[d] - came
        areas.left[d] += before + came - areas.there[d]
        areas.covered[d] += jam[0] * dt
        areas.most_covered[d] = max(areas.most_covered[d], jam[0])
        areas.jams[d] += jam[6] * dt
        areas.jam[d] += jam[4] * dt
        areas.jam_cars[d] += jam[5] * dt
        areas.most_jam[d] = max(areas.most_jam[d], jam[4])
        areas.most_jam_cars[d] = max(areas.most_jam_cars[d], jam[5])
        areas.most[d] = max(areas.most[d], np.float64(areas.there[d]))
