"""A SUMO scenario runs as it is: everybody arrives, is counted under his own name, and comes out the same again."""

from __future__ import annotations

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from cosmopolis.city.words import VehicleKind
from cosmopolis.demand.sumo_scenario import plan_scenario
from cosmopolis.planning.recorder import Wanted
from cosmopolis.planning.sumo_scenario import record_scenario
from cosmopolis.simulation import Simulation
from cosmopolis.simulation.traffic.drivers import drivers_of
from cosmopolis.sources.sumo import read_scenario
from tests.sources.sumo.nets import crossroads, scenario

ROUTES = """
<vType id="lorry" vClass="truck" length="12" maxSpeed="9" sigma="0"/>
<vType id="car" speedDev="0" sigma="0"/>
<flow id="we" type="car" begin="100" end="400" vehsPerHour="400"><route edges="w_in e_out"/></flow>
<flow id="ns" type="lorry" begin="100" end="400" period="15"><route edges="n_in s_out"/></flow>
<flow id="wn" type="car" begin="100" end="400" period="20"><route edges="w_in n_out"/></flow>
"""


@pytest.fixture(scope="module")
def config(tmp_path_factory) -> Path:
    return scenario(tmp_path_factory.mktemp("scenario"), crossroads(), ROUTES)


@pytest.fixture(scope="module")
def run(config, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("runs") / "x.run"
    record_scenario(read_scenario(config), seed=3, out=out)
    return out


def test_everybody_arrives_once_and_the_run_ends(run):
    facts = json.loads((run / "run.json").read_text())
    assert facts["arrived"] == facts["departed"] == 34 + 20 + 15
    assert (facts["vehicles"], facts["waiting"], facts["forced"], facts["strayed"]) == (0, 0, 0, 0)
    assert 400 < facts["to"] < 700
    assert facts["left_out"] == [] and facts["parameters"] == "sumo"


def test_trips_have_their_names_and_kinds(run):
    table = pq.read_table(run / "trips.parquet").to_pandas().set_index("id")
    assert set(table.index) == {f"we.{n}" for n in range(34)} | {f"ns.{n}" for n in range(20)} | {
        f"wn.{n}" for n in range(15)
    }
    assert (table.loc[[f"ns.{n}" for n in range(20)], "kind"] == "truck").all()
    assert (table["arrived"] > table["entered"]).all()
    lorries = table.loc[[f"ns.{n}" for n in range(20)]]
    assert (lorries["distance"] > 190.0).all()
    # 9 m/s at most for a lorry, on and off the road within a step of 0.5 s.
    assert (lorries["arrived"] - lorries["entered"] >= lorries["distance"] / 9.0 - 0.5).all()


def test_sumos_outputs_call_vehicles_as_the_scenario_does(config, run, tmp_path):
    wanted = Wanted(fcd=1.0, xml=True)
    again = record_scenario(read_scenario(config), seed=3, out=tmp_path / "w", wanted=wanted)
    assert again["digest"] == json.loads((run / "run.json").read_text())["digest"]
    ids = set(pq.read_table(run / "trips.parquet")["id"].to_pylist())
    trips = ET.parse(tmp_path / "w" / "tripinfo.xml").getroot()
    assert {trip.get("id") for trip in trips} == ids
    assert {trip.get("vType") for trip in trips} == {"car", "truck"}
    vehicles = list(ET.parse(tmp_path / "w" / "fcd.xml").getroot().iter("vehicle"))
    assert {vehicle.get("id") for vehicle in vehicles} == ids
    edges = {edge.get("id") for edge in ET.fromstring(crossroads()).iter("edge")}
    driven = {edge.get("id") for edge in ET.parse(tmp_path / "w" / "edgedata.xml").getroot().iter("edge")}
    assert driven and driven <= edges


def test_the_same_seed_gives_the_same_bytes_on_any_number_of_threads(config, run, tmp_path):
    digest = json.loads((run / "run.json").read_text())["digest"]
    for threads in (1, 2):
        again = record_scenario(read_scenario(config), seed=3, out=tmp_path / "r", threads=threads)
        assert again["digest"] == digest


def test_a_snapshot_in_the_middle_goes_on_alike(config):
    town = read_scenario(config)
    plan = plan_scenario(town, seed=3)
    own = {"drivers": drivers_of(plan.types), "daily": False}
    simulation = Simulation(town.city, plan.trips, seed=3, start=100.0, **own)
    simulation.run(120.0)
    again = Simulation.restore(town.city, plan.trips, simulation.snapshot(), **own)
    simulation.run(200.0)
    again.run(200.0)
    assert simulation.digest() == again.digest()
    assert set(np.unique(simulation.vehicles().kind)) <= {VehicleKind.CAR, VehicleKind.TRUCK}


def test_a_scenario_past_midnight_goes_on_and_repeats_nothing(tmp_path):
    midnight = 86_400
    routes = "".join(
        f'<vehicle id="v{time}" depart="{time}"><route edges="w_in e_out"/></vehicle>'
        for time in (midnight - 30, midnight + 30, midnight + 300)
    )
    town = read_scenario(scenario(tmp_path, crossroads(), routes), begin=midnight - 60.0)
    result = record_scenario(town, seed=1, out=tmp_path / "r")
    assert result["arrived"] == 3
    assert midnight + 300 < result["to"] < midnight + 420


def cosmopolis(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cosmopolis", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=280)


def test_the_command_runs_it_and_lists_what_it_skipped(tmp_path):
    bad = '<vehicle id="lost" depart="110"><route edges="w_in x_out"/></vehicle>\n<person id="p" depart="0"/>'
    config = scenario(tmp_path, crossroads(), ROUTES + bad)
    said = cosmopolis("simulate", config, "--out", tmp_path / "r")
    assert said.returncode == 2 and "x.rou.xml:8" in said.stderr and "Traceback" not in said.stderr
    assert not (tmp_path / "r").exists()
    done = cosmopolis("simulate", config, "--out", tmp_path / "r", "--skip-bad", "--json", "--seed", "3")
    assert done.returncode == 0, done.stderr
    facts = json.loads(done.stdout)
    assert facts["arrived"] == 69 and facts["ignored_elements"] == {"person": 1}
    assert len(facts["left_out"]) == 1 and "x_out" in facts["left_out"][0]


def test_the_set_of_drivers_and_the_seed_of_the_configuration_reach_the_run(tmp_path):
    """One run for a seed that the configuration says and the same one said by hand; another for another set."""
    by_chance = '<flow id="c" begin="100" end="400" probability="0.2"><route edges="w_in e_out"/></flow>'
    own = scenario(tmp_path, crossroads(), by_chance, more='<seed value="9"/>')
    runs = {}
    for name, options in {
        "its": (),
        "nine": ("--seed", "9"),
        "one": ("--seed", "1"),
        "hcm": ("--set", "hcm"),
    }.items():
        done = cosmopolis("simulate", own, "--out", tmp_path / name, "--json", *options)
        assert done.returncode == 0, done.stderr
        runs[name] = (tmp_path / name / "trips.parquet").read_bytes()
    assert runs["its"] == runs["nine"]
    assert len({runs["its"], runs["one"], runs["hcm"]}) == 3


def test_a_net_is_imported_as_a_city_of_its_own(tmp_path):
    (tmp_path / "x.net.xml").write_text(crossroads())
    done = cosmopolis("import", tmp_path / "x.net.xml", "--out", tmp_path / "x.city")
    assert done.returncode == 0, done.stderr
    facts = json.loads(cosmopolis("info", tmp_path / "x.city", "--json").stdout)
    assert "SUMO" in json.dumps(facts)
    both = cosmopolis("import", tmp_path / "x.net.xml", tmp_path / "y.osm", "--out", tmp_path / "y.city")
    assert both.returncode == 2 and "alone" in both.stderr
