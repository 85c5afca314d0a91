"""What is written aside is there whole or not at all, and what a killed process left is swept."""

from __future__ import annotations

import errno
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cosmopolis.city.aside import MARK, disk_full, file_aside, folder_aside, sweep

fcntl = pytest.importorskip("fcntl")

WRITER = """
import sys, time
from pathlib import Path
from cosmopolis.city.aside import file_aside, folder_aside
with (folder_aside if sys.argv[1] == "folder" else file_aside)(Path(sys.argv[2])) as aside:
    (aside / "half").write_text("x") if aside.is_dir() else aside.write_text("x")
    print(aside.name, flush=True)
    time.sleep(60)
"""


def writer(kind: str, place: Path) -> tuple[subprocess.Popen[str], str]:
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, kind, str(place)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_what_a_killed_process_left_is_swept_and_what_a_living_one_writes_is_not(
    kind: str, tmp_path: Path
) -> None:
    process, left = writer(kind, tmp_path / "a.city")
    try:
        assert re.fullmatch(rf"\.a\.city{re.escape(MARK)}\w{{8}}", left)
        with folder_aside(tmp_path / "b.city"):
            assert (tmp_path / left).exists()
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert (tmp_path / left).exists()
    with file_aside(tmp_path / "c.json") as aside:
        aside.write_text("{}")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.city", "c.json"]


def test_a_folder_that_was_moved_away_when_its_writer_died_comes_back(tmp_path: Path) -> None:
    old = tmp_path / f".a.city{MARK}abcdefgh.old"
    old.mkdir()
    (old / "work").write_text("of years")
    (tmp_path / f".a.city{MARK}abcdefgh").mkdir()
    sweep(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["a.city"]
    assert (tmp_path / "a.city" / "work").read_text() == "of years"


def test_an_old_folder_goes_where_the_new_one_is_in_its_place(tmp_path: Path) -> None:
    (tmp_path / f".a.city{MARK}abcdefgh.old").mkdir()
    (tmp_path / "a.city").mkdir()
    sweep(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["a.city"]


def test_nothing_of_others_is_swept(tmp_path: Path) -> None:
    names = [".a.city.abcdefgh", ".cosmopolis-abcdefgh", "a.cosmopolis-abcdefgh", f".a{MARK}abc", ".git"]
    for name in names:
        (tmp_path / name).mkdir()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept").write_text("")
    link = tmp_path / f".a{MARK}abcdefgh"
    link.symlink_to(elsewhere)
    sweep(tmp_path)
    assert {*names, "elsewhere"} <= {path.name for path in tmp_path.iterdir()}
    assert (elsewhere / "kept").exists()


def test_a_full_disk_is_known_behind_other_errors() -> None:
    full = OSError(errno.ENOSPC, "No space left on device", "/a/b")
    other = ValueError("closed")
    other.__context__ = full
    assert disk_full(full) == disk_full(other)
    assert disk_full(full).startswith("The disk is full (/a/b)")
    assert disk_full(OSError(errno.EIO, "x")) == disk_full(ValueError()) == ""
