"""Trip ends: a place on a lane where vehicles come from and go to, at a building's kerb or at the border."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from cosmopolis.city.layers.kerb import car_kerbs, nearest_kerb
from cosmopolis.city.model import City
from cosmopolis.city.words import Control, Mode, StreetKind
from cosmopolis.demand.graph import RoadGraph

MARGIN = 8.0  # m from either end of a lane
FRONTAGE = 60.0  # m of outline a kerb
LONG, MOST_KERBS = (
    3,
    8,
)  # kerbs that an outline must have room for to have several, and how many it has at most
BESIDE = 60.0  # m from a building's outline to a street that it fronts on
SAME_KERB = 15.0  # m; nearer ones are one
# Vehicles a lane in both peaks and between them over a day, in one direction across the border.
BORDER_DAY = {
    StreetKind.MOTORWAY: 9_000.0,
    StreetKind.TRUNK: 6_000.0,
    StreetKind.PRIMARY: 4_000.0,
    StreetKind.SECONDARY: 2_200.0,
    StreetKind.TERTIARY: 1_000.0,
}


@dataclass(frozen=True)
class Ends:
    """N trip ends."""

    owner: NDArray[np.int32]  # (N,) building, or junction at the border
    at_border: NDArray[np.bool_]  # (N,)
    edge: NDArray[np.int32]  # (N,)
    lane: NDArray[np.int32]  # (N,)
    position: NDArray[np.float32]  # (N,) m along the lane
    xy: NDArray[np.float64]  # (N, 2) m
    weight: NDArray[np.float64]  # (N,) vehicles a day across the border; the share of its building's trips

    def __len__(self) -> int:
        return len(self.owner)

    def take(self, rows: NDArray | Sequence[int]) -> Ends:
        at = np.asarray(rows, dtype=np.int64)
        return Ends(*(getattr(self, name)[at] for name in self.__dataclass_fields__))

    @classmethod
    def joined(cls, parts: Sequence[Ends]) -> Ends:
        return cls(
            *(np.concatenate([getattr(part, name) for part in parts]) for name in cls.__dataclass_fields__)
        )


def building_ends(city: City, graph: RoadGraph) -> Ends:
    """The kerbs of every building that a car can reach and leave: one, or several along a long frontage."""
    buildings, lanes = city.buildings, city.network.lanes
    near = np.flatnonzero(buildings.lane >= 0)
    near = near[graph.main[lanes.edge[buildings.lane[near]]]]
    owner, lane, at = _along_frontage(city, near, graph)
    alone = near[~np.isin(near, owner)]
    owner = np.concatenate([owner, alone])
    lane = np.concatenate([lane, buildings.lane[alone]])
    at = np.concatenate([at, buildings.lane_position[alone]])
    order = np.argsort(owner, kind="stable")
    owner, lane, at = owner[order], lane[order], at[order]
    position = _within(at, lanes.length[lane])
    xy = _points(city, lane, position)
    return Ends(
        owner=owner.astype(np.int32),
        at_border=np.zeros(len(owner), dtype=bool),
        edge=lanes.edge[lane],
        lane=lane.astype(np.int32),
        position=position,
        xy=xy,
        weight=1.0 / np.bincount(owner, minlength=len(buildings))[owner],
    )


def _along_frontage(
    city: City, rows: NDArray[np.int64], graph: RoadGraph
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """(owner, lane, m along it) of the kerbs before the sides of those buildings in `rows` that have long ones.

    A kerb every FRONTAGE metres of its outline, where a street is within BESIDE metres; not twice the same place.
    """
    footprint = city.buildings.footprint[rows]
    count = np.minimum(np.floor(shapely.length(footprint) / FRONTAGE), MOST_KERBS).astype(np.int64)
    count[count < LONG] = 0
    owner = np.repeat(rows, count)
    k = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    share = (k + 0.5) / np.repeat(count, count)
    rings = shapely.get_exterior_ring(np.repeat(footprint, count))
    points = shapely.get_coordinates(shapely.line_interpolate_point(rings, share, normalized=True))
    lanes = car_kerbs(city.network)
    lanes = lanes[graph.main[city.network.lanes.edge[lanes]]]
    kerb = nearest_kerb(points, lanes, city.network, within=BESIDE)
    found = kerb.lane >= 0
    owner, lane, at = owner[found], kerb.lane[found].astype(np.int64), kerb.position[found].astype(np.float64)
    place = np.column_stack([owner, lane, np.round(at / SAME_KERB)]).astype(np.int64)
    _, first = np.unique(place, axis=0, return_index=True)
    return owner[first], lane[first], at[first]


def border_ends(city: City, graph: RoadGraph) -> tuple[Ends, Ends]:
    """(where vehicles come in, where they leave), one end a car lane across the border."""
    edges, control = city.network.edges, city.network.junctions.control
    inward = _gates(
        city, np.flatnonzero(control[edges.from_junction] == Control.BORDER), graph, entering=True
    )
    outward = _gates(
        city, np.flatnonzero(control[edges.to_junction] == Control.BORDER), graph, entering=False
    )
    return inward, outward


def _gates(city: City, across: NDArray, graph: RoadGraph, *, entering: bool) -> Ends:
    lanes, edges = city.network.lanes, city.network.edges
    usable = np.zeros(len(edges), dtype=bool)
    usable[across] = np.isfinite(graph.free_time[across])
    lane = np.flatnonzero(usable[lanes.edge] & ((lanes.modes & int(Mode.CAR)) != 0))
    edge = lanes.edge[lane]
    length = lanes.length[lane]
    position = _within(np.full(len(lane), MARGIN) if entering else length, length)
    junction = edges.from_junction[edge] if entering else edges.to_junction[edge]
    weight = np.array([BORDER_DAY.get(StreetKind(kind), 250.0) for kind in edges.kind[edge]])
    return Ends(
        owner=junction.astype(np.int32),
        at_border=np.ones(len(lane), dtype=bool),
        edge=edge,
        lane=lane.astype(np.int32),
        position=position,
        xy=city.network.junctions.xy[junction],
        weight=weight,
    )


def _within(position: NDArray, length: NDArray) -> NDArray[np.float32]:
    """Positions kept off the lane's ends, or in its middle where it is short."""
    margin = np.minimum(MARGIN, length / 2)
    return np.clip(position, margin, length - margin).astype(np.float32)


def _points(city: City, lane: NDArray, position: NDArray) -> NDArray[np.float64]:
    """(N, 2) the points at `position` metres along lanes, linear between a lane's two ends: near enough to
    say in which cell a kerb lies."""
    line, lanes = city.network.lanes.line, city.network.lanes
    if len(lane) == 0:
        return np.zeros((0, 2))
    first, last = line.points[line.start[lane], :2], line.points[line.start[lane + 1] - 1, :2]
    share = (position / np.maximum(lanes.length[lane], 1e-6))[:, None]
    return first + share * (last - first)
