"""The name of a City version: a hash of everything in it."""

from __future__ import annotations

import hashlib
from dataclasses import astuple, fields
from typing import Any

import numpy as np
import orjson

from cosmopolis.city.model import City
from cosmopolis.city.tables import dtype_of, layers_of, shapes_to_wkb
from cosmopolis.geometry.polylines import Polylines

DIGITS = 24


def version_of(city: City) -> str:
    """A hash of the city's contents in hexadecimal: the same for the same contents, however they are stored."""
    digest = hashlib.blake2b(digest_size=DIGITS // 2)
    digest.update(orjson.dumps(_head(city), option=orjson.OPT_SORT_KEYS))
    for name, layer in layers_of(city):
        digest.update(name.encode())
        for field in fields(layer):
            digest.update(field.name.encode())
            for part in _parts(type(layer), field.name, getattr(layer, field.name)):
                digest.update(part)
    return digest.hexdigest()


def _head(city: City) -> dict[str, Any]:
    return {
        "name": city.name,
        "origin": city.origin,
        "drive_on_left": city.drive_on_left,
        "bounds": city.bounds,
        "sources": [astuple(source) for source in city.sources],
        "findings": [astuple(finding) for finding in city.findings],
        "seed": city.seed,
        "notes": city.notes,
    }


def _parts(kind: type, name: str, value: Any) -> list[bytes]:
    """The bytes of one field; lengths go first, so that neighbours cannot run together."""
    if isinstance(value, Polylines):
        return [_bytes(value.start.astype(np.int64)), _bytes(value.points)]
    if not isinstance(value, np.ndarray):
        lengths = np.fromiter(map(len, value), dtype=np.int64, count=len(value))
        return [_bytes(lengths), "".join(value).encode()]
    if value.dtype != np.object_:
        value = value.astype(dtype_of(kind, name), copy=False)
        return [f"{value.dtype.str}{value.shape}".encode(), _bytes(value)]
    return [b"".join(shapes_to_wkb(value))]


def _bytes(array: Any) -> bytes:
    return np.ascontiguousarray(array).tobytes()
