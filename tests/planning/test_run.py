"""A run as a folder: what happened can be read by any data tool, and the same run gives the same bytes."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from cosmopolis import cli
from cosmopolis.city.build import build
from cosmopolis.city.errors import BadInput
from cosmopolis.city.model import City
from cosmopolis.city.store import save
from cosmopolis.control import Scheme, Steering
from cosmopolis.demand import Trips, plan_trips
from cosmopolis.growth import grow
from cosmopolis.planning.log import read_log
from cosmopolis.planning.run import record
from cosmopolis.simulation import replay

MORNING = {"begin": 7.5 * 3600, "end": 7.75 * 3600, "seed": 3}


@pytest.fixture(scope="module")
def village() -> City:
    return build(grow(seed=2, population=5_000))


@pytest.fixture(scope="module")
def trips(village: City) -> Trips:
    return plan_trips(village, seed=3)


@pytest.fixture(scope="module")
def run(village: City, trips: Trips, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("runs") / "morning.run"
    record(village, trips, out=out, **MORNING)
    return out


def test_every_vehicle_is_accounted_for(run):
    facts = json.loads((run / "run.json").read_text())
    assert facts["departed"] == facts["arrived"] + facts["broken"] + facts["vehicles"]
    assert facts["arrived"] > 100


def test_trips_tell_when_they_entered_and_arrived(run, trips):
    table = pq.read_table(run / "trips.parquet")
    facts = json.loads((run / "run.json").read_text())
    entered, arrived = (table[name].to_numpy(zero_copy_only=False) for name in ("entered", "arrived"))
    done = np.isfinite(arrived)
    assert done.sum() == facts["arrived"]
    assert (arrived[done] >= entered[done]).all()
    assert (entered + 0.5 >= np.minimum(table["due"].to_numpy(), MORNING["begin"])).all()
    assert table.schema.field("entered").metadata[b"unit"] == b"s after midnight"


def test_edges_tell_a_flow_that_is_density_times_speed(run, village):
    table = pq.read_table(run / "edges.parquet").to_pandas()
    assert set(table["until"]) == {27_300.0, 27_600.0, 27_900.0}
    lanes = village.network.edges.lane_count[table["edge"]]
    assert np.allclose(table["flow"], table["density"] * table["speed"] * 3.6 * lanes, rtol=1e-3)
    assert (table["speed"] >= 0).all()
    assert (table["speed"] <= village.network.edges.speed[table["edge"]] * 1.6 + 1).all()
    assert table["key"][0] == village.network.edges.key[table["edge"][0]]


def test_the_same_run_gives_the_same_result_on_one_thread(run, village, trips, tmp_path):
    again = record(village, trips, out=tmp_path / "again.run", threads=1, **MORNING)
    assert again["digest"] == json.loads((run / "run.json").read_text())["digest"]


def test_the_command_writes_what_its_options_ask_for(village, tmp_path):
    city = tmp_path / "village.city"
    save(village, city)
    (tmp_path / "loops.csv").write_text("name,lane,position\nhere,0,-1\n")
    options = [
        "--from",
        "07:30",
        "--to",
        "07:32",
        "--interval",
        "1",
        "--fcd",
        "30",
        "--xml",
        "--seed",
        "3",
        "--json",
    ]
    paths = ["--detectors", str(tmp_path / "loops.csv"), "--out", str(tmp_path / "a.run")]
    done = CliRunner().invoke(cli.app, ["simulate", str(city), *options, *paths])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["interval"] == 60.0
    assert {"fcd.parquet", "detectors.parquet", "fcd.xml", "tripinfo.xml"} <= {
        file.name for file in (tmp_path / "a.run").iterdir()
    }
    assert set(pq.read_table(tmp_path / "a.run" / "fcd.parquet")["time"].to_pylist()) == {
        27_000.0 + 30.0 * n for n in range(5)
    }
    assert set(pq.read_table(tmp_path / "a.run" / "edges.parquet")["until"].to_pylist()) == {
        27_060.0,
        27_120.0,
    }


def test_an_older_run_is_replaced_and_other_folders_are_not(village, trips, tmp_path):
    short = MORNING | {"end": MORNING["begin"] + 30}
    record(village, trips, out=tmp_path / "a.run", **short)
    record(village, trips, out=tmp_path / "a.run", **short)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(BadInput, match="holds other files"):
        record(village, trips, out=tmp_path / "mine", **short)
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"
    with pytest.raises(BadInput, match="does not exist"):
        record(village, trips, out=tmp_path / "no" / "where.run", **short)


def test_a_full_disk_leaves_nothing_behind(village, trips, tmp_path, monkeypatch):
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("cosmopolis.planning.recorder.pq.write_table", full)
    with pytest.raises(BadInput, match="disk is full"):
        record(village, trips, out=tmp_path / "x.run", **(MORNING | {"end": MORNING["begin"] + 5}))
    assert list(tmp_path.iterdir()) == []


def test_a_controller_changes_the_run_and_the_run_says_who_it_was(run, village, trips, tmp_path):
    plans = json.loads((run / "run.json").read_text())
    assert plans["control"] == "fixed"
    facts = record(
        village, trips, out=tmp_path / "b.run", control=Steering(Scheme.pressure, priority=True), **MORNING
    )
    assert facts["control"] == "pressure with priority" and facts["digest"] != plans["digest"]
    assert facts["departed"] == facts["arrived"] + facts["broken"] + facts["vehicles"]


def test_the_log_in_a_runs_folder_makes_the_run_again_without_its_controller(village, trips, tmp_path):
    out = tmp_path / "led.run"
    facts = record(village, trips, out=out, control=Steering(Scheme.pressure), **MORNING)
    assert facts["log"] == {"file": "commands.jsonl", "orders": facts["log"]["orders"]}
    log = read_log(out)
    assert {entry.by for entry in log.entries} == {"pressure"} and len(log.entries) == facts["log"]["orders"]
    assert replay(village, trips, log, threads=1).digest() == facts["digest"]


def test_a_short_log_is_in_run_json_itself(village, trips, tmp_path):
    out = tmp_path / "short.run"
    facts = record(village, trips, out=out, **(MORNING | {"end": MORNING["begin"] + 10.0}))
    head, end = json.loads((out / "run.json").read_text())["log"]["lines"]
    assert (head["seed"], head["start"], end) == (3, MORNING["begin"], {"end": 20})
    assert not (out / "commands.jsonl").exists()
    assert replay(village, trips, read_log(out)).digest() == facts["digest"]
    (out / "run.json").write_text("{}")
    with pytest.raises(BadInput, match="holds no log of commands"):
        read_log(out)
