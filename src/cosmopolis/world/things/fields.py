"""Small parts of answers that several kinds of things share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import shapely

from cosmopolis.city.model import City
from cosmopolis.city.words import Mode, Provenance, Turn
from cosmopolis.world.picture import Picture
from cosmopolis.world.site import Site

Fields = dict[str, Any]
MOST_LISTED = 50  # rows of a list in one answer


def of_city(read: Callable[[City, int, Picture | None], Fields]) -> Callable[[Site, int], Fields]:
    """A reader of the city's rows as a ThingKind's `describe`."""
    return lambda site, id: read(site.city, id, site.picture())


def origin(city: City, layer: str, provenance: int) -> Fields:
    """`provenance`, and as `source` the names of the sources that the layer came from."""
    of = Provenance(int(provenance))
    fitting = [s.name for s in city.sources if s.provenance == of and (layer in s.layers or not s.layers)]
    return {"provenance": of.name.lower(), "source": ", ".join(fitting)}


def provenance(code: int) -> str:
    return Provenance(int(code)).name.lower()


def flags(kind: type[Mode] | type[Turn], value: int) -> list[str]:
    return [str(flag.name).lower() for flag in kind if int(value) & flag.value]


def xy(point: Any) -> Fields:
    return {"x": round(float(point[0]), 2), "y": round(float(point[1]), 2)}


def centre(shape: shapely.Geometry) -> Fields:
    """A point inside, nothing for an empty shape."""
    inside = shapely.point_on_surface(shape)
    return {} if shapely.is_empty(inside) else xy((shapely.get_x(inside), shapely.get_y(inside)))
