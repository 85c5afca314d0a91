"""Properties of a GeoJSON feature, as other tools write them -> OpenStreetMap-like tags.

Understood: OpenStreetMap's own tags (Overpass turbo, osmtogeojson, ogr2ogr's `other_tags`), vector tile layers with a
`kind` (Tilezen, Nextzen), Geofabrik's `fclass`, Overture's `class` and `num_floors`, and plain words such as
"Height", "floors", "storeys", "use".
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from cosmopolis.sources.vocabulary import USES

_SAME: dict[str, tuple[str, ...]] = {
    "height": ("height", "building:height", "height_m", "bldg_height", "building_height", "hoehe", "measuredheight"),
    "min_height": ("min_height", "minheight"),
    "building:levels": (
        "building:levels", "building_levels", "levels", "floors", "num_floors", "floor", "storeys", "stories",
        "nfloors", "storeysaboveground",
    ),
    "roof:shape": ("roof:shape", "roof_shape", "rooftype", "roof_type"),
    "roof:height": ("roof:height", "roof_height"),
    "building:colour": ("building:colour", "building:color", "colour", "color", "facade_color"),
    "name": ("name", "title", "names"),
    "name:en": ("name:en", "name_en", "int_name"),
    "addr:full": ("addr:full", "address", "addr"),
}  # fmt: skip

_WORD = ("kind", "fclass", "class", "type", "use", "usage", "function", "category", "subtype")

_KIND_KEYS: dict[str, str] = {
    "amenity": "arts_centre atm bank bar bus_station cafe cinema clinic college community_centre courthouse dentist "
    "doctors embassy fast_food ferry_terminal fire_station fuel hospital ice_cream kindergarten library marketplace "
    "nightclub parking pharmacy place_of_worship police post_box post_office pub restaurant school taxi theatre "
    "toilets townhall university car_rental charging_station bicycle_rental grave_yard",
    "shop": "bakery beauty bicycle books butcher clothes computer convenience department_store electronics florist "
    "gift hairdresser jewelry kiosk mall mobile_phone shoes shop sports supermarket toys",
    "tourism": "aquarium artwork attraction gallery guest_house hostel hotel information motel museum theme_park "
    "viewpoint zoo",
    "leisure": "fitness_centre garden golf_course marina nature_reserve park pitch playground sports_centre stadium "
    "swimming_pool water_park common",
    "historic": "castle memorial monument ruins",
    "office": "company government",
    "railway": "station halt tram_stop",
    "natural": "beach grassland heath sand scrub tree water wetland wood",
    "landuse": "allotments basin cemetery commercial construction farmland farmyard forest grass industrial meadow "
    "military orchard quarry recreation_ground religious reservoir residential retail village_green",
    "waterway": "riverbank dock canal river stream",
    "man_made": "pier tower communications_tower lighthouse observatory water_tower",
    "aeroway": "aerodrome helipad terminal",
    "highway": "bus_stop traffic_signals pedestrian footway",
}
_KEY_OF: dict[str, str] = {word: key for key, words in _KIND_KEYS.items() for word in words.split()}
_RENAMED = {
    "natural_wood": "wood", "natural_forest": "forest", "protected_area": "nature_reserve", "fitness": "fitness_centre",
    "lake": "water", "playa": "sand", "wooded_area": "wood", "farm": "farmland", "jewelry_store": "jewelry",
    "university_area": "university", "schools": "school", "green": "grass", "vegetation": "grass",
    "office_building": "commercial", "business": "commercial", "housing": "residential", "industry": "industrial",
}  # fmt: skip
_HSTORE = re.compile(r'"((?:[^"\\]|\\.)*)"\s*=>\s*"((?:[^"\\]|\\.)*)"')
_BUILDING_WORDS = frozenset({"building", "buildings", "bldg", "building_outline"})
_PART_WORDS = frozenset({"building_part", "building:part", "buildingpart"})


def tags_of(properties: Mapping[str, Any]) -> dict[str, str]:
    """Tags in OpenStreetMap's words, as far as they can be told."""
    flat = _flat(properties)
    tags = dict(flat)
    for key, names in _SAME.items():
        value = next((flat[name] for name in names if flat.get(name)), "")
        if value:
            tags[key] = value
    word = next((flat[key].strip().lower() for key in _WORD if flat.get(key)), "")
    use = flat.get("landuse_kind", "")
    if use in USES:
        tags.setdefault("building:use", use)
    _understand(word, flat.get("kind_detail", "").lower(), tags)
    return tags


def _understand(word: str, detail: str, tags: dict[str, str]) -> None:
    if word in _BUILDING_WORDS:
        tags.setdefault("building", detail or "yes")
        return
    if word in _PART_WORDS:
        tags.setdefault("building:part", detail or "yes")
        return
    word = _RENAMED.get(word, word)
    key = _KEY_OF.get(word)
    if key is not None and key not in tags:
        tags[key] = "yes" if word == key else word
        if word in ("pedestrian", "footway"):
            tags["area"] = "yes"


def _flat(properties: Mapping[str, Any]) -> dict[str, str]:
    """Lower-case keys, text values; nested `tags` and ogr2ogr's `other_tags` are opened."""
    out: dict[str, str] = {}
    for key, value in properties.items():
        name = str(key).lower()
        if isinstance(value, Mapping):
            if name == "tags":
                out.update(_flat(value))
            elif name == "names" and isinstance(value.get("primary"), str):
                out["name"] = value["primary"]
        elif name == "other_tags" and isinstance(value, str):
            out.update(_HSTORE.findall(value))
        elif isinstance(value, bool):
            if value:
                out[name] = "yes"
        elif isinstance(value, (str, int)):
            out[name] = str(value)
        elif isinstance(value, float) and math.isfinite(value):
            out[name] = _written(value)
    return out


def _written(value: float) -> str:
    """As people write a number: 15 digits behind the point are of a computer."""
    return str(value if len(str(value).partition(".")[2]) <= 6 else round(value, 6))
