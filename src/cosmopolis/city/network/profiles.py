"""Cross-sections: what lanes a street has, how wide they are and who may use them.

Streets with the same cross-section share one `Profile`, so that lanes are laid out once a profile and not once
a street. Everything here is for driving on the right; `mirror` takes care of the other half of the world.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.network.ragged import Ints, starts
from cosmopolis.city.raw import RawLane, RawStreet
from cosmopolis.city.words import Mode, StreetKind

F64 = NDArray[np.float64]
Bools = NDArray[np.bool_]

_K = StreetKind
_KMH = {  # limit where the source is silent, km/h
    _K.MOTORWAY: 120, _K.MOTORWAY_LINK: 60, _K.TRUNK: 80, _K.TRUNK_LINK: 50, _K.PRIMARY: 60, _K.PRIMARY_LINK: 40,
    _K.SECONDARY: 50, _K.SECONDARY_LINK: 40, _K.TERTIARY: 40, _K.TERTIARY_LINK: 30, _K.UNCLASSIFIED: 40,
    _K.RESIDENTIAL: 30, _K.LIVING_STREET: 15, _K.SERVICE: 20, _K.BUSWAY: 40,
}  # fmt: skip
_WIDTH = {_K.MOTORWAY: 3.75, _K.TRUNK: 3.5, _K.MOTORWAY_LINK: 3.5, _K.TRUNK_LINK: 3.5, _K.RESIDENTIAL: 3.0,
          _K.LIVING_STREET: 2.75, _K.SERVICE: 2.75}  # fmt: skip
_CYCLE_WIDTH = 2.0
_UNMARKED_WIDTH = (
    1.5  # m that bicycles take against the traffic of a one-way street without a lane of their own
)
_BUS_WIDTH = 3.25
_BUS_LANE = Mode.BUS | Mode.TAXI | Mode.EMERGENCY


class Profile(NamedTuple):
    """Cross-section and rules of a street, seen in drawing direction."""

    kind: int
    forward_lanes: int
    backward_lanes: int
    forward_bus: int
    backward_bus: int
    cycle_left: bool
    cycle_right: bool
    sidewalk_left: bool
    sidewalk_right: bool
    speed: float  # m/s
    width: float  # m, of a lane for cars
    modes: int
    layer: int
    bridge: bool
    tunnel: bool
    roundabout: bool
    toll: bool
    lanes_measured: bool
    provenance: int
    backward_modes: int
    backward_speed: float  # m/s
    forward_detail: tuple[RawLane, ...]
    backward_detail: tuple[RawLane, ...]

    def turned(self) -> Profile:
        """Seen against drawing direction."""
        return self._replace(
            forward_lanes=self.backward_lanes, backward_lanes=self.forward_lanes,
            forward_bus=self.backward_bus, backward_bus=self.forward_bus,
            cycle_left=self.cycle_right, cycle_right=self.cycle_left,
            sidewalk_left=self.sidewalk_right, sidewalk_right=self.sidewalk_left,
            modes=self.backward_modes, backward_modes=self.modes,
            speed=self.backward_speed, backward_speed=self.speed,
            forward_detail=self.backward_detail, backward_detail=self.forward_detail,
        )  # fmt: skip

    @property
    def one_way(self) -> bool:
        """For all but bicycles."""
        return self.backward_lanes + self.backward_bus == 0 or self.forward_lanes + self.forward_bus == 0


def profile_of(street: RawStreet) -> Profile:
    """The cross-section of a street, with its class's defaults filled in."""
    kind = StreetKind(street.kind)
    layer = street.layer or (1 if street.bridge else -1 if street.tunnel else 0)
    forward, backward = max(street.forward_lanes, 0), max(street.backward_lanes, 0)
    if forward + backward + street.forward_bus_lanes + street.backward_bus_lanes == 0:
        forward = 1
    speed, back_speed = (
        limit if limit > 1.0 else _KMH.get(kind, 30) / 3.6
        for limit in (street.speed, street.speed if street.backward_speed is None else street.backward_speed)
    )
    back = street.backward_modes
    if back is None:
        back = street.modes if backward + street.backward_bus_lanes else Mode(0)
    return Profile(
        int(kind), forward, backward, street.forward_bus_lanes, street.backward_bus_lanes,
        street.cycle_lane_left, street.cycle_lane_right, street.sidewalk_left, street.sidewalk_right,
        speed, street.lane_width if street.lane_width > 0.0 else _WIDTH.get(kind, 3.25),
        int(street.modes), layer if street.bridge or street.tunnel else 0, street.bridge, street.tunnel,
        street.roundabout, street.toll, street.lanes_measured, int(street.provenance),
        int(back), back_speed,
        street.forward_detail, street.backward_detail,
    )  # fmt: skip


