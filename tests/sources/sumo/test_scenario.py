"""Route files: what they ask for becomes trips, and what is wrong in them is named with file, line and mend."""

from __future__ import annotations

import gzip
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cosmopolis.city.errors import BadInput
from cosmopolis.city.vehicle_types import default_type
from cosmopolis.city.words import DeparturePosition, Mode, VehicleKind
from cosmopolis.demand.flows import departures
from cosmopolis.demand.sumo_scenario import Planned, plan_scenario
from cosmopolis.sources.sumo import SKIPPED, Scenario, read_scenario
from cosmopolis.sources.sumo.traffic import Repeat
from tests.sources.sumo.nets import VEHICLE, complaint, crossroads, planned, read, scenario

STRAIGHT = 'route edges="w_in e_out"'


def edges_of(scenario: Scenario, plan: Planned, row: int) -> list[str]:
    trips, key = plan.trips, scenario.city.network.edges.key
    return [key[edge] for edge in trips.route[trips.route_start[row] : trips.route_start[row + 1]]]


def test_routes_inside_by_name_and_looked_for(tmp_path):
    routes = (
        '<route id="south" edges="w_in s_out"/>'
        '<vehicle id="a" depart="101"><route edges="w_in e_out"/></vehicle>'
        '<vehicle id="b" depart="102" route="south"/>'
        '<trip id="c" depart="103" from="s_in" to="n_out"/>'
    )
    town = read(tmp_path, routes)
    plan = plan_scenario(town)
    assert plan.ids == ["a", "b", "c"]
    assert [edges_of(town, plan, row) for row in range(3)] == [
        ["w_in", "e_out"], ["w_in", "s_out"], ["s_in", "n_out"]
    ]  # fmt: skip
    assert plan.trips.depart.tolist() == [101.0, 102.0, 103.0]


def test_files_that_are_not_sorted_come_sorted_and_of_the_scenarios_time(tmp_path):
    routes = "".join(
        f'<vehicle id="{name}" depart="{depart}"><{STRAIGHT}/></vehicle>'
        for name, depart in (("late", 900), ("b", 200), ("early", 50), ("a", "0:02:30"), ("first", "begin"))
    )
    plan = planned(tmp_path, routes, end='<end value="300"/>')
    assert plan.ids == ["first", "a", "b"]
    assert plan.trips.depart.tolist() == [100.0, 150.0, 200.0]
    assert plan.late == 2


def test_a_type_says_what_it_says_and_its_class_the_rest(tmp_path):
    routes = (
        '<vType id="lorry" vClass="truck" length="11.5" maxSpeed="20" tau="1.4" '
        'speedFactor="normc(0.9,0.05,0.5,1.1)"/>'
        f'<vehicle id="v" type="lorry" depart="105"><{STRAIGHT}/></vehicle>' + VEHICLE.replace('"v"', '"w"')
    )
    first, second = planned(tmp_path, routes).types
    assert (first.kind, first.modes) == (VehicleKind.TRUCK, Mode.TRUCK)
    assert (first.type.length, first.type.max_speed, first.type.tau) == (11.5, 20.0, 1.4)
    assert (first.type.factor, first.type.deviation, first.type.least, first.type.most) == (
        0.9,
        0.05,
        0.5,
        1.1,
    )
    assert first.type.accel == default_type("truck").accel == 1.3
    assert second.type == default_type("passenger") and second.kind == VehicleKind.CAR


