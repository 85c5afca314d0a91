"""OpenStreetMap ways -> RawStreet."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.raw import Finding, RawCity, RawStreet
from cosmopolis.city.words import Mode, StreetKind
from cosmopolis.sources import tags as text
from cosmopolis.sources.osm_access import MOTOR, modes_each_way
from cosmopolis.sources.osm_lanes import Road, cycle_lanes, directions, is_single_lane
from cosmopolis.sources.osm_reading import OsmReading, Way
from cosmopolis.sources.vocabulary import STREETS, Tags

# The last metres to one door: drawn by some and not by others, and no street of the city.
_LEFT_OUT_SERVICE = frozenset({"driveway", "parking_aisle", "drive-through", "slipway", "emergency_access"})
_WITH_SIDEWALKS = frozenset(
    {
        StreetKind.PRIMARY, StreetKind.SECONDARY, StreetKind.TERTIARY, StreetKind.UNCLASSIFIED,
        StreetKind.RESIDENTIAL,
    }
)  # fmt: skip
_MIRRORED = {"left": "right", "right": "left", "forward": "backward", "backward": "forward"}
_TURNED = {"-1": "yes", "reverse": "yes", "yes": "-1", "true": "-1", "1": "-1"}
_PASSING = 4.0  # m of a street of one lane on which two cars just pass each other, where no width is told
_FAST_SPEED = 75 / 3.6  # m/s; nobody walks beside faster traffic unless the map says so


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
    oneway, reverse = _oneway(tags, kind)
    forward, backward = modes_each_way(tags, kind, oneway=oneway)
    if not forward | backward:
        return None
    if kind.drivable and not (forward | backward) & MOTOR:
        kind = StreetKind.PEDESTRIAN if (forward | backward) & Mode.PEDESTRIAN else StreetKind.CYCLEWAY
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
        forward, backward = modes_each_way(tags, kind, oneway=oneway)
    main = next((m for m in (Mode.CAR, Mode.BUS, MOTOR) if (forward | backward) & m), Mode(0))
    if kind.drivable and not forward & main:  # forbidden the way it is drawn
        tags, nodes, forward, backward = _mirrored(tags), nodes[::-1], backward, forward
    oneway = not backward & main if kind.drivable else oneway
    street = RawStreet(
        f"osm:way/{way.id}", nodes, kind, name=tags.get("name") or tags.get("ref", ""),
        modes=forward if kind.drivable else forward | backward,
        lit=tags.get("lit") not in ("no", "disused"), toll=tags.get("toll") == "yes",
        roundabout=tags.get("junction") in ("roundabout", "circular"),
    )  # fmt: skip
    if kind.drivable and backward != forward:
        street.backward_modes = backward
    _set_level(street, tags)
    _set_lanes(street, tags, Road(kind, oneway, left_hand, forward, backward))
    _set_speed(street, tags)
    street.sidewalk_left, street.sidewalk_right = _sidewalks(tags, street, default_sidewalks)
    street.sidewalks_measured = any(key == "sidewalk" or key.startswith("sidewalk:") for key in tags)
    return street


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
        if key == "sidewalk":
            value = _MIRRORED.get(value, value)
        elif "oneway" in key and key != "oneway":
            value = _TURNED.get(value, value)
        out[mirrored] = value
    return out


def _set_speed(street: RawStreet, tags: Tags) -> None:
    """Limits each way; where only lanes have one, the fastest lane's."""
    general = _limit(tags, ("maxspeed", "maxspeed:type", "source:maxspeed", "zone:maxspeed"))
    street.speed, street.backward_speed = (
        _limit(tags, (f"maxspeed:{way}",)) or general or max((lane.speed for lane in detail), default=0.0)
        for way, detail in (("forward", street.forward_detail), ("backward", street.backward_detail))
    )
    if street.backward_speed == street.speed:
        street.backward_speed = None


def _limit(tags: Tags, keys: tuple[str, ...]) -> float:
    for key in keys:
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


def _set_lanes(street: RawStreet, tags: Tags, road: Road) -> None:
    forward, backward = directions(tags, road)
    street.forward_lanes, street.backward_lanes = forward.lanes, backward.lanes
    street.forward_bus_lanes, street.backward_bus_lanes = forward.bus_lanes, backward.bus_lanes
    street.forward_turns, street.backward_turns = forward.turns, backward.turns
    street.lanes_measured = forward.measured or backward.measured
    if not street.kind.drivable:
        street.forward_bus_lanes = street.backward_bus_lanes = 0
        return
    street.forward_detail, street.backward_detail = forward.detail, backward.detail
    street.cycle_lane_left, street.cycle_lane_right = cycle_lanes(tags, road)
    lanes = forward.lanes + backward.lanes + forward.bus_lanes + backward.bus_lanes
    width = text.length(tags.get("width:carriageway") or tags.get("width", ""))
    if is_single_lane(tags, road):
        street.lane_width = (width if width and 2.0 <= width <= 6.0 else _PASSING) / lanes
    elif width and street.lanes_measured and 2.0 <= width / lanes <= 6.0:
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
    walked = tags.get("foot") not in ("no", "use_sidepath") and tags.get("motorroad") != "yes"
    here = street.speed <= _FAST_SPEED and walked
    return here, here


def _draws_sidewalks(ways: list[Way]) -> bool:
    """Whether this file draws its sidewalks as ways of their own."""
    drawn = sum(way.tags.get("footway") == "sidewalk" for way in ways)
    streets = sum(STREETS.get(way.tags["highway"]) in _WITH_SIDEWALKS for way in ways)
    return drawn > 0.1 * streets


def _is_area(tags: Tags) -> bool:
    return tags.get("area") == "yes"
