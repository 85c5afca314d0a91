"""What a run leaves on disk: tables that any tool reads, the same in SUMO's formats, and loops from a file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow.parquet as pq
import pytest

from cosmopolis.city.errors import BadInput
from cosmopolis.city.model import City
from cosmopolis.exports import sumo as sumo_export
from cosmopolis.planning.detectors import read_detectors
from cosmopolis.planning.recorder import Wanted
from cosmopolis.planning.run import record
from cosmopolis.simulation import Area, Loop, Simulation
from tests.simulation.drawings import busy_trips, chessboard

END = 200.0
ASKED: dict[str, Any] = {"begin": 0.0, "end": END, "seed": 1}
DETECTORS = (
    "name,lane,position,end\nfirst,0,60,\nfrom the end,5,-40,\nbefore the line,5,-60,-0.5\nall,0,0,100\n"
)


@pytest.fixture(scope="module")
def city() -> City:
    return chessboard()


@pytest.fixture(scope="module")
def run(city: City, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything that can be asked for, of three minutes."""
    folder = tmp_path_factory.mktemp("runs")
    (folder / "loops.csv").write_text(DETECTORS)
    wanted = Wanted(interval=60.0, fcd=2.0, xml=True, detectors=folder / "loops.csv", electric=0.3)
    record(city, busy_trips(), out=folder / "busy.run", wanted=wanted, threads=1, **ASKED)
    return folder / "busy.run"


def ask(run: Path, question: str) -> list[tuple[Any, ...]]:
    """An answer of DuckDB, which knows nothing of us; tables are called by their file."""
    with duckdb.connect() as connection:
        for file in run.glob("*.parquet"):
            connection.execute(f"CREATE VIEW {file.stem} AS SELECT * FROM '{file}'")
        return connection.execute(question).fetchall()


def test_the_folder_holds_what_was_asked_for(run):
    assert {file.name for file in run.iterdir()} == {
        "run.json", "edges.parquet", "lanes.parquet", "trips.parquet", "detectors.parquet", "areas.parquet",
        "fcd.parquet", "edgedata.xml", "tripinfo.xml", "detectors.xml", "areas.xml", "fcd.xml",
    }  # fmt: skip


def test_intervals_follow_each_other_to_the_end(run):
    assert ask(run, "SELECT DISTINCT begin, until FROM edges ORDER BY 1") == [
        (0.0, 60.0), (60.0, 120.0), (120.0, 180.0), (180.0, 200.0),
    ]  # fmt: skip


def test_no_number_is_nan(run):
    for file in run.glob("*.parquet"):
        for name, column in zip(pq.read_schema(file).names, pq.read_table(file).columns, strict=True):
            if column.type in ("float", "double"):
                assert not np.isnan(column.drop_null().to_numpy()).any(), (file.name, name)


def test_flow_is_density_times_speed_on_edges_and_lanes(run, city):
    lanes = city.network.edges.lane_count
    for table, n in (("edges", "n.lanes"), ("lanes", "1")):
        with duckdb.connect() as connection:
            n_lanes = pq.read_table(run / "edges.parquet").select(["edge"]).to_pandas().drop_duplicates()
            n_lanes["lanes"] = lanes[n_lanes["edge"]]
            connection.register("n", n_lanes)
            worst = connection.execute(
                f"SELECT max(abs(flow - density * speed * 3.6 * {n}) / greatest(flow, 1)), count(*) "
                f"FROM '{run / table}.parquet' t JOIN n ON n.edge = t.edge"
            ).fetchone()
        assert worst is not None and worst[0] < 1e-4 and worst[1] > 50


def test_lanes_add_up_to_edges(run):
    columns = "sum(vehicle_seconds), sum(vehicle_metres), sum(co2), sum(departed), sum(arrived)"
    assert ask(run, f"SELECT {columns} FROM lanes")[0] == pytest.approx(
        ask(run, f"SELECT {columns} FROM edges")[0]
    )


def test_totals_are_those_of_the_trips(run):
    facts = json.loads((run / "run.json").read_text())
    ((count, arrived, kilometres, carbon, conflicts, delay),) = ask(
        run,
        "SELECT count(*), count(arrived), sum(distance) / 1000, sum(co2) / 1000, sum(conflicts), "
        "avg(depart_delay) FILTER (arrived IS NOT NULL) FROM trips",
    )
    assert (count, arrived) == (facts["departed"], facts["arrived"])
    assert facts["vehicles"] == count - arrived
    assert kilometres == pytest.approx(facts["vehicle_km"], abs=1e-3)
    assert carbon == pytest.approx(facts["co2_kg"], abs=1e-3)
    assert conflicts == facts["conflicts"]
    assert delay == pytest.approx(facts["mean_depart_delay"], abs=0.01)
    assert facts["electricity_kwh"] > 0 and facts["mean_time_loss"] > 0


