"""What an OpenStreetMap file holds, still in degrees: ways, relations and the nodes they stand on.

Knows neither pyosmium, which fills it, nor the subjects that are read from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.raw import Finding
from cosmopolis.sources.extent import Box, box_of
from cosmopolis.sources.vocabulary import STREETS

Rows = NDArray[np.int64]


class Way(NamedTuple):
    id: int
    tags: dict[str, str]
    rows: Rows  # (n,) rows of OsmReading.lonlat; nodes that the file lacks are left out
    complete: bool  # no node was missing

    @property
    def closed(self) -> bool:
        return len(self.rows) >= 4 and self.rows[0] == self.rows[-1]


class Member(NamedTuple):
    type: str  # "n", "w" or "r"
    ref: int
    role: str


class Relation(NamedTuple):
    id: int
    tags: dict[str, str]
    members: list[Member]


@dataclass
class OsmReading:
    """One file as read, in degrees."""

    path: Path
    date: str
    stated_box: Box | None
    node_ids: NDArray[np.int64]  # (N,) sorted
    lonlat: NDArray[np.float64]  # (N, 2) degrees
    node_tags: dict[int, dict[str, str]]  # row -> tags, only of nodes with a key that matters
    ways: list[Way]
    relations: list[Relation]
    findings: list[Finding]

    may_have_streets = True

    @cached_property
    def ways_by_id(self) -> dict[int, Way]:
        return {way.id: way for way in self.ways}

    @cached_property
    def has_streets(self) -> bool:
        kinds = (
            STREETS.get(way.tags["highway"])
            for way in self.ways
            if "highway" in way.tags and len(way.rows) >= 2
        )
        return any(kind is not None and kind.drivable for kind in kinds)

    @cached_property
    def box(self) -> Box | None:
        """Degrees: the file's own bounds, or those of its street nodes, or of all nodes."""
        if self.stated_box is not None:
            return self.stated_box
        used = [way.rows for way in self.ways if "highway" in way.tags]
        points = self.lonlat[np.concatenate(used)] if used else self.lonlat
        return box_of(points)

    def node_row(self, ref: int) -> int:
        """Row of a node, -1 if the file lacks it."""
        at = int(np.searchsorted(self.node_ids, ref))
        return at if at < len(self.node_ids) and self.node_ids[at] == ref else -1


def members_of(relation: Relation, type: str, roles: tuple[str, ...]) -> Iterator[int]:
    return (m.ref for m in relation.members if m.type == type and m.role in roles)
