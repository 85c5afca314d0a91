"""How many lanes a street has in each direction, what is painted on them, and where bus and cycle lanes run.

Knows only the tags of one street, already turned into its driving direction.
"""

from __future__ import annotations

from typing import NamedTuple

from cosmopolis.city.raw import RawLane
from cosmopolis.city.words import Mode, StreetKind, Turn
from cosmopolis.sources import tags as text
from cosmopolis.sources.osm_access import MOTOR, cycles_back
from cosmopolis.sources.osm_lane_tags import BUSES, has_lane_tags, lanes_told, per_lane
from cosmopolis.sources.vocabulary import Tags

# Lanes in one direction where nobody counted: (of a one-way carriageway, of one half of a two-way street).
_DEFAULT = {
    StreetKind.MOTORWAY: (2, 2), StreetKind.TRUNK: (2, 2), StreetKind.PRIMARY: (2, 2),
    StreetKind.SECONDARY: (2, 1), StreetKind.RACEWAY: (2, 1),
}  # fmt: skip

_TURNS = {
    "through": Turn.THROUGH, "left": Turn.LEFT, "right": Turn.RIGHT, "reverse": Turn.U_TURN,
    "slight_left": Turn.SLIGHT_LEFT, "slight_right": Turn.SLIGHT_RIGHT, "sharp_left": Turn.SHARP_LEFT,
    "sharp_right": Turn.SHARP_RIGHT, "merge_to_left": Turn.MERGE, "merge_to_right": Turn.MERGE,
}  # fmt: skip

_BUS_LANE = frozenset({"lane", "opposite_lane", "designated"})
_CYCLE_LANE = frozenset(
    {"lane", "track", "opposite_lane", "opposite_track", "shared_busway", "buffered_lane"}
)
_BUS_KEYS = frozenset(
    [f"{mode}:lanes{way}" for mode in ("bus", "psv") for way in ("", ":forward", ":backward")]
    + [f"lanes:{mode}{way}" for mode in ("bus", "psv") for way in ("", ":forward", ":backward")]
    + [f"busway{side}" for side in ("", ":left", ":right", ":both")]
)
_MOST_LANES = 12


class Direction(NamedTuple):
    lanes: int  # for everybody
    bus_lanes: int
    turns: tuple[Turn, ...]  # left to right, one a lane for everybody, or empty
    measured: bool
    detail: tuple[RawLane, ...] = ()  # left to right, cycle lanes too, where the lanes differ


class Road(NamedTuple):
    """What the lanes of a street depend on besides its tags."""

    kind: StreetKind
    oneway: bool  # for those for whom it is made: cars, or buses where no cars may go
    left_hand: bool
    forward: Mode  # who may drive
    backward: Mode


def directions(tags: Tags, road: Road) -> tuple[Direction, Direction]:
    """(forward, backward) of a street.

    A one-way street has no lanes for everybody backward, but perhaps one for those who may go against its traffic.
    """
    total, both_ways = _lanes(tags, "lanes"), _lanes(tags, "lanes:both_ways") or 0
    forward, backward = _lanes(tags, "lanes:forward"), _lanes(tags, "lanes:backward")
    default = _DEFAULT.get(road.kind, (1, 1))[0 if road.oneway else 1]
    if road.oneway:
        against = _against(tags, road, backward)
        if forward is None and total is not None:
            forward = total - (backward or 0)
            if backward is None and _opposite_counted(tags):
                forward -= against.bus_lanes
        return _direction(tags, "forward", forward, default, road), against
    if is_single_lane(tags, road):
        one = _direction(tags, "forward", None, 1, road)
        other = _direction(tags, "backward", None, 1, road)
        return one._replace(measured=False), other._replace(measured=False)
    if total is not None:
        rest = max(total - both_ways, 0)
        if forward is None:
            forward = rest - backward if backward is not None else (rest + 1) // 2
        if backward is None:
            backward = rest - forward
    return (
        _direction(tags, "forward", forward, default, road),
        _direction(tags, "backward", backward, default, road),
    )


