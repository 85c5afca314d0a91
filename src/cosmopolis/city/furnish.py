"""Everything of a City around its network: land, buildings, places, stops, zones, and what is invented."""

from __future__ import annotations

from collections.abc import Sequence

from cosmopolis.city.errors import BadInput
from cosmopolis.city.layers.areas import build_areas
from cosmopolis.city.layers.buildings import build_buildings
from cosmopolis.city.layers.places import build_places
from cosmopolis.city.layers.polygons import Bounds
from cosmopolis.city.layers.stops import build_lines, build_rails, build_stops
from cosmopolis.city.layers.trees import build_trees
from cosmopolis.city.layers.zones import build_zones
from cosmopolis.city.model import City, Network
from cosmopolis.city.progress import Progress, quiet
from cosmopolis.city.raw import Finding, RawCity

MARGIN = 20.0  # m around what is drawn, where the source names no bounds


def furnish(
    raw: RawCity,
    network: Network,
    findings: Sequence[Finding] = (),
    *,
    seed: int = 1,
    progress: Progress = quiet,
) -> City:
    """The City around a network that is built already.

    Raises BadInput where there is neither a street nor a bound to build in.
    """
    bounds = bounds_of(raw, network)
    progress("Shaping land, green and water", 0.0)
    ground, mended = build_areas(raw.areas, bounds, raw.boundary)
    progress("Raising buildings", 0.2)
    buildings, rebuilt = build_buildings(raw.buildings, bounds, raw.boundary, network, seed=seed)
    progress("Finding places and stops", 0.7)
    stops = build_stops(raw.stops, bounds, network)
    lines, dropped = build_lines(raw.transit_lines, stops)
    zones = build_zones(buildings)
    progress("Furnished", 1.0)
    return City(
        name=raw.name,
        origin=raw.origin,
        drive_on_left=raw.drive_on_left,
        bounds=bounds,
        network=network,
        buildings=buildings,
        places=build_places(raw.places, buildings, bounds),
        land_use=ground.land_use,
        water=ground.water,
        green=ground.green,
        trees=build_trees(raw.trees, seed=seed),
        stops=stops,
        transit_lines=lines,
        rails=build_rails(raw.rails),
        zones=zones,
        sources=tuple(raw.sources),
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
    points = network.edges.line.points[:, :2]
    if not len(points):
        raise BadInput(
            f"{raw.name} has no street and no bounds, so there is nothing to build; check the input."
        )
    west, south = points.min(axis=0) - MARGIN
    east, north = points.max(axis=0) + MARGIN
    return float(west), float(south), float(east), float(north)
