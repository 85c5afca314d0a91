"""The street plan while it grows: a planar subdivision that can be cut.

Nodes are points; a segment joins two nodes and belongs to a way; faces are rings of nodes, counter-clockwise.
Cutting a face adds a street and makes two faces; spurs are streets inside a face that do not divide it.
Junctions are exact from the start: nothing is snapped afterwards.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from cosmopolis.city.words import StreetKind

XY = tuple[float, float]
Points = NDArray[np.float64]
BORDER = -1  # the way of segments that only close the picture


@dataclass
class Way:
    """One street from end to end, as its sign names it."""

    kind: StreetKind
    lanes: tuple[int, int] = (1, 1)  # forward, backward
    role: str = "local"  # what it was drawn as
    name: str = ""


@dataclass(frozen=True)
class Link:
    """A street between two junctions (or ends)."""

    nodes: tuple[int, ...]
    way: int


class Fabric:
    def __init__(self) -> None:
        self.xy: list[XY] = []
        self.near: list[list[int]] = []  # neighbours of each node, in order of arrival
        self.ways: list[Way] = []
        self.segments: dict[tuple[int, int], int] = {}  # as drawn -> way
        self.faces: dict[int, list[int]] = {}
        self.left: dict[tuple[int, int], int] = {}  # half-edge -> face on its left
        self._next_face = 0

    # --- building ---------------------------------------------------------------------------------------

    @classmethod
    def of_lines(
        cls, lines: Sequence[Points], ways: Sequence[int], table: list[Way], inside: object
    ) -> Fabric:
        """Nodes where lines cross; what lies outside the polygon `inside` is left away."""
        fabric = cls()
        fabric.ways = table
        drawn = [shapely.LineString(line) for line in lines]
        pieces = shapely.get_parts(shapely.union_all(drawn))
        middle = shapely.line_interpolate_point(pieces, 0.5, normalized=True)
        within = shapely.covers(shapely.buffer(inside, 0.01), middle)
        owner = shapely.STRtree(drawn).nearest(middle[within])
        pieces, owner = _knit(pieces[within], owner)
        tidy = [_tidy(shapely.get_coordinates(piece)) for piece in pieces]
        index: dict[XY, int] = {}
        for line, row in zip(tidy, owner):
            nodes = [fabric._node_at((round(x, 4), round(y, 4)), index) for x, y in line.tolist()]
            if len(set(nodes)) == len(nodes) or (nodes[0] == nodes[-1] and len(nodes) > 3):
                for a, b in itertools.pairwise(nodes):
                    fabric._join(a, b, ways[int(row)])
        rings = shapely.polygonize([shapely.LineString(np.round(line, 4)) for line in tidy])
        for polygon in shapely.get_parts(rings):
            ring = shapely.get_coordinates(shapely.orient_polygons(polygon).exterior)[:-1]
            fabric._add_face([index[(x, y)] for x, y in ring.tolist()])
        return fabric

    def _node_at(self, xy: XY, index: dict[XY, int]) -> int:
        if xy not in index:
            index[xy] = self.node(xy)
        return index[xy]

    def node(self, xy: XY) -> int:
        self.xy.append((float(xy[0]), float(xy[1])))
        self.near.append([])
        return len(self.xy) - 1

    def way(self, way: Way) -> int:
        self.ways.append(way)
        return len(self.ways) - 1

    def _join(self, a: int, b: int, way: int) -> None:
        self.segments[(a, b)] = way
        self.near[a].append(b)
        self.near[b].append(a)

    def _add_face(self, ring: list[int]) -> int:
        face, self._next_face = self._next_face, self._next_face + 1
        self.faces[face] = ring
        for a, b in zip(ring, [*ring[1:], ring[0]]):
            self.left[(a, b)] = face
        return face

    # --- asking -----------------------------------------------------------------------------------------

    def way_of(self, a: int, b: int) -> int:
        way = self.segments.get((a, b))
        return self.segments[(b, a)] if way is None else way

    def degree(self, node: int) -> int:
        return len(self.near[node])

    def ring(self, face: int) -> Points:
        """(n, 2) open ring, counter-clockwise."""
        return np.array([self.xy[node] for node in self.faces[face]])

    def polygon(self, face: int) -> shapely.Polygon:
        return shapely.Polygon(self.ring(face))

    # --- growing ----------------------------------------------------------------------------------------

    def split(self, a: int, b: int, xy: XY) -> int:
        """A new node on the segment between neighbours a and b."""
        p = self.node(xy)
        way = self.segments.pop((a, b), None)
        if way is None:
            a, b = b, a
            way = self.segments.pop((a, b))
        self.near[a][self.near[a].index(b)] = p
        self.near[b][self.near[b].index(a)] = p
        self.near[p] = [a, b]
        self.segments[(a, p)] = way
        self.segments[(p, b)] = way
        for start, end in ((a, b), (b, a)):
            face = self.left.pop((start, end), None)
            if face is not None:
                ring = self.faces[face]
                ring.insert(ring.index(start) + 1, p)
                self.left[(start, p)] = face
                self.left[(p, end)] = face
        return p

    def cut(self, face: int, a: int, b: int, between: Iterable[XY], way: int) -> tuple[int, int]:
        """Divides a face by a street from its node a to its node b; returns both faces."""
        inner = self.draw([a], between, way)
        self._join(inner[-1], b, way)
        inner = inner[1:]
        ring = self.faces.pop(face)
        i = ring.index(a)
        ring = ring[i:] + ring[:i]
        j = ring.index(b)
        one = self._add_face(ring[: j + 1] + inner[::-1])
        two = self._add_face([*ring[j:], a, *inner])
        return one, two

    def draw(self, path: list[int], points: Iterable[XY], way: int) -> list[int]:
        """A spur: goes on from the last node of `path` through new points; returns all its nodes."""
        path = list(path)
        for xy in points:
            path.append(self.node(xy))
            self._join(path[-2], path[-1], way)
        return path

    def connect(self, a: int, b: int, way: int) -> None:
        """A segment between two nodes that divides no face (or one that need not know)."""
        self._join(a, b, way)

    def drop(self, a: int, b: int) -> None:
        """Takes a segment out; for streets that divide no face."""
        self.segments.pop((a, b), None)
        self.segments.pop((b, a), None)
        self.near[a].remove(b)
        self.near[b].remove(a)

    def dissolve(self, node: int) -> int:
        """Takes out a shape node and joins its neighbours; returns the later one. Faces are left as they were."""
        a, b = self.near[node]
        way = self.way_of(a, node)
        forward = (a, node) in self.segments
        self.drop(a, node)
        self.drop(node, b)
        self._join(*((a, b) if forward else (b, a)), way)
        return b

    # --- reading out ------------------------------------------------------------------------------------

    def links(self) -> list[Link]:
        """Streets between junctions: runs of segments of one way through nodes of degree two, as drawn."""
        ahead: dict[tuple[int, int], int] = {}
        for (a, b), way in self.segments.items():
            if way != BORDER:
                ahead[(a, way)] = b if (a, way) not in ahead else -2
        starts = [
            (a, b, way)
            for (a, b), way in self.segments.items()
            if way != BORDER and not self._through(a, way)
        ]
        out = []
        for a, b, way in starts:
            nodes = [a, b]
            while self._through(nodes[-1], way):
                nodes.append(ahead[(nodes[-1], way)])
            out.append(Link(tuple(nodes), way))
        return out

    def _through(self, node: int, way: int) -> bool:
        """Whether the way passes this node without a junction, in drawing direction."""
        if len(self.near[node]) != 2:
            return False
        a, b = self.near[node]
        return (self.segments.get((a, node)) == way and self.segments.get((node, b)) == way) or (
            self.segments.get((b, node)) == way and self.segments.get((node, a)) == way
        )


def _knit(pieces: NDArray[np.object_], owner: NDArray, near: float = 13.0) -> tuple[list, NDArray]:
    """Noded pieces with ends nearer than `near` drawn together, and without what that leaves of overshoots."""
    lines = [shapely.get_coordinates(piece) for piece in pieces]
    ends = np.array([line[k] for line in lines for k in (0, -1)])
    places, index = np.unique(np.round(ends, 4), axis=0, return_inverse=True)
    index = index.ravel()
    count = np.bincount(index)
    points = shapely.points(places)
    pairs = shapely.STRtree(points).query(points, predicate="dwithin", distance=near)
    group = np.arange(len(places))
    for k in np.argsort(-count, kind="stable"):  # the busiest point of a knot stays where it is
        if group[k] == k:
            around = pairs[1][pairs[0] == k]
            group[around[group[around] == around]] = k
    for line, a, b in zip(lines, group[index[0::2]], group[index[1::2]]):
        line[0], line[-1] = places[a], places[b]
    a, b = group[index[0::2]], group[index[1::2]]
    length = np.array([np.hypot(*np.diff(line, axis=0).T).sum() for line in lines])
    keep = (a != b) | (length > 60)
    degree = np.bincount(np.concatenate([a[keep], b[keep]]), minlength=len(places))
    keep &= (length > 25) | ((degree[a] > 1) & (degree[b] > 1))
    _, first = np.unique(np.column_stack([np.minimum(a, b), np.maximum(a, b), length // 20])[keep], axis=0,
                         return_index=True)  # fmt: skip
    rows = np.flatnonzero(keep)[np.sort(first)]
    return [shapely.LineString(lines[row]) for row in rows], owner[rows]


def _tidy(line: Points, room: float = 14.0) -> Points:
    """Without shape points so near an end that they would make a stub there."""
    if len(line) < 3:
        return line
    far = np.hypot(*(line - line[0]).T) > room
    far &= np.hypot(*(line - line[-1]).T) > room
    far[[0, -1]] = True
    return line[far]
