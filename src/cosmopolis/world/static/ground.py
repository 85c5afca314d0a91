"""The layers that cover the whole city: areas, places, stops, rails, lines (SPEC 4.1, 4.2)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.model import City
from cosmopolis.world.static.shapes import (
    Columns,
    centimetres,
    parts,
    polylines,
    rings,
    thinned,
)

UNSEEN = 0.15  # m that the edge of a lawn may be off
AREA_ROWS = 1 << 24  # id of an area: layer * AREA_ROWS + row (2.5)
COARSE = 5  # cm that its corners are rounded to


def ground(city: City) -> Columns:
    return {**areas(city), **places(city), **rails(city), **lines(city)}


def areas(city: City) -> Columns:
    layers = (city.land_use, city.green, city.water)
    polygon, row, layer = [], [], []
    for number, table in enumerate(layers):
        pieces, of = parts(table.polygon)
        polygon.append(pieces)
        row.append(of)
        layer.append(np.full(len(of), number, np.uint8))
    names = [layers[k].name[i] for k, rows in enumerate(row) for i in rows]

    def column(field: str) -> NDArray[np.uint8]:
        return np.concatenate([getattr(t, field)[of] for t, of in zip(layers, row)]).astype(np.uint8)

    return {
        "area_kind": column("kind"),
        "area_provenance": column("provenance"),
        "area_name": names,
        "area_id": np.concatenate([k * AREA_ROWS + of for k, of in enumerate(row)]).astype(np.uint32),
        "area_layer": np.concatenate(layer),
        **rings("area", np.concatenate(polygon), tolerance=UNSEEN, step=COARSE),
    }


def places(city: City) -> Columns:
    return {
        "place_name": list(city.places.name),
        "place_name_en": list(city.places.name_en),
        "place_kind": list(city.places.kind),
        **_points("place", city.places.xy),
        "stop_name": list(city.stops.name),
        "stop_mode": city.stops.mode.astype(np.uint8),
        **_points("stop", city.stops.xy),
    }


def rails(city: City) -> Columns:
    return {
        "rail_mode": city.rails.mode.astype(np.uint8),
        "rail_layer": city.rails.layer.astype(np.int8),
        "rail_tunnel": city.rails.tunnel.astype(np.uint8),
        **polylines("rail", thinned(city.rails.line, UNSEEN)),
    }


def lines(city: City) -> Columns:
    return {
        "line_ref": list(city.transit_lines.ref),
        "line_colour": list(city.transit_lines.colour),
        "line_mode": city.transit_lines.mode.astype(np.uint8),
        **polylines("line", thinned(city.transit_lines.line, UNSEEN)),
    }


def _points(name: str, xy: NDArray[np.float64]) -> Columns:
    return {f"{name}_px": centimetres(xy[:, 0]), f"{name}_py": centimetres(xy[:, 1])}
