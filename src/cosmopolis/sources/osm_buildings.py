"""OpenStreetMap buildings and their parts -> RawBuilding."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from cosmopolis.city.raw import Finding, RawBuilding, RawCity
from cosmopolis.city.words import Roof
from cosmopolis.sources import tags as text
from cosmopolis.sources.osm_reading import OsmReading
from cosmopolis.sources.osm_rings import shapes
from cosmopolis.sources.vocabulary import ROOFS, Tags, building_use, underground

FLOOR = 3.2  # m from floor to floor where only floors are counted
HIGHEST = 1000.0  # m; no building is higher, so the tag is wrong
_NOT_BUILDINGS = frozenset({"no", "entrance", "demolished", "razed", "proposed", "ruins_site"})


def add_buildings(reading: OsmReading, xy: NDArray[np.float64], raw: RawCity) -> None:
    """Fills raw.buildings; parts know their building. What lies underground is not seen, and left out."""
    found = shapes(reading, xy, is_building, raw.findings)
    below = sum(underground(shape.tags) for shape in found)
    if below:
        found = [shape for shape in found if not underground(shape.tags)]
        count = f"{below} building(s) or parts of buildings lie underground; not drawn"
        raw.findings.append(Finding("underground", reading.path.name, count))
    for shape in found:
        raw.buildings.append(building_of(shape.key, shape.tags, shape.polygon, raw.findings))
    told = _parts_by_relation(reading)
    for building in raw.buildings:
        building.part_of = told.get(building.key, "")
    link_parts(raw.buildings, [_is_part(shape.tags) for shape in found])


def is_building(tags: Tags) -> bool:
    return tags.get("building", "no") not in _NOT_BUILDINGS or _is_part(tags)


def _is_part(tags: Tags) -> bool:
    return tags.get("building:part", "no") != "no" and tags.get("building", "no") in _NOT_BUILDINGS


def building_of(key: str, tags: Tags, polygon: shapely.Polygon, findings: list[Finding]) -> RawBuilding:
    """A building from OpenStreetMap's tags; numbers that cannot be read are told and left unknown."""
    top = _metres(key, tags, ("height", "building:height", "est_height"), findings)
    base = _metres(key, tags, ("min_height", "building:min_height"), findings)
    floors = text.count(tags.get("building:levels", "")) or 0
    below = text.count(tags.get("building:min_level", "")) or 0
    if not base and below:
        base = below * FLOOR
    roof = ROOFS.get(tags.get("roof:shape", tags.get("building:roof:shape", "")), Roof.FLAT)
    roof_height = _roof_height(key, tags, roof, polygon, top - base, findings)
    if top and base >= top:
        findings.append(
            Finding("height", key, f"begins at {base:g} m, not below its top at {top:g} m; taken from 0")
        )
        base = 0.0
    return RawBuilding(
        key, polygon,
        height=max(top - roof_height, base + 0.5) if top else 0.0,
        base=base, floors=floors, roof=roof, roof_height=roof_height, use=building_use(tags),
        name=tags.get("name", ""), address=address_of(tags),
        colour=text.colour(tags.get("building:colour", "")),
    )  # fmt: skip


def _metres(key: str, tags: Tags, names: Sequence[str], findings: list[Finding]) -> float:
    for name in names:
        if name not in tags:
            continue
        value = text.length(tags[name])
        if value is not None and 0 <= value <= HIGHEST:
            return value
        findings.append(
            Finding("height", key, f"{name}={tags[name]!r} is no height in metres; taken as unknown")
        )
    return 0.0


def _roof_height(
    key: str, tags: Tags, roof: Roof, polygon: shapely.Polygon, volume: float, findings: list[Finding]
) -> float:
    """As told, by roof floors, or by a usual slope over the footprint's width; at most all but a metre."""
    if roof == Roof.FLAT:
        return 0.0
    height = _metres(key, tags, ("roof:height", "building:roof:height"), findings)
    if not height:
        levels = text.number(tags.get("roof:levels", "")) or 0.0
        if levels > 0:
            height = min(levels, 10.0) * FLOOR
        else:
            steepness = {Roof.DOME: 0.5, Roof.ROUND: 0.35, Roof.SKILLION: 0.2}.get(
                roof, 0.29
            )  # 0.29: 30 degrees
            height = steepness * 2.0 * polygon.area / max(polygon.length / 2.0, 1.0)
    return min(height, max(volume - 1.0, 0.5)) if volume > 0 else min(height, 12.0)


def address_of(tags: Tags) -> str:
    """Street and number, as written in the source."""
    street = tags.get("addr:street") or tags.get("addr:place", "")
    number = tags.get("addr:housenumber", "")
    return f"{street} {number}".strip() or tags.get("addr:full", "")


def _parts_by_relation(reading: OsmReading) -> dict[str, str]:
    """Key of a part -> key of its building, where a `building` relation says so."""
    out = {}
    for relation in reading.relations:
        if relation.tags.get("type") != "building":
            continue
        outlines = [m for m in relation.members if m.role == "outline"]
        if len(outlines) == 1:
            whole = _member_key(outlines[0].type, outlines[0].ref)
            out.update({_member_key(m.type, m.ref): whole for m in relation.members if m.role == "part"})
    return out


def _member_key(type: str, ref: int) -> str:
    return f"osm:{'way' if type == 'w' else 'relation'}/{ref}"


def link_parts(buildings: list[RawBuilding], is_part: Sequence[bool]) -> None:
    """Parts that no relation links belong to the whole that covers most of their ground."""
    keys = {building.key for building in buildings}
    wholes = [i for i, part in enumerate(is_part) if not part]
    parts = [i for i, part in enumerate(is_part) if part]
    for i in parts:
        if buildings[i].part_of not in keys:
            buildings[i].part_of = ""
    loose = [i for i in parts if not buildings[i].part_of]
    if not wholes or not loose:
        return
    ground = np.array([buildings[i].footprint for i in wholes])
    inside = np.array([buildings[i].footprint for i in loose])
    a, b = shapely.STRtree(ground).query(inside, predicate="intersects")
    share = shapely.area(shapely.intersection(inside[a], ground[b])) / shapely.area(inside[a])
    for k in np.argsort(share):  # the largest share is written last
        if share[k] > 0.5:
            buildings[loose[a[k]]].part_of = buildings[wholes[b[k]]].key