class Lane(NamedTuple):
    """A lane of a profile: its centre's distance to the right of the drawn line, in its driving direction."""

    offset: float
    width: float
    modes: int
    speed: float  # m/s


Strip = tuple[float, int, float]  # width, modes and speed of a lane


def layout(profile: Profile) -> tuple[list[Lane], list[Lane]]:
    """Forward and backward lanes, each with the kerb side first.

    The drawn line is the divider of a two-way street and the middle of a one-way street. Bicycles that may go
    against its traffic do so left of its lanes.
    """
    forward = _side(profile, profile.cycle_right)
    if not profile.one_way:
        back = _side(profile.turned(), profile.cycle_left)
        return _placed(forward, 0.0), _placed(back, 0.0)
    if not forward:
        along, against = layout(profile.turned())
        return against, along
    against_traffic = profile.backward_modes & int(Mode.BICYCLE) > 0
    if profile.cycle_left and not against_traffic:
        forward.append((_CYCLE_WIDTH, int(Mode.BICYCLE), profile.speed))
    half = sum(width for width, _, _ in forward) / 2
    width = _CYCLE_WIDTH if profile.cycle_left else _UNMARKED_WIDTH
    back = [(width, int(Mode.BICYCLE), profile.backward_speed)] if against_traffic else []
    return _placed(forward, -half), _placed(back, half)


def _side(profile: Profile, cycle: bool) -> list[Strip]:
    """The lanes forward, kerb first; `cycle`: a cycle lane runs along the kerb."""
    lanes, bus, speed = profile.forward_lanes, profile.forward_bus, profile.speed
    if lanes + bus == 0:
        return []
    cars = profile.modes & ~int(Mode.BICYCLE | Mode.PEDESTRIAN)
    out = [(_BUS_WIDTH, int(_BUS_LANE), speed)] * bus + [(profile.width, cars, speed)] * lanes
    kerb = bus  # the lane at the kerb of those for everybody
    if profile.forward_detail:
        out = [_strip(lane, profile, cars) for lane in profile.forward_detail[::-1]]
        cycle = cycle and not any(modes == Mode.BICYCLE for _, modes, _ in out)
        kerb = next((i for i, (_, modes, _) in enumerate(out) if modes & Mode.CAR), 0)
    own_lane = cycle or any(modes == Mode.BICYCLE for _, modes, _ in out)
    if lanes and not own_lane and profile.modes & Mode.BICYCLE:
        width, modes, limit = out[kerb]
        out[kerb] = (width, modes | int(Mode.BICYCLE), limit)  # bicycles keep to the kerb
    return [(_CYCLE_WIDTH, int(Mode.BICYCLE), speed), *out] if cycle else out


def _strip(lane: RawLane, profile: Profile, cars: int) -> Strip:
    modes = int(lane.modes) or cars
    usual = profile.width
    if not modes & Mode.CAR:
        usual = _CYCLE_WIDTH if modes == Mode.BICYCLE else _BUS_WIDTH if cars & Mode.CAR else profile.width
    return lane.width or usual, modes, lane.speed or profile.speed


