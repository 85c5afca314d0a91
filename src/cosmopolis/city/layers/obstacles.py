"""Ground that nothing may be built on: carriageways and pavements, junctions, rails, water, green, other buildings."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from cosmopolis.city.layers.areas import Ground
from cosmopolis.city.layers.polygons import Shapes
from cosmopolis.city.model import Buildings, Network, Rails
from cosmopolis.geometry.polylines import Polylines

PAVEMENT = 1.5  # m beside a carriageway
CLEAR = 3.0  # m around a measured building
RAIL_HALF = 6.0  # m from the axis of a track to the fence


def street_ground(network: Network) -> Shapes:
    """Strips over carriageways with their pavements, tunnels aside, and the areas of junctions."""
    edges, lanes = network.edges, network.lanes
    width = np.bincount(lanes.edge, lanes.width, len(edges))
    carriageways = strips(edges.line, width / 2 + PAVEMENT, ~edges.tunnel)
    paths = strips(network.walks.line, network.walks.width / 2.0, network.walks.edge < 0)
    area = network.junctions.area[network.junctions.layer >= 0]
    area = area[~shapely.is_missing(area) & ~shapely.is_empty(area)]
    return np.concatenate([carriageways, paths, area])


def other_ground(ground: Ground, buildings: Buildings, rails: Rails) -> Shapes:
    """Water, green, measured buildings and tracks above ground."""
    tracks = strips(rails.line, np.full(len(rails), RAIL_HALF), ~rails.tunnel & (rails.layer >= 0))
    around = (
        shapely.buffer(buildings.footprint, CLEAR, quad_segs=1) if len(buildings) else buildings.footprint
    )
    return np.concatenate([ground.water.polygon, ground.green.polygon, around, tracks])


def strips(line: Polylines, half: NDArray[np.floating], mask: NDArray[np.bool_]) -> Shapes:
    """A rectangle over every straight piece of the lines where `mask` (N,) is true, `half` (N,) m to each side
    and as much beyond its ends."""
    owner = np.repeat(np.arange(len(line)), np.diff(line.start))
    if len(owner) < 2:
        return np.empty(0, dtype=np.object_)
    begin = np.flatnonzero((owner[:-1] == owner[1:]) & mask[owner[:-1]])
    a, b = line.points[begin, :2], line.points[begin + 1, :2]
    length = np.hypot(*(b - a).T)
    real = length > 1e-6
    a, b, length, reach = a[real], b[real], length[real, None], half[owner[begin[real]], None]
    along = (b - a) / length * np.minimum(reach, 3.0)
    across = (b - a)[:, ::-1] * [-1.0, 1.0] / length * reach
    corners = np.stack(
        [a - along - across, b + along - across, b + along + across, a - along + across], axis=1
    )
    return shapely.polygons(corners)
