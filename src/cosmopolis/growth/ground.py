"""The ground as it fills: blocks, what may not be built on, and what has been built."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from cosmopolis.city.raw import RawArea, RawBuilding, RawPlace
from cosmopolis.city.words import BuildingUse, LandUse, Provenance, Roof

STOREY = {BuildingUse.RESIDENTIAL: 3.0, BuildingUse.OFFICE: 3.9, BuildingUse.HOTEL: 3.5, BuildingUse.RETAIL: 4.6,
          BuildingUse.INDUSTRIAL: 9.0, BuildingUse.SCHOOL: 3.7, BuildingUse.HOSPITAL: 4.0, BuildingUse.MIXED: 4.4,
          BuildingUse.CULTURE: 6.0, BuildingUse.WORSHIP: 6.0, BuildingUse.SPORT: 8.0}  # fmt: skip


@dataclass
class Ground:
    """Collects buildings, areas and places as districts are filled."""

    buildings: list[RawBuilding] = field(default_factory=list)
    areas: list[RawArea] = field(default_factory=list)
    places: list[RawPlace] = field(default_factory=list)

    def build(  # noqa: PLR0913  keyword-only, as a RawBuilding has them
        self,
        footprint: shapely.Polygon,
        floors: int,
        use: BuildingUse,
        *,
        height: float = 0.0,
        roof: Roof = Roof.FLAT,
        roof_height: float = 0.0,
        name: str = "",
        base: float = 0.0,
        part_of: str = "",
        colour: str = "",
    ) -> RawBuilding:
        """Adds one building; its height follows from its floors unless given."""
        tall = height or floors * STOREY.get(use, 3.4) + 0.6
        building = RawBuilding(
            f"grow:b{len(self.buildings)}", shapely.orient_polygons(footprint), base + tall, base, floors, roof,
            roof_height, use, name, "", colour, part_of, None, Provenance.INVENTED,
        )  # fmt: skip
        self.buildings.append(building)
        return building

    def lay(self, polygon: shapely.Geometry, kind: LandUse, name: str = "") -> None:
        """Adds an area; a multi-polygon gives one row a part."""
        for part in shapely.get_parts(polygon):
            if shapely.get_type_id(part) == 3 and part.area > 1.0:
                self.areas.append(RawArea(f"grow:a{len(self.areas)}", part, kind, name, Provenance.INVENTED))

    def mark(self, xy: tuple[float, float] | NDArray[np.float64], kind: str, name: str, english: str) -> None:
        """Adds a place."""
        at = (float(xy[0]), float(xy[1]))
        self.places.append(
            RawPlace(f"grow:p{len(self.places)}", name, kind, at, english, Provenance.INVENTED)
        )

    def clear(self, streets: shapely.Geometry) -> None:
        """Takes away what could not be built: houses that are no proper shape, or stand on a street or in
        an earlier house."""
        shapes = np.array([b.footprint for b in self.buildings], dtype=object)
        bad = ~shapely.is_valid(shapes) | (shapely.area(shapes) < 6.0)
        shapely.prepare(streets)
        ground = np.array([b.base == 0.0 for b in self.buildings])
        bad |= ground & shapely.intersects(streets, shapes)
        pairs = shapely.STRtree(shapes).query(shapes, predicate="intersects")
        family = [b.part_of or b.key for b in self.buildings]
        for i, j in pairs[:, pairs[0] < pairs[1]].T.tolist():
            if (
                not bad[i]
                and not bad[j]
                and family[i] != family[j]
                and shapes[i].intersection(shapes[j]).area > 0.5
            ):
                bad[j] = True
        gone = {b.key for b, drop in zip(self.buildings, bad) if drop}
        self.buildings = [b for b in self.buildings if b.key not in gone and b.part_of not in gone]

    def carve(self) -> None:
        """Takes from every area what was laid on it later, so that no two areas overlap."""
        shapes = np.array([area.polygon for area in self.areas], dtype=object)
        pairs = shapely.STRtree(shapes).query(shapes, predicate="intersects")
        later: dict[int, list[int]] = {}
        for i, j in pairs[:, pairs[0] < pairs[1]].T.tolist():
            later.setdefault(i, []).append(j)
        kept: list[RawArea] = []
        for i, area in enumerate(self.areas):
            rest = area.polygon
            if i in later:
                rest = shapely.difference(rest, shapely.union_all(shapes[later[i]]))
            for part in shapely.get_parts(rest):
                if shapely.get_type_id(part) == 3 and part.area > 8.0:
                    kept.append(replace(area, key=f"grow:a{len(kept)}", polygon=part))
        self.areas = kept
