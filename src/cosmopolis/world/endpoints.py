"""What the world answers over HTTP (SPEC 2), as records of the registry."""

from __future__ import annotations

import dataclasses
from typing import Any

from cosmopolis.city.errors import BadInput
from cosmopolis.registry import Answer, Endpoint, Parameter, Problem, Request
from cosmopolis.world.client_files import encoding
from cosmopolis.world.history import LENGTH, MOST_PATHS, told
from cosmopolis.world.numbers import whole
from cosmopolis.world.site import Site
from cosmopolis.world.static.ground import AREA_ROWS

MOST_RESULTS = 100
FOREVER = "public, max-age=31536000, immutable"
TEXT, NUMBER, WHOLE = {"type": "string"}, {"type": "number"}, {"type": "integer", "minimum": 0}


def city(site: Site, request: Request) -> Answer:
    return Answer(site.manifest, {"cache-control": "no-cache"})


def search(site: Site, request: Request) -> dict[str, Any]:
    found = site.names.search(request.query.get("q", ""), _limit(request.query.get("limit", "20")))
    return {"results": [dataclasses.asdict(hit) for hit in found]}


async def thing(site: Site, request: Request) -> dict[str, Any]:
    return await site.things.describe(site, request.path["kind"], request.path["id"])


def history(site: Site, request: Request) -> Answer:
    given = request.query
    paths, programs = _rows("paths", given.get("paths", "")), _rows("programs", given.get("programs", ""))
    picture = site.picture()
    street = site.history.of(sorted(set(paths)), programs, seconds=_seconds(given.get("seconds", "")))
    return Answer(told(street, picture.time if picture else 0.0), {"cache-control": "no-store"})


def static(site: Site, request: Request) -> Answer:
    hash, wanted = request.path["hash"], encoding(request.headers)
    if hash not in site.shelf:
        raise Problem(404, "There is no such file: this city has changed, reload the page.")
    headers = {"cache-control": FOREVER, "vary": "accept-encoding"}
    if wanted != "identity":
        headers["content-encoding"] = wanted
    return Answer(site.shelf.read(hash, wanted), headers)


def _limit(text: str) -> int:
    limit = whole(text)
    if limit is None or not 1 <= limit <= MOST_RESULTS:
        raise BadInput(f"limit is a whole number from 1 to {MOST_RESULTS}, not {text[:20]!r}.")
    return limit


def _rows(name: str, text: str) -> list[int]:
    parts = text.split(",") if text else []
    if len(parts) > MOST_PATHS or not all(p.isascii() and p.isdigit() and len(p) <= 8 for p in parts):
        raise BadInput(f"{name} is a list of at most {MOST_PATHS} rows, as 3,4,17; not {text[:20]!r}.")
    return [int(part) for part in parts]


def _seconds(text: str) -> float:
    try:
        seconds = float(text or LENGTH)
    except ValueError:
        seconds = -1.0
    if not 0.0 <= seconds <= LENGTH:
        raise BadInput(f"seconds is a number from 0 to {LENGTH:g}, not {text[:20]!r}.")
    return seconds


def _thing_kinds(site: Site) -> dict[str, Any]:
    return {"type": "string", "enum": site.things.kinds}


def _results(site: Site) -> dict[str, Any]:
    hit = {
        "kind": {"type": "string", "enum": site.names.kinds},
        "id": WHOLE,
        "name": TEXT,
        "detail": TEXT,
        "x": NUMBER,
        "y": NUMBER,
    }
    array = {"type": "array", "items": {"type": "object", "properties": hit}}
    return {"type": "object", "properties": {"results": array}}


ENDPOINTS = (
    Endpoint(
        "city", "/api/city", city, "What this city is and where its parts are", schema={"type": "object"}
    ),
    Endpoint(
        "search",
        "/api/search",
        search,
        "Places, streets, stops, lines and buildings by name, best first",
        (
            Parameter("q", "query", "What to look for", TEXT, required=True),
            Parameter("limit", "query", f"Most results, 1 to {MOST_RESULTS} (20)", WHOLE),
        ),
        _results,
        errors=(422,),
        in_thread=True,
    ),
    Endpoint(
        "thing",
        "/api/things/{kind}/{id}",
        thing,
        "One thing as named fields, with what it does right now",
        (
            Parameter("kind", "path", "What kind of thing", _thing_kinds),
            Parameter("id", "path", f"Its row; of an area, layer * {AREA_ROWS} + row", WHOLE),
        ),
        {"type": "object", "required": ["kind", "id", "title", "provenance", "source"]},
        errors=(404, 503),
    ),
    Endpoint(
        "history",
        "/api/history",
        history,
        "The vehicles on some paths over the last minutes, picture by picture, and the phases of some signals",
        (
            Parameter(
                "paths", "query", f"Lanes, or lanes + connection; at most {MOST_PATHS}, by commas", TEXT, True
            ),
            Parameter("programs", "query", "Signal programs, by commas", TEXT),
            Parameter("seconds", "query", f"How far back, at most {LENGTH:g} ({LENGTH:g})", NUMBER),
        ),
        {
            "type": "object",
            "required": ["time", "pictures", "start", "id", "path", "position", "speed", "lights"],
        },
        errors=(422,),
        in_thread=True,
    ),
    Endpoint(
        "static",
        "/static/{hash}.bin",
        static,
        "A file of columns (section 1 of the protocol), by the hash of its content",
        (Parameter("hash", "path", "As the city names it", TEXT),),
        media="application/octet-stream",
        errors=(404,),
        in_thread=True,
    ),
)
