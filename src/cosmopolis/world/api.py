"""What the server answers over HTTP (SPEC 2), as an ASGI application. Touches no sockets."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from cosmopolis.city.errors import BadInput
from cosmopolis.world.client_files import ClientFiles, encoding
from cosmopolis.world.engine import Runnable
from cosmopolis.world.history import LENGTH, History, told
from cosmopolis.world.messages import MOST_PATHS
from cosmopolis.world.numbers import MOST_DIGITS, whole
from cosmopolis.world.openapi import Endpoint, Parameter, openapi, page
from cosmopolis.world.picture import Picture
from cosmopolis.world.search import KINDS, NameIndex
from cosmopolis.world.static.ground import AREA_ROWS
from cosmopolis.world.static.shelf import Shelf
from cosmopolis.world.things.catalogue import Things
from cosmopolis.world.things.fields import NoSuchThing

T = TypeVar("T")
MOST_RESULTS = 100
PATIENCE = 5.0  # s that a question to the simulation may take
CODES = {404: "not_found", 405: "method_not_allowed", 422: "bad_input", 500: "fault", 503: "busy"}
FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Site:
    """All that the answers are made of."""

    manifest: dict[str, Any]
    shelf: Shelf
    names: NameIndex
    things: Things
    files: ClientFiles
    picture: Callable[[], Picture | None]
    history: History
    ask: Callable[[Callable[[Runnable], Any]], Future[Any]]


def application(site: Site) -> Starlette:
    """The whole site: the API, the static city and the client's files."""
    endpoints = table(site)

    async def description(request: Request) -> Response:
        return _json(openapi(endpoints))

    async def reading(request: Request) -> Response:
        return HTMLResponse(page(endpoints, site.manifest["name"]))

    async def client(request: Request) -> Response:
        return await asyncio.to_thread(site.files.answer, request.path_params["path"], request.headers)

    return Starlette(
        routes=[
            *(Route(endpoint.path, endpoint.answer) for endpoint in endpoints),
            Route("/api/openapi.json", description),
            Route("/api", reading),
            Route("/api/{rest:path}", _nothing),
            Route("/static/{rest:path}", _nothing),
            Route("/{path:path}", client),
        ],
        middleware=[Middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)],
        exception_handlers={
            HTTPException: _http_error,
            BadInput: _bad_input,
            NoSuchThing: _no_such_thing,
            Exception: _fault,
        },
    )


