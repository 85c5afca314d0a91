"""What a car can reach: streets that lead nowhere are found before junctions are built, and labelled after."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from cosmopolis.city.network import lines
from cosmopolis.city.network.lanes import Roads
from cosmopolis.city.network.movements import Movements
from cosmopolis.city.network.profiles import ProfileTable
from cosmopolis.city.network.ragged import Ints
from cosmopolis.city.network.segments import Segments
from cosmopolis.city.raw import Finding, RawCity
from cosmopolis.city.words import Mode

_ENOUGH = 0.97  # share of lane length that has to be connected
_TURNAROUND = 60.0  # m between the two carriageways of one road where the map ends


def strong_components(a: Ints, b: Ints, n: int) -> Ints:
    """(n,) label of the strongly connected component over arcs a -> b."""
    graph = coo_matrix((np.ones(len(a), dtype=np.int8), (a, b)), shape=(n, n))
    return np.asarray(connected_components(graph, directed=True, connection="strong")[1], dtype=np.int64)


def without_islands(
    segments: Segments, table: ProfileTable, raw: RawCity
) -> tuple[Segments, NDArray[np.int64], list[Finding]]:
    """Only the segments from which cars can reach the rest of the city and come back.

    Also gives (T, 2) turnarounds: the ends, out and in, of divided roads that are cut off by the map's edge. Beyond
    the edge one can turn round somewhere, so these two nodes are one place.
    """
    n = len(raw.node_xy)
    place = np.arange(n)
    turnarounds = _turnarounds(segments, table)
    if len(segments) == 0:
        return segments, turnarounds, []
    place[turnarounds.max(axis=1)] = turnarounds.min(axis=1)
    forward, backward = table.cars[segments.profile].T
    a, b = place[segments.a], place[segments.b]
    label = strong_components(
        np.concatenate([a[forward], b[backward]]), np.concatenate([b[forward], a[backward]]), n
    )
    length = segments.line.length
    inside = label[a] == label[b]
    drivable = forward | backward
    size = np.bincount(
        label[a[inside & drivable]], weights=length[inside & drivable], minlength=label.max() + 1
    )
    main = int(np.argmax(size))
    keep = inside & (label[a] == main)
    return segments.take(keep), turnarounds, _lost(segments, raw, ~keep, length)


def _turnarounds(segments: Segments, table: ProfileTable) -> NDArray[np.int64]:
    """(T, 2) sink and source node where the two carriageways of a divided road end side by side."""
    node = segments.node
    out = np.zeros((0, 2), dtype=np.int64)
    if len(node) == 0:
        return out
    lone = np.bincount(node, minlength=int(node.max()) + 1)[node] == 1
    profile = np.repeat(segments.profile, 2)
    forward, backward = table.cars[profile].T
    at_b = np.arange(len(node)) % 2 == 1
    arrives, leaves = np.where(at_b, forward, backward), np.where(at_b, backward, forward)
    sinks = np.flatnonzero(lone & arrives & ~leaves)
    sources = np.flatnonzero(lone & leaves & ~arrives)
    if len(sinks) == 0 or len(sources) == 0:
        return out
    first, last = lines.end_directions(segments.line)
    outward = np.stack([first, -last], axis=1).reshape(-1, 2)
    tip = np.stack([segments.line.points[segments.line.start[:-1]], segments.line.points[segments.line.start[1:] - 1]],
                   axis=1).reshape(-1, 3)[:, :2]  # fmt: skip
    far = np.hypot(*(tip[sinks][:, None] - tip[sources][None]).transpose(2, 0, 1))
    aligned = outward[sinks] @ outward[sources].T > 0.7
    kind = table.kind[profile]
    far[~aligned | (kind[sinks][:, None] != kind[sources][None])] = np.inf
    found = []
    while far.size and far.min() < _TURNAROUND:
        i, j = np.unravel_index(int(np.argmin(far)), far.shape)
        found.append((int(node[sinks[i]]), int(node[sources[j]])))
        far[i, :] = far[:, j] = np.inf
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def _lost(segments: Segments, raw: RawCity, lost: NDArray, length: NDArray) -> list[Finding]:
    """One finding a street, with the length that is left out."""
    per_street = np.bincount(segments.street[lost], weights=length[lost], minlength=len(raw.streets))
    return [
        Finding(
            "unreachable",
            raw.streets[row].key,
            f"{per_street[row]:.0f} m left out: a car cannot get there and back",
        )
        for row in np.flatnonzero(per_street).tolist()
    ]


def main_edges(roads: Roads, moves: Movements) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """(E,) edges of the component with most lane length over the allowed movements, or closed to cars; that length."""
    cars = (roads.lane_modes & int(Mode.CAR)) > 0
    length = np.where(cars, roads.lane_line.length, 0.0)
    weight: NDArray[np.float64] = np.bincount(roads.lane_edge, weights=length, minlength=len(roads)).astype(
        np.float64
    )
    by_car = (weight[moves.source] > 0) & (weight[moves.target] > 0)
    label = strong_components(moves.source[by_car], moves.target[by_car], len(roads))
    size = np.bincount(label, weights=weight) if len(label) else np.zeros(1)
    return (label == np.argmax(size)) | (weight == 0.0), weight


def connected_segments(
    segments: Segments, roads: Roads, moves: Movements, raw: RawCity
) -> tuple[NDArray[np.bool_], list[Finding]]:
    """(S,) segments to keep: all, if nearly all lane length is strongly connected over the allowed movements.

    Where it is not (turn restrictions make traps), those without an edge in the largest component go.
    """
    keep = np.ones(len(segments), dtype=bool)
    main, weight = main_edges(roads, moves)
    if weight[main].sum() >= _ENOUGH * weight.sum():
        return keep, []
    drivable = np.bincount(roads.segment, weights=weight, minlength=len(segments)) > 0
    keep[drivable] = False
    keep[roads.segment[main & (weight > 0)]] = True
    return keep, _lost(segments, raw, ~keep, segments.line.length)
