"""From what was read to a City: the network, then everything around it."""

from __future__ import annotations

from cosmopolis.city.furnish import furnish
from cosmopolis.city.model import City
from cosmopolis.city.network import build_network
from cosmopolis.city.progress import Progress, quiet
from cosmopolis.city.raw import RawCity


def build(raw: RawCity, *, seed: int = 1, progress: Progress = quiet) -> City:
    """The City of `raw`. What the source lacks is invented from `seed` and marked so.

    Raises BadInput where there is no street that a car can use.
    """
    network, findings = build_network(raw, progress)
    return furnish(raw, network, findings, seed=seed, progress=progress)