def test_trips_tell_of_kinds_and_batteries(run):
    kinds = dict(ask(run, "SELECT kind, count(*) FROM trips GROUP BY kind"))
    assert {"car", "bus", "e_bike"} <= kinds.keys()
    ((wrong,),) = ask(
        run, "SELECT count(*) FROM trips WHERE electric AND co2 > 0 OR NOT electric AND electricity_drawn > 0"
    )
    assert wrong == 0
    assert ask(run, "SELECT bool_and(electric) FROM trips WHERE kind = 'e_bike'") == [(True,)]


def test_columns_say_their_unit(run):
    unit = {f.name: (f.metadata or {}).get(b"unit") for f in pq.read_schema(run / "edges.parquet")}
    assert unit["flow"] == b"vehicles/h" and unit["queue_max"] == b"m" and unit["fuel"] == b"J"
    assert pq.read_schema(run / "trips.parquet").field("time_loss").metadata[b"unit"] == b"s"


def test_trajectories_are_where_everybody_was(run, city):
    table = pq.read_table(run / "fcd.parquet").to_pandas()
    simulation = Simulation(city, busy_trips(), seed=1, threads=1)
    lanes = city.network.lanes
    seen = 0
    while simulation.time < END - 1e-9:
        simulation.run(2.0)
        now = table[table["time"] == simulation.time]
        vehicles = simulation.vehicles()
        seen += len(vehicles)
        assert np.array_equal(now["vehicle"], vehicles.id)
        assert np.array_equal(now["position"], vehicles.position) and np.array_equal(
            now["speed"], vehicles.speed
        )
        on_lane = vehicles.path < len(lanes)
        assert np.array_equal(now["lane"], np.where(on_lane, vehicles.path, -1))
        assert np.array_equal(now["connection"], np.where(on_lane, -1, vehicles.path - len(lanes)))
        assert np.array_equal(now["edge"] == -1, ~on_lane)
    assert seen == len(table) > 5000
    for row in table[table["lane"] >= 0].sample(50, random_state=1).itertuples():
        point, heading = lanes.line.at(row.lane, row.position)
        assert np.hypot(point[0] - row.x, point[1] - row.y) < 0.01
        assert row.heading == pytest.approx(heading, abs=1e-3)


def test_long_trajectories_go_to_disk_in_pieces(city, tmp_path, monkeypatch):
    monkeypatch.setattr("cosmopolis.planning.trajectories.ROWS", 500)
    record(city, busy_trips(), out=tmp_path / "a.run", wanted=Wanted(fcd=1.0), **ASKED | {"end": 60.0})
    file = pq.ParquetFile(tmp_path / "a.run" / "fcd.parquet")
    assert file.metadata.num_row_groups > 3
    times = file.read(["time"]).column("time").to_numpy()
    assert (np.diff(times) >= 0).all() and set(times) <= set(np.arange(0.0, 61.0))


def test_loops_count_what_passes(run):
    rows = ask(
        run, "SELECT detector, begin, count, flow, occupancy, speed, length FROM detectors ORDER BY 1, 2"
    )
    assert [row[0] for row in rows] == ["first"] * 4 + ["from the end"] * 4
    assert sum(row[2] for row in rows) > 5
    for _, begin, count, flow, occupancy, speed, length in rows:
        assert flow == pytest.approx(count * 3600 / (60.0 if begin < 180 else 20.0))
        assert 0.0 <= occupancy <= 1.0
        assert (speed is None) == (length is None) == (count == 0)


def test_areas_agree_with_the_lanes_they_lie_on(run, city):
    rows = ask(run, "SELECT detector, begin, until, entered, \"left\", vehicle_seconds, occupancy, occupancy_max, "
                    "jam_mean, jam_max, vehicles_mean, vehicles_max FROM areas ORDER BY 1, 2")  # fmt: skip
    assert [row[0] for row in rows] == ["all"] * 4 + ["before the line"] * 4
    for _, begin, until, _, _, seconds, occupancy, most, jam, most_jam, mean, at_once in rows:
        assert 0.0 <= occupancy <= most <= 1.0 and 0.0 <= jam <= most_jam <= 100.0
        assert mean == pytest.approx(seconds / (until - begin)) and mean <= at_once
    assert sum(row[3] for row in rows) > 5
    for _, entered, left in ask(run, 'SELECT detector, sum(entered), sum("left") FROM areas GROUP BY 1'):
        assert 0 <= entered - left <= 15


