"""Blocks: the ground that streets enclose, each with the streets around it and the direction of the longest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from cosmopolis.city.layers.polygons import Bounds, Shapes, explode
from cosmopolis.city.model import F64, I64
from cosmopolis.city.raw import RawCity, RawStreet
from cosmopolis.city.words import StreetKind

LEAST_AREA = 700.0  # m2
LEAST_BREADTH = 14.0  # m, twice area by half perimeter: below it is a median strip
STRAIGHTEN = 1.5  # m a block's outline may be moved to make its sides straight
SPACING = 20.0  # m between samples of a street
BORDER = 255  # kind of a side along no street: the city's border, a lane inside a block
LANE_INSIDE = 4.0  # m from such a side to the buildings
LARGE, GIANT = 55_000.0, 250_000.0  # m2; blocks between them are cut in two, and their halves again
CUTS = 2

LANE_WIDTH, CYCLE_LANE = 3.3, 2.0
PAVEMENT = {  # m from the kerb to private ground
    StreetKind.MOTORWAY: 12.0,
    StreetKind.TRUNK: 9.0,
    StreetKind.PRIMARY: 6.0,
    StreetKind.SECONDARY: 5.0,
    StreetKind.TERTIARY: 4.0,
}
USUAL_PAVEMENT = 3.0


@dataclass(frozen=True)
class Blocks:
    """K blocks and their S sides; the sides of block k are ``start[k] .. start[k + 1] - 1``, ground on the left."""

    polygon: Shapes  # (K,)
    start: I64  # (K + 1,)
    side: F64  # (S, 2, 2) m, from and to
    setback: F64  # (S,) m from the street's centre line to private ground
    street: NDArray[np.uint8]  # (S,) words.StreetKind, BORDER
    angle: F64  # (K,) radians from east of the main direction, in (-pi/4, pi/4]

    def __len__(self) -> int:
        return len(self.polygon)

    @property
    def owner(self) -> I64:
        """(S,) the block of each side."""
        return np.repeat(np.arange(len(self)), np.diff(self.start))

    @property
    def side_length(self) -> F64:
        return np.hypot(*(self.side[:, 1] - self.side[:, 0]).T)


def build_blocks(raw: RawCity, bounds: Bounds, random: np.random.Generator) -> Blocks:
    """The blocks between the streets at ground level, and between them and the city's border.

    Large ones are cut by a lane at random, as several compounds share a block."""
    streets = [street for street in raw.streets if _divides(street)]
    ends, owner = _segments(streets)
    faces = _split(_faces(_lines(ends, owner, raw.node_xy), bounds), random)
    start, side = _sides(faces)
    found = _around(side, raw.node_xy[ends], owner)
    reach = np.array([_setback(street) for street in streets] + [LANE_INSIDE])
    kind = np.array([street.kind for street in streets] + [BORDER], np.uint8)
    return Blocks(faces, start, side, reach[found], kind[found], _main_direction(side, start))


def _divides(street: RawStreet) -> bool:
    """Whether a street separates blocks: ways inside a block, bridges and tunnels do not."""
    level = street.layer == 0 and not street.bridge and not street.tunnel
    return level and street.kind <= StreetKind.LIVING_STREET


def _setback(street: RawStreet) -> float:
    lanes = (
        street.forward_lanes + street.backward_lanes + street.forward_bus_lanes + street.backward_bus_lanes
    )
    cycle = CYCLE_LANE * (street.cycle_lane_left + street.cycle_lane_right)
    return (lanes * (street.lane_width or LANE_WIDTH) + cycle) / 2 + PAVEMENT.get(street.kind, USUAL_PAVEMENT)


def _segments(streets: Sequence[RawStreet]) -> tuple[I64, I64]:
    """(M, 2) nodes at both ends of the straight pieces of all streets, and the street of each."""
    if not streets:
        return np.zeros((0, 2), np.int64), np.zeros(0, np.int64)
    node = np.concatenate([street.nodes for street in streets])
    owner = np.repeat(np.arange(len(streets)), [len(street.nodes) for street in streets])
    same = owner[1:] == owner[:-1]
    return np.column_stack([node[:-1], node[1:]])[same], owner[:-1][same]


def _lines(ends: I64, owner: I64, node_xy: F64) -> Shapes:
    """The streets from one node that they share with others to the next."""
    arms = np.bincount(ends.ravel(), minlength=len(node_xy))
    begins = np.ones(len(ends), np.bool_)
    begins[1:] = (owner[1:] != owner[:-1]) | (ends[1:, 0] != ends[:-1, 1]) | (arms[ends[1:, 0]] != 2)
    first = np.flatnonzero(begins)
    node = np.insert(ends[:, 1], first, ends[first, 0])
    line = np.insert(np.cumsum(begins) - 1, first, np.arange(len(first)))
    return shapely.linestrings(node_xy[node], indices=line)


def _faces(lines: Shapes, bounds: Bounds) -> Shapes:
    """The polygons between the lines and the border, without slivers, sides straightened."""
    lines = shapely.get_parts(shapely.clip_by_rect(lines, *bounds))
    lines = lines[shapely.length(lines) > 0]
    lines = np.concatenate([lines, _border(shapely.get_coordinates(lines), bounds)])
    faces = shapely.get_parts(shapely.polygonize(lines))
    faces = shapely.orient_polygons(faces[_broad(faces)])
    straight = shapely.simplify(faces, STRAIGHTEN)
    return straight[_broad(straight)]


def _broad(faces: Shapes) -> NDArray[np.bool_]:
    area = shapely.area(faces)
    return (area >= LEAST_AREA) & (4 * area >= LEAST_BREADTH * shapely.length(faces))


def _border(points: F64, bounds: Bounds) -> Shapes:
    """The city's border, cut where streets end on it."""
    west, south, east, north = bounds
    x, y = points.T
    on = (x == west) | (x == east) | (y == south) | (y == north)
    corners = np.array([[west, south], [east, south], [east, north], [west, north]])
    stops = np.unique(np.concatenate([points[on], corners]), axis=0)
    x, y = stops.T
    width, height = east - west, north - south
    along = np.select(
        [y == south, x == east, y == north],
        [x - west, width + y - south, width + height + east - x],
        2 * width + height + north - y,
    )
    ring = stops[np.argsort(along)]
    return shapely.linestrings(np.stack([ring, np.roll(ring, -1, axis=0)], axis=1))


