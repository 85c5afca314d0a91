"""Endpoint records as an ASGI application, with the client's files beside them (SPEC 2). Touches no sockets."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request as HttpRequest
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from cosmopolis.city.errors import BadInput
from cosmopolis.registry import Answer, Endpoint, NoSuchThing, Problem, Request
from cosmopolis.world.client_files import ClientFiles
from cosmopolis.world.limits import LARGEST_BODY
from cosmopolis.world.numbers import MOST_DIGITS, whole
from cosmopolis.world.openapi import openapi, page
from cosmopolis.world.site import Site

CODES = {
    404: "not_found",
    405: "method_not_allowed",
    413: "too_big",
    422: "bad_input",
    500: "fault",
    503: "busy",
}


def application(site: Site, endpoints: Sequence[Endpoint], files: ClientFiles) -> Starlette:
    """The whole site: the API, the static city and the client's files."""

    async def description(request: HttpRequest) -> Response:
        return _json(openapi(site, endpoints))

    async def reading(request: HttpRequest) -> Response:
        return HTMLResponse(page(endpoints, site.manifest["name"]))

    async def client(request: HttpRequest) -> Response:
        return await asyncio.to_thread(files.answer, request.path_params["path"], request.headers)

    return Starlette(
        routes=[
            *(route(site, endpoint) for endpoint in endpoints),
            Route("/api/openapi.json", description),
            Route("/api", reading),
            Route("/api/{rest:path}", _nothing),
            Route("/static/{rest:path}", _nothing),
            Route("/{path:path}", client),
        ],
        middleware=[Middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)],
        exception_handlers={
            HTTPException: _http_error,
            Problem: _problem,
            BadInput: _bad_input,
            NoSuchThing: _no_such_thing,
            Exception: _fault,
        },
    )


def route(site: Site, endpoint: Endpoint) -> Route:
    """Starlette's route of one record."""

    whole_numbers = [
        parameter.name
        for parameter in endpoint.parameters
        if parameter.place == "path"
        and not callable(parameter.schema)
        and parameter.schema.get("type") == "integer"
    ]

    async def answer(http: HttpRequest) -> Response:
        body = b"" if endpoint.method == "GET" else await _body(http)
        path = {**http.path_params, **{name: _whole(name, http.path_params[name]) for name in whole_numbers}}
        request = Request(path, http.query_params, http.headers, body)
        if endpoint.in_thread:
            said = await asyncio.to_thread(endpoint.answer, site, request)
        else:
            said = endpoint.answer(site, request)
        if inspect.isawaitable(said):
            said = await said
        return _response(said if isinstance(said, Answer) else Answer(said), endpoint.media)

    return Route(endpoint.path, answer, methods=[endpoint.method], name=endpoint.name)


def _whole(name: str, text: str) -> int:
    """A whole number of a path. Raises NoSuchThing for what is none, BadInput for one that is too long."""
    number = whole(text)
    if number is not None:
        return number
    if text.isascii() and text.isdigit():
        raise BadInput(f"{name} has at most {MOST_DIGITS} digits, not {len(text)}.")
    raise NoSuchThing(f"There is nothing whose {name} is {text[:20]!r}.")


async def _body(http: HttpRequest) -> bytes:
    """What a request brings. Raises Problem where it is too long, without reading on."""
    body = b""
    async for piece in http.stream():
        body += piece
        if len(body) > LARGEST_BODY:
            raise Problem(413, f"A request brings at most {LARGEST_BODY:,} bytes.")
    return body


def _response(answer: Answer, media: str) -> Response:
    if isinstance(answer.value, bytes):
        return Response(answer.value, answer.status, dict(answer.headers), media)
    return _json(answer.value, dict(answer.headers), answer.status)


async def _nothing(request: HttpRequest) -> Response:
    raise HTTPException(404, f"There is nothing at {request.url.path[:100]}; /api lists what there is.")


def _json(value: Any, headers: dict[str, str] | None = None, status: int = 200) -> Response:
    data = orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS)
    return Response(data, status, headers, "application/json")


def _error(status: int, message: str) -> Response:
    return _json({"error": {"code": CODES.get(status, "error"), "message": message}}, status=status)


Handler = Callable[[HttpRequest, Exception], Awaitable[Response]]


async def _http_error(request: HttpRequest, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    response = _error(error.status_code, str(error.detail))
    response.headers.update(error.headers or {})
    return response


async def _problem(request: HttpRequest, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return _error(error.status, error.message)


async def _bad_input(request: HttpRequest, error: Exception) -> Response:
    return _error(422, str(error))


async def _no_such_thing(request: HttpRequest, error: Exception) -> Response:
    return _error(404, str(error))


async def _fault(request: HttpRequest, error: Exception) -> Response:
    return _error(500, "The server failed at this request; that is a fault of ours, and it is in the log.")


CLIENT = Path(__file__).parent / "client"