def test_the_same_run_leaves_the_same_files_on_two_threads(run, city, tmp_path):
    (tmp_path / "loops.csv").write_text(DETECTORS)
    wanted = Wanted(interval=60.0, fcd=2.0, xml=True, detectors=tmp_path / "loops.csv", electric=0.3)
    record(city, busy_trips(), out=tmp_path / "b.run", wanted=wanted, threads=2, **ASKED)
    for file in run.iterdir():
        if file.name != "run.json":
            assert file.read_bytes() == (tmp_path / "b.run" / file.name).read_bytes(), file.name


def test_a_run_says_nothing_of_what_was_not_asked_for(city, tmp_path):
    record(city, busy_trips(), out=tmp_path / "c.run", **ASKED | {"end": 30.0})
    assert {file.name for file in (tmp_path / "c.run").iterdir()} == {
        "run.json", "edges.parquet", "lanes.parquet", "trips.parquet",
    }  # fmt: skip


# SUMO's formats ----------------------------------------------------------------------------------------------------

SCHEMAS = {
    "fcd.xml": ("fcd_file.xsd", "vehicle"),
    "tripinfo.xml": ("tripinfo_file.xsd", "tripinfo"),
    "detectors.xml": ("det_e1_file.xsd", "interval"),
    "areas.xml": ("det_e2_file.xsd", "interval"),
    "edgedata.xml": ("types/meandata.xsd", "edgeLaneDataType"),
}


@pytest.mark.parametrize("name", SCHEMAS)
def test_attributes_are_those_of_sumos_schema(run, name):
    sumo = pytest.importorskip("sumo", reason="eclipse-sumo is not installed")
    schema, element = SCHEMAS[name]
    xsd = "{http://www.w3.org/2001/XMLSchema}"
    root = ET.parse(Path(sumo.SUMO_HOME) / "data" / "xsd" / schema).getroot()
    (named,) = [row for row in root.iter() if row.tag in (f"{xsd}element", f"{xsd}complexType")
                and row.get("name") == element]  # fmt: skip
    attributes = {row.get("name"): row.get("use") for row in named.iter(f"{xsd}attribute")}
    must = {key for key, use in attributes.items() if use == "required"}
    rows = list(ET.parse(run / name).getroot().iter("edge" if name == "edgedata.xml" else element))
    assert len(rows) > 5
    for row in rows:
        assert must <= set(row.keys()) <= set(attributes)
        for key in set(row.keys()) - {
            "id",
            "lane",
            "type",
            "departLane",
            "arrivalLane",
            "vType",
            "devices",
            "vaporized",
        }:
            assert np.isfinite(float(row.get(key, "")))


def test_names_are_those_of_the_exported_net(run, city, tmp_path):
    sumo_export.write(city, tmp_path / "c.net.xml")
    net = ET.parse(tmp_path / "c.net.xml").getroot()
    lanes = {lane.get("id"): float(lane.get("length", "0")) for lane in net.iter("lane")}
    edges = {edge.get("id") for edge in net.iter("edge")}
    vehicles = list(ET.parse(run / "fcd.xml").getroot().iter("vehicle"))
    assert any(row.get("lane", "").startswith(":") for row in vehicles)
    for row in vehicles:
        assert float(row.get("pos", "nan")) <= lanes[row.get("lane")] + 0.51
    assert {row.get("id") for row in ET.parse(run / "edgedata.xml").getroot().iter("edge")} <= edges
    for trip in ET.parse(run / "tripinfo.xml").getroot():
        assert trip.get("departLane") in lanes and trip.get("arrivalLane") in lanes


