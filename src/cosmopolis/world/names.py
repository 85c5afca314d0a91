"""What in a city is called something: places, streets, stops, lines and buildings (SPEC 2.4)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely
from numpy.typing import NDArray

from cosmopolis.city.model import City
from cosmopolis.city.words import BuildingUse, StreetKind, TransitMode
from cosmopolis.registry import NamedKind, NamedThing

SAME_STOP = 400.0  # m


def _places(city: City) -> Iterator[NamedThing]:
    places = city.places
    for i, (name, english, kind) in enumerate(zip(places.name, places.name_en, places.kind)):
        if name or english:
            what = kind.partition("=")[2].replace("_", " ")
            shown = ", ".join(t for t in (english if name and english != name else "", what) if t)
            yield NamedThing(i, (name or english, english), shown, *_xy(places.xy[i]))


def _streets(city: City) -> Iterator[NamedThing]:
    """One hit a street name and cluster would be better; one a name is what there is: its longest edge."""
    edges = city.network.edges
    length = edges.line.length
    longest: dict[str, int] = {}
    total: dict[str, float] = {}
    for i, name in enumerate(edges.name):
        if name:
            total[name] = total.get(name, 0.0) + float(length[i])
            if name not in longest or length[i] > length[longest[name]]:
                longest[name] = i
    for name, i in longest.items():
        point, _ = edges.line.at(i, float(length[i]) / 2)
        kind = StreetKind(int(edges.kind[i])).name.lower().replace("_", " ")
        yield NamedThing(i, (name,), kind, *_xy(point), weight=total[name])


def _stops(city: City) -> Iterator[NamedThing]:
    """Stops of one name and mode near each other, as the two sides of a street have, are one hit."""
    stops = city.stops
    told: dict[tuple[str, int], list[NDArray]] = {}
    for i, name in enumerate(stops.name):
        mode, here = TransitMode(int(stops.mode[i])), stops.xy[i]
        others = told.setdefault((name, mode), [])
        if not name or any(np.hypot(*(here - there)) < SAME_STOP for there in others):
            continue
        others.append(here)
        what = f"{mode.name.lower()} {'stop' if mode in (TransitMode.BUS, TransitMode.TRAM) else 'station'}"
        rail = 0.0 if mode == TransitMode.BUS else 1.0
        yield NamedThing(i, (name,), what, *_xy(here), weight=rail)


def _lines(city: City) -> Iterator[NamedThing]:
    lines = city.transit_lines
    for i, (ref, name) in enumerate(zip(lines.ref, lines.name)):
        if not (ref or name):
            continue
        path = lines.line[i] if len(lines.line) > i else ()
        if len(path):
            x, y = path[len(path) // 2][:2]
        elif lines.stop_start[i + 1] > lines.stop_start[i]:
            x, y = city.stops.xy[lines.stop[lines.stop_start[i]]]
        else:
            continue
        what = f"{TransitMode(int(lines.mode[i])).name.lower()} line"
        yield NamedThing(i, (name or ref, ref), what, float(x), float(y))


def _buildings(city: City) -> Iterator[NamedThing]:
    buildings = city.buildings
    which = [i for i in range(len(buildings)) if buildings.name[i] or buildings.address[i]]
    centre = shapely.centroid(buildings.footprint[which]) if which else np.zeros(0, object)
    for i, point in zip(which, centre):
        if point.is_empty:
            continue
        name, address = buildings.name[i], buildings.address[i]
        use = BuildingUse(int(buildings.use[i])).name.lower()
        detail = ", ".join(t for t in (address if name else "", use if use != "unknown" else "") if t)
        height = float(buildings.height[i])
        yield NamedThing(i, (name or address, address), detail, point.x, point.y, weight=height)


def _xy(point: NDArray) -> tuple[float, float]:
    return float(point[0]), float(point[1])


NAMED = (  # of equally good hits, the first kind comes first
    NamedKind("place", _places),
    NamedKind("street", _streets),  # its id is that of its longest edge
    NamedKind("stop", _stops),
    NamedKind("line", _lines),
    NamedKind("building", _buildings),
)