def test_distributions_are_drawn_by_their_weights_from_the_seed(tmp_path):
    routes = (
        '<vTypeDistribution id="mix"><vType id="a" length="4" probability="3"/>'
        '<vType id="b" length="8"/></vTypeDistribution>'
        '<routeDistribution id="ways"><route edges="w_in e_out" probability="1"/>'
        '<route edges="w_in n_out" probability="1"/></routeDistribution>'
        '<flow id="f" type="mix" route="ways" begin="100" end="1100" number="1000"/>'
    )
    town = read(tmp_path, routes)
    plan = plan_scenario(town, seed=5)
    lengths = np.array([row.type.length for row in plan.types])[plan.trips.kind]
    # Binomial: 250 expected, deviation 13.7; 500, deviation 15.8.
    assert abs(np.count_nonzero(lengths == 8) - 250) < 70
    straight = sum(edges_of(town, plan, row)[1] == "e_out" for row in range(1000))
    assert abs(straight - 500) < 80
    again, other = plan_scenario(town, seed=5), plan_scenario(town, seed=6)
    np.testing.assert_array_equal(plan.trips.route, again.trips.route)
    assert not np.array_equal(plan.trips.route, other.trips.route)


def test_flows_depart_as_they_say(tmp_path):
    flow = f'<flow id="f" begin="100" end="160" %s><{STRAIGHT}/></flow>'
    for said, times in (
        ('number="4"', [100, 115, 130, 145]), ('period="20"', [100, 120, 140]), ('vehsPerHour="120"', [100, 130]),
        ('period="10" number="2"', [100, 110]),
    ):  # fmt: skip
        plan = planned(tmp_path, flow % said)
        assert plan.trips.depart.tolist() == times
        assert plan.ids == [f"f.{n}" for n in range(len(times))]


def test_a_number_in_no_time_departs_at_once(tmp_path):
    """As SUMO reads it: all wait at the start of their street from then on."""
    flow = f'<flow id="f" begin="100" end="100" number="5"><{STRAIGHT}/></flow>'
    assert planned(tmp_path, flow).trips.depart.tolist() == [100.0] * 5


@given(
    begin=st.floats(0, 1e4), seconds=st.floats(1, 1e4), rate=st.floats(0.01, 1.0), seed=st.integers(0, 99),
    which=st.sampled_from(["number", "period", "chance", "mean_gap"]),
)  # fmt: skip
def test_no_flow_leaves_its_time(begin, seconds, rate, seed, which):
    value = {"number": int(rate * 100), "period": 1 / rate, "chance": rate, "mean_gap": 1 / rate}[which]
    repeat = Repeat(begin, begin + seconds, **{which: value})
    times = departures(repeat, np.inf, np.random.default_rng(seed))
    assert (np.diff(times) >= 0).all() and (times >= begin).all() and (times < begin + seconds).all()
    if which == "number":
        assert len(times) == value


def test_chances_and_poisson_have_their_rate():
    random = np.random.default_rng(1)
    for repeat in (Repeat(0, 20_000, chance=0.2), Repeat(0, 20_000, mean_gap=5.0)):
        assert abs(len(departures(repeat, np.inf, random)) - 4000) < 5 * 4000**0.5


def test_where_and_how_a_vehicle_enters_and_arrives(tmp_path):
    more = 'departPos="-30" departSpeed="3" arrivalPos="40" arrivalSpeed="2" departLane="first"'
    plan = planned(tmp_path, VEHICLE.replace('depart="105"', f'depart="105" {more}'))
    assert (plan.trips.from_position[0], plan.trips.to_position[0]) == (70.0, 40.0)
    assert (plan.types[0].entry_speed, plan.types[0].arrival_speed) == (3.0, 2.0)
    usual = planned(tmp_path, VEHICLE)
    assert (usual.trips.from_position[0], usual.trips.to_position[0]) == (5.0, 100.0)
    assert usual.types[0].entry_speed == np.inf  # SUMO's default is the speed of the edge


