"""The channels of the world: one file each, with its messages, its effects and its rules of the SPEC."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cosmopolis.registry import Channel
from cosmopolis.world.channels.clock import ClockChannel
from cosmopolis.world.channels.flow import FlowChannel
from cosmopolis.world.channels.follow import FollowChannel
from cosmopolis.world.channels.signals import SignalsChannel
from cosmopolis.world.channels.stats import StatsChannel
from cosmopolis.world.channels.vehicles import VehiclesChannel
from cosmopolis.world.channels.watch import WatchChannel
from cosmopolis.world.clock_lock import ClockLock
from cosmopolis.world.history import History
from cosmopolis.world.interest import Grid


def world_channels(
    grid: Grid,
    *,
    speed: float = 1.0,
    lock: ClockLock | None = None,
    calendar: Mapping[str, Any] | None = None,
    history: History | None = None,
    describe: Callable[[dict[str, Any]], dict[str, Any]] = dict,
) -> list[Channel]:
    """Those that show the city and move its clock, in the order in which a client hears of one picture; the orders'
    channel, which asks the city, is put beside them in contribution.py.

    `speed` is in city seconds a second; `lock` says who may move the clock; `calendar` has the time zone and the
    date of day 0; `describe` makes the fields of SPEC 2.5 of what the simulation tells of a vehicle.
    """
    return [
        ClockChannel(speed, lock, calendar),
        SignalsChannel(),
        VehiclesChannel(grid),
        WatchChannel(history or History()),
        StatsChannel(),
        FlowChannel(),
        FollowChannel(describe),
    ]
