"""A small town by hand, and a grid that the network builder made, for all exports."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cosmopolis.city.build import build
from cosmopolis.city.furnish import furnish
from cosmopolis.city.model import City
from tests.city.towns import ring_network, small_raw
from tests.grids import grid


@pytest.fixture(scope="session")
def town() -> City:
    return furnish(small_raw(), ring_network(), seed=5)


@pytest.fixture(scope="session")
def grid_city() -> City:
    return build(replace(grid(4, lanes=2), origin=(121.48, 31.23)), seed=1)
