"""Every column that says what a row is: what growth makes is invented, what a source guessed is never measured."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pytest

from cosmopolis.city.build import build
from cosmopolis.city.model import City
from cosmopolis.city.words import Provenance
from cosmopolis.growth import grow
from tests.sources.maps import Map

MEASURED, MODELLED, INVENTED = Provenance.MEASURED, Provenance.MODELLED, Provenance.INVENTED
COLUMNS = {
    "network.edges.provenance", "network.edges.lanes_provenance", "network.signals.provenance",
    "network.crossings.provenance", "network.walks.provenance", "buildings.provenance",
    "buildings.height_provenance", "buildings.use_provenance", "places.provenance", "land_use.provenance",
    "water.provenance", "green.provenance", "trees.provenance", "stops.provenance", "transit_lines.provenance",
    "rails.provenance", "zones.provenance",
}  # fmt: skip


def columns(table: Any, name: str = "") -> Iterator[tuple[str, np.ndarray]]:
    """(name, values) of every provenance column in a city's tables."""
    for field in fields(table):
        value = getattr(table, field.name)
        if field.name.endswith("provenance") and isinstance(value, np.ndarray):
            yield f"{name}{field.name}", value
        elif is_dataclass(value):
            yield from columns(value, f"{name}{field.name}.")


@pytest.fixture(scope="module")
def invented() -> City:
    return build(grow(seed=3, population=5_000), seed=3)


def test_these_are_all_columns(invented: City) -> None:
    assert {name for name, _ in columns(invented)} == COLUMNS


@pytest.mark.parametrize("name", sorted(COLUMNS))
def test_all_of_an_invented_town_is_invented(invented: City, name: str) -> None:
    values = dict(columns(invented))[name]
    assert len(values) and set(values.tolist()) == {INVENTED}


def test_all_that_growth_draws_is_invented() -> None:
    raw = grow(seed=4, population=3_000)
    for layer in (
        "streets",
        "buildings",
        "areas",
        "places",
        "trees",
        "stops",
        "transit_lines",
        "rails",
        "sources",
    ):
        assert {row.provenance for row in getattr(raw, layer)} <= {INVENTED}, layer


@pytest.fixture(scope="module")
def mapped(tmp_path_factory: pytest.TempPathFactory) -> City:
    """A map on which half of each layer is told and the other half has to be guessed."""
    town = Map()
    for id, xy in {1: (-200, 0), 3: (200, 0), 4: (0, -200), 5: (0, 200)}.items():
        town.node(id, *xy)
    town.node(2, 0, 0, highway="traffic_signals")
    told = {"lanes": "2", "sidewalk": "both", "highway": "secondary"}
    town.way(10, [1, 2], **told).way(11, [2, 3], highway="secondary", name="Guessed")
    town.way(12, [4, 2], **told).way(13, [2, 5], highway="residential", lanes="1", name="Narrow")
    town.way(14, [1, 4], highway="residential").way(15, [3, 5], highway="residential")
    town.square(20, 20, 20, 15, building="house", height="9").square(21, 60, 20, 15, building="yes")
    town.street(30, [(-150, 60), (-60, 60)], highway="", waterway="stream", width="4")
    town.street(31, [(-150, 90), (-60, 90)], highway="", waterway="stream")
    town.node(40, 100, 100, natural="tree")
    town.street(41, [(90, 120), (130, 120)], highway="", natural="tree_row")
    return build(town.read(tmp_path_factory.mktemp("map")), seed=1)


def of_street(city: City, way: int, table: str, column: str) -> set[int]:
    """Provenance of what belongs to one way's edges."""
    edges = [e for e, key in enumerate(city.network.edges.key) if key.startswith(f"osm:way/{way}#")]
    rows = getattr(city.network, table)
    at = np.arange(len(rows)) if table == "edges" else rows.edge
    return set(getattr(rows, column)[np.isin(at, edges)].tolist())


def test_streets_of_a_map(mapped: City) -> None:
    assert set(mapped.network.edges.provenance.tolist()) == {MEASURED}
    lanes = {way: of_street(mapped, way, "edges", "lanes_provenance") for way in (10, 11, 12, 13, 14)}
    assert lanes == {10: {MEASURED}, 11: {MODELLED}, 12: {MEASURED}, 13: {MODELLED}, 14: {MODELLED}}
    assert of_street(mapped, 10, "walks", "provenance") == {MEASURED}
    assert of_street(mapped, 11, "walks", "provenance") == {MODELLED}
    assert mapped.network.signals.provenance.tolist() == [MEASURED]
    assert set(mapped.network.crossings.provenance.tolist()) == {MODELLED}  # nobody drew one


def test_what_stands_beside_them(mapped: City) -> None:
    buildings = {
        key: (p, h, u)
        for key, p, h, u in zip(
            mapped.buildings.key,
            mapped.buildings.provenance.tolist(),
            mapped.buildings.height_provenance.tolist(),
            mapped.buildings.use_provenance.tolist(),
        )
    }
    assert buildings["osm:way/20"] == (MEASURED, MEASURED, MEASURED)
    assert buildings["osm:way/21"] == (MEASURED, MODELLED, MODELLED)
    water = dict(zip(mapped.water.key, mapped.water.provenance.tolist()))
    assert water == {"osm:way/30": MEASURED, "osm:way/31": MODELLED}
    on_map = mapped.trees.provenance[mapped.trees.provenance != INVENTED].tolist()
    assert on_map[0] == MEASURED and set(on_map[1:]) == {MODELLED}
    assert set(mapped.zones.provenance.tolist()) <= {MODELLED, INVENTED}


def test_nothing_that_nobody_told_is_called_measured(mapped: City) -> None:
    """Where the map has nothing of a kind, no row of it is measured."""
    for name in ("places", "stops", "transit_lines", "rails", "green", "land_use", "zones"):
        assert MEASURED not in getattr(mapped, name).provenance.tolist(), name
