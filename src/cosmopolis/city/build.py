"""From what was read to a City: the network, then everything around it."""

from __future__ import annotations

from collections.abc import Callable

from cosmopolis.city.extent import expect_one_place
from cosmopolis.city.furnish import furnish
from cosmopolis.city.model import City, Network
from cosmopolis.city.network import build_network
from cosmopolis.city.progress import Progress, quiet
from cosmopolis.city.raw import RawCity

OnNetwork = Callable[[RawCity, Network], None]


def build(
    raw: RawCity, *, seed: int = 1, progress: Progress = quiet, on_network: OnNetwork | None = None
) -> City:
    """The City of `raw`. What the source lacks is invented from `seed` and marked so.

    `on_network` is told the network as soon as there is one; it stays as it is. Raises BadInput where there is no
    street that a car can use, or where the city spans more ground than one may.
    """
    expect_one_place(raw)
    network, findings = build_network(raw, progress)
    if on_network is not None:
        on_network(raw, network)
    return furnish(raw, network, findings, seed=seed, progress=progress)
