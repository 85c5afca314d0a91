"""Stage 6a: how each junction decides who goes, and how strong each arriving edge is there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from cosmopolis.city.network import lines
from cosmopolis.city.network.lanes import Roads
from cosmopolis.city.network.profiles import ProfileTable
from cosmopolis.city.network.ragged import Ints
from cosmopolis.city.network.segments import Segments
from cosmopolis.city.raw import RawCity
from cosmopolis.city.words import Control, StreetKind

F64 = NDArray[np.float64]
Bools = NDArray[np.bool_]

MINOR, MAJOR, RING = 1, 2, 3
_LINKS = [StreetKind.MOTORWAY_LINK, StreetKind.TRUNK_LINK, StreetKind.PRIMARY_LINK, StreetKind.SECONDARY_LINK,
          StreetKind.TERTIARY_LINK]  # fmt: skip
_EDGE = 30.0  # m from the edge of the data within which a street's end is a cut
_SIGN = 45.0  # m from a sign to the junction it belongs to


@dataclass(frozen=True)
class Rules:
    """Who goes first, apart from lights."""

    control: Ints  # (N,) words.Control of every place
    rank: Ints  # (E,) MINOR, MAJOR or RING of every edge where it arrives
    stopped: Bools  # (E,) a stop sign stands where it arrives


def junction_controls(
    segments: Segments, table: ProfileTable, roads: Roads, place: Ints, lit: Bools, raw: RawCity
) -> Rules:
    """Control of every place and rank of every arriving edge."""
    n = len(place)
    node = segments.node
    junction = place[node]
    degree = np.bincount(junction, minlength=n)
    arrive = junction[roads.end]
    kind = table.kind[segments.profile[roads.segment]]
    ring = table.roundabout[segments.profile[roads.segment]]
    strength = np.where(np.isin(kind, _LINKS), StreetKind.UNCLASSIFIED - 0.5, kind)
    best = np.full(n, np.inf)
    np.minimum.at(best, arrive, strength)
    rank = np.where(strength == best[arrive], MAJOR, MINOR)
    majors = np.bincount(arrive[rank == MAJOR], minlength=n)
    arrivals = np.bincount(arrive, minlength=n)
    control = np.full(n, int(Control.PRIORITY))
    control[(degree == 2) & (arrivals <= 2)] = Control.CONTINUATION
    equal = (degree > 2) & (majors == arrivals) & (majors > 2) & (best >= StreetKind.UNCLASSIFIED)
    control[equal] = Control.RIGHT_BEFORE_LEFT
    _choose_main_roads(roads, arrive, rank, (majors > 2) & ~equal)
    stopped = _obey_signs(segments, roads, arrive, rank, control, degree, raw, place)
    round_ = np.zeros(n, dtype=bool)
    round_[arrive[ring]] = True
    round_[place[list(raw.mini_roundabouts)]] = True
    control[round_ & (degree > 2)] = Control.ROUNDABOUT
    rank[ring] = RING
    control[lit & (degree > 1)] = Control.SIGNAL
    control[degree == 1] = np.where(_at_border(raw), int(Control.BORDER), int(Control.DEAD_END))[degree == 1]
    turnaround = (degree == 2) & (_node_count(node, place, n) == 2) & (arrivals == 1)
    control[turnaround & ~lit] = np.where(_ends_only(segments, node, place, n), int(Control.BORDER), control)[
        turnaround & ~lit
    ]
    return Rules(control, rank, stopped | (control[arrive] == Control.ALL_WAY_STOP))


def _node_count(node: Ints, place: Ints, n: int) -> Ints:
    """(n,) drawn nodes in each place."""
    used = np.unique(node)
    return np.bincount(place[used], minlength=n)


def _ends_only(segments: Segments, node: Ints, place: Ints, n: int) -> Bools:
    """(n,) places made of loose ends only: where a divided road leaves the map."""
    single = np.bincount(node, minlength=n) == 1
    loose = np.ones(n, dtype=bool)
    loose[place[node[~single[node]]]] = False
    return loose


def _choose_main_roads(roads: Roads, arrive: Ints, rank: Ints, undecided: Bools) -> None:
    """Where more than two equal streets meet, the widest that goes straight on is the main road."""
    rows = np.flatnonzero(undecided[arrive] & (rank == MAJOR))
    heading = lines.end_directions(roads.axis)[1]
    lanes = roads.general_count
    groups: dict[int, list[int]] = {}
    for edge in rows.tolist():
        groups.setdefault(int(arrive[edge]), []).append(edge)
    for edges in groups.values():
        dots = heading[edges] @ heading[edges].T
        width = lanes[edges]
        score = -dots * 3.0 + width[:, None] + width[None, :]
        np.fill_diagonal(score, -np.inf)
        i, j = np.unravel_index(int(np.argmax(score)), score.shape)
        main = {edges[i], edges[j]} | {edges[k] for k in range(len(edges)) if abs(dots[i, k]) > 0.94}
        for edge in edges:
            if edge not in main:
                rank[edge] = MINOR


def _obey_signs(
    segments: Segments,
    roads: Roads,
    arrive: Ints,
    rank: Ints,
    control: Ints,
    degree: Ints,
    raw: RawCity,
    place: Ints,
) -> Bools:
    """Stop and give-way signs make an edge minor; where all have a stop sign, all stop. (E,) who has a stop sign."""
    signs = [(node, True) for node in sorted(raw.stops_signs)] + [
        (node, False) for node in sorted(raw.yields)
    ]
    stopped = np.zeros(len(roads), dtype=bool)
    if not signs or len(roads) == 0:
        return stopped
    xy = raw.node_xy[[node for node, _ in signs]]
    tree = shapely.STRtree(shapely.linestrings(roads.axis.points[:, :2], indices=lines.owner(roads.axis)))
    sign, edge = tree.query(shapely.points(xy), predicate="dwithin", distance=6.0)
    tip = roads.axis.points[roads.axis.start[1:] - 1, :2]
    far = np.hypot(*(xy[sign] - tip[edge]).T)
    near = (far < _SIGN) & (far <= roads.axis.length[edge] * 0.6 + 12.0)
    for s, e in zip(sign[near].tolist(), edge[near].tolist()):
        rank[e] = MINOR
        stopped[e] |= signs[s][1]
        if control[arrive[e]] == Control.RIGHT_BEFORE_LEFT:
            control[arrive[e]] = Control.PRIORITY
    free = np.ones(len(degree), dtype=bool)
    free[arrive[~stopped]] = False
    control[free & (degree > 2)] = Control.ALL_WAY_STOP
    at_node = np.array(sorted(raw.stops_signs), dtype=np.int64)
    if len(at_node):
        control[place[at_node][degree[place[at_node]] > 2]] = Control.ALL_WAY_STOP
    return stopped


def _at_border(raw: RawCity) -> Bools:
    """(N,) nodes at or beyond the edge of the data."""
    x, y = raw.node_xy.T if len(raw.node_xy) else np.zeros((2, 0))
    if raw.boundary is not None:
        inside = shapely.buffer(raw.boundary, -_EDGE)
        return ~shapely.contains_xy(inside, x, y)
    if len(x) == 0:
        return np.zeros(0, dtype=bool)
    west, south, east, north = raw.bounds or (x.min(), y.min(), x.max(), y.max())
    return (x < west + _EDGE) | (x > east - _EDGE) | (y < south + _EDGE) | (y > north - _EDGE)
