"""Street trees, park trees, gardens and woods."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.random import Generator
from numpy.typing import NDArray

from cosmopolis.city.raw import RawCity, RawStreet, RawTree
from cosmopolis.city.words import LandUse, Provenance, StreetKind
from cosmopolis.growth import sections
from cosmopolis.growth.fabric import Fabric

Points = NDArray[np.float64]
S = StreetKind

STEP = {S.TRUNK: 9.0, S.PRIMARY: 9.0, S.SECONDARY: 10.0, S.TERTIARY: 11.0, S.UNCLASSIFIED: 16.0, S.RESIDENTIAL: 14.0,
        S.LIVING_STREET: 20.0}  # fmt: skip
PER_HECTARE = {LandUse.PARK: 46.0, LandUse.FOREST: 42.0, LandUse.GARDEN: 55.0, LandUse.RESIDENTIAL: 38.0,
               LandUse.EDUCATION: 14.0, LandUse.HEALTH: 14.0, LandUse.CIVIC: 12.0, LandUse.COMMERCIAL: 12.0,
               LandUse.INDUSTRIAL: 3.0, LandUse.GRASS: 4.0, LandUse.FARMLAND: 0.35, LandUse.PLAZA: 10.0}  # fmt: skip
MOST = 25_000


def plant_trees(raw: RawCity, fabric: Fabric, streets: shapely.Geometry, clear: list[shapely.Geometry],
                rng: Generator) -> None:  # fmt: skip
    """Rows along streets, then trees strewn over areas; none in a building, on a carriageway or in `clear`."""
    rows = _street_rows(raw, fabric, rng)
    strewn = _strewn(raw, rng)
    paved = [shapely.LineString(raw.node_xy[street.nodes]).buffer(_half(street)) for street in raw.streets]
    rows = rows[~_taken(raw, rows, paved, clear, 1.6)]
    strewn = strewn[~_taken(raw, strewn, paved, [streets, *clear], 2.6)]
    xy = np.vstack([rows, strewn])
    if len(xy) > MOST:
        xy = xy[np.sort(rng.permutation(len(xy))[:MOST])]
    height = np.round(rng.normal(8.2, 1.9, len(xy)).clip(4.0, 16.0), 1)
    raw.trees += [
        RawTree((round(x, 2), round(y, 2)), h, Provenance.INVENTED)
        for (x, y), h in zip(xy.tolist(), height.tolist())
    ]


def _street_rows(raw: RawCity, fabric: Fabric, rng: Generator) -> Points:
    """Trees in the sidewalks, away from junctions."""
    out = []
    for link in fabric.links():
        way = fabric.ways[link.way]
        step = STEP.get(way.kind)
        line = shapely.LineString([fabric.xy[n] for n in link.nodes])
        if step is None or line.length < 50:
            continue
        off = sections.carriage_half(way) + 1.3
        for side in (off, -off):
            kerb = line.offset_curve(side, quad_segs=2)
            room = 20.0 if way.kind <= S.SECONDARY else 13.0
            stations = np.arange(room, kerb.length - room, step)
            if len(stations):
                out.append(shapely.get_coordinates(shapely.line_interpolate_point(kerb, stations)))
    if not out:
        return np.zeros((0, 2))
    xy = np.vstack(out)
    return xy + rng.normal(0, 0.25, xy.shape)


def _strewn(raw: RawCity, rng: Generator) -> Points:
    """Points at random in each area by its kind."""
    out = []
    for area in raw.areas:
        per = PER_HECTARE.get(area.kind)
        if not per:
            continue
        west, south, east, north = area.polygon.bounds
        n = rng.poisson(per * (east - west) * (north - south) / 1e4)
        xy = rng.uniform([west, south], [east, north], (n, 2))
        shapely.prepare(area.polygon)
        out.append(xy[shapely.contains_xy(area.polygon, xy)])
    return np.vstack(out) if out else np.zeros((0, 2))


def _half(street: RawStreet) -> float:
    """m from a street's centre line to where a trunk may stand."""
    lanes = street.forward_lanes + street.backward_lanes if street.kind <= S.RACEWAY else 1
    return max(lanes, 1) * street.lane_width / 2 + (sections.CYCLE if street.cycle_lane_right else 0.0) + 0.5


def _taken(raw: RawCity, xy: Points, paved: list[shapely.Geometry], clear: list[shapely.Geometry],
           gap: float) -> NDArray[np.bool_]:  # fmt: skip
    """Which points lie in or near buildings, water or pitches, on paved ground, or in any shape of `clear`."""
    points = shapely.points(xy)
    taken = np.zeros(len(xy), dtype=bool)
    bodies = [b.footprint for b in raw.buildings]
    hard = (LandUse.SPORT, LandUse.PARKING, LandUse.SAND, LandUse.RIVER, LandUse.LAKE, LandUse.CANAL)
    bodies += [a.polygon for a in raw.areas if a.kind in hard]
    taken[shapely.STRtree(bodies).query(points, predicate="dwithin", distance=gap)[0]] = True
    taken[shapely.STRtree(paved).query(points, predicate="within")[0]] = True
    for shape in clear:
        shapely.prepare(shape)
        taken |= shapely.contains_xy(shape, xy)
    return taken
