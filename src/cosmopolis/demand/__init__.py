"""Demand: who leaves when, from where, to where and along which streets. Knows no vehicle positions.

population -> gravity (trip ends) -> profile (when) -> routing (along which edges) -> Trips
"""

from cosmopolis.demand.plan import plan_trips
from cosmopolis.demand.trips import Trips

__all__ = ["Trips", "plan_trips"]
