"""Kinds of things that can be described by id, and kinds of names that can be searched."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


class NoSuchThing(LookupError):
    """There is nothing of that kind and id; the message is a sentence."""


@dataclass(frozen=True)
class ThingKind:
    """One kind of `GET /api/things/{kind}/{id}` (SPEC 2.5).

    `describe(site, id)` gives the named fields of thing `id`, or an awaitable of them: `title`, `provenance`, `source`
    and, where it has a position, `x`, `y` in metres, and what else there is to say. It raises NoSuchThing.
    """

    name: str
    describe: Callable[[Any, int], Any]
    count: Callable[[Any], int] | None = (
        None  # (site) -> n: ids are 0 .. n - 1; None: `describe` knows its ids
    )


@dataclass(frozen=True)
class NamedThing:
    """A hit of the search: `texts` are what it may be found by, the first of them is its name."""

    id: int
    texts: tuple[str, ...]
    detail: str
    x: float  # m
    y: float  # m
    weight: float = 0.0  # of equally good hits of a kind, the heavier comes first


@dataclass(frozen=True)
class NamedKind:
    """One kind of result of `GET /api/search` (SPEC 2.4). `rows(city)` are all its names, called once a city."""

    name: str
    rows: Callable[[Any], Iterable[NamedThing]]
