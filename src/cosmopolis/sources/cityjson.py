"""CityJSON 1.1 and 2.0, and CityJSONSeq -> buildings with LoD1 and LoD2 volumes, water and green.

A building's outline is its ground surface, or else the union of all its faces seen from above. LoD2 geometry keeps
its faces as a triangulated mesh, so that roofs are shown as measured. Heights are above the building's own ground.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.errors import BadInput
from cosmopolis.city.raw import Finding, RawArea, RawBuilding, RawCity, RawTree, Source
from cosmopolis.city.words import LandUse, Roof
from cosmopolis.geometry.projection import Projection
from cosmopolis.sources import cityjson_faces as faces
from cosmopolis.sources.properties import tags_of
from cosmopolis.sources.shapes import mended
from cosmopolis.sources.vocabulary import building_use, land_use

Box = tuple[float, float, float, float]
Object = dict[str, Any]

_AREAS = {"WaterBody": LandUse.LAKE, "PlantCover": LandUse.GRASS, "LandUse": LandUse.UNKNOWN}
_BUILDINGS = ("Building", "BuildingPart")


@dataclass
class CityJsonReading:
    """One file as read: objects by id, vertices still in the file's own coordinates."""

    path: Path
    objects: dict[str, tuple[Object, NDArray[np.float64]]]  # id -> (object, vertices (V, 3) it refers to)
    crs: str
    metadata: Object
    findings: list[Finding] = field(default_factory=list)

    may_have_streets = False
    has_streets = False
    stated_box = None

    @cached_property
    def box(self) -> Box | None:
        """Degrees."""
        tables = {id(vertices): vertices for _, vertices in self.objects.values() if len(vertices)}
        if not tables:
            return None
        low = np.min([v[:, :2].min(axis=0) for v in tables.values()], axis=0)
        high = np.max([v[:, :2].max(axis=0) for v in tables.values()], axis=0)
        corners = np.array([[low[0], low[1]], [low[0], high[1]], [high[0], low[1]], [high[0], high[1]]])
        lonlat = self._to_degrees(corners)
        return (*lonlat.min(axis=0).tolist(), *lonlat.max(axis=0).tolist())

    def _to_degrees(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        lon, lat = self._transformer.transform(xy[:, 0], xy[:, 1])
        out = np.column_stack([lon, lat])
        if not np.isfinite(out).all():
            raise BadInput(
                f"{self.path}: its coordinates lie outside the coordinate system that it names ({self.crs}); "
                'set the right "referenceSystem" in its metadata.'
            )
        return out

    @cached_property
    def _transformer(self) -> Any:
        from pyproj import CRS, Transformer
        from pyproj.exceptions import CRSError

        try:
            crs = CRS.from_user_input(_crs_name(self.crs))
            crs = crs.sub_crs_list[0] if crs.is_compound else crs
        except CRSError:
            raise BadInput(
                f'{self.path}: unknown coordinate system "{self.crs}"; set "referenceSystem" to one such as '
                "https://www.opengis.net/def/crs/EPSG/0/28992."
            ) from None
        return Transformer.from_crs(crs, "OGC:CRS84", always_xy=True)

    def to_raw(self, projection: Projection) -> RawCity:
        """In local metres, heights above each object's ground."""
        raw = RawCity(name=self.path.name.split(".")[0], origin=(projection.lon, projection.lat))
        raw.findings.extend(self.findings)
        local: dict[int, NDArray[np.float64]] = {}
        for key, (thing, vertices) in self.objects.items():
            if id(vertices) not in local:
                local[id(vertices)] = self._local(vertices, projection)
            table = local[id(vertices)]
            kind = str(thing.get("type", ""))
            if kind in _BUILDINGS:
                self._add_building(key, thing, table, raw)
            elif kind in _AREAS:
                self._add_area(key, thing, table, raw)
            elif kind == "SolitaryVegetationObject":
                self._add_tree(thing, table, raw)
        self._link_parts(raw)
        raw.sources.append(self._source(raw))
        return raw

    def _local(self, vertices: NDArray[np.float64], projection: Projection) -> NDArray[np.float64]:
        if not len(vertices):
            return vertices
        return np.column_stack([projection.to_local(self._to_degrees(vertices[:, :2])), vertices[:, 2]])

    def _add_building(self, key: str, thing: Object, vertices: NDArray[np.float64], raw: RawCity) -> None:
        geometry = faces.best_geometry(thing.get("geometry") or [])
        if geometry is None:
            return  # a whole that is told by its parts
        where = f"{self.path.name}: {key}"
        try:
            surfaces = faces.surfaces(geometry, vertices)
        except (ValueError, IndexError, TypeError, KeyError):
            raw.findings.append(
                Finding("broken-geometry", where, "its faces name vertices that do not exist; left out")
            )
            return
        outline, ground = faces.outline(surfaces)
        good = (
            mended(np.array([outline], dtype=object), [where], raw.findings)[0] if outline is not None else []
        )
        if not good:
            raw.findings.append(Finding("no-outline", where, "has no ground to stand on; left out"))
            return
        tags = tags_of(_attributes(thing))
        top = max(float(surface.points[0][:, 2].max()) for surface in surfaces)
        building = RawBuilding(
            self._key(key), good[0], height=max(top - ground, 0.5), use=building_use(tags),
            floors=int(float(tags["building:levels"])) if _is_number(tags.get("building:levels", "")) else 0,
            name=tags.get("name", ""), address=_address(thing) or tags.get("addr:full", ""),
        )  # fmt: skip
        if faces.lod(geometry) >= 2.0:
            building.roof = Roof.MESH
            building.mesh = faces.triangles(surfaces, ground)
            eaves = faces.eaves(surfaces, ground)
            building.roof_height, building.height = max(building.height - eaves, 0.0), eaves
        raw.buildings.append(building)

    def _add_area(self, key: str, thing: Object, vertices: NDArray[np.float64], raw: RawCity) -> None:
        geometry = faces.best_geometry(thing.get("geometry") or [])
        kind = land_use(tags_of(_attributes(thing))) or _AREAS[thing["type"]]
        if geometry is None or kind == LandUse.UNKNOWN:
            return
        outline, _ = faces.outline(faces.surfaces(geometry, vertices))
        if outline is not None:
            found = mended(np.array([outline], dtype=object), [f"{self.path.name}: {key}"], raw.findings)[0]
            raw.areas.extend(RawArea(self._key(key), polygon, kind) for polygon in found)

    def _add_tree(self, thing: Object, vertices: NDArray[np.float64], raw: RawCity) -> None:
        geometry = faces.best_geometry(thing.get("geometry") or [])
        if geometry is None:
            return
        points = vertices[sorted(set(faces.indices(geometry.get("boundaries"))))]
        if len(points):
            x, y = points[:, :2].mean(axis=0).tolist()
            raw.trees.append(RawTree((x, y), float(np.ptp(points[:, 2]))))

    def _link_parts(self, raw: RawCity) -> None:
        """Parts know their building only where that has an outline of its own."""
        keys = {building.key for building in raw.buildings}
        by_key = {self._key(key): thing for key, (thing, _) in self.objects.items()}
        for building in raw.buildings:
            for parent in by_key[building.key].get("parents") or []:
                whole = self._key(str(parent))
                if whole in keys and whole != building.key:
                    building.part_of = whole

    def _key(self, own: str) -> str:
        return f"{self.path.name.split('.')[0]}:{own}"

    def _source(self, raw: RawCity) -> Source:
        contact = self.metadata.get("pointOfContact") or {}
        names = ["buildings"] if raw.buildings else []
        names += ["water"] if any(area.kind >= LandUse.RIVER for area in raw.areas) else []
        names += ["green"] if any(area.kind < LandUse.RIVER for area in raw.areas) else []
        return Source(
            str(self.metadata.get("title") or self.path.name),
            str(contact.get("contactName") or f"from the file {self.path.name}"),
            str(self.metadata.get("license") or "not stated in the file"),
            str(contact.get("website") or ""), str(self.metadata.get("referenceDate") or ""), tuple(names),
        )  # fmt: skip


def scan(path: Path, document: Object) -> CityJsonReading:
    """From a parsed CityJSON document."""
    _check_version(path, document)
    vertices = _vertices(path, document, document.get("transform"))
    objects = document.get("CityObjects")
    if not isinstance(objects, dict) or not objects:
        raise BadInput(f"{path}: this CityJSON file holds no city objects; export it again.")
    metadata = document.get("metadata") or {}
    things = {key: (thing, vertices) for key, thing in objects.items() if isinstance(thing, dict)}
    return CityJsonReading(path, things, _crs_of(path, metadata), metadata)


def scan_sequence(path: Path, lines: list[bytes]) -> CityJsonReading:
    """From the lines of a CityJSONSeq file: a CityJSON header, then a CityJSONFeature a line."""
    import orjson

    header: Object = {}
    things: dict[str, tuple[Object, NDArray[np.float64]]] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            document = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise BadInput(f"{path}: broken JSON at line {number} ({error.msg}); export it again.") from None
        if document.get("type") == "CityJSON":
            _check_version(path, document)
            header = document
        elif document.get("type") == "CityJSONFeature":
            vertices = _vertices(path, document, header.get("transform"))
            things.update(
                {key: (thing, vertices) for key, thing in (document.get("CityObjects") or {}).items()}
            )
    if not things:
        raise BadInput(f"{path}: this CityJSONSeq file holds no features; export it again.")
    metadata = header.get("metadata") or {}
    return CityJsonReading(path, things, _crs_of(path, metadata), metadata)


def _check_version(path: Path, document: Object) -> None:
    version = str(document.get("version", ""))
    if version not in ("1.0", "1.1", "2.0"):
        raise BadInput(
            f'{path}: CityJSON version "{version}" is not known here; convert it to 2.0 (cjio upgrade).'
        )


def _vertices(path: Path, document: Object, transform: Any) -> NDArray[np.float64]:
    try:
        vertices = np.array(document.get("vertices") or [], dtype=np.float64).reshape(-1, 3)
        if transform:
            vertices = vertices * np.array(transform["scale"]) + np.array(transform["translate"])
    except (ValueError, TypeError, KeyError):
        raise BadInput(f"{path}: its vertices are not triples of numbers; export it again.") from None
    return vertices


def _crs_of(path: Path, metadata: Object) -> str:
    crs = str(metadata.get("referenceSystem") or "")
    if not crs:
        raise BadInput(
            f'{path}: does not say where it lies; set "referenceSystem" in its metadata, such as '
            "https://www.opengis.net/def/crs/EPSG/0/7415 (cjio crs_assign)."
        )
    return crs


def _crs_name(text: str) -> str:
    """ ".../def/crs/EPSG/0/7415" and "urn:ogc:def:crs:EPSG::7415" -> "EPSG:7415"."""
    pieces = [piece for piece in text.replace(":", "/").split("/") if piece]
    return f"{pieces[-3] if pieces[-2] == '0' else pieces[-2]}:{pieces[-1]}" if len(pieces) >= 3 else text


def _attributes(thing: Object) -> Object:
    attributes = thing.get("attributes")
    return attributes if isinstance(attributes, dict) else {}


def _address(thing: Object) -> str:
    for address in _iter_dicts(thing.get("address")):
        street = address.get("ThoroughfareName") or address.get("thoroughfareName") or ""
        number = address.get("ThoroughfareNumber") or address.get("thoroughfareNumber") or ""
        if street:
            return f"{street} {number}".strip()
    return ""


def _iter_dicts(value: Any) -> Iterator[Object]:
    yield from (item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict))


def _is_number(text: str) -> bool:
    try:
        return 0 <= float(text) < 1000
    except ValueError:
        return False
