"""City: the static twin as frozen tables of arrays. Row numbers are the ids inside one City version.

Strings are stable keys from the source. Lanes and connections share one numbering for whoever moves along
them: path ``p`` is lane ``p`` while ``p < len(lanes)`` and else connection ``p - len(lanes)``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.raw import Finding, Source
from cosmopolis.geometry.polylines import Polylines
from cosmopolis.geometry.projection import Projection

I8 = NDArray[np.int8]
I16 = NDArray[np.int16]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
U8 = NDArray[np.uint8]
U16 = NDArray[np.uint16]
F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
Shapes = NDArray[np.object_]  # shapely geometries
Strings = Sequence[str]


@dataclass(frozen=True)
class Junctions:
    key: Strings  # (J,)
    xy: F64  # (J, 2) m
    layer: I8  # (J,)
    control: U8  # (J,) words.Control
    program: I32  # (J,) row of Signals, -1 without
    area: Shapes  # (J,) Polygon between the stop lines, empty for a dead end

    def __len__(self) -> int:
        return len(self.control)


@dataclass(frozen=True)
class Edges:
    """One carriageway direction between two junctions. Its lanes are rows
    ``first_lane .. first_lane + lane_count - 1``, the kerb side first."""

    key: Strings  # (E,)
    name: Strings  # (E,) street name, may be ""
    from_junction: I32  # (E,)
    to_junction: I32  # (E,)
    first_lane: I32  # (E,)
    lane_count: I16  # (E,)
    kind: U8  # (E,) words.StreetKind
    speed: F32  # (E,) m/s, limit for cars
    layer: I8  # (E,) 0 at grade
    bridge: NDArray[np.bool_]  # (E,)
    tunnel: NDArray[np.bool_]  # (E,)
    roundabout: NDArray[np.bool_]  # (E,)
    toll: NDArray[np.bool_]  # (E,)
    twin: I32  # (E,) the opposite carriageway of the same street, -1 without
    component: I32  # (E,) strongly connected component for cars, 0 is the largest
    line: Polylines  # (E,) centre line of the carriageway, junction to junction
    provenance: U8  # (E,)
    lanes_provenance: U8  # (E,) whether the number of lanes is measured or by class

    def __len__(self) -> int:
        return len(self.kind)


@dataclass(frozen=True)
class Lanes:
    edge: I32  # (L,)
    index: I16  # (L,) 0 at the kerb
    modes: U16  # (L,) words.Mode set
    width: F32  # (L,) m
    speed: F32  # (L,) m/s
    turns: U16  # (L,) words.Turn set that its connections make
    line: Polylines  # (L,) centre line, cut at the stop lines

    def __len__(self) -> int:
        return len(self.edge)

    @property
    def length(self) -> F64:
        """(L,) m"""
        return self.line.length


@dataclass(frozen=True)
class Connections:
    """From the end of one lane through a junction to the start of another. Sorted by `from_lane`."""

    from_lane: I32  # (C,)
    to_lane: I32  # (C,)
    junction: I32  # (C,)
    turn: U16  # (C,) one words.Turn
    speed: F32  # (C,) m/s that the curve allows
    signal: I32  # (C,) row in the signal program's links, -1 without
    must_stop: NDArray[np.bool_]  # (C,) a stop sign: everybody stands before it where no light is on
    line: Polylines  # (C,) path through the junction

    def __len__(self) -> int:
        return len(self.from_lane)

    @property
    def length(self) -> F64:
        return self.line.length


@dataclass(frozen=True)
class Conflicts:
    """For connection c, rows ``start[c] .. start[c + 1] - 1``: who crosses or merges with it, where, who waits."""

    start: I32  # (C + 1,)
    other: I32  # (K,) connection
    begin: F32  # (K,) m along c where the shared ground begins
    end: F32  # (K,) m along c where it ends
    yields: NDArray[np.bool_]  # (K,) c waits for other, signals aside
    merge: NDArray[np.bool_]  # (K,) both end in the same lane

    def __len__(self) -> int:
        return len(self.other)


@dataclass(frozen=True)
class Signals:
    """Signal programs. Program s controls links ``link_start[s] ..`` and runs phases ``phase_start[s] ..`` in a
    ring; phase p shows ``light[light_start[p]:light_start[p + 1]]``, one words.Light a link of its program."""

    junction: I32  # (S,) the junction; each junction has at most one program
    offset: F32  # (S,) s after midnight at which the first phase begins, modulo the cycle
    link_start: I32  # (S + 1,)
    link: I32  # (links,) connection
    phase_start: I32  # (S + 1,)
    duration: F32  # (phases,) s
    light_start: I32  # (phases + 1,)
    light: U8  # (lights,) words.Light
    provenance: U8  # (S,) the position of the light; programs themselves are modelled

    def __len__(self) -> int:
        return len(self.junction)


@dataclass(frozen=True)
class Crossings:
    """Where people cross a street."""

    junction: I32  # (X,) -1 between junctions
    edge: I32  # (X,) one of the edges crossed
    width: F32  # (X,) m
    signalled: NDArray[np.bool_]  # (X,)
    line: Polylines  # (X,) kerb to kerb
    provenance: U8  # (X,)

    def __len__(self) -> int:
        return len(self.junction)


@dataclass(frozen=True)
class Walks:
    """Sidewalks, footpaths, cycle paths and squares' axes: the ways of people on foot and on bicycles."""

    kind: U8  # (W,) words.StreetKind FOOTWAY, PATH, STEPS, PEDESTRIAN or CYCLEWAY
    edge: I32  # (W,) the edge whose kerb a sidewalk follows, -1 for a path of its own
    width: F32  # (W,) m
    layer: I8  # (W,)
    line: Polylines  # (W,)
    provenance: U8  # (W,)

    def __len__(self) -> int:
        return len(self.kind)


