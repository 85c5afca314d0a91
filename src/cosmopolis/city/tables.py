"""Every layer of a City as an Arrow table with GeoParquet metadata, and back.

The columns follow from the annotations of the dataclasses in `city.model`, so a field that is added there is
stored without a line here: arrays and strings are columns, `Polylines`, shapes and `xy` are geometry, and
ragged fields are lists. A column `<field>_name` spells a code out for people; it is not read back.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields
from enum import IntEnum, IntFlag
from functools import cache
from typing import Any, get_args, get_type_hints

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from cosmopolis.city import model, words
from cosmopolis.city.arrow import (
    bytes_column,
    bytes_of,
    flat_bytes_column,
    flat_bytes_of,
    number_column,
    numbers_of,
    text_column,
    texts_of,
)
from cosmopolis.city.wkb import LITTLE_ENDIAN, lines_from_wkb, lines_to_wkb, points_from_wkb, points_to_wkb
from cosmopolis.geometry.polylines import Polylines

LAYERS: dict[str, type] = {
    "junctions": model.Junctions,
    "edges": model.Edges,
    "lanes": model.Lanes,
    "connections": model.Connections,
    "conflicts": model.Conflicts,
    "signals": model.Signals,
    "crossings": model.Crossings,
    "walks": model.Walks,
    "buildings": model.Buildings,
    "places": model.Places,
    "land_use": model.Areas,
    "water": model.Areas,
    "green": model.Areas,
    "trees": model.Trees,
    "stops": model.Stops,
    "transit_lines": model.TransitLines,
    "rails": model.Rails,
    "zones": model.Zones,
}
NETWORK = ("junctions", "edges", "lanes", "connections", "conflicts", "signals", "crossings", "walks")

# A ragged field, and the fields that hold where its rows begin, outermost first.
RAGGED: dict[type, dict[str, tuple[str, ...]]] = {
    model.Conflicts: dict.fromkeys(("other", "begin", "end", "yields", "merge"), ("start",)),
    model.Signals: {
        "link": ("link_start",),
        "duration": ("phase_start",),
        "light": ("phase_start", "light_start"),
    },
    model.TransitLines: {"stop": ("stop_start",)},
    model.Buildings: {"mesh": ("mesh_start",)},
}
# Columns of truth values that cities stored earlier lack: false throughout.
ADDED = {(model.Connections, "must_stop")}
SHAPE: dict[tuple[type, str], tuple[int, ...]] = {(model.Buildings, "mesh"): (3, 3)}

CODES: dict[str, type[IntEnum] | type[IntFlag]] = {
    "provenance": words.Provenance,
    "lanes_provenance": words.Provenance,
    "height_provenance": words.Provenance,
    "use_provenance": words.Provenance,
    "control": words.Control,
    "use": words.BuildingUse,
    "roof": words.Roof,
    "mode": words.TransitMode,
    "modes": words.Mode,
    "turn": words.Turn,
    "turns": words.Turn,
    "light": words.Light,
}
KINDS: dict[type, type[IntEnum]] = {
    model.Edges: words.StreetKind,
    model.Walks: words.StreetKind,
    model.Areas: words.LandUse,
    model.Zones: words.LandUse,
}


def layers_of(city: model.City) -> Iterator[tuple[str, Any]]:
    """(name, table) of every layer, in the order in which they are stored and hashed."""
    for name in LAYERS:
        yield name, getattr(city.network if name in NETWORK else city, name)


def codes_of(kind: type) -> dict[str, dict[str, str]]:
    """For every coded field of a table class: code -> word, for the metadata."""
    found = {name: CODES[name] for name in _hints(kind) if name in CODES}
    if kind in KINDS:
        found["kind"] = KINDS[kind]
    return {name: {str(int(word)): word.name or "" for word in codes} for name, codes in found.items()}


def encode(layer: Any, crs: Mapping[str, Any], name: str) -> pa.Table:
    """A table of `city.model` as Arrow, with GeoParquet 1.1 metadata."""
    kind: type = type(layer)
    columns: dict[str, pa.Array] = {}
    geometry: dict[str, dict[str, Any]] = {}
    for field in fields(kind):
        if field.name in _starts(kind):
            continue
        value, target = getattr(layer, field.name), field.name
        if _is_geometry(kind, field.name):
            target = field.name if geometry else "geometry"
            columns[target], geometry[target] = _encode_geometry(value)
        else:
            columns[target] = _encode_plain(layer, field.name, value)
            columns.update(_spelled(kind, field.name, value))
    meta = {b"cosmopolis": json.dumps({"layer": name, "codes": codes_of(kind)}).encode()}
    if geometry:
        meta[b"geo"] = json.dumps(_geo(geometry, crs)).encode()
    return pa.table(columns).replace_schema_metadata(meta)


def decode(kind: type, table: pa.Table) -> Any:
    """The table of class `kind` that `encode` was given; raises KeyError or ValueError where it is not one."""
    values: dict[str, Any] = {}
    seen_geometry = False
    for field in fields(kind):
        if field.name in _starts(kind):
            continue
        if (kind, field.name) in ADDED and field.name not in table.column_names:
            values[field.name] = np.zeros(table.num_rows, np.bool_)
        elif _is_geometry(kind, field.name):
            column = table.column(field.name if seen_geometry else "geometry")
            values[field.name] = _decode_geometry(_hints(kind)[field.name], field.name, column)
            seen_geometry = True
        else:
            values.update(_decode_plain(kind, field.name, table.column(field.name)))
    return kind(**values)


def columns_of(kind: type) -> list[str]:
    """The columns that `decode` reads."""
    names, seen_geometry = [], False
    for field in fields(kind):
        if field.name in _starts(kind):
            continue
        first = _is_geometry(kind, field.name) and not seen_geometry
        seen_geometry |= first
        names.append("geometry" if first else field.name)
    return names


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


@cache
def _starts(kind: type) -> frozenset[str]:
    return frozenset(start for starts in RAGGED.get(kind, {}).values() for start in starts)


def dtype_of(kind: type, name: str) -> np.dtype:
    """The element type of an array field, from its annotation NDArray[...]."""
    (scalar,) = get_args(get_args(_hints(kind)[name])[1])
    return np.dtype(scalar)


def _is_geometry(kind: type, name: str) -> bool:
    hint = _hints(kind)[name]
    return hint is Polylines or hint == model.Shapes or name == "xy"


def _encode_geometry(value: Any) -> tuple[pa.Array, dict[str, Any]]:
    """The column, and what GeoParquet says of it: the types in it and their bounds."""
    if isinstance(value, Polylines):
        return flat_bytes_column(*lines_to_wkb(value)), _about("LineString Z", value.points[:, :2])
    if value.dtype != np.object_:
        return flat_bytes_column(*points_to_wkb(value)), _about("Point", value)
    return bytes_column(shapes_to_wkb(value)), _about("Polygon", shapely.get_coordinates(value))


def shapes_to_wkb(shapes: model.Shapes) -> NDArray[np.object_]:
    """(N,) flat little-endian well-known binary; a missing shape is an empty polygon."""
    missing = shapely.is_missing(shapes)
    if missing.any():
        shapes = np.where(missing, shapely.Polygon(), shapes)
    return shapely.to_wkb(shapes, output_dimension=2, byte_order=LITTLE_ENDIAN, flavor="iso")


def _decode_geometry(hint: Any, name: str, column: pa.ChunkedArray) -> Any:
    array = column.combine_chunks()
    if hint == model.Shapes:
        return shapely.from_wkb(bytes_of(array)) if len(array) else _no_shapes()
    data, offsets = flat_bytes_of(array)
    return points_from_wkb(data) if name == "xy" else lines_from_wkb(data, offsets)


def _no_shapes() -> NDArray[np.object_]:
    return np.empty(0, dtype=np.object_)


def _about(kind: str, xy: NDArray[np.float64]) -> dict[str, Any]:
    about: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": [kind] if len(xy) else [],
        "edges": "planar",
    }
    if len(xy):
        about["bbox"] = [*xy.min(axis=0).tolist(), *xy.max(axis=0).tolist()]
    return about


def _geo(geometry: dict[str, dict[str, Any]], crs: Mapping[str, Any]) -> dict[str, Any]:
    columns = {name: {**about, "crs": crs} for name, about in geometry.items()}
    return {"version": "1.1.0", "primary_column": "geometry", "columns": columns}


def _encode_plain(layer: Any, name: str, value: Any) -> pa.Array:
    kind: type = type(layer)
    if _hints(kind)[name] == model.Strings:
        return text_column(value)
    starts = RAGGED.get(kind, {}).get(name, ())
    flat = np.ascontiguousarray(value, dtype=dtype_of(kind, name))
    each = int(np.prod(SHAPE.get((kind, name), ())))
    column = number_column(flat.reshape(-1))
    for start in reversed(starts):
        offsets = (getattr(layer, start).astype(np.int64) * each).astype(np.int32)
        column, each = pa.ListArray.from_arrays(number_column(offsets), column), 1
    return column


def _decode_plain(kind: type, name: str, column: pa.ChunkedArray) -> dict[str, Any]:
    """The field, and the starts of its rows where it is ragged."""
    if _hints(kind)[name] == model.Strings:
        return {name: texts_of(column.combine_chunks())}
    out: dict[str, Any] = {}
    array, shape = column.combine_chunks(), SHAPE.get((kind, name), ())
    starts = RAGGED.get(kind, {}).get(name, ())
    for start in starts:
        each = int(np.prod(shape)) if start == starts[-1] else 1
        offsets = numbers_of(array.offsets) if len(array) else np.zeros(1, np.int32)
        out[start] = ((offsets - offsets[0]) // each).astype(dtype_of(kind, start))
        array = array.flatten()
    values = numbers_of(array).astype(dtype_of(kind, name), copy=False)
    out[name] = values.reshape(-1, *shape)
    return out


def _spelled(kind: type, name: str, value: Any) -> dict[str, pa.Array]:
    """The column that says a code in words, where the field is a code and has one value a row."""
    words_of = KINDS.get(kind) if name == "kind" else CODES.get(name)
    if words_of is None or name in RAGGED.get(kind, {}):
        return {}
    used, index = np.unique(value, return_inverse=True)
    spelled = [_spell(words_of, int(code)) for code in used]
    return {
        f"{name}_name": pa.DictionaryArray.from_arrays(
            number_column(index.astype(np.int32)), text_column(spelled)
        )
    }


def _spell(words_of: type[IntEnum] | type[IntFlag], code: int) -> str:
    """ "RESIDENTIAL"; "CAR|BUS" for a set."""
    if issubclass(words_of, IntFlag):
        return "|".join(word.name or "" for word in words_of if word & code)
    return next((word.name for word in words_of if word == code), str(code))
