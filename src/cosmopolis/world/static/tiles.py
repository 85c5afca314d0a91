"""Buildings and trees in tiles of a kilometre (SPEC 2.3, 4.3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from cosmopolis.city.model import Buildings, City, Strings, Trees
from cosmopolis.world.columns import Delta
from cosmopolis.world.static.shapes import Columns, centimetres, decimetres, rings, single

TILE = 1000.0  # m


@dataclass(frozen=True)
class Tile:
    x: int
    y: int
    buildings: int
    columns: Columns


def tiles(city: City) -> Iterator[Tile]:
    """The tiles that hold something, from the south-west row by row."""
    footprints = single(city.buildings.footprint)
    centre = shapely.get_coordinates(shapely.centroid(footprints))  # none of an empty one
    shown = drawn(city.buildings) & ~shapely.is_empty(footprints)
    building_tile = np.zeros((len(footprints), 2), np.int64)
    building_tile[~shapely.is_empty(footprints)] = np.floor(centre / TILE)
    tree_tile = np.floor(city.trees.xy / TILE).astype(np.int64)
    every = np.unique(np.concatenate([building_tile[shown], tree_tile]), axis=0)
    for x, y in every[np.lexsort(every.T)]:
        b = np.flatnonzero(shown & (building_tile == (x, y)).all(axis=1))
        t = np.flatnonzero((tree_tile == (x, y)).all(axis=1))
        columns = {**buildings(city.buildings, footprints, b), **trees(city.trees, t)}
        yield Tile(int(x), int(y), len(b), columns)


def drawn(rows: Buildings) -> NDArray[np.bool_]:
    """(B,) False for a whole that has parts: its parts are drawn."""
    shown = np.ones(len(rows), bool)
    shown[rows.part_of[rows.part_of >= 0]] = False
    return shown


def buildings(rows: Buildings, footprints: NDArray[np.object_], which: NDArray[np.int64]) -> Columns:
    first, last = rows.mesh_start[which], rows.mesh_start[which + 1]
    triangles = np.concatenate([np.zeros(0, np.int64), *map(np.arange, first, last)])
    corners = rows.mesh[triangles].reshape(-1, 3)
    return {
        "building_id": Delta(which.astype(np.uint32)),
        "building_height": decimetres(rows.height[which], np.uint16),
        "building_base": decimetres(rows.base[which], np.uint16),
        "building_floors": np.clip(rows.floors[which], 0, 255).astype(np.uint8),
        "building_roof": rows.roof[which].astype(np.uint8),
        "building_roof_height": decimetres(rows.roof_height[which], np.uint16),
        "building_use": rows.use[which].astype(np.uint8),
        "building_colour": colours(rows.colour, which),
        "building_provenance": rows.provenance[which].astype(np.uint8),
        **rings("building", footprints[which]),
        "mesh_start": Delta(np.concatenate([[0], np.cumsum(last - first)]).astype(np.uint32)),
        **{f"mesh_{axis}": Delta(centimetres(corners[:, i])) for i, axis in enumerate("xyz")},
    }


def colours(texts: Strings, which: NDArray[np.int64]) -> NDArray[np.uint32]:
    """0xRRGGBB of "#rrggbb", 0 for what is not."""
    out = np.zeros(len(which), np.uint32)
    for i, row in enumerate(which):
        text = texts[row]
        if len(text) == 7 and text[0] == "#":
            try:
                out[i] = int(text[1:], 16)
            except ValueError:
                continue
    return out


def trees(rows: Trees, which: NDArray[np.int64]) -> Columns:
    """Sorted in rows from the south, so that differences are small."""
    which = which[np.lexsort((rows.xy[which, 0], np.floor(rows.xy[which, 1] / 20)))]
    return {
        "tree_x": Delta(centimetres(rows.xy[which, 0], 10)),
        "tree_y": Delta(centimetres(rows.xy[which, 1], 10)),
        "tree_height": decimetres(rows.height[which], np.uint8),
        "tree_crown": decimetres(rows.crown[which], np.uint8),
    }
