"""What a server shows, as endpoints, kinds of things and channels get it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from cosmopolis.city.model import City
from cosmopolis.demand.trips import Trips
from cosmopolis.simulation import SimulationView
from cosmopolis.world.history import History
from cosmopolis.world.interest import Grid, Paths
from cosmopolis.world.picture import Picture
from cosmopolis.world.search import NameIndex
from cosmopolis.world.static.shelf import Shelf
from cosmopolis.world.things.catalogue import Catalogue


@dataclass(frozen=True)
class Site:
    """One city on one server. All of it may be read on any thread; `picture` and `ask` are answered from the moment
    that the server runs."""

    city: City
    trips: Trips
    paths: Paths
    grid: Grid
    shelf: Shelf
    names: NameIndex
    things: Catalogue
    manifest: dict[str, Any]
    picture: Callable[[], Picture | None]  # the newest
    ask: Callable[
        [Callable[[SimulationView], Any]], Future[Any]
    ]  # a question to the simulation, between two steps
    speed: float = 1.0  # city seconds a second at the beginning
    clock_token: str | None = None  # of the operator, who alone moves the clock; None: everybody does
    history: History = field(default_factory=History)
