"""Buildings, places, stops, lines and areas as named fields (SPEC 2.5)."""

from __future__ import annotations

import numpy as np
import shapely

from cosmopolis.city.model import Areas, City
from cosmopolis.city.words import BuildingUse, LandUse, Roof, TransitMode
from cosmopolis.registry import NoSuchThing, ThingKind
from cosmopolis.world.picture import Picture
from cosmopolis.world.static.ground import AREA_ROWS
from cosmopolis.world.things.fields import (
    MOST_LISTED,
    Fields,
    centre,
    of_city,
    origin,
    provenance,
    xy,
)

AREA_LAYERS = ("land_use", "green", "water")


def building(city: City, i: int, picture: Picture | None = None) -> Fields:
    b = city.buildings
    use = BuildingUse(int(b.use[i])).name.lower()
    whole = int(b.part_of[i])
    named = b.name[i] or (b.name[whole] if whole >= 0 else "")
    address = b.address[i] or (b.address[whole] if whole >= 0 else "")
    inside = np.flatnonzero(np.isin(city.places.building, [b for b in (i, whole) if b >= 0]))
    return {
        "title": named or address or (f"{use.capitalize()} building" if use != "unknown" else "Building"),
        "name": named,
        "address": address,
        "use": use,
        "height": round(float(b.height[i] + b.roof_height[i]), 1),
        "floors": int(b.floors[i]),
        "roof": Roof(int(b.roof[i])).name.lower(),
        "groundArea": round(float(shapely.area(b.footprint[i])), 1),
        "partOf": whole,
        "heightProvenance": provenance(b.height_provenance[i]),
        "useProvenance": provenance(b.use_provenance[i]),
        "places": [{"id": p, "name": city.places.name[p]} for p in inside[:MOST_LISTED].tolist()],
        "key": b.key[i],
        **origin(city, "buildings", b.provenance[i]),
        **centre(b.footprint[i]),
    }


def place(city: City, i: int, picture: Picture | None = None) -> Fields:
    p = city.places
    return {
        "title": p.name[i] or p.name_en[i] or p.kind[i],
        "name": p.name[i],
        "nameEn": p.name_en[i],
        "placeKind": p.kind[i],
        "building": int(p.building[i]),
        "key": p.key[i],
        **origin(city, "places", p.provenance[i]),
        **xy(p.xy[i]),
    }


def stop(city: City, i: int, picture: Picture | None = None) -> Fields:
    h, t = city.stops, city.transit_lines
    serving = np.unique(np.searchsorted(t.stop_start, np.flatnonzero(t.stop == i), side="right") - 1)
    mode = TransitMode(int(h.mode[i])).name.lower()
    return {
        "title": h.name[i] or f"{mode.capitalize()} stop",
        "name": h.name[i],
        "mode": mode,
        "lines": [{"id": int(k), "ref": t.ref[k], "name": t.name[k]} for k in serving[:MOST_LISTED]],
        "key": h.key[i],
        **origin(city, "stops", h.provenance[i]),
        **xy(h.xy[i]),
    }


def line(city: City, i: int, picture: Picture | None = None) -> Fields:
    t, h = city.transit_lines, city.stops
    stops = t.stop[t.stop_start[i] : t.stop_start[i + 1]]
    fields = {
        "title": t.name[i] or t.ref[i],
        "ref": t.ref[i],
        "name": t.name[i],
        "mode": TransitMode(int(t.mode[i])).name.lower(),
        "colour": t.colour[i],
        "headway": round(float(t.headway[i])),
        "stops": [{"id": int(k), "name": h.name[k]} for k in stops],
        "key": t.key[i],
        **origin(city, "transit_lines", t.provenance[i]),
    }
    return fields | (xy(h.xy[stops[0]]) if len(stops) else {})


def area(city: City, id: int, picture: Picture | None = None) -> Fields:
    layer, i = divmod(id, AREA_ROWS)
    if not 0 <= layer < len(AREA_LAYERS):
        raise NoSuchThing(f"There is no area {id}: an area's layer is 0 (land use), 1 (green) or 2 (water).")
    name = AREA_LAYERS[layer]
    rows: Areas = getattr(city, name)
    if not 0 <= i < len(rows):
        raise NoSuchThing(f"There is no area {i}: layer {name} has {len(rows):,} of them.")
    use = LandUse(int(rows.kind[i])).name.lower()
    return {
        "title": rows.name[i] or use.capitalize(),
        "name": rows.name[i],
        "layer": name,
        "use": use,
        "groundArea": round(float(shapely.area(rows.polygon[i])), 1),
        "key": rows.key[i],
        **origin(city, name, rows.provenance[i]),
        **centre(rows.polygon[i]),
    }


def building_name(city: City, i: int) -> str:
    if not 0 <= i < len(city.buildings):
        return ""
    return str(building(city, i, None)["title"])


KINDS = (
    ThingKind("building", of_city(building), lambda site: len(site.city.buildings)),
    ThingKind("place", of_city(place), lambda site: len(site.city.places)),
    ThingKind("stop", of_city(stop), lambda site: len(site.city.stops)),
    ThingKind("line", of_city(line), lambda site: len(site.city.transit_lines)),
    ThingKind("area", of_city(area)),
)
