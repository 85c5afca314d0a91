"""REST endpoints as records. Whoever serves them turns them into routes and into a description (OpenAPI)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Schema = dict[str, Any]  # JSON Schema


@dataclass(frozen=True)
class Request:
    """What was asked. Values of `path` are int where the parameter's schema says integer, else str."""

    path: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case
    body: bytes = b""


@dataclass(frozen=True)
class Answer:
    """A value with its HTTP headers. Bytes are sent as they are, anything else as JSON."""

    value: Any
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200


class Problem(Exception):
    """Why a request is not answered: an HTTP status and a sentence for people."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


@dataclass(frozen=True)
class Parameter:
    """`place` is "path" or "query"; `schema` may be a function of the site, where the city decides."""

    name: str
    place: str
    summary: str
    schema: Schema | Callable[[Any], Schema]
    required: bool = False


@dataclass(frozen=True)
class Endpoint:
    """One method of one path.

    `answer(site, request)` gives an Answer or a plain value (JSON), or an awaitable of one. It raises Problem, or
    NoSuchThing (404), or the package's BadInput (422). `site` is what the server shows
    (`cosmopolis.world.site.Site`). With `in_thread` it is called in a thread of its own, as it takes long; else on
    the event loop, which it must not hold up.
    """

    name: str  # unique: OpenAPI's operationId
    path: str  # "/api/things/{kind}/{id}"
    answer: Callable[[Any, Request], Any]
    summary: str
    parameters: tuple[Parameter, ...] = ()
    schema: Schema | Callable[[Any], Schema] = field(default_factory=dict)  # of the answer
    errors: tuple[int, ...] = ()  # statuses it may fail with
    method: str = "GET"
    media: str = "application/json"
    in_thread: bool = False
