"""Buildings of several sources: where outlines share their ground, the better told one stays and the other fills in.

Buildings of different sources that overlap by more than half of the smaller one form a group (one hall here may be
three houses there). In each group one source stays whole: the one with roofs as meshes, then with measured heights,
then with the finer outline.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely

from cosmopolis.city.raw import Finding, RawBuilding
from cosmopolis.city.words import BuildingUse, Roof

SAME_GROUND = 0.5  # of the smaller one's area


class Merged(NamedTuple):
    buildings: list[RawBuilding]
    findings: list[Finding]


def merge_buildings(sources: list[list[RawBuilding]]) -> Merged:
    """`sources`: the buildings of each file, in the order of the files."""
    rows = [building for source in sources for building in source]
    if sum(bool(source) for source in sources) < 2:
        return Merged(rows, [])
    owner = np.repeat(np.arange(len(sources)), [len(source) for source in sources])
    wholes = np.array([i for i, building in enumerate(rows) if not building.part_of], dtype=np.int64)
    pairs = _overlapping(rows, wholes, owner)
    winner_of: dict[int, int] = {}  # row that goes -> the best matching row that stays
    for group in _groups(pairs):
        best = max(
            sorted({int(owner[i]) for i in group}), key=lambda source: _worth(rows, group, owner, source)
        )
        for i in group:
            if owner[i] != best:
                winner_of[i] = _best_match(i, group, owner, best, pairs)
    has_parts = {building.part_of for building in rows if building.part_of}
    for gone, stays in winner_of.items():
        if stays >= 0:
            _fill(rows[stays], rows[gone])
    kept = _without(rows, winner_of, has_parts)
    told = Finding(
        "merged-buildings", "buildings", f"{len(winner_of)} building(s) were in two sources; merged"
    )
    return Merged(kept, [told] if winner_of else [])


Pairs = dict[tuple[int, int], float]  # (row, row) -> shared area


def _overlapping(rows: list[RawBuilding], wholes: np.ndarray, owner: np.ndarray) -> Pairs:
    shapes = np.array([rows[i].footprint for i in wholes])
    a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    other = (a < b) & (owner[wholes[a]] != owner[wholes[b]])
    a, b = a[other], b[other]
    shared = shapely.area(shapely.intersection(shapes[a], shapes[b]))
    area = shapely.area(shapes)
    same = shared > SAME_GROUND * np.minimum(area[a], area[b])
    by_key: dict[str, int] = {}
    pairs: Pairs = {}
    for i in wholes.tolist():  # the same thing twice, from two extracts
        j = by_key.setdefault(rows[i].key, i)
        if j != i and owner[i] != owner[j]:
            pairs[j, i] = rows[i].footprint.area
    pairs.update(
        ((int(wholes[i]), int(wholes[j])), float(s)) for i, j, s in zip(a[same], b[same], shared[same])
    )
    return pairs


def _groups(pairs: Pairs) -> list[list[int]]:
    root: dict[int, int] = {}

    def find(i: int) -> int:
        while root.setdefault(i, i) != i:
            root[i] = root[root[i]]
            i = root[i]
        return i

    for i, j in pairs:
        a, b = find(i), find(j)
        root[max(a, b)] = min(a, b)
    groups: dict[int, list[int]] = {}
    for i in sorted(root):
        groups.setdefault(find(i), []).append(i)
    return list(groups.values())


def _worth(
    rows: list[RawBuilding], group: list[int], owner: np.ndarray, source: int
) -> tuple[bool, float, int, int]:
    own = [rows[i] for i in group if owner[i] == source]
    area = sum(building.footprint.area for building in own)
    measured = sum(building.footprint.area for building in own if building.height > 0)
    points = sum(shapely.get_num_coordinates(building.footprint) for building in own)
    return any(b.mesh is not None for b in own), round(measured / max(area, 1.0), 1), points, -source


def _best_match(i: int, group: list[int], owner: np.ndarray, best: int, pairs: Pairs) -> int:
    shared = {j: pairs.get((min(i, j), max(i, j)), 0.0) for j in group if owner[j] == best}
    match = max(shared, key=lambda j: shared[j])
    return match if shared[match] > 0 else -1


def _fill(kept: RawBuilding, gone: RawBuilding) -> None:
    """What the kept one does not know, the other may."""
    if kept.height <= 0 and gone.height > 0:
        kept.height, kept.base = gone.height, gone.base
        if kept.roof == Roof.FLAT and gone.roof != Roof.MESH:
            kept.roof, kept.roof_height = gone.roof, gone.roof_height
    kept.floors = kept.floors or gone.floors
    kept.name = kept.name or gone.name
    kept.address = kept.address or gone.address
    kept.colour = kept.colour or gone.colour
    if kept.use == BuildingUse.UNKNOWN:
        kept.use = gone.use


def _without(rows: list[RawBuilding], winner_of: dict[int, int], has_parts: set[str]) -> list[RawBuilding]:
    """Parts of a building that goes follow it, unless the one that stays has none of its own."""
    heir: dict[str, str] = {}
    for gone, stays in winner_of.items():
        adopts = stays >= 0 and rows[stays].key not in has_parts and rows[stays].mesh is None
        heir[rows[gone].key] = rows[stays].key if adopts else ""
    stay = {rows[i].key for i in winner_of.values() if i >= 0}
    kept = []
    seen: set[str] = set()
    for i, building in enumerate(rows):
        if i in winner_of or building.key in seen:
            continue
        seen.add(building.key)
        if building.part_of in heir and building.part_of not in stay:
            if not heir[building.part_of]:
                continue
            building.part_of = heir[building.part_of]
        kept.append(building)
    return kept
