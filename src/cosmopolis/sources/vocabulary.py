"""OpenStreetMap's words -> the city's words. GeoJSON files made from OpenStreetMap use the same words."""

from __future__ import annotations

from collections.abc import Mapping

from cosmopolis.city.words import BuildingUse, LandUse, Roof, StreetKind, TransitMode

Tags = Mapping[str, str]


def words(text: str) -> frozenset[str]:
    """A set of words written in one line."""
    return frozenset(text.split())


STREETS: dict[str, StreetKind] = {kind.name.lower(): kind for kind in StreetKind} | {
    "road": StreetKind.UNCLASSIFIED,
    "bus_guideway": StreetKind.BUSWAY,
    "bridleway": StreetKind.PATH,
    "trail": StreetKind.PATH,
}

AREAS: dict[str, dict[str, LandUse]] = {
    "natural": {
        "water": LandUse.LAKE, "bay": LandUse.SEA, "wood": LandUse.FOREST, "scrub": LandUse.FOREST,
        "grassland": LandUse.GRASS, "heath": LandUse.GRASS, "sand": LandUse.SAND, "beach": LandUse.SAND,
        "shingle": LandUse.SAND, "wetland": LandUse.WETLAND,
    },
    "waterway": {"riverbank": LandUse.RIVER, "dock": LandUse.CANAL, "canal": LandUse.CANAL},
    "landuse": {
        "residential": LandUse.RESIDENTIAL, "commercial": LandUse.COMMERCIAL, "retail": LandUse.RETAIL,
        "industrial": LandUse.INDUSTRIAL, "port": LandUse.INDUSTRIAL, "quarry": LandUse.INDUSTRIAL,
        "depot": LandUse.INDUSTRIAL, "landfill": LandUse.INDUSTRIAL, "civic_admin": LandUse.CIVIC,
        "civil": LandUse.CIVIC, "institutional": LandUse.CIVIC, "religious": LandUse.CIVIC,
        "military": LandUse.CIVIC, "education": LandUse.EDUCATION, "healthcare": LandUse.HEALTH,
        "railway": LandUse.TRANSPORT, "garages": LandUse.PARKING, "construction": LandUse.CONSTRUCTION,
        "brownfield": LandUse.CONSTRUCTION, "greenfield": LandUse.CONSTRUCTION, "farmland": LandUse.FARMLAND,
        "farmyard": LandUse.FARMLAND, "orchard": LandUse.FARMLAND, "vineyard": LandUse.FARMLAND,
        "allotments": LandUse.GARDEN, "greenhouse_horticulture": LandUse.FARMLAND,
        "plant_nursery": LandUse.FARMLAND, "grass": LandUse.GRASS, "meadow": LandUse.GRASS,
        "village_green": LandUse.GRASS, "greenery": LandUse.GRASS, "flowerbed": LandUse.GARDEN,
        "recreation_ground": LandUse.PARK, "forest": LandUse.FOREST, "cemetery": LandUse.CEMETERY,
        "reservoir": LandUse.LAKE, "basin": LandUse.LAKE, "pond": LandUse.LAKE,
    },
    "leisure": {
        "park": LandUse.PARK, "garden": LandUse.GARDEN, "nature_reserve": LandUse.PARK,
        "dog_park": LandUse.PARK, "playground": LandUse.PARK, "common": LandUse.GRASS,
        "pitch": LandUse.SPORT, "track": LandUse.SPORT, "stadium": LandUse.SPORT,
        "sports_centre": LandUse.SPORT, "golf_course": LandUse.SPORT, "swimming_pool": LandUse.POOL,
        "marina": LandUse.CANAL,
    },
    "amenity": {
        "school": LandUse.EDUCATION, "kindergarten": LandUse.EDUCATION, "college": LandUse.EDUCATION,
        "university": LandUse.EDUCATION, "hospital": LandUse.HEALTH, "clinic": LandUse.HEALTH,
        "parking": LandUse.PARKING, "bus_station": LandUse.TRANSPORT, "grave_yard": LandUse.CEMETERY,
        "marketplace": LandUse.RETAIL,
    },
    "man_made": {"pier": LandUse.PLAZA},
    "place": {"square": LandUse.PLAZA},
    "tourism": {"zoo": LandUse.PARK, "theme_park": LandUse.PARK},
}  # fmt: skip

