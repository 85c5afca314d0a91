"""Kernels become code only as parts of what Python calls, and that is what the cache keeps."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numba
import pytest

from cosmopolis.kernels import decorators
from cosmopolis.simulation import Simulation
from tests.simulation.drawings import busy_trips, chessboard

ONCE = """
from cosmopolis.kernels.decorators import formula

@formula
def once(x):
    return x
"""

KERNELS = """
import numpy as np
from cosmopolis.kernels.decorators import entry, formula, kernel
from elsewhere import once

@formula
def twice(x):
    return once(x) + once(x)

@kernel
def seen(i, brake, cars):
    # One version serves a place of 32 bits and of 64, and a brake that the caller writes as a constant or not.
    return twice(cars.speed[i]) + (10.0 if brake else 0.0)

@kernel
def at_most(i, cars):
    return min(seen(cars.order[i], False, cars), seen(i, True, cars), seen(i, i == 0, cars))

@entry
def total(cars):
    found = 0.0
    for i in range(cars.count):
        found += at_most(i, cars)
    return found
"""

RUN = """
import json
from typing import Any, NamedTuple
import numpy as np
from numba.core import event
from cosmopolis.kernels import tables
import written

class Cars(NamedTuple):
    speed: Any
    order: Any
    count: int

cars = tables.Table(Cars(np.array([1.0, 2.0, 4.0], np.float32), np.array([2, 0, 1], np.int32), 3))
kept = written.total.kept
with event.install_recorder("numba:compile") as compiled:
    total = written.total(cars)
versions = len(written.seen.overloads)
functions = sum(one.is_start for _, one in compiled.buffer)
print(json.dumps([total, functions, versions, written.twice(1.5), kept]))
"""


BLOCKED = """
import sys
sys.modules["cosmopolis.kernels.compiler"] = None  # importing it raises ImportError
"""


def start(folder: Path, source: str = RUN) -> subprocess.Popen[str]:
    env = os.environ | {"PYTHONPATH": os.pathsep.join([str(folder), *sys.path])}
    env["NUMBA_CACHE_DIR"] = str(folder / "cache")
    command = [sys.executable, "-c", source]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)


def told(started: subprocess.Popen[str]) -> list[Any]:
    """The total, how many functions numba compiled for it, the versions of `seen`, a formula from
    Python, and whether the total's code was there before."""
    out, complaints = started.communicate()
    assert started.returncode == 0, complaints
    found: list[Any] = json.loads(out)
    return found


def run(folder: Path) -> list[Any]:
    return told(start(folder))


def write(folder: Path) -> None:
    (folder / "elsewhere.py").write_text(ONCE)
    (folder / "written.py").write_text(KERNELS)


class Starts(NamedTuple):
    """What `run` tells of the first start, of a second, and of two after a source has changed that others call."""

    first: list[Any]
    second: list[Any]
    changed: list[Any]
    again: list[Any]
    cached: set[str]  # after the first


@pytest.fixture(scope="module")
def starts(tmp_path_factory: pytest.TempPathFactory) -> Starts:
    folder = tmp_path_factory.mktemp("kernels")
    write(folder)
    first = run(folder)
    cached = {file.name.split("-")[0] for file in (folder / "cache").rglob("*.nbi")}
    second = run(folder)
    (folder / "elsewhere.py").write_text(ONCE.replace("return x", "return x + 1.0"))
    return Starts(first, second, run(folder), run(folder), cached)


def test_a_tree_of_kernels_computes_what_python_does(starts: Starts) -> None:
    total, _, _, formula, _ = starts.first
    assert total == min(8.0, 12.0, 12.0) + min(2.0, 14.0, 4.0) + min(4.0, 18.0, 8.0)
    assert formula == 3.0


def test_each_function_is_compiled_once_and_none_of_numbas_own(starts: Starts) -> None:
    """total, at_most, seen, twice and once; `min` takes none."""
    _, compiled, versions, _, _ = starts.first
    assert compiled == 5
    assert versions == 1


def test_the_cache_keeps_what_python_calls_and_nothing_else(starts: Starts) -> None:
    assert starts.cached == {"written.total", "written.twice"}


def test_a_second_start_compiles_nothing(starts: Starts) -> None:
    assert starts.second == [starts.first[0], 0, 0, starts.first[3], True]


