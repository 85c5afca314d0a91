"""Detectors that an Observer may lay on lanes: loops, which count at one place, and areas, which see a stretch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cosmopolis.city.errors import BadInput
from cosmopolis.city.model import Lanes
from cosmopolis.simulation.traffic.areas import AreaDetectors, area_detectors
from cosmopolis.simulation.traffic.loops import LoopDetectors, loop_detectors
from cosmopolis.simulation.traffic.network import RoadNetwork


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop detector to be laid: the front of a vehicle passes it `position` m along `lane`, a row of City.lanes."""

    name: str
    lane: int
    position: float


@dataclass(frozen=True, slots=True)
class Area:
    """A lane area detector to be laid, from `begin` to `end` m along `lane`, a row of City.lanes.

    A vehicle halts once it has been slower than `slow` m/s for `patience` s; who halts within `gap` m of the one
    before is in the same jam. As SUMO has it where nobody says otherwise.
    """

    name: str
    lane: int
    begin: float
    end: float
    slow: float = 5 / 3.6
    patience: float = 1.0
    gap: float = 10.0


def laid_loops(loops: Sequence[Loop], lanes: Lanes, roads: RoadNetwork) -> LoopDetectors:
    """BadInput where one is on no lane."""
    for loop in loops:
        _check(loop.name, loop.lane, (loop.position,), lanes)
    lane = np.array([loop.lane for loop in loops], np.int64)
    return loop_detectors(roads.of_city[lane], np.array([loop.position for loop in loops], np.float64))


def laid_areas(areas: Sequence[Area], lanes: Lanes, roads: RoadNetwork) -> AreaDetectors:
    """BadInput where one is on no lane or has no length."""
    for area in areas:
        _check(area.name, area.lane, (area.begin, area.end), lanes)
        if not area.begin < area.end:
            raise BadInput(
                f"Detector {area.name!r} ends at {area.end} m and begins at {area.begin} m: give it a length."
            )
    lane = np.array([area.lane for area in areas], np.int64)
    columns = [
        np.array([getattr(area, name) for area in areas], np.float64)
        for name in ("begin", "end", "slow", "patience", "gap")
    ]
    return area_detectors(roads.of_city[lane], *columns)


def _check(name: str, lane: int, places: tuple[float, ...], lanes: Lanes) -> None:
    if not 0 <= lane < len(lanes):
        raise BadInput(f"Detector {name!r} lies on lane {lane}, which there is not.")
    for place in places:
        if not 0.0 <= place <= lanes.length[lane]:
            raise BadInput(
                f"Detector {name!r} lies {place} m along a lane of {lanes.length[lane]:.2f} m: "
                "give a position on the lane."
            )
