"""Who may use a street of OpenStreetMap, each way: `access`, `oneway:*`, `*:forward`, `*:backward`, `motorroad`.

Of the keys that speak of a vehicle the most special one decides (bus before psv before motor_vehicle before
vehicle before access), and of two equally special ones the one with a direction.
wiki.openstreetmap.org/wiki/Key:access
"""

from __future__ import annotations

from functools import lru_cache

from cosmopolis.city.words import Mode, StreetKind
from cosmopolis.sources import tags as text
from cosmopolis.sources.vocabulary import Tags

NO = frozenset(
    {
        "no", "agricultural", "forestry", "agricultural;forestry", "emergency", "military", "use_sidepath",
        "dismount",
    }
)  # fmt: skip
# The keys by which access is asked, the most special first.
ACCESS = {
    Mode.CAR: ("motorcar", "motor_vehicle", "vehicle", "access"),
    Mode.TRUCK: ("hgv", "goods", "motor_vehicle", "vehicle", "access"),
    Mode.BUS: ("bus", "psv", "motor_vehicle", "vehicle", "access"),
    Mode.TAXI: ("taxi", "psv", "motor_vehicle", "vehicle", "access"),
    Mode.MOTORCYCLE: ("motorcycle", "motor_vehicle", "vehicle", "access"),
    Mode.BICYCLE: ("bicycle", "vehicle", "access"),
    Mode.PEDESTRIAN: ("foot", "access"),
}
MOTOR = Mode.CAR | Mode.TRUCK | Mode.BUS | Mode.TAXI | Mode.MOTORCYCLE

_LINKS = frozenset({StreetKind.MOTORWAY_LINK, StreetKind.TRUNK_LINK})
_FAST = frozenset({StreetKind.MOTORWAY, StreetKind.TRUNK}) | _LINKS
_WAYS = ("forward", "backward")
_KEYS = frozenset(key for keys in ACCESS.values() for key in keys)
_TELLING = (
    _KEYS
    | {f"{key}:{way}" for key in _KEYS for way in _WAYS}
    | {f"oneway:{key}" for key in _KEYS}
    | {"motorroad", "cycleway"}
    | {f"cycleway:{side}" for side in ("left", "right", "both")}
    | {f"cycleway:{side}:oneway" for side in ("left", "right", "both")}
)
_BACK = frozenset({"-1", "reverse"})
_BOTH = frozenset({"no", "false", "0"})


def modes_of(tags: Tags, kind: StreetKind) -> Mode:
    """Who may use the carriageway, one way or the other. `private` roads stay open: people live on them."""
    forward, backward = modes_each_way(tags, kind, oneway=False)
    return forward | backward


def modes_each_way(tags: Tags, kind: StreetKind, *, oneway: bool) -> tuple[Mode, Mode]:
    """(forward, backward). On a one-way street nobody goes back but for whom its tags make an exception."""
    said = () if _TELLING.isdisjoint(tags) else tuple(sorted((k, tags[k]) for k in _TELLING & tags.keys()))
    return _forward(kind, said), _backward(kind, said, oneway)


@lru_cache(maxsize=4096)
def _forward(kind: StreetKind, said: tuple[tuple[str, str], ...]) -> Mode:
    """From the few tags that matter; most streets of a city say the same."""
    tags = dict(said)
    out = _allowed(tags, kind, "forward")
    for mode, keys in ACCESS.items():
        if _oneway_word(tags, keys) in _BACK:
            out &= ~mode
    return out if out & MOTOR else out & ~Mode.EMERGENCY  # no fire engine has a street for itself


@lru_cache(maxsize=4096)
def _backward(kind: StreetKind, said: tuple[tuple[str, str], ...], oneway: bool) -> Mode:
    tags = dict(said)
    out = _allowed(tags, kind, "backward")
    for mode, keys in ACCESS.items():
        word = _oneway_word(tags, keys)
        goes = word in _BOTH | _BACK if word else not oneway
        if oneway and not word:
            own = [tags[f"{key}:backward"] for key in keys if f"{key}:backward" in tags]
            goes = bool(own) and own[0] in text.YES
            goes |= mode == Mode.BICYCLE and cycles_back(tags)
            goes |= mode == Mode.PEDESTRIAN
        if not goes:
            out &= ~mode
    if not out & MOTOR:
        out &= ~Mode.EMERGENCY
    return out if out & ~Mode.PEDESTRIAN else Mode(0)


def cycles_back(tags: Tags) -> bool:
    """Whether a lane or track along this street leads bicycles against its one-way traffic."""
    for side in ("", ":left", ":right", ":both"):
        if tags.get(f"cycleway{side}", "").startswith("opposite"):
            return True
        if side and tags.get(f"cycleway{side}:oneway") in _BOTH | _BACK:
            return True
    return tags.get("oneway:bicycle") in _BOTH | _BACK


def _oneway_word(tags: Tags, keys: tuple[str, ...]) -> str:
    return next((tags[f"oneway:{key}"] for key in keys if f"oneway:{key}" in tags), "")


def _allowed(tags: Tags, kind: StreetKind, way: str) -> Mode:
    """Additions first, then what is excluded; a motor road excludes bicycles and people on foot."""
    out = _usual(kind)
    if tags.get("motorroad") == "yes":
        out &= ~(Mode.BICYCLE | Mode.PEDESTRIAN)
    for mode, keys in ACCESS.items():
        told = [(key, word) for key in keys if (word := tags.get(f"{key}:{way}") or tags.get(key))]
        key, word = told[0] if told else ("", "")
        private = (
            word == "private" and kind in (StreetKind.SERVICE, StreetKind.TRACK) and mode != Mode.PEDESTRIAN
        )
        if word in NO or private:
            out &= ~mode
        elif word in text.YES and key in (keys[0], "psv") and not (mode == Mode.CAR and not kind.drivable):
            out |= mode
    return out


def _usual(kind: StreetKind) -> Mode:
    walking = Mode.BICYCLE | Mode.PEDESTRIAN
    if kind == StreetKind.BUSWAY:
        return Mode.BUS | Mode.EMERGENCY
    if kind == StreetKind.LIVING_STREET:
        return Mode.road() | walking
    if kind.drivable:
        return Mode.road() if kind in _FAST else Mode.road() | Mode.BICYCLE
    if kind == StreetKind.RACEWAY:
        return Mode.CAR | Mode.MOTORCYCLE
    if kind == StreetKind.TRACK:
        return (Mode.road() & ~(Mode.BUS | Mode.TAXI)) | walking
    return walking if kind in (StreetKind.CYCLEWAY, StreetKind.PATH) else Mode.PEDESTRIAN