def test_stops_hold_for_their_time(tmp_path):
    stops = (
        '<stop lane="w_in_0" endPos="60" duration="20"/><stop busStop="kerb" until="200"/>'
        '<stop lane="e_out_0" duration="5"/>'
    )
    extra = tmp_path / "stops.add.xml"
    extra.write_text('<additional><busStop id="kerb" lane="e_out_0" startPos="10" endPos="30"/></additional>')
    vehicle = VEHICLE.replace("</vehicle>", stops + "</vehicle>")
    plan = planned(tmp_path, vehicle, more='<additional-files value="stops.add.xml"/>')
    np.testing.assert_allclose(plan.trips.halt_position, [60.0, 30.0, 99.5])
    np.testing.assert_allclose(plan.trips.halt_dwell, [20.0, 1.0, 5.0])
    np.testing.assert_allclose(plan.trips.halt_until, [0.0, 95.0, 0.0])  # it departs at 105 s


def test_programs_of_additional_files_take_over(tmp_path):
    states = "".join(f'<phase duration="5" state="{state}"/>' for state in ("G" * 12, "r" * 12))
    extra = tmp_path / "light.add.xml"
    extra.write_text(
        f'<additional><tlLogic id="c" programID="x" offset="begin">{states}</tlLogic></additional>'
    )
    town = read(tmp_path, VEHICLE, more='<additional-files value="light.add.xml"/>')
    assert town.city.network.signals.duration.tolist() == [5.0, 5.0]
    assert town.city.network.signals.offset[0] == 0.0  # 100 s is ten cycles


def test_persons_are_counted_and_left_out(tmp_path):
    town = read(tmp_path, '<person id="p" depart="0"><walk edges="w_in"/></person>' * 3 + VEHICLE)
    assert town.traffic.ignored == {"person": 3}
    assert len(plan_scenario(town).trips) == 1


def test_packed_route_files_and_several_of_them(tmp_path):
    (tmp_path / "b.rou.xml.gz").write_bytes(
        gzip.compress(f"<routes>{VEHICLE.replace('105', '110')}</routes>".encode())
    )
    config = scenario(tmp_path, crossroads(), VEHICLE)
    config.write_text(config.read_text().replace('value="x.rou.xml"', 'value="x.rou.xml, b.rou.xml.gz"'))
    assert len(plan_scenario(read_scenario(config)).trips) == 2


BAD = {
    "no such type": (VEHICLE.replace("<vehicle", '<vehicle type="tank"'), "no vType"),
    "no such edge": (VEHICLE.replace("e_out", "x_out"), 'edge "x_out"'),
    "no connection": (VEHICLE.replace("e_out", "e_out w_in"), "no connection"),
    "closed to its class": (
        '<vType id="tram" vClass="tram"/>'
        + VEHICLE.replace("w_in e_out", "closed").replace("closed", "w_in w_out"),
        "no connection",
    ),
    "no such route": ('<vehicle id="v" depart="105" route="none"/>', 'route "none"'),
    "no way": ('<trip id="v" depart="105" from="e_out" to="w_in"/>', "finds no way"),
    "no end": (f'<flow id="f" begin="0" period="5"><{STRAIGHT}/></flow>', "has no end"),
    "end before begin": (
        f'<flow id="f" begin="9" end="5" period="5"><{STRAIGHT}/></flow>',
        "before it begins",
    ),
    "how many": (f'<flow id="f" begin="9" end="50"><{STRAIGHT}/></flow>', "how many"),
    "not a time": (VEHICLE.replace("105", "soon"), "not a number"),
    "triggered": (VEHICLE.replace("105", "triggered"), "triggers"),
    "no edges": ('<vehicle id="v" depart="105"><route edges=""/></vehicle>', "no edges"),
    "no ends": ('<trip id="v" depart="105" from="w_in"/>', "add to="),
    "a class that there is not": ('<vType id="t" vClass="sledge"/>', "vClass"),
    "a negative length": ('<vType id="t" length="-1"/>', "above 0"),
    "no such lane": (VEHICLE.replace('depart="105"', 'depart="105" departLane="4"'), "departLane"),
    "a stop elsewhere": (
        VEHICLE.replace("</veh", '<stop lane="n_out_0" duration="1"/></veh'),
        "does not pass",
    ),
    "a stop at nothing": (VEHICLE.replace("</veh", '<stop busStop="b" duration="1"/></veh'), "busStop"),
}


