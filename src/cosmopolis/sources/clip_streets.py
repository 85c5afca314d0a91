"""Streets cut at the edge of an area: the cut becomes a node, which is a border of the city."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from cosmopolis.city.raw import RawCity, RawStreet

SHORTEST = 3.0  # m; a shorter stump at the edge is left out


def cut_streets(raw: RawCity, ground: Any) -> None:
    """Leaves the streets inside `ground` (prepared, metres), cut at its edge, and what hangs on their nodes."""
    if not raw.streets:
        return
    lines = street_lines(raw)
    within, touching = shapely.covers(ground, lines), shapely.intersects(ground, lines)
    new_xy: list[tuple[float, float]] = []
    new_keys: list[str] = []
    kept: list[RawStreet] = []
    pieces_of: dict[str, list[RawStreet]] = {}
    for street, line, whole, some in zip(raw.streets, lines, within, touching):
        if whole:
            pieces = [street]
        elif some:
            pieces = _pieces(street, line, ground, len(raw.node_xy), new_xy, new_keys)
        else:
            continue
        kept += pieces
        pieces_of[street.key] = pieces
    raw.streets = kept
    if new_xy:
        raw.node_xy = np.vstack([raw.node_xy, np.array(new_xy)])
        if raw.node_keys:
            raw.node_keys = [*raw.node_keys, *new_keys]
    _follow_restrictions(raw, pieces_of)
    keep_used_nodes(raw)


def street_lines(raw: RawCity) -> NDArray[np.object_]:
    """(S,) LineString of every street."""
    rows = [street.nodes for street in raw.streets]
    if not rows:
        return np.zeros(0, dtype=object)
    owner = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    return shapely.linestrings(raw.node_xy[np.concatenate(rows)], indices=owner)


def _pieces(
    street: RawStreet,
    line: Any,
    ground: Any,
    nodes: int,
    new_xy: list[tuple[float, float]],
    new_keys: list[str],
) -> list[RawStreet]:
    """The parts of one street inside, the longest first with the street's own key."""
    points = shapely.get_coordinates(line)
    row_at = {(x, y): int(row) for (x, y), row in zip(points.tolist(), street.nodes)}
    inside = shapely.line_merge(line.intersection(ground))
    parts = [
        part
        for part in shapely.get_parts(inside)
        if part.geom_type == "LineString" and part.length >= SHORTEST
    ]
    out: list[RawStreet] = []
    for part in sorted(parts, key=lambda part: -part.length):
        coordinates = _along(part, line).tolist()
        rows = []
        for x, y in coordinates:
            row = row_at.get((x, y))
            if row is None:
                row = nodes + len(new_xy)
                new_xy.append((x, y))
                new_keys.append(f"border:{street.key}:{len(new_xy)}")
            rows.append(row)
        key = street.key + (f"/{len(out)}" if out else "")
        out.append(replace(street, key=key, nodes=np.array(rows, dtype=np.int64)))
    return out


def _along(part: Any, line: Any) -> NDArray[np.float64]:
    """Coordinates of `part` in the direction of `line`; an overlay may turn it round."""
    points = shapely.get_coordinates(part)
    first, second = (float(line.project(shapely.Point(point))) for point in points[:2])
    return points if first <= second else points[::-1]


def _follow_restrictions(raw: RawCity, pieces_of: dict[str, list[RawStreet]]) -> None:
    """Restrictions name the piece that still touches their node; others are gone."""

    def touching(key: str, node: int) -> list[str]:
        return [street.key for street in pieces_of.get(key, []) if node in street.nodes][:1]

    kept = []
    for restriction in raw.restrictions:
        last = restriction.last_node if restriction.via_streets else restriction.via_node
        ends = touching(restriction.from_street, restriction.via_node) + touching(restriction.to_street, last)
        whole = all(
            len(pieces_of.get(key, [])) == 1 and pieces_of[key][0].key == key
            for key in restriction.via_streets
        )
        if len(ends) == 2 and whole:
            restriction.from_street, restriction.to_street = ends
            kept.append(restriction)
    raw.restrictions = kept


def keep_used_nodes(raw: RawCity) -> None:
    """Drops nodes that no street uses and renumbers what hangs on the others."""
    rows = [street.nodes for street in raw.streets]
    used = np.unique(np.concatenate(rows)) if rows else np.zeros(0, dtype=np.int64)
    new = np.full(len(raw.node_xy), -1, dtype=np.int64)
    new[used] = np.arange(len(used))
    for street in raw.streets:
        street.nodes = new[street.nodes]
    raw.node_xy = raw.node_xy[used]
    raw.node_keys = [raw.node_keys[row] for row in used] if raw.node_keys else []
    raw.signals, raw.stops_signs, raw.yields, raw.mini_roundabouts = (
        {int(new[row]) for row in rows if new[row] >= 0}
        for rows in (raw.signals, raw.stops_signs, raw.yields, raw.mini_roundabouts)
    )
    raw.crossings = {int(new[row]): lit for row, lit in raw.crossings.items() if new[row] >= 0}
    raw.restrictions = [
        r for r in raw.restrictions if new[r.via_node] >= 0 and (r.last_node < 0 or new[r.last_node] >= 0)
    ]
    for restriction in raw.restrictions:
        restriction.via_node = int(new[restriction.via_node])
        if restriction.last_node >= 0:
            restriction.last_node = int(new[restriction.last_node])
