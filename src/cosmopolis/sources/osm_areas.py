"""OpenStreetMap land use, green and water -> RawArea; single trees and rows of trees -> RawTree."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from cosmopolis.city.raw import RawArea, RawCity, RawTree
from cosmopolis.city.words import LandUse
from cosmopolis.sources import tags as text
from cosmopolis.sources.osm_buildings import is_building
from cosmopolis.sources.osm_reading import OsmReading
from cosmopolis.sources.osm_rings import shapes
from cosmopolis.sources.shapes import parts
from cosmopolis.sources.vocabulary import WATERWAY_WIDTH, Tags, land_use, underground

TREE_SPACING = 8.0  # m between the trees of a row
_WIDEST = 2000.0  # m


def add_areas(reading: OsmReading, xy: NDArray[np.float64], raw: RawCity) -> None:
    """Fills raw.areas and raw.trees."""
    for shape in shapes(reading, xy, _is_area, raw.findings):
        kind = land_use(shape.tags)
        assert kind is not None
        raw.areas.append(RawArea(shape.key, shape.polygon, kind, shape.tags.get("name", "")))
    _add_waterways(reading, xy, raw)
    _add_trees(reading, xy, raw)


def _is_area(tags: Tags) -> bool:
    return not is_building(tags) and land_use(tags) is not None and not underground(tags)


def _add_waterways(reading: OsmReading, xy: NDArray[np.float64], raw: RawCity) -> None:
    """Waterways drawn as lines get their width, except where their water is drawn already."""
    lines, widths, ways = [], [], []
    for way in reading.ways:
        kind = way.tags.get("waterway", "")
        if kind not in WATERWAY_WIDTH or len(way.rows) < 2 or way.tags.get("tunnel", "no") != "no":
            continue
        if way.tags.get("area") == "yes" or way.tags.get("intermittent") == "yes":
            continue
        width = text.length(way.tags.get("width", ""))
        widths.append(width if width is not None and 0.5 <= width <= _WIDEST else WATERWAY_WIDTH[kind])
        lines.append(shapely.LineString(xy[way.rows]))
        ways.append(way)
    if not lines:
        return
    bands = shapely.buffer(np.array(lines), np.array(widths) / 2, cap_style="flat", quad_segs=2)
    drawn = np.array([area.polygon for area in raw.areas if LandUse.RIVER <= area.kind <= LandUse.SEA])
    if len(drawn):
        tree = shapely.STRtree(drawn)
        for i, band in enumerate(bands):
            near = tree.query(band, predicate="intersects")
            if len(near):
                bands[i] = band.difference(shapely.union_all(drawn[near]))
    for way, band in zip(ways, bands):
        use = LandUse.CANAL if way.tags["waterway"] in ("canal", "drain", "ditch") else LandUse.RIVER
        for number, polygon in enumerate(parts(band)):
            key = f"osm:way/{way.id}" + (f"/{number}" if number else "")
            raw.areas.append(RawArea(key, polygon, use, way.tags.get("name", "")))


def _add_trees(reading: OsmReading, xy: NDArray[np.float64], raw: RawCity) -> None:
    for row, tags in reading.node_tags.items():
        if tags.get("natural") == "tree":
            raw.trees.append(RawTree((float(xy[row, 0]), float(xy[row, 1])), _tree_height(tags)))
    for way in reading.ways:
        if way.tags.get("natural") == "tree_row" and len(way.rows) >= 2:
            line = shapely.LineString(xy[way.rows])
            stations = np.arange(0.0, line.length + 1e-6, TREE_SPACING)
            for x, y in shapely.get_coordinates(shapely.line_interpolate_point(line, stations)):
                raw.trees.append(RawTree((float(x), float(y)), _tree_height(way.tags)))


def _tree_height(tags: dict[str, str]) -> float:
    height = text.length(tags.get("height", ""))
    return height if height is not None and 0.5 <= height <= 120.0 else 0.0
