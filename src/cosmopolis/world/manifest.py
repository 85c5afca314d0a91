"""What a client needs to know of a city first (SPEC 2.1)."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from cosmopolis.city.civil_time import DAY_0, civil_time
from cosmopolis.city.model import City
from cosmopolis.city.words import Provenance
from cosmopolis.registry import Panel
from cosmopolis.world.interest import CELL
from cosmopolis.world.messages import PROTOCOL
from cosmopolis.world.static.shelf import Entry, Index
from cosmopolis.world.static.tiles import TILE


def manifest(
    city: City,
    index: Index,
    *,
    live: str,
    step: float,
    date: datetime.date = DAY_0,
    panels: Sequence[Panel] = (),
) -> dict[str, Any]:
    """`live` is the path of the socket, `step` the simulation's time step in s, `date` that of day 0, `panels` those
    that rooms of the server ask the client for."""
    clocks = civil_time(*city.origin, date)
    return {
        "protocol": PROTOCOL,
        "name": city.name,
        "version": index.version,
        "origin": list(city.origin),
        "bounds": list(city.bounds),
        "zone": clocks.zone,
        "date": clocks.date.isoformat(),
        "utcOffset": clocks.utc_offset,
        "driveOnLeft": city.drive_on_left,
        "invented": invented(city),
        "population": population(city),
        "counts": counts(city),
        "sources": sources(city),
        "network": _file(index.network),
        "ground": _file(index.ground),
        "tiles": [{"x": e.x, "y": e.y, **_file(e), "buildings": e.buildings} for e in index.tiles],
        "tileSize": TILE,
        "cellSize": CELL,
        "live": live,
        "step": step,
        "panels": [panel.fields() for panel in panels],
    }


def invented(city: City) -> bool:
    """Whether the streets themselves are made up: then it is no real place."""
    provenance = city.network.edges.provenance
    return len(provenance) > 0 and bool((provenance == Provenance.INVENTED).mean() > 0.5)


def population(city: City) -> int:
    """People who live there: as noted by who made the city, else counted from its zones."""
    noted = city.notes.get("population", "")
    return int(noted) if noted.isascii() and noted.isdigit() else round(float(city.zones.residents.sum()))


def counts(city: City) -> dict[str, int]:
    net = city.network
    return {
        "lanes": len(net.lanes),
        "edges": len(net.edges),
        "junctions": len(net.junctions),
        "signals": len(net.signals),
        "buildings": len(city.buildings),
        "places": len(city.places),
        "trees": len(city.trees),
        "stops": len(city.stops),
        "lines": len(city.transit_lines),
    }


def sources(city: City) -> list[dict[str, Any]]:
    return [
        {
            "name": s.name,
            "attribution": s.attribution,
            "licence": s.licence,
            "url": s.url,
            "date": s.date,
            "layers": list(s.layers),
            "provenance": Provenance(s.provenance).name.lower(),
        }
        for s in city.sources
    ]


def _file(entry: Entry) -> dict[str, Any]:
    return {"url": entry.url, "bytes": entry.bytes}
