"""A CityJSON document, or a CityJSONSeq, as a stranger wrote it -> things, and the vertices they use in degrees.

Templates (geometry instances) are unfolded here, so that nothing behind knows of them. Vertices that no geometry uses
move nothing. What cannot be read, or lies far from the rest, is told and left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.errors import BadInput
from cosmopolis.city.raw import Finding
from cosmopolis.sources.cityjson_geometry import (
    DETAILED,
    Broken,
    Shape,
    anchor_of,
    is_instance,
    lod_of,
    matrix_of,
    shape_of,
)
from cosmopolis.sources.crs import Misplaced, Placing, System, UnknownSystem, place, system_of
from cosmopolis.sources.extent import box_of, far_finding, kept_things

Object = dict[str, Any]
Points = NDArray[np.float64]

USED = ("Building", "BuildingPart", "WaterBody", "PlantCover", "LandUse", "SolitaryVegetationObject")
MOST_UNFOLDED = 5_000_000  # vertices that templates may become: a small file can name a large one often
HIGHEST = 20_000.0  # m above or below the zero of heights: no place on Earth is
_METRES_A_DEGREE = 111_320.0  # of latitude
_MEND = 'set "referenceSystem" in its metadata, such as https://www.opengis.net/def/crs/EPSG/0/7415'


@dataclass
class Thing:
    """A city object that may be drawn."""

    key: str
    kind: str  # one of USED
    attributes: Object
    parents: list[str]
    address: Any
    shape: Shape | None = None  # its most detailed one that can be used


@dataclass
class CityModel:
    """One file as read."""

    things: list[Thing]
    vertices: Points  # (V, 3) degrees east and north, metres; what no thing uses is not finite
    metadata: Object
    findings: list[Finding]


@dataclass
class _Instance:
    """A template that stands somewhere, as a block of vertices of its own."""

    block: int  # of its anchor
    anchor: int
    offset: Points  # (n, 3) m, or units of the coordinate system


@dataclass
class _Gathered:
    """What all documents of a file hold."""

    blocks: list[Points | _Instance] = field(default_factory=list)
    things: list[Thing] = field(default_factory=list)
    unused: Counter[str] = field(default_factory=Counter)  # kinds of objects that a city has no layer for
    findings: list[Finding] = field(default_factory=list)
    unfolded: int = 0  # vertices


def read(path: Path, documents: Sequence[Any]) -> CityModel:
    """From one CityJSON document, or a header and the CityJSONFeatures behind it; raises BadInput."""
    header = documents[0]
    if header.get("type") != "CityJSON":
        raise BadInput(
            f"{path}: this CityJSONSeq file does not begin with its CityJSON header; export it again."
        )
    _check_version(path, header)
    gathered = _Gathered()
    for document in documents:
        if isinstance(document, dict) and document.get("type") in ("CityJSON", "CityJSONFeature"):
            _gather(path, document, header, gathered)
    if not gathered.things and not gathered.unused:
        what = "city objects" if len(documents) == 1 else "features"
        raise BadInput(f"{path}: this CityJSON file holds no {what}; export it again.")
    if gathered.unused:
        kinds = ", ".join(f"{count} {kind[:40]}" for kind, count in sorted(gathered.unused.items())[:9])
        gathered.findings.append(
            Finding("not-understood", path.name, f"objects without a layer: {kinds}; left out")
        )
    metadata = header.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    system = _system(path, metadata.get("referenceSystem"))
    return CityModel(gathered.things, _placed(path, system, gathered), metadata, gathered.findings)


def _gather(path: Path, document: Object, header: Object, out: _Gathered) -> None:
    objects = document.get("CityObjects")
    if objects is not None and not isinstance(objects, dict):
        raise BadInput(f'{path}: its "CityObjects" are not objects by name; export it again.')
    block = len(out.blocks)
    count = len(vertices := _vertices(path, document.get("vertices"), header.get("transform")))
    out.blocks.append(vertices)
    templates = _Templates(path, document if "geometry-templates" in document else header)
    for key, value in (objects or {}).items():
        kind = value.get("type") if isinstance(value, dict) else None
        if kind not in USED:
            out.unused[kind if isinstance(kind, str) else "without a type"] += 1
            continue
        attributes, parents = value.get("attributes"), value.get("parents")
        thing = Thing(
            key, kind, attributes if isinstance(attributes, dict) else {},
            [str(parent) for parent in parents] if isinstance(parents, list) else [], value.get("address"),
        )  # fmt: skip
        for described in _by_detail(value.get("geometry"), templates):
            try:
                shape = (
                    templates.unfold(described, block, count, out)
                    if is_instance(described)
                    else shape_of(described, count, block)
                )
            except Broken as error:
                out.findings.append(Finding("broken-geometry", f"{path.name}: {key}", f"{error}; left out"))
            else:
                if len(shape.used):
                    thing.shape = shape
                    break
        out.things.append(thing)


def _by_detail(listed: Any, templates: _Templates) -> list[Any]:
    """The geometries that may be drawn, the most detailed up to LoD 2.x first."""
    known = [one for one in (listed if isinstance(listed, list) else []) if one is not None]
    level = [templates.lod(one) if is_instance(one) else lod_of(one) for one in known]
    order = sorted(range(len(known)), key=lambda i: (level[i] >= DETAILED, -level[i]))
    return [known[i] for i in order]


class _Templates:
    """The templates of a document."""

    def __init__(self, path: Path, document: Object) -> None:
        self._path = path
        about = document.get("geometry-templates")
        about = about if isinstance(about, dict) else {}
        listed = about.get("templates")
        self._described = listed if isinstance(listed, list) else []
        self._vertices = _vertices(path, about.get("vertices-templates"), None)
        self._shapes: dict[int, Shape] = {}

    def lod(self, instance: Object) -> float:
        try:
            return lod_of(self._described[self._number(instance)])
        except Broken:
            return 0.0

    def unfold(self, instance: Object, block: int, count: int, out: _Gathered) -> Shape:
        """The shape of an instance, with a block of vertices of its own; raises Broken."""
        number, anchor, matrix = self._number(instance), anchor_of(instance, count), matrix_of(instance)
        if number not in self._shapes:
            self._shapes[number] = shape_of(self._described[number], len(self._vertices))
        shape = self._shapes[number]
        out.unfolded += len(self._vertices)
        if out.unfolded > MOST_UNFOLDED:
            raise BadInput(
                f"{self._path}: its templates unfold to more than {MOST_UNFOLDED:,} vertices; split the model."
            )
        with np.errstate(over="ignore", invalid="ignore"):
            offset = self._vertices @ matrix[:3, :3].T + matrix[:3, 3]
            mirrored = bool(np.linalg.det(matrix[:3, :3]) < 0)
        out.blocks.append(_Instance(block, anchor, offset))
        return Shape(shape.lod, shape.faces, shape.used, len(out.blocks) - 1, mirrored)

    def _number(self, instance: Object) -> int:
        number = instance.get("template")
        if type(number) is not int or not 0 <= number < len(self._described):
            raise Broken(f"it is an instance of template {str(number)[:20]}, which does not exist")
        return number


def _placed(path: Path, system: System, gathered: _Gathered) -> Points:
    """(V, 3) degrees and metres of all blocks, one after the other; shapes then index into them.

    What no thing uses is not finite; things that lie far from the rest lose their shape.
    """
    start = np.zeros(len(gathered.blocks) + 1, dtype=np.int64)
    sizes = [len(b.offset if isinstance(b, _Instance) else b) for b in gathered.blocks]
    np.cumsum(sizes, out=start[1:])
    shown = [thing for thing in gathered.things if thing.shape is not None and len(thing.shape.used)]
    used = [start[thing.shape.block] + thing.shape.used for thing in shown if thing.shape is not None]
    for thing in shown:
        assert thing.shape is not None
        thing.shape.start = int(start[thing.shape.block])
    out = np.full((int(start[-1]), 3), np.nan)
    if not used:
        return out
    rows = np.unique(np.concatenate(used))
    written, placing = _unfolded(path, system, gathered.blocks, start, rows)
    out[rows] = placing.to_degrees(written[rows])
    with np.errstate(invalid="ignore"):
        out[~(np.abs(out) <= [180.0, 90.0, HIGHEST]).all(axis=1)] = np.nan
    if placing.note:
        told = f"the coordinates in {system.label} {placing.note}"
        gathered.findings.append(Finding("coordinates", path.name, told))
    if system.height_guessed:
        told = f"{system.label} says no unit of height; heights are taken in its own, {system.height_guessed}"
        gathered.findings.append(Finding("height-unit", path.name, told))
    _leave_out_far(path, shown, used, out, gathered)
    return out


def _unfolded(
    path: Path,
    system: System,
    blocks: Sequence[Points | _Instance],
    start: NDArray[np.int64],
    rows: NDArray[np.int64],
) -> tuple[Points, Placing]:
    """(V, 3) all vertices as if they were written, and how those of `rows` are to be read."""
    empty = [np.zeros((len(b.offset), 3)) if isinstance(b, _Instance) else b for b in blocks]
    written = np.concatenate(empty) if empty else np.zeros((0, 3))
    instances = [(i, block) for i, block in enumerate(blocks) if isinstance(block, _Instance)]
    unfolded = np.zeros(len(written), dtype=np.bool_)
    for i, _ in instances:
        unfolded[start[i] : start[i + 1]] = True
    anchors = np.array([start[one.block] + one.anchor for _, one in instances], dtype=np.int64)
    sure = np.unique(np.concatenate([rows[~unfolded[rows]], anchors]))
    try:
        placing = place(system, written[sure], by_authority=True)
    except Misplaced as error:
        raise BadInput(f'{path}: its "referenceSystem" {error}; correct the one or the other.') from None
    for (i, one), anchor in zip(instances, anchors.tolist()):
        offset = one.offset
        if system.ground.is_geographic:
            offset = _as_degrees(offset, written[anchor], placing.swapped)
        written[start[i] : start[i + 1]] = written[anchor] + offset
    return written, placing


def _as_degrees(offset: Points, anchor: Points, swapped: bool) -> Points:
    """Metres east, north and up -> what is to be added to a position as it is written."""
    latitude = float(anchor[0 if swapped else 1])
    across = _METRES_A_DEGREE * max(float(np.cos(np.radians(latitude))), 1e-6)
    east, north, up = offset[:, 0] / across, offset[:, 1] / _METRES_A_DEGREE, offset[:, 2]
    return np.column_stack([north, east, up] if swapped else [east, north, up])


def _leave_out_far(
    path: Path, shown: list[Thing], used: list[NDArray[np.int64]], vertices: Points, gathered: _Gathered
) -> None:
    """Things that lie far from the rest lose their shape, and what only they use its place."""
    owner = np.repeat(np.arange(len(used)), [len(rows) for rows in used])
    points = vertices[np.concatenate(used)][:, :2]
    kept = kept_things(points, owner, len(used))
    if kept.all():
        return
    _, first = np.unique(owner, return_index=True)
    gone = np.flatnonzero(~kept)
    box = box_of(points[kept[owner]])
    names = [shown[i].key for i in gone.tolist()]
    gathered.findings.append(far_finding(path.name, "object(s)", points[first[gone]], box, names))
    for i in gone.tolist():
        shown[i].shape = None
    lost = np.ones(len(vertices), dtype=np.bool_)
    for i in np.flatnonzero(kept).tolist():
        lost[used[i]] = False
    vertices[lost] = np.nan


def _system(path: Path, named: Any) -> System:
    if not named:
        raise BadInput(f"{path}: does not say where it lies; {_MEND} (cjio crs_assign).")
    try:
        return system_of(named)
    except UnknownSystem as error:
        raise BadInput(f'{path}: its "referenceSystem" {error}; {_MEND}.') from None


def _check_version(path: Path, document: Object) -> None:
    version = str(document.get("version", ""))[:40]
    if version not in ("1.0", "1.1", "2.0"):
        raise BadInput(
            f'{path}: CityJSON version "{version}" is not known here; convert it to 2.0 (cjio upgrade).'
        )


def _vertices(path: Path, listed: Any, transform: Any) -> Points:
    """(n, 3) with the transform applied; raises BadInput where these are no numbers."""
    try:
        vertices = np.array([] if listed is None else listed, dtype=np.float64)
        if not vertices.size:
            return np.zeros((0, 3))
        if vertices.ndim != 2 or vertices.shape[1] != 3:
            raise ValueError
        if isinstance(transform, dict):
            scale, translate = (
                np.array(transform[name], dtype=np.float64) for name in ("scale", "translate")
            )
            if scale.shape != (3,) or translate.shape != (3,):
                raise ValueError
            if not (np.isfinite(scale) & (scale != 0)).all():
                raise BadInput(
                    f'{path}: its "transform" has the scale {scale.tolist()}, by which all of it is one point; export '
                    "it again."
                )
            with np.errstate(over="ignore", invalid="ignore"):
                vertices = vertices * scale + translate
    except (ValueError, TypeError, KeyError, OverflowError):
        raise BadInput(f"{path}: its vertices are not triples of numbers; export it again.") from None
    return vertices
