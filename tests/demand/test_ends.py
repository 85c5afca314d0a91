"""Where trips begin and end: at the kerb before a building, at several before a long one."""

from collections.abc import Sequence

import numpy as np
import shapely

from cosmopolis.city.build import build
from cosmopolis.city.model import City
from cosmopolis.city.raw import RawBuilding
from cosmopolis.city.words import Mode, StreetKind
from cosmopolis.demand.ends import SAME_KERB, Ends, building_ends
from cosmopolis.demand.graph import RoadGraph
from tests.network.towns import small_ring, street, town


def ends_of(city: City) -> Ends:
    return building_ends(city, RoadGraph.of(city.network, Mode.CAR))


def block(*buildings: RawBuilding) -> City:
    """Four streets of 300 m around a block."""
    corners = {"a": (0, 0), "b": (300, 0), "c": (300, 300), "d": (0, 300)}
    raw = town(
        corners, *(street(way, StreetKind.RESIDENTIAL, name=way) for way in ("a b", "b c", "c d", "d a"))
    )
    raw.buildings = list(buildings)
    return build(raw, seed=1)


def of_building(city: City, ends: Ends, key: str) -> np.ndarray:
    return np.flatnonzero(ends.owner == list(city.buildings.key).index(key))


def test_a_small_building_has_one_kerb_and_a_long_one_several() -> None:
    city = block(
        RawBuilding("house", shapely.box(100, 20, 112, 32), height=9.0),
        RawBuilding("hall", shapely.box(20, 60, 280, 280), height=9.0),
    )
    ends = ends_of(city)
    (house,) = of_building(city, ends, "house").tolist()
    assert ends.weight[house] == 1.0
    assert ends.lane[house] == city.buildings.lane[list(city.buildings.key).index("house")]
    hall = of_building(city, ends, "hall")
    assert 5 <= len(hall) <= 8
    assert ends.weight[hall].sum() == 1.0 and np.ptp(ends.weight[hall]) == 0.0
    assert len(set(ends.edge[hall].tolist())) >= 3  # on all sides that it fronts on
    places = list(zip(ends.lane[hall].tolist(), ends.position[hall].tolist()))
    assert all(
        a == b or lane != other or abs(x - y) > SAME_KERB / 2
        for a, (lane, x) in enumerate(places)
        for b, (other, y) in enumerate(places)
    )


def test_a_long_building_far_from_all_streets_but_one_keeps_one_side() -> None:
    city = block(RawBuilding("slab", shapely.box(40, 20, 260, 40), height=30.0))
    ends = ends_of(city)
    names = {city.network.edges.name[e] for e in ends.edge[of_building(city, ends, "slab")]}
    assert "a b" in names and "c d" not in names


def near_a_ring(kinds: Sequence[StreetKind] = ()) -> City:
    raw = small_ring(18.0, 4, 1)
    for angle in np.linspace(0, 2 * np.pi, 24, endpoint=False):
        x, y = 34.0 * np.cos(angle), 34.0 * np.sin(angle)
        raw.buildings.append(
            RawBuilding(f"b{angle:.2f}", shapely.box(x - 4, y - 4, x + 4, y + 4), height=6.0)
        )
    for row, kind in enumerate(kinds):
        raw.streets[row].kind = kind
    raw.buildings.append(RawBuilding("mall", shapely.box(45, 5, 140, 90), height=12.0))
    return build(raw, seed=1)


def test_nobody_stops_on_a_ring_or_on_a_ramp() -> None:
    city = near_a_ring()
    edges, ends = city.network.edges, ends_of(city)
    assert edges.roundabout.any() and len(ends) >= 25
    assert not edges.roundabout[ends.edge].any()
    ramps = near_a_ring([StreetKind.TERTIARY, StreetKind.PRIMARY_LINK, StreetKind.SECONDARY_LINK])
    ends = ends_of(ramps)
    kinds = {StreetKind(int(kind)).name for kind in ramps.network.edges.kind[ends.edge]}
    assert len(ends) and not any(name.endswith("LINK") for name in kinds)


def test_ends_stand_off_the_junctions() -> None:
    city = near_a_ring()
    ends, length = ends_of(city), city.network.lanes.length
    room = np.minimum(8.0, length[ends.lane] / 2) - 1e-3
    assert (ends.position >= room).all() and (length[ends.lane] - ends.position >= room).all()
