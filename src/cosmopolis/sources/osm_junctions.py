"""What OpenStreetMap says at nodes of streets: lights, signs, crossings, forbidden turns."""

from __future__ import annotations

from collections import Counter

from cosmopolis.city.raw import Finding, RawCity, RawRestriction
from cosmopolis.city.words import Mode
from cosmopolis.sources.osm_reading import OsmReading, Relation, members_of

_EXCEPT = {
    "bus": Mode.BUS, "psv": Mode.BUS | Mode.TAXI, "taxi": Mode.TAXI, "bicycle": Mode.BICYCLE, "hgv": Mode.TRUCK,
    "motorcar": Mode.CAR, "motorcycle": Mode.MOTORCYCLE, "emergency": Mode.EMERGENCY,
}  # fmt: skip
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
    keys = {street.key for street in raw.streets}
    dropped: Counter[str] = Counter()
    for relation in reading.relations:
        if relation.tags.get("type") == "restriction":
            reason = _add_restriction(relation, reading, node_of, keys, raw)
            if reason:
                dropped[reason] += 1
    for reason, number in sorted(dropped.items()):
        raw.findings.append(
            Finding("restriction", reading.path.name, f"{number} turn restriction(s) not used: {reason}")
        )


def _add_restriction(
    relation: Relation, reading: OsmReading, node_of: dict[int, int], keys: set[str], raw: RawCity
) -> str:
    """Adds one restriction, or says why not."""
    kind = relation.tags.get("restriction") or relation.tags.get("restriction:motorcar", "")
    if kind not in _TURNS:
        return "they hold at some hours or for some vehicles only" if not kind else f"unknown kind {kind!r}"
    via = list(members_of(relation, "n", ("via",)))
    if any(members_of(relation, "w", ("via",))):
        return "they lead over a whole street"
    nodes = [node_of.get(reading.node_row(ref), -1) for ref in via]
    from_keys = [key for ref in members_of(relation, "w", ("from",)) if (key := f"osm:way/{ref}") in keys]
    to_keys = [key for ref in members_of(relation, "w", ("to",)) if (key := f"osm:way/{ref}") in keys]
    if len(nodes) != 1 or nodes[0] < 0 or not from_keys or not to_keys:
        return "a street or node that they name is not in the file"
    except_modes = Mode(0)
    for word in relation.tags.get("except", "").split(";"):
        except_modes |= _EXCEPT.get(word.strip(), Mode(0))
    for from_key in from_keys:
        for to_key in to_keys:
            raw.restrictions.append(
                RawRestriction(from_key, nodes[0], to_key, kind.startswith("only_"), except_modes)
            )
    return ""
