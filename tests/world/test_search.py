"""Finding things by name: rule 2.4."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cosmopolis.city.model import City
from cosmopolis.world.names import NAMED
from cosmopolis.world.search import NameIndex, folded


@pytest.fixture(scope="module")
def names(city: City) -> NameIndex:
    return NameIndex(city, NAMED)


def found(names: NameIndex, text: str, limit: int = 20) -> list[tuple[str, str]]:
    return [(hit.kind, hit.name) for hit in names.search(text, limit)]


def test_the_whole_name_comes_first_then_beginnings_then_words_then_parts(names: NameIndex) -> None:
    assert [name for _, name in found(names, "park")] == [
        "Park",
        "Parkview Hotel",
        "People's Park",
        "Carpark",
    ]


@pytest.mark.parametrize(
    "text", ["CAFÉ zürich", "cafe zurich", "  café   ZÜRICH ", "zurich cafe", "ｃａｆｅ zürich"]
)
def test_case_accents_width_and_order_do_not_matter(names: NameIndex, text: str) -> None:
    assert ("place", "Café Zürich") in found(names, text)


def test_chinese_is_found_by_any_part_of_it(names: NameIndex) -> None:
    assert found(names, "人民")[0] == ("place", "人民公园")
    assert ("place", "人民公园") in found(names, "公园")
    assert ("stop", "上海赛车场") in found(names, "赛车场")


def test_a_place_is_found_by_its_english_name_and_says_both(names: NameIndex) -> None:
    (hit,) = [hit for hit in names.search("race track") if hit.kind == "place"]
    assert (hit.name, hit.detail) == ("赛车场", "Race Track, racetrack")


def test_the_two_sides_of_a_street_are_one_stop(names: NameIndex) -> None:
    assert (
        found(names, "market square") == [("stop", "Market Square")] * 2
    )  # a metro station and a pair of bus stops
    assert names.search("market square")[0].detail == "metro station"


def test_lines_are_found_by_number_and_by_name(names: NameIndex) -> None:
    assert ("line", "Metro 11 east") in found(names, "11")
    assert ("line", "Metro 11 east") in found(names, "metro")


def test_streets_are_one_hit_where_their_longest_part_is(names: NameIndex, city: City) -> None:
    (hit,) = [hit for hit in names.search("row/2") if hit.name == "row/2"]
    edges = city.network.edges
    lengths = [length for name, length in zip(edges.name, edges.line.length) if name == "row/2"]
    assert edges.line.length[hit.id] == max(lengths)


def test_buildings_are_found_by_name_and_by_address(names: NameIndex) -> None:
    assert found(names, "exchange tower")[0] == ("building", "Exchange Tower")
    assert found(names, "harbour road 7")[0] == ("building", "Exchange Tower")


def test_nothing_is_found_for_nothing_and_no_more_than_asked(names: NameIndex) -> None:
    assert found(names, "") == found(names, "  - ") == []
    assert len(found(names, "a", 3)) == 3
    assert found(names, "no such thing at all") == []


@given(st.text(max_size=200))
def test_any_text_may_be_looked_for(names: NameIndex, text: str) -> None:
    for hit in names.search(text):
        assert np.isfinite([hit.x, hit.y]).all()
    assert folded(folded(text)) == folded(text)


def test_a_city_without_names_has_none(city: City) -> None:
    net = city.network
    bare = replace(city, network=replace(net, edges=replace(net.edges, name=[""] * len(net.edges))))
    b = replace(city.buildings, name=[""] * len(city.buildings), address=[""] * len(city.buildings))
    p, h, t = city.places, city.stops, city.transit_lines
    bare = replace(
        bare,
        buildings=b,
        places=replace(p, name=[""] * len(p), name_en=[""] * len(p)),
        stops=replace(h, name=[""] * len(h)),
        transit_lines=replace(t, name=[""], ref=[""]),
    )
    assert len(NameIndex(bare, NAMED)) == 0
