"""A .sumocfg: what it names is read, its options are heeded, and what is wrong in it is named with its line."""

from __future__ import annotations

import pytest

from cosmopolis.city.errors import BadInput
from cosmopolis.demand.sumo_scenario import plan_scenario
from cosmopolis.sources.sumo import SKIPPED, read_scenario
from tests.sources.sumo.nets import VEHICLE, complaint, crossroads, planned, read, scenario


def test_a_configuration_names_what_it_lacks(tmp_path):
    config = scenario(tmp_path, crossroads(), VEHICLE)
    (tmp_path / "x.rou.xml").rename(tmp_path / "elsewhere.xml")
    with pytest.raises(BadInput, match=r"x\.sumocfg:4: .*x\.rou\.xml.*correct the path"):
        read_scenario(config)
    config.write_text("<configuration><input/></configuration>")
    with pytest.raises(BadInput, match="net-file"):
        read_scenario(config)


def test_an_end_before_the_beginning(tmp_path):
    config = scenario(tmp_path, crossroads(), VEHICLE, end='<end value="50"/>')
    with pytest.raises(BadInput, match=r"x\.sumocfg:9"):
        read_scenario(config)


OPTIONS = """
<time-to-teleport value="240"/><seed value="7"/><scale value="2"/><default.speeddev value="0"/>
<device.rerouting.probability value="0.25"/><device.rerouting.period value="60"/>
<lateral-resolution value="0.8"/><no-step-log value="true"/><collision.action value="warn"/>
"""


def test_options_of_the_configuration_are_heeded_and_those_without_effect_named(tmp_path):
    read_one = read(tmp_path, VEHICLE, more=OPTIONS)
    assert (read_one.seed, read_one.scale, read_one.teleport_after, read_one.rerouting) == (
        7,
        2.0,
        240.0,
        0.25,
    )
    assert read_one.without_effect == ("collision.action", "lateral-resolution")
    assert read_one.traffic.types["DEFAULT_VEHTYPE"].deviation == 0.0


def test_without_options_nobody_is_lifted_and_nobody_reroutes(tmp_path):
    plain = read(tmp_path, VEHICLE)
    assert (plain.seed, plain.scale, plain.teleport_after, plain.rerouting) == (None, 1.0, 0.0, 0.0)
    assert plain.without_effect == ()


def test_a_negative_time_to_teleport_is_never(tmp_path):
    assert read(tmp_path, VEHICLE, more='<time-to-teleport value="-1"/>').teleport_after == 0.0


def test_rerouting_without_a_period_is_none_as_in_sumo(tmp_path):
    more = '<device.rerouting.probability value="1"/>'
    assert read(tmp_path, VEHICLE, more=more).rerouting == 0.0


def test_a_scale_multiplies_those_who_depart(tmp_path):
    many = "".join(VEHICLE.replace('id="v"', f'id="v{n}"') for n in range(200))
    assert planned(tmp_path, VEHICLE, more='<scale value="3"/>').ids == ["v", "v.1", "v.2"]
    half = planned(tmp_path, many, more='<scale value="0.5"/>').ids
    assert 75 < len(half) < 125 and len(set(half)) == len(half)
    assert planned(tmp_path, many, more='<scale value="0"/>').ids == []


def test_ignore_route_errors_leaves_out_what_is_wrong(tmp_path):
    wrong = VEHICLE + '<vehicle id="w" depart="105"><route edges="w_in nowhere"/></vehicle>'
    assert "nowhere" in complaint(tmp_path, wrong)
    lenient = read(tmp_path, wrong, more='<ignore-route-errors value="true"/>')
    assert plan_scenario(lenient).ids == ["v"]
    assert [finding.code for finding in lenient.findings] == [SKIPPED]


@pytest.mark.parametrize(
    ("option", "says"),
    [
        ('<scale value="-1"/>', "x.sumocfg:5: scale is -1; write a number from 0 upwards"),
        ('<scale value="much"/>', 'scale has value="much", which is not a number'),
        ('<seed value="1.5"/>', "seed .*not a whole number"),
        (
            '<device.rerouting.probability value="2"/><device.rerouting.period value="60"/>',
            "probability is 2; write a share up to 1",
        ),
    ],
)
def test_options_that_make_no_sense_are_named_with_their_line(tmp_path, option, says):
    with pytest.raises(BadInput, match=says):
        read(tmp_path, VEHICLE, more=option)


def test_a_clock_may_leave_out_noughts(tmp_path):
    assert read(tmp_path, VEHICLE, end='<end value="1:5:0"/>').end == 3900.0


def test_drivers_are_told_from_the_step_of_the_configuration(tmp_path):
    plan = planned(tmp_path, VEHICLE, more='<step-length value="0.2"/>')
    assert plan.types[plan.trips.kind[0]].step == 0.2
