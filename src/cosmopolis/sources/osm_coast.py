"""Coastlines of OpenStreetMap -> the sea inside the map's box. Water lies to the right of a coastline as drawn.

An extract holds no more than it holds: where a coastline ends inside the box, or the ring of a bay is not whole,
it is carried on to the box's edge, and told.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from cosmopolis.city.raw import Finding, RawArea, RawCity
from cosmopolis.city.words import LandUse, Provenance
from cosmopolis.geometry.projection import Projection
from cosmopolis.sources.osm_reading import OsmReading, Relation, Rows
from cosmopolis.sources.osm_rings import chained
from cosmopolis.sources.shapes import parts
from cosmopolis.sources.vocabulary import Tags, land_use

MARGIN = 300.0  # m of sea shown beyond the streets where the map states no bounds
_ASIDE = 0.2  # m beside a coastline, to ask which face lies there
_AT_EDGE = 1.0  # m from the box's edge, within which a line reaches it
_DRY = 0.02  # share of the streets that a face of water may have: bridges
_BAYS = frozenset({"bay", "strait"})

F64 = NDArray[np.float64]


def add_sea(reading: OsmReading, xy: F64, projection: Projection, raw: RawCity) -> None:
    """Adds the faces of the map's box that lie to the right of its coastlines, and the open bays."""
    if reading.box is None:
        return
    box = _box(reading, reading.box, projection)
    _add_coast(reading, xy, box, raw)
    _add_open_bays(reading, xy, box, raw)


def _box(reading: OsmReading, degrees: tuple[float, float, float, float], projection: Projection) -> Any:
    west, south, east, north = degrees
    corners = projection.to_local([[west, south], [east, north]]).ravel()
    margin = 0.0 if reading.stated_box is not None else MARGIN
    return shapely.box(*(corners + np.array([-margin, -margin, margin, margin])).tolist())


def _add_coast(reading: OsmReading, xy: F64, box: Any, raw: RawCity) -> None:
    ways = [way for way in reading.ways if way.tags.get("natural") == "coastline" and len(way.rows) >= 2]
    coast = np.array([shapely.LineString(xy[way.rows]) for way in ways], dtype=object)
    if not ways or shapely.is_empty(shapely.intersection(coast, box)).all():
        return
    carried, lost = _carried([way.rows for way in ways], xy, coast, box)
    faces = _faces(coast, carried, box)
    water, land = _beside(coast, faces, right=True), _beside(coast, faces, right=False)
    sea = faces[(water > 0) & (land < 0.1 * water)]  # else the coast ends in mid-water
    carried = [line for line in carried if line.length > _AT_EDGE]  # the others end there, but for rounding
    if carried:  # a guess where the sea ends must not put streets under water
        sea = sea[_street_share(sea, raw) < _DRY]
    for number, face in enumerate(sea):
        for polygon in parts(face):
            area = RawArea(f"{raw.name}:sea/{number}", polygon, LandUse.SEA)
            if any(polygon.distance(line) < _ASIDE for line in carried):
                area.provenance = Provenance.MODELLED
            raw.areas.append(area)
    told = []
    if carried:
        told.append(f"{len(carried)} end(s) of the coastline lie inside the map; carried on to its edge")
    if lost:
        told.append(f"{lost} end(s) of the coastline lie too far inside the map to be carried on to its edge")
    if not len(sea):
        told.append("the coastline parts no sea from the land inside the map; none is drawn")
    raw.findings.extend(Finding("coastline", reading.path.name, text) for text in told)


def _faces(coast: NDArray[np.object_], carried: Sequence[Any], box: Any) -> NDArray[np.object_]:
    inside = shapely.intersection(coast, box)
    edges = shapely.union_all(np.array([*inside, *carried, box.exterior], dtype=object))
    return np.array(shapely.get_parts(shapely.polygonize(shapely.get_parts(edges))), dtype=object)


def _carried(lines: list[Rows], xy: F64, shapes: NDArray[np.object_], box: Any) -> tuple[list[Any], int]:
    """Straight lines that carry the loose ends inside the box on, and how many ends there is none for.

    Two ends that face each other over a gap are joined; others go on to the edge: straight on, or square to it,
    the shortest way that crosses no line.
    """
    loose = _loose_ends(lines, xy, box)
    out: list[Any] = []
    lost = 0
    drawn = shapely.union_all(shapes)
    while loose:
        point, heading = loose.pop(0)
        away = box.exterior.distance(shapely.Point(point))
        gaps = [float(np.hypot(*(other - point))) for other, _ in loose]
        if gaps and min(gaps) < away:
            other, _ = loose.pop(int(np.argmin(gaps)))
            out.append(shapely.LineString([point, other]))
            continue
        reach = max(box.bounds[2] - box.bounds[0], box.bounds[3] - box.bounds[1]) / 2
        goals = [goal for goal in _ways_to_edge(point, heading, box) if np.hypot(*(goal - point)) <= reach]
        blocked = shapely.union_all([drawn, *out])
        free = [goal for goal in goals if not _stub(point, goal).intersects(blocked)]
        if free:
            out.append(
                shapely.LineString([point, min(free, key=lambda goal: float(np.hypot(*(goal - point))))])
            )
        else:
            lost += 1
    return out, lost


