"""Driving on the left is driving on the right, seen in a mirror: the one place that knows the difference."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely
from numpy.typing import NDArray

from cosmopolis.city.model import Network
from cosmopolis.city.raw import RawCity, RawStreet
from cosmopolis.city.words import Turn
from cosmopolis.geometry.polylines import Polylines

_SWAPS = [(Turn.LEFT, Turn.RIGHT), (Turn.SLIGHT_LEFT, Turn.SLIGHT_RIGHT), (Turn.SHARP_LEFT, Turn.SHARP_RIGHT)]
_FLIP = np.array([-1.0, 1.0])


def mirrored_city(raw: RawCity) -> RawCity:
    """The streets of `raw` with west and east exchanged. Other layers are as they were."""
    boundary = None if raw.boundary is None else shapely.transform(raw.boundary, lambda xy: xy * _FLIP)
    bounds = None if raw.bounds is None else (-raw.bounds[2], raw.bounds[1], -raw.bounds[0], raw.bounds[3])
    streets = [_mirrored_street(street) for street in raw.streets]
    return replace(raw, node_xy=raw.node_xy * _FLIP, streets=streets, boundary=boundary, bounds=bounds)


def _mirrored_street(street: RawStreet) -> RawStreet:
    return replace(
        street,
        forward_turns=tuple(Turn(int(mirrored_turns(np.array(int(t))))) for t in street.forward_turns[::-1]),
        backward_turns=tuple(
            Turn(int(mirrored_turns(np.array(int(t))))) for t in street.backward_turns[::-1]
        ),
        forward_detail=street.forward_detail[::-1],
        backward_detail=street.backward_detail[::-1],
        cycle_lane_left=street.cycle_lane_right,
        cycle_lane_right=street.cycle_lane_left,
        sidewalk_left=street.sidewalk_right,
        sidewalk_right=street.sidewalk_left,
    )


def mirrored_turns(turns: NDArray) -> NDArray:
    """Turn sets with left and right exchanged."""
    both = sum(int(flag) for pair in _SWAPS for flag in pair)
    given = turns.astype(np.int64)
    out = given & ~both
    for one, other in _SWAPS:
        out = out | np.where(given & int(one), int(other), 0) | np.where(given & int(other), int(one), 0)
    return out.astype(turns.dtype)


def mirrored_network(network: Network) -> Network:
    """The network with west and east exchanged, and its turns with them."""
    return replace(
        network,
        junctions=replace(
            network.junctions,
            xy=network.junctions.xy * _FLIP,
            area=shapely.normalize(shapely.transform(network.junctions.area, lambda xy: xy * _FLIP)),
        ),
        edges=replace(network.edges, line=_lines(network.edges.line)),
        lanes=replace(
            network.lanes, line=_lines(network.lanes.line), turns=mirrored_turns(network.lanes.turns)
        ),
        connections=replace(
            network.connections,
            line=_lines(network.connections.line),
            turn=mirrored_turns(network.connections.turn),
        ),
        crossings=replace(network.crossings, line=_lines(network.crossings.line)),
        walks=replace(network.walks, line=_lines(network.walks.line)),
    )


def _lines(lines: Polylines) -> Polylines:
    return Polylines(lines.points * np.array([-1.0, 1.0, 1.0]), lines.start)
