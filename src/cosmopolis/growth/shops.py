"""Shops, restaurants and services on the ground floors of the centre and the old town; charging hubs."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.random import Generator

from cosmopolis.city.raw import RawBuilding
from cosmopolis.city.words import BuildingUse, LandUse
from cosmopolis.growth.ground import Ground
from cosmopolis.growth.names import Names

TRADES = (
    ("amenity=restaurant", "饭店", "Restaurant"), ("amenity=restaurant", "面馆", "Noodle House"),
    ("amenity=restaurant", "火锅", "Hot Pot"), ("amenity=restaurant", "小笼馆", "Dumplings"),
    ("amenity=cafe", "咖啡", "Coffee"), ("amenity=cafe", "茶馆", "Tea House"), ("shop=bakery", "面包房", "Bakery"),
    ("shop=supermarket", "超市", "Supermarket"), ("shop=convenience", "便利店", "Convenience Store"),
    ("shop=books", "书店", "Books"), ("shop=clothes", "服饰", "Fashion"), ("shop=tea", "茶庄", "Tea"),
    ("amenity=pharmacy", "大药房", "Pharmacy"), ("amenity=bank", "银行", "Bank"),
    ("shop=hairdresser", "美发", "Hair"), ("shop=electronics", "数码", "Electronics"),
    ("amenity=cinema", "影城", "Cinema"), ("shop=florist", "花店", "Flowers"), ("amenity=clinic", "诊所", "Clinic"),
    ("shop=bicycle", "车行", "Bicycles"), ("leisure=fitness_centre", "健身", "Fitness"),
)  # fmt: skip


def open_shops(ground: Ground, names: Names, rng: Generator) -> None:
    """About one shop to three shop houses of the old town and two to a podium; large ones get several."""
    for building in list(ground.buildings):
        if building.part_of or building.name or building.use not in (BuildingUse.MIXED, BuildingUse.RETAIL):
            continue
        size = building.footprint.area
        count = rng.poisson(0.34 if size < 400 else 1.0 if size < 1500 else 2.2)
        for spot in _doors(building, count, rng):
            kind, chinese, english = TRADES[int(rng.integers(len(TRADES)))]
            ground.mark(spot, kind, *names.numbered(chinese, english))


def _doors(building: RawBuilding, count: int, rng: Generator) -> np.ndarray:
    """(count, 2) points just inside the walls."""
    wall = shapely.buffer(building.footprint, -1.5)
    if wall.is_empty or count == 0:
        return np.zeros((0, 2))
    line = max(shapely.get_parts(wall), key=shapely.area).exterior
    return shapely.get_coordinates(shapely.line_interpolate_point(line, rng.uniform(0, line.length, count)))


def open_charging(ground: Ground, names: Names, most: int) -> None:
    """Charging hubs on the largest car parks."""
    yards = [area for area in ground.areas if area.kind == LandUse.PARKING]
    hubs: list[np.ndarray] = []
    for area in sorted(yards, key=lambda a: (-a.polygon.area, a.key)):
        spot = shapely.get_coordinates(area.polygon.representative_point())[0]
        if len(hubs) < most and all(np.hypot(*(spot - other)) > 320 for other in hubs):
            hubs.append(spot)
            ground.mark(spot, "amenity=charging_station", *names.numbered("超充站", "Charging Hub"))
