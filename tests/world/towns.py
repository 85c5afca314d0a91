"""The grid with names: places, stops, a line and a building that are called something."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cosmopolis.city.model import City, Places, Stops, TransitLines
from cosmopolis.geometry.polylines import Polylines

PLACES = [
    ("Park", "", "leisure=park"),
    ("People's Park", "", "leisure=park"),
    ("Parkview Hotel", "", "tourism=hotel"),
    ("Carpark", "", "amenity=parking"),
    ("人民公园", "Renmin Gongyuan", "leisure=park"),
    ("赛车场", "Race Track", "leisure=racetrack"),
    ("Café Zürich", "", "amenity=cafe"),
]
STOPS = [("Market Square", 0, 0), ("Market Square", 30, 0), ("Market Square", 10, 10), ("上海赛车场", 300, 0)]


def named(city: City) -> City:
    zeros = np.zeros(len(PLACES), np.uint8)
    places = Places(
        key=[f"place:{i}" for i in range(len(PLACES))],
        name=[p[0] for p in PLACES],
        name_en=[p[1] for p in PLACES],
        kind=[p[2] for p in PLACES],
        xy=np.column_stack([np.arange(len(PLACES)) * 10.0, zeros]),
        building=np.array([0, 0] + [-1] * (len(PLACES) - 2), np.int32),
        provenance=zeros,
    )
    stops = Stops(
        key=[f"stop:{i}" for i in range(len(STOPS))],
        name=[s[0] for s in STOPS],
        xy=np.array([s[1:] for s in STOPS], float),
        mode=np.array([0, 0, 1, 1], np.uint8),
        lane=np.array([0, 0, -1, -1], np.int32),
        lane_position=np.array([20, 60, 0, 0], np.float32),
        provenance=np.zeros(len(STOPS), np.uint8),
    )
    lines = TransitLines(
        key=["line:11"],
        ref=["11"],
        name=["Metro 11 east"],
        colour=["#aa0000"],
        mode=np.array([1], np.uint8),
        headway=np.array([180], np.float32),
        stop_start=np.array([0, 2], np.int32),
        stop=np.array([2, 3], np.int32),
        line=Polylines.of([np.array([[0.0, 0.0], [300.0, 0.0]])]),
        provenance=np.zeros(1, np.uint8),
    )
    names, addresses = list(city.buildings.name), list(city.buildings.address)
    names[0], addresses[0] = "Exchange Tower", "Harbour Road 7"
    buildings = replace(city.buildings, name=names, address=addresses)
    return replace(city, places=places, stops=stops, transit_lines=lines, buildings=buildings)
