"""Everything of a City around its network: land, buildings, places, stops, zones, and what is invented."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from cosmopolis.city.errors import BadInput
from cosmopolis.city.extent import expect_extent
from cosmopolis.city.layers.areas import build_areas
from cosmopolis.city.layers.buildings import build_buildings, standing_on_lanes
from cosmopolis.city.layers.completed import Furniture, completed
from cosmopolis.city.layers.obstacles import Site
from cosmopolis.city.layers.places import build_places
from cosmopolis.city.layers.polygons import Bounds
from cosmopolis.city.layers.stops import build_lines, build_rails, build_stops, facing_their_lines
from cosmopolis.city.layers.trees import build_trees
from cosmopolis.city.layers.zones import build_zones
from cosmopolis.city.model import City, Network
from cosmopolis.city.progress import Progress, quiet
from cosmopolis.city.raw import Finding, RawCity, Source
from cosmopolis.city.words import Provenance

MARGIN = 20.0  # m around what is drawn, where the source names no bounds


def furnish(
    raw: RawCity,
    network: Network,
    findings: Sequence[Finding] = (),
    *,
    seed: int = 1,
    invent: bool = True,
    progress: Progress = quiet,
) -> City:
    """The City around a network that is built already; without `invent` only with what `raw` has.

    Raises BadInput where there is neither a street nor a bound to build in, or more ground than a city may have.
    """
    bounds = bounds_of(raw, network)
    expect_extent(raw.name, bounds[2] - bounds[0], bounds[3] - bounds[1])
    progress("Shaping land, green and water", 0.0)
    ground, mended = build_areas(raw.areas, bounds, raw.boundary)
    rails = build_rails(raw.rails)
    progress("Raising buildings", 0.1)
    buildings, rebuilt = build_buildings(raw, bounds, ground.land_use, network, seed=seed)
    rebuilt = [*rebuilt, *standing_on_lanes(buildings, network, raw.name)]
    trees = build_trees(raw.trees, seed=seed)
    stops = build_stops(raw.stops, bounds, network)
    lines, dropped = build_lines(raw.transit_lines, stops)
    stops = facing_their_lines(stops, lines, network)
    progress("Inventing what is missing", 0.3)
    measured = Furniture(buildings, ground, trees, lines)
    site = Site(network, ground, buildings, trees, rails, bounds, raw.boundary)
    furniture = completed(raw, site, lines, stops, seed=seed) if invent else measured
    progress("Finding places and counting people", 0.9)
    places = build_places(raw.places, furniture.buildings, bounds)
    zones = build_zones(furniture.buildings, float(raw.notes.get("population", 0) or 0))
    progress("Furnished", 1.0)
    return City(
        name=raw.name,
        origin=raw.origin,
        drive_on_left=raw.drive_on_left,
        bounds=bounds,
        network=network,
        buildings=furniture.buildings,
        places=places,
        land_use=furniture.ground.land_use,
        water=furniture.ground.water,
        green=furniture.ground.green,
        trees=furniture.trees,
        stops=stops,
        transit_lines=furniture.lines,
        rails=rails,
        zones=zones,
        sources=(*raw.sources, *_own_source(furniture, measured, seed)),
        findings=(*raw.findings, *findings, *mended, *rebuilt, *dropped),
        seed=seed,
        notes={"population": str(round(float(zones.residents.sum()))), **raw.notes},
    )


def bounds_of(raw: RawCity, network: Network) -> Bounds:
    """West, south, east, north in metres: as the source says, else around all that it draws."""
    if raw.boundary is not None:
        west, south, east, north = raw.boundary.bounds
        return west, south, east, north
    if raw.bounds is not None:
        return raw.bounds
    streets = network.edges.line.points[:, :2]
    drawn = [streets, *(shapely.get_coordinates(house.footprint) for house in raw.buildings)]
    points = np.concatenate(drawn)
    if not len(points):
        raise BadInput(
            f"{raw.name} has no street and no building, so there is nothing to build; check the input."
        )
    west, south = points.min(axis=0) - MARGIN
    east, north = points.max(axis=0) + MARGIN
    return float(west), float(south), float(east), float(north)


def _own_source(furniture: Furniture, measured: Furniture, seed: int) -> list[Source]:
    """What was invented here, named among the sources."""
    counts = {
        "buildings": (len(furniture.buildings), len(measured.buildings)),
        "land_use": (len(furniture.ground.land_use), len(measured.ground.land_use)),
        "green": (len(furniture.ground.green), len(measured.ground.green)),
        "trees": (len(furniture.trees), len(measured.trees)),
        "transit_lines": (len(furniture.lines), len(measured.lines)),
    }
    layers = tuple(name for name, (after, before) in counts.items() if after > before)
    if not layers:
        return []
    told = f"Invented by Cosmopolis from the streets around, seed {seed}"
    return [Source("Cosmopolis", told, "CC0-1.0", layers=layers, provenance=Provenance.INVENTED)]