WATER_KINDS: dict[str, LandUse] = {
    "river": LandUse.RIVER, "stream": LandUse.RIVER, "oxbow": LandUse.RIVER, "rapids": LandUse.RIVER,
    "canal": LandUse.CANAL, "ditch": LandUse.CANAL, "drain": LandUse.CANAL, "moat": LandUse.CANAL,
    "dock": LandUse.CANAL, "harbour": LandUse.SEA, "lagoon": LandUse.SEA, "pool": LandUse.POOL,
}  # fmt: skip

# Width in metres of a waterway drawn as a line without a width.
WATERWAY_WIDTH = {
    "river": 20.0,
    "canal": 12.0,
    "stream": 3.0,
    "drain": 2.0,
    "ditch": 1.5,
    "tidal_channel": 6.0,
}

_USE_WORDS: dict[BuildingUse, str] = {
    BuildingUse.RESIDENTIAL: "residential apartments house detached semidetached_house terrace bungalow dormitory "
    "cabin farm static_caravan houseboat block ger hut",
    BuildingUse.OFFICE: "office commercial bank",
    BuildingUse.RETAIL: "retail supermarket mall shop kiosk store department_store marketplace restaurant "
    "fast_food cafe",
    BuildingUse.INDUSTRIAL: "industrial warehouse factory manufacture works hangar storage_tank silo brewery",
    BuildingUse.SCHOOL: "school kindergarten college university education library",
    BuildingUse.HOSPITAL: "hospital clinic healthcare doctors",
    BuildingUse.HOTEL: "hotel motel hostel guest_house",
    BuildingUse.CULTURE: "museum theatre cinema arts_centre attraction gallery opera exhibition exhibition_hall "
    "conference_centre exhibition_centre events_venue",
    BuildingUse.TRANSPORT: "train_station transportation station terminal bus_station ferry_terminal",
    BuildingUse.CIVIC: "civic public government fire_station police townhall courthouse post_office embassy "
    "community_centre military bunker",
    BuildingUse.WORSHIP: "church cathedral chapel mosque temple synagogue shrine place_of_worship religious monastery "
    "pagoda",
    BuildingUse.SPORT: "sports_hall sports_centre stadium grandstand pavilion swimming_pool riding_hall",
    BuildingUse.PARKING: "parking garages carport multi-storey",
    BuildingUse.MIXED: "mixed mixed_use mixed_d",
    BuildingUse.OUTBUILDING: "shed garage roof hut outbuilding greenhouse glasshouse service utility transformer_tower "
    "toilets barn stable sty cowshed farm_auxiliary container tent guardhouse gatehouse ruins construction "
    "water_tower chimney bridge entrance canopy",
}
USES: dict[str, BuildingUse] = {word: use for use, listed in _USE_WORDS.items() for word in words(listed)}

ROOFS: dict[str, Roof] = {
    "flat": Roof.FLAT, "gabled": Roof.GABLED, "gable": Roof.GABLED, "pitched": Roof.GABLED,
    "gambrel": Roof.GABLED, "saltbox": Roof.GABLED, "crosspitched": Roof.GABLED, "cross_gabled": Roof.GABLED,
    "hipped": Roof.HIPPED, "hip": Roof.HIPPED, "half-hipped": Roof.HIPPED, "mansard": Roof.HIPPED,
    "pyramidal": Roof.PYRAMIDAL, "cone": Roof.PYRAMIDAL, "spire": Roof.PYRAMIDAL, "dome": Roof.DOME,
    "onion": Roof.DOME, "skillion": Roof.SKILLION, "lean_to": Roof.SKILLION, "round": Roof.ROUND,
    "quadruple_saltbox": Roof.HIPPED,
}  # fmt: skip

