import pytest

from cosmopolis.city.raw import RawCity
from cosmopolis.growth import grow


@pytest.fixture(scope="session")
def town() -> RawCity:
    """Xinting as everybody gets it."""
    return grow()


@pytest.fixture(scope="session")
def village() -> RawCity:
    """The same at 8,000 people."""
    return grow(population=8_000, seed=2)