def is_single_lane(tags: Tags, road: Road) -> bool:
    """Whether one lane serves both directions. The network has a lane each way, so that two are made of it."""
    if road.oneway or _lanes(tags, "lanes:forward") or _lanes(tags, "lanes:backward"):
        return False
    total, both_ways = _lanes(tags, "lanes"), _lanes(tags, "lanes:both_ways") or 0
    return total == 1 or (both_ways >= 1 and (total is None or total <= both_ways))


def _direction(tags: Tags, way: str, lanes: int | None, default: int, road: Road) -> Direction:
    """`lanes` counts bus lanes too, as OpenStreetMap does. Painted turns, lane by lane, are nearer the truth."""
    whole = road.oneway and way == "forward"
    left_hand = road.left_hand
    marks = tags.get(f"turn:lanes:{way}") or (tags.get("turn:lanes") if whole else None)
    told = lanes_told(tags, way, whole, road.backward if way == "backward" else road.forward)
    bus = _bus_lanes(tags, way, road)
    if told and (found := _told_direction(told, marks, lanes)) and found.bus_lanes >= bus:
        return found
    turns = _turns(marks, tags, way, whole) if marks else ()
    measured = lanes is not None or bool(turns)
    general = default if lanes is None else max(lanes - bus, 1)
    inner = bus > 0 and way == "forward" and _bus_on_far_side(tags, road)
    if turns and len(turns) == general + bus and bus:
        at_left = left_hand != inner
        turns = turns[bus:] if at_left else turns[: len(turns) - bus]  # bus lanes lie at the kerb
    if turns:
        general = min(len(turns), _MOST_LANES)
    general = min(general, _MOST_LANES)
    if not marks and (arrows := tags.get(f"turn:{way}") or (tags.get("turn") if whole else None)):
        turns = _arrows([arrows] * general)
    rest = [RawLane()] * general
    detail = (*rest, RawLane(BUSES)) if left_hand else (RawLane(BUSES), *rest)
    width = text.length(tags.get(f"width:{way}", "")) or 0.0
    if 2.0 <= width / (general + bus) <= 6.0:
        lane = RawLane(width=width / (general + bus))
        buses = [lane._replace(modes=BUSES)] * bus
        detail = (*buses, *[lane] * general) if left_hand else (*[lane] * general, *buses)
        return Direction(general, bus, turns[:general], measured, detail)
    return Direction(general, bus, turns[:general], measured, detail if inner and bus == 1 else ())


def _told_direction(told: list[RawLane | None], marks: str | None, lanes: int | None) -> Direction | None:
    """A direction whose lanes are told one by one. None where that leaves nobody a lane, or contradicts a count."""
    general = [lane is not None and (not lane.modes or bool(lane.modes & Mode.CAR)) for lane in told]
    bus = [lane is not None and not wide and bool(lane.modes & MOTOR) for lane, wide in zip(told, general)]
    count, buses = sum(general), sum(bus)
    if not 1 <= count <= _MOST_LANES or buses > _MOST_LANES:
        return None
    if lanes is not None and lanes not in (count + buses, len(told)):
        return None
    parts = marks.split("|") if marks else []
    turns: tuple[Turn, ...] = ()
    if len(parts) == len(told):
        turns = _arrows([part for part, wide in zip(parts, general) if wide])
    elif len(parts) == count:
        turns = _arrows(parts)
    detail = tuple(lane for lane in told if lane is not None)
    if all(lane == RawLane() for lane in detail):
        detail = ()
    return Direction(count, buses, turns, True, detail)


def _against(tags: Tags, road: Road, lanes: int | None) -> Direction:
    """Lanes against the traffic of a one-way street: of buses and whoever else with a motor may go there."""
    allowed = road.backward & MOTOR
    bus = _bus_lanes(tags, "backward", road)
    if not allowed and not bus:
        return Direction(0, 0, (), False)
    count = min(max(bus, lanes or 0, 1), 2)
    modes = (allowed | Mode.EMERGENCY) if allowed else BUSES
    if road.backward & Mode.BICYCLE and not any(cycle_lanes(tags, road)):
        modes |= Mode.BICYCLE
    detail = () if modes == BUSES else (RawLane(modes),) * count
    return Direction(0, count, (), False, detail)


