"""What the world contributes to a running city."""

from __future__ import annotations

from collections.abc import Sequence

from cosmopolis.registry import Channel, Contribution
from cosmopolis.world.channels import world_channels
from cosmopolis.world.channels.orders import OrdersChannel
from cosmopolis.world.clock_lock import ClockLock
from cosmopolis.world.endpoints import ENDPOINTS
from cosmopolis.world.names import NAMED
from cosmopolis.world.site import Site
from cosmopolis.world.things import ground, streets, vehicles


def channels(site: Site) -> Sequence[Channel]:
    """The lock is one: who may move the clock may give orders too. The clock's channel hears of a new visitor first."""
    lock = ClockLock(site.clock_token)
    return [
        *world_channels(
            site.grid,
            speed=site.speed,
            lock=lock,
            calendar={key: site.manifest[key] for key in ("zone", "date")},
            history=site.history,
            describe=lambda state: vehicles.vehicle(site.city, site.trips, site.paths, state),
        ),
        OrdersChannel(site.city, lock),
    ]


KINDS = (*ground.KINDS, *streets.KINDS, *vehicles.KINDS)
WORLD = Contribution("world", endpoints=ENDPOINTS, kinds=KINDS, named=NAMED, channels=channels)