def _split(faces: Shapes, random: np.random.Generator) -> Shapes:
    """The faces, large ones cut across their longer extent somewhere near the middle."""
    for _ in range(CUTS):
        area = shapely.area(faces)
        large = (area > LARGE) & (area < GIANT)
        whole = faces[large]
        frame = shapely.get_coordinates(shapely.minimum_rotated_rectangle(whole)).reshape(-1, 5, 2)
        first_longer = np.hypot(*(frame[:, 1] - frame[:, 0]).T) > np.hypot(*(frame[:, 2] - frame[:, 1]).T)
        frame = np.where(first_longer[:, None, None], frame[:, :4], np.roll(frame[:, :4], -1, axis=1))
        share = random.uniform(0.36, 0.64, len(whole))[:, None]
        near = frame[:, 0] + share * (frame[:, 1] - frame[:, 0])
        far = frame[:, 3] + share * (frame[:, 2] - frame[:, 3])
        halves = [
            shapely.intersection(whole, shapely.polygons(np.stack(corners, axis=1)))
            for corners in ((frame[:, 0], near, far, frame[:, 3]), (near, frame[:, 1], frame[:, 2], far))
        ]
        pieces, _ = explode(np.concatenate(halves))
        faces = np.concatenate([faces[~large], shapely.orient_polygons(pieces[_broad(pieces)])])
    return faces


def _sides(faces: Shapes) -> tuple[I64, F64]:
    """(K + 1,) where each block's sides begin, and the sides (S, 2, 2), holes included."""
    rings, face = shapely.get_rings(faces, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    owner = face[ring[:-1][same]]
    start = np.searchsorted(owner, np.arange(len(faces) + 1))
    return start.astype(np.int64), np.stack([points[:-1], points[1:]], axis=1)[same]


def _around(side: F64, segment: F64, owner: I64) -> I64:
    """(S,) the street along each side, -1 at the border."""
    if not len(segment) or not len(side):
        return np.full(len(side), -1, np.int64)
    step = segment[:, 1] - segment[:, 0]
    pieces = np.maximum(1, np.ceil(np.hypot(*step.T) / SPACING)).astype(np.int64)
    row = np.repeat(np.arange(len(segment)), pieces)
    share = (np.arange(len(row)) - np.repeat(np.cumsum(pieces) - pieces, pieces) + 0.5) / pieces[row]
    samples = segment[row, 0] + share[:, None] * step[row]
    distance, nearest = cKDTree(samples).query(side.mean(axis=1), distance_upper_bound=SPACING)
    return np.where(np.isfinite(distance), owner[row[np.minimum(nearest, len(row) - 1)]], -1)


def _main_direction(side: F64, start: I64) -> F64:
    """(K,) the direction of the sides modulo a quarter turn, long sides counting by their square."""
    step = side[:, 1] - side[:, 0]
    turn = np.exp(4j * np.arctan2(step[:, 1], step[:, 0])) * np.einsum("ij,ij->i", step, step)
    return np.angle(np.add.reduceat(turn, start[:-1])) / 4 if len(start) > 1 else np.zeros(0)
