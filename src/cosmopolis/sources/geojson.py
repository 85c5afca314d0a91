"""GeoJSON -> buildings, land use, water, places, trees.

A feature's layer is guessed from its geometry and properties; where these say nothing, from the file's name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from cosmopolis.city.raw import Finding, RawArea, RawCity, RawPlace, RawStop, RawTree, Source
from cosmopolis.city.words import LandUse, TransitMode
from cosmopolis.geometry.projection import Projection
from cosmopolis.sources import tags as text
from cosmopolis.sources.extent import Box, box_of
from cosmopolis.sources.geojson_features import Feature, features_of, shared_ids
from cosmopolis.sources.osm_buildings import building_of, link_parts
from cosmopolis.sources.shapes import mended
from cosmopolis.sources.vocabulary import Tags, land_use, place_kind

_NAME_HINTS = (
    ("build", "building"), ("footprint", "building"), ("house", "building"), ("bldg", "building"),
    ("water", "water"), ("river", "water"), ("lake", "water"), ("green", "green"), ("park", "green"),
    ("land", "land"), ("zone", "land"), ("poi", "place"), ("place", "place"), ("shop", "place"), ("tree", "tree"),
)  # fmt: skip
_HINTED_KIND = {"water": LandUse.LAKE, "green": LandUse.GRASS, "land": LandUse.UNKNOWN}


@dataclass
class GeoJsonReading:
    """One file as read, in degrees."""

    path: Path
    features: list[Feature]
    about: dict[str, str]  # what the file says of itself
    findings: list[Finding]
    stem: str = ""  # what keys begin with: the file's name, unless another file has the same

    def __post_init__(self) -> None:
        self.stem = self.stem or self.path.stem

    may_have_streets = False
    has_streets = False
    stated_box = None

    @cached_property
    def box(self) -> Box | None:
        if not self.features:
            return None
        return box_of(shapely.get_coordinates(np.array([f.geometry for f in self.features], dtype=object)))

    def to_raw(self, projection: Projection) -> RawCity:
        """In local metres."""
        raw = RawCity(name=self.path.name.split(".")[0], origin=(projection.lon, projection.lat))
        raw.findings.extend(self.findings)
        local = shapely.transform(
            np.array([f.geometry for f in self.features], dtype=object), projection.to_local
        )
        polygons: list[tuple[str, Tags, Any]] = []
        unclear: Counter[str] = Counter()
        keys = _Keys(self)
        for feature, geometry in zip(self.features, local):
            if geometry.geom_type in ("Polygon", "MultiPolygon"):
                for piece in shapely.get_parts(geometry):
                    polygons.append((keys.of(feature), feature.tags, piece))
            elif geometry.geom_type in ("Point", "MultiPoint"):
                for piece in shapely.get_parts(geometry):
                    self._add_point(keys.of(feature), feature.tags, piece, raw)
            else:
                unclear["line"] += 1
        self._add_polygons(polygons, raw, unclear)
        self._tell(raw, unclear)
        raw.sources.append(self._source(raw))
        return raw

    def _tell(self, raw: RawCity, unclear: Counter[str]) -> None:
        for what, number in sorted(unclear.items()):
            told = f"{number} {what} feature(s) are no building, area or place; left out"
            raw.findings.append(Finding("not-understood", self.path.name, told))
        if repeated := shared_ids(self.features):
            told = f"{repeated} feature(s) have an id that another has too; kept, each under a key of its own"
            raw.findings.append(Finding("repeated-id", self.path.name, told))

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
                for number, polygon in enumerate(found):  # mending may part one
                    name = tags.get("name", "")
                    raw.areas.append(RawArea(key + (f"/{number}~" if number else ""), polygon, kind, name))
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


def scan(path: Path, documents: Sequence[dict[str, Any]]) -> GeoJsonReading:
    """From parsed GeoJSON: one document, or a sequence of them; raises BadInput where no feature can be used."""
    features, findings = features_of(path, documents)
    first = documents[0]
    whole = first if first.get("type") == "FeatureCollection" else {}
    about = {k.lower(): v for k, v in whole.items() if isinstance(v, str)}
    return GeoJsonReading(path, features, about, findings)


class _Keys:
    """A key of its own for every row of a file: by feature, then by piece of it, whatever ids the file repeats."""

    def __init__(self, reading: GeoJsonReading) -> None:
        self._reading = reading
        self._taken: set[str] = set()
        self._next: Counter[str] = Counter()
        self._feature = -1  # the one that is being named
        self._base, self._pieces = "", 0

    def of(self, feature: Feature) -> str:
        """The next piece's of this feature; features come one after the other."""
        if feature.number != self._feature:
            self._feature, self._pieces = feature.number, 0
            self._base = self._unique(self._own(feature))
            return self._base
        self._pieces += 1
        return self._unique(f"{self._base}/{self._pieces}")

    def _own(self, feature: Feature) -> str:
        own = feature.tags.get("@id") or feature.tags.get("osm_id") or feature.tags.get("id", "")
        if own.startswith(("node/", "way/", "relation/")):
            return f"osm:{own}"
        return f"{self._reading.stem}:{own or feature.number}"

    def _unique(self, key: str) -> str:
        wanted = key
        while key in self._taken:
            self._next[wanted] += 1
            key = f"{wanted}~{self._next[wanted] + 1}"
        self._taken.add(key)
        return key


def _hint(path: Path) -> str:
    stem = path.stem.lower()
    return next((layer for word, layer in _NAME_HINTS if word in stem), "")