@pytest.mark.parametrize("name", BAD)
def test_faults_are_named_with_file_line_and_mend_and_can_be_skipped(tmp_path, name):
    routes, said = BAD[name]
    fault = complaint(tmp_path, VEHICLE.replace('"v"', '"good"') + "\n" + routes)
    assert "x.rou.xml:3:" in fault and said in fault and fault.count("\n") == 0
    town = read(tmp_path, VEHICLE.replace('"v"', '"good"') + "\n" + routes, skip_bad=True)
    plan = plan_scenario(town)
    assert "good" in plan.ids and not {"v", "f.0"} & set(plan.ids)
    assert [finding.code for finding in town.findings] == [SKIPPED]
    assert "x.rou.xml:3" in town.findings[0].where


@pytest.mark.parametrize("root", ["add", "additional", "demand"])
def test_a_file_of_routes_may_have_any_root(tmp_path, root):
    config = scenario(tmp_path, crossroads(), VEHICLE)
    file = tmp_path / "x.rou.xml"
    file.write_text(file.read_text().replace("routes>", f"{root}>"))
    assert plan_scenario(read_scenario(config)).ids == ["v"]


def test_a_network_where_routes_are_expected_is_named(tmp_path):
    config = scenario(tmp_path, crossroads(), VEHICLE)
    (tmp_path / "x.rou.xml").write_text(crossroads())
    with pytest.raises(BadInput, match=r"x\.rou\.xml:\d+: net is the root of a file of another kind"):
        read_scenario(config)


def test_a_flow_without_an_end_ends_with_the_scenario(tmp_path):
    flow = '<flow id="f" begin="100" period="10"><route edges="w_in e_out"/></flow>'
    assert "no end" in complaint(tmp_path, flow)
    assert len(planned(tmp_path, flow, end='<end value="200"/>').ids) == 10
    spread = '<flow id="f" begin="100" number="4"><route edges="w_in e_out"/></flow>'
    plan = planned(tmp_path, spread, end='<end value="200"/>')
    assert plan.trips.depart.tolist() == [100.0, 125.0, 150.0, 175.0]


def test_a_trip_that_names_only_its_stops_goes_from_the_first_to_the_last(tmp_path):
    stops = '<stop lane="w_in_0" endPos="60" duration="5"/><stop lane="e_out_0" endPos="60" duration="5"/>'
    town = read(tmp_path, f'<trip id="t" depart="105">{stops}</trip>')
    plan = plan_scenario(town)
    assert edges_of(town, plan, 0) == ["w_in", "e_out"]
    assert len(plan.trips.halt_lane) == 2


def test_vehicles_of_classes_that_do_not_drive_on_streets_are_counted_and_the_others_drive(tmp_path):
    train = '<vType id="train" vClass="rail"/>' + VEHICLE.replace('id="v"', 'id="t" type="train"')
    plan = planned(tmp_path, train + VEHICLE)
    assert (plan.ids, plan.elsewhere) == (["v"], {"rail": 1})


@pytest.mark.parametrize(
    ("said", "comes"),
    [
        ("last", DeparturePosition.BEHIND_LAST),
        ("free", DeparturePosition.IN_GAP),
        ("random_free", DeparturePosition.IN_GAP),
        ("base", DeparturePosition.AS_PLANNED),
    ],
)
def test_where_a_vehicle_comes_on_to_the_road_is_read(tmp_path, said, comes):
    plan = planned(tmp_path, VEHICLE.replace('depart="105"', f'depart="105" departPos="{said}"'))
    assert plan.types[plan.trips.kind[0]].departure_position == comes


DISTRICTS = """
<taz id="west" edges="w_in"/>
<taz id="rest"><tazSource id="n_in" weight="1"/><tazSink id="e_out" weight="3"/><tazSink id="s_out" weight="1"/></taz>
"""


