from __future__ import annotations

import pytest

from cosmopolis.city.build import build
from cosmopolis.city.model import City
from cosmopolis.demand import Trips, plan_trips
from cosmopolis.growth import grow


@pytest.fixture(scope="session")
def village() -> City:
    """A small invented town with everything in it."""
    return build(grow(seed=3, population=8_000))


@pytest.fixture(scope="session")
def trips(village: City) -> Trips:
    return plan_trips(village, seed=5)