def table(site: Site) -> list[Endpoint]:
    """The endpoints, with what OpenAPI says of each."""

    async def city(request: Request) -> Response:
        return _json(site.manifest, {"cache-control": "no-cache"})

    async def search(request: Request) -> Response:
        text, limit = request.query_params.get("q", ""), _limit(request.query_params.get("limit", "20"))
        found = await asyncio.to_thread(site.names.search, text, limit)
        return _json({"results": [dataclasses.asdict(hit) for hit in found]})

    async def thing(request: Request) -> Response:
        kind, id = request.path_params["kind"], _id(request.path_params["id"])
        if kind == "vehicle":
            return _json(await _vehicle(site, id))
        return _json(site.things.describe(kind, id, site.picture()))

    async def history(request: Request) -> Response:
        given = request.query_params
        paths, programs = _rows("paths", given.get("paths", "")), _rows("programs", given.get("programs", ""))
        picture = site.picture()
        seconds = _seconds(given.get("seconds", ""))
        street = await asyncio.to_thread(site.history.of, sorted(set(paths)), programs, seconds=seconds)
        return _json(told(street, picture.time if picture else 0.0), {"cache-control": "no-store"})

    async def static(request: Request) -> Response:
        hash, wanted = request.path_params["hash"], encoding(request.headers)
        if hash not in site.shelf:
            raise HTTPException(404, "There is no such file: this city has changed, reload the page.")
        data = await asyncio.to_thread(site.shelf.read, hash, wanted)
        headers = {"cache-control": FOREVER, "vary": "accept-encoding"}
        if wanted != "identity":
            headers["content-encoding"] = wanted
        return Response(data, headers=headers, media_type="application/octet-stream")

    text, number, whole = {"type": "string"}, {"type": "number"}, {"type": "integer", "minimum": 0}
    thing_kinds = {"type": "string", "enum": site.things.kinds}
    hit = {
        "type": "object",
        "properties": {
            "kind": {"type": "string", "enum": list(KINDS)},
            "id": whole,
            "name": text,
            "detail": text,
            "x": number,
            "y": number,
        },
    }
    return [
        Endpoint("/api/city", city, "What this city is and where its parts are", schema={"type": "object"}),
        Endpoint(
            "/api/search",
            search,
            "Places, streets, stops, lines and buildings by name, best first",
            (
                Parameter("q", "query", "What to look for", text, required=True),
                Parameter("limit", "query", f"Most results, 1 to {MOST_RESULTS} (20)", whole),
            ),
            {"type": "object", "properties": {"results": {"type": "array", "items": hit}}},
            errors=(422,),
        ),
        Endpoint(
            "/api/things/{kind}/{id}",
            thing,
            "One thing as named fields, with what it does right now",
            (
                Parameter("kind", "path", "What kind of thing", thing_kinds),
                Parameter("id", "path", f"Its row; of an area, layer * {AREA_ROWS} + row", whole),
            ),
            {"type": "object", "required": ["kind", "id", "title", "provenance", "source"]},
            errors=(404, 503),
        ),
        Endpoint(
            "/api/history",
            history,
            "The vehicles on some paths over the last minutes, picture by picture, and the phases of some signals",
            (
                Parameter(
                    "paths",
                    "query",
                    f"Lanes, or lanes + connection; at most {MOST_PATHS}, by commas",
                    text,
                    True,
                ),
                Parameter("programs", "query", "Signal programs, by commas", text),
                Parameter("seconds", "query", f"How far back, at most {LENGTH:g} ({LENGTH:g})", number),
            ),
            {
                "type": "object",
                "required": ["time", "pictures", "start", "id", "path", "position", "speed", "lights"],
            },
            errors=(422,),
        ),
        Endpoint(
            "/static/{hash}.bin",
            static,
            "A file of columns (section 1 of the protocol), by the hash of its content",
            (Parameter("hash", "path", "As the city names it", text),),
            media="application/octet-stream",
            errors=(404,),
        ),
    ]


async def _vehicle(site: Site, id: int) -> dict[str, Any]:
    """Asked of the simulation itself; a busy one is not waited for."""
    if not 0 <= id < 1 << 32:
        raise NoSuchThing(f"There is no vehicle {id}.")
    answer = asyncio.wrap_future(site.ask(lambda simulation: simulation.vehicle(id)))
    try:
        state = await asyncio.wait_for(answer, PATIENCE)
    except (TimeoutError, asyncio.CancelledError) as error:
        raise HTTPException(503, "The simulation is busy; ask again in a moment.") from error
    if state is None:
        raise NoSuchThing(f"Vehicle {id} is not on the road: it has arrived or has not left yet.")
    return {"kind": "vehicle", "id": id, **site.things.vehicle(state)}


def _limit(text: str) -> int:
    limit = whole(text)
    if limit is None or not 1 <= limit <= MOST_RESULTS:
        raise BadInput(f"limit is a whole number from 1 to {MOST_RESULTS}, not {text[:20]!r}.")
    return limit


def _id(text: str) -> int:
    id = whole(text)
    if id is not None:
        return id
    if text.isascii() and text.isdigit():
        raise BadInput(f"An id has at most {MOST_DIGITS} digits, not {len(text)}.")
    raise NoSuchThing(f"{text[:20]!r} is not the id of a thing.")


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


async def _nothing(request: Request) -> Response:
    raise HTTPException(404, f"There is nothing at {request.url.path[:100]}; /api lists what there is.")


def _json(value: Any, headers: dict[str, str] | None = None, status: int = 200) -> Response:
    data = orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS)
    return Response(data, status, headers, "application/json")


def _error(status: int, message: str) -> Response:
    return _json({"error": {"code": CODES.get(status, "error"), "message": message}}, status=status)


Handler = Callable[[Request, Exception], Awaitable[Response]]


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    response = _error(error.status_code, str(error.detail))
    response.headers.update(error.headers or {})
    return response


async def _bad_input(request: Request, error: Exception) -> Response:
    return _error(422, str(error))


async def _no_such_thing(request: Request, error: Exception) -> Response:
    return _error(404, str(error))


async def _fault(request: Request, error: Exception) -> Response:
    return _error(500, "The server failed at this request; that is a fault of ours, and it is in the log.")


CLIENT = Path(__file__).parent / "client"