PLACE_KEYS = (
    "amenity",
    "shop",
    "tourism",
    "leisure",
    "office",
    "historic",
    "healthcare",
    "aeroway",
    "craft",
    "railway",
    "man_made",
)
# Street furniture and other things nobody looks for by name.
NOT_PLACES = words(
    "bench waste_basket bicycle_parking parking_space vending_machine recycling street_lamp picnic_table "
    "information no yes switch signal crossing level_crossing railway_crossing tram_stop rail tram subway "
    "platform stop subway_entrance milestone buffer_stop abandoned disused light_rail"
)

TRANSIT: dict[str, TransitMode] = {
    "bus": TransitMode.BUS, "trolleybus": TransitMode.BUS, "minibus": TransitMode.BUS,
    "share_taxi": TransitMode.BUS, "subway": TransitMode.METRO, "monorail": TransitMode.METRO,
    "light_rail": TransitMode.METRO, "tram": TransitMode.TRAM, "train": TransitMode.RAIL,
    "railway": TransitMode.RAIL, "ferry": TransitMode.FERRY,
}  # fmt: skip

RAILS: dict[str, TransitMode] = {
    "rail": TransitMode.RAIL, "narrow_gauge": TransitMode.RAIL, "subway": TransitMode.METRO,
    "light_rail": TransitMode.METRO, "monorail": TransitMode.METRO, "tram": TransitMode.TRAM,
}  # fmt: skip


def land_use(tags: Tags) -> LandUse | None:
    """Kind of the area that these tags describe, or None."""
    if tags.get("natural") == "water" or tags.get("landuse") in ("basin", "reservoir"):
        return WATER_KINDS.get(tags.get("water", ""), LandUse.LAKE)
    for key, kinds in AREAS.items():
        kind = kinds.get(tags.get(key, ""))
        if kind is not None:
            return kind
    if tags.get("highway") in ("pedestrian", "footway") and tags.get("area") == "yes":
        return LandUse.PLAZA
    return None


def building_use(tags: Tags) -> BuildingUse:
    """Use of a building from what it is and what is in it."""
    for key in ("building", "building:part", "building:use", "amenity", "tourism", "healthcare", "leisure"):
        use = USES.get(tags.get(key, ""))
        if use is not None:
            return use
    if "shop" in tags:
        return BuildingUse.RETAIL
    if "office" in tags:
        return BuildingUse.OFFICE
    return BuildingUse.UNKNOWN


def place_kind(tags: Tags) -> str:
    """ "amenity=school" for the first key that makes this a place, or ""."""
    for key in PLACE_KEYS:
        value = tags.get(key, "")
        if value and value not in NOT_PLACES:
            return f"{key}={value}"
    if tags.get("public_transport") == "station":
        return "public_transport=station"
    return ""


_BELOW = words("underground subterranean subway")
_GARAGES = words("parking garage garages carport")


def underground(tags: Tags) -> bool:
    """Whether a building or an area lies below the ground with all of it.

    A negative `layer` alone does not say so: it only tells which of two things that cross lies lower.
    """
    if tags.get("location") in _BELOW or tags.get("tunnel", "no") not in ("no", "building_passage", "arcade"):
        return True
    if tags.get("parking") == "underground" and tags.get("building", "parking") in _GARAGES:
        return True
    levels = tags.get("level", "").split(";")
    if tags.get("layer", "").startswith("-") and all(level.strip().startswith("-") for level in levels):
        return True
    no_floor = tags.get("building:levels") == "0" and not tags.keys() & {"height", "building:height"}
    return no_floor and tags.get("building:levels:underground", "0").strip() not in ("0", "")
