"""Heights: bridges rise over what they cross, tunnels dive, and no ramp is too steep.

A deck of layer n wants to be n times 5.5 m up, the ground wants to be at 0. From every place that is sure of its
height (ground, or a deck right above another street) height may change by 6 % of the way only. Where a deck
crosses a street close to the ground, the ground before it is raised to a ramp. Below ground only the ramp itself
goes down, the street that leads on from a tunnel's mouth to the next junction; where it is short, it is steeper.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra

from cosmopolis.city.network import lines
from cosmopolis.city.network.profiles import ProfileTable
from cosmopolis.city.network.ragged import Ints
from cosmopolis.city.network.segments import Segments
from cosmopolis.geometry.polylines import Polylines

CLEARANCE = 5.5  # m from one layer to the next
SLOPE = 0.06
_STEEPEST = 0.12  # of a short ramp into a tunnel
_RAMP_PIECES = 3  # of one ramp, where its lanes change on the way
_STEP = 12.0  # m between points of a line that may rise
_REACH = 250.0  # m around a bridge or tunnel in which streets may be ramps

F64 = NDArray[np.float64]


def lifted(segments: Segments, table: ProfileTable, place: Ints) -> Segments:
    """The same segments with heights; ends that share a place share a height."""
    layer = table.layer[segments.profile]
    return replace(segments, line=lifted_lines(segments.line, layer, place[segments.a], place[segments.b]))


def lifted_lines(line: Polylines, layer: Ints, a: Ints, b: Ints, slope: float = SLOPE) -> Polylines:
    """Lines of the given layers with heights and, where those change, with points added; `a`, `b` name the ends."""
    if not (layer != 0).any():
        return line
    near = _near_structures(line, layer)
    line = lines.densified(line, np.where(near, _STEP, 0.0))
    vertex, graph, n = _graph(line, a, b)
    row = lines.owner(line)
    up = _raised(vertex, graph, n, line, row, np.maximum(layer, 0), slope)
    down = _raised(vertex, graph, n, line, row, np.maximum(-layer, 0), slope)
    if (down > 0).any():
        level = np.full(n, np.inf)
        level[vertex[~_goes_down(layer, a, b)[row]]] = 0.0
        down = np.minimum(down, _STEEPEST * _spread(graph, level, n))
    z = _smoothed(up - down, vertex, line, row)
    points = line.points.copy()
    points[:, 2] = z[vertex]
    return Polylines(points, line.start)


def _goes_down(layer: Ints, a: Ints, b: Ints) -> NDArray[np.bool_]:
    """(S,) tunnels, and the ramps before them: streets at ground level that alone go on where a tunnel ends."""
    down = layer < 0
    _, place = np.unique(np.concatenate([a, b]), return_inverse=True)
    ends = np.bincount(place)
    for _ in range(_RAMP_PIECES):
        ended = np.bincount(place, weights=np.concatenate([down, down]))
        mouth = ((ends == 2) & (ended == 1))[place]
        down = down | ((layer == 0) & (mouth[: len(a)] | mouth[len(a) :]))
    return down


def _near_structures(line: Polylines, layer: Ints) -> NDArray[np.bool_]:
    """(S,) segments that come near a bridge or a tunnel."""
    shapes = shapely.linestrings(line.points[:, :2], indices=lines.owner(line))
    structures = shapely.multilinestrings(shapes[layer != 0])
    shapely.prepare(structures)
    return shapely.dwithin(structures, shapes, _REACH) | (layer != 0)


def _graph(line: Polylines, a: Ints, b: Ints) -> tuple[Ints, coo_matrix, int]:
    """(P,) graph vertex of every point (ends of one place are one vertex), the steps as a graph, its size."""
    n = len(line.points)
    first, last = line.start[:-1], line.start[1:] - 1
    vertex = np.arange(n)
    ends = np.concatenate([first, last])
    _, shared = np.unique(np.concatenate([a, b]), return_inverse=True)
    vertex[ends] = n + shared
    _, vertex = np.unique(vertex, return_inverse=True)
    along = line.station
    step = np.setdiff1d(np.arange(n), last, assume_unique=True)
    weight = np.maximum(along[step + 1] - along[step], 1e-3)
    size = int(vertex.max()) + 1
    graph = coo_matrix((weight, (vertex[step], vertex[step + 1])), shape=(size, size)).tocsr()
    return vertex, graph, size


def _raised(
    vertex: Ints, graph: coo_matrix, n: int, line: Polylines, row: Ints, layer: Ints, slope: float
) -> F64:
    """(n,) height of every vertex for decks at `layer` (S,) >= 0; 0 is ground."""
    if not (layer > 0).any():
        return np.zeros(n)
    wish = np.full(n, np.inf)
    np.minimum.at(wish, vertex, layer[row] * CLEARANCE)  # a vertex that ground touches is on the ground
    must = np.zeros(n)
    for point, height in _crossings(line, layer):
        must[vertex[point]] = np.maximum(must[vertex[point]], height)
    # From wishes height may rise by `slope` a metre, and from what must be it may fall by that.
    ceiling = _spread(graph, wish / slope, n) * slope
    top = float(must.max())
    floor = top - _spread(graph, (top - must) / slope, n) * slope if top > 0 else np.zeros(n)
    return np.maximum(np.maximum(ceiling, floor), 0.0)


def _spread(graph: coo_matrix, offset: F64, n: int) -> F64:
    """(n,) least of offset + distance over all vertices: one search from a vertex that touches all."""
    # Vertices that cannot improve on another are still listed; the search is over a few thousand steps.
    rows = np.full(n, n)
    weight = np.maximum(offset, 1e-9)
    full = graph.tocoo()
    joined = coo_matrix(
        (
            np.concatenate([full.data, full.data, weight]),
            (np.concatenate([full.row, full.col, rows]), np.concatenate([full.col, full.row, np.arange(n)])),
        ),
        shape=(n + 1, n + 1),
    ).tocsr()
    return np.asarray(dijkstra(joined, indices=n))[:n]


def _crossings(line: Polylines, layer: Ints) -> list[tuple[Ints, float]]:
    """(points of a deck that bound its crossing of a lower street, the height needed there)."""
    shapes = shapely.linestrings(line.points[:, :2], indices=lines.owner(line))
    tree = shapely.STRtree(shapes)
    decks = np.flatnonzero(layer > 0)
    pick, other = tree.query(shapes[decks], predicate="intersects")
    deck = decks[pick]
    below = (layer[other] < layer[deck]) & (deck != other)
    deck, other = deck[below], other[below]
    at = shapely.centroid(shapely.intersection(shapes[deck], shapes[other]))
    station = shapely.line_locate_point(shapes[deck], at)
    length = line.length[deck]
    # Meeting at a shared end is a ramp's foot, not a crossing.
    real = (station > 1.0) & (station < length - 1.0)
    needed = np.where(layer[other] > 0, layer[deck], 1) * CLEARANCE
    out = []
    for d, s, h in zip(deck[real].tolist(), station[real].tolist(), needed[real].tolist()):
        begin, end = int(line.start[d]), int(line.start[d + 1])
        i = begin + int(np.searchsorted(line.station[begin:end], s)) - 1
        out.append((np.array([max(i, begin), min(i + 1, end - 1)]), h))
    return out


def _smoothed(z: F64, vertex: Ints, line: Polylines, row: Ints, rounds: int = 4) -> F64:
    """Kinks between slopes are rounded along each line; ends stay where they are."""
    inner = np.ones(len(vertex), dtype=bool)
    inner[line.start[:-1]] = inner[line.start[1:] - 1] = False
    inner = np.flatnonzero(inner)
    here, before, after = vertex[inner], vertex[inner - 1], vertex[inner + 1]
    for _ in range(rounds):
        z = z.copy()
        z[here] = 0.5 * z[here] + 0.25 * (z[before] + z[after])
    return z
