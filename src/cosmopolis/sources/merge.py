"""Several sources of one city -> one RawCity; what two sources both have is merged, not doubled."""

from __future__ import annotations

from collections.abc import Sequence

from cosmopolis.city.raw import RawCity


def merge(raws: Sequence[RawCity]) -> RawCity:
    """One RawCity of several with one origin. Streets come from the files in order."""
    first = next((raw for raw in raws if raw.streets), raws[0])
    others = [raw for raw in raws if raw is not first]
    for raw in others:
        first.buildings += raw.buildings
        first.areas += raw.areas
        first.places += raw.places
        first.trees += raw.trees
        first.stops += raw.stops
        first.rails += raw.rails
        first.transit_lines += raw.transit_lines
        first.sources += raw.sources
        first.findings += raw.findings
    return first
