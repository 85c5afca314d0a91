"""What a person sees who types a command: one clear sentence and a fitting exit code."""

from __future__ import annotations

import errno
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cosmopolis import cli
from cosmopolis.city.errors import BadInput
from cosmopolis.city.progress import quiet
from cosmopolis.city.store import load
from cosmopolis.cli.terminal import counted, time_of_day


def cosmopolis(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cosmopolis", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def complaint(done: subprocess.CompletedProcess[str]) -> str:
    """The error of a command that was given bad input; fails if it shows a traceback."""
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    return " ".join(done.stderr.split())


def test_help_names_every_command():
    text = cosmopolis("--help").stdout
    for command in ("run", "import", "grow", "info", "simulate", "export", "bench", "validate"):
        assert command in text


@pytest.mark.parametrize("wrong", ["99:00", "8", "08:61", "eight", "24:01", "-1:00", ""])
def test_a_wrong_time_of_day_is_named_with_the_mend(wrong):
    said = complaint(cosmopolis("run", "--at", wrong))
    assert "--at" in said and "HH:MM" in said


@pytest.mark.parametrize(
    ("option", "wrong"), [("--trusted-proxy", "proxy.example"), ("--allow-host", "http://city.example")]
)
def test_a_wrong_proxy_or_host_is_named_before_anything_is_loaded(option, wrong):
    said = complaint(cosmopolis("run", option, wrong))
    assert option in said and wrong in said


@given(st.integers(0, 23), st.integers(0, 59), st.integers(0, 59))
def test_times_of_day_are_seconds_after_midnight(hours, minutes, seconds):
    assert (
        time_of_day(f"{hours:02d}:{minutes:02d}:{seconds:02d}", "--at")
        == hours * 3600 + minutes * 60 + seconds
    )


@given(st.text(max_size=12))
def test_any_text_is_a_time_or_a_clear_error(text):
    try:
        assert 0 <= time_of_day(text, "--at") <= 86_400
    except BadInput as error:
        assert "HH:MM" in str(error)


def test_a_run_goes_forward(tmp_path):
    said = complaint(
        cosmopolis("simulate", tmp_path, "--from", "09:00", "--to", "08:00", "--out", tmp_path / "r")
    )
    assert "--to 08:00" in said
    assert not (tmp_path / "r").exists()


def test_a_rule_that_there_is_not_is_answered_with_all_there_are(tmp_path):
    hours = ("--from", "08:00", "--to", "09:00")
    said = complaint(cosmopolis("simulate", tmp_path, *hours, "--out", tmp_path / "r", "--rule", "speed=3"))
    assert "'speed=3' sets no rule" in said and "teleport-after" in said and "toll" in said


def test_a_city_that_is_not_there_is_named(tmp_path):
    said = complaint(cosmopolis("info", tmp_path / "nowhere.city"))
    assert "nowhere.city" in said


def test_one_of_a_kind_is_one():
    assert [counted(n, "trip") for n in (0, 1, 2, 1000)] == ["0 trips", "1 trip", "2 trips", "1,000 trips"]


def test_nothing_to_import_says_what_to_give(tmp_path):
    said = complaint(cosmopolis("import", "--out", tmp_path / "x.city"))
    assert "--place" in said


def test_a_missing_file_is_named_and_nothing_is_written(tmp_path):
    said = complaint(cosmopolis("import", tmp_path / "gone.osm", "--out", tmp_path / "x.city"))
    assert "gone.osm" in said
    assert list(tmp_path.iterdir()) == []


def test_a_fault_of_ours_is_a_sentence_and_a_report(monkeypatch, capsys):
    def broken(*_: object) -> None:
        raise RuntimeError("the sky fell")

    monkeypatch.setattr(cli, "app", broken)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = " ".join(capsys.readouterr().err.split())
    assert ended.value.code == 1
    assert "the sky fell" in said and "Traceback" not in said


def test_the_choices_of_simulate_and_export_are_those_of_their_rooms():
    """They are written down in `cli/`, since their rooms import what a wrong argument need not wait for."""
    from cosmopolis import exports
    from cosmopolis.cli.cities import ExportFormat
    from cosmopolis.cli.runs import ParameterSet, SignalControl
    from cosmopolis.control import Scheme
    from cosmopolis.simulation.traffic.drivers import SETS

    assert [choice.value for choice in SignalControl] == [scheme.value for scheme in Scheme]
    assert {choice.value for choice in ParameterSet} == set(SETS)
    for choice in ExportFormat:
        assert callable(import_module(f"{exports.__name__}.{choice.value}").write)


def test_a_full_disk_anywhere_is_one_sentence(monkeypatch, capsys):
    def full(*_: object) -> None:
        try:
            raise OSError(errno.ENOSPC, "No space left on device", "/tmp/x")
        finally:
            raise ValueError("closed")

    monkeypatch.setattr(cli, "app", full)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = " ".join(capsys.readouterr().err.split())
    assert ended.value.code == 2
    assert said.startswith("Error: The disk is full (/tmp/x)") and "fault of ours" not in said


@pytest.mark.parametrize("harm", ["cut a table", "lose the head", "change the head"])
def test_a_damaged_default_town_is_grown_again(monkeypatch, tmp_path, harm):
    monkeypatch.setenv("COSMOPOLIS_CACHE", str(tmp_path))
    monkeypatch.setattr(cli.cities, "XINTING", (1, 2_000))
    folder, town = cli.cities.xinting(quiet)
    assert cli.cities.xinting(quiet)[1].version == town.version
    if harm == "cut a table":
        (folder / "lanes.parquet").write_bytes(b"PAR1")
    elif harm == "lose the head":
        (folder / "city.json").unlink()
    else:
        head = (folder / "city.json").read_text()
        (folder / "city.json").write_text(head.replace("Xinting", "Xinting!"))
    again = cli.cities.xinting(quiet)
    assert again[0] == folder and again[1].version == town.version
    assert load(folder).version == town.version
