"""Time to collision as a surrogate for safety: how long until a car would run into its leader if nobody reacted.

Hayward 1972. The leader is the next vehicle on the same lane, or beyond the lane's end on the connection that
the car will take and the lane after it. Crossing and merging conflicts, lane changes and people on foot are
not covered.
"""

from __future__ import annotations

from cosmopolis.kernels.decorators import formula
from cosmopolis.simulation.traffic.state import FAR

CONFLICT = 1.5  # s, below which two vehicles are in conflict


@formula
def time_to_collision(gap, speed, leader_speed):  # type: ignore[no-untyped-def]
    """s until the `gap` of m is closed; 1e9 where it does not close."""
    closing = speed - leader_speed
    if closing <= 0.0:
        return FAR
    return max(gap, 0.0) / closing
