"""Turns that signs forbid, as pairs of edges.

A restriction at a node holds inside a merged junction too: the ways through it are searched sign by sign. One that
leads over whole streets is exact where these lie inside one junction. Where they do not, the network, which knows
turns from one edge into the next, forbids one of the turns on that way to everybody: the first or the last,
whichever takes fewer other ways from others.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from cosmopolis.city.network.clusters import Inside
from cosmopolis.city.network.lanes import Roads
from cosmopolis.city.network.profiles import ProfileTable
from cosmopolis.city.network.ragged import Ints
from cosmopolis.city.network.segments import Segments
from cosmopolis.city.raw import RawCity
from cosmopolis.city.words import Mode

_LONGEST = 30  # edges that a restriction may lead over

Arcs = dict[int, list[tuple[int, int]]]  # node -> (next node or edge, street)
Progress = frozenset[tuple[int, int]]  # (way, streets of it that one has come along)


class _Way(NamedTuple):
    """A forbidden way over streets, as rows of RawCity.streets from the first street to the last."""

    streets: tuple[int, ...]
    begin: int  # node where the first street ends
    end: int  # node where the last one begins


@dataclass
class _Signs:
    no: dict[tuple[int, int], set[int]] = field(default_factory=dict)  # (street, node) -> streets
    only: dict[tuple[int, int], set[int]] = field(default_factory=dict)
    ways: list[_Way] = field(default_factory=list)

    def nodes(self) -> list[int]:
        return [node for _, node in [*self.no, *self.only]] + [way.begin for way in self.ways]

    def inside(self, place: Ints) -> _Signs:
        """Without the ways that lead from one junction to another."""
        return _Signs(self.no, self.only, [w for w in self.ways if place[w.begin] == place[w.end]])


def banned_pairs(
    segments: Segments, table: ProfileTable, roads: Roads, place: Ints, inside: Inside, raw: RawCity
) -> set[tuple[int, int]]:
    """Pairs of edges that turn restrictions take away."""
    signs = _signs(raw)
    beyond = [way for way in signs.ways if place[way.begin] != place[way.end]]
    near = signs.inside(place)
    banned = _inside_junctions(segments, table, roads, place, inside, near) if near.nodes() else set()
    if beyond:
        ends = _Ends(segments, roads, place)
        for way in beyond:
            banned |= ends.fewest_lost(way)
    return banned


def _signs(raw: RawCity) -> _Signs:
    rows = {street.key: i for i, street in enumerate(raw.streets)}
    signs = _Signs()
    for rule in raw.restrictions:
        keys = (rule.from_street, *rule.via_streets, rule.to_street)
        if rule.except_modes & Mode.CAR or not all(key in rows for key in keys):
            continue
        streets = tuple(rows[key] for key in keys)
        if rule.via_streets:
            if not rule.only:
                signs.ways.append(_Way(streets, rule.via_node, rule.last_node))
            continue
        book = signs.only if rule.only else signs.no
        book.setdefault((streets[0], rule.via_node), set()).add(streets[1])
    return signs


def _inside_junctions(
    segments: Segments, table: ProfileTable, roads: Roads, place: Ints, inside: Inside, signs: _Signs
) -> set[tuple[int, int]]:
    """Pairs (edge into a junction, edge out of it) that no path through the junction joins without breaking a sign."""
    streets = segments.street_at.ravel()
    node = segments.node
    touched = np.zeros(len(place), dtype=bool)
    touched[place[signs.nodes()]] = True
    arcs = _arcs(inside.segments, table)
    exits: Arcs = {}
    for edge in np.flatnonzero(touched[place[node[roads.begin]]]).tolist():
        end = int(roads.begin[edge])
        exits.setdefault(int(node[end]), []).append((edge, int(streets[end])))
    banned = set()
    for edge in np.flatnonzero(touched[place[node[roads.end]]]).tolist():
        end = int(roads.end[edge])
        home = place[node[end]]
        found = _search(int(streets[end]), int(node[end]), arcs, exits, signs)
        all_exits = [e for n, rows_ in exits.items() if place[n] == home for e, _ in rows_]
        banned |= {(edge, e) for e in all_exits if e not in found}
    return banned


def _arcs(inner: Segments, table: ProfileTable) -> Arcs:
    """Where cars may drive on to from every node inside merged junctions."""
    arcs: Arcs = {}
    cars = table.cars[inner.profile]
    for i in range(len(inner)):
        a, b = int(inner.a[i]), int(inner.b[i])
        if cars[i, 0]:
            arcs.setdefault(a, []).append((b, int(inner.street_at[i, 0])))
        if cars[i, 1]:
            arcs.setdefault(b, []).append((a, int(inner.street_at[i, 1])))
    return arcs


def _search(street: int, node: int, arcs: Arcs, exits: Arcs, signs: _Signs) -> set[int]:
    """Edges out of the junction that can be reached from `node`, coming along `street`, without breaking a sign."""
    found: set[int] = set()
    start = (street, node, _begun(street, signs))
    seen = {start}
    queue = [start]
    while queue:
        street, node, progress = queue.pop()
        forbidden, must = signs.no.get((street, node), set()), signs.only.get((street, node))

        def allowed(to: int) -> Progress | None:
            """The progress on forbidden ways after a turn into `to`; None where that turn is forbidden."""
            if to in forbidden or (must is not None and to not in must):  # noqa: B023  used in this round only
                return None
            return _onward(street, to, progress, signs)  # noqa: B023

        for edge, to in exits.get(node, []):
            if allowed(to) is not None:
                found.add(edge)
        for further, to in arcs.get(node, []):
            after = allowed(to)
            if after is not None and (to, further, after) not in seen:
                seen.add((to, further, after))
                queue.append((to, further, after))
    return found


def _begun(street: int, signs: _Signs) -> Progress:
    """The progress of who comes along `street`: one street of each forbidden way that begins there."""
    return frozenset((i, 1) for i, way in enumerate(signs.ways) if way.streets[0] == street)


def _onward(street: int, to: int, progress: Progress, signs: _Signs) -> Progress | None:
    """The progress after going on from `street` along `to`; None where that completes a forbidden way."""
    if not signs.ways:
        return progress
    if to == street:
        return progress
    further = {(i, k + 1) for i, k in progress if signs.ways[i].streets[k] == to}
    if any(k == len(signs.ways[i].streets) for i, k in further):
        return None
    return frozenset(further | _begun(to, signs))


class _Ends:
    """Which edges begin and end at each place, by the street that they have there."""

    def __init__(self, segments: Segments, roads: Roads, place: Ints) -> None:
        self.place, self.twin = place, roads.twin.tolist()
        node, streets = segments.node, segments.street_at.ravel()
        begins, ends = place[node[roads.begin]].tolist(), place[node[roads.end]].tolist()
        self.end_place = ends
        self.leaving: Arcs = {}
        self.arriving: Arcs = {}
        for edge in range(len(roads)):
            self.leaving.setdefault(begins[edge], []).append((edge, int(streets[roads.begin[edge]])))
            self.arriving.setdefault(ends[edge], []).append((edge, int(streets[roads.end[edge]])))

    def fewest_lost(self, way: _Way) -> set[tuple[int, int]]:
        """The pairs of edges of the first or the last turn of a forbidden way: of the one that takes fewer other ways
        from drivers, of the last where both take as many."""
        first, last = self.place[way.begin], self.place[way.end]
        out: set[tuple[int, int]] = set()
        for edge in self._on(self.leaving, first, way.streets[1:-1]):
            chain = self._chain(edge, way, int(last))
            if not chain:
                continue
            sources = self._on(self.arriving, first, way.streets[:1])
            targets = self._on(self.leaving, last, way.streets[-1:])
            entries = self._others(self.arriving, first, {*sources, self.twin[chain[0]]})
            exits = self._others(self.leaving, last, {*targets, self.twin[chain[-1]]})
            for middle in chain[:-1]:  # at the junctions on its way one may leave it, too
                exits += len(self.leaving.get(self.end_place[middle], [])) - 2
            if exits < entries:
                out |= {(source, chain[0]) for source in sources}
            else:
                out |= {(chain[-1], target) for target in targets}
        return out

    def _chain(self, edge: int, way: _Way, last: int) -> list[int]:
        """Edges from `edge` along the way's inner streets to the place `last`; empty where they lead elsewhere."""
        chain = [edge]
        while self.end_place[chain[-1]] != last and len(chain) < _LONGEST:
            further = [
                e
                for e in self._on(self.leaving, self.end_place[chain[-1]], way.streets[1:-1])
                if e != self.twin[chain[-1]]
            ]
            if len(further) != 1:
                return []
            chain.append(further[0])
        return chain if self.end_place[chain[-1]] == last else []

    @staticmethod
    def _on(book: Arcs, place: int, streets: Iterable[int]) -> list[int]:
        wanted = set(streets)
        return [edge for edge, street in book.get(int(place), []) if street in wanted]

    @staticmethod
    def _others(book: Arcs, place: int, but: set[int]) -> int:
        return sum(edge not in but for edge, _ in book.get(int(place), []))
