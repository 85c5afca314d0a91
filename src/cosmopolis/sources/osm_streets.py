"""OpenStreetMap ways -> RawStreet."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.raw import Finding, RawCity, RawStreet
from cosmopolis.city.words import Mode, StreetKind
from cosmopolis.sources import tags as text
from cosmopolis.sources.osm_lanes import cycle_lanes, directions
from cosmopolis.sources.osm_reading import OsmReading, Way
from cosmopolis.sources.vocabulary import STREETS, Tags

# The last metres to one door: drawn by some and not by others, and no street of the city.
_LEFT_OUT_SERVICE = frozenset({"driveway", "parking_aisle", "drive-through", "slipway", "emergency_access"})
_NO = frozenset(
    {"no", "agricultural", "forestry", "agricultural;forestry", "emergency", "military", "use_sidepath"}
)
_LINKS = frozenset({StreetKind.MOTORWAY_LINK, StreetKind.TRUNK_LINK})
_FAST = frozenset({StreetKind.MOTORWAY, StreetKind.TRUNK}) | _LINKS
_WITH_SIDEWALKS = frozenset(
    {
        StreetKind.PRIMARY, StreetKind.SECONDARY, StreetKind.TERTIARY, StreetKind.UNCLASSIFIED,
        StreetKind.RESIDENTIAL,
    }
)  # fmt: skip
_VEHICLES = Mode.road() & ~Mode.EMERGENCY
_MIRRORED = {"left": "right", "right": "left", "forward": "backward", "backward": "forward"}
_FAST_SPEED = 75 / 3.6  # m/s; nobody walks beside faster traffic unless the map says so
# The keys by which access is asked, the most special first.
_ACCESS = {
    Mode.CAR: ("motorcar", "motor_vehicle", "vehicle", "access"),
    Mode.TRUCK: ("hgv", "goods", "motor_vehicle", "vehicle", "access"),
    Mode.BUS: ("bus", "psv", "motor_vehicle", "vehicle", "access"),
    Mode.TAXI: ("taxi", "psv", "motor_vehicle", "vehicle", "access"),
    Mode.MOTORCYCLE: ("motorcycle", "motor_vehicle", "vehicle", "access"),
    Mode.BICYCLE: ("bicycle", "vehicle", "access"),
    Mode.PEDESTRIAN: ("foot", "access"),
}
_ACCESS_ORDER = sorted({key for keys in _ACCESS.values() for key in keys})
_ACCESS_KEYS = frozenset(_ACCESS_ORDER)


def add_streets(reading: OsmReading, xy: NDArray[np.float64], raw: RawCity) -> dict[int, int]:
    """Fills raw.streets and the nodes that they use. Returns row of the reading -> row of raw.node_xy."""
    ways = [way for way in reading.ways if "highway" in way.tags and not _is_area(way.tags)]
    default_sidewalks = not _draws_sidewalks(ways)
    streets: list[tuple[RawStreet, NDArray[np.int64]]] = []
    for way in ways:
        if len(way.rows) < 2:
            if not way.complete:
                continue  # told already
            raw.findings.append(
                Finding("short-street", f"way {way.id}", "has fewer than two nodes; left out")
            )
            continue
        street = street_of(way, raw.drive_on_left, default_sidewalks, raw.findings)
        if street is not None:
            streets.append((street, street.nodes))
    if not streets:
        return {}
    used, inverse = np.unique(np.concatenate([rows for _, rows in streets]), return_inverse=True)
    at = 0
    for street, rows in streets:
        street.nodes = inverse[at : at + len(rows)].astype(np.int64)
        at += len(rows)
        raw.streets.append(street)
    raw.node_xy = xy[used]
    raw.node_keys = [f"osm:node/{id_}" for id_ in reading.node_ids[used].tolist()]
    return dict(zip(used.tolist(), range(len(used)), strict=True))


def street_of(
    way: Way, left_hand: bool, default_sidewalks: bool, findings: list[Finding]
) -> RawStreet | None:
    """The street of one way, its nodes still rows of the reading; None where the way is no street."""
    tags: Tags = way.tags
    kind = STREETS.get(tags.get("highway", ""))
    if kind is None or (kind == StreetKind.SERVICE and tags.get("service") in _LEFT_OUT_SERVICE):
        return None
    modes = modes_of(tags, kind)
    if not modes:
        return None
    if kind.drivable and not modes & _VEHICLES:
        kind = StreetKind.PEDESTRIAN if modes & Mode.PEDESTRIAN else StreetKind.CYCLEWAY
    oneway, reverse = _oneway(tags, kind)
    if tags.get("oneway") in ("reversible", "alternating"):
        findings.append(
            Finding(
                "reversible-street",
                f"way {way.id}",
                "changes its direction by the hour; taken as one-way as drawn",
            )
        )
    nodes = way.rows
    if reverse:
        tags, nodes = _mirrored(tags), nodes[::-1]
    street = RawStreet(
        f"osm:way/{way.id}", nodes, kind, name=tags.get("name") or tags.get("ref", ""), modes=modes,
        speed=_speed(tags), lit=tags.get("lit") not in ("no", "disused"), toll=tags.get("toll") == "yes",
        roundabout=tags.get("junction") in ("roundabout", "circular"),
    )  # fmt: skip
    _set_level(street, tags)
    _set_lanes(street, tags, oneway, left_hand)
    street.sidewalk_left, street.sidewalk_right = _sidewalks(tags, street, default_sidewalks)
    return street


def modes_of(tags: Tags, kind: StreetKind) -> Mode:
    """Who may use the carriageway. `private` roads stay open: people live on them."""
    said = (
        ()
        if _ACCESS_KEYS.isdisjoint(tags)
        else tuple((key, tags[key]) for key in _ACCESS_ORDER if key in tags)
    )
    return _modes(kind, said)


@lru_cache(maxsize=4096)
def _modes(kind: StreetKind, said: tuple[tuple[str, str], ...]) -> Mode:
    """From the few tags that matter; most streets of a city say the same."""
    tags = dict(said)
    out = _usual_modes(kind)
    for mode, keys in _ACCESS.items():
        word = next((tags[key] for key in keys if key in tags), "")
        private = (
            word == "private" and kind in (StreetKind.SERVICE, StreetKind.TRACK) and mode != Mode.PEDESTRIAN
        )
        if word in _NO or private:
            out &= ~mode
        elif tags.get(keys[0]) in text.YES and not (mode == Mode.CAR and not kind.drivable):
            out |= mode
    return out if out & ~Mode.EMERGENCY else Mode(0)


def _usual_modes(kind: StreetKind) -> Mode:
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


def _oneway(tags: Tags, kind: StreetKind) -> tuple[bool, bool]:
    """(one-way, against the drawing direction)"""
    said = tags.get("oneway", "")
    if said in ("-1", "reverse"):
        return True, True
    if said in ("yes", "true", "1", "reversible", "alternating"):
        return kind.drivable or kind in (StreetKind.RACEWAY, StreetKind.CYCLEWAY, StreetKind.TRACK), False
    if said in ("no", "false", "0"):
        return False, False
    implied = tags.get("junction") in ("roundabout", "circular") or kind in (
        StreetKind.MOTORWAY, StreetKind.MOTORWAY_LINK, StreetKind.RACEWAY,
    )  # fmt: skip
    return implied, False


def _mirrored(tags: Tags) -> dict[str, str]:
    """The tags as somebody going the other way would write them."""
    out = {}
    for key, value in tags.items():
        mirrored = ":".join(_MIRRORED.get(part, part) for part in key.split(":"))
        out[mirrored] = _MIRRORED.get(value, value) if key == "sidewalk" else value
    return out


def _speed(tags: Tags) -> float:
    for key in (
        "maxspeed",
        "maxspeed:forward",
        "maxspeed:backward",
        "maxspeed:type",
        "source:maxspeed",
        "zone:maxspeed",
    ):
        if key in tags:
            value = text.speed(tags[key])
            if value is not None:
                return value
    return 0.0


def _set_level(street: RawStreet, tags: Tags) -> None:
    street.bridge = tags.get("bridge", "no") != "no"
    street.tunnel = tags.get("tunnel", "no") not in ("no", "culvert")
    layer = text.number(tags.get("layer", ""))
    if layer is not None:
        street.layer = int(max(-5, min(5, layer)))
    elif street.bridge != street.tunnel and tags.get("tunnel") != "building_passage":
        street.layer = 1 if street.bridge else -1


def _set_lanes(street: RawStreet, tags: Tags, oneway: bool, left_hand: bool) -> None:
    forward, backward = directions(tags, street.kind, oneway, left_hand)
    street.forward_lanes, street.backward_lanes = forward.lanes, backward.lanes
    street.forward_bus_lanes, street.backward_bus_lanes = forward.bus_lanes, backward.bus_lanes
    street.forward_turns, street.backward_turns = forward.turns, backward.turns
    street.lanes_measured = forward.measured or backward.measured
    street.cycle_lane_left, street.cycle_lane_right = cycle_lanes(tags, oneway, left_hand)
    if not street.kind.drivable:
        street.forward_bus_lanes = street.backward_bus_lanes = 0
        street.cycle_lane_left = street.cycle_lane_right = False
    width = text.length(tags.get("width:carriageway") or tags.get("width", ""))
    lanes = forward.lanes + backward.lanes + forward.bus_lanes + backward.bus_lanes
    if width and street.lanes_measured and 2.0 <= width / lanes <= 6.0:
        street.lane_width = width / lanes


def _sidewalks(tags: Tags, street: RawStreet, default: bool) -> tuple[bool, bool]:
    """(left, right). Where nothing is said, streets of a town have them and fast roads do not."""
    said = tags.get("sidewalk") or tags.get("sidewalk:both", "")
    if said in ("both", "yes"):
        return True, True
    if said in ("left", "right"):
        return said == "left", said == "right"
    sides = tuple(tags.get(f"sidewalk:{side}", "") for side in ("left", "right"))
    if any(sides):
        return sides[0] == "yes", sides[1] == "yes"
    if said or not default or street.kind not in _WITH_SIDEWALKS or street.tunnel or street.roundabout:
        return False, False
    here = street.speed <= _FAST_SPEED and tags.get("foot") not in ("no", "use_sidepath")
    return here, here


def _draws_sidewalks(ways: list[Way]) -> bool:
    """Whether this file draws its sidewalks as ways of their own."""
    drawn = sum(way.tags.get("footway") == "sidewalk" for way in ways)
    streets = sum(STREETS.get(way.tags["highway"]) in _WITH_SIDEWALKS for way in ways)
    return drawn > 0.1 * streets


def _is_area(tags: Tags) -> bool:
    return tags.get("area") == "yes"
