"""OpenStreetMap files (.osm, .osm.gz, .osm.bz2, .osm.pbf) through pyosmium.

`scan` reads a file into flat arrays and tags, still in degrees; `OsmFile.to_raw` projects all nodes at once and
lets one module per subject (streets, junctions, buildings, areas, places, transit) make its rows from them.
Elements may come in any order, as Overpass writes them.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.errors import BadInput
from cosmopolis.city.raw import Finding, RawCity, Source
from cosmopolis.geometry.projection import Projection
from cosmopolis.sources import (
    osm_areas,
    osm_buildings,
    osm_coast,
    osm_junctions,
    osm_places,
    osm_streets,
    osm_transit,
)
from cosmopolis.sources.driving_side import drives_on_left
from cosmopolis.sources.extent import Box, box_from, box_of, far_finding, main_part
from cosmopolis.sources.osm_reading import Member, OsmReading, Relation, Way
from cosmopolis.sources.vocabulary import words

ATTRIBUTION = "© OpenStreetMap contributors"
LICENCE = "Open Database License (ODbL) 1.0"
COPYRIGHT_URL = "https://www.openstreetmap.org/copyright"

_WAY_KEYS = words(
    "highway building building:part landuse leisure natural water waterway amenity railway shop tourism office "
    "historic healthcare man_made place public_transport aeroway craft"
)
_NODE_KEYS = words(
    "highway crossing amenity shop tourism leisure office historic healthcare aeroway craft natural railway "
    "public_transport man_made"
)
_RELATION_TYPES = frozenset({"multipolygon", "restriction", "route", "building", "public_transport"})


class OsmFile(OsmReading):
    """One file as read, and what its subjects make of it."""

    def to_raw(self, projection: Projection) -> RawCity:
        """In local metres."""
        xy = projection.to_local(self.lonlat)
        raw = RawCity(name=self.path.name.split(".")[0], origin=(projection.lon, projection.lat))
        raw.findings.extend(self.findings)
        raw.drive_on_left = drives_on_left(self, xy)
        node_of = osm_streets.add_streets(self, xy, raw)
        osm_junctions.add_junctions(self, node_of, raw)
        osm_buildings.add_buildings(self, xy, raw)
        osm_areas.add_areas(self, xy, raw)
        osm_coast.add_sea(self, xy, projection, raw)
        osm_places.add_places(self, xy, raw)
        osm_transit.add_transit(self, xy, raw)
        raw.sources.append(self._source(raw))
        return raw

    def _source(self, raw: RawCity) -> Source:
        layers = {
            "network": raw.streets, "buildings": raw.buildings, "land_use": raw.areas, "places": raw.places,
            "trees": raw.trees, "stops": raw.stops, "transit_lines": raw.transit_lines, "rails": raw.rails,
        }  # fmt: skip
        names = [name for name, rows in layers.items() if rows]
        if raw.areas:
            names += ["water", "green"]
        return Source(
            f"OpenStreetMap ({self.path.name})", ATTRIBUTION, LICENCE, COPYRIGHT_URL, self.date, tuple(names)
        )


def scan(path: Path, format: str) -> OsmFile:
    """Reads a file of pyosmium's `format` ("osm", "osm.gz", "osm.bz2" or "pbf")."""
    import osmium

    try:
        file = osmium.io.File(str(path), format)
        with ThreadPoolExecutor(1) as beside:  # pyosmium parses on threads of its own, which feed both passes
            places = beside.submit(_places, file)
            tags_by_id, refs, relations = _tagged(file)
            node_ids, lonlat = places.result()
    except (RuntimeError, ValueError, OSError, osmium.InvalidLocationError) as error:
        raise BadInput(_broken(path, format, error)) from None
    if not len(node_ids) and not refs and not relations:
        raise BadInput(
            f"{path}: this OpenStreetMap file holds no nodes, ways or relations; export the area again."
        )
    node_ids, lonlat = _sorted(node_ids, lonlat)
    near = main_part(lonlat)
    far_ids = node_ids[~near]
    ways, findings = _joined(node_ids[near], refs, path, set(far_ids.tolist()))
    if len(far_ids):
        names = [f"node {id_}" for id_ in far_ids[:3].tolist()]
        findings.append(far_finding(path.name, "node(s)", lonlat[~near], box_of(lonlat[near]), names))
    node_ids, lonlat = node_ids[near], lonlat[near]
    node_tags = _by_row(node_ids, tags_by_id)
    box, date = _header(path, format)
    box = _stated(box, lonlat)
    if box is not None and _holds_none(box, lonlat):
        told = f"its bounds, {', '.join(f'{side:g}' for side in box)}, hold none of its nodes; taken as not stated"
        findings.append(Finding("bounds", path.name, told))
        box = None
    return OsmFile(path, date, box, node_ids, lonlat, node_tags, ways, relations, findings)


