"""Ways of OpenStreetMap become streets."""

import numpy as np
import pytest

from cosmopolis.city.words import Mode, StreetKind, Turn
from tests.sources.maps import LONDON, Map, street_with

L, T, R = Turn.LEFT, Turn.THROUGH, Turn.RIGHT


@pytest.mark.parametrize(
    ("tags", "lanes"),
    [
        ({}, (1, 1)),
        ({"highway": "primary"}, (2, 2)),
        ({"highway": "motorway"}, (2, 0)),
        ({"oneway": "yes"}, (1, 0)),
        ({"lanes": "4"}, (2, 2)),
        ({"lanes": "3"}, (2, 1)),
        ({"lanes": "1"}, (1, 1)),
        ({"lanes": "3", "oneway": "yes"}, (3, 0)),
        ({"lanes": "5", "lanes__both_ways": "1"}, (2, 2)),
        ({"lanes": "4", "lanes__backward": "1"}, (3, 1)),
        ({"lanes__forward": "3", "lanes__backward": "1"}, (3, 1)),
        ({"lanes": "many"}, (1, 1)),
        ({"junction": "roundabout"}, (1, 0)),
        ({"highway": "motorway", "oneway": "no"}, (2, 2)),
    ],
)
def test_lanes_each_way(tmp_path, tags, lanes):
    street = street_with(tmp_path, **tags)
    assert (street.forward_lanes, street.backward_lanes) == lanes
    counted = any(key.startswith("lanes") and value != "many" for key, value in tags.items())
    assert street.lanes_measured == (counted and tags != {"lanes": "1"})  # one lane for both ways is not two


def test_a_street_against_its_drawing_direction_is_turned(tmp_path):
    tags = {
        "lanes": "2",
        "turn__lanes__backward": "left|through;right",
        "sidewalk": "left",
        "cycleway__left": "lane",
    }
    street = street_with(tmp_path, oneway="-1", **tags)
    raw = Map().street(1, [(0, 0), (100, 0)], oneway="-1").read(tmp_path)
    xy = raw.node_xy[raw.streets[0].nodes]
    assert xy[0, 0] > xy[-1, 0]
    assert (street.forward_lanes, street.backward_lanes) == (2, 0)
    assert street.forward_turns == (L, T | R)
    assert (street.sidewalk_left, street.sidewalk_right) == (False, True)
    assert (street.cycle_lane_left, street.cycle_lane_right) == (False, True)


@pytest.mark.parametrize(
    ("tags", "turns"),
    [
        ({"turn__lanes": "left|through|right", "lanes": "3"}, (L, T, R)),
        ({"turn__lanes": "left|none|right", "lanes": "3"}, (L, Turn(0), R)),
        ({"turn__lanes": "left||", "lanes": "3"}, (L, Turn(0), Turn(0))),
        ({"turn__lanes": "left|through;slight_right"}, (L, T | Turn.SLIGHT_RIGHT)),
        (
            {"turn__lanes": "reverse;left|through", "lanes": "5"},
            (Turn.U_TURN | L, T),
        ),  # the painted lanes win
        ({"turn__lanes": "none|none"}, ()),
        ({"turn__lanes": "left|through|through", "bicycle__lanes": "|designated|"}, (L, T)),
        ({"turn__lanes": "left|through|right", "bus__lanes": "|designated|", "lanes": "3"}, (L, R)),
        ({"turn__lanes": "left|through|right", "lanes": "3", "busway__right": "lane"}, (L, T)),
        ({"turn__lanes": "nonsense|?"}, ()),
    ],
)
def test_painted_turns_of_a_one_way_street(tmp_path, tags, turns):
    street = street_with(tmp_path, oneway="yes", **tags)
    assert street.forward_turns == turns
    assert not turns or street.forward_lanes == len(turns)


@pytest.mark.parametrize(
    ("tags", "lanes", "bus"),
    [
        ({"oneway": "yes", "lanes": "3", "busway__right": "lane"}, (2, 0), (1, 0)),
        ({"oneway": "yes", "lanes": "3", "busway__left": "lane"}, (2, 0), (1, 0)),  # a lane in the middle
        ({"oneway": "yes", "lanes": "3", "lanes__psv": "1"}, (2, 0), (1, 0)),
        ({"oneway": "yes", "lanes": "3", "lanes__bus__backward": "1"}, (2, 0), (0, 1)),
        ({"oneway": "yes", "lanes": "1", "busway": "opposite_lane"}, (1, 0), (0, 1)),
        ({"lanes": "4", "busway": "lane"}, (1, 1), (1, 1)),
        ({"lanes": "4", "busway__right": "lane"}, (1, 2), (1, 0)),
        ({"lanes": "3", "lanes__forward": "2", "bus__lanes__forward": "no|designated"}, (1, 1), (1, 0)),
    ],
)
def test_bus_lanes_are_not_lanes_for_everybody(tmp_path, tags, lanes, bus):
    street = street_with(tmp_path, **tags)
    assert (street.forward_lanes, street.backward_lanes) == lanes
    assert (street.forward_bus_lanes, street.backward_bus_lanes) == bus


