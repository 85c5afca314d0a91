"""Who may go where, each way and lane by lane, as OpenStreetMap's tags say it."""

import pytest

from cosmopolis.city.raw import RawLane
from cosmopolis.city.words import Mode, StreetKind, Turn
from tests.sources.maps import LONDON, Map, street_with

BUSES = Mode.BUS | Mode.TAXI | Mode.EMERGENCY
L, T, R = Turn.LEFT, Turn.THROUGH, Turn.RIGHT
KMH = 1 / 3.6


@pytest.mark.parametrize(
    ("tags", "lanes", "back"),
    [
        ({"oneway__psv": "no", "lanes": "2", "lanes__forward": "1", "lanes__backward": "1"}, (1, 1), BUSES),
        ({"oneway__psv": "no", "lanes": "2"}, (1, 1), BUSES),
        ({"oneway__bus": "no", "lanes": "2"}, (1, 1), Mode.BUS | Mode.EMERGENCY),
        ({"oneway__bus": "no", "lanes": "3"}, (2, 1), Mode.BUS | Mode.EMERGENCY),
        ({"oneway__bus": "no"}, (2, 1), Mode.BUS | Mode.EMERGENCY),
        ({"psv__backward": "designated", "lanes": "2"}, (1, 1), BUSES),
        ({"oneway__taxi": "no", "lanes": "2"}, (1, 1), Mode.TAXI | Mode.EMERGENCY),
        ({"busway": "opposite_lane", "lanes": "1"}, (1, 1), BUSES),
        ({"lanes__psv__backward": "1", "lanes": "3"}, (2, 1), BUSES),
    ],
)
def test_buses_against_the_traffic_of_a_one_way_street_have_a_lane(tmp_path, tags, lanes, back):
    street = street_with(tmp_path, highway="secondary", oneway="yes", **tags)
    assert (street.forward_lanes, street.backward_bus_lanes) == lanes
    assert (street.backward_lanes, street.forward_bus_lanes) == (0, 0)
    (lane,) = street.backward_detail or (RawLane(BUSES),)
    assert lane.modes == back


@pytest.mark.parametrize(
    ("tags", "marked"),
    [
        ({"oneway__bicycle": "no"}, False),
        ({"bicycle__backward": "yes"}, False),
        ({"cycleway": "opposite"}, False),
        ({"cycleway__left": "opposite"}, False),
        ({"cycleway__left": "opposite_lane"}, True),
        ({"cycleway": "opposite_track"}, True),
        ({"cycleway__left": "lane", "cycleway__left__oneway": "-1"}, True),
        ({"cycleway__left": "track", "oneway__bicycle": "no"}, True),
        ({"cycleway": "lane", "oneway__bicycle": "no"}, True),
    ],
)
def test_bicycles_may_go_back_along_a_one_way_street(tmp_path, tags, marked):
    street = street_with(tmp_path, oneway="yes", lanes="1", **tags)
    assert street.backward_modes == Mode.BICYCLE
    assert (street.forward_lanes, street.backward_lanes, street.backward_bus_lanes) == (1, 0, 0)
    assert street.cycle_lane_left == marked


def test_nobody_goes_back_where_nothing_says_so(tmp_path):
    for tags in (
        {},
        {"cycleway__left": "lane"},
        {"oneway__bicycle": "yes"},
        {"bicycle": "no", "cycleway": "no"},
    ):
        street = street_with(tmp_path, oneway="yes", **tags)
        assert not street.backward_modes


@pytest.mark.parametrize(
    ("tags", "way", "lanes"),
    [
        ({"oneway": "no", "motor_vehicle__backward": "no"}, (0, 100), (1, 0)),
        ({"vehicle__forward": "no", "bicycle": "yes"}, (100, 0), (1, 0)),
        ({"oneway": "yes", "oneway__motor_vehicle": "no", "lanes": "2"}, (0, 100), (1, 1)),
        ({"oneway__motor_vehicle": "yes"}, (0, 100), (1, 0)),
        ({"oneway__motor_vehicle": "-1"}, (100, 0), (1, 0)),
    ],
)
def test_streets_that_are_one_way_for_cars_alone(tmp_path, tags, way, lanes):
    raw = Map().street(1, [(0, 0), (100, 0)], **tags).street(2, [(0, 50), (100, 50)]).read(tmp_path)
    street = raw.streets[0]
    x = raw.node_xy[street.nodes][:, 0] - raw.node_xy[:, 0].min()
    assert (round(x[0]), round(x[-1])) == way
    assert (street.forward_lanes, street.backward_lanes) == lanes
    if not lanes[1]:
        assert street.backward_modes == Mode.BICYCLE


