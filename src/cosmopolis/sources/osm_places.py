"""Named things of OpenStreetMap -> RawPlace."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.raw import RawCity, RawPlace
from cosmopolis.sources.osm_reading import OsmReading
from cosmopolis.sources.vocabulary import Tags, place_kind


def add_places(reading: OsmReading, xy: NDArray[np.float64], raw: RawCity) -> None:
    """Fills raw.places with nodes, buildings and areas that have a name and a kind."""
    for row, tags in reading.node_tags.items():
        _add(raw, f"osm:node/{reading.node_ids[row]}", tags, (float(xy[row, 0]), float(xy[row, 1])))
    polygons = {item.key: item for items in (raw.areas, raw.buildings) for item in items}
    for way in reading.ways:
        if "name" in way.tags and way.closed and place_kind(way.tags):
            _add_inside(raw, f"osm:way/{way.id}", way.tags, polygons)
    for relation in reading.relations:
        if (
            "name" in relation.tags
            and relation.tags.get("type") == "multipolygon"
            and place_kind(relation.tags)
        ):
            _add_inside(raw, f"osm:relation/{relation.id}", relation.tags, polygons)


def _add_inside(raw: RawCity, key: str, tags: Tags, shapes: dict) -> None:
    shape = shapes.get(key)
    if shape is None:
        return
    polygon = shape.footprint if hasattr(shape, "footprint") else shape.polygon
    point = polygon.representative_point()
    _add(raw, key, tags, (point.x, point.y))


def _add(raw: RawCity, key: str, tags: Tags, xy: tuple[float, float]) -> None:
    name = tags.get("name") or tags.get("brand") or tags.get("operator", "")
    kind = place_kind(tags) if name else ""
    if kind:
        raw.places.append(RawPlace(key, name, kind, xy, tags.get("name:en", "")))