def test_the_xml_says_what_the_tables_say(run):
    trips = list(ET.parse(run / "tripinfo.xml").getroot())
    rows = {
        str(trip): numbers
        for trip, *numbers in ask(
            run,
            "SELECT trip, duration, distance, time_loss, waiting, stops FROM trips WHERE arrived IS NOT NULL",
        )
    }
    assert len(trips) == len(rows) > 30
    for trip in trips:
        named = ("duration", "routeLength", "timeLoss", "waitingTime", "waitingCount")
        assert [float(trip.get(key, "nan")) for key in named] == pytest.approx(
            rows[trip.get("id", "")], abs=0.006
        )
    arrivals = [float(trip.get("arrival", "nan")) for trip in trips]
    assert arrivals == sorted(arrivals)
    edges = list(ET.parse(run / "edgedata.xml").getroot().iter("edge"))
    for attribute, column in (
        ("sampledSeconds", "vehicle_seconds"),
        ("waitingTime", "standing_time"),
        ("entered", "entered"),
    ):
        total = sum(float(edge.get(attribute, "nan")) for edge in edges)
        assert total == pytest.approx(ask(run, f"SELECT sum({column}) FROM edges")[0][0], rel=1e-3)


def sumo_tool(name: str, *arguments: object) -> str:
    """What one of SUMO's programs or scripts prints."""
    home = Path(pytest.importorskip("sumo", reason="eclipse-sumo is not installed").SUMO_HOME)
    script = (
        [sys.executable, str(home / "tools" / name)] if name.endswith(".py") else [str(home / "bin" / name)]
    )
    env = {**os.environ, "SUMO_HOME": str(home), "PYTHONPATH": str(home / "tools")}
    command = [*script, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=env)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_sumos_tools_read_the_trips(run):
    said = sumo_tool("output/tripinfoByType.py", "-t", run / "tripinfo.xml", "-a", "timeLoss")
    rows = ask(
        run, "SELECT kind, count(*), avg(time_loss) FROM trips WHERE arrived IS NOT NULL GROUP BY kind"
    )
    assert len(rows) > 4
    for kind, count, mean in rows:
        (line,) = [line for line in said.splitlines() if line.startswith(f"{kind}:")]
        assert f"count {count}," in line
        assert float(line.split("mean ")[1].split(",")[0]) == pytest.approx(mean, abs=0.011)


def test_sumos_tools_read_the_trajectories(run, tmp_path):
    sumo_tool("xml/xml2csv.py", run / "fcd.xml", "-o", tmp_path / "fcd.csv")
    lines = [
        line for line in (tmp_path / "fcd.csv").read_text().splitlines()[1:] if not line.endswith(";;;;")
    ]
    assert len(lines) == ask(run, "SELECT count(*) FROM fcd")[0][0]


def test_sumos_router_goes_by_our_travel_times(run, city, tmp_path):
    """An edge of a trip that begins in the second interval costs what edgedata.xml says of it then."""
    sumo_export.write(city, tmp_path / "c.net.xml")
    second = list(ET.parse(run / "edgedata.xml").getroot())[1]
    assert float(second.get("begin", "nan")) == 60.0
    slowest = max(second, key=lambda edge: float(edge.get("traveltime", "0")))
    trip = f'<trip id="0" depart="70" from="{slowest.get("id")}" to="{slowest.get("id")}"/>'
    (tmp_path / "t.xml").write_text(f"<routes>{trip}</routes>")
    sumo_tool(
        "duarouter", "-n", tmp_path / "c.net.xml", "-r", tmp_path / "t.xml", "-w", run / "edgedata.xml",
        "-x", "traveltime", "--write-costs", "-o", tmp_path / "r.xml",
    )  # fmt: skip
    (route,) = ET.parse(tmp_path / "r.xml").getroot().iter("route")
    assert float(route.get("cost", "nan")) == pytest.approx(float(slowest.get("traveltime", "nan")), abs=0.01)


# Detectors from a file ----------------------------------------------------------------------------------------------


def test_sumos_additional_file_lays_the_same_loops(city, tmp_path):
    edges, lanes = sumo_export.path_names(city.network)
    assert lanes[0] == f"{edges[0]}_0"
    (tmp_path / "a.csv").write_text(f"name,lane,position\nx,{lanes[5]},-40\ny,0,12.5\n")
    (tmp_path / "a.xml").write_text(
        f'<additional><inductionLoop id="x" lane="{lanes[5]}" pos="-40" period="60" file="o.xml"/>'
        f'<busStop id="s" lane="{lanes[1]}"/>'
        f'<e1Detector id="y" lane="{lanes[0]}" pos="12.5" file="o.xml"/></additional>'
    )
    assert read_detectors(tmp_path / "a.csv", city) == read_detectors(tmp_path / "a.xml", city)
    first = read_detectors(tmp_path / "a.csv", city)[0]
    assert isinstance(first, Loop) and first.position == pytest.approx(city.network.lanes.length[5] - 40.0)


