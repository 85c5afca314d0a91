"""A geometry of CityJSON as a stranger wrote it -> faces with sound indices, or words about what is wrong with it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

_NESTING = {"MultiSurface": 0, "CompositeSurface": 0, "Solid": 1, "MultiSolid": 2, "CompositeSolid": 2}
_THIN = {"MultiPoint": 0, "MultiLineString": 1}  # without faces; a tree may be drawn so
DETAILED = 3.0  # the level of detail from which on openings and rooms are drawn; used where there is no other


class Broken(Exception):
    """What is wrong with a geometry, in words about the file."""


class Face(NamedTuple):
    rings: list[list[int]]  # of vertices, the outer one first, not closed; each of three or more
    kind: str  # "GroundSurface", "RoofSurface", "WallSurface", ... or ""


@dataclass
class Shape:
    """A geometry whose indices exist in its block of the file's vertices."""

    lod: float
    faces: list[Face]
    used: NDArray[np.int64]  # vertices of the block that it uses, in order, each once
    block: int = 0
    mirrored: bool = False  # its faces are wound the other way round
    start: int = 0  # of the block among all vertices of the file


def lod_of(described: Any) -> float:
    """The level of detail, 0 where none can be read."""
    try:
        lod = float(described.get("lod", 0)) if isinstance(described, dict) else 0.0
    except (TypeError, ValueError):
        return 0.0
    return lod if math.isfinite(lod) else 0.0


def is_instance(described: Any) -> bool:
    return isinstance(described, dict) and described.get("type") == "GeometryInstance"


def shape_of(described: Any, count: int, block: int = 0) -> Shape:
    """The shape of a geometry whose block of vertices has `count`; raises Broken."""
    if not isinstance(described, dict):
        raise Broken("its geometry is no object")
    kind, boundaries = described.get("type"), described.get("boundaries")
    if not isinstance(boundaries, list):
        raise Broken('its geometry has no "boundaries"')
    if isinstance(kind, str) and kind in _THIN:
        rings = [boundaries] if _THIN[kind] == 0 else boundaries
        return Shape(lod_of(described), [], _checked(rings, count), block)
    nesting = _NESTING.get(kind) if isinstance(kind, str) else None
    if nesting is None:
        raise Broken(f"its geometry is of an unknown type, {str(kind)[:40]}")
    kinds, values = _semantics(described.get("semantics"))
    faces: list[Face] = []
    for rings, value in _faces(boundaries, values, nesting):
        if not isinstance(rings, list) or not all(isinstance(ring, list) for ring in rings):
            raise Broken("its boundaries are nested less deep than their type says")
        whole = [ring for ring in rings if len(ring) >= 3 or any(type(index) is not int for index in ring)]
        if whole and whole[0] is rings[0]:
            known = isinstance(value, int) and 0 <= value < len(kinds)
            faces.append(Face(whole, kinds[value] if known else ""))
    if boundaries and not faces:
        raise Broken("it has no face of three corners or more")
    used = _checked([ring for face in faces for ring in face.rings], count)
    return Shape(lod_of(described), faces, used, block)


def _checked(rings: list[Any], count: int) -> NDArray[np.int64]:
    """The vertices that rings use, each once."""
    used: set[int] = set()
    for ring in rings:
        if not isinstance(ring, list):
            raise Broken("its boundaries are nested less deep than their type says")
        for index in ring:
            if type(index) is not int:
                raise Broken("its boundaries are not whole numbers, or nested deeper than their type says")
        used.update(ring)
    if used and not (min(used) >= 0 and max(used) < count):
        wrong = min(used) if min(used) < 0 else max(used)
        raise Broken(f"its faces name vertex {wrong} of {count}, which does not exist")
    return np.array(sorted(used), dtype=np.int64)


def _faces(boundaries: Any, values: Any, nesting: int) -> Iterator[tuple[Any, Any]]:
    """(rings of a face, the number of its semantics)"""
    if not isinstance(boundaries, list):
        raise Broken("its boundaries are nested less deep than their type says")
    for i, part in enumerate(boundaries):
        value = values[i] if isinstance(values, list) and i < len(values) else None
        if nesting == 0:
            yield part, value
        else:
            yield from _faces(part, value, nesting - 1)


def _semantics(semantics: Any) -> tuple[list[str], Any]:
    """The kinds of surfaces, and which face is of which."""
    if not isinstance(semantics, dict):
        return [], None
    surfaces = semantics.get("surfaces")
    listed = surfaces if isinstance(surfaces, list) else []
    kinds = [str(surface.get("type", "")) if isinstance(surface, dict) else "" for surface in listed]
    return kinds, semantics.get("values")


def anchor_of(described: dict[str, Any], count: int) -> int:
    """The vertex at which an instance of a template stands; raises Broken."""
    boundaries = described.get("boundaries")
    if not isinstance(boundaries, list) or len(boundaries) != 1 or type(boundaries[0]) is not int:
        raise Broken("it is an instance of a template at no one vertex")
    if not 0 <= boundaries[0] < count:
        raise Broken(f"it stands at vertex {boundaries[0]} of {count}, which does not exist")
    return boundaries[0]


def matrix_of(described: dict[str, Any]) -> NDArray[np.float64]:
    """(4, 4) the transformation of an instance, row by row as it is written; raises Broken."""
    written = described.get("transformationMatrix")
    if not isinstance(written, list) or not all(type(value) in (int, float) for value in written):
        raise Broken("its transformation is not of numbers")
    try:
        matrix = np.array(written, dtype=np.float64)
    except OverflowError:
        raise Broken("its transformation leads nowhere") from None
    if matrix.shape != (16,) or not np.isfinite(matrix).all():
        raise Broken(f"its transformation is of {len(written)} numbers and not of 16")
    return matrix.reshape(4, 4)
