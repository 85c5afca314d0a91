"""Numbers in tags, as people write them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cosmopolis.city.words import StreetKind
from cosmopolis.sources import tags
from cosmopolis.sources.osm_access import modes_each_way, modes_of
from cosmopolis.sources.osm_lanes import Road, cycle_lanes, directions
from cosmopolis.sources.properties import tags_of
from cosmopolis.sources.vocabulary import building_use, land_use, place_kind, words


@pytest.mark.parametrize(
    ("text", "kmh"),
    [
        ("50", 50), ("50 km/h", 50), ("30 mph", 48.28), ("20mph", 32.19), ("CN:urban", 50), ("DE:rural", 100),
        ("DE:zone:30", 30), ("DE:zone30", 30), ("FR:30", 30), ("GB:20 mph", None), ("GB:nsl_dual", 112.65),
        ("walk", 7), ("none", 130), ("60;50", 60), ("70|60|60", 70), ("5 knots", 9.26), ("RU:living_street", 20),
    ],
)  # fmt: skip
def test_speeds(text, kmh):
    speed = tags.speed(text)
    assert speed == (None if kmh is None else pytest.approx(kmh / 3.6, rel=1e-3))


@pytest.mark.parametrize("text", ["", "fast", "signals", "variable", "-30", "0", "1e9", "9999"])
def test_texts_that_are_no_speed(text):
    assert tags.speed(text) is None


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("12", 12), ("12 m", 12), ("12m", 12), ("12,5", 12.5), ("40 ft", 12.192), ("40'", 12.192), ("5'6\"", 1.6764),
        ("0.12 km", 120), ("~ 8", 8), ("350 cm", 3.5), ("12 metres", 12),
    ],
)  # fmt: skip
def test_lengths(text, metres):
    assert tags.length(text) == pytest.approx(metres)


@pytest.mark.parametrize("text", ["", "abc", "12 floors", "nan", "inf", "1e999", "12-15", "high"])
def test_texts_that_are_no_length(text):
    assert tags.length(text) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("10", 600), ("00:10", 600), ("00:07:30", 450), ("1:00", 3600), ("often", None), ("0", None)],
)
def test_intervals(text, seconds):
    assert tags.interval(text) == seconds


@pytest.mark.parametrize(
    ("text", "hex"),
    [("#AbC", "#aabbcc"), ("#123456", "#123456"), ("light_gray", "#d3d3d3"), ("nice", ""), ("#12", "")],
)
def test_colours(text, hex):
    assert tags.colour(text) == hex


@given(st.text())
def test_no_text_breaks_a_parser_and_no_number_is_wild(text):
    for parse, most in ((tags.speed, 150), (tags.length, 1e12), (tags.interval, 86_400), (tags.count, 1000)):
        value = parse(text)
        assert value is None or (math.isfinite(value) and abs(value) <= most)
    assert tags.colour(text) == "" or len(tags.colour(text)) == 7


_KEYS = st.sampled_from(
    sorted(
        words(
            "lanes lanes:forward lanes:backward lanes:both_ways lanes:bus lanes:psv:forward turn:lanes bus:lanes "
            "turn:lanes:forward psv:lanes:backward bicycle:lanes busway busway:left busway:right cycleway "
            "cycleway:right highway access motor_vehicle bus bicycle foot hgv oneway:bus oneway:bicycle motorroad "
            "motor_vehicle:backward vehicle:forward maxspeed:lanes width:lanes:forward motor_vehicle:lanes "
            "width:forward turn:backward cycleway:left:oneway"
        )
    )
)
_VALUES = st.one_of(
    st.sampled_from(
        [
            "yes",
            "no",
            "designated",
            "lane",
            "opposite_lane",
            "2",
            "1",
            "0",
            "-3",
            "99",
            "through|left",
            "||",
            "yes|no|designated",
            "50|30",
            "-1",
            "3.5|x|2",
        ]
    ),
    st.text(max_size=12),
)


@given(st.dictionaries(_KEYS, _VALUES), st.sampled_from(list(StreetKind)), st.booleans(), st.booleans())
def test_any_lane_tags_make_a_street_that_can_be_built(said, kind, oneway, left_hand):
    road = Road(kind, oneway, left_hand, *modes_each_way(said, kind, oneway=oneway))
    forward, backward = directions(said, road)
    assert 1 <= forward.lanes <= 12
    assert backward.lanes == 0 if oneway else 1 <= backward.lanes <= 12
    for way in (forward, backward):
        assert way.turns == () or len(way.turns) == way.lanes
        assert 0 <= way.bus_lanes <= 12
        assert way.detail == () or len(way.detail) >= way.lanes + way.bus_lanes
    assert all(isinstance(side, bool) for side in cycle_lanes(said, road))
    modes_of(said, kind)


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(
    st.dictionaries(st.sampled_from(["kind", "height", "tags", "other_tags", "names", "use", "id"]), _JSON)
)
def test_any_properties_become_text_tags(properties):
    said = tags_of(properties)
    assert all(isinstance(k, str) and isinstance(v, str) for k, v in said.items())
    building_use(said), land_use(said), place_kind(said)