def test_the_kerb_is_on_the_other_side_where_people_drive_on_the_left(tmp_path):
    tags = {"oneway": "yes", "cycleway": "lane"}
    here, there = street_with(tmp_path, **tags), street_with(tmp_path, LONDON, **tags)
    assert (here.cycle_lane_left, here.cycle_lane_right) == (False, True)
    assert (there.cycle_lane_left, there.cycle_lane_right) == (True, False)


@pytest.mark.parametrize(
    ("tags", "open_to", "closed_to"),
    [
        ({}, Mode.CAR | Mode.TRUCK | Mode.BUS | Mode.BICYCLE, Mode.PEDESTRIAN | Mode.RAIL),
        ({"highway": "motorway"}, Mode.CAR | Mode.EMERGENCY, Mode.BICYCLE),
        (
            {"motor_vehicle": "no", "bus": "yes"},
            Mode.BUS | Mode.BICYCLE | Mode.EMERGENCY,
            Mode.CAR | Mode.TRUCK,
        ),
        ({"access": "no", "psv": "yes"}, Mode.BUS | Mode.TAXI, Mode.CAR | Mode.BICYCLE),
        ({"hgv": "no"}, Mode.CAR | Mode.BUS, Mode.TRUCK),
        ({"access": "private"}, Mode.CAR, Mode(0)),
        ({"highway": "busway"}, Mode.BUS | Mode.EMERGENCY, Mode.CAR),
        ({"bicycle": "no"}, Mode.CAR, Mode.BICYCLE),
        ({"highway": "living_street"}, Mode.CAR | Mode.PEDESTRIAN, Mode(0)),
    ],
)
def test_who_may_use_a_street(tmp_path, tags, open_to, closed_to):
    modes = street_with(tmp_path, **tags).modes
    assert modes & open_to == open_to
    assert not modes & closed_to


def test_a_street_without_vehicles_is_for_walking(tmp_path):
    street = street_with(tmp_path, motor_vehicle="no", bicycle="no", foot="yes")
    assert street.kind == StreetKind.PEDESTRIAN
    assert street.modes & Mode.PEDESTRIAN


def test_streets_that_nobody_may_use_and_driveways_are_left_out(tmp_path):
    raw = (
        Map()
        .street(1, [(0, 0), (50, 0)], access="no")
        .street(2, [(0, 9), (50, 9)], highway="service", service="driveway")
        .street(3, [(0, 20), (50, 20)], highway="construction")
        .street(4, [(0, 30), (50, 30)], highway="service")
        .read(tmp_path)
    )
    assert [street.key for street in raw.streets] == ["osm:way/4"]


@pytest.mark.parametrize(
    ("tags", "sides"),
    [
        ({}, (True, True)),
        ({"sidewalk": "no"}, (False, False)),
        ({"sidewalk": "right"}, (False, True)),
        ({"sidewalk": "separate"}, (False, False)),
        ({"sidewalk__left": "yes", "sidewalk__right": "no"}, (True, False)),
        ({"highway": "motorway"}, (False, False)),
        ({"highway": "primary", "maxspeed": "100"}, (False, False)),
        ({"tunnel": "yes"}, (False, False)),
    ],
)
def test_sidewalks(tmp_path, tags, sides):
    street = street_with(tmp_path, **tags)
    assert (street.sidewalk_left, street.sidewalk_right) == sides


def test_where_sidewalks_are_drawn_as_ways_streets_have_none_of_their_own(tmp_path):
    town = (
        Map().street(1, [(0, 0), (90, 0)]).street(2, [(0, 5), (90, 5)], highway="footway", footway="sidewalk")
    )
    street = town.read(tmp_path).streets[0]
    assert not street.sidewalk_left and not street.sidewalk_right


def test_speed_level_width_and_the_rest(tmp_path):
    street = street_with(
        tmp_path, maxspeed="30 mph", bridge="yes", lit="no", toll="yes", lanes="2", width="7", name="人民路"
    )
    assert street.speed == pytest.approx(13.41, abs=0.01)
    assert (street.bridge, street.layer, street.lit, street.toll) == (True, 1, False, True)
    assert (street.lane_width, street.name) == (3.5, "人民路")
    under = street_with(tmp_path, tunnel="yes", layer="-2")
    assert (under.tunnel, under.layer, under.speed) == (True, -2, 0.0)
    assert street_with(tmp_path, layer="ground").layer == 0


def test_streets_share_the_nodes_that_they_share_on_the_map(tmp_path):
    town = Map().node(1, 0, 0).node(2, 100, 0).node(3, 200, 0).node(4, 100, 90)
    raw = town.way(1, [1, 2, 3], highway="primary").way(2, [2, 4], highway="residential").read(tmp_path)
    first, second = raw.streets
    assert first.nodes[1] == second.nodes[0]
    np.testing.assert_allclose(np.ptp(raw.node_xy, axis=0), [200, 90], atol=0.05)
    assert [raw.node_keys[row] for row in second.nodes] == ["osm:node/2", "osm:node/4"]


