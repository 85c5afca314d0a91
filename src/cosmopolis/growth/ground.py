"""The ground as it fills: blocks, what may not be built on, and what has been built."""

from __future__ import annotations

from dataclasses import dataclass, field

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

    def build(self, footprint: shapely.Polygon, floors: int, use: BuildingUse, *, height: float = 0.0,
              roof: Roof = Roof.FLAT, roof_height: float = 0.0, name: str = "", base: float = 0.0,
              part_of: str = "", colour: str = "") -> RawBuilding:  # fmt: skip
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
        self.places.append(RawPlace(f"grow:p{len(self.places)}", name, kind, at, english, Provenance.INVENTED))
