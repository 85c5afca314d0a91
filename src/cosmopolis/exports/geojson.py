"""GeoJSON (RFC 7946) in degrees: one file with a `layer` property, or a folder with one file a layer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray

from cosmopolis.city.aside import file_aside, folder_aside
from cosmopolis.city.errors import BadInput
from cosmopolis.city.model import City
from cosmopolis.city.tables import encode, layers_of

SUFFIXES = (".geojson", ".json")
LEFT_OUT = ("connections", "conflicts", "signals")  # of the inside of junctions, or without a shape
DECIMALS = 7  # of a degree, about a centimetre
GEOMETRY = ("geometry", "area")
Feature = dict[str, Any]


def write(city: City, out: Path) -> None:
    """Writes the city's layers to `out`: a file where it ends in .geojson, else a folder of files."""
    out = Path(out)
    if out.suffix.lower() in SUFFIXES:
        features = [feature for _, layer in _layers(city) for feature in layer]
        with file_aside(out) as aside:
            aside.write_bytes(_collection(city, features))
        return
    if out.exists() and not (out.is_dir() and all(path.suffix == ".geojson" for path in out.iterdir())):
        raise BadInput(f"{out} is there already and holds something else; choose another folder with --out.")
    with folder_aside(out) as folder:
        for name, layer in _layers(city):
            (folder / f"{name}.geojson").write_bytes(_collection(city, layer))


def _layers(city: City) -> Iterator[tuple[str, list[Feature]]]:
    for name, layer in layers_of(city):
        if name not in LEFT_OUT and len(layer):
            yield name, _features(city, name, layer)


def _features(city: City, name: str, layer: Any) -> list[Feature]:
    table = encode(layer, {}, name)
    column = "area" if "area" in table.column_names else "geometry"  # of a junction, its ground
    shapes = shapely.from_wkb(table.column(column).to_numpy())
    if column == "area":  # a dead end has none
        points = shapely.from_wkb(table.column("geometry").to_numpy())
        shapes = np.where(shapely.is_empty(shapes), points, shapes)
    plain = [field for field in table.column_names if field not in (*GEOMETRY, "mesh")]
    names = ["level" if field == "layer" else field for field in plain]  # a street's, 0 at grade
    rows = table.select(plain).rename_columns(names).to_pylist()
    texts = _degrees(city, shapes)
    drawn = np.flatnonzero(~shapely.is_empty(shapes)).tolist()
    return [
        {
            "type": "Feature",
            "id": f"{name}/{row}",
            "geometry": orjson.Fragment(texts[row]),
            "properties": {"layer": name, **_worth_telling(rows[row])},
        }
        for row in drawn
    ]


def _degrees(city: City, shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """GeoJSON geometries as text."""

    def to_degrees(xyz: NDArray[np.float64]) -> NDArray[np.float64]:
        lonlat = np.round(city.projection.to_lonlat(xyz[:, :2]), DECIMALS)
        return np.column_stack([lonlat, np.round(xyz[:, 2:], 2)])

    height = shapely.get_coordinates(shapes, include_z=True)[:, 2]
    flat = not np.any(height[np.isfinite(height)])
    return shapely.to_geojson(
        shapely.transform(shapely.orient_polygons(shapes), to_degrees, include_z=not flat)
    )


def _worth_telling(row: dict[str, Any]) -> dict[str, Any]:
    """Without empty words, floats as short as they are exact enough."""
    return {
        key: round(value, 3) if isinstance(value, float) else value
        for key, value in row.items()
        if value is not None and value != ""
    }


def _collection(city: City, features: list[Feature]) -> bytes:
    attribution = "; ".join(
        dict.fromkeys(f"{source.attribution} ({source.licence})" for source in city.sources)
    )
    return orjson.dumps(
        {"type": "FeatureCollection", "name": city.name, "attribution": attribution, "features": features}
    )
