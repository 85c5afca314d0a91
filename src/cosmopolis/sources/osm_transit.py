"""Stops, lines and railways of OpenStreetMap -> RawStop, RawTransitLine, RawRail."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString

from cosmopolis.city.raw import Finding, RawCity, RawRail, RawStop, RawTransitLine
from cosmopolis.city.words import TransitMode
from cosmopolis.sources import tags as text
from cosmopolis.sources.osm_reading import OsmReading, Relation
from cosmopolis.sources.vocabulary import RAILS, TRANSIT, Tags

SAME_STOP = 45.0  # m between a platform and the stop position on the road beside it


def add_transit(reading: OsmReading, xy: NDArray[np.float64], raw: RawCity) -> None:
    """Fills raw.stops, raw.transit_lines and raw.rails."""
    for way in reading.ways:
        mode = RAILS.get(way.tags.get("railway", ""))
        if mode is not None and len(way.rows) >= 2:
            tunnel = way.tags.get("tunnel", "no") != "no"
            layer = text.number(way.tags.get("layer", ""))
            level = int(max(-5, min(5, layer))) if layer is not None else -int(tunnel)
            raw.rails.append(RawRail(f"osm:way/{way.id}", LineString(xy[way.rows]), mode, level, tunnel))
    same = _add_stops(reading, xy, raw)
    _add_lines(reading, xy, same, raw)


def _stop_mode(tags: Tags) -> TransitMode | None:
    """What halts here, or None where this is no stop."""
    stop = tags.get("public_transport") in ("platform", "stop_position", "station")
    if tags.get("highway") == "bus_stop":
        return TransitMode.BUS
    railway = tags.get("railway", "")
    if railway == "tram_stop" or (stop and tags.get("tram") == "yes"):
        return TransitMode.TRAM
    if tags.get("station") == "subway" or (stop and tags.get("subway") == "yes"):
        return TransitMode.METRO
    if railway in ("station", "halt") or (stop and tags.get("train") == "yes"):
        return TransitMode.RAIL
    if stop and tags.get("ferry") == "yes":
        return TransitMode.FERRY
    if tags.get("public_transport") == "station" or not stop or railway:
        return None
    return TransitMode.BUS if tags.get("bus", "yes") == "yes" or tags.get("highway") == "platform" else None


def _add_stops(reading: OsmReading, xy: NDArray[np.float64], raw: RawCity) -> dict[str, str]:
    """Fills raw.stops, one for each pair of platform and stop position. Returns key of any -> key of the one kept."""
    platforms: list[RawStop] = []
    positions: list[RawStop] = []
    for row, tags in reading.node_tags.items():
        mode = _stop_mode(tags)
        if mode is not None:
            stop = RawStop(
                f"osm:node/{reading.node_ids[row]}",
                tags.get("name", ""),
                (float(xy[row, 0]), float(xy[row, 1])),
                mode,
            )
            on_road = tags.get("public_transport") == "stop_position" and tags.get("highway") != "bus_stop"
            (positions if on_road else platforms).append(stop)
    for way in reading.ways:
        if way.tags.get("public_transport") == "platform" or way.tags.get("highway") == "platform":
            mode = _stop_mode({"public_transport": "platform"} | way.tags)
            if mode is not None and len(way.rows) >= 2:
                centre = shapely.LineString(xy[way.rows]).centroid
                platforms.append(
                    RawStop(f"osm:way/{way.id}", way.tags.get("name", ""), (centre.x, centre.y), mode)
                )
    same = _twins(platforms, platforms, 8.0) | _twins(positions, platforms, SAME_STOP)
    raw.stops.extend(stop for stop in platforms + positions if stop.key not in same)
    for key, kept in list(same.items()):
        while kept in same:
            kept = same[kept]
        same[key] = kept
    return same


def _twins(stops: list[RawStop], kept: list[RawStop], reach: float) -> dict[str, str]:
    """Stops that are the same thing as an earlier one of `kept`: near, of one mode, and of one name or without."""
    if not stops or not kept:
        return {}
    tree = shapely.STRtree(shapely.points(np.array([stop.xy for stop in kept])))
    points = shapely.points(np.array([stop.xy for stop in stops]))
    a, b = tree.query(points, predicate="dwithin", distance=reach)
    gap = np.hypot(*(shapely.get_coordinates(points[a]) - shapely.get_coordinates(tree.geometries[b])).T)
    out: dict[str, str] = {}
    same_list = stops is kept
    for k in np.argsort(gap, kind="stable"):
        stop, other = stops[a[k]], kept[b[k]]
        if stop.key in out or (same_list and b[k] >= a[k]) or stop.mode != other.mode:
            continue
        if stop.name == other.name or not stop.name or not other.name:
            out[stop.key] = other.key
    return out


def _add_lines(reading: OsmReading, xy: NDArray[np.float64], same: dict[str, str], raw: RawCity) -> None:
    stops = {stop.key: stop for stop in raw.stops}
    short = 0
    for relation in reading.relations:
        mode = TRANSIT.get(relation.tags.get("route", ""))
        if relation.tags.get("type") != "route" or mode is None:
            continue
        called = _calls(relation, same, stops)
        if len(called) < 2:
            short += 1
            continue
        tags = relation.tags
        headway = text.interval(tags.get("interval") or tags.get("headway", "")) or 0.0
        raw.transit_lines.append(
            RawTransitLine(
                f"osm:relation/{relation.id}",
                tags.get("ref", ""),
                tags.get("name", ""),
                mode,
                tuple(called),
                _path(relation, reading, xy),
                text.colour(tags.get("colour", "")),
                headway,
            )
        )
    if short:
        raw.findings.append(
            Finding(
                "transit-line",
                reading.path.name,
                f"{short} transit line(s) have fewer than two stops here; left out",
            )
        )


def _calls(relation: Relation, same: dict[str, str], stops: dict[str, RawStop]) -> list[str]:
    """Keys of the stops in order: the platforms where the relation has them, else the stop positions."""
    types = {"n": "osm:node/", "w": "osm:way/"}
    by_role: dict[str, list[str]] = {"platform": [], "stop": []}
    for member in relation.members:
        role = member.role.split("_")[0]
        if role not in by_role and member.type == "n":
            role = "stop"
        if role in by_role and member.type in types:
            key = f"{types[member.type]}{member.ref}"
            key = same.get(key, key)
            if key in stops and (not by_role[role] or by_role[role][-1] != key):
                by_role[role].append(key)
    return by_role["platform"] if len(by_role["platform"]) >= len(by_role["stop"]) else by_role["stop"]


def _path(relation: Relation, reading: OsmReading, xy: NDArray[np.float64]) -> LineString | None:
    """The member ways joined in their order; of a broken chain the longest piece."""
    lines = []
    for member in relation.members:
        way = reading.ways_by_id.get(member.ref) if member.type == "w" else None
        if way is not None and member.role.split("_")[0] not in ("platform", "stop") and len(way.rows) >= 2:
            lines.append(LineString(xy[way.rows]))
    if not lines:
        return None
    pieces = list(shapely.get_parts(shapely.line_merge(shapely.MultiLineString(lines))))
    return max(pieces, key=lambda piece: piece.length)
