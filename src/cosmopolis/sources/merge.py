"""Several sources of one city -> one RawCity; what two sources both have is merged, not doubled.

Two things are the same when their keys are, or when they share their ground:
buildings that overlap by more than half of the smaller one, areas of one kind that cover each other, places of one
name within 50 m, stops of one name within 45 m, trees within 1.5 m.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray

from cosmopolis.city.raw import RawArea, RawCity, RawPlace, RawStop, RawTree
from cosmopolis.sources.merge_buildings import merge_buildings

SAME_AREA = 0.9  # shared ground over united ground
SAME_PLACE, SAME_STOP, SAME_TREE = 50.0, 45.0, 1.5  # m

Row = TypeVar("Row")


def merge(raws: Sequence[RawCity]) -> RawCity:
    """One RawCity of several with one origin. Where two say the same, the earlier file is kept."""
    first = next((raw for raw in raws if raw.streets), raws[0])
    ordered = [first, *(raw for raw in raws if raw is not first)]
    if len(ordered) == 1:
        return first
    _merge_streets(ordered)
    merged = merge_buildings([raw.buildings for raw in ordered])
    first.buildings = merged.buildings
    first.areas = _merge_areas([raw.areas for raw in ordered])
    first.places = _merge_named([raw.places for raw in ordered], SAME_PLACE, _fill_place)
    stops = _merge_named([raw.stops for raw in ordered], SAME_STOP, _fill_stop)
    _rename_stops(ordered, stops)
    first.stops = stops
    first.trees = _merge_trees([raw.trees for raw in ordered])
    first.rails = _by_key([row for raw in ordered for row in raw.rails])
    first.transit_lines = _by_key([row for raw in ordered for row in raw.transit_lines])
    for raw in ordered[1:]:
        first.sources += raw.sources
        first.findings += raw.findings
        first.notes = raw.notes | first.notes
    first.findings += merged.findings
    return first


def _by_key(rows: list[Any]) -> list[Any]:
    return list({row.key: row for row in reversed(rows)}.values())[::-1]


def _merge_streets(raws: list[RawCity]) -> None:
    """All streets into the first, nodes of one key being one node (two extracts that share an edge)."""
    first = raws[0]
    for other in raws[1:]:
        if not other.streets:
            continue
        known = {key: row for row, key in enumerate(first.node_keys)}
        new_row = np.empty(len(other.node_xy), dtype=np.int64)
        fresh: list[int] = []
        for row in range(len(other.node_xy)):
            at = known.get(other.node_keys[row], -1) if other.node_keys and first.node_keys else -1
            if at < 0:
                at = len(first.node_xy) + len(fresh)
                fresh.append(row)
            new_row[row] = at
        if first.node_keys:
            keys = other.node_keys or [f"{other.name}:{row}" for row in range(len(other.node_xy))]
            first.node_keys = first.node_keys + [keys[row] for row in fresh]
        first.node_xy = np.vstack([first.node_xy, other.node_xy[fresh]])
        _take_streets(first, other, new_row)


def _take_streets(first: RawCity, other: RawCity, new_row: NDArray[np.int64]) -> None:
    at = {street.key: i for i, street in enumerate(first.streets)}
    for street in other.streets:
        street.nodes = new_row[street.nodes]
        i = at.get(street.key)
        if i is None:
            first.streets.append(street)
        elif len(street.nodes) > len(first.streets[i].nodes):
            first.streets[i] = street  # the other extract cut it off
    for name in ("signals", "stops_signs", "yields", "mini_roundabouts"):
        getattr(first, name).update(int(new_row[row]) for row in getattr(other, name))
    for row, lit in other.crossings.items():
        first.crossings[int(new_row[row])] = first.crossings.get(int(new_row[row]), False) or lit
    known = {(r.from_street, r.via_node, r.to_street, r.only, r.via_streets) for r in first.restrictions}
    for restriction in other.restrictions:
        restriction.via_node = int(new_row[restriction.via_node])
        if restriction.last_node >= 0:
            restriction.last_node = int(new_row[restriction.last_node])
        if (
            restriction.from_street,
            restriction.via_node,
            restriction.to_street,
            restriction.only,
            restriction.via_streets,
        ) not in known:
            first.restrictions.append(restriction)


def _merge_areas(groups: list[list[RawArea]]) -> list[RawArea]:
    kept = list(groups[0])
    for group in groups[1:]:
        if not kept or not group:
            kept += group
            continue
        old = np.array([area.polygon for area in kept])
        new = np.array([area.polygon for area in group])
        a, b = shapely.STRtree(old).query(new, predicate="intersects")
        kind = np.array([area.kind for area in kept])[b] == np.array([area.kind for area in group])[a]
        near = kind & (np.abs(shapely.area(old[b]) / shapely.area(new[a]) - 1) < 1 - SAME_AREA + 0.05)
        a, b = a[near], b[near]
        shared = shapely.area(shapely.intersection(new[a], old[b]))
        same = shared > SAME_AREA * (shapely.area(new[a]) + shapely.area(old[b]) - shared)
        twin = dict(zip(a[same].tolist(), b[same].tolist()))
        for i, j in twin.items():
            kept[j].name = kept[j].name or group[i].name
        kept += [area for i, area in enumerate(group) if i not in twin]
    return _by_key(kept) if len({area.key for area in kept}) < len(kept) else kept


def _merge_named(groups: list[list[Row]], reach: float, fill: Any) -> list[Row]:
    """Rows with `key`, `name` and `xy`; a later row of the same name within `reach` metres is the same thing."""
    kept: list[Any] = list(groups[0])
    for group in groups[1:]:
        twin = _twins(kept, group, reach)
        for i, j in twin.items():
            fill(kept[j], group[i])
        kept += [row for i, row in enumerate(group) if i not in twin]
    return kept


def _twins(kept: list[Any], group: list[Any], reach: float) -> dict[int, int]:
    if not kept or not group:
        return {}
    tree = shapely.STRtree(shapely.points(np.array([row.xy for row in kept])))
    a, b = tree.query(
        shapely.points(np.array([row.xy for row in group])), predicate="dwithin", distance=reach
    )
    keys = {row.key: j for j, row in enumerate(kept)}
    twin = {i: keys[row.key] for i, row in enumerate(group) if row.key in keys}
    for i, j in zip(a.tolist(), b.tolist()):
        if i not in twin and _same_name(kept[j].name, group[i].name):
            twin[i] = j
    return twin


def _same_name(a: str, b: str) -> bool:
    return bool(a) and a.casefold().strip() == b.casefold().strip()


def _fill_place(kept: RawPlace, other: RawPlace) -> None:
    kept.name_en = kept.name_en or other.name_en
    if kept.kind == "place=yes":
        kept.kind = other.kind


def _fill_stop(kept: RawStop, other: RawStop) -> None:
    kept.name = kept.name or other.name


def _rename_stops(raws: list[RawCity], kept: list[RawStop]) -> None:
    """Lines of later files call at the stops that were kept."""
    keys = {stop.key for stop in kept}
    for raw in raws[1:]:
        gone = [stop for stop in raw.stops if stop.key not in keys]
        twin = _twins(kept, gone, SAME_STOP)
        new = {gone[i].key: kept[j].key for i, j in twin.items()}
        for line in raw.transit_lines:
            line.stops = tuple(new.get(key, key) for key in line.stops)


def _merge_trees(groups: list[list[RawTree]]) -> list[RawTree]:
    kept = list(groups[0])
    for group in groups[1:]:
        if kept and group:
            tree = shapely.STRtree(shapely.points(np.array([row.xy for row in kept])))
            points = shapely.points(np.array([row.xy for row in group]))
            near = set(tree.query(points, predicate="dwithin", distance=SAME_TREE)[0].tolist())
            group = [row for i, row in enumerate(group) if i not in near]
        kept += group
    return kept
