"""The small town, built and stored once for all tests of this room."""

from __future__ import annotations

import pytest

from cosmopolis.city.furnish import furnish
from cosmopolis.city.model import City
from tests.city.towns import ring_network, small_raw


@pytest.fixture(scope="session")
def town() -> City:
    return furnish(small_raw(), ring_network(), seed=5)
