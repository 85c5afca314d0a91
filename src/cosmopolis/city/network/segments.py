"""Stage 1: streets cut into segments, pieces without a junction in between."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.network import lines
from cosmopolis.city.network.profiles import ProfileTable, profile_of, profile_table
from cosmopolis.city.network.ragged import Ints, ranges, starts
from cosmopolis.city.raw import Finding, RawCity, RawStreet
from cosmopolis.city.words import Turn
from cosmopolis.geometry.polylines import Polylines

Turns = tuple[Turn, ...]


@dataclass(frozen=True)
class Segments:
    """S undirected pieces from node `a` to node `b`; ends are numbered ``2 s`` (at a) and ``2 s + 1`` (at b)."""

    a: Ints  # (S,) row of RawCity.node_xy
    b: Ints  # (S,)
    line: Polylines  # (S,) as drawn, a to b
    profile: Ints  # (S,) row of the profile table
    street: Ints  # (S,) row of RawCity.streets that gives key and name
    piece: Ints  # (S,) how many pieces of that street come before
    street_at: Ints  # (S, 2) street at a, at b; after chaining they may differ
    turns: list[tuple[Turns, Turns]]  # (S,) painted turns of the lanes that end at a, at b
    squeeze: NDArray[np.float64]  # (S,) share of their usual width that its lanes have

    def __len__(self) -> int:
        return len(self.a)

    @property
    def node(self) -> Ints:
        """(2S,) node of every end."""
        return np.column_stack([self.a, self.b]).ravel()

    def take(self, rows: NDArray) -> Segments:
        rows = np.flatnonzero(rows) if rows.dtype == bool else rows
        return Segments(
            self.a[rows], self.b[rows], lines.take(self.line, rows), self.profile[rows], self.street[rows],
            self.piece[rows], self.street_at[rows], [self.turns[i] for i in rows],
            self.squeeze[rows],
        )  # fmt: skip


def kerbs(segments: Segments, table: ProfileTable) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(S,) metres from the drawn line to the right and to the left kerb, in drawing direction."""
    p = segments.profile
    return table.right[p] * segments.squeeze, table.left[p] * segments.squeeze


def end_kerbs(segments: Segments, table: ProfileTable) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(2S,) the same at every segment end, looking out of its junction."""
    right, left = kerbs(segments, table)
    return np.column_stack([right, left]).ravel(), np.column_stack([left, right]).ravel()


def joined(parts: list[Segments]) -> Segments:
    """The segments of all parts, one part after the other."""
    line = [part.line for part in parts]
    return Segments(
        np.concatenate([part.a for part in parts]),
        np.concatenate([part.b for part in parts]),
        Polylines(
            np.concatenate([one.points for one in line]),
            starts(np.concatenate([np.diff(one.start) for one in line])),
        ),
        np.concatenate([part.profile for part in parts]),
        np.concatenate([part.street for part in parts]),
        np.concatenate([part.piece for part in parts]),
        np.concatenate([part.street_at for part in parts]),
        [turns for part in parts for turns in part.turns],
        np.concatenate([part.squeeze for part in parts]),
    )


def cut_streets(raw: RawCity) -> tuple[Segments, ProfileTable, list[Finding]]:
    """Cut the drivable streets where they meet each other or end, and at signals and crossings' lights."""
    rows = [i for i, street in enumerate(raw.streets) if street.kind.drivable and len(street.nodes) > 1]
    profiles: dict = {}
    profile = [profiles.setdefault(profile_of(raw.streets[i]), len(profiles)) for i in rows]
    nodes, count = _distinct_nodes([raw.streets[i].nodes for i in rows], len(raw.node_xy))
    cut = _cut_nodes(nodes, count, raw)
    segments = _pieces(raw, rows, np.array(profile, dtype=np.int64), nodes, count, cut)
    loops = np.flatnonzero(segments.a == segments.b)
    if len(loops):  # a loop needs nodes on its way to be a street between two places
        for loop in loops:
            _cut_loop(segments, int(loop), raw, nodes, cut)
        segments = _pieces(raw, rows, np.array(profile, dtype=np.int64), nodes, count, cut)
    segments, findings = _without_doubles(segments, raw)
    return segments, profile_table(profiles), findings


