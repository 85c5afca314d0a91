"""Planned trips kept beside the city, so that the second start is quick. Losing the cache loses nothing."""

from __future__ import annotations

import logging
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import platformdirs

from cosmopolis.city.aside import file_aside
from cosmopolis.city.errors import BadInput
from cosmopolis.city.model import City
from cosmopolis.city.progress import Progress, quiet
from cosmopolis.demand.plan import plan_trips
from cosmopolis.demand.trips import Trips

log = logging.getLogger(__name__)

DEMAND_VERSION = 11  # grows when the same city and seed give other trips


def cached_trips(city: City, folder: Path, *, seed: int = 1, progress: Progress = quiet) -> Trips:
    """The trips of a stored city: from its cache if they are there, else planned and kept."""
    name = f"trips-{city.version[:16] or 'unsaved'}-seed{seed}-v{DEMAND_VERSION}.npz"
    places = [folder / ".cache" / name, platformdirs.user_cache_path("cosmopolis") / "trips" / name]
    for place in places:
        trips = load_trips(place)
        if trips is not None:
            return trips
    trips = plan_trips(city, seed=seed, progress=progress)
    for place in places:
        if save_trips(trips, place):
            break
    return trips


def load_trips(path: Path) -> Trips | None:
    """The trips of a file, or None if it is not there or not whole."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            return Trips(**{name: stored[name] for name in Trips.__dataclass_fields__})
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        log.warning("The cached trips in %s are damaged; planning them anew", path)
        return None


def save_trips(trips: Trips, path: Path) -> bool:
    """Write aside, then rename. False where that is not possible (read-only, full)."""
    try:
        with file_aside(path) as aside, aside.open("wb") as file:
            np.savez(file, **{name: getattr(trips, name) for name in Trips.__dataclass_fields__})
    except BadInput:
        return False
    return True
