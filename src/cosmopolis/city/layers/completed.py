"""The layers beside the network, completed: what the source has, and under it what is invented where it has nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cosmopolis.city.layers.areas import Ground
from cosmopolis.city.layers.buildings import both
from cosmopolis.city.layers.bus_lines import invent_lines
from cosmopolis.city.layers.invent import invent, is_invented_whole
from cosmopolis.city.layers.planting import invent_trees
from cosmopolis.city.layers.polygons import Bounds
from cosmopolis.city.layers.rows import joined
from cosmopolis.city.layers.stops import both_lines
from cosmopolis.city.model import Areas, Buildings, Network, Rails, Stops, TransitLines, Trees
from cosmopolis.city.raw import RawCity
from cosmopolis.city.words import TransitMode


@dataclass(frozen=True)
class Furniture:
    """The layers that may be invented."""

    buildings: Buildings
    ground: Ground
    trees: Trees
    lines: TransitLines


def completed(
    raw: RawCity,
    network: Network,
    measured: Furniture,
    rails: Rails,
    stops: Stops,
    bounds: Bounds,
    *,
    seed: int,
) -> Furniture:
    """`measured` with buildings, land use, green, trees and bus lines added where it has none.

    A city that was grown is complete and comes back as it is.
    """
    if is_invented_whole(raw):
        return measured
    ground, buildings, trees, lines = measured.ground, measured.buildings, measured.trees, measured.lines
    found = invent(raw, network, ground, rails, buildings, bounds, seed=seed)
    gardens: Areas | None = None
    if found is not None:
        buildings = both(buildings, found.buildings)
        ground = Ground(
            joined(ground.land_use, found.land_use), joined(ground.green, found.green), ground.water
        )
        gardens = found.green
    planted = invent_trees(network, gardens, buildings, trees, bounds, raw.drive_on_left, seed=seed)
    if not np.any(lines.mode == TransitMode.BUS):
        bus = invent_lines(stops, network, seed=seed)
        lines = both_lines(lines, bus)
    return Furniture(buildings, ground, joined(trees, planted), lines)
