"""Tags that speak of lanes one by one, left to right and parted by "|": `bus:lanes`, `maxspeed:lanes:forward`, ...

wiki.openstreetmap.org/wiki/Lanes
"""

from __future__ import annotations

from cosmopolis.city.raw import RawLane
from cosmopolis.city.words import Mode
from cosmopolis.sources import tags as text
from cosmopolis.sources.osm_access import ACCESS, MOTOR, NO
from cosmopolis.sources.vocabulary import Tags

BUSES = Mode.BUS | Mode.TAXI | Mode.EMERGENCY
_PUBLIC = ("bus", "psv", "taxi")
_ACCESS_KEYS = tuple(sorted({key for keys in ACCESS.values() for key in keys} - {"foot"}))
_KEYS = (*_ACCESS_KEYS, "maxspeed", "width")
_UNSAID = frozenset({"", "none", "unknown"})


def has_lane_tags(tags: Tags) -> bool:
    return any(":lanes" in key for key in tags)


def per_lane(tags: Tags, key: str, way: str, whole: bool) -> list[str]:
    """The words of `key` for the lanes of one direction; `whole`: what names no direction is meant for it."""
    value = tags.get(f"{key}:lanes:{way}") or (tags.get(f"{key}:lanes") if whole else None)
    return [part.strip().lower() for part in value.split("|")] if value else []


def lanes_told(tags: Tags, way: str, whole: bool, modes: Mode) -> list[RawLane | None]:
    """Every lane of one direction as its own tags describe it, left to right; None where nobody may drive.

    Empty where no tag tells the lanes apart. `modes` are those of the street in this direction.
    """
    lists = {key: words for key in _KEYS if (words := per_lane(tags, key, way, whole))}
    if not lists:
        return []
    n = max(len(words) for words in lists.values())
    lists = {key: words for key, words in lists.items() if len(words) == n}
    return [_lane({key: words[i] for key, words in lists.items()}, modes) for i in range(n)]


def _lane(said: dict[str, str], modes: Mode) -> RawLane | None:
    said = {key: word for key, word in said.items() if word not in _UNSAID}
    out = modes & MOTOR
    for mode, keys in ACCESS.items():
        key, word = next(((key, said[key]) for key in keys if key in said), ("", ""))
        if word in NO:
            out &= ~mode
        elif word in text.YES and key in (keys[0], "psv") and mode != Mode.PEDESTRIAN:
            out |= mode
    if any(said.get(key) == "designated" for key in _PUBLIC):
        out = BUSES | (out & Mode.BICYCLE)
    elif said.get("bicycle") == "designated":
        out = Mode.BICYCLE
    elif out & Mode.CAR:
        out &= ~Mode.BICYCLE  # bicycles keep to the kerb, which is decided for all streets at once
    if not out:
        return None
    if out & MOTOR:
        out |= Mode.EMERGENCY
    usual = modes & (MOTOR | Mode.EMERGENCY)
    width = text.length(said.get("width", "")) or 0.0
    speed = text.speed(said["maxspeed"]) if "maxspeed" in said else None
    return RawLane(Mode(0) if out == usual else out, width if 1.0 <= width <= 8.0 else 0.0, speed or 0.0)
