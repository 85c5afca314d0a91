"""The kerb: which lane a building, a stop or any point is reached from, and where along it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from cosmopolis.city.model import Network
from cosmopolis.city.words import Mode, StreetKind
from cosmopolis.geometry.polylines import Polylines

SPACING = 12.0  # m between samples of a lane; the nearest segment is found through them
CLEAR = 12.0  # m kept free towards the junctions where the lane is long enough
BUILDING_REACH = 250.0  # m from a building to the kerb at which its trips begin and end
NO_KERB = (
    StreetKind.MOTORWAY, StreetKind.MOTORWAY_LINK, StreetKind.TRUNK_LINK, StreetKind.PRIMARY_LINK,
    StreetKind.SECONDARY_LINK, StreetKind.TERTIARY_LINK,
)  # fmt: skip


@dataclass(frozen=True)
class Kerb:
    lane: NDArray[np.int32]  # (N,) -1 where none is near
    position: NDArray[np.float32]  # (N,) m along the lane


def car_kerbs(network: Network) -> NDArray[np.int64]:
    """Lanes at whose kerb a car trip may begin: the outermost car lane of every street that can be reached.

    Never on a ramp, nor on the ring of a roundabout, where who stops stops everybody.
    """
    edges, lanes = network.edges, network.lanes
    open_edge = (edges.component == 0) & ~edges.tunnel & ~np.isin(edges.kind, NO_KERB)
    open_edge &= ~edges.roundabout
    at_grade = open_edge & ~edges.bridge
    edge_ok = at_grade if at_grade.any() else open_edge
    return _outermost(network, np.flatnonzero(edge_ok[lanes.edge] & (lanes.modes & Mode.CAR > 0)))


def bus_kerbs(network: Network) -> NDArray[np.int64]:
    """The outermost lane for buses of every street that can be reached."""
    edges, lanes = network.edges, network.lanes
    usable = (edges.component == 0)[lanes.edge] & ~edges.tunnel[lanes.edge] & (lanes.modes & Mode.BUS > 0)
    return _outermost(network, np.flatnonzero(usable))


def nearest_kerb(
    points: NDArray[np.float64], lanes: NDArray[np.int64], network: Network, *, within: float
) -> Kerb:
    """For (N, 2) points the nearest of `lanes` not further than `within` metres, and the foot of the point."""
    kerb = Kerb(np.full(len(points), -1, np.int32), np.zeros(len(points), np.float32))
    if not len(points) or not len(lanes):
        return kerb
    line = network.lanes.line
    sample_xy, sample_segment, sample_lane = _samples(line, lanes)
    distance, nearest = cKDTree(sample_xy).query(points, distance_upper_bound=within + SPACING)
    near = np.flatnonzero(np.isfinite(distance))
    lane, segment = sample_lane[nearest[near]], sample_segment[nearest[near]]
    station, gap = _foot(line, segment, points[near])
    length = line.length[lane]
    clear = np.minimum(CLEAR, length / 2)
    ok = gap <= within
    kerb.lane[near[ok]] = lane[ok]
    kerb.position[near[ok]] = np.clip(station, clear, length - clear)[ok]
    return kerb


def _outermost(network: Network, lanes: NDArray[np.int64]) -> NDArray[np.int64]:
    """The first of `lanes` of each edge, counted from the kerb."""
    order = lanes[np.lexsort((network.lanes.index[lanes], network.lanes.edge[lanes]))]
    _, first = np.unique(network.lanes.edge[order], return_index=True)
    return order[first]


def _samples(
    line: Polylines, lanes: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Points at most SPACING apart along `lanes`, the row in `line.points` before each, and its lane."""
    owner = np.repeat(np.arange(len(line)), np.diff(line.start))
    wanted = np.zeros(len(line), np.bool_)
    wanted[lanes] = True
    begin = np.flatnonzero((owner[:-1] == owner[1:]) & wanted[owner[:-1]])
    a, b = line.points[begin, :2], line.points[begin + 1, :2]
    pieces = np.maximum(1, np.ceil(np.hypot(*(b - a).T) / SPACING)).astype(np.int64)
    segment = np.repeat(np.arange(len(begin)), pieces)
    share = (np.arange(len(segment)) - np.repeat(np.cumsum(pieces) - pieces, pieces) + 0.5) / pieces[segment]
    return a[segment] + share[:, None] * (b - a)[segment], begin[segment], owner[begin[segment]]


def _foot(
    line: Polylines, segment: NDArray[np.int64], points: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Station of the foot of each point on its segment, and the distance to it, m."""
    a = line.points[segment, :2]
    step = line.points[segment + 1, :2] - a
    square = np.maximum(np.einsum("ij,ij->i", step, step), 1e-12)
    share = np.clip(np.einsum("ij,ij->i", points - a, step) / square, 0.0, 1.0)
    gap = np.hypot(*(points - a - share[:, None] * step).T)
    return line.station[segment] + share * np.sqrt(square), gap
