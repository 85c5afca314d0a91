"""Trees where the source has none: along streets with sidewalks, and on the lawns of compounds."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from cosmopolis.city.layers.coverage import coverage
from cosmopolis.city.layers.obstacles import Site
from cosmopolis.city.layers.streams import stream
from cosmopolis.city.layers.trees import trees_at
from cosmopolis.city.model import F64, I64, Areas, Buildings, Trees
from cosmopolis.city.words import Provenance, StreetKind
from cosmopolis.geometry.polylines import Polylines

PLANTED = (
    StreetKind.PRIMARY, StreetKind.SECONDARY, StreetKind.TERTIARY, StreetKind.UNCLASSIFIED, StreetKind.RESIDENTIAL,
    StreetKind.LIVING_STREET,
)  # fmt: skip
SPACING = 13.0  # m
CORNER = 20.0  # m from a junction that stay free, so that drivers see the crossing
BESIDE = 1.1  # m from the kerb
FREE = 0.5  # m from any kerb that stay free
LEAST_MAPPED = 8  # trees in a quarter of a square kilometre, from which on the source is believed
MOST_STREET, MOST_LAWN = 45_000, 15_000
MOST_TRIED = 4_000_000  # points on lawns: 1,700 km2 of them
LAWN_TREE = 420.0  # m2 of lawn a tree
WALL = 2.5  # m from a lawn tree to a wall


def invent_trees(site: Site, lawns: Areas | None, buildings: Buildings, on_left: bool, *, seed: int) -> Trees:
    """Street trees and trees on `lawns` where the source has none around; `buildings` are all there are now."""
    random = stream(seed, "planting")
    mapped = coverage(site.trees.xy, site.bounds, least=LEAST_MAPPED)
    street = _street_trees(site, on_left, random)
    street = _thinned(street[~mapped.at(street)], MOST_STREET, random)
    lawn = np.zeros((0, 2)) if lawns is None else _lawn_trees(lawns, random)
    lawn = _thinned(lawn[~mapped.at(lawn)], MOST_LAWN, random)
    xy = np.concatenate([street, lawn])
    xy = xy[_outdoors(xy, buildings) & site.inside(xy)]
    invented = np.full(len(xy), Provenance.INVENTED, np.uint8)
    return trees_at(xy, np.zeros(len(xy)), invented, seed=seed)


def _street_trees(site: Site, on_left: bool, random: np.random.Generator) -> F64:
    """Points beside the kerbs of streets at ground level that have a sidewalk, and in no lane."""
    network, edges = site.network, site.network.edges
    walked = np.zeros(len(edges), np.bool_)
    walked[network.walks.edge[network.walks.edge >= 0]] = True
    planted = np.isin(edges.kind, PLANTED) & ~edges.tunnel & ~edges.bridge & (edges.layer == 0)
    # Where no sidewalk is known at all, every street of these kinds is taken to have one.
    rows = np.flatnonzero(planted & walked) if walked.any() else np.flatnonzero(planted)
    width = np.bincount(network.lanes.edge, network.lanes.width, len(edges))
    point, heading, row = _along(edges.line, rows, random)
    side = 1.0 if on_left else -1.0
    across = np.column_stack([-np.sin(heading), np.cos(heading)]) * side
    point = point + across * (width[row] / 2 + BESIDE)[:, None]
    return point[~site.streets.driven_over(point, FREE)]


def _along(line: Polylines, rows: I64, random: np.random.Generator) -> tuple[F64, F64, I64]:
    """Points about SPACING apart on `rows` of `line` away from both ends, the heading there, and the row."""
    room = line.length[rows] - 2 * CORNER
    count = np.maximum(0, np.floor(room / SPACING)).astype(np.int64)
    row = np.repeat(rows, count)
    place = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    pitch = np.repeat(room / np.maximum(count, 1), count)
    station = CORNER + (place + 0.5) * pitch + random.uniform(-1.0, 1.0, len(row))
    # Stations of all lines on one axis, so that one search finds every segment.
    base = np.concatenate([[0.0], np.cumsum(line.length + 1.0)])
    axis = line.station + np.repeat(base[:-1], np.diff(line.start))
    after = np.searchsorted(axis, base[row] + station, side="right")
    a, b = line.points[after - 1, :2], line.points[after, :2]
    step = b - a
    share = (base[row] + station - axis[after - 1]) / np.maximum(axis[after] - axis[after - 1], 1e-9)
    return a + share[:, None] * step, np.arctan2(step[:, 1], step[:, 0]), row


def _lawn_trees(green: Areas, random: np.random.Generator) -> F64:
    """Points at random on the green."""
    area = shapely.area(green.polygon)
    box = shapely.bounds(green.polygon).reshape(-1, 4)
    room = (box[:, 2] - box[:, 0]) * (box[:, 3] - box[:, 1])
    count = np.minimum(np.round(room / LAWN_TREE), 4 * area / LAWN_TREE).astype(np.int64)
    if count.sum() > MOST_TRIED:
        count = count * MOST_TRIED // count.sum()
    row = np.repeat(np.arange(len(area)), count)
    xy = box[row, :2] + random.random((len(row), 2)) * (box[row, 2:] - box[row, :2])
    shapely.prepare(green.polygon)
    return xy[shapely.contains_xy(green.polygon[row], xy[:, 0], xy[:, 1])] if len(row) else xy


def _outdoors(xy: F64, buildings: Buildings) -> NDArray[np.bool_]:
    free = np.ones(len(xy), np.bool_)
    if len(buildings) and len(xy):
        tree, _ = shapely.STRtree(buildings.footprint).query(
            shapely.points(xy), predicate="dwithin", distance=WALL
        )
        free[tree] = False
    return free


def _thinned(xy: F64, most: int, random: np.random.Generator) -> F64:
    """At most `most` of the points, taken evenly over the city."""
    if len(xy) <= most:
        return xy
    return xy[np.sort(random.permutation(len(xy))[:most])]
