"""Ground that nothing may be built on: carriageways and pavements, junctions, rails, water, green, other buildings."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon

from cosmopolis.city.layers.areas import Ground
from cosmopolis.city.layers.polygons import Bounds, Shapes
from cosmopolis.city.model import F64, Buildings, Network, Rails, Trees
from cosmopolis.geometry.polylines import Polylines

PAVEMENT = 1.2  # m beside a carriageway
CLEAR = 3.0  # m around a measured building
STRAIGHTEN = 0.3  # m
BEYOND = 3.0  # m at most that a strip reaches past its piece, to close the outside of bends
RAIL_HALF = 6.0  # m from the axis of a track to the fence


@dataclass(frozen=True)
class StreetGround:
    """Strips over the straight pieces of carriageways and paths, tunnels aside, in a tree."""

    tree: shapely.STRtree
    begin: F64  # (P, 2) m
    end: F64  # (P, 2) m
    half: F64  # (P,) m from the axis to the kerb

    def touched_by(self, shapes: Shapes) -> NDArray[np.bool_]:
        """(N,) whether a shape stands on a carriageway or the pavement beside it."""
        touched = np.zeros(len(shapes), np.bool_)
        touched[self.tree.query(shapes, predicate="intersects")[0]] = True
        return touched

    def driven_over(self, points: F64, clear: float) -> NDArray[np.bool_]:
        """(N,) whether a point (N, 2) is on a carriageway or within `clear` metres of it, at most PAVEMENT."""
        driven = np.zeros(len(points), np.bool_)
        point, strip = self.tree.query(shapely.points(points))
        a, step = self.begin[strip], self.end[strip] - self.begin[strip]
        share = np.einsum("ij,ij->i", points[point] - a, step) / np.einsum("ij,ij->i", step, step)
        gap = np.hypot(*(points[point] - a - np.clip(share, 0, 1)[:, None] * step).T)
        driven[point[gap < self.half[strip] + clear - STRAIGHTEN]] = True
        return driven


@dataclass(frozen=True)
class Site:
    """What is known of the ground before anything is invented on it."""

    network: Network
    ground: Ground
    buildings: Buildings
    trees: Trees
    rails: Rails
    bounds: Bounds
    boundary: Polygon | None  # the city ends here, where it is not its bounds

    @cached_property
    def streets(self) -> StreetGround:
        return street_ground(self.network)

    def inside(self, points: F64) -> NDArray[np.bool_]:
        """(N,) whether a point (N, 2) belongs to the city."""
        if self.boundary is None:
            return np.ones(len(points), np.bool_)
        return shapely.contains_xy(self.boundary, points[:, 0], points[:, 1])


def street_ground(network: Network) -> StreetGround:
    """The ground of all carriageways above ground and of the paths that follow no street."""
    edges, lanes, walks = network.edges, network.lanes, network.walks
    width = np.bincount(lanes.edge, lanes.width, len(edges))
    parts = [
        _pieces(edges.line, width / 2, ~edges.tunnel),
        _pieces(walks.line, walks.width / 2.0, walks.edge < 0),
    ]
    begin, end, half = (np.concatenate(column) for column in zip(*parts))
    return StreetGround(shapely.STRtree(_strips(begin, end, half + PAVEMENT)), begin, end, half)


def other_ground(site: Site) -> Shapes:
    """Junctions, water, green, measured buildings and tracks above ground."""
    network, ground, buildings, rails = site.network, site.ground, site.buildings, site.rails
    area = network.junctions.area[network.junctions.layer >= 0]
    area = area[~shapely.is_missing(area) & ~shapely.is_empty(area)]
    tracks = _strips(*_pieces(rails.line, np.full(len(rails), RAIL_HALF), ~rails.tunnel & (rails.layer >= 0)))
    around = (
        shapely.buffer(buildings.footprint, CLEAR, quad_segs=1) if len(buildings) else buildings.footprint
    )
    return np.concatenate([ground.water.polygon, ground.green.polygon, around, tracks, area])


def _pieces(line: Polylines, half: NDArray[np.floating], mask: NDArray[np.bool_]) -> tuple[F64, F64, F64]:
    """Both ends of the straight pieces of the lines where `mask` (N,) is true, and the line's `half` (N,).

    Bends are straightened by up to STRAIGHTEN, which `half` is widened for: a third of the pieces is left.
    """
    count = np.diff(line.start)
    drawn = np.flatnonzero(mask & (count >= 2) & (line.length > 2 * STRAIGHTEN))
    inside = np.repeat(mask & (count >= 2) & (line.length > 2 * STRAIGHTEN), count)
    whole = shapely.linestrings(
        line.points[inside, :2], indices=np.repeat(np.arange(len(drawn)), count[drawn])
    )
    points, owner = shapely.get_coordinates(
        shapely.simplify(whole, STRAIGHTEN, preserve_topology=False), return_index=True
    )
    begin = np.flatnonzero(owner[:-1] == owner[1:])
    return points[begin], points[begin + 1], half[drawn[owner[begin]]].astype(np.float64) + STRAIGHTEN


def _strips(a: F64, b: F64, half: F64) -> Shapes:
    """Rectangles over (P, 2) pieces, `half` metres to each side and a little beyond their ends."""
    along = (b - a) / np.hypot(*(b - a).T)[:, None]
    across = along[:, ::-1] * [-1.0, 1.0] * half[:, None]
    along *= np.minimum(half, BEYOND)[:, None]
    corners = np.stack(
        [a - along - across, b + along - across, b + along + across, a - along + across], axis=1
    )
    return shapely.polygons(corners)
