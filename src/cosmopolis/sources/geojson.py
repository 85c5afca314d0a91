"""GeoJSON -> buildings, land use, water, places, trees.

A feature's layer is guessed from its geometry and properties; where these say nothing, from the file's name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from cosmopolis.city.errors import BadInput
from cosmopolis.city.raw import Finding, RawArea, RawCity, RawPlace, RawStop, RawTree, Source
from cosmopolis.city.words import LandUse, TransitMode
from cosmopolis.geometry.projection import Projection
from cosmopolis.sources import tags as text
from cosmopolis.sources.osm_buildings import building_of, link_parts
from cosmopolis.sources.properties import tags_of
from cosmopolis.sources.shapes import mended
from cosmopolis.sources.vocabulary import Tags, land_use, place_kind

Box = tuple[float, float, float, float]

_NAME_HINTS = (
    ("build", "building"), ("footprint", "building"), ("house", "building"), ("bldg", "building"),
    ("water", "water"), ("river", "water"), ("lake", "water"), ("green", "green"), ("park", "green"),
    ("land", "land"), ("zone", "land"), ("poi", "place"), ("place", "place"), ("shop", "place"), ("tree", "tree"),
)  # fmt: skip
_HINTED_KIND = {"water": LandUse.LAKE, "green": LandUse.GRASS, "land": LandUse.UNKNOWN}


class Feature(NamedTuple):
    number: int  # in the file, from 1
    tags: Tags
    geometry: Any  # shapely, degrees


@dataclass
class GeoJsonReading:
    """One file as read, in degrees."""

    path: Path
    features: list[Feature]
    about: dict[str, str]  # what the file says of itself
    findings: list[Finding]

    may_have_streets = False
    has_streets = False
    stated_box = None

    @cached_property
    def box(self) -> Box | None:
        if not self.features:
            return None
        west, south, east, north = shapely.total_bounds(
            np.array([f.geometry for f in self.features])
        ).tolist()
        return west, south, east, north

    def to_raw(self, projection: Projection) -> RawCity:
        """In local metres."""
        raw = RawCity(name=self.path.name.split(".")[0], origin=(projection.lon, projection.lat))
        raw.findings.extend(self.findings)
        local = shapely.transform(
            np.array([f.geometry for f in self.features], dtype=object), projection.to_local
        )
        polygons: list[tuple[str, Tags, Any]] = []
        unclear: Counter[str] = Counter()
        for feature, geometry in zip(self.features, local):
            key = self._key(feature)
            pieces = shapely.get_parts(geometry)
            if geometry.geom_type in ("Polygon", "MultiPolygon"):
                for number, piece in enumerate(pieces):
                    polygons.append((key + (f"/{number}" if number else ""), feature.tags, piece))
            elif geometry.geom_type in ("Point", "MultiPoint"):
                self._add_point(key, feature.tags, pieces[0], raw)
            else:
                unclear["line"] += 1
        self._add_polygons(polygons, raw, unclear)
        for what, number in sorted(unclear.items()):
            raw.findings.append(
                Finding(
                    "not-understood",
                    self.path.name,
                    f"{number} {what} feature(s) are no building, area or place; left out",
                )
            )
        raw.sources.append(self._source(raw))
        return raw

    def _add_polygons(
        self, polygons: list[tuple[str, Tags, Any]], raw: RawCity, unclear: Counter[str]
    ) -> None:
        shapes = np.array([polygon for _, _, polygon in polygons], dtype=object)
        good = mended(shapes, [key for key, _, _ in polygons], raw.findings)
        is_part = []
        for (key, tags, _), found in zip(polygons, good):
            if not found:
                continue
            layer, kind = self._layer(tags)
            if layer == "building":
                raw.buildings.append(building_of(key, tags, found[0], raw.findings))
                is_part.append("building:part" in tags and "building" not in tags)
            elif layer == "area":
                raw.areas.extend(RawArea(key, polygon, kind, tags.get("name", "")) for polygon in found)
            else:
                unclear["polygon"] += 1
        link_parts(raw.buildings, is_part)

    def _layer(self, tags: Tags) -> tuple[str, LandUse]:
        """("building" | "area" | "", kind of the area)"""
        if tags.get("building", "no") != "no" or tags.get("building:part", "no") != "no":
            return "building", LandUse.UNKNOWN
        kind = land_use(tags)
        if kind is not None:
            return "area", kind
        hint = _hint(self.path)
        if hint == "building" or "height" in tags or "building:levels" in tags:
            return "building", LandUse.UNKNOWN
        if hint == "water" or (hint in _HINTED_KIND and not place_kind(tags)):
            return "area", _HINTED_KIND[hint]
        return "", LandUse.UNKNOWN

    def _add_point(self, key: str, tags: Tags, point: Any, raw: RawCity) -> None:
        xy = (point.x, point.y)
        if tags.get("natural") == "tree" or (_hint(self.path) == "tree" and not place_kind(tags)):
            raw.trees.append(RawTree(xy, text.length(tags.get("height", "")) or 0.0))
        elif tags.get("highway") == "bus_stop":
            raw.stops.append(RawStop(key, tags.get("name", ""), xy, TransitMode.BUS))
        elif tags.get("name"):
            kind = place_kind(tags)
            if kind or "kind" not in tags:
                raw.places.append(
                    RawPlace(key, tags["name"], kind or "place=yes", xy, tags.get("name:en", ""))
                )

    def _key(self, feature: Feature) -> str:
        own = feature.tags.get("@id") or feature.tags.get("osm_id") or feature.tags.get("id", "")
        if own.startswith(("node/", "way/", "relation/")):
            return f"osm:{own}"
        return f"{self.path.stem}:{own or feature.number}"

    def _source(self, raw: RawCity) -> Source:
        layers = {"buildings": raw.buildings, "places": raw.places, "trees": raw.trees, "stops": raw.stops}
        names = [name for name, rows in layers.items() if rows]
        kinds = {area.kind for area in raw.areas}
        names += ["land_use"] if any(kind < LandUse.PARK for kind in kinds) else []
        names += ["green"] if any(LandUse.PARK <= kind < LandUse.RIVER for kind in kinds) else []
        names += ["water"] if any(kind >= LandUse.RIVER for kind in kinds) else []
        said = self.about
        return Source(
            self.path.name,
            said.get("attribution")
            or said.get("copyright")
            or said.get("source")
            or f"from the file {self.path.name}",
            said.get("licence") or said.get("license") or "not stated in the file",
            said.get("url", ""),
            said.get("timestamp") or said.get("date", ""),
            tuple(names),
        )


def scan(path: Path, document: dict[str, Any]) -> GeoJsonReading:
    """From a parsed GeoJSON document (a FeatureCollection, a Feature or a bare geometry)."""
    findings: list[Finding] = []
    features: list[Feature] = []
    empty = 0
    for number, feature in enumerate(_features(document), start=1):
        geometry = feature.get("geometry") if isinstance(feature, dict) else None
        if geometry is None:
            empty += 1
            continue
        properties = feature.get("properties")
        tags = tags_of(properties if isinstance(properties, dict) else {})
        if "id" in feature and feature["id"] is not None:
            tags.setdefault("@id", str(feature["id"]))
        features.extend(Feature(number, tags, shape) for shape in _shapes(geometry, path, number))
    if empty:
        findings.append(Finding("no-geometry", path.name, f"{empty} feature(s) without a geometry; left out"))
    if not features:
        raise BadInput(
            f"{path}: this GeoJSON file holds no features with a geometry; export the layer again."
        )
    features = _in_degrees(path, document, features)
    about = {k.lower(): v for k, v in document.items() if isinstance(v, str)}
    return GeoJsonReading(path, features, about, findings)


def _features(document: dict[str, Any]) -> Iterator[Any]:
    kind = document.get("type")
    if kind == "FeatureCollection":
        yield from document.get("features") or []
    elif kind == "Feature":
        yield document
    else:
        yield {"geometry": document, "properties": {}}


def _shapes(geometry: Any, path: Path, number: int) -> list[Any]:
    if isinstance(geometry, dict) and geometry.get("type") == "GeometryCollection":
        return [shape for part in geometry.get("geometries") or [] for shape in _shapes(part, path, number)]
    try:
        shape = (
            _polygon(geometry["coordinates"])
            if geometry["type"] == "Polygon"
            else shapely.geometry.shape(geometry)
        )
        flat = shapely.get_coordinates(shape)
    except (
        shapely.errors.ShapelyError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
    ) as error:
        raise BadInput(
            f"{path}: the geometry of feature {number} is not GeoJSON ({_short(error)}); mend or remove that feature."
        ) from None
    if not np.isfinite(flat).all():
        raise BadInput(
            f"{path}: feature {number} has a coordinate that is not a number; mend or remove that feature."
        )
    return [] if shape.is_empty else [shapely.force_2d(shape)]


def _polygon(rings: list) -> Any:
    """Much faster than the general way, for by far the most common geometry."""
    if not rings:
        return shapely.Polygon()
    first, *holes = [shapely.linearrings(np.array(ring, dtype=np.float64)[:, :2]) for ring in rings]
    return shapely.polygons(first, holes) if holes else shapely.polygons(first)


def _in_degrees(path: Path, document: dict[str, Any], features: list[Feature]) -> list[Feature]:
    """Honours the (old) `crs` member; without one, coordinates must be degrees, longitude first."""
    shapes = np.array([feature.geometry for feature in features], dtype=object)
    crs = _crs(document)
    if crs:
        shapes = _from_crs(path, crs, shapes)
    flat = shapely.get_coordinates(shapes)
    if np.abs(flat[:, 0]).max() <= 180 and np.abs(flat[:, 1]).max() <= 90:
        return [feature._replace(geometry=shape) for feature, shape in zip(features, shapes)]
    x, y = flat[np.argmax(np.abs(flat).max(axis=1))].tolist()
    if np.abs(flat[:, 0]).max() <= 90 and np.abs(flat[:, 1]).max() <= 180:
        raise BadInput(
            f"{path}: the coordinates look swapped, such as ({x:g}, {y:g}); write longitude first, then latitude."
        )
    raise BadInput(
        f"{path}: the coordinates are not degrees, such as ({x:g}, {y:g}); export it in WGS84 (EPSG:4326) or add a "
        '"crs" member.'
    )


def _crs(document: dict[str, Any]) -> str:
    crs = document.get("crs")
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = str(properties.get("name", "")) if isinstance(properties, dict) else ""
    return "" if "CRS84" in name or name.endswith((":4326", "EPSG4326")) else name


def _from_crs(path: Path, name: str, shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    from pyproj import CRS, Transformer
    from pyproj.exceptions import CRSError

    try:
        transformer = Transformer.from_crs(CRS.from_user_input(name), "OGC:CRS84", always_xy=True)
    except CRSError:
        raise BadInput(
            f'{path}: unknown coordinate system "{name}" in its "crs" member; export it in WGS84.'
        ) from None
    return shapely.transform(shapes, lambda xy: np.column_stack(transformer.transform(xy[:, 0], xy[:, 1])))


def _hint(path: Path) -> str:
    stem = path.stem.lower()
    return next((layer for word, layer in _NAME_HINTS if word in stem), "")


def _short(error: Exception) -> str:
    return str(error).splitlines()[0][:80] if str(error) else type(error).__name__