def _turns(marks: str, tags: Tags, way: str, whole: bool) -> tuple[Turn, ...]:
    parts = marks.split("|")
    for mode in ("bus", "psv", "bicycle"):
        only = per_lane(tags, mode, way, whole)
        if len(only) == len(parts):  # lanes of their own, not of everybody
            kept = [part for part, use in zip(parts, only) if use != "designated"]
            parts = kept or parts
    return _arrows(parts)


def _arrows(parts: list[str]) -> tuple[Turn, ...]:
    out = []
    for part in parts:
        turn = Turn(0)
        for word in part.split(";"):
            turn |= _TURNS.get(word.strip(), Turn(0))
        out.append(turn)
    return tuple(out) if any(out) else ()


def _lanes(tags: Tags, key: str) -> int | None:
    lanes = text.count(tags.get(key, ""))
    return lanes if lanes is not None and lanes <= 2 * _MOST_LANES else None


def _bus_lanes(tags: Tags, way: str, road: Road) -> int:
    """Lanes for buses in one direction, of which their own tags do not say where they lie: at the kerb."""
    if _BUS_KEYS.isdisjoint(tags):
        return 0
    oneway, listed = road.oneway, 0
    for mode in ("bus", "psv"):
        listed = max(
            listed,
            per_lane(tags, mode, way, oneway and way == "forward").count("designated"),
            text.count(tags.get(f"lanes:{mode}:{way}", "")) or 0,
            (text.count(tags.get(f"lanes:{mode}", "")) or 0) if oneway and way == "forward" else 0,
        )
    if listed:
        return min(listed, 2)
    own_side, other_side = ("left", "right") if road.left_hand else ("right", "left")
    on_own, on_other = tags.get(f"busway:{own_side}", ""), tags.get(f"busway:{other_side}", "")
    everywhere = tags.get("busway:both") or tags.get("busway", "")
    if way == "forward":
        found = on_own in ("lane", "designated") or everywhere == "lane" or (oneway and on_other == "lane")
    elif oneway:
        found = "opposite_lane" in (on_own, on_other, everywhere)
    else:
        found = on_other in _BUS_LANE or everywhere in _BUS_LANE
    return int(found)


def _bus_on_far_side(tags: Tags, road: Road) -> bool:
    """A bus lane of a one-way street on the side where people do not drive."""
    near, far = ("left", "right") if road.left_hand else ("right", "left")
    on_far = tags.get(f"busway:{far}") == "lane"
    return road.oneway and on_far and tags.get(f"busway:{near}") != "lane" and not has_lane_tags(tags)


def _opposite_counted(tags: Tags) -> bool:
    """Whether `lanes` counts the lanes against the traffic: not those of the older `busway=opposite_lane`."""
    counted = any(key.startswith("lanes:") and key.endswith(":backward") for key in tags)
    return counted or not any(
        tags.get(f"busway{side}") == "opposite_lane" for side in ("", ":left", ":right")
    )


def cycle_lanes(tags: Tags, road: Road) -> tuple[bool, bool]:
    """Whether a cycle lane or track runs on the (left, right) side.

    On a one-way street the one on the far side leads against the traffic where bicycles may go back.
    """
    oneway, left_hand = road.oneway, road.left_hand
    both = tags.get("cycleway:both", "") in _CYCLE_LANE
    left = both or tags.get("cycleway:left", "") in _CYCLE_LANE
    right = both or tags.get("cycleway:right", "") in _CYCLE_LANE
    plain = tags.get("cycleway", "")
    if plain in ("lane", "track", "buffered_lane"):
        two_sides = not oneway or cycles_back(tags)
        left |= left_hand or two_sides
        right |= not left_hand or two_sides
    elif plain in ("opposite_lane", "opposite_track"):  # against the traffic, on the far side
        left |= not left_hand
        right |= left_hand
    return left, right