def _placed(lanes: list[Strip], inner: float) -> list[Lane]:
    """Lanes side by side; the inner edge of the innermost lies `inner` metres right of the drawn line."""
    out, edge = [], inner
    for width, modes, speed in reversed(lanes):
        out.append(Lane(edge + width / 2, width, modes, speed))
        edge += width
    return out[::-1]


@dataclass(frozen=True)
class ProfileTable:
    """P profiles as arrays. Directed profile ``2 p`` is profile p's forward side, ``2 p + 1`` its backward side."""

    rows: list[Profile]
    turned: Ints  # (P,) the profile seen the other way, -1 if no street needs it
    kind: Ints  # (P,)
    layer: Ints  # (P,)
    structure: Bools  # (P,) on a bridge or in a tunnel
    roundabout: Bools  # (P,)
    one_way: Bools  # (P,)
    cars: Bools  # (P, 2) cars may drive forward, backward
    right: F64  # (P,) m from the drawn line to the right kerb, in drawing direction
    left: F64  # (P,) m to the left kerb
    lane_start: Ints  # (2P + 1,) rows of the lane arrays below, kerb side first
    lane_offset: F64  # m right of the drawn line, in driving direction
    lane_width: F64  # m
    lane_modes: Ints  # words.Mode set
    lane_speed: F64  # m/s
    side_speed: F64  # (2P,) m/s, limit of the fastest lane that is not for bicycles alone


def profile_table(rows: Iterable[Profile]) -> ProfileTable:
    """The table of distinct profiles `rows`, closed under turning round."""
    rows = list(rows)
    index = {row: i for i, row in enumerate(rows)}
    for row in list(rows):
        back = row.turned()
        if back not in index:
            index[back] = len(rows)
            rows.append(back)
    sides = [side for row in rows for side in layout(row)]
    lanes = [lane for side in sides for lane in side]
    wanted = ("kind", "layer", "bridge", "tunnel", "roundabout")
    column = {name: np.array([getattr(row, name) for row in rows]) for name in wanted}
    reach = [max((lane.offset + lane.width / 2 for lane in side), default=np.nan) for side in sides]
    inner = [min((lane.offset - lane.width / 2 for lane in side), default=np.nan) for side in sides]
    outer, inside = np.array(reach).reshape(-1, 2), np.array(inner).reshape(-1, 2)
    cars = np.array([any(lane.modes & Mode.CAR for lane in side) for side in sides], dtype=bool)
    return ProfileTable(
        rows=rows,
        turned=np.array([index[row.turned()] for row in rows], dtype=np.int64),
        kind=column["kind"].astype(np.int64),
        layer=column["layer"].astype(np.int64),
        structure=column["bridge"].astype(bool) | column["tunnel"].astype(bool),
        roundabout=column["roundabout"].astype(bool),
        one_way=np.array([row.one_way for row in rows], dtype=bool),
        cars=cars.reshape(-1, 2),
        right=np.where(np.isnan(outer[:, 0]), -inside[:, 1], outer[:, 0]),
        left=np.where(np.isnan(outer[:, 1]), -inside[:, 0], outer[:, 1]),
        lane_start=starts([len(side) for side in sides]),
        lane_offset=np.array([lane.offset for lane in lanes], dtype=np.float64),
        lane_width=np.array([lane.width for lane in lanes], dtype=np.float64),
        lane_modes=np.array([lane.modes for lane in lanes], dtype=np.int64),
        lane_speed=np.array([lane.speed for lane in lanes], dtype=np.float64),
        side_speed=np.array([_fastest(side) for side in sides], dtype=np.float64),
    )


def _fastest(side: list[Lane]) -> float:
    limits = [lane.speed for lane in side if lane.modes != Mode.BICYCLE] or [lane.speed for lane in side]
    return max(limits, default=0.0)