@dataclass(frozen=True)
class Network:
    junctions: Junctions
    edges: Edges
    lanes: Lanes
    connections: Connections
    conflicts: Conflicts
    signals: Signals
    crossings: Crossings
    walks: Walks


@dataclass(frozen=True)
class Buildings:
    key: Strings  # (B,)
    name: Strings  # (B,)
    address: Strings  # (B,)
    footprint: Shapes  # (B,) Polygon, counter-clockwise, valid
    height: F32  # (B,) m, top of the walls above ground
    base: F32  # (B,) m, bottom of the volume above ground
    floors: I16  # (B,)
    roof: U8  # (B,) words.Roof
    roof_height: F32  # (B,) m on top of `height`
    use: U8  # (B,) words.BuildingUse
    colour: Strings  # (B,) "#rrggbb" or ""
    part_of: I32  # (B,) row of the whole, -1; a whole that has parts is not drawn itself
    lane: I32  # (B,) the drivable lane at whose kerb its trips begin and end, -1 if none is near
    lane_position: F32  # (B,) m along that lane
    mesh_start: I64  # (B + 1,) rows of `mesh`; empty where the footprint is extruded
    mesh: F32  # (T, 3, 3) m, triangles with z above ground
    provenance: U8  # (B,)
    height_provenance: U8  # (B,)
    use_provenance: U8  # (B,) modelled where the source does not say what the building is for

    def __len__(self) -> int:
        return len(self.use)


@dataclass(frozen=True)
class Areas:
    """Land use, green or water."""

    key: Strings  # (A,)
    name: Strings  # (A,)
    kind: U8  # (A,) words.LandUse
    polygon: Shapes  # (A,) Polygon
    provenance: U8  # (A,)

    def __len__(self) -> int:
        return len(self.kind)


@dataclass(frozen=True)
class Places:
    key: Strings  # (P,)
    name: Strings  # (P,)
    name_en: Strings  # (P,)
    kind: Strings  # (P,) "amenity=school"
    xy: F64  # (P, 2) m
    building: I32  # (P,) the building it is in, -1
    provenance: U8  # (P,)

    def __len__(self) -> int:
        return len(self.building)


@dataclass(frozen=True)
class Trees:
    xy: F64  # (T, 2) m
    height: F32  # (T,) m
    crown: F32  # (T,) m, radius
    provenance: U8  # (T,)

    def __len__(self) -> int:
        return len(self.height)


@dataclass(frozen=True)
class Stops:
    key: Strings  # (H,)
    name: Strings  # (H,)
    xy: F64  # (H, 2) m
    mode: U8  # (H,) words.TransitMode
    lane: I32  # (H,) kerb lane where a bus halts, -1 for rail or where there is none
    lane_position: F32  # (H,) m
    provenance: U8  # (H,)

    def __len__(self) -> int:
        return len(self.mode)


@dataclass(frozen=True)
class TransitLines:
    """One direction of a line; stops are ``stop[stop_start[i]:stop_start[i + 1]]`` in order."""

    key: Strings  # (T,)
    ref: Strings  # (T,)
    name: Strings  # (T,)
    colour: Strings  # (T,)
    mode: U8  # (T,) words.TransitMode
    headway: F32  # (T,) s between departures in the peak
    stop_start: I32  # (T + 1,)
    stop: I32  # (.,) rows of Stops
    line: Polylines  # (T,) path, may be empty for a bus that follows the lanes
    provenance: U8  # (T,)

    def __len__(self) -> int:
        return len(self.mode)


@dataclass(frozen=True)
class Rails:
    mode: U8  # (R,) words.TransitMode
    layer: I8  # (R,)
    tunnel: NDArray[np.bool_]  # (R,)
    line: Polylines  # (R,)
    provenance: U8  # (R,)

    def __len__(self) -> int:
        return len(self.mode)


@dataclass(frozen=True)
class Zones:
    """Blocks of ground that demand counts people and jobs in."""

    polygon: Shapes  # (Z,)
    kind: U8  # (Z,) words.LandUse
    residents: F32  # (Z,)
    jobs: F32  # (Z,)
    provenance: U8  # (Z,)

    def __len__(self) -> int:
        return len(self.kind)


@dataclass(frozen=True)
class City:
    """A static city version; immutable while it runs."""

    name: str
    origin: tuple[float, float]  # (lon, lat) degrees of (0, 0)
    drive_on_left: bool
    bounds: tuple[float, float, float, float]  # west, south, east, north, m
    network: Network
    buildings: Buildings
    places: Places
    land_use: Areas
    water: Areas
    green: Areas
    trees: Trees
    stops: Stops
    transit_lines: TransitLines
    rails: Rails
    zones: Zones
    sources: tuple[Source, ...]
    findings: tuple[Finding, ...] = ()
    seed: int = 0  # of what was invented
    version: str = ""  # content hash, set by the store
    notes: dict[str, str] = field(default_factory=dict)  # e.g. {"population": "60214"}

    @cached_property
    def projection(self) -> Projection:
        return Projection(*self.origin)

    def with_version(self, version: str) -> City:
        return replace(self, version=version)
