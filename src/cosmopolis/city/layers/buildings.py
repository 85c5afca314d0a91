"""Buildings: sound footprints, a height for each, parts linked to their wholes, and the kerb they are reached from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon

from cosmopolis.city.layers.heights import Drawn, floors_of, height_of, roof_height_of
from cosmopolis.city.layers.kerb import BUILDING_REACH, car_kerbs, nearest_kerb
from cosmopolis.city.layers.polygons import Bounds, Shapes, as_shapes, centres, sound
from cosmopolis.city.layers.rows import joined
from cosmopolis.city.layers.uses import uses_of
from cosmopolis.city.model import Areas, Buildings, Network
from cosmopolis.city.raw import Finding, RawBuilding, RawCity
from cosmopolis.city.words import BuildingUse, Mode, Provenance, Roof

LEAST_AREA = 2.0  # m2
COVERED = 0.6  # share of a whole that its parts must cover to be drawn in its stead
CLEARANCE = 2.5  # m above the ground, from which a volume leaves room for cars
HIGHEST = 1000.0  # m; above it a height is a slip of the pen


def build_buildings(
    raw: RawCity, bounds: Bounds, land: Areas, network: Network, *, seed: int
) -> tuple[Buildings, list[Finding]]:
    """Buildings whose centre is inside the city, and what had to be mended or dropped."""
    footprint, row, findings = _footprints(raw.buildings)
    inside = _inside(footprint, bounds, raw.boundary)
    footprint, rows = footprint[inside], [raw.buildings[i] for i in row[inside]]
    part_of = _parts(rows, footprint)
    drawn, slips = _drawn(rows, footprint, part_of)
    height, measured = height_of(drawn, seed=seed)
    use = uses_of(drawn.use, footprint, height, land, seed=seed)
    kerb = nearest_kerb(centres(footprint), car_kerbs(network), network, within=BUILDING_REACH)
    mesh_start, mesh = _meshes(rows)
    roof = np.array([building.roof for building in rows], np.uint8)
    provenance = np.array([building.provenance for building in rows], np.uint8)
    buildings = Buildings(
        key=tuple(building.key for building in rows),
        name=tuple(building.name for building in rows),
        address=tuple(building.address for building in rows),
        footprint=footprint,
        height=height.astype(np.float32),
        base=drawn.base.astype(np.float32),
        floors=floors_of(drawn, height),
        roof=roof,
        roof_height=roof_height_of(roof, np.array([b.roof_height for b in rows], np.float64), footprint),
        use=use,
        colour=tuple(building.colour for building in rows),
        part_of=part_of,
        lane=kerb.lane,
        lane_position=kerb.position,
        mesh_start=mesh_start,
        mesh=mesh,
        provenance=provenance,
        height_provenance=np.where(
            measured, provenance, np.maximum(provenance, np.uint8(Provenance.MODELLED))
        ),
        use_provenance=np.where(
            drawn.use != BuildingUse.UNKNOWN,
            provenance,
            np.maximum(provenance, np.uint8(Provenance.MODELLED)),
        ),
    )
    return buildings, findings + slips


def standing_on_lanes(buildings: Buildings, network: Network, name: str) -> list[Finding]:
    """One finding that counts the buildings that reach over a lane at ground level. Volumes above cars' heads, as
    gates and canopies have them, do not."""
    edges, lanes = network.edges, network.lanes
    ground = ~(edges.tunnel | edges.bridge)[lanes.edge] & ((lanes.modes & int(Mode.CAR)) > 0)
    rows = np.flatnonzero(ground & (np.diff(lanes.line.start) >= 2))
    if not len(rows) or not len(buildings):
        return []
    wanted = np.zeros(len(lanes), dtype=bool)
    wanted[rows] = True
    points = np.repeat(wanted, np.diff(lanes.line.start))
    owner = np.repeat(np.arange(len(rows)), np.diff(lanes.line.start)[rows])
    drawn = shapely.linestrings(lanes.line.points[points, :2], indices=owner)
    house, _ = shapely.STRtree(drawn).query(buildings.footprint, predicate="intersects")
    low = np.unique(house[buildings.base[house] < CLEARANCE])
    if not len(low):
        return []
    some = ", ".join(buildings.key[i] for i in low[:3].tolist()) + (", ..." if len(low) > 3 else "")
    return [Finding("building-on-lane", name, f"{len(low)} building(s) reach over a lane: {some}")]


def both(first: Buildings, second: Buildings) -> Buildings:
    """The rows of both, `first` before `second`; parts keep pointing at their wholes."""
    part_of = np.where(second.part_of >= 0, second.part_of + len(first), -1).astype(np.int32)
    table = joined(first, replace(second, part_of=part_of))
    mesh_start = np.concatenate([first.mesh_start, second.mesh_start[1:] + first.mesh_start[-1]])
    return replace(table, mesh_start=mesh_start)


def _footprints(raw: Sequence[RawBuilding]) -> tuple[Shapes, NDArray[np.int64], list[Finding]]:
    """One polygon a building, the largest where mending gave several."""
    shapes = as_shapes([building.footprint for building in raw])
    found = sound(shapes, least_area=LEAST_AREA)
    order = np.lexsort((-shapely.area(found.polygon), found.row))
    row, first = np.unique(found.row[order], return_index=True)
    mended = np.intersect1d(found.mended, row)
    lost = np.setdiff1d(np.arange(len(raw)), row)
    findings = [
        Finding("footprint-mended", raw[i].key, "Its outline crosses itself; it was mended.")
        for i in mended.tolist()
    ]
    findings += [
        Finding("footprint-dropped", raw[i].key, f"Its outline encloses less than {LEAST_AREA:.0f} m2.")
        for i in lost.tolist()
    ]
    return found.polygon[order][first], row, findings


def _inside(footprint: Shapes, bounds: Bounds, boundary: Polygon | None) -> NDArray[np.bool_]:
    x, y = centres(footprint).T
    inside = (x >= bounds[0]) & (y >= bounds[1]) & (x <= bounds[2]) & (y <= bounds[3])
    if boundary is not None:
        shapely.prepare(boundary)
        inside &= shapely.contains_xy(boundary, x, y)
    return inside


def _drawn(
    rows: Sequence[RawBuilding], footprint: Shapes, part_of: NDArray[np.int32]
) -> tuple[Drawn, list[Finding]]:
    """What the source says, without what cannot be; a part is used as its whole."""
    height = np.array([building.height for building in rows], np.float64)
    base = np.array([building.base for building in rows], np.float64)
    wrong = ~((height >= 0) & (height <= HIGHEST)) | ((height > 0) & (base >= height))
    findings = [
        Finding(
            "height-implausible", rows[i].key, f"Height {height[i]:g} m above base {base[i]:g} m; not used."
        )
        for i in np.flatnonzero(wrong).tolist()
    ]
    height[wrong] = 0.0
    base[~((base >= 0) & (base <= HIGHEST))] = 0.0
    floors = np.array([building.floors for building in rows], np.int64)
    use = np.array([building.use for building in rows], np.uint8)
    silent_part = np.flatnonzero((part_of >= 0) & (use == BuildingUse.UNKNOWN))
    use[silent_part] = use[part_of[silent_part]]
    return Drawn(footprint, height, np.clip(floors, 0, 250), use, base), findings


def _parts(rows: Sequence[RawBuilding], footprint: Shapes) -> NDArray[np.int32]:
    """(B,) the row of the whole; a whole that its parts leave half empty keeps its own walls, and they theirs."""
    row_of = {building.key: row for row, building in enumerate(rows)}
    part_of = np.array([row_of.get(building.part_of, -1) for building in rows], np.int32)
    part_of[part_of == np.arange(len(rows))] = -1
    part = np.flatnonzero(part_of >= 0)
    if len(part):
        area = shapely.area(footprint)
        covered = np.bincount(part_of[part], area[part], len(rows))
        bare = covered < COVERED * area
        part_of[part[bare[part_of[part]]]] = -1
    return part_of


def _meshes(rows: Sequence[RawBuilding]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The triangles of all, and (B + 1,) where each building's begin."""
    meshes = [b.mesh if b.mesh is not None and b.roof == Roof.MESH else np.zeros((0, 3, 3)) for b in rows]
    start = np.zeros(len(rows) + 1, np.int64)
    np.cumsum([len(mesh) for mesh in meshes], out=start[1:])
    return start, np.concatenate([np.zeros((0, 3, 3)), *meshes]).astype(np.float32)
