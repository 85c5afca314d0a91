"""CityJSON 1.0 to 2.0, and CityJSONSeq -> buildings with LoD1 and LoD2 volumes, water, green and trees.

A building's outline is its ground surface, or else the union of all its faces seen from above. LoD2 geometry keeps
its faces as a triangulated mesh, so that roofs are shown as measured. A flat footprint (LoD0) has the height that its
attributes tell, or none: then the city guesses, and says so. Heights are above the building's own ground.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from cosmopolis.city.raw import Finding, RawArea, RawBuilding, RawCity, RawTree, Source
from cosmopolis.city.words import LandUse, Roof
from cosmopolis.geometry.projection import Projection
from cosmopolis.sources import cityjson_faces as faces
from cosmopolis.sources import cityjson_file as file
from cosmopolis.sources import tags as text
from cosmopolis.sources.cityjson_file import CityModel, Thing
from cosmopolis.sources.extent import Box, box_of
from cosmopolis.sources.osm_buildings import HIGHEST
from cosmopolis.sources.properties import tags_of
from cosmopolis.sources.shapes import mended
from cosmopolis.sources.vocabulary import Tags, building_use, land_use

Points = NDArray[np.float64]

FLAT = 0.3  # m from the lowest to the highest point of what is an outline and no volume
_AREAS = {"WaterBody": LandUse.LAKE, "PlantCover": LandUse.GRASS, "LandUse": LandUse.UNKNOWN}
_BUILDINGS = ("Building", "BuildingPart")


@dataclass
class CityJsonReading:
    """One file as read: things, and the vertices they use in degrees."""

    path: Path
    model: CityModel
    stem: str = ""  # what keys begin with: the file's name, unless another file has the same

    may_have_streets = False
    has_streets = False
    stated_box = None

    def __post_init__(self) -> None:
        self.stem = self.stem or self.path.name.split(".")[0]

    @cached_property
    def box(self) -> Box | None:
        """Degrees, of what is used."""
        lonlat = self.model.vertices[:, :2]
        return box_of(lonlat[np.isfinite(lonlat).all(axis=1)])

    def to_raw(self, projection: Projection) -> RawCity:
        """In local metres, heights above each object's ground."""
        raw = RawCity(name=self.path.name.split(".")[0], origin=(projection.lon, projection.lat))
        raw.findings.extend(self.model.findings)
        vertices = self.model.vertices
        local = np.full_like(vertices, np.nan)
        used = np.isfinite(vertices).all(axis=1)
        local[used] = np.column_stack([projection.to_local(vertices[used, :2]), vertices[used, 2]])
        for thing in self.model.things:
            if thing.shape is None or not len(thing.shape.used):
                continue  # a whole that is told by its parts
            try:
                if thing.kind in _BUILDINGS:
                    self._add_building(thing, local, raw)
                elif thing.kind in _AREAS:
                    self._add_area(thing, local, raw)
                else:
                    self._add_tree(thing, local, raw)
            except shapely.errors.ShapelyError:
                where = f"{self.path.name}: {thing.key}"
                raw.findings.append(Finding("broken-geometry", where, "its faces make no shape; left out"))
        self._link_parts(raw)
        raw.sources.append(self._source(raw))
        return raw

    def _add_building(self, thing: Thing, vertices: Points, raw: RawCity) -> None:
        assert thing.shape is not None
        where = f"{self.path.name}: {thing.key}"
        surfaces = faces.surfaces(thing.shape, vertices)
        pieces, ground = faces.outlines(surfaces)
        good = mended(np.array(pieces[:1], dtype=object), [where], raw.findings)[0] if pieces else []
        if not good:
            raw.findings.append(Finding("no-outline", where, "has no ground to stand on; left out"))
            return
        tags = tags_of(thing.attributes)
        rise = max(float(surface.points[0][:, 2].max()) for surface in surfaces) - ground
        volume = rise > FLAT
        building = RawBuilding(
            self._key(thing.key), good[0], height=max(rise, 0.5) if volume else _told_height(tags),
            use=building_use(tags), floors=text.count(tags.get("building:levels", "")) or 0,
            name=tags.get("name", ""), address=_address(thing) or tags.get("addr:full", ""),
        )  # fmt: skip
        if volume and thing.shape.lod >= 2.0:
            building.roof = Roof.MESH
            building.mesh = faces.triangles(surfaces, ground)
            eaves = faces.eaves(surfaces, ground)
            building.roof_height, building.height = max(building.height - eaves, 0.0), eaves
        raw.buildings.append(building)

    def _add_area(self, thing: Thing, vertices: Points, raw: RawCity) -> None:
        assert thing.shape is not None
        kind = land_use(tags_of(thing.attributes)) or _AREAS[thing.kind]
        if kind == LandUse.UNKNOWN:
            return
        pieces, _ = faces.outlines(faces.surfaces(thing.shape, vertices))
        where = [f"{self.path.name}: {thing.key}"] * len(pieces)
        found = mended(np.array(pieces, dtype=object), where, raw.findings)
        for number, polygon in enumerate(polygon for good in found for polygon in good):
            key = self._key(thing.key) + (f"/{number}" if number else "")
            raw.areas.append(RawArea(key, polygon, kind))

    def _add_tree(self, thing: Thing, vertices: Points, raw: RawCity) -> None:
        assert thing.shape is not None
        points = vertices[thing.shape.used + thing.shape.start]
        x, y = points[:, :2].mean(axis=0).tolist()
        rise = float(np.ptp(points[:, 2]))
        raw.trees.append(RawTree((x, y), rise if rise > FLAT else _told_height(tags_of(thing.attributes))))

    def _link_parts(self, raw: RawCity) -> None:
        """Parts know their building only where that has an outline of its own."""
        keys = {building.key for building in raw.buildings}
        by_key = {self._key(thing.key): thing for thing in self.model.things}
        for building in raw.buildings:
            for parent in by_key[building.key].parents:
                whole = self._key(parent)
                if whole in keys and whole != building.key:
                    building.part_of = whole

    def _key(self, own: str) -> str:
        return f"{self.stem}:{own}"

    def _source(self, raw: RawCity) -> Source:
        metadata = self.model.metadata
        contact = metadata.get("pointOfContact")
        contact = contact if isinstance(contact, dict) else {}
        names = ["buildings"] if raw.buildings else []
        names += ["water"] if any(area.kind >= LandUse.RIVER for area in raw.areas) else []
        names += ["green"] if any(area.kind < LandUse.RIVER for area in raw.areas) else []
        names += ["trees"] if raw.trees else []
        return Source(
            str(metadata.get("title") or self.path.name),
            str(contact.get("contactName") or f"from the file {self.path.name}"),
            str(metadata.get("license") or "not stated in the file"),
            str(contact.get("website") or ""), str(metadata.get("referenceDate") or ""), tuple(names),
        )  # fmt: skip


def scan(path: Path, documents: Sequence[Any]) -> CityJsonReading:
    """From one CityJSON document, or the documents of a CityJSONSeq; raises BadInput."""
    return CityJsonReading(path, file.read(path, documents))


def _told_height(tags: Tags) -> float:
    """Metres by the attributes, 0 where they tell none that can be."""
    value = text.length(tags.get("height", ""))
    return value if value is not None and 0 < value <= HIGHEST else 0.0


def _address(thing: Thing) -> str:
    for address in _iter_dicts(thing.address):
        street = address.get("ThoroughfareName") or address.get("thoroughfareName") or ""
        number = address.get("ThoroughfareNumber") or address.get("thoroughfareNumber") or ""
        if street:
            return f"{street} {number}".strip()
    return ""


def _iter_dicts(value: Any) -> Iterator[dict[str, Any]]:
    yield from (item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict))
