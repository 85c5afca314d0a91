"""The description of the REST API, and a page to read it, both made of endpoint records (SPEC 2.7)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import Any

from cosmopolis import __version__
from cosmopolis.registry import Endpoint
from cosmopolis.registry.endpoints import Schema

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


def openapi(site: Any, endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    """OpenAPI 3.1."""
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(site, endpoint)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Cosmopolis",
            "version": __version__,
            "description": "The city that this server shows. Lengths in metres, times in seconds, "
            "x east and y north of the city's origin.",
        },
        "paths": paths,
        "components": {"schemas": {"Error": ERROR}},
    }


def _operation(site: Any, endpoint: Endpoint) -> dict[str, Any]:
    failed = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {
        "summary": endpoint.summary,
        "operationId": endpoint.name,
        "parameters": [
            {
                "name": p.name,
                "in": p.place,
                "description": p.summary,
                "required": p.required or p.place == "path",
                "schema": _schema(site, p.schema),
            }
            for p in endpoint.parameters
        ],
        "responses": {
            "200": {
                "description": "OK",
                "content": {endpoint.media: {"schema": _schema(site, endpoint.schema)}},
            },
            **{
                str(code): {"description": "A sentence on why not", "content": failed}
                for code in endpoint.errors
            },
        },
    }


def _schema(site: Any, schema: Schema | Callable[[Any], Schema]) -> Schema:
    return schema(site) if callable(schema) else schema


def page(endpoints: Sequence[Endpoint], name: str) -> str:
    """The same for people: one self-contained page."""
    return PAGE.format(name=escape(name), endpoints="".join(map(_section, endpoints)))


def _section(endpoint: Endpoint) -> str:
    path, method = escape(endpoint.path), escape(endpoint.method)
    shown = f'<a href="{path}">{path}</a>' if "{" not in path and method == "GET" else path
    rows = "".join(
        f"<tr><td><code>{escape(p.name)}</code></td><td>{p.place}</td><td>{escape(p.summary)}</td></tr>"
        for p in endpoint.parameters
    )
    table = f"<table>{rows}</table>" if rows else ""
    head = f"<h2><b>{method}</b> <code>{shown}</code></h2>"
    return f"<section>{head}<p>{escape(endpoint.summary)}</p>{table}</section>"


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
