"""From streets as drawn to the network that vehicles drive on: the stages in their order."""

from __future__ import annotations

from dataclasses import dataclass, replace

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
from cosmopolis.city.network.components import connected_segments, main_edges, without_islands
from cosmopolis.city.network.conflicts import find_conflicts
from cosmopolis.city.network.connections import connect_lanes
from cosmopolis.city.network.crossings import FootCrossings, crossing_lines, foot_crossings
from cosmopolis.city.network.heights import lifted
from cosmopolis.city.network.lanes import Roads, lay_lanes
from cosmopolis.city.network.mirror import mirrored_city, mirrored_network
from cosmopolis.city.network.missing_lights import missing_lights
from cosmopolis.city.network.movements import Movements, allowed_movements, with_turning_back
from cosmopolis.city.network.priority import junction_controls
from cosmopolis.city.network.profiles import ProfileTable
from cosmopolis.city.network.segments import Segments, cut_streets, tidied
from cosmopolis.city.network.signals import signal_programs
from cosmopolis.city.network.spacing import spaced
from cosmopolis.city.network.stop_lines import fitted, wanted_cuts
from cosmopolis.city.network.walks import corner_walks, own_ways, sidewalks, with_guesses
from cosmopolis.city.progress import Progress, quiet
from cosmopolis.city.raw import Finding, RawCity
from cosmopolis.city.words import Control, Provenance
from cosmopolis.geometry.polylines import Polylines

_SWALLOW_ROUNDS = 2
_PRUNE_ROUNDS = 5


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
    progress("Laying lanes", 0.4)
    streets, cut_off = _drivable(junctions, table, raw)
    segments, roads, moves, place = streets.segments, streets.roads, streets.moves, junctions.place
    progress("Connecting lanes", 0.55)
    links = connect_lanes(segments, roads, moves, place)
    progress("Finding conflicts", 0.7)
    rules = junction_controls(segments, table, roads, place, junctions.lit, raw)
    conflicts = find_conflicts(roads, moves, links, rules, right_first=not raw.drive_on_left)
    progress("Timing signals", 0.85)
    lit = rules.control == Control.SIGNAL
    lights = signal_programs(segments, table, roads, moves, links, conflicts, lit, raw.node_xy)
    lights = replace(lights, provenance=_light_provenance(segments, table, junctions)[lights.junction])
    corners = kerb_corners(segments, streets.rest, table, place[segments.node], len(place))
    along = [sidewalks(segments, table, roads), corner_walks(segments, table, roads, corners)]
    walks = [*(with_guesses(rows, segments, roads, raw) for rows in along), own_ways(raw)]
    crossings = crossing_lines(segments, table, streets.feet, streets.cut)
    areas = junction_areas(corners)
    draft = Draft(
        raw,
        segments,
        table,
        place,
        roads,
        moves,
        links,
        rules,
        areas,
        conflicts,
        lights,
        crossings,
        walks,
    )
    network = assemble(draft)
    progress("Network built", 1.0)
    return network, findings + lost + cut_off


@dataclass(frozen=True)
class _Streets:
    """Stages 3 and 4: streets with heights, stop lines and lanes, and who may drive where."""

    segments: Segments
    feet: FootCrossings
    cut: NDArray[np.float64]  # (S, 2)
    roads: Roads
    rest: Polylines  # (S,) the segments between their stop lines
    moves: Movements

    @classmethod
    def of(cls, segments: Segments, junctions: _Junctions, table: ProfileTable, raw: RawCity) -> _Streets:
        place = junctions.place
        segments = lifted(segments, table, place)
        feet = foot_crossings(segments, table, place, junctions.lit, raw)
        segments = spaced(segments, table)
        cut = fitted(wanted_cuts(segments, table, place, feet)[0], segments.line.length)
        roads, rest = lay_lanes(segments, table, cut)
        moves = allowed_movements(segments, table, roads, place, junctions.inside, raw)
        main, _ = main_edges(roads, moves)
        if not main.all():  # a driver who is trapped turns round
            moves = with_turning_back(moves, roads, table, segments, ~main)
        return cls(segments, feet, cut, roads, rest, moves)


def _drivable(junctions: _Junctions, table: ProfileTable, raw: RawCity) -> tuple[_Streets, list[Finding]]:
    """Streets with lanes; where turn restrictions cut off more than 3 % of them, those are left out."""
    streets = _Streets.of(junctions.segments, junctions, table, raw)
    findings: list[Finding] = []
    for _ in range(_PRUNE_ROUNDS):
        keep, lost = connected_segments(streets.segments, streets.roads, streets.moves, raw)
        if keep.all():
            break
        findings += lost
        streets = _Streets.of(junctions.segments.take(keep), junctions, table, raw)
        junctions.segments = junctions.segments.take(keep)
    return streets, findings


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
        drawn = without_echoes(segments, table, place, _lit(nodes, place))
        self.guessed = missing_lights(segments, table, place, _lit(nodes, place))
        self.lit = drawn | self.guessed
        self.inside = Inside.of(inside, table, turnarounds, len(place))


def _light_provenance(segments: Segments, table: ProfileTable, junctions: _Junctions) -> NDArray[np.uint8]:
    """(N,) of a light at each place: modelled where no map draws one, invented where all its streets are."""
    street = np.array([row.provenance for row in table.rows] or [0])[segments.profile]
    of_streets = np.full(len(junctions.place), int(Provenance.INVENTED))
    np.minimum.at(of_streets, junctions.place[segments.node], np.repeat(street, 2))
    drawn = np.where(junctions.guessed, int(Provenance.MODELLED), int(Provenance.MEASURED))
    return np.maximum(of_streets, drawn).astype(np.uint8)


def _lit(nodes: NDArray[np.bool_], place: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(N,) places of which a node carries a light."""
    lit = np.zeros(len(place), dtype=bool)
    lit[place[nodes]] = True
    return lit