def _distinct_nodes(ways: list[NDArray[np.int64]], n: int) -> tuple[Ints, Ints]:
    """All ways' nodes in one array without immediate repetitions, and how many each way has."""
    nodes = np.concatenate(ways) if ways else np.zeros(0, dtype=np.int64)
    way = np.repeat(np.arange(len(ways)), [len(w) for w in ways])
    same = np.zeros(len(nodes), dtype=bool)
    same[1:] = (nodes[1:] == nodes[:-1]) & (way[1:] == way[:-1])
    return nodes[~same], np.bincount(way[~same], minlength=len(ways))


def _cut_nodes(nodes: Ints, count: Ints, raw: RawCity) -> NDArray[np.bool_]:
    """(N,) nodes where a street must be cut."""
    cut = np.bincount(nodes, minlength=len(raw.node_xy)) > 1
    begin = starts(count)
    filled = count > 0
    cut[nodes[begin[:-1][filled]]] = True
    cut[nodes[begin[1:][filled] - 1]] = True
    cut[list(raw.signals)] = True
    return cut


def _pieces(raw: RawCity, rows: list[int], profile: Ints, nodes: Ints, count: Ints, cut: NDArray) -> Segments:
    """The pieces between cut nodes, in the order of the streets."""
    way = np.repeat(np.arange(len(rows)), count)
    at = np.flatnonzero(cut[nodes])
    same = way[at[1:]] == way[at[:-1]]
    first, last = at[:-1][same], at[1:][same]
    piece_way = way[first]
    length = last - first + 1
    index = nodes[ranges(first, length)]
    begin = starts(count)
    piece = np.arange(len(first)) - np.searchsorted(piece_way, piece_way)
    street = np.array(rows, dtype=np.int64)[piece_way]
    opens, closes = first == begin[piece_way], last == begin[piece_way + 1] - 1
    painted = [_painted(raw.streets[s], o, c) for s, o, c in zip(street.tolist(), opens, closes)]
    return Segments(
        a=nodes[first],
        b=nodes[last],
        line=lines.of_flat(raw.node_xy[index], starts(length)),
        profile=profile[piece_way],
        street=street,
        piece=piece,
        street_at=np.column_stack([street, street]),
        turns=painted,
        squeeze=np.ones(len(first)),
    )


def _painted(street: RawStreet, opens: bool, closes: bool) -> tuple[Turns, Turns]:
    """Arrows hold where the street ends as drawn, not at side streets on the way."""
    return (street.backward_turns if opens else (), street.forward_turns if closes else ())


def _cut_loop(segments: Segments, loop: int, raw: RawCity, nodes: Ints, cut: NDArray) -> None:
    """Mark two nodes inside a loop as cuts, a third of its points apart."""
    way = raw.streets[int(segments.street[loop])].nodes
    at = np.flatnonzero(way == segments.a[loop])
    for begin, end in pairwise(at.tolist()):
        inside = way[begin + 1 : end]
        if len(inside) >= 2 and not cut[inside].any():
            third = max(len(inside) // 3, 1)
            cut[inside[third - 1]] = cut[inside[-third]] = True


def _without_doubles(segments: Segments, raw: RawCity) -> tuple[Segments, list[Finding]]:
    """Without pieces of no length and without the second drawing of one and the same piece."""
    length = segments.line.length
    middle = (
        lines.at(segments.line, np.arange(len(segments)), length / 2)[:, :2]
        if len(segments)
        else np.zeros((0, 2))
    )
    low, high = np.minimum(segments.a, segments.b), np.maximum(segments.a, segments.b)
    shape = np.column_stack([low, high, np.round(length * 10), np.round(middle)]).astype(np.int64)
    _, first = np.unique(shape, axis=0, return_index=True)
    keep = np.zeros(len(segments), dtype=bool)
    keep[first] = True
    again = np.unique(segments.street[~keep]).tolist()
    keep &= segments.a != segments.b
    findings = [
        Finding(
            "duplicate-street",
            raw.streets[i].key,
            "drawn twice; the second one is left out",
        )
        for i in again
    ]
    return segments.take(keep), findings


def tidied(segments: Segments, tolerance: float = 0.1) -> Segments:
    """Without the points that do not change a line's shape by more than `tolerance` metres."""
    return replace(segments, line=lines.simplified(segments.line, tolerance))
