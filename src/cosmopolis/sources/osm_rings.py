"""Ways and multipolygon relations of OpenStreetMap -> polygons.

Rings are sewn from the member ways by their end nodes; roles are believed for outer and inner only as far as
containment agrees, because many relations leave them out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon

from cosmopolis.city.raw import Finding
from cosmopolis.sources.osm_reading import OsmReading, Relation, Rows, Way
from cosmopolis.sources.shapes import mended, ring_polygons


class Shape(NamedTuple):
    key: str
    tags: dict[str, str]
    polygon: Polygon


def shapes(
    reading: OsmReading,
    xy: NDArray[np.float64],
    wants: Callable[[dict[str, str]], bool],
    findings: list[Finding],
) -> list[Shape]:
    """Every closed way and multipolygon whose tags are wanted, as valid polygons."""
    ways = [way for way in reading.ways if way.closed and wants(way.tags)]
    whole = ring_polygons([xy[way.rows] for way in ways])
    out = []
    for way, polygons in zip(ways, mended(whole, [f"way {way.id}" for way in ways], findings)):
        if polygons:
            out.append(Shape(f"osm:way/{way.id}", way.tags, polygons[0]))
    for relation in reading.relations:
        if relation.tags.get("type") in ("multipolygon", "boundary") and wants(relation.tags):
            for number, polygon in enumerate(multipolygon(relation, reading, xy, findings)):
                key = f"osm:relation/{relation.id}" + (f"/{number}" if number else "")
                out.append(Shape(key, relation.tags, polygon))
    return out


def multipolygon(
    relation: Relation, reading: OsmReading, xy: NDArray[np.float64], findings: list[Finding]
) -> list[Polygon]:
    """Polygons of a relation, the largest first. Rings that the file does not hold whole are left out and told."""
    where = f"relation {relation.id}"
    outer: list[Way] = []
    inner: list[Way] = []
    missing = 0
    for member in relation.members:
        if member.type != "w" or member.role not in ("outer", "inner", "", "outline"):
            continue
        way = reading.ways_by_id.get(member.ref)
        if way is None:
            missing += 1
        else:
            (inner if member.role == "inner" else outer).append(way)
    outer_rings, open_outer = sewn([way.rows for way in outer])
    inner_rings, _ = sewn([way.rows for way in inner])
    if missing or open_outer:
        told = f"{missing} of its ways are not in the file" if missing else "its ways do not close to a ring"
        used = "only its whole rings are used" if outer_rings else "it has no whole ring, and is left out"
        findings.append(Finding("open-multipolygon", where, f"{told}; {used}"))
    if not outer_rings:
        return []
    whole = ring_polygons([xy[ring] for ring in outer_rings])
    good = [part for group in mended(whole, [where] * len(whole), findings) for part in group]
    holes = [part for group in mended(ring_polygons([xy[r] for r in inner_rings]), [where] * len(inner_rings), findings)
             for part in group]  # fmt: skip
    return _with_holes(good, holes)


def _with_holes(outer: list[Polygon], holes: list[Polygon]) -> list[Polygon]:
    """Ground between rings: inside an odd number of them, whatever their roles (holes in ground, islands in holes).

    A ring with the role of a hole that lies in no other ring is none.
    """
    rings = _distinct([*outer, *holes])
    hole = np.arange(len(rings)) >= len(_distinct(outer))
    if not len(rings):
        return []
    inside = shapely.point_on_surface(rings)
    ring, around = shapely.STRtree(rings).query(inside, predicate="within")
    larger = (ring != around) & (shapely.area(rings)[around] > shapely.area(rings)[ring])
    depth = np.bincount(ring[larger], minlength=len(rings))
    solid: Any = None
    for level in range(int(depth.max()) + 1):
        those = rings[(depth == level) & ~(hole & (depth == 0))]
        ground = those[0] if len(those) == 1 else shapely.union_all(those)
        if solid is None:
            solid = ground
        else:
            solid = solid.difference(ground) if level % 2 else solid.union(ground)
    found = [part for part in shapely.get_parts(solid) if isinstance(part, Polygon) and part.area >= 1.0]
    return sorted(found, key=lambda part: -part.area)


def _distinct(rings: list[Polygon]) -> NDArray[np.object_]:
    """Without rings that are listed twice."""
    kept = {shapely.normalize(ring).wkb: ring for ring in reversed(rings)}
    out = np.empty(len(kept), dtype=object)
    out[:] = list(kept.values())[::-1]
    return out


def sewn(lines: list[Rows]) -> tuple[list[Rows], int]:
    """Closed rings made from lines that meet end to end, and how many lines stay open."""
    rings, _, open_lines = _sewn(lines)
    return rings, open_lines


def chained(lines: list[Rows]) -> tuple[list[Rows], list[Rows]]:
    """The same rings, and the open chains."""
    rings, chains, _ = _sewn(lines)
    return rings, chains


def _sewn(lines: list[Rows]) -> tuple[list[Rows], list[Rows], int]:
    rings: list[Rows] = []
    chains: list[Rows] = []
    pending: list[Rows] = []
    for line in lines:
        if len(line) < 2:
            continue
        (rings if line[0] == line[-1] and len(line) >= 4 else pending).append(line)
    at_node: dict[int, list[int]] = defaultdict(list)
    for i, line in enumerate(pending):
        at_node[int(line[0])].append(i)
        at_node[int(line[-1])].append(i)
    used = [False] * len(pending)
    open_lines = 0
    for first in range(len(pending)):
        if used[first]:
            continue
        used[first] = True
        chain = [pending[first]]
        start, end = int(pending[first][0]), int(pending[first][-1])
        while end != start:
            following = next((i for i in at_node[end] if not used[i]), None)
            if following is None:
                break
            used[following] = True
            line = pending[following]
            line = line if int(line[0]) == end else line[::-1]
            chain.append(line[1:])
            end = int(line[-1])
        ring = np.concatenate(chain)
        if end == start and len(ring) >= 4:
            rings.append(ring)
        else:
            open_lines += len(chain)
            chains.append(ring)
    return rings, chains, open_lines
