"""RawCity: what a source gives, in the city's vocabulary and in local metres, before any of it is a network.

Streets still run through shared nodes as drawn; nothing is cut, merged or given lanes yet.
`city.build` turns it into a `City`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from shapely import LineString, Polygon

from cosmopolis.city.words import (
    BuildingUse,
    LandUse,
    Mode,
    Provenance,
    Roof,
    StreetKind,
    TransitMode,
    Turn,
)


@dataclass(frozen=True)
class Source:
    """Where a layer comes from; shown to users as attribution."""

    name: str
    attribution: str
    licence: str
    url: str = ""
    date: str = ""  # ISO date of the data, where the source tells it
    layers: tuple[str, ...] = ()  # names of City's layers
    provenance: Provenance = Provenance.MEASURED


@dataclass(frozen=True)
class Finding:
    """Something in the input worth telling: kept, mended or dropped."""

    code: str  # e.g. "dangling-reference"
    where: str  # file and line, or the id of the thing
    message: str


class RawLane(NamedTuple):
    """What a source says of one lane; what is zero is as the street has it."""

    modes: Mode = Mode(0)
    width: float = 0.0  # m
    speed: float = 0.0  # m/s


@dataclass(slots=True)
class RawStreet:
    """One street as drawn, in drawing direction. Lane counts exclude bus-only and cycle lanes."""

    key: str  # stable id, e.g. "osm:way/4711" or "grow:12"
    nodes: NDArray[np.int64]  # (n,) rows of RawCity.node_xy, n >= 2
    kind: StreetKind
    name: str = ""
    forward_lanes: int = 1
    backward_lanes: int = 1  # 0 on a one-way street
    forward_turns: tuple[Turn, ...] = ()  # left to right as painted, one a lane; Turn(0): unmarked
    backward_turns: tuple[Turn, ...] = ()  # left to right as seen by its drivers
    modes: Mode = Mode(0)  # noqa: RUF009  immutable; 0: who usually may use a street of this kind
    forward_bus_lanes: int = 0  # kerb-side bus lanes beside the lanes above
    backward_bus_lanes: int = 0
    cycle_lane_left: bool = False  # sides in drawing direction
    cycle_lane_right: bool = False
    sidewalk_left: bool = False
    sidewalk_right: bool = False
    speed: float = 0.0  # m/s; 0: by kind
    lane_width: float = 0.0  # m; 0: by kind
    layer: int = 0
    bridge: bool = False
    tunnel: bool = False
    roundabout: bool = False
    lit: bool = True
    toll: bool = False
    lanes_measured: bool = False  # the source said how many lanes, not the class
    provenance: Provenance = Provenance.MEASURED
    sidewalks_measured: bool = True  # the source said where they are; it is not taken from the class
    backward_modes: Mode | None = None  # None: as `modes` where there are lanes backward, else nobody
    backward_speed: float | None = None  # m/s; None: as `speed`; 0: by kind
    # Left to right as seen by its drivers, one a lane (bus and cycle lanes too) where the source tells them apart.
    # As many lanes for everybody and for buses as are counted above; then they lie as told here, not at the kerb.
    forward_detail: tuple[RawLane, ...] = ()
    backward_detail: tuple[RawLane, ...] = ()

    def __post_init__(self) -> None:
        if not self.modes:
            self.modes = usual_modes(self.kind)


def usual_modes(kind: StreetKind) -> Mode:
    """Vehicles of streets of which nothing is said: bicycles too, but for motorways and trunk roads."""
    return Mode.road() | (Mode.BICYCLE if kind >= StreetKind.PRIMARY else Mode(0))


@dataclass(slots=True)
class RawRestriction:
    """A turn that is forbidden (or, with `only`, the one that is allowed).

    With `via_streets`, a way over whole streets is: from `via_node`, where the first street meets the first of them,
    over all of them to `last_node`, where the last of them meets the last street.
    """

    from_street: str
    via_node: int  # row of RawCity.node_xy
    to_street: str
    only: bool = False
    except_modes: Mode = Mode(0)  # noqa: RUF009  an immutable value
    via_streets: tuple[str, ...] = ()
    last_node: int = -1


@dataclass(slots=True)
class RawBuilding:
    key: str
    footprint: Polygon
    height: float = 0.0  # m to the eaves or flat top, above ground; 0: unknown
    base: float = 0.0  # m above ground where the volume begins
    floors: int = 0  # 0: unknown
    roof: Roof = Roof.FLAT
    roof_height: float = 0.0
    use: BuildingUse = BuildingUse.UNKNOWN
    name: str = ""
    address: str = ""
    colour: str = ""  # "#rrggbb" where the source tells it
    part_of: str = ""  # key of the building that this is a part of
    mesh: NDArray[np.float64] | None = None  # (T, 3, 3) triangles, z above ground, where LoD2 is known
    provenance: Provenance = Provenance.MEASURED


@dataclass(slots=True)
class RawArea:
    """Land use, green or water."""

    key: str
    polygon: Polygon
    kind: LandUse
    name: str = ""
    provenance: Provenance = Provenance.MEASURED


@dataclass(slots=True)
class RawPlace:
    """A named thing that one may look for: a shop, a school, a station, the circuit."""

    key: str
    name: str
    kind: str  # OSM-like "amenity=school", "shop=bakery", "leisure=park"
    xy: tuple[float, float]
    name_en: str = ""
    provenance: Provenance = Provenance.MEASURED


@dataclass(slots=True)
class RawTree:
    xy: tuple[float, float]
    height: float = 0.0  # 0: unknown
    provenance: Provenance = Provenance.MEASURED


@dataclass(slots=True)
class RawStop:
    key: str
    name: str
    xy: tuple[float, float]
    mode: TransitMode = TransitMode.BUS
    provenance: Provenance = Provenance.MEASURED


@dataclass(slots=True)
class RawTransitLine:
    key: str
    ref: str
    name: str
    mode: TransitMode
    stops: tuple[str, ...]  # keys of RawStop in order, one direction
    path: LineString | None = None
    colour: str = ""
    headway: float = 0.0  # s between departures; 0: unknown
    provenance: Provenance = Provenance.MEASURED


@dataclass(slots=True)
class RawRail:
    """A railway as drawn: rail, metro or tram."""

    key: str
    line: LineString
    mode: TransitMode
    layer: int = 0
    tunnel: bool = False
    provenance: Provenance = Provenance.MEASURED


@dataclass(slots=True)
class RawCity:
    """Everything read, in local metres (east, north) around `origin`."""

    name: str
    origin: tuple[float, float]  # (lon, lat) degrees of (0, 0)
    drive_on_left: bool = False
    bounds: tuple[float, float, float, float] | None = (
        None  # west, south, east, north in metres, if the source says
    )
    boundary: Polygon | None = None  # clip polygon in metres, if one was asked for
    node_xy: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 2)))  # (N, 2)
    node_keys: list[str] = field(default_factory=list)  # (N,) stable ids, may be empty when invented
    signals: set[int] = field(default_factory=set)  # node rows with traffic lights
    stops_signs: set[int] = field(default_factory=set)  # node rows with a stop sign
    yields: set[int] = field(default_factory=set)  # node rows with a give-way sign
    crossings: dict[int, bool] = field(default_factory=dict)  # node row -> has pedestrian signals
    mini_roundabouts: set[int] = field(default_factory=set)
    streets: list[RawStreet] = field(default_factory=list)
    restrictions: list[RawRestriction] = field(default_factory=list)
    buildings: list[RawBuilding] = field(default_factory=list)
    areas: list[RawArea] = field(default_factory=list)
    places: list[RawPlace] = field(default_factory=list)
    trees: list[RawTree] = field(default_factory=list)
    stops: list[RawStop] = field(default_factory=list)
    transit_lines: list[RawTransitLine] = field(default_factory=list)
    rails: list[RawRail] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)  # what a source knows of the whole, e.g. "population"
