"""Any place on Earth from OpenStreetMap: a name through a geocoder, then its map through Overpass.

The servers are `COSMOPOLIS_OVERPASS_URL` and `COSMOPOLIS_GEOCODER_URL`, or the public ones; both are asked once and
their answers are kept.
"""

from __future__ import annotations

import math
import os
import re
from pathlib import Path

from cosmopolis.city.errors import BadInput
from cosmopolis.city.progress import Progress, quiet
from cosmopolis.sources.extent import Box, wrapped
from cosmopolis.sources.http import Client, Request

OVERPASS = "https://overpass-api.de/api/interpreter"
GEOCODER = "https://nominatim.openstreetmap.org/search"
LARGEST = 25.0  # km, a side of the box
SMALLEST = 1.0  # km; a house or a square brings its surroundings

_QUERY = """[out:xml][timeout:180][bbox:{south:.6f},{west:.6f},{north:.6f},{east:.6f}];
(
  way[~"^(highway|building|building:part|railway|waterway|landuse|leisure|natural|amenity|public_transport|man_made)$"~"."];
  relation[type=multipolygon][~"^(building|building:part|landuse|leisure|natural|waterway|amenity)$"~"."];
  relation[type=building];
)->.shapes;
(.shapes; .shapes >;)->.drawn;
(
  .drawn;
  node[~"^(highway|amenity|shop|tourism|leisure|office|historic|natural|railway|public_transport)$"~"."];
  relation[type=restriction];
  relation[type=route][route~"^(bus|trolleybus|tram|subway|light_rail|train|ferry)$"];
);
out body qt;
"""


def fetch(
    place: str | Box,
    *,
    endpoint: str | None = None,
    geocoder: str | None = None,
    cache: Path | None = None,
    client: Client | None = None,
    progress: Progress = quiet,
) -> Path:
    """Path of an .osm file with the map of `place`: a name, "west,south,east,north", or a box in degrees."""
    client = client or Client(cache or default_cache())
    progress("looking up the place", 0.0)
    box = place if isinstance(place, tuple) else _written_box(place)
    if box is None:
        assert isinstance(place, str)
        box = geocode(place, geocoder or os.environ.get("COSMOPOLIS_GEOCODER_URL") or GEOCODER, client)
    _check_size(box, place)
    west, south, east, north = box
    progress("asking Overpass for the map", 0.1)
    query = _QUERY.format(west=west, south=south, east=east, north=north)
    url = endpoint or os.environ.get("COSMOPOLIS_OVERPASS_URL") or OVERPASS
    path = client.fetch(Request(url, form={"data": query}), ".osm", lambda body: _check_map(body, url))
    progress("map fetched", 1.0)
    return path


def default_cache() -> Path:
    """The user's cache folder for downloads."""
    import platformdirs

    return Path(platformdirs.user_cache_dir("cosmopolis")) / "downloads"


def geocode(place: str, url: str, client: Client) -> Box:
    """Bounds of a named place, asked of a server that speaks like Nominatim."""
    import orjson

    def check(body: bytes) -> None:
        try:
            found = orjson.loads(body)
            bounds = [float(value) for value in found[0]["boundingbox"]] if found else []
        except (orjson.JSONDecodeError, KeyError, IndexError, TypeError, ValueError):
            raise BadInput(
                f"{url}: the geocoder's answer is not what Nominatim would say; check its address."
            ) from None
        if not found:
            raise BadInput(
                f'no place called "{place}" was found; write it otherwise, or give west,south,east,north.'
            )
        if len(bounds) != 4:
            raise BadInput(f"{url}: the geocoder gave no bounds; check its address.")

    request = Request(url, query={"q": place, "format": "jsonv2", "limit": "1"})
    path = client.fetch(request, ".json", check)
    south, north, west, east = (float(value) for value in orjson.loads(path.read_bytes())[0]["boundingbox"])
    return _at_least(west, south, east, north)


def _written_box(text: str) -> Box | None:
    pieces = text.split(",")
    try:
        west, south, east, north = (float(piece) for piece in pieces)
    except ValueError:
        return None
    return west, south, east, north


def _at_least(west: float, south: float, east: float, north: float) -> Box:
    """Grown around its middle to SMALLEST where a place is only a point or a house."""
    tall = SMALLEST / 111.2
    wide = tall / max(math.cos(math.radians((south + north) / 2)), 0.05)
    across = east + 360.0 if east < west else east
    more_x, more_y = max(wide - (across - west), 0.0) / 2, max(tall - (north - south), 0.0) / 2
    return wrapped(west - more_x), south - more_y, wrapped(across + more_x), north + more_y


def _check_size(box: Box, place: str | Box) -> None:
    west, south, east, north = box
    name = f'"{place}"' if isinstance(place, str) else ",".join(f"{value:g}" for value in place)
    inside = -180 <= west <= 180 and -180 <= east <= 180 and -90 <= south < north <= 90
    across = east + 360.0 if east < west else east  # west > east: across the antimeridian
    if not inside or not 0 < across - west <= 180:
        raise BadInput(
            f"{name} is no box in degrees; write west,south,east,north with west < east (west > east only across the "
            "antimeridian) and south < north."
        )
    tall = (north - south) * 111.2
    wide = (across - west) * 111.2 * math.cos(math.radians((south + north) / 2))
    if max(wide, tall) > LARGEST:
        raise BadInput(
            f"{name} covers {wide:.0f} by {tall:.0f} km, and at most {LARGEST:g} by {LARGEST:g} km is fetched; "
            "name a district of it or give a smaller box."
        )


def _check_map(body: bytes, url: str) -> None:
    """An Overpass answer may be a web page, an error inside XML, or empty."""
    head = body[:2000].lstrip()
    remark = re.search(rb"<remark>\s*(.*?)\s*</remark>", body[-4000:] + body[:4000], re.DOTALL)
    if b"<osm" not in head:
        text = re.sub(r"<[^>]*>", " ", body[:20_000].decode("utf-8", "replace"))
        error = re.search(r"[Ee]rror\s*:\s*(.{1,160})", text)
        said = " ".join((error[1] if error else text[:120]).split())
        raise BadInput(f"{url} did not answer with a map ({said}); try later or use another Overpass server.")
    if remark and b"error" in remark[1].lower():
        said = " ".join(remark[1].decode("utf-8", "replace").split())[:160]
        raise BadInput(f"{url} gave up ({said}); ask for a smaller area or try later.")
    if b"<way" not in body and b"<node" not in body:
        raise BadInput("the map of this place is empty; give a place on land with streets, or a larger box.")