def test_what_stands_at_nodes(tmp_path):
    town = Map()
    for id, tags in enumerate(
        (
            {"highway": "traffic_signals"},
            {"highway": "stop"},
            {"highway": "give_way"},
            {"highway": "mini_roundabout"},
            {"highway": "crossing", "crossing": "zebra"},
            {"highway": "crossing", "crossing": "traffic_signals"},
            {"highway": "crossing", "crossing": "unmarked"},
            {"highway": "traffic_signals;crossing"},
        ),
        start=1,
    ):
        town.node(id, 30 * id, 0, **tags)
    raw = (
        town.node(99, 0, 400, highway="traffic_signals")
        .way(1, list(range(1, 9)), highway="primary")
        .read(tmp_path)
    )
    key = {key: row for row, key in enumerate(raw.node_keys)}
    at = [key[f"osm:node/{id}"] for id in range(1, 9)]
    assert raw.signals == {at[0], at[7]}  # the lonely light at no street is no signal
    assert (raw.stops_signs, raw.yields, raw.mini_roundabouts) == ({at[1]}, {at[2]}, {at[3]})
    assert raw.crossings == {at[4]: False, at[5]: True, at[7]: True}


def test_forbidden_turns(tmp_path):
    town = Map().node(1, 0, 0).node(2, 100, 0).node(3, 200, 0).node(4, 100, 90)
    town.way(1, [1, 2], highway="primary").way(2, [2, 3], highway="primary").way(3, [2, 4], highway="primary")
    via = ("node", 2, "via")
    town.relation(
        1, [("way", 1, "from"), via, ("way", 3, "to")], type="restriction", restriction="no_left_turn"
    )
    town.relation(
        2,
        [("way", 1, "from"), via, ("way", 2, "to")],
        type="restriction",
        restriction="only_straight_on",
        **{"except": "bus"},
    )
    town.relation(
        3,
        [("way", 1, "from"), ("way", 2, "via"), ("way", 3, "to")],
        type="restriction",
        restriction="no_u_turn",
    )
    town.relation(
        4, [("way", 1, "from"), via, ("way", 77, "to")], type="restriction", restriction="no_left_turn"
    )
    town.relation(
        5,
        [("way", 1, "from"), via, ("way", 3, "to")],
        type="restriction",
        restriction__conditional="no_left_turn @ (07:00-09:00)",
    )
    raw = town.read(tmp_path)
    told = [(r.from_street, r.to_street, r.only, r.except_modes) for r in raw.restrictions]
    assert told == [
        ("osm:way/1", "osm:way/3", False, Mode(0)),
        ("osm:way/1", "osm:way/2", True, Mode.BUS),
    ]
    assert sum(finding.code == "restriction" for finding in raw.findings) == 3


def test_forbidden_ways_over_streets(tmp_path):
    """Over one street, over two in whatever order they are listed, and over one that does not reach."""
    town = (
        Map().node(1, 0, 0).node(2, 100, 0).node(3, 100, 50).node(4, 100, 90).node(5, 0, 90).node(6, 0, 400)
    )
    for id, nodes in {1: [1, 2], 2: [2, 3], 3: [3, 4], 4: [4, 5], 5: [5, 6]}.items():
        town.way(id, nodes, highway="primary")
    for id, (first, via, last) in enumerate([(1, [2], 3), (1, [3, 2], 4), (1, [5], 3)]):
        members = [("way", first, "from"), *(("way", v, "via") for v in via), ("way", last, "to")]
        town.relation(id, members, type="restriction", restriction="no_u_turn")
    town.relation(
        9,
        [("way", 1, "from"), ("way", 2, "via"), ("way", 3, "to")],
        type="restriction",
        restriction="only_u_turn",
    )
    raw = town.read(tmp_path)
    keys = raw.node_keys
    told = [
        (r.from_street, keys[r.via_node], r.via_streets, keys[r.last_node], r.to_street)
        for r in raw.restrictions
    ]
    assert told == [
        ("osm:way/1", "osm:node/2", ("osm:way/2",), "osm:node/3", "osm:way/3"),
        ("osm:way/1", "osm:node/2", ("osm:way/2", "osm:way/3"), "osm:node/4", "osm:way/4"),
    ]
    codes = [finding.code for finding in raw.findings]
    assert codes.count("restriction") == 2 and codes.count("restriction-over-street") == 1


def test_elements_in_any_order(tmp_path):
    """Overpass writes ways before their nodes when asked with `>`."""
    town = Map().street(1, [(0, 0), (100, 0)]).street(2, [(0, 50), (100, 50)])
    town.parts.reverse()
    assert len(town.read(tmp_path).streets) == 2


def test_missing_nodes_are_told_and_the_rest_is_drawn(tmp_path):
    town = (
        Map()
        .node(1, 0, 0)
        .node(2, 100, 0)
        .way(1, [1, 2, 3], highway="primary")
        .way(2, [8, 9], highway="primary")
    )
    raw = town.read(tmp_path)
    assert [len(street.nodes) for street in raw.streets] == [2]
    (finding,) = [finding for finding in raw.findings if finding.code == "dangling-reference"]
    assert "2 way(s)" in finding.message and "way 1, 2" in finding.message