def _loose_ends(lines: list[Rows], xy: F64, box: Any) -> list[tuple[F64, F64]]:
    """(point, unit direction outward) of every end inside the box at which no other line goes on."""
    ends = [(int(line[0]), int(line[1])) for line in lines] + [
        (int(line[-1]), int(line[-2])) for line in lines
    ]
    count: dict[int, int] = {}
    for end, _ in ends:
        count[end] = count.get(end, 0) + 1
    out = []
    for end, before in ends:
        if count[end] > 1 or not box.contains(shapely.Point(xy[end])):
            continue
        step = xy[end] - xy[before]
        out.append((xy[end], step / max(float(np.hypot(*step)), 1e-9)))
    return out


def _ways_to_edge(point: F64, heading: F64, box: Any) -> list[F64]:
    """Points of the box's edge straight on and square to each side, a little beyond it."""
    west, south, east, north = box.bounds
    x, y = point
    far = (east - west) + (north - south)
    ahead = shapely.LineString([point, point + heading * far]).intersection(box.exterior)
    out = [np.array([west, y]), np.array([east, y]), np.array([x, south]), np.array([x, north])]
    if not ahead.is_empty:
        out.insert(0, np.array(ahead.representative_point().coords[0]))
    return out


def _stub(point: F64, goal: F64) -> Any:
    """The way to the edge without its beginning, which touches the line that it carries on."""
    far = float(np.hypot(*(goal - point)))
    return shapely.LineString([point + (goal - point) * min(0.5 / max(far, 1e-9), 0.5), goal])


def _beside(coast: NDArray[np.object_], faces: NDArray[np.object_], *, right: bool) -> Any:
    """(F,) metres of coast as drawn (an overlay may turn lines round) whose right or left bank lies in each face."""
    points, owner = shapely.get_coordinates(coast, return_index=True)
    whole = owner[1:] == owner[:-1]
    start, step = points[:-1][whole], np.diff(points, axis=0)[whole]
    length = np.hypot(step[:, 0], step[:, 1])
    long = length > 4 * _ASIDE
    start, step, length = start[long], step[long], length[long]
    turned = np.column_stack([step[:, 1], -step[:, 0]]) / length[:, None] * (_ASIDE if right else -_ASIDE)
    which, face = shapely.STRtree(faces).query(shapely.points(start + step / 2 + turned), predicate="within")
    return np.bincount(face, weights=length[which], minlength=len(faces))


def _add_open_bays(reading: OsmReading, xy: F64, box: Any, raw: RawCity) -> None:
    """Water whose ring is not whole in the file: of the faces that it parts, those that have no streets."""
    for relation in reading.relations:
        if relation.tags.get("type") != "multipolygon" or not _is_water(relation.tags):
            continue
        lines = _outer_lines(relation, reading)
        chains = chained(lines)[1]
        if not chains:
            continue
        shore = np.array([shapely.LineString(xy[chain]) for chain in chains], dtype=object)
        if shapely.is_empty(shapely.intersection(shore, box)).all():
            continue
        carried, _ = _carried(chains, xy, shore, box)
        faces = _faces(shore, carried, box)
        wet = _street_share(faces, raw) < _DRY
        where = f"relation {relation.id}"
        if len(faces) < 2 or not wet.any() or wet.all():
            told = "its ring is not whole in the file, and the streets do not tell which side is water; not drawn"
            raw.findings.append(Finding("open-water", where, told))
            continue
        kind = land_use(relation.tags) or LandUse.SEA
        for number, polygon in enumerate(part for face in faces[wet] for part in parts(face)):
            key = f"osm:relation/{relation.id}/open/{number}"
            raw.areas.append(RawArea(key, polygon, kind, relation.tags.get("name", ""), Provenance.MODELLED))
        told = "its ring is not whole in the file; carried on to the map's edge, on the side without streets"
        raw.findings.append(Finding("open-water", where, told))


def _street_share(faces: NDArray[np.object_], raw: RawCity) -> F64:
    """(F,) share of the city's streets, bridges and tunnels aside, that each face holds."""
    lines = [raw.node_xy[s.nodes] for s in raw.streets if not s.bridge and not s.tunnel]
    streets = np.array([shapely.LineString(line) for line in lines], dtype=object)
    on = np.array([shapely.length(shapely.intersection(streets, face)).sum() for face in faces])
    return on / max(float(shapely.length(streets).sum()), 1.0)


def _is_water(tags: Tags) -> bool:
    kind = land_use(tags)
    return (
        (kind is not None and kind >= LandUse.RIVER)
        or tags.get("natural") in _BAYS
        or tags.get("place") == "sea"
    )


def _outer_lines(relation: Relation, reading: OsmReading) -> list[Rows]:
    ways = [reading.ways_by_id.get(m.ref) for m in relation.members if m.type == "w" and m.role != "inner"]
    return [way.rows for way in ways if way is not None and len(way.rows) >= 2]