def test_sumos_lane_areas_may_say_two_of_begin_end_and_length(city, tmp_path):
    lane = sumo_export.path_names(city.network)[1][5]
    metres = float(city.network.lanes.length[5])
    (tmp_path / "a.csv").write_text("name,lane,position,end\na,5,20,50\nb,5,20,50\nc,5,20,50\nd,5,-30,-0.5\n")
    (tmp_path / "a.xml").write_text(
        f'<additional><laneAreaDetector id="a" lane="{lane}" pos="20" endPos="50" file="o.xml"/>'
        f'<e2Detector id="b" lane="{lane}" pos="20" length="30" file="o.xml"/>'
        f'<e2Detector id="c" lane="{lane}" endPos="50" length="30" file="o.xml"/>'
        f'<e2Detector id="d" lane="{lane}" pos="-30" endPos="-0.5" file="o.xml"/></additional>'
    )
    found = read_detectors(tmp_path / "a.xml", city)
    assert found == read_detectors(tmp_path / "a.csv", city)
    assert found[0] == Area("a", 5, 20.0, 50.0) and found[3] == Area("d", 5, metres - 30.0, metres - 0.5)
    (tmp_path / "b.xml").write_text(
        f'<additional><e2Detector id="a" lane="{lane}" pos="0" endPos="9" speedThreshold="2" timeThreshold="3" '
        'jamThreshold="4"/></additional>'
    )
    assert read_detectors(tmp_path / "b.xml", city) == [
        Area("a", 5, 0.0, 9.0, slow=2.0, patience=3.0, gap=4.0)
    ]


WRONG = {
    "name,lane,place\nx,0,1\n": ":1: the first line is not name,lane,position",
    "name,lane,position\nx,nowhere,5\n": ":2: there is no lane 'nowhere'",
    "name,lane,position\nx,99999,5\n": ":2: there is no lane '99999'",
    "name,lane,position\nx,0,inf\n": ":2: the position 'inf' is not a number",
    "name,lane,position\nx,0,5000\n": ":2: detector 'x' lies at 5000 m of a lane of",
    "name,lane,position\nx,0,5\n\nx,1,5\n": ":4: detector 'x' is already in line 2",
    "name,lane,position\nx,0\n": ":2: 2 columns and not 3",
    "name,lane,position\n": "holds no detectors",
    "": "holds no detectors",
    "<additional>\n<e1Detector id='x' pos='3'/></additional>": ":2: e1Detector has no lane",
    "<additional>\n<e1Detector": ":2: broken XML",
    "name,lane,position,end\nx,0,50,20\n": ":2: area 'x' ends at 20 m and begins at 50 m",
    "name,lane,position,end\nx,0,50\n": ":2: 3 columns and not 4",
    "<additional>\n<e2Detector id='x' lane='0' pos='3'/></additional>": "needs two of pos, endPos and length",
    "<additional>\n<e2Detector id='x' lanes='0 1' pos='3'/></additional>": "lies on several lanes",
    "<additional>\n<e2Detector id='x' lane='0' endPos='3' length='9'/></additional>": "begins at -6 m of a lane",
    "<!DOCTYPE a [<!ENTITY b 'c'>]>\n<additional/>": "document type",
}


@pytest.mark.parametrize("text", WRONG)
def test_a_wrong_detector_is_named_with_its_line(city, tmp_path, text):
    (tmp_path / "loops").write_text(text)
    wanted = Wanted(detectors=tmp_path / "loops")
    with pytest.raises(BadInput) as error:
        record(city, busy_trips(), out=tmp_path / "x.run", wanted=wanted, **ASKED)
    assert WRONG[text] in str(error.value) and str(tmp_path / "loops") in str(error.value)
    assert [file.name for file in tmp_path.iterdir()] == ["loops"]


def test_a_file_that_is_not_there_is_named(city, tmp_path):
    with pytest.raises(BadInput, match=r"gone\.csv cannot be read"):
        read_detectors(tmp_path / "gone.csv", city)


@pytest.mark.parametrize("wanted", [Wanted(interval=0.1), Wanted(fcd=0.2), Wanted(fcd=float("nan"))])
def test_nothing_is_shorter_than_a_step(city, tmp_path, wanted):
    with pytest.raises(BadInput, match=r"shorter than a step of 0\.5 s"):
        record(city, busy_trips(), out=tmp_path / "x.run", wanted=wanted, **ASKED)
    assert list(tmp_path.iterdir()) == []
