"""From streets as drawn to the network that vehicles drive on: the stages in their order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.model import Network
from cosmopolis.city.network.areas import junction_areas, kerb_corners
from cosmopolis.city.network.assemble import Draft, assemble
from cosmopolis.city.network.chains import chained
from cosmopolis.city.network.clusters import (
    Inside,
    merged,
    signal_places,
    split_inside,
    swallowed,
    without_echoes,
)
from cosmopolis.city.network.components import without_islands
from cosmopolis.city.network.conflicts import find_conflicts
from cosmopolis.city.network.crossings import crossing_lines, foot_crossings
from cosmopolis.city.network.heights import lifted
from cosmopolis.city.network.lane_choice import choose_lanes
from cosmopolis.city.network.lanes import lay_lanes
from cosmopolis.city.network.mirror import mirrored_city, mirrored_network
from cosmopolis.city.network.movements import allowed_movements
from cosmopolis.city.network.paths import junction_paths
from cosmopolis.city.network.priority import junction_controls
from cosmopolis.city.network.profiles import ProfileTable
from cosmopolis.city.network.segments import Segments, cut_streets, tidied
from cosmopolis.city.network.signals import signal_programs
from cosmopolis.city.network.spacing import spaced
from cosmopolis.city.network.stop_lines import fitted, wanted_cuts
from cosmopolis.city.network.walks import corner_walks, own_ways, sidewalks
from cosmopolis.city.progress import Progress, quiet
from cosmopolis.city.raw import Finding, RawCity
from cosmopolis.city.words import Control

_SWALLOW_ROUNDS = 2


def build_network(raw: RawCity, progress: Progress = quiet) -> tuple[Network, list[Finding]]:
    """The network of a city's streets, and what was found, mended or left out on the way.

    Odd streets raise nothing: what cannot be driven is left out and told. Without streets the network is empty.
    """
    if raw.drive_on_left:
        network, findings = _build(mirrored_city(raw), progress)
        return mirrored_network(network), findings
    return _build(raw, progress)


def _build(raw: RawCity, progress: Progress) -> tuple[Network, list[Finding]]:
    """The spine, for driving on the right."""
    progress("Cutting streets", 0.0)
    pieces, table, findings = cut_streets(raw)
    pieces, turnarounds, lost = without_islands(pieces, table, raw)
    progress("Merging junctions", 0.2)
    junctions = _Junctions(pieces, table, raw, turnarounds)
    segments, place, lit, inside = junctions.segments, junctions.place, junctions.lit, junctions.inside
    progress("Laying lanes", 0.4)
    segments = lifted(segments, table, place)
    feet = foot_crossings(segments, table, place, lit, raw)
    segments = spaced(segments, table)
    cut = fitted(wanted_cuts(segments, table, place, feet)[0], segments.line.length)
    roads, rest = lay_lanes(segments, table, cut)
    corners = kerb_corners(segments, rest, table, place[segments.node], len(place))
    progress("Connecting lanes", 0.55)
    moves = allowed_movements(segments, table, roads, place, inside, raw)
    from_lane, to_lane, movement = choose_lanes(segments, roads, moves)
    paths, curve_speed = junction_paths(roads.lane_line, from_lane, to_lane)
    progress("Finding conflicts", 0.7)
    rules = junction_controls(segments, table, roads, place, lit, raw)
    junction = place[segments.node[roads.end[moves.source[movement]]]]
    conflicts = find_conflicts(
        roads, moves, from_lane, to_lane, movement, junction, paths, rules, right_first=not raw.drive_on_left
    )
    progress("Timing signals", 0.85)
    lit = rules.control == Control.SIGNAL
    lights = signal_programs(
        segments, table, roads, moves, from_lane, movement, junction, conflicts, lit, raw.node_xy
    )
    network = assemble(
        Draft(
            raw, segments, table, place, roads, moves, from_lane, to_lane, movement, paths, curve_speed,
            rules.control, junction_areas(corners), conflicts, lights, crossing_lines(segments, table, rest, feet, cut),
            [sidewalks(segments, table, roads), corner_walks(segments, table, roads, corners), own_ways(raw)],
        )
    )  # fmt: skip
    progress("Network built", 1.0)
    return network, findings + lost


class _Junctions:
    """Stage 2: segments between junctions, after all that is one junction was merged."""

    def __init__(
        self, pieces: Segments, table: ProfileTable, raw: RawCity, turnarounds: NDArray[np.int64]
    ) -> None:
        place = np.arange(len(raw.node_xy))
        place[turnarounds.max(axis=1)] = turnarounds.min(axis=1)
        names = [street.name for street in raw.streets]
        nodes = signal_places(pieces, table, raw)
        segments = tidied(chained(pieces, table, names, place, nodes))
        place = merged(segments, table, raw, place, nodes)
        segments, inner = split_inside(segments, place, raw.node_xy)
        inside = [inner]
        for _ in range(_SWALLOW_ROUNDS):
            feet = foot_crossings(segments, table, place, _lit(nodes, place), raw)
            cuts = wanted_cuts(segments, table, place, feet)
            place = swallowed(segments, table, raw, place, _lit(nodes, place), cuts)
            segments, inner = split_inside(segments, place, raw.node_xy)
            inside.append(inner)
        self.segments, self.place = segments, place
        self.lit = without_echoes(segments, table, place, _lit(nodes, place))
        self.inside = Inside.of(inside, table, turnarounds, len(place))


def _lit(nodes: NDArray[np.bool_], place: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(N,) places of which a node carries a light."""
    lit = np.zeros(len(place), dtype=bool)
    lit[place[nodes]] = True
    return lit
