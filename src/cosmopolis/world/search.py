"""Finding a street, place, stop, line or building by what it is called (SPEC 2.4)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from cosmopolis.city.model import City
from cosmopolis.city.words import BuildingUse, StreetKind, TransitMode

KINDS = ("place", "street", "stop", "line", "building")  # of equally good hits, the first kind comes first
LONGEST_QUERY = 100
SAME_STOP = 400.0  # m


@dataclass(frozen=True)
class Hit:
    kind: str
    id: int  # a street's is that of its longest edge
    name: str
    detail: str
    x: float
    y: float


@dataclass(frozen=True)
class Named:
    """A thing and the texts it may be found by, folded: the first is its name."""

    hit: Hit
    texts: tuple[str, ...]
    weight: float  # of equally good hits of a kind, the heavier first


class NameIndex:
    """All names of a city."""

    def __init__(self, city: City) -> None:
        self.rows = [*_places(city), *_streets(city), *_stops(city), *_lines(city), *_buildings(city)]

    def __len__(self) -> int:
        return len(self.rows)

    def search(self, text: str, limit: int = 20) -> list[Hit]:
        """Best first: the whole name, a beginning of it, of a word in it, a part of it, all words somewhere."""
        wanted = folded(text[:LONGEST_QUERY])
        if not wanted:
            return []
        found = []
        for row in self.rows:
            rank = min(match(wanted, t) + (0.5 if i else 0.0) for i, t in enumerate(row.texts))
            if rank < NOT_AT_ALL:
                name = row.texts[0]
                found.append((rank, KINDS.index(row.hit.kind), -row.weight, len(name), name, row.hit))
        found.sort(key=lambda entry: entry[:5])
        return [entry[5] for entry in found[:limit]]


NOT_AT_ALL = 9.0


def match(wanted: str, text: str) -> float:
    """How well `text` answers `wanted`, both folded: 0 the same, NOT_AT_ALL not."""
    at = text.find(wanted)
    if at < 0:
        words = wanted.split()
        return 4.0 if len(words) > 1 and all(word in text for word in words) else NOT_AT_ALL
    if len(text) == len(wanted):
        return 0.0
    if at == 0:
        return 1.0
    return 2.0 if f" {wanted}" in text else 3.0


def folded(text: str) -> str:
    """Without case, accents, width variants and doubled spaces: "Café  ＡＢ" is "cafe ab"."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    bare = "".join(c for c in apart if not unicodedata.combining(c))
    return " ".join(unicodedata.normalize("NFC", bare).replace("-", " ").replace(",", " ").split())


def _xy(point: Sequence[float] | NDArray) -> tuple[float, float]:
    return round(float(point[0]), 2), round(float(point[1]), 2)


def _named(hit: Hit, *texts: str, weight: float = 0.0) -> Named:
    return Named(hit, tuple(folded(t) for t in texts if t) or ("",), weight)


def _places(city: City) -> Iterator[Named]:
    places = city.places
    for i, (name, english, kind) in enumerate(zip(places.name, places.name_en, places.kind)):
        if name or english:
            what = kind.partition("=")[2].replace("_", " ")
            shown = ", ".join(t for t in (english if name and english != name else "", what) if t)
            yield _named(
                Hit("place", i, name or english, shown, *_xy(places.xy[i])), name or english, english
            )


def _streets(city: City) -> Iterator[Named]:
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
        yield _named(Hit("street", i, name, kind, *_xy(point)), name, weight=total[name])


def _stops(city: City) -> Iterator[Named]:
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
        yield _named(Hit("stop", i, name, what, *_xy(here)), name, weight=rail)


def _lines(city: City) -> Iterator[Named]:
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
        yield _named(Hit("line", i, name or ref, what, *_xy((x, y))), name or ref, ref)


def _buildings(city: City) -> Iterator[Named]:
    buildings = city.buildings
    which = [i for i in range(len(buildings)) if buildings.name[i] or buildings.address[i]]
    centre = shapely.centroid(buildings.footprint[which]) if which else np.zeros(0, object)
    for i, point in zip(which, centre):
        if point.is_empty:
            continue
        name, address = buildings.name[i], buildings.address[i]
        use = BuildingUse(int(buildings.use[i])).name.lower()
        detail = ", ".join(t for t in (address if name else "", use if use != "unknown" else "") if t)
        hit = Hit("building", i, name or address, detail, *_xy((point.x, point.y)))
        yield _named(hit, name or address, address, weight=float(buildings.height[i]))
