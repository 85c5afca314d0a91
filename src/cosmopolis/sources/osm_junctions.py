"""What OpenStreetMap says at nodes of streets: lights, signs, crossings, forbidden turns."""

from __future__ import annotations

from collections import Counter

import numpy as np

from cosmopolis.city.raw import Finding, RawCity, RawRestriction, RawStreet
from cosmopolis.city.words import Mode
from cosmopolis.sources.osm_reading import OsmReading, Relation, members_of

Streets = dict[str, RawStreet]

_EXCEPT = {
    "bus": Mode.BUS, "psv": Mode.BUS | Mode.TAXI, "taxi": Mode.TAXI, "bicycle": Mode.BICYCLE, "hgv": Mode.TRUCK,
    "motorcar": Mode.CAR, "motorcycle": Mode.MOTORCYCLE, "emergency": Mode.EMERGENCY,
}  # fmt: skip
_ABSENT = "a street or node that they name is not in the file"
_SIGNALLED = frozenset({"traffic_signals", "pelican", "toucan", "puffin"})
_NO_CROSSING = frozenset({"no", "unmarked", "informal"})
_TURNS = ("no_left_turn", "no_right_turn", "no_straight_on", "no_u_turn", "no_entry", "no_exit",
          "only_left_turn", "only_right_turn", "only_straight_on", "only_u_turn")  # fmt: skip


def add_junctions(reading: OsmReading, node_of: dict[int, int], raw: RawCity) -> None:
    """`node_of`: row of the reading -> row of raw.node_xy."""
    for row, tags in reading.node_tags.items():
        node = node_of.get(row)
        if node is not None:
            _add_node(node, tags, raw)
    _add_restrictions(reading, node_of, raw)


def _add_node(node: int, tags: dict[str, str], raw: RawCity) -> None:
    words = tags.get("highway", "").split(";")
    if "traffic_signals" in words:
        raw.signals.add(node)
    if "stop" in words:
        raw.stops_signs.add(node)
    if "give_way" in words:
        raw.yields.add(node)
    if "mini_roundabout" in words:
        raw.mini_roundabouts.add(node)
    if "crossing" in words or "crossing" in tags:
        kinds = set(tags.get("crossing", "").split(";"))
        signalled = (
            bool(kinds & _SIGNALLED) or tags.get("crossing:signals") == "yes" or "traffic_signals" in words
        )
        if signalled or not kinds & _NO_CROSSING:
            raw.crossings[node] = signalled


def _add_restrictions(reading: OsmReading, node_of: dict[int, int], raw: RawCity) -> None:
    streets = {street.key: street for street in raw.streets}
    dropped: Counter[str] = Counter()
    for relation in reading.relations:
        if relation.tags.get("type") == "restriction":
            reason = _add_restriction(relation, reading, node_of, streets, raw)
            if reason:
                dropped[reason] += 1
    for reason, number in sorted(dropped.items()):
        raw.findings.append(
            Finding("restriction", reading.path.name, f"{number} turn restriction(s) not used: {reason}")
        )
    long = sum(bool(restriction.via_streets) for restriction in raw.restrictions)
    if long:
        told = (
            f"{long} turn restriction(s) lead over whole streets: where these lie outside of one junction, one turn "
            "of each is forbidden to everybody, also to those who come from elsewhere"
        )
        raw.findings.append(Finding("restriction-over-street", reading.path.name, told))


def _add_restriction(
    relation: Relation, reading: OsmReading, node_of: dict[int, int], streets: Streets, raw: RawCity
) -> str:
    """Adds one restriction, or says why not."""
    kind = relation.tags.get("restriction") or relation.tags.get("restriction:motorcar", "")
    if kind not in _TURNS:
        return "they hold at some hours or for some vehicles only" if not kind else f"unknown kind {kind!r}"
    nodes = [node_of.get(reading.node_row(ref), -1) for ref in members_of(relation, "n", ("via",))]
    via, from_keys, to_keys = (
        [f"osm:way/{ref}" for ref in members_of(relation, "w", (role,))] for role in ("via", "from", "to")
    )
    from_keys, to_keys = ([key for key in keys if key in streets] for keys in (from_keys, to_keys))
    if not from_keys or not to_keys or not all(key in streets for key in via):
        return _ABSENT
    except_modes = Mode(0)
    for word in relation.tags.get("except", "").split(";"):
        except_modes |= _EXCEPT.get(word.strip(), Mode(0))
    if via:
        if kind.startswith("only_"):
            return "they prescribe a way over a whole street"
        found = [_over_streets(a, via, b, streets) for a in from_keys for b in to_keys]
        ways = [way for way in found if way is not None]
        for way in ways:
            way.except_modes = except_modes
        raw.restrictions.extend(ways)
        return "" if ways else "their streets do not meet end to end"
    if len(nodes) != 1 or nodes[0] < 0:
        return _ABSENT
    for from_key in from_keys:
        for to_key in to_keys:
            raw.restrictions.append(
                RawRestriction(from_key, nodes[0], to_key, kind.startswith("only_"), except_modes)
            )
    return ""


def _over_streets(first: str, via: list[str], last: str, streets: Streets) -> RawRestriction | None:
    """A forbidden way from `first` over all of `via`, in whatever order they are listed, to `last`."""
    ordered: list[str] = []
    rest, here = list(via), first
    node = -1
    while rest:
        following = next((key for key in rest if _meeting(streets, here, key) >= 0), None)
        if following is None:
            return None
        if not ordered:
            node = _meeting(streets, here, following)
        rest.remove(following)
        ordered.append(following)
        here = following
    end = _meeting(streets, here, last)
    if node < 0 or end < 0 or node == end:
        return None
    return RawRestriction(first, node, last, via_streets=tuple(ordered), last_node=end)


def _meeting(streets: Streets, one: str, other: str) -> int:
    """The node that two streets share, an end of one of them rather than one on their way; -1 if they do not meet."""
    a, b = streets[one].nodes, streets[other].nodes
    shared = np.intersect1d(a, b)
    ends = np.intersect1d(shared, [a[0], a[-1], b[0], b[-1]])
    best = ends if len(ends) else shared
    return int(best[0]) if len(best) else -1
