"""The lock of the cache: in the cache's own folder, for one process at a time, and no reason to fail."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cosmopolis.kernels import one_process
from cosmopolis.kernels.one_process import LOCK, lock_folder, one_at_a_time

fcntl = pytest.importorskip("fcntl", reason="Windows has no such locks")

NAMELESS = """
import os, sys, tempfile
def nobody(*_):
    raise KeyError("getpwuid(): uid not found: 4711")
import getpass, pwd
pwd.getpwuid = getpass.getuser = nobody
for name in ("HOME", "USER", "LOGNAME", "LNAME", "USERNAME"):
    os.environ.pop(name, None)
from cosmopolis.kernels.decorators import formula
from cosmopolis.kernels.one_process import lock_folder
import written
print(written.twice(1.5), lock_folder())
"""
WRITTEN = """
from cosmopolis.kernels.decorators import formula
@formula
def twice(x):
    return 2.0 * x
"""


def started(folder: Path, source: str, **more: str) -> str:
    env = os.environ | {"PYTHONPATH": os.pathsep.join([str(folder), *sys.path]), **more}
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, env=env, cwd=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_user_without_a_name_or_a_home_compiles(tmp_path: Path) -> None:
    """As in a container that is started with a number for a user."""
    (tmp_path / "written.py").write_text(WRITTEN)
    out = started(tmp_path, NAMELESS, NUMBA_CACHE_DIR=str(tmp_path / "cache"))
    value, folder = out.split()
    assert value == "3.0"
    assert Path(folder).is_relative_to(tmp_path / "cache")
    assert [path.name for path in tmp_path.glob("cache/*/*.lock")] == [LOCK]
    assert not list(tmp_path.glob("~*"))


NOWHERE = """
from numba.core.caching import CacheImpl
CacheImpl._locator_classes = []  # as where neither the sources' folder nor the home may be written to
import written
from cosmopolis.kernels.decorators import entry
from cosmopolis.kernels.one_process import lock_folder
print(written.twice(1.5), entry(written.twice.py_func).kept, lock_folder())
"""


def test_without_a_place_for_a_cache_every_start_compiles_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "written.py").write_text(WRITTEN)
    env = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    done = subprocess.run([sys.executable, "-c", NOWHERE], capture_output=True, text=True, env=env)
    assert done.stdout.split() == ["3.0", "False", "None"], done.stderr
    assert done.stderr.count("set NUMBA_CACHE_DIR") == 1


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(one_process, "lock_folder", lambda: tmp_path / "cache")
    return tmp_path / "cache"


def is_held(lock: Path) -> bool:
    with lock.open("rb+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def test_others_are_kept_out_until_the_outermost_is_through(folder: Path) -> None:
    with one_at_a_time():
        with one_at_a_time():
            assert is_held(folder / LOCK)
        assert is_held(folder / LOCK)
    assert not is_held(folder / LOCK)


def test_the_lock_is_the_users_alone(folder: Path) -> None:
    with one_at_a_time():
        assert (folder / LOCK).stat().st_mode & 0o077 == 0


def test_it_is_let_go_when_the_compiler_fails(folder: Path) -> None:
    with pytest.raises(ZeroDivisionError), one_at_a_time():
        raise ZeroDivisionError
    assert not is_held(folder / LOCK)


@pytest.mark.parametrize("nowhere", [None, Path(os.devnull) / "cache"])
def test_where_no_lock_can_be_had_one_goes_on_without(
    nowhere: Path | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(one_process, "lock_folder", lambda: nowhere)
    done = False
    with one_at_a_time():
        done = True
    assert done


def test_the_lock_lies_where_the_code_does() -> None:
    folder = lock_folder()
    assert folder is not None and folder.parent.exists()
