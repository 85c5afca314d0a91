"""OpenStreetMap land use, green and water -> RawArea; single trees and rows of trees -> RawTree."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from cosmopolis.city.raw import RawArea, RawCity, RawTree
from cosmopolis.city.words import LandUse, Provenance
from cosmopolis.sources import tags as text
from cosmopolis.sources.osm_buildings import is_building
from cosmopolis.sources.osm_reading import OsmReading
from cosmopolis.sources.osm_rings import shapes
from cosmopolis.sources.shapes import parts
from cosmopolis.sources.vocabulary import WATERWAY_WIDTH, Tags, land_use, underground

TREE_SPACING = 8.0  # m between the trees of a row
_WIDEST = 2000.0  # m
LANE, KERB = 3.25, 2.0  # m of a lane, and beside the outer ones


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
    lines, widths, told, ways = [], [], [], []
    for way in reading.ways:
        kind = way.tags.get("waterway", "")
        if kind not in WATERWAY_WIDTH or len(way.rows) < 2 or way.tags.get("tunnel", "no") != "no":
            continue
        if way.tags.get("area") == "yes" or way.tags.get("intermittent") == "yes":
            continue
        width = text.length(way.tags.get("width", ""))
        told.append(width is not None and 0.5 <= width <= _WIDEST)
        widths.append(width if width is not None and told[-1] else WATERWAY_WIDTH[kind])
        lines.append(shapely.LineString(xy[way.rows]))
        ways.append(way)
    if not lines:
        return
    bands = shapely.buffer(np.array(lines), np.array(widths) / 2, cap_style="flat", quad_segs=2)
    bands = _beside_streets(bands, raw)
    drawn = np.array([area.polygon for area in raw.areas if LandUse.RIVER <= area.kind <= LandUse.SEA])
    if len(drawn):
        tree = shapely.STRtree(drawn)
        for i, band in enumerate(bands):
            near = tree.query(band, predicate="intersects")
            if len(near):
                bands[i] = band.difference(shapely.union_all(drawn[near]))
    for i, (way, band) in enumerate(zip(ways, bands)):
        use = LandUse.CANAL if way.tags["waterway"] in ("canal", "drain", "ditch") else LandUse.RIVER
        for number, polygon in enumerate(parts(band)):
            key = f"osm:way/{way.id}" + (f"/{number}" if number else "")
            guessed = Provenance.MEASURED if told[i] else Provenance.MODELLED  # its width is its class's
            raw.areas.append(RawArea(key, polygon, use, way.tags.get("name", ""), guessed))


def _beside_streets(bands: NDArray[np.object_], raw: RawCity) -> NDArray[np.object_]:
    """The bands without the ground of streets: a road along a river, or over a brook in a pipe, is no water.

    Only bridges lead over them. The width of a waterway drawn as a line is a guess; a street's is told by its lanes.
    """
    streets = [s for s in raw.streets if s.kind.drivable and not s.bridge and not s.tunnel]
    if not streets:
        return bands
    half = [
        (s.forward_lanes + s.backward_lanes + s.forward_bus_lanes + s.backward_bus_lanes) * LANE / 2 + KERB
        for s in streets
    ]
    lines = np.array([shapely.LineString(raw.node_xy[s.nodes]) for s in streets], dtype=object)
    tree = shapely.STRtree(lines)
    out = bands.copy()
    for i, band in enumerate(bands):
        near = tree.query(band, predicate="dwithin", distance=max(half))
        if len(near):
            ground = shapely.buffer(lines[near], np.array(half)[near], quad_segs=2)
            out[i] = band.difference(shapely.union_all(ground))
    return out


def _add_trees(reading: OsmReading, xy: NDArray[np.float64], raw: RawCity) -> None:
    for row, tags in reading.node_tags.items():
        if tags.get("natural") == "tree":
            raw.trees.append(RawTree((float(xy[row, 0]), float(xy[row, 1])), _tree_height(tags)))
    for way in reading.ways:
        if way.tags.get("natural") == "tree_row" and len(way.rows) >= 2:
            line = shapely.LineString(xy[way.rows])
            stations = np.arange(0.0, line.length + 1e-6, TREE_SPACING)
            for x, y in shapely.get_coordinates(shapely.line_interpolate_point(line, stations)):
                # Trees stand along the line, but nobody said where.
                raw.trees.append(RawTree((float(x), float(y)), _tree_height(way.tags), Provenance.MODELLED))


def _tree_height(tags: dict[str, str]) -> float:
    height = text.length(tags.get("height", ""))
    return height if height is not None and 0.5 <= height <= 120.0 else 0.0
