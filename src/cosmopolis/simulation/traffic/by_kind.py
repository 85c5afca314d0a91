"""How the kinds of vehicles differ at kerbs, in bends and in queues: columns of Drivers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.words import VehicleKind
from cosmopolis.simulation.traffic.state import FAR

F32 = NDArray[np.float32]


class KindParameters(NamedTuple):
    """One row a vehicle type."""

    lateral_root: F32  # (K,) sqrt(m/s^2), root of the lateral acceleration accepted: v = root * sqrt(radius)
    stop_time: F32  # (K,) s for which it blocks the lane on arrival at a kerb without parking
    delivery_time: F32  # (K,) s, the same where others can pass it
    pull_out_time: F32  # (K,) s for which it blocks the lane when it leaves such a kerb
    filters: NDArray[np.uint8]  # (K,) 1: it passes standing cars (lane filtering)
    siren: NDArray[np.uint8]  # (K,) 1: an emergency vehicle, for which others clear the lane
    crossing_margin: F32  # (K,) s, before and after, to a vehicle with priority whose path it crosses
    merging_margin: F32  # (K,) s, the same to one whose lane it joins
    turning_margin: F32  # (K,) s, the same at a green light with oncoming traffic
    patience: F32  # (K,) s of waiting at a junction, after which it accepts smaller gaps
    impatience: F32  # (K,) s more, after which it accepts any gap for which nobody must brake hard
    # (K,) s at the end of a lane that does not lead on, before it takes another connection
    reroutes_after: F32
    reroutes_full_after: F32  # (K,) s without downstream storage, before it takes another connection
    stop_wait: F32  # (K,) s for which it stands at a stop sign, at least
    visibility: F32  # (K,) m before the place where it yields, from which it sees others
    zipper: NDArray[np.uint8]  # (K,) 1: in a queue it lets others merge one by one, whoever has priority
    strategic_lookahead: F32  # (K,) s of driving ahead within which the lane for a later turn matters
    lane_change_interval: NDArray[np.uint8]  # (K,) steps between two mandatory lane changes
    # (K,) 1: it takes any lane that serves its route equally; 0: the kerb's
    spreads_over_lanes: NDArray[np.uint8]


# m/s^2 sideways, s stop, s delivery, s pull-out. Sideways: 2.8 is what the curves of junctions are built for;
# loaded trucks and buses with people standing take less. A manoeuvre at the kerb holds the lane beside it for 18 s
# on average (Highway Capacity Manual 2010, chapter 18), which here is about the stop with braking and setting off.
_TABLE = {
    VehicleKind.CAR: (2.8, 10.0, 10.0, 4.0),
    VehicleKind.VAN: (2.4, 12.0, 60.0, 4.0),
    VehicleKind.TRUCK: (1.8, 15.0, 90.0, 6.0),
    VehicleKind.BUS: (1.5, 0.0, 0.0, 0.0),
    VehicleKind.ARTICULATED_BUS: (1.5, 0.0, 0.0, 0.0),
    VehicleKind.MOTORCYCLE: (3.0, 0.0, 0.0, 0.0),
    VehicleKind.E_BIKE: (2.0, 0.0, 0.0, 0.0),
    VehicleKind.EMERGENCY: (3.5, 0.0, 0.0, 0.0),
}
# s: with these a full minor street gets across a major one, or into it, about as often as in the Highway Capacity
# Manual, 6th edition, chapter 20 (see validation/minor_street.py). SUMO leaves far more before a vehicle that joins a
# lane, and one that crosses waits until the other is off the whole junction: with its margins as many get across here.
CROSSING_MARGIN, MERGING_MARGIN, TURNING_MARGIN = 2.6, 1.2, 1.2
SUMO_CROSSING_MARGIN, SUMO_MERGING_MARGIN = 3.4, 4.5
SUMO_TURNING_MARGIN = 2.4  # s: in SUMO a turning vehicle is off the junction 1 s before the other one arrives
# s, SUMO's look-ahead for changes to the left: in a slow queue drivers change late
SUMO_STRATEGIC_LOOKAHEAD = 20.0
PATIENCE, IMPATIENCE = 12.0, 30.0  # s
SUMO_IMPATIENCE = 180.0  # s, SUMO's time-to-impatience by default
LANE_CHANGE_INTERVAL, SUMO_LANE_CHANGE_INTERVAL = 2, 1  # steps: in SUMO a vehicle may cross one lane a second
REROUTES_AFTER, REROUTES_FULL_AFTER = 25.0, 60.0  # s
SUMO_TIME_TO_TELEPORT = 300.0  # s, SUMO's time-to-teleport by default
# s: SUMO's jmStopSignWait and jmAllwayStopWait by default, 1 s, noticed at whole seconds
SUMO_STOP_WAIT = 1.5
SUMO_VISIBILITY = 4.5  # m, SUMO's visibility of a connection that yields, by default
_FILTERING = VehicleKind.MOTORCYCLE, VehicleKind.E_BIKE


def kind_parameters(kinds: NDArray[np.uint8]) -> KindParameters:
    """(K,) words.VehicleKind of each type to its parameters."""
    rows = np.array([_TABLE[VehicleKind(int(kind))] for kind in kinds], np.float32).reshape(-1, 4)
    return KindParameters(
        lateral_root=np.sqrt(rows[:, 0]),
        stop_time=rows[:, 1].copy(),
        delivery_time=rows[:, 2].copy(),
        pull_out_time=rows[:, 3].copy(),
        filters=np.isin(kinds, _FILTERING).astype(np.uint8),
        siren=(kinds == VehicleKind.EMERGENCY).astype(np.uint8),
        crossing_margin=np.full(len(kinds), CROSSING_MARGIN, np.float32),
        merging_margin=np.full(len(kinds), MERGING_MARGIN, np.float32),
        turning_margin=np.full(len(kinds), TURNING_MARGIN, np.float32),
        patience=np.full(len(kinds), PATIENCE, np.float32),
        impatience=np.full(len(kinds), IMPATIENCE, np.float32),
        reroutes_after=np.full(len(kinds), REROUTES_AFTER, np.float32),
        reroutes_full_after=np.full(len(kinds), REROUTES_FULL_AFTER, np.float32),
        stop_wait=np.zeros(len(kinds), np.float32),
        visibility=np.full(len(kinds), FAR, np.float32),
        zipper=np.ones(len(kinds), np.uint8),
        strategic_lookahead=np.full(len(kinds), FAR, np.float32),
        lane_change_interval=np.full(len(kinds), LANE_CHANGE_INTERVAL, np.uint8),
        spreads_over_lanes=np.ones(len(kinds), np.uint8),
    )


def of_scenario(kinds: NDArray[np.uint8], *, as_they_are: bool) -> KindParameters:
    """Parameters of a scenario's own types, which say themselves how they enter and leave the road.

    With `as_they_are` they drive as in SUMO: they take bends at the limit, filter past nobody and have no
    siren; of lanes that serve their route equally they take the one nearest the kerb; they reroute only after
    SUMO's time to teleport; their margins at junctions are wider; they keep their priority in queues; in slow
    traffic they consider the lane for a later turn late; they may cross a lane a second, stand a second at a
    stop sign, and see others only right before the place where they yield.
    """
    nothing = np.zeros(len(kinds), np.float32)
    usual = kind_parameters(kinds)._replace(
        stop_time=nothing, delivery_time=nothing.copy(), pull_out_time=nothing.copy()
    )
    if not as_they_are:
        return usual
    quiet = np.zeros(len(kinds), np.uint8)
    waits = nothing + np.float32(SUMO_TIME_TO_TELEPORT)
    return usual._replace(
        lateral_root=nothing + np.float32(100.0),
        filters=quiet,
        siren=quiet.copy(),
        crossing_margin=nothing + np.float32(SUMO_CROSSING_MARGIN),
        merging_margin=nothing + np.float32(SUMO_MERGING_MARGIN),
        turning_margin=nothing + np.float32(SUMO_TURNING_MARGIN),
        patience=nothing,
        impatience=nothing + np.float32(SUMO_IMPATIENCE),
        reroutes_after=waits,
        reroutes_full_after=waits.copy(),
        stop_wait=nothing + np.float32(SUMO_STOP_WAIT),
        visibility=nothing + np.float32(SUMO_VISIBILITY),
        zipper=quiet.copy(),
        strategic_lookahead=nothing + np.float32(SUMO_STRATEGIC_LOOKAHEAD),
        lane_change_interval=quiet + np.uint8(SUMO_LANE_CHANGE_INTERVAL),
        spreads_over_lanes=quiet.copy(),
    )
