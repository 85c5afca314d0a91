"""How many lanes a street has in each direction, what is painted on them, and where bus and cycle lanes run.

Knows only the tags of one street, already turned into its driving direction.
"""

from __future__ import annotations

from typing import NamedTuple

from cosmopolis.city.words import StreetKind, Turn
from cosmopolis.sources import tags as text
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
    turns: tuple[Turn, ...]  # left to right, one a lane, or empty
    measured: bool


def directions(tags: Tags, kind: StreetKind, oneway: bool, left_hand: bool) -> tuple[Direction, Direction]:
    """(forward, backward) of a street; a one-way street has no lanes backward but perhaps a bus lane."""
    total, both_ways = _lanes(tags, "lanes"), _lanes(tags, "lanes:both_ways") or 0
    forward, backward = _lanes(tags, "lanes:forward"), _lanes(tags, "lanes:backward")
    bus_forward = _bus_lanes(tags, "forward", oneway, left_hand)
    bus_backward = _bus_lanes(tags, "backward", oneway, left_hand)
    default = _DEFAULT.get(kind, (1, 1))[0 if oneway else 1]
    if oneway:
        if forward is None and total is not None:
            forward = total - (backward or 0)
            if _opposite_bus_counted(tags):
                forward -= bus_backward
        ahead = _direction(tags, "forward", forward, bus_forward, default, left_hand, whole=True)
        return ahead, Direction(0, bus_backward, (), False)
    if total is not None:
        rest = max(total - both_ways, 0)
        if forward is None:
            forward = rest - backward if backward is not None else (rest + 1) // 2
        if backward is None:
            backward = rest - forward
    return (
        _direction(tags, "forward", forward, bus_forward, default, left_hand, whole=False),
        _direction(tags, "backward", backward, bus_backward, default, left_hand, whole=False),
    )


def _direction(
    tags: Tags, way: str, lanes: int | None, bus: int, default: int, left_hand: bool, *, whole: bool
) -> Direction:
    """`lanes` counts bus lanes too, as OpenStreetMap does. Painted turns, lane by lane, are nearer the truth."""
    marks = tags.get(f"turn:lanes:{way}") or (tags.get("turn:lanes") if whole else None)
    turns = _turns(marks, tags, way, whole) if marks else ()
    measured = lanes is not None or bool(turns)
    general = default if lanes is None else max(lanes - bus, 1)
    if turns and len(turns) == general + bus and bus:
        turns = turns[bus:] if left_hand else turns[: len(turns) - bus]  # bus lanes lie at the kerb
    if turns:
        general = min(len(turns), _MOST_LANES)
    return Direction(min(general, _MOST_LANES), bus, turns[:general], measured)


def _turns(marks: str, tags: Tags, way: str, whole: bool) -> tuple[Turn, ...]:
    parts = marks.split("|")
    for mode in ("bus", "psv", "bicycle"):
        only = _per_lane(tags, mode, way, whole)
        if len(only) == len(parts):  # lanes of their own, not of everybody
            kept = [part for part, use in zip(parts, only) if use != "designated"]
            parts = kept or parts
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


def _per_lane(tags: Tags, mode: str, way: str, whole: bool) -> list[str]:
    value = tags.get(f"{mode}:lanes:{way}") or (tags.get(f"{mode}:lanes") if whole else None)
    return [part.strip() for part in value.split("|")] if value else []


def _bus_lanes(tags: Tags, way: str, oneway: bool, left_hand: bool) -> int:
    """Lanes for buses in one direction. RawStreet knows them at the kerb only; a lane in the middle becomes one."""
    if _BUS_KEYS.isdisjoint(tags):
        return 0
    listed = 0
    for mode in ("bus", "psv"):
        listed = max(
            listed,
            _per_lane(tags, mode, way, oneway and way == "forward").count("designated"),
            text.count(tags.get(f"lanes:{mode}:{way}", "")) or 0,
            (text.count(tags.get(f"lanes:{mode}", "")) or 0) if oneway and way == "forward" else 0,
        )
    if listed:
        return min(listed, 2)
    own_side, other_side = ("left", "right") if left_hand else ("right", "left")
    on_own, on_other = tags.get(f"busway:{own_side}", ""), tags.get(f"busway:{other_side}", "")
    everywhere = tags.get("busway:both") or tags.get("busway", "")
    if way == "forward":
        found = on_own in ("lane", "designated") or everywhere == "lane" or (oneway and on_other == "lane")
    elif oneway:
        found = "opposite_lane" in (on_own, on_other, everywhere)
    else:
        found = on_other in _BUS_LANE or everywhere in _BUS_LANE
    return int(found)


def _opposite_bus_counted(tags: Tags) -> bool:
    return any(key.startswith("lanes:") and key.endswith(":backward") for key in tags)


def cycle_lanes(tags: Tags, oneway: bool, left_hand: bool) -> tuple[bool, bool]:
    """Whether a cycle lane or track runs on the (left, right) side."""
    both = tags.get("cycleway:both", "") in _CYCLE_LANE
    left = both or tags.get("cycleway:left", "") in _CYCLE_LANE
    right = both or tags.get("cycleway:right", "") in _CYCLE_LANE
    plain = tags.get("cycleway", "")
    if plain in ("lane", "track", "buffered_lane"):
        left |= left_hand or not oneway
        right |= not left_hand or not oneway
    elif plain in ("opposite_lane", "opposite_track"):  # against the traffic, on the far side
        left |= not left_hand
        right |= left_hand
    return left, right
