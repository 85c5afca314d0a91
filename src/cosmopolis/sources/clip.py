"""What part of the map is wanted: a box or a polygon in degrees, and cutting a RawCity to it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from cosmopolis.city.errors import BadInput
from cosmopolis.city.raw import Finding, RawArea, RawCity, RawRail
from cosmopolis.geometry.projection import Projection
from cosmopolis.sources.clip_streets import cut_streets, street_lines
from cosmopolis.sources.extent import Box, apart, box_from, continuous, united, wrapped
from cosmopolis.sources.shapes import parts

_STEP = 0.005  # degrees; a straight line on the map is a curve on the plane


@dataclass(frozen=True)
class Clip:
    """An area in degrees."""

    polygon: Any  # Polygon or MultiPolygon, in one piece across the antimeridian: beyond 180

    @property
    def box(self) -> Box:
        west, south, east, north = self.polygon.bounds
        return west, south, east, north

    def apply(self, raw: RawCity, projection: Projection, data: Box) -> RawCity:
        """`raw` with only what lies inside. `data`: degrees that the files cover, for the message."""
        if apart(data, self.box) > 0:
            raise BadInput(
                f"the clip {_written(self.box)} lies outside the data, which covers {_written(data)}."
            )
        ground = shapely.transform(shapely.segmentize(self.polygon, _STEP), projection.to_local)
        cut(raw, ground)
        if not raw.streets and not raw.buildings and not raw.areas:
            raise BadInput(
                f"nothing of the city lies inside the clip {_written(self.box)}; the data covers {_written(data)}."
            )
        raw.boundary = max(shapely.get_parts(ground), key=lambda part: part.area)
        raw.bounds = ground.bounds
        return raw


def parse_clip(text: str) -> Clip:
    """From "west,south,east,north" in degrees or the path of a GeoJSON file with a polygon."""
    pieces = text.split(",")
    try:
        numbers = [float(piece) for piece in pieces]
    except ValueError:
        return _from_file(Path(text))
    if len(numbers) != 4 or not all(math.isfinite(number) for number in numbers):
        raise BadInput(
            f'the clip "{text}" must be four numbers west,south,east,north or the path of a GeoJSON file.'
        )
    west, south, east, north = numbers
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= 90 and -90 <= north <= 90):
        raise BadInput(f'the clip "{text}" is not in degrees; write west,south,east,north, longitude first.')
    if west == east or south >= north:
        raise BadInput(
            f'the clip "{text}" is empty; write west,south,east,north with west < east (west > east only across the '
            "antimeridian) and south < north."
        )
    return Clip(shapely.box(*_expected_small(text, box_from(west, south, east, north))))


def _expected_small(text: str, box: Box) -> Box:
    """West beyond east is a box across the antimeridian (RFC 7946, 5.2), or a slip; that one would span the globe."""
    if box[2] > 180.0 and box[2] - box[0] > 180.0:
        raise BadInput(
            f'the clip "{text}" is empty, or reaches around the globe; write west,south,east,north with west < east.'
        )
    return box


def _from_file(path: Path) -> Clip:
    from cosmopolis.sources.geojson import GeoJsonReading
    from cosmopolis.sources.reading import scan

    if not path.exists():
        raise BadInput(
            f'the clip "{path}" is neither west,south,east,north nor a file; give four numbers or a GeoJSON polygon.'
        )
    reading = scan(path)
    if isinstance(reading, GeoJsonReading):
        polygons = [feature.geometry for feature in reading.features if shapely.area(feature.geometry) > 0]
        if polygons:
            valid = shapely.get_parts(shapely.make_valid(np.array(polygons)))
            return Clip(shapely.union_all(_side_by_side(valid[shapely.area(valid) > 0])))
    raise BadInput(f"{path}: holds no polygon to clip with; give a GeoJSON file with a Polygon.")


def _side_by_side(polygons: NDArray[np.object_]) -> NDArray[np.object_]:
    """Pieces that the antimeridian parts (RFC 7946, 3.1.9), joined beyond 180 degrees."""
    west, _, east, _ = shapely.bounds(polygons).T
    middle = (west + east) / 2
    move = continuous(middle) - middle
    return np.array([shapely.transform(p, lambda xy, d=d: xy + [d, 0.0]) for p, d in zip(polygons, move)])


def keep_to_bounds(raw: RawCity, stated: Sequence[Box | None], projection: Projection) -> None:
    """Where every map of streets states its bounds, the city ends there: beyond them a map has holes."""
    boxes = [box for box in stated if box is not None]
    if not boxes or len(boxes) < len(stated):
        return
    west, south, east, north = united(boxes)
    corners = projection.to_local([[west, south], [east, north]])
    ground = shapely.box(*corners.ravel().tolist())
    before = _street_length(raw)
    cut(raw, ground)
    raw.bounds = ground.bounds
    lost = (before - _street_length(raw)) / 1000
    if lost > 0.1:
        told = f"{lost:.1f} km of streets lie beyond the bounds that the map states for itself; cut off there"
        raw.findings.append(Finding("beyond-bounds", raw.name, told))


def _street_length(raw: RawCity) -> float:
    return float(shapely.length(street_lines(raw)).sum())


def cut(raw: RawCity, ground: Any) -> None:
    """Leaves what lies inside `ground` (metres): streets end at its edge, areas are cut, buildings stay whole."""
    shapely.prepare(ground)
    cut_streets(raw, ground)
    centres = shapely.point_on_surface(np.array([b.footprint for b in raw.buildings], dtype=object))
    raw.buildings = _kept(raw.buildings, shapely.contains_properly(ground, centres) if len(centres) else [])
    keys = {building.key for building in raw.buildings}
    for building in raw.buildings:
        if building.part_of not in keys:
            building.part_of = ""
    raw.areas = _cut_areas(raw.areas, ground)
    raw.places = _inside(raw.places, ground)
    raw.trees = _inside(raw.trees, ground)
    raw.stops = _inside(raw.stops, ground)
    raw.rails = _cut_rails(raw.rails, ground)
    _cut_lines(raw, ground)


def _kept(rows: list, mask: Any) -> list:
    return [row for row, keep in zip(rows, mask) if keep]


def _inside(rows: list, ground: Any) -> list:
    if not rows:
        return rows
    xy = np.array([row.xy for row in rows])
    return _kept(rows, shapely.contains_xy(ground, xy[:, 0], xy[:, 1]))


def _cut_areas(areas: list[RawArea], ground: Any) -> list[RawArea]:
    polygons = np.array([area.polygon for area in areas], dtype=object)
    if not len(polygons):
        return areas
    within, touching = shapely.covers(ground, polygons), shapely.intersects(ground, polygons)
    out = []
    for i, area in enumerate(areas):
        if within[i]:
            out.append(area)
        elif touching[i]:
            for number, piece in enumerate(parts(shapely.intersection(polygons[i], ground))):
                key = area.key + (f"/{number}" if number else "")
                out.append(RawArea(key, piece, area.kind, area.name, area.provenance))
    return out


def _cut_rails(rails: list[RawRail], ground: Any) -> list[RawRail]:
    out = []
    for rail in rails:
        for number, piece in enumerate(lines_of(rail.line.intersection(ground))):
            key = rail.key + (f"/{number}" if number else "")
            out.append(RawRail(key, piece, rail.mode, rail.layer, rail.tunnel, rail.provenance))
    return out


def _cut_lines(raw: RawCity, ground: Any) -> None:
    """Transit lines keep the stops that are left; with fewer than two they are gone."""
    keys = {stop.key for stop in raw.stops}
    kept = []
    for line in raw.transit_lines:
        line.stops = tuple(key for key in line.stops if key in keys)
        if len(line.stops) < 2:
            continue
        if line.path is not None:
            pieces = lines_of(line.path.intersection(ground))
            line.path = max(pieces, key=lambda piece: piece.length) if pieces else None
        kept.append(line)
    raw.transit_lines = kept


def lines_of(geometry: Any) -> list[shapely.LineString]:
    """The lines in a geometry; crumbs and points are left out."""
    pieces: NDArray[np.object_] = shapely.get_parts(shapely.get_parts(geometry))
    return [piece for piece in pieces if piece.geom_type == "LineString" and piece.length > 0.1]


def _written(box: Box) -> str:
    west, south, east, north = box
    return ",".join(f"{value:.4f}" for value in (west, south, wrapped(east), north))
