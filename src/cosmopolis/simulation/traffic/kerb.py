"""Stops at the kerb: a vehicle that drops a passenger, delivers or pulls out blocks the lane for as long as that takes.

On main streets there is no parking: a vehicle that arrives stands in the lane. On side streets there is space
at the roadside or in a yard, into which it turns at walking pace. Which is which follows from the street's
class (modelled).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.model import Network
from cosmopolis.city.words import Control, StreetKind
from cosmopolis.kernels.decorators import kernel
from cosmopolis.simulation.traffic.drivers import Drivers

BEGINS_AT_KERB, ENDS_AT_KERB = 1, 2  # bits of Fleet.kerb
# RoadNetwork.kerb: parking beside the lane; none; traffic leaves the map here
PARKING, BLOCKS_LANE, BORDER = 0, 1, 2


def kerb_of_lanes(network: Network) -> NDArray[np.uint8]:
    """(L,) what the kerb of each lane is: PARKING, BLOCKS_LANE or BORDER."""
    edge = network.lanes.edge.astype(np.int64)
    kind = network.edges.kind[edge]
    main = (kind > StreetKind.MOTORWAY_LINK) & (kind <= StreetKind.TERTIARY_LINK)
    border = network.junctions.control[network.edges.to_junction[edge]] == Control.BORDER
    return np.where(border, BORDER, np.where(main, BLOCKS_LANE, PARKING)).astype(np.uint8)


@kernel
def stop_seconds(trip: int, kind: int, lanes: int, drivers: Drivers) -> np.float32:
    """s for which `trip` blocks its lane on arrival: half to one and a half of its kind's usual time, by the
    trip's hash.

    Where others can pass it, a delivery takes its full time.
    """
    usual = drivers.delivery_time[kind] if lanes > 1 else drivers.stop_time[kind]
    return np.float32(usual * (np.float32(0.5) + _hash_share(trip)))


@kernel
def _hash_share(trip: int) -> np.float32:
    """A pseudo-random number in [0, 1) (Knuth's multiplicative hash)."""
    return np.float32(((trip + 1) * 2654435761 % 4294967296) / 4294967296.0)


def with_kerb_stops(drivers: Drivers, share: float) -> Drivers:
    """`drivers` whose stops and pull-outs block the lane for `share` of the usual time."""
    names = ("stop_time", "delivery_time", "pull_out_time")
    return drivers._replace(**{name: np.float32(share) * getattr(drivers, name) for name in names})