@pytest.mark.parametrize(
    ("tags", "speeds"),
    [
        ({"maxspeed__forward": "50", "maxspeed__backward": "30"}, (50, 30)),
        ({"maxspeed": "50", "maxspeed__backward": "30"}, (50, 30)),
        ({"maxspeed": "50"}, (50, None)),
        ({"maxspeed__forward": "50"}, (50, 0)),
        ({"oneway": "-1", "maxspeed__forward": "50", "maxspeed__backward": "30"}, (30, 50)),
        ({"oneway": "yes", "maxspeed__lanes": "80|60"}, (80, 0)),
    ],
)
def test_speed_each_way(tmp_path, tags, speeds):
    street = street_with(tmp_path, **tags)
    told = (street.speed, street.backward_speed)
    assert [None if v is None else round(v / KMH) for v in told] == list(speeds)


@pytest.mark.parametrize(
    ("tags", "detail", "counts"),
    [
        ({"bus__lanes": "|designated|"}, (0, BUSES, 0), (2, 1)),
        ({"psv__lanes": "designated||"}, (BUSES, 0, 0), (2, 1)),
        ({"lanes": "3", "busway__left": "lane"}, (BUSES, 0, 0), (2, 1)),
        ({"vehicle__lanes": "yes|no|yes", "bus__lanes": "|yes|"}, (0, Mode.BUS | Mode.EMERGENCY, 0), (2, 1)),
        ({"bicycle__lanes": "|designated|", "lanes": "2"}, (0, Mode.BICYCLE, 0), (2, 0)),
        ({"hgv__lanes": "no|yes"}, (Mode.road() & ~Mode.TRUCK, 0), (2, 0)),
        ({"access__lanes": "no|yes|yes", "lanes": "3"}, (), (2, 0)),
        ({"hgv__lanes": "|", "lanes": "4"}, (), (4, 0)),  # contradicts the count, which is believed
    ],
)
def test_lanes_told_one_by_one_lie_where_they_are_told(tmp_path, tags, detail, counts):
    street = street_with(tmp_path, oneway="yes", **tags)
    assert tuple(lane.modes for lane in street.forward_detail) == detail
    assert (street.forward_lanes, street.forward_bus_lanes) == counts
    assert street.lanes_measured


def test_turns_widths_and_speeds_by_lane(tmp_path):
    street = street_with(
        tmp_path, oneway="yes", lanes="3", turn__lanes="left|through|right", width__lanes="3.5|3|2.75",
        maxspeed__lanes="80|80|60", bus__lanes="||designated",
    )  # fmt: skip
    assert street.forward_turns == (L, T)
    assert [lane.width for lane in street.forward_detail] == [3.5, 3.0, 2.75]
    assert [round(lane.speed / KMH) for lane in street.forward_detail] == [80, 80, 60]
    two = street_with(
        tmp_path, lanes="4", width__forward="7", turn__backward="left", bus__lanes__backward="designated|"
    )
    assert [lane.width for lane in two.forward_detail] == [3.5, 3.5]
    assert two.backward_detail == (RawLane(BUSES), RawLane())
    assert (two.backward_turns, two.backward_lanes) == ((), 1)
    assert street_with(tmp_path, turn__backward="left").backward_turns == (L,)


def test_lanes_are_written_left_to_right_where_people_drive_on_the_left_too(tmp_path):
    street = street_with(tmp_path, LONDON, oneway="yes", lanes="3", bus__lanes="designated||")
    assert [lane.modes for lane in street.forward_detail] == [BUSES, 0, 0]
    far = street_with(tmp_path, LONDON, oneway="yes", lanes="3", busway__right="lane")
    assert [lane.modes for lane in far.forward_detail] == [0, 0, BUSES]


@pytest.mark.parametrize(
    ("tags", "width"),
    [
        ({"lanes": "1", "width": "3.5"}, 3.5),
        ({"lanes": "1", "width": "2.6"}, 2.6),
        ({"lanes__both_ways": "1", "width": "3"}, 3.0),
        ({"lanes": "1", "lanes__both_ways": "1"}, 4.0),
        ({"lanes": "1"}, 4.0),
    ],
)
def test_one_lane_for_both_ways_is_made_two_on_its_ground(tmp_path, tags, width):
    street = street_with(tmp_path, highway="unclassified", **tags)
    assert (street.forward_lanes, street.backward_lanes) == (1, 1)
    assert 2 * street.lane_width == pytest.approx(width)
    assert not street.lanes_measured


@pytest.mark.parametrize(
    ("tags", "closed"),
    [
        ({"bicycle": "no"}, Mode.BICYCLE),
        ({"bicycle": "dismount"}, Mode.BICYCLE),
        ({"motorroad": "yes"}, Mode.BICYCLE | Mode.PEDESTRIAN),
        ({"vehicle": "no", "bus": "yes"}, Mode.BICYCLE | Mode.CAR),
        ({"access": "no", "psv": "yes"}, Mode.BICYCLE | Mode.CAR),
    ],
)
def test_what_is_excluded_stays_out(tmp_path, tags, closed):
    street = street_with(tmp_path, highway="secondary", **tags)
    assert not street.modes & closed
    assert street.kind == StreetKind.SECONDARY