def _places(file: object) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """(N,) the numbers of all nodes that are somewhere, and (N, 2) degrees.

    Most nodes are no more than that. A pass of their own spares them being asked for tags.
    """
    import osmium

    ids, xs, ys = array("q"), array("i"), array("i")  # 1e-7 degrees
    for node in osmium.FileProcessor(file, osmium.osm.NODE):
        location = node.location
        ids.append(node.id)
        xs.append(location.x)
        ys.append(location.y)
    degrees = np.column_stack([np.frombuffer(xs, dtype=np.intc), np.frombuffer(ys, dtype=np.intc)])
    lonlat = degrees.astype(np.float64) * 1e-7
    placed = (np.abs(lonlat) <= [180.0, 90.0]).all(axis=1)  # a deleted node keeps its number, not its place
    return np.frombuffer(ids, dtype=np.int64)[placed], lonlat[placed]


def _tagged(
    file: object,
) -> tuple[dict[int, dict[str, str]], list[tuple[int, dict, list[int]]], list[Relation]]:
    """Tags by node, the ways and the relations that matter.

    Multipolygons need ways even where those have no tags of their own.
    """
    import osmium

    node_tags: dict[int, dict[str, str]] = {}
    ways: list[tuple[int, dict, list[int]]] = []
    relations: list[Relation] = []
    telling_nodes = osmium.filter.KeyFilter(*_NODE_KEYS).enable_for(osmium.osm.NODE)
    for found in osmium.FileProcessor(file).with_filter(telling_nodes):
        tags = dict(found.tags)
        if found.is_node():
            node_tags[found.id] = tags
        elif found.is_way():
            ways.append((found.id, tags, [node.ref for node in found.nodes]))
        elif found.is_relation() and _matters(tags):
            relations.append(Relation(found.id, tags, [Member(m.type, m.ref, m.role) for m in found.members]))
    wanted = {
        ref for relation in relations if relation.tags.get("type") != "route" for ref in _ways_of(relation)
    }
    return node_tags, [way for way in ways if not _WAY_KEYS.isdisjoint(way[1]) or way[0] in wanted], relations


def _matters(tags: dict[str, str]) -> bool:
    kind = tags.get("type")
    return kind in _RELATION_TYPES or (kind == "boundary" and not _WAY_KEYS.isdisjoint(tags))


def _ways_of(relation: Relation) -> Iterator[int]:
    return (member.ref for member in relation.members if member.type == "w")


def _by_row(node_ids: NDArray[np.int64], tags_by_id: dict[int, dict[str, str]]) -> dict[int, dict[str, str]]:
    """Tags by the node's row; those of nodes that are nowhere are left out."""
    ids = np.fromiter(tags_by_id, dtype=np.int64, count=len(tags_by_id))
    rows = np.minimum(np.searchsorted(node_ids, ids), max(len(node_ids) - 1, 0))
    known = node_ids[rows] == ids if len(node_ids) else np.zeros(len(ids), dtype=bool)
    return {row: tags for row, tags, here in zip(rows.tolist(), tags_by_id.values(), known.tolist()) if here}