def test_trips_between_districts_begin_and_end_on_their_edges_by_weight(tmp_path):
    trips = "".join(f'<trip id="{n}" depart="{100 + n}" fromTaz="west" toTaz="rest"/>' for n in range(200))
    town = read(tmp_path, DISTRICTS + trips)
    plan = plan_scenario(town)
    ends = Counter(tuple(edges_of(town, plan, row)) for row in range(200))
    assert set(ends) == {("w_in", "e_out"), ("w_in", "s_out")}
    assert 120 < ends["w_in", "e_out"] < 180
    assert plan_scenario(town).trips.route.tolist() == plan.trips.route.tolist()


def test_an_edge_goes_before_its_district(tmp_path):
    both = '<trip id="t" depart="100" from="s_in" fromTaz="west" to="n_out" toTaz="rest"/>'
    town = read(tmp_path, DISTRICTS + both)
    assert edges_of(town, plan_scenario(town), 0) == ["s_in", "n_out"]


def test_trips_between_junctions_take_the_edges_by_which_they_are_quickest(tmp_path):
    town = read(
        tmp_path,
        '<trip id="a" depart="100" fromJunction="w" toJunction="e"/>'
        '<trip id="b" depart="101" from="s_in" toJunction="n"/>'
        '<trip id="c" depart="102" fromJunction="c" toJunction="e"/>'
        '<flow id="d" begin="103" end="110" number="2" fromJunction="n" to="w_out" toJunction="e"/>',
    )
    plan = plan_scenario(town)
    assert [edges_of(town, plan, row) for row in range(5)] == [
        ["w_in", "e_out"], ["s_in", "n_out"], ["e_out"], ["n_in", "w_out"], ["n_in", "w_out"],
    ]  # fmt: skip


def test_trips_between_points_take_the_nearest_edges(tmp_path):
    """In m on the plane of the net, or in degrees."""
    empty = read(tmp_path, "")
    lon, lat = empty.city.projection.to_lonlat(empty.to_local(np.array([[95.0, -3.0, 0.0]]))[:, :2])[0]
    town = read(
        tmp_path,
        '<trip id="a" depart="100" fromXY="-90,-4" toXY="2.5,80"/>'
        f'<trip id="b" depart="101" from="s_in" toLonLat="{lon:.9f},{lat:.9f}"/>',
    )
    plan = plan_scenario(town)
    assert [edges_of(town, plan, row) for row in range(2)] == [["w_in", "n_out"], ["s_in", "e_out"]]


@pytest.mark.parametrize(
    ("elements", "says"),
    [
        ('<trip id="t" depart="100" fromJunction="x" to="e_out"/>', 'fromJunction="x", which is no junction'),
        ('<trip id="t" depart="100" fromJunction="w" toJunction="w"/>', "finds no way"),
        ('<trip id="t" depart="100" from="typo" toJunction="e"/>', 'over edge "typo"'),
        ('<trip id="t" depart="100" fromXY="1;2" to="e_out"/>', "two numbers and a comma"),
        ('<trip id="t" depart="100" fromXY="900,2" to="e_out"/>', "within 100 m of its fromXY"),
        ('<trip id="t" depart="100" from="w_in" toLonLat="8,50"/>', "within 100 m of its toLonLat"),
        ('<trip id="t" depart="100" fromTaz="east" to="n_out"/>', 'fromTaz="east", of which there is no taz'),
        ('<taz id="z"><tazSource id="w_in" weight="-1"/></taz>', "weight above 0"),
        ('<trip id="t" depart="100" toTaz="west"/>', "add from=…, fromJunction=…, fromTaz=…"),
        (
            DISTRICTS + '<taz id="no"/><trip id="t" depart="100" fromTaz="no" to="e_out"/>',
            "no taz with edges",
        ),
    ],
)
def test_faults_of_districts_are_named(tmp_path, elements, says):
    assert says in complaint(tmp_path, elements)
