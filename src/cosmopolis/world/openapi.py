"""The description of the REST API, and a page to read it, both made from the table of endpoints (SPEC 2.7)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from cosmopolis import __version__

Schema = dict[str, Any]


@dataclass(frozen=True)
class Parameter:
    name: str
    place: str  # "path" or "query"
    says: str
    schema: Schema
    required: bool = False


@dataclass(frozen=True)
class Endpoint:
    path: str
    answer: Callable[[Request], Awaitable[Response]]
    says: str
    parameters: tuple[Parameter, ...] = ()
    schema: Schema | None = None  # of the JSON answer
    media: str = "application/json"
    errors: tuple[int, ...] = ()


ERROR: Schema = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
        }
    },
}


def openapi(endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    """OpenAPI 3.1."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Cosmopolis",
            "version": __version__,
            "description": "The city that this server shows. Lengths in metres, times in seconds, "
            "x east and y north of the city's origin.",
        },
        "paths": {endpoint.path.replace(":int", ""): {"get": _operation(endpoint)} for endpoint in endpoints},
        "components": {"schemas": {"Error": ERROR}},
    }


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    failed = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {
        "summary": endpoint.says,
        "operationId": endpoint.answer.__name__,
        "parameters": [
            {
                "name": p.name,
                "in": p.place,
                "description": p.says,
                "required": p.required or p.place == "path",
                "schema": p.schema,
            }
            for p in endpoint.parameters
        ],
        "responses": {
            "200": {"description": "OK", "content": {endpoint.media: {"schema": endpoint.schema or {}}}},
            **{
                str(code): {"description": "A sentence on why not", "content": failed}
                for code in endpoint.errors
            },
        },
    }


def page(endpoints: Sequence[Endpoint], name: str) -> str:
    """The same for people: one self-contained page."""
    return PAGE.format(name=escape(name), endpoints="".join(map(_section, endpoints)))


def _section(endpoint: Endpoint) -> str:
    path = escape(endpoint.path.replace(":int", ""))
    shown = f'<a href="{path}">{path}</a>' if "{" not in path else path
    rows = "".join(
        f"<tr><td><code>{escape(p.name)}</code></td><td>{p.place}</td><td>{escape(p.says)}</td></tr>"
        for p in endpoint.parameters
    )
    table = f"<table>{rows}</table>" if rows else ""
    return f"<section><h2><b>GET</b> <code>{shown}</code></h2><p>{escape(endpoint.says)}</p>{table}</section>"


PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{name}: API</title>
<style>
:root {{ color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }}
body {{ max-width: 46rem; margin: 2rem auto; padding: 0 1rem }}
h2 {{ font-size: 1rem; margin: 2rem 0 0 }} h2 b {{ color: #2a7a4b }}
td {{ padding: .1rem 1rem .1rem 0; vertical-align: top }} p {{ margin: .2rem 0 }}
</style>
<h1>{name}</h1>
<p>What this server says about its city, as JSON. Lengths in metres, times in seconds, x east and y north of the
city's origin. For programs: <a href="/api/openapi.json">openapi.json</a>.</p>
{endpoints}
</html>
"""