def _sorted(
    ids: NDArray[np.int64], lonlat: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    if len(ids) < 2 or (ids[1:] > ids[:-1]).all():
        return ids, lonlat
    unique, first = np.unique(ids, return_index=True)
    return unique, lonlat[first]


def _joined(
    node_ids: NDArray[np.int64], refs: list[tuple[int, dict, list[int]]], path: Path, far: set[int]
) -> tuple[list[Way], list[Finding]]:
    """Node numbers of all ways -> rows, at once. Missing nodes are left out and told; those that are left out
    since they lie `far` away are told elsewhere."""
    start = np.zeros(len(refs) + 1, dtype=np.int64)
    np.cumsum([len(nodes) for _, _, nodes in refs], out=start[1:])
    flat = np.fromiter((ref for _, _, nodes in refs for ref in nodes), dtype=np.int64, count=int(start[-1]))
    rows = np.searchsorted(node_ids, flat) if len(node_ids) else np.zeros(len(flat), dtype=np.int64)
    rows = np.minimum(rows, max(len(node_ids) - 1, 0))
    known = node_ids[rows] == flat if len(node_ids) else np.zeros(len(flat), dtype=bool)
    ways: list[Way] = []
    findings: list[Finding] = []
    dangling: list[int] = []
    seen: set[int] = set()
    missing = np.add.reduceat(~known, start[:-1]) if len(flat) and len(refs) else np.zeros(len(refs))
    missing = np.where(np.diff(start) > 0, missing, 0)
    for i, (id_, tags, _) in enumerate(refs):
        if id_ in seen:
            continue  # the same way twice in one file
        seen.add(id_)
        part = slice(start[i], start[i + 1])
        here = rows[part]
        if missing[i]:
            here = here[known[part]]
            if not far or not far.issuperset(flat[part][~known[part]].tolist()):
                dangling.append(id_)
        if len(here) > 1:
            here = here[np.concatenate([[True], here[1:] != here[:-1]])]
        ways.append(Way(id_, tags, here, not missing[i]))
    if dangling:
        some = ", ".join(map(str, dangling[:5])) + (", ..." if len(dangling) > 5 else "")
        told = f"{len(dangling)} way(s) name nodes that are not in the file, and are drawn without them: way {some}"
        findings.append(Finding("dangling-reference", path.name, told))
    return ways, findings


def _header(path: Path, format: str) -> tuple[Box | None, str]:
    """The bounds and the date that the file states about itself."""
    import osmium

    header = osmium.io.Reader(osmium.io.File(str(path), format), osmium.osm.NOTHING).header()
    box = header.box()
    date = header.get("osmosis_replication_timestamp") or header.get("timestamp")
    if not date and format == "osm":
        with path.open("rb") as file:
            stated = re.search(rb'osm_base="([^"]+)"|<osm[^>]*\stimestamp="([^"]+)"', file.read(4096))
        date = (stated[1] or stated[2]).decode() if stated else ""
    if not box.valid():
        return None, date
    low, high = box.bottom_left, box.top_right
    return (low.lon, low.lat, high.lon, high.lat), date


def _stated(box: Box | None, lonlat: NDArray[np.float64]) -> Box | None:
    """The stated bounds. The library puts the two sides of a box across the antimeridian in order, which makes it
    one around the rest of the globe."""
    if box is None or box[2] - box[0] <= 180.0:
        return box
    held = box_of(lonlat)
    across = held is not None and held[2] - held[0] <= 180.0 and held[2] > 180.0
    return box_from(box[2], box[1], box[0], box[3]) if across else box


def _holds_none(box: Box, lonlat: NDArray[np.float64]) -> bool:
    """Whether there are nodes, and all of them lie outside the box, which is then that of another extract."""
    lon = np.where(lonlat[:, 0] < box[0], lonlat[:, 0] + 360.0, lonlat[:, 0])  # a box may go on beyond 180
    within = (lon <= box[2]) & (lonlat[:, 1] >= box[1]) & (lonlat[:, 1] <= box[3])
    return len(lonlat) > 0 and not within.any()


def _broken(path: Path, format: str, error: Exception) -> str:
    text = str(error).strip().rstrip(".")
    if match := re.match(r"XML parsing error at line (\d+), column (\d+): (.*)", text):
        return (
            f"{path}: broken XML at line {match[1]}, column {match[2]} ({match[3]}); "
            "the file is cut off or was edited by hand: download or export it again."
        )
    if format == "pbf":
        return f"{path}: broken or cut-off OpenStreetMap PBF file ({text}); download it again."
    if "gzip" in text or "bzip2" in text:
        return f"{path}: the compressed file is broken or cut off ({text}); download it again."
    return f"{path}: not readable as OpenStreetMap data ({text}); check the file or export it again."