def test_whether_a_start_will_compile_is_known_before(starts: Starts) -> None:
    assert [kept for *_, kept in starts[:4]] == [False, True, False, True]


def test_a_change_below_it_compiles_anew(starts: Starts) -> None:
    """numba does not see in the file of who calls it that a function has changed: of kernels nor of formulas."""
    total, compiled, _, formula, _ = starts.changed
    assert total == starts.first[0] + 3 * 2.0
    assert formula == 3.0 + 2.0
    assert compiled > 0
    assert starts.again == [total, 0, 0, formula, True]


def test_of_two_first_starts_at_once_one_compiles_and_both_go_on(tmp_path: Path) -> None:
    write(tmp_path)
    both = [told(started) for started in [start(tmp_path) for _ in range(2)]]
    assert both[0][0] == both[1][0] == 14.0
    assert sorted(compiled for _, compiled, *_ in both) == [0, 5]


CHOICES = """
import json
import numpy as np
from typing import Any, NamedTuple
from cosmopolis.kernels import tables
from cosmopolis.kernels.decorators import entry, kernel

class Numbers(NamedTuple):
    f32: Any
    f64: Any
    u8: Any
    i32: Any

@kernel
def least(i, j, n):
    return min(n.f64[i], n.f64[j]) + min(n.f32[i], n.f64[j], 3)

@kernel
def greatest(i, j, n):
    return max(n.u8[i], n.i32[j]) + max(n.u8[i] > n.u8[j], False)

@entry
def choose(out, n):
    row = 0
    for i in range(4):
        for j in range(4):
            out[row], out[row + 1], out[row + 2] = least(i, j, n), greatest(i, j, n), int(n.f64[i] * 1.7)
            row += 3

numbers = Numbers(
    np.array([1.5, -0.0, 0.1, -7.0], np.float32),
    np.array([2.5, 0.0, -0.1, 1e9]),
    np.array([0, 7, 255, 3], np.uint8),
    np.array([-5, 7, 300, 2], np.int32),
)
out = np.zeros(48)
choose(out, tables.Table(numbers))
f32, f64, u8, i32 = (column.tolist() for column in numbers)
wanted = []
for i in range(4):
    for j in range(4):
        wanted += [
            min(f64[i], f64[j]) + min(f32[i], f64[j], 3),
            max(u8[i], i32[j]) + max(u8[i] > u8[j], False),
            int(f64[i] * 1.7),
        ]
print(json.dumps([out.tolist(), wanted]))
"""


def test_in_kernels_min_max_and_int_are_what_they_are_in_python(tmp_path: Path) -> None:
    (tmp_path / "choices.py").write_text(CHOICES)
    env = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "NUMBA_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, str(tmp_path / "choices.py")]
    done = subprocess.run(command, capture_output=True, text=True, env=env)
    assert done.returncode == 0, done.stderr
    found, wanted = json.loads(done.stdout)
    assert found == wanted


def test_without_this_compiler_numba_compiles_the_same_and_a_warning_says_what_it_costs(
    tmp_path: Path,
) -> None:
    write(tmp_path)
    started = start(tmp_path, BLOCKED + RUN)
    out, complaints = started.communicate()
    assert started.returncode == 0, complaints
    total, compiled, _, formula, kept = json.loads(out)
    assert (total, formula, kept) == (14.0, 3.0, False)
    assert compiled >= 5  # numba's own `min` as well
    [warning] = [line for line in complaints.splitlines() if "Warning" in line]
    assert f"numba {numba.__version__} " in warning and f"{decorators.SLOWER} times as long" in warning


CITY = """
from tests.kernels.test_compiler import digest
print(digest())
"""


def digest() -> str:
    """What a small city comes to in a minute."""
    simulation = Simulation(chessboard(), busy_trips(), seed=1, threads=1)
    simulation.run(60.0)
    return simulation.digest()


@pytest.mark.slow  # numba's own way takes half a minute
def test_without_this_compiler_a_small_city_comes_to_the_same_bytes(tmp_path: Path) -> None:
    its, complaints = start(tmp_path, BLOCKED + CITY).communicate()
    assert its.strip() == digest(), complaints
    assert "RuntimeWarning" in complaints
