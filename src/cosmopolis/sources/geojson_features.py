"""The features of a GeoJSON document, in degrees and in one place; what is left out is told.

One document (RFC 7946, and the `crs` member of GeoJSON 2008), or a sequence of them (RFC 8142, or one a line).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray

from cosmopolis.city.errors import BadInput
from cosmopolis.city.raw import Finding
from cosmopolis.sources.crs import Misplaced, UnknownSystem, place, system_of
from cosmopolis.sources.extent import box_of, centre_of, continuous, far_finding, kept_things
from cosmopolis.sources.geojson_shapes import NotAShape, shapes_of
from cosmopolis.sources.properties import tags_of
from cosmopolis.sources.vocabulary import Tags

_EXAMPLES = 5  # features named in a finding
MOST_SYSTEMS = 20  # in one file: an unknown name is looked up among thousands
_MEND = "export it in WGS84 (EPSG:4326), longitude first"


class Feature(NamedTuple):
    number: int  # in the file, from 1
    tags: Tags
    geometry: Any  # shapely, degrees


class _Found(NamedTuple):
    """A feature as it is written."""

    number: int
    tags: Tags
    shape: Any
    crs: Any  # of the feature or its document


def features_of(path: Path, documents: Iterable[dict[str, Any]]) -> tuple[list[Feature], list[Finding]]:
    """The features of all documents (collections, features or bare geometries); raises BadInput where none is left."""
    found, findings = _read(path, documents)
    if not found:
        told = f" ({findings[0].message})" if findings else ""
        raise BadInput(
            f"{path}: this GeoJSON file holds no features with a geometry{told}; export the layer again."
        )
    shapes = _in_degrees(path, found, findings)
    shapes, kept = _in_one_place(path, found, shapes, findings)
    return [Feature(one.number, one.tags, shape) for one, shape in zip(_kept(found, kept), shapes)], findings


def _kept(found: list[_Found], kept: NDArray[np.bool_]) -> list[_Found]:
    return [one for one, keep in zip(found, kept.tolist()) if keep]


def _read(path: Path, documents: Iterable[dict[str, Any]]) -> tuple[list[_Found], list[Finding]]:
    found: list[_Found] = []
    empty: list[int] = []
    wrong: dict[str, list[int]] = defaultdict(list)
    number = 0
    for crs, feature in _features(path, documents):
        number += 1
        if not isinstance(feature, dict):
            wrong["the feature is no object"].append(number)
            continue
        geometry = feature.get("geometry")
        if geometry is None:
            empty.append(number)
            continue
        try:
            shapes = shapes_of(geometry)
        except NotAShape as error:
            wrong[str(error)].append(number)
            continue
        if not shapes:
            empty.append(number)
        own = geometry.get("crs") or feature.get("crs") or crs
        tags = _tags(feature)
        found.extend(_Found(number, tags, shape, own) for shape in shapes)
    findings = [
        Finding("broken-geometry", path.name, f"{_numbered(numbers)}: {why}; left out")
        for why, numbers in wrong.items()
    ]
    if empty:
        findings.append(
            Finding("no-geometry", path.name, f"{len(empty)} feature(s) without a geometry; left out")
        )
    return found, findings


def _numbered(numbers: list[int]) -> str:
    more = ", ..." if len(numbers) > _EXAMPLES else ""
    return f"{len(numbers)} feature(s), {', '.join(map(str, numbers[:_EXAMPLES]))}{more} in the file"


def _tags(feature: dict[str, Any]) -> Tags:
    properties = feature.get("properties")
    tags = tags_of(properties if isinstance(properties, dict) else {})
    own = feature.get("id")
    if isinstance(own, (str, int, float)) and not isinstance(own, bool):
        tags.setdefault("@id", str(own))
    return tags


def _features(path: Path, documents: Iterable[dict[str, Any]]) -> Iterator[tuple[Any, Any]]:
    """(crs of the document, feature)"""
    for document in documents:
        kind, crs = document.get("type"), document.get("crs")
        if kind == "FeatureCollection":
            listed = document.get("features")
            if listed is not None and not isinstance(listed, list):
                raise BadInput(
                    f'{path}: the "features" of this GeoJSON file are no list; export the layer again.'
                )
            yield from ((crs, feature) for feature in listed or [])
        elif kind == "Feature":
            yield crs, document
        else:
            yield crs, {"geometry": document, "properties": {}}


def _in_degrees(path: Path, found: list[_Found], findings: list[Finding]) -> NDArray[np.object_]:
    """Honours the (old) `crs` members; without one, coordinates must be degrees, longitude first."""
    shapes = np.array([one.shape for one in found], dtype=object)
    by_crs: dict[bytes, list[int]] = defaultdict(list)
    for row, one in enumerate(found):
        by_crs[orjson.dumps(one.crs)].append(row)
    if len(by_crs) > MOST_SYSTEMS:
        raise BadInput(f"{path}: its features are in {len(by_crs)} coordinate systems; {_MEND}.")
    for rows in by_crs.values():
        name = _crs_name(found[rows[0]].crs)
        if name is None:
            _expect_degrees(path, shapes[rows])
        else:
            shapes[rows] = _from_crs(path, name, shapes[rows], findings)
    return shapes


def _crs_name(crs: Any) -> Any:
    """What a `crs` member names: GeoJSON 2008 (3.1-3.3), drafts before it ({"type": "EPSG"}), or just a name."""
    if not isinstance(crs, dict):
        return crs or None
    properties = crs.get("properties")
    named = properties if isinstance(properties, dict) else crs
    for key in ("name", "code", "urn", "href", "url"):
        if named.get(key):
            return named[key]
    return None


def _from_crs(
    path: Path, name: Any, shapes: NDArray[np.object_], findings: list[Finding]
) -> NDArray[np.object_]:
    try:
        placing = place(system_of(name), shapely.get_coordinates(shapes), by_authority=False)
    except UnknownSystem as error:
        raise BadInput(f'{path}: its "crs" member {error}; {_MEND}.') from None
    except Misplaced as error:
        raise BadInput(
            f'{path}: its "crs" member {error}; correct the one or the other, or {_MEND}.'
        ) from None
    if placing.note:
        findings.append(
            Finding("coordinates", path.name, f"the coordinates in {placing.system.label} {placing.note}")
        )
    return shapely.transform(shapes, lambda xy: placing.to_degrees(xy)[:, :2])


def _expect_degrees(path: Path, shapes: NDArray[np.object_]) -> None:
    """Most of them, that is: one wrong point is no other coordinate system."""
    flat = shapely.get_coordinates(shapes)
    wide, high = np.abs(flat).T
    if 2 * np.count_nonzero((wide <= 180) & (high <= 90)) > len(flat):
        return
    x, y = flat[np.argmax(np.abs(flat).max(axis=1))].tolist()
    if wide.max() <= 90 and high.max() <= 180:
        raise BadInput(
            f"{path}: the coordinates look swapped, such as ({x:g}, {y:g}); write longitude first, then latitude."
        )
    raise BadInput(
        f"{path}: the coordinates are not degrees, such as ({x:g}, {y:g}); export it in WGS84 (EPSG:4326) or add a "
        '"crs" member.'
    )


def _in_one_place(
    path: Path, found: list[_Found], shapes: NDArray[np.object_], findings: list[Finding]
) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """What is not far from the rest, and (F,) which that is; in one piece across the antimeridian."""
    flat, owner = shapely.get_coordinates(shapes, return_index=True)
    kept = kept_things(flat, owner, len(shapes))
    box = box_of(flat[kept[owner]])
    if box is None:
        raise BadInput(f"{path}: none of its coordinates is a place on the globe; {_MEND}.")
    if not kept.all():
        _, first = np.unique(owner, return_index=True)
        gone = np.flatnonzero(~kept)
        names = [f"feature {found[row].number}" for row in gone.tolist()]
        findings.append(far_finding(path.name, "feature(s)", flat[first[gone]], box, names))
    shapes = shapes[kept]
    if box[2] > 180.0:
        shapes = _across_the_antimeridian(shapes, centre_of(box)[0])
    return shapes, kept


def _across_the_antimeridian(shapes: NDArray[np.object_], middle: float) -> NDArray[np.object_]:
    """Longitudes about the middle; what was cut at 180 degrees (RFC 7946, 3.1.9) is joined again."""
    shapes = shapely.transform(shapes, lambda xy: np.column_stack([continuous(xy[:, 0], middle), xy[:, 1]]))
    cut = 180.0 if middle > 0 else -180.0
    for row in np.flatnonzero(shapely.get_type_id(shapes) == shapely.GeometryType.MULTIPOLYGON).tolist():
        pieces = shapely.get_parts(shapes[row])
        west, _, east, _ = shapely.bounds(pieces).T
        if (east == cut).any() and (west == cut).any():
            shapes[row] = shapely.union_all(shapely.make_valid(pieces))
    return shapes


def shared_ids(features: Iterable[Feature]) -> int:
    """How many features have an id that an earlier one has already."""
    own = {feature.number: feature.tags.get("@id", "") for feature in features}
    return sum(count - 1 for id, count in Counter(own.values()).items() if id)
