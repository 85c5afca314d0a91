"""The conditions of a run: what one sets is what drives, and what run.json says."""

from __future__ import annotations

import json

import numpy as np
import pytest

from cosmopolis.city.errors import BadInput
from cosmopolis.city.words import Light, VehicleKind
from cosmopolis.planning.conditions import DIALS, Conditions
from cosmopolis.planning.run import record
from cosmopolis.planning.sumo_scenario import record_scenario
from cosmopolis.simulation.traffic.drivers import drivers
from cosmopolis.sources.sumo import read_scenario
from tests.simulation.roads import Drawing, trips_of
from tests.sources.sumo.nets import crossroads, scenario

JAM = """
<flow id="we" begin="100" end="400" vehsPerHour="600"><route edges="w_in e_out"/></flow>
<vehicle id="halts" depart="100"><route edges="w_in e_out"/><stop lane="w_in_0" endPos="60" duration="900"/></vehicle>
"""


def a_red_light():
    """A road with a light that never turns green, and six cars that come to it."""
    town = Drawing()
    one, other = town.edge((0.0, 0.0), (200.0, 0.0)), town.edge((210.0, 0.0), (400.0, 0.0))
    town.signal([town.join(one, other)], [(100_000.0, [Light.RED])])
    rows = [
        {"from_lane": 0, "to_lane": 1, "to_position": 150.0, "route": [0, 1], "depart": 10.0 * n}
        for n in range(6)
    ]
    return town.city(), trips_of(rows)


def test_a_city_s_conditions_are_those_of_a_simulation_of_its_own():
    city, trips = a_red_light()
    run = Conditions().simulation(city, trips, seed=1, start=0.0, threads=1)
    assert run.drivers.headway.tolist() == drivers("field").headway.tolist()
    assert Conditions().facts() == {
        "parameters": "field",
        "rules": {
            "teleport-after": 0.0, "kerb-stops": 1.0, "bike-box": 0.0, "on-foot": 1.0, "rerouting": 1.0, "worth": 0.8,
            "toll": 0.0, "value-of-time": 60.0,
        },
    }  # fmt: skip


@pytest.mark.parametrize("name", ["hcm", "sumo"])
def test_a_city_drives_by_the_set_that_one_names(name):
    city, trips = a_red_light()
    run = Conditions(name).simulation(city, trips, seed=1, start=0.0, threads=1)
    row = run.trips.kind[0]
    assert run.drivers.headway[row] == drivers(name).headway[VehicleKind.CAR]
    assert run.drivers.headway[row] != drivers("field").headway[VehicleKind.CAR]


def test_each_dial_turns_what_it_names_and_the_others_stay():
    usual = Conditions().facts()["rules"]
    assert set(DIALS) == set(usual)
    for dial in DIALS:
        turned = Conditions().turned([f"{dial}=0.5"]).facts()["rules"]
        assert turned == usual | {dial: 0.5}
    twice = Conditions().turned(["toll=1", "value_of_time=30", "toll=2"]).facts()["rules"]
    assert (twice["toll"], twice["value-of-time"]) == (2.0, 30.0)


@pytest.mark.parametrize("setting", ["speed=3", "toll", "toll=", "toll=much", "toll=nan", "=3", ""])
def test_a_setting_that_is_none_is_answered_with_all_there_are(setting):
    with pytest.raises(BadInput, match=r"sets no rule.*teleport-after: s of standing.*value-of-time"):
        Conditions().turned([setting])


@pytest.mark.parametrize("setting", ["toll=-1", "rerouting=1.5", "kerb-stops=-1", "value-of-time=0"])
def test_a_value_that_makes_no_sense_is_one_clear_error(setting):
    with pytest.raises(BadInput):
        Conditions().turned([setting])


def test_who_stands_too_long_is_lifted_and_counted_where_one_asks_for_it(tmp_path):
    city, trips = a_red_light()
    asked = {"begin": 0.0, "end": 900.0, "seed": 1, "threads": 1}
    stands = record(city, trips, out=tmp_path / "a.run", **asked)
    lifted = record(
        city, trips, out=tmp_path / "b.run", conditions=Conditions().turned(["teleport-after=120"]), **asked
    )
    assert (stands["teleported"], stands["arrived"]) == (0, 0)
    assert lifted["teleported"] == lifted["arrived"] == 6
    assert json.loads((tmp_path / "b.run" / "run.json").read_text())["rules"]["teleport-after"] == 120.0


def test_what_one_sets_goes_before_what_the_configuration_says(tmp_path):
    config = scenario(tmp_path, crossroads(), JAM, more='<time-to-teleport value="60"/><scale value="1"/>')
    as_it_is = record_scenario(read_scenario(config), seed=1, out=tmp_path / "a.run")
    assert as_it_is["teleported"] > 0 and as_it_is["rules"]["teleport-after"] == 60.0
    never = record_scenario(
        read_scenario(config), seed=1, out=tmp_path / "b.run", settings=["teleport-after=0"]
    )
    assert never["teleported"] == 0 and never["arrived"] == as_it_is["arrived"]
    assert np.isclose(never["rules"]["rerouting"], 0.0)
