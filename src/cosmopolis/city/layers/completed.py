"""The layers beside the network, completed: what the source has, and under it what is invented where it has nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cosmopolis.city.layers.areas import Ground
from cosmopolis.city.layers.buildings import both
from cosmopolis.city.layers.bus_lines import invent_lines
from cosmopolis.city.layers.invent import invent, is_invented_whole
from cosmopolis.city.layers.obstacles import Site
from cosmopolis.city.layers.planting import invent_trees
from cosmopolis.city.layers.rows import joined
from cosmopolis.city.layers.stops import both_lines
from cosmopolis.city.model import Buildings, Stops, TransitLines, Trees
from cosmopolis.city.raw import RawCity
from cosmopolis.city.words import TransitMode


@dataclass(frozen=True)
class Furniture:
    """The layers that may be invented."""

    buildings: Buildings
    ground: Ground
    trees: Trees
    lines: TransitLines


def completed(raw: RawCity, site: Site, lines: TransitLines, stops: Stops, *, seed: int) -> Furniture:
    """What is on the site and these lines, with buildings, land use, green, trees and bus lines added where it is bare.

    A city that was grown is complete and comes back as it is.
    """
    if is_invented_whole(raw):
        return Furniture(site.buildings, site.ground, site.trees, lines)
    ground, buildings, gardens = site.ground, site.buildings, None
    found = invent(raw, site, seed=seed)
    if found is not None:
        buildings, gardens = both(buildings, found.buildings), found.green
        ground = Ground(joined(ground.land_use, found.land_use), joined(ground.green, gardens), ground.water)
    planted = invent_trees(site, gardens, buildings, raw.drive_on_left, seed=seed)
    if not np.any(lines.mode == TransitMode.BUS):
        lines = both_lines(lines, invent_lines(stops, site.network, seed=seed))
    return Furniture(buildings, ground, joined(site.trees, planted), lines)
