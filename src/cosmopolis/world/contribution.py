"""What the world contributes to a running city."""

from __future__ import annotations

from collections.abc import Sequence

from cosmopolis.registry import Channel, Contribution
from cosmopolis.world.channels import world_channels
from cosmopolis.world.clock_lock import ClockLock
from cosmopolis.world.endpoints import ENDPOINTS
from cosmopolis.world.names import NAMED
from cosmopolis.world.site import Site
from cosmopolis.world.things.catalogue import KINDS
from cosmopolis.world.things.vehicles import vehicle


def channels(site: Site) -> Sequence[Channel]:
    return world_channels(
        site.grid,
        speed=site.speed,
        lock=ClockLock(site.clock_token),
        history=site.history,
        describe=lambda state: vehicle(site.city, site.trips, site.paths, state),
    )


WORLD = Contribution("world", endpoints=ENDPOINTS, kinds=KINDS, named=NAMED, channels=channels)
